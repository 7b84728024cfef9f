//! Files in the formats of hospitals and of research, written here byte by byte, go through the page's
//! file field or are dropped on it, and become a structure map and images.

use super::backends::{file_of, png};
use super::failures::choose;
use super::model::{Native, fresh};
use super::page::{CPU, Page, Shown, Tolerance, distance};
use super::site::{Offer, Site};
use scanweave::formats::{self, Axis, dicom, nifti};
use scanweave::image::{Frame, Plane};
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
/// in what the page shows, whose greys are rounded.
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
    let decoded = Plane::from_u8(64, 64, decoded.as_raw()).expect("one value per pixel");
    let decoded = decoded.normalised().expect("greys").to_u8();
    let (_, largest) = distance(&seen, &decoded);
    assert!(largest <= 4, "decoded otherwise by {largest} of 255");
    let plane = Plane::from_u8(64, 64, &seen).expect("one value per pixel");
    let structure = native.structure_of(&plane);
    assert!(structure.map.mean() > 0.01, "there are lines to compare");
    let tipped = 0.006;
    page.agrees(&native, &structure, SEED, &Tolerance { tipped, ..CPU });
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
    let loads = || page.status().starts_with("Loading the model");
    for (id, bytes) in [("fresh", &model), ("other", &other)] {
        if id == "other" {
            choose(&page, id);
        }
        page.wait("weights on their way", loads);
        page.pick(&file);
        page.wait("a word on the file", || {
            page.status()
                .contains("own.png will be read as soon as the model is loaded")
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

/// The model that was asked for last does not come: the file is read for the one that is open, and what happened stays
/// told.
#[test]
fn a_file_that_waits_is_read_when_the_model_does_not_come() {
    let (model, other) = (fresh(7), fresh(8));
    let site = Site::with_models(&[Offer::whole("fresh", &model), Offer::whole("other", &other)]);
    let plane = &thoraces()[0];
    let side = SIDE as u32;
    let file = site.file("own.png", &png(side, side, plane.to_u8()));
    site.give("assets/other.weave", 1000);
    let page = Page::open(&site, &format!("backend=cpu&seed={SEED}&lang=en"));
    page.until_ready("Seed 4:");
    choose(&page, "other");
    page.wait("weights on their way", || {
        page.status().starts_with("Loading the model")
    });
    page.pick(&file);
    page.wait("a word on the file", || page.status().contains("own.png"));
    site.break_off("assets/other.weave");
    page.wait("the file", || {
        page.state() == "ready" && page.status().starts_with("From own.png:")
    });
    let read = Plane::from_u8(SIDE, SIDE, &plane.to_u8()).expect("one value per pixel");
    agrees(&page, &Native::open(&model), &read);
    let told = page.error();
    assert!(told.contains("“other” was interrupted"), "{told}");
    let chosen = "return document.querySelector('[data-testid=model-select]').value";
    assert_eq!(page.browser.script(chosen), "fresh");
}

#[test]
fn what_is_dropped_anywhere_on_the_page_is_opened_or_told() {
    let (model, other) = (fresh(7), fresh(8));
    let site = Site::with_models(&[Offer::whole("fresh", &model)]);
    let page = Page::open(&site, &format!("backend=cpu&seed={SEED}&lang=en"));
    page.until_ready("Seed 4:");
    let sampled = page.shown("image");
    let is_as_before = |before: &Shown, what: &str| {
        page.browser.click("[data-testid=tab-sample]");
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
    assert!(
        page.browser.displayed("[data-testid=drop]"),
        "the panel of images opens"
    );
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

/// An archive that was on a tape, or is several behind each other.
#[test]
fn what_follows_a_compressed_volume_is_left_alone() {
    let bytes = nifti::write(&thoraces(), [1.0, 1.0, 3.0], "SYNTHETIC").expect("a volume");
    let (one, two) = bytes.split_at(bytes.len() / 3);
    let file = [gzip(one), gzip(two), vec![0; 512]].concat();
    let (page, native, _site) = opened("thorax.nii.gz", &file);
    let volume = formats::read(&bytes).expect("a volume").upright();
    let window = volume.window().expect("greys");
    let slice = volume.picture(Axis::Z, DEPTH / 2, window).expect("a slice");
    agrees(&page, &native, &slice);
    page.is_quiet();
}

/// What the page shows of a file is, grey by grey, what the reader of the trainer gives.
#[track_caller]
fn is_read_as(page: &Page, native: &Native, read: Plane) {
    let size = native.size();
    let shown = page.shown("source");
    assert_eq!(shown.size, [size; 2]);
    let frame = Frame::of((read.width(), read.height()), [1.0; 2]);
    let expected = frame.squared(&read.clone().into(), size).to_grey();
    assert!(shown.pixels == expected.to_u8(), "other greys");
    agrees(page, native, &read);
}

/// Stored with its columns to the front, its rows to the left and its slices to the feet.
#[test]
fn a_volume_that_is_stored_otherwise_is_turned_as_the_trainer_turns_it() {
    let upright = thoraces();
    // Of the voxels as they are stored: x runs to the front, y to the left and z to the feet.
    let stored: Vec<Plane> = upright
        .iter()
        .rev()
        .map(|plane| Plane::from_fn(SIDE, SIDE, |x, y| plane.at(y, SIDE - 1 - x)))
        .collect();
    let mut bytes = nifti::write(&stored, [1.0; 3], "SYNTHETIC").expect("a volume");
    // sform of RAS: x to the front is +A, y to the left is -R, z to the feet is -S.
    let rows = [
        [0.0_f32, -1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, -1.0, 0.0],
    ];
    bytes[252..256].copy_from_slice(&[0, 0, 1, 0]);
    for (at, number) in rows.iter().flatten().enumerate() {
        bytes[280 + 4 * at..284 + 4 * at].copy_from_slice(&number.to_le_bytes());
    }
    let (page, native, _site) = opened("askew.nii", &bytes);
    let volume = formats::read(&bytes).expect("a volume").upright();
    let window = volume.window().expect("greys");
    let slice = volume.picture(Axis::Z, DEPTH / 2, window).expect("a slice");
    // The file holds 0 to 255.
    let drawn = upright[DEPTH / 2].to_u8().into_iter();
    let drawn: Vec<f32> = drawn.map(|v| window.of(v.into())).collect();
    assert!(slice.values() == drawn, "upright again");
    is_read_as(&page, &native, slice);
    page.is_quiet();
}

/// Twelve bits in a file of sixteen: a canvas would leave 16 greys of them.
#[test]
fn a_png_of_16_bits_keeps_its_greys() {
    let plane = &thoraces()[0];
    let deep: Vec<u16> = plane.values().iter().map(|v| (v * 4095.0) as u16).collect();
    let side = SIDE as u32;
    let picture = image::ImageBuffer::<image::Luma<u16>, _>::from_raw(side, side, deep.clone());
    let picture: image::DynamicImage = picture.expect("one value per pixel").into();
    let (page, native, _site) = opened("deep.png", &file_of(&picture));
    let values = deep.iter().map(|v| f32::from(*v) / 65_535.0).collect();
    let read = Plane::new(SIDE, SIDE, values).expect("one value per pixel");
    is_read_as(&page, &native, read.normalised().expect("greys"));
    let greys: std::collections::BTreeSet<u8> = page.shown("source").pixels.into_iter().collect();
    assert!(greys.len() > 60, "{} greys", greys.len());
    page.is_quiet();
}

/// A radiograph wider than high, held on its side by the camera. Its decoder and ours may differ by a few greys.
#[test]
fn a_photograph_on_its_side_is_turned_and_keeps_its_shape() {
    let drawn = phantom::draw(Anatomy::Thorax, 20, 64, false);
    let pixels = drawn.images[0].1.to_u8();
    let picture = image::GrayImage::from_raw(64, 40, pixels[..64 * 40].to_vec());
    let mut file = std::io::Cursor::new(Vec::new());
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 95)
        .encode_image(&picture.expect("one value per pixel"))
        .expect("memory");
    // EXIF with orientation 6: the first row is the right-hand side.
    let tag = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
    let exif = [b"Exif\0\0MM\0*\0\0\0\x08\0\x01".as_slice(), &tag, &[0; 4]].concat();
    let length = (exif.len() as u16 + 2).to_be_bytes();
    let bytes = file.into_inner();
    let bytes = [&bytes[..2], &[0xff, 0xe1], &length, &exif, &bytes[2..]].concat();
    let (page, _native, _site) = opened("side.jpg", &bytes);

    let mut decoder =
        image::codecs::jpeg::JpegDecoder::new(std::io::Cursor::new(&bytes)).expect("a JPEG file");
    let orientation = image::ImageDecoder::orientation(&mut decoder).expect("EXIF");
    let mut picture = image::DynamicImage::from_decoder(decoder).expect("a JPEG file");
    picture.apply_orientation(orientation);
    assert_eq!((picture.width(), picture.height()), (40, 64));
    let read = Plane::from_u8(40, 64, picture.to_luma8().as_raw()).expect("greys");
    let read = read.normalised().expect("greys");
    let framed = Frame::of((40, 64), [1.0; 2]).squared(&read.into(), 64);
    let seen = page.shown("source").pixels;
    let (mean, largest) = distance(&seen, &framed.to_grey().to_u8());
    assert!(mean < 0.5 && largest <= 6, "mean {mean}, largest {largest}");
    let told = page.text("fitted");
    assert!(
        told.contains("side.jpg (40 × 64 pixels) keeps its shape"),
        "{told}"
    );
    let outside = (0..64).flat_map(|y| [64 * y, 64 * y + 11, 64 * y + 52, 64 * y + 63]);
    assert!(
        outside.into_iter().all(|i| seen[i] == 0),
        "background beside it"
    );
    page.is_quiet();
}

/// Pixels twice as wide as they are high.
#[test]
fn the_spacing_of_a_volume_gives_its_shape() {
    let bytes = nifti::write(&thoraces(), [1.0, 0.5, 3.0], "SYNTHETIC").expect("a volume");
    let (page, native, _site) = opened("flat.nii", &bytes);
    let volume = formats::read(&bytes).expect("a volume").upright();
    let window = volume.window().expect("greys");
    let slice = volume.picture(Axis::Z, DEPTH / 2, window).expect("a slice");
    let frame = Frame::of((SIDE, SIDE), [1.0, 0.5]);
    let size = native.size();
    let framed = frame.squared(&slice.clone().into(), size).to_grey();
    assert!(page.shown("source").pixels == framed.to_u8());
    page.agrees(&native, &native.structure_framed(&slice, frame), SEED, &CPU);
    assert!(page.text("fitted").contains("keeps its shape"));
    page.is_quiet();
}

#[test]
fn webp_and_gif_open_too() {
    let plane = &thoraces()[0];
    let side = SIDE as u32;
    let picture = image::GrayImage::from_raw(side, side, plane.to_u8());
    let picture = image::DynamicImage::from(picture.expect("one value per pixel"));
    let rgb = image::DynamicImage::from(picture.to_rgb8());
    let written = |picture: &image::DynamicImage, format| {
        let mut file = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut file, format).expect("memory");
        file.into_inner()
    };
    let webp = written(&rgb, image::ImageFormat::WebP);
    let (page, native, site) = opened("own.webp", &webp);
    let read = Plane::from_u8(SIDE, SIDE, &plane.to_u8()).expect("one value per pixel");
    let read = read.normalised().expect("greys");
    is_read_as(&page, &native, read.clone());
    let gif = written(&rgb, image::ImageFormat::Gif);
    page.pick(&site.file("own.gif", &gif));
    page.until_ready("From own.gif:");
    let of_gif = image::load_from_memory(&gif)
        .expect("a GIF file")
        .to_luma8();
    let read = Plane::from_u8(SIDE, SIDE, of_gif.as_raw()).expect("one value per pixel");
    is_read_as(&page, &native, read.normalised().expect("greys"));
    page.is_quiet();
}

/// As microscopes and cameras stack them: twelve bits in sixteen, the middle page first, the others by the slider.
#[test]
fn a_tiff_is_turned_through_page_by_page() {
    let pages = thoraces();
    let deep = |plane: &Plane| -> Vec<u16> {
        let values = plane.values().iter();
        values.map(|v| (v * 4095.0) as u16).collect()
    };
    let strips: Vec<Vec<u8>> = pages
        .iter()
        .map(|plane| deep(plane).into_iter().flat_map(u16::to_be_bytes).collect())
        .collect();
    let read = |z: usize| {
        let values = deep(&pages[z]).into_iter();
        let values = values.map(|v| f32::from(v) / 65_535.0).collect();
        let plane = Plane::new(SIDE, SIDE, values).expect("one value per pixel");
        plane.normalised().expect("greys")
    };
    let (page, native, site) = opened("stack.tif", &tiff_of(&strips, 16, 1));
    is_read_as(&page, &native, read(DEPTH / 2));
    let slider = "return document.querySelector('[data-testid=slice]').max";
    assert_eq!(page.browser.script(slider), (DEPTH - 1).to_string());
    let before = page.shown("image");
    page.browser
        .script("document.querySelector('[data-testid=slice]').focus()");
    page.browser.press(&["\u{e011}"]);
    page.until_changed("image", &before.hash);
    page.until_ready("From stack.tif:");
    is_read_as(&page, &native, read(0));

    let one = tiff_of(&[pages[1].to_u8()], 8, 1);
    page.pick(&site.file("one.tif", &one));
    page.until_ready("From one.tif:");
    let of_one = Plane::from_u8(SIDE, SIDE, &pages[1].to_u8()).expect("one value per pixel");
    is_read_as(&page, &native, of_one.normalised().expect("greys"));
    let slider = "return document.querySelector('[data-testid=slice]') === null";
    assert_eq!(page.browser.script(slider), true, "one page has no slider");

    // The page has no codec for photographs in strips.
    let jpeg = tiff_of(&[pages[1].to_u8()], 8, 7);
    page.pick(&site.file("photograph.tif", &jpeg));
    page.until_error(&[
        "photograph.tif is a TIFF of a kind",
        "JPEG",
        "save it as PNG",
    ]);
}

/// A TIFF of a strip of grey for each page (revision 6.0), big-endian, compressed in the way of this number.
fn tiff_of(strips: &[Vec<u8>], bits: u16, compression: u16) -> Vec<u8> {
    let mut file = b"MM\0*".to_vec();
    for strip in strips {
        // The directory stands behind the strip, where the link before it points.
        let at = file.len() as u32 + 4;
        file.extend((at + strip.len() as u32).to_be_bytes());
        file.extend(strip);
        let short = |value: u16| u32::from(value) << 16;
        let entries = [
            (256, 3, short(SIDE as u16)), // width
            (257, 3, short(SIDE as u16)), // height
            (258, 3, short(bits)),        // bits of a number
            (259, 3, short(compression)),
            (262, 3, short(1)),           // 0 is black
            (273, 4, at),                 // where the strip begins
            (279, 4, strip.len() as u32), // and how long it is
        ];
        file.extend((entries.len() as u16).to_be_bytes());
        for (tag, kind, value) in entries {
            let (tag, kind): (u16, u16) = (tag, kind);
            file.extend(tag.to_be_bytes());
            file.extend(kind.to_be_bytes());
            file.extend(1_u32.to_be_bytes());
            file.extend(value.to_be_bytes());
        }
    }
    file.extend([0; 4]);
    file
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
