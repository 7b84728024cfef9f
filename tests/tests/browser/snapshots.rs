//! What the page looks like, beside small pictures of it in `tests/snapshots/`.
//!
//! A picture is the screenshot at a third of its size. Compared is the colour of fields of 24 x 24 CSS
//! pixels, about two lines of text, and the distance is the largest mean difference in any square of 4 x 4
//! fields: letters of another font are about as light on the whole, a panel that is
//! missing or has moved is not. Over the whole page both would be the same (measured: 0.8 of 255 for a
//! serif typeface and 0.7 for a page without its lesion panel). `SCANWEAVE_BLESS=1` writes the pictures
//! anew; look at them before they are committed.

use super::model::{fresh, fresh_brain};
use super::page::Page;
use super::site::{Offer, Site};
use image::RgbImage;
use image::imageops::{FilterType, resize};
use std::path::{Path, PathBuf};

/// A pixel of a picture is the mean of this many by this many of the screen.
const SCALE: u32 = 3;

/// Side of a field, pixels of a picture.
const FIELD: u32 = 8;
/// Side of the squares, fields.
const SQUARE: usize = 4;

/// Largest distance of a page that looks as it should, of 255. Measured: letters heavier by 0.3 pixels 3.8 to
/// 5.0; a header that is missing 15, other colours of the same lightness 50.
const TOLERANCE: f64 = 8.0;

/// What is different each time: how long something took, how much is stored.
const UNSTEADY: &str =
    "[data-testid=status], [data-testid=figures], #stored-text { visibility: hidden !important }";
/// No cursor, no bars, nothing that moves.
const STILL: &str = "* { animation: none !important; transition: none !important; caret-color: transparent !important }
    ::-webkit-scrollbar { display: none }";

#[test]
fn the_page_looks_as_it_did_on_a_desktop() {
    looks_as_it_did("desktop", [1280, 1000], &fresh(7));
}

#[test]
fn the_page_looks_as_it_did_on_a_phone() {
    looks_as_it_did("phone", [390, 2000], &fresh(7));
}

#[test]
fn several_modalities_look_as_they_did_on_a_tablet() {
    looks_as_it_did("tablet", [820, 1800], &fresh_brain(7));
}

/// In both themes.
fn looks_as_it_did(screen: &str, [width, height]: [u32; 2], model: &[u8]) {
    let site = Site::with_models(&[Offer::whole("fresh", model)]);
    let page = Page::open(&site, "about=blank");
    page.browser.screen(width, height);
    page.browser
        .open(&site.url("backend=cpu&seed=4&lang=en&theme=dark"));
    page.until_ready("Seed 4:");
    let loaded =
        "return [...document.images].every(i => i.complete) && document.fonts.status === 'loaded'";
    page.wait("every picture", || page.browser.script(loaded) == true);
    style(&page, STILL);
    style(&page, UNSTEADY);
    for theme in ["dark", "light"] {
        page.browser.script(&format!(
            "const choice = document.getElementById('theme'); choice.value = '{theme}'; choice.dispatchEvent(new Event('change'))"
        ));
        looks_so(&page, &format!("{screen}-{theme}"));
    }
}

fn looks_so(page: &Page, name: &str) {
    let seen = picture(page);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("snapshots/{name}.png"));
    if std::env::var_os("SCANWEAVE_BLESS").is_some() {
        seen.save(&file).expect("a folder of snapshots");
    }
    let expected = image::open(&file);
    let expected =
        expected.unwrap_or_else(|e| panic!("{}: {e}; SCANWEAVE_BLESS=1 writes it", file.display()));
    let expected = expected.to_rgb8();
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
        let sheet = style(page, rule);
        let changed = far(&expected, &picture(page));
        unstyle(page, sheet);
        println!("{name}, {what}: {changed:.2} of 255");
        changed
    };
    let heavier = changed("heavier letters", "* { -webkit-text-stroke: 0.3px }");
    assert!(heavier < TOLERANCE, "letters make {heavier:.2}");
    let hues = changed("other colours", "html { filter: hue-rotate(120deg) }");
    assert!(
        hues > 1.5 * TOLERANCE,
        "other colours of the same lightness make {hues:.2}"
    );
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
fn far(a: &RgbImage, b: &RgbImage) -> f64 {
    let (width, a) = fields(a);
    let (_, b) = fields(b);
    let differences: Vec<f64> = a.iter().zip(&b).map(|(a, b)| apart(a, b)).collect();
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

/// Mean colour of the fields of a picture, row-major, and how many there are in a row.
fn fields(picture: &RgbImage) -> (usize, Vec<[f64; 3]>) {
    let (width, height) = (picture.width() / FIELD, picture.height() / FIELD);
    let mean = |x: u32, y: u32| {
        let pixels = (0..FIELD * FIELD).map(|i| (x * FIELD + i % FIELD, y * FIELD + i / FIELD));
        let mut sums = [0; 3];
        for (x, y) in pixels {
            let colour = picture.get_pixel(x, y).0;
            (0..3).for_each(|channel| sums[channel] += u32::from(colour[channel]));
        }
        sums.map(|sum| f64::from(sum) / f64::from(FIELD * FIELD))
    };
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    (width as usize, places.map(|(x, y)| mean(x, y)).collect())
}

/// The largest difference of red, green or blue.
fn apart(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    (0..3).map(|c| (a[c] - b[c]).abs()).fold(0.0, f64::max)
}

fn picture(page: &Page) -> RgbImage {
    let screen = image::load_from_memory(&page.browser.screenshot()).expect("a PNG file");
    let screen = screen.to_rgb8();
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
