//! A study file with a comment on every field: what `scanweave study show` prints and `study new` writes.

use std::fmt::Write as _;

use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;

use super::StudyAndRecipe;

/// A field with what is said of it.
struct Field {
    name: &'static str,
    about: &'static str,
}

const fn field(name: &'static str, about: &'static str) -> Field {
    Field { name, about }
}

/// The fields of a study, in the order of the file.
const STUDY: [Field; 14] = [
    field(
        "name",
        "Name on the command line and in files: letters, digits, hyphens.",
    ),
    field("title", "Name for people."),
    field(
        "source",
        "The modality that structure maps and masks are taken from.",
    ),
    field(
        "source_weights",
        "The weight of each of its channels in the plane that they are taken from, such as [0.0, 1.0, 0.0] for green.\n[]: a grey plane itself, the luminance of colours, of a slice with its neighbours the slice.",
    ),
    field(
        "lesion",
        "The lesion label: \"none\", { class = [\"normal\", ..] } for a class per image,\n{ mask = [\"tumour\", ..] } for drawn regions, { boxes = [\"nodule\", ..] } for boxes.",
    ),
    field(
        "noise",
        "Range of the noise z' that fills the organ in the structure map (equation 12).",
    ),
    field(
        "line_threshold",
        "A line is drawn where the structure decoder's output is greater than this.",
    ),
    field(
        "line_reach",
        "The structure networks learn the distance from the lines, up to this many pixels (3 or 4), instead of the\nlines themselves: smoother outlines in fewer pieces. 0: lines.",
    ),
    field(
        "lesion_margin",
        "Lesions keep this distance from the organ's outline, pixels at 128.",
    ),
    field(
        "input",
        "What the generator is given; the rows of the ablation leave parts out.",
    ),
    field(
        "style",
        "The generator is told how the greys of an image are spread and how much detail it has: in use, as in a subject\nof the training set. Samples differ more.",
    ),
    field(
        "mask",
        "Algorithm 2, the organ's mask, for 128 px: darker than threshold is background; the mask\ngrows and shrinks by `grow` pixels, is smoothed by a median of side `median`, its holes filled.",
    ),
    field(
        "modalities",
        "What the generator paints, in this order. Built in: xray, t1, t1c, t2, flair, fundus, ct; any other\nname makes a modality of your own. `channels`: 1 grey, 3 colour, \"neighbours\" a slice of a volume with\nthe one before and the one after it. Grey modalities beside colours are painted as equal channels. `scale`:\n\"absolute\" keeps values as read, \"organ-median\" brings the organ's median to 0.35, for intensities without a\nunit such as MRI's.",
    ),
    field(
        "extraction",
        "Algorithm 1, the structure map, per working size (values between two sizes are interpolated).\n`scale`: lines are looked for at this many times the size. `smoothing`: Gaussian before anything else.\n`contrast`: local normalisation in windows of `radius` pixels. `sigma1`, `alpha`: blur of the gradients and\nthreshold on their distance from the mean. `sigma2`, `beta`: blur and threshold of the union of lines.\n`median`: side of the median filter. `headroom`: greys and gradients are scaled by percentiles inside the\norgan, which markers and metal do not move, and not by their extremes; the larger, the fewer lines (1.3 to 1.8).\n`shortest`: pieces of lines whose box has a shorter diagonal are left out, there and in what is drawn; 0 keeps all.",
    ),
];

/// The study as a commented file, whose reading gives it back.
///
/// # Errors
/// Only if a value could not be written as TOML.
pub fn template(both: &StudyAndRecipe) -> anyhow::Result<String> {
    let mut text = String::from(
        "# A study of scanweave: what pictures are made from, and how the networks learn.\n\
         # Give this file wherever a command takes --study. What you leave out comes from the study that\n\
         # `base = \"NAME\"` would name (`scanweave study list`), or is plain.\n",
    );
    let study = serde_json::to_value(&both.study)?;
    for Field { name, about } in STUDY {
        comment(&mut text, about);
        let value = &study[name];
        match value {
            Value::Array(rows) if rows.iter().any(Value::is_object) => {
                for row in rows {
                    writeln!(text, "[[{name}]]\n{}", table(row)?)?;
                }
            }
            value => writeln!(text, "{name} = {}", inline(value)?)?,
        }
    }
    comment(
        &mut text,
        "How the networks learn: weights of the losses (0 switches a term off), schedules, switches. docs/method.md\nexplains each.",
    );
    writeln!(
        text,
        "[recipe]\n{}",
        table(&serde_json::to_value(&both.recipe)?)?
    )?;
    Ok(text.trim_end().to_owned() + "\n")
}

fn comment(text: &mut String, about: &str) {
    text.push('\n');
    for line in about.lines() {
        let _ = writeln!(text, "# {line}");
    }
}

/// The fields of a table, one a line, tables within it in one line each.
fn table(value: &Value) -> anyhow::Result<String> {
    let mut text = String::new();
    let mut fields: Vec<_> = value.as_object().context("a table")?.iter().collect();
    // What a row is of stands first.
    fields.sort_by_key(|(name, _)| !matches!(name.as_str(), "name" | "size"));
    for (name, value) in fields {
        if !value.is_null() {
            writeln!(text, "{name} = {}", inline(value)?)?;
        }
    }
    Ok(text)
}

/// A value in one line.
fn inline(value: &Value) -> anyhow::Result<String> {
    Ok(match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let fields = fields.map(|(name, value)| Ok(format!("{name} = {}", inline(value)?)));
            let fields = fields.collect::<anyhow::Result<Vec<_>>>()?;
            format!("{{ {} }}", fields.join(", "))
        }
        Value::Array(items) => {
            let items = items
                .iter()
                .map(inline)
                .collect::<anyhow::Result<Vec<_>>>()?;
            format!("[{}]", items.join(", "))
        }
        Value::Number(number) if number.is_f64() => shortest(number.as_f64().context("a number")?),
        plain => {
            let mut text = String::new();
            plain.serialize(toml::ser::ValueSerializer::new(&mut text))?;
            text
        }
    })
}

/// Values are single precision: 0.1, not 0.10000000149011612.
fn shortest(number: f64) -> String {
    let single = number as f32;
    if f64::from(single) == number {
        format!("{single:?}")
    } else {
        format!("{number:?}")
    }
}
