//! Moving, turning and scaling of what is drawn, to the nearest pixel: classes stay classes.

use super::sheet::{Sheet, Spot};

/// A turn and a scale about the middle of what is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// Degrees, clockwise as the board is seen.
    pub turn: f64,
    /// 1 leaves the size.
    pub scale: f64,
}

/// As it was drawn.
impl Default for Pose {
    fn default() -> Self {
        Self {
            turn: 0.0,
            scale: 1.0,
        }
    }
}

/// The sheet in this pose; what leaves it is lost.
pub fn posed(sheet: &Sheet, pose: Pose) -> Sheet {
    let Some((middle_x, middle_y)) = sheet.centroid() else {
        return sheet.clone();
    };
    if pose == Pose::default() {
        return sheet.clone();
    }
    let (sine, cosine) = pose.turn.to_radians().sin_cos();
    let scale = pose.scale.max(0.01);
    sampled(sheet, |(x, y)| {
        let (across, down) = (f64::from(x) - middle_x, f64::from(y) - middle_y);
        let from_x = middle_x + (cosine * across + sine * down) / scale;
        let from_y = middle_y + (cosine * down - sine * across) / scale;
        (nearest(from_x), nearest(from_y))
    })
}

/// The sheet moved to the right and down; what leaves it is lost.
pub fn shifted(sheet: &Sheet, by: Spot) -> Sheet {
    sampled(sheet, |(x, y)| (x - by.0, y - by.1))
}

/// Where every pixel takes its value from.
fn sampled(sheet: &Sheet, from: impl Fn(Spot) -> Spot) -> Sheet {
    let mut result = Sheet::empty(sheet.side());
    for spot in sheet.spots() {
        result.put(spot, sheet.at(from(spot)));
    }
    result
}

/// The pixel of a place; half a pixel goes up, so that nothing grows more to one side.
fn nearest(place: f64) -> i32 {
    (place + 0.5).floor() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(side: usize, spots: &[(Spot, u8)]) -> Sheet {
        let mut sheet = Sheet::empty(side);
        for &(spot, value) in spots {
            sheet.put(spot, value);
        }
        sheet
    }

    fn turn(degrees: f64) -> Pose {
        Pose {
            turn: degrees,
            ..Pose::default()
        }
    }

    fn scale(scale: f64) -> Pose {
        Pose {
            scale,
            ..Pose::default()
        }
    }

    #[test]
    fn a_bar_turns_clockwise() {
        let bar = sheet(5, &[((1, 2), 1), ((2, 2), 2), ((3, 2), 3)]);
        let upright = sheet(5, &[((2, 1), 1), ((2, 2), 2), ((2, 3), 3)]);
        assert_eq!(posed(&bar, turn(90.0)), upright);
        assert_eq!(posed(&upright, turn(-90.0)), bar);
        let round = sheet(5, &[((3, 2), 1), ((2, 2), 2), ((1, 2), 3)]);
        assert_eq!(posed(&bar, turn(180.0)), round);
        assert_eq!(posed(&bar, turn(360.0)), bar);
    }

    #[test]
    fn a_square_grows_and_shrinks_about_its_middle() {
        let block = |low: i32, high: i32| {
            let spots = super::super::raster::rectangle((low, low), (high, high));
            let spots: Vec<(Spot, u8)> = spots.into_iter().map(|spot| (spot, 2)).collect();
            sheet(6, &spots)
        };
        assert_eq!(posed(&block(2, 3), scale(2.0)), block(1, 4));
        assert_eq!(posed(&block(1, 4), scale(0.5)), block(2, 3));
        assert_eq!(posed(&block(2, 3), scale(100.0)), block(0, 5));
        assert_eq!(posed(&block(2, 3), Pose::default()), block(2, 3));
    }

    #[test]
    fn what_is_moved_out_is_lost() {
        let two = sheet(4, &[((0, 0), 1), ((2, 3), 2)]);
        assert_eq!(shifted(&two, (1, -1)), sheet(4, &[((3, 2), 2)]));
        assert!(posed(&Sheet::empty(4), turn(30.0)).is_empty());
    }
}
