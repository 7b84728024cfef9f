//! The greys that the JPEG labels of a data set are drawn in.
//!
//! A JPEG holds no numbers of classes: they would drown in its noise. It may hold greys far apart, and which class each
//! means is plain where the labels together have as many as there are classes and one more, the background. One label
//! would not tell, since it lacks the classes that it does not show: all of them are asked.

use super::raster::Numbers;
use super::tones::{APART, Tones};
use anyhow::{Result, anyhow, bail, ensure};

/// Pixels are flat where their neighbours differ by no more: an edge, and what rings beside it, is not.
const FLAT: f32 = 8.0;
/// Bins around a peak that belong to it.
const WIDTH: usize = 8;
/// What is so much smaller than a peak nearby is its tail, and than the last of the classes is noise.
const SMALL: f64 = 0.05;
/// Flat pixels that are in the peaks, of all flat pixels.
const NEARLY_ALL: f64 = 0.98;
/// The darkest grey, up to this, is the background.
const BLACK: f32 = 16.0;

/// How many flat pixels have each grey, over any number of labels.
#[derive(Debug, Clone)]
pub struct Histogram {
    flat: Vec<u64>,
    largest: f32,
}

/// What the greys of JPEG labels mean, or why that is not known.
#[derive(Debug)]
pub struct Greys(Result<(Tones, String), String>);

impl Histogram {
    /// Of no label.
    pub fn new() -> Self {
        Self {
            flat: vec![0; 256],
            largest: 0.0,
        }
    }

    /// Of one label.
    pub fn of(label: &Numbers) -> Self {
        let mut found = Self::new();
        let (width, height) = (label.width, label.height);
        for y in 1..height.saturating_sub(1) {
            for x in 1..width.saturating_sub(1) {
                let (mut low, mut high) = (f32::MAX, f32::MIN);
                for row in y - 1..=y + 1 {
                    for value in &label.values[row * width + x - 1..=row * width + x + 1] {
                        (low, high) = (low.min(*value), high.max(*value));
                    }
                }
                if high - low <= FLAT {
                    found.flat[label.values[y * width + x].clamp(0.0, 255.0) as usize] += 1;
                }
            }
        }
        found.largest = label.values.iter().copied().fold(0.0, f32::max);
        found
    }

    /// Of the labels of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let both = self.flat.iter().zip(&other.flat);
        Self {
            flat: both.map(|(one, other)| one + other).collect(),
            largest: self.largest.max(other.largest),
        }
    }

    /// Greys with the number of pixels that have them, the most frequent first.
    fn peaks(&self) -> Result<Vec<(f32, u64)>> {
        let mut left = self.flat.clone();
        let mut peaks: Vec<(f32, u64)> = Vec::new();
        while let Some((top, _)) = (0..left.len()).zip(&left).max_by_key(|(_, n)| **n)
            && left[top] > 0
        {
            let bins = top.saturating_sub(WIDTH)..(top + WIDTH + 1).min(left.len());
            let count: u64 = left[bins.clone()].iter().sum();
            let sum: u64 = bins.clone().map(|bin| bin as u64 * left[bin]).sum();
            let grey = (sum as f64 / count as f64).round() as f32;
            left[bins].fill(0);
            let mut stronger = peaks.iter();
            match stronger.find(|(other, _)| (grey - other).abs() < APART) {
                Some(&(other, of)) => ensure!(
                    (count as f64) < SMALL * of as f64,
                    "the JPEG labels have the greys {other} and {grey}, which JPEG does not keep apart (at least {APART} are needed)"
                ),
                None => peaks.push((grey, count)),
            }
        }
        Ok(peaks)
    }

    /// The greys of `count` tones, from dark to bright.
    fn tones(&self, count: usize) -> Result<Vec<f32>> {
        ensure!(
            self.largest > BLACK,
            "the JPEG labels hold values up to {} alone, and JPEG changes values by as much: numbers of classes cannot be told from its noise",
            self.largest
        );
        let mut peaks = self.peaks()?;
        peaks.sort_by_key(|(_, pixels)| std::cmp::Reverse(*pixels));
        let weakest = peaks.get(count - 1).map_or(0, |(_, pixels)| *pixels);
        peaks.retain(|(_, pixels)| *pixels as f64 > SMALL * weakest as f64);
        let held: u64 = peaks.iter().take(count).map(|(_, pixels)| pixels).sum();
        let all: u64 = self.flat.iter().sum();
        let mut greys: Vec<f32> = peaks.iter().map(|(grey, _)| *grey).collect();
        greys.sort_by(f32::total_cmp);
        if greys.len() != count || (held as f64) < NEARLY_ALL * all as f64 {
            bail!(
                "the JPEG labels have areas of {}, and {} lesion classes and the background would be {count} greys",
                listed(&greys),
                count - 1
            );
        }
        ensure!(
            greys[0] <= BLACK,
            "the darkest grey of the JPEG labels is {}, and the background would be black",
            greys[0]
        );
        Ok(greys)
    }
}

impl Greys {
    /// What the greys of these labels mean, for classes of these names: the darkest none, the others the classes in
    /// their order.
    pub fn of(labels: &Histogram, classes: &[String]) -> Self {
        let understood = || {
            let greys = labels.tones(classes.len() + 1)?;
            let named = greys[1..].iter().zip(classes);
            let named = named.map(|(grey, class)| format!("{class} is {grey}"));
            let told = format!(
                "the greys of JPEG labels are taken for the classes in their order, from dark to bright: {}. If that is wrong, name them with --legend",
                named.collect::<Vec<_>>().join(", ")
            );
            let tones = greys
                .iter()
                .zip(0..)
                .map(|(&grey, class)| ([grey; 3], class));
            Ok::<_, anyhow::Error>((Tones::new(tones.collect())?, told))
        };
        Self(understood().map_err(|error| format!("{error:#}")))
    }

    /// The tones, and how they were understood.
    ///
    /// # Errors
    /// When that is not known; the error says why, and what to do.
    pub fn tones(&self) -> Result<(&Tones, &str)> {
        let known = self.0.as_ref();
        let (tones, told) = known.map_err(|why| {
            anyhow!("{why}: save the labels as PNG, or name the greys of the classes with --legend (#808080 is grey 128), if they are at least {APART} apart")
        })?;
        Ok((tones, told))
    }
}

fn listed(greys: &[f32]) -> String {
    const SHOWN: usize = 8;
    let mut words: Vec<String> = greys.iter().take(SHOWN).map(f32::to_string).collect();
    words.extend((greys.len() > SHOWN).then(|| "..".into()));
    let s = if greys.len() == 1 { "" } else { "s" };
    format!("the grey{s} {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 64;

    /// Squares of these greys on black, with an edge of a pixel around each and some noise.
    fn label(greys: &[u8]) -> Numbers {
        let value = |i: usize| {
            let (x, y) = (i % SIDE, i / SIDE);
            let (column, inside) = (x / 16, (x % 16).min(y % 32));
            let noise = [0.0, 1.0, 0.0, -2.0, 0.0][(3 * x + 7 * y) % 5];
            let grey = greys.get(column).copied().map_or(0.0, f32::from);
            let pure = match inside {
                0..3 => 0.0,
                3 => grey * 0.6,
                _ => grey,
            };
            (pure + noise).clamp(0.0, 255.0)
        };
        Numbers {
            width: SIDE,
            height: SIDE,
            values: (0..SIDE * SIDE).map(value).collect(),
        }
    }

    fn found(labels: &[Numbers], classes: &[&str]) -> Result<String> {
        let all = labels.iter().map(Histogram::of);
        let all = all.fold(Histogram::new(), Histogram::and);
        let names: Vec<String> = classes.iter().map(|&name| name.into()).collect();
        let greys = Greys::of(&all, &names);
        greys.tones().map(|(_, told)| told.to_owned())
    }

    #[test]
    fn the_labels_together_tell_what_greys_mean() {
        let classes = ["core", "rim", "halo"];
        let labels = [label(&[90, 170]), label(&[]), label(&[250])];
        let told = found(&labels, &classes).expect("three greys and black");
        assert!(
            told.contains("core is 90, rim is 170, halo is 250"),
            "{told}"
        );
        let error = found(&labels[..2], &classes).expect_err("one is not there");
        let error = error.to_string();
        for word in [
            "the greys 0, 90, 170",
            "3 lesion classes",
            "--legend",
            "PNG",
        ] {
            assert!(error.contains(word), "`{word}`: {error}");
        }
        let error = found(&labels, &classes[..2]).expect_err("one too many");
        assert!(error.to_string().contains("0, 90, 170, 250"), "{error}");
    }

    #[test]
    fn what_jpeg_does_not_keep_apart_is_refused() {
        let numbers = found(&[label(&[1, 2, 3])], &["core", "rim", "halo"]);
        let error = numbers.expect_err("numbers of classes").to_string();
        assert!(error.contains("cannot be told from its noise"), "{error}");
        assert!(error.contains("save the labels as PNG"), "{error}");
        let near = found(&[label(&[100, 120])], &["core", "rim"]);
        let error = near.expect_err("20 apart").to_string();
        assert!(error.contains("does not keep apart"), "{error}");
        let inverse = Numbers {
            values: label(&[90, 200]).values.iter().map(|v| 255.0 - v).collect(),
            ..label(&[])
        };
        let error = found(&[inverse], &["core", "rim"]).expect_err("white is most");
        assert!(error.to_string().contains("would be black"), "{error}");
        let ramp = Numbers {
            values: (0..SIDE * SIDE).map(|i| (i % SIDE) as f32 * 4.0).collect(),
            ..label(&[])
        };
        assert!(found(&[ramp], &["core", "rim"]).is_err(), "a picture");
    }
}
