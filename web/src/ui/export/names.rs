//! What saved files are called and what they say of themselves: above all where their lines come from, so that what
//! follows from somebody's picture is never taken for a sample.

use scanweave::dataset::MARK;

use crate::model::scene::{Edits, Latent, Lesion, Origin, Scene};

/// Bytes of a NIfTI description.
const BRIEF: usize = 79;

/// What a file is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// Name of the study, from a model that may be a stranger's.
    pub study: String,
    /// Where its lines come from.
    pub from: Source,
    /// Whether the lesion was drawn by hand.
    pub own_lesion: bool,
}

/// Where the structure map of a picture comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The model drew it from this seed.
    Sample(u64),
    /// The model drew it from a place in the latent space, near this seed unless it lies between two.
    Walk(Option<u64>),
    /// Lines were drawn by hand, on an empty sheet or into a map of the model's.
    Drawing,
    /// It was taken from an image of the user's own, whatever was drawn into it since.
    Image,
    /// A link carried it: it may be of anybody's image.
    Link,
}

impl Source {
    /// Of a scene.
    pub fn of(scene: &Scene) -> Self {
        match &scene.origin {
            Origin::Image { .. } => Self::Image,
            Origin::Fixed { .. } => Self::Link,
            Origin::Empty => Self::Drawing,
            Origin::Latent(_) if scene.edits != Edits::default() => Self::Drawing,
            Origin::Latent(Latent::Seed(seed)) => Self::Sample(*seed),
            Origin::Latent(latent) => Self::Walk(latent.pin().map(|pin| pin.seed)),
        }
    }

    /// As a part of a file name.
    fn named(self) -> String {
        match self {
            Self::Sample(seed) => seed.to_string(),
            Self::Walk(Some(seed)) => format!("walk-from-{seed}"),
            Self::Walk(None) => "walk".into(),
            Self::Drawing => "drawing".into(),
            Self::Image => "from-own-image".into(),
            Self::Link => "from-link".into(),
        }
    }

    /// In a sentence.
    fn told(self) -> String {
        match self {
            Self::Sample(seed) => format!("sample of seed {seed}"),
            Self::Walk(Some(seed)) => format!("from a walk through the latent space near seed {seed}"),
            Self::Walk(None) => "from a walk between two places of the latent space".into(),
            Self::Drawing => "from lines drawn by hand".into(),
            Self::Image => "derived from the user's own image, not a sample: it may show the person in that image".into(),
            Self::Link => "from the lines of a shared link, which may be derived from somebody's image".into(),
        }
    }

    /// In a few words.
    fn brief(self) -> String {
        match self {
            Self::Sample(seed) => format!("sample, seed {seed}"),
            Self::Walk(Some(seed)) => format!("latent walk, seed {seed}"),
            Self::Walk(None) => "latent walk".into(),
            Self::Drawing => "drawn by hand".into(),
            Self::Image => "derived from own image".into(),
            Self::Link => "lines of a link".into(),
        }
    }
}

impl Title {
    /// Of a scene of this study.
    pub fn of(study: &str, scene: &Scene) -> Self {
        Self {
            study: study.into(),
            from: Source::of(scene),
            own_lesion: matches!(scene.lesion, Lesion::Drawn(_) | Lesion::Boxes(_)),
        }
    }

    /// The beginning of a file name.
    pub fn stem(&self) -> String {
        let lesion = if self.own_lesion { "-own-lesion" } else { "" };
        let (study, from) = (plain(&self.study), self.from.named());
        format!("synthetic-{study}-{from}{lesion}")
    }

    /// The sentences inside a file.
    pub fn text(&self, what: &str) -> String {
        format!(
            "{MARK} {what}, not for diagnosis. {}. scanweave {}, study {}.",
            self.told(),
            env!("CARGO_PKG_VERSION"),
            plain(&self.study),
        )
    }

    /// As much of it as a NIfTI file has room for.
    pub fn brief(&self, what: &str) -> String {
        let (from, study) = (self.from.brief(), plain(&self.study));
        let text = format!("{MARK} {what}, not for diagnosis; {from}; {study}");
        text.chars().take(BRIEF).collect()
    }

    /// Where it comes from, as a sentence without its full stop.
    pub fn told(&self) -> String {
        let told = self.from.told();
        let (first, rest) = told.split_at(1);
        let lesion = if self.own_lesion {
            "; the lesion was drawn by hand"
        } else {
            ""
        };
        format!("{}{rest}{lesion}", first.to_uppercase())
    }
}

/// Letters, digits and dashes of a name: what every file system and format takes.
pub fn plain(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    name.chars().take(40).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scene::{Pin, Runs};
    use scanweave::label::LabelKind;

    fn sample() -> Scene {
        Scene::of_seed(7, &LabelKind::None, 0)
    }

    fn title(scene: &Scene) -> Title {
        Title::of("brain-mri", scene)
    }

    #[test]
    fn names_are_plain_and_texts_say_what_it_is() {
        let title = title(&sample());
        assert_eq!(title.stem(), "synthetic-brain-mri-7");
        let text = title.text("image");
        let begin = "SYNTHETIC image, not for diagnosis. Sample of seed 7. scanweave ";
        assert!(text.starts_with(begin), "{text}");
        assert_eq!(plain("../../\u{5408} x\0"), "--------x-");
        assert_eq!(plain(&"a".repeat(99)).len(), 40);
    }

    #[test]
    fn only_what_the_model_drew_from_a_seed_is_a_sample() {
        let runs = || Runs::of(2, 2, &[0, 1, 0, 0]);
        let drawn = Edits {
            strokes: Some(runs()),
        };
        let pin = |seed| Pin {
            seed,
            x: 1.0,
            y: 0.0,
        };
        let walk = sample().walked_to(Latent::Plane {
            seed: 7,
            x: 1.0,
            y: 0.0,
        });
        let between = sample().walked_to(Latent::Between {
            from: pin(1),
            to: pin(2),
            t: 0.5,
        });
        let own = Scene {
            origin: Origin::Image { values: None },
            edits: drawn.clone(),
            ..sample()
        };
        let link = Scene {
            origin: Origin::Fixed {
                map: runs(),
                mask: runs(),
            },
            ..sample()
        };
        let empty = Scene {
            origin: Origin::Empty,
            ..sample()
        };
        let over = Scene {
            edits: drawn,
            ..sample()
        };
        for (scene, stem, word) in [
            (walk, "walk-from-7", "walk"),
            (between, "walk", "walk"),
            (own, "from-own-image", "user's own image"),
            (link, "from-link", "shared link"),
            (empty, "drawing", "drawn by hand"),
            (over, "drawing", "drawn by hand"),
        ] {
            let title = title(&scene);
            assert_eq!(title.stem(), format!("synthetic-brain-mri-{stem}"));
            let text = title.text("image");
            assert!(
                text.starts_with("SYNTHETIC image, not for diagnosis. "),
                "{text}"
            );
            assert!(text.contains(word) && !text.contains("Sample of"), "{text}");
            assert!(!title.brief("image").contains("sample"));
        }
    }

    #[test]
    fn a_lesion_drawn_by_hand_is_told() {
        let scene = Scene {
            lesion: Lesion::Drawn(Runs::of(2, 2, &[0, 1, 0, 0])),
            ..sample()
        };
        let title = title(&scene);
        assert_eq!(title.stem(), "synthetic-brain-mri-7-own-lesion");
        assert!(title.text("image").contains("the lesion was drawn by hand"));
    }

    #[test]
    fn a_volume_says_it_in_the_room_that_it_has() {
        let scene = Scene {
            origin: Origin::Image { values: None },
            ..sample()
        };
        let brief = title(&scene).brief("structure map");
        assert_eq!(
            brief,
            "SYNTHETIC structure map, not for diagnosis; derived from own image; brain-mri"
        );
        let long = Title {
            study: "x".repeat(40),
            ..title(&scene)
        };
        assert_eq!(long.brief("structure map").len(), BRIEF);
    }
}
