//! `scanweave report`: the page of a run, written anew.

use std::path::PathBuf;

use crate::run::{Directory, report};

/// Write RUN/report.html anew from what the run has logged.
///
/// One page without anything outside it: sample sheets, curves, timings and the configuration. A
/// training writes it at each sample sheet and at its end.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run.
    #[arg(value_name = "RUN")]
    run: PathBuf,
}

/// Runs the subcommand.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let (directory, _) = Directory::open(&args.run)?;
    let file = report::write(&directory, &directory.record())?;
    println!("{}", file.display());
    Ok(())
}
