//! Pictures that must never change unnoticed: digests to compare on every target.
//!
//! Native and wasm tests call the same [`check`]. When a change of the anatomy is meant, the test
//! prints the new digests to write here.

use sha2::{Digest, Sha256};

use super::{Anatomy, Fundus, FundusOptions, draw};

/// One picture and the digest it must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Golden {
    /// What is drawn.
    pub anatomy: Anatomy,
    /// Its seed.
    pub seed: u64,
    /// Side in pixels.
    pub size: usize,
    /// Whether it has a lesion.
    pub lesion: bool,
    /// SHA-256 in lower-case hexadecimal digits.
    pub digest: &'static str,
}

const fn golden(
    anatomy: Anatomy,
    seed: u64,
    size: usize,
    lesion: bool,
    digest: &'static str,
) -> Golden {
    Golden {
        anatomy,
        seed,
        size,
        lesion,
        digest,
    }
}

/// Every golden picture.
pub const GOLDEN: [Golden; 8] = [
    golden(
        Anatomy::Thorax,
        0,
        64,
        false,
        "86c5ff36d740fca298794c2f0f59c77c057761063c26cf3a49a40587f19ab63c",
    ),
    golden(
        Anatomy::Thorax,
        1,
        64,
        true,
        "43fb5dc1a8c4521826ed612a598e8fd75cad2ce76f94d0f33b84366af9fe772f",
    ),
    golden(
        Anatomy::Thorax,
        2,
        128,
        true,
        "2f29b047b95499eb5d6e5c1c7c9c19ca34e71dfa274556ec6143719486b2c18b",
    ),
    golden(
        Anatomy::Thorax,
        7777777,
        96,
        false,
        "09d6d64e35b4b8246fbbe1d267a4a33973713c0cbaf940b5a9fe31b9e5c73ee5",
    ),
    golden(
        Anatomy::Brain,
        0,
        64,
        false,
        "655fedc1ebd08ba553f87e18173bafa5d6433dbdc3d089a440d0547d4935966e",
    ),
    golden(
        Anatomy::Brain,
        1,
        64,
        true,
        "770194699737ecb911646b4c2a5d358b28d0a0196d4d7fa3e158609bc396d498",
    ),
    golden(
        Anatomy::Brain,
        2,
        128,
        true,
        "b6770209efe4f6811a342b0e56afafa2c71f018725e32f7fe4c1d9c13915e882",
    ),
    golden(
        Anatomy::Brain,
        7777777,
        96,
        false,
        "6eb82d8c13f2e8bcb20f8df4956a106f36b81318d4228a818dfaddc4e13a7a39",
    ),
];

/// Fundus photographs: seed, side in pixels, whether there is retinopathy, digest.
const FUNDI: [(u64, usize, bool, &str); 4] = [
    (
        0,
        64,
        false,
        "5880338290d22c97dfc98132b05522a4a9acc10a8c63db051a7d9d74456ad467",
    ),
    (
        1,
        64,
        true,
        "d1a527b6288c0e6147d0e6126efd28f045feef0319b7d939a15d906735ac8741",
    ),
    (
        2,
        128,
        true,
        "782e4f5ab75854eefa650917892db8d7c6648a8ce34616f097bb4ec2c7a47a4e",
    ),
    (
        7777777,
        96,
        false,
        "5bba93536d662132b1320bfbb1e6efed77092f6a0483099f6dfc5b19b3fc2cad",
    ),
];

/// SHA-256 over everything [`draw`] returns: all pictures, the tissue codes, the lesion planes and
/// the mask, planes as 8-bit values.
pub fn digest(anatomy: Anatomy, seed: u64, size: usize, lesion: bool) -> [u8; 32] {
    let phantom = draw(anatomy, seed, size, lesion);
    let mut hash = Sha256::new();
    for (_, image) in &phantom.images {
        hash.update(image.to_u8());
    }
    hash.update(&phantom.tissue);
    for plane in phantom.label.iter().chain([&phantom.mask]) {
        hash.update(plane.to_u8());
    }
    hash.finalize().into()
}

/// SHA-256 over a fundus photograph and its planes as 8-bit values, its tissue codes and the bits of
/// its centres.
fn fundus_digest(seed: u64, size: usize, retinopathy: bool) -> [u8; 32] {
    let images = Fundus::random(seed, FundusOptions { retinopathy }).render(size);
    let mut hash = Sha256::new();
    let truth = [&images.mask, &images.artery, &images.vein, &images.lesion];
    for plane in images.rgb.iter().chain(truth) {
        hash.update(plane.to_u8());
    }
    hash.update(&images.tissue);
    for (x, y) in [images.disc, images.fovea] {
        hash.update(x.to_le_bytes());
        hash.update(y.to_le_bytes());
    }
    hash.finalize().into()
}

/// Draws every golden picture; the error lists those that differ, with the digest found.
pub fn check() -> Result<(), String> {
    let fundi = FUNDI
        .iter()
        .filter_map(|&(seed, size, retinopathy, digest)| {
            let found = data_encoding::HEXLOWER.encode(&fundus_digest(seed, size, retinopathy));
            (found != digest).then(|| format!("Fundus {seed} {size} {retinopathy}: {found}"))
        });
    let wrong: Vec<String> = GOLDEN.iter().filter_map(difference).chain(fundi).collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}

fn difference(golden: &Golden) -> Option<String> {
    let Golden {
        anatomy,
        seed,
        size,
        lesion,
        digest: expected,
    } = *golden;
    let found = data_encoding::HEXLOWER.encode(&digest(anatomy, seed, size, lesion));
    (found != expected).then(|| format!("{anatomy:?} {seed} {size} {lesion}: {found}"))
}
