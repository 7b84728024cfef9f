//! What is going on: loading, the time a picture took, and what it was computed on.

use leptos::prelude::*;

use super::page::{Page, Phase, Progress};
use super::structure::missing;
use super::words::{
    BADGE_CHOOSING, BADGE_CPU, BADGE_WEBGPU, BRING_AN_IMAGE, ENGINE_RESTARTED,
    ENGINE_RESTARTED_NO_MEMORY, ENGINE_STARTS, FILE_WAITS, FROM_DRAWING, FROM_FILE, FROM_FIXED,
    FROM_LATENT, FROM_SEED, KNOWN_PICTURE, MEGABYTES, MODEL_LOADS, NETWORKS_BUILD, NOT_KEPT,
    PAINTED, PAINTED_IN, PAINTING, REASON_ASKED, REASON_GIVEN_UP, REASON_IN_SOFTWARE,
    REASON_NO_ADAPTER, REASON_NO_TIMESTAMPS, REASON_NO_WEBGPU, REASON_NOT_STARTED, REASON_REFUSED,
    REASON_SLOWER, THAT_FAILED, WEIGHTS_LOAD, Word,
};
use crate::model::protocol::{Backend, BackendKind, Reason, Stage};
use crate::model::scene::{Latent, Origin};

/// Keeps `data-state` of the body in step with the page.
pub fn mirror(page: Page) {
    Effect::new(move |_| {
        if let Some(body) = document().body() {
            // Setting an attribute of a valid name cannot fail.
            let _ = body.set_attribute("data-state", page.phase.get().word());
        }
    });
}

/// The live region, and the bar while a model loads.
#[component]
pub fn Line() -> impl IntoView {
    let page = expect_context::<Page>();
    let share = move || {
        page.progress
            .get()
            .filter(|p| p.total > 0)
            .map(|p| (p.done as f64 / p.total as f64).to_string())
    };
    view! {
        <div class="status">
            <p data-testid="status" role="status" aria-live="polite">{move || announced(page)}</p>
            <Show when=move || page.phase.get() == Phase::Loading>
                <div class="loading">
                    <progress aria-label=move || MODEL_LOADS.say() max="1" value=share></progress>
                    <span class="bytes" data-testid="progress">{move || page.progress.get().map_or_else(String::new, amount)}</span>
                </div>
            </Show>
        </div>
    }
}

/// Said by screen readers: words only, no counting bytes.
fn announced(page: Page) -> String {
    match page.phase.get() {
        Phase::Loading => {
            let stage = loading(page.progress.get().map(|p| p.stage)).say();
            let waits = |name: String| format!("{stage} {}", FILE_WAITS.with(&[("name", &name)]));
            page.waits.get().map_or_else(|| stage.into(), waits)
        }
        Phase::Busy => PAINTING.say().into(),
        Phase::Error => THAT_FAILED.say().into(),
        Phase::Ready if page.picture.with(Option::is_none) => BRING_AN_IMAGE.say().into(),
        Phase::Ready => {
            if let Some(missing) = missing(page) {
                return missing.say().into();
            }
            let from = from(page);
            match page.time.get() {
                Some(time) => PAINTED_IN.with(&[("from", &from), ("time", &format!("{time:.0}"))]),
                None => PAINTED.with(&[("from", &from)]),
            }
        }
    }
}

/// Where the structure map comes from, in a few words.
fn from(page: Page) -> String {
    page.scene.with(|scene| match &scene.origin {
        Origin::Latent(Latent::Seed(seed)) => FROM_SEED.with(&[("seed", &seed.to_string())]),
        Origin::Latent(_) => FROM_LATENT.say().into(),
        Origin::Image { .. } => page.image.with(|image| {
            let name = image.as_ref().map_or("", |i| i.name.as_str());
            FROM_FILE.with(&[("name", name)])
        }),
        Origin::Fixed { .. } => FROM_FIXED.say().into(),
        Origin::Empty => FROM_DRAWING.say().into(),
    })
}

fn loading(stage: Option<Stage>) -> Word {
    match stage {
        None => ENGINE_STARTS,
        Some(Stage::Download) => WEIGHTS_LOAD,
        Some(Stage::Build) => NETWORKS_BUILD,
        Some(Stage::SelfTest) => KNOWN_PICTURE,
    }
}

fn amount(progress: Progress) -> String {
    let megabytes = |bytes: u64| format!("{:.1}", bytes as f64 / 1e6);
    match progress.stage {
        Stage::Download => MEGABYTES.with(&[
            ("done", &megabytes(progress.done)),
            ("total", &megabytes(progress.total)),
        ]),
        Stage::Build | Stage::SelfTest => String::new(),
    }
}

/// The name of a backend.
pub fn backend_name(kind: BackendKind) -> &'static str {
    match kind {
        BackendKind::WebGpu => BADGE_WEBGPU.say(),
        BackendKind::Cpu => BADGE_CPU.say(),
    }
}

/// Why it is that one.
pub fn reason(backend: &Backend) -> String {
    let because = |word: Word, why: &str| word.with(&[("why", why)]);
    match &backend.reason {
        Reason::AskedFor => REASON_ASKED.say().into(),
        Reason::Adapter(name) => name.clone(),
        Reason::AdapterInSoftware(name) => because(REASON_IN_SOFTWARE, name),
        Reason::NoWebGpu => REASON_NO_WEBGPU.say().into(),
        Reason::NoAdapter => REASON_NO_ADAPTER.say().into(),
        Reason::NoTimestamps => REASON_NO_TIMESTAMPS.say().into(),
        Reason::Refused(why) => because(REASON_REFUSED, why),
        Reason::Slower(name) => because(REASON_SLOWER, name),
        Reason::NotStarted(why) => because(REASON_NOT_STARTED, why),
        Reason::GivenUp(why) => because(REASON_GIVEN_UP, why),
        Reason::Restarted(why) => because(ENGINE_RESTARTED, why),
        Reason::RestartedForMemory => ENGINE_RESTARTED_NO_MEMORY.say().into(),
    }
}

/// The backend and why it is that one.
#[component]
pub fn Badge() -> impl IntoView {
    let page = expect_context::<Page>();
    let name = move || {
        let kind = page.backend.get().map(|b| b.kind);
        kind.map_or("\u{2026}", backend_name)
    };
    let kind = move || {
        page.backend.get().map(|b| {
            if b.kind == BackendKind::WebGpu {
                "webgpu"
            } else {
                "cpu"
            }
        })
    };
    view! {
        <div class="badge" data-testid="badge" data-backend=kind>
            <span class="dot" aria-hidden="true"></span>
            <p><strong>{name}</strong><small>{move || page.backend.get().map_or_else(|| BADGE_CHOOSING.say().to_owned(), |b| reason(&b))}</small></p>
        </div>
        <Show when=move || page.unkept.get()>
            <p class="help" data-testid="not-kept" role="status">{move || NOT_KEPT.say()}</p>
        </Show>
    }
}
