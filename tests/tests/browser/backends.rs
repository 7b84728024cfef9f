//! What the page does when all is well, on both backends.

use super::model::{Native, fresh};
use super::page::{CPU, Page, Tolerance, WEBGPU};
use super::site::{Offer, Site};
use scanweave::image::Plane;
use scanweave::phantom::{self, Anatomy};

#[test]
fn seeds_are_pictures_on_the_cpu() {
    seeds_are_pictures("cpu", &CPU);
}

#[test]
fn seeds_are_pictures_on_webgpu() {
    seeds_are_pictures("webgpu", &WEBGPU);
}

#[test]
fn images_are_painted_anew_on_the_cpu() {
    images_are_painted_anew("cpu", &CPU);
}

#[test]
fn images_are_painted_anew_on_webgpu() {
    images_are_painted_anew("webgpu", &WEBGPU);
}

fn seeds_are_pictures(backend: &str, tolerance: &Tolerance) {
    let model = fresh(7);
    let native = Native::open(&model);
    let site = Site::with_models(&[Offer::whole("fresh", &model)]);
    let page = Page::open(&site, &format!("backend={backend}&seed=1"));
    page.until_ready("Seed 1:");
    assert_eq!(page.backend(), backend, "{}", page.status());
    assert!(
        page.browser.displayed("[data-testid=gallery]"),
        "the gallery is seen"
    );
    assert_eq!(
        page.browser
            .script("return document.querySelector('[data-testid=gallery] img').naturalWidth"),
        32
    );

    let first = page.shown("image");
    assert_eq!(first.size, [native.size(); 2]);
    page.agrees(&native, &native.sampled(1), 1, tolerance);
    let seventh = page.seed(7);
    assert!(
        seventh.hash != first.hash && seventh.pixels != first.pixels,
        "the picture follows the seed"
    );
    page.agrees(&native, &native.sampled(7), 7, tolerance);
    assert!(page.seed(1) == first, "a seed is always the same picture");

    page.browser
        .script("window.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }))");
    page.until_ready("Seed 2:");
    page.browser.click("[data-testid=random]");
    page.until_ready("Seed ");
    assert!(
        page.shown("image").hash != first.hash,
        "a random seed is another picture"
    );
    page.browser.click("[data-gallery-seed]");
    page.until_ready("Seed 3:");
    page.is_quiet();

    page.browser
        .open(&site.url(&format!("backend={backend}&seed=7")));
    page.until_ready("Seed 7:");
    assert!(
        page.shown("image") == seventh,
        "an address is a picture, after a new start too"
    );
    page.browser.click("[data-testid=sample-image]");
    page.until_ready("Seed 7:");
    assert!(page.shown("image") == seventh);
    page.is_quiet();
}

fn images_are_painted_anew(backend: &str, tolerance: &Tolerance) {
    let model = fresh(7);
    let native = Native::open(&model);
    let site = Site::with_models(&[Offer::whole("fresh", &model)]);
    let page = Page::open(&site, &format!("backend={backend}&seed=4"));
    page.until_ready("Seed 4:");
    let sampled = page.shown("image");

    let (bytes, plane) = thorax(11);
    page.pick(&site.file("own.png", &bytes));
    page.until_ready("From own.png:");
    page.agrees(&native, &native.structure_of(&plane), 4, tolerance);
    let picked = page.shown("image");
    assert!(picked.hash != sampled.hash);
    assert!(
        page.shown("source").pixels == plane.normalised().expect("greys").to_u8(),
        "the page shows the image that was brought, from black to white"
    );

    let (bytes, plane) = thorax(12);
    page.drop_file("dropped.png", &bytes);
    page.until_ready("From dropped.png:");
    page.agrees(&native, &native.structure_of(&plane), 4, tolerance);
    assert!(page.shown("image").hash != picked.hash);

    page.browser.click("[data-testid=tab-sample]");
    page.browser.click("[data-testid=sample-image]");
    page.until_ready("Seed 4:");
    assert!(page.shown("image") == sampled, "sampling goes on as before");
    page.is_quiet();
}

/// A drawn thorax at the size of the model, as a PNG file and as the plane that it holds.
fn thorax(seed: u64) -> (Vec<u8>, Plane) {
    let drawn = phantom::draw(Anatomy::Thorax, seed, 64, false);
    let pixels = drawn.images[0].1.to_u8();
    let plane = Plane::from_u8(64, 64, &pixels).expect("one value per pixel");
    (png(64, 64, pixels), plane)
}

/// The bytes of a grey PNG file.
pub fn png(width: u32, height: u32, pixels: Vec<u8>) -> Vec<u8> {
    let picture = image::GrayImage::from_raw(width, height, pixels).expect("one value per pixel");
    file_of(&picture.into())
}

/// The bytes of a PNG file.
pub fn file_of(picture: &image::DynamicImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .expect("memory");
    bytes.into_inner()
}
