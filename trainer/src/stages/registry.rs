//! The stages there are. A new one is a file beside this one and a line here.

use std::path::Path;

use anyhow::Context as _;

use super::stage::Stage;
use super::{lesion, structure, synthesis, translator};
use crate::run::{Configuration, Directory, Finished};

/// Every stage, in the order in which `train all` trains them: none builds upon a later one.
pub static STAGES: [&Stage; 4] = [
    &structure::STAGE,
    &lesion::STAGE,
    &translator::STAGE,
    &synthesis::STAGE,
];

/// The stage of this name.
pub fn named(name: &str) -> Option<&'static Stage> {
    STAGES.into_iter().find(|stage| stage.name == name)
}

/// The stage of a run that lies in `run`.
///
/// # Errors
/// When this version has no such stage.
pub fn of(configuration: &Configuration, run: &Path) -> anyhow::Result<&'static Stage> {
    let name = &configuration.stage;
    named(name).with_context(|| {
        format!(
            "{} is a {name} run, which this version does not know: use the scanweave that began it ({})",
            run.display(),
            configuration.version
        )
    })
}

/// A run with the checkpoint that others build upon.
///
/// # Errors
/// When the folder holds no run, or the run no checkpoint that can be read.
pub fn finished(run: &Path) -> anyhow::Result<(&'static Stage, Finished)> {
    let (directory, configuration) = Directory::open(run)?;
    let stage = of(&configuration, run)?;
    let checkpoint = directory
        .picked(stage.pick)?
        .with_context(|| format!("{} has no checkpoint yet: train it first", run.display()))?;
    let finished = Finished {
        run: run.into(),
        configuration,
        checkpoint,
    };
    Ok((stage, finished))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::study::Study;
    use scanweave::train::Recipe;

    #[test]
    fn a_stage_builds_upon_earlier_ones_and_names_are_its_own() {
        for (place, stage) in STAGES.iter().enumerate() {
            let earlier: Vec<&str> = STAGES[..place].iter().map(|s| s.name).collect();
            assert!(!earlier.contains(&stage.name) && stage.name != "all");
            for name in stage.builds_upon {
                assert!(earlier.contains(name), "{} upon {name}", stage.name);
            }
        }
        let mut options: Vec<&str> = STAGES
            .iter()
            .flat_map(|stage| stage.options.iter().map(|option| option.name))
            .chain(STAGES.iter().map(|stage| stage.name))
            .collect();
        let count = options.len();
        options.sort_unstable();
        options.dedup();
        assert_eq!(options.len(), count, "each option means one thing");
    }

    #[test]
    fn a_study_has_the_stages_that_it_needs() {
        let needed = |name: &str| {
            let study = Study::named(name).expect("built in");
            let recipe = Recipe::of(&study);
            let needed = STAGES.iter().filter(|s| (s.is_needed)(&study, &recipe));
            needed.map(|s| s.name).collect::<Vec<_>>()
        };
        assert_eq!(needed("phantom-thorax"), ["structure", "synthesis"]);
        let all = ["structure", "lesion", "translator", "synthesis"];
        assert_eq!(needed("phantom-brain"), all);
    }
}
