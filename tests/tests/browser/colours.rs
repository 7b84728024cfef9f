//! A study in colour: its pictures are shown, read out, overlaid and saved in colour, and photographs keep theirs.

use super::backends::file_of;
use super::home::says;
use super::model::{Native, fresh, fresh_colour};
use super::overlays::laid;
use super::page::{CPU, Page, distance, tipped};
use super::site::{Offer, Site};
use image::{DynamicImage, RgbImage};
use scanweave::image::Image;
use scanweave::phantom::{Fundus, FundusOptions};

/// Side of the model's pictures.
const SIDE: usize = 64;
const SEED: u64 = 4;

/// The page of a grey study after a model in colour was dropped on it, and that model.
fn dropped() -> (Page, Native, Site) {
    let model = fresh_colour(7);
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, &format!("backend=cpu&seed={SEED}&lang=en"));
    page.until_ready("Seed 4:");
    let grey = page.shown("image");
    page.drop_file("fundus.weave", &model);
    page.until_changed("image", &grey.hash);
    page.until_ready("Seed 4:");
    (page, Native::open(&model), site)
}

/// The canvas shows what is painted here of the lines that the page shows.
#[track_caller]
fn agrees(page: &Page, native: &Native) -> Vec<u8> {
    let painted = native.painted(&page.structure(), SEED);
    let seen = page.colours("image");
    let (mean, largest) = distance(&seen, &painted.images[0].1.to_interleaved_u8());
    println!("mean difference {mean:.4}, largest {largest} of 255");
    assert!(mean <= CPU.mean && largest <= CPU.largest);
    let coloured = seen.chunks(3).filter(|p| p[0] != p[1] && p[1] != p[2]);
    assert!(coloured.count() > 40, "the picture has colours");
    seen
}

#[test]
fn a_model_in_colour_is_seen_and_read_out_in_colour() {
    let (page, native, _site) = dropped();
    let seen = agrees(&page, &native);

    let film = ".film:has(canvas[data-testid=image])";
    page.browser.drag(film, &[(0.0, 0.0), (0.1, 0.1)], "mouse");
    // Six tenths of 64 pixels.
    let pixel = &seen[3 * (38 * SIDE + 38)..][..3];
    let said = format!("R {} G {} B {}", pixel[0], pixel[1], pixel[2]);
    page.wait("three numbers", || {
        let read = page.text("readout");
        read.starts_with("x 38, y 38: ") && read.ends_with(&said)
    });

    // Lines have a black edge, so that they are seen on every hue.
    page.browser.click("[data-testid=overlay-structure]");
    let lines = page.shown("structure");
    let count = lines.pixels.iter().filter(|v| **v > 127).count();
    page.wait("lines with an edge", || {
        let laid = laid(&page);
        laid[0]["0 200 150"] == 16 * count && laid[0]["0 0 0"].as_u64() > Some(0)
    });
    page.is_quiet();
}

#[test]
fn what_is_saved_of_a_model_in_colour_has_the_colours_that_are_seen() {
    let (page, _, _site) = dropped();
    page.keep_files();
    let seen = page.colours("image");

    let png = page.saved("save");
    assert!(says(&png, b"SYNTHETIC image, not for diagnosis."));
    match image::load_from_memory(&png).expect("a PNG") {
        DynamicImage::ImageRgb8(picture) => assert!(picture.as_raw() == &seen),
        other => panic!("saved as {:?}", other.color()),
    }
    let nifti = page.saved("save-nifti");
    // Datatype RGB24 of 24 bits.
    assert_eq!(nifti[70..74], [128, 0, 24, 0]);
    assert!(nifti[352..] == seen, "red, green and blue of every voxel");

    page.browser.click("[data-testid=visible-mark]");
    let marked = image::load_from_memory(&page.saved("save")).expect("a PNG");
    assert!(marked.to_rgb8().as_raw() != &seen, "the word is in it");
    page.is_quiet();
}

#[test]
fn a_photograph_keeps_its_colours_and_gives_its_lines() {
    let (page, native, _site) = dropped();
    let sampled = page.shown("image");
    let rgb = Fundus::random(3, FundusOptions::default()).render(SIDE).rgb;
    let drawn = Image::new(rgb.into()).expect("channels of one size");
    let bytes = drawn.to_interleaved_u8();
    let side = SIDE as u32;
    let picture = RgbImage::from_raw(side, side, bytes.clone()).expect("three bytes per pixel");
    page.drop_file("eye.png", &file_of(&picture.into()));
    page.until_ready("From eye.png:");

    let read = Image::of_interleaved_u8(SIDE, SIDE, 3, &bytes).expect("three channels");
    let read = read.normalised().expect("colours");
    let shown = page.colours("source");
    assert!(shown == read.to_interleaved_u8(), "as the trainer reads it");
    let expected = native.structure_of(&native.source_plane(&read));
    assert!(expected.map.values().contains(&1.0), "it has lines");
    let found = page.structure();
    for (found, expected) in [(&found.map, &expected.map), (&found.mask, &expected.mask)] {
        let share = tipped(found, expected);
        assert!(share <= CPU.tipped, "{share} of the pixels differ");
    }
    agrees(&page, &native);
    assert!(page.shown("image") != sampled);
    page.is_quiet();
}
