//! Memory: that a long use needs no more of it than a short one, and a browser that gives the engine little.
//!
//! Where the browser gives little, the engine's module is served with a largest memory, so that what a phone
//! or a tab among many would refuse is refused here too: really, by the browser, in the middle of an
//! allocation.

use super::backends::png;
use super::model::{Native, fresh, fresh_brain};
use super::page::{CPU, Page};
use super::site::{Offer, Site};
use scanweave::formats::nifti;
use scanweave::image::Plane;
use scanweave::phantom::{self, Anatomy};
use serde_json::json;
use std::fs;

/// Keeps the memory of the wasm program that is started at hand.
const AT_HAND: &str = "for (const name of ['instantiate', 'instantiateStreaming']) {
      const own = WebAssembly[name];
      WebAssembly[name] = async (...a) => {
        const made = await own.apply(WebAssembly, a);
        self.programMemory = (made.instance ?? made).exports.memory;
        return made;
      };
    }";
/// The engine tells the size of its memory to who asks on a channel.
const TOLD: &str = "const channel = new BroadcastChannel('bytes');
    channel.onmessage = () => channel.postMessage(self.programMemory.buffer.byteLength);";
/// Chance that is the same each time: where lesions are placed.
const CHANCE: &str = "let state = 5;
    Math.random = () => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return state / 2 ** 32; };";
/// What a person does in one round, `ROUND` things that each are painted, and then keys faster than pictures.
/// `painted` does a thing and waits until its picture is there.
const USED: &str = "
    const find = name => {
      const found = document.querySelector(`[data-testid=${name}]`);
      if (!found) throw new Error(`no ${name}`);
      return found;
    };
    const painted = (what, act) => new Promise((resolve, reject) => {
      const state = () => document.body.dataset.state;
      const late = setTimeout(() => end(() => reject(new Error(`${what}: ${state()}`))), 60000);
      const watch = new MutationObserver(changes => {
        if (state() === 'error') end(() => reject(new Error(`${what}: ${find('error').textContent}`)));
        if (state() === 'ready' && changes.some(change => change.oldValue === 'busy')) end(resolve);
      });
      const end = how => { clearTimeout(late); watch.disconnect(); how(); };
      watch.observe(document.body, { attributes: true, attributeFilter: ['data-state'], attributeOldValue: true });
      act();
    });
    // What belongs to a tab is there when the click has been taken in.
    const turn = name => new Promise(taken => { find(name).click(); setTimeout(taken); });
    const click = name => painted(name, () => find(name).click());
    const key = (target, key, held = {}) => {
      for (const kind of ['keydown', 'keyup']) target.dispatchEvent(new KeyboardEvent(kind, { key, bubbles: true, ...held }));
    };
    const stroke = (name, ...places) => painted(name, () => {
      const target = find(name), frame = target.getBoundingClientRect();
      places.forEach(([x, y], i) => {
        const kind = i === 0 ? 'pointerdown' : 'pointermove';
        const place = { clientX: frame.left + x * frame.width, clientY: frame.top + y * frame.height };
        const event = kind => new PointerEvent(kind, { pointerId: 7, pointerType: 'mouse', isPrimary: true, button: 0, buttons: 1, bubbles: true, ...place });
        target.dispatchEvent(event(kind));
        if (i === places.length - 1) target.dispatchEvent(event('pointerup'));
      });
    });
    const round = async () => {
      await turn('tab-image');
      await click('use-image');
      await click('lesion-random');
      await turn('tab-draw');
      await stroke('board', [0.4, 0.45], [0.5, 0.55], [0.62, 0.5]);
      await painted('undo', () => key(window, 'z', { ctrlKey: true }));
      await painted('redo', () => key(window, 'y', { ctrlKey: true }));
      await click('lesion-none');
      await turn('tab-walk');
      await stroke('walk-pad', [0.5, 0.5], [0.6, 0.55], [0.7, 0.4]);
      await painted('a walk by keys', () => key(find('walk-pad'), 'Enter'));
      await painted('a seed', () => key(window, 'ArrowRight'));
      await painted('many seeds', () => { for (let i = 0; i < 5; i++) key(window, 'ArrowRight'); });
    };";
/// Things that are painted in a round.
const ROUND: usize = 10;
/// Rounds in a quarter of a long use.
const QUARTER: usize = 13;
/// Bytes that scripts may take more from the second quarter to the last, and nodes and listeners: fewer than one
/// for each interaction between.
const GROWTH: f64 = 3e5;
const MORE: f64 = 200.0;
/// The same for programs, whose memory grows in pages: half a picture for each interaction.
const WASM_GROWTH: f64 = 2e6;

/// Pages of 64 kB that the engine may take beyond those it starts with, 30 MB: enough for the small model,
/// too few for the volumes below.
const PAGES: u64 = 480;
/// The same for the engine for WebGPU, 100 MB: its tensor library takes more.
const GRAPHICS_PAGES: u64 = 1600;
/// Section of a module that declares its memories, and the flag of one with a largest size
/// (WebAssembly 1.0, 5.5.8 and 5.3.6).
const MEMORY: u8 = 5;
const BOUNDED: u8 = 1;

/// What is held, after what can be collected has been.
struct Held {
    /// Bytes of the page's scripts.
    scripts: f64,
    /// Bytes of the page's wasm program.
    page: f64,
    /// Bytes of the engine's.
    engine: f64,
    /// Nodes of the document, those that nobody sees included.
    nodes: f64,
    /// Functions that wait for events.
    listeners: f64,
}

impl Held {
    fn by(page: &Page) -> Self {
        page.browser
            .devtools("HeapProfiler.collectGarbage", json!({}));
        let bytes = page.browser.script(
            "return new Promise(resolve => {
               const engine = new BroadcastChannel('bytes');
               engine.onmessage = e => { engine.close(); resolve([window.programMemory.buffer.byteLength, e.data]); };
               engine.postMessage('how many?') })",
        );
        let metrics = page.browser.devtools("Performance.getMetrics", json!({}));
        let metric = |name: &str| {
            let all = metrics["metrics"].as_array().expect("metrics");
            let found = all.iter().find(|metric| metric["name"] == name);
            let value = found.and_then(|metric| metric["value"].as_f64());
            value.unwrap_or_else(|| panic!("no {name} in {metrics}"))
        };
        let [page, engine] = [0, 1].map(|of| bytes[of].as_f64().expect("bytes"));
        assert!(page > 1e6 && engine > 1e6, "both memories are measured");
        Self {
            scripts: metric("JSHeapUsedSize"),
            page,
            engine,
            nodes: metric("Nodes"),
            listeners: metric("JSEventListeners"),
        }
    }
}

/// A mixture of what people do, each thing painted. Undo remembers a hundred steps and the allocators of wasm
/// never give memory back: both are full after the second quarter, and what is lost anywhere shows in the last.
#[test]
fn five_hundred_interactions_need_no_more_memory_than_half_of_them() {
    let site = Site::with_models(&[Offer::whole("brain", &fresh_brain(7))]);
    site.before_engine(&format!("{AT_HAND} {TOLD}"));
    let page = Page::open(&site, "about=blank");
    page.browser.before_pages(&format!("{AT_HAND} {CHANCE}"));
    page.browser.devtools("Performance.enable", json!({}));
    page.browser.open(&site.url("backend=cpu&seed=1&lang=en"));
    page.until_ready("Seed 1:");
    // The organ of an untrained network is none: that of an image has room for lesions.
    let drawn = phantom::draw(Anatomy::Brain, 11, 64, false);
    page.pick(&site.file("head.png", &png(64, 64, drawn.images[0].1.to_u8())));
    page.until_ready("From head.png:");
    page.step();
    page.until_ready("Seed 2:");
    let quarter = |number: usize| {
        for _ in 0..QUARTER {
            page.browser.script(&format!("{USED} return round()"));
        }
        let held = Held::by(&page);
        println!(
            "after {} interactions: scripts {}, page {}, engine {} bytes; {} nodes, {} listeners",
            number * QUARTER * ROUND,
            held.scripts,
            held.page,
            held.engine,
            held.nodes,
            held.listeners
        );
        held
    };
    let [_, second, _, last] = [1, 2, 3, 4].map(quarter);
    for (what, early, late, more) in [
        ("bytes of scripts", second.scripts, last.scripts, GROWTH),
        ("bytes of the page", second.page, last.page, WASM_GROWTH),
        (
            "bytes of the engine",
            second.engine,
            last.engine,
            WASM_GROWTH,
        ),
        ("nodes", second.nodes, last.nodes, MORE),
        ("listeners", second.listeners, last.listeners, MORE),
    ] {
        assert!(
            late < early + more,
            "{what}: {early} after half, {late} after all"
        );
    }
    page.is_quiet();
}

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
    let news = || page.error().contains("ran out of memory and was restarted");
    page.wait("the news", || news() && page.state() == "ready");
    assert!(page.shown("image") == picture, "the last picture is back");
    let badge = "return document.querySelector('[data-testid=badge]').textContent";
    let badge = page.browser.script(badge);
    assert!(
        badge
            .as_str()
            .is_some_and(|b| b.contains("ran out of memory and was restarted")),
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

/// The larger engine, too: what comes back in its place computes on the processor.
#[test]
fn an_engine_for_webgpu_without_memory_is_replaced_by_the_one_for_the_cpu() {
    let model = fresh(7);
    let native = Native::open(&model);
    let site = Site::with_models(&[Offer::whole("fresh", &model)]);
    let engine = site.folder().join("graphics_bg.wasm");
    let module = fs::read(&engine).expect("the engine for WebGPU");
    fs::write(&engine, bounded(&module, GRAPHICS_PAGES)).expect("a file");
    let page = Page::open(&site, "backend=webgpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    assert_eq!(page.backend(), "webgpu", "{}", page.text("badge"));

    // 48 MB: its bytes have room, its 192 MB of numbers have not.
    page.pick(&site.file("large.nii", &volume(768)));
    let news = || {
        page.error()
            .contains("ran out of memory and was restarted on the CPU")
    };
    page.wait("the news", || news() && page.state() == "ready");
    assert_eq!(page.backend(), "cpu");
    page.agrees(&native, &native.sampled(4), 4, &CPU);
    page.step();
    page.until_ready("Seed 5:");
    assert_eq!(page.error(), "", "the sentence goes with the next picture");
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
