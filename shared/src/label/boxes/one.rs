//! One box.

use serde::{Deserialize, Serialize};

use crate::image::Frame;
use crate::label::error::BoxError;

/// One box: its class and its edges, in pixels of the image it belongs to. An edge lies between
/// pixels: a box from 2 to 5 covers the pixels 2, 3 and 4. Boxes of images that were resized end
/// within pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LabelBox {
    /// Index into the study's classes.
    pub class: usize,
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge, beyond the left.
    pub right: f32,
    /// Lower edge, below the upper.
    pub bottom: f32,
}

/// How far a corner may lie outside an image, pixels: that of a number that was rounded when it was
/// written.
const ROUNDED: f64 = 0.01;

impl LabelBox {
    /// The box with these `corners` (left, top, right, bottom), pixels of an image of `width` x `height` that lies like
    /// `frame` in its square, in that square of `size` pixels.
    ///
    /// # Errors
    /// When the corners are no box in the image.
    pub fn framed(
        class: usize,
        corners: [f64; 4],
        (width, height): (usize, usize),
        frame: Frame,
        size: usize,
    ) -> Result<Self, BoxError> {
        let [left, top, right, bottom] = corners;
        if corners.iter().any(|v| !v.is_finite()) {
            return Err(BoxError::Numbers);
        }
        if right <= left || bottom <= top {
            return Err(BoxError::Inverted {
                left,
                top,
                right,
                bottom,
            });
        }
        let across = -ROUNDED..=width as f64 + ROUNDED;
        let down = -ROUNDED..=height as f64 + ROUNDED;
        let inside = [left, right].iter().all(|x| across.contains(x))
            && [top, bottom].iter().all(|y| down.contains(y));
        if !inside {
            return Err(BoxError::Outside {
                left,
                top,
                right,
                bottom,
                width,
                height,
            });
        }
        let share = |v: f64, side: usize| (v / side as f64).clamp(0.0, 1.0);
        let placed = |x: f64, y: f64| {
            let place = frame.place([share(x, width), share(y, height)], size);
            place.map(|at| at as f32)
        };
        let ([left, top], [right, bottom]) = (placed(left, top), placed(right, bottom));
        let framed = Self {
            class,
            left,
            top,
            right,
            bottom,
        };
        framed.check().map(|()| framed)
    }

    /// The smallest box around row-major `pixels` of a picture that is `width` wide.
    pub(super) fn around(class: usize, pixels: &[usize], width: usize) -> Self {
        let columns = || pixels.iter().map(|i| i % width);
        let rows = || pixels.iter().map(|i| i / width);
        Self {
            class,
            left: columns().min().unwrap_or(0) as f32,
            top: rows().min().unwrap_or(0) as f32,
            right: columns().max().map_or(0, |x| x + 1) as f32,
            bottom: rows().max().map_or(0, |y| y + 1) as f32,
        }
    }

    /// Refuses what is no box.
    ///
    /// # Errors
    /// When an edge is no number, or the box has no area.
    pub fn check(&self) -> Result<(), BoxError> {
        let edges = [self.left, self.top, self.right, self.bottom];
        if edges.iter().any(|v| !v.is_finite()) {
            return Err(BoxError::Numbers);
        }
        let [left, top, right, bottom] = edges.map(f64::from);
        if right > left && bottom > top {
            return Ok(());
        }
        Err(BoxError::Inverted {
            left,
            top,
            right,
            bottom,
        })
    }

    /// Width, pixels.
    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    /// Height, pixels.
    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// Area, pixels.
    pub fn area(&self) -> f32 {
        self.width() * self.height()
    }

    /// The row-major pixels of a picture of `size` x `size` whose middle lies in the box; of a box that
    /// has none, the one that its own middle lies in. What reaches over the edge is cut off.
    pub fn pixels(&self, size: usize) -> impl Iterator<Item = usize> + use<> {
        let columns = covered(self.left, self.right, size);
        covered(self.top, self.bottom, size)
            .flat_map(move |y| columns.clone().map(move |x| y * size + x))
    }

    /// As far as it lies in a picture of `size` x `size`; `None` when none of it does.
    pub(super) fn within(self, size: usize) -> Option<Self> {
        let side = size as f32;
        let cut = Self {
            left: self.left.max(0.0),
            top: self.top.max(0.0),
            right: self.right.min(side),
            bottom: self.bottom.min(side),
            ..self
        };
        cut.check().is_ok().then_some(cut)
    }
}

/// Pixels of a side whose middle lies between two edges.
fn covered(start: f32, end: f32, size: usize) -> std::ops::Range<usize> {
    let first = |edge: f32| (libm::ceilf(edge - 0.5).max(0.0) as usize).min(size);
    let (begin, stop) = (first(start), first(end));
    if begin < stop {
        return begin..stop;
    }
    let middle = 0.5 * (start + end);
    if middle < 0.0 || middle >= size as f32 {
        return 0..0;
    }
    middle as usize..middle as usize + 1
}
