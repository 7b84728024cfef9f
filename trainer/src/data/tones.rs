//! Labels of several classes that JPEG has smeared, brought back to the colours that they were drawn in.
//!
//! JPEG rings beside an edge, and a soft edge runs through every colour between its sides: between background and class 2
//! some pixels have the very grey of class 1. So a pixel is certain only where its tone has an area of its own, or where no
//! edge nearby explains it; every other takes, of the classes that are certain around it, the nearest.

use super::datasets::legend::Legend;
use anyhow::{Result, ensure};

/// Tones of different classes lie at least so far apart.
pub const APART: f32 = 40.0;
/// So near a tone a pixel has it: this share of the way between the closest tones of two classes, within limits.
const NEAR: f32 = 0.2;
const NEAREST: f32 = 12.0;
const FURTHEST: f32 = 32.0;
/// A pixel that differs so little from a tone is not said to differ.
const NOISE: f32 = 3.0;
/// A tone so near the way between two others is what an edge between those looks like.
const BESIDE: f32 = 64.0;
/// As [`BESIDE`], as a share of the way to the nearer of the two.
const BESIDE_SHARE: f32 = 0.75;
/// JPEG rings so far from an edge.
const RINGS: usize = 5;
/// How far a pixel looks for one that is certain, step by step.
const REACH: [usize; 3] = [2, 4, 8];
/// A label is sharp: no more than this share of its pixels may have no tone.
const BETWEEN: f32 = 0.25;

/// A colour that a label is drawn in; grey has three equal ones.
pub type Colour = [f32; 3];

/// The colours that labels are drawn in, with the class that each means.
#[derive(Debug, Clone, PartialEq)]
pub struct Tones {
    listed: Vec<(Colour, u8)>,
    /// How near a pixel has a tone.
    near: f32,
    /// Of each the pairs that it lies between.
    between: Vec<Vec<(usize, usize)>>,
}

/// A label put right.
#[derive(Debug, PartialEq)]
pub struct Snapped {
    /// The class of each pixel.
    pub classes: Vec<u8>,
    /// How many pixels differed from the tone of their class.
    pub moved: usize,
}

impl Tones {
    /// Of a list of colours and classes.
    ///
    /// # Errors
    /// When two of different classes are too close for JPEG to keep them apart.
    pub fn new(tones: Vec<(Colour, u8)>) -> Result<Self> {
        let mut closest = f32::INFINITY;
        for (at, (one, class)) in tones.iter().enumerate() {
            let others = tones[at + 1..].iter().filter(|(_, other)| other != class);
            for (other, _) in others {
                let apart = distance(*one, *other);
                closest = closest.min(apart);
                ensure!(
                    apart >= APART,
                    "JPEG mixes colours, and {} and {} lie {apart:.0} apart (at least {APART} are needed): save the label as a PNG",
                    named(*one),
                    named(*other)
                );
            }
        }
        let between = (0..tones.len()).map(|tone| pairs(&tones, tone)).collect();
        Ok(Self {
            listed: tones,
            near: (NEAR * closest).clamp(NEAREST, FURTHEST),
            between,
        })
    }

    /// Those of a legend.
    ///
    /// # Errors
    /// As [`Tones::new`].
    pub fn of_legend(legend: &Legend) -> Result<Self> {
        let tones = legend.colours();
        Self::new(tones.map(|(c, class)| (c.map(f32::from), class)).collect())
    }

    /// The classes of an image of rows of `width` pixels; `accept` takes one that has hardly any of the tones.
    ///
    /// # Errors
    /// When too many pixels have none of the tones.
    pub fn snap(&self, pixels: &[Colour], width: usize, accept: bool) -> Result<Snapped> {
        let near = pixels.iter().map(|&pixel| self.near(pixel)).collect();
        let map = Map { near, width };
        let without = map.near.iter().filter(|tone| tone.is_none()).count();
        let share = without as f32 / pixels.len().max(1) as f32;
        let tones = self.listed.iter().map(|(colour, _)| named(*colour));
        ensure!(
            share <= BETWEEN || accept,
            "this looks like a picture and no label: {:.0} % of it has none of the colours of the classes ({}). Give the label itself, or pass --accept-label if it is one",
            100.0 * share,
            tones.collect::<Vec<_>>().join(", ")
        );
        let solid = map.solid();
        let is_certain = |at: &usize| self.is_certain(&map, &solid, *at);
        let certain = (0..pixels.len()).map(|at| map.near[at].filter(|_| is_certain(&at)));
        let certain = Map {
            near: certain.collect(),
            width,
        };
        let tone = |(at, pixel): (usize, &Colour)| {
            let around = || self.nearest_around(&certain, at, *pixel);
            certain.near[at].unwrap_or_else(around)
        };
        let tones = pixels.iter().enumerate().map(tone);
        let tones: Vec<&(Colour, u8)> = tones.map(|tone| &self.listed[tone]).collect();
        let differs = |(tone, pixel): &(&&(Colour, u8), &Colour)| distance(tone.0, **pixel) > NOISE;
        Ok(Snapped {
            moved: tones.iter().zip(pixels).filter(differs).count(),
            classes: tones.into_iter().map(|(_, class)| *class).collect(),
        })
    }

    fn near(&self, pixel: Colour) -> Option<usize> {
        let nearest = self.nearest(0..self.listed.len(), pixel)?;
        (distance(self.listed[nearest].0, pixel) <= self.near).then_some(nearest)
    }

    fn nearest(&self, among: impl Iterator<Item = usize>, pixel: Colour) -> Option<usize> {
        let far = |tone: &usize| distance(self.listed[*tone].0, pixel);
        among.min_by(|one, other| far(one).total_cmp(&far(other)))
    }

    fn is_certain(&self, map: &Map, solid: &[bool], at: usize) -> bool {
        let Some(tone) = map.near[at] else {
            return false;
        };
        let of_area = |other: usize| solid[other] && map.near[other] == Some(tone);
        if self.between[tone].is_empty() || map.around(at, 1).any(of_area) {
            return true;
        }
        let mut there = vec![false; self.listed.len()];
        for other in map.around(at, RINGS).filter_map(|other| map.near[other]) {
            there[other] = true;
        }
        let mut pairs = self.between[tone].iter();
        !pairs.any(|&(one, other)| there[one] && there[other])
    }

    /// The tone of a pixel that has none of its own.
    fn nearest_around(&self, certain: &Map, at: usize, pixel: Colour) -> usize {
        let within = |reach: usize| {
            let around = certain.around(at, reach);
            self.nearest(around.filter_map(|other| certain.near[other]), pixel)
        };
        let found = REACH.into_iter().find_map(within);
        let any = found.or_else(|| self.nearest(0..self.listed.len(), pixel));
        any.unwrap_or(0)
    }
}

/// The tone of each pixel, where it has one.
struct Map {
    near: Vec<Option<usize>>,
    width: usize,
}

impl Map {
    /// The pixels around one, itself among them, within the image.
    fn around(&self, at: usize, reach: usize) -> impl Iterator<Item = usize> {
        let (width, height) = (self.width, self.near.len() / self.width);
        let (x, y) = (at % width, at / width);
        let columns = x.saturating_sub(reach)..(x + reach + 1).min(width);
        let rows = y.saturating_sub(reach)..(y + reach + 1).min(height);
        rows.flat_map(move |y| columns.clone().map(move |x| y * width + x))
    }

    /// Where all neighbours have the same tone.
    fn solid(&self) -> Vec<bool> {
        let is_solid = |at: usize| {
            let tone = self.near[at];
            tone.is_some() && self.around(at, 1).all(|other| self.near[other] == tone)
        };
        (0..self.near.len()).map(is_solid).collect()
    }
}

fn distance(one: Colour, other: Colour) -> f32 {
    if one == other {
        return 0.0;
    }
    let squares = one.iter().zip(other).map(|(a, b)| (a - b).powi(2));
    // Of greys the difference of the greys.
    let all = squares.sum::<f32>();
    let is_grey = |c: Colour| c[0] == c[1] && c[1] == c[2];
    if is_grey(one) && is_grey(other) {
        (all / 3.0).sqrt()
    } else {
        all.sqrt()
    }
}

/// The pairs of tones whose mixtures look like this one.
fn pairs(tones: &[(Colour, u8)], tone: usize) -> Vec<(usize, usize)> {
    let colour = tones[tone].0;
    let explains = |&(one, other): &(usize, usize)| {
        let (one, other) = (tones[one].0, tones[other].0);
        let nearer = distance(colour, one).min(distance(colour, other));
        let away = distance(colour, on_the_way(colour, one, other));
        away < BESIDE.min(BESIDE_SHARE * nearer)
    };
    let others = (0..tones.len()).filter(|other| *other != tone);
    let both = others.clone().flat_map(|one| {
        let rest = others.clone().filter(move |other| *other > one);
        rest.map(move |other| (one, other))
    });
    both.filter(explains).collect()
}

/// The mixture of two colours that is nearest to this one.
fn on_the_way(colour: Colour, one: Colour, other: Colour) -> Colour {
    let step: Colour = std::array::from_fn(|i| other[i] - one[i]);
    let along = (0..3).map(|i| (colour[i] - one[i]) * step[i]).sum::<f32>();
    let length = step.iter().map(|s| s * s).sum::<f32>();
    let share = (along / length.max(f32::MIN_POSITIVE)).clamp(0.0, 1.0);
    std::array::from_fn(|i| one[i] + share * step[i])
}

fn named(colour: Colour) -> String {
    super::datasets::legend::named_colour(colour.map(|v| v.round() as u8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::jpeg::JpegEncoder;
    use image::{RgbImage, imageops};

    const SIDE: u32 = 160;
    const GREYS: [[u8; 3]; 4] = [[0; 3], [85; 3], [170; 3], [255; 3]];
    const COLOURS: [[u8; 3]; 4] = [[0; 3], [255, 0, 0], [0, 160, 0], [230, 200, 40]];

    /// Discs of classes 2 and 3 on nothing, where edges run through the greys of others; one of class 1 that holds
    /// another of 3, and a bar of class 1 of three pixels.
    fn truth(x: u32, y: u32) -> usize {
        let within = |at: (u32, u32), radius: u32| {
            let far = |a: u32, b: u32| a.abs_diff(b).pow(2);
            far(x, at.0) + far(y, at.1) < radius * radius
        };
        match (x, y) {
            _ if within((40, 40), 25) => 2,
            _ if within((112, 38), 18) => 3,
            _ if within((52, 112), 9) => 3,
            _ if within((52, 112), 28) => 1,
            (100..150, 120..123) => 1,
            _ => 0,
        }
    }

    fn classes() -> Vec<u8> {
        let pixels = (0..SIDE * SIDE).map(|i| truth(i % SIDE, i / SIDE) as u8);
        pixels.collect()
    }

    /// The label as a JPEG, decoded again; `soft` with edges of several pixels.
    fn smeared(palette: [[u8; 3]; 4], quality: u8, soft: bool) -> Vec<Colour> {
        let mut image = RgbImage::from_fn(SIDE, SIDE, |x, y| image::Rgb(palette[truth(x, y)]));
        if soft {
            image = imageops::blur(&image, 0.7);
        }
        let mut bytes = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
        image.write_with_encoder(encoder).expect("in memory");
        let read = image::load_from_memory(&bytes).expect("a JPEG");
        let pixels = read.into_rgb8();
        pixels.pixels().map(|p| p.0.map(f32::from)).collect()
    }

    fn tones(palette: [[u8; 3]; 4]) -> Tones {
        let colours = palette.map(|colour| colour.map(f32::from));
        Tones::new(colours.into_iter().zip(0..).collect()).expect("far apart")
    }

    fn dice(found: &[u8], class: u8) -> f32 {
        let truth = classes();
        let both = found.iter().zip(&truth);
        let both = both.filter(|(a, b)| **a == class && **b == class).count();
        let all = found.iter().chain(&truth).filter(|c| **c == class).count();
        2.0 * both as f32 / all as f32
    }

    /// Pixels of a class further than a pixel from where it was drawn.
    fn astray(found: &[u8]) -> usize {
        let drawn = Map {
            near: classes().into_iter().map(|c| Some(c.into())).collect(),
            width: SIDE as usize,
        };
        let is_astray = |at: &usize| {
            let class = Some(usize::from(found[*at]));
            drawn.around(*at, 1).all(|other| drawn.near[other] != class)
        };
        (0..found.len()).filter(is_astray).count()
    }

    #[test]
    fn classes_come_back_without_rims() {
        for (palette, soft) in [
            (GREYS, false),
            (GREYS, true),
            (COLOURS, false),
            (COLOURS, true),
        ] {
            for quality in [75, 90] {
                let pixels = smeared(palette, quality, soft);
                let snapped = tones(palette).snap(&pixels, SIDE as usize, false);
                let snapped = snapped.expect("a label");
                let case = format!("{palette:?}, soft {soft}, quality {quality}");
                for class in 0..4 {
                    let dice = dice(&snapped.classes, class);
                    assert!(dice > 0.97, "class {class}: {dice}; {case}");
                }
                assert_eq!(astray(&snapped.classes), 0, "{case}");
                assert!(
                    snapped.moved > 0 && snapped.moved < pixels.len() / 2,
                    "{case}"
                );
            }
        }
    }

    #[test]
    fn what_is_sharp_is_left_alone() {
        let pixels = classes().into_iter().map(|class| {
            let colour = GREYS[usize::from(class)];
            colour.map(f32::from)
        });
        let pixels: Vec<Colour> = pixels.collect();
        let snapped = tones(GREYS).snap(&pixels, SIDE as usize, false);
        let (classes, moved) = (classes(), 0);
        assert_eq!(snapped.expect("a label"), Snapped { classes, moved });
    }

    #[test]
    fn a_picture_and_colours_that_mix_are_refused() {
        let ramp = (0..64 * 64).map(|i| [(i % 64) as f32 * 4.0; 3]);
        let ramp: Vec<Colour> = ramp.collect();
        let error = tones(GREYS).snap(&ramp, 64, false).expect_err("a ramp");
        let error = error.to_string();
        assert!(
            error.contains("looks like a picture") && error.contains("#555555"),
            "{error}"
        );
        assert!(
            tones(GREYS).snap(&ramp, 64, true).is_ok(),
            "it was said to be one"
        );
        let near = Tones::new(vec![([0.0; 3], 0), ([30.0; 3], 1)]);
        let error = near.expect_err("30 apart").to_string();
        assert!(
            error.contains("#000000 and #1e1e1e lie 30 apart"),
            "{error}"
        );
        let same = Tones::new(vec![([0.0; 3], 0), ([9.0; 3], 0)]);
        assert!(same.is_ok(), "both are nothing");
    }

    #[test]
    fn a_thin_line_is_kept_where_no_edge_explains_it() {
        let label = |x: usize| match x {
            8 => 1,
            24..28 => 3,
            31 => 2,
            _ => 0,
        };
        let pixels: Vec<Colour> = (0..48 * 8)
            .map(|i| GREYS[label(i % 48)].map(f32::from))
            .collect();
        let found = tones(GREYS).snap(&pixels, 48, false).expect("a label");
        let at = |x: usize| found.classes[4 * 48 + x];
        assert_eq!([8, 25, 31].map(at), [1, 3, 0], "the last may be ringing");
        assert_eq!(found.moved, 8);
    }
}
