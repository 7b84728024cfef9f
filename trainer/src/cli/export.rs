//! `scanweave export`: finished runs to one weights file, and a generator to ONNX.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{ArgGroup, Parser, ValueEnum};
use scanweave::weights::{self, Card, Model, Precision};

use super::Usage;
use crate::device::Choice;
use crate::{export, files, onnx};

/// Write the trained networks of one or more runs into one .weave file, or a generator as ONNX.
///
/// A synthesis run is needed; its structure run adds the sampling of structure maps, its lesion run the
/// check of lesions. The .weave file carries the study, the model card and a self-test.
///
/// --onnx writes the generator alone for other runtimes (ONNX opset 17, single precision): `input`
/// [batch, 1 + label planes, size, size], the fused map and the label, 0..=1, and, for several modalities,
/// `condition` [batch, modalities], one-hot; `image` [batch, 1, size, size], 0..=1.
///
/// In place of runs one .weave file can be given: `scanweave export model.weave --onnx generator.onnx`. With
/// --card it is written with another card, for figures that `evaluate` found in it:
/// `scanweave export model.weave --card card.json --out model.weave`; weights of the same precision stay.
#[derive(Parser)]
#[command(group(ArgGroup::new("file").required(true).multiple(true)))]
pub struct Args {
    /// Run directories: one synthesis run, its structure run and its lesion run; or one .weave file.
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// The weights file to write.
    #[arg(long, value_name = "FILE.weave", group = "file")]
    out: Option<PathBuf>,
    /// The ONNX file to write the generator to.
    #[arg(long, value_name = "FILE.onnx", group = "file")]
    onnx: Option<PathBuf>,
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
    ends_in("--out", args.out.as_deref(), "weave")?;
    ends_in("--onnx", args.onnx.as_deref(), "onnx")?;
    let model = model(&args)?;
    if let Some(path) = &args.onnx {
        write(path, &onnx::generator(&model)?)?;
    }
    if let Some(path) = &args.out {
        let precision = match args.precision {
            PrecisionName::F16 => Precision::F16,
            PrecisionName::Q8 => Precision::Q8,
            PrecisionName::F32 => Precision::F32,
        };
        write(path, &export::pack(model, precision)?)?;
    }
    Ok(())
}

fn ends_in(option: &str, path: Option<&Path>, extension: &str) -> anyhow::Result<()> {
    match path {
        Some(path) if path.extension().is_none_or(|e| e != extension) => Err(Usage(format!(
            "{option} {} must end in .{extension}",
            path.display()
        ))
        .into()),
        _ => Ok(()),
    }
}

/// The model of the runs, or of one weights file with the card that is given.
fn model(args: &Args) -> anyhow::Result<Model> {
    let is_weave = |path: &PathBuf| path.extension().is_some_and(|e| e == "weave");
    let mut model = match &args.runs[..] {
        [path] if is_weave(path) => {
            let mut model = weights::read(&files::read_whole(path)?)
                .with_context(|| format!("{} cannot be used", path.display()))?;
            if args.card.is_some() {
                model.card = card(args)?;
            }
            model
        }
        runs if runs.iter().any(is_weave) => {
            let text = "a .weave file goes alone: export FILE.weave --card FILE.json --out FILE.weave, or --onnx FILE.onnx";
            return Err(Usage(text.into()).into());
        }
        runs => export::assemble(runs, card(args)?, &Choice::Flex.open()?)?,
    };
    export::truncate(&mut model, args.truncation);
    Ok(model)
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    files::write_whole(path, bytes)?;
    println!("{}: {:.2} MB", path.display(), bytes.len() as f64 / 1e6);
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
