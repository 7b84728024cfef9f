//! That the page serves everyone: keyboards and screen readers, phones, two languages, no network, and
//! browsers that lack something.

use super::model::{fresh, fresh_boxes, fresh_brain};
use super::page::Page;
use super::site::{Offer, Site};
use serde_json::{Value, json};

fn site() -> Site {
    Site::with_models(&[Offer::whole("fresh", &fresh(7))])
}

#[test]
fn accessibility_checks_find_nothing_serious() {
    let Ok(path) = std::env::var("SCANWEAVE_AXE") else {
        println!(
            "skipped: SCANWEAVE_AXE names no axe.min.js (`cargo xtask test` sets it where npm is there)"
        );
        return;
    };
    let axe = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let site = Site::with_models(&[
        Offer::whole("brain", &fresh_brain(7)),
        Offer::whole("boxes", &fresh_boxes(7)),
    ]);
    let letter = site.file("letter.txt", b"hello");
    for (theme, model) in [("dark", "brain"), ("light", "brain"), ("light", "boxes")] {
        let query = format!("backend=cpu&seed=4&theme={theme}&model={model}");
        let page = Page::open(&site, &query);
        page.until_ready("Seed 4:");
        let shown = page
            .browser
            .script("return document.documentElement.dataset.theme");
        assert_eq!(shown, theme);
        page.browser.script(&axe);
        let check = |what: &str| {
            let found = page.browser.script(
                "return axe.run(document).then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact))
                   .map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ')).join(', ')}`))",
            );
            assert_eq!(found, json!([]), "{theme}, {model}, {what}");
        };
        for tab in ["tab-sample", "tab-walk", "tab-image", "tab-draw"] {
            page.browser.click(&format!("[data-testid={tab}]"));
            check(tab);
        }
        if model == "brain" {
            page.browser.click("[data-testid=mode-difference]");
            check("a difference");
        }
        page.browser
            .script("document.querySelectorAll('details').forEach(d => d.open = true)");
        page.pick(&letter);
        page.until_error(&["letter.txt"]);
        check("an error, everything open");
    }
}

#[test]
fn a_phone_shows_everything_without_scrolling_sideways() {
    let site = Site::with_models(&[
        Offer::whole("fresh", &fresh(7)),
        Offer::whole("brain", &fresh_brain(7)),
        Offer::whole("boxes", &fresh_boxes(7)),
    ]);
    for model in ["fresh", "brain", "boxes"] {
        let page = Page::open(&site, "about=blank");
        page.browser.screen(360, 740);
        let query = format!("backend=cpu&seed=4&class=1&lang=en&model={model}");
        page.browser.open(&site.url(&query));
        page.until_ready("Seed 4:");
        if model == "boxes" {
            // A box is a line in a list.
            let bare = page.shown("image");
            page.browser
                .script("document.querySelector('[data-testid=lesion-random]').click()");
            page.until_changed("image", &bare.hash);
        }
        // All but the cards of models that are not loaded: those of small models of our own have no file.
        page.browser.script(
            "document.querySelectorAll('details:not([data-testid^=card-])').forEach(d => d.open = true)",
        );
        for language in ["en", "zh-Hans"] {
            speak(&page, language);
            for tab in ["tab-sample", "tab-walk", "tab-image", "tab-draw"] {
                page.browser.script(&format!(
                    "document.querySelector('[data-testid={tab}]').click()"
                ));
                fits(&page, &format!("{model}, {language}, {tab}"));
            }
        }
        if model == "brain" {
            for mode in ["mode-blink", "mode-difference"] {
                page.browser.script(&format!(
                    "document.querySelector('[data-testid={mode}]').click()"
                ));
                fits(&page, mode);
            }
        }
        page.is_quiet();
    }
}

/// The page is not wider than the screen, which is 360 pixels wide.
fn fits(page: &Page, what: &str) {
    let width = page.browser.script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]",
    );
    assert!(width[0].as_u64() <= width[1].as_u64(), "{what}: {width}");
    assert_eq!(width[1], 360, "{what}");
}

fn speak(page: &Page, language: &str) {
    page.browser.script(&format!(
        "const choice = document.getElementById('language'); choice.value = '{language}'; choice.dispatchEvent(new Event('change'))"
    ));
    page.wait(language, || {
        page.browser.script("return document.documentElement.lang") == language
    });
}

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
    let latin = page.browser.script(
        "return [...document.querySelectorAll('button, label, h1, h2, h3, legend, summary')]
           .map(e => e.textContent.trim()).filter(t => /[A-Za-z]{4,}/.test(t) && !/[\\u4e00-\\u9fff]/.test(t))
           .filter(t => !/^(scanweave|PNG|NIfTI|WebGPU|FLAIR|English|SHA-256|axe|fresh|Fresh weights|A test picture)/.test(t))",
    );
    assert_eq!(latin, json!([]), "left untranslated");
    let badge = page
        .browser
        .script("return document.querySelector('[data-testid=badge] small').textContent");
    assert_eq!(badge, "按您的要求", "why it computes on the CPU");

    // What stands on the screen follows a change of language, and changes back.
    page.browser.script("location.hash = 'm=AAECA6D'");
    page.wait("a refusal", || page.error().contains("此链接不完整"));
    let speak = |language: &str| speak(&page, language);
    speak("en");
    page.wait("English", || {
        page.error().contains("This link is cut or damaged")
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
        ("letter.txt", &b"hello"[..], "is no PNG", "不是 PNG"),
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
    let site = site();
    let page = Page::open(&site, "backend=cpu&seed=4");
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
        page.browser.open(&site.url("seed=4"));
        match sentence {
            None => page.until_ready("Seed 4:"),
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
    let none = "Object.defineProperty(self, 'caches', { get() { throw new DOMException('denied', 'SecurityError') } });";
    for (name, script) in [
        ("no WebGPU", no_webgpu),
        ("a full disk", full),
        ("no storage", none),
    ] {
        let site = site();
        site.before_engine(script);
        let page = Page::open(&site, "seed=4");
        page.until_ready("Seed 4:");
        let is_told = page.text("badge").contains("this browser offers no WebGPU");
        assert_eq!(
            is_told,
            name == "no WebGPU",
            "{name}: {}",
            page.text("badge")
        );
        assert_eq!(
            page.stores_weights(),
            name == "no WebGPU",
            "{name}: stored weights"
        );
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
