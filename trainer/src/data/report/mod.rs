//! What people look at before they train: one HTML file beside the data, and its sheet of cases as a PNG.
//!
//! Everything that can be wrong with a data set and breaks nothing is seen here: classes that are rare in one split, greys
//! that differ between two, masks that lie beside their lesions, a head that stands upside down.

mod charts;
mod outline;
mod sheet;

use super::counts::Counts;
use super::prepared::Prepared;
use crate::files;
use crate::page::{self, escape, section};
use crate::picture;
use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Kinds of grids that are listed of each modality.
const GRIDS: usize = 8;

/// What was said while the data was prepared; nothing is known of it later.
#[derive(Debug, Default)]
pub struct Told {
    /// How files were understood, and what was put right in them.
    pub notes: Vec<String>,
    /// What was left out, each with its reason.
    pub left_out: Vec<String>,
    /// How the files lie, see [`super::prepare::Outcome`].
    pub grids: BTreeMap<String, BTreeMap<String, usize>>,
}

/// Where the report of `data` stands: beside it, as `NAME.report.html` for `NAME.scan`.
pub fn page_of(data: &Path) -> PathBuf {
    data.with_extension("report.html")
}

/// Where the sheet of `data` stands: beside it, as `NAME.sheet.png` for `NAME.scan`.
pub fn sheet_of(data: &Path) -> PathBuf {
    data.with_extension("sheet.png")
}

/// The bytes of the sheet of cases.
///
/// # Errors
/// When an item has no image.
pub fn sheet(prepared: &Prepared) -> Result<Vec<u8>> {
    picture::png(&sheet::sheet(prepared)?)
}

/// Writes the page about the data called `name` to `path`, whole or not at all; `sheet` is what [`sheet()`] gives.
///
/// # Errors
/// When it cannot be written; the error names it.
pub fn write(
    path: &Path,
    name: &str,
    prepared: &Prepared,
    told: &Told,
    sheet: &[u8],
) -> Result<()> {
    files::write_output(path, whole(name, prepared, told, sheet).as_bytes())
}

fn whole(name: &str, prepared: &Prepared, told: &Told, sheet: &[u8]) -> String {
    let header = &prepared.header;
    let counts = Counts::of(prepared);
    let mut body = format!(
        "<h1>{}</h1>\n<p>study {}, {} x {} px, fingerprint {}</p>\n",
        escape(name),
        escape(&header.study),
        header.size,
        header.size,
        prepared.fingerprint
    );
    body += &page::facts(&facts(prepared, told));
    body += &section("What is in each split", "", &counted(&counts));
    body += &section("Notes", "", &page::list(&told.notes));
    body += &section("Left out", "", &page::list(&told.left_out));
    body += &section("Cases", "sheets", &cases(prepared, sheet));
    body += &section("Greys inside the organ", "charts", &charts::greys(prepared));
    body += &section("Sizes of lesions", "", &sizes(prepared));
    body += &section("How the files lie", "", &grids(told));
    page::whole(name, &body)
}

fn facts(prepared: &Prepared, told: &Told) -> Vec<(String, String)> {
    let mut images: BTreeMap<&str, usize> = BTreeMap::new();
    for item in &prepared.items {
        *images.entry(&item.subject).or_default() += 1;
    }
    let mut facts = vec![
        ("items".to_owned(), prepared.items.len().to_string()),
        ("subjects".into(), images.len().to_string()),
    ];
    let mut numbers: Vec<usize> = images.into_values().collect();
    numbers.sort_unstable();
    if let (Some(least), Some(most)) = (numbers.first(), numbers.last()) {
        let text = if least == most {
            least.to_string()
        } else {
            format!("{least} to {most}")
        };
        facts.push(("items of a subject".into(), text));
    }
    if !told.left_out.is_empty() {
        facts.push(("left out".into(), told.left_out.len().to_string()));
    }
    facts
}

fn counted(counts: &Counts) -> String {
    let splits = counts.splits.iter().map(|split| split.name());
    let headings: Vec<&str> = std::iter::once("").chain(splits).collect();
    let row = |(name, numbers): &(String, Vec<usize>)| {
        let numbers = numbers.iter().map(usize::to_string);
        std::iter::once(name.clone()).chain(numbers).collect()
    };
    let rows: Vec<Vec<String>> = counts.rows.iter().map(row).collect();
    page::table(&headings, &rows)
}

/// The sheet, and who is on it.
fn cases(prepared: &Prepared, sheet: &[u8]) -> String {
    let shown = sheet::shown(prepared);
    let caption = format!(
        "{} of {} items: every modality with its label, the background, the structure map, and both with noise as the generator sees them",
        shown.len(),
        prepared.items.len()
    );
    let mut html = page::picture(&caption, "a sheet of cases", sheet);
    let rows = shown.iter().map(|(number, item)| {
        vec![
            format!("{number:06}"),
            item.split.name().to_owned(),
            item.subject.clone(),
            sheet::classes(item, &prepared.header).join(", "),
            item.source.clone(),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let headings = ["item", "split", "subject", "classes", "source"];
    let table = page::table(&headings, &rows);
    let _ = write!(
        html,
        "<details><summary>Who they are</summary>\n{table}</details>\n"
    );
    html
}

fn sizes(prepared: &Prepared) -> String {
    let rows = charts::size_rows(prepared);
    if rows.is_empty() {
        return String::new();
    }
    let headings = ["class", "items", "smallest", "median", "largest"];
    format!(
        "{}<p>From the smallest to the largest lesion, over the share of the items that have one:</p>\n<div class=\"charts\">\n{}</div>\n",
        page::table(&headings, &rows),
        charts::sizes(prepared)
    )
}

/// How many images lie how, the commonest first.
fn grids(told: &Told) -> String {
    let mut rows = Vec::new();
    for (what, kinds) in &told.grids {
        let mut kinds: Vec<(&String, &usize)> = kinds.iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let row = |(grid, count): &(&String, &usize)| {
            vec![what.clone(), count.to_string(), (*grid).clone()]
        };
        rows.extend(kinds.iter().take(GRIDS).map(row));
        let others = kinds.get(GRIDS..).unwrap_or_default();
        if !others.is_empty() {
            let count: usize = others.iter().map(|(_, count)| **count).sum();
            let text = format!("{} other sizes", others.len());
            rows.push(vec![what.clone(), count.to_string(), text]);
        }
    }
    if rows.is_empty() {
        return String::new();
    }
    page::table(&["", "items", "as the file has it"], &rows)
}
