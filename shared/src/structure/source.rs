//! An image made ready for algorithms 1 and 2: who turns a slider runs them many times on one image,
//! and shrinking a large one takes longer than both.

use super::scale::without_extremes;
use super::{Extraction, MaskSettings};
use super::{Step, Structure, organ_mask, structure_map, structure_steps};
use crate::image::{ImageError, Plane};

/// An image at the two sizes that algorithms 1 and 2 need.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// At the working size.
    small: Plane,
    /// At the size lines are found at.
    large: Plane,
}

impl Source {
    /// An image of any size, for a working size of `size` pixels and lines found at `scale` times it.
    ///
    /// # Errors
    /// When the image is constant or holds a value that is not finite.
    pub fn of(image: &Plane, size: usize, scale: usize) -> Result<Self, ImageError> {
        let image = image.normalised()?;
        Ok(Self {
            small: image.resized(size, size),
            large: image.resized(size * scale, size * scale),
        })
    }

    /// The background mask (algorithm 2).
    ///
    /// # Errors
    /// When the image is constant at the working size.
    pub fn mask(&self, values: &Extraction, mask: &MaskSettings) -> Result<Plane, ImageError> {
        match values.headroom {
            None => organ_mask(&self.small, mask),
            Some(_) => organ_mask(&without_extremes(&self.small), mask),
        }
    }

    /// The structure map and the mask.
    ///
    /// # Errors
    /// When the image is constant at the working size.
    pub fn structure(
        &self,
        values: &Extraction,
        mask: &MaskSettings,
    ) -> Result<Structure, ImageError> {
        let mask = self.mask(values, mask)?;
        let map = structure_map(&self.large, &mask, values)?;
        Ok(Structure { map, mask })
    }

    /// Every plane on the way to the structure map, in order.
    ///
    /// # Errors
    /// As [`Source::structure`].
    pub fn steps(&self, values: &Extraction, mask: &MaskSettings) -> Result<Vec<Step>, ImageError> {
        let mask = self.mask(values, mask)?;
        structure_steps(&self.large, &mask, values)
    }
}

#[cfg(test)]
mod tests {
    use super::super::operators::dilate;
    use super::*;
    use crate::phantom::{Anatomy, draw};
    use crate::study::Study;

    const SIZE: usize = 128;

    /// The share of the lines of a clean picture that are found in another one too, at most a pixel away.
    fn kept(clean: &Plane, other: &Plane) -> f32 {
        let found = clean.zip(&dilate(other, 1), |line, near| line * near);
        found.mean() / clean.mean()
    }

    fn white(image: &Plane, left: usize, top: usize, side: usize) -> Plane {
        let there = |at: usize, from: usize| (from..from + side).contains(&at);
        Plane::from_fn(image.width(), image.height(), |x, y| {
            if there(x, left) && there(y, top) {
                3.0
            } else {
                image.at(x, y)
            }
        })
    }

    /// A marker of 12 x 12 px, thrice as bright as the brightest tissue, in the corner or, as a device, on the chest.
    #[test]
    fn lines_do_not_hang_on_a_marker() {
        let study = Study::named("chest-xray").expect("built in");
        let (robust, mask) = (study.extraction_at(SIZE), study.mask_at(SIZE));
        assert!(robust.headroom.is_some());
        let printed = Extraction {
            headroom: None,
            ..robust
        };
        for seed in 0..4 {
            let clean = study.source_plane(&draw(Anatomy::Thorax, seed, SIZE, false).images[0].1);
            for (left, top) in [(4, 4), (40, 50)] {
                let marked = white(&clean, left, top, 12);
                let share = |values: &Extraction| {
                    let map = |image: &Plane| {
                        let of = Structure::of_image(image, SIZE, values, &mask);
                        of.expect("structure").map
                    };
                    kept(&map(&clean), &map(&marked))
                };
                let (robust, printed) = (share(&robust), share(&printed));
                assert!(robust > 0.9, "seed {seed}: {robust} kept");
                assert!(printed < 0.5, "seed {seed}: {printed} kept as printed");
            }
        }
    }
}
