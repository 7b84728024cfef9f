//! Messages between the page and the engine.
//!
//! The page is small and paints at once; the engine holds the networks and runs in a worker of its
//! own, so that a long computation never freezes the page. They share only these types, written
//! with postcard. A [`Command`] carries an id that every [`Event`] about it repeats. Of two waiting
//! commands of one [`Lane`] only the newer is run: who drags a slider wants the last position.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use thiserror::Error;

use crate::image::Plane;
use crate::profile::{Geometry, Modality, Profile};
use crate::weights::Card;

/// Raised whenever a message changes; page and engine of different builds must not talk.
pub const VERSION: u32 = 1;

/// Why a message could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a message between page and engine cannot be read: {0}")]
pub struct ProtocolError(String);

/// A command's number, given by the page, unique while the engine lives.
pub type CommandId = u32;

/// One wish of the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// Repeated by every event about this command.
    pub id: CommandId,
    /// What is to be done.
    pub request: Request,
}

/// What the page can ask for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Fetch, verify and load a model.
    Open {
        /// Where it lies.
        source: Source,
        /// Which backend to compute on.
        backend: BackendChoice,
    },
    /// Load a model from a file of the user's that rides along with the message.
    OpenFile {
        /// Its name, for messages.
        name: String,
        /// Which backend to compute on.
        backend: BackendChoice,
    },
    /// Sample a structure map and paint it.
    Sample {
        /// Seed of the latent and of the fusion noise.
        seed: u64,
        /// What the image is to show.
        label: Label,
    },
    /// Take the structure map of an image file that rides along with the message, and paint it.
    Image {
        /// Its name, for messages.
        name: String,
        /// Seed of the fusion noise.
        seed: u64,
        /// What the image is to show.
        label: Label,
    },
}

/// Commands of one lane supersede each other while they wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Loading a model.
    Open,
    /// Making a picture.
    Paint,
}

impl Request {
    /// The lane this request waits in.
    pub fn lane(&self) -> Lane {
        match self {
            Self::Open { .. } | Self::OpenFile { .. } => Lane::Open,
            Self::Sample { .. } | Self::Image { .. } => Lane::Paint,
        }
    }
}

/// A weights file on the page's own server, as the manifest names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Name for people.
    pub title: String,
    /// Address.
    pub url: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

/// Which backend the user asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackendChoice {
    /// The fastest that works.
    #[default]
    Auto,
    /// WebGPU, even on a software adapter.
    WebGpu,
    /// The CPU.
    Cpu,
}

/// What a model computes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackendKind {
    /// A graphics adapter.
    WebGpu,
    /// One thread with SIMD.
    Cpu,
}

/// The backend in use and why it is that one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backend {
    /// Which.
    pub kind: BackendKind,
    /// Why, in one sentence for people.
    pub reason: String,
}

/// The lesion label of a picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Label {
    /// None, or an empty one.
    #[default]
    None,
    /// A class of the whole image, an index into the profile's classes.
    Class(usize),
    /// A lesion as the model's statistics draw it, where it may lie (algorithm 4); the seed decides.
    Placed,
}

/// What the engine reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The engine runs and listens.
    Hello {
        /// Its [`VERSION`].
        version: u32,
    },
    /// Loading goes on.
    Progress {
        /// The command.
        id: CommandId,
        /// What is being done.
        stage: Stage,
        /// How much of it is done, in bytes for [`Stage::Download`].
        done: u64,
        /// How much there is, 0 when unknown.
        total: u64,
    },
    /// A model is ready.
    Opened {
        /// The command.
        id: CommandId,
        /// What it is.
        model: Box<ModelInfo>,
        /// What it computes on.
        backend: Backend,
    },
    /// A picture is ready.
    Painted {
        /// The command.
        id: CommandId,
        /// The picture.
        picture: Picture,
        /// Time it took to compute.
        milliseconds: f64,
    },
    /// The engine had to step down to another backend and goes on there.
    SteppedDown {
        /// The new backend, with the reason.
        backend: Backend,
    },
    /// A newer command of the same lane made this one needless.
    Superseded {
        /// The command.
        id: CommandId,
    },
    /// A command failed; what was there before still works.
    Failed {
        /// The command.
        id: CommandId,
        /// Why and what to do, for people.
        message: String,
    },
    /// The engine cannot go on and must be started anew.
    Died {
        /// Why, for people.
        message: String,
    },
}

/// The steps of loading a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Bytes arrive.
    Download,
    /// The networks are built on the device.
    Build,
    /// The known answer is computed; on WebGPU this also compiles the shaders.
    SelfTest,
}

/// What the page needs to know of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// The study.
    pub profile: Profile,
    /// Sizes of the networks.
    pub geometry: Geometry,
    /// The model card.
    pub card: Card,
    /// Whether structure maps can be sampled, not only taken from images.
    pub samples: bool,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Largest difference from the known answer, 0..=1; `None` when the file holds no answer.
    pub self_test: Option<f32>,
}

/// 8-bit grey pixels to show, row-major.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pixels {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// One byte per pixel.
    pub bytes: Vec<u8>,
}

impl From<&Plane> for Pixels {
    fn from(plane: &Plane) -> Self {
        Self {
            width: plane.width() as u32,
            height: plane.height() as u32,
            bytes: plane.to_u8(),
        }
    }
}

/// One synthesised subject with everything it was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// The user's image at working size, when the structure map was taken from one.
    pub source: Option<Pixels>,
    /// The structure map, lines 255.
    pub structure: Pixels,
    /// The organ's mask, background 255.
    pub mask: Pixels,
    /// What the generator saw, equation (12).
    pub fused: Pixels,
    /// The lesion asked for, class k of n as the shade 255 k / n, for studies with lesion masks.
    pub lesion: Option<Pixels>,
    /// Every modality in the profile's order.
    pub images: Vec<(Modality, Pixels)>,
}

impl Command {
    /// The message as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// The message from bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProtocolError> {
        decode(bytes)
    }
}

impl Event {
    /// The message as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// The message from bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProtocolError> {
        decode(bytes)
    }
}

fn encode(message: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(message).expect("these types have no form that postcard refuses")
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ProtocolError> {
    postcard::from_bytes(bytes).map_err(|e| ProtocolError(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Preset;

    #[test]
    fn commands_and_events_survive_the_way() {
        let request = Request::Sample {
            seed: u64::MAX,
            label: Label::Class(2),
        };
        let command = Command { id: 7, request };
        assert_eq!(Command::from_bytes(&command.to_bytes()), Ok(command));

        let event = Event::Opened {
            id: 7,
            model: Box::new(ModelInfo {
                profile: Profile::named("chest-xray").expect("built in"),
                geometry: Preset::Tiny.geometry(),
                card: Card::default(),
                samples: true,
                bytes: 12,
                sha256: "ab".into(),
                self_test: Some(0.001),
            }),
            backend: Backend {
                kind: BackendKind::Cpu,
                reason: "asked for".into(),
            },
        };
        assert_eq!(Event::from_bytes(&event.to_bytes()), Ok(event));
    }

    #[test]
    fn cut_messages_are_refused() {
        let bytes = Command {
            id: 1,
            request: Request::Sample {
                seed: 300,
                label: Label::None,
            },
        }
        .to_bytes();
        for end in 0..bytes.len() {
            assert!(Command::from_bytes(&bytes[..end]).is_err());
        }
    }

    #[test]
    fn samples_and_images_share_a_lane() {
        let sample = Request::Sample {
            seed: 1,
            label: Label::None,
        };
        let image = Request::Image {
            name: "a.png".into(),
            seed: 1,
            label: Label::None,
        };
        let open = Request::OpenFile {
            name: "a.weave".into(),
            backend: BackendChoice::Auto,
        };
        assert_eq!(sample.lane(), image.lane());
        assert_ne!(sample.lane(), open.lane());
    }
}
