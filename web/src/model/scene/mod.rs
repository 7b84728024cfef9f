//! What a picture is made from, whole and small: the page edits one, the engine paints it, a link
//! carries it.
//!
//! A scene names everything that decides the picture: where the structure map comes from, what was
//! drawn into it, the lesion, and the seed of the fusion noise. Bytes of a scene may come from a
//! stranger's link: [`Scene::from_bytes`] refuses what is not sound.

mod latent;
mod runs;

pub use latent::{Latent, Pin, from_centre};
pub use runs::{LONGEST_SIDE, Runs};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use scanweave::label::{LabelKind, Panel};
use scanweave::study::{Extraction, MaskSettings};

/// Raised whenever the meaning of a scene's bytes changes: old links are then refused with a sentence.
const VERSION: u8 = 2;
/// Boxes that one lesion may have.
const MOST_BOXES: usize = 64;

/// Everything that decides a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// Where the structure map comes from.
    pub origin: Origin,
    /// What was drawn into the map.
    pub edits: Edits,
    /// The lesion asked for.
    pub lesion: Lesion,
    /// Seed of the fusion noise, equation (12).
    pub noise: u64,
}

/// Where the structure map comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Origin {
    /// Drawn by the structure decoder.
    Latent(Latent),
    /// Found by algorithm 1 in the image that the engine read last. A link cannot carry an image:
    /// before it is shared this becomes [`Origin::Fixed`].
    Image {
        /// Values other than the study's, if the user turned them.
        values: Option<Values>,
    },
    /// These very lines and this mask.
    Fixed {
        /// The structure map, 1 on lines.
        map: Runs,
        /// The background mask, 1 outside.
        mask: Runs,
    },
    /// An empty sheet to draw on.
    Empty,
}

/// Values of algorithms 1 and 2.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Values {
    /// Algorithm 1.
    pub extraction: Extraction,
    /// Algorithm 2, at the working size.
    pub mask: MaskSettings,
}

/// Lines added and taken away by hand; planes of the working size.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edits {
    /// 0 leaves a pixel as it is, 1 draws a line there, 2 takes it away.
    pub strokes: Option<Runs>,
}

/// The lesion asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Lesion {
    /// None: an empty label.
    #[default]
    None,
    /// A class of the whole image, an index into the study's classes.
    Class(u32),
    /// Drawn by the model's statistics where it may lie (algorithm 4); the seed decides.
    Placed {
        /// The seed.
        seed: u64,
    },
    /// As drawn by hand: 0 is healthy, k is class number k - 1 of the study.
    Drawn(Runs),
    /// Boxes of classes.
    Boxes(Vec<LesionBox>),
}

/// One box, pixels of the working size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LesionBox {
    /// Index into the study's classes.
    pub class: u32,
    /// Left edge.
    pub x: u16,
    /// Upper edge.
    pub y: u16,
    /// Width, at least 1.
    pub width: u16,
    /// Height, at least 1.
    pub height: u16,
}

/// Why bytes are no scene.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SceneError {
    /// Another version.
    #[error("it was made by another version of scanweave ({found}, this one reads {VERSION})")]
    Version {
        /// The version found.
        found: u8,
    },
    /// Not a scene at all.
    #[error("it is damaged: {0}")]
    Damaged(String),
}

impl Scene {
    /// The scene of a seed: latent, noise and lesion all follow from it. `class` is the study's
    /// class of the whole image; for studies with lesion masks 0 is healthy, others have a lesion.
    pub fn of_seed(seed: u64, kind: &LabelKind, class: usize) -> Self {
        Self {
            origin: Origin::Latent(Latent::Seed(seed)),
            edits: Edits::default(),
            lesion: Lesion::of_seed(seed, kind, class),
            noise: seed,
        }
    }

    /// The seed, if the whole scene follows from one: then an address can simply name it.
    pub fn seed(&self) -> Option<u64> {
        let Origin::Latent(Latent::Seed(seed)) = self.origin else {
            return None;
        };
        let lesion = match self.lesion {
            Lesion::None | Lesion::Class(_) => true,
            Lesion::Placed { seed: own } => own == seed,
            Lesion::Drawn(_) | Lesion::Boxes(_) => false,
        };
        (lesion && self.noise == seed && self.edits == Edits::default()).then_some(seed)
    }

    /// The seed of the subject: that of the latent which the map comes from, whatever was done to it since. `None`
    /// for maps from elsewhere, and between two places.
    pub fn subject(&self) -> Option<u64> {
        match &self.origin {
            Origin::Latent(latent) => latent.pin().map(|pin| pin.seed),
            Origin::Image { .. } | Origin::Fixed { .. } | Origin::Empty => None,
        }
    }

    /// The scene with another latent. What was drawn belonged to the lines before it.
    #[must_use]
    pub fn walked_to(self, latent: Latent) -> Self {
        Self {
            origin: Origin::Latent(latent),
            edits: Edits::default(),
            ..self
        }
    }

    /// The scene as bytes.
    ///
    /// # Panics
    /// Never: these types have no form that postcard refuses.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(&(VERSION, self)).expect("a form that postcard knows")
    }

    /// The scene from bytes of unknown origin.
    ///
    /// # Errors
    /// When they are of another version, cut, or name planes or boxes that cannot be.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SceneError> {
        match bytes.first() {
            Some(&VERSION) => {}
            Some(&found) => return Err(SceneError::Version { found }),
            None => return Err(SceneError::Damaged("it is empty".into())),
        }
        let (_, scene): (u8, Self) =
            postcard::from_bytes(bytes).map_err(|e| SceneError::Damaged(e.to_string()))?;
        let sound = scene.is_sound();
        sound
            .then_some(scene)
            .ok_or_else(|| SceneError::Damaged("a drawing in it cannot be".into()))
    }

    fn is_sound(&self) -> bool {
        let origin = match &self.origin {
            Origin::Fixed { map, mask } => map.is_sound() && mask.is_sound(),
            Origin::Image { values } => values.as_ref().is_none_or(Values::is_sound),
            Origin::Latent(_) | Origin::Empty => true,
        };
        let lesion = match &self.lesion {
            Lesion::Drawn(runs) => runs.is_sound(),
            Lesion::Boxes(boxes) => boxes.len() <= MOST_BOXES,
            _ => true,
        };
        let edits = self.edits.strokes.as_ref().is_none_or(Runs::is_sound);
        origin && lesion && edits
    }
}

impl Values {
    /// Whether something can be found with them at a bearable cost.
    pub fn is_sound(&self) -> bool {
        self.extraction.is_sound() && self.mask.is_sound()
    }
}

impl Lesion {
    /// The finding that [`Lesion::of_seed`] takes as `class`: the class of the whole image or, for studies with
    /// lesion masks, 0 without a lesion and 1 with one. `None` for boxes, which no seed makes.
    pub fn finding(&self) -> Option<usize> {
        match self {
            Self::None => Some(0),
            Self::Class(class) => Some(*class as usize),
            Self::Placed { .. } | Self::Drawn(_) => Some(1),
            Self::Boxes(_) => None,
        }
    }

    /// As [`Scene::of_seed`].
    pub fn of_seed(seed: u64, kind: &LabelKind, class: usize) -> Self {
        let classes = kind.classes().len();
        match kind.panel() {
            Panel::Finding if classes > 0 => Self::Class(class.min(classes - 1) as u32),
            Panel::Mask if class > 0 => Self::Placed { seed },
            _ => Self::None,
        }
    }

    /// The panel on which such a lesion is given; `None` for those that any study may have, and for
    /// those that place themselves.
    pub fn panel(&self) -> Option<Panel> {
        match self {
            Self::None | Self::Placed { .. } => None,
            Self::Class(_) => Some(Panel::Finding),
            Self::Drawn(_) => Some(Panel::Mask),
            Self::Boxes(_) => Some(Panel::Boxes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rich() -> Scene {
        Scene {
            origin: Origin::Latent(Latent::Plane {
                seed: u64::MAX,
                x: 0.25,
                y: -1.0,
            }),
            edits: Edits {
                strokes: Some(Runs::of(4, 2, &[0, 1, 1, 0, 2, 0, 0, 0])),
            },
            lesion: Lesion::Drawn(Runs::of(4, 2, &[0, 0, 1, 3, 0, 0, 0, 0])),
            noise: 9,
        }
    }

    #[test]
    fn scenes_survive_the_way() {
        let scene = rich();
        assert_eq!(Scene::from_bytes(&scene.to_bytes()), Ok(scene));
    }

    #[test]
    fn any_cut_and_any_flip_is_refused_or_sound() {
        let bytes = rich().to_bytes();
        for end in 0..bytes.len() {
            assert!(Scene::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
        }
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[place] ^= 1 << bit;
                if let Ok(scene) = Scene::from_bytes(&flipped) {
                    assert!(scene.is_sound());
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Scene::from_bytes(&bytes);
        }
    }

    #[test]
    fn a_scene_of_a_seed_says_so_until_it_is_changed() {
        let kind = LabelKind::Mask(vec!["tumour".into()]);
        let scene = Scene::of_seed(7, &kind, 1);
        assert_eq!(scene.lesion, Lesion::Placed { seed: 7 });
        assert_eq!(scene.seed(), Some(7));
        let other = Scene { noise: 8, ..scene };
        assert_eq!(other.seed(), None);
        let classes = LabelKind::Class(vec!["normal".into(), "virus".into()]);
        let last = Lesion::of_seed(1, &classes, 9);
        assert_eq!(last, Lesion::Class(1), "an unknown class is the last");
        assert_eq!(Lesion::of_seed(1, &LabelKind::None, 9), Lesion::None);
    }

    #[test]
    fn a_lesion_has_the_finding_it_was_made_of() {
        let mask = LabelKind::Mask(vec!["tumour".into()]);
        let class = LabelKind::Class(vec!["normal".into(), "virus".into()]);
        for (kind, finding) in [(&mask, 0), (&mask, 1), (&class, 0), (&class, 1)] {
            let lesion = Lesion::of_seed(3, kind, finding);
            assert_eq!(lesion.finding(), Some(finding), "{lesion:?}");
        }
        assert_eq!(Lesion::Drawn(Runs::of(1, 1, &[1])).finding(), Some(1));
        assert_eq!(Lesion::Boxes(Vec::new()).finding(), None);
    }

    #[test]
    fn a_subject_stays_who_it_is_whatever_is_done_to_it() {
        let plain = Scene::of_seed(6, &LabelKind::None, 0);
        let drawn = Scene {
            lesion: Lesion::Drawn(Runs::of(1, 1, &[1])),
            ..plain.clone()
        };
        assert_eq!((drawn.seed(), drawn.subject()), (None, Some(6)));
        let (seed, x, y) = (6, 0.5, 0.0);
        let aside = drawn.walked_to(Latent::Plane { seed, x, y });
        assert_eq!(aside.subject(), Some(6));
        let (from, to) = (Pin { seed, x, y }, Pin { seed: 9, x, y });
        let between = plain
            .clone()
            .walked_to(Latent::Between { from, to, t: 0.5 });
        assert_eq!(between.subject(), None);
        let origin = Origin::Empty;
        assert_eq!(Scene { origin, ..plain }.subject(), None);
    }

    #[test]
    fn a_walk_leaves_lesion_and_noise() {
        let there = rich().walked_to(Latent::Seed(2));
        let expected = Scene {
            origin: Origin::Latent(Latent::Seed(2)),
            edits: Edits::default(),
            ..rich()
        };
        assert_eq!(there, expected);
    }

    #[test]
    fn values_out_of_range_are_no_scene() {
        let study = scanweave::study::Study::named("chest-xray").expect("built in");
        let study = Values {
            extraction: study.extraction_at(128),
            mask: study.mask_at(128),
        };
        let mut wild = [study; 3];
        wild[0].extraction.scale = usize::MAX;
        wild[1].extraction.sigma1 = f32::NAN;
        wild[2].mask.grow = 1 << 40;
        for values in wild {
            let origin = Origin::Image {
                values: Some(values),
            };
            let scene = Scene { origin, ..rich() };
            assert!(Scene::from_bytes(&scene.to_bytes()).is_err(), "{values:?}");
        }
    }

    #[test]
    fn other_versions_are_told() {
        let mut bytes = rich().to_bytes();
        bytes[0] = 9;
        assert_eq!(
            Scene::from_bytes(&bytes),
            Err(SceneError::Version { found: 9 })
        );
    }
}
