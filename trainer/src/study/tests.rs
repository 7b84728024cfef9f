use scanweave::study::Channels;

use super::*;

fn file(text: &str) -> anyhow::Result<StudyAndRecipe> {
    of_file(toml::from_str(text)?)
}

fn refusal(text: &str) -> String {
    format!("{:#}", file(text).expect_err("refused"))
}

#[test]
fn every_built_in_study_comes_back_from_its_own_file() {
    for name in Study::NAMES {
        let both = StudyAndRecipe::named(name).expect("built in");
        let text = template(&both).expect("plain data");
        assert_eq!(file(&text).expect("a study"), both, "{text}");
        assert!(!text.contains("0000001"), "{text}");
    }
}

#[test]
fn a_modality_of_ones_own_is_a_row() {
    let both = file(
        "name = 'liver-pet'\nbase = 'lung-ct'\n[[modalities]]\nname = 'pet'\ntitle = { en = 'PET', zh = '正电子' }\n[[modalities]]\nname = 'ct'\n",
    )
    .expect("a study");
    assert_eq!(both.study.modality_names(), ["pet", "ct"]);
    assert_eq!(both.study.source, "pet", "the first, unless told otherwise");
    assert_eq!(both.study.modalities[0].title.zh, "正电子");
    let base = StudyAndRecipe::named("lung-ct").expect("built in");
    assert_eq!(both.study.extraction, base.study.extraction);
    assert_eq!(both.recipe, base.recipe);
}

#[test]
fn channels_and_the_plane_of_maps_are_named() {
    let slices =
        "base = 'lung-ct'\nname = 'x'\n[[modalities]]\nname = 'ct'\nchannels = 'neighbours'\n";
    let study = file(slices).expect("a study").study;
    assert_eq!(study.modalities[0].channels, Channels::Neighbours);
    assert_eq!(study.channels(), 3);
    let red = file("base = 'retina'\nname = 'x'\nsource_weights = [1, 0, 0]").expect("a study");
    assert_eq!(red.study.source_weights, [1.0, 0.0, 0.0]);
    let grey = "base = 'retina'\nname = 'x'\n[[modalities]]\nname = 'fundus'\nchannels = 1\n";
    let error = refusal(grey);
    assert!(error.contains("source_weights are 3"), "{error}");
    let many = slices.replace("'neighbours'", "5");
    assert!(
        refusal(&many).contains("\"neighbours\""),
        "{}",
        refusal(&many)
    );
}

#[test]
fn a_weight_of_the_recipe_is_changed_alone() {
    let both = file("base = 'brain-mri'\nname = 'mine'\n[recipe]\nspectral = true\nsynthesis = { lesion = 0.5 }\n")
        .expect("a study");
    let mut expected = StudyAndRecipe::named("brain-mri").expect("built in");
    expected.study.name = "mine".into();
    expected.recipe.spectral = true;
    expected.recipe.synthesis.lesion = 0.5;
    assert_eq!(both, expected);
}

#[test]
fn a_label_of_another_kind_replaces_that_of_the_base() {
    let both =
        file("base = 'brain-mri'\nname = 'x'\nlesion = { boxes = ['nodule'] }").expect("a study");
    assert_eq!(both.study.lesion.classes(), ["nodule"]);
    let none = file("base = 'brain-mri'\nname = 'x'\nlesion = 'none'").expect("a study");
    assert!(none.study.lesion.classes().is_empty());
}

#[test]
fn what_nobody_knows_and_what_cannot_be_is_named() {
    assert!(refusal("name = 'x'\nbase = 'heart'").contains("no built-in study"));
    let misspelt =
        refusal("base = 'retina'\nname = 'x'\nlesion_margn = 3\n[recipe]\nspectrl = true");
    for field in ["lesion_margn", "recipe.spectrl"] {
        assert!(misspelt.contains(field), "{misspelt}");
    }
    assert!(refusal("name = 'x'").contains("no modality"));
    for name in ["", "../x", "my study"] {
        let text = format!("base = 'retina'\nname = '{name}'");
        assert!(refusal(&text).contains("needs a name"), "{name}");
    }
    let far = "base = 'retina'\nname = 'x'\nsource = 'pet'";
    assert!(
        refusal(far).contains("taken from \"pet\" images"),
        "{}",
        refusal(far)
    );
    assert!(refusal("base = 'retina'\nname = 'x'\nnoise = 'loud'").contains("no study"));
}

#[test]
fn a_run_gives_its_study_and_recipe() {
    let mut both = StudyAndRecipe::named("brain-mri").expect("built in");
    both.recipe.sharp_from = 7;
    let mut config = serde_json::to_value(&both).expect("plain data");
    config["seed"] = 3.into();
    assert_eq!(of_run(config).expect("a study"), both);
    let error = of_run(serde_json::json!({ "name": "x" })).expect_err("no run");
    assert!(error.to_string().contains("study new"), "{error}");
}
