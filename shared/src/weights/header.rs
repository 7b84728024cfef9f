//! The header: everything in a file but the weights themselves, and where each tensor lies.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::error::{TensorProblem, WeightsError};
use super::quantise::Precision;
use super::{Card, KnownAnswer, Role, check};
use crate::label::{BoxStatistics, LesionStatistics, MaskStatistics};
use crate::networks::config::NetworkConfig;
use crate::study::{Geometry, Study};

/// The format this crate writes and reads. To be raised whenever the header's types change, those
/// of the study and of the network configurations included: postcard does not describe itself.
pub const VERSION: u16 = 2;

pub(super) const MAGIC: [u8; 6] = *b"WEAVE\0";
/// Magic, version, header length.
pub(super) const PREFIX: usize = 12;
/// SHA-256 at the end.
pub(super) const DIGEST: usize = 32;
/// Real headers have a few kilobytes. Decoding takes memory for what is there, not for what a
/// length claims, but a list of empty texts grows by 24: the limit keeps that small.
pub(super) const HEADER_LIMIT: usize = 256 * 1024;

const ALIGNMENT: usize = 64;

#[derive(Serialize, Deserialize)]
pub(super) struct Header {
    pub study: Study,
    pub geometry: Geometry,
    pub card: Card,
    pub known_answer: Option<KnownAnswer>,
    pub lesions: Statistics,
    pub networks: Vec<NetworkEntry>,
}

/// Statistics of lesions. Laid out as the `Option` was that held those of masks, when there were no
/// others.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Statistics {
    None,
    Masks(MaskStatistics),
    Boxes(BoxStatistics),
}

#[derive(Serialize, Deserialize)]
pub(super) struct NetworkEntry {
    pub role: Role,
    pub config: NetworkConfig,
    pub tensors: Vec<TensorEntry>,
}

/// One row of a tensor table.
#[derive(Serialize, Deserialize)]
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

impl From<Option<LesionStatistics>> for Statistics {
    fn from(statistics: Option<LesionStatistics>) -> Self {
        match statistics {
            None => Self::None,
            Some(LesionStatistics::Masks(masks)) => Self::Masks(masks),
            Some(LesionStatistics::Boxes(boxes)) => Self::Boxes(boxes),
        }
    }
}

impl From<Statistics> for Option<LesionStatistics> {
    fn from(statistics: Statistics) -> Self {
        match statistics {
            Statistics::None => None,
            Statistics::Masks(masks) => Some(LesionStatistics::Masks(masks)),
            Statistics::Boxes(boxes) => Some(LesionStatistics::Boxes(boxes)),
        }
    }
}

impl Header {
    /// Decodes a header and refuses what no model can be: see [`check`].
    pub fn decode(bytes: &[u8]) -> Result<Self, WeightsError> {
        let (header, rest) = postcard::take_from_bytes::<Self>(bytes)
            .map_err(|e| WeightsError::Header(e.to_string().to_lowercase()))?;
        if !rest.is_empty() {
            return Err(WeightsError::Header("it is longer than its content".into()));
        }
        let lesions: Option<LesionStatistics> = header.lesions.clone().into();
        check::sound(
            &header.study,
            &header.geometry,
            header.known_answer.as_ref(),
            lesions.as_ref(),
        )?;
        check::roles(header.networks.iter().map(|n| n.role))?;
        for network in &header.networks {
            check::fits(
                network.role,
                &network.config,
                &header.study,
                &header.geometry,
            )?;
            let table = network
                .tensors
                .iter()
                .map(|t| (t.name.as_str(), t.shape.as_slice()));
            check::table(network.role, &network.config, table)?;
        }
        Ok(header)
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
                        role: network.role,
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
