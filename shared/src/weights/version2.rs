//! Files of format 2 to format 3: the same weights behind another header.
//!
//! Format 2 was one postcard value that did not describe itself: study and training together, each type in
//! the order of its fields. Those types stand here as they were and must never change. They go to today's
//! through JSON, by the names of their fields; what belongs to training becomes the file's provenance.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::WeightsError;
use super::header::{DIGEST, Header, MAGIC, NetworkEntry, PREFIX, TensorEntry, payload_start};
use super::sections::HEADER_LIMIT;
use super::write::assemble;
use super::{Checksums, Provenance, Role, read};
use crate::study::{Channels, Modality};

/// The format that is read here.
const FROM: u16 = 2;

#[derive(Serialize, Deserialize)]
struct OldHeader {
    profile: Profile,
    geometry: Geometry,
    card: Card,
    known_answer: Option<KnownAnswer>,
    lesions: Option<Lesions>,
    networks: Vec<OldNetwork>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OldModality {
    Xray,
    T1,
    T1c,
    T2,
    Flair,
    Fundus,
    Ct,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OldLabel {
    None,
    Class(Vec<String>),
    Mask(Vec<String>),
    Boxes(Vec<String>),
}

#[derive(Serialize, Deserialize)]
struct Profile {
    name: String,
    title: String,
    modalities: Vec<OldModality>,
    source: OldModality,
    lesion: OldLabel,
    structure_classes: Vec<String>,
    extraction: Vec<Extraction>,
    mask: Mask,
    noise: (f32, f32),
    line_threshold: f32,
    lesion_margin: usize,
    switches: Switches,
    spectral: bool,
    structure: StructureWeights,
    structure_sharp: StructureWeights,
    sharp_from: u64,
    translator: TranslatorWeights,
    segmenter: SegmenterWeights,
    synthesis: SynthesisWeights,
}

#[derive(Serialize, Deserialize)]
struct Extraction {
    size: usize,
    scale: usize,
    smoothing: f32,
    contrast: Option<Contrast>,
    sigma1: f32,
    alpha: f32,
    sigma2: f32,
    beta: f32,
    median: usize,
}

#[derive(Serialize, Deserialize)]
struct Contrast {
    radius: usize,
    floor: f32,
    limit: Option<f32>,
}

#[derive(Serialize, Deserialize)]
struct Mask {
    threshold: f32,
    grow: usize,
    median: usize,
    fill: bool,
}

#[allow(clippy::struct_excessive_bools, reason = "as the format has them")]
#[derive(Serialize, Deserialize)]
struct Switches {
    structure_map: bool,
    label_filter: bool,
    noise_fusion: bool,
    registration: bool,
    lesion: bool,
}

#[derive(Serialize, Deserialize)]
struct StructureWeights {
    mask: f32,
    squared: f32,
    absolute: f32,
    balance: f32,
    outside: f32,
    moments: f32,
    divergence: f32,
    latent_adversarial: f32,
    adversarial: f32,
    feature: f32,
    sharpening: u32,
}

#[derive(Serialize, Deserialize)]
struct TranslatorWeights {
    cycle: f32,
    cycle_absolute: f32,
    adversarial: f32,
    modality: f32,
    supervised: f32,
}

#[derive(Serialize, Deserialize)]
struct SegmenterWeights {
    dice: f32,
    cross_entropy: f32,
    classes: Vec<f32>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ModalityHead {
    CrossEntropy,
    Regression,
}

#[derive(Serialize, Deserialize)]
struct SynthesisWeights {
    adversarial: f32,
    modality: f32,
    head: ModalityHead,
    lesion: f32,
    registration: f32,
    squared: f32,
    absolute: f32,
    masked: f32,
    feature: f32,
}

#[derive(Serialize, Deserialize)]
struct Geometry {
    size: usize,
    latent: usize,
    structure_width: usize,
    mask_width: usize,
    generator_width: usize,
    depth: usize,
    segmenter_width: usize,
    translator_width: usize,
    discriminator_width: usize,
}

#[derive(Serialize, Deserialize)]
struct Card {
    title: String,
    data: String,
    licence: String,
    commands: Vec<String>,
    training: String,
    figures: Vec<Figure>,
    limits: String,
}

#[derive(Serialize, Deserialize)]
struct Figure {
    name: String,
    value: String,
}

#[derive(Serialize, Deserialize)]
struct KnownAnswer {
    seed: u64,
    thumbnail: Vec<f32>,
}

#[derive(Serialize, Deserialize)]
struct Lesions {
    count: Quantiles,
    area: Quantiles,
    satellite: Quantiles,
    elongation: Quantiles,
    nesting: Vec<u8>,
    shares: Vec<Quantiles>,
    satellite_shares: Vec<Quantiles>,
}

type Quantiles = Vec<f32>;

#[derive(Serialize, Deserialize)]
struct OldNetwork {
    role: OldRole,
    config: OldConfig,
    tensors: Vec<TensorEntry>,
}

#[derive(Serialize, Deserialize)]
enum OldRole {
    StructureDecoder,
    MaskGenerator,
    StructureDiscriminator,
    Generator,
    Segmenter(OldModality),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OldConfig {
    Unet(Unet),
    Decoder(Decoder),
    Patch(Patch),
}

#[derive(Serialize, Deserialize)]
struct Unet {
    inputs: usize,
    outputs: usize,
    width: usize,
    depth: usize,
    condition: usize,
}

#[derive(Serialize, Deserialize)]
struct Decoder {
    size: usize,
    latent: usize,
    width: usize,
}

#[derive(Serialize, Deserialize)]
struct Patch {
    inputs: usize,
    width: usize,
    modalities: usize,
    spectral: bool,
}

/// What a converted file remembers of its training.
#[derive(Serialize)]
struct Record {
    converted_from_format: u16,
    recipe: OldRecipe,
}

#[derive(Serialize)]
struct OldRecipe {
    structure_classes: Vec<String>,
    registration: bool,
    lesion: bool,
    spectral: bool,
    structure: StructureWeights,
    structure_sharp: StructureWeights,
    sharp_from: u64,
    translator: TranslatorWeights,
    segmenter: SegmenterWeights,
    synthesis: SynthesisWeights,
}

/// A file of format 2 as one of format 3: its payload, and with it every picture, stays bit for bit.
///
/// # Errors
/// When the bytes are no whole file of format 2, or hold a model that cannot be used.
pub fn convert(bytes: &[u8]) -> Result<Vec<u8>, WeightsError> {
    if !bytes.starts_with(&MAGIC) {
        return Err(WeightsError::NotWeave);
    }
    if !Checksums::of(bytes).is_whole() {
        return Err(WeightsError::Checksum);
    }
    let no_header = || WeightsError::Header("the file ends before it".into());
    let frame = bytes.first_chunk::<PREFIX>().ok_or_else(no_header)?;
    let found = u16::from_le_bytes([frame[6], frame[7]]);
    if found != FROM {
        return Err(WeightsError::NotConvertible { found, from: FROM });
    }
    let length = u32::from_le_bytes([frame[8], frame[9], frame[10], frame[11]]) as usize;
    let end = bytes.len() - DIGEST;
    if length > HEADER_LIMIT || payload_start(length) > end {
        return Err(no_header());
    }
    let old: OldHeader = postcard::from_bytes(&bytes[PREFIX..PREFIX + length])
        .map_err(|e| WeightsError::Header(e.to_string().to_ascii_lowercase()))?;
    let header = old.renewed()?;
    let converted = assemble(&header, &bytes[payload_start(length)..end])?;
    read(&converted)?;
    Ok(converted)
}

impl OldHeader {
    fn renewed(self) -> Result<Header, WeightsError> {
        let (study, recipe) = self.profile.parted()?;
        let networks = self.networks.into_iter().map(OldNetwork::renewed);
        Ok(Header {
            study: through_json(&study)?,
            geometry: through_json(&self.geometry)?,
            card: through_json(&self.card)?,
            provenance: Some(Provenance::new(&Record {
                converted_from_format: FROM,
                recipe,
            })),
            known_answer: self.known_answer.map(|k| through_json(&k)).transpose()?,
            lesions: self
                .lesions
                .map(|l| through_json(&json!({ "masks": l })))
                .transpose()?,
            styles: None,
            networks: networks.collect::<Result<_, _>>()?,
        })
    }
}

impl Profile {
    /// Study and recipe.
    fn parted(self) -> Result<(Value, OldRecipe), WeightsError> {
        let modalities = self.modalities.iter().map(|m| {
            let name = m.name()?;
            let modality = Modality::named(&name).ok_or_else(|| unfit(&name))?;
            // The format knew grey alone.
            let channels = Channels::Grey;
            Ok(Modality {
                channels,
                ..modality
            })
        });
        let modalities = modalities.collect::<Result<Vec<_>, WeightsError>>()?;
        let study = json!({
            "name": self.name,
            "title": self.title,
            "modalities": modalities,
            "source": self.source.name()?,
            "lesion": self.lesion,
            "extraction": self.extraction,
            "mask": self.mask,
            "noise": self.noise,
            "line_threshold": self.line_threshold,
            "lesion_margin": self.lesion_margin,
            "input": {
                "structure_map": self.switches.structure_map,
                "label_filter": self.switches.label_filter,
                "noise_fusion": self.switches.noise_fusion,
            },
        });
        let recipe = OldRecipe {
            structure_classes: self.structure_classes,
            registration: self.switches.registration,
            lesion: self.switches.lesion,
            spectral: self.spectral,
            structure: self.structure,
            structure_sharp: self.structure_sharp,
            sharp_from: self.sharp_from,
            translator: self.translator,
            segmenter: self.segmenter,
            synthesis: self.synthesis,
        };
        Ok((study, recipe))
    }
}

impl OldModality {
    fn name(self) -> Result<String, WeightsError> {
        through_json(&self)
    }
}

impl OldNetwork {
    fn renewed(self) -> Result<NetworkEntry, WeightsError> {
        Ok(NetworkEntry {
            role: match self.role {
                OldRole::StructureDecoder => Role::StructureDecoder,
                OldRole::MaskGenerator => Role::MaskGenerator,
                OldRole::StructureDiscriminator => Role::StructureDiscriminator,
                OldRole::Generator => Role::Generator,
                OldRole::Segmenter(modality) => Role::Segmenter(modality.name()?),
            },
            config: Some(through_json(&self.config)?),
            tensors: self.tensors,
        })
    }
}

fn through_json<A: Serialize, B: serde::de::DeserializeOwned>(old: &A) -> Result<B, WeightsError> {
    let value = serde_json::to_value(old).map_err(|e| unfit(&e))?;
    serde_json::from_value(value).map_err(|e| unfit(&e))
}

fn unfit(problem: &dyn std::fmt::Display) -> WeightsError {
    WeightsError::Header(format!("it cannot be converted: {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &[u8] = include_bytes!("golden-2.weave");

    #[test]
    fn a_file_of_format_2_becomes_one_of_format_3_with_the_same_payload() {
        let new = convert(OLD).expect("converts");
        let model = read(&new).expect("reads");
        assert_eq!(model.study.name, "chest-xray");
        let study = crate::study::Study::named("chest-xray").expect("built in");
        assert_eq!(model.study, crate::weights::tests::as_printed(study));
        assert_eq!(model.card.title, "Small");
        let text = model.provenance.expect("kept").text().to_owned();
        assert!(text.contains("\"sharp_from\":600"), "{text}");
        let payload = |bytes: &[u8]| {
            let length = u32::from_le_bytes(bytes[8..12].try_into().expect("four bytes"));
            bytes[payload_start(length as usize)..bytes.len() - DIGEST].to_vec()
        };
        assert_eq!(payload(&new), payload(OLD));
    }

    #[test]
    fn other_versions_damage_and_noise_are_refused() {
        let new = convert(OLD).expect("converts");
        assert!(matches!(
            convert(&new),
            Err(WeightsError::NotConvertible { found: 3, .. })
        ));
        assert_eq!(convert(b"noise"), Err(WeightsError::NotWeave));
        for length in 6..OLD.len() {
            assert!(convert(&OLD[..length]).is_err(), "{length}");
        }
        let mut damaged = OLD.to_vec();
        damaged[40] ^= 1;
        assert_eq!(convert(&damaged), Err(WeightsError::Checksum));
    }
}
