//! `scanweave runs`: how the trainings below a folder stand.

use std::path::{Path, PathBuf};

use super::table::{Side, table};
use crate::run::{Summary, runs_below};
use crate::said;

/// List the runs below a folder with their state and key figures.
///
/// A run is running, interrupted (go on with the same `train` command and --resume), finished or
/// diverged (its report says why).
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to look.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
}

/// Runs the subcommand.
pub fn run(args: &Args) -> anyhow::Result<()> {
    anyhow::ensure!(
        args.folder.is_dir(),
        "{} is not a folder",
        args.folder.display()
    );
    let runs = runs_below(&args.folder);
    if runs.is_empty() {
        println!(
            "no run below {}: begin one with `scanweave train`",
            args.folder.display()
        );
        return Ok(());
    }
    let titles = [
        "run",
        "stage",
        "study",
        "state",
        "steps",
        "minutes",
        "best",
        "last losses",
    ];
    let mut rows = vec![titles.map(String::from)];
    rows.extend(runs.iter().map(|path| row(path, &args.folder)));
    let (l, r) = (Side::Left, Side::Right);
    said::result(&table([l, l, l, l, r, r, l, l], &rows))
}

/// A run that cannot be read is listed with the reason.
fn row(path: &Path, folder: &Path) -> [String; 8] {
    let name = path.strip_prefix(folder).unwrap_or(path);
    let name = if name.as_os_str().is_empty() {
        path
    } else {
        name
    };
    let name = name.display().to_string();
    match Summary::read(path) {
        Ok(summary) => filled(name, &summary),
        Err(error) => {
            let dash = || "-".to_owned();
            let state = "unreadable".to_owned();
            [
                name,
                dash(),
                dash(),
                state,
                dash(),
                dash(),
                dash(),
                format!("{error:#}"),
            ]
        }
    }
}

fn filled(name: String, summary: &Summary) -> [String; 8] {
    let best = summary.history.best();
    let best = best.map(|b| format!("{} {:.4} at {}", b.name, b.value, b.step));
    [
        name,
        summary.configuration.stage.clone(),
        summary.configuration.study.name.clone(),
        summary.record.state.to_string(),
        summary.steps().to_string(),
        format!("{:.1}", summary.seconds() / 60.0),
        best.unwrap_or_else(|| "-".into()),
        losses(summary),
    ]
}

fn losses(summary: &Summary) -> String {
    let last = summary.history.losses.last();
    let terms = last.into_iter().flat_map(|line| &line.terms);
    let said = terms.map(|(name, value)| match value {
        Some(value) => format!("{name} {value:.3}"),
        None => format!("{name} not finite"),
    });
    said.collect::<Vec<_>>().join(", ")
}
