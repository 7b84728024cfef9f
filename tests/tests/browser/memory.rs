//! A browser that gives the engine little memory.
//!
//! The engine's module is served with a largest memory, so that what a phone or a tab among many would
//! refuse is refused here too: really, by the browser, in the middle of an allocation.

use super::model::fresh;
use super::page::Page;
use super::site::{Offer, Site};
use scanweave::formats::nifti;
use scanweave::image::Plane;
use std::fs;

/// Pages of 64 kB that the engine may take beyond those it starts with, 30 MB: enough for the small model,
/// too few for the volumes below.
const PAGES: u64 = 480;
/// Section of a module that declares its memories, and the flag of one with a largest size
/// (WebAssembly 1.0, 5.5.8 and 5.3.6).
const MEMORY: u8 = 5;
const BOUNDED: u8 = 1;

#[test]
fn an_engine_without_memory_is_told_and_started_anew() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let engine = site.folder().join("engine_bg.wasm");
    let module = fs::read(&engine).expect("the engine");
    fs::write(&engine, bounded(&module, PAGES)).expect("a file");
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    let picture = page.shown("image");

    // 96 MB: not even its bytes have room. The engine notices and lives.
    page.pick(&site.file("large.nii", &volume(1536)));
    page.until_error(&[
        "large.nii",
        "does not fit into the memory",
        "close other tabs",
    ]);
    assert!(page.shown("image") == picture, "nothing is lost");
    page.browser.click("[data-testid=sample-image]");
    page.until_ready("Seed 4:");

    // 12 MB: its bytes have room, its 48 MB of numbers have not. The engine ends, and a new one opens
    // the model again.
    let middle = site.file("middle.nii", &volume(192));
    page.pick(&middle);
    let news = || {
        page.error()
            .contains("ran out of memory and was started anew")
    };
    page.wait("the news", || news() && page.state() == "ready");
    assert!(page.shown("image") == picture, "the last picture is back");
    let badge = "return document.querySelector('[data-testid=badge]').textContent";
    let badge = page.browser.script(badge);
    assert!(
        badge
            .as_str()
            .is_some_and(|b| b.contains("ran out of memory and was started anew")),
        "{badge}"
    );
    page.step();
    page.until_ready("Seed 5:");
    assert_eq!(page.error(), "", "the sentence goes with the next picture");

    // A second time a person decides.
    page.pick(&middle);
    page.until_error(&["ran out of memory again", "gallery below still works"]);
    assert!(
        page.browser.displayed("[data-testid=gallery]"),
        "the gallery is seen"
    );
    page.browser.click("[data-testid=restart]");
    page.until_ready("Seed ");
    page.seed(4);
    assert!(page.shown("image") == picture);
}

/// A volume of this many slices of 64 kB.
fn volume(slices: i16) -> Vec<u8> {
    let slice = Plane::from_fn(256, 256, |x, y| ((x ^ y) % 256) as f32 / 255.0);
    let mut file = nifti::write(&[slice], [1.0; 3], "SYNTHETIC").expect("a volume");
    let voxels = file[352..].repeat(slices as usize - 1);
    file.extend(voxels);
    // dim[3]
    file[46..48].copy_from_slice(&slices.to_le_bytes());
    file
}

/// A module whose one memory grows by `more` pages at most.
fn bounded(module: &[u8], more: u64) -> Vec<u8> {
    // Magic and version.
    let mut at = 8;
    while at < module.len() {
        let (id, (length, body)) = (module[at], number(module, at + 1));
        let end = body + length as usize;
        if id == MEMORY {
            let (count, flags) = number(module, body);
            assert_eq!((count, module[flags]), (1, 0), "one memory without an end");
            let (least, _) = number(module, flags + 1);
            let limits = [written(least), written(least + more)].concat();
            let section = [&[1, BOUNDED], limits.as_slice()].concat();
            let head = [&[MEMORY], written(section.len() as u64).as_slice()].concat();
            return [&module[..at], &head, &section, &module[end..]].concat();
        }
        at = end;
    }
    panic!("a module without a memory");
}

/// An unsigned LEB128 number, and where it ends.
fn number(bytes: &[u8], mut at: usize) -> (u64, usize) {
    let (mut value, mut shift) = (0, 0);
    loop {
        value |= u64::from(bytes[at] & 127) << shift;
        at += 1;
        shift += 7;
        if bytes[at - 1] < 128 {
            return (value, at);
        }
    }
}

fn written(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 127 {
        bytes.push(value as u8 | 128);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
