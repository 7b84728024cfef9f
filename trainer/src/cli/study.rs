//! `scanweave study`: the studies there are, and files for new ones.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::Subcommand;
use scanweave::study::Study;

use super::table::{Side, table};
use crate::study::{StudyAndRecipe, check_name, chosen, template};
use crate::{files, said};

/// List, explain and begin studies: what pictures are made from, and how the networks learn.
///
/// A study is data. To train on modalities or labels that no built-in study has, begin a file with `study new`,
/// change what differs, and give it as --study to `data prepare`, `train` and `extract`; the exported
/// .weave file carries it into the page.
#[derive(Subcommand)]
pub enum Command {
    /// The built-in studies with their modalities and labels
    List,
    /// Print a study as a file in which every field has its comment
    Show {
        /// A built-in study, a study file, or the config.json of a run
        #[arg(value_name = "NAME|FILE", value_parser = chosen)]
        study: StudyAndRecipe,
    },
    /// Write such a file, to be changed
    New {
        /// The file to write; its name becomes the study's
        #[arg(value_name = "FILE.toml")]
        file: PathBuf,
        /// The study to begin from
        #[arg(long, value_name = "NAME|FILE", default_value = "chest-xray", value_parser = chosen)]
        base: StudyAndRecipe,
    },
}

/// Runs the subcommand.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::List => said::result(&list()),
        Command::Show { study } => said::result(&template(&study)?),
        Command::New { file, base } => begin(&file, base),
    }
}

fn list() -> String {
    let mut rows = vec![["name", "modalities", "label", "title"].map(String::from)];
    for name in Study::NAMES {
        let study = Study::named(name).expect("built in");
        let classes = study.lesion.classes();
        rows.push([
            study.name.clone(),
            study.modality_names().join(", "),
            if classes.is_empty() {
                "none".into()
            } else {
                classes.join(", ")
            },
            study.title,
        ]);
    }
    table([Side::Left; 4], &rows)
}

fn begin(file: &std::path::Path, mut both: StudyAndRecipe) -> anyhow::Result<()> {
    let place = file.display();
    ensure!(
        file.extension().is_some_and(|e| e == "toml"),
        "{place}: the name of a study file ends in .toml"
    );
    ensure!(
        !file.exists(),
        "{place} is already there: choose another name"
    );
    let stem = file.file_stem().and_then(|s| s.to_str());
    both.study.name = stem.context("the file needs a name")?.to_lowercase();
    check_name(&both.study.name).with_context(|| place.to_string())?;
    files::write_whole(file, template(&both)?.as_bytes())?;
    println!("{place}: change it, then `scanweave data prepare --study {place} ..`");
    Ok(())
}
