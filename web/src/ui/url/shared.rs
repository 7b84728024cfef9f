//! What stands behind the `#` of a shared link: which weights the picture was made with and, where a
//! seed does not say it all, its whole scene.
//!
//! `#m=` holds the first bytes of the weights' SHA-256, `#s=` these and the scene. Both come from
//! strangers: what is not sound is refused with a reason.

use crate::model::protocol::{Picture, Pixels};
use crate::model::scene::{Edits, LONGEST_SIDE, Origin, Runs, Scene, SceneError};
use data_encoding::BASE64URL_NOPAD;

/// Bytes of the SHA-256 that a link carries: enough to notice other weights.
const PREFIX: usize = 8;
/// Longest text that is looked at: several planes of the largest size, drawn without a plan.
const LONGEST: usize = 400_000;

/// The first bytes of the SHA-256 of a weights file.
pub type Weights = [u8; PREFIX];

/// What a link carries behind its `#`.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// The weights it was made with.
    pub weights: Weights,
    /// The scene, where the rest of the address does not name it by a seed.
    pub scene: Option<Scene>,
}

/// Why a link cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is of another version.
    Version,
    /// It is cut or damaged.
    Damaged,
}

impl Shared {
    /// The text behind the `#`.
    pub fn fragment(&self) -> String {
        match &self.scene {
            None => format!("m={}", BASE64URL_NOPAD.encode(&self.weights)),
            Some(scene) => {
                let bytes = [self.weights.as_slice(), &scene.to_bytes()].concat();
                format!("s={}", BASE64URL_NOPAD.encode(&bytes))
            }
        }
    }

    /// What a text behind the `#` carries; nothing when it is none of ours.
    ///
    /// # Errors
    /// When it is ours and cannot be understood.
    pub fn read(fragment: &str) -> Result<Option<Self>, Refused> {
        let Some((name @ ("m" | "s"), text)) = fragment.split_once('=') else {
            return Ok(None);
        };
        let short = text.len() <= LONGEST;
        let bytes = short
            .then(|| BASE64URL_NOPAD.decode(text.as_bytes()).ok())
            .flatten();
        let bytes = bytes.ok_or(Refused::Damaged)?;
        let (weights, rest) = bytes.split_first_chunk().ok_or(Refused::Damaged)?;
        let scene = match name {
            "m" if rest.is_empty() => None,
            "m" => return Err(Refused::Damaged),
            _ => Some(scene(rest)?),
        };
        Ok(Some(Self {
            weights: *weights,
            scene,
        }))
    }
}

fn scene(bytes: &[u8]) -> Result<Scene, Refused> {
    match Scene::from_bytes(bytes) {
        // An image stays with who brought it: a scene that needs one cannot have been shared.
        Ok(Scene {
            origin: Origin::Image { .. },
            ..
        })
        | Err(SceneError::Damaged(_)) => Err(Refused::Damaged),
        Ok(scene) => Ok(scene),
        Err(SceneError::Version { .. }) => Err(Refused::Version),
    }
}

/// The first bytes of a SHA-256 in hexadecimal.
pub fn weights(sha256: &str) -> Option<Weights> {
    let mut bytes = [0; PREFIX];
    for (place, byte) in bytes.iter_mut().enumerate() {
        let digits = sha256.get(2 * place..2 * place + 2)?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(bytes)
}

/// The scene as another machine can paint it: lines and mask found in an image go along themselves,
/// taken from the picture that was painted of the scene. `None` while there is none.
pub fn portable(scene: &Scene, picture: Option<&Picture>) -> Option<Scene> {
    if !matches!(scene.origin, Origin::Image { .. }) {
        return Some(scene.clone());
    }
    let picture = picture?;
    let origin = Origin::Fixed {
        map: runs(&picture.structure)?,
        mask: runs(&picture.mask)?,
    };
    // What was drawn by hand is part of the lines by now.
    let edits = Edits::default();
    Some(Scene {
        origin,
        edits,
        ..scene.clone()
    })
}

fn runs(pixels: &Pixels) -> Option<Runs> {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let longest = usize::from(LONGEST_SIDE);
    let values: Vec<u8> = pixels.grey().iter().map(|&v| u8::from(v > 127)).collect();
    (width <= longest && height <= longest).then(|| Runs::of(width, height, &values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scene::{Latent, Lesion};
    use scanweave::label::LabelKind;

    const SHA: &str = "00010203a0ff10fe99";
    const WEIGHTS: Weights = [0, 1, 2, 3, 0xa0, 0xff, 0x10, 0xfe];

    fn walked() -> Scene {
        Scene {
            origin: Origin::Latent(Latent::Plane {
                seed: 3,
                x: 0.5,
                y: -1.0,
            }),
            lesion: Lesion::Drawn(Runs::of(4, 1, &[0, 1, 1, 0])),
            ..Scene::of_seed(3, &LabelKind::None, 0)
        }
    }

    #[test]
    fn links_survive_the_way() {
        for scene in [None, Some(walked())] {
            let shared = Shared {
                weights: WEIGHTS,
                scene,
            };
            assert_eq!(Shared::read(&shared.fragment()), Ok(Some(shared)));
        }
        let plain = Shared {
            weights: WEIGHTS,
            scene: None,
        };
        assert_eq!(plain.fragment(), "m=AAECA6D_EP4");
    }

    #[test]
    fn strangers_are_refused_and_others_left_alone() {
        for other in ["", "app", "lesson=structure&step=3", "s", "ms=AA"] {
            assert_eq!(Shared::read(other), Ok(None), "{other}");
        }
        for broken in [
            "s=",
            "m=",
            "m=AAEC",
            "m=AAECA6D_EP4A",
            "s=AAECA6D_EP4",
            "s=%%",
        ] {
            assert_eq!(Shared::read(broken), Err(Refused::Damaged), "{broken}");
        }
        let long = format!("s={}", "A".repeat(LONGEST + 4));
        assert_eq!(Shared::read(&long), Err(Refused::Damaged));
        let newer = format!(
            "s={}",
            BASE64URL_NOPAD.encode(&[0, 0, 0, 0, 0, 0, 0, 0, 77, 1])
        );
        assert_eq!(Shared::read(&newer), Err(Refused::Version));
        let image = Scene {
            origin: Origin::Image { values: None },
            ..walked()
        };
        let image = Shared {
            weights: WEIGHTS,
            scene: Some(image),
        };
        assert_eq!(Shared::read(&image.fragment()), Err(Refused::Damaged));
    }

    #[test]
    fn any_cut_is_refused() {
        let scene = Some(walked());
        let whole = Shared {
            weights: WEIGHTS,
            scene,
        }
        .fragment();
        for end in 2..whole.len() {
            assert!(Shared::read(&whole[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn the_weights_are_the_first_bytes() {
        assert_eq!(weights(SHA), Some(WEIGHTS));
        assert_eq!(weights("0001"), None);
        assert_eq!(weights("zz010203a0ff10fe"), None);
        assert_eq!(
            weights("\u{5408}\u{5408}\u{5408}\u{5408}\u{5408}\u{5408}"),
            None
        );
    }

    #[test]
    fn an_image_goes_along_as_its_lines() {
        let pixels = |bytes: &[u8]| Pixels::new(2, 2, bytes.to_vec()).expect("four greys");
        let picture = Picture {
            source: None,
            steps: Vec::new(),
            structure: pixels(&[0, 255, 255, 0]),
            mask: pixels(&[255, 0, 0, 0]),
            forbidden: pixels(&[255; 4]),
            fused: pixels(&[9; 4]),
            lesion: None,
            images: Vec::new(),
        };
        let scene = Scene {
            origin: Origin::Image { values: None },
            edits: Edits {
                strokes: Some(Runs::of(2, 2, &[0, 1, 0, 0])),
            },
            ..walked()
        };
        assert_eq!(portable(&scene, None), None);
        let shared = portable(&scene, Some(&picture)).expect("a picture");
        let map = Runs::of(2, 2, &[0, 1, 1, 0]);
        let mask = Runs::of(2, 2, &[1, 0, 0, 0]);
        assert_eq!(shared.origin, Origin::Fixed { map, mask });
        assert_eq!(shared.edits, Edits::default());
        assert_eq!((shared.lesion, shared.noise), (scene.lesion, scene.noise));
        assert_eq!(portable(&walked(), None), Some(walked()));
    }
}
