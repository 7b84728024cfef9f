//! What can be told of a drawn map by its shapes alone: whether its lines close around the organ that the mask generator
//! sees in it, and whether that organ has the smooth border of a body or is torn.

use super::components::Components;
use super::operators::{dilate, erode};
use crate::image::Plane;

/// Radius of the disk that an organ's border is rolled with, of the side: 12 pixels at 128.
const ROLLED: (usize, usize) = (3, 32);

/// The shapes of a map and its mask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// The [`contour_error`], 0..=1.
    pub error: f32,
    /// See [`raggedness`].
    pub ragged: f32,
}

impl Shape {
    /// Of a structure `map` (1 = line) and its background `mask` (1 = background).
    ///
    /// # Panics
    /// When the planes differ in size.
    pub fn of(map: &Plane, mask: &Plane) -> Self {
        Self {
            error: contour_error(map, mask),
            ragged: raggedness(mask),
        }
    }
}

/// Mean absolute difference, 0..=1, of two organs: the filled outer contour of the structure `map`
/// (1 = line) and the inside of the background `mask` (1 = background).
///
/// Lines are dilated by 1/64 of the side (2 pixels at 128), which closes gaps of twice that, then
/// everything is filled that is not connected with the outside, the largest piece is kept and eroded
/// back. Outside is the edge of the picture where the mask has background there, well away from the
/// organ: a body that the picture cuts off is not open at its lower end.
///
/// Maps that do not draw the outer contour (chest radiographs after local contrast normalisation,
/// where 14 of 20 phantoms have errors above 0.5) are far off by this measure; there the score alone
/// decides. Maps of the phantom brain have errors below 0.02 at 128 pixels.
///
/// # Panics
/// When the planes differ in size.
pub fn contour_error(map: &Plane, mask: &Plane) -> f32 {
    let gap = map.width().max(map.height()).div_ceil(64);
    let inside = mask.map(|m| if m > 0.5 { 0.0 } else { 1.0 });
    let outside = at_the_edge(&dilate(&inside, 2 * gap).map(|v| 1.0 - v));
    let lines = dilate(&map.above(0.5), gap);
    let solid = Components::of(&lines).filled_from(&outside);
    let organ = erode(&Components::of(&solid).largest_filled(), gap);
    organ.zip(&inside, |a, b| (a - b).abs()).mean()
}

/// `plane`, but 0 everywhere within.
fn at_the_edge(plane: &Plane) -> Plane {
    let (right, bottom) = (plane.width() - 1, plane.height() - 1);
    Plane::from_fn(plane.width(), plane.height(), |x, y| {
        if x == 0 || y == 0 || x == right || y == bottom {
            plane.at(x, y)
        } else {
            0.0
        }
    })
}

/// How much of the organ, the zeros of the background `mask`, lies in pieces and spikes that a disk of 3/32 of the side
/// does not fit into (opening), and how much would be added in dents that it does not fit into either (closing), as a
/// share of the organ; 1 without an organ. The edge of the picture, where a body may be cut off, is no dent.
///
/// Measured on 400 maps of the shipped models: sound bodies have less than 0.018, torn ones 0.019 to 0.1.
pub fn raggedness(mask: &Plane) -> f32 {
    let (width, height) = (mask.width(), mask.height());
    let radius = (ROLLED.0 * width.max(height)).div_ceil(ROLLED.1);
    let organ = mask.map(|m| if m > 0.5 { 0.0 } else { 1.0 });
    let area: f32 = organ.values().iter().sum();
    if area == 0.0 {
        return 1.0;
    }
    let opened = dilated(&eroded(&organ, radius), radius);
    let border = 2 * radius;
    let wide = Plane::from_fn(width + 2 * border, height + 2 * border, |x, y| {
        let inside =
            (border..border + width).contains(&x) && (border..border + height).contains(&y);
        if inside {
            organ.at(x - border, y - border)
        } else {
            0.0
        }
    });
    let closed = eroded(&dilated(&wide, radius), radius);
    let changed = |x: usize, y: usize| {
        let (own, opened) = (organ.at(x, y), opened.at(x, y));
        (own - opened).abs() + (closed.at(x + border, y + border) - own).abs()
    };
    let rows = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    rows.map(|(x, y)| changed(x, y)).sum::<f32>() / area
}

/// Every pixel that a one lies within `radius` of. Beyond the edge there is none.
fn dilated(plane: &Plane, radius: usize) -> Plane {
    let (width, height) = (plane.width(), plane.height());
    // Ones of a row up to each pixel.
    let counts: Vec<Vec<u32>> = (0..height)
        .map(|y| {
            let mut sum = 0;
            let ones = (0..width).map(|x| u32::from(plane.at(x, y) > 0.5));
            let sums = ones.map(|one| {
                sum += one;
                sum
            });
            std::iter::once(0).chain(sums).collect()
        })
        .collect();
    let halves: Vec<usize> = (0..=radius)
        .map(|down| (radius * radius - down * down).isqrt())
        .collect();
    let reached = |x: usize, y: usize| {
        let rows = y.saturating_sub(radius)..=(y + radius).min(height - 1);
        rows.into_iter().any(|row| {
            let half = halves[row.abs_diff(y)];
            let (left, right) = (x.saturating_sub(half), (x + half + 1).min(width));
            counts[row][right] > counts[row][left]
        })
    };
    Plane::from_fn(width, height, |x, y| f32::from(u8::from(reached(x, y))))
}

/// Every pixel that no zero lies within `radius` of. Beyond the edge there is none.
fn eroded(plane: &Plane, radius: usize) -> Plane {
    let zeros = plane.map(|v| if v > 0.5 { 0.0 } else { 1.0 });
    dilated(&zeros, radius).map(|v| 1.0 - v)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Frame;
    use crate::phantom::{self, Anatomy};
    use crate::structure::{Structure, StructureFilter};
    use crate::study::Study;

    const SIDE: usize = 128;

    /// The mask of an organ of these pixels.
    fn mask(inside: impl Fn(f32, f32) -> bool) -> Plane {
        Plane::from_fn(SIDE, SIDE, |x, y| {
            f32::from(u8::from(!inside(x as f32, y as f32)))
        })
    }

    fn head(x: f32, y: f32) -> bool {
        ((x - 64.0) / 42.0).powi(2) + ((y - 64.0) / 50.0).powi(2) < 1.0
    }

    #[test]
    fn a_disk_reaches_as_far_each_way() {
        let dot = Plane::from_fn(21, 21, |x, y| f32::from(u8::from((x, y) == (10, 10))));
        let disk = dilated(&dot, 5);
        let wanted = Plane::from_fn(21, 21, |x, y| {
            let far = x.abs_diff(10).pow(2) + y.abs_diff(10).pow(2);
            f32::from(u8::from(far <= 25))
        });
        assert!(disk == wanted);
        assert!(eroded(&disk, 5) == dot);
        assert!(eroded(&Plane::filled(9, 9, 1.0), 3) == Plane::filled(9, 9, 1.0));
    }

    #[test]
    fn a_smooth_body_is_whole_also_where_the_picture_cuts_it_off() {
        assert!(raggedness(&mask(head)) < 0.01);
        let trunk = mask(|x, y| (20.0..108.0).contains(&x) && y > 20.0 + (x - 64.0).abs() / 4.0);
        assert!(raggedness(&trunk) < 0.018, "{}", raggedness(&trunk));
    }

    #[test]
    fn spikes_and_dents_are_ragged() {
        let spike =
            mask(|x, y| head(x, y) || ((100.0..126.0).contains(&x) && (y - 70.0).abs() < 5.0));
        let dent = mask(|x, y| head(x, y) && !(y < 50.0 && (x - 64.0).abs() < 6.0));
        for (name, mask) in [("spike", spike), ("dent", dent)] {
            assert!(raggedness(&mask) > 0.025, "{name}: {}", raggedness(&mask));
        }
        assert_eq!(raggedness(&Plane::filled(16, 16, 1.0)), 1.0, "no organ");
    }

    /// The outline of a square organ, open over `gap` pixels, and its mask.
    fn square(gap: usize, cut_off: bool) -> (Plane, Plane) {
        let bottom = if cut_off { 64 } else { 50 };
        let inside = |x: usize, y: usize| (14..50).contains(&x) && (14..bottom).contains(&y);
        let map = Plane::from_fn(64, 64, |x, y| {
            let border = x == 14 || x == 49 || y == 14 || y + 1 == bottom;
            let open = y == 14 && (30..30 + gap).contains(&x) || (cut_off && y == 63);
            f32::from(u8::from(inside(x, y) && border && !open))
        });
        let mask = Plane::from_fn(64, 64, |x, y| f32::from(u8::from(!inside(x, y))));
        (map, mask)
    }

    #[test]
    fn a_closed_outline_is_its_mask_and_small_gaps_close() {
        for gap in [0, 2] {
            let (map, mask) = square(gap, false);
            assert_eq!(contour_error(&map, &mask), 0.0, "a gap of {gap}");
        }
        let (open, mask) = square(12, false);
        assert!(contour_error(&open, &mask) > 0.2, "the outside floods in");
        let nothing = Plane::filled(64, 64, 0.0);
        assert_eq!(contour_error(&nothing, &mask), 36.0 * 36.0 / 4096.0);
    }

    #[test]
    fn a_body_may_be_cut_off_by_the_picture() {
        let (map, mask) = square(0, true);
        assert_eq!(contour_error(&map, &mask), 0.0);
    }

    #[test]
    fn markers_outside_do_not_count() {
        let (mut map, mask) = square(0, false);
        map.set(3, 3, 1.0);
        assert_eq!(contour_error(&map, &mask), 0.0);
    }

    #[test]
    fn maps_of_brains_fit_their_masks_unless_they_are_open() {
        let study = Study::named("phantom-brain").expect("a study");
        for seed in 0..20 {
            let phantom = phantom::draw(Anatomy::Brain, seed, 256, false);
            let mut images = phantom.images.into_iter();
            let source = images.find(|(modality, _)| *modality == study.source);
            let image = study.source_plane(&source.expect("a picture").1);
            let (values, settings) = (study.extraction_at(128), study.mask_at(128));
            let structure = Structure::of_image(&image, Frame::SQUARE, 128, &values, &settings);
            let Structure { mut map, mask } = structure.expect("a phantom has structure");
            let error = contour_error(&map, &mask);
            assert!(error < 0.02, "seed {seed}: {error}");
            map.values_mut()[..128 * 40].fill(0.0);
            let error = contour_error(&map, &mask);
            assert!(
                error > StructureFilter::default().error,
                "seed {seed}, open: {error}"
            );
        }
    }
}
