//! `scanweave data`: from a data set on disk to one prepared file, and a look into it.

use crate::data::counts::Counts;
use crate::data::datasets::legend::Legend;
use crate::data::datasets::{
    Listing, bids, brats, cases, chest_xray, counted, decathlon, folder, nnunet, phantom, slices,
};
use crate::data::glance::{Glance, glance};
use crate::data::lookalikes;
use crate::data::prepare::{Lenience, prepare};
use crate::data::prepared::Prepared;
use crate::data::report::{self, Told};
use crate::data::unpacked::unpack;
use crate::data::{Picture, Record, Split, copies, refused, split};
use crate::files;
use crate::study::StudyAndRecipe;
use anyhow::{Context, Result};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use regex_lite::Regex;
use scanweave::study::Study;
use std::path::{Path, PathBuf};

/// Prepare a data set for training, or look into a prepared one.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Prepare(Box<PrepareArgs>),
    Inspect(InspectArgs),
}

/// Refusals that a dry run shows.
const REFUSED: usize = 20;

/// What --help of `data prepare` says of folders.
const FOLDER_HELP: &str = "\
A folder with a table, manifest.csv, one row per file; commas, semicolons or tabs, any usual encoding:
  file       path below the folder; needed
  modality   a modality of the study, such as xray, t1, flair, also by other usual names: T1w, t1ce, t2f; needed
  subject    who was imaged: nobody is in two splits. Read from folders and names where it is empty
  slice      of a volume (.nii.gz, .mha, .., or a folder of DICOM slices) which slice, from 0, from the feet to the head;
             of images a number
  label      class of the whole image, by a name of the study
  source     the collection that it comes from
  split      train, val or test; drawn 9:1 by --seed where it is empty. val chooses the best checkpoint
  group      what the images of one slice share where a study has several modalities, or a class
  mask_file  the lesion label: 0 where there is none, else the number of its class, or a colour of --legend

A plain folder: images of t1 below a folder t1/, those of one case under the same name below each modality's folder; a
study of one modality needs no such folder. Labels lie in label/, labels/, mask/, masks/, seg/, .. under the name of
their image, or beside it as a_mask, a_seg or a_label. Folders train/, val/ and test/ are splits, those named after
classes of the study are classes; a folder per patient is a subject. Else the number in a file's name up to the
counter behind it is: patient03_1.png and patient03_2.png show patient03.

Boxes stand in boxes.csv (image, class, x0, y0, x1, y1 in pixels of the image; slice of a volume), or as YOLO text
beside the images.";

/// Layouts that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Dataset {
    /// The public chest X-ray set: train|test/NORMAL|PNEUMONIA/*.jpeg
    ChestXray,
    /// Any folder: with a table manifest.csv, or plain, its folders named after modalities (t1/, flair/, ..),
    /// splits (train/, val/, test/), classes and patients
    Folder,
    /// BraTS of every release: CASE_flair, CASE-t2f, CASE_seg, in folders or flat
    Brats,
    /// The Medical Segmentation Decathlon: dataset.json, imagesTr/, labelsTr/
    Decathlon,
    /// BIDS: sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz, lesion masks below derivatives/
    Bids,
    /// nnU-Net: dataset.json, imagesTr/CASE_0000.nii.gz, labelsTr/CASE.nii.gz
    Nnunet,
    /// Drawn anatomy with known truth; needs no files
    Phantom,
}

/// Those that need --source.
const OF_FILES: [(&str, &str); 6] = [
    ("dataset", "chest-xray"),
    ("dataset", "folder"),
    ("dataset", "brats"),
    ("dataset", "decathlon"),
    ("dataset", "bids"),
    ("dataset", "nnunet"),
];

impl Dataset {
    /// Whether its files are whole volumes, of which slices are chosen.
    fn is_of_volumes(self) -> bool {
        matches!(
            self,
            Self::Brats | Self::Decathlon | Self::Bids | Self::Nnunet
        )
    }
}

/// Decode a data set once: images, structure maps and masks into one .scan file.
///
/// Greys are stretched to 0..1. What is not square is fitted into a square in its own shape, with background beside it,
/// and its label with it. Items are split by subject: as the data set says, else 9:1 by seed. The same folder and options
/// always give the same file. How names were understood, and what was left aside, is said, and stands with counts,
/// greys, sizes of lesions and up to 40 cases in a report beside the file: NAME.report.html and NAME.sheet.png for
/// NAME.scan.
#[derive(Debug, clap::Args)]
#[command(after_long_help = FOLDER_HELP)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct PrepareArgs {
    /// Layout of the data set
    #[arg(long)]
    dataset: Dataset,
    /// Folder of the data set (not for phantoms)
    #[arg(long, value_name = "DIR", required_if_eq_any(OF_FILES))]
    source: Option<PathBuf>,
    /// Take only the rows of manifest.csv with this value in this column; of bids only the masks with this in their name, such
    /// as desc=lesion or suffix=dseg, or below this folder: derivatives=NAME. May be given several times
    #[arg(long = "only", value_name = "COLUMN=VALUE", value_parser = only)]
    only: Vec<(String, String)>,
    /// What tells whose image a file is, where folders and names are misunderstood: the first group of this regular
    /// expression in the path below --source, such as 'scans/([a-z]+)-'
    #[arg(long, value_name = "REGEX", value_parser = subject)]
    subject: Option<Regex>,
    /// Slices to take of each volume, evenly spread over those that show the organ, where the layout names whole volumes
    /// (brats, decathlon, bids, nnunet) [default: 16]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1000))]
    slices: Option<u64>,
    /// Data file to write, by custom with the ending .scan
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The study: a built-in one (`scanweave study list`), a study file or the config.json of a run; phantom-thorax for phantoms, brats for BraTS and chest-xray for the rest unless given
    #[arg(long = "study", value_name = "NAME|FILE", value_parser = crate::study::chosen)]
    chosen: Option<StudyAndRecipe>,
    /// Side of the square images, pixels: 64 for preset tiny, 128 for demo, 256 for large, 512 for paper
    #[arg(long, default_value_t = 128, value_parser = size)]
    size: usize,
    /// Number of phantoms to draw
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    count: u64,
    /// Seed of the phantoms, and of the split where the data set has none
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Leave out images that cannot be used instead of stopping; each is named
    #[arg(long)]
    skip_broken: bool,
    /// Take labels that look like a picture, or cover more than half of the organ
    #[arg(long)]
    accept_label: bool,
    /// Bring volumes of a case that lie on another grid than its first image onto that: linear between the voxels of images,
    /// the nearest one of labels. A slice's number is then that of the first image
    #[arg(long)]
    resample: bool,
    /// What the colours of labels mean: a table of the columns colour (#ff0000, or 255 0 0) and class (its name or
    /// number in the study, 0 where there is no lesion)
    #[arg(long, value_name = "FILE")]
    legend: Option<PathBuf>,
    /// Say what would happen and write nothing. Names and headers alone are read: which slices of whole volumes are taken is
    /// told by their pixels, so only how many there are is said
    #[arg(long)]
    dry_run: bool,
}

/// Count what a .scan file holds and draw a contact sheet.
///
/// The contact sheet shows up to 40 cases: every modality with the label drawn on it, background over image, structure map,
/// fused input.
#[derive(Debug, clap::Args)]
pub struct InspectArgs {
    /// A file made by data prepare
    file: PathBuf,
    /// Where to write the contact sheet; NAME.sheet.png beside NAME.scan unless given
    #[arg(long, value_name = "PNG")]
    sheet: Option<PathBuf>,
    /// Also write the report as one HTML file; what was said while the data was prepared stands only in the one that data prepare wrote
    #[arg(long, value_name = "HTML")]
    report: Option<PathBuf>,
    /// Also write every item into this new folder: images, structure map, mask and label as PNG, subject, split and source as a table
    #[arg(long, value_name = "DIR")]
    export: Option<PathBuf>,
}

impl PrepareArgs {
    /// Slices taken of each volume, at most.
    fn slices(&self) -> usize {
        self.slices.map_or(slices::USUAL, |slices| slices as usize)
    }
}

/// Runs the command.
pub fn run(command: Command) -> Result<()> {
    match command {
        Command::Prepare(args) => run_prepare(&args),
        Command::Inspect(args) => run_inspect(&args),
    }
}

/// A filter on the command line.
fn only(text: &str) -> Result<(String, String), String> {
    let parts = text
        .split_once('=')
        .filter(|(column, _)| !column.is_empty());
    let what = "a column of manifest.csv (of bids an entity of names), '=', and a value";
    let (column, value) = parts.ok_or(what)?;
    Ok((column.trim().into(), value.trim().into()))
}

/// An expression with a group on the command line.
fn subject(text: &str) -> Result<Regex, String> {
    let expression = Regex::new(text).map_err(|error| error.to_string())?;
    let grouped = expression.captures_len() > 1;
    let expression = grouped.then_some(expression);
    expression.ok_or_else(|| "a group in round brackets must capture the subject".into())
}

/// A working size on the command line: a multiple of 16, which the networks need.
pub(super) fn size(text: &str) -> Result<usize, String> {
    let side: usize = text.parse().map_err(|_| "not a whole number".to_string())?;
    let fits = (16..=1024).contains(&side) && side.is_multiple_of(16);
    if fits {
        Ok(side)
    } else {
        Err("must be a multiple of 16 from 16 to 1024".into())
    }
}

fn run_prepare(args: &PrepareArgs) -> Result<()> {
    super::refuse_foreign(&args.out)?;
    let usual = match args.dataset {
        Dataset::Phantom => "phantom-thorax",
        Dataset::Brats => "brats",
        _ => "chest-xray",
    };
    let chosen = args.chosen.as_ref().map(|both| both.study.clone());
    let study = chosen.or_else(|| Study::named(usual));
    let study = study.context("a built-in study")?;
    let legend = legend(args, &study)?;
    let Listing { mut records, notes } = list(args, &study)?;
    let several = split::assign(&mut records, args.seed);
    refuse_images(&args.out, &records)?;
    let mut told = Told::default();
    note(&mut told, notes);
    note(&mut told, on_splits(&records, &several));
    if args.dry_run {
        say_plan(args, &study, &records);
        return Ok(());
    }
    if let Some(parent) = args.out.parent().filter(|p| !p.as_os_str().is_empty()) {
        files::create_folder(parent)?;
    }
    let copies = copies::across_splits(&records);
    note(&mut told, on_copies(&copies));
    let bar = progress(records.len(), "preparing");
    let lenience = Lenience {
        skip_broken: args.skip_broken,
        accept_label: args.accept_label,
        resample: args.resample,
        legend: legend.as_ref(),
    };
    let outcome = prepare(&study, args.size, &records, lenience, || {
        bar.inc(1);
    })?;
    bar.finish_and_clear();
    let folder = refused::folder_of(&args.out);
    refused::clear(&folder);
    for (at, left) in outcome.left_out.iter().enumerate() {
        let told_of = left.told(&folder, at);
        eprintln!("left out: {told_of}");
        told.left_out.push(told_of);
    }
    note(&mut told, outcome.mended);
    note(&mut told, on_shapes(outcome.padded, &outcome.data));
    note(&mut told, on_items(&outcome.data, &study));
    if args.dataset != Dataset::Phantom {
        let source = study.source_place();
        let alike = lookalikes::note(&outcome.data, source, &records, &copies);
        note(&mut told, alike.into_iter().collect());
    }
    told.grids = outcome.grids;
    outcome.data.save(&args.out)?;
    let [page, sheet] = write_report(&args.out, &outcome.data, &told)?;
    print_counts(&args.out, &outcome.data);
    println!();
    println!("report       {}", page.display());
    println!("sheet        {}", sheet.display());
    Ok(())
}

/// What colours mean, where it is said.
fn legend(args: &PrepareArgs, study: &Study) -> Result<Option<Legend>> {
    let Some(path) = &args.legend else {
        return Ok(None);
    };
    if !study.lesion.is_placed() || study.lesion.is_listed() {
        let text = format!(
            "--legend belongs to masks, and study {} has none",
            study.name
        );
        return Err(super::Usage(text).into());
    }
    Legend::read(path, study).map(Some)
}

/// Refuses to write the sheet over an image that is read.
fn refuse_images(data: &Path, records: &[Record]) -> Result<()> {
    let pictures = records.iter().flat_map(|record| {
        let images = record.content.images();
        images.chain(record.content.label())
    });
    let inputs: Vec<&Path> = pictures.flat_map(Picture::paths).collect();
    super::refuse_input(&report::sheet_of(data), &inputs)
}

/// Says each, and keeps it for the report.
fn note(told: &mut Told, notes: Vec<String>) {
    for note in &notes {
        eprintln!("note: {note}");
    }
    told.notes.extend(notes);
}

/// Writes page and sheet beside the data.
fn write_report(data: &Path, prepared: &Prepared, told: &Told) -> Result<[PathBuf; 2]> {
    let (page, picture) = (report::page_of(data), report::sheet_of(data));
    let sheet = report::sheet(prepared)?;
    files::write_output(&picture, &sheet)?;
    report::write(&page, &name(data), prepared, told, &sheet)?;
    Ok([page, picture])
}

fn name(data: &Path) -> String {
    let name = data.file_name().unwrap_or(data.as_os_str());
    name.to_string_lossy().into_owned()
}

/// How many items keep a shape that is no square.
fn on_shapes(padded: usize, prepared: &Prepared) -> Vec<String> {
    let items = prepared.items.len();
    let text = || {
        format!(
            "{padded} of {items} items are not square: they keep their shape, with background beside them"
        )
    };
    (padded > 0).then(text).into_iter().collect()
}

/// What to know of the items: those that lack what structure maps come from, and those without a class.
fn on_items(prepared: &Prepared, study: &Study) -> Vec<String> {
    let mut notes = Vec::new();
    let items = prepared.items.len();
    let source = study.source_place();
    let foreign = prepared.items.iter().filter(|i| !i.has(source)).count();
    if foreign > 0 {
        notes.push(format!(
            "{foreign} of {items} items have no {} image; their structure maps are taken from another modality, and the structure stage learns from the others where there are any",
            study.source
        ));
    }
    let kind = &prepared.header.label;
    let unlabelled = prepared.items.iter().filter(|i| !kind.trains(&i.label));
    let unlabelled = unlabelled.count();
    if unlabelled > 0 {
        notes.push(format!(
            "{unlabelled} of {items} items have no class of the study; they are kept, but train nothing that needs one"
        ));
    }
    notes
}

fn list(args: &PrepareArgs, study: &Study) -> Result<Listing> {
    check_options(args)?;
    let source = args.source.as_deref();
    let given = || source.context("--source DIR is missing");
    let options = folder::Options {
        only: &args.only,
        subject: args.subject.as_ref(),
    };
    let of_volumes = cases::Options {
        slices: (!args.dry_run).then_some(args.slices()),
        only: &args.only,
        subject: args.subject.as_ref(),
    };
    match args.dataset {
        Dataset::ChestXray => chest_xray::records(given()?, study).map(Into::into),
        Dataset::Folder => folder::records(given()?, study, options),
        Dataset::Brats => brats::records(given()?, study, of_volumes),
        Dataset::Decathlon => decathlon::records(given()?, study, of_volumes),
        Dataset::Bids => bids::records(given()?, study, of_volumes),
        Dataset::Nnunet => nnunet::records(given()?, study, of_volumes),
        Dataset::Phantom => phantom::records(study, args.count as usize, args.seed).map(Into::into),
    }
}

/// Refuses options that belong to other layouts.
fn check_options(args: &PrepareArgs) -> Result<()> {
    let folder = args.dataset == Dataset::Folder;
    let volumes = args.dataset.is_of_volumes();
    let chooses = folder || args.dataset == Dataset::Bids;
    let refused = if !args.only.is_empty() && !chooses {
        "--only belongs to --dataset folder and bids"
    } else if args.subject.is_some() && !folder && !volumes {
        "--subject belongs to --dataset folder, brats, decathlon, bids and nnunet"
    } else if args.slices.is_some() && !volumes {
        "--slices belongs to --dataset brats, decathlon, bids and nnunet; in a manifest.csv the column slice chooses"
    } else {
        return Ok(());
    };
    Err(super::Usage(refused.into()).into())
}

/// What to know of the splits before anything is decoded: people and images in several, and what a split is for.
fn on_splits(records: &[Record], several: &[String]) -> Vec<String> {
    let mut notes = Vec::new();
    let count = |split| records.iter().filter(|r| r.split == Some(split)).count();
    if let Some(first) = several.first() {
        notes.push(format!(
            "{} found in several splits of the data set, such as {first}: each is kept in the first of train, val and test, so that nobody is tested who was learnt from",
            counted(several.len(), "subject")
        ));
    }
    let validation = count(Split::Validation);
    if validation > 0 {
        notes.push(format!(
            "split val: {} that choose the best checkpoint, neither learnt from nor tested on",
            counted(validation, "item")
        ));
    }
    if count(Split::Test) == 0 && count(Split::Train) > 0 {
        notes.push("no item is kept for testing: figures of unseen images need some".into());
    }
    notes
}

/// Images that are in two splits byte for byte.
fn on_copies(copies: &[Vec<PathBuf>]) -> Vec<String> {
    let Some(example) = copies.first() else {
        return Vec::new();
    };
    // The last one lies in another split than the first.
    let ends = [example.first(), example.last()];
    let ends = ends.iter().flatten().take(example.len());
    let names: Vec<String> = ends.map(|path| path.display().to_string()).collect();
    vec![format!(
        "{} found in several splits, byte for byte: {}; remove all but one, or give them one subject",
        counted(copies.len(), "image"),
        names.join(" = ")
    )]
}

/// What would be prepared, by names and headers.
fn say_plan(args: &PrepareArgs, study: &Study, records: &[Record]) {
    let glance = glance(records, study, args.resample);
    for refused in glance.refused.iter().take(REFUSED) {
        eprintln!("would be refused: {refused}");
    }
    if let Some(more) = glance.refused.len().checked_sub(REFUSED + 1) {
        eprintln!("would be refused: {} more", more + 1);
    }
    let volumes = args.dataset.is_of_volumes();
    println!(
        "{} would hold {} of {} x {} pixels; nothing is written",
        args.out.display(),
        items(&glance, records.len(), volumes.then_some(args.slices())),
        args.size,
        args.size
    );
    if let Some(slices) = on_slices(&glance, args.slices()).filter(|_| volumes) {
        println!("{slices}");
    }
    println!("study        {}", study.name);
    println!();
    let what = if volumes { "cases" } else { "items" };
    for line in Counts::of_records(records, study, what).lines() {
        println!("{line}");
    }
    for (what, kinds) in &glance.grids {
        println!();
        for (grid, count) in kinds {
            println!("{what:24}{count:>10}  {grid}");
        }
    }
}

/// How many items there would be of so many records; of whole volumes at most so many `slices` are taken.
fn items(glance: &Glance, records: usize, slices: Option<usize>) -> String {
    let records = records - glance.refused.len();
    let Some(slices) = slices.filter(|_| !glance.whole.is_empty()) else {
        return counted(records, "item");
    };
    let taken = glance
        .whole
        .iter()
        .map(|deep| deep.map_or(slices, |deep| deep.min(slices)));
    let most = records - glance.whole.len() + taken.sum::<usize>();
    format!("at most {}", counted(most, "item"))
}

/// How many slices whole volumes have, and that it is not said which are taken.
fn on_slices(glance: &Glance, slices: usize) -> Option<String> {
    let volumes = glance.whole.len();
    let known: Vec<usize> = glance.whole.iter().copied().flatten().collect();
    let unknown = match volumes - known.len() {
        0 => String::new(),
        count => format!(
            ", and those of {} whose headers do not tell",
            counted(count, "volume")
        ),
    };
    (volumes > 0).then(|| {
        format!(
            "{} of {}{unknown}: at most {slices} of each, which are chosen when pixels are read: those that show enough of the organ",
            counted(known.iter().sum(), "slice"),
            counted(known.len(), "volume")
        )
    })
}

fn progress(length: usize, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} ({per_sec}, {eta} left)");
    ProgressBar::new(length as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_message(what)
}

fn run_inspect(args: &InspectArgs) -> Result<()> {
    let prepared = Prepared::open(&args.file)?;
    print_counts(&args.file, &prepared);
    let path = args.sheet.clone();
    let path = path.unwrap_or_else(|| report::sheet_of(&args.file));
    super::refuse_input(&path, &[&args.file])?;
    let sheet = report::sheet(&prepared)?;
    files::write_output(&path, &sheet)?;
    println!("contact sheet: {}", path.display());
    if let Some(page) = &args.report {
        super::refuse_input(page, &[&args.file])?;
        report::write(page, &name(&args.file), &prepared, &Told::default(), &sheet)?;
        println!("report: {}", page.display());
    }
    if let Some(folder) = &args.export {
        let bar = progress(prepared.items.len(), "exporting");
        unpack(&prepared, folder, || bar.inc(1))?;
        bar.finish_and_clear();
        println!("every item: {}", folder.display());
    }
    Ok(())
}

fn print_counts(path: &Path, prepared: &Prepared) {
    let header = &prepared.header;
    println!(
        "{}: {} items of {} x {} pixels",
        path.display(),
        prepared.items.len(),
        header.size,
        header.size
    );
    println!("study        {}", header.study);
    println!("fingerprint  {}", prepared.fingerprint);
    println!();
    for line in Counts::of(prepared).lines() {
        println!("{line}");
    }
}
