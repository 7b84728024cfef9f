//! The options of `train` that the stages bring along: `--NAME RUN` for each that others build upon, and what each
//! has of its own.

use std::path::PathBuf;

use clap::builder::PathBufValueParser;
use clap::{Arg, ArgAction, ArgMatches, Command, Error, FromArgMatches, value_parser};

use super::foundations::Sources;
use crate::cli::Usage;
use crate::stages::Stage;
use crate::stages::options::{Given, Options, StageOption, Takes};
use crate::stages::registry::STAGES;

/// What was given of them.
#[derive(Debug, Clone, Default)]
pub struct StageArgs {
    /// Runs of other stages.
    pub sources: Sources,
    /// Options of single stages.
    pub options: Options,
}

impl StageArgs {
    /// Refuses what `stage` does not take.
    ///
    /// # Errors
    /// [`Usage`], naming the option and the stage that takes it.
    pub fn check(&self, stage: &Stage) -> anyhow::Result<()> {
        let own = |name: &str| stage.options.iter().any(|option| option.name == name);
        let foreign = self.options.0.keys().find(|name| !own(name));
        let foreign = foreign.map(|name| (*name, taking(name)));
        let sources = self.sources.0.keys();
        let source = sources.map(String::as_str);
        let mut source = source.filter(|name| !stage.builds_upon.contains(name));
        let source = source.next().map(|name| (name, building(name)));
        match foreign.or(source) {
            Some((name, of)) => Err(Usage(format!(
                "--{name} belongs to `train {of}`, not to `train {}`",
                stage.name
            ))
            .into()),
            None => Ok(()),
        }
    }
}

/// The stage that takes an option.
fn taking(option: &str) -> &'static str {
    let takes = |stage: &&Stage| stage.options.iter().any(|o| o.name == option);
    STAGES
        .into_iter()
        .find(takes)
        .map_or("", |stage| stage.name)
}

/// The stage that builds upon the runs of another.
fn building(upon: &str) -> &'static str {
    let builds = |stage: &&Stage| stage.builds_upon.contains(&upon);
    STAGES
        .into_iter()
        .find(builds)
        .map_or("", |stage| stage.name)
}

/// The stages that others build upon.
fn foundations() -> impl Iterator<Item = &'static Stage> {
    STAGES
        .into_iter()
        .filter(|stage| !building(stage.name).is_empty())
}

fn source(stage: &'static Stage) -> Arg {
    let help = format!(
        "A finished {} run; `train {}` builds upon it where the study needs one",
        stage.name,
        building(stage.name)
    );
    Arg::new(stage.name)
        .long(stage.name)
        .value_name("RUN")
        .value_parser(PathBufValueParser::new())
        .help(help)
}

fn option(stage: &'static Stage, option: &'static StageOption) -> Arg {
    let help = format!("{}; {} stage only", option.help, stage.name);
    let arg = Arg::new(option.name).long(option.name).help(help);
    match option.takes {
        Takes::Nothing => arg.action(ArgAction::SetTrue),
        Takes::Number(name) => arg.value_name(name).value_parser(value_parser!(u64)),
    }
}

fn given(matches: &ArgMatches, option: &StageOption) -> Option<Given> {
    match option.takes {
        Takes::Nothing => matches.get_flag(option.name).then_some(Given::On),
        Takes::Number(_) => matches.get_one(option.name).copied().map(Given::Number),
    }
}

impl clap::Args for StageArgs {
    fn augment_args(command: Command) -> Command {
        let own = |stage: &'static Stage| stage.options.iter().map(move |o| option(stage, o));
        command
            .args(foundations().map(source))
            .args(STAGES.into_iter().flat_map(own))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for StageArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let run = |stage: &'static Stage| {
            let run = matches.get_one::<PathBuf>(stage.name)?;
            Some((stage.name.to_owned(), run.clone()))
        };
        let options = STAGES.into_iter().flat_map(|stage| stage.options);
        let options = options.filter_map(|o| Some((o.name, given(matches, o)?)));
        Ok(Self {
            sources: Sources(foundations().filter_map(run).collect()),
            options: Options(options.collect()),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
