//! Boxes as YOLO text: one line per box, `class x y width height`, the class from 0, the middle and
//! the sides as shares of the image.

use std::fmt::Write as _;

use super::LabelBox;

/// The boxes of a picture of `size` x `size` pixels.
pub fn text(boxes: &[LabelBox], size: usize) -> String {
    let side = size as f32;
    let mut text = String::new();
    for one in boxes {
        let middle = (one.left + one.right, one.top + one.bottom);
        let (x, y) = (0.5 * middle.0 / side, 0.5 * middle.1 / side);
        let (width, height) = (one.width() / side, one.height() / side);
        let class = one.class;
        let _ = writeln!(text, "{class} {x:.6} {y:.6} {width:.6} {height:.6}");
    }
    text
}

/// Class and corners (left, top, right, bottom), shares of the image, of one line.
///
/// # Errors
/// A sentence that says what is wrong with the line.
pub fn parse(line: &str) -> Result<(usize, [f64; 4]), String> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [class, numbers @ ..] = fields.as_slice() else {
        return Err("the line is empty".into());
    };
    let class = class
        .parse()
        .map_err(|_| format!("the class '{class}' is no number from 0"))?;
    let numbers: Vec<f64> = numbers
        .iter()
        .map(|n| n.parse().map_err(|_| format!("'{n}' is no number")))
        .collect::<Result<_, _>>()?;
    let [x, y, width, height] = numbers.as_slice() else {
        let count = 1 + numbers.len();
        return Err(format!(
            "a line holds five numbers, class, middle x, middle y, width and height, this one {count}"
        ));
    };
    Ok((
        class,
        [
            x - 0.5 * width,
            y - 0.5 * height,
            x + 0.5 * width,
            y + 0.5 * height,
        ],
    ))
}
