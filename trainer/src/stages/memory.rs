//! What a training takes of memory, told before it takes it: from the sizes of its networks alone.
//!
//! Beside the process itself three things count: weights, with a gradient and two moments of Adam each and an average
//! where a network learns; and what the largest backward pass needs of what was computed forward. Measured on the CPU
//! it is a tenth to a sixth too much for batches of 4 and more; below, sample sheets of a dozen pictures take the most.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::bail;
use scanweave::networks::Footprint;
use scanweave::study::{Geometry, Study};
use scanweave::train::Recipe;

use super::options::Options;
use crate::files;

/// Bytes of a value in single precision.
const VALUE: u64 = 4;
/// Values per parameter of a network that learns: itself, its gradient, two moments, its average.
const LEARNING: u64 = 5;
/// What the process takes before it trains anything.
const PROCESS: u64 = 25_000_000;

/// What decides the sizes of a stage's networks.
pub struct Sizes<'a> {
    /// The study.
    pub study: &'a Study,
    /// How its networks learn.
    pub recipe: &'a Recipe,
    /// Sizes behind the preset.
    pub geometry: &'a Geometry,
    /// The stage's options, as they were given.
    pub options: &'a Options,
}

/// One network of a stage, or several alike.
pub struct Part {
    /// What people call it.
    pub name: &'static str,
    /// Of one of them, for one image.
    pub footprint: Footprint,
    /// How many there are.
    pub count: u64,
    /// Whether they learn in this stage.
    pub learns: bool,
    /// Passes per image of the batch that the largest backward pass goes through, all of them together.
    pub passes: u64,
}

impl Part {
    /// A network that learns.
    pub fn learning(name: &'static str, footprint: Footprint, passes: u64) -> Self {
        Self {
            name,
            footprint,
            count: 1,
            learns: true,
            passes,
        }
    }

    /// `count` networks that have learnt before, and guide.
    pub fn frozen(name: &'static str, footprint: Footprint, count: usize, passes: u64) -> Self {
        Self {
            name,
            footprint,
            count: count as u64,
            learns: false,
            passes,
        }
    }

    fn parameters(&self) -> u64 {
        self.count * self.footprint.parameters
    }

    fn weights(&self) -> u64 {
        let each = if self.learns { LEARNING } else { 1 };
        self.parameters() * each * VALUE
    }

    fn activations(&self, batch: u64) -> u64 {
        self.footprint.activations * self.passes * batch * VALUE
    }
}

/// Bytes that a training of these networks takes, about.
pub fn total(parts: &[Part], batch: u64) -> u64 {
    let each = parts.iter().map(|p| p.weights() + p.activations(batch));
    PROCESS + each.sum::<u64>()
}

/// A line per network, and the sum.
pub fn table(parts: &[Part], batch: u64) -> String {
    let mut text = format!(
        "{:26} {:>12} {:>12} {:>16}\n",
        "network", "parameters", "weights", "activations"
    );
    for part in parts {
        let name = match part.count {
            1 => part.name.to_owned(),
            count => format!("{count} x {}", part.name),
        };
        let _ = writeln!(
            text,
            "{name:26} {:>12} {:>12} {:>16}",
            part.parameters(),
            size(part.weights()),
            size(part.activations(batch))
        );
    }
    let _ = write!(
        text,
        "about {} of memory at {batch} images per step",
        size(total(parts, batch))
    );
    text
}

/// Refuses what this machine has not got, and warns of what others use just now. Where nobody knows, nothing is said.
pub fn check(parts: &[Part], batch: u64, machine: Option<Machine>) -> anyhow::Result<()> {
    let (need, Some(machine)) = (total(parts, batch), machine) else {
        return Ok(());
    };
    let remedy = "a smaller --batch or --preset takes less; --dry-run shows what takes it";
    if need > machine.total {
        bail!(
            "this training needs about {} of memory and the machine has {}: {remedy}",
            size(need),
            size(machine.total)
        );
    }
    if need > machine.available {
        eprintln!(
            "warning: this training needs about {} of memory and {} are free: {remedy}",
            size(need),
            size(machine.available)
        );
    }
    Ok(())
}

/// Memory of the machine, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    total: u64,
    available: u64,
}

impl Machine {
    /// This machine, as Linux describes it; `None` elsewhere.
    pub fn here() -> Option<Self> {
        let text = files::read_whole(Path::new("/proc/meminfo"), files::TEXT).ok()?;
        Self::described(&String::from_utf8_lossy(&text))
    }

    fn described(text: &str) -> Option<Self> {
        let bytes = |name: &str| {
            let line = text.lines().find_map(|l| l.strip_prefix(name))?;
            let number = line.trim_start_matches(':').trim().strip_suffix("kB")?;
            Some(number.trim().parse::<u64>().ok()? * 1024)
        };
        Some(Self {
            total: bytes("MemTotal")?,
            available: bytes("MemAvailable")?,
        })
    }
}

fn size(bytes: u64) -> String {
    let megabytes = bytes as f64 / 1e6;
    if megabytes < 1000.0 {
        format!("{megabytes:.1} MB")
    } else {
        format!("{:.1} GB", megabytes / 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> [Part; 2] {
        let footprint = |parameters, activations| Footprint {
            parameters,
            activations,
        };
        [
            Part::learning("generator", footprint(1_000_000, 2_000_000), 2),
            Part::frozen("segmenter", footprint(500_000, 1_000_000), 3, 1),
        ]
    }

    #[test]
    fn weights_and_activations_add_up() {
        // 1 M x 5 + 2 M x 2 x 4 of the generator, 3 x .5 M + 1 M x 4 of the segmenters, four bytes each.
        let by_hand = 4 * (5_000_000 + 16_000_000 + 1_500_000 + 4_000_000);
        assert_eq!(total(&parts(), 4), PROCESS + by_hand);
        let table = table(&parts(), 4);
        assert!(table.contains("3 x segmenter"), "{table}");
        assert!(table.contains("about 131.0 MB of memory"), "{table}");
    }

    #[test]
    fn what_does_not_fit_is_refused_and_says_what_would() {
        let machine = |total| {
            Some(Machine {
                total,
                available: 0,
            })
        };
        let error = check(&parts(), 4, machine(100_000_000)).expect_err("too large");
        assert!(error.to_string().contains("smaller --batch"), "{error}");
        assert!(check(&parts(), 4, machine(200_000_000)).is_ok());
        assert!(check(&parts(), 4, None).is_ok());
    }

    #[test]
    fn linux_describes_its_memory() {
        let text = "MemTotal:       24684092 kB\nMemFree:         2345140 kB\nMemAvailable:   22314428 kB\n";
        let expected = Machine {
            total: 24_684_092 * 1024,
            available: 22_314_428 * 1024,
        };
        assert_eq!(Machine::described(text), Some(expected));
        assert_eq!(Machine::described("MemTotal: many\n"), None);
    }
}
