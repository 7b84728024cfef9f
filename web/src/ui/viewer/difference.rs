//! The signed difference of two modalities in two colours that every kind of colour vision tells
//! apart: orange where the first is brighter, blue where the second is. Of pictures in colour it is that of
//! their luminance: which is brighter has no answer channel by channel.

use crate::model::protocol::Pixels;
use crate::ui::canvas::Colours;

/// No difference.
const EVEN: [f64; 3] = [22.0, 24.0, 26.0];
/// The first is brighter by the whole range.
const FIRST: [f64; 3] = [255.0, 176.0, 72.0];
/// The second is.
const SECOND: [f64; 3] = [86.0, 180.0, 255.0];
/// The smallest range that is spread over the colours: rounding alone must not look like a finding.
const LEAST: u8 = 16;

/// The difference of two pictures, and the number of grey values that the full colour means; `None`
/// when their sizes differ.
pub fn of(first: &Pixels, second: &Pixels) -> Option<(Colours, u8)> {
    if first.size() != second.size() {
        return None;
    }
    let (greys, others) = (first.grey(), second.grey());
    let pairs = || greys.iter().zip(others.iter());
    let largest = pairs().map(|(a, b)| a.abs_diff(*b)).max()?;
    let range = largest.max(LEAST);
    let rgba = pairs()
        .flat_map(|(&a, &b)| colour(i16::from(a) - i16::from(b), range))
        .collect();
    let colours = Colours {
        width: first.width(),
        height: first.height(),
        rgba,
    };
    Some((colours, range))
}

/// The colour of a difference, where `range` is the full colour.
fn colour(difference: i16, range: u8) -> [u8; 4] {
    let share = (f64::from(difference) / f64::from(range)).clamp(-1.0, 1.0);
    let end = if share > 0.0 { FIRST } else { SECOND };
    let mix = |i: usize| (EVEN[i] + share.abs() * (end[i] - EVEN[i]) + 0.5) as u8;
    [mix(0), mix(1), mix(2), 255]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(bytes: [u8; 3]) -> Pixels {
        Pixels::new(3, 1, bytes.to_vec()).expect("three greys")
    }

    #[test]
    fn each_side_has_its_colour() {
        let (colours, range) = of(&pixels([200, 50, 0]), &pixels([100, 50, 100])).expect("alike");
        assert_eq!(range, 100);
        assert_eq!(
            colours.rgba,
            [255, 176, 72, 255, 22, 24, 26, 255, 86, 180, 255, 255]
        );
    }

    #[test]
    fn small_differences_stay_small() {
        let (colours, range) = of(&pixels([8, 0, 0]), &pixels([0, 0, 0])).expect("alike");
        assert_eq!(range, 16);
        // Half of the way from (22, 24, 26) to (255, 176, 72).
        assert_eq!(colours.rgba[..4], [139, 100, 49, 255]);
    }

    #[test]
    fn pictures_of_other_sizes_have_none() {
        let high = Pixels::new(1, 3, vec![0; 3]).expect("three greys");
        assert_eq!(of(&pixels([0; 3]), &high), None);
    }

    #[test]
    fn colours_are_compared_by_their_luminance() {
        let colours = [[0, 255, 0], [9, 9, 9], [255, 0, 0]].concat();
        let colours = Pixels::new(3, 1, colours).expect("three colours");
        // 150, 9 and 76 of 255.
        let (found, range) = of(&colours, &pixels([0, 9, 226])).expect("of one size");
        assert_eq!(range, 150);
        assert!(
            found
                .rgba
                .starts_with(&[255, 176, 72, 255, 22, 24, 26, 255])
        );
        assert_eq!(found.rgba[8..], [86, 180, 255, 255]);
    }
}
