//! The command line: one file per subcommand, each an `Args` and a `run`.

mod build;
mod choice;
mod compare;
mod convert;
mod data;
mod devices;
mod evaluate;
mod export;
mod extract;
mod inspect;
mod output;
mod report;
mod runs;
mod sample;
mod study;
mod table;
mod train;

use std::num::NonZeroUsize;

use clap::{Parser, Subcommand};

use output::{of_run, refuse_foreign, refuse_input, refuse_input_in};

/// Synthesis of labelled, registered, multimodal medical images.
///
/// From images to a page that draws new ones: prepare the images once (`data prepare`), train the
/// structure stage, then the synthesis stage (`train structure`, `train synthesis`), write compact
/// weights (`export`), draw from them (`sample`, `build`), measure them (`evaluate`, `compare`). `runs` and `report` show how trainings stand,
/// `devices` what they can run on; `study` lists the studies and begins new ones. Everything stays on this machine.
#[derive(Parser)]
#[command(
    name = "scanweave",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// Threads to compute with on the CPU [default: one per core]. Their number changes no result (LibTorch has its
    /// own: OMP_NUM_THREADS)
    #[arg(long, value_name = "N", global = true)]
    threads: Option<NonZeroUsize>,
    #[command(subcommand)]
    command: Command,
}

// What --help says of a subcommand stands on its `Args`.
#[derive(Subcommand)]
#[allow(
    clippy::large_enum_variant,
    reason = "one value per process, parsed once"
)]
enum Command {
    #[command(subcommand)]
    Study(study::Command),
    Extract(extract::Args),
    #[command(subcommand)]
    Data(data::Command),
    Train(train::Args),
    Runs(runs::Args),
    Report(report::Args),
    Devices(devices::Args),
    Export(export::Args),
    Convert(convert::Args),
    Inspect(inspect::Args),
    Sample(sample::Args),
    Build(build::Args),
    Evaluate(evaluate::Args),
    Compare(compare::Args),
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
    if let Some(threads) = cli.threads {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.get());
        pool.build_global()?;
    }
    match cli.command {
        Command::Study(command) => study::run(command),
        Command::Extract(args) => extract::run(args),
        Command::Data(command) => data::run(command),
        Command::Train(args) => train::run(args),
        Command::Runs(args) => runs::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Devices(args) => devices::run(&args),
        Command::Export(args) => export::run(args),
        Command::Convert(args) => convert::run(&args),
        Command::Inspect(args) => inspect::run(args),
        Command::Sample(args) => sample::run(args),
        Command::Build(args) => build::run(args),
        Command::Evaluate(args) => evaluate::run(args),
        Command::Compare(args) => compare::run(args),
    }
}
