//! Drawing over the lines of an image: inside its organ the structure map holds what was drawn, pixel for
//! pixel, and elsewhere what it held.

use super::backends::png;
use super::everyone::speak;
use super::model::fresh;
use super::page::Page;
use super::site::{Offer, Site};
use scanweave::phantom::{self, Anatomy};
use serde_json::json;

/// Side of the model's pictures.
const SIDE: usize = 64;
/// Length of what is drawn.
const LENGTH: usize = 24;
/// The board.
const BOARD: &str = "canvas[data-testid=board]";

/// The drawing tab with the lines of a thorax.
struct Sheet {
    page: Page,
    _site: Site,
    /// What the structure map held at first.
    before: Vec<bool>,
    /// Where a line begins that lies inside the organ.
    start: (usize, usize),
}

impl Sheet {
    fn opened() -> Self {
        let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
        let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
        page.until_ready("Seed 4:");
        // The organ of an untrained network is none: that of an image is.
        let drawn = phantom::draw(Anatomy::Thorax, 11, SIDE, false);
        let file = png(SIDE as u32, SIDE as u32, drawn.images[0].1.to_u8());
        page.pick(&site.file("thorax.png", &file));
        page.until_ready("From thorax.png:");
        page.browser.click("[data-testid=tab-draw]");
        let (before, outside) = (lit(&page, "structure"), lit(&page, "mask"));
        let fits = |i: &usize| {
            let (x, way) = (i % SIDE, *i..=*i + LENGTH);
            x + LENGTH < SIDE
                && way.clone().all(|i| !outside[i])
                && way.filter(|i| before[*i]).count() < 6
        };
        let start = (0..SIDE * SIDE).find(fits).expect("an organ with room");
        let start = (start % SIDE, start / SIDE);
        Self {
            page,
            _site: site,
            before,
            start,
        }
    }

    /// Draws along these pixels, counted from the start.
    #[track_caller]
    fn draw(&self, tool: &str, way: &[(usize, usize)], pointer: &str) {
        let share = |at: usize| (at as f64 + 0.5) / SIDE as f64 - 0.5;
        let (left, top) = self.start;
        let way: Vec<(f64, f64)> = way
            .iter()
            .map(|&(x, y)| (share(left + x), share(top + y)))
            .collect();
        let before = self.page.shown("structure");
        self.page.browser.click(&format!("[data-testid={tool}]"));
        self.page.browser.drag(BOARD, &way, pointer);
        self.page.until_changed("structure", &before.hash);
    }

    /// The structure map holds in the row of the start what `row` says, counted from there, and everywhere
    /// else what it held at first.
    #[track_caller]
    fn holds(&self, row: impl Fn(usize) -> Option<bool>) {
        let (left, top) = self.start;
        let found = lit(&self.page, "structure");
        for (i, found) in found.into_iter().enumerate() {
            let (x, y) = (i % SIDE, i / SIDE);
            let drawn = if y == top && x >= left {
                row(x - left)
            } else {
                None
            };
            assert_eq!(found, drawn.unwrap_or(self.before[i]), "pixel {x}, {y}");
        }
    }
}

/// Which pixels of a canvas are white.
fn lit(page: &Page, name: &str) -> Vec<bool> {
    let shown = page.shown(name);
    assert_eq!(shown.size, [SIDE; 2]);
    shown.pixels.iter().map(|v| *v > 127).collect()
}

#[test]
fn a_straight_line_keeps_its_ends_and_forgets_its_way() {
    let sheet = Sheet::opened();
    let way = [(0, 0), (9, 20), (20, 3), (LENGTH, 0)];
    sheet.draw("tool-line", &way, "mouse");
    sheet.holds(|x| (x <= LENGTH).then_some(true));
    sheet.page.is_quiet();
}

#[test]
fn the_eraser_takes_away_what_it_touches() {
    let sheet = Sheet::opened();
    sheet.draw("tool-line", &[(0, 0), (LENGTH, 0)], "mouse");
    sheet.draw("tool-eraser", &[(8, 0), (15, 0)], "mouse");
    sheet.holds(|x| (x <= LENGTH).then_some(!(8..=15).contains(&x)));
    sheet.page.is_quiet();
}

#[test]
fn a_stylus_draws_as_a_mouse_does() {
    let sheet = Sheet::opened();
    sheet.page.browser.script(&format!(
        "document.querySelector('{BOARD}').addEventListener('pointerdown', e => {{ window.pointer = e.pointerType }})"
    ));
    sheet.draw("tool-pen", &[(0, 0), (LENGTH, 0)], "pen");
    assert_eq!(sheet.page.browser.script("return window.pointer"), "pen");
    sheet.holds(|x| (x <= LENGTH).then_some(true));
    sheet.page.is_quiet();
}

#[test]
fn clearing_takes_away_what_was_drawn_and_leaves_what_was_there() {
    let sheet = Sheet::opened();
    let page = &sheet.page;
    sheet.draw("tool-pen", &[(0, 0), (LENGTH, 0)], "mouse");
    sheet.draw("tool-eraser", &[(8, 0), (15, 0)], "mouse");
    let drawn = page.shown("structure");
    page.browser.click("[data-testid=clear]");
    page.until_changed("structure", &drawn.hash);
    sheet.holds(|_| None);
    let spent = "return document.querySelector('[data-testid=clear]').disabled";
    assert_eq!(page.browser.script(spent), true, "nothing is left to clear");
    // All of it is one step.
    page.browser.click("[data-testid=undo]");
    page.until_hash("structure", &drawn.hash);
    page.is_quiet();
}

#[test]
fn an_empty_sheet_and_an_open_outline_paint_nothing_and_say_what_is_missing() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    page.browser.click("[data-testid=tab-draw]");
    let is_blank = || {
        let dark = ["image", "structure"].map(|name| page.shown(name).pixels);
        dark.concat().iter().all(|v| *v == 0)
    };
    assert!(!is_blank());
    let told = "[data-testid=missing]";
    assert!(!page.browser.displayed(told), "nothing is missing");
    page.browser.click("[data-testid=empty-sheet]");
    page.until_ready("Nothing is painted: the sheet is empty.");
    assert!(is_blank() && page.browser.displayed(told));
    // What is black all over is no synthesis to take home.
    let off = || {
        page.browser.script(
            "return ['save', 'save-nifti', 'share'].map(name => document.querySelector(`[data-testid=${name}]`).disabled)",
        )
    };
    assert_eq!(off(), json!([true, true, true]));

    // Three sides of a square, in which a network sees an organ all the same; then the fourth.
    page.browser.click("[data-testid=tool-pen]");
    let corners = [(-0.2, -0.2), (-0.2, 0.2), (0.2, 0.2), (0.2, -0.2)];
    page.browser.drag(BOARD, &corners, "mouse");
    page.until_ready("Nothing is painted: no outline is closed.");
    assert!(is_blank() && page.browser.displayed(told));
    speak(&page, "zh-Hans");
    page.wait("Chinese", || page.text("missing").contains("轮廓没有闭合"));
    speak(&page, "en");
    page.browser.drag(BOARD, &[corners[3], corners[0]], "mouse");
    page.until_ready("From your drawing:");
    assert!(!is_blank() && !page.browser.displayed(told));
    assert_eq!(off(), json!([false, false, false]));
    let organ = page.shown("mask").pixels;
    assert!(organ.contains(&0), "what it encloses is the organ");
    page.is_quiet();
}
