//! Whether a class of the whole image shows in what is painted for it.
//!
//! A judge that never met the generator learns the classes from real training images: linear discriminants of the picture
//! at 16 x 16 pixels, by least squares. Asked is how often it calls pictures of a class so, less how often it calls those
//! of the other classes so: 1 where it never errs, 0 where it cannot tell. Every class is painted on the same maps with the
//! same noise, so nothing but the class differs; beside it stands the same of real test images. A class that the judge
//! finds in real images and not in these is one for the card's `withheld`.

use scanweave::image::Image;
use scanweave::label::Label;
use scanweave::random::{Purpose, Random};
use scanweave::study::Study;

use super::draws::{Draws, Paints, Subject};
use super::judge::Judge;
use super::metric::Metric;
use super::rows::{Measured, Section};
use super::{Evaluation, mean};
use crate::beside::each;
use crate::data::Split;
use crate::stages::items::image;

/// What the judge said of pictures: for each the class they are of, and the one that it called.
type Said = Vec<(usize, usize)>;

/// The judge, and what it says of real test images.
pub struct Classes<'a> {
    draws: &'a dyn Draws,
    painter: &'a dyn Paints,
    judge: Judge,
    real: Said,
}

/// How many classes of the whole image a study has; 0 for other kinds of label.
pub fn count(study: &Study) -> usize {
    let kind = &study.lesion;
    kind.whole(0).map_or(0, |_| kind.classes().len())
}

impl<'a> Classes<'a> {
    /// `None` where there is nothing to tell apart, or nothing that paints a map that is given.
    pub fn new(evaluation: &Evaluation<'a>) -> Option<Self> {
        let draws = evaluation.draws;
        let (classes, size) = (count(draws.study()), draws.size());
        let source = draws.study().source_place();
        let of = |split| -> Vec<(usize, Image)> {
            let items = evaluation.of(split);
            let pictures = items.filter_map(|item| {
                let picture = image(item.images[source].as_deref()?, size);
                Some((item.label.class()?, picture))
            });
            pictures.collect()
        };
        let judge = Judge::learnt(&of(Split::Train), classes)?;
        let real = of(Split::Test).into_iter();
        Some(Self {
            draws,
            painter: draws.painter()?,
            real: real
                .map(|(class, image)| (class, judge.calls(&image)))
                .collect(),
            judge,
        })
    }
}

impl Metric for Classes<'_> {
    /// For each class but the first how well it is told from the others, and how much it changes a picture.
    fn measured(
        &self,
        seed: u64,
        subjects: &[Subject],
        done: &(dyn Fn() + Sync),
    ) -> anyhow::Result<Vec<Measured>> {
        let study = self.draws.study();
        let source = study.source_place();
        let classes = count(study);
        let structures = subjects.iter().filter_map(|s| s.structure.as_ref());
        // Of each subject what the judge calls every class, and how far it is from the first.
        let of_subject = |(index, structure): (usize, _)| -> anyhow::Result<Vec<_>> {
            let noise = Random::nth(seed, Purpose::Fusion, index as u64).bits();
            let mut first: Option<Image> = None;
            let of_class = |class| {
                let label = Label::Class(class);
                let picture = self
                    .painter
                    .paint(structure, &label, noise)?
                    .swap_remove(source);
                done();
                let first = first.get_or_insert_with(|| picture.clone());
                Ok((self.judge.calls(&picture), change(first, &picture)))
            };
            (0..classes).map(of_class).collect()
        };
        let painted = each(
            self.draws.at_once(),
            structures.enumerate().collect(),
            of_subject,
        )?;
        let (mut said, mut changes) = (Said::new(), vec![Vec::new(); classes]);
        for (class, (called, changed)) in
            painted.into_iter().flat_map(|s| s.into_iter().enumerate())
        {
            said.push((class, called));
            changes[class].push(changed);
        }
        let names = study.lesion.classes();
        let of_class = |class: usize| {
            let row = |name, synthetic, real| Measured {
                section: Section::Classes,
                name,
                synthetic,
                real,
                share_of: None,
            };
            let (name, first) = (&names[class], &names[0]);
            let (found, real) = (told(&said, class), told(&self.real, class));
            let changed = mean(changes[class].iter().copied().map(Some));
            [
                row(
                    format!("{name}, told from the others by a judge (0 to 1)"),
                    found,
                    real,
                ),
                row(
                    format!("{name} against {first}, mean change of 255"),
                    changed,
                    None,
                ),
            ]
        };
        Ok((1..classes).flat_map(of_class).collect())
    }
}

/// Share of pictures of this class that are called so, less the share of those of the others, -1..=1; `None` where either
/// is missing.
fn told(said: &Said, class: usize) -> Option<f64> {
    let share = |of_class: bool| {
        let those = said.iter().filter(|(is, _)| (*is == class) == of_class);
        mean(those.map(|(_, called)| Some(f64::from(u8::from(*called == class)))))
    };
    Some(share(true)? - share(false)?)
}

/// Mean difference of two pictures, of 255.
fn change(a: &Image, b: &Image) -> f64 {
    let pairs = a
        .to_grey()
        .into_values()
        .into_iter()
        .zip(b.to_grey().into_values());
    let differences = pairs.map(|(a, b)| Some(255.0 * f64::from((a - b).abs())));
    mean(differences).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_told_by_how_often_it_alone_is_called() {
        let always = vec![(0, 0), (0, 0), (1, 1), (1, 1)];
        assert_eq!(told(&always, 1), Some(1.0));
        // Everything is called the second class: nothing is told.
        let blind = vec![(0, 1), (0, 1), (1, 1), (1, 1)];
        assert_eq!(told(&blind, 1), Some(0.0));
        // Two classes that are taken for each other.
        let alike = vec![(0, 0), (0, 0), (1, 1), (1, 2), (2, 1), (2, 2)];
        assert_eq!(told(&alike, 1), Some(0.5 - 0.25));
        assert_eq!(told(&always[..2].to_vec(), 1), None);
    }

    #[test]
    fn a_change_is_in_grey_values() {
        let image = |value| Image::of_values(2, 1, &[value, 0.5]).expect("two pixels");
        assert!((change(&image(0.2), &image(0.6)) - 51.0).abs() < 1e-4);
    }
}
