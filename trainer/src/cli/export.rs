//! `scanweave export`: finished runs to one weights file, and a generator to ONNX.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::{ArgGroup, Parser};
use scanweave::study::Study;
use scanweave::weights::{self, Card, Model, Precision};

use super::Usage;
use super::choice::one_of;
use crate::device::Choice;
use crate::run::Directory;
use crate::stages::registry::STAGES;
use crate::{export, files, onnx};

/// Write the trained networks of one or more runs into one .weave file, or a generator as ONNX.
///
/// The runs below the folder of `train all` are found. A synthesis run is needed; its structure run adds the sampling of structure maps, its lesion run the
/// check of lesions. The .weave file carries the study, the model card and a self-test.
///
/// --onnx writes the generator alone for other runtimes (ONNX opset 17, single precision): `input`
/// [batch, 1 + label planes, size, size], the fused map and the label, 0..=1, and, for several modalities,
/// `condition` [batch, modalities], one-hot; `image` [batch, channels, size, size],
/// 0..=1, with three channels for a study in colour.
///
/// In place of runs one .weave file can be given: `scanweave export model.weave --onnx generator.onnx`. With
/// --card it is written with another card, for figures that `evaluate` found in it:
/// `scanweave export model.weave --card card.json --out model.weave`; its weights stay bit for bit.
#[derive(Parser)]
#[command(group(ArgGroup::new("file").required(true).multiple(true)))]
pub struct Args {
    /// The folder of `train all`; or single runs: one synthesis run, its structure run and its lesion run; or one
    /// .weave file.
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// The weights file to write.
    #[arg(long, value_name = "FILE.weave", group = "file")]
    out: Option<PathBuf>,
    /// The ONNX file to write the generator to.
    #[arg(long, value_name = "FILE.onnx", group = "file")]
    onnx: Option<PathBuf>,
    /// How weights are stored: half precision, 8 bit per channel, or single precision.
    /// [default: q8; of a .weave file that gets another card, as they are]
    #[arg(long, value_parser = one_of::<Precision>())]
    precision: Option<Precision>,
    /// Draw latents nearer to their mean, by this factor: fewer faulty structure maps, less variety.
    #[arg(long, value_name = "T", default_value_t = 1.0, value_parser = truncation)]
    truncation: f32,
    /// Model card, JSON: title, data, licence, commands, training, figures, limits; `withheld` lists classes of the
    /// whole image that are not offered, {class, why}, for a judge does not find them (`evaluate`).
    #[arg(long, value_name = "FILE.json")]
    card: Option<PathBuf>,
}

/// Runs the subcommand.
pub fn run(args: Args) -> anyhow::Result<()> {
    ends_in("--out", args.out.as_deref(), "weave")?;
    ends_in("--onnx", args.onnx.as_deref(), "onnx")?;
    refuse_inputs(&args)?;
    if let Some(bytes) = other_card(&args)? {
        let out = args.out.as_deref().context("--out is given with it")?;
        return write(out, &bytes);
    }
    let model = model(&args)?;
    if let Some(path) = &args.onnx {
        let generator = onnx::generator(&model).with_context(|| of(&args));
        write(path, &generator?)?;
    }
    if let Some(path) = &args.out {
        let precision = args.precision.unwrap_or(Precision::Q8);
        let packed = export::pack(model, precision).with_context(|| of(&args));
        write(path, &packed?)?;
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

/// What an error of the model itself is about.
fn of(args: &Args) -> String {
    let names = args.runs.iter().map(|run| run.display().to_string());
    format!(
        "{} cannot be exported",
        names.collect::<Vec<_>>().join(", ")
    )
}

/// Card and runs are read, and so is a weights file: only its card may change in its own place.
fn refuse_inputs(args: &Args) -> anyhow::Result<()> {
    let mut read: Vec<PathBuf> = args.card.iter().cloned().collect();
    for path in &args.runs {
        if !is_weave(path) {
            let below = STAGES.iter().map(|stage| path.join(stage.name));
            let runs = below.chain([path.clone()]);
            read.extend(runs.flat_map(|run| super::of_run(&run)));
        } else if with_other_card(args).is_none() {
            read.push(path.clone());
        }
    }
    let read: Vec<&Path> = read.iter().map(PathBuf::as_path).collect();
    let mut written = [&args.out, &args.onnx].into_iter().flatten();
    written.try_for_each(|path| super::refuse_input(path, &read))
}

/// The one weights file of which only the card changes.
fn with_other_card(args: &Args) -> Option<&Path> {
    let plain = args.precision.is_none() && args.truncation == 1.0 && args.onnx.is_none();
    match &args.runs[..] {
        [path] if plain && args.card.is_some() && is_weave(path) => Some(path),
        _ => None,
    }
}

/// That file with the card: its weights are not stored anew.
fn other_card(args: &Args) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(path) = with_other_card(args) else {
        return Ok(None);
    };
    let unusable = || format!("{} cannot be used", path.display());
    let (bytes, card) = (files::read_whole(path, files::WEIGHTS)?, card(args)?);
    let study = weights::inspect(&bytes).with_context(unusable)?.study;
    withholds_what_is_there(&card, &study)?;
    let bytes = weights::with_card(&bytes, &card).with_context(unusable)?;
    Ok(Some(bytes))
}

/// Refuses a card that withholds what the study does not have, or what every healthy subject has.
fn withholds_what_is_there(card: &Card, study: &Study) -> anyhow::Result<()> {
    let kind = &study.lesion;
    let whole = kind.whole(0).is_some();
    let may = kind.classes().iter().skip(1).filter(|_| whole);
    let may: Vec<&String> = may.collect();
    for withheld in &card.withheld {
        ensure!(
            may.contains(&&withheld.class),
            "the card withholds the class {:?}: of the study {} these can be withheld: {may:?}",
            withheld.class,
            study.name
        );
    }
    Ok(())
}

fn is_weave(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "weave")
}

/// The model of the runs, or of one weights file with the card that is given.
fn model(args: &Args) -> anyhow::Result<Model> {
    let mut model = match &args.runs[..] {
        [path] if is_weave(path) => {
            let mut model = weights::read(&files::read_whole(path, files::WEIGHTS)?)
                .with_context(|| format!("{} cannot be used", path.display()))?;
            if args.card.is_some() {
                model.card = card(args)?;
            }
            model
        }
        runs if runs.iter().any(|run| is_weave(run)) => {
            let text = "a .weave file goes alone: export FILE.weave --card FILE.json --out FILE.weave, or --onnx FILE.onnx";
            return Err(Usage(text.into()).into());
        }
        runs => export::assemble(&found_below(runs), card(args)?, &Choice::Flex.open()?)?,
    };
    withholds_what_is_there(&model.card, &model.study)?;
    export::truncate(&mut model, args.truncation);
    Ok(model)
}

/// The runs themselves; in place of a folder of `train all` those below it that a model holds.
fn found_below(given: &[PathBuf]) -> Vec<PathBuf> {
    let mut runs = Vec::new();
    for path in given {
        let exported = STAGES.iter().filter(|stage| stage.export.is_some());
        let below = exported.map(|stage| path.join(stage.name));
        let found = below.filter(|run| Directory::holds_run(run));
        let before = runs.len();
        if !Directory::holds_run(path) {
            runs.extend(found);
        }
        if runs.len() == before {
            runs.push(path.clone());
        } else {
            let names: Vec<_> = runs[before..]
                .iter()
                .map(|r| r.display().to_string())
                .collect();
            eprintln!("{}: taking {}", path.display(), names.join(", "));
        }
    }
    runs
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    files::write_output(path, bytes)?;
    println!("{}: {:.2} MB", path.display(), bytes.len() as f64 / 1e6);
    Ok(())
}

fn card(args: &Args) -> anyhow::Result<Card> {
    let Some(path) = &args.card else {
        eprintln!("note: no --card: the model will not say what it was trained on");
        return Ok(Card::default());
    };
    let text = files::read_whole(path, files::TEXT)?;
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
