//! `scanweave export`: finished runs to one weights file.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use scanweave::weights::{Card, Precision};

use super::Usage;
use crate::device::Choice;
use crate::{export, files};

/// Write the trained networks of one or more runs into one .weave file.
///
/// A synthesis run is needed; its structure run adds the sampling of structure maps. The file
/// carries the profile, the model card and a self-test.
#[derive(Parser)]
pub struct Args {
    /// Run directories: one synthesis run and its structure run.
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// The file to write.
    #[arg(long, value_name = "FILE.weave")]
    out: PathBuf,
    /// How weights are stored: half precision, 8 bit per channel, or single precision.
    #[arg(long, value_enum, default_value = "q8")]
    precision: PrecisionName,
    /// Draw latents nearer to their mean, by this factor: fewer faulty structure maps, less variety.
    #[arg(long, value_name = "T", default_value_t = 1.0, value_parser = truncation)]
    truncation: f32,
    /// Model card, JSON: title, data, licence, commands, training, figures, limits.
    #[arg(long, value_name = "FILE.json")]
    card: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum PrecisionName {
    F16,
    Q8,
    F32,
}

/// Runs the subcommand.
pub fn run(args: Args) -> anyhow::Result<()> {
    if args.out.extension().is_none_or(|e| e != "weave") {
        return Err(Usage(format!("--out {} must end in .weave", args.out.display())).into());
    }
    let precision = match args.precision {
        PrecisionName::F16 => Precision::F16,
        PrecisionName::Q8 => Precision::Q8,
        PrecisionName::F32 => Precision::F32,
    };
    let device = Choice::Flex.open()?;
    let mut model = export::assemble(&args.runs, card(&args)?, &device)?;
    export::truncate(&mut model, args.truncation);
    let bytes = export::pack(model, precision, &device)?;
    files::write_whole(&args.out, &bytes)?;
    println!("{}: {:.2} MB", args.out.display(), bytes.len() as f64 / 1e6);
    Ok(())
}

fn card(args: &Args) -> anyhow::Result<Card> {
    let Some(path) = &args.card else {
        eprintln!("note: no --card: the model will not say what it was trained on");
        return Ok(Card::default());
    };
    let text = files::read_whole(path)?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not a model card", path.display()))
}

fn truncation(text: &str) -> Result<f32, String> {
    let value: f32 = text.parse().map_err(|e| format!("{e}"))?;
    if value > 0.0 && value <= 1.0 {
        Ok(value)
    } else {
        Err("it lies above 0 and is at most 1".into())
    }
}
