//! A model to bytes, with the error that rounding made.

use sha2::{Digest as _, Sha256};

use super::error::{TensorProblem, WeightsError};
use super::header::{
    CARD, Encoding, Header, MAGIC, NetworkEntry, PREFIX, Places, TensorEntry, VERSION,
    payload_start,
};
use super::quantise::{Encoded, Precision, channel_axis, decode, encode};
use super::read::{parts, read};
use super::sections::{Sections, append};
use super::{Card, Model, Network, Role, Tensor, check};

/// A written model.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// What each tensor lost, in the order of the file.
    pub errors: Vec<TensorError>,
}

/// The difference between a tensor and what a reader of the file gets.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorError {
    /// Which network.
    pub role: Role,
    /// Path of the tensor in the network.
    pub tensor: String,
    /// How it is stored.
    pub precision: Precision,
    /// Largest magnitude of the difference.
    pub max_abs: f32,
    /// Root mean square of the difference over that of the values; 0 for a tensor of zeros.
    pub rms_relative: f32,
}

/// Writes a model.
///
/// # Errors
/// When the model could not be read again: a configuration beyond the limits, a value that is not
/// finite or, in half precision, beyond 65504.
pub fn write(model: &Model, precision: Precision) -> Result<Written, WeightsError> {
    check_model(model)?;
    let mut payload = Payload::default();
    let mut errors = Vec::new();
    let mut networks = Vec::new();
    for network in &model.networks {
        let mut tensors = Vec::new();
        for tensor in &network.tensors {
            let encoded =
                encode(tensor, precision).map_err(|problem| at(network, tensor, problem))?;
            errors.push(
                rounding(&network.role, tensor, &encoded).map_err(|p| at(network, tensor, p))?,
            );
            tensors.push(
                payload
                    .push(tensor, &encoded)
                    .map_err(|p| at(network, tensor, p))?,
            );
        }
        networks.push(NetworkEntry {
            role: network.role.clone(),
            config: Some(network.config.clone()),
            tensors,
        });
    }
    let header = Header {
        study: model.study.clone(),
        geometry: model.geometry,
        card: model.card.clone(),
        provenance: model.provenance.clone(),
        known_answer: model.known_answer.clone(),
        lesions: model.lesions.clone(),
        styles: model.styles.clone(),
        networks,
    };
    Ok(Written {
        bytes: assemble(&header, &payload.bytes)?,
        errors,
    })
}

fn check_model(model: &Model) -> Result<(), WeightsError> {
    check::sound(
        &model.study,
        &model.geometry,
        model.known_answer.as_ref(),
        model.lesions.as_ref(),
        model.styles.as_ref(),
    )?;
    check::roles(model.networks.iter().map(|n| &n.role))?;
    for network in &model.networks {
        check::fits(
            &network.role,
            &network.config,
            &model.study,
            &model.geometry,
        )?;
        let table = network
            .tensors
            .iter()
            .map(|t| (t.name.as_str(), t.shape.as_slice()));
        check::table(&network.role, Some(&network.config), table)?;
        for tensor in &network.tensors {
            let (expected, found) = (tensor.shape.iter().product(), tensor.values.len());
            if expected != found {
                return Err(at(
                    network,
                    tensor,
                    TensorProblem::Count { expected, found },
                ));
            }
        }
    }
    Ok(())
}

fn at(network: &Network, tensor: &Tensor, problem: TensorProblem) -> WeightsError {
    WeightsError::Tensor {
        role: network.role.clone(),
        tensor: tensor.name.clone(),
        problem,
    }
}

/// Measured on what a reader decodes, not on what the encoder meant.
fn rounding(role: &Role, tensor: &Tensor, encoded: &Encoded) -> Result<TensorError, TensorProblem> {
    let axis = channel_axis(&tensor.shape);
    let stored = decode(
        encoded.precision,
        &tensor.shape,
        axis,
        &encoded.values,
        &encoded.scales,
    )?;
    let (mut largest, mut lost, mut power) = (0.0_f64, 0.0_f64, 0.0_f64);
    for (&value, &read) in tensor.values.iter().zip(&stored) {
        let difference = f64::from(value) - f64::from(read);
        largest = largest.max(difference.abs());
        lost += difference * difference;
        power += f64::from(value) * f64::from(value);
    }
    let relative = if power > 0.0 {
        (lost / power).sqrt()
    } else {
        0.0
    };
    Ok(TensorError {
        role: role.clone(),
        tensor: tensor.name.clone(),
        precision: encoded.precision,
        max_abs: largest as f32,
        rms_relative: relative as f32,
    })
}

#[derive(Default)]
struct Payload {
    places: Places,
    bytes: Vec<u8>,
}

impl Payload {
    fn push(&mut self, tensor: &Tensor, encoded: &Encoded) -> Result<TensorEntry, TensorProblem> {
        let offset = self.append(tensor, &encoded.values)?;
        let encoding = match encoded.precision {
            Precision::F16 => Encoding::F16,
            Precision::F32 => Encoding::F32,
            Precision::Q8 => Encoding::Q8 {
                axis: channel_axis(&tensor.shape),
                scales: self.append(tensor, &encoded.scales)?,
            },
        };
        Ok(TensorEntry {
            name: tensor.name.clone(),
            shape: tensor.shape.clone(),
            encoding,
            offset,
        })
    }

    fn append(&mut self, tensor: &Tensor, bytes: &[u8]) -> Result<usize, TensorProblem> {
        let place = self.places.next(bytes.len());
        let place = place.ok_or_else(|| TensorProblem::Shape(tensor.shape.clone()))?;
        self.bytes.resize(place.start, 0);
        self.bytes.extend_from_slice(bytes);
        Ok(place.start)
    }
}

/// The file with another card: everything else, weights above all, stays byte for byte.
///
/// # Errors
/// When the bytes are no file that can be read, or the card is too long.
pub fn with_card(bytes: &[u8], card: &Card) -> Result<Vec<u8>, WeightsError> {
    read(bytes)?;
    let (header, payload) = parts(bytes)?;
    let mut changed = Vec::new();
    let card = serde_json::to_vec(card).map_err(|e| WeightsError::Header(e.to_string()))?;
    for (name, content) in Sections::split(header)?.iter() {
        if name != CARD {
            append(&mut changed, name, content)?;
        }
    }
    append(&mut changed, CARD, &card)?;
    Ok(framed(&changed, payload))
}

pub(super) fn assemble(header: &Header, payload: &[u8]) -> Result<Vec<u8>, WeightsError> {
    Ok(framed(&header.encode()?, payload))
}

/// Frame and checksum around a header and a payload.
fn framed(header: &[u8], payload: &[u8]) -> Vec<u8> {
    let start = payload_start(header.len());
    let mut bytes = Vec::with_capacity(start + payload.len() + 32);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&(header.len() as u32).to_le_bytes());
    debug_assert_eq!(bytes.len(), PREFIX);
    bytes.extend_from_slice(header);
    bytes.resize(start, 0);
    bytes.extend_from_slice(payload);
    let digest = Sha256::digest(&bytes);
    bytes.extend_from_slice(&digest);
    bytes
}
