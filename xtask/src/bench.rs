//! `cargo xtask bench`: figures beside their goals and peers.
//!
//! They are printed and not tested, because a busy machine would fail them at random. A measurement is a module with
//! a function that returns [`Figure`]s; it joins [`What`] and shows up in the table.

mod extraction;
mod generators;
mod program;
mod run;
mod size;
mod train;
mod web;

use std::fmt;

use anyhow::{Result, bail};

use crate::project::Project;

/// What is measured.
#[derive(clap::Args)]
pub struct Options {
    /// The measurement; all of them when left out
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(clap::Subcommand)]
enum What {
    /// Structure map and mask of a 512 px image on one core, and the same operators through imageproc
    Extraction,
    /// Waits of the built page in Chromium on the CPU path, its sizes, and each generator beside onnxruntime-web
    Web,
    /// Each generator beside onnxruntime-web alone, on the CPU and on WebGPU
    Generators,
    /// Bytes to the first live image: page, scripts, styles, binaries and one model (needs a built page)
    Size,
    /// One training step of every stage on flex and, where there is one, LibTorch: time and peak memory
    Train(train::Options),
}

impl What {
    /// Everything; the longest comes last.
    fn all() -> Vec<Self> {
        vec![
            Self::Extraction,
            Self::Web,
            Self::Size,
            Self::Train(train::Options::default()),
        ]
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Extraction => "extraction",
            Self::Web => "web",
            Self::Generators => "generators",
            Self::Size => "size",
            Self::Train(_) => "train",
        }
    }

    fn measure(&self, project: &Project) -> Result<Vec<Figure>> {
        match self {
            Self::Extraction => extraction::measure(project),
            Self::Web => web::measure(project),
            Self::Generators => generators::measure(project),
            Self::Size => size::measure(project),
            Self::Train(options) => train::measure(project, options),
        }
    }
}

/// One measured number.
#[derive(Debug, Clone, PartialEq)]
struct Figure {
    name: String,
    measured: f64,
    unit: &'static str,
    beside: Beside,
}

/// What a figure is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Beside {
    /// Nothing; the number is for information.
    Nothing,
    /// What the number must not exceed, where that was decided.
    Goal(f64),
    /// What somebody else's software needs for the same, and its name.
    Peer(&'static str, f64),
}

impl fmt::Display for Figure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, whose) = match self.beside {
            Beside::Nothing => (None, ""),
            Beside::Goal(value) => (Some(value), "goal"),
            Beside::Peer(name, value) => (Some(value), name),
        };
        let (beside, ratio) = value.map_or_else(Default::default, |value| {
            (
                format!("{value:.2}"),
                format!("{:.2}", self.measured / value),
            )
        });
        let line = format!(
            "{:44} {:>9.2} {:9} {beside:>9} {whose:10} {ratio:>6}",
            self.name, self.measured, self.unit
        );
        out.write_str(line.trim_end())
    }
}

/// Measures and prints the table. What cannot be measured does not keep the rest from being told.
pub fn run(project: &Project, options: Options) -> Result<()> {
    let chosen = options.what.map_or_else(What::all, |what| vec![what]);
    let mut figures = Vec::new();
    let mut failed = Vec::new();
    for what in &chosen {
        println!("\n=== {}", what.name());
        match what.measure(project) {
            Ok(measured) => figures.extend(measured),
            Err(error) => {
                eprintln!("{}: {error:#}", what.name());
                failed.push(format!("{}: {error:#}", what.name()));
            }
        }
    }
    if !figures.is_empty() {
        print(&figures);
    }
    if !failed.is_empty() {
        bail!("not measured\n  {}", failed.join("\n  "));
    }
    Ok(())
}

fn print(figures: &[Figure]) {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    println!(
        "\n{:44} {:>9} {:9} {:>20} {:>6}",
        "measurement", "value", "", "peer or goal", "ratio"
    );
    for figure in figures {
        println!("{figure}");
    }
    println!("Measured on {cores} cores; a ratio below 1 is better than the peer or goal.");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_holds_the_ratio_to_what_stands_beside() {
        let row = |beside| {
            let figure = Figure {
                name: "time".to_owned(),
                measured: 5.0,
                unit: "ms",
                beside,
            };
            let words: Vec<String> = figure
                .to_string()
                .split_whitespace()
                .map(str::to_owned)
                .collect();
            words.join(" ")
        };
        assert_eq!(row(Beside::Nothing), "time 5.00 ms");
        assert_eq!(row(Beside::Goal(10.0)), "time 5.00 ms 10.00 goal 0.50");
        assert_eq!(
            row(Beside::Peer("imageproc", 2.0)),
            "time 5.00 ms 2.00 imageproc 2.50"
        );
    }
}
