//! Images that are nearly those of another split: saved anew, shrunk, brightened, or cropped by a few percent.
//!
//! Medical images of different people look alike, so what is coarse decides nothing: it finds for each image the few of
//! other splits that are worth a closer look, which are laid on it as well as they can be and then compared in their
//! details. On 2,600 radiographs and 1,800 slices of heads no two of different people agree by 0.9, while copies do.

mod align;
mod told;

use super::Split;
use super::prepared::{Header, Item, Prepared};
use align::Window;
use rayon::prelude::*;
use scanweave::image::{Image, Plane};
pub use told::note;

/// Sides of an image that is compared coarsely, laid on another, and compared in detail.
const COARSE: usize = 16;
const ALIGNED: usize = 32;
const FINE: usize = 64;
/// What is cut off at each side for a coarse look at an image that may have been cropped, of its side.
const CROP: f32 = 0.04;
/// Images that are worth a closer look, and how alike they are at least.
const CANDIDATES: usize = 8;
const LIKELY: f32 = 0.8;
/// Copies agree by this in their details, -1..=1.
const SAME: f32 = 0.9;

/// Two items of different splits, by their numbers, that look like copies; the one of the split that comes later in
/// [`Split::ALL`] is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair(usize, usize);

/// All pairs, each item of a later split with the one that it is most like; compared are images of the modality at
/// `source`, or of the first that an item has.
fn across_splits(prepared: &Prepared, source: usize) -> Vec<Pair> {
    let order = |split: Split| Split::ALL.iter().position(|other| *other == split);
    let seen: Vec<Option<Seen>> = prepared
        .items
        .par_iter()
        .map(|item| Seen::of(item, source, &prepared.header))
        .collect();
    let split = |at: usize| order(prepared.items[at].split);
    let earlier = |at: usize| (0..seen.len()).filter(move |other| split(*other) < split(at));
    let best = |at: usize| {
        let own = seen[at].as_ref()?;
        let others = earlier(at).filter_map(|other| Some((other, seen[other].as_ref()?)));
        own.copy_among(others).map(|other| Pair(at, other))
    };
    (0..seen.len()).into_par_iter().filter_map(best).collect()
}

/// An image as it is compared.
struct Seen {
    /// The modality.
    place: usize,
    /// Whole and without its edges.
    coarse: [Vec<f32>; 2],
    fine: Plane,
}

impl Seen {
    fn of(item: &Item, source: usize, header: &Header) -> Option<Self> {
        let mut places = std::iter::once(source).chain(0..item.images.len());
        let place = places.find(|place| item.has(*place))?;
        let bytes = item.images[place].as_deref()?;
        let image = Image::of_u8(header.size, header.size, bytes).ok()?;
        let plane = header.modalities[place].channels.grey(&image);
        Some(Self::of_plane(&plane, place))
    }

    fn of_plane(plane: &Plane, place: usize) -> Self {
        let cut = (plane.width() as f32 * CROP).round() as usize;
        let side = plane.width() - 2 * cut;
        let inner = Plane::from_fn(side, side, |x, y| plane.at(x + cut, y + cut));
        let coarse = |plane: &Plane| unit(plane.resized(COARSE, COARSE).into_values());
        Self {
            place,
            coarse: [coarse(plane), coarse(&inner)],
            fine: plane.resized(FINE, FINE),
        }
    }

    /// The one of the others that this is a copy of.
    fn copy_among<'a>(&self, others: impl Iterator<Item = (usize, &'a Self)>) -> Option<usize> {
        let same_kind = others.filter(|(_, other)| other.place == self.place);
        let rated = same_kind.map(|(at, other)| (self.likeness(other), at, other));
        let mut likely: Vec<_> = rated.filter(|(likeness, ..)| *likeness >= LIKELY).collect();
        likely.sort_by(|a, b| b.0.total_cmp(&a.0));
        likely.truncate(CANDIDATES);
        let rated = likely
            .into_iter()
            .map(|(_, at, other)| (self.agreement(other), at));
        let best = rated.max_by(|a, b| a.0.total_cmp(&b.0));
        best.filter(|(agreement, _)| *agreement >= SAME)
            .map(|(_, at)| at)
    }

    /// How alike both are from afar, as they are or with either cropped.
    fn likeness(&self, other: &Self) -> f32 {
        let [whole, inner] = &self.coarse;
        let [other_whole, other_inner] = &other.coarse;
        dot(whole, other_whole)
            .max(dot(whole, other_inner))
            .max(dot(inner, other_whole))
    }

    /// How alike their details are, laid on each other in the best of three ways.
    fn agreement(&self, other: &Self) -> f32 {
        let (own, there) = (&self.fine, &other.fine);
        let [small, small_there] = [own, there].map(|fine| fine.resized(ALIGNED, ALIGNED));
        let ways = [
            (own, there, Window::WHOLE),
            (own, there, Window::onto(&small, &small_there)),
            (there, own, Window::onto(&small_there, &small)),
        ];
        let agreements = ways.map(|(of, onto, window)| window.agreement(of, onto));
        agreements.into_iter().fold(-1.0, f32::max)
    }
}

/// Of mean 0 and length 1.
fn unit(mut values: Vec<f32>) -> Vec<f32> {
    let mean = values.iter().sum::<f32>() / values.len() as f32;
    for value in &mut values {
        *value -= mean;
    }
    let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
    let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
    for value in &mut values {
        *value *= scale;
    }
    values
}

/// Several sums beside each other: a processor adds them at once.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0.0; LANES];
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::phantom::{self, Anatomy};
    use scanweave::study::Study;

    /// Thoraxes of people.
    fn people(count: u64) -> Vec<Plane> {
        let draw = |seed| {
            phantom::draw(Anatomy::Thorax, seed, 128, false).images[0]
                .1
                .to_grey()
        };
        (0..count).map(draw).collect()
    }

    /// What is left within these edges, shares of the side, at the size that it had.
    fn cropped(plane: &Plane, left: f32, top: f32, right: f32, bottom: f32) -> Plane {
        let side = plane.width() as f32;
        let at = |share: f32| (share * side).round() as usize;
        let (width, height) = (at(1.0 - left - right), at(1.0 - top - bottom));
        let inner = Plane::from_fn(width, height, |x, y| plane.at(x + at(left), y + at(top)));
        inner.resized(plane.width(), plane.height())
    }

    fn prepared(planes: &[(Plane, Split)]) -> Prepared {
        let study = Study::named("phantom-thorax").expect("built in");
        let header = Header {
            study: study.name.clone(),
            size: 128,
            modalities: study.modalities.clone(),
            label: study.lesion.clone(),
            extraction: study.extraction_at(128),
            mask: study.mask_at(128),
        };
        let item = |(at, (plane, split)): (usize, &(Plane, Split))| Item {
            subject: at.to_string(),
            split: *split,
            source: at.to_string(),
            images: vec![Some(plane.to_u8())],
            structure: vec![0; 128 * 128],
            mask: vec![0; 128 * 128],
            label: scanweave::label::Label::None,
        };
        Prepared::new(header, planes.iter().enumerate().map(item).collect())
    }

    #[test]
    fn copies_are_found_whatever_was_done_to_them() {
        let people = people(12);
        let [train, validation, test] = Split::ALL;
        let mut planes: Vec<_> = people.iter().map(|plane| (plane.clone(), train)).collect();
        let noisy = |plane: &Plane| {
            let mut at = 0_u32;
            let mut next = || {
                at = at.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (at >> 16) as f32 / 65536.0 - 0.5
            };
            let values = plane.values().iter().map(|v| v + 0.06 * next()).collect();
            Plane::new(128, 128, values).expect("of one size")
        };
        let changed: [fn(&Plane) -> Plane; 7] = [
            Plane::clone,
            |plane| plane.resized(60, 60).resized(128, 128),
            |plane| plane.map(|v| v.powf(0.7)),
            |plane| plane.map(|v| (1.3 * v + 0.05).min(1.0)),
            |plane| cropped(plane, 0.02, 0.02, 0.02, 0.02),
            |plane| cropped(plane, 0.04, 0.01, 0.02, 0.03),
            |plane| cropped(plane, 0.03, 0.03, 0.0, 0.0).map(|v| 0.9 * v.powf(1.2)),
        ];
        planes.extend(
            changed
                .iter()
                .zip(&people)
                .map(|(change, plane)| (change(plane), test)),
        );
        planes.push((noisy(&people[7]), validation));
        // Somebody cropped what is learnt from, and left the one that is tested whole.
        planes[8].0 = cropped(&people[8], 0.03, 0.03, 0.03, 0.03);
        planes.push((people[8].clone(), test));
        let found = across_splits(&prepared(&planes), 0);
        let expected: Vec<Pair> = (0..9).map(|at| Pair(12 + at, at)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn different_people_are_no_copies() {
        let [train, _, test] = Split::ALL;
        let split = |at: usize| if at.is_multiple_of(3) { test } else { train };
        let people = people(60).into_iter().enumerate();
        let planes: Vec<_> = people.map(|(at, plane)| (plane, split(at))).collect();
        assert_eq!(across_splits(&prepared(&planes), 0), []);
        let mut same = planes[..3].to_vec();
        for (plane, _) in &mut same {
            *plane = planes[1].0.clone();
        }
        let found = across_splits(&prepared(&same), 0);
        assert_eq!(
            found.len(),
            1,
            "within a split nothing is compared: {found:?}"
        );
        let empty = vec![
            (Plane::filled(128, 128, 0.5), train),
            (Plane::filled(128, 128, 0.5), test),
        ];
        assert_eq!(across_splits(&prepared(&empty), 0), []);
    }
}
