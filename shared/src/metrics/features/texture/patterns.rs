//! Local binary patterns: which of a pixel's eight neighbours are at least as bright (Ojala, Pietikainen and Maenpaa 2002).

use crate::image::Plane;

/// The neighbours in a circle.
const CIRCLE: [(isize, isize); 8] = [
    (1, 0),
    (1, 1),
    (0, 1),
    (-1, 1),
    (-1, 0),
    (-1, -1),
    (0, -1),
    (1, -1),
];

/// Shares of the pixels by how many neighbours are at least as bright, 0 to 8, where these lie side by side, and of all others
/// at the end. The neighbours are those of the grid, not of a circle. Zeros where no pixel has all of them in the organ.
pub fn patterns(image: &Plane, inside: &Plane) -> [f64; 10] {
    let (width, height) = (image.width(), image.height());
    let mut counts = [0.0; 10];
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let around = CIRCLE.map(|(dx, dy)| {
                let (x, y) = (x.wrapping_add_signed(dx), y.wrapping_add_signed(dy));
                y * width + x
            });
            let whole = around.iter().all(|&at| inside.values()[at] > 0.5);
            if whole && inside.at(x, y) > 0.5 {
                let own = image.at(x, y);
                counts[pattern(around.map(|at| image.values()[at] >= own))] += 1.0;
            }
        }
    }
    let sum: f64 = counts.iter().sum();
    counts.map(|count| count / sum.max(1.0))
}

fn pattern(bright: [bool; 8]) -> usize {
    let changes = (0..8).filter(|&i| bright[i] != bright[(i + 1) % 8]).count();
    if changes > 2 {
        return 9;
    }
    bright.iter().filter(|b| **b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_by_hand() {
        let (t, f) = (true, false);
        assert_eq!(pattern([t, t, f, f, f, f, f, t]), 3);
        assert_eq!(pattern([t, f, t, f, f, f, f, f]), 9);
        // A spot, seen from its middle, and an edge.
        let spot = Plane::from_fn(3, 3, |x, y| f32::from(u8::from((x, y) == (1, 1))));
        let shares = patterns(&spot, &Plane::filled(3, 3, 1.0));
        assert_eq!(shares[0], 1.0);
        let edge = Plane::from_fn(6, 3, |x, _| f32::from(u8::from(x >= 3)));
        let shares = patterns(&edge, &Plane::filled(6, 3, 1.0));
        assert_eq!((shares[8], shares[5]), (0.75, 0.25));
    }
}
