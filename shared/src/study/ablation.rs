//! Which parts of the method are on, and the rows of its ablation (table 1 of the thesis).

use serde::{Deserialize, Serialize};

/// The parts of the method that the ablation switches.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a column of the table"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switches {
    /// The generator sees the structure map; without it, noise stands in its place.
    pub structure_map: bool,
    /// Labels are placed inside the organ (algorithm 4); without it, anywhere.
    pub label_filter: bool,
    /// The inside of the organ is filled with noise (12); without it, the map stays empty there.
    pub noise_fusion: bool,
    /// The registration loss (16) counts.
    pub registration: bool,
    /// The lesion loss (15) counts.
    pub lesion: bool,
}

impl Switches {
    /// The whole method.
    pub const ALL: Self = Ablation::F.switches();
}

/// A row of the ablation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ablation {
    /// Noise in place of the map, nothing else.
    A,
    /// Map and lesion loss.
    B,
    /// Map and label filter.
    C,
    /// Map, label filter and noise fusion.
    D,
    /// All but the lesion loss.
    E,
    /// The whole method.
    F,
    /// The map alone: row B without the lesion loss, which the thesis does not have.
    G,
}

impl Ablation {
    /// What is on in this row.
    pub const fn switches(self) -> Switches {
        Switches {
            structure_map: !matches!(self, Self::A),
            label_filter: matches!(self, Self::C | Self::D | Self::E | Self::F),
            noise_fusion: matches!(self, Self::D | Self::E | Self::F),
            registration: matches!(self, Self::E | Self::F),
            lesion: matches!(self, Self::B | Self::F),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many switches two rows differ in.
    fn distance(a: Ablation, b: Ablation) -> usize {
        let list = |row: Ablation| {
            let s = row.switches();
            [
                s.structure_map,
                s.label_filter,
                s.noise_fusion,
                s.registration,
                s.lesion,
            ]
        };
        list(a)
            .iter()
            .zip(list(b))
            .filter(|(x, y)| **x != *y)
            .count()
    }

    #[test]
    fn neighbouring_rows_differ_in_one_switch() {
        use Ablation::{A, B, C, D, E, F, G};
        for (a, b) in [(A, G), (G, B), (G, C), (C, D), (D, E), (E, F)] {
            assert_eq!(distance(a, b), 1, "{a:?} and {b:?}");
        }
        assert_eq!(distance(A, F), 5);
    }

    #[test]
    fn an_ablation_changes_the_switches_alone() {
        let whole = crate::study::Study::named("brain-mri").expect("built in");
        let mut row = whole.clone().with_ablation(Ablation::C);
        assert_ne!(row, whole);
        row.switches = whole.switches;
        assert_eq!(row, whole);
    }
}
