//! Options whose values are a list of names: the list of the type itself, so that no enum stands twice.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use scanweave::study::Preset;
use scanweave::train::Ablation;
use scanweave::weights::Precision;

/// A value with a name on the command line.
pub trait Named: Copy + Send + Sync + 'static {
    /// Every value, in the order of `--help`.
    const ALL: &'static [Self];
    /// Its name.
    fn name(self) -> &'static str;
    /// What `--help` says of it.
    fn about(self) -> &'static str;
}

/// Parses the name of one of the values.
pub fn one_of<T: Named>() -> impl TypedValueParser<Value = T> {
    let named = |value: &T| PossibleValue::new(value.name()).help(value.about());
    PossibleValuesParser::new(T::ALL.iter().map(named)).map(|given: String| {
        let mut all = T::ALL.iter().copied();
        all.find(|value| value.name() == given)
            .expect("clap lets none but listed names through")
    })
}

impl Named for Preset {
    const ALL: &'static [Self] = &[Self::Tiny, Self::Demo, Self::Large, Self::Paper];

    fn name(self) -> &'static str {
        match self {
            Self::Tiny => "tiny",
            Self::Demo => "demo",
            Self::Large => "large",
            Self::Paper => "paper",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Tiny => "64 px, for tests and teaching",
            Self::Demo => "128 px, for the browser",
            Self::Large => "256 px, for the browser",
            Self::Paper => "The thesis's geometry, 512 px",
        }
    }
}

impl Named for Ablation {
    const ALL: &'static [Self] = &[
        Self::A,
        Self::B,
        Self::C,
        Self::D,
        Self::E,
        Self::F,
        Self::G,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
            Self::D => "d",
            Self::E => "e",
            Self::F => "f",
            Self::G => "g",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::A => "Noise in place of the map",
            Self::B => "Map and lesion loss",
            Self::C => "Map and label filter",
            Self::D => "Map, label filter and noise fusion",
            Self::E => "All but the lesion loss",
            Self::F => "The whole method",
            Self::G => "The map alone",
        }
    }
}

impl Named for Precision {
    const ALL: &'static [Self] = &[Self::F16, Self::Q8, Self::F32];

    fn name(self) -> &'static str {
        Self::name(self)
    }

    fn about(self) -> &'static str {
        match self {
            Self::F16 => "Half precision",
            Self::Q8 => "8 bits with one scale per output channel",
            Self::F32 => "Single precision",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<T: Named>() -> Vec<&'static str> {
        T::ALL.iter().map(|value| value.name()).collect()
    }

    #[test]
    fn names_are_those_of_the_files() {
        for (preset, name) in Preset::ALL.iter().zip(names::<Preset>()) {
            assert_eq!(serde_json::to_value(preset).expect("a name"), name);
        }
        for (row, name) in Ablation::ALL.iter().zip(names::<Ablation>()) {
            assert_eq!(serde_json::to_value(row).expect("a name"), name);
        }
        assert_eq!(names::<Precision>(), ["f16", "q8", "f32"]);
    }
}
