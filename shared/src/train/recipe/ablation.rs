//! The rows of the method's ablation (table 1 of the thesis).

use serde::{Deserialize, Serialize};

use super::Recipe;
use crate::study::{Input, Study};

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
    /// What the generator is given in this row.
    pub const fn input(self) -> Input {
        Input {
            structure_map: !matches!(self, Self::A),
            label_filter: matches!(self, Self::C | Self::D | Self::E | Self::F),
            noise_fusion: matches!(self, Self::D | Self::E | Self::F),
        }
    }

    /// Whether the registration loss (16) counts.
    pub const fn registers(self) -> bool {
        matches!(self, Self::E | Self::F)
    }

    /// Whether the lesion loss (15) counts.
    pub const fn lesion_guides(self) -> bool {
        matches!(self, Self::B | Self::F)
    }

    /// Leaves study and recipe only those parts of the method that the row has.
    pub fn restrict(self, study: &mut Study, recipe: &mut Recipe) {
        study.input = self.input();
        let weights = &mut recipe.synthesis;
        for (has, weight) in [
            (self.registers(), &mut weights.registration),
            (self.lesion_guides(), &mut weights.lesion),
        ] {
            *weight = if has { *weight } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many parts of the method two rows differ in.
    fn distance(a: Ablation, b: Ablation) -> usize {
        let list = |row: Ablation| {
            let input = row.input();
            [
                input.structure_map,
                input.label_filter,
                input.noise_fusion,
                row.registers(),
                row.lesion_guides(),
            ]
        };
        list(a)
            .iter()
            .zip(list(b))
            .filter(|(x, y)| **x != *y)
            .count()
    }

    #[test]
    fn neighbouring_rows_differ_in_one_part() {
        use Ablation::{A, B, C, D, E, F, G};
        for (a, b) in [(A, G), (G, B), (G, C), (C, D), (D, E), (E, F)] {
            assert_eq!(distance(a, b), 1, "{a:?} and {b:?}");
        }
        assert_eq!(distance(A, F), 5);
    }

    #[test]
    fn a_row_changes_its_parts_alone() {
        let whole = Study::named("brain-mri").expect("built in");
        let recipe = Recipe::of(&whole);
        let (mut study, mut row) = (whole.clone(), recipe.clone());
        Ablation::F.restrict(&mut study, &mut row);
        assert_eq!((&study, &row), (&whole, &recipe));
        Ablation::C.restrict(&mut study, &mut row);
        assert!(!study.input.noise_fusion && !row.registers() && !row.lesion_guides());
        study.input = whole.input;
        row.synthesis.registration = recipe.synthesis.registration;
        row.synthesis.lesion = recipe.synthesis.lesion;
        assert_eq!((study, row), (whole, recipe));
    }
}
