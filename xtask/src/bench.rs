//! `cargo xtask bench`: figures beside their targets.
//!
//! They are printed and not tested, because a busy machine would fail them at random. A measurement is a module with
//! a function that returns [`Figure`]s; it joins [`What`] and shows up in the table.

mod size;

use std::fmt;

use anyhow::Result;

use crate::project::Project;

/// What is measured.
#[derive(clap::Args)]
pub struct Options {
    /// The measurement; all of them when left out
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(clap::Subcommand, Clone, Copy)]
enum What {
    /// Bytes to the first live image: page, scripts, styles, binaries and one model (needs a built page)
    Size,
}

impl What {
    const ALL: &[Self] = &[Self::Size];

    fn measure(self, project: &Project) -> Result<Vec<Figure>> {
        match self {
            Self::Size => size::measure(project),
        }
    }
}

/// One measured number.
struct Figure {
    name: String,
    measured: f64,
    unit: &'static str,
    /// What the number must not exceed, where that was decided.
    target: Option<f64>,
}

impl Figure {
    const HEADER: &str =
        "figure                                           measured       target   ratio  unit";
}

impl fmt::Display for Figure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            measured,
            unit,
            target,
        } = self;
        match target {
            Some(target) => {
                let ratio = measured / target;
                write!(
                    out,
                    "{name:44} {measured:>12.2} {target:>12.2} {ratio:>7.2}  {unit}"
                )
            }
            None => write!(
                out,
                "{name:44} {measured:>12.2} {:>12} {:>7}  {unit}",
                "-", "-"
            ),
        }
    }
}

/// Measures and prints the table.
pub fn run(project: &Project, options: &Options) -> Result<()> {
    let chosen = options
        .what
        .as_ref()
        .map_or(What::ALL, std::slice::from_ref);
    let mut figures = Vec::new();
    for what in chosen {
        figures.extend(what.measure(project)?);
    }
    println!("\n{}", Figure::HEADER);
    for figure in figures {
        println!("{figure}");
    }
    Ok(())
}
