//! Algorithm 4 on boxes: they are accepted only where lesions may lie.

use super::statistics::{BoxStatistics, Shape};
use super::{LabelBox, augmented, class_map};
use crate::image::Plane;
use crate::label::mask;
use crate::random::Random;

/// `boxes` after two random operations, drawn up to `tries` times until none of them lies where
/// `forbidden` is above 0.5; `None` when one always does. Every try starts from the boxes themselves.
pub fn place(
    boxes: &[LabelBox],
    forbidden: &Plane,
    random: &mut Random,
    tries: u32,
) -> Option<Vec<LabelBox>> {
    let size = forbidden.width();
    (0..tries)
        .map(|_| augmented(boxes, size, random))
        .find(|boxes| mask::is_legal(forbidden, &class_map(boxes, size)))
}

/// Boxes drawn by the statistics, up to `tries` times until there is a place for each of them;
/// `None` when there never is. Every place in which a box fits is as likely.
pub fn place_drawn(
    statistics: &BoxStatistics,
    forbidden: &Plane,
    random: &mut Random,
    tries: u32,
) -> Option<Vec<LabelBox>> {
    let free = Free::of(forbidden);
    (0..tries).find_map(|_| {
        let shapes = statistics.draw(free.size, random);
        let placed = shapes.iter().map(|shape| free.place(shape, random));
        placed.collect()
    })
}

/// How many forbidden pixels any rectangle holds: sums over all pixels above and to the left.
struct Free {
    size: usize,
    sums: Vec<u32>,
}

impl Free {
    fn of(forbidden: &Plane) -> Self {
        let size = forbidden.width();
        let mut sums = vec![0; (size + 1) * (size + 1)];
        for y in 0..size {
            let mut row = 0;
            for x in 0..size {
                row += u32::from(forbidden.at(x, y) > 0.5);
                sums[(y + 1) * (size + 1) + x + 1] = sums[y * (size + 1) + x + 1] + row;
            }
        }
        Self { size, sums }
    }

    fn fits(&self, shape: &Shape, x: usize, y: usize) -> bool {
        let sum = |x: usize, y: usize| self.sums[y * (self.size + 1) + x];
        let (right, bottom) = (x + shape.width, y + shape.height);
        sum(right, bottom) + sum(x, y) == sum(x, bottom) + sum(right, y)
    }

    /// The box of this shape in a random one of its places.
    fn place(&self, shape: &Shape, random: &mut Random) -> Option<LabelBox> {
        let (across, down) = (
            self.size - shape.width.min(self.size) + 1,
            self.size - shape.height.min(self.size) + 1,
        );
        let places: Vec<(usize, usize)> = (0..down)
            .flat_map(|y| (0..across).map(move |x| (x, y)))
            .filter(|&(x, y)| self.fits(shape, x, y))
            .collect();
        if places.is_empty() {
            return None;
        }
        let (x, y) = places[random.below(places.len())];
        Some(LabelBox {
            class: shape.class,
            left: x as f32,
            top: y as f32,
            right: (x + shape.width) as f32,
            bottom: (y + shape.height) as f32,
        })
    }
}
