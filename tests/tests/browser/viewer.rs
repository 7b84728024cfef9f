//! Looking at several modalities: zoom, cross-hair, comparison, overlays, and the stages of algorithm 1.

use super::backends::png;
use super::model::{fresh, fresh_brain};
use super::page::Page;
use super::site::{Offer, Site};

/// A digest of what the canvas of this name has on the screen.
fn look(page: &Page, id: &str) -> String {
    let script = format!(
        "const c = document.querySelector('canvas[data-testid={id}]'); if (!c?.width) return '';
         const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
         let h = 0; for (const v of d) h = (Math.imul(h, 31) + v) | 0; return `${{c.width}} ${{h}}`"
    );
    page.browser
        .script(&script)
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn modalities_are_read_zoomed_and_compared_together() {
    let site = Site::with_models(&[Offer::whole("brain", &fresh_brain(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");

    // The cross-hair reads every modality where one of them is pointed at.
    page.browser.drag(
        "canvas[data-testid=image]",
        &[(0.0, 0.0), (0.1, 0.1)],
        "mouse",
    );
    page.wait("grey values", || {
        let said = page.text("readout");
        ["T1 ", "T2 ", "FLAIR "]
            .iter()
            .all(|name| said.contains(name))
    });

    assert_eq!(page.text("zoom"), "100%");
    page.browser.click("[data-testid=zoom-in]");
    assert_ne!(page.text("zoom"), "100%");
    page.browser.click("[data-testid=zoom-reset]");
    page.wait("the whole picture", || page.text("zoom") == "100%");

    page.browser.click("[data-testid=mode-difference]");
    page.wait("a difference", || !look(&page, "compare").is_empty());
    let difference = look(&page, "compare");
    page.browser.click("[data-testid=mode-blink]");
    page.wait("one of two", || {
        let now = look(&page, "compare");
        !now.is_empty() && now != difference
    });
    page.browser.click("[data-testid=blink-pause]");
    let one = look(&page, "compare");
    page.browser.click("[data-testid=blink-other]");
    page.wait("the other", || look(&page, "compare") != one);
    page.browser.click("[data-testid=mode-beside]");
    let alone = "return !document.querySelector('canvas[data-testid=compare]')";
    page.wait("all of them", || page.browser.script(alone) == true);
    page.is_quiet();
}

#[test]
fn the_stages_of_an_own_image_are_shown_and_follow_its_values() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    page.browser.click("[data-testid=tab-image]");
    let pixels: Vec<u8> = (0..96 * 96_u32)
        .map(|i| {
            if (i % 96).abs_diff(48) + (i / 96).abs_diff(48) < 30 {
                200
            } else {
                20 + (i % 7) as u8
            }
        })
        .collect();
    page.drop_file("disc.png", &png(96, 96, pixels));
    page.until_ready("From disc.png");
    let stages = "return document.querySelectorAll('[data-testid=steps] canvas').length";
    page.wait("the stages", || {
        page.browser
            .script(stages)
            .as_u64()
            .is_some_and(|count| count >= 4)
    });
    let before = page.shown("structure");
    page.browser.script(
        "const s = document.querySelector('[data-testid=value-alpha]'); s.value = s.max;
         s.dispatchEvent(new Event('input', { bubbles: true })); s.dispatchEvent(new Event('change', { bubbles: true }))",
    );
    page.until_changed("structure", &before.hash);
    page.browser.click("[data-testid=values-study]");
    page.until_hash("structure", &before.hash);
    page.is_quiet();
}
