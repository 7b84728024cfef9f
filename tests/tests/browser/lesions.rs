//! The lesion tools of studies that label the whole image or draw boxes, on small models of our own:
//! no shipped model has such lesions.

use super::backends::png;
use super::marking::by_chance;
use super::model::{Native, fresh_boxes, fresh_classes};
use super::page::{CPU, Page, Shown, Tolerance, WEBGPU, distance};
use super::site::{Offer, Site};
use scanweave::image::{Image, Plane};
use scanweave::label::boxes::around;
use scanweave::label::{ClassMap, Label, LabelBox};
use scanweave::phantom::{self, Anatomy};

/// The page's seed.
const SEED: u64 = 4;
/// Side of the boxes, pixels.
const BOX: usize = 8;
/// The arrow keys as WebDriver writes them.
const LEFT: &str = "\u{e012}";
const UP: &str = "\u{e013}";
const RIGHT: &str = "\u{e014}";
const DOWN: &str = "\u{e015}";

#[test]
fn the_finding_that_is_chosen_is_painted() {
    let model = fresh_classes(7);
    let native = Native::open(&model);
    let site = Site::with_models(&[Offer::whole("findings", &model)]);
    let page = Page::open(&site, &format!("backend=cpu&seed={SEED}"));
    page.until_ready("Seed 4:");
    let structure = page.structure();
    let mut seen: Vec<Shown> = Vec::new();
    for class in 0..3 {
        if class > 0 {
            page.browser
                .click(&format!("[data-testid=finding-{class}]"));
            page.until_changed("image", &seen[class - 1].hash);
        }
        let shown = page.shown("image");
        let painted = native.painted_with(&structure, &Label::Class(class), SEED);
        close(&shown, &painted.images[0].1);
        assert!(!seen.contains(&shown), "class {class} is another picture");
        seen.push(shown);
    }
    assert!(page.structure() == structure, "the lines stay");
    let twice = "return document.querySelector('[data-testid=class-select]') !== null";
    assert_eq!(page.browser.script(twice), false, "asked for in one place");
    // The keys of a group of radio buttons, and undo.
    page.browser
        .script("document.querySelector('[data-testid=finding-2]').focus()");
    page.browser.press(&[UP]);
    page.until_hash("image", &seen[1].hash);
    page.browser
        .script("window.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true }))");
    page.until_hash("image", &seen[2].hash);
    let chosen = "return document.querySelector('[data-testid=finding-2]').checked";
    assert_eq!(page.browser.script(chosen), true, "the choice follows undo");
    page.is_quiet();
}

#[test]
fn boxes_are_drawn_and_moved_by_pointer_and_by_keys_and_refused_outside_the_organ() {
    let model = fresh_boxes(7);
    let native = Native::open(&model);
    let side = native.size();
    let site = Site::with_models(&[Offer::whole("boxes", &model)]);
    let page = by_chance(&site, &format!("backend=cpu&seed={SEED}"));
    page.until_ready("Seed 4:");
    // The organ of an untrained network is none: that of an image is.
    page.pick(&site.file("thorax.png", &thorax(side)));
    page.until_ready("From thorax.png:");
    let healthy = page.shown("image");
    let structure = page.structure();
    let (x, y) = place(&native.forbidden(&structure));
    let (right, bottom) = (x + BOX - 1, y + BOX - 1);
    let spot = |x: usize, y: usize| {
        let share = |at: usize| (at as f64 + 0.5) / side as f64 - 0.5;
        (share(x), share(y))
    };

    let board = "canvas[data-testid=lesion-board]";
    page.browser
        .drag(board, &[spot(x, y), spot(right, bottom)], "mouse");
    page.until_changed("image", &healthy.hash);
    page.until_ready("");
    let (drawn, label) = (page.shown("image"), page.shown("lesion"));
    let inside = |i: usize| (x..=right).contains(&(i % side)) && (y..=bottom).contains(&(i / side));
    for (i, shade) in label.pixels.iter().enumerate() {
        assert_eq!(*shade > 0, inside(i), "pixel {i} of the label");
    }
    let one = LabelBox {
        class: 0,
        left: x as f32,
        top: y as f32,
        right: (right + 1) as f32,
        bottom: (bottom + 1) as f32,
    };
    let painted = native.painted_with(&structure, &Label::Boxes(vec![one]), SEED);
    close(&drawn, &painted.images[0].1);

    // The same box with the keys: the cursor is where the pointer was lifted.
    page.browser.click("[data-testid=box-delete-0]");
    page.until_hash("image", &healthy.hash);
    page.browser
        .script(&format!("document.querySelector('{board}').focus()"));
    let back = [vec![LEFT; BOX - 1], vec![UP; BOX - 1]].concat();
    let forth = [vec![RIGHT; BOX - 1], vec![DOWN; BOX - 1]].concat();
    page.browser
        .press(&[back, vec![" "], forth, vec![" "]].concat());
    page.until_hash("image", &drawn.hash);

    // Moved by its middle, changed by a corner, with the pointer and with the keys; outside it is refused.
    page.browser.click("[data-testid=box-move]");
    let middle = (x + BOX / 2, y + BOX / 2);
    page.browser.drag(
        board,
        &[spot(middle.0, middle.1), spot(middle.0 + 1, middle.1 + 1)],
        "mouse",
    );
    let at = |x: usize, y: usize, width: usize, height: usize| {
        let text = format!("x {x}, y {y}, {width} × {height} px");
        page.wait(&text, || page.text("boxes").contains(&text));
    };
    at(x + 1, y + 1, BOX, BOX);
    page.browser
        .script(&format!("document.querySelector('{board}').focus()"));
    page.browser.press(&[" ", LEFT, UP, " "]);
    page.until_hash("image", &drawn.hash);
    at(x, y, BOX, BOX);
    let corner = [spot(right, bottom), spot(right - 2, bottom - 1)];
    page.browser.drag(board, &corner, "mouse");
    at(x, y, BOX - 2, BOX - 1);
    page.browser.click("[data-testid=lesion-undo]");
    page.until_hash("image", &drawn.hash);
    refused(&page, &drawn, || {
        let away = [spot(middle.0, middle.1), spot(0, 0)];
        page.browser.drag(board, &away, "mouse");
    });
    page.browser.click("[data-testid=box-draw]");

    // Outside, with the pointer and with the keys: said, and taken back.
    refused(&page, &drawn, || {
        page.browser.drag(board, &[spot(0, 0), spot(5, 5)], "mouse");
    });
    refused(&page, &drawn, || {
        page.browser
            .script(&format!("document.querySelector('{board}').focus()"));
        page.browser.press(&[" ", LEFT, LEFT, UP, " "]);
    });
    placed_by_chance(&page, &native.forbidden(&structure));
    page.is_quiet();
}

/// A line that is drawn and a box that is placed on the graphics device are painted as the pipeline here paints them.
#[test]
fn a_line_and_a_lesion_are_painted_on_webgpu_as_here() {
    let model = fresh_boxes(7);
    let native = Native::open(&model);
    let side = native.size();
    let site = Site::with_models(&[Offer::whole("boxes", &model)]);
    let page = by_chance(&site, &format!("backend=webgpu&seed={SEED}"));
    page.until_ready("Seed 4:");
    assert_eq!(page.backend(), "webgpu", "{}", page.status());
    let healthy = page.shown("image");
    page.browser.click("[data-testid=lesion-random]");
    page.until_changed("image", &healthy.hash);
    let (ill, before) = (page.shown("image"), page.structure());
    page.browser.click("[data-testid=tab-draw]");
    page.browser.drag(
        "canvas[data-testid=board]",
        &[(-0.1, 0.0), (0.1, 0.0)],
        "mouse",
    );
    page.until_changed("image", &ill.hash);

    let (structure, shown) = (page.structure(), page.shown("image"));
    assert!(structure.map != before.map, "the line is there");
    let lesion = page.shown("lesion").pixels;
    let lesion = lesion.iter().map(|shade| u8::from(*shade > 0)).collect();
    let lesion = ClassMap::new(side, side, lesion).expect("a square");
    let boxes = around(&lesion);
    assert_eq!(boxes.len(), 1, "one box was placed");
    let painted = native.painted_with(&structure, &Label::Boxes(boxes), SEED);
    near(&shown, &painted.images[0].1, &WEBGPU);
    // What is compared is not the same without them.
    for before in [&healthy, &ill] {
        let (_, largest) = distance(&shown.pixels, &before.pixels);
        assert!(largest > WEBGPU.largest, "{largest} of 255 could be missed");
    }
    assert_eq!(page.backend(), "webgpu", "{}", page.status());
    page.is_quiet();
}

/// A stroke that is refused: a sentence is seen, and picture and label stay.
fn refused(page: &Page, before: &Shown, stroke: impl Fn()) {
    let sentence = "[data-testid=lesion-refused]";
    let script = format!("return document.querySelector('{sentence}').dataset.refused");
    stroke();
    page.wait("a refusal", || page.browser.script(&script) == "true");
    assert!(page.browser.displayed(sentence), "the refusal is seen");
    page.until_hash("image", &before.hash);
    let boxes = "return document.querySelectorAll('[data-testid=boxes] li').length";
    assert_eq!(page.browser.script(boxes), 1);
    // Taking all boxes away takes the sentence away too.
    page.browser.click("[data-testid=lesion-none]");
    page.until_changed("image", &before.hash);
    assert_eq!(page.browser.script(&script), "false");
    page.browser.click("[data-testid=lesion-undo]");
    page.until_hash("image", &before.hash);
}

/// Boxes that the page places lie where they may, and more of them can be placed.
fn placed_by_chance(page: &Page, forbidden: &Plane) {
    for count in 0..5 {
        let (image, before) = (page.shown("image"), page.shown("lesion").pixels);
        page.browser.click("[data-testid=lesion-random]");
        page.until_changed("image", &image.hash);
        let label = page.shown("lesion").pixels;
        let lit = |label: &[u8]| label.iter().filter(|v| **v > 0).count();
        assert!(lit(&label) > lit(&before), "box {count} is there");
        let outside = label.iter().zip(forbidden.values());
        let outside = outside.filter(|(label, no)| **label > 0 && **no > 0.5);
        assert_eq!(outside.count(), 0, "box {count} lies outside");
    }
}

/// A corner of a box where lesions may lie, and its neighbours too.
fn place(forbidden: &Plane) -> (usize, usize) {
    let side = forbidden.width();
    let free = |x: usize, y: usize| forbidden.at(x, y) < 0.5;
    let fits = |x: usize, y: usize| {
        (y - 1..=y + BOX).all(|row| (x - 1..=x + BOX).all(|column| free(column, row)))
    };
    let corners = (1..side - BOX - 1).flat_map(|y| (1..side - BOX - 1).map(move |x| (x, y)));
    let mut found = corners.filter(|&(x, y)| fits(x, y));
    found.next().expect("an organ with room for a box")
}

fn thorax(side: usize) -> Vec<u8> {
    let drawn = phantom::draw(Anatomy::Thorax, 11, side, false);
    png(side as u32, side as u32, drawn.images[0].1.to_u8())
}

/// The picture is the one that is painted here.
fn close(shown: &Shown, painted: &Image) {
    near(shown, painted, &CPU);
}

/// As [`close`], as near as a backend comes to it.
fn near(shown: &Shown, painted: &Image, tolerance: &Tolerance) {
    let (mean, largest) = distance(&shown.pixels, &painted.to_u8());
    println!("mean difference {mean:.4}, largest {largest} of 255");
    assert!(
        mean <= tolerance.mean && largest <= tolerance.largest,
        "mean difference {mean}, largest {largest}"
    );
}
