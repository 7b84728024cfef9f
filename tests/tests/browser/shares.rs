//! A link shows the same picture in another profile, looked at in the same way.

use super::marking::Desk;
use super::model::{Native, fresh, fresh_brain};
use super::page::{Page, Shown, WEBGPU};
use super::site::{Offer, Site};
use super::walk;

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

/// Leaves the page and follows its link: the pictures are the same.
#[track_caller]
fn same_elsewhere(page: Page, names: &[&str]) {
    let (link, here) = (page.link(), all(&page, names));
    page.is_quiet();
    drop(page);
    let there = elsewhere(&link, "cpu");
    for ((here, there), name) in here.iter().zip(all(&there, names)).zip(names) {
        assert!(here.hash == there.hash, "{name} is another one: {link}");
    }
    there.is_quiet();
}

#[test]
fn a_link_carries_a_lesion_drawn_by_hand_and_the_lines_of_an_image() {
    let desk = Desk::opened();
    desk.ellipse();
    let Desk { page, site, .. } = desk;
    let names = [
        "image",
        "image-1",
        "image-2",
        "image-3",
        "structure",
        "mask",
        "lesion",
    ];
    same_elsewhere(page, &names);
    drop(site);
}

/// The page, walked aside from seed 4.
fn walked(site: &Site) -> Page {
    let page = Page::open(site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    let seed = page.shown("image");
    page.browser.click("[data-testid=tab-walk]");
    walk::aside(&page);
    page.until_changed("image", &seed.hash);
    page
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
fn a_link_made_on_the_cpu_shows_the_picture_on_webgpu() {
    let model = fresh(7);
    let native = Native::open(&model);
    let site = Site::with_models(&[Offer::whole("fresh", &model)]);
    let page = walked(&site);
    let (link, structure) = (page.link(), page.structure());
    drop(page);
    let there = elsewhere(&link, "webgpu");
    assert_eq!(there.backend(), "webgpu", "{}", there.text("badge"));
    there.agrees(&native, &structure, 4, &WEBGPU);
    there.is_quiet();
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
