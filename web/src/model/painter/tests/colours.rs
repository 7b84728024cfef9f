//! A study whose pictures are in colour.

use super::*;

/// A plane of waves; `shift` moves them.
fn waves(shift: usize) -> Plane {
    Plane::from_fn(64, 64, |x, y| ((x * y / 16 + shift) % 9) as f32 / 8.0)
}

fn photograph() -> Image {
    Image::new([0, 3, 6].map(waves).into()).expect("channels of one size")
}

#[test]
fn what_is_painted_in_colour_is_seen_in_colour() {
    let pipeline = opened(&networks::untrained_in_colour(SIZE));
    let painted = fresh(&pipeline, &of_seed(&pipeline, 1));
    let (_, image) = &painted.sample.images[0];
    assert_eq!(image.channels(), 3);
    let picture = painted.picture(pipeline.study());
    let (name, pixels) = &picture.images[0];
    assert_eq!(name, "fundus");
    assert_eq!(pixels.bytes(), image.to_interleaved_u8());
    assert!(pixels.rgb().any(|[r, g, b]| r != g && g != b));
    assert_eq!(picture.structure.channels(), 1, "lines have no colour");
}

#[test]
fn a_photograph_keeps_its_colours_and_gives_its_lines() {
    let pipeline = opened(&networks::untrained_in_colour(SIZE));
    assert!(in_colour(pipeline.study()) && !in_colour(masks().study()));
    let scene = Scene {
        origin: Origin::Image { values: None },
        ..of_seed(&pipeline, 1)
    };
    let painted = |image: Image| {
        let mut painter = Painter::default();
        painter.bring(image, Frame::SQUARE);
        done(painter.paint(&pipeline, &scene, FULL)).expect("a picture")
    };
    let colour = painted(photograph());
    let source = colour.picture(pipeline.study()).source.expect("an image");
    let small = photograph().map_planes(|plane| plane.resized(SIZE, SIZE));
    assert_eq!(source.bytes(), small.to_interleaved_u8());

    // The lines are those of one plane of it.
    let plane = source_plane(pipeline.study(), &photograph());
    let grey = painted(plane.into());
    assert_eq!(colour.sample, grey.sample);
    assert_eq!(colour.steps, grey.steps);
    let source = grey.picture(pipeline.study()).source.expect("an image");
    assert_eq!(source.channels(), 1);
}
