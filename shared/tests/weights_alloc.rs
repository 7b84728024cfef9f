//! Reading hostile weights takes no memory that the file has not paid for.
//!
//! One test only: the peak is that of the whole process.

use peak_alloc::PeakAlloc;
use scanweave::networks::config::{DecoderConfig, LatentForm, NetworkConfig};
use scanweave::study::{Geometry, Study};
use scanweave::weights::{
    Card, Model, Network, Precision, Role, Tensor, VERSION, inspect, read, write,
};
use sha2::{Digest as _, Sha256};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Magic, version, header length.
const PREFIX: usize = 12;
/// SHA-256.
const DIGEST: usize = 32;
/// The longest header that is read.
const HEADER_LIMIT: usize = 256 * 1024;

/// Memory per byte of header: a text of no letters takes one byte there and 24 in a list that may
/// have doubled its room, and moved, just before.
const PER_HEADER_BYTE: usize = 64;
/// Memory per byte of payload: 8 bits become an f32.
const PER_PAYLOAD_BYTE: usize = 4;
/// Error texts and the like.
const SPARE: usize = 16 * 1024;

#[test]
fn memory_is_bounded_by_the_file() {
    let whole = write(&model(), Precision::Q8).expect("writes").bytes;
    let length = u32::from_le_bytes(whole[8..12].try_into().expect("four bytes")) as usize;
    let header = &whole[PREFIX..PREFIX + length];
    let payload = &whole[(PREFIX + length).next_multiple_of(64)..whole.len() - DIGEST];
    assert!(measure("a good file", header, payload), "it is read");

    // Every length in the header is replaced by one that claims the address space, and followed by
    // what there is, by nothing, or by as many empty entries as the header may have.
    let enormous: [&[u8]; 4] = [
        &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        &[0xff, 0xff, 0xff, 0xff, 0x0f],
        &[0xf0, 0xff, 0x0f],
        &[0xff, 0x7f],
    ];
    for at in 0..length {
        for claim in enormous {
            for rest in [header[at + 1..].to_vec(), Vec::new(), vec![0; 20_000]] {
                let hostile = [&header[..at], claim, &rest].concat();
                measure(&format!("length {claim:?} at byte {at}"), &hostile, payload);
            }
        }
        let mut filled = [&header[..at], enormous[2]].concat();
        filled.resize(HEADER_LIMIT, 0);
        measure(&format!("empty entries from byte {at}"), &filled, payload);
    }
}

/// Reads the file of this header and payload, compares the memory it took with the bound, and says
/// whether it could be read.
fn measure(what: &str, header: &[u8], payload: &[u8]) -> bool {
    let mut bytes = b"WEAVE\0".to_vec();
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&(header.len() as u32).to_le_bytes());
    bytes.extend_from_slice(header);
    bytes.resize(bytes.len().next_multiple_of(64), 0);
    bytes.extend_from_slice(payload);
    let digest = Sha256::digest(&bytes);
    bytes.extend_from_slice(&digest);

    let bound = PER_HEADER_BYTE * header.len() + PER_PAYLOAD_BYTE * payload.len() + SPARE;
    for taken in [peak(|| drop(read(&bytes))), peak(|| drop(inspect(&bytes)))] {
        assert!(
            taken <= bound,
            "{what}: {taken} bytes of memory, {bound} allowed"
        );
    }
    read(&bytes).is_ok()
}

/// Most bytes in use at once while `work` runs, beyond those in use before.
fn peak(work: impl FnOnce()) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    work();
    MEMORY.peak_usage().saturating_sub(before)
}

fn model() -> Model {
    let tensor = |name: &str, shape: [usize; 2]| Tensor {
        name: name.into(),
        shape: shape.to_vec(),
        values: vec![0.25; shape[0] * shape[1]],
    };
    Model {
        study: Study::named("chest-xray").expect("built in"),
        geometry: Geometry {
            size: 16,
            structure_scale: 1,
            latent: 64,
            latent_form: LatentForm::Vector,
            structure_width: 1,
            mask_width: 1,
            generator_width: 1,
            depth: 3,
            segmenter_width: 1,
            translator_width: 1,
            discriminator_width: 1,
        },
        card: Card {
            title: "Small".into(),
            commands: vec!["export".into(); 3],
            ..Card::default()
        },
        provenance: None,
        known_answer: None,
        lesions: None,
        styles: None,
        networks: vec![Network {
            role: Role::StructureDecoder,
            config: NetworkConfig::Decoder(DecoderConfig {
                size: 16,
                latent: 64,
                width: 1,
                form: LatentForm::Vector,
            }),
            tensors: vec![
                tensor("factor", [64, 64]),
                tensor("start.weight", [64, 512]),
            ],
        }],
    }
}
