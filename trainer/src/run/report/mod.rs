//! `report.html`: one page that holds everything worth seeing of a run and needs nothing else.

mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use super::{Directory, History, Record, State, Summary};
use crate::files;
use crate::page::{self, Chart, Series, escape, label, section};

/// Sample sheets shown, first and last among them.
const SHEETS: usize = 4;

/// Writes the report of a run that stands as `record` says, whole or not at all.
pub fn write(directory: &Directory, record: &Record) -> anyhow::Result<PathBuf> {
    let mut summary = Summary::read(directory.path())?;
    summary.record = record.clone();
    let file = directory.path().join("report.html");
    files::write_whole(&file, whole(&summary, directory)?.as_bytes())?;
    Ok(file)
}

fn whole(summary: &Summary, directory: &Directory) -> anyhow::Result<String> {
    let (history, record) = (&summary.history, &summary.record);
    let mut body = heading(summary);
    body += &sheets(directory)?;
    body += &section("Validation", "charts", &validation(history));
    body += &section(
        "Losses, weighted as they enter the sum",
        "charts",
        &losses(history),
    );
    body += &section("Speed", "charts", &speed(history));
    body += &section(
        "Where the time went",
        "",
        &tables::timings(record, summary.seconds()),
    );
    body += &section(
        "Configuration",
        "",
        &tables::configuration(&summary.configuration)?,
    );
    body += &section("Sittings", "", &tables::sittings(record));
    Ok(page::whole(&name(summary), &body))
}

fn name(summary: &Summary) -> String {
    let path = std::path::absolute(&summary.path).unwrap_or_else(|_| summary.path.clone());
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

fn heading(summary: &Summary) -> String {
    let (configuration, record) = (&summary.configuration, &summary.record);
    let mut html = format!(
        "<h1>{}</h1>\n<p>{} stage, {}, {} px, {}</p>\n",
        escape(&name(summary)),
        configuration.stage,
        escape(&configuration.study.title),
        configuration.geometry.size,
        record.state
    );
    if let (State::Diverged, Some(reason)) = (record.state, &record.reason) {
        let _ = writeln!(html, "<p class=\"warning\">{}</p>", escape(reason));
    }
    html + &page::facts(&facts(summary))
}

fn facts(summary: &Summary) -> Vec<(String, String)> {
    let steps = summary.steps();
    let images = steps * summary.configuration.batch as u64;
    let mut facts = vec![
        ("steps".to_owned(), steps.to_string()),
        ("images seen".into(), images.to_string()),
        ("minutes".into(), format!("{:.1}", summary.seconds() / 60.0)),
    ];
    if let Some(line) = summary.history.losses.last() {
        facts.push(("images per second".into(), label(line.images_per_second)));
    }
    if let Some(best) = summary.history.best() {
        let name = format!("best {}, at step {}", best.name, best.step);
        facts.push((name, label(best.value)));
    }
    facts
}

/// The first sheet, the last, and some between at equal distances.
fn sheets(directory: &Directory) -> anyhow::Result<String> {
    let all = directory.sheets();
    let last = all.len().saturating_sub(1);
    let chosen: BTreeSet<usize> = (0..SHEETS).map(|i| i * last / (SHEETS - 1)).collect();
    let mut html = String::new();
    for (step, file) in chosen.iter().filter_map(|&i| all.get(i)) {
        let alt = format!("sample sheet at step {step}");
        let png = files::read_whole(file, files::LOG)?;
        html += &page::picture(&format!("step {step}"), &alt, &png);
    }
    Ok(section("Sample sheets", "sheets", &html))
}

fn validation(history: &History) -> String {
    let mut series: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for line in &history.validations {
        for (name, value) in &line.figures {
            let points = series.entry(name).or_default();
            points.extend(value.map(|v| (line.step as f64, v)));
        }
    }
    let best = history.best();
    let chart = |(name, points): (&str, Vec<(f64, f64)>)| {
        let decisive = best.as_ref().filter(|b| b.name == name);
        let direction = decisive.map_or(String::new(), |b| format!(", {}", b.better.name()));
        Chart {
            title: format!("{name}{direction}"),
            series: vec![Series {
                name: name.into(),
                points,
            }],
            mark: decisive.map(|b| (b.step as f64, b.value)),
        }
    };
    series.into_iter().map(|s| chart(s).html()).collect()
}

fn losses(history: &History) -> String {
    let mut series: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for line in &history.losses {
        for (name, value) in &line.terms {
            let points = series.entry(name).or_default();
            points.extend(value.map(|v| (line.step as f64, f64::from(v))));
        }
    }
    let chart = |(name, points): (&str, Vec<(f64, f64)>)| Chart {
        title: name.into(),
        series: vec![Series {
            name: name.into(),
            points,
        }],
        mark: None,
    };
    series.into_iter().map(|s| chart(s).html()).collect()
}

fn speed(history: &History) -> String {
    if history.losses.is_empty() {
        return String::new();
    }
    let series = |name: &str, value: fn(&super::Losses) -> Option<f64>| Series {
        name: name.into(),
        points: history
            .losses
            .iter()
            .filter_map(|l| Some((l.step as f64, value(l)?)))
            .collect(),
    };
    Chart {
        title: "images per second".into(),
        series: vec![
            series("training", |l| Some(l.images_per_second)),
            series("loader alone", |l| l.loader_images_per_second),
            series("steps alone", |l| l.step_images_per_second),
        ],
        mark: None,
    }
    .html()
}
