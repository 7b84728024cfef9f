//! `scanweave inspect`: what a weights file holds.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use data_encoding::HEXLOWER;
use scanweave::study::{Channels, Modality};
use scanweave::weights::{self, Card, NetworkSummary, Role, Summary, TensorSummary};

use crate::{files, said};

/// Say what a .weave file holds.
///
/// Prints the study, the model card and the networks of a .weave file, after checking the whole
/// file against its checksum.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The weights file.
    #[arg(value_name = "FILE.weave")]
    weights: PathBuf,
    /// Also list every tensor with its shape and precision.
    #[arg(long)]
    tensors: bool,
    /// Also print how its networks were trained: runs, steps, rates and recipe, as JSON.
    #[arg(long)]
    provenance: bool,
}

/// Runs the subcommand.
pub fn run(args: Args) -> anyhow::Result<()> {
    let bytes = files::read_whole(&args.weights, files::WEIGHTS)?;
    let summary = weights::inspect(&bytes)
        .with_context(|| format!("{} cannot be used", args.weights.display()))?;
    let mut text = format!("{}\n", args.weights.display());
    text += &report(&summary, args.tensors);
    if args.provenance {
        text += &provenance(&summary)?;
    }
    said::result(&text)
}

fn provenance(summary: &Summary) -> anyhow::Result<String> {
    let Some(record) = &summary.provenance else {
        return Ok("\nProvenance\n  none\n".into());
    };
    let value: serde_json::Value = serde_json::from_str(record.text())?;
    Ok(format!(
        "\nProvenance\n{}\n",
        serde_json::to_string_pretty(&value)?
    ))
}

fn report(summary: &Summary, tensors: bool) -> String {
    let mut text = study(summary);
    text += &card(&summary.card);
    text += "\nNetworks\n";
    let mut rows = vec![["network", "parameters", "bytes", "stored as"].map(String::from)];
    rows.extend(summary.networks.iter().map(network));
    text += &table(&rows);
    let painters = [Role::StructureDecoder, Role::MaskGenerator, Role::Generator];
    for role in painters {
        if !summary.networks.iter().any(|n| n.role == role) {
            let _ = writeln!(text, "  no {role}: {}", role.without());
        }
    }
    if tensors {
        for network in &summary.networks {
            let _ = writeln!(text, "\nTensors of the {}", network.role);
            text += &table(&network.tensors.iter().map(tensor).collect::<Vec<_>>());
        }
    }
    text
}

/// Its name, and what its channels are where it is not grey.
fn modality(modality: &Modality) -> String {
    match modality.channels {
        Channels::Grey => modality.name.clone(),
        other => format!("{} ({})", modality.name, other.name()),
    }
}

fn study(summary: &Summary) -> String {
    let (study, geometry) = (&summary.study, &summary.geometry);
    let modalities: Vec<_> = study.modalities.iter().map(modality).collect();
    let classes: Vec<_> = study.lesion.classes().iter().map(|c| plain(c)).collect();
    let digest = HEXLOWER.encode(&summary.digest);
    let answer = match &summary.known_answer {
        Some(answer) => format!("known answer for seed {}", answer.seed),
        None => "none".into(),
    };
    let lines = [
        (
            "format",
            format!("{}, {:.2} MB", summary.version, summary.bytes as f64 / 1e6),
        ),
        ("content", digest),
        (
            "study",
            format!("{} ({})", plain(&study.name), plain(&study.title)),
        ),
        (
            "images",
            format!(
                "{0} x {0} pixels: {1}",
                geometry.size,
                modalities.join(", ")
            ),
        ),
        (
            "maps",
            format!(
                "drawn at {0} x {0} pixels from {1} values, {2}",
                geometry.structure_size(),
                geometry.latent,
                match study.line_reach {
                    0 => "as lines".to_owned(),
                    reach => format!("as distances from lines up to {reach} pixels"),
                }
            ),
        ),
        (
            "style",
            if study.style {
                "drawn with the noise, as in a subject of the training set".into()
            } else {
                "none".into()
            },
        ),
        (
            "lesions",
            if classes.is_empty() {
                "none".into()
            } else {
                classes.join(", ")
            },
        ),
        ("self-test", answer),
    ];
    let mut text = String::new();
    for (name, value) in lines {
        let _ = writeln!(text, "  {name:<10} {value}");
    }
    text
}

fn card(card: &Card) -> String {
    let mut text = String::from("\nModel card\n");
    let lines = [
        ("title", &card.title),
        ("data", &card.data),
        ("licence", &card.licence),
        ("training", &card.training),
        ("limits", &card.limits),
    ];
    for (name, value) in lines.into_iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(text, "  {name:<10} {}", plain(value));
    }
    for withheld in &card.withheld {
        let (class, why) = (plain(&withheld.class), plain(&withheld.why));
        let _ = writeln!(text, "  {:<10} {class}: {why}", "withheld");
    }
    for figure in &card.figures {
        let _ = writeln!(
            text,
            "  {:<10} {}: {}",
            "figure",
            plain(&figure.name),
            plain(&figure.value)
        );
    }
    for command in &card.commands {
        let _ = writeln!(text, "  {:<10} {}", "command", plain(command));
    }
    if card == &Card::default() {
        text += "  empty: the file does not say what it was trained on\n";
    }
    text
}

fn network(network: &NetworkSummary) -> [String; 4] {
    let parameters = network.parameters();
    let share = |n: usize| 100.0 * n as f64 / parameters.max(1) as f64;
    let stored = network.precisions();
    let stored: Vec<_> = stored
        .into_iter()
        .map(|(p, n)| format!("{} {:.1} %", p.name(), share(n)))
        .collect();
    let bytes = network.bytes().to_string();
    [
        network.role.to_string(),
        parameters.to_string(),
        bytes,
        stored.join(", "),
    ]
}

fn tensor(tensor: &TensorSummary) -> [String; 4] {
    let shape: Vec<_> = tensor.shape.iter().map(ToString::to_string).collect();
    let bytes = tensor.bytes.to_string();
    [
        tensor.name.clone(),
        shape.join(" x "),
        bytes,
        tensor.precision.name().into(),
    ]
}

/// Columns as wide as their widest cell; the two in the middle to the right.
fn table(rows: &[[String; 4]]) -> String {
    let width = |column: usize| rows.iter().map(|r| r[column].len()).max().unwrap_or(0);
    let [a, b, c] = [width(0), width(1), width(2)];
    let line = |r: &[String; 4]| format!("  {:<a$}  {:>b$}  {:>c$}  {}\n", r[0], r[1], r[2], r[3]);
    rows.iter().map(line).collect()
}

/// Text of a stranger's file without the control characters that could command a terminal.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use scanweave::study::{Preset, Study};
    use scanweave::weights::Withheld;

    use super::*;

    #[test]
    fn a_report_obeys_no_terminal_codes_and_names_what_is_missing() {
        let summary = Summary {
            version: 1,
            study: Study::named("chest-xray").expect("built in"),
            provenance: None,
            geometry: Preset::Tiny.geometry(),
            card: Card {
                title: "a\u{1b}[2Jb".into(),
                withheld: vec![Withheld {
                    class: "virus".into(),
                    why: "no judge finds it\u{1b}".into(),
                }],
                ..Card::default()
            },
            known_answer: None,
            networks: Vec::new(),
            bytes: 1_500_000,
            digest: [0xab; 32],
        };
        let text = report(&summary, true);
        assert!(!text.contains('\u{1b}'));
        assert!(text.contains("normal, bacteria, virus"), "{text}");
        assert!(
            text.contains("withheld   virus: no judge finds it"),
            "{text}"
        );
        assert!(
            text.contains("no structure decoder: structure maps cannot be sampled"),
            "{text}"
        );
        assert!(text.contains("1.50 MB"), "{text}");
    }
}
