//! A checkpoint: everything that a resumed training needs, in one file.
//!
//! Magic, length-prefixed postcard body, SHA-256 over both. It is written whole or not at all, and
//! a damaged one is recognised before anything is loaded from it.

use std::path::Path;

use anyhow::{Context as _, bail};
use data_encoding::HEXLOWER;
use scanweave::train::steps::Section;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::files;

const MAGIC: &[u8; 8] = b"SWCKPT01";

/// The state of a stage after `step` steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Steps done.
    pub step: u64,
    /// Seconds spent in steps, over all sittings.
    pub seconds: f64,
    /// Named blobs of the stage.
    pub sections: Vec<Section>,
}

impl Checkpoint {
    /// Writes the checkpoint, whole or not at all.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(postcard::to_stdvec(self)?);
        let digest = Sha256::digest(&bytes);
        bytes.extend_from_slice(&digest);
        files::write_whole(path, &bytes)
    }

    /// Reads a checkpoint and verifies it.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = files::read_whole(path, files::DATA)?;
        Self::parse(&bytes).with_context(|| format!("the checkpoint {} is damaged", path.display()))
    }

    fn parse(bytes: &[u8]) -> anyhow::Result<Self> {
        let Some((body, digest)) = bytes.split_last_chunk::<32>() else {
            bail!("it is cut off")
        };
        if !body.starts_with(MAGIC) {
            bail!("it is not a checkpoint of this version");
        }
        if Sha256::digest(body).as_slice() != digest {
            bail!("its checksum is wrong: it was cut off or changed");
        }
        Ok(postcard::from_bytes(&body[MAGIC.len()..])?)
    }

    /// SHA-256 of the sections, as lower-case hex: names what was trained. A training that is repeated gives it again. Sections
    /// that earlier builds wrote hold random ids, and keep the name that they had.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for (name, bytes) in &self.sections {
            hash.update(name.as_bytes());
            hash.update(bytes);
        }
        HEXLOWER.encode(&hash.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_and_every_flipped_byte_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ckpt");
        let checkpoint = Checkpoint {
            step: 7,
            seconds: 1.5,
            sections: vec![("a".into(), vec![1, 2, 3])],
        };
        checkpoint.write(&path).unwrap();
        assert_eq!(Checkpoint::read(&path).unwrap(), checkpoint);
        let bytes = std::fs::read(&path).unwrap();
        for cut in 0..bytes.len() {
            assert!(Checkpoint::parse(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x40;
            assert!(Checkpoint::parse(&flipped).is_err(), "flipped at {at}");
        }
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "no temporary file stays"
        );
    }
}
