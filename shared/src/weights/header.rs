//! The header: everything in a file but the weights themselves, and where each tensor lies.

use std::ops::Range;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::{TensorProblem, WeightsError};
use super::quantise::Precision;
use super::sections::{Sections, append};
use super::{Card, KnownAnswer, Provenance, Role, check};
use crate::label::LesionStatistics;
use crate::networks::config::NetworkConfig;
use crate::study::{Geometry, Study};
use crate::style::Styles;

/// The format this crate writes and reads. To be raised only when readers of the version before must not read
/// on: sections and fields that they do not know are passed over, those that are absent have defaults.
pub const VERSION: u16 = 3;

pub(super) const MAGIC: [u8; 6] = *b"WEAVE\0";
/// Magic, version, header length.
pub(super) const PREFIX: usize = 12;
/// SHA-256 at the end.
pub(super) const DIGEST: usize = 32;

/// The section of the model card.
pub(super) const CARD: &str = "card";

const ALIGNMENT: usize = 64;

pub(super) struct Header {
    pub study: Study,
    pub geometry: Geometry,
    pub card: Card,
    pub provenance: Option<Provenance>,
    pub known_answer: Option<KnownAnswer>,
    pub lesions: Option<LesionStatistics>,
    /// How styles are distributed.
    pub styles: Option<Styles>,
    pub networks: Vec<NetworkEntry>,
}

pub(super) struct NetworkEntry {
    pub role: Role,
    /// `None` for a network of a role that this version does not know.
    pub config: Option<NetworkConfig>,
    pub tensors: Vec<TensorEntry>,
}

/// The tables of all networks, in the order of the payload; the name is that of the network's role.
type Tables = Vec<(String, Vec<TensorEntry>)>;

/// One row of a tensor table.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct TensorEntry {
    pub name: String,
    pub shape: Vec<usize>,
    pub encoding: Encoding,
    pub offset: usize,
}

/// How the values of a tensor are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Encoding {
    F16,
    /// One f32 scale per index of dimension `axis`, at offset `scales`.
    Q8 {
        axis: usize,
        scales: usize,
    },
    F32,
}

impl Encoding {
    pub fn precision(self) -> Precision {
        match self {
            Self::F16 => Precision::F16,
            Self::Q8 { .. } => Precision::Q8,
            Self::F32 => Precision::F32,
        }
    }
}

/// Where a tensor lies in the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub values: Range<usize>,
    /// Empty unless the tensor is 8-bit.
    pub scales: Range<usize>,
}

/// Hands out aligned places in the payload, to the writer and, for comparison, to the reader.
#[derive(Default)]
pub(super) struct Places {
    end: usize,
}

impl Places {
    /// The next `length` bytes; none beyond the address space.
    pub fn next(&mut self, length: usize) -> Option<Range<usize>> {
        let start = self.end.checked_next_multiple_of(ALIGNMENT)?;
        self.end = start.checked_add(length)?;
        Some(start..self.end)
    }

    /// Bytes handed out so far, gaps included.
    pub fn end(&self) -> usize {
        self.end
    }
}

/// Where the payload starts behind a header of this length.
pub(super) fn payload_start(header: usize) -> usize {
    (PREFIX + header).next_multiple_of(ALIGNMENT)
}

impl Header {
    /// Decodes a header and refuses what no model can be: see [`check`].
    pub fn decode(bytes: &[u8]) -> Result<Self, WeightsError> {
        let sections = Sections::split(bytes)?;
        let (tables, rest): (Tables, _) = postcard::take_from_bytes(sections.require("tensors")?)
            .map_err(|e| {
            WeightsError::Header(format!(
                "section tensors: {}",
                e.to_string().to_ascii_lowercase()
            ))
        })?;
        if !rest.is_empty() {
            return Err(WeightsError::Header(
                "section tensors: it is longer than its content".into(),
            ));
        }
        let networks = tables.into_iter().map(|(name, tensors)| {
            let role = Role::from_name(&name);
            let config = match &role {
                Role::Unknown(_) => None,
                _ => Some(json(&format!("network/{name}"), &sections)?.ok_or_else(|| {
                    WeightsError::Header(format!("it has no section network/{name}"))
                })?),
            };
            Ok(NetworkEntry {
                role,
                config,
                tensors,
            })
        });
        let required = |name| WeightsError::Header(format!("it has no section {name}"));
        let header = Self {
            networks: networks.collect::<Result<_, _>>()?,
            study: json("study", &sections)?.ok_or_else(|| required("study"))?,
            geometry: json("geometry", &sections)?.ok_or_else(|| required("geometry"))?,
            card: json(CARD, &sections)?.unwrap_or_default(),
            provenance: sections
                .get("provenance")
                .map(Provenance::read)
                .transpose()
                .map_err(|e| WeightsError::Header(format!("section provenance: {e}")))?,
            known_answer: json("known-answer", &sections)?,
            lesions: json("lesions", &sections)?,
            styles: json("styles", &sections)?,
        };
        header.check()?;
        Ok(header)
    }

    fn check(&self) -> Result<(), WeightsError> {
        check::sound(
            &self.study,
            &self.geometry,
            self.known_answer.as_ref(),
            self.lesions.as_ref(),
            self.styles.as_ref(),
        )?;
        check::roles(self.networks.iter().map(|n| &n.role))?;
        for NetworkEntry {
            role,
            config,
            tensors,
        } in &self.networks
        {
            let table = tensors
                .iter()
                .map(|t| (t.name.as_str(), t.shape.as_slice()));
            if let Some(config) = config {
                check::fits(role, config, &self.study, &self.geometry)?;
            }
            check::table(role, config.as_ref(), table)?;
        }
        Ok(())
    }

    /// The header as it stands in the file.
    pub fn encode(&self) -> Result<Vec<u8>, WeightsError> {
        let mut bytes = Vec::new();
        let mut add = |name: &str, content: &[u8]| append(&mut bytes, name, content);
        add("study", &text(&self.study)?)?;
        add("geometry", &text(&self.geometry)?)?;
        add(CARD, &text(&self.card)?)?;
        if let Some(provenance) = &self.provenance {
            add("provenance", provenance.text().as_bytes())?;
        }
        if let Some(answer) = &self.known_answer {
            add("known-answer", &text(answer)?)?;
        }
        if let Some(lesions) = &self.lesions {
            add("lesions", &text(lesions)?)?;
        }
        if let Some(styles) = &self.styles {
            add("styles", &text(styles)?)?;
        }
        for network in &self.networks {
            if let Some(config) = &network.config {
                add(&format!("network/{}", network.role.name()), &text(config)?)?;
            }
        }
        let table = |n: &NetworkEntry| (n.role.name(), n.tensors.clone());
        let tables: Tables = self.networks.iter().map(table).collect();
        let tables = postcard::to_stdvec(&tables).map_err(unfit)?;
        add("tensors", &tables)?;
        Ok(bytes)
    }

    /// Where every tensor lies, network by network, and the length of the payload.
    pub fn spans(&self) -> Result<(Vec<Vec<Span>>, usize), WeightsError> {
        let mut places = Places::default();
        let mut spans = Vec::new();
        for network in &self.networks {
            let mut of_network = Vec::new();
            for entry in &network.tensors {
                let span = entry
                    .span(&mut places)
                    .map_err(|problem| WeightsError::Tensor {
                        role: network.role.clone(),
                        tensor: entry.name.clone(),
                        problem,
                    })?;
                of_network.push(span);
            }
            spans.push(of_network);
        }
        Ok((spans, places.end()))
    }
}

impl TensorEntry {
    fn span(&self, places: &mut Places) -> Result<Span, TensorProblem> {
        let impossible = || TensorProblem::Shape(self.shape.clone());
        let count = check::count(&self.shape).ok_or_else(impossible)?;
        let width = self.encoding.precision().bytes();
        let values = count.checked_mul(width).and_then(|n| places.next(n));
        let values = due(self.offset, values.ok_or_else(impossible)?)?;
        let Encoding::Q8 { axis, scales } = self.encoding else {
            return Ok(Span {
                values,
                scales: 0..0,
            });
        };
        let channels = self.shape.get(axis).ok_or(TensorProblem::Axis(axis))?;
        let place = channels.checked_mul(4).and_then(|n| places.next(n));
        let scales = due(scales, place.ok_or_else(impossible)?)?;
        Ok(Span { values, scales })
    }
}

fn due(found: usize, place: Range<usize>) -> Result<Range<usize>, TensorProblem> {
    if found == place.start {
        return Ok(place);
    }
    Err(TensorProblem::Offset {
        expected: place.start,
        found,
    })
}

/// What a section of JSON holds; `None` when it is absent.
fn json<T: DeserializeOwned>(name: &str, sections: &Sections) -> Result<Option<T>, WeightsError> {
    let read = |bytes| {
        serde_json::from_slice(bytes)
            .map_err(|e| WeightsError::Header(format!("section {name}: {e}")))
    };
    sections.get(name).map(read).transpose()
}

fn text<T: Serialize>(value: &T) -> Result<Vec<u8>, WeightsError> {
    serde_json::to_vec(value).map_err(unfit)
}

fn unfit(error: impl std::fmt::Display) -> WeightsError {
    WeightsError::Header(error.to_string())
}
