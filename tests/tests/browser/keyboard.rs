//! The page without a pointer. The tab key reaches every control in the order in which they stand and shows
//! where it is; what is drawn, placed, walked and looked at with a pointer is with keys.

use super::marking::{BOARD, Desk, HALF, SEED, in_ellipse};
use super::model::fresh_brain;
use super::page::{CPU, Page, tipped};
use super::site::{Offer, Site};
use super::viewer::{cross, middle, near, place, read_out};
use serde_json::{Value, json};

/// Keys as WebDriver writes them.
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const SHIFT: &str = "\u{e008}";
const CONTROL: &str = "\u{e009}";
const ESCAPE: &str = "\u{e00c}";
const HOME: &str = "\u{e011}";
const LEFT: &str = "\u{e012}";
const UP: &str = "\u{e013}";
const RIGHT: &str = "\u{e014}";
const DOWN: &str = "\u{e015}";
/// An arrow key goes so far with Shift, pixels.
const STRIDE: i32 = 8;

/// What can take the focus, `stops` where the tab key has to stop in the order of the document, the name of
/// a control, and how the focus shows on it: on itself, on its label or on what stands in that.
const LOOK: &str = "
    const able = 'a[href], button, input, select, textarea, summary, [tabindex]';
    const there = e => e.checkVisibility({ visibilityProperty: true }) && !e.matches(':disabled');
    const chosen = e => e.type !== 'radio' || e.checked || !document.querySelector(`input[name='${e.name}']:checked`);
    const stops = [...document.querySelectorAll(able)].filter(e => there(e) && e.tabIndex >= 0 && chosen(e));
    const name = e => e && (e.dataset.testid || e.id || `${e.localName} ${(e.ariaLabel || e.textContent).trim().slice(0, 30)}`);
    const parts = e => [e, ...(e.closest('label') ? [e.closest('label'), ...e.closest('label').children] : [])];
    const rings = e => parts(e).map(part => {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow, opacity } = getComputedStyle(part);
      if (Number(opacity) < 0.2) return '|none';
      const wide = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
      return `${wide ? `${outlineStyle} ${outlineWidth} ${outlineColor}` : ''}|${boxShadow}`;
    });";

/// What a script that may use [`LOOK`] returns.
fn ask(page: &Page, script: &str) -> Value {
    page.browser.script(&format!("{LOOK}{script}"))
}

/// The names of a list.
fn names(list: &Value) -> Vec<String> {
    let names = list.as_array().expect("names").iter();
    let text = |name: &Value| name.as_str().expect("a name").to_owned();
    names.map(text).collect()
}

/// Notes how every control looks without the focus, and names all at which the tab key has to stop.
fn noted(page: &Page, within: &str) -> Vec<String> {
    let stops = ask(
        page,
        &format!(
            "window.plain = new Map(stops.map(e => [e, rings(e)])); return stops.filter(e => e.closest('{within}')).map(name)"
        ),
    );
    names(&stops)
}

/// Presses the tab key once for each of these controls, which take the focus one after the other; it shows
/// there, in sight.
#[track_caller]
fn walk(page: &Page, stops: &[String]) {
    for stop in stops {
        page.browser.press(&[TAB]);
        let seen = ask(
            page,
            "const e = document.activeElement, plain = window.plain.get(e);
             const ringed = plain && parts(e).filter((part, i) => rings(e)[i] !== plain[i] && rings(e)[i] !== '|none');
             const inSight = ({ left, right, top, bottom, width, height }) =>
               Math.min(width, height) >= 10 && left < innerWidth && right > 0 && top < innerHeight && bottom > 0;
             return [name(e), !!ringed?.some(part => inSight(part.getBoundingClientRect())), e.className, rings(e), plain ?? null]",
        );
        assert_eq!(seen[0], stop.as_str(), "the next stop");
        assert_eq!(seen[1], true, "the focus shows: {seen}");
    }
}

/// Goes to a control with the tab key alone, from wherever the focus is.
#[track_caller]
fn go(page: &Page, selector: &str) {
    let away = ask(
        page,
        &format!(
            "return stops.indexOf(document.querySelector('{selector}')) - stops.indexOf(document.activeElement)"
        ),
    );
    let away = away.as_i64().expect("a number");
    let tabs = vec![TAB; away.unsigned_abs() as usize];
    let held: &[&str] = if away < 0 { &[SHIFT] } else { &[] };
    page.browser.press_with(held, &tabs);
    let there = format!("return document.activeElement === document.querySelector('{selector}')");
    assert_eq!(
        page.browser.script(&there),
        true,
        "{selector} has the focus, not {}",
        ask(page, "return name(document.activeElement)")
    );
}

#[test]
fn the_tab_key_reaches_every_control_in_order_and_shows_where_it_is() {
    let site = Site::with_models(&[Offer::whole("brain", &fresh_brain(7))]);
    let page = Page::open(&site, "about=blank");
    // Whatever listens to pointers or changes is noted.
    page.browser.before_pages(
        "window.listeners = new Set(); const own = EventTarget.prototype.addEventListener;
         EventTarget.prototype.addEventListener = function (kind, ...rest) {
           if (this instanceof Element && ['click', 'pointerdown', 'change', 'input'].includes(kind)) window.listeners.add(this);
           return own.call(this, kind, ...rest);
         }",
    );
    page.browser
        .open(&site.url("backend=cpu&seed=4&class=1&lang=en"));
    page.until_ready("Seed 4:");
    page.wait("figures", || page.text("figures").contains("nats"));

    // From the head of the page to its foot and no further, and back.
    let stops = noted(&page, "body");
    for known in [
        "language",
        "mode-beside",
        "zoom-in",
        "smooth",
        "overlay-mask",
        "model-select",
        "tab-sample",
        "seed",
        "lesion-board",
        "lesion-width",
        "save",
        "share",
        "build-start",
        "lesion-none",
        "summary Keys",
        "clear-cache",
    ] {
        assert!(stops.iter().any(|s| s == known), "{known} of {stops:?}");
    }
    let regions = ask(
        &page,
        "const regions = ['.skip', '.top', '.stage', '.controls', '.side', '.cards', '.gallery', 'footer'];
         return stops.map(e => regions.find(region => e.closest(region)) ?? name(e)).filter((region, i, all) => region !== all[i - 1])",
    );
    let expected = json!([
        ".skip",
        ".top",
        ".stage",
        ".controls",
        ".side",
        ".cards",
        ".gallery",
        "footer"
    ]);
    assert_eq!(regions, expected, "one part of the page after the other");
    walk(&page, &stops);
    let here = "return name(document.activeElement)";
    page.browser
        .press_with(&[SHIFT], &vec![TAB; stops.len() - 1]);
    assert_eq!(ask(&page, here), stops[0].as_str(), "the way back");
    // What takes a pointer takes keys, on the other tabs too. Arrow keys go from tab to tab.
    let tabs = ["tab-sample", "tab-walk", "tab-image", "tab-draw"];
    go(&page, "[data-testid=tab-sample]");
    for (i, tab) in tabs.into_iter().enumerate() {
        if i > 0 {
            page.browser.press(&[RIGHT]);
        }
        assert_eq!(ask(&page, here), tab);
        let pane = tab.replace("tab", "#pane");
        let stops = noted(&page, &pane);
        assert!(!stops.is_empty(), "{tab}");
        walk(&page, &stops);
        let unreached = ask(
            &page,
            "return [...window.listeners].filter(e => e.isConnected && there(e) && !e.closest('label, summary, [tabindex], button, a[href]')
                && !e.matches(able) && !e.querySelector(able)).map(name)",
        );
        assert_eq!(unreached, json!([]), "{tab}: pointers only");
        go(&page, &format!("[data-testid={tab}]"));
    }
    // Nothing holds the focus at the end.
    go(&page, "footer [data-copy-diagnostics]");
    let last = ask(&page, here);
    page.browser.press(&[TAB]);
    assert!(ask(&page, here) != last, "the focus goes on");
    leads_to_the_workbench(&page, &stops[0]);
    page.is_quiet();
}

/// The first stop skips to the first control of the workbench; the page stays as it is.
#[track_caller]
fn leads_to_the_workbench(page: &Page, link: &str) {
    let address = "return location.search";
    let before = page.browser.script(address);
    page.browser
        .script("document.querySelector('.skip').focus(); window.same = true");
    assert_eq!(ask(page, "return name(document.activeElement)"), link);
    page.browser.press(&[ENTER]);
    page.browser.press(&[TAB]);
    let first = "return document.activeElement === stops.find(e => e.closest('#app'))";
    assert_eq!(ask(page, first), true, "the first control of the workbench");
    assert_eq!(
        page.browser.script("return window.same"),
        true,
        "opened anew"
    );
    assert_eq!(page.browser.script(address), before, "the address");
    assert_eq!(page.error(), "", "it is no broken link");
}

impl Desk {
    /// What the board of this name says for those who do not see it.
    #[track_caller]
    fn says(&self, board: &str, sentence: &str) {
        let name = format!("{board}-news");
        self.page
            .wait(sentence, || self.page.text(&name) == sentence);
        let announced = self.page.browser.script(&format!(
            "const e = document.querySelector('[data-testid={name}]'); return [e.role, e.ariaLive, e.checkVisibility()]"
        ));
        assert_eq!(announced, json!(["status", "polite", true]), "{name}");
    }

    /// Moves the cursor of a board so far, with long steps as far as they go.
    fn steer(&self, (x, y): (i32, i32)) {
        for (by, [back, forth]) in [(x, [LEFT, RIGHT]), (y, [UP, DOWN])] {
            let key = if by < 0 { back } else { forth };
            let times = |count: i32| vec![key; count.unsigned_abs() as usize];
            let (far, near) = (times(by / STRIDE), times(by % STRIDE));
            self.page.browser.press_with(&[SHIFT], &far);
            self.page.browser.press(&near);
        }
    }

    /// A place of a board in words, counted from the middle.
    fn at(&self, (x, y): (i32, i32)) -> String {
        format!("x {}, y {}", self.middle.0 + x, self.middle.1 + y)
    }

    /// From the middle of a board to the middle of the organ.
    fn to_middle(&self) -> (i32, i32) {
        let half = self.native.size() as i32 / 2;
        (self.middle.0 - half, self.middle.1 - half)
    }
}

#[test]
fn the_workbench_is_used_with_keys_alone() {
    let desk = Desk::opened();
    looked_at(&desk.page);
    lesion_placed(&desk);
    lines_drawn(&desk);
    latent_space_walked(&desk);
    desk.page.is_quiet();
}

/// A lesion with the keys of its board: placed, given up, taken back and refused.
fn lesion_placed(desk: &Desk) {
    let page = &desk.page;
    // The cursor begins in the middle of the board; the ellipse goes from corner to corner.
    let healthy = page.shown("image");
    // Seen while it is drawn is the picture that was looked at last.
    let last = page.shown("image-3");
    go(page, "[data-testid=lesion-ellipse]");
    page.browser.press(&[" "]);
    go(page, BOARD);
    let half = desk.native.size() / 2;
    desk.says("lesion-board", &format!("x {half}, y {half}"));
    let corner = (-HALF.0, -HALF.1);
    let (x, y) = desk.to_middle();
    desk.steer((x + corner.0, y + corner.1));
    desk.says("lesion-board", &desk.at(corner));
    page.browser.press(&[" "]);
    desk.says("lesion-board", &format!("Pen down at {}", desk.at(corner)));
    desk.steer((2 * HALF.0, 2 * HALF.1));
    page.until_changed("image-3", &last.hash);
    desk.until_holds(1, |spot| in_ellipse(spot, HALF));
    assert!(page.shown("image") == healthy, "it is only tried");
    page.browser.press(&[" "]);
    desk.says("lesion-board", &format!("Pen lifted at {}", desk.at(HALF)));
    page.until_changed("image", &healthy.hash);
    desk.holds(1, |spot| in_ellipse(spot, HALF));
    let drawn = page.shown("image");

    // With a lesion there are more controls.
    go(page, "[data-testid=panel-lesion] summary");
    let stops = noted(page, ".lesion-panel");
    for known in [
        "lesion-undo",
        "lesion-turn",
        "lesion-scale",
        "lesion-larger",
    ] {
        assert!(stops.iter().any(|s| s == known), "{known} of {stops:?}");
    }
    walk(page, &stops);
    go(page, BOARD);

    // Given up, taken back and done again; refused outside the organ.
    let label = page.shown("lesion");
    page.browser.press(&[" ", LEFT, LEFT, UP, UP]);
    page.until_changed("lesion", &label.hash);
    page.browser.press(&[ESCAPE]);
    desk.says("lesion-board", "Stroke cancelled");
    page.until_hash("image", &drawn.hash);
    desk.holds(1, |spot| in_ellipse(spot, HALF));
    page.browser.press_with(&[CONTROL], &["z"]);
    page.until_hash("image", &healthy.hash);
    page.browser.press_with(&[CONTROL], &["y"]);
    page.until_hash("image", &drawn.hash);
    page.browser.press_with(&[SHIFT], &[LEFT; 8]);
    page.browser.press_with(&[SHIFT], &[UP; 8]);
    desk.says("lesion-board", "x 0, y 0");
    page.browser.press(&[" ", RIGHT, DOWN, " "]);
    desk.says("lesion-board", "Stroke taken back");
    assert!(page.browser.displayed("[data-testid=lesion-refused]"));
    page.until_hash("image", &drawn.hash);
    desk.holds(1, |spot| in_ellipse(spot, HALF));
}

/// Zoom, cross-hair and what is seen of all pictures, with the keys of one of their frames.
fn looked_at(page: &Page) {
    let shown = ["image", "image-1", "image-2", "image-3"].map(|name| page.shown(name));
    let shown: Vec<_> = shown.iter().collect();
    go(page, ".film:has(canvas[data-testid=image-1])");
    let silent = "return document.querySelector('[data-testid=readout]').ariaLive";
    page.browser.press_with(&[SHIFT], &[RIGHT, RIGHT, UP]);
    page.wait("the cross-hair", || {
        page.text("readout").starts_with("x 34, y 31: ")
    });
    assert_eq!(page.browser.script(silent), "polite", "it is said");
    let lies = || {
        let (found, pixel) = (cross(page, 4), read_out(page, &shown));
        let expected = middle(place(page, 4), pixel);
        assert!(near(&found, &expected), "{found:?}, not {expected:?}");
    };
    lies();
    page.browser.press(&["+", "+"]);
    page.wait("larger pictures", || page.text("zoom") == "225%");
    let larger = place(page, 4);
    assert!((larger[2] - 2.25).abs() < 0.02, "{larger:?}");
    lies();
    page.browser.press(&[LEFT, DOWN]);
    let moved = |from: super::viewer::Place| place(page, 4) != from;
    page.wait("moved pictures", || moved(larger));
    let expected = [larger[0] + 0.1, larger[1] - 0.1, larger[2]];
    assert!(near(&place(page, 4), &expected), "{:?}", place(page, 4));
    lies();
    page.browser.press(&["-"]);
    page.wait("smaller pictures", || page.text("zoom") == "150%");
    assert!((place(page, 4)[2] - 1.5).abs() < 0.02);
    page.browser.press(&["0"]);
    page.wait("the whole picture", || page.text("zoom") == "100%");
    assert_eq!(place(page, 4), [0.0, 0.0, 1.0]);
}

/// Lines with the keys of their board, which says what its cursor does.
fn lines_drawn(desk: &Desk) {
    let page = &desk.page;
    let side = desk.native.size() as i32;
    let before = page.shown("structure");
    go(page, "[data-testid=tab-sample]");
    page.browser.press(&[LEFT]);
    go(page, "canvas[data-testid=board]");
    desk.says("board", &format!("x {}, y {}", side / 2, side / 2));
    page.browser.press(&[RIGHT]);
    desk.says("board", &format!("x {}, y {}", side / 2 + 1, side / 2));
    page.browser.press_with(&[SHIFT], &[DOWN]);
    desk.says(
        "board",
        &format!("x {}, y {}", side / 2 + 1, side / 2 + STRIDE),
    );
    let (x, y) = desk.to_middle();
    desk.steer((x - 1, y - STRIDE));
    page.browser.press(&[" "]);
    desk.says("board", &format!("Pen down at {}", desk.at((0, 0))));
    page.browser.press(&[RIGHT; 6]);
    desk.says("board", &desk.at((6, 0)));
    page.browser.press(&[" "]);
    desk.says("board", &format!("Pen lifted at {}", desk.at((6, 0))));
    page.until_changed("structure", &before.hash);
    let drawn = page.shown("structure");
    for (i, (now, before)) in (0..).zip(drawn.pixels.iter().zip(&before.pixels)) {
        let (x, y) = (i % side - desk.middle.0, i / side - desk.middle.1);
        let expected = if y == 0 && (0..=6).contains(&x) {
            255
        } else {
            *before
        };
        assert_eq!(*now, expected, "pixel {x}, {y} from the middle");
    }
    page.browser.press(&[" ", DOWN, DOWN, ESCAPE]);
    desk.says("board", "Stroke cancelled");
    page.until_hash("structure", &drawn.hash);
}

/// A walk with the arrow keys, from the seed and back to it.
fn latent_space_walked(desk: &Desk) {
    let page = &desk.page;
    let drawn = page.shown("structure");
    go(page, "[data-testid=tab-draw]");
    page.browser.press(&[LEFT, LEFT]);
    go(page, "[data-testid=walk-pad]");
    page.browser.press(&[RIGHT, RIGHT, RIGHT]);
    let at = |place: &str| {
        let place = format!("Seed {SEED}, {place}");
        page.wait(&place, || page.text("walk-at") == place);
    };
    at("x 0.30, y 0.00");
    page.until_changed("structure", &drawn.hash);
    let aside = page.shown("structure");
    page.browser.press_with(&[SHIFT], &[UP]);
    at("x 0.30, y -0.50");
    page.until_changed("structure", &aside.hash);
    let above = page.shown("structure");
    page.browser.press(&[HOME]);
    at("x 0.00, y 0.00");
    page.until_changed("structure", &above.hash);
    let share = tipped(&page.structure().map, &desk.native.sampled(SEED).map);
    assert!(share <= CPU.tipped, "the seed's map: {share} differ");
    assert!(above != aside && aside != page.shown("structure"));
}
