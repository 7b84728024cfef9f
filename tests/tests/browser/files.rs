//! Files in the formats of hospitals and of research, written here byte by byte, go through the page's
//! file field or are dropped on it, and become a structure map and images.

use super::backends::png;
use super::failures::choose;
use super::model::{Native, fresh};
use super::page::{CPU, Page, Shown, distance};
use super::site::{Offer, Site};
use scanweave::formats::{self, Axis, dicom, nifti};
use scanweave::image::Plane;
use scanweave::phantom::{self, Anatomy};
use scanweave::structure::Structure;
use std::io::{Read as _, Write as _};

/// Side of the pictures in the files; the model's is another.
const SIDE: usize = 96;
/// Slices of the volumes.
const DEPTH: usize = 5;
/// The page's seed.
const SEED: u64 = 4;

#[test]
fn a_nifti_volume_is_turned_through() {
    let bytes = nifti::write(&thoraces(), [1.0, 1.0, 3.0], "SYNTHETIC").expect("a volume");
    a_volume_is_turned_through("thorax.nii", &bytes);
}

#[test]
fn a_metaimage_volume_is_turned_through() {
    // 16 bits with negative numbers, as CT has them.
    let voxels = thoraces()
        .iter()
        .flat_map(Plane::to_u8)
        .flat_map(|v| (i16::from(v) * 8 - 1024).to_le_bytes())
        .collect::<Vec<u8>>();
    let header = format!(
        "ObjectType = Image\nNDims = 3\nDimSize = {SIDE} {SIDE} {DEPTH}\nElementType = MET_SHORT\nElementDataFile = LOCAL\n"
    );
    a_volume_is_turned_through("thorax.mha", &[header.as_bytes(), &voxels].concat());
}

#[test]
fn a_dicom_slice_is_painted_anew() {
    // 12 bits, shown inverted: 0 is white.
    let file = dicom_of(&thoraces()[0]);
    let read = dicom::read(&file).expect("a DICOM file");
    let window = read.window.expect("a window");
    let plane = read.volume.picture(Axis::Z, 0, window).expect("a slice");
    assert!(read.inverted);
    let (page, native, _site) = opened("slice.dcm", &file);
    agrees(&page, &native, &plane.map(|v| 1.0 - v));
    let slider = "return document.querySelector('[data-testid=slice]') === null";
    assert_eq!(page.browser.script(slider), true, "one slice has no slider");
    page.is_quiet();
}

#[test]
fn a_png_of_another_size_is_painted_anew() {
    let plane = &thoraces()[0];
    let side = SIDE as u32;
    let (page, native, _site) = opened("own.png", &png(side, side, plane.to_u8()));
    let read = Plane::from_u8(SIDE, SIDE, &plane.to_u8()).expect("one value per pixel");
    agrees(&page, &native, &read);
    page.is_quiet();
}

#[test]
fn a_compressed_nifti_volume_is_turned_through() {
    let bytes = nifti::write(&thoraces(), [1.0, 1.0, 3.0], "SYNTHETIC").expect("a volume");
    let (page, native, _site) = opened("thorax.nii.gz", &gzip(&bytes));
    let volume = formats::read(&bytes).expect("a volume");
    let window = volume.window().expect("greys");
    let slice = volume.picture(Axis::Z, DEPTH / 2, window).expect("a slice");
    agrees(&page, &native, &slice);
    let slider = "return document.querySelector('[data-testid=slice]').max";
    assert_eq!(page.browser.script(slider), (DEPTH - 1).to_string());
    page.is_quiet();
}

/// The browser's decoder and ours may differ by a grey value here and there, so the lines are looked for
/// in what the page has decoded.
#[test]
fn a_jpeg_is_painted_anew() {
    let drawn = phantom::draw(Anatomy::Thorax, 20, 64, false);
    let picture = image::GrayImage::from_raw(64, 64, drawn.images[0].1.to_u8());
    let mut file = std::io::Cursor::new(Vec::new());
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 90)
        .encode_image(&picture.expect("one value per pixel"))
        .expect("memory");
    let decoded = image::load_from_memory(file.get_ref())
        .expect("a JPEG file")
        .to_luma8();
    let (page, native, _site) = opened("own.jpg", file.get_ref());
    assert_eq!(native.size(), 64, "the page shows it at its own size");
    let seen = page.shown("source").pixels;
    let (_, largest) = distance(&seen, decoded.as_raw());
    assert!(largest <= 4, "decoded otherwise by {largest} of 255");
    let plane = Plane::from_u8(64, 64, &seen).expect("one value per pixel");
    agrees(&page, &native, &plane);
    page.is_quiet();
}

/// Before the first model is there, and while another one comes.
#[test]
fn a_file_that_is_chosen_while_weights_load_is_read_when_they_are_there() {
    let (model, other) = (fresh(7), fresh(8));
    let site = Site::with_models(&[Offer::whole("fresh", &model), Offer::whole("other", &other)]);
    let plane = &thoraces()[0];
    let side = SIDE as u32;
    let file = site.file("own.png", &png(side, side, plane.to_u8()));
    let read = Plane::from_u8(SIDE, SIDE, &plane.to_u8()).expect("one value per pixel");
    for weights in ["assets/fresh.weave", "assets/other.weave"] {
        site.give(weights, 1000);
    }
    let page = Page::open(&site, &format!("backend=cpu&seed={SEED}&lang=en"));
    let loads = || page.status().starts_with("Loading the weights");
    for (id, bytes) in [("fresh", &model), ("other", &other)] {
        if id == "other" {
            choose(&page, id);
        }
        page.wait("weights on their way", loads);
        page.pick(&file);
        page.wait("a word on the file", || {
            page.status()
                .contains("own.png is read as soon as the model is there")
        });
        assert_eq!(
            (page.state().as_str(), page.error()),
            ("loading", String::new())
        );
        site.give_all(&format!("assets/{id}.weave"));
        page.until_ready("From own.png:");
        agrees(&page, &Native::open(bytes), &read);
    }
    page.is_quiet();
}

#[test]
fn what_is_dropped_anywhere_on_the_page_is_opened_or_told() {
    let (model, other) = (fresh(7), fresh(8));
    let site = Site::with_models(&[Offer::whole("fresh", &model)]);
    let page = Page::open(&site, &format!("backend=cpu&seed={SEED}&lang=en"));
    page.until_ready("Seed 4:");
    let sampled = page.shown("image");
    let is_as_before = |before: &Shown, what: &str| {
        page.browser.click("[data-testid=sample-image]");
        page.until_ready("Seed 4:");
        assert!(page.shown("image") == *before, "after {what}");
        assert_eq!(page.error(), "", "the message goes");
    };

    // Words from another page, and a file that is neither image nor model.
    drop_on(&page, "footer", "data.setData('text/plain', 'a letter')");
    page.until_error(&["Only files can be dropped here"]);
    is_as_before(&sampled, "words");
    drop_on(&page, "body", &with_file("letter.txt", b"hello"));
    page.until_error(&["letter.txt"]);
    is_as_before(&sampled, "a letter");

    let plane = &thoraces()[0];
    let side = SIDE as u32;
    let file = png(side, side, plane.to_u8());
    drop_on(
        &page,
        "canvas[data-testid=image]",
        &with_file("own.png", &file),
    );
    page.until_ready("From own.png:");
    let read = Plane::from_u8(SIDE, SIDE, &plane.to_u8()).expect("one value per pixel");
    agrees(&page, &Native::open(&model), &read);

    let of_list = "return document.querySelector('[data-testid=model-select]').value";
    assert_eq!(page.browser.script(of_list), "fresh");
    drop_on(&page, "h1", &with_file("other.weave", &other));
    page.until_ready("Seed 4:");
    assert_eq!(page.browser.script(of_list), "", "a model of one's own");
    let native = Native::open(&other);
    page.agrees(&native, &native.sampled(SEED), SEED, &CPU);
    let brought = page.shown("image");
    drop_on(
        &page,
        "body",
        &with_file("cut.weave", &other[..other.len() / 2]),
    );
    page.until_error(&["cut.weave"]);
    is_as_before(&brought, "half a model");
    page.is_quiet();
}

/// Drops what a line of script puts into `data` on an element. A page that leaves a drop to the browser
/// is left for the file.
#[track_caller]
fn drop_on(page: &Page, selector: &str, put: &str) {
    let taken = page.browser.script(&format!(
        "const data = new DataTransfer(); {put};
         const target = document.querySelector('{selector}');
         return ['dragenter', 'dragover', 'drop'].map(kind =>
           !target.dispatchEvent(new DragEvent(kind, {{ dataTransfer: data, bubbles: true, cancelable: true }})))",
    ));
    assert_eq!(taken[1], true, "it may be dropped here");
    assert_eq!(taken[2], true, "the browser is to do nothing");
}

fn with_file(name: &str, bytes: &[u8]) -> String {
    format!("data.items.add(new File([new Uint8Array({bytes:?})], '{name}'))")
}

/// A gzip file (RFC 1952, 2.3) around what an archive holds deflated.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let deflated = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("volume", deflated).expect("memory");
    archive.write_all(bytes).expect("memory");
    let archive = archive.finish().expect("memory");
    let mut archive = zip::ZipArchive::new(archive).expect("an archive");
    let mut file = archive.by_index_raw(0).expect("one file");
    let (checksum, mut content) = (file.crc32(), Vec::new());
    file.read_to_end(&mut content).expect("its content");
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let length = (bytes.len() as u32).to_le_bytes();
    [head.as_slice(), &content, &checksum.to_le_bytes(), &length].concat()
}

fn a_volume_is_turned_through(name: &str, bytes: &[u8]) {
    let volume = formats::read(bytes).expect("a volume");
    let window = volume.window().expect("greys");
    let slice = |z| volume.picture(Axis::Z, z, window).expect("a slice");
    let (page, native, _site) = opened(name, bytes);
    agrees(&page, &native, &slice(DEPTH / 2));
    // With the keys, as a person would: one slice up, then the first one.
    let mut before = page.shown("image");
    for (key, z) in [("\u{e014}", DEPTH / 2 + 1), ("\u{e011}", 0)] {
        page.browser
            .script("document.querySelector('[data-testid=slice]').focus()");
        page.browser.press(&[key]);
        page.until_changed("image", &before.hash);
        page.until_ready(&format!("From {name}:"));
        agrees(&page, &native, &slice(z));
        before = page.shown("image");
    }
    page.is_quiet();
}

/// The page after a file was picked, and the model that it uses.
fn opened(name: &str, bytes: &[u8]) -> (Page, Native, Site) {
    let model = fresh(7);
    let site = Site::with_models(&[Offer::whole("fresh", &model)]);
    let page = Page::open(&site, &format!("backend=cpu&seed={SEED}"));
    page.until_ready(&format!("Seed {SEED}:"));
    page.browser.click("[data-testid=tab-image]");
    page.pick(&site.file(name, bytes));
    page.until_ready(&format!("From {name}:"));
    (page, Native::open(&model), site)
}

/// The page shows the structure map of this image and what is painted from it.
fn agrees(page: &Page, native: &Native, image: &Plane) {
    let structure: Structure = native.structure_of(image);
    let lines = structure.map.values().iter().filter(|v| **v > 0.5).count();
    assert!(lines > 40, "{lines} pixels of lines are nothing to compare");
    page.agrees(native, &structure, SEED, &CPU);
}

/// Another thorax in every slice.
fn thoraces() -> Vec<Plane> {
    let drawn = (0..DEPTH as u64).map(|z| phantom::draw(Anatomy::Thorax, 20 + z, SIDE, false));
    drawn.map(|phantom| phantom.images[0].1.to_grey()).collect()
}

/// A DICOM file in explicit little endian (PS3.5, A.2): the 12 stored bits inverted, with a window.
fn dicom_of(plane: &Plane) -> Vec<u8> {
    let short = |value: u16| value.to_le_bytes().to_vec();
    let text = |text: &str| text.as_bytes().to_vec();
    let pixels = plane.to_u8();
    let pixels = pixels
        .iter()
        .flat_map(|v| (4080 - u16::from(*v) * 16).to_le_bytes());
    let elements = [
        (0x0002_0010, b"UI", text("1.2.840.10008.1.2.1\0")), // transfer syntax
        (0x0028_0002, b"US", short(1)),                      // samples per pixel
        (0x0028_0004, b"CS", text("MONOCHROME1 ")),
        (0x0028_0010, b"US", short(SIDE as u16)), // rows
        (0x0028_0011, b"US", short(SIDE as u16)), // columns
        (0x0028_0100, b"US", short(16)),          // bits allocated
        (0x0028_0101, b"US", short(12)),          // bits stored
        (0x0028_0102, b"US", short(11)),          // high bit
        (0x0028_0103, b"US", short(0)),           // unsigned
        (0x0028_1050, b"DS", text("2040")),       // window centre
        (0x0028_1051, b"DS", text("4080")),       // window width
        (0x7FE0_0010, b"OW", pixels.collect()),
    ];
    let mut file = [vec![0; 128], b"DICM".to_vec()].concat();
    for (tag, kind, value) in elements {
        let tag: u32 = tag;
        file.extend(((tag >> 16) as u16).to_le_bytes());
        file.extend((tag as u16).to_le_bytes());
        file.extend(kind);
        if kind == b"OW" {
            file.extend([0, 0]);
            file.extend((value.len() as u32).to_le_bytes());
        } else {
            file.extend((value.len() as u16).to_le_bytes());
        }
        file.extend(value);
    }
    file
}
