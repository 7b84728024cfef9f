//! The workbench as a person uses it: walk, draw, place a lesion, share, take home.

use super::model::{Native, fresh, fresh_boxes, fresh_brain};
use super::page::{CPU, Page, Tolerance, WEBGPU, distance, tipped};
use super::site::{Offer, Site};
use scanweave::image::Plane;
use scanweave::lesion::ClassMap;
use scanweave::structure::Structure;
use scanweave::synthesis::Label;
use serde_json::Value;

/// A stroke through the middle of the board.
const STROKE: [(f64, f64); 3] = [(-0.1, -0.05), (0.0, 0.05), (0.12, 0.0)];
/// A lesion well inside a head.
const INSIDE: [(f64, f64); 3] = [(-0.03, -0.03), (0.0, 0.02), (0.04, 0.0)];
/// Tells the size of the engine's memory to who asks on a channel.
const MEASURED: &str = "let memory; const channel = new BroadcastChannel('bytes');
    channel.onmessage = () => channel.postMessage(memory.buffer.byteLength);
    for (const name of ['instantiate', 'instantiateStreaming']) {
      const own = WebAssembly[name];
      WebAssembly[name] = async (...a) => {
        const made = await own.apply(WebAssembly, a);
        memory = (made.instance ?? made).exports.memory;
        return made;
      };
    }";
/// Bytes that the engine may take more after 500 steps than after 50.
const GROWTH: f64 = 2e6;
/// A lesion on the background.
const OUTSIDE: [(f64, f64); 2] = [(-0.48, -0.48), (-0.45, -0.45)];

#[test]
fn a_drawn_line_is_painted_and_undone() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    let before = page.shown("image");
    page.browser.click("[data-testid=tab-draw]");
    page.browser.click("[data-testid=tool-pen]");
    page.browser
        .drag("canvas[data-testid=board]", &STROKE, "mouse");
    page.until_changed("image", &before.hash);
    let drawn = page.shown("image");
    let lines = |shown: &super::page::Shown| shown.pixels.iter().filter(|v| **v > 0).count();
    page.browser.click("[data-testid=undo]");
    page.until_hash("image", &before.hash);
    page.browser.click("[data-testid=redo]");
    page.until_hash("image", &drawn.hash);
    page.browser.click("[data-testid=empty-sheet]");
    page.until_changed("image", &drawn.hash);
    page.until_ready("");
    assert_eq!(
        lines(&page.shown("structure")),
        0,
        "an empty sheet has no lines"
    );
    page.is_quiet();
}

#[test]
fn touch_and_keys_draw_too() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    page.browser.click("[data-testid=tab-draw]");
    page.browser.click("[data-testid=tool-pen]");
    let before = page.shown("image");
    page.browser
        .drag("canvas[data-testid=board]", &STROKE, "touch");
    page.until_changed("image", &before.hash);
    let touched = page.shown("image");
    // The cursor is where the finger was lifted: back along the stroke, taking it away again. Space puts
    // the eraser down and lifts it.
    page.browser.click("[data-testid=tool-eraser]");
    page.browser
        .script("document.querySelector('canvas[data-testid=board]').focus()");
    let left = "\u{e012}";
    page.browser
        .press(&[" ", left, left, left, left, left, left, " "]);
    page.until_changed("image", &touched.hash);
    page.is_quiet();
}

#[test]
fn the_latent_space_is_walked() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    let centre = page.shown("image");
    page.browser.click("[data-testid=tab-walk]");
    page.browser.drag(
        "[data-testid=walk-pad]",
        &[(0.0, 0.0), (0.3, -0.2)],
        "mouse",
    );
    page.until_changed("image", &centre.hash);
    page.until_ready("");
    page.browser.click("[data-testid=show-atlas]");
    let drawn = "const c = document.querySelector('canvas[data-testid=atlas]'); if (!c || !c.width) return 0;
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        const side = c.width / 9; let tiles = 0;
        for (let row = 0; row < 9; row++) for (let column = 0; column < 9; column++) {
          let some = false;
          for (let y = row * side; y < (row + 1) * side && !some; y++) for (let x = column * side; x < (column + 1) * side; x++)
            if (d[4 * (Math.floor(y) * c.width + Math.floor(x)) + 3] > 0) { some = true; break; }
          tiles += some;
        } return tiles";
    page.wait("an atlas of 81 maps", || page.browser.script(drawn) == 81);
    page.is_quiet();
}

#[test]
fn a_lesion_is_drawn_where_it_may_lie_and_refused_elsewhere() {
    let site = Site::shipped();
    let page = Page::open(&site, "backend=cpu&model=brain-mri&seed=3&class=0");
    page.until_ready("Seed 3:");
    let healthy = page.shown("image-2");
    page.browser.click("[data-testid=lesion-brush]");
    page.browser
        .drag("canvas[data-testid=lesion-board]", &OUTSIDE, "mouse");
    page.wait("a refusal", || {
        page.browser.script(
            "return document.querySelector('[data-testid=lesion-refused]')?.dataset.refused === 'true'",
        ) == true
    });
    page.until_hash("image-2", &healthy.hash);
    page.browser
        .drag("canvas[data-testid=lesion-board]", &INSIDE, "mouse");
    page.until_changed("image-2", &healthy.hash);
    page.until_ready("");
    let label = page.shown("lesion").pixels;
    assert!(
        label.iter().filter(|v| **v > 0).count() > 4,
        "the lesion is there"
    );
    let figures = "return document.querySelector('[data-testid=figures]')?.textContent ?? ''";
    page.wait("figures", || {
        let text = page.browser.script(figures);
        text.as_str()
            .is_some_and(|t| t.contains("0.") || t.contains("1.0"))
    });
    page.browser.click("[data-testid=lesion-none]");
    page.until_hash("image-2", &healthy.hash);
    page.browser.click("[data-testid=lesion-random]");
    page.until_changed("image-2", &healthy.hash);
    page.is_quiet();
}

#[test]
fn boxes_are_drawn_for_studies_that_have_them() {
    let site = Site::with_models(&[Offer::whole("boxes", &fresh_boxes(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    let before = page.shown("image");
    // The lungs of an untrained network are no lungs: a box that the model places itself is legal.
    page.browser.click("[data-testid=lesion-random]");
    page.until_changed("image", &before.hash);
    assert!(page.shown("lesion").pixels.iter().any(|v| *v > 0));
    page.browser.click("[data-testid=lesion-none]");
    page.until_hash("image", &before.hash);
    page.is_quiet();
}

#[test]
fn a_shared_link_shows_the_same_picture_elsewhere() {
    let site = Site::shipped();
    let page = Page::open(&site, "backend=cpu&model=brain-mri&seed=3&class=0");
    page.until_ready("Seed 3:");
    let healthy = page.shown("image");
    page.browser.click("[data-testid=tab-draw]");
    page.browser.click("[data-testid=tool-pen]");
    page.browser
        .drag("canvas[data-testid=board]", &STROKE, "mouse");
    page.until_changed("image", &healthy.hash);
    page.until_ready("");
    let drawn = page.shown("image");
    let link = page.link();
    drop(page);
    // Another profile on the same site.
    let elsewhere = Page::at(&link);
    elsewhere.until_ready("");
    assert!(
        elsewhere.shown("image").hash == drawn.hash,
        "the link is the picture"
    );
    drop(elsewhere);
    let (address, _) = link.split_once('#').expect("a hash");
    let hostile = Page::at(&format!("{address}#s=AAAA____garbage"));
    hostile.wait("a sentence about the link", || !hostile.error().is_empty());
    hostile.wait("a picture all the same", || {
        hostile
            .browser
            .script("return !!document.querySelector('canvas[data-testid=image]')?.dataset.hash")
            == true
    });
}

#[test]
fn an_archive_of_labelled_subjects_is_what_the_builder_makes() {
    archive_is_what_the_builder_makes("cpu", &CPU);
}

#[test]
fn an_archive_made_on_webgpu_is_what_the_builder_makes() {
    archive_is_what_the_builder_makes("webgpu", &WEBGPU);
}

/// Whether a map passes the filter may flip between backends. The archive says how many maps it drew,
/// and so which one it kept: that one is drawn here, and its label and noise are painted again.
fn archive_is_what_the_builder_makes(backend: &str, tolerance: &Tolerance) {
    let model = fresh_brain(7);
    let site = Site::with_models(&[Offer::whole("brain", &model)]);
    let page = Page::open(&site, &format!("backend={backend}&seed=4"));
    page.until_ready("Seed 4:");
    page.keep_files();
    page.browser.clear("[data-testid=build-count]");
    page.browser.keys("[data-testid=build-count]", "2");
    page.browser.clear("[data-testid=build-seed]");
    page.browser.keys("[data-testid=build-seed]", "5");
    let files = unzipped(page.saved("build-start"));
    let text = |name: &str| String::from_utf8(files[name].clone()).expect("text");
    let dataset: Value = serde_json::from_str(&text("dataset.json")).expect("JSON");
    assert_eq!(dataset["mark"], "SYNTHETIC");
    assert_eq!(dataset["seed"], 5);
    let table = text("manifest.csv");
    assert_eq!(
        table.lines().count(),
        1 + 2 * 4,
        "a line per modality: {table}"
    );
    let native = Native::open(&model);
    for index in 0..2 {
        let grey = |part: &str| {
            let bytes = &files[&format!("{index:06}-{part}.png")];
            let picture = image::load_from_memory(bytes).expect("a PNG");
            picture.to_luma8().into_raw()
        };
        let side = native.size();
        let plane = |part: &str| {
            let values = grey(part).into_iter();
            let values = values.map(|v| f32::from(u8::from(v > 127)));
            Plane::new(side, side, values.collect()).expect("a square")
        };
        let own: Value = serde_json::from_str(&text(&format!("{index:06}.json"))).expect("JSON");
        let provenance = &own["provenance"];
        let kept = Structure {
            map: plane("structure"),
            mask: plane("mask"),
        };
        let maps = provenance["maps"].as_u64().expect("a number of maps");
        assert_eq!(
            provenance["accepted"], true,
            "the last map is the one that was kept"
        );
        let drawn = native.map_number(5, index, maps);
        for (part, found, wanted) in [
            ("structure", &kept.map, &drawn.map),
            ("mask", &kept.mask, &drawn.mask),
        ] {
            let share = tipped(found, wanted);
            assert!(share <= tolerance.tipped, "{part} {index}: {share}");
        }
        let classes = ClassMap::new(side, side, grey("label")).expect("a label");
        let label = Label::Planes(classes.planes(native.label_planes()));
        let noise = provenance["noise"].as_u64().expect("a seed of the noise");
        for (modality, painted) in &native.painted_with(&kept, &label, noise).images {
            let (mean, largest) = distance(&grey(modality.name()), &painted.to_u8());
            assert!(
                mean <= tolerance.mean && largest <= tolerance.largest,
                "{} of {index}: mean {mean}, largest {largest}",
                modality.name()
            );
        }
        // The same decisions and the same room: the same label.
        let expected = native.subject(5, index);
        if u64::from(expected.provenance.maps) == maps && kept == expected.sample.structure {
            assert_eq!(Some(classes), expected.lesion, "the label of {index}");
        }
    }
    page.is_quiet();
}

#[test]
fn five_hundred_steps_need_no_more_memory_than_fifty() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    site.before_engine(MEASURED);
    let page = Page::open(&site, "backend=cpu&seed=1");
    page.until_ready("Seed 1:");
    // Bytes of the page, after what can be collected has been, and of the engine's own memory.
    let used = || {
        page.browser
            .devtools("HeapProfiler.collectGarbage", serde_json::json!({}));
        let bytes = page.browser.script(
            "return new Promise(resolve => {
               const engine = new BroadcastChannel('bytes');
               engine.onmessage = e => { engine.close(); resolve([performance.memory.usedJSHeapSize, e.data]); };
               engine.postMessage('how many?') })",
        );
        [0, 1].map(|of| bytes[of].as_f64().expect("bytes"))
    };
    let walk = |from: u64, to: u64| {
        for seed in from..to {
            page.browser
                .script("window.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))");
            if seed % 10 == 0 {
                page.until_ready(&format!("Seed {}:", seed + 1));
            }
        }
        page.until_ready(&format!("Seed {to}:"));
    };
    walk(1, 50);
    let [early, engine_early] = used();
    walk(50, 500);
    let [late, engine_late] = used();
    assert!(
        late < early * 1.5 + 4e6,
        "{early} bytes after 50 steps, {late} after 500"
    );
    println!("the engine: {engine_early} bytes after 50 steps, {engine_late} after 500");
    assert!(engine_early > 1e6, "the engine's memory is measured");
    // It never shrinks, so that what is lost anywhere on the way shows at the end.
    assert!(
        engine_late < engine_early + GROWTH,
        "the engine: {engine_early} bytes after 50 steps, {engine_late} after 500"
    );
    page.is_quiet();
}

/// The files of an archive that only stores or deflates; names to contents.
fn unzipped(bytes: Vec<u8>) -> std::collections::HashMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
    let names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    let mut read = |name: &String| {
        let mut content = Vec::new();
        let mut file = archive.by_name(name).expect("a file of the archive");
        std::io::copy(&mut file, &mut content).expect("its content");
        (name.rsplit('/').next().expect("a name").to_owned(), content)
    };
    names.iter().map(&mut read).collect()
}
