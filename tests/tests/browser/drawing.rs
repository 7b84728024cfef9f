//! Drawing lines on an empty sheet: the structure map holds what was drawn, pixel for pixel.

use super::model::fresh;
use super::page::Page;
use super::site::{Offer, Site};
use std::ops::RangeInclusive;

/// Side of the model's pictures.
const SIDE: usize = 64;
/// The row that is drawn in.
const ROW: usize = 20;
/// Columns of the line.
const LINE: RangeInclusive<usize> = 10..=50;
/// The board.
const BOARD: &str = "canvas[data-testid=board]";

/// The drawing tab on an empty sheet.
fn opened() -> (Page, Site) {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    page.browser.click("[data-testid=tab-draw]");
    page.browser.click("[data-testid=empty-sheet]");
    page.until_ready("From your drawing:");
    (page, site)
}

/// Draws along these pixels.
#[track_caller]
fn draw(page: &Page, tool: &str, way: &[(usize, usize)], pointer: &str) {
    let share = |at: usize| (at as f64 + 0.5) / SIDE as f64 - 0.5;
    let way: Vec<(f64, f64)> = way.iter().map(|&(x, y)| (share(x), share(y))).collect();
    let before = page.shown("structure");
    page.browser.click(&format!("[data-testid={tool}]"));
    page.browser.drag(BOARD, &way, pointer);
    page.until_changed("structure", &before.hash);
}

/// The structure map holds these columns of the row and nothing else.
#[track_caller]
fn holds(page: &Page, columns: impl Fn(usize) -> bool) {
    let map = page.shown("structure");
    assert_eq!(map.size, [SIDE; 2]);
    let lit = (0..SIDE * SIDE).filter(|i| map.pixels[*i] > 127);
    let expected = (0..SIDE).filter(|x| columns(*x)).map(|x| ROW * SIDE + x);
    assert_eq!(lit.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[test]
fn a_straight_line_keeps_its_ends_and_forgets_its_way() {
    let (page, _site) = opened();
    let way = [(10, ROW), (30, 45), (55, 5), (50, ROW)];
    draw(&page, "tool-line", &way, "mouse");
    holds(&page, |x| LINE.contains(&x));
    page.is_quiet();
}

#[test]
fn the_eraser_takes_away_what_it_touches() {
    let (page, _site) = opened();
    draw(&page, "tool-line", &[(10, ROW), (50, ROW)], "mouse");
    draw(&page, "tool-eraser", &[(20, ROW), (30, ROW)], "mouse");
    holds(&page, |x| LINE.contains(&x) && !(20..=30).contains(&x));
    page.is_quiet();
}

#[test]
fn a_stylus_draws_as_a_mouse_does() {
    let (page, _site) = opened();
    page.browser.script(&format!(
        "document.querySelector('{BOARD}').addEventListener('pointerdown', e => {{ window.pointer = e.pointerType }})"
    ));
    draw(&page, "tool-pen", &[(10, ROW), (50, ROW)], "pen");
    assert_eq!(page.browser.script("return window.pointer"), "pen");
    holds(&page, |x| LINE.contains(&x));
    page.is_quiet();
}

#[test]
fn clearing_takes_away_what_was_drawn_and_leaves_what_was_there() {
    let (page, _site) = opened();
    page.seed(4);
    let before = page.shown("image");
    draw(&page, "tool-pen", &[(10, 10), (50, 50)], "mouse");
    draw(&page, "tool-pen", &[(10, 50), (50, 10)], "mouse");
    page.browser.click("[data-testid=clear]");
    page.until_hash("image", &before.hash);
    let spent = "return document.querySelector('[data-testid=clear]').disabled";
    assert_eq!(page.browser.script(spent), true, "nothing is left to clear");
    // All of it is one step.
    page.browser.click("[data-testid=undo]");
    page.until_changed("image", &before.hash);
    page.is_quiet();
}
