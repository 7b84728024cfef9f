//! Tables as people save them.
//!
//! Spreadsheets write semicolons where the comma is the decimal mark, tabs, a line `sep=;` above the headings, UTF-16, or
//! one byte per letter. All of this can be told from the bytes and from the headings that are wanted, so it is read. What
//! is not is refused with the heading line found and the one that is wanted.

use anyhow::{Context, Result, bail, ensure};
use serde::de::DeserializeOwned;
use std::path::Path;

/// What may stand between two fields; the first is taken where several would do.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Letters of a heading line that are shown.
const SHOWN: usize = 120;

/// A table in memory.
#[derive(Debug)]
pub struct Table {
    name: String,
    headings: csv::StringRecord,
    rows: Vec<Row>,
}

/// One line of a table that holds anything.
#[derive(Debug)]
pub struct Row {
    line: u64,
    cells: csv::StringRecord,
}

impl Table {
    /// Reads a table whose heading line should be `wanted`; it must have the columns `needed`, in any order and in
    /// letters of any case.
    ///
    /// # Errors
    /// When the file is no such table; the error names it and shows the heading line found.
    pub fn read(path: &Path, needed: &[&str], wanted: &str) -> Result<Self> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).with_context(|| format!("{name}: cannot be read"))?;
        let text = decoded(&bytes).with_context(|| name.clone())?;
        Self::of_text(name.clone(), &text, needed, wanted).with_context(|| name)
    }

    fn of_text(name: String, text: &str, needed: &[&str], wanted: &str) -> Result<Self> {
        let (declared, text, above) = without_declaration(text);
        let found = |delimiter: u8| {
            let first = records(text, delimiter).next();
            let first = first.transpose().ok().flatten().unwrap_or_default();
            let headings = headings(&first);
            let has = |column: &&&str| headings.iter().any(|h| h == **column);
            needed.iter().filter(has).count()
        };
        // Of equals the last is taken.
        let best = DELIMITERS.into_iter().rev().max_by_key(|&d| found(d));
        let delimiter = declared.or(best).unwrap_or(b',');
        let mut rows = records(text, delimiter);
        let first = rows.next().transpose()?.unwrap_or_default();
        let headings = headings(&first);
        for column in needed {
            ensure!(
                headings.iter().any(|heading| heading == *column),
                "there is no column {column}; the heading line found is '{}', wanted is one such as '{wanted}'",
                heading_line(text)
            );
        }
        let mut table = Self {
            name,
            headings,
            rows: Vec::new(),
        };
        for cells in rows {
            let cells = cells?;
            let line = above + cells.position().map_or(0, csv::Position::line);
            table.add(line, cells)?;
        }
        Ok(table)
    }

    /// Keeps a line of which anything is filled in. Spreadsheets leave empty fields behind the last one.
    fn add(&mut self, line: u64, mut cells: csv::StringRecord) -> Result<()> {
        if cells.iter().all(str::is_empty) {
            return Ok(());
        }
        let (found, wanted) = (cells.len(), self.headings.len());
        let surplus = cells.iter().skip(wanted).any(|cell| !cell.is_empty());
        ensure!(
            found >= wanted && !surplus,
            "line {line} has {found} fields, the heading line {wanted}: a field that holds a delimiter needs quotes"
        );
        cells.truncate(wanted);
        self.rows.push(Row { line, cells });
        Ok(())
    }

    /// The headings: in lower case, with `_` for spaces and hyphens.
    pub fn headings(&self) -> &csv::StringRecord {
        &self.headings
    }

    /// The place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        let name = heading(name);
        self.headings.iter().position(|heading| *heading == name)
    }

    /// The lines below the headings.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Where a row stands, for messages.
    pub fn place(&self, row: &Row) -> String {
        format!("{}, line {}", self.name, row.line)
    }

    /// A row as a structure with fields named after columns.
    ///
    /// # Errors
    /// When a cell does not have the type of its field; the error names the line.
    pub fn fields<T: DeserializeOwned>(&self, row: &Row) -> Result<T> {
        let fields = row.cells.deserialize(Some(&self.headings));
        fields.with_context(|| self.place(row))
    }
}

impl Row {
    /// The cell of this column, as it stands in the file but for spaces around it.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or_default()
    }
}

/// A number with a point or, as the spreadsheets of half of the world write it, a comma; `None` for an empty cell.
pub fn number(cell: &str) -> Result<Option<f64>> {
    if cell.is_empty() {
        return Ok(None);
    }
    let point = || cell.replacen(',', ".", 1).parse::<f64>();
    let number = cell.parse::<f64>().or_else(|_| point());
    number
        .map(Some)
        .with_context(|| format!("'{cell}' is no number"))
}

/// The text of a file: UTF-16 where a mark says so, UTF-8, else Latin-1, in which every byte is a letter.
fn decoded(bytes: &[u8]) -> Result<String> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        _ => {
            let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            let latin = || plain.iter().map(|&byte| char::from(byte)).collect();
            std::str::from_utf8(plain).map_or_else(|_| latin(), str::to_owned)
        }
    };
    ensure!(
        !text.contains('\0'),
        "it is no text: save the table as CSV in UTF-8"
    );
    Ok(text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|&pair| unit(pair)).collect();
    match String::from_utf16(&units) {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => bail!("its UTF-16 is cut short or damaged: save the table as CSV in UTF-8"),
    }
}

/// The delimiter that a line such as `sep=;` above the headings declares, the text below, and the lines above it.
fn without_declaration(text: &str) -> (Option<u8>, &str, u64) {
    let (line, below) = text.split_once('\n').unwrap_or((text, ""));
    let line = line.trim_end_matches('\r').trim_matches('"');
    let declared = line.get(..4).filter(|s| s.eq_ignore_ascii_case("sep="));
    if declared.is_none() {
        return (None, text, 0);
    }
    let delimiter = line.as_bytes().get(4).copied();
    (delimiter.filter(u8::is_ascii), below, 1)
}

fn records(text: &str, delimiter: u8) -> csv::StringRecordsIntoIter<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(delimiter)
        .from_reader(text.as_bytes())
        .into_records()
}

fn headings(first: &csv::StringRecord) -> csv::StringRecord {
    first.iter().map(heading).collect()
}

fn heading(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

/// The first line that is not blank, for a message.
fn heading_line(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty());
    let line = line.unwrap_or_default().trim_end();
    let more = line.chars().count() > SHOWN;
    let shown = line.chars().take(SHOWN);
    let shown = shown.map(|c| if c.is_control() { ' ' } else { c });
    shown.chain(more.then_some('…')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "file,modality,subject\nimg/a.png,xray,Jäger\nb.png,xray,\"p,2\"\n";

    fn read(bytes: &[u8]) -> Result<Vec<[String; 3]>> {
        let text = decoded(bytes)?;
        let table = Table::of_text(
            "t.csv".into(),
            &text,
            &["file", "modality"],
            "file,modality",
        )?;
        let places = ["File", "modality", "subject"].map(|c| table.column(c));
        let cell = |row: &Row, at: Option<usize>| row.cell(at.expect("a column")).to_owned();
        let row = |row| places.map(|at| cell(row, at));
        Ok(table.rows().iter().map(row).collect())
    }

    #[test]
    fn every_usual_way_to_save_a_table_is_read() {
        let plain = read(PLAIN.as_bytes()).expect("a table");
        assert_eq!(plain[0], ["img/a.png", "xray", "Jäger"]);
        assert_eq!(plain[1], ["b.png", "xray", "p,2"]);
        let semicolons = PLAIN.replace(',', ";").replace("p;2", "p,2");
        let utf16 = |unit: fn(u16) -> [u8; 2]| {
            let marked = format!("\u{feff}{PLAIN}");
            marked.encode_utf16().flat_map(unit).collect::<Vec<u8>>()
        };
        let latin = PLAIN.chars().map(|c| c as u8).collect::<Vec<u8>>();
        let ways: [(&str, Vec<u8>); 11] = [
            ("semicolons", semicolons.clone().into()),
            (
                "tabs",
                PLAIN.replace(',', "\t").replace("p\t2", "p,2").into(),
            ),
            ("declared", format!("sep=;\r\n{semicolons}").into()),
            (
                "declared in quotes",
                format!("\"sep=;\"\n{semicolons}").into(),
            ),
            ("declared comma", format!("SEP=,\n{PLAIN}").into()),
            ("little endian", utf16(u16::to_le_bytes)),
            ("big endian", utf16(u16::to_be_bytes)),
            ("marked UTF-8", format!("\u{feff}{PLAIN}").into()),
            ("Latin-1", latin),
            (
                "capitals",
                PLAIN.replace("file,modality", " File , MODALITY").into(),
            ),
            (
                "gaps",
                format!("\n{}\r\n,,\n\n", PLAIN.replace('\n', "\r\n")).into(),
            ),
        ];
        for (way, bytes) in ways {
            assert_eq!(read(&bytes).expect(way), plain, "{way}");
        }
        let behind = "file;modality;subject;\na.png;xray;p;\n";
        assert_eq!(read(behind.as_bytes()).expect("a table").len(), 1);
        let spaces = "Mask-File,Mask File";
        assert_eq!(
            spaces.split(',').map(heading).collect::<Vec<_>>(),
            ["mask_file"; 2]
        );
    }

    #[test]
    fn what_is_no_table_is_refused_with_its_heading_line() {
        let long = "x".repeat(500);
        let cases: [(&[u8], &str); 8] = [
            (
                b"# by hand\nfile,modality,subject\n",
                "found is '# by hand', wanted is one such as 'file,modality'",
            ),
            (
                b"name;modality\na;b\n",
                "no column file; the heading line found is 'name;modality'",
            ),
            (b"", "found is ''"),
            (long.as_bytes(), "xxx…'"),
            (
                b"file,modality,subject\na.png,xray\n",
                "line 2 has 2 fields, the heading line 3",
            ),
            (
                b"sep=;\nfile;modality;subject\na;b;c;d\n",
                "line 3 has 4 fields",
            ),
            (b"PK\x03\x04\0\0", "no text"),
            (b"\xff\xfef\0i", "UTF-16 is cut short"),
        ];
        for (bytes, said) in cases {
            let error = format!("{:#}", read(bytes).expect_err(said));
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn numbers_have_points_or_commas() {
        let of = |cell| number(cell).expect("a number");
        assert_eq!((of("2.5"), of("2,5"), of("")), (Some(2.5), Some(2.5), None));
        let error = number("1,234,567").expect_err("which is it?");
        assert!(error.to_string().contains("'1,234,567' is no number"));
    }
}
