//! The page as a test uses it: what it says, what its canvases show, and waiting for both.

use super::driver::Browser;
use super::model::Native;
use super::site::Site;
use scanweave::image::Plane;
use scanweave::structure::Structure;
use std::time::{Duration, Instant};

/// The longest that a picture may take, shaders compiled by a software adapter on a busy machine
/// included.
const PATIENCE: Duration = Duration::from_mins(4);

/// How far a backend may be from the pipeline computed natively.
pub struct Tolerance {
    /// Share of the pixels of structure map and mask that may have tipped over their threshold.
    pub tipped: f64,
    /// Mean difference of the image painted from the same structure map, of 255.
    pub mean: f64,
    /// Largest difference, of 255.
    pub largest: u8,
}

/// The CPU in the browser: the same operations in single precision, summed in another order.
pub const CPU: Tolerance = Tolerance {
    tipped: 0.001,
    mean: 1.0,
    largest: 3,
};

/// WebGPU: divisions, roots and exponentials of the graphics driver besides.
pub const WEBGPU: Tolerance = Tolerance {
    tipped: 0.002,
    mean: 1.0,
    largest: 8,
};

/// Makes wasm into machine code once, fast. The engine for WebGPU is large, and most of its code prepares one pipeline: to
/// compile it a second time, optimised, takes a fifth of such a test.
const COMPILE_ONCE: &str = "--js-flags=--liftoff-only";

/// The page in a browser.
pub struct Page {
    /// What it runs in.
    pub browser: Browser,
}

/// What a canvas shows.
#[derive(Clone, PartialEq)]
pub struct Shown {
    /// Grey values, row-major.
    pub pixels: Vec<u8>,
    /// Width and height.
    pub size: [usize; 2],
    /// The page's own hash of it.
    pub hash: String,
}

impl Page {
    /// Opens the page of a site with these parameters.
    pub fn open(site: &Site, query: &str) -> Self {
        Self::at(&site.url(query))
    }

    /// Opens an address in a browser of its own.
    pub fn at(url: &str) -> Self {
        let browser = if url.contains("backend=webgpu") {
            // Two would wait for each other's shaders.
            Browser::alone(&[COMPILE_ONCE.to_owned()])
        } else {
            Browser::start()
        };
        browser.open(url);
        Self { browser }
    }

    /// Waits until something holds.
    #[track_caller]
    pub fn wait(&self, what: &str, reached: impl Fn() -> bool) {
        self.until(what, reached);
    }

    /// Waits until the service worker takes the page's requests.
    #[track_caller]
    pub fn until_service_worker(&self) {
        self.until("the service worker", || {
            self.browser.script(
                "return navigator.serviceWorker.getRegistration().then(r => r?.active?.state === 'activated')",
            ) == true
        });
    }

    /// Waits until a canvas shows something else than `hash`.
    #[track_caller]
    pub fn until_changed(&self, name: &str, hash: &str) {
        self.until(&format!("another {name}"), || {
            let now = self.hash(name);
            !now.is_empty() && now != hash && self.state() == "ready"
        });
    }

    /// Waits until a canvas shows what has this hash.
    #[track_caller]
    pub fn until_hash(&self, name: &str, hash: &str) {
        self.until(&format!("{name} as before"), || {
            self.hash(name) == hash && self.state() == "ready"
        });
    }

    fn hash(&self, name: &str) -> String {
        self.text_of(&format!(
            "return document.querySelector('canvas[data-testid={name}]')?.dataset.hash"
        ))
    }

    /// What the body says of the page: loading, ready, busy or error.
    pub fn state(&self) -> String {
        self.text_of("return document.body.dataset.state")
    }

    /// The sentence in the status line.
    pub fn status(&self) -> String {
        self.text_of("return document.querySelector('[data-testid=status]')?.textContent")
    }

    /// The sentence in the panel of errors; empty when it is hidden.
    pub fn error(&self) -> String {
        self.text_of("const e = document.querySelector('[data-testid=error]'); return e.hidden ? '' : e.querySelector('p').textContent")
    }

    /// Which backend the badge names.
    pub fn backend(&self) -> String {
        self.text_of("return document.querySelector('[data-testid=badge]')?.dataset.backend")
    }

    /// What the element of this name says; nothing where there is none.
    pub fn text(&self, name: &str) -> String {
        self.text_of(&format!(
            "return document.querySelector('[data-testid={name}]')?.textContent"
        ))
    }

    /// From now on what the browser would save is kept for [`Page::saved`].
    pub fn keep_files(&self) {
        self.browser.script(
            "window.kept = []; const make = URL.createObjectURL.bind(URL);
             URL.createObjectURL = blob => { window.kept.push(blob); return make(blob); };
             const click = HTMLAnchorElement.prototype.click;
             HTMLAnchorElement.prototype.click = function () { window.keptAs = this.download; return click.call(this); };",
        );
    }

    /// The name of the file that was saved last.
    pub fn saved_name(&self) -> String {
        self.text_of("return window.keptAs")
    }

    /// Clicks a button and takes the file that comes of it.
    #[track_caller]
    pub fn saved(&self, button: &str) -> Vec<u8> {
        self.browser.script("window.kept.length = 0");
        self.browser.click(&format!("[data-testid={button}]"));
        self.until("a file", || {
            self.browser.script("return window.kept.length > 0") == true
        });
        let bytes = self.browser.script(
            "return window.kept.at(-1).arrayBuffer().then(b => Array.from(new Uint8Array(b)))",
        );
        let numbers = bytes.as_array().expect("bytes").iter();
        numbers.map(|v| v.as_u64().expect("a byte") as u8).collect()
    }

    /// Whether the browser's own store holds weights.
    pub fn stores_weights(&self) -> bool {
        self.stores(".weave")
    }

    /// Whether the browser's own store holds a file with this in its address.
    pub fn stores(&self, part: &str) -> bool {
        self.browser.script(&format!(
            "return caches.keys().then(async names => {{ for (const n of names) if ((await (await caches.open(n)).keys()).some(r => r.url.includes('{part}'))) return true; return false; }})",
        )) == true
    }

    fn text_of(&self, script: &str) -> String {
        self.browser
            .script(script)
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits until the page is ready and its status begins so: `Seed 7:`, `From a.png:`.
    #[track_caller]
    pub fn until_ready(&self, status: &str) {
        self.until(status, || {
            let state = self.state();
            assert!(state != "error", "instead of {status}: {}", self.describe());
            state == "ready" && self.status().starts_with(status)
        });
    }

    /// Waits for an error whose sentence holds all `words`.
    #[track_caller]
    pub fn until_error(&self, words: &[&str]) {
        self.until("an error", || self.state() == "error");
        let sentence = self.error();
        for word in words {
            assert!(
                sentence.contains(word),
                "`{word}` is not said: {}",
                self.describe()
            );
        }
    }

    #[track_caller]
    fn until(&self, what: &str, reached: impl Fn() -> bool) {
        let start = Instant::now();
        while !reached() {
            assert!(
                start.elapsed() < PATIENCE,
                "waiting for {what}: {}",
                self.describe()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn describe(&self) -> String {
        let (state, status, error) = (self.state(), self.status(), self.error());
        let badge =
            self.text_of("return document.querySelector('[data-testid=badge]')?.textContent");
        format!(
            "state {state}, status {status:?}, error {error:?}, badge {badge:?}, console {:?}",
            self.browser.console()
        )
    }

    /// Asks for the next seed by its key.
    pub fn step(&self) {
        self.browser
            .script("window.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }))");
    }

    /// Types a seed and waits for its picture.
    #[track_caller]
    pub fn seed(&self, seed: u64) -> Shown {
        self.browser.clear("[data-testid=seed]");
        self.browser.keys("[data-testid=seed]", &seed.to_string());
        self.until_ready(&format!("Seed {seed}:"));
        self.shown("image")
    }

    /// Moves a slider and lets it go.
    pub fn slide(&self, name: &str, value: f64) {
        self.browser.script(&format!(
            "const s = document.querySelector('[data-testid={name}]'); s.value = {value};
             for (const kind of ['input', 'change']) s.dispatchEvent(new Event(kind, {{ bubbles: true }}))"
        ));
    }

    /// The link that the page shares, without the wish for a backend.
    #[track_caller]
    pub fn link(&self) -> String {
        self.browser.click("[data-testid=share]");
        let link = || {
            self.text_of(
                "const l = document.querySelector('[data-testid=share-link]'); return l ? (l.value ?? l.textContent) : ''",
            )
        };
        self.until("a link", || link().contains('#'));
        link()
    }

    /// Picks a file in the file field.
    pub fn pick(&self, path: &str) {
        self.browser.keys("[data-testid=file-input]", path);
    }

    /// Drops a file of these bytes on the page, as a person would from a folder.
    pub fn drop_file(&self, name: &str, bytes: &[u8]) {
        let script = format!(
            "const data = new DataTransfer();
             data.items.add(new File([new Uint8Array({bytes:?})], '{name}', {{ type: 'image/png' }}));
             const target = document.querySelector('[data-testid=drop]');
             for (const kind of ['dragover', 'drop'])
               target.dispatchEvent(new DragEvent(kind, {{ dataTransfer: data, bubbles: true, cancelable: true }}));"
        );
        self.browser.script(&script);
    }

    /// What the canvas of this name shows.
    pub fn shown(&self, name: &str) -> Shown {
        let found = self.browser.script(&format!(
            "const c = document.querySelector('canvas[data-testid={name}]');
             const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
             return [c.width, c.height, c.dataset.hash, Array.from({{ length: c.width * c.height }}, (_, i) => d[4 * i])]"
        ));
        let number = |v: &serde_json::Value| v.as_u64().expect("a number");
        Shown {
            size: [number(&found[0]) as usize, number(&found[1]) as usize],
            hash: found[2]
                .as_str()
                .unwrap_or_else(|| panic!("the canvas {name} has no hash"))
                .to_owned(),
            pixels: found[3]
                .as_array()
                .expect("pixels")
                .iter()
                .map(|v| number(v) as u8)
                .collect(),
        }
    }

    /// Red, green and blue of what the canvas of this name shows, pixel by pixel.
    pub fn colours(&self, name: &str) -> Vec<u8> {
        let found = self.browser.script(&format!(
            "const c = document.querySelector('canvas[data-testid={name}]');
             const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
             return Array.from(d).filter((_, i) => i % 4 < 3)"
        ));
        let bytes = found.as_array().expect("pixels").iter();
        bytes.map(|v| v.as_u64().expect("a byte") as u8).collect()
    }

    /// No error in the console, nothing fetched from elsewhere.
    #[track_caller]
    pub fn is_quiet(&self) {
        let console = self.browser.console();
        let errors: Vec<_> = console
            .iter()
            .filter(|(level, _)| level == "SEVERE")
            .collect();
        assert!(errors.is_empty(), "the console holds {errors:?}");
        let foreign = self.browser.script(
            "return performance.getEntriesByType('resource').map(e => e.name)
                .filter(name => !name.startsWith(location.origin) && !name.startsWith('blob:') && !name.startsWith('data:'))",
        );
        assert_eq!(foreign, serde_json::json!([]), "fetched from elsewhere");
    }

    /// The structure map and the mask that the page shows.
    pub fn structure(&self) -> Structure {
        Structure {
            map: self.shown("structure").plane(),
            mask: self.shown("mask").plane(),
        }
    }

    /// Compares what the page shows with the pipeline computed here: `expected` is the structure
    /// that it should have found.
    #[track_caller]
    pub fn agrees(&self, native: &Native, expected: &Structure, seed: u64, tolerance: &Tolerance) {
        let own = self.structure();
        for (name, found, wanted) in [
            ("structure map", &own.map, &expected.map),
            ("mask", &own.mask, &expected.mask),
        ] {
            let share = tipped(found, wanted);
            assert!(
                share <= tolerance.tipped,
                "{name}: {share} of the pixels differ"
            );
        }
        // From the very lines that the page has, so that a pixel that tipped does not count twice.
        let painted = native.painted(&own, seed);
        assert!(
            self.shown("fused").pixels == painted.fused.to_u8(),
            "the fused input differs"
        );
        let (image, wanted) = (self.shown("image").pixels, painted.images[0].1.to_u8());
        assert!(
            spread(&wanted) > 20,
            "nothing is painted, so nothing is compared"
        );
        let (mean, largest) = distance(&image, &wanted);
        println!("mean difference {mean:.4}, largest {largest} of 255");
        assert!(
            mean <= tolerance.mean && largest <= tolerance.largest,
            "mean difference {mean}, largest {largest}"
        );
    }
}

impl Shown {
    fn plane(&self) -> Plane {
        Plane::from_u8(self.size[0], self.size[1], &self.pixels).expect("one value per pixel")
    }
}

/// Share of the pixels in which two binary planes differ.
pub fn tipped(a: &Plane, b: &Plane) -> f64 {
    let differing = a
        .values()
        .iter()
        .zip(b.values())
        .filter(|(a, b)| a != b)
        .count();
    differing as f64 / a.values().len() as f64
}

fn spread(pixels: &[u8]) -> u8 {
    let (low, high) = (pixels.iter().min(), pixels.iter().max());
    high.zip(low).map_or(0, |(high, low)| high - low)
}

/// Mean and largest difference.
pub fn distance(a: &[u8], b: &[u8]) -> (f64, u8) {
    assert_eq!(a.len(), b.len(), "pictures of one size");
    let differences = || a.iter().zip(b).map(|(a, b)| a.abs_diff(*b));
    let sum: u64 = differences().map(u64::from).sum();
    (
        sum as f64 / a.len() as f64,
        differences().max().unwrap_or(0),
    )
}
