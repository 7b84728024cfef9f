//! The way between two pinned places of the latent space.

use super::model::{fresh, fresh_brain};
use super::page::Page;
use super::site::{Offer, Site};
use serde_json::json;

/// At the head of an engine: it takes so long for each picture that several moves of a pointer go by. What it
/// says of a move that a newer one has overtaken is short, and takes no time.
const SLOW: &str = "const say = self.postMessage.bind(self);
    self.postMessage = parcel => {
      if (parcel[0].length > 1000) { const end = performance.now() + 60; while (performance.now() < end); }
      say(parcel);
    };";
/// Counts the pictures that are shown while the walk is dragged.
const COUNTING: &str = "const find = name => document.querySelector(`[data-testid=${name}]`);
    const pad = find('walk-pad'), image = find('image');
    window.repaints = 0; let held = false, last = image.dataset.hash;
    pad.addEventListener('pointerdown', () => { held = true; });
    pad.addEventListener('pointerup', () => { held = false; });
    new MutationObserver(() => {
      if (held && image.dataset.hash !== last) window.repaints += 1;
      last = image.dataset.hash;
    }).observe(image, { attributeFilter: ['data-hash'] });";
/// Moves the pointer to and fro over the pad for good, and never rests longer than a frame.
const RESTLESS: &str = "const pad = document.querySelector('[data-testid=walk-pad]'), frame = pad.getBoundingClientRect();
    window.point = (kind, x, y) => pad.dispatchEvent(new PointerEvent(kind, { pointerId: 7, pointerType: 'mouse',
      isPrimary: true, button: 0, buttons: 1, bubbles: true,
      clientX: frame.left + x * frame.width, clientY: frame.top + y * frame.height }));
    point('pointerdown', 0.5, 0.5);
    let move = 0;
    window.restless = setInterval(() => { move += 1; point('pointermove', 0.5 + 0.3 * Math.sin(move / 40), 0.5 + move % 2 / 100); }, 16);";
/// Lifts it elsewhere.
const LIFTED: &str =
    "clearInterval(window.restless); point('pointermove', 0.8, 0.3); point('pointerup', 0.8, 0.3)";
/// Pictures that are waited for while it moves.
const REPAINTS: u64 = 20;

/// The small model with a pin at the seed and one beside it, on the way between them.
pub fn pinned(site: &Site) -> Page {
    let page = Page::open(site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    page.browser.click("[data-testid=tab-walk]");
    page.browser.click("[data-testid=pin-a]");
    let seed = page.shown("image");
    aside(&page);
    page.until_changed("image", &seed.hash);
    page.browser.click("[data-testid=pin-b]");
    page
}

/// The small model at a tile of the atlas, two to the right of the seed and one above, that was clicked
/// beside its middle.
pub fn on_a_tile(site: &Site) -> Page {
    let page = Page::open(site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    page.browser.click("[data-testid=tab-walk]");
    page.browser.click("[data-testid=show-atlas]");
    page.wait("an atlas", || {
        page.browser
            .script("return document.querySelector('canvas[data-testid=atlas]').dataset.tiles")
            == "81"
    });
    let seed = page.shown("image");
    let place = ((6.0 + 0.7) / 9.0 - 0.5, (3.0 + 0.4) / 9.0 - 0.5);
    page.browser
        .drag("[data-testid=walk-pad]", &[place, place], "mouse");
    page.until_changed("image", &seed.hash);
    page
}

/// Walks to a place beside the seed.
pub fn aside(page: &Page) {
    page.browser.drag(
        "[data-testid=walk-pad]",
        &[(0.0, 0.0), (0.3, -0.2)],
        "mouse",
    );
}

#[test]
fn the_way_between_two_pins_begins_at_the_one_and_ends_at_the_other() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = pinned(&site);
    let there = page.shown("image");
    page.slide("between", 0.5);
    page.until_changed("image", &there.hash);
    let middle = page.shown("image");
    page.slide("between", 0.0);
    page.until_changed("image", &middle.hash);
    let here = page.shown("image");
    page.slide("between", 1.0);
    page.until_changed("image", &here.hash);
    assert!(page.shown("image") == there, "the end is pin B");
    assert!(there != middle && here != middle && here != there);
    page.browser.click("[data-testid=tab-sample]");
    let seed = page.seed(4);
    assert!(here == seed, "the beginning is pin A");
    page.is_quiet();
}

#[test]
fn the_picture_follows_a_drag_that_never_rests() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    site.before_engine(SLOW);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    page.browser.click("[data-testid=tab-walk]");
    page.browser.script(COUNTING);
    page.browser.script(RESTLESS);
    let repaints = || page.browser.script("return window.repaints").as_u64();
    page.wait("repaints", || repaints() >= Some(REPAINTS));
    page.browser.script(LIFTED);
    // At the end it is the picture of the place where the pointer was lifted.
    page.until_ready("From the latent space:");
    let walked = page.shown("image");
    page.browser.reload();
    page.until_ready("From the latent space:");
    assert!(page.shown("image") == walked, "another place");
    page.is_quiet();
}

/// A drag paints the modality that is looked at: the others look waiting until it ends.
#[test]
fn modalities_that_a_drag_does_not_paint_look_waiting() {
    let site = Site::with_models(&[Offer::whole("brain", &fresh_brain(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    page.browser.click("[data-testid=tab-walk]");
    let behind = || {
        page.browser.script(
            "return [...document.querySelectorAll('.panes canvas.data')].map(c => Number(getComputedStyle(c).opacity) < 0.5)",
        )
    };
    let none = json!([false, false, false, false]);
    assert_eq!(behind(), none);
    let point = |kind: &str, x: f64| {
        page.browser.script(&format!(
            "const pad = document.querySelector('[data-testid=walk-pad]'), frame = pad.getBoundingClientRect();
             pad.dispatchEvent(new PointerEvent('{kind}', {{ pointerId: 7, pointerType: 'mouse', isPrimary: true, button: 0,
               buttons: 1, bubbles: true, clientX: frame.left + {x} * frame.width, clientY: frame.top + 0.5 * frame.height }}))"
        ));
    };
    let before = page.shown("image");
    point("pointerdown", 0.5);
    point("pointermove", 0.7);
    let others = json!([false, true, true, true]);
    page.wait("three that wait", || behind() == others);
    assert!(page.shown("image").hash != before.hash, "one is painted");
    point("pointerup", 0.7);
    page.until_ready("From the latent space:");
    page.wait("all of them", || behind() == none);
    page.is_quiet();
}

#[test]
fn a_click_on_the_atlas_goes_to_the_middle_of_a_tile() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = on_a_tile(&site);
    let said = page.text("walk-at");
    assert!(said.contains("1.00") && said.contains("-0.50"), "{said}");
    page.is_quiet();
}

#[test]
fn there_is_no_way_without_two_pins() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    page.browser.click("[data-testid=tab-walk]");
    let off = "return document.querySelector('[data-testid=between]').disabled";
    assert_eq!(page.browser.script(off), true, "without a pin");
    page.browser.click("[data-testid=pin-a]");
    assert_eq!(page.browser.script(off), true, "with one");
    page.browser.click("[data-testid=pin-b]");
    page.wait("a way", || page.browser.script(off) == false);
    page.is_quiet();
}
