use data_encoding::HEXLOWER;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::header::{DIGEST, Encoding, Header, PREFIX, payload_start};
use super::sections::{HEADER_LIMIT, Sections, append};
use super::write::assemble;
use super::*;
use crate::label::LabelKind;
use crate::networks::config::{DecoderConfig, LatentForm, NetworkConfig, PatchConfig, UnetConfig};
use crate::random::{Purpose, Random};
use crate::study::{Channels, Geometry, Input, Modality, Preset, Study};

const ALL: [Precision; 3] = [Precision::F16, Precision::Q8, Precision::F32];

fn tensor(name: &str, shape: &[usize], random: &mut Random) -> Tensor {
    let count = shape.iter().product();
    let values = (0..count).map(|_| random.range(-0.5, 0.5)).collect();
    Tensor {
        name: name.into(),
        shape: shape.to_vec(),
        values,
    }
}

/// Decoder, mask generator and discriminator of the least width.
fn small() -> Model {
    let r = &mut Random::new(7, Purpose::Latent);
    let decoder = vec![
        tensor("affine_mean", &[1, 2], r),
        tensor("affine_factor", &[2, 2], r),
        tensor("start.weight", &[2, 8], r),
        tensor("start.bias", &[8], r),
    ];
    let mask = vec![
        tensor("middle.conv.weight", &[8, 8, 3, 3], r),
        tensor("middle.norm.gamma", &[8], r),
    ];
    let patch = vec![tensor("down.2.conv.weight", &[4, 4, 3, 3], r)];
    Model {
        study: Study::named("chest-xray").expect("built in"),
        geometry: Geometry {
            size: 16,
            structure_scale: 1,
            latent: 2,
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
            commands: vec!["scanweave export".into()],
            ..Card::default()
        },
        lesions: None,
        styles: None,
        provenance: Some(Provenance::new(
            &serde_json::json!({ "recipe": { "sharp_from": 600 } }),
        )),
        known_answer: Some(KnownAnswer {
            seed: 3,
            thumbnail: vec![0.5; 4],
        }),
        networks: vec![
            Network {
                role: Role::StructureDecoder,
                config: NetworkConfig::Decoder(DecoderConfig {
                    size: 16,
                    latent: 2,
                    width: 1,
                    form: LatentForm::Vector,
                }),
                tensors: decoder,
            },
            Network {
                role: Role::MaskGenerator,
                config: NetworkConfig::Unet(UnetConfig {
                    inputs: 1,
                    outputs: 1,
                    width: 1,
                    depth: 3,
                    condition: 0,
                }),
                tensors: mask,
            },
            Network {
                role: Role::StructureDiscriminator,
                config: NetworkConfig::Patch(PatchConfig {
                    spectral: false,
                    inputs: 1,
                    width: 1,
                    modalities: 0,
                }),
                tensors: patch,
            },
        ],
    }
}

fn bytes_of(model: &Model, precision: Precision) -> Vec<u8> {
    write(model, precision).expect("writes").bytes
}

fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
    let content = bytes.len() - DIGEST;
    let digest = Sha256::digest(&bytes[..content]);
    bytes[content..].copy_from_slice(&digest);
    bytes
}

fn header_length(bytes: &[u8]) -> usize {
    u32::from_le_bytes(bytes[8..12].try_into().expect("four bytes")) as usize
}

/// The small file, 8-bit, with its header changed and its checksum right.
fn tampered(change: impl FnOnce(&mut Header)) -> Result<Model, WeightsError> {
    let bytes = bytes_of(&small(), Precision::Q8);
    let length = header_length(&bytes);
    let mut header = Header::decode(&bytes[PREFIX..PREFIX + length]).expect("a header");
    change(&mut header);
    let payload = &bytes[payload_start(length)..bytes.len() - DIGEST];
    read(&assemble(&header, payload).expect("encodes"))
}

fn problem(result: Result<Model, WeightsError>) -> (String, TensorProblem) {
    match result {
        Err(WeightsError::Tensor {
            tensor, problem, ..
        }) => (tensor, problem),
        other => panic!("expected a tensor's problem, got {other:?}"),
    }
}

#[test]
fn single_precision_is_exact_and_the_rest_of_the_model_always() {
    let model = small();
    assert_eq!(
        read(&bytes_of(&model, Precision::F32)).expect("reads"),
        model
    );
    for precision in ALL {
        let mut back = read(&bytes_of(&model, precision)).expect("reads");
        for (network, original) in back.networks.iter_mut().zip(&model.networks) {
            for (tensor, original) in network.tensors.iter_mut().zip(&original.tensors) {
                tensor.values.clone_from(&original.values);
            }
        }
        assert_eq!(back, model, "{precision:?}");
    }
}

#[test]
fn stored_values_survive_a_second_writing() {
    for precision in ALL {
        let once = bytes_of(&small(), precision);
        let twice = bytes_of(&read(&once).expect("reads"), precision);
        if precision == Precision::Q8 {
            let error = write(&read(&once).expect("reads"), precision)
                .expect("writes")
                .errors;
            assert!(error.iter().all(|e| e.rms_relative < 1e-6), "{error:?}");
        } else {
            assert_eq!(once, twice, "{precision:?}");
        }
    }
}

#[test]
fn eight_bits_are_for_matrices_and_kernels_only() {
    let summary = inspect(&bytes_of(&small(), Precision::Q8)).expect("inspects");
    let stored = |network: usize| {
        summary.networks[network]
            .tensors
            .iter()
            .map(|t| t.precision)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        stored(0),
        [
            Precision::F16,
            Precision::F16,
            Precision::Q8,
            Precision::F16
        ]
    );
    assert_eq!(stored(1), [Precision::Q8, Precision::F16]);
    assert_eq!(summary.networks[0].parameters(), 2 + 4 + 16 + 8);
    assert_eq!(summary.networks[0].bytes(), 4 + 8 + (16 + 8 * 4) + 16);
    assert_eq!(
        summary.networks[1].precisions(),
        [(Precision::Q8, 576), (Precision::F16, 8)]
    );
}

#[test]
fn every_tensor_lies_on_a_multiple_of_64() {
    for precision in ALL {
        let bytes = bytes_of(&small(), precision);
        let length = header_length(&bytes);
        assert_eq!(payload_start(length) % 64, 0);
        let header = Header::decode(&bytes[PREFIX..PREFIX + length]).expect("decodes");
        let (spans, _) = header.spans().expect("placed");
        assert!(
            spans
                .iter()
                .flatten()
                .all(|s| s.values.start % 64 == 0 && s.scales.start % 64 == 0)
        );
    }
}

/// A channel's scale must follow the output channel: the last dimension of a linear layer, the
/// first of a convolution. Channels of 1 and of 1000 side by side keep their own accuracy.
#[test]
fn scales_follow_the_output_channel() {
    let mut model = small();
    let spread = |t: &mut Tensor, channel: &dyn Fn(usize) -> usize| {
        for (i, v) in t.values.iter_mut().enumerate() {
            *v *= 1000_f32.powi(channel(i) as i32 % 2);
        }
    };
    spread(&mut model.networks[0].tensors[2], &|i| i % 8);
    spread(&mut model.networks[1].tensors[0], &|i| i / 72);
    let back = read(&bytes_of(&model, Precision::Q8)).expect("reads");
    for (network, tensor, channel) in [(0, 2, 1_usize), (1, 0, 0)] {
        let (a, b) = (
            &model.networks[network].tensors[tensor],
            &back.networks[network].tensors[tensor],
        );
        for (i, (x, y)) in a.values.iter().zip(&b.values).enumerate() {
            let index = if channel == 1 { i % 8 } else { i / 72 };
            let largest = if index % 2 == 0 { 0.5 } else { 500.0 };
            assert!(
                (x - y).abs() <= largest / 254.0 * 1.0001,
                "{}: {x} {y}",
                a.name
            );
        }
    }
}

#[test]
fn every_cut_and_every_flip_is_refused() {
    for precision in ALL {
        let bytes = bytes_of(&small(), precision);
        for length in 0..bytes.len() {
            let error = read(&bytes[..length]).expect_err("cut");
            assert!(
                matches!(
                    error,
                    WeightsError::Truncated { .. } | WeightsError::Checksum
                ),
                "{length}: {error}"
            );
            assert!(inspect(&bytes[..length]).is_err());
        }
        let mut flipped = bytes.clone();
        for index in 0..bytes.len() {
            for mask in [1, 0x80, 0xff] {
                flipped[index] ^= mask;
                assert!(read(&flipped).is_err(), "byte {index}");
                assert!(inspect(&flipped).is_err(), "byte {index}");
                flipped[index] = bytes[index];
            }
        }
    }
}

#[test]
fn one_pass_gives_both_checksums() {
    let bytes = bytes_of(&small(), Precision::Q8);
    for length in [0, 31, 32, 33, bytes.len() - 1, bytes.len()] {
        let expected = Sha256::digest(&bytes[..length]);
        let expected = HEXLOWER.encode(&expected);
        let checksums = Checksums::of(&bytes[..length]);
        assert_eq!(checksums.sha256(), expected, "{length}");
        let model = read_checked(&bytes[..length], checksums);
        assert_eq!(model, read(&bytes[..length]), "{length}");
        assert_eq!(model.is_ok(), length == bytes.len(), "{length}");
    }
}

/// A study of before there was a headroom: its files have none, and keep their maps.
pub(super) fn as_printed(mut study: Study) -> Study {
    for values in &mut study.extraction {
        values.headroom = None;
    }
    study
}

/// The file of the first build that wrote this version, kept for good: every later build reads it, whatever
/// sections and fields it writes itself.
#[test]
fn the_first_file_of_this_version_is_read() {
    let golden = include_bytes!("golden-3.weave");
    let (model, expected) = (read(golden).expect("for good"), small());
    assert_eq!(model.geometry, expected.geometry);
    assert_eq!(model.known_answer, expected.known_answer);
    assert_eq!(model.card, expected.card);
    assert_eq!(model.provenance, expected.provenance);
    assert_eq!(model.networks, expected.networks);
    assert_eq!(model.study, as_printed(expected.study));
}

/// The small file, 8-bit, with another header.
fn with_header(change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let bytes = bytes_of(&small(), Precision::Q8);
    let length = header_length(&bytes);
    let header = change(bytes[PREFIX..PREFIX + length].to_vec());
    let mut file = bytes[..8].to_vec();
    file.extend_from_slice(&(header.len() as u32).to_le_bytes());
    file.extend_from_slice(&header);
    file.resize(payload_start(header.len()), 0);
    file.extend_from_slice(&bytes[payload_start(length)..]);
    with_checksum(file)
}

/// The sections of a header, those for which `change` returns nothing left out.
fn changed_sections(header: &[u8], change: impl Fn(&str, &[u8]) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut changed = Vec::new();
    for (name, content) in Sections::split(header).expect("sections").iter() {
        if let Some(content) = change(name, content) {
            append(&mut changed, name, &content).expect("short");
        }
    }
    changed
}

#[test]
fn sections_and_fields_of_later_versions_are_passed_over() {
    let whole = read(&bytes_of(&small(), Precision::Q8)).expect("reads");
    let later = with_header(|header| {
        let mut more = changed_sections(&header, |name, content| {
            let mut content = content.to_vec();
            // A network's fields lie one table deeper, behind the name of its kind.
            let tables = 1 + usize::from(name.starts_with("network/"));
            let open = content.iter().enumerate().filter(|(_, b)| **b == b'{');
            if let (true, Some((at, _))) = (name != "tensors", open.clone().nth(tables - 1)) {
                content.splice(at + 1..=at, *b"\"of-a-later-version\":[{\"x\":null}],");
            }
            Some(content)
        });
        append(&mut more, "later/section", &[0xff; 99]).expect("short");
        more
    });
    let mut read_back = read(&later).expect("reads");
    let provenance = read_back.provenance.take().expect("kept as it is");
    assert!(provenance.text().contains("of-a-later-version"));
    read_back.provenance.clone_from(&whole.provenance);
    assert_eq!(read_back, whole);
}

#[test]
fn another_card_changes_nothing_else() {
    let card = Card {
        title: "Another".into(),
        ..Card::default()
    };
    let later = with_header(|mut header| {
        append(&mut header, "later/section", b"kept").expect("short");
        header
    });
    let changed = with_card(&later, &card).expect("changes");
    let expected = Model {
        card: card.clone(),
        ..read(&later).expect("reads")
    };
    assert_eq!(read(&changed).expect("reads"), expected);
    let payload = |bytes: &[u8]| bytes[payload_start(header_length(bytes))..].to_vec();
    let end = payload(&later).len() - DIGEST;
    assert_eq!(payload(&changed)[..end], payload(&later)[..end]);
    let header = &changed[PREFIX..PREFIX + header_length(&changed)];
    let sections = Sections::split(header).expect("sections");
    assert_eq!(sections.get("later/section"), Some(&b"kept"[..]));
    assert!(with_card(b"noise", &card).is_err());
}

#[test]
fn what_is_absent_has_a_default_or_is_named() {
    let without = |section: &str| {
        let file = with_header(|header| {
            changed_sections(&header, |name, content| {
                (name != section).then(|| content.to_vec())
            })
        });
        read(&file)
    };
    assert_eq!(without("card").expect("reads").card, Card::default());
    assert_eq!(without("provenance").expect("reads").provenance, None);
    assert_eq!(without("known-answer").expect("reads").known_answer, None);
    for needed in ["study", "geometry", "tensors", "network/mask-generator"] {
        let error = without(needed).expect_err("needed").to_string();
        assert!(error.contains(&format!("no section {needed}")), "{error}");
    }
    let plain = with_header(|header| {
        changed_sections(&header, |name, content| {
            let study = br#"{"name":"pet","title":"PET","modalities":[{"name":"pet"}],"source":"pet",
                "extraction":[{"size":64,"scale":1,"smoothing":0.0,"contrast":null,"sigma1":1.0,"alpha":0.1,
                "sigma2":1.0,"beta":0.2,"median":1}],"mask":{"threshold":0.1,"grow":1,"median":3,"fill":true}}"#;
            Some(if name == "study" {
                study.to_vec()
            } else {
                content.to_vec()
            })
        })
    });
    let study = read(&plain).expect("reads").study;
    assert_eq!(study.lesion, LabelKind::None);
    assert_eq!((study.noise, study.line_threshold), ((0.5, 0.6), 0.5));
    assert_eq!(study.input, Input::default());
}

/// A network that this version does not know keeps its place in the payload and is otherwise passed over.
#[test]
fn networks_of_later_versions_are_passed_over() {
    let mut whole = read(&bytes_of(&small(), Precision::Q8)).expect("reads");
    let result = tampered(|h| {
        h.networks[1].role = Role::Unknown("detector/boxes".into());
        h.networks[1].config = None;
    });
    whole.networks.remove(1);
    assert_eq!(result.expect("reads"), whole);
    let crowded = tampered(|h| {
        for entry in &mut h.networks[..2] {
            entry.role = Role::Unknown("twice".into());
            entry.config = None;
        }
    });
    assert!(crowded.is_err(), "one role, one network");
}

#[test]
fn a_cut_says_how_much_is_missing() {
    let bytes = bytes_of(&small(), Precision::Q8);
    let cut = |length: usize| read(&bytes[..length]).expect_err("cut");
    let whole = bytes.len();
    assert_eq!(
        cut(whole - 1),
        WeightsError::Truncated {
            expected: whole,
            found: whole - 1
        }
    );
    assert_eq!(
        cut(whole / 2 + 600),
        WeightsError::Truncated {
            expected: whole,
            found: whole / 2 + 600
        }
    );
    assert!(matches!(cut(0), WeightsError::Truncated { found: 0, .. }));
}

#[test]
fn the_frame_says_what_is_wrong() {
    let bytes = bytes_of(&small(), Precision::F16);
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut changed = bytes.clone();
        change(&mut changed);
        read(&changed).expect_err("refused")
    };
    assert_eq!(
        read(b"<!DOCTYPE html>").expect_err("refused"),
        WeightsError::NotWeave
    );
    for version in [9, 0] {
        assert_eq!(
            changed(&|b| b[6] = version),
            WeightsError::Checksum,
            "a version that nobody wrote"
        );
    }
    let of_version = |version| {
        let mut content = bytes_of(&small(), Precision::F16);
        content.truncate(content.len() - DIGEST);
        content[6] = version;
        read(&with_checksum(content)).expect_err("refused")
    };
    assert_eq!(of_version(9), WeightsError::Newer { found: 9 });
    assert_eq!(of_version(0), WeightsError::Older { found: 0 });
    assert_eq!(
        changed(&|b| *b.last_mut().expect("some") ^= 1),
        WeightsError::Checksum
    );
    assert_eq!(changed(&|b| b.push(0)), WeightsError::Checksum);
    assert!(matches!(changed(&|b| b[11] = 255), WeightsError::Header(_)));
    let mut longer = bytes.clone();
    longer.splice(bytes.len() - DIGEST..bytes.len() - DIGEST, [0; 5]);
    assert_eq!(
        read(&with_checksum(longer)).expect_err("refused"),
        WeightsError::Surplus(5)
    );
}

/// With the checksum put right, what lies behind it is on its own.
#[test]
fn every_changed_byte_with_a_right_checksum_is_survived() {
    let bytes = bytes_of(&small(), Precision::Q8);
    for index in PREFIX - 4..bytes.len() - DIGEST {
        for value in [
            0,
            1,
            0x7f,
            0x80,
            0xff,
            bytes[index].wrapping_add(1),
            bytes[index] ^ 0x40,
        ] {
            let mut changed = bytes.clone();
            changed[index] = value;
            let changed = with_checksum(changed);
            let (model, summary) = (read(&changed), inspect(&changed));
            assert!(model.is_err() || summary.is_ok(), "byte {index}");
            if let Ok(model) = model {
                assert!(
                    write(&model, Precision::F32).is_ok(),
                    "byte {index}: read but not writable"
                );
            }
        }
    }
}

#[test]
fn tables_that_lie_are_refused_at_their_tensor() {
    let shape = |s: Vec<usize>| problem(tampered(|h| h.networks[0].tensors[2].shape = s));
    let huge = vec![usize::MAX, usize::MAX];
    assert_eq!(
        shape(huge.clone()),
        ("start.weight".into(), TensorProblem::Shape(huge))
    );
    assert_eq!(
        shape(vec![]),
        ("start.weight".into(), TensorProblem::Shape(vec![]))
    );
    assert_eq!(shape(vec![1; 9]).1, TensorProblem::Shape(vec![1; 9]));
    assert_eq!(
        shape(vec![1 << 40, 0]).1,
        TensorProblem::Shape(vec![1 << 40, 0])
    );

    let offset = problem(tampered(|h| h.networks[0].tensors[1].offset = 0));
    assert_eq!(
        offset,
        (
            "affine_factor".into(),
            TensorProblem::Offset {
                expected: 64,
                found: 0
            }
        )
    );
    let far = problem(tampered(|h| h.networks[1].tensors[1].offset = usize::MAX));
    assert_eq!(far.0, "middle.norm.gamma");
    let encoding = |e| problem(tampered(|h| h.networks[0].tensors[2].encoding = e)).1;
    assert_eq!(
        encoding(Encoding::Q8 {
            axis: 2,
            scales: 192
        }),
        TensorProblem::Axis(2)
    );
    assert!(matches!(
        encoding(Encoding::Q8 { axis: 1, scales: 0 }),
        TensorProblem::Offset { found: 0, .. }
    ));

    let name = |n: &str| problem(tampered(|h| h.networks[0].tensors[2].name = n.into()));
    assert_eq!(
        name("affine_mean"),
        ("affine_mean".into(), TensorProblem::Duplicate)
    );
    for wrong in ["", "a b", "\u{1b}[2J", &"x".repeat(201)] {
        assert_eq!(name(wrong), ("number 2".into(), TensorProblem::Name));
    }
    let large = tampered(|h| {
        let last = &mut h.networks[2].tensors[0];
        last.shape = vec![4, 4, 3, 1 << 20];
        last.encoding = Encoding::F32;
    });
    assert!(
        matches!(large, Err(WeightsError::Truncated { .. })),
        "{large:?}"
    );
}

#[test]
fn networks_that_cannot_be_are_refused() {
    let config = |network: usize, c: NetworkConfig| {
        tampered(|h| h.networks[network].config = Some(c))
            .expect_err("refused")
            .to_string()
    };
    let unet = |width| {
        NetworkConfig::Unet(UnetConfig {
            inputs: 1,
            outputs: 1,
            width,
            depth: 3,
            condition: 0,
        })
    };
    let decoder = |size, latent| {
        NetworkConfig::Decoder(DecoderConfig {
            size,
            latent,
            width: 1,
            form: LatentForm::Vector,
        })
    };
    let plane = |size, latent| {
        NetworkConfig::Decoder(DecoderConfig {
            size,
            latent,
            width: 1,
            form: LatentForm::Plane,
        })
    };
    assert!(config(0, plane(16, 5)).contains("its latent has 5 values, not 2 x 2"));
    assert!(config(0, plane(16, 4)).contains("not built for this study"));
    assert_eq!(
        config(1, unet(1_000_000_000)),
        "the mask generator cannot be used: its width is 1000000000; 1 to 512 is possible"
    );
    assert!(config(1, unet(0)).contains("width is 0"));
    assert!(
        config(1, unet(512)).contains("has 584 weights where its configuration needs more than")
    );
    assert!(config(1, decoder(16, 2)).contains("another kind"));
    assert!(config(0, unet(1)).contains("another kind"));
    assert!(config(0, decoder(24, 2)).contains("size is 24"));
    assert!(config(0, decoder(4096, 2)).contains("size is 4096"));
    assert!(config(0, decoder(16, usize::MAX)).contains("latent"));
    assert!(config(0, decoder(32, 2)).contains("not built for this study"));
    let twice = tampered(|h| h.networks[2].role = Role::MaskGenerator).expect_err("refused");
    assert!(twice.to_string().contains("twice"), "{twice}");
    let foreign =
        tampered(|h| h.networks[1].role = Role::Segmenter("t1".into())).expect_err("refused");
    assert!(
        foreign
            .to_string()
            .starts_with("the t1 segmenter cannot be used: it was not built")
    );
    let empty = tampered(|h| h.networks[1].tensors.clear()).expect_err("refused");
    assert!(empty.to_string().contains("0 tensors"));
}

#[test]
fn a_picture_that_would_take_too_much_is_refused_with_both_numbers() {
    let unet = |width, depth| UnetConfig {
        inputs: 1,
        outputs: 1,
        width,
        depth,
        condition: 0,
    };
    let at = |size, config| {
        let geometry = Geometry {
            size,
            ..small().geometry
        };
        let config = NetworkConfig::Unet(config);
        check::fits(&Role::MaskGenerator, &config, &small().study, &geometry)
    };
    let error = at(2048, unet(64, 1)).expect_err("gigabytes").to_string();
    let values = unet(64, 1).footprint(2048).activations.to_string();
    let said = ["mask generator", "2048 px", &values, "1073741824"];
    assert!(said.iter().all(|part| error.contains(part)), "{error}");

    for preset in [Preset::Tiny, Preset::Demo, Preset::Large, Preset::Paper] {
        let g = preset.geometry();
        let widest = g.generator_width.max(g.mask_width).max(g.segmenter_width);
        assert_eq!(at(g.size, unet(widest, g.depth)), Ok(()), "{preset:?}");
        let decoder = DecoderConfig {
            size: g.structure_size(),
            latent: g.latent,
            width: g.structure_width,
            form: g.latent_form,
        };
        assert!(decoder.footprint().activations < 1 << 29, "{preset:?}");
    }
}

#[test]
fn structure_networks_have_the_size_of_their_maps_and_depths_that_divide_it() {
    let halved = Geometry {
        size: 64,
        structure_scale: 2,
        ..small().geometry
    };
    let fits = |role, config| check::fits(&role, &config, &small().study, &halved);
    let decoder = |size| {
        let decoder = DecoderConfig {
            size,
            latent: halved.latent,
            width: 1,
            form: LatentForm::Vector,
        };
        fits(Role::StructureDecoder, NetworkConfig::Decoder(decoder))
    };
    assert_eq!(decoder(32), Ok(()));
    assert!(decoder(64).is_err());
    let mask = |depth| {
        let mask = UnetConfig {
            inputs: 1,
            outputs: 1,
            width: 1,
            depth,
            condition: 0,
        };
        fits(Role::MaskGenerator, NetworkConfig::Unet(mask))
    };
    assert_eq!(mask(5), Ok(()));
    let odd = Geometry {
        size: 48,
        structure_scale: 1,
        ..halved
    };
    let config = UnetConfig {
        inputs: 1,
        outputs: 1,
        width: 1,
        depth: 5,
        condition: 0,
    };
    let config = NetworkConfig::Unet(config);
    let error = check::fits(&Role::MaskGenerator, &config, &small().study, &odd);
    let said = error.expect_err("48 is no multiple of 32").to_string();
    assert!(said.contains("depth of 5"), "{said}");

    for impossible in [0, 3, 4] {
        let mut model = small();
        model.geometry.structure_scale = impossible;
        let error = write(&model, Precision::F32).expect_err("refused");
        let said = error.to_string();
        assert!(said.contains("times smaller"), "{said}");
    }
    // Files that do not say it are of maps as large as the images.
    let mut value = serde_json::to_value(small().geometry).expect("plain");
    value
        .as_object_mut()
        .expect("fields")
        .remove("structure_scale");
    let read: Geometry = serde_json::from_value(value).expect("a default");
    assert_eq!(read, small().geometry);
}

#[test]
fn a_generator_must_fit_the_labels_and_modalities_of_its_study() {
    let brain = Study::named("phantom-brain").expect("built in");
    let generator = |study: &Study, inputs, outputs, condition| {
        let tensors = vec![tensor(
            "c",
            &[8, 8, 3, 3],
            &mut Random::new(1, Purpose::Latent),
        )];
        let config = NetworkConfig::Unet(UnetConfig {
            inputs,
            outputs,
            width: 1,
            depth: 3,
            condition,
        });
        let networks = vec![Network {
            role: Role::Generator,
            config,
            tensors,
        }];
        write(
            &Model {
                study: study.clone(),
                networks,
                ..small()
            },
            Precision::F16,
        )
    };
    let (planes, count) = (1 + brain.label_planes(), brain.modalities.len());
    assert!(generator(&brain, planes, 1, count).is_ok());
    assert!(generator(&brain, 1, 1, count).is_err());
    assert!(generator(&brain, planes, 1, 0).is_err());
    assert!(
        generator(&brain, planes, 3, count).is_err(),
        "three channels"
    );
    let mut colour = brain;
    colour.modalities[1].channels = Channels::Neighbours;
    assert!(generator(&colour, planes, 3, count).is_ok());
    assert!(generator(&colour, planes, 1, count).is_err());
}

#[test]
fn studies_that_would_break_the_pipeline_are_refused() {
    // JSON has no NaN: what is not finite is refused where it is read.
    let refused = |change: &dyn Fn(&mut Header)| {
        let result = tampered(change);
        matches!(
            result,
            Err(WeightsError::Model(_) | WeightsError::Header(_))
        )
    };
    assert!(refused(&|h| h.study.extraction.clear()));
    assert!(refused(&|h| h.study.modalities.clear()));
    let second = |modality: &str| {
        let mut own = Modality::named("ct").expect("built in");
        own.name = modality.into();
        refused(&|h| h.study.modalities.push(own.clone()))
    };
    assert!(second("xray") && second("../x") && second("label") && !second("pet"));
    let weighted = |weights: &[f32]| refused(&|h| h.study.source_weights = weights.to_vec());
    assert!(weighted(&[0.5, 0.5]) && weighted(&[0.0]) && !weighted(&[1.0]));
    assert!(refused(&|h| h.study.mask.grow = usize::MAX));
    assert!(refused(&|h| h.study.noise = (f32::NAN, 1.0)));
    assert!(refused(&|h| h.study.extraction[0].alpha = f32::INFINITY));
    assert!(refused(&|h| h.study.extraction[0].size = 0));
    assert!(refused(&|h| {
        h.study.extraction.truncate(1);
        h.study.extraction[0].sigma1 = 99.0;
        h.geometry.size = 2048;
    }));
    assert!(refused(&|h| h.geometry.size = 0));
    assert!(refused(&|h| h.geometry.generator_width = 1_000_000_000));
    assert!(refused(&|h| h.known_answer = Some(KnownAnswer {
        seed: 0,
        thumbnail: vec![f32::NAN]
    })));
}

#[test]
fn what_cannot_be_stored_is_refused_at_its_tensor() {
    let with = |value: f32, precision| {
        let mut model = small();
        model.networks[1].tensors[0].values[5] = value;
        write(&model, precision)
            .map(|_| model)
            .map_err(|e| problem(Err(e)))
    };
    for precision in ALL {
        let refused = Err(("middle.conv.weight".into(), TensorProblem::NotFinite(5)));
        assert_eq!(with(f32::NAN, precision), refused);
        assert_eq!(with(f32::NEG_INFINITY, precision), refused);
    }
    let overflow = TensorProblem::Overflow {
        index: 5,
        value: 7e4,
    };
    assert_eq!(
        with(7e4, Precision::F16),
        Err(("middle.conv.weight".into(), overflow))
    );
    assert!(with(f32::MAX, Precision::Q8).is_ok());
    assert!(with(f32::MAX, Precision::F32).is_ok());

    let mut short = small();
    short.networks[1].tensors[1].values.pop();
    let error = write(&short, Precision::F32).map(|_| small());
    assert_eq!(
        problem(error).1,
        TensorProblem::Count {
            expected: 8,
            found: 7
        }
    );
    let mut long = small();
    long.card.limits = "x".repeat(HEADER_LIMIT);
    assert!(matches!(
        write(&long, Precision::F32),
        Err(WeightsError::Header(_))
    ));
}

#[test]
fn values_that_are_no_numbers_are_refused_when_reading() {
    let written = |precision, network: usize, tensor: usize, scales: bool, value: &[u8]| {
        let mut bytes = bytes_of(&small(), precision);
        let length = header_length(&bytes);
        let header = Header::decode(&bytes[PREFIX..PREFIX + length]).expect("decodes");
        let span = header.spans().expect("placed").0[network][tensor].clone();
        let at = payload_start(length)
            + if scales {
                span.scales.start
            } else {
                span.values.start
            };
        bytes[at..at + value.len()].copy_from_slice(value);
        problem(read(&with_checksum(bytes))).1
    };
    let nan = f32::NAN.to_le_bytes();
    assert_eq!(
        written(Precision::F32, 1, 0, false, &nan),
        TensorProblem::NotFinite(0)
    );
    assert_eq!(
        written(Precision::F16, 1, 0, false, &[0, 0x7c]),
        TensorProblem::NotFinite(0)
    );
    assert_eq!(
        written(Precision::Q8, 1, 0, true, &nan),
        TensorProblem::Scale(0)
    );
    assert_eq!(
        written(Precision::Q8, 1, 0, true, &(-1.0_f32).to_le_bytes()),
        TensorProblem::Scale(0)
    );
}

/// The list of networks a file may hold, and that the absence of each has its sentence.
#[test]
fn an_absent_network_says_what_is_lost() {
    let study = small().study;
    let names: Vec<_> = Role::all(&study).map(|role| role.to_string()).collect();
    let fixed = [
        "structure decoder",
        "mask generator",
        "structure discriminator",
        "generator",
    ];
    assert_eq!(names[..4], fixed);
    assert_eq!(names[4..], ["xray segmenter"]);
    let none = Model {
        networks: Vec::new(),
        ..small()
    };
    let none = read(&bytes_of(&none, Precision::Q8)).expect("a card alone is a file");
    for role in Role::all(&study) {
        let sentence = none.require(&role).expect_err("absent").to_string();
        assert!(
            sentence.starts_with(&format!("this model holds no {role}: ")),
            "{sentence}"
        );
    }
    let error = none
        .require(&Role::StructureDecoder)
        .expect_err("absent")
        .to_string();
    assert_eq!(
        error,
        "this model holds no structure decoder: structure maps cannot be sampled, only taken from an image"
    );
    assert_eq!(
        small()
            .require(&Role::MaskGenerator)
            .map(|n| n.role.clone()),
        Ok(Role::MaskGenerator)
    );
}

/// Two million weights of the spread that initialisation gives, as a trained network has them.
#[test]
fn a_generator_of_two_million_weights() {
    let mut random = Random::new(11, Purpose::Latent);
    let tensors = (0..13).map(|i| {
        let shape = [128, 136, 3, 3];
        let count = shape.iter().product();
        let values = random
            .normals(count)
            .into_iter()
            .map(|v| 0.03 * v)
            .collect();
        Tensor {
            name: format!("block.{i}.conv.weight"),
            shape: shape.to_vec(),
            values,
        }
    });
    let config = NetworkConfig::Unet(UnetConfig {
        inputs: 4,
        outputs: 1,
        width: 16,
        depth: 3,
        condition: 0,
    });
    let networks = vec![Network {
        role: Role::Generator,
        config,
        tensors: tensors.collect(),
    }];
    let model = Model {
        networks,
        ..small()
    };
    let parameters = 13 * 128 * 136 * 9;
    for (precision, bytes, error) in [
        (Precision::F32, 4.0, 0.0),
        (Precision::F16, 2.0, 3e-4),
        (Precision::Q8, 1.005, 1e-2),
    ] {
        let written = write(&model, precision).expect("writes");
        let worst = written
            .errors
            .iter()
            .map(|e| e.rms_relative)
            .fold(0.0, f32::max);
        let largest = written.errors.iter().map(|e| e.max_abs).fold(0.0, f32::max);
        println!(
            "{}: {} bytes of {parameters} weights, rms {worst:.3e}, largest {largest:.3e}",
            precision.name(),
            written.bytes.len()
        );
        assert!(worst <= error, "{precision:?}: {worst}");
        assert!(written.bytes.len() as f64 <= bytes * f64::from(parameters) + 4096.0);
        assert!(read(&written.bytes).is_ok());
    }
}

fn values() -> impl Strategy<Value = Vec<f32>> {
    let magnitude = prop_oneof![Just(0.0_f32), -1.0_f32..1.0, -6e4_f32..6e4, -1e-7_f32..1e-7];
    proptest::collection::vec(magnitude, 6 * 36)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// f16 within half a unit in the last place, 8 bits within half a level of the channel.
    #[test]
    fn errors_are_bounded(values in values(), linear in any::<bool>()) {
        let shape = if linear { vec![36, 6] } else { vec![6, 4, 3, 3] };
        let mut model = small();
        model.networks[0].tensors.push(Tensor { name: "t".into(), shape, values: values.clone() });
        for precision in ALL {
            let back = read(&bytes_of(&model, precision)).expect("reads");
            let stored = &back.networks[0].tensors[4].values;
            for (i, (x, y)) in values.iter().zip(stored).enumerate() {
                let channel = |i: usize| if linear { i % 6 } else { i / 36 };
                let same = values.iter().enumerate().filter(|(j, _)| channel(*j) == channel(i));
                let largest = same.map(|(_, v)| v.abs()).fold(0.0, f32::max);
                let bound = match precision {
                    Precision::F32 => 0.0,
                    Precision::F16 => x.abs() / 2048.0 + 3.0e-8,
                    Precision::Q8 => largest / 254.0 * 1.0001,
                };
                prop_assert!((x - y).abs() <= bound, "{:?}: {} became {}", precision, x, y);
            }
        }
    }

    #[test]
    fn finite_values_of_any_magnitude_survive_eight_bits(bits in proptest::collection::vec(any::<u32>(), 216)) {
        let values: Vec<f32> = bits.into_iter().map(f32::from_bits).map(|v| if v.is_finite() { v } else { f32::MAX }).collect();
        let mut model = small();
        model.networks[0].tensors.push(Tensor { name: "t".into(), shape: vec![6, 4, 3, 3], values });
        prop_assert!(read(&bytes_of(&model, Precision::Q8)).is_ok());
    }

    #[test]
    fn noise_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400), framed in any::<bool>()) {
        let mut file = bytes;
        if framed {
            let length = file.len() as u32;
            let content = [&b"WEAVE\0"[..], &VERSION.to_le_bytes(), &length.to_le_bytes(), &file, &[0; 128]].concat();
            file = with_checksum(content);
        }
        prop_assert!(read(&file).is_err());
        prop_assert!(inspect(&file).is_err());
    }

    /// Bytes of the header changed, removed and inserted, length and checksum put right.
    #[test]
    fn headers_of_any_shape_are_survived(edits in proptest::collection::vec((0_usize..1000, any::<u8>(), 0_u8..3), 1..6)) {
        let bytes = bytes_of(&small(), Precision::Q8);
        let length = header_length(&bytes);
        let mut header = bytes[PREFIX..PREFIX + length].to_vec();
        for (at, value, kind) in edits {
            let at = at % header.len();
            match kind {
                0 => header[at] = value,
                1 => header.insert(at, value),
                _ => drop(header.remove(at)),
            }
        }
        let mut file = bytes[..8].to_vec();
        file.extend_from_slice(&(header.len() as u32).to_le_bytes());
        file.extend_from_slice(&header);
        file.resize(payload_start(header.len()), 0);
        file.extend_from_slice(&bytes[payload_start(length)..]);
        let file = with_checksum(file);
        if let Ok(model) = read(&file) {
            prop_assert!(write(&model, Precision::F32).is_ok());
        }
    }
}
