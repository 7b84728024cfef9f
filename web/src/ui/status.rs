//! What is going on: loading, the time a picture took, and what it was computed on.

use leptos::prelude::*;
use scanweave::protocol::{BackendKind, Stage};
use scanweave::scene::{Latent, Origin};

use super::state::{Page, Phase, Progress};

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
                    <progress aria-label="Loading the model" max="1" value=share></progress>
                    <span class="bytes" data-testid="progress">{move || page.progress.get().map_or_else(String::new, amount)}</span>
                </div>
            </Show>
        </div>
    }
}

/// Said by screen readers: words only, no counting bytes.
fn announced(page: Page) -> String {
    match page.phase.get() {
        Phase::Loading => loading(page.progress.get().map(|p| p.stage)).to_owned(),
        Phase::Busy => "Painting\u{2026}".to_owned(),
        Phase::Error => "That did not work; see the message.".to_owned(),
        Phase::Ready => {
            if page.picture.with(Option::is_none) {
                return "Ready: this model paints from images; bring one.".to_owned();
            }
            let time = page
                .time
                .get()
                .map_or_else(String::new, |t| format!(" in {t:.0} ms"));
            let from = from(page);
            format!("{from}: painted{time}.")
        }
    }
}

/// Where the structure map comes from, in a few words.
fn from(page: Page) -> String {
    page.scene.with(|scene| match &scene.origin {
        Origin::Latent(Latent::Seed(seed)) => format!("Seed {seed}"),
        Origin::Latent(_) => "From the latent space".to_owned(),
        Origin::Image { .. } => page.image.with(|i| {
            i.as_ref()
                .map_or_else(String::new, |i| format!("From {}", i.name))
        }),
        Origin::Fixed { .. } => "From fixed lines".to_owned(),
        Origin::Empty => "From your drawing".to_owned(),
    })
}

fn loading(stage: Option<Stage>) -> &'static str {
    match stage {
        None => "Starting the engine\u{2026}",
        Some(Stage::Download) => "Loading the weights\u{2026}",
        Some(Stage::Build) => "Building the networks\u{2026}",
        Some(Stage::SelfTest) => "Checking against a known picture\u{2026}",
    }
}

fn amount(progress: Progress) -> String {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    match progress.stage {
        Stage::Download => format!(
            "{:.1} of {:.1} MB",
            megabytes(progress.done),
            megabytes(progress.total)
        ),
        Stage::Build | Stage::SelfTest => String::new(),
    }
}

/// The backend and why it is that one.
#[component]
pub fn Badge() -> impl IntoView {
    let page = expect_context::<Page>();
    let name = move || match page.backend.get().map(|b| b.kind) {
        Some(BackendKind::WebGpu) => "WebGPU",
        Some(BackendKind::Cpu) => "CPU",
        None => "\u{2026}",
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
            <p><strong>{name}</strong><small>{move || page.backend.get().map_or_else(|| "choosing what to compute on".to_owned(), |b| b.reason)}</small></p>
        </div>
    }
}
