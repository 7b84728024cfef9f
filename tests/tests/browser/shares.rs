//! A link shows the same picture in another profile, looked at in the same way.

use super::backends::png;
use super::marking::Desk;
use super::model::{Native, fresh, fresh_boxes, fresh_brain, fresh_classes};
use super::page::{Page, Shown, WEBGPU, distance};
use super::site::{Offer, Site};
use super::walk;
use scanweave::phantom::{self, Anatomy};

/// What is painted of four modalities, and from what.
const ALL: [&str; 7] = [
    "image",
    "image-1",
    "image-2",
    "image-3",
    "structure",
    "mask",
    "lesion",
];
/// What stands behind the `#` of a scene of version 77, of weights whose checksum begins with zeros.
const OF_ANOTHER_VERSION: &str = "s=AAAAAAAAAABNAQ";

/// The page in a fresh profile, where a link leads.
fn elsewhere(link: &str, backend: &str) -> Page {
    let (address, rest) = link.split_once('?').expect("parameters");
    let page = Page::at(&format!("{address}?backend={backend}&lang=en&{rest}"));
    page.wait("a picture", || page.state() == "ready");
    assert_eq!(page.error(), "", "nothing is wrong with the link");
    page
}

fn all(page: &Page, names: &[&str]) -> Vec<Shown> {
    names.iter().map(|name| page.shown(name)).collect()
}

/// Leaves the page and follows its link: the pictures are the same. Returns the page there.
#[track_caller]
fn same_elsewhere(page: Page, names: &[&str]) -> Page {
    let (link, here) = (page.link(), all(&page, names));
    page.is_quiet();
    drop(page);
    let there = elsewhere(&link, "cpu");
    for ((here, there), name) in here.iter().zip(all(&there, names)).zip(names) {
        assert!(here.hash == there.hash, "{name} is another one: {link}");
    }
    there.is_quiet();
    there
}

#[test]
fn a_link_carries_a_lesion_drawn_by_hand_and_the_lines_of_an_image() {
    let desk = Desk::opened();
    desk.ellipse();
    let Desk { page, site, .. } = desk;
    same_elsewhere(page, &ALL);
    drop(site);
}

#[test]
fn a_link_carries_a_lesion_that_was_placed_by_chance() {
    let Desk { page, site, .. } = Desk::opened();
    let healthy = page.shown("image");
    page.browser.click("[data-testid=lesion-random]");
    page.until_changed("image", &healthy.hash);
    assert!(page.shown("lesion").pixels.iter().any(|v| *v > 0));
    same_elsewhere(page, &ALL);
    drop(site);
}

#[test]
fn a_link_carries_boxes_and_their_classes() {
    let site = Site::with_models(&[Offer::whole("boxes", &fresh_boxes(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    page.browser
        .script("let n = 7; Math.random = () => (n = n * 16807 % 2147483647) / 2147483647");
    for class in ["1", "2"] {
        let before = page.shown("image");
        let option = format!("[data-testid=lesion-class] option[value='{class}']");
        page.browser.click(&option);
        page.browser.click("[data-testid=lesion-random]");
        page.until_changed("image", &before.hash);
    }
    let boxes = page.text("boxes");
    let there = same_elsewhere(page, &["image", "structure", "mask", "lesion"]);
    there.wait("the list of boxes", || there.text("boxes") == boxes);
    let count = "return document.querySelectorAll('[data-testid=boxes] li').length";
    assert_eq!(there.browser.script(count), 2, "{boxes}");
}

/// With a seed the address says the finding itself; with a place beside it, the scene does.
#[test]
fn a_link_carries_the_finding_that_was_chosen() {
    let site = Site::with_models(&[Offer::whole("findings", &fresh_classes(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    let normal = page.shown("image");
    page.browser.click("[data-testid=finding-2]");
    page.until_changed("image", &normal.hash);
    let chosen = "return document.querySelector('[data-testid=finding-2]').checked";
    let there = same_elsewhere(page, &["image", "structure", "mask"]);
    assert_eq!(there.browser.script(chosen), true, "of a seed");
    step_aside(&there);
    let there = same_elsewhere(there, &["image", "structure", "mask"]);
    assert_eq!(there.browser.script(chosen), true, "of a place beside it");
}

/// The page, walked aside from seed 4.
fn walked(site: &Site) -> Page {
    let page = Page::open(site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    step_aside(&page);
    page
}

fn step_aside(page: &Page) {
    let seed = page.shown("image");
    page.browser.click("[data-testid=tab-walk]");
    walk::aside(page);
    page.until_changed("image", &seed.hash);
}

#[test]
fn a_link_carries_a_place_in_the_latent_space() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = walked(&site);
    same_elsewhere(page, &["image", "structure", "mask"]);
}

#[test]
fn a_link_carries_a_tile_of_the_atlas() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    same_elsewhere(walk::on_a_tile(&site), &["image", "structure", "mask"]);
}

#[test]
fn a_link_carries_a_place_between_two_pins() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = walk::pinned(&site);
    let pin = page.shown("image");
    page.slide("between", 0.37);
    page.until_changed("image", &pin.hash);
    same_elsewhere(page, &["image", "structure", "mask"]);
}

#[test]
fn links_lead_from_the_cpu_to_webgpu_and_back() {
    let model = fresh(7);
    let native = Native::open(&model);
    let site = Site::with_models(&[Offer::whole("fresh", &model)]);
    let page = walked(&site);
    let (link, structure, image) = (page.link(), page.structure(), page.shown("image"));
    drop(page);
    let there = elsewhere(&link, "webgpu");
    assert_eq!(there.backend(), "webgpu", "{}", there.text("badge"));
    there.agrees(&native, &structure, 4, &WEBGPU);

    // Links made on WebGPU: to the same place, and to the lines of an image, which every backend finds alike.
    let to_place = there.link();
    let drawn = phantom::draw(Anatomy::Thorax, 11, 64, false);
    let file = png(64, 64, drawn.images[0].1.to_u8());
    there.pick(&site.file("thorax.png", &file));
    there.until_ready("From thorax.png:");
    let (to_image, lines, painted) = (there.link(), there.structure(), there.shown("image"));
    assert_eq!(there.backend(), "webgpu", "{}", there.text("badge"));
    there.is_quiet();
    drop(there);
    let back = elsewhere(&to_place, "cpu");
    assert!(back.shown("image") == image, "the very picture: {to_place}");
    drop(back);
    let back = elsewhere(&to_image, "cpu");
    assert!(back.structure() == lines, "other lines: {to_image}");
    let (mean, largest) = distance(&back.shown("image").pixels, &painted.pixels);
    assert!(
        mean <= WEBGPU.mean && largest <= WEBGPU.largest,
        "mean difference {mean}, largest {largest}"
    );
    back.is_quiet();
}

#[test]
fn what_a_link_cannot_show_is_said() {
    let (own, other, boxes) = (fresh(7), fresh(8), fresh_boxes(7));
    let site = Site::with_models(&[
        Offer::whole("own", &own),
        Offer::whole("other", &other),
        Offer::whole("boxes", &boxes),
    ]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    let usual = page.shown("image");
    step_aside(&page);
    let (link, walked) = (page.link(), page.shown("image"));
    drop(page);
    assert!(link.contains("?model=own"), "{link}");
    let with =
        |model: &str| link.replace("?model=own", &format!("?backend=cpu&lang=en&model={model}"));
    let page = Page::at(&with("other"));
    let is_told = |words: &str| {
        page.wait(words, || {
            page.state() == "ready" && page.error().contains(words)
        });
    };
    is_told("made with another model file than the one loaded here");
    assert!(page.shown("image").hash != walked.hash);
    // Their file is opened, and the link is followed after all.
    page.pick(&site.file("own.weave", &own));
    page.until_hash("image", &walked.hash);
    assert_eq!(page.error(), "");

    page.browser.open(&with("boxes"));
    is_told("does not fit the model that is loaded");
    let plain = site.url("backend=cpu&seed=4&lang=en&model=own");
    page.browser.open(&format!("{plain}#{OF_ANOTHER_VERSION}"));
    is_told("made by another version of scanweave");
    assert!(page.shown("image") == usual, "the usual picture is shown");
    page.is_quiet();
}

#[test]
fn a_link_carries_how_the_pictures_are_looked_at() {
    let site = Site::with_models(&[Offer::whole("brain", &fresh_brain(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    let click = |name: &str| page.browser.click(&format!("[data-testid={name}]"));
    click("zoom-in");
    click("zoom-in");
    click("overlay-structure");
    click("smooth");
    page.slide("overlay-opacity", 45.0);
    click("mode-difference");
    // A link says the place to a thousandth.
    let seen = |page: &Page| {
        page.browser.script(
            "const ask = name => document.querySelector(`[data-testid=${name}]`);
             const film = ask('compare')?.closest('.film');
             return film && [ask('zoom').textContent, ask('overlay-structure').checked, ask('overlay-mask').checked,
               ask('smooth').checked, ask('mode-difference').checked, ask('overlay-opacity').value,
               film.querySelector('.sheet').style.transform.replace(/[\\d.]+/g, Math.round), getComputedStyle(film.querySelector('.overlay')).display !== 'none']",
        )
    };
    page.wait("a comparison", || !seen(&page).is_null());
    let here = seen(&page);
    let expected = serde_json::json!(["225%", true, false, false, true, "45"]);
    assert_eq!(
        here.as_array().map(|all| &all[..6]),
        expected.as_array().map(|all| &all[..])
    );
    assert_eq!(here[7], true, "the overlay is seen");
    let link = page.link();
    drop(page);
    let there = elsewhere(&link, "cpu");
    there.wait("a comparison", || !seen(&there).is_null());
    assert_eq!(seen(&there), here, "{link}");
    there.is_quiet();
}
