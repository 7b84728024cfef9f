//! `scanweave convert`: a weights file of an earlier format to today's.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use scanweave::weights;

use crate::files;

/// Write a .weave file of format 2 as one of today's format.
///
/// Weights, and with them every picture, stay bit for bit; what the file held of its training is kept as
/// provenance (`scanweave inspect` prints it).
#[derive(Parser)]
pub struct Args {
    /// The file of the earlier format.
    #[arg(value_name = "OLD.weave")]
    old: PathBuf,
    /// The file to write.
    #[arg(long, value_name = "NEW.weave")]
    out: PathBuf,
}

/// Runs the subcommand.
pub fn run(args: &Args) -> anyhow::Result<()> {
    super::refuse_input(&args.out, &[&args.old])?;
    let bytes = files::read_whole(&args.old, files::WEIGHTS)?;
    let name = || format!("{} cannot be converted", args.old.display());
    let converted = weights::convert(&bytes).with_context(name)?;
    files::write_output(&args.out, &converted)?;
    println!(
        "{}: {:.2} MB",
        args.out.display(),
        converted.len() as f64 / 1e6
    );
    Ok(())
}
