//! The words of `assets/shell/words.js` are whole, and everybody who names one names one that is there.

use std::collections::BTreeMap;

use scanweave::study::Study;

const WORDS: &str = include_str!("../../../../assets/shell/words.js");
const PAGE: &str = include_str!("../../../../index.html");
const CITATION: &str = include_str!("../../../../CITATION.cff");
const SCRIPTS: [&str; 6] = [
    include_str!("../../../../assets/start.js"),
    include_str!("../../../../assets/shell/copy.js"),
    include_str!("../../../../assets/shell/language.js"),
    include_str!("../../../../assets/shell/trouble.js"),
    include_str!("../../../../assets/shell/gallery.js"),
    include_str!("../../../../assets/shell/offline.js"),
];
/// Called with these, a script shows the word of that name.
const CALLS: [&str; 3] = ["say(\"", "tell(\"", "refuse(\""];

type Words = BTreeMap<String, (String, String)>;

fn words() -> Words {
    let json = WORDS
        .trim()
        .strip_prefix("export default ")
        .and_then(|text| text.strip_suffix(';'))
        .expect("a module of one object");
    serde_json::from_str(json).expect("the object is JSON")
}

/// What stands between `start` and `end`, each time.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    let parts = text.split(start).skip(1);
    parts
        .filter_map(|part| part.split_once(end).map(|(found, _)| found))
        .collect()
}

fn values(text: &str) -> Vec<&str> {
    let mut names = between(text, "{", "}");
    names.sort_unstable();
    names
}

#[test]
fn every_word_is_there_in_both_languages_with_the_same_values() {
    for (name, (english, chinese)) in words() {
        assert!(!english.is_empty() && !chinese.is_empty(), "{name}");
        assert_eq!(values(&english), values(&chinese), "{name}");
    }
}

#[test]
fn the_page_shows_the_words_it_names() {
    let words = words();
    for part in PAGE.split(" data-word=\"").skip(1) {
        let (name, rest) = part.split_once('"').expect("a closed attribute");
        let (english, _) = words.get(name).unwrap_or_else(|| panic!("no word {name}"));
        let shown = between(rest, ">", "<")[0];
        assert_eq!(shown, english, "{name}");
    }
    for name in between(PAGE, "data-word-label=\"", "\"") {
        let (english, _) = words.get(name).unwrap_or_else(|| panic!("no word {name}"));
        assert!(
            PAGE.contains(&format!("aria-label=\"{english}\"")),
            "{name}"
        );
    }
    for name in between(PAGE, "data-word-content=\"", "\"") {
        let (english, _) = words.get(name).unwrap_or_else(|| panic!("no word {name}"));
        assert!(PAGE.contains(&format!("content=\"{english}\"")), "{name}");
    }
    let (english, chinese) = &words["noscript"];
    assert!(
        PAGE.contains(english) && PAGE.contains(chinese),
        "without scripts both are shown"
    );
}

#[test]
fn scripts_name_words_that_are_there_and_no_word_is_idle() {
    let words = words();
    let called = SCRIPTS
        .iter()
        .flat_map(|script| CALLS.iter().flat_map(|call| between(script, call, "\"")));
    let mut used: Vec<&str> = called.filter(|name| !name.contains("${")).collect();
    for name in &used {
        assert!(words.contains_key(*name), "no word {name}");
    }
    used.extend(between(PAGE, "data-word=\"", "\""));
    used.extend(between(PAGE, "data-word-label=\"", "\""));
    used.extend(between(PAGE, "data-word-content=\"", "\""));
    // Said by this program, or composed of the name of a study.
    used.extend(["page-stopped", "noscript"]);
    for name in words.keys() {
        assert!(
            name.starts_with("study-") || used.contains(&name.as_str()),
            "{name} is idle"
        );
    }
}

#[test]
fn every_built_in_study_has_a_name() {
    let words = words();
    for study in Study::NAMES {
        assert!(words.contains_key(&format!("study-{study}")), "{study}");
    }
}

/// Page and repository are cited as what this version is.
#[test]
fn the_citation_is_of_this_version() {
    let (version, source) = (env!("CARGO_PKG_VERSION"), env!("CARGO_PKG_REPOSITORY"));
    for (text, version) in [
        (PAGE, format!("version = {{{version}}}")),
        (CITATION, format!("\nversion: {version}\n")),
    ] {
        assert!(text.contains(&version), "{version}");
        assert!(text.contains(source), "{source}");
        assert!(text.contains("Synthesis of Multimodal Medical Images Based on"));
    }
    assert!(PAGE.contains(&format!("<a href=\"{source}\"")));
}

/// Before any script runs, each picture says in English what the scripts would make it say.
#[test]
fn the_gallery_says_what_its_pictures_are() {
    let words = words();
    let assets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets");
    let pictures: Vec<&str> = PAGE.split("<li><button").skip(1).collect();
    assert!(!pictures.is_empty(), "an empty gallery");
    for picture in pictures {
        let value = |name: &str| {
            between(picture, &format!("{name}=\""), "\"")
                .first()
                .copied()
        };
        let model = value("data-gallery-model").expect("a model");
        let (modality, class) = (value("data-modality"), value("data-gallery-class"));
        let word = match (modality, class) {
            (None, _) => "caption",
            (Some(_), Some("0")) => "caption-modality",
            (Some(_), _) => "caption-tumour",
        };
        let caption = words[word]
            .0
            .replace("{study}", &words[&format!("study-{model}")].0)
            .replace("{modality}", modality.unwrap_or_default())
            .replace("{seed}", value("data-gallery-seed").expect("a seed"));
        assert_eq!(
            between(picture, "<span aria-hidden=\"true\">", "</span>"),
            [caption.as_str()]
        );
        let alternative = words["picture-alt"].0.replace("{caption}", &caption);
        assert_eq!(value("alt"), Some(alternative.as_str()));
        assert!(
            assets.join(format!("{model}.weave")).is_file(),
            "no model {model}"
        );
        let file = value("img src").expect("a picture");
        let file = file.strip_prefix("assets/").expect("a file of assets");
        assert!(assets.join(file).is_file(), "no picture {file}");
    }
}
