//! `scanweave compare`: two weights files side by side, in figures and in pictures.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Parser;
use scanweave::image::{Image, Plane};
use scanweave::study::Study;
use scanweave::weights::{self, Role};

use super::evaluate::{Sampling, progress};
use super::table::{Side, table};
use crate::data::{Item, Prepared, Split};
use crate::evaluate::{self, Draws as _, Evaluation, Interval, Row, Sampler, Section};
use crate::picture::letters::{self, Colour};
use crate::stages::items::{image, structure};
use crate::{files, picture, said};

/// Subjects of each kind on the sheet.
const SHOWN: u64 = 8;
/// Of the words on it.
const WORDS: Colour = [1.0; 3];

/// Compare two .weave files on the same real images: every figure of both, and a sheet of pictures.
///
/// The figures are those of `evaluate` without a judge, with the same sampling seeds for both files. The last column names
/// the file that is nearer to the real images, A or B, where the intervals of the two do not meet: a figure of real images is
/// to be met, not to be beaten. Both files must be of the study and the size that the data was prepared for.
///
/// The sheet (--out) has a column for each subject, and for the structure map and each modality three rows: A, B and real
/// test images; a line above each row says which. Both files draw from the same numbers, but what those mean is each model's own.
#[derive(Parser)]
#[command(
    after_help = "Example: scanweave compare old.weave new.weave --data my.scan --count 200 --out sheet.png"
)]
pub struct Args {
    /// The first weights file, A in the table.
    #[arg(value_name = "A.weave")]
    first: PathBuf,
    /// The other, B.
    #[arg(value_name = "B.weave")]
    second: PathBuf,
    /// Prepared data, best that which both were trained with: its test split is what is real.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    #[command(flatten)]
    sampling: Sampling,
    /// Also write a sheet of pictures.
    #[arg(long, value_name = "FILE.png")]
    out: Option<PathBuf>,
}

/// Pictures of one kind: for the structure map and each modality a row.
type Stages = Vec<Vec<Image>>;

/// Runs the subcommand.
pub fn run(args: Args) -> anyhow::Result<()> {
    if let Some(out) = &args.out {
        super::refuse_input(out, &[&args.first, &args.second, &args.data])?;
    }
    let data = Prepared::open(&args.data)?;
    let (first, of_first, study) = measured(&args, &args.first, &data)?;
    let (second, of_second, _) = measured(&args, &args.second, &data)?;
    let told = said::result(&text(&args, &first, &second));
    if let Some(out) = &args.out {
        let real = real(&data, &study);
        let stages = of_first.into_iter().zip(of_second).zip(real);
        let kinds = kinds(&study).zip(stages);
        let rows: Vec<Vec<Image>> = kinds
            .flat_map(|(kind, ((a, b), real))| {
                let rows = [("A", a), ("B", b), ("real", real)];
                rows.map(|(of, row)| named(&format!("{of}: {kind}"), row))
            })
            .flatten()
            .collect();
        if let Some(parent) = out.parent().filter(|p| !p.as_os_str().is_empty()) {
            files::create_folder(parent)?;
        }
        picture::save_sheet(out, &rows)?;
        println!("\npictures in {}", out.display());
    }
    told
}

/// The figures of one file, and its first subjects.
fn measured(
    args: &Args,
    path: &Path,
    data: &Prepared,
) -> anyhow::Result<(Vec<Row>, Stages, Study)> {
    let unusable = || format!("{} cannot be compared", path.display());
    let bytes = files::read_whole(path, files::WEIGHTS)?;
    let model = weights::read(&bytes).with_context(unusable)?;
    for role in [Role::StructureDecoder, Role::MaskGenerator] {
        model.require(&role).with_context(unusable)?;
    }
    evaluate::check(data, &model.study, model.geometry.size).with_context(unusable)?;
    let pipeline = args
        .sampling
        .device
        .synthesiser(&model)
        .with_context(unusable)?;
    let sampler = Sampler::new(&pipeline, model.lesions.as_ref(), data).with_context(unusable)?;
    let seeds = args.sampling.seeds();
    let evaluation = Evaluation {
        draws: &sampler,
        data,
        judge: None,
        classifier: None,
        count: args.sampling.count as usize,
        seeds: &seeds,
    };
    let bar = progress(evaluation.work());
    let rows = evaluation.run(&|| bar.inc(1));
    bar.finish_and_clear();
    let mut stages = vec![Vec::new(); 1 + model.study.modalities.len()];
    for k in 0..SHOWN.min(u64::from(args.sampling.count)) {
        let subject = sampler
            .sample(args.sampling.seed, k)
            .with_context(unusable)?;
        let structure = subject.structure.map(|structure| structure.map);
        let images = subject.images.into_iter().map(Some).collect();
        add(&mut stages, &model.study, structure, images);
    }
    Ok((rows.with_context(unusable)?, stages, model.study))
}

/// Real test images, evenly spread over the split.
fn real(data: &Prepared, study: &Study) -> Stages {
    let items = data.items.iter().filter(|item| item.split == Split::Test);
    let items: Vec<&Item> = evaluate::spread(items.collect(), SHOWN as usize);
    let size = data.header.size;
    let mut stages = vec![Vec::new(); 1 + study.modalities.len()];
    for item in items {
        let images = item.images.iter();
        let images = images.map(|bytes| Some(image(bytes.as_deref()?, size)));
        let map = structure(item, size).map;
        add(&mut stages, study, Some(map), images.collect());
    }
    stages
}

/// What the stages show.
fn kinds(study: &Study) -> impl Iterator<Item = String> {
    let modalities = study.modalities.iter();
    let names = modalities.map(|modality| modality.name.clone());
    std::iter::once("structure map".to_owned()).chain(names)
}

/// A row of the sheet below a line that says what it shows.
fn named(words: &str, row: Vec<Image>) -> [Vec<Image>; 2] {
    let width = row.iter().map(Image::width).sum::<usize>();
    let line = letters::line(&[(words, WORDS)], width.max(1), picture::PAPER);
    [vec![line], row]
}

/// A column of the sheet; what is missing is paper.
fn add(stages: &mut Stages, study: &Study, map: Option<Plane>, images: Vec<Option<Image>>) {
    let size = images.iter().flatten().map(Image::width).max().unwrap_or(1);
    let paper = || Image::from(Plane::filled(size, size, picture::PAPER));
    stages[0].push(map.map_or_else(paper, Image::from));
    let shown = images.into_iter().zip(&study.modalities);
    for (row, (image, modality)) in stages[1..].iter_mut().zip(shown) {
        let image = image.map(|image| modality.channels.shown(&image));
        row.push(image.unwrap_or_else(paper));
    }
}

/// The tables, one per section.
fn text(args: &Args, first: &[Row], second: &[Row]) -> String {
    let mut text = format!(
        "A {}\nB {}\nmean [95 % interval] over {} sampling seeds\n",
        args.first.display(),
        args.second.display(),
        args.sampling.seeds
    );
    for section in Section::ALL {
        let of = first.iter().filter(|row| row.section == section);
        let mut lines = vec![["", "A", "B", "real", "nearer to real"].map(String::from)];
        for row in of {
            let same = |other: &&Row| other.section == section && other.name == row.name;
            let other = second.iter().find(same).and_then(|r| r.synthetic.as_ref());
            let (own, real) = (row.synthetic.as_ref(), row.real.as_ref());
            let cell = |value: Option<&Interval>| value.map_or("-".into(), ToString::to_string);
            lines.push([
                format!("  {}", row.name),
                cell(own),
                cell(other),
                cell(real),
                nearer(own, other, real).into(),
            ]);
        }
        if lines.len() > 1 {
            let (l, r) = (Side::Left, Side::Right);
            let _ = writeln!(text, "\n{section}");
            text += &table([l, r, r, r, l], &lines);
        }
    }
    text
}

/// Which of two is nearer to the real one; nothing where their intervals meet.
fn nearer(a: Option<&Interval>, b: Option<&Interval>, real: Option<&Interval>) -> &'static str {
    let (Some(a), Some(b), Some(real)) = (a, b, real) else {
        return "";
    };
    let away = |of: &Interval| (of.mean - real.mean).abs();
    match (a.low <= b.high && b.low <= a.high, away(a) < away(b)) {
        (true, _) => "",
        (false, true) => "A",
        (false, false) => "B",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_one_is_named_where_intervals_are_apart() {
        let of = |mean: f64| Interval::of([mean - 0.1, mean + 0.1, mean]);
        let named = |a: f64, b: f64, real: f64| {
            let (a, b, real) = (of(a), of(b), of(real));
            nearer(a.as_ref(), b.as_ref(), real.as_ref())
        };
        assert_eq!(named(2.0, 5.0, 1.0), "A");
        assert_eq!(named(2.0, 5.0, 6.0), "B");
        assert_eq!(named(2.0, 2.1, 6.0), "");
        assert_eq!(nearer(None, of(1.0).as_ref(), of(1.0).as_ref()), "");
    }

    #[test]
    fn what_a_subject_lacks_is_paper() {
        let study = Study::named("phantom-brain").expect("built in");
        let mut stages = vec![Vec::new(); 1 + study.modalities.len()];
        let mut images = vec![None; study.modalities.len()];
        images[0] = Some(Image::from(Plane::filled(4, 4, 1.0)));
        add(&mut stages, &study, None, images);
        assert!(
            stages
                .iter()
                .all(|row| row.len() == 1 && row[0].width() == 4)
        );
        assert_eq!(stages[1][0].planes()[0].at(0, 0), 1.0);
        assert_eq!(stages[2][0].planes()[0].at(0, 0), picture::PAPER);
    }
}
