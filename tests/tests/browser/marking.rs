//! The tools for lesion masks, on a small model of our own and in the organ of a drawn head: the label is
//! what each tool says it makes.

use super::backends::png;
use super::model::{Native, fresh_brain};
use super::page::Page;
use super::site::{Offer, Site};
use scanweave::image::Plane;
use scanweave::phantom::{self, Anatomy};
use scanweave::synthesis::Label;

/// The page's seed.
pub const SEED: u64 = 4;
/// Classes of the model's lesions.
const CLASSES: u8 = 3;
/// Half of the first lesion's width and height, without the pixel in its middle.
const HALF: Spot = (4, 2);
/// Pixels on each side of the middle where a lesion may lie.
const ROOM: i32 = 9;

/// Column and row.
pub type Spot = (i32, i32);

/// The page with a model of four modalities and the lines of a head.
pub struct Desk {
    /// The page.
    pub page: Page,
    /// Where it is served.
    pub site: Site,
    native: Native,
    /// Far from every outline.
    middle: Spot,
}

impl Desk {
    /// The lesion board lies ready, with nothing on it.
    pub fn opened() -> Self {
        let model = fresh_brain(7);
        let native = Native::open(&model);
        let site = Site::with_models(&[Offer::whole("brain", &model)]);
        let page = Page::open(&site, &format!("backend=cpu&seed={SEED}&lang=en"));
        page.until_ready("Seed 4:");
        // The organ of an untrained network is none: that of an image is.
        let side = native.size();
        let drawn = phantom::draw(Anatomy::Brain, 11, side, false);
        let file = png(side as u32, side as u32, drawn.images[0].1.to_u8());
        page.pick(&site.file("head.png", &file));
        page.until_ready("From head.png:");
        let middle = middle(&native.forbidden(&page.structure()));
        Self {
            page,
            site,
            native,
            middle,
        }
    }

    /// Something that changes the picture.
    #[track_caller]
    fn change(&self, change: impl Fn()) {
        let before = self.page.shown("image");
        change();
        self.page.until_changed("image", &before.hash);
    }

    /// A stroke of a tool between two places, counted from the middle.
    #[track_caller]
    fn stroke(&self, tool: &str, from: Spot, to: Spot) {
        let side = self.native.size() as f64;
        let share = |at: i32| (f64::from(at) + 0.5) / side - 0.5;
        let place = |spot: Spot| (share(self.middle.0 + spot.0), share(self.middle.1 + spot.1));
        let board = "canvas[data-testid=lesion-board]";
        let browser = &self.page.browser;
        browser.click(&format!("[data-testid={tool}]"));
        self.change(|| browser.drag(board, &[place(from), place(to)], "mouse"));
    }

    /// An ellipse around the middle.
    #[track_caller]
    pub fn ellipse(&self) {
        self.stroke("lesion-ellipse", (-HALF.0, -HALF.1), HALF);
    }

    /// The label holds `class` where `inside` says so, counted from the middle, and nothing else.
    #[track_caller]
    fn holds(&self, class: u8, inside: impl Fn(Spot) -> bool) {
        let label = self.page.shown("lesion").pixels;
        let side = self.native.size() as i32;
        let shade = class * (255 / CLASSES);
        let mut wrong = Vec::new();
        for (i, found) in (0..).zip(&label) {
            let spot = (i % side - self.middle.0, i / side - self.middle.1);
            if *found != if inside(spot) { shade } else { 0 } {
                wrong.push((spot, *found));
            }
        }
        assert!(wrong.is_empty(), "wrong pixels of the label: {wrong:?}");
    }
}

/// A place with room for every lesion of these tests.
fn middle(forbidden: &Plane) -> Spot {
    let side = forbidden.width() as i32;
    let free = |(x, y): Spot| forbidden.at(x as usize, y as usize) < 0.5;
    let fits = |(x, y): &Spot| {
        let spots = (y - ROOM..=y + ROOM).flat_map(|y| (x - ROOM..=x + ROOM).map(move |x| (x, y)));
        spots.into_iter().all(free)
    };
    let inner = ROOM..side - ROOM;
    let spots = inner
        .clone()
        .flat_map(|y| inner.clone().map(move |x| (x, y)));
    let found = spots.into_iter().find(fits);
    found.expect("an organ with room for a lesion")
}

/// Pixels whose middle lies in the ellipse that fills a box of this half width and height.
fn in_ellipse((x, y): Spot, (across, down): Spot) -> bool {
    let part = |at: i32, half: i32| (f64::from(at) / (f64::from(half) + 0.5)).powi(2);
    part(x, across) + part(y, down) <= 1.0
}

#[test]
fn an_ellipse_fills_the_box_it_is_dragged_over() {
    let desk = Desk::opened();
    desk.ellipse();
    desk.holds(1, |spot| in_ellipse(spot, HALF));
    desk.page.is_quiet();
}

#[test]
fn the_brush_is_as_wide_as_chosen_and_the_eraser_takes_away_what_it_touches() {
    let desk = Desk::opened();
    desk.page.slide("lesion-width", 7.0);
    desk.stroke("lesion-brush", (0, 0), (0, 0));
    desk.holds(1, |spot| in_ellipse(spot, (3, 3)));
    desk.page.slide("lesion-width", 3.0);
    desk.stroke("lesion-erase", (0, -6), (0, 6));
    desk.holds(1, |(x, y)| in_ellipse((x, y), (3, 3)) && x.abs() > 1);
    desk.page.is_quiet();
}

#[test]
fn a_lesion_is_moved_as_a_whole() {
    let desk = Desk::opened();
    desk.ellipse();
    // Taken anywhere, also beside the lesion.
    desk.stroke("lesion-move", (-5, 5), (-2, 1));
    desk.holds(1, |(x, y)| in_ellipse((x - 3, y + 4), HALF));
    desk.page.is_quiet();
}

#[test]
fn a_lesion_is_turned_by_slider_and_by_buttons() {
    let desk = Desk::opened();
    desk.ellipse();
    let drawn = desk.page.shown("image");
    desk.change(|| desk.page.slide("lesion-turn", 90.0));
    desk.holds(1, |spot| in_ellipse(spot, (HALF.1, HALF.0)));
    // A button turns by 15 degrees, from the lesion as it was drawn.
    let press = |button: &str| desk.page.browser.click(&format!("[data-testid={button}]"));
    (0..6).for_each(|_| press("lesion-turn-left"));
    desk.page.until_hash("image", &drawn.hash);
    desk.change(|| press("lesion-turn-right"));
    desk.page.until_ready("");
    assert!(desk.page.shown("lesion").pixels.iter().any(|v| *v > 0));
    assert!(desk.page.shown("image") != drawn, "15 degrees are seen");
    desk.page.is_quiet();
}

#[test]
fn a_lesion_is_scaled_by_slider_and_by_buttons() {
    let desk = Desk::opened();
    desk.ellipse();
    let drawn = desk.page.shown("image");
    let press = |button: &str| desk.page.browser.click(&format!("[data-testid={button}]"));
    // A tenth is less than half a pixel here: two steps are seen.
    desk.change(|| (0..2).for_each(|_| press("lesion-larger")));
    let area = |name: &str| {
        let label = desk.page.shown(name).pixels;
        label.iter().filter(|v| **v > 0).count()
    };
    let grown = area("lesion");
    (0..2).for_each(|_| press("lesion-smaller"));
    desk.page.until_hash("image", &drawn.hash);
    assert!(grown > area("lesion"), "larger: {grown} pixels");
    desk.change(|| desk.page.slide("lesion-scale", 200.0));
    // Each pixel is that of half the distance from the middle; half a pixel goes up.
    let half = |at: i32| (at + 1).div_euclid(2);
    desk.holds(1, |(x, y)| in_ellipse((half(x), half(y)), HALF));
    desk.page.is_quiet();
}

#[test]
fn every_class_has_a_shade_of_its_own() {
    let desk = Desk::opened();
    for class in 1..=CLASSES {
        let option = format!("[data-testid=lesion-class] option[value='{class}']");
        desk.page.browser.click(&option);
        desk.ellipse();
        desk.holds(class, |spot| in_ellipse(spot, HALF));
    }
    desk.page.is_quiet();
}

#[test]
fn strokes_of_a_lesion_are_undone_and_done_again() {
    let desk = Desk::opened();
    let healthy = desk.page.shown("image");
    let press = |button: &str| desk.page.browser.click(&format!("[data-testid={button}]"));
    desk.ellipse();
    let first = desk.page.shown("image");
    desk.stroke("lesion-erase", (0, 0), (0, 0));
    let second = desk.page.shown("image");
    press("lesion-undo");
    desk.page.until_hash("image", &first.hash);
    desk.holds(1, |spot| in_ellipse(spot, HALF));
    press("lesion-undo");
    desk.page.until_hash("image", &healthy.hash);
    press("lesion-redo");
    press("lesion-redo");
    desk.page.until_hash("image", &second.hash);
    desk.page.is_quiet();
}

#[test]
fn the_dice_that_is_shown_is_that_of_the_label_and_the_segmenter() {
    let desk = Desk::opened();
    desk.ellipse();
    let small = dice(&desk);
    desk.stroke("lesion-ellipse", (-ROOM, -ROOM), (ROOM, ROOM));
    let large = dice(&desk);
    assert!(
        large > small + 0.05,
        "too alike to tell: {small} and {large}"
    );
    desk.page.is_quiet();
}

/// Compares the Dice of every modality with what is computed here; returns the largest.
fn dice(desk: &Desk) -> f64 {
    let said = || {
        let rows = desk.page.browser.script(
            "return [...document.querySelectorAll('[data-testid=figures] dd')].map(d => d.textContent)",
        );
        let rows = rows.as_array().cloned().unwrap_or_default();
        let dice = rows
            .iter()
            .filter_map(|row| row.as_str()?.strip_prefix("Dice ")?.parse().ok());
        dice.collect::<Vec<f64>>()
    };
    desk.page
        .wait("figures of four pictures", || said().len() == 4);
    let side = desk.native.size();
    let label = desk.page.shown("lesion").pixels;
    let asked: Vec<bool> = label.iter().map(|v| *v > 0).collect();
    let plane = Plane::from_fn(side, side, |x, y| f32::from(u8::from(asked[y * side + x])));
    let nothing = Plane::filled(side, side, 0.0);
    let planes = Label::Planes(vec![plane, nothing.clone(), nothing]);
    let structure = desk.page.structure();
    let painted = desk.native.painted_with(&structure, &planes, SEED);
    let mut largest = 0.0;
    for (modality, (shown, (_, image))) in said().into_iter().zip(&painted.images).enumerate() {
        let found = desk.native.segmented(modality, image);
        let both = asked.iter().zip(found.values());
        let both = both.filter(|(a, f)| **a && **f > 0).count();
        let all = asked.iter().filter(|a| **a).count()
            + found.values().iter().filter(|f| **f > 0).count();
        let dice = 2.0 * both as f64 / all as f64;
        println!("modality {modality}: shown {shown}, computed {dice:.4}");
        // Half a unit of the last digit, and a few pixels that tip over in another order of sums.
        assert!((shown - dice).abs() < 0.006, "{modality}: {shown}, {dice}");
        largest = f64::max(largest, dice);
    }
    largest
}
