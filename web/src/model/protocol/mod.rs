//! Messages between the page and the engine.
//!
//! The page is small and paints at once; the engine holds the networks and runs in a worker of its
//! own, so that a long computation never freezes the page. They share only these types, written
//! with postcard. A [`Command`] carries an id that every [`Event`] about it repeats. Of two waiting
//! commands of one [`Lane`] only the newer is run: who drags a slider wants the last position.

mod failure;
mod pixels;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use thiserror::Error;

use super::scene::{Runs, Scene};
use scanweave::dataset::{Provenance, Settings};
use scanweave::label::Label;
use scanweave::study::{Geometry, Study};
use scanweave::synthesis::PairRegister;
use scanweave::weights::Card;

pub use failure::{Cause, Failure};
pub use pixels::{Pixels, luminance};

/// Raised whenever a message changes; page and engine of different builds must not talk.
pub const VERSION: u32 = 10;

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
    /// Read an image or a slice of a volume from a file that rides along with the message; from then
    /// on [`Origin::Image`](super::scene::Origin::Image) means it. Answered by [`Event::Read`].
    Read {
        /// Its name, for messages.
        name: String,
        /// Slice of a volume; `None` takes the middle one.
        slice: Option<u32>,
    },
    /// Make the picture of a scene. Answered by [`Event::Painted`] and, in full detail, by
    /// [`Event::Measured`].
    Paint {
        /// What is to be painted.
        scene: Box<Scene>,
        /// How much of it.
        detail: Detail,
    },
    /// Draw the structure maps of a grid on the plane of a seed
    /// ([`Latent::Plane`](super::scene::Latent::Plane)), from the centre outwards. Answered by one
    /// [`Event::Tile`] each and [`Event::Done`].
    Atlas {
        /// Seed of the plane.
        seed: u64,
        /// Maps on each side, odd.
        side: u8,
        /// The outermost place along each direction, standard deviations.
        reach: f32,
    },
    /// Make a labelled data set, subject after subject. Answered by [`Event::Subject`] each and at
    /// the end by [`Event::Done`]. Pictures that are asked for meanwhile go first.
    Build {
        /// How subjects are made.
        settings: Settings,
        /// Seed of the series.
        seed: u64,
        /// How many.
        count: u32,
    },
    /// Forget what waits or runs in a lane: its commands are answered by [`Event::Superseded`], this one
    /// by [`Event::Done`].
    Cancel {
        /// The lane.
        lane: Lane,
    },
    /// Remove every stored weights file. Answered by [`Event::Done`].
    ClearCache,
}

/// How much of a picture is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    /// What shows while a pointer is down: as soon as possible, one modality, no figures.
    Preview {
        /// Index of the modality.
        modality: u32,
    },
    /// Every modality, then the figures.
    #[default]
    Full,
}

/// Commands of one lane supersede each other while they wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lane {
    /// Loading a model.
    Open,
    /// Reading an image.
    Read,
    /// Making a picture.
    Paint,
    /// Drawing an atlas.
    Atlas,
    /// Making a data set.
    Build,
    /// Short housekeeping.
    Care,
}

impl Lane {
    /// Whether its commands take many slices, so that others go first.
    pub fn is_long(self) -> bool {
        matches!(self, Self::Atlas | Self::Build)
    }

    /// Whether its commands are meant for the model that was open when they were given.
    pub fn is_for_model(self) -> bool {
        matches!(self, Self::Atlas | Self::Build | Self::Paint)
    }
}

impl Request {
    /// The lane this request waits in.
    pub fn lane(&self) -> Lane {
        match self {
            Self::Open { .. } | Self::OpenFile { .. } => Lane::Open,
            Self::Read { .. } => Lane::Read,
            Self::Paint { .. } => Lane::Paint,
            Self::Atlas { .. } => Lane::Atlas,
            Self::Build { .. } => Lane::Build,
            Self::Cancel { .. } | Self::ClearCache => Lane::Care,
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
    /// Why.
    pub reason: Reason,
}

/// Why a model computes on what it does. The page has the sentence; a `String` is what the browser or
/// the driver said, or a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// The CPU was asked for.
    AskedFor,
    /// The graphics adapter of this name.
    Adapter(String),
    /// A graphics adapter of this name that computes in software and was asked for.
    AdapterInSoftware(String),
    /// The CPU: the browser has no WebGPU.
    NoWebGpu,
    /// The CPU: there is no graphics adapter.
    NoAdapter,
    /// The CPU: the graphics adapter lacks timestamps, which burn asks for.
    NoTimestamps,
    /// The CPU: the browser refuses a graphics adapter.
    Refused(String),
    /// The CPU: the adapter of this name computes in software, which is slower.
    Slower(String),
    /// The CPU: the adapter could not be started.
    NotStarted(String),
    /// The CPU: WebGPU failed while it was used.
    GivenUp(String),
    /// The CPU: the engine died and was started again.
    Restarted(String),
    /// The CPU: the engine ran out of memory and was started again.
    RestartedForMemory,
}

/// What the engine reports.
// One exists at a time, and the largest, a picture, is also the most frequent.
#[allow(clippy::large_enum_variant)]
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
    /// The browser refused to keep the weights of a model; it works all the same.
    NotKept {
        /// The command that opened it.
        id: CommandId,
    },
    /// A picture is ready.
    Painted {
        /// The command.
        id: CommandId,
        /// The picture.
        picture: Picture,
        /// How much of it was asked for.
        detail: Detail,
        /// Time it took to compute.
        milliseconds: f64,
    },
    /// The figures of the picture just painted.
    Measured {
        /// The command.
        id: CommandId,
        /// The figures.
        figures: Figures,
        /// Time they took to compute.
        milliseconds: f64,
    },
    /// An image was read and stands ready.
    Read {
        /// The command.
        id: CommandId,
        /// What it is.
        image: ImageInfo,
    },
    /// One map of an atlas.
    Tile {
        /// The command.
        id: CommandId,
        /// Column, from the left.
        column: u8,
        /// Row, from the top.
        row: u8,
        /// The structure map.
        map: Pixels,
    },
    /// One subject of a data set.
    Subject {
        /// The command.
        id: CommandId,
        /// The subject.
        subject: Box<BuiltSubject>,
    },
    /// A command that ends without a result of its own has ended.
    Done {
        /// The command.
        id: CommandId,
    },
    /// The engine had to step down to another backend and goes on there.
    SteppedDown {
        /// The new backend, with the reason.
        backend: Backend,
    },
    /// This engine holds no code for the graphics adapter that is to be used: the command, and all since, is for
    /// the engine that does.
    Elsewhere {
        /// The command that opens the model.
        id: CommandId,
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
        /// Why.
        failure: Failure,
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
    pub study: Study,
    /// Sizes of the networks.
    pub geometry: Geometry,
    /// The model card.
    #[serde(with = "scanweave::weights::card_as_text")]
    pub card: Card,
    /// Whether structure maps can be sampled, not only taken from images.
    pub samples: bool,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Largest difference from the known answer, 0..=1; `None` when the file holds no answer.
    pub self_test: Option<f32>,
    /// Whether the model knows what lesions look like and can place one by itself.
    pub placed: bool,
    /// Whether the model holds segmenters, which look for the lesion that was asked for.
    pub segmented: bool,
}

/// One synthesised subject with everything it was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// The user's image at working size, when the structure map was taken from one.
    pub source: Option<Pixels>,
    /// The intermediate planes of algorithm 1 in order, when the map was taken from an image: name of
    /// the step and its plane.
    pub steps: Vec<(String, Pixels)>,
    /// The structure map, lines 255.
    pub structure: Pixels,
    /// The organ's mask, background 255.
    pub mask: Pixels,
    /// Where no lesion may lie, 255: the background and the study's margin inside the organ.
    pub forbidden: Pixels,
    /// What the generator saw, equation (12).
    pub fused: Pixels,
    /// The lesion asked for, for studies with lesion masks or boxes.
    pub lesion: Option<Labelled>,
    /// The modalities painted, in the study's order; a preview holds one.
    pub images: Vec<(String, Pixels)>,
}

/// A lesion label as it is shown and as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labelled {
    /// Class k of n as the shade 255 k / n.
    pub shades: Pixels,
    /// 0 is healthy, k is class number k - 1 of the study.
    pub classes: Runs,
}

/// What can be said of a picture in figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Per modality what its own segmenter finds; `None` where the model has none. It guided the
    /// generator: a hint and no judgement.
    pub found: Vec<Option<Found>>,
    /// How each two modalities fit each other.
    pub register: Vec<PairRegister>,
    /// What the structure filter says of the map; `None` until it is measured.
    pub map: Option<MapFigures>,
}

/// What the structure filter looks at, and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MapFigures {
    /// What D_s gives the structure map, about 1 for real ones; `None` without D_s.
    pub score: Option<f32>,
    /// How far its outline is from the organ's, 0..=1.
    pub error: f32,
    /// How torn the organ's border is, a share of its area.
    pub ragged: f32,
    /// Whether a data set would take it.
    pub accepted: bool,
}

/// A lesion as a segmenter sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Dice between asked and found; `None` when neither shows a lesion.
    pub dice: Option<f32>,
    /// What was found, class k of n as the shade 255 k / n.
    pub shades: Pixels,
}

/// What was read from a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageInfo {
    /// Its name.
    pub name: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Slices of a volume; 1 for a plain image.
    pub slices: u32,
    /// The slice in use.
    pub slice: u32,
    /// Whether it is not square, so that background was put beside it.
    pub padded: bool,
}

/// One subject of a data set, ready to be written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuiltSubject {
    /// The structure map, lines 255.
    pub structure: Pixels,
    /// The organ's mask, background 255.
    pub mask: Pixels,
    /// The label that was asked for.
    pub label: Label,
    /// Every modality in the study's order.
    pub images: Vec<(String, Pixels)>,
    /// How it came to be; its index is its place in the series.
    pub provenance: Provenance,
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
    /// The command this event is about; `None` for events about the engine itself.
    pub fn id(&self) -> Option<CommandId> {
        match self {
            Self::Hello { .. } | Self::SteppedDown { .. } | Self::Died { .. } => None,
            Self::Progress { id, .. }
            | Self::NotKept { id }
            | Self::Opened { id, .. }
            | Self::Painted { id, .. }
            | Self::Measured { id, .. }
            | Self::Read { id, .. }
            | Self::Tile { id, .. }
            | Self::Subject { id, .. }
            | Self::Done { id }
            | Self::Elsewhere { id }
            | Self::Superseded { id }
            | Self::Failed { id, .. } => Some(*id),
        }
    }

    /// Whether no other event about the same command is waited for. Of a picture in full detail the figures
    /// may be the last or, when a newer one is wanted, never come.
    pub fn is_last(&self) -> bool {
        !matches!(
            self,
            Self::Progress { .. }
                | Self::NotKept { .. }
                | Self::Painted { .. }
                | Self::Tile { .. }
                | Self::Subject { .. }
        )
    }

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
    use scanweave::label::LabelKind;
    use scanweave::study::Preset;

    fn paint(seed: u64) -> Request {
        let kind = LabelKind::Class(vec!["a".into(), "b".into(), "c".into()]);
        Request::Paint {
            scene: Box::new(Scene::of_seed(seed, &kind, 2)),
            detail: Detail::Full,
        }
    }

    #[test]
    fn commands_and_events_survive_the_way() {
        let request = paint(u64::MAX);
        let command = Command { id: 7, request };
        assert_eq!(Command::from_bytes(&command.to_bytes()), Ok(command));

        let event = Event::Opened {
            id: 7,
            model: Box::new(ModelInfo {
                study: Study::named("chest-xray").expect("built in"),
                geometry: Preset::Tiny.geometry(),
                card: Card::default(),
                samples: true,
                bytes: 12,
                sha256: "ab".into(),
                self_test: Some(0.001),
                placed: false,
                segmented: true,
            }),
            backend: Backend {
                kind: BackendKind::Cpu,
                reason: Reason::AskedFor,
            },
        };
        assert_eq!(Event::from_bytes(&event.to_bytes()), Ok(event));
    }

    #[test]
    fn cut_messages_are_refused() {
        let bytes = Command {
            id: 1,
            request: paint(300),
        }
        .to_bytes();
        for end in 0..bytes.len() {
            assert!(Command::from_bytes(&bytes[..end]).is_err());
        }
    }

    #[test]
    fn pictures_share_a_lane_and_models_have_their_own() {
        let preview = Request::Paint {
            scene: Box::new(Scene::of_seed(1, &LabelKind::None, 0)),
            detail: Detail::Preview { modality: 0 },
        };
        let open = Request::OpenFile {
            name: "a.weave".into(),
            backend: BackendChoice::Auto,
        };
        assert_eq!(paint(1).lane(), preview.lane());
        assert_ne!(paint(1).lane(), open.lane());
    }
}
