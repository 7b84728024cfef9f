//! The tools for lesion masks, on a small model of our own and in the organ of a drawn head: the label is
//! what each tool says it makes.

use super::backends::png;
use super::driver::Browser;
use super::model::{self, Native, fresh_brain, stretch};
use super::page::Page;
use super::site::{Offer, Site};
use burn::tensor::Device;
use scanweave::image::Plane;
use scanweave::label::{ClassMap, Label};
use scanweave::phantom::{self, Anatomy};
use scanweave::structure::Shape;
use scanweave::synthesis::{PairRegister, Synthesiser, register};
use scanweave::weights;
use std::collections::BTreeSet;

/// The page's seed.
pub const SEED: u64 = 4;
/// Classes of the model's lesions.
const CLASSES: u8 = 3;
/// Half of the first lesion's width and height, without the pixel in its middle.
pub const HALF: Spot = (4, 2);
/// The lesion board.
pub const BOARD: &str = "canvas[data-testid=lesion-board]";
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
    /// The model here.
    pub native: Native,
    /// Far from every outline.
    pub middle: Spot,
}

impl Desk {
    /// The lesion board lies ready, with nothing on it.
    pub fn opened() -> Self {
        Self::of(&fresh_brain(7))
    }

    /// As [`Desk::opened`], with this model.
    fn of(model: &[u8]) -> Self {
        let native = Native::open(model);
        let site = Site::with_models(&[Offer::whole("brain", model)]);
        let page = by_chance(&site, &format!("backend=cpu&seed={SEED}&lang=en"));
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

    /// A place of a board, counted from the middle, as the browser drags.
    fn place(&self, spot: Spot) -> (f64, f64) {
        let side = self.native.size() as f64;
        let share = |at: i32| (f64::from(at) + 0.5) / side - 0.5;
        (share(self.middle.0 + spot.0), share(self.middle.1 + spot.1))
    }

    /// A stroke of a tool between two places, counted from the middle.
    #[track_caller]
    fn stroke(&self, tool: &str, from: Spot, to: Spot) {
        self.stroke_by("mouse", tool, from, to);
    }

    /// As [`Desk::stroke`], with a pointer of this kind.
    #[track_caller]
    fn stroke_by(&self, pointer: &str, tool: &str, from: Spot, to: Spot) {
        let browser = &self.page.browser;
        browser.click(&format!("[data-testid={tool}]"));
        let way = [self.place(from), self.place(to)];
        self.change(|| browser.drag(BOARD, &way, pointer));
    }

    /// An ellipse around the middle.
    #[track_caller]
    pub fn ellipse(&self) {
        self.stroke("lesion-ellipse", (-HALF.0, -HALF.1), HALF);
    }

    /// The lesion label that is shown; none where no lesion is.
    fn label(&self) -> ClassMap {
        let side = self.native.size();
        let there = "return !!document.querySelector('canvas[data-testid=lesion]')";
        if self.page.browser.script(there) == false {
            return ClassMap::empty(side, side);
        }
        let shades = self.page.shown("lesion").pixels.into_iter();
        let classes = shades.map(|shade| shade / (255 / CLASSES)).collect();
        ClassMap::new(side, side, classes).expect("a label of the pictures' size")
    }

    /// The label holds `class` where `inside` says so, counted from the middle, and nothing else.
    #[track_caller]
    pub fn holds(&self, class: u8, inside: impl Fn(Spot) -> bool) {
        let wrong = self.wrong(class, inside);
        assert!(wrong.is_empty(), "wrong pixels of the label: {wrong:?}");
    }

    /// As [`Desk::holds`], as soon as the newest picture is there.
    #[track_caller]
    pub fn until_holds(&self, class: u8, inside: impl Fn(Spot) -> bool) {
        let holds = || self.wrong(class, &inside).is_empty();
        self.page.wait("the label", holds);
    }

    /// Pixels of the label that are other than [`Desk::holds`] says, and what they are.
    fn wrong(&self, class: u8, inside: impl Fn(Spot) -> bool) -> Vec<(Spot, u8)> {
        let side = self.native.size() as i32;
        let label = self.label();
        let spots = (0..).map(|i| (i % side - self.middle.0, i / side - self.middle.1));
        let found = spots.zip(label.values().iter().copied());
        let right = |(spot, found): &(Spot, u8)| *found == if inside(*spot) { class } else { 0 };
        found.filter(|of| !right(of)).collect()
    }
}

/// As [`Page::open`], where what the page leaves to chance is the same each time.
pub fn by_chance(site: &Site, query: &str) -> Page {
    let browser = Browser::start();
    browser
        .before_pages("let n = 7; Math.random = () => (n = n * 16807 % 2147483647) / 2147483647");
    browser.open(&site.url(query));
    Page { browser }
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
pub fn in_ellipse((x, y): Spot, (across, down): Spot) -> bool {
    let part = |at: i32, half: i32| (f64::from(at) / (f64::from(half) + 0.5)).powi(2);
    part(x, across) + part(y, down) <= 1.0
}

#[test]
fn an_ellipse_fills_the_box_it_is_dragged_over_with_mouse_finger_and_pen() {
    let desk = Desk::opened();
    let healthy = desk.page.shown("image");
    desk.page.browser.script(&format!(
        "document.querySelector('{BOARD}').addEventListener('pointerdown', e => {{ window.pointer = e.pointerType }})"
    ));
    // A finger that draws up or down does not scroll.
    let scrolls = format!("return getComputedStyle(document.querySelector('{BOARD}')).touchAction");
    assert_eq!(desk.page.browser.script(&scrolls), "none");
    for pointer in ["mouse", "touch", "pen"] {
        desk.stroke_by(pointer, "lesion-ellipse", (-HALF.0, -HALF.1), HALF);
        assert_eq!(desk.page.browser.script("return window.pointer"), pointer);
        desk.holds(1, |spot| in_ellipse(spot, HALF));
        desk.page.browser.click("[data-testid=lesion-undo]");
        desk.page.until_hash("image", &healthy.hash);
    }
    desk.page.is_quiet();
}

/// What the lesion board shows of a pixel.
#[derive(Debug, Clone, Copy)]
struct Cell {
    /// Share of it that has a tint of orange.
    tinted: f64,
    /// Share of it that has much of that.
    strong: f64,
    /// How many colours it has.
    colours: u64,
}

/// Every pixel of the lesion board, row by row.
fn cells(page: &Page, side: usize) -> Vec<Cell> {
    let found = page.browser.script(&format!(
        "const c = document.querySelector('{BOARD}'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
         const fine = c.width / {side}, cells = [];
         for (let y = 0; y < {side}; y++) for (let x = 0; x < {side}; x++) {{
           let tinted = 0, strong = 0; const colours = new Set();
           for (let j = y * fine; j < (y + 1) * fine; j++) for (let i = x * fine; i < (x + 1) * fine; i++) {{
             const at = 4 * (j * c.width + i), orange = d[at] - d[at + 2];
             tinted += orange > 10; strong += orange > 60; colours.add(d[at] << 16 | d[at + 1] << 8 | d[at + 2]);
           }}
           cells.push([tinted / fine ** 2, strong / fine ** 2, colours.size]);
         }} return cells"
    ));
    let cell = |cell: &serde_json::Value| Cell {
        tinted: cell[0].as_f64().expect("a share"),
        strong: cell[1].as_f64().expect("a share"),
        colours: cell[2].as_u64().expect("a number"),
    };
    let cells = found.as_array().expect("pixels").iter();
    cells.map(cell).collect()
}

#[test]
fn where_no_lesion_may_lie_is_hatched_and_chance_keeps_away_from_it() {
    let desk = Desk::opened();
    let (page, side) = (&desk.page, desk.native.size());
    let healthy = page.shown("image");
    let forbidden = desk.native.forbidden(&page.structure());
    let closed: Vec<bool> = forbidden.values().iter().map(|v| *v > 0.5).collect();
    let hatched = |what: &str| {
        let cells = cells(page, side);
        for (i, (cell, closed)) in cells.iter().zip(&closed).enumerate() {
            let tint = if *closed { 1.0 } else { 0.0 };
            assert_eq!(cell.tinted, tint, "{what}: pixel {i} is {cell:?}");
        }
        let stripes: f64 = cells.iter().map(|cell| cell.strong).sum();
        let share = stripes / closed.iter().filter(|c| **c).count() as f64;
        assert!((0.1..0.25).contains(&share), "{what}: {share} are stripes");
    };
    hatched("at first");

    // Held over it: what lies outside is chequered, and it is said.
    page.browser.click("[data-testid=lesion-brush]");
    let refused = "[data-testid=lesion-refused]";
    page.browser
        .script(&format!("document.querySelector('{BOARD}').focus()"));
    let far = vec!["\u{e012}"; side / 2];
    page.browser.press(&far);
    page.browser.press(&[" "]);
    page.wait("a sentence", || {
        page.text("lesion-refused").contains("chequered")
    });
    assert!(page.browser.displayed(refused), "the sentence is seen");
    let held = cells(page, side)[side / 2 * side];
    assert!(
        held.colours == 2 && held.strong == 0.5,
        "half orange, half black: {held:?}"
    );
    page.browser.press(&[" "]);
    page.wait("a refusal", || {
        page.text("lesion-refused").contains("taken back")
    });
    assert!(page.browser.displayed(refused), "the sentence is seen");
    page.until_hash("image", &healthy.hash);
    hatched("after a refusal");

    let mut seen = BTreeSet::from([healthy.hash]);
    for count in 0..6 {
        let before = page.shown("image");
        page.browser.click("[data-testid=lesion-random]");
        page.until_changed("image", &before.hash);
        let label = desk.label();
        assert!(!label.is_empty(), "lesion {count} is there");
        let outside = label.values().iter().zip(&closed);
        let outside = outside.filter(|(class, closed)| **class > 0 && **closed);
        assert_eq!(outside.count(), 0, "lesion {count} lies outside");
        assert!(!page.browser.displayed(refused), "lesion {count} is legal");
        assert!(seen.insert(page.shown("image").hash), "another lesion");
    }
    page.is_quiet();
}

#[test]
fn a_stroke_that_leaves_the_organ_is_cut_at_the_border_and_not_lost() {
    let desk = Desk::opened();
    let (page, side) = (&desk.page, desk.native.size());
    let healthy = page.shown("image");
    let forbidden = desk.native.forbidden(&page.structure());
    let left = -desk.middle.0;
    let stays = |(x, y): Spot| {
        let (column, row) = (x + desk.middle.0, y + desk.middle.1);
        y == 0 && (left..=0).contains(&x) && forbidden.at(column as usize, row as usize) < 0.5
    };
    let kept = (left..=0).filter(|x| stays((*x, 0))).count();
    assert!(
        kept > ROOM as usize && kept < desk.middle.0 as usize,
        "{kept} of {side}"
    );
    page.slide("lesion-width", 1.0);
    desk.stroke("lesion-brush", (0, 0), (left, 0));
    desk.holds(1, stays);
    let sentence = "[data-testid=lesion-refused]";
    assert!(page.text("lesion-refused").contains("was cut off"));
    assert!(page.browser.displayed(sentence), "the sentence is seen");
    // An ellipse too; the next stroke takes the sentence away, and each is one step.
    desk.stroke("lesion-ellipse", (0, 0), (left, HALF.1));
    assert!(page.text("lesion-refused").contains("was cut off"));
    page.slide("lesion-width", 5.0);
    desk.stroke("lesion-erase", (0, 0), (0, 0));
    assert!(!page.browser.displayed(sentence), "it is legal");
    for _ in 0..2 {
        desk.change(|| page.browser.click("[data-testid=lesion-undo]"));
    }
    desk.holds(1, stays);
    page.browser.click("[data-testid=lesion-undo]");
    page.until_hash("image", &healthy.hash);
    page.is_quiet();
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

/// A model that judges structure maps too. An untrained judge gives every map about the same: its last layer
/// says more here.
fn judging(file: &[u8]) -> Vec<u8> {
    let mut judge = model::structure_discriminator(9);
    stretch(&mut judge, "real", 6.0, 0.0);
    let mut model = weights::read(file).expect("a whole file");
    model.networks.push(judge);
    model::bytes(&model)
}

#[test]
fn the_figures_that_are_shown_are_those_of_the_picture() {
    let model = judging(&fresh_brain(7));
    let read = weights::read(&model).expect("a whole file");
    let judge = Synthesiser::open(&read, &Device::flex()).expect("a model that judges");
    let desk = Desk::of(&model);
    let none = figures(&desk, &judge);
    assert_eq!(none.dice, 0.0, "there is nothing to compare with");
    desk.ellipse();
    let small = figures(&desk, &judge);
    desk.stroke("lesion-ellipse", (-ROOM, -ROOM), (ROOM, ROOM));
    let large = figures(&desk, &judge);
    assert!(
        large.dice > small.dice + 0.05,
        "too alike to tell: {} and {}",
        small.dice,
        large.dice
    );
    assert!(large.pairs != small.pairs, "{:?}", large.pairs);
    assert_eq!(large.score, small.score, "the map is the same");
    // Another map.
    desk.page.browser.click("[data-testid=sample-image]");
    desk.page.until_ready(&format!("Seed {SEED}:"));
    let sampled = figures(&desk, &judge);
    assert!(sampled.score != small.score, "{}", sampled.score);
    desk.page.is_quiet();
}

/// What is said of a picture.
struct Said {
    /// The largest Dice of lesion asked for and found.
    dice: f64,
    /// How each pair of modalities fits.
    pairs: Vec<String>,
    /// What the judge gives the structure map.
    score: String,
}

/// Compares every figure with what is computed here.
fn figures(desk: &Desk, judge: &Synthesiser) -> Said {
    let rows = || {
        let found = desk.page.browser.script(
            "return [...document.querySelectorAll('[data-testid=figures] dl > div')].map(row => [...row.children].map(e => e.textContent))",
        );
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let rows = found.as_array().cloned().unwrap_or_default();
        let rows = rows.iter().map(|row| (text(&row[0]), text(&row[1])));
        rows.collect::<Vec<(String, String)>>()
    };
    // Four lesions, six pairs, the score, the time and the backend.
    desk.page.wait("all figures", || rows().len() == 4 + 6 + 3);
    let rows = rows();
    let label = desk.label();
    let asked = Label::Mask(label.clone());
    let structure = desk.page.structure();
    let painted = desk.native.painted_with(&structure, &asked, SEED);
    let images = &painted.images;

    let mut dice = 0.0;
    for (modality, (_, image)) in images.iter().enumerate() {
        let (name, said) = &rows[modality];
        assert!(name.starts_with("Lesion in "), "{name}");
        let found = desk.native.segmented(modality, image);
        let both = label.values().iter().zip(found.values());
        let both = both.filter(|(a, f)| **a > 0 && **f > 0).count();
        let all = label.area() + found.area();
        if all == 0 {
            assert_eq!(said, "none asked for, none found", "{name}");
            continue;
        }
        if label.is_empty() {
            let shown = said.strip_prefix("none asked for, ");
            let shown = shown.and_then(|s| s.strip_suffix(" px found")?.parse().ok());
            let shown: usize = shown.expect("an area");
            // A few pixels tip over in another order of sums.
            assert!(shown.abs_diff(found.area()) < 8, "{name}: {said}");
            continue;
        }
        if both == 0 && found.is_empty() {
            assert_eq!(said, "asked for, not found", "{name}");
            continue;
        }
        let shown: f64 = said
            .strip_prefix("Dice ")
            .and_then(|d| d.parse().ok())
            .expect("a Dice");
        let own = 2.0 * both as f64 / all as f64;
        println!("{name}: shown {shown}, computed {own:.4}");
        assert!((0.0..=1.0).contains(&shown), "{name}: {shown}");
        // Half a unit of the last digit, and a few pixels that tip over in another order of sums.
        assert!((shown - own).abs() < 0.006, "{name}: {shown}, {own}");
        dice = f64::max(dice, shown);
    }

    let pairs = (0..4).flat_map(|first| (first + 1..4).map(move |second| (first, second)));
    let shown = &rows[4..10];
    for ((first, second), (name, said)) in pairs.zip(shown) {
        let own = register(&images[first], &images[second], &structure.mask);
        fits(&own, name, said);
    }

    let (name, verdict) = &rows[10];
    assert_eq!(name, "Structure map");
    let own = pollster::block_on(judge.score(&structure.map)).expect("a judge");
    let shape = Shape::of(&structure.map, &structure.mask);
    let passes = judge.filter().accepts(own, shape);
    let word = if passes { "passes" } else { "fails" };
    assert!(
        verdict.starts_with(&format!("{word} the filter")),
        "{verdict}"
    );
    let torn = format!("({:.1} % of it are spikes", 100.0 * shape.ragged);
    assert!(verdict.contains(&torn), "{verdict}, not {torn}");
    let own = f64::from(own.expect("a model with a judge"));
    let said = verdict
        .split_once("scores it ")
        .and_then(|(_, rest)| rest.split_once(';'));
    let score = said.map(|(number, _)| number.to_owned()).expect("a score");
    let said: f64 = score.parse().expect("a number");
    assert!((said - own).abs() < 0.006, "{said}, not {own}");
    // What it means is told on request alone.
    let means = "[data-testid=figures] details.means";
    assert!(!desk.page.browser.displayed(&format!("{means} p")));
    desk.page.browser.click(&format!("{means} summary"));
    assert!(desk.page.browser.displayed(&format!("{means} p")));
    desk.page.browser.click(&format!("{means} summary"));

    let (name, time) = &rows[11];
    assert_eq!(name, "Time per image");
    let time: Option<f64> = time.strip_suffix(" ms").and_then(|t| t.parse().ok());
    assert!(
        time.is_some_and(|ms| ms > 0.0 && ms < 60_000.0),
        "{time:?} ms"
    );
    assert_eq!(rows[12], ("Computed on".into(), "CPU".into()));
    Said {
        dice,
        pairs: shown.iter().map(|row| row.1.clone()).collect(),
        score,
    }
}

/// What is said of a pair of modalities is what is computed here.
#[track_caller]
fn fits(own: &PairRegister, name: &str, said: &str) {
    println!("{name}: {said}, computed {own:?}");
    let (shift, rest) = said
        .strip_prefix("edges ")
        .and_then(|s| s.split_once(" px apart, mutual information "))
        .expect("a shift");
    let (information, _) = rest.split_once(" nats").expect("information");
    for (said, own) in [(shift, own.shift), (information, own.information)] {
        let Some(own) = own.map(f64::from) else {
            assert_eq!(said, "?", "{name}");
            continue;
        };
        let said: f64 = said.parse().expect("a number");
        assert!(
            said >= 0.0 && (said - own).abs() < 0.02,
            "{name}: {said}, {own}"
        );
    }
}
