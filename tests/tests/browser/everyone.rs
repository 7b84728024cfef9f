//! That the page serves everyone: keyboards and screen readers, phones, two languages, no network, and
//! browsers that lack something.

use super::backends::png;
use super::failures::choose;
use super::model::{fresh, fresh_boxes, fresh_brain, fresh_classes};
use super::page::Page;
use super::site::{Offer, Site};
use scanweave::phantom::{self, Anatomy};
use serde_json::{Value, json};

/// The screen of a small phone, CSS pixels.
const PHONE: [u32; 2] = [360, 740];
/// A screen with room for two columns.
const DESK: [u32; 2] = [1200, 1600];

fn site() -> Site {
    Site::with_models(&[Offer::whole("fresh", &fresh(7))])
}

/// The script with the accessibility rules. Without it nothing would be checked, and a test that passes would
/// say that nothing was found.
fn axe() -> String {
    let remedy = "`cargo xtask test --only browser` installs axe-core, for which it needs npm, and names it; by hand: \
        `npm install axe-core`, and SCANWEAVE_AXE set to its axe.min.js";
    let path = std::env::var("SCANWEAVE_AXE").unwrap_or_else(|_| {
        panic!("SCANWEAVE_AXE names no axe.min.js, so accessibility cannot be checked: {remedy}")
    });
    std::fs::read_to_string(&path)
        .unwrap_or_else(|e| panic!("SCANWEAVE_AXE: {path}: {e}: {remedy}"))
}

/// Every kind of lesion, both languages and both themes, on a desk and on a phone; folded as the page begins
/// and with everything open.
#[test]
fn accessibility_checks_find_nothing_serious() {
    let axe = axe();
    let site = Site::with_models(&[
        Offer::whole("brain", &fresh_brain(7)),
        Offer::whole("boxes", &fresh_boxes(7)),
        Offer::whole("findings", &fresh_classes(7)),
    ]);
    let letter = site.file("letter.txt", b"hello");
    let page = Page::open(&site, "about=blank");
    for (model, theme, language, screen) in [
        ("brain", "dark", "en", DESK),
        ("brain", "light", "en", DESK),
        ("brain", "dark", "zh-Hans", PHONE),
        ("boxes", "light", "en", DESK),
        ("boxes", "dark", "en", PHONE),
        ("findings", "dark", "zh-Hans", DESK),
        ("findings", "light", "zh-Hans", PHONE),
    ] {
        let [width, height] = screen;
        let state = format!("{model}, {theme}, {language}, {width} pixels");
        page.browser.screen(width, height);
        let query = format!("backend=cpu&seed=4&theme={theme}&lang={language}&model={model}");
        page.browser.open(&site.url(&query));
        page.wait("a picture", || page.state() == "ready");
        let shown = page
            .browser
            .script("const root = document.documentElement; return [root.dataset.theme, root.lang, innerWidth]");
        assert_eq!(shown, json!([theme, language, width]));
        page.browser.script(&axe);
        let check = |what: &str| {
            let found = page.browser.script(
                "return axe.run(document).then(r => [r.passes.length, r.violations.filter(v => ['serious', 'critical'].includes(v.impact))
                   .map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ')).join(', ')}`)])",
            );
            assert_eq!(found[1], json!([]), "{state}, {what}");
            assert!(
                found[0].as_u64() > Some(20),
                "{state}, {what}: the rules were applied"
            );
        };
        check("as it begins");
        unfold(&page, "details");
        for tab in TABS {
            press(&page, tab);
            check(tab);
        }
        if model == "brain" {
            press(&page, "overlay-structure");
            press(&page, "mode-difference");
            check("a difference");
        }
        page.pick(&letter);
        page.until_error(&["letter.txt"]);
        page.browser
            .script("document.querySelectorAll('.bar, .trouble button').forEach(e => { e.hidden = false; })");
        check("an error and all news");
    }
}

/// Where structure maps come from.
const TABS: [&str; 4] = ["tab-sample", "tab-walk", "tab-image", "tab-draw"];

/// Presses a button by itself, wherever it lies.
fn press(page: &Page, name: &str) {
    page.browser.script(&format!(
        "document.querySelector('[data-testid={name}]').click()"
    ));
}

fn unfold(page: &Page, details: &str) {
    page.browser.script(&format!(
        "document.querySelectorAll('{details}').forEach(d => d.open = true)"
    ));
}

/// All but the cards of models that are not loaded: those of small models of our own have no file.
const FOLDED: &str = "details:not([data-testid^=card-])";

#[test]
fn a_phone_shows_everything_without_scrolling_sideways() {
    let site = Site::with_models(&[
        Offer::whole("fresh", &fresh(7)),
        Offer::whole("brain", &fresh_brain(7)),
        Offer::whole("boxes", &fresh_boxes(7)),
        Offer::whole("findings", &fresh_classes(7)),
    ]);
    let drawn = phantom::draw(Anatomy::Brain, 11, 64, false);
    let head = site.file("head.png", &png(64, 64, drawn.images[0].1.to_u8()));
    let page = Page::open(&site, "about=blank");
    let [width, height] = PHONE;
    page.browser.screen(width, height);
    for model in ["fresh", "brain", "boxes", "findings"] {
        let query = format!("backend=cpu&seed=4&class=1&lang=en&model={model}");
        page.browser.open(&site.url(&query));
        page.until_ready("Seed 4:");
        if model == "boxes" {
            // A box is a line in a list.
            let bare = page.shown("image");
            press(&page, "lesion-random");
            page.until_changed("image", &bare.hash);
        }
        unfold(&page, FOLDED);
        for language in ["en", "zh-Hans"] {
            speak(&page, language);
            for tab in TABS {
                press(&page, tab);
                fits(&page, &format!("{model}, {language}, {tab}"));
                is_spoken(&page, language, &format!("{model}, {tab}"));
            }
        }
        if model == "brain" {
            for mode in ["mode-blink", "mode-swipe", "mode-difference"] {
                press(&page, mode);
                fits(&page, mode);
                is_spoken(&page, "zh-Hans", mode);
            }
            everything_is_used(&page, &head);
        }
        page.is_quiet();
    }
}

/// With an image, its figures, a link and a data set, everything that can be seen in the workbench is seen.
fn everything_is_used(page: &Page, image: &str) {
    page.keep_files();
    page.pick(image);
    page.until_ready("来自 head.png");
    press(page, "share");
    page.slide("build-count", 1.0);
    press(page, "build-keep");
    press(page, "build-start");
    page.wait("a data set", || {
        page.browser.script("return window.kept.length > 0") == true
    });
    page.wait("figures", || page.text("figures").contains("奈特"));
    unfold(page, FOLDED);
    for tab in TABS {
        press(page, tab);
        fits(page, &format!("an image, {tab}"));
        is_spoken(page, "zh-Hans", &format!("an image, {tab}"));
    }
    // A button comes back to the image.
    let painted = page.shown("structure");
    page.step();
    page.until_changed("structure", &painted.hash);
    press(page, "tab-image");
    fits(page, "back to the image");
    is_spoken(page, "zh-Hans", "back to the image");
}

/// The page is not wider than the screen, which is 360 pixels wide.
pub fn fits(page: &Page, what: &str) {
    let width = page.browser.script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]",
    );
    assert!(width[0].as_u64() <= width[1].as_u64(), "{what}: {width}");
    assert_eq!(width[1], 360, "{what}");
}

/// Chooses a language.
pub fn speak(page: &Page, language: &str) {
    page.browser.script(&format!(
        "const choice = document.getElementById('language'); choice.value = '{language}'; choice.dispatchEvent(new Event('change'))"
    ));
    page.wait(language, || {
        page.browser.script("return document.documentElement.lang") == language
    });
    // What is stored is counted again before it is said again.
    let follows = "return /[a-z]{4}/.test(document.getElementById('stored-text').textContent) !== document.documentElement.lang.startsWith('zh')";
    page.wait("the footer", || page.browser.script(follows) == true);
}

/// Nothing that can be read or heard is left in English where the page speaks Chinese: no word of four letters
/// but names, formats, keys and units, in no panel, name or description. What says that it is English, as the
/// cards do, may be.
pub fn is_spoken(page: &Page, language: &str, what: &str) {
    if language == "en" {
        return;
    }
    let found = page.browser.script(&format!(
        "const own = /{NAMES}/g;
         const chinese = e => e.closest('[lang]').lang.startsWith('zh');
         const seen = e => (e.closest('select') ?? e).checkVisibility({{ visibilityProperty: true }});
         const said = [document.title, document.querySelector('meta[name=description]').content];
         const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
         while (words.nextNode()) {{
           const {{ parentElement, data }} = words.currentNode;
           if (parentElement.closest('script, style, noscript') || !chinese(parentElement) || !seen(parentElement)) continue;
           said.push(data);
         }}
         for (const e of document.querySelectorAll('[aria-label], [title], [alt], [placeholder]')) {{
           if (chinese(e) && seen(e)) said.push(...['aria-label', 'title', 'alt', 'placeholder'].map(name => e.getAttribute(name) ?? ''));
         }}
         return [said.length, said.filter(text => /[A-Za-z]{{4,}}/.test(text.replace(own, '')))]"
    ));
    assert!(found[0].as_u64() > Some(100), "{what}: the page is read");
    assert_eq!(found[1], json!([]), "{what}: left in English");
}

/// What is called the same in every language: names of the page, of formats and programs, of modalities, keys
/// and measures; and of the models and files of these tests.
const NAMES: &str = "\\b(scanweave|WebGPU|WebAssembly|JavaScript|Cookie|JPEG|TIFF|DICOM|NIfTI|weave|SYNTHETIC|FLAIR|Dice\
    |sigma|alpha|beta|Enter|Home|Shift|Ctrl|Space|build|[0-9a-f]{64}|[a-z0-9-]+\\.(weave|zip|png|txt)\
    |fresh|brain|boxes|findings|Fresh weights|A test picture, synthetic|A test picture|Boxes|Findings|mass)\\b";

/// Blinking is a repeated timer: none is started for those who asked for less motion, until they do it.
#[test]
fn blinking_waits_for_those_who_asked_for_less_motion() {
    let site = Site::with_models(&[Offer::whole("brain", &fresh_brain(7))]);
    for (wish, starts) in [("no-preference", 1), ("reduce", 0)] {
        let page = Page::open(&site, "about=blank");
        page.browser.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": [{ "name": "prefers-reduced-motion", "value": wish }] }),
        );
        page.browser.before_pages(
            "const own = window.setInterval; window.repeated = 0;
             window.setInterval = (...a) => { window.repeated += 1; return own(...a); }",
        );
        page.browser.open(&site.url("backend=cpu&seed=4&lang=en"));
        page.until_ready("Seed 4:");
        let repeated = || page.browser.script("return window.repeated");
        let before = repeated().as_u64().expect("a number");
        page.browser.click("[data-testid=mode-blink]");
        let seen = "return !!document.querySelector('canvas[data-testid=compare]')?.dataset.hash";
        page.wait("one of two", || page.browser.script(seen) == true);
        assert_eq!(repeated(), before + starts, "{wish}");
        let word = if starts == 1 { "Pause" } else { "Start" };
        assert_eq!(page.text("blink-pause"), word, "{wish}");
        if starts == 0 {
            let one = page.shown("compare");
            page.browser.click("[data-testid=blink-other]");
            page.until_changed("compare", &one.hash);
            page.browser.click("[data-testid=blink-pause]");
            assert_eq!(repeated(), before + 1, "by hand it blinks");
        }
        page.is_quiet();
    }
}

#[test]
fn two_languages_are_spoken() {
    let site = site();
    let page = Page::open(&site, "backend=cpu&seed=4&lang=zh");
    page.wait("a picture", || page.state() == "ready");
    let lang = "return document.documentElement.lang";
    assert!(
        page.browser
            .script(lang)
            .as_str()
            .is_some_and(|l| l.starts_with("zh"))
    );
    is_spoken(&page, "zh-Hans", "the page as it begins");
    let badge = page
        .browser
        .script("return document.querySelector('[data-testid=badge] small').textContent");
    assert_eq!(badge, "由网址指定", "why it computes on the CPU");

    // What stands on the screen follows a change of language, and changes back.
    page.browser.script("location.hash = 'm=AAECA6D'");
    page.wait("a refusal", || page.error().contains("此链接不完整"));
    let speak = |language: &str| speak(&page, language);
    speak("en");
    page.wait("English", || {
        page.error().contains("This link is incomplete or damaged")
    });
    speak("zh-Hans");
    page.wait("Chinese", || page.error().contains("此链接不完整"));
    page.browser.click("[data-testid=dismiss]");
    speak("en");
    page.wait("English", || {
        page.browser.script("return document.documentElement.lang") == "en"
    });
    assert!(
        !page.browser.displayed("[data-testid=error]"),
        "what was dismissed stays away"
    );
    page.browser.open(&site.url("backend=cpu&seed=4&lang=en"));
    page.until_ready("Seed 4:");
    page.is_quiet();

    // So does what the engine says of a file; what a reader of files says stands behind it.
    for (name, bytes, english, chinese) in [
        ("letter.txt", &b"hello"[..], "is not a PNG", "不是 PNG"),
        (
            "cut.weave",
            b"scanweave",
            "cannot be used as a model",
            "不能用作模型",
        ),
        ("flat.nii", &[0; 400], "cannot be read", "无法读取"),
    ] {
        page.pick(&site.file(name, bytes));
        page.until_error(&[name, english]);
        speak("zh-Hans");
        page.wait(name, || page.error().contains(chinese));
        let said = page.error();
        assert!(said.contains(name) && !said.contains(english), "{said}");
        speak("en");
        page.wait(name, || page.error().contains(english));
    }
}

#[test]
fn after_the_first_visit_no_network_is_needed() {
    let site = Site::with_models(&[
        Offer::whole("fresh", &fresh(7)),
        Offer::whole("other", &fresh(8)),
    ]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    let picture = page.shown("image");
    page.until_service_worker();
    page.wait("stored weights", || page.stores_weights());
    site.stop();
    page.browser.reload();
    page.until_ready("Seed 4:");
    assert!(
        page.shown("image") == picture,
        "offline the picture is the same"
    );

    // That there is no network is said as long as there is none.
    let bar = "[data-testid=offline]";
    assert!(!page.browser.displayed(bar), "nobody has told the browser");
    network(&page, false);
    page.wait("the news", || page.browser.displayed(bar));
    let said = page.text("offline");
    assert!(
        said.starts_with("No network. What was opened before still works"),
        "{said}"
    );
    assert!(page.browser.displayed("[data-testid=gallery]"));
    speak(&page, "zh-Hans");
    let said = page.text("offline");
    assert!(said.starts_with("没有网络"), "{said}");
    speak(&page, "en");

    // A study that was never opened is not there; the one that was stays, and works.
    choose(&page, "other");
    page.until_error(&["other", "cannot be fetched", "Check the network"]);
    assert!(page.shown("image") == picture, "the picture stays");
    assert!(
        page.text("card").contains("Phantom thorax"),
        "the model stays"
    );
    let chosen = "return document.querySelector('[data-testid=model-select]').value";
    assert_eq!(
        page.browser.script(chosen),
        "fresh",
        "and is the one that is chosen"
    );
    page.step();
    page.until_ready("Seed 5:");
    assert!(page.shown("image") != picture, "it still paints");
    assert_eq!(page.error(), "", "the sentence goes with the next picture");
    assert!(
        page.link().contains("model=fresh"),
        "a link names what is seen"
    );

    site.go_on();
    network(&page, true);
    page.wait("no news", || !page.browser.displayed(bar));
    choose(&page, "other");
    page.until_ready("Seed 5:");
}

/// Tells the browser that there is a network, or none.
fn network(page: &Page, there: bool) {
    page.browser.devtools("Network.enable", json!({}));
    page.browser.devtools(
        "Network.emulateNetworkConditions",
        json!({ "offline": !there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 }),
    );
}

#[test]
fn what_a_browser_lacks_is_told_and_the_rest_works() {
    let no_simd = "WebAssembly.validate = () => false";
    let no_worker = "window.Worker = undefined";
    let no_storage = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError') } });
        Object.defineProperty(window, 'caches', { get() { throw new DOMException('denied', 'SecurityError') } })";
    let full = "if (self.CacheStorage) CacheStorage.prototype.open = () => Promise.reject(new DOMException('full', 'QuotaExceededError'))";
    // What is taken away, and what is said where no picture can be painted without.
    let cases = [
        ("no storage", no_storage, None),
        ("a full disk", full, None),
        ("no SIMD", no_simd, Some("no WebAssembly SIMD")),
        (
            "no workers",
            no_worker,
            Some("does not let pages compute in the background"),
        ),
    ];
    let site = site();
    for (name, script, sentence) in cases {
        let page = Page::open(&site, "about=blank");
        page.browser.before_pages(script);
        page.browser.open(&site.url("seed=4&lang=en"));
        match sentence {
            None => {
                page.until_ready("Seed 4:");
                page.wait("a word on storage", || {
                    page.text("stored")
                        .contains("does not let the page store files")
                });
                speak(&page, "zh-Hans");
                page.wait("a Chinese word", || {
                    page.text("stored").contains("不允许页面存储文件")
                });
            }
            Some(words) => page.wait(name, || page.error().contains(words)),
        }
        assert!(
            page.browser.displayed("[data-testid=gallery]"),
            "{name}: the gallery is seen"
        );
        let text: Value = page
            .browser
            .script("return document.body.innerText.length > 100");
        assert_eq!(text, true, "{name}: the page is not blank");
    }
}

/// The engine asks for WebGPU and for the store of weights in its worker, where scripts of the page do not
/// reach: what it lacks is taken away at the head of its own script.
#[test]
fn what_the_engine_lacks_is_told_and_pictures_are_painted() {
    let no_webgpu =
        "Object.defineProperty(WorkerNavigator.prototype, 'gpu', { get: () => undefined });";
    let full = "CacheStorage.prototype.open = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));";
    let filled = "Cache.prototype.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));";
    let none = "Object.defineProperty(self, 'caches', { get() { throw new DOMException('denied', 'SecurityError') } });";
    for (name, script) in [
        ("no WebGPU", no_webgpu),
        ("a full disk", full),
        ("a disk that is full now", filled),
        ("no storage", none),
    ] {
        let stores = name == "no WebGPU";
        let site = site();
        site.before_engine(script);
        let page = Page::open(&site, "seed=4&lang=en");
        page.until_ready("Seed 4:");
        let is_told = page.text("badge").contains("this browser offers no WebGPU");
        assert_eq!(
            is_told,
            name == "no WebGPU",
            "{name}: {}",
            page.text("badge")
        );
        if stores {
            page.wait("stored weights", || page.stores_weights());
            assert_eq!(page.text("not-kept"), "", "{name}");
        } else {
            page.wait("a word on the model", || {
                page.text("not-kept")
                    .contains("has no room to keep this model")
            });
            assert!(page.browser.displayed("[data-testid=not-kept]"), "{name}");
            speak(&page, "zh-Hans");
            page.wait("a Chinese word", || {
                page.text("not-kept").contains("没有存储此模型的空间")
            });
            speak(&page, "en");
            assert!(!page.stores_weights(), "{name}: stored weights");
        }
        assert!(
            page.browser.displayed("[data-testid=gallery]"),
            "{name}: the gallery is seen"
        );
        page.browser.reload();
        page.until_ready("Seed 4:");
    }
}

#[test]
fn an_engine_that_dies_is_started_anew_on_the_cpu() {
    let site = site();
    let page = Page::open(&site, "about=blank");
    // Every worker can be ended from the page.
    page.browser.before_pages(
        "const Real = window.Worker; window.engines = [];
         window.Worker = class extends Real { constructor(...a) { super(...a); window.engines.push(this); } }",
    );
    page.browser.open(&site.url("backend=cpu&seed=4"));
    page.until_ready("Seed 4:");
    page.browser.script(
        "const engine = window.engines.at(-1); engine.onerror(new ErrorEvent('error', { message: 'ended by a test' }))",
    );
    page.until_ready("Seed 4:");
    assert_eq!(page.backend(), "cpu");
    assert_eq!(page.browser.script("return window.engines.length"), 2);
}

#[test]
fn the_policy_allows_no_other_origin() {
    let site = site();
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    let refused = page.browser.script(
        "return fetch('http://127.0.0.2:9/', { mode: 'no-cors' }).then(() => 'sent', e => 'refused')",
    );
    assert_eq!(refused, "refused");
    let inline = page.browser.script(
        "const s = document.createElement('script'); s.textContent = 'window.inline = 1'; document.head.append(s); return window.inline ?? 0",
    );
    assert_eq!(inline, 0, "inline scripts do not run");
}
