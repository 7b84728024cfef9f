//! What no model can be: the limits that stand between a hostile header and the networks.
//!
//! Reader and writer ask the same questions, so a model that could be written can be read. What
//! passes here cannot make the pipeline panic or take memory out of proportion to the file.

use std::collections::BTreeSet;

use super::error::{TensorProblem, WeightsError};
use super::{KnownAnswer, Role};
use crate::label::LesionStatistics;
use crate::networks::config::{LatentForm, NetworkConfig};
use crate::structure::MAX_REACH;
use crate::study::{Extraction, Geometry, Study};
use crate::style::Styles;

const MAX_SIZE: usize = 2048;
const MAX_LATENT: usize = 16_384;
const MAX_WIDTH: usize = 512;
/// A network of this depth needs sizes of a multiple of 32.
const MAX_DEPTH: usize = 5;
const MAX_CHANNELS: usize = 64;
/// Three times what the largest preset's generator makes.
const MAX_ACTIVATIONS: u64 = 1 << 30;
const MAX_TENSORS: usize = 1024;
const MAX_RANK: usize = 8;
const MAX_NAME: usize = 200;
const MAX_THUMBNAIL: usize = 4096;
const LESIONS: &str = "its statistics of lesions are impossible or of another study";

/// Study, geometry and known answer.
pub(super) fn sound(
    study: &Study,
    geometry: &Geometry,
    answer: Option<&KnownAnswer>,
    lesions: Option<&LesionStatistics>,
    styles: Option<&Styles>,
) -> Result<(), WeightsError> {
    let unsound = |l: &LesionStatistics| !l.is_sound() || !study.lesion.is_drawn_by(l);
    let problem = study_problem(study)
        .or_else(|| lesions.is_some_and(unsound).then(|| LESIONS.to_owned()))
        .or_else(|| styles_problem(study, styles))
        .or_else(|| geometry_problem(geometry))
        .or_else(|| interpolation_problem(study, geometry.size))
        .or_else(|| answer.and_then(answer_problem));
    problem.map_or(Ok(()), |text| Err(WeightsError::Model(text)))
}

/// A generator that is told a style needs to know which there are.
fn styles_problem(study: &Study, styles: Option<&Styles>) -> Option<String> {
    match styles {
        Some(styles) if !styles.is_sound(study.modalities.len()) => {
            Some("its styles are impossible or of another study".into())
        }
        None if study.style => Some("its generator is told a style, and it knows none".into()),
        _ => None,
    }
}

/// Values between those that are listed are stretched ones: they are asked once more.
fn interpolation_problem(study: &Study, size: usize) -> Option<String> {
    let sound = study.extraction_at(size).is_sound();
    (!sound).then(|| format!("its values for structure maps are impossible at {size} px"))
}

/// Whether this can be a study: modalities, classes, values for structure maps and masks.
///
/// # Errors
/// [`WeightsError::Model`] that says what is wrong.
pub fn check_study(study: &Study) -> Result<(), WeightsError> {
    study_problem(study).map_or(Ok(()), |text| Err(WeightsError::Model(text)))
}

/// At most one network per role.
pub(super) fn roles<'a>(roles: impl Iterator<Item = &'a Role>) -> Result<(), WeightsError> {
    let mut seen = Vec::new();
    for role in roles {
        if seen.contains(&role) {
            return Err(network(role, "the file holds it twice"));
        }
        seen.push(role);
    }
    Ok(())
}

/// Whether a network of this role may have this configuration, whatever the study: the kind that
/// the role needs, sizes that are multiples of 16 up to 2048 pixels, latents up to 16384 values,
/// widths up to 512, depths up to 5, inputs, outputs and conditions up to 64 channels.
///
/// # Errors
/// [`WeightsError::Network`] that says which value is wrong.
pub fn check_config(role: &Role, config: &NetworkConfig) -> Result<(), WeightsError> {
    let ensure = |good: bool, text: String| {
        if good {
            Ok(())
        } else {
            Err(network(role, text))
        }
    };
    let within = |name: &str, value: usize, least: usize, most: usize| {
        let text = format!("its {name} is {value}; {least} to {most} is possible");
        ensure((least..=most).contains(&value), text)
    };
    match (role, config) {
        (Role::MaskGenerator | Role::Generator | Role::Segmenter(_), NetworkConfig::Unet(unet)) => {
            within("width", unet.width, 1, MAX_WIDTH)?;
            within("depth", unet.depth, 1, MAX_DEPTH)?;
            within("number of inputs", unet.inputs, 1, MAX_CHANNELS)?;
            within("number of outputs", unet.outputs, 1, MAX_CHANNELS)?;
            within("condition", unet.condition, 0, MAX_CHANNELS)
        }
        (Role::StructureDecoder, NetworkConfig::Decoder(decoder)) => {
            within("width", decoder.width, 1, MAX_WIDTH)?;
            within("latent", decoder.latent, 1, MAX_LATENT)?;
            let text = size_text(decoder.size);
            ensure(possible_size(decoder.size), format!("its {text}"))?;
            let text = form_problem(decoder.form, decoder.latent, decoder.size);
            ensure(text.is_none(), text.unwrap_or_default())
        }
        (Role::StructureDiscriminator, NetworkConfig::Patch(patch)) => {
            within("width", patch.width, 1, MAX_WIDTH)?;
            within("number of inputs", patch.inputs, 1, MAX_CHANNELS)?;
            within("number of modalities", patch.modalities, 0, MAX_CHANNELS)
        }
        _ => Err(network(role, "it is a network of another kind")),
    }
}

/// [`check_config`], that a picture can be computed with the network, and that it fits the study: what it is given is what
/// it was built for.
pub(super) fn fits(
    role: &Role,
    config: &NetworkConfig,
    study: &Study,
    geometry: &Geometry,
) -> Result<(), WeightsError> {
    check_config(role, config)?;
    let side = match role {
        Role::Generator | Role::Segmenter(_) => geometry.size,
        _ => geometry.structure_size(),
    };
    if let NetworkConfig::Unet(unet) = config
        && !side.is_multiple_of(1 << unet.depth)
    {
        let text = format!("its depth of {} does not divide {side} pixels", unet.depth);
        return Err(network(role, text));
    }
    affordable(role, config, side)?;
    let good = match (role, config) {
        (Role::Generator, NetworkConfig::Unet(u)) => {
            let shape = (u.inputs, u.outputs, u.condition);
            let condition = study.condition();
            shape == (1 + study.label_planes(), study.channels(), condition)
        }
        (Role::MaskGenerator, NetworkConfig::Unet(u)) => {
            (u.inputs, u.outputs, u.condition) == (1, 1, 0)
        }
        (Role::StructureDecoder, NetworkConfig::Decoder(d)) => {
            let latent = (d.latent, d.form) == (geometry.latent, geometry.latent_form);
            latent && d.size == geometry.structure_size()
        }
        (Role::StructureDiscriminator, NetworkConfig::Patch(p)) => {
            (p.inputs, p.modalities) == (1, 0)
        }
        (Role::Segmenter(modality), NetworkConfig::Unet(u)) => {
            let shape = (u.inputs, u.outputs, u.condition);
            study.place_of(modality).is_some()
                && shape == (study.channels(), 1 + study.label_planes(), 0)
        }
        _ => true,
    };
    if good {
        return Ok(());
    }
    Err(network(
        role,
        format!("it was not built for this study: {config:?}"),
    ))
}

/// Whether one picture of `size` x `size` pixels can be computed with it: memory and time grow with the values that its
/// layers make, however small the file is.
fn affordable(role: &Role, config: &NetworkConfig, size: usize) -> Result<(), WeightsError> {
    let footprint = match config {
        NetworkConfig::Unet(unet) => unet.footprint(size),
        NetworkConfig::Patch(patch) => patch.footprint(size),
        NetworkConfig::Decoder(decoder) => decoder.footprint(),
    };
    let values = footprint.activations;
    if values <= MAX_ACTIVATIONS {
        return Ok(());
    }
    let text = format!(
        "its layers make {values} values of a picture of {size} px; {MAX_ACTIVATIONS} are possible"
    );
    Err(network(role, text))
}

/// The names and shapes of a network's tensors, and that they are not fewer values than its
/// largest layer alone must have: a network is built from its configuration before its weights are
/// put in, so an enormous configuration with few weights would cost memory that no file paid for.
pub(super) fn table<'a>(
    role: &Role,
    config: Option<&NetworkConfig>,
    tensors: impl ExactSizeIterator<Item = (&'a str, &'a [usize])>,
) -> Result<(), WeightsError> {
    let number = tensors.len();
    if !(1..=MAX_TENSORS).contains(&number) {
        return Err(network(
            role,
            format!("it has {number} tensors; 1 to {MAX_TENSORS} are possible"),
        ));
    }
    let mut names = BTreeSet::new();
    let mut parameters = 0_usize;
    for (index, (name, shape)) in tensors.enumerate() {
        let at = |tensor: String, problem| {
            Err(WeightsError::Tensor {
                role: role.clone(),
                tensor,
                problem,
            })
        };
        if !plain(name) {
            return at(format!("number {index}"), TensorProblem::Name);
        }
        if !names.insert(name) {
            return at(name.into(), TensorProblem::Duplicate);
        }
        let Some(count) = count(shape) else {
            return at(name.into(), TensorProblem::Shape(shape.to_vec()));
        };
        parameters = parameters.saturating_add(count);
    }
    let least = config.map_or(0, largest_layer);
    if parameters < least {
        let text =
            format!("it has {parameters} weights where its configuration needs more than {least}");
        return Err(network(role, text));
    }
    Ok(())
}

/// Values of a tensor of this shape; none if no tensor can have it.
pub(super) fn count(shape: &[usize]) -> Option<usize> {
    if shape.is_empty() || shape.len() > MAX_RANK {
        return None;
    }
    let product = shape.iter().try_fold(1_usize, |n, &d| n.checked_mul(d))?;
    (product > 0 && product <= isize::MAX as usize / 4).then_some(product)
}

fn network(role: &Role, problem: impl Into<String>) -> WeightsError {
    WeightsError::Network {
        role: role.clone(),
        problem: problem.into(),
    }
}

fn plain(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic())
}

/// A lower bound of the weights: the 3x3 convolution at the bottleneck, or the decoder's affine map
/// and first layer. Called after [`check_config`], so nothing overflows 64 bits; on 32 bits it saturates.
fn largest_layer(config: &NetworkConfig) -> usize {
    let weights = match config {
        NetworkConfig::Unet(unet) => 9 * square(unet.width << unet.depth),
        NetworkConfig::Patch(patch) => 9 * 16 * square(patch.width),
        NetworkConfig::Decoder(decoder) => {
            let (latent, widest) = (decoder.latent as u64, decoder.widths()[0] as u64);
            match decoder.form {
                LatentForm::Vector => latent * (latent + widest * square(decoder.side())),
                LatentForm::Plane => 2 * latent + 9 * widest * decoder.widths()[1] as u64,
            }
        }
    };
    usize::try_from(weights).unwrap_or(usize::MAX)
}

fn square(length: usize) -> u64 {
    length as u64 * length as u64
}

/// A latent that is an image has an eighth of the picture's side.
fn form_problem(form: LatentForm, latent: usize, size: usize) -> Option<String> {
    let side = LatentForm::plane_side(size);
    let fits = form == LatentForm::Vector || latent == side * side;
    (!fits).then(|| format!("its latent has {latent} values, not {side} x {side}"))
}

fn possible_size(size: usize) -> bool {
    size > 0 && size <= MAX_SIZE && size.is_multiple_of(16)
}

fn size_text(size: usize) -> String {
    format!("size is {size} pixels; multiples of 16 up to {MAX_SIZE} are possible")
}

fn geometry_problem(geometry: &Geometry) -> Option<String> {
    let widths = [
        geometry.structure_width,
        geometry.mask_width,
        geometry.generator_width,
        geometry.discriminator_width,
        geometry.segmenter_width,
        geometry.translator_width,
    ];
    if !possible_size(geometry.size) {
        return Some(size_text(geometry.size));
    }
    if !(1..=MAX_LATENT).contains(&geometry.latent) {
        return Some(format!(
            "its latent of {} values is impossible",
            geometry.latent
        ));
    }
    if !(1..=MAX_DEPTH).contains(&geometry.depth) {
        return Some(format!(
            "a network depth of {} is impossible",
            geometry.depth
        ));
    }
    if let Some(wrong) = widths.iter().find(|w| !(1..=MAX_WIDTH).contains(*w)) {
        return Some(format!("a network width of {wrong} channels is impossible"));
    }
    let scale = geometry.structure_scale;
    if ![1, 2].contains(&scale) || scale >= 1 << geometry.depth {
        return Some(format!(
            "structure maps {scale} times smaller than the images are impossible"
        ));
    }
    let size = geometry.structure_size();
    if !possible_size(size) {
        return Some(format!("structure maps: {}", size_text(size)));
    }
    form_problem(geometry.latent_form, geometry.latent, size)
}

fn answer_problem(answer: &KnownAnswer) -> Option<String> {
    let good = (1..=MAX_THUMBNAIL).contains(&answer.thumbnail.len())
        && answer.thumbnail.iter().all(|v| v.is_finite());
    (!good).then(|| "its known answer is no picture".into())
}

/// Of the channels that structure maps are taken from.
fn weights_problem(study: &Study) -> Option<String> {
    let weights = &study.source_weights;
    let channels = study.modalities[study.source_place()].channels.count();
    if weights.is_empty() {
        return None;
    }
    if weights.len() != channels {
        return Some(format!(
            "its source_weights are {}, but {:?} images have {channels} channels",
            weights.len(),
            study.source
        ));
    }
    let sound = weights.iter().all(|w| w.is_finite()) && weights.iter().any(|w| *w != 0.0);
    (!sound).then(|| "its source_weights are no finite numbers, or all 0".into())
}

fn study_problem(study: &Study) -> Option<String> {
    let modalities = &study.modalities;
    if !(1..=MAX_CHANNELS).contains(&modalities.len()) {
        return Some("its study has no modality, or too many".into());
    }
    for (place, modality) in modalities.iter().enumerate() {
        if let Some(problem) = modality.problem() {
            return Some(format!("its modality {:?} {problem}", modality.name));
        }
        if study.place_of(&modality.name) != Some(place) {
            return Some(format!(
                "its study has the modality {} twice",
                modality.name
            ));
        }
    }
    if study.place_of(&study.source).is_none() {
        return Some(format!(
            "its structure maps are taken from {:?} images, which are none of its modalities",
            study.source
        ));
    }
    if let Some(problem) = weights_problem(study) {
        return Some(problem);
    }
    if study.label_planes() >= MAX_CHANNELS || !study.lesion.is_sound() {
        return Some("the number of its lesion classes is impossible".into());
    }
    let sound = !study.extraction.is_empty()
        && study.extraction.iter().all(Extraction::is_sound)
        && study.extraction.iter().all(|e| possible_size(e.size))
        && study.mask.is_sound()
        && study.lesion_margin <= MAX_SIZE;
    if !sound {
        return Some("its values for structure maps and masks are impossible".into());
    }
    let (low, high) = study.noise;
    let noise = low <= high && low >= 0.0 && high <= 1.0;
    let sound = noise && study.line_threshold.is_finite() && study.line_reach <= MAX_REACH;
    (!sound).then(|| "its noise, its line threshold or its line reach is impossible".into())
}
