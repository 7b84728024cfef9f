//! How long the built page lets people wait: to the gallery, to controls that answer, to the first live image with
//! nothing stored and at a second visit, to every further one, and to the preview while a lesion or a line is drawn.
//!
//! `SCANWEAVE_URL` is the address of a served page; the server runs elsewhere, as it does for a visitor. Every round
//! starts a browser with a fresh profile, so that nothing is cached. Times are taken by the page's own clock, which
//! starts with the navigation, and end with the frame after the page says that it is ready. Prints one line of JSON;
//! `cargo xtask bench web` reads it.

#[allow(
    dead_code,
    reason = "the tests of the page use more of the driver than this"
)]
#[path = "../tests/browser/driver.rs"]
mod driver;

use std::thread::sleep;
use std::time::{Duration, Instant};

use driver::Browser;
use serde_json::Value;

/// Browsers that are started; the median of their times is told.
const ROUNDS: usize = 3;

/// Further images per browser.
const SAMPLES: usize = 5;

/// The longest that one image may take before the measurement is given up.
const PATIENCE: Duration = Duration::from_mins(4);

/// Resolves as soon as the page is ready and has shown a frame, or has failed, to its state, the time and what the
/// page says; after 20 s, which is less than WebDriver's patience, to nothing.
const SETTLED: &str = "const settled = resolve => {
    const answer = () => requestAnimationFrame(() => resolve([
        document.body.dataset.state, performance.now(),
        document.querySelector('[data-testid=status]')?.textContent ?? '',
        document.querySelector('[data-testid=error]')?.textContent?.trim() ?? '']));
    const over = () => ['ready', 'error'].includes(document.body.dataset.state);
    if (over()) return answer();
    const watch = new MutationObserver(() => { if (over()) { watch.disconnect(); answer(); } });
    watch.observe(document.body, { attributes: true, attributeFilter: ['data-state'] });
    setTimeout(() => { watch.disconnect(); resolve(null); }, 20000);
};";

/// Notes when a picture of the gallery and when the page's own controls first stand in a frame.
const RECORDER: &str = "window.benched = {};
const watch = () => {
    const now = performance.now();
    const loaded = image => image.complete && image.naturalWidth > 0;
    if (!benched.gallery && [...document.querySelectorAll('[data-testid=gallery] img')].some(loaded)) benched.gallery = now;
    if (!benched.interactive && document.querySelector('[data-testid=random]')) benched.interactive = now;
    if (!benched.gallery || !benched.interactive) requestAnimationFrame(watch);
};
requestAnimationFrame(watch);";

/// When the page first showed anything.
const FIRST_PAINT: &str =
    "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null";

/// Notes how long a movement of the pressed pointer waits for the frame after the engine's next answer.
const STROKES: &str = "benched.previews = []; let moved = null;
addEventListener('pointermove', event => { if (event.buttons) moved ??= performance.now(); }, true);
const Native = Worker;
window.Worker = class extends Native {
    constructor(...given) {
        super(...given);
        this.addEventListener('message', () => {
            const since = moved; moved = null;
            if (since !== null) requestAnimationFrame(() => benched.previews.push(performance.now() - since));
        });
    }
};";

/// Time between two movements of a stroke, ms: each is answered before the next.
const RESTING: u32 = 300;

/// The study that is drawn on, with three modalities, and a stroke inside the head.
const DRAWN_ON: &str = "model=brain-mri&seed=3&class=0";
const STROKE: [(f64, f64); 9] = [
    (-0.08, -0.08),
    (-0.06, -0.06),
    (-0.04, -0.04),
    (-0.02, -0.02),
    (0.0, 0.0),
    (0.02, 0.02),
    (0.04, 0.04),
    (0.06, 0.06),
    (0.08, 0.08),
];

/// Time between the visits, for the page to store what it loaded.
const BETWEEN: Duration = Duration::from_secs(3);

/// Steps the seed as the arrow key does; the page is busy at once, so that waiting may begin.
const NEXT: &str =
    "window.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));";

fn main() {
    let url = std::env::var("SCANWEAVE_URL")
        .expect("SCANWEAVE_URL holds the address of the page: run `cargo xtask bench web`");
    let mut times = Times::default();
    for round in 1..=ROUNDS {
        eprintln!("browser {round} of {ROUNDS}");
        let browser = Browser::start();
        browser.before_pages(RECORDER);
        browser.open(&url);
        times.first.push(settled(&browser).milliseconds);
        times.gallery.extend(gallery_seen(&browser));
        times.interactive.extend(recorded(&browser, "interactive"));
        for _ in 0..SAMPLES {
            let begin =
                browser.script(&format!("const now = performance.now(); {NEXT} return now"));
            let shown = settled(&browser);
            let begin = begin.as_f64().expect("a time");
            times.further.push(shown.milliseconds - begin);
            times.engine.extend(milliseconds_in(&shown.status));
        }
        sleep(BETWEEN);
        browser.open(&url);
        times.again.push(settled(&browser).milliseconds);
        browser.before_pages(STROKES);
        let mark = if url.contains('?') { '&' } else { '?' };
        browser.open(&format!("{url}{mark}{DRAWN_ON}"));
        settled(&browser);
        browser.click("[data-testid=lesion-brush]");
        times.lesion.extend(previews(&browser, "lesion-board"));
        browser.click("[data-testid=tab-draw]");
        times.line.extend(previews(&browser, "board"));
    }
    let line = serde_json::json!({
        "first_ms": median(times.first),
        "again_ms": median(times.again),
        "further_ms": median(times.further),
        "engine_ms": median(times.engine),
        "gallery_ms": median(times.gallery),
        "interactive_ms": median(times.interactive),
        "lesion_ms": median(times.lesion),
        "line_ms": median(times.line),
    });
    println!("{line}");
}

/// What all browsers needed, milliseconds.
#[derive(Default)]
struct Times {
    first: Vec<f64>,
    again: Vec<f64>,
    further: Vec<f64>,
    engine: Vec<f64>,
    gallery: Vec<f64>,
    interactive: Vec<f64>,
    lesion: Vec<f64>,
    line: Vec<f64>,
}

/// How long each movement of a stroke on this board waits for its preview.
fn previews(browser: &Browser, board: &str) -> Vec<f64> {
    browser.script("window.benched.previews.length = 0");
    let board = format!("canvas[data-testid={board}]");
    browser.drag_with(&board, &STROKE, "mouse", (0, RESTING));
    settled(browser);
    let previews = browser.script("return window.benched.previews");
    let previews = previews.as_array().expect("a list").iter();
    let previews: Vec<f64> = previews.filter_map(Value::as_f64).collect();
    assert!(
        !previews.is_empty(),
        "a stroke on {board} showed no preview"
    );
    previews
}

fn recorded(browser: &Browser, what: &str) -> Option<f64> {
    browser
        .script(&format!("return window.benched.{what} ?? null"))
        .as_f64()
}

/// When a picture of the gallery had arrived and the page had been painted at all.
fn gallery_seen(browser: &Browser) -> Option<f64> {
    let painted = browser.script(FIRST_PAINT).as_f64();
    Some(recorded(browser, "gallery")?.max(painted?))
}

/// What the page shows when it has settled.
struct Shown {
    /// Time since the navigation.
    milliseconds: f64,
    /// The sentence in the status line.
    status: String,
}

/// Waits for an image.
fn settled(browser: &Browser) -> Shown {
    let begin = Instant::now();
    let script = format!("{SETTLED} return new Promise(settled);");
    let mut answer = Value::Null;
    while answer.is_null() {
        assert!(
            begin.elapsed() < PATIENCE,
            "the page showed no image within {} s",
            PATIENCE.as_secs()
        );
        answer = browser.script(&script);
    }
    let text = |place: usize| answer[place].as_str().unwrap_or_default().to_owned();
    let (state, status) = (text(0), text(2));
    assert!(
        state == "ready" && status.starts_with("Seed ") && status.contains("painted"),
        "the page paints nothing, it says: {status} {}",
        text(3)
    );
    Shown {
        milliseconds: answer[1].as_f64().expect("a time"),
        status,
    }
}

/// The page's own time of "Seed 2: painted in 312 ms."
fn milliseconds_in(status: &str) -> Option<f64> {
    let (before, _) = status.split_once(" ms")?;
    before.rsplit(' ').next()?.parse().ok()
}

fn median(mut times: Vec<f64>) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}
