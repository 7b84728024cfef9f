//! Looking at several modalities: zoom, cross-hair, comparison, overlays, and the stages of algorithm 1.

use super::backends::png;
use super::model::{fresh, fresh_brain, fresh_styled};
use super::page::{Page, Shown};
use super::site::{Offer, Site};
use scanweave::phantom::{self, Anatomy};
use serde_json::{Value, json};

/// Side of the model's pictures.
const SIDE: f64 = 64.0;
/// What counts as the same place, shares of a film: half a pixel of the screen.
const NEAR: f64 = 0.004;
/// Colours of a difference: none, the first is brighter, the second is (documented in the legend below it).
const EVEN: [f64; 3] = [22.0, 24.0, 26.0];
const FIRST: [f64; 3] = [255.0, 176.0, 72.0];
const SECOND: [f64; 3] = [86.0, 180.0, 255.0];

/// Where a picture lies behind its film: its left and upper edge in shares of the film, and how many times
/// it is as large.
pub type Place = [f64; 3];

/// Where the pictures lie that are seen, the same for all of them.
#[track_caller]
pub fn place(page: &Page, films: usize) -> Place {
    let found = page.browser.script(
        "return [...document.querySelectorAll('.film')].filter(film => film.checkVisibility()).map(film => {
           const frame = film.getBoundingClientRect(), picture = film.querySelector('canvas.data').getBoundingClientRect();
           return [(picture.left - frame.left) / frame.width, (picture.top - frame.top) / frame.height, picture.width / frame.width] })",
    );
    one_of(&found, films)
}

/// Where the cross-hair lies on the films that are seen, shares of the film from the left and from the top;
/// the same for all of them.
#[track_caller]
pub fn cross(page: &Page, films: usize) -> [f64; 2] {
    let found = page.browser.script(
        "return [...document.querySelectorAll('.film')].filter(film => film.checkVisibility()).map(film => {
           const frame = film.getBoundingClientRect();
           const [across, down] = ['across', 'down'].map(name => film.querySelector(`.cross.${name}`));
           if (!across.checkVisibility() || !down.checkVisibility()) return [-1, -1];
           return [(down.getBoundingClientRect().left - frame.left) / frame.width, (across.getBoundingClientRect().top - frame.top) / frame.height] })",
    );
    let cross = one_of(&found, films);
    assert!(cross[0] >= 0.0, "no cross-hair is seen");
    cross
}

/// The numbers that so many films have in common.
#[track_caller]
fn one_of<const N: usize>(found: &Value, films: usize) -> [f64; N] {
    let each = found.as_array().expect("films");
    let each: Vec<[f64; N]> = each
        .iter()
        .map(|film| std::array::from_fn(|i| film[i].as_f64().expect("a number")))
        .collect();
    assert_eq!(each.len(), films, "films that are seen");
    for film in &each {
        assert!(near(film, &each[0]), "films differ: {each:?}");
    }
    each[0]
}

/// Whether these are the same places.
pub fn near(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < NEAR)
}

/// The middle of a pixel in shares of a film behind which the picture lies there.
pub fn middle([left, top, scale]: Place, (x, y): (u32, u32)) -> [f64; 2] {
    let along = |edge: f64, at: u32| edge + (f64::from(at) + 0.5) / SIDE * scale;
    [along(left, x), along(top, y)]
}

/// The pixel under the cross-hair, as it is read out; the grey values that are read out are those of the
/// pictures.
#[track_caller]
pub fn read_out(page: &Page, pictures: &[&Shown]) -> (u32, u32) {
    let said = page.text("readout");
    let number = |text: Option<&str>| text.and_then(|t| t.parse::<u32>().ok());
    let (at, greys) = said.split_once(": ").unwrap_or_else(|| panic!("{said}"));
    let (x, y) = at.split_once(", ").unwrap_or_else(|| panic!("{said}"));
    let at = number(x.strip_prefix("x ")).zip(number(y.strip_prefix("y ")));
    let (x, y) = at.unwrap_or_else(|| panic!("{said}"));
    let greys: Vec<Option<u32>> = greys
        .split(" \u{b7} ")
        .map(|of| number(of.rsplit(' ').next()))
        .collect();
    let pixel = y as usize * SIDE as usize + x as usize;
    let expected: Vec<Option<u32>> = pictures
        .iter()
        .map(|picture| Some(u32::from(picture.pixels[pixel])))
        .collect();
    assert_eq!(greys, expected, "{said}");
    (x, y)
}

/// The film of a modality.
fn film(modality: &str) -> String {
    format!(".film:has(canvas[data-testid={modality}])")
}

fn brain() -> (Page, Site) {
    let site = Site::with_models(&[Offer::whole("brain", &fresh_brain(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    (page, site)
}

#[test]
fn modalities_are_zoomed_moved_and_read_together() {
    let (page, _site) = brain();
    let shown = ["image", "image-1", "image-2", "image-3"].map(|name| page.shown(name));
    let shown: Vec<&Shown> = shown.iter().collect();
    assert_eq!(place(&page, 4), [0.0, 0.0, 1.0], "at first all is seen");

    // The cross-hair reads every modality where one of them is pointed at.
    let pointed = [(0.0, 0.0), (0.1, 0.1)];
    page.browser.drag(&film("image"), &pointed, "mouse");
    page.wait("grey values", || {
        let said = page.text("readout");
        ["T1 ", "T2 ", "FLAIR "]
            .iter()
            .all(|name| said.contains(name))
    });
    let pixel = read_out(&page, &shown);
    let lies = |pixel: (u32, u32)| {
        let (found, expected) = (cross(&page, 4), middle(place(&page, 4), pixel));
        assert!(near(&found, &expected), "{found:?}, not {expected:?}");
    };
    assert_eq!(pixel, (38, 38), "six tenths of 64 pixels");
    lies(pixel);

    // The wheel enlarges what lies under it, and that stays there.
    assert_eq!(page.text("zoom"), "100%");
    for percent in ["110%", "121%"] {
        page.browser.wheel(&film("image-1"), (0.2, -0.1), -120);
        page.wait("a tenth more", || page.text("zoom") == percent);
    }
    // Pinching a touchpad sends a few pixels at a time.
    page.browser.wheel(&film("image-1"), (0.2, -0.1), -3);
    page.wait("a little more", || page.text("zoom") == "123%");
    page.browser.wheel(&film("image-1"), (0.2, -0.1), -120);
    page.wait("a tenth more", || page.text("zoom") == "136%");
    let [left, top, scale] = place(&page, 4);
    let stays = |edge: f64, at: f64| (edge + at * scale - at).abs() < 2.0 * NEAR;
    assert!(
        stays(left, 0.7) && stays(top, 0.4),
        "{left}, {top}, {scale}"
    );
    let by_wheel = page.text("zoom");
    page.browser.click("[data-testid=zoom-in]");
    page.wait("larger pictures", || page.text("zoom") != by_wheel);
    let larger = place(&page, 4);
    assert!((larger[2] / scale - 1.5).abs() < 0.05, "{larger:?}");

    // Dragged with the mouse, pulled apart with two fingers.
    let pull = [(0.0, 0.0), (-0.1, 0.05)];
    page.browser.drag(&film("image-2"), &pull, "mouse");
    let moved = place(&page, 4);
    let expected = [larger[0] - 0.1, larger[1] + 0.05, larger[2]];
    assert!(
        moved
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() < 0.02),
        "{moved:?}, not {expected:?}"
    );
    lies(read_out(&page, &shown));
    page.browser.click("[data-testid=zoom-reset]");
    page.wait("the whole picture", || page.text("zoom") == "100%");
    page.browser.pinch(&film("image-3"), (0.2, 0.6));
    page.wait("pinched pictures", || page.text("zoom") != "100%");
    let pinched = place(&page, 4);
    assert!((pinched[2] - 3.0).abs() < 0.3, "{pinched:?}");
    lies(read_out(&page, &shown));

    // What is compared is looked at in the same way.
    page.browser.click("[data-testid=mode-difference]");
    page.wait("a difference", || {
        page.browser
            .script("return !!document.querySelector('canvas[data-testid=compare]')?.width")
            == true
    });
    assert!(near(&place(&page, 1), &pinched), "another place");
    page.browser.click("[data-testid=zoom-reset]");
    page.wait("the whole picture", || page.text("zoom") == "100%");
    page.browser.click("[data-testid=mode-beside]");
    assert_eq!(place(&page, 4), [0.0, 0.0, 1.0]);
    page.is_quiet();
}

/// The colours of the comparison, pixel by pixel, and the range that its legend names.
fn difference(page: &Page) -> (Vec<[u8; 3]>, u8) {
    let found = page.browser.script(
        "const c = document.querySelector('canvas[data-testid=compare]');
         if (!c?.width) return null;
         const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
         const said = c.closest('figure').querySelector('figcaption').textContent;
         return [Array.from(d), Number(/(\\d+) of 255/.exec(said)?.[1])]",
    );
    let colours = found[0].as_array().cloned().unwrap_or_default();
    let byte = |value: &Value| value.as_u64().expect("a byte") as u8;
    let colours = colours
        .chunks(4)
        .map(|c| [byte(&c[0]), byte(&c[1]), byte(&c[2])]);
    let range = found[1].as_u64().unwrap_or_default();
    (colours.collect(), range as u8)
}

/// The colours that the legend promises: none where both are alike, the full colour at the range.
fn promised(first: &Shown, second: &Shown, range: u8) -> Vec<[u8; 3]> {
    let pairs = first.pixels.iter().zip(&second.pixels);
    let colour = |(a, b): (&u8, &u8)| {
        let end = if a > b { FIRST } else { SECOND };
        let share = f64::from(a.abs_diff(*b)) / f64::from(range);
        std::array::from_fn(|i| (EVEN[i] + share * (end[i] - EVEN[i])).round() as u8)
    };
    pairs.map(colour).collect()
}

#[test]
fn a_difference_is_that_of_the_pixels_and_blinking_shows_one_after_the_other() {
    let (page, _site) = brain();
    let shown = ["image", "image-1", "image-2", "image-3"].map(|name| page.shown(name));
    let choose = |which: &str, modality: usize| {
        let option = format!("[data-testid={which}] option[value='{modality}']");
        page.browser.click(&option);
    };
    page.browser.click("[data-testid=mode-difference]");
    for (first, second) in [(0, 1), (3, 1), (3, 2)] {
        choose("pair-first", first);
        choose("pair-second", second);
        let (first, second) = (&shown[first], &shown[second]);
        let pairs = first.pixels.iter().zip(&second.pixels);
        let largest = pairs.map(|(a, b)| a.abs_diff(*b)).max().expect("pixels");
        let range = largest.max(16);
        let expected = promised(first, second, range);
        page.wait("the difference of these two", || {
            difference(&page) == (expected.clone(), range)
        });
        let other = promised(second, first, range);
        assert!(expected != other, "it tells which is brighter");
    }

    // In turn, each as it is; by hand and by itself.
    choose("pair-first", 0);
    page.browser.click("[data-testid=mode-blink]");
    let seen = || {
        page.browser.script(
            "return document.querySelector('canvas[data-testid=compare]')?.dataset.hash ?? ''",
        )
    };
    let (one, two) = (&shown[0], &shown[2]);
    assert!(one != two, "two pictures");
    page.slide("blink-rate", 3.0);
    for turn in [one, two, one] {
        page.wait("its turn", || seen() == turn.hash.as_str());
    }
    page.browser.click("[data-testid=blink-pause]");
    let (now, next) = if seen() == one.hash.as_str() {
        (one, two)
    } else {
        (two, one)
    };
    assert!(page.shown("compare") == *now);
    page.browser.click("[data-testid=blink-other]");
    page.wait("the other", || seen() == next.hash.as_str());
    assert!(page.shown("compare") == *next);
    page.browser.click("[data-testid=mode-beside]");
    let alone = "return !document.querySelector('canvas[data-testid=compare]')";
    page.wait("all of them", || page.browser.script(alone) == true);
    page.is_quiet();
}

/// In a study of one modality, too.
#[test]
fn an_own_image_and_its_synthesis_are_blinked_and_swiped() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    let offered = "return !!document.querySelector('[data-testid=mode-blink]')";
    assert_eq!(page.browser.script(offered), false, "one picture");
    let drawn = phantom::draw(Anatomy::Thorax, 11, 64, false);
    page.drop_file("thorax.png", &png(64, 64, drawn.images[0].1.to_u8()));
    page.until_ready("From thorax.png");
    let (own, painted) = (page.shown("source"), page.shown("image"));
    assert!(own.pixels != painted.pixels, "two pictures");

    page.browser.click("[data-testid=mode-swipe]");
    page.wait("both", || page.text("pair-second").contains("Your image"));
    let legend = "return document.querySelector('.line + figcaption').textContent";
    page.wait("what is where", || {
        let said = page.browser.script(legend);
        said.as_str().is_some_and(|said| {
            said.starts_with("Left: Synthetic") && said.ends_with("Right: Your image.")
        })
    });
    page.until_hash("compare", &painted.hash);
    page.until_hash("compare-second", &own.hash);
    let clip = "return document.querySelector('[data-testid=compare-second]').style.clipPath";
    for (line, left) in [(25.0, "25%"), (80.0, "80%")] {
        page.slide("swipe-line", line);
        page.wait("the line", || {
            let clip = page.browser.script(clip);
            clip.as_str()
                .is_some_and(|clip| clip.ends_with(&format!(" {left})")))
        });
    }
    let address = "return new URLSearchParams(location.search).get('view')";
    page.wait("the address", || page.browser.script(address) == "swipe0-1");

    page.browser.click("[data-testid=mode-blink]");
    page.browser.click("[data-testid=blink-pause]");
    let seen = || {
        page.browser
            .script("return document.querySelector('canvas[data-testid=compare]').dataset.hash")
    };
    let other = if seen() == own.hash.as_str() {
        &painted
    } else {
        &own
    };
    page.browser.click("[data-testid=blink-other]");
    page.wait("the other", || seen() == other.hash.as_str());

    // Without the image there is one picture again.
    page.browser.click("[data-testid=tab-sample]");
    page.browser.click("[data-testid=sample-image]");
    page.until_ready("Seed 4:");
    page.wait("one picture", || page.browser.script(offered) == false);
    assert!(page.browser.displayed("canvas[data-testid=image]"));
    page.is_quiet();
}

/// Sliders of algorithms 1 and 2, a value far from the study's, and the first plane on the way to the
/// structure map that it changes.
const SLIDERS: [(&str, f64, &str); 8] = [
    ("value-smoothing", 4.0, "smoothed"),
    ("value-limit", 0.2, "contrast"),
    ("value-sigma1", 6.0, "lower-blurred"),
    ("value-alpha", 0.6, "lower-lines"),
    ("value-sigma2", 6.0, "lines"),
    ("value-beta", 1.0, "lines"),
    ("value-median", 15.0, "median"),
    ("value-threshold", 0.6, "structure-map"),
];

/// Names and hashes of the planes on the way to the structure map, in their order.
fn stages(page: &Page) -> Vec<(String, String)> {
    let found = page.browser.script(
        "return [...document.querySelectorAll('[data-testid=steps] canvas')].map(c => [c.dataset.testid.slice('step-'.length), c.dataset.hash ?? ''])",
    );
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let stages = found.as_array().expect("planes").iter();
    stages.map(|s| (text(&s[0]), text(&s[1]))).collect()
}

#[test]
fn another_texture_leaves_the_map_and_is_shared_and_taken_back() {
    let site = Site::with_models(&[Offer::whole("styled", &fresh_styled(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    let (before, map) = (page.shown("image"), page.shown("structure"));
    page.browser.click("[data-testid=another-texture]");
    page.until_changed("image", &before.hash);
    let other = page.shown("image");
    assert!(page.shown("structure") == map, "another map");
    page.browser.reload();
    page.until_hash("image", &other.hash);
    page.browser.script("history.back()");
    page.until_hash("image", &before.hash);
    page.is_quiet();
}

#[test]
fn a_model_that_knows_no_styles_offers_no_other_texture() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    let there = "return document.querySelectorAll('[data-testid=another-texture]').length";
    assert_eq!(page.browser.script(there), 0);
    page.is_quiet();
}

#[test]
fn the_stages_of_an_own_image_are_shown_and_follow_its_values() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    page.browser.click("[data-testid=tab-image]");
    let drawn = phantom::draw(Anatomy::Thorax, 11, 96, false);
    page.drop_file("thorax.png", &png(96, 96, drawn.images[0].1.to_u8()));
    page.until_ready("From thorax.png");
    page.wait("the stages", || {
        let stages = stages(&page);
        stages.len() >= 4 && stages.iter().all(|(_, hash)| !hash.is_empty())
    });
    let sliders = page.browser.script(
        "return [...document.querySelectorAll('.values input[type=range]')].map(s => s.dataset.testid)",
    );
    assert_eq!(
        sliders,
        json!(SLIDERS.map(|s| s.0)),
        "every slider is tried"
    );
    let (study, map) = (stages(&page), page.shown("structure"));
    for (slider, value, first) in SLIDERS {
        page.slide(slider, value);
        let changed = || {
            let now = stages(&page);
            let is_new = |stage: &&(String, String)| !study.contains(stage);
            now.iter().find(is_new).map(|(name, _)| name.clone())
        };
        page.wait(slider, || changed().is_some() && page.state() == "ready");
        assert_eq!(changed().as_deref(), Some(first), "{slider}");
        page.browser.click("[data-testid=values-study]");
        page.wait("the study's values", || {
            stages(&page) == study && page.state() == "ready"
        });
        assert!(page.shown("structure") == map, "after {slider}");
    }
    page.slide("value-alpha", 0.6);
    page.until_changed("structure", &map.hash);
    page.browser.click("[data-testid=values-study]");
    page.until_hash("structure", &map.hash);
    page.is_quiet();
}
