//! What headers say of the files of a data set: enough to see what would be refused for lying elsewhere, without reading a
//! pixel.

use super::grid::Grid;
use super::volumes::{header_of, is_volume};
use super::{Picture, Record, raster};
use crate::files;
use anyhow::{Context, Result};
use flate2::read::MultiGzDecoder;
use rayon::prelude::*;
use scanweave::formats::{dicom, gzip, outline};
use scanweave::study::Study;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

/// The longest header of a volume, bytes.
const HEAD: u64 = 1 << 16;
/// What labels are called beside the modalities.
const LABEL: &str = "label";

/// What the headers say.
#[derive(Debug, Default, PartialEq)]
pub struct Glance {
    /// Per modality, and of labels, how the files lie, with the number of items.
    pub grids: BTreeMap<String, BTreeMap<String, usize>>,
    /// Why items would be refused, one sentence each.
    pub refused: Vec<String>,
    /// Of each item that is a whole volume, which becomes slices, how many it has; none where its header does not tell.
    pub whole: Vec<Option<usize>>,
}

/// The grid of a file; none of DICOM, a file or a folder of slices, whose header has no end to stop at.
type Seen = Result<Option<Grid>, String>;

/// Looks at the headers of all files that the records name, in parallel, each file once. With `resample` volumes that lie
/// apart are not refused.
pub fn glance(records: &[Record], study: &Study, resample: bool) -> Glance {
    let pictures = records.iter().flat_map(pictures);
    let paths: BTreeSet<&Path> = pictures.flat_map(Picture::paths).collect();
    let seen: BTreeMap<&Path, Seen> = paths
        .into_par_iter()
        .map(|path| (path, grid(path).map_err(|error| format!("{error:#}"))))
        .collect();
    let mut glance = Glance::default();
    for record in records {
        if let Err(error) = glance.add(record, study, &seen, resample) {
            let refused = error.context(record.source.clone());
            glance.refused.push(format!("{refused:#}"));
        }
    }
    glance
}

fn pictures(record: &Record) -> impl Iterator<Item = &Picture> {
    let content = &record.content;
    content.images().chain(content.label())
}

impl Glance {
    /// Counts the files of a record, up to the first that would be refused.
    fn add(
        &mut self,
        record: &Record,
        study: &Study,
        seen: &BTreeMap<&Path, Seen>,
        resample: bool,
    ) -> Result<()> {
        let is_whole = |image: &Picture| image.slice.is_none() && is_volume(&image.path);
        let is_whole = record.content.images().next().is_some_and(is_whole);
        let images = record.content.slots().iter().zip(&study.modalities);
        let images = images.filter_map(|(image, modality)| Some((image.as_ref()?, &modality.name)));
        let mut first: Option<&Grid> = None;
        for (image, modality) in images {
            let Some(grid) = self.count(image, modality, seen)? else {
                continue;
            };
            if is_brought(grid, first, resample) {
                continue;
            }
            check_slice(image, grid)?;
            match first {
                Some(first) => grid.check_image(first)?,
                None => first = Some(grid),
            }
        }
        for label in record.content.label().into_iter().flat_map(Picture::files) {
            if let Some(grid) = self.count(&label, LABEL, seen)?
                && !is_brought(grid, first, resample)
            {
                check_slice(&label, grid)?;
                grid.check_label(first)?;
            }
        }
        if is_whole {
            self.whole.push(first.and_then(Grid::slices));
        }
        Ok(())
    }

    /// Counts one file; its grid.
    fn count<'a>(
        &mut self,
        picture: &Picture,
        what: &str,
        seen: &'a BTreeMap<&Path, Seen>,
    ) -> Result<Option<&'a Grid>> {
        let found = seen.get(picture.path.as_path());
        let grid = match found.context("it was not looked at")? {
            Ok(grid) => grid.as_ref(),
            Err(error) => anyhow::bail!("{error}"),
        };
        let words = grid.map_or_else(|| "a DICOM file".to_owned(), Grid::in_words);
        let counts = self.grids.entry(what.to_owned()).or_default();
        *counts.entry(words).or_default() += 1;
        Ok(grid)
    }
}

fn is_brought(grid: &Grid, first: Option<&Grid>, resample: bool) -> bool {
    resample && first.is_some_and(|first| grid.is_brought_onto(first))
}

fn check_slice(picture: &Picture, grid: &Grid) -> Result<()> {
    picture
        .slice
        .map_or(Ok(()), |slice| grid.check_slice(slice))
}

fn grid(path: &Path) -> Result<Option<Grid>> {
    if !is_volume(path) {
        return Ok(Some(Grid::flat(path, raster::sides(path)?)));
    }
    if path.is_dir() {
        return Ok(None);
    }
    let named = || path.display().to_string();
    let head = head(&header_of(path)).with_context(named)?;
    if dicom::is_dicom(&head) {
        return Ok(None);
    }
    let outline = outline(&head).with_context(named)?;
    Ok(Some(Grid::of_outline(path, &outline)))
}

/// The first bytes of a volume, inflated where gzip has compressed all of it.
fn head(path: &Path) -> Result<Vec<u8>> {
    let bytes = files::read_head(path, HEAD)?;
    if !bytes.starts_with(&gzip::MAGIC) {
        return Ok(bytes);
    }
    let mut inflated = Vec::new();
    let decoder = MultiGzDecoder::new(&bytes[..]);
    // What was read ends somewhere: as much as there is will do.
    let ended = decoder.take(HEAD).read_to_end(&mut inflated);
    if inflated.is_empty() {
        ended.context(
            "the compressed file is damaged or cut short: copy it again from its source",
        )?;
    }
    Ok(inflated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Content;
    use flate2::{Compression, write::GzEncoder};
    use scanweave::formats::nifti;
    use scanweave::image::Plane;
    use std::io::Write as _;

    fn record(name: &str, images: Vec<Option<Picture>>, label: Option<Picture>) -> Record {
        Record {
            subject: name.into(),
            split: None,
            class: None,
            source: name.into(),
            content: Content::Files {
                images,
                label,
                boxes: None,
            },
        }
    }

    #[test]
    fn headers_tell_how_files_lie_and_what_would_be_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let slices = |side: usize, depth: usize| {
            let slice = |z: usize| Plane::from_fn(side, side, move |x, y| ((x * y + z) % 9) as f32);
            let slices: Vec<_> = (0..depth).map(slice).collect();
            nifti::write(&slices, [1.0, 1.0, 5.0], "").expect("a volume")
        };
        std::fs::write(at("t1.nii"), slices(40, 3)).expect("a file");
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&slices(300, 4)).expect("in memory");
        let packed = packed.finish().expect("in memory");
        // Of the voxels hardly anything is there, and nobody asks.
        std::fs::write(at("flair.nii.gz"), &packed[..packed.len() / 2]).expect("a file");
        let grey = image::GrayImage::new(8, 6);
        grey.save(at("a.png")).expect("a picture");
        std::fs::write(at("b.png"), b"<!DOCTYPE html>").expect("a file");
        let picture = |name: &str, slice| Picture {
            slice,
            ..at(name).into()
        };
        let study = Study::named("brain-mri").expect("built in");
        let [t1, flair] = ["t1.nii", "flair.nii.gz"].map(|name| Some(picture(name, Some(2))));
        let flat = |name: &str| Some(picture(name, None));
        let records = [
            record("alone", vec![t1.clone(), None, None], None),
            record("apart", vec![t1.clone(), None, flair], None),
            record("flat", vec![None, flat("a.png"), None], flat("a.png")),
            record("page", vec![None, flat("b.png"), None], None),
            record("gone", vec![None, flat("c.png"), None], None),
            record(
                "beyond",
                vec![Some(picture("t1.nii", Some(3))), None, None],
                None,
            ),
        ];
        let glance = glance(&records, &study, false);
        let count = |what: &str, begin: &str| {
            let kinds = glance.grids.get(what)?;
            let mut kinds = kinds.iter().filter(|(words, _)| words.starts_with(begin));
            kinds.next().map(|(_, count)| *count)
        };
        let deep = "40 x 40 x 3 voxels of 1.00 x 1.00 x 5.00 mm, stored ";
        assert_eq!(count("t1", deep), Some(3), "{glance:?}");
        assert_eq!(count("flair", "300 x 300 x 4 voxels of"), Some(1));
        assert_eq!(count("t1c", "8 x 6 pixels"), Some(1));
        assert_eq!(count("label", "8 x 6 pixels"), Some(1));
        let said = [
            ["apart", "300 x 300"],
            ["page", "web page"],
            ["gone", "cannot be opened"],
            ["beyond", "no slice 3"],
        ];
        let resampled = super::glance(&records, &study, true).refused;
        assert_eq!(resampled, glance.refused[1..]);
        assert_eq!(glance.refused.len(), said.len(), "{:?}", glance.refused);
        for (refused, words) in glance.refused.iter().zip(said) {
            assert!(words.iter().all(|word| refused.contains(word)), "{refused}");
        }
    }
}
