//! From measurements to what is printed and written: one row per figure, all seeds together.

use std::fmt::{self, Write as _};

use scanweave::weights::Figure;
use serde::Serialize;

use super::Interval;

/// What a figure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// The lesion asked for against the lesion that an independent judge finds.
    Validity,
    /// Whether a class of the whole image is found in what is painted for it.
    Classes,
    /// Whether modalities lie on the anatomy and on each other.
    Register,
    /// Whether a network can tell samples from real images.
    Telling,
    /// How far samples are from real images as a set.
    Distance,
    /// Whether samples lie among real images, and real images among them.
    Manifold,
    /// How strong images are at each size of detail.
    Spectrum,
    /// How the lines of structure maps hang together.
    Lines,
    /// Size and narrowness of the organ.
    Organ,
    /// Whether samples differ from each other.
    Diversity,
    /// Whether samples are copies of training images.
    Memorisation,
}

impl Section {
    /// Every section, in the order of the report.
    pub const ALL: [Self; 11] = [
        Self::Validity,
        Self::Classes,
        Self::Register,
        Self::Telling,
        Self::Distance,
        Self::Manifold,
        Self::Spectrum,
        Self::Lines,
        Self::Organ,
        Self::Diversity,
        Self::Memorisation,
    ];
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Validity => "Lesions: Dice of an independent judge",
            Self::Classes => "Classes",
            Self::Register => "Register",
            Self::Telling => {
                "Told from real images by a network: area under the curve; real: two halves"
            }
            Self::Distance => "Distance to real test images; real: of training images",
            Self::Manifold => "Among real test images; real: training images",
            Self::Spectrum => "Power beside real test images; real: of training images",
            Self::Lines => "Lines of structure maps",
            Self::Organ => "Organ",
            Self::Diversity => "Diversity: mean pairwise MS-SSIM",
            Self::Memorisation => "Memorisation: distance to the nearest training image",
        })
    }
}

/// One figure with one sampling seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    pub section: Section,
    pub name: String,
    /// Of synthetic images.
    pub synthetic: Option<f64>,
    /// Of real images.
    pub real: Option<f64>,
    /// Of how many images the figure is a share, where it is one: of synthetic ones, and of real ones where others are drawn
    /// for each seed.
    pub share_of: Option<usize>,
}

/// One figure over all sampling seeds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What it is about.
    pub section: Section,
    /// What was measured, with unit.
    pub name: String,
    /// Of synthetic images; none where nothing could be measured.
    pub synthetic: Option<Interval>,
    /// Of real images.
    pub real: Option<Interval>,
    /// Synthetic / real of each seed: of validity, where the goal is 0.95, and of distances, where 1 is as near as real images
    /// are, unless a real one is not above 0.
    pub ratio: Option<Interval>,
}

impl Row {
    /// The row as a model card prints it.
    pub fn figure(&self) -> Figure {
        let text = |value: &Option<Interval>| {
            let text = value.as_ref().map(ToString::to_string);
            text.unwrap_or_else(|| "not measured".into())
        };
        let mut value = format!(
            "synthetic {}, real {}",
            text(&self.synthetic),
            text(&self.real)
        );
        if let Some(ratio) = &self.ratio {
            let _ = write!(value, ", ratio {ratio}");
        }
        Figure {
            name: format!("{}, {}", self.section, self.name),
            value,
        }
    }
}

/// Everything that was measured and on what.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Version of scanweave.
    pub version: &'static str,
    /// Name of the study.
    pub study: String,
    /// SHA-256 of the model.
    pub model: String,
    /// SHA-256 of the prepared data.
    pub data: String,
    /// SHA-256 of the judge's weights.
    pub judge: Option<String>,
    /// Subjects per seed.
    pub count: usize,
    /// Sampling seeds.
    pub seeds: Vec<u64>,
    /// The figures with the values of every seed.
    pub rows: Vec<Row>,
    /// The same for the model card's `figures`.
    pub figures: Vec<Figure>,
}

/// Puts the measurements of all seeds together, in the order of the first seed that has them.
pub fn rows(seeds: &[Vec<Measured>]) -> Vec<Row> {
    let mut order: Vec<(Section, &str)> = Vec::new();
    for measured in seeds.iter().flatten() {
        let key = (measured.section, measured.name.as_str());
        if !order.contains(&key) {
            order.push(key);
        }
    }
    let of = |&(section, name): &(Section, &str)| {
        let same = |m: &&Measured| (m.section, m.name.as_str()) == (section, name);
        row(&seeds.iter().flatten().filter(same).collect::<Vec<_>>())
    };
    order.iter().map(of).collect()
}

fn row(of: &[&Measured]) -> Row {
    let compared = match of[0].section {
        Section::Validity => true,
        // An unbiased distance may be negative, and no multiple of that says anything.
        Section::Distance => of.iter().all(|m| m.real.is_some_and(|real| real > 0.0)),
        _ => false,
    };
    let compared = of.iter().filter(|_| compared);
    let ratios = compared.filter_map(|m| Some(m.synthetic? / m.real?));
    let images: Option<usize> = of.iter().map(|m| m.share_of).sum();
    let interval = |values: Vec<f64>, drawn: bool| match images.filter(|_| drawn) {
        Some(images) => Interval::of_shares(values, images),
        // An area is no share of images, but lies within 0 and 1 as well.
        None if of[0].section == Section::Telling => Interval::of(values).map(Interval::within_1),
        None => Interval::of(values),
    };
    let real: Vec<f64> = of.iter().filter_map(|m| m.real).collect();
    let differs = real.iter().any(|value| *value != real[0]);
    Row {
        section: of[0].section,
        name: of[0].name.clone(),
        synthetic: interval(of.iter().filter_map(|m| m.synthetic).collect(), true),
        real: interval(real, differs),
        ratio: Interval::of(ratios),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(section: Section, name: &str, synthetic: f64, real: f64) -> Measured {
        Measured {
            section,
            name: name.into(),
            synthetic: Some(synthetic),
            real: Some(real),
            share_of: None,
        }
    }

    #[test]
    fn a_share_of_nothing_has_an_interval_of_its_own() {
        let none = Measured {
            share_of: Some(24),
            ..measured(Section::Memorisation, "share", 0.0, 0.05)
        };
        let row = &rows(&[vec![none.clone()], vec![none.clone()], vec![none]])[0];
        let share = row.synthetic.as_ref().expect("measured");
        // Wilson's interval of 0 of 72.
        assert!(
            share.low == 0.0 && (share.high - 0.0506).abs() < 1e-4,
            "{share}"
        );
        assert_eq!(share.to_string(), "0.000 [0.000, 0.051]");
        let real = row.real.as_ref().expect("measured").mean;
        assert!((real - 0.05).abs() < 1e-12, "{real}");
    }

    #[test]
    fn shares_of_real_images_that_are_drawn_for_each_seed_stay_within_1() {
        let seed = |real: f64| Measured {
            share_of: Some(12),
            ..measured(Section::Manifold, "recall", 0.25, real)
        };
        let row = &rows(&[vec![seed(1.0)], vec![seed(0.75)], vec![seed(1.0)]])[0];
        let real = row.real.as_ref().expect("measured");
        // Wilson's interval of 33 of 36.
        assert!(
            (real.low - 0.7817).abs() < 1e-3 && (real.high - 0.9713).abs() < 1e-3,
            "{real}"
        );
    }

    #[test]
    fn seeds_meet_in_their_row_and_ratios_are_taken_seed_by_seed() {
        let (v, r) = (Section::Validity, Section::Register);
        let seeds = [
            vec![measured(v, "t1", 0.4, 0.8), measured(r, "t1", 1.0, 2.0)],
            vec![measured(r, "t1", 3.0, 2.0), measured(v, "t1", 0.6, 0.8)],
        ];
        let rows = rows(&seeds);
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].section, rows[1].section), (v, r));
        let ratio = rows[0].ratio.as_ref().expect("both sides");
        assert!((ratio.mean - 0.625).abs() < 1e-12 && (ratio.values[0] - 0.5).abs() < 1e-12);
        assert_eq!(rows[1].ratio, None, "no goal");
        let figure = rows[1].figure();
        assert!(figure.value.ends_with("real 2.000"), "{figure:?}");
    }

    #[test]
    fn distances_are_multiples_of_what_lies_between_real_images() {
        let d = Section::Distance;
        let seeds = [
            vec![measured(d, "a", 6.0, 2.0), measured(d, "b", 6.0, 2.0)],
            vec![measured(d, "a", 8.0, 4.0), measured(d, "b", 6.0, -0.1)],
        ];
        let rows = rows(&seeds);
        let ratio = rows[0].ratio.as_ref().expect("both above 0");
        assert_eq!(ratio.values, [3.0, 2.0]);
        assert_eq!(rows[1].ratio, None, "one is below 0");
    }

    #[test]
    fn nothing_found_on_real_images_gives_no_ratio() {
        let seed = vec![measured(Section::Validity, "t1", 0.0, 0.0)];
        let row = &rows(&[seed.clone(), seed])[0];
        assert_eq!(row.ratio, None);
        assert!(row.real.is_some());
    }
}
