//! Which colour of a label is which class: a table that people write, since colours say nothing of themselves.

use super::table::Table;
use super::{counted, first};
use anyhow::{Context, Result, ensure};
use scanweave::study::Study;
use std::collections::BTreeMap;
use std::path::Path;

/// A heading line, for messages.
const COLUMNS: &str = "colour,class";
/// Colours named in an error.
const SHOWN: usize = 6;
/// Words for what is no lesion.
const NOTHING: [&str; 4] = ["", "0", "none", "background"];

/// Red, green and blue, of 8 bits.
pub type Rgb = [u8; 3];

/// Classes by their colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Legend(BTreeMap<Rgb, u8>);

impl Legend {
    /// Reads a table of the columns `colour` (`#ff0000`, or the three numbers) and `class` (a name or number of the
    /// study's classes; 0, `background` or nothing where there is no lesion). Black is no lesion unless it is listed.
    ///
    /// # Errors
    /// When it is no such table, or a row names no colour, no class of the study, or a colour twice; the error names file
    /// and line.
    pub fn read(path: &Path, study: &Study) -> Result<Self> {
        let table = Table::read(path, &["class"], COLUMNS)?;
        let named = table.column("colour").or_else(|| table.column("color"));
        let named = named.with_context(|| {
            format!(
                "{}: there is no column colour; wanted is a heading line such as '{COLUMNS}'",
                path.display()
            )
        })?;
        let meant = table.column("class").context("the column class")?;
        let mut classes = BTreeMap::new();
        for line in table.rows() {
            let place = || table.place(line);
            let cell = line.cell(named);
            let colour = colour(cell)
                .with_context(|| format!("'{cell}' is no colour: write #ff0000, or 255 0 0"))
                .with_context(place)?;
            let class = class(line.cell(meant), study).with_context(place)?;
            let twice = classes.insert(colour, class).is_some();
            ensure!(
                !twice,
                "{}: {} stands there twice",
                place(),
                named_colour(colour)
            );
        }
        ensure!(
            !classes.is_empty(),
            "{}: it lists no colour",
            path.display()
        );
        classes.entry([0; 3]).or_insert(0);
        Ok(Self(classes))
    }

    /// Each colour with its class number.
    pub fn colours(&self) -> impl Iterator<Item = (Rgb, u8)> {
        self.0.iter().map(|(colour, class)| (*colour, *class))
    }

    /// The class number of each pixel, 0 where there is no lesion.
    ///
    /// # Errors
    /// When pixels have a colour that is not listed; the error says which, and how many.
    pub fn classes(&self, pixels: &[Rgb]) -> Result<Vec<u8>> {
        let mut unknown: BTreeMap<Rgb, usize> = BTreeMap::new();
        let class = |pixel: &Rgb| {
            let known = self.0.get(pixel).copied();
            known.unwrap_or_else(|| {
                *unknown.entry(*pixel).or_default() += 1;
                0
            })
        };
        let classes: Vec<u8> = pixels.iter().map(class).collect();
        let told = unknown.iter().map(|(colour, count)| {
            format!("{} ({})", named_colour(*colour), counted(*count, "pixel"))
        });
        ensure!(
            unknown.is_empty(),
            "the legend does not list {}: add each with its class, or 0 where it is no lesion",
            first(told, SHOWN)
        );
        Ok(classes)
    }
}

/// A colour as a legend has it.
pub fn named_colour([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn colour(text: &str) -> Option<Rgb> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix('#') {
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [_, rgb @ ..] = number.to_be_bytes();
        return (digits.len() == 6).then_some(rgb);
    }
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    let numbers = numbers.filter(|number| !number.is_empty());
    let numbers: Vec<u8> = numbers.map(str::parse).collect::<Result<_, _>>().ok()?;
    numbers.try_into().ok()
}

fn class(text: &str, study: &Study) -> Result<u8> {
    let text = text.trim();
    if NOTHING.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return Ok(0);
    }
    let names = study.lesion.classes();
    let numbered = || {
        let number = text.parse::<usize>().ok()?;
        (1..=names.len()).contains(&number).then_some(number)
    };
    let named = study.lesion.class_named(text).map(|class| class + 1);
    let number = named.or_else(numbered).with_context(|| {
        format!(
            "'{text}' is no class of study {} ({}), nor 0 to {}",
            study.name,
            names.join(", "),
            names.len()
        )
    })?;
    u8::try_from(number).with_context(|| format!("there is no room for class {number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Legend> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("legend.csv");
        std::fs::write(&path, text).expect("a file");
        Legend::read(&path, &Study::named("brats").expect("built in"))
    }

    #[test]
    fn colours_are_classes_however_they_are_written() {
        let legend = read(
            "Color;Class\n#FF0000;necrosis\n0 255 0;Oedema\n\"(0, 0, 255)\";3\n255,255,255;background\n",
        );
        let legend = legend.expect("a legend");
        let pixels = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255; 3], [0; 3]];
        assert_eq!(
            legend.classes(&pixels).expect("all listed"),
            [1, 2, 3, 0, 0]
        );
        let error = legend.classes(&[[9, 10, 11], [9, 10, 11], [0; 3]]);
        let error = error.expect_err("one is not").to_string();
        assert!(error.contains("#090a0b (2 pixels)"), "{error}");
        let black = read("colour,class\n#000000,4\n").expect("a legend");
        assert_eq!(black.classes(&[[0; 3]]).expect("listed"), [4]);
    }

    #[test]
    fn what_is_no_legend_is_refused_by_line() {
        for (text, words) in [
            (
                "colour,class\n#ff00,1\n",
                ["line 2", "'#ff00' is no colour"],
            ),
            ("colour,class\n1 2 300,1\n", ["line 2", "'1 2 300'"]),
            ("colour,class\n#ff0000,5\n", ["line 2", "nor 0 to 4"]),
            (
                "colour,class\n#ff0000,gliosis\n",
                ["'gliosis'", "necrosis, oedema"],
            ),
            ("colour,class\n#ff0000,1\n255 0 0,2\n", ["line 3", "twice"]),
            ("hue,class\n#ff0000,1\n", ["legend.csv", "no column colour"]),
            ("colour,class\n", ["legend.csv", "no colour"]),
        ] {
            let error = format!("{:#}", read(text).expect_err(text));
            assert!(words.iter().all(|word| error.contains(word)), "{error}");
        }
    }
}
