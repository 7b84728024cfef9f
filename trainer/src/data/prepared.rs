//! The prepared data file (`.scan`): one file that the training loop reads whole.
//!
//! Layout: magic, format version, length of the header, header (postcard), payload, SHA-256 of all
//! that precedes. The payload holds per item, in order, its images (one byte per value, channel after channel), structure
//! map and mask (one bit per pixel), and its lesion mask if it has one (one byte per pixel); classes
//! and boxes stand in the header. The digest is the fingerprint by which a run recognises its data.

use super::Split;
use crate::files;
use anyhow::{Context, Result, bail, ensure};
use data_encoding::HEXLOWER;
use scanweave::label::{Kept, Label, LabelKind};
use scanweave::study::{Extraction, MaskSettings, Modality};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

const MAGIC: &[u8; 8] = b"SCANDATA";
/// To be raised whenever the header's types change: postcard does not describe itself.
const VERSION: u32 = 7;
/// The largest side of images, pixels; `data prepare` makes no larger ones.
const MAX_SIZE: usize = 1024;
/// Magic, version, header length.
const PREAMBLE: usize = 8 + 4 + 8;
const DIGEST: usize = 32;

/// What holds for all items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Name of the study that the data was prepared with.
    pub study: String,
    /// Side of every image, pixels.
    pub size: usize,
    /// The modalities, in the order of [`Item::images`].
    pub modalities: Vec<Modality>,
    /// What the labels are.
    pub label: LabelKind,
    /// The values of algorithm 1 that were used.
    pub extraction: Extraction,
    /// The values of algorithm 2 that were used.
    pub mask: MaskSettings,
}

/// One case.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Who was imaged.
    pub subject: String,
    /// Which part of the data the item belongs to.
    pub split: Split,
    /// Where the item came from.
    pub source: String,
    /// Per modality `size * size` values of each of its channels, 0..=255, channel after channel, or nothing.
    pub images: Vec<Option<Vec<u8>>>,
    /// `size * size` values, 1 on a line.
    pub structure: Vec<u8>,
    /// `size * size` values, 1 on the background.
    pub mask: Vec<u8>,
    /// Its label, of the header's kind; pixels are those of the working size.
    pub label: Label,
}

/// A data set, ready for training.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// What holds for all items.
    pub header: Header,
    /// SHA-256 of the file, hexadecimal.
    pub fingerprint: String,
    /// The items, sorted by source as the reader listed them.
    pub items: Vec<Item>,
}

/// The header as it stands in the file.
#[derive(Serialize, Deserialize)]
struct Index {
    header: Header,
    items: Vec<Entry>,
}

/// An item without its pixels.
#[derive(Serialize, Deserialize)]
struct Entry {
    subject: String,
    split: Split,
    source: String,
    images: Vec<bool>,
    label: Kept,
}

impl Prepared {
    /// A data set from its items.
    ///
    /// # Panics
    /// When a plane of an item does not have `size * size` values.
    pub fn new(header: Header, items: Vec<Item>) -> Self {
        let mut prepared = Self {
            header,
            fingerprint: String::new(),
            items,
        };
        let bytes = prepared.to_bytes();
        prepared.fingerprint = HEXLOWER.encode(&bytes[bytes.len() - DIGEST..]);
        prepared
    }

    /// Reads a data file.
    ///
    /// # Errors
    /// When the file is no data file, was prepared by another build or is damaged; the error names it and
    /// says how to make a new one.
    pub fn open(path: &Path) -> Result<Self> {
        let bytes = files::read_whole(path, files::DATA)?;
        if let Some(version) = foreign_version(&bytes) {
            let build = if version < VERSION {
                "an earlier"
            } else {
                "a later"
            };
            bail!(
                "{} was prepared by {build} build (its format is {version}, this build reads {VERSION}): prepare it again with `scanweave data prepare --out {0} ..`",
                path.display()
            );
        }
        Self::from_bytes(&bytes).with_context(|| {
            format!(
                "{} is not a usable data file: make it anew with scanweave data prepare",
                path.display()
            )
        })
    }

    /// Whether `path` is a file that begins as one of prepared data does.
    pub fn is_in(path: &Path) -> bool {
        let mut start = Vec::new();
        let file = path.is_file().then(|| File::open(path));
        let read = file.map(|f| f?.take(MAGIC.len() as u64).read_to_end(&mut start));
        read.is_some_and(|r| r.is_ok()) && start == MAGIC
    }

    /// Writes the data file, whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written; the error names it.
    pub fn save(&self, path: &Path) -> Result<()> {
        files::write_output(path, &self.to_bytes())
    }

    fn to_bytes(&self) -> Vec<u8> {
        let index = Index {
            header: self.header.clone(),
            items: self.items.iter().map(Entry::of).collect(),
        };
        let index = postcard::to_stdvec(&index).expect("plain data in memory");
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend((index.len() as u64).to_le_bytes());
        bytes.extend(index);
        for item in &self.items {
            item.write_pixels(&mut bytes, &self.header);
        }
        let digest = Sha256::digest(&bytes);
        bytes.extend(digest);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self> {
        ensure!(
            bytes.starts_with(MAGIC),
            "it does not begin as a data file does"
        );
        ensure!(bytes.len() >= PREAMBLE + DIGEST, "it is cut off");
        ensure!(
            foreign_version(bytes).is_none(),
            "it is of another build's format"
        );
        let (body, digest) = bytes.split_at(bytes.len() - DIGEST);
        ensure!(
            Sha256::digest(body)[..] == *digest,
            "it is cut off or damaged (its SHA-256 does not match)"
        );
        let length = u64::from_le_bytes(bytes[12..PREAMBLE].try_into()?);
        let length = usize::try_from(length)
            .ok()
            .filter(|&l| l <= body.len() - PREAMBLE);
        let Some(length) = length else {
            bail!("its header is longer than the file")
        };
        let index: Index = postcard::from_bytes(&body[PREAMBLE..PREAMBLE + length])
            .context("its header is damaged")?;
        let items = read_items(&index, &body[PREAMBLE + length..])?;
        Ok(Self {
            header: index.header,
            fingerprint: HEXLOWER.encode(digest),
            items,
        })
    }
}

impl Entry {
    fn of(item: &Item) -> Self {
        Self {
            subject: item.subject.clone(),
            split: item.split,
            source: item.source.clone(),
            images: item.images.iter().map(Option::is_some).collect(),
            label: item.label.kept().0,
        }
    }

    /// Bytes of the item's pixels, `area` pixels per plane.
    fn length(&self, area: usize, modalities: &[Modality]) -> Option<usize> {
        let images = self.images.iter().zip(modalities);
        let planes = images.filter(|(present, _)| **present);
        let planes = planes.map(|(_, m)| m.channels.count()).sum();
        let whole = area
            .checked_mul(planes)?
            .checked_add(self.label.pixels(area))?;
        whole.checked_add(2 * area.div_ceil(8))
    }
}

impl Item {
    /// Whether it has an image of the modality at this place of the header's.
    pub fn has(&self, modality: usize) -> bool {
        self.images.get(modality).is_some_and(Option::is_some)
    }

    fn write_pixels(&self, bytes: &mut Vec<u8>, header: &Header) {
        let area = header.size * header.size;
        for (image, modality) in self.images.iter().zip(&header.modalities) {
            let Some(image) = image else { continue };
            let whole = modality.channels.count() * area;
            assert_eq!(image.len(), whole, "{}: whole images", self.source);
            bytes.extend(image);
        }
        whole_bits(&self.structure, area, bytes);
        whole_bits(&self.mask, area, bytes);
        let (kept, pixels) = self.label.kept();
        assert_eq!(
            pixels.len(),
            kept.pixels(area),
            "{}: planes of the working size",
            self.source
        );
        bytes.extend(pixels);
    }
}

fn whole_bits(plane: &[u8], area: usize, bytes: &mut Vec<u8>) {
    assert_eq!(plane.len(), area, "planes of the working size");
    let pack = |eight: &[u8]| {
        eight
            .iter()
            .enumerate()
            .fold(0, |byte, (i, &bit)| byte | ((bit & 1) << i))
    };
    bytes.extend(plane.chunks(8).map(pack));
}

fn read_items(index: &Index, mut payload: &[u8]) -> Result<Vec<Item>> {
    let header = &index.header;
    ensure!(
        (1..=MAX_SIZE).contains(&header.size),
        "its images have {} px, and 1 to {MAX_SIZE} are possible",
        header.size
    );
    let area = header.size * header.size;
    let modalities = &header.modalities;
    let mut lengths = index.items.iter().map(|e| e.length(area, modalities));
    let total = lengths.try_fold(0_usize, |sum, length| sum.checked_add(length?));
    ensure!(
        total == Some(payload.len()),
        "its header does not fit its payload"
    );
    let mut items = Vec::with_capacity(index.items.len());
    for entry in &index.items {
        check_entry(entry, header)?;
        let images = entry.images.iter().zip(modalities);
        let images = images.map(|(&present, modality)| {
            let whole = modality.channels.count() * area;
            present.then(|| take(&mut payload, whole).to_vec())
        });
        let images = images.collect();
        let bits = area.div_ceil(8);
        items.push(Item {
            subject: entry.subject.clone(),
            split: entry.split,
            source: entry.source.clone(),
            images,
            structure: unpacked(take(&mut payload, bits), area),
            mask: unpacked(take(&mut payload, bits), area),
            label: restored(entry, header, take(&mut payload, entry.label.pixels(area)))?,
        });
    }
    Ok(items)
}

fn check_entry(entry: &Entry, header: &Header) -> Result<()> {
    let name = &entry.source;
    ensure!(
        entry.images.len() == header.modalities.len(),
        "item {name} has another number of modalities"
    );
    Ok(())
}

fn restored(entry: &Entry, header: &Header, pixels: &[u8]) -> Result<Label> {
    let label = entry.label.restored(&header.label, header.size, pixels);
    label.with_context(|| format!("the label of item {} cannot be", entry.source))
}

/// The format of a data file that another build wrote.
fn foreign_version(bytes: &[u8]) -> Option<u32> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let version = u32::from_le_bytes(*rest.first_chunk()?);
    (version != VERSION).then_some(version)
}

/// The next `length` bytes; the total was checked before.
fn take<'a>(payload: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (head, tail) = payload.split_at(length);
    *payload = tail;
    head
}

fn unpacked(bits: &[u8], area: usize) -> Vec<u8> {
    (0..area).map(|i| (bits[i / 8] >> (i % 8)) & 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::label::{ClassMap, LabelBox};
    use scanweave::study::Study;

    fn sample() -> Prepared {
        let study = Study::named("phantom-brain").expect("built in");
        let header = Header {
            study: study.name.clone(),
            size: 5,
            modalities: study.modalities.clone(),
            label: study.lesion.clone(),
            extraction: study.extraction_at(64),
            mask: study.mask_at(64),
        };
        let bits = |step: usize| {
            (0..25)
                .map(|i| u8::from(i % step == 0))
                .collect::<Vec<u8>>()
        };
        let item = |i: u8, label| Item {
            subject: format!("s{i}"),
            split: if i == 0 { Split::Train } else { Split::Test },
            source: format!("{i}.png"),
            images: vec![Some(vec![i; 25]), None, Some(vec![9; 25]), None],
            structure: bits(3),
            mask: bits(7),
            label,
        };
        let mask = ClassMap::new(5, 5, vec![2; 25]).expect("a mask");
        Prepared::new(
            header,
            vec![item(0, Label::None), item(1, Label::Mask(mask))],
        )
    }

    #[test]
    fn a_file_comes_back_as_it_was() {
        let path =
            std::env::temp_dir().join(format!("scanweave-prepared-{}.scan", std::process::id()));
        let prepared = sample();
        prepared.save(&path).expect("saved");
        assert_eq!(Prepared::open(&path).expect("opened"), prepared);
        std::fs::remove_file(&path).expect("removed");
        let missing = format!("{:#}", Prepared::open(&path).expect_err("gone"));
        assert!(missing.contains("scanweave-prepared"), "{missing}");
    }

    #[test]
    fn every_channel_comes_back() {
        let mut prepared = sample();
        prepared.header.modalities[0].channels = scanweave::study::Channels::Colour;
        prepared.header.modalities[2].channels = scanweave::study::Channels::Neighbours;
        for item in &mut prepared.items {
            item.images[0] = Some((0..75).collect());
            item.images[2] = Some((100..175).collect());
        }
        let read = Prepared::from_bytes(&prepared.to_bytes()).expect("sound");
        assert_eq!(read.header, prepared.header);
        assert_eq!(read.items, prepared.items);
    }

    #[test]
    fn a_file_cut_or_flipped_anywhere_is_refused() {
        let bytes = sample().to_bytes();
        for length in 0..bytes.len() {
            assert!(
                Prepared::from_bytes(&bytes[..length]).is_err(),
                "cut at {length}"
            );
            let mut flipped = bytes.clone();
            flipped[length] ^= 0x10;
            assert!(
                Prepared::from_bytes(&flipped).is_err(),
                "flipped at {length}"
            );
        }
    }

    #[test]
    fn a_header_that_lies_is_refused() {
        let mut prepared = sample();
        prepared.items[0].label = Label::Class(0);
        let error = Prepared::from_bytes(&prepared.to_bytes()).expect_err("a class for a mask");
        let error = format!("{error:#}");
        assert!(
            error.contains("0.png") && error.contains("masks"),
            "{error}"
        );
        let mut bytes = sample().to_bytes();
        bytes.truncate(bytes.len() - DIGEST);
        bytes[12..20].copy_from_slice(&u64::MAX.to_le_bytes());
        let digest = Sha256::digest(&bytes);
        bytes.extend(digest);
        let error = Prepared::from_bytes(&bytes).expect_err("absurd length");
        assert!(
            error.to_string().contains("longer than the file"),
            "{error}"
        );
    }

    #[test]
    fn sizes_that_cannot_be_are_refused_before_memory_is_asked_for() {
        let file = |size, items| {
            let header = Header {
                size,
                ..sample().header
            };
            let index = postcard::to_stdvec(&Index { header, items }).expect("plain data");
            let mut bytes = [MAGIC.as_slice(), &VERSION.to_le_bytes()].concat();
            bytes.extend((index.len() as u64).to_le_bytes());
            bytes.extend(index);
            let digest = Sha256::digest(&bytes);
            bytes.extend(digest);
            Prepared::from_bytes(&bytes).map(|data| data.items.len())
        };
        assert_eq!(file(1024, Vec::new()).expect("an empty set"), 0);
        for size in [0, 1025, 20_000, 1 << 31, usize::MAX] {
            let error = file(size, Vec::new()).expect_err("no size").to_string();
            let said = [size.to_string(), "1024".into()];
            assert!(said.iter().all(|part| error.contains(part)), "{error}");
        }
        let items = sample().items.iter().map(Entry::of).collect();
        let error = file(1024, items).expect_err("no pixels").to_string();
        assert!(error.contains("does not fit its payload"), "{error}");
    }

    #[test]
    fn boxes_come_back_as_they_were_and_unknown_ones_do_not() {
        let mut prepared = sample();
        prepared.header.label = LabelKind::Boxes(vec!["nodule".into()]);
        let one = LabelBox {
            class: 0,
            left: 0.5,
            top: 1.0,
            right: 2.25,
            bottom: 4.0,
        };
        prepared.items[0].label = Label::Boxes(vec![one, one]);
        prepared.items[1].label = Label::Boxes(Vec::new());
        let read = Prepared::from_bytes(&prepared.to_bytes()).expect("sound");
        assert_eq!(read.items, prepared.items);
        for wrong in [LabelBox { class: 1, ..one }, LabelBox { right: 0.5, ..one }] {
            prepared.items[1].label = Label::Boxes(vec![wrong]);
            let error = Prepared::from_bytes(&prepared.to_bytes()).expect_err("no box");
            assert!(error.to_string().contains("1.png"), "{error}");
        }
    }

    #[test]
    fn a_file_of_an_earlier_build_says_what_to_do() {
        let folder = std::env::temp_dir().join(format!("scanweave-earlier-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("old.scan");
        for (version, build) in [(2_u32, "an earlier"), (VERSION + 1, "a later")] {
            let mut bytes = sample().to_bytes();
            bytes[8..12].copy_from_slice(&version.to_le_bytes());
            std::fs::write(&path, bytes).expect("written");
            let error = format!("{:#}", Prepared::open(&path).expect_err("another format"));
            let said = [
                build,
                "old.scan",
                "prepare it again with `scanweave data prepare",
            ];
            assert!(said.iter().all(|part| error.contains(part)), "{error}");
        }
        std::fs::remove_dir_all(folder).expect("removed");
    }
}
