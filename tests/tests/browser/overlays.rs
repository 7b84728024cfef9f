//! What is laid over the pictures: each overlay in its colour where its plane is, and gone when it is
//! switched off.

use super::marking::Desk;
use super::page::Page;
use serde_json::{Value, json};

/// Overlays and their colours (Okabe and Ito's palette).
const OVERLAYS: [(&str, [u8; 3]); 4] = [
    ("overlay-structure", [0, 200, 150]),
    ("overlay-mask", [230, 150, 200]),
    ("overlay-asked", [86, 180, 233]),
    ("overlay-found", [240, 160, 0]),
];

/// For each picture the colours that lie over it and how many of the overlay's pixels have them; nothing
/// where no overlay is seen.
pub fn laid(page: &Page) -> Value {
    page.browser.script(
        "return [...document.querySelectorAll('.panes canvas.overlay')].map(canvas => {
           if (getComputedStyle(canvas).display === 'none') return null;
           const d = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
           const count = {};
           for (let i = 0; i < d.length; i += 4) if (d[i + 3]) {
             const colour = `${d[i]} ${d[i + 1]} ${d[i + 2]}`; count[colour] = (count[colour] ?? 0) + 1;
           }
           return count })",
    )
}

fn toggle(page: &Page, overlay: &str) {
    page.browser.click(&format!("[data-testid={overlay}]"));
}

#[test]
fn every_overlay_shows_in_its_colour_and_goes() {
    let desk = Desk::opened();
    desk.ellipse();
    let page = &desk.page;
    let none = json!([null, null, null, null]);
    assert_eq!(laid(page), none, "at first nothing lies over the pictures");
    for (overlay, [red, green, blue]) in OVERLAYS {
        toggle(page, overlay);
        let name = format!("{red} {green} {blue}");
        page.wait(overlay, || {
            let laid = laid(page);
            let pictures = laid.as_array().expect("overlays");
            pictures.len() == 4
                && pictures.iter().any(|p| p[&name].as_u64() > Some(0))
                && pictures
                    .iter()
                    .all(|p| p.as_object().is_some_and(|p| p.keys().all(|c| *c == name)))
        });
        toggle(page, overlay);
        page.wait("bare pictures", || laid(page) == none);
    }
    page.is_quiet();
}

#[test]
fn the_lines_that_are_laid_over_are_those_of_the_structure_map() {
    let desk = Desk::opened();
    let page = &desk.page;
    toggle(page, "overlay-structure");
    let lines = page.shown("structure");
    let count = lines.pixels.iter().filter(|v| **v > 127).count();
    assert!(count > 40, "{count} pixels are few");
    // A pixel of the map is 4 x 4 of the overlay.
    let all = json!({ "0 200 150": 16 * count });
    page.wait("lines on all pictures", || {
        laid(page) == json!([all, all, all, all])
    });
    page.is_quiet();
}

#[test]
fn overlays_are_as_opaque_as_chosen_and_lie_over_a_comparison_too() {
    let desk = Desk::opened();
    let page = &desk.page;
    toggle(page, "overlay-mask");
    page.slide("overlay-opacity", 35.0);
    let opacity = |of: &str| {
        page.browser.script(&format!(
            "return Number(getComputedStyle(document.querySelector('{of} canvas.overlay')).opacity)"
        ))
    };
    page.wait("a pale overlay", || opacity(".panes") == 0.35);
    page.browser.click("[data-testid=mode-difference]");
    let over = ".panes:has(canvas[data-testid=compare])";
    let seen = format!("return !!document.querySelector('{over} canvas.overlay:not([hidden])')");
    page.wait("an overlay", || page.browser.script(&seen) == true);
    assert_eq!(opacity(over), 0.35);
    page.is_quiet();
}
