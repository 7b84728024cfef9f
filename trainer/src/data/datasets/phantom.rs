//! Phantoms as a data set: no files, no patients, and the same items on every machine.

use crate::data::{Content, Record};
use anyhow::{Context as _, Result};
use scanweave::phantom::Anatomy;
use scanweave::study::Study;

/// The anatomy that a study of these modalities is drawn from.
///
/// # Errors
/// When no phantom shows all of them.
pub fn anatomy(modalities: &[String]) -> Result<Anatomy> {
    Anatomy::showing(modalities).with_context(|| {
        format!(
            "no phantom shows the modalities {}: choose --study phantom-thorax, phantom-brain or phantom-fundus, or a study of your own of their modalities",
            modalities.join(", ")
        )
    })
}

/// `count` phantoms of a series: healthy and diseased in turn, each a subject of its own. Item `i`
/// depends on `seed` and `i` alone.
///
/// # Errors
/// As [`anatomy`].
pub fn records(study: &Study, count: usize, seed: u64) -> Result<Vec<Record>> {
    anatomy(&study.modality_names())?;
    let record = |i: usize| Record {
        subject: format!("phantom-{i:06}"),
        split: None,
        class: Some(i % 2),
        source: format!("seed {seed}, {i:06}"),
        content: content(seed, i),
    };
    Ok((0..count).map(record).collect())
}

/// What is drawn for item `index` of a series.
fn content(seed: u64, index: usize) -> Content {
    Content::Phantom {
        seed: series_seed(seed, index),
        lesion: index % 2 == 1,
    }
}

/// What was drawn for the item of this [`Record::source`], to draw its truth again; `None` for a
/// source that [`records`] did not write.
pub fn content_of(source: &str) -> Option<Content> {
    let (seed, index) = source.strip_prefix("seed ")?.split_once(", ")?;
    Some(content(seed.parse().ok()?, index.parse().ok()?))
}

/// Seeds of neighbouring series do not overlap.
fn series_seed(seed: u64, index: usize) -> u64 {
    seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(index as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_reproducible_and_alternates() {
        let study = Study::named("phantom-thorax").expect("built in");
        let series = records(&study, 4, 7).expect("phantoms");
        assert_eq!(series, records(&study, 4, 7).expect("phantoms"));
        let classes: Vec<_> = series.iter().map(|r| r.class).collect();
        assert_eq!(classes, [Some(0), Some(1), Some(0), Some(1)]);
        let other = records(&study, 4, 8).expect("phantoms");
        assert!(
            series
                .iter()
                .all(|r| other.iter().all(|o| o.content != r.content))
        );
        for record in series.iter().chain(&other) {
            assert_eq!(content_of(&record.source).as_ref(), Some(&record.content));
        }
        assert_eq!(content_of("scan-7.png"), None);
        let real = Study::named("lung-ct").expect("built in");
        let error = records(&real, 1, 0).expect_err("no phantom has it");
        assert!(error.to_string().contains("the modalities ct"), "{error}");
    }
}
