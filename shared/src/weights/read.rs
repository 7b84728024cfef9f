//! Bytes to a model, without trust.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::error::WeightsError;
use super::header::{
    DIGEST, Encoding, Header, MAGIC, NetworkEntry, PREFIX, Span, TensorEntry, VERSION,
    payload_start,
};
use super::quantise::decode;
use super::sections::HEADER_LIMIT;
use super::summary::{NetworkSummary, Summary, TensorSummary};
use super::{Model, Network, Tensor};

/// The model in a file, its weights as f32.
///
/// Takes at most four bytes of memory per byte of payload and a small multiple of the header.
///
/// ```
/// use scanweave::weights;
///
/// let refused = weights::read(b"an image, say").unwrap_err();
/// assert!(!refused.to_string().is_empty());
/// ```
///
/// # Errors
/// When the bytes are not a whole, undamaged file of this format whose model can be used.
pub fn read(bytes: &[u8]) -> Result<Model, WeightsError> {
    read_checked(bytes, Checksums::of(bytes))
}

/// Both checksums of a file: its own, which it ends in, and that of all its bytes, by which others name it.
#[derive(Debug, Clone, Copy)]
pub struct Checksums {
    is_whole: bool,
    whole_file: [u8; DIGEST],
}

impl Checksums {
    /// In one pass over the bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut hash = Sha256::new();
        let is_whole = bytes
            .split_last_chunk::<DIGEST>()
            .is_some_and(|(content, end)| {
                hash.update(content);
                let found = hash.clone().finalize();
                hash.update(end);
                found[..] == *end
            });
        if bytes.len() < DIGEST {
            hash.update(bytes);
        }
        Self {
            is_whole,
            whole_file: hash.finalize().into(),
        }
    }

    /// Whether the bytes end in the checksum of what is before it.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// SHA-256 of the whole file, hexadecimal.
    pub fn sha256(&self) -> String {
        HEXLOWER.encode(&self.whole_file)
    }
}

/// As [`read`], with the checksums of the same bytes at hand.
///
/// # Errors
/// As [`read`].
pub fn read_checked(bytes: &[u8], checksums: Checksums) -> Result<Model, WeightsError> {
    open(bytes, checksums.is_whole).and_then(Opened::model)
}

/// What a file holds, without its weights; checks the same as [`read`] but for the values.
///
/// # Errors
/// As [`read`].
pub fn inspect(bytes: &[u8]) -> Result<Summary, WeightsError> {
    let Opened {
        header,
        spans,
        digest,
        ..
    } = open(bytes, Checksums::of(bytes).is_whole)?;
    let networks = header.networks.into_iter().zip(spans);
    Ok(Summary {
        version: VERSION,
        networks: networks
            .map(|(entry, spans)| summary(entry, spans))
            .collect(),
        study: header.study,
        geometry: header.geometry,
        card: header.card,
        provenance: header.provenance,
        known_answer: header.known_answer,
        bytes: bytes.len(),
        digest,
    })
}

/// Header and payload of a file that has been read.
pub(super) fn parts(bytes: &[u8]) -> Result<(&[u8], &[u8]), WeightsError> {
    let length = header_length(bytes)?;
    let header = &bytes[PREFIX..PREFIX + length];
    Ok((header, &bytes[payload_start(length)..bytes.len() - DIGEST]))
}

/// A file whose frame and header are sound.
struct Opened<'a> {
    header: Header,
    spans: Vec<Vec<Span>>,
    payload: &'a [u8],
    digest: [u8; DIGEST],
}

impl Opened<'_> {
    fn model(self) -> Result<Model, WeightsError> {
        let networks = self.header.networks.into_iter().zip(self.spans);
        let networks =
            networks.filter_map(|(entry, spans)| network(entry, spans, self.payload).transpose());
        Ok(Model {
            networks: networks.collect::<Result<_, _>>()?,
            study: self.header.study,
            geometry: self.header.geometry,
            card: self.header.card,
            provenance: self.header.provenance,
            known_answer: self.header.known_answer,
            lesions: self.header.lesions,
            styles: self.header.styles,
        })
    }
}

/// `whole`: the bytes end in the checksum of what is before it.
fn open(bytes: &[u8], whole: bool) -> Result<Opened<'_>, WeightsError> {
    let length = header_length(bytes);
    // Versions to come end in their checksum too: a version that nobody wrote is damage.
    if matches!(
        length,
        Err(WeightsError::Newer { .. } | WeightsError::Older { .. })
    ) && !whole
    {
        return Err(WeightsError::Checksum);
    }
    let length = length?;
    let start = payload_start(length);
    let content = bytes.len().checked_sub(DIGEST).filter(|end| *end >= start);
    let truncated = |expected| WeightsError::Truncated {
        expected,
        found: bytes.len(),
    };
    let content = content.ok_or_else(|| truncated(start + DIGEST))?;
    let mut digest = [0; DIGEST];
    digest.copy_from_slice(&bytes[content..]);
    let header = Header::decode(&bytes[PREFIX..PREFIX + length]);
    let placed = header.and_then(|h| Ok((h.spans()?, h)));
    // A damaged header is only worth a closer word when the damage is not in the bytes themselves.
    let ((spans, payload), header) = match placed {
        Err(_) if !whole => return Err(WeightsError::Checksum),
        placed => placed?,
    };
    let found = content - start;
    if payload > found {
        return Err(truncated(payload.saturating_add(start + DIGEST)));
    }
    if !whole {
        return Err(WeightsError::Checksum);
    }
    if payload < found {
        return Err(WeightsError::Surplus(found - payload));
    }
    Ok(Opened {
        header,
        spans,
        payload: &bytes[start..content],
        digest,
    })
}

/// The length of the header, after magic and version are found to be right.
fn header_length(bytes: &[u8]) -> Result<usize, WeightsError> {
    let known = bytes.len().min(MAGIC.len());
    if bytes[..known] != MAGIC[..known] {
        return Err(WeightsError::NotWeave);
    }
    let Some(&[.., v0, v1, l0, l1, l2, l3]) = bytes.first_chunk::<PREFIX>() else {
        let expected = payload_start(0) + DIGEST;
        return Err(WeightsError::Truncated {
            expected,
            found: bytes.len(),
        });
    };
    let found = u16::from_le_bytes([v0, v1]);
    if found > VERSION {
        return Err(WeightsError::Newer { found });
    }
    if found < VERSION {
        return Err(WeightsError::Older { found });
    }
    match usize::try_from(u32::from_le_bytes([l0, l1, l2, l3])) {
        Ok(length) if length <= HEADER_LIMIT => Ok(length),
        _ => Err(WeightsError::Header(format!(
            "it is longer than {HEADER_LIMIT} bytes"
        ))),
    }
}

/// Nothing for a network that this version does not know.
fn network(
    entry: NetworkEntry,
    spans: Vec<Span>,
    payload: &[u8],
) -> Result<Option<Network>, WeightsError> {
    let Some(config) = entry.config else {
        return Ok(None);
    };
    let tensors = entry.tensors.into_iter().zip(spans);
    let tensors = tensors.map(|(row, span)| match values(&row, &span, payload) {
        Ok(values) => Ok(Tensor {
            name: row.name,
            shape: row.shape,
            values,
        }),
        Err(problem) => Err(WeightsError::Tensor {
            role: entry.role.clone(),
            tensor: row.name,
            problem,
        }),
    });
    let tensors = tensors.collect::<Result<_, _>>()?;
    Ok(Some(Network {
        role: entry.role,
        config,
        tensors,
    }))
}

fn values(
    row: &TensorEntry,
    span: &Span,
    payload: &[u8],
) -> Result<Vec<f32>, super::TensorProblem> {
    let axis = match row.encoding {
        Encoding::Q8 { axis, .. } => axis,
        Encoding::F16 | Encoding::F32 => 0,
    };
    let (values, scales) = (&payload[span.values.clone()], &payload[span.scales.clone()]);
    decode(row.encoding.precision(), &row.shape, axis, values, scales)
}

fn summary(entry: NetworkEntry, spans: Vec<Span>) -> NetworkSummary {
    let tensors = entry.tensors.into_iter().zip(spans);
    let tensors = tensors.map(|(row, span)| {
        let precision = row.encoding.precision();
        TensorSummary {
            name: row.name,
            shape: row.shape,
            precision,
            parameters: span.values.len() / precision.bytes(),
            bytes: span.values.len() + span.scales.len(),
        }
    });
    NetworkSummary {
        role: entry.role,
        config: entry.config,
        tensors: tensors.collect(),
    }
}
