//! What the page looks like, beside small pictures of it in `tests/snapshots/`.
//!
//! A picture is the screenshot in grey at a third of its size. Compared is the lightness of fields of
//! 24 x 24 CSS pixels, about two lines of text, and the distance is the largest mean difference in any
//! square of 4 x 4 fields: letters of another font are about as light on the whole, a panel that is
//! missing or has moved is not. Over the whole page both would be the same (measured: 0.8 of 255 for a
//! serif typeface and 0.7 for a page without its lesion panel). `SCANWEAVE_BLESS=1` writes the pictures
//! anew; look at them before they are committed.

use super::model::{fresh, fresh_brain};
use super::page::Page;
use super::site::{Offer, Site};
use image::GrayImage;
use image::imageops::{FilterType, resize};
use std::path::{Path, PathBuf};

/// A pixel of a picture is the mean of this many by this many of the screen.
const SCALE: u32 = 3;

/// Side of a field, pixels of a picture.
const FIELD: u32 = 8;
/// Side of the squares, fields.
const SQUARE: usize = 4;

/// Largest distance of a page that looks as it should, of 255. Measured on a desktop: a typeface of
/// another kind 3.8, letters heavier by 0.3 pixels 4.8; a header that is missing 14.8, a lesion panel
/// 16 (light) and 32 (dark).
const TOLERANCE: f64 = 8.0;

/// What is different each time: how long something took, how much is stored.
const UNSTEADY: &str =
    "[data-testid=status], [data-testid=figures], #stored-text { visibility: hidden !important }";
/// No cursor, no bars, nothing that moves.
const STILL: &str = "* { animation: none !important; transition: none !important; caret-color: transparent !important }
    ::-webkit-scrollbar { display: none }";

#[test]
fn the_page_looks_as_it_did_on_a_desktop_in_the_dark() {
    looks_as_it_did("desktop-dark", [1280, 1000], "dark", &fresh(7));
}

#[test]
fn the_page_looks_as_it_did_on_a_desktop_in_the_light() {
    looks_as_it_did("desktop-light", [1280, 1000], "light", &fresh(7));
}

#[test]
fn the_page_looks_as_it_did_on_a_phone_in_the_dark() {
    looks_as_it_did("phone-dark", [390, 2000], "dark", &fresh(7));
}

#[test]
fn several_modalities_look_as_they_did_on_a_tablet_in_the_light() {
    looks_as_it_did("tablet-light", [820, 1800], "light", &fresh_brain(7));
}

fn looks_as_it_did(name: &str, [width, height]: [u32; 2], theme: &str, model: &[u8]) {
    let site = Site::with_models(&[Offer::whole("fresh", model)]);
    let page = Page::open(&site, "about=blank");
    page.browser.screen(width, height);
    page.browser
        .open(&site.url(&format!("backend=cpu&seed=4&lang=en&theme={theme}")));
    page.until_ready("Seed 4:");
    let loaded =
        "return [...document.images].every(i => i.complete) && document.fonts.status === 'loaded'";
    page.wait("every picture", || page.browser.script(loaded) == true);
    style(&page, STILL);
    style(&page, UNSTEADY);
    let seen = picture(&page);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("snapshots/{name}.png"));
    if std::env::var_os("SCANWEAVE_BLESS").is_some() {
        seen.save(&file).expect("a folder of snapshots");
    }
    let expected = image::open(&file);
    let expected =
        expected.unwrap_or_else(|e| panic!("{}: {e}; SCANWEAVE_BLESS=1 writes it", file.display()));
    let expected = expected.to_luma8();
    assert_eq!(expected.dimensions(), seen.dimensions(), "{name}");
    let difference = far(&expected, &seen);
    println!("{name}: {difference:.3} of 255");
    if difference > TOLERANCE {
        let kept = kept(name);
        seen.save(&kept).expect("a folder");
        panic!(
            "{name} looks different by {difference:.2} of 255: compare {} with {}",
            kept.display(),
            file.display()
        );
    }
    // The measure sees what it is there for, and only that.
    let changed = |what: &str, rule: &str| {
        let sheet = style(&page, rule);
        let changed = far(&expected, &picture(&page));
        unstyle(&page, sheet);
        println!("{name}, {what}: {changed:.2} of 255");
        changed
    };
    let heavier = changed("heavier letters", "* { -webkit-text-stroke: 0.3px }");
    assert!(heavier < TOLERANCE, "letters make {heavier:.2}");
    for part in [
        "header",
        ".steps",
        "canvas[data-testid=image]",
        "[data-testid=panel-structure]",
    ] {
        let rule = format!("{part} {{ visibility: hidden !important }}");
        let without = changed(part, &rule);
        assert!(without > 1.5 * TOLERANCE, "without {part}: {without:.2}");
    }
}

/// Largest mean difference of the fields in a square.
fn far(a: &GrayImage, b: &GrayImage) -> f64 {
    let (width, a) = fields(a);
    let (_, b) = fields(b);
    let differences: Vec<f64> = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).collect();
    let rows: Vec<&[f64]> = differences.chunks_exact(width).collect();
    let square = |rows: &[&[f64]], x: usize| {
        let fields = rows.iter().flat_map(|row| &row[x..x + SQUARE]);
        fields.sum::<f64>() / (SQUARE * SQUARE) as f64
    };
    let squares = rows
        .windows(SQUARE)
        .flat_map(|rows| (0..=width - SQUARE).map(move |x| square(rows, x)));
    squares.fold(0.0, f64::max)
}

/// Mean lightness of the fields of a picture, row-major, and how many there are in a row.
fn fields(picture: &GrayImage) -> (usize, Vec<f64>) {
    let (width, height) = (picture.width() / FIELD, picture.height() / FIELD);
    let mean = |x: u32, y: u32| {
        let pixels = (0..FIELD * FIELD).map(|i| (x * FIELD + i % FIELD, y * FIELD + i / FIELD));
        let sum: u32 = pixels
            .map(|(x, y)| u32::from(picture.get_pixel(x, y)[0]))
            .sum();
        f64::from(sum) / f64::from(FIELD * FIELD)
    };
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    (width as usize, places.map(|(x, y)| mean(x, y)).collect())
}

fn picture(page: &Page) -> GrayImage {
    let screen = image::load_from_memory(&page.browser.screenshot()).expect("a PNG file");
    let screen = screen.to_luma8();
    let (width, height) = (screen.width() / SCALE, screen.height() / SCALE);
    resize(&screen, width, height, FilterType::Triangle)
}

/// Adds a style sheet, as the page's policy allows scripts to; returns its number.
fn style(page: &Page, rules: &str) -> u64 {
    let script = format!(
        "const sheet = new CSSStyleSheet(); sheet.replaceSync(`{rules}`);
         return document.adoptedStyleSheets.push(sheet)"
    );
    page.browser.script(&script).as_u64().expect("a number")
}

fn unstyle(page: &Page, sheet: u64) {
    page.browser.script(&format!(
        "document.adoptedStyleSheets.splice({sheet} - 1, 1)"
    ));
}

/// Where a picture that failed lies.
fn kept(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("scanweave-{name}.png"))
}
