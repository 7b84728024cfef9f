//! Labels drawn on images: the edge of each lesion, each box, in the colour of its class.

use crate::picture::letters::Colour;
use scanweave::image::{Image, Plane};
use scanweave::label::{ClassMap, Label, LabelBox};

/// Colours of classes, told apart on grey and on an eye; further classes begin again.
const COLOURS: [Colour; 6] = [
    [0.2, 0.85, 1.0],
    [1.0, 0.3, 0.25],
    [1.0, 0.85, 0.15],
    [0.35, 0.95, 0.4],
    [1.0, 0.45, 0.95],
    [1.0, 0.6, 0.1],
];

/// The colour of a class, by its index among the study's.
pub fn colour(class: usize) -> Colour {
    COLOURS[class % COLOURS.len()]
}

/// The square image with the label's edges drawn on it, one pixel wide and inside; as it is where nothing lies anywhere.
/// Boxes are in pixels of a picture of `size` x `size`, which the image may show larger or smaller.
pub fn outlined(image: Image, label: &Label, size: usize) -> Image {
    if label.is_empty() {
        return image;
    }
    let side = image.width();
    let mut planes = image.spread(3).into_planes();
    let mut dot = |x: usize, y: usize, class: usize| {
        for (plane, value) in planes.iter_mut().zip(colour(class)) {
            plane.set(x, y, value);
        }
    };
    if let Some(map) = label.picture() {
        edges(map, side, &mut dot);
    }
    for one in label.boxes().unwrap_or_default() {
        frame(one, size, side, &mut dot);
    }
    Image::new(planes).expect("planes of one size")
}

/// Calls `dot` for each pixel of a lesion that has another class, or the image's edge, beside it.
fn edges(map: &ClassMap, side: usize, dot: &mut impl FnMut(usize, usize, usize)) {
    let classes = Plane::from_fn(map.width(), map.height(), |x, y| f32::from(map.at(x, y)));
    let classes = classes.resized_nearest(side, side);
    let last = side - 1;
    for (y, x) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
        let class = classes.at(x, y);
        let differs = |x: usize, y: usize| classes.at(x, y) != class;
        let at_border = x == 0 || y == 0 || x == last || y == last;
        let is_edge = at_border
            || differs(x - 1, y)
            || differs(x + 1, y)
            || differs(x, y - 1)
            || differs(x, y + 1);
        if class > 0.0 && is_edge {
            dot(x, y, class as usize - 1);
        }
    }
}

/// Calls `dot` for each pixel along the edges of a box.
fn frame(one: &LabelBox, size: usize, side: usize, dot: &mut impl FnMut(usize, usize, usize)) {
    let scale = side as f32 / size as f32;
    let first = |edge: f32| ((edge * scale) as usize).min(side - 1);
    let last = |edge: f32| ((edge * scale).ceil() as usize).clamp(1, side) - 1;
    let (left, top) = (first(one.left), first(one.top));
    let (right, bottom) = (last(one.right).max(left), last(one.bottom).max(top));
    for x in left..=right {
        dot(x, top, one.class);
        dot(x, bottom, one.class);
    }
    for y in top..=bottom {
        dot(left, y, one.class);
        dot(right, y, one.class);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREY: f32 = 0.5;

    fn grey(side: usize) -> Image {
        Plane::filled(side, side, GREY).into()
    }

    /// Which class is drawn at each pixel, a row per string.
    fn seen(image: &Image) -> Vec<String> {
        let pixel = |x, y| {
            let found = [0, 1, 2].map(|c| image.planes()[c].at(x, y));
            let class = (0..3).find(|class| found == colour(*class));
            class.map_or('.', |class| char::from(b'0' + class as u8))
        };
        let row = |y| (0..image.width()).map(|x| pixel(x, y)).collect();
        (0..image.height()).map(row).collect()
    }

    #[test]
    fn the_edges_of_masks_are_drawn_in_the_colours_of_their_classes() {
        let rows = ["000000", "011110", "011120", "011120", "011110", "000000"];
        let classes = rows.concat().bytes().map(|b| b - b'0').collect();
        let label = Label::Mask(ClassMap::new(6, 6, classes).expect("36 pixels"));
        let image = outlined(grey(6), &label, 6);
        let expected = ["......", ".0000.", ".0.01.", ".0.01.", ".0000.", "......"];
        assert_eq!(seen(&image), expected);
        assert_eq!(image.planes()[0].at(2, 2), GREY, "the inside is seen");
        let larger = seen(&outlined(grey(12), &label, 6));
        assert_eq!(larger[2], "..00000000..");
        assert_eq!(larger[5], "..0....011..");
        let empty = Label::Mask(ClassMap::empty(6, 6));
        assert_eq!(outlined(grey(6), &empty, 6), grey(6));
        assert_eq!(outlined(grey(6), &Label::Class(1), 6), grey(6));
    }

    #[test]
    fn boxes_are_frames_that_may_cross() {
        let one = |class, corners: [f32; 4]| LabelBox {
            class,
            left: corners[0],
            top: corners[1],
            right: corners[2],
            bottom: corners[3],
        };
        let boxes = vec![one(0, [0.0, 0.0, 2.0, 2.0]), one(2, [1.0, 0.5, 3.0, 3.0])];
        let image = outlined(grey(6), &Label::Boxes(boxes), 3);
        let expected = ["0000..", "0.2222", "0.20.2", "0020.2", "..2..2", "..2222"];
        assert_eq!(seen(&image), expected);
    }
}
