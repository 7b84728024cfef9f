//! An image made ready for algorithms 1 and 2: who turns a slider runs them many times on one image,
//! and shrinking a large one takes longer than both.

use super::scale::without_extremes;
use super::{Extraction, MaskSettings};
use super::{Step, Structure, organ_mask, structure_map, structure_steps};
use crate::image::{Frame, ImageError, Plane};

/// An image in its own shape at the two sizes that algorithms 1 and 2 need.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// At the working size.
    small: Plane,
    /// At the size lines are found at.
    large: Plane,
    /// How it lies in the square of maps and masks, and the side of that, pixels.
    frame: Frame,
    size: usize,
}

impl Source {
    /// An image of any size that lies in its square like `frame`, for a working size of `size` pixels and lines found at
    /// `scale` times it.
    ///
    /// # Errors
    /// When the image is constant or holds a value that is not finite.
    pub fn of(image: &Plane, frame: Frame, size: usize, scale: usize) -> Result<Self, ImageError> {
        let image = image.normalised()?;
        let (width, height) = frame.fitted(size);
        Ok(Self {
            small: image.resized(width, height),
            large: image.resized(width * scale, height * scale),
            frame,
            size,
        })
    }

    /// The background mask (algorithm 2).
    ///
    /// # Errors
    /// When the image is constant at the working size.
    pub fn mask(&self, values: &Extraction, mask: &MaskSettings) -> Result<Plane, ImageError> {
        let own = self.own_mask(values, mask)?;
        Ok(self.frame.padded(own, self.size, 1.0))
    }

    /// In the shape of the image.
    fn own_mask(&self, values: &Extraction, mask: &MaskSettings) -> Result<Plane, ImageError> {
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
        let mask = self.own_mask(values, mask)?;
        let map = structure_map(&self.large, &mask, values)?;
        Ok(Structure {
            map: self.frame.padded(map, self.size, 0.0),
            mask: self.frame.padded(mask, self.size, 1.0),
        })
    }

    /// Every plane on the way to the structure map, in order; each in a square, 0 beside the image.
    ///
    /// # Errors
    /// As [`Source::structure`].
    pub fn steps(&self, values: &Extraction, mask: &MaskSettings) -> Result<Vec<Step>, ImageError> {
        let mask = self.own_mask(values, mask)?;
        let steps = structure_steps(&self.large, &mask, values)?;
        let squared = |step: Step| Step {
            plane: self.frame.padded(step.plane, self.size, 0.0),
            ..step
        };
        Ok(steps.into_iter().map(squared).collect())
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

    /// A chest that fills a wide picture: what lies beside it in the square draws no line and hides none.
    #[test]
    fn lines_are_those_of_the_image_alone() {
        let study = Study::named("chest-xray").expect("built in");
        let (values, mask) = (study.extraction_at(SIZE), study.mask_at(SIZE));
        let chest = study.source_plane(&draw(Anatomy::Thorax, 3, SIZE, false).images[0].1);
        let (top, height) = (40, 72);
        let wide = Plane::from_fn(SIZE, height, |x, y| chest.at(x, y + top));
        let frame = Frame::of((SIZE, height), [1.0; 2]);
        let source = Source::of(&wide, frame, SIZE, values.scale).expect("an image");
        let Structure { map, mask: outside } = source.structure(&values, &mask).expect("structure");
        assert_eq!((map.width(), map.height()), (SIZE, SIZE));
        let first = (SIZE - height) / 2;
        for y in (0..first).chain(first + height..SIZE) {
            for x in 0..SIZE {
                assert_eq!((map.at(x, y), outside.at(x, y)), (0.0, 1.0), "({x}, {y})");
            }
        }
        let own = Plane::from_fn(SIZE, height, |x, y| map.at(x, y + first));
        let whole = Structure::of_image(&chest, Frame::SQUARE, SIZE, &values, &mask);
        let there = whole.expect("structure").map;
        let there = Plane::from_fn(SIZE, height, |x, y| there.at(x, y + top));
        assert!(kept(&there, &own) > 0.9, "{}", kept(&there, &own));
        let steps = source.steps(&values, &mask).expect("steps");
        assert_eq!(steps.last().expect("a step").plane, map);
        let square = |step: &Step| step.plane.width() == step.plane.height();
        assert!(steps.iter().all(square));
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
                        let of = Structure::of_image(image, Frame::SQUARE, SIZE, values, &mask);
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
