//! The command line: one file per subcommand, each an `Args` and a `run`.

mod data;
mod export;
mod extract;
mod inspect;
mod sample;
mod train;

use clap::{Parser, Subcommand};

/// Synthesis of labelled, registered, multimodal medical images.
///
/// From images to a page that draws new ones: prepare the images once (`data prepare`), train the
/// structure stage, then the synthesis stage (`train structure`, `train synthesis`), write compact
/// weights (`export`), draw from them (`sample`). Everything runs on this machine.
#[derive(Parser)]
#[command(
    name = "scanweave",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[allow(
    clippy::large_enum_variant,
    reason = "one value per process, parsed once"
)]
enum Command {
    /// Take the structure map and the organ mask from one image (no training, no labels).
    Extract(extract::Args),
    /// Prepare a data set for training, or look into a prepared one.
    #[command(subcommand)]
    Data(data::Command),
    /// Train a stage; Ctrl-C saves and says how to resume.
    Train(train::Args),
    /// Write the trained networks of one or more runs into one .weave file.
    Export(export::Args),
    /// Say what a .weave file holds.
    Inspect(inspect::Args),
    /// Draw samples from a .weave file: a PNG per stage and a sheet.
    Sample(sample::Args),
}

/// A combination of arguments that cannot be meant: exit code 2.
#[derive(Debug)]
pub struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Runs the chosen subcommand.
pub fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Extract(args) => extract::run(args),
        Command::Data(command) => data::run(command),
        Command::Train(args) => train::run(args),
        Command::Export(args) => export::run(args),
        Command::Inspect(args) => inspect::run(args),
        Command::Sample(args) => sample::run(args),
    }
}
