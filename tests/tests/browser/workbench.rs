//! The workbench as a person uses it: walk, draw, place a lesion, share.

use super::model::{fresh, fresh_boxes};
use super::page::Page;
use super::site::{Offer, Site};

/// A stroke through the middle of the board.
const STROKE: [(f64, f64); 3] = [(-0.1, -0.05), (0.0, 0.05), (0.12, 0.0)];
/// A lesion well inside a head.
const INSIDE: [(f64, f64); 3] = [(-0.03, -0.03), (0.0, 0.02), (0.04, 0.0)];
/// A lesion on the background.
const OUTSIDE: [(f64, f64); 2] = [(-0.48, -0.48), (-0.45, -0.45)];

#[test]
fn a_drawn_line_is_painted_and_undone() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    let before = page.shown("image");
    page.browser.click("[data-testid=tab-draw]");
    page.browser.click("[data-testid=tool-pen]");
    page.browser
        .drag("canvas[data-testid=board]", &STROKE, "mouse");
    page.until_changed("image", &before.hash);
    let drawn = page.shown("image");
    let lines = |shown: &super::page::Shown| shown.pixels.iter().filter(|v| **v > 0).count();
    page.browser.click("[data-testid=undo]");
    page.until_hash("image", &before.hash);
    page.browser.click("[data-testid=redo]");
    page.until_hash("image", &drawn.hash);
    page.browser.click("[data-testid=empty-sheet]");
    page.until_changed("image", &drawn.hash);
    page.until_ready("");
    assert_eq!(
        lines(&page.shown("structure")),
        0,
        "an empty sheet has no lines"
    );
    page.is_quiet();
}

#[test]
fn touch_and_keys_draw_too() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    page.browser.click("[data-testid=tab-draw]");
    page.browser.click("[data-testid=tool-pen]");
    let before = page.shown("image");
    page.browser
        .drag("canvas[data-testid=board]", &STROKE, "touch");
    page.until_changed("image", &before.hash);
    let touched = page.shown("image");
    // The cursor is where the finger was lifted: back along the stroke, taking it away again. Space puts
    // the eraser down and lifts it.
    page.browser.click("[data-testid=tool-eraser]");
    page.browser
        .script("document.querySelector('canvas[data-testid=board]').focus()");
    let left = "\u{e012}";
    page.browser
        .press(&[" ", left, left, left, left, left, left, " "]);
    page.until_changed("image", &touched.hash);
    page.is_quiet();
}

#[test]
fn the_latent_space_is_walked() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    let centre = page.shown("image");
    page.browser.click("[data-testid=tab-walk]");
    page.browser.drag(
        "[data-testid=walk-pad]",
        &[(0.0, 0.0), (0.3, -0.2)],
        "mouse",
    );
    page.until_changed("image", &centre.hash);
    page.until_ready("");
    page.browser.click("[data-testid=show-atlas]");
    let drawn = "const c = document.querySelector('canvas[data-testid=atlas]'); if (!c || !c.width) return 0;
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        const side = c.width / 9; let tiles = 0;
        for (let row = 0; row < 9; row++) for (let column = 0; column < 9; column++) {
          let some = false;
          for (let y = row * side; y < (row + 1) * side && !some; y++) for (let x = column * side; x < (column + 1) * side; x++)
            if (d[4 * (Math.floor(y) * c.width + Math.floor(x)) + 3] > 0) { some = true; break; }
          tiles += some;
        } return tiles";
    page.wait("an atlas of 81 maps", || page.browser.script(drawn) == 81);
    page.is_quiet();
}

#[test]
fn a_lesion_is_drawn_where_it_may_lie_and_refused_elsewhere() {
    let site = Site::shipped();
    let page = Page::open(&site, "backend=cpu&model=brain-mri&seed=3&class=0");
    page.until_ready("Seed 3:");
    let healthy = page.shown("image-2");
    page.browser.click("[data-testid=lesion-brush]");
    page.browser
        .drag("canvas[data-testid=lesion-board]", &OUTSIDE, "mouse");
    page.wait("a refusal", || {
        page.browser.script(
            "return document.querySelector('[data-testid=lesion-refused]')?.dataset.refused === 'true'",
        ) == true
    });
    page.until_hash("image-2", &healthy.hash);
    page.browser
        .drag("canvas[data-testid=lesion-board]", &INSIDE, "mouse");
    page.until_changed("image-2", &healthy.hash);
    page.until_ready("");
    let label = page.shown("lesion").pixels;
    assert!(
        label.iter().filter(|v| **v > 0).count() > 4,
        "the lesion is there"
    );
    let figures = "return document.querySelector('[data-testid=figures]')?.textContent ?? ''";
    page.wait("figures", || {
        let text = page.browser.script(figures);
        text.as_str()
            .is_some_and(|t| t.contains("0.") || t.contains("1.0"))
    });
    page.browser.click("[data-testid=lesion-none]");
    page.until_hash("image-2", &healthy.hash);
    page.browser.click("[data-testid=lesion-random]");
    page.until_changed("image-2", &healthy.hash);
    page.is_quiet();
}

#[test]
fn boxes_are_drawn_for_studies_that_have_them() {
    let site = Site::with_models(&[Offer::whole("boxes", &fresh_boxes(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    let before = page.shown("image");
    // The lungs of an untrained network are no lungs: a box that the model places itself is legal.
    page.browser.click("[data-testid=lesion-random]");
    page.until_changed("image", &before.hash);
    assert!(page.shown("lesion").pixels.iter().any(|v| *v > 0));
    page.browser.click("[data-testid=lesion-none]");
    page.until_hash("image", &before.hash);
    page.is_quiet();
}

#[test]
fn a_shared_link_shows_the_same_picture_elsewhere() {
    let site = Site::shipped();
    let page = Page::open(&site, "backend=cpu&model=brain-mri&seed=3&class=0");
    page.until_ready("Seed 3:");
    let healthy = page.shown("image");
    page.browser.click("[data-testid=tab-draw]");
    page.browser.click("[data-testid=tool-pen]");
    page.browser
        .drag("canvas[data-testid=board]", &STROKE, "mouse");
    page.until_changed("image", &healthy.hash);
    page.until_ready("");
    let drawn = page.shown("image");
    let link = page.link();
    drop(page);
    // Another profile on the same site.
    let elsewhere = Page::at(&link);
    elsewhere.until_ready("");
    assert!(
        elsewhere.shown("image").hash == drawn.hash,
        "the link is the picture"
    );
    drop(elsewhere);
    let (address, _) = link.split_once('#').expect("a hash");
    let hostile = Page::at(&format!("{address}#s=AAAA____garbage"));
    hostile.wait("a sentence about the link", || !hostile.error().is_empty());
    hostile.wait("a picture all the same", || {
        hostile
            .browser
            .script("return !!document.querySelector('canvas[data-testid=image]')?.dataset.hash")
            == true
    });
}
