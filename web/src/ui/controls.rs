//! What can be chosen: the seed and class of a sample, an image of one's own.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, HtmlInputElement};

use super::state::{MAX_SEED, Page};

/// Seed and class of a sampled subject.
#[component]
pub fn Sample() -> impl IntoView {
    let page = expect_context::<Page>();
    let cannot = move || page.opened.with(|m| !m.as_ref().is_some_and(|m| m.samples));
    let typed = move |event| {
        if let Ok(seed) = event_target_value(&event).parse::<u64>() {
            page.sample(seed);
        }
    };
    let random = move |_| page.sample((js_sys::Math::random() * MAX_SEED as f64) as u64);
    view! {
        <div class="field">
            <label for="seed">"Seed"</label>
            <div class="row">
                <input id="seed" data-testid="seed" type="number" inputmode="numeric" min="0" max=MAX_SEED.to_string()
                    aria-describedby="seed-help" prop:value=move || page.seed.get().to_string() on:input=typed />
                <button type="button" data-testid="random" disabled=cannot on:click=random>"Random"</button>
            </div>
            <p id="seed-help" class="help">"A seed always draws the same subject. Arrow keys "<kbd>"\u{2190}"</kbd>" "<kbd>"\u{2192}"</kbd>" step it."</p>
        </div>
        <Classes />
        <button type="button" class="primary" data-testid="sample-image" disabled=cannot
            on:click=move |_| page.sample(page.seed.get_untracked())>"Sample"</button>
    }
}

/// Chooses what the image is to show, for studies that have classes.
#[component]
fn Classes() -> impl IntoView {
    let page = expect_context::<Page>();
    let chosen = move |event| {
        page.find(event_target_value(&event).parse().unwrap_or(0));
    };
    let option = move |(index, name): (usize, String)| {
        view! { <option value=index.to_string() selected=move || page.class.get() == index>{name}</option> }
    };
    view! {
        <Show when=move || !page.findings().is_empty()>
            <div class="field">
                <label for="class">"Finding"</label>
                <select id="class" data-testid="class-select" on:change=chosen>
                    {move || page.findings().into_iter().enumerate().map(option).collect_view()}
                </select>
            </div>
        </Show>
    }
}

/// Drops or picks an image, or a weights file.
#[component]
pub fn FromImage() -> impl IntoView {
    let page = expect_context::<Page>();
    let over = RwSignal::new(false);
    accept_drops(page, over);
    let picked = move |event| {
        let input: HtmlInputElement = event_target(&event);
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            take(page, file);
        }
        // So that choosing the same file again is noticed.
        input.set_value("");
    };
    let hint = move || {
        page.image.get().map_or_else(
            || "Drop a PNG or JPEG, or choose one".to_owned(),
            |image| format!("From {}", image.name),
        )
    };
    view! {
        <div class="field">
            <span class="label" id="own-label">"From an image"</span>
            <label class="drop" class:over=move || over.get() data-testid="drop">
                <input class="visually-hidden" data-testid="file-input" type="file" aria-labelledby="own-label own-hint"
                    accept="image/png,image/jpeg,.png,.jpg,.jpeg,.weave" on:change=picked />
                <span id="own-hint">{hint}</span>
            </label>
            <p class="help">"Its structure map is taken and painted anew. Nothing leaves this page. A .weave file opens as a model."</p>
        </div>
    }
}

fn take(page: Page, file: File) {
    if file.name().to_lowercase().ends_with(".weave") {
        page.open_file(file);
    } else if page.opened.with_untracked(Option::is_none) {
        page.fail("No model is ready yet: bring the image when loading has ended.");
    } else {
        page.bring(file);
    }
}

/// The whole page takes files, so that nobody has to aim.
fn accept_drops(page: Page, over: RwSignal<bool>) {
    let enter = window_event_listener(leptos::ev::dragover, move |event: DragEvent| {
        event.prevent_default();
        over.set(true);
    });
    let leave = window_event_listener(leptos::ev::dragleave, move |_| over.set(false));
    let drop = window_event_listener(leptos::ev::drop, move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        let files = event.data_transfer().and_then(|data| data.files());
        match files.and_then(|files| files.get(0)) {
            Some(file) => take(page, file),
            None => page
                .fail("Only files can be dropped here: save the image first, then drop the file."),
        }
    });
    on_cleanup(move || {
        [enter, leave, drop]
            .into_iter()
            .for_each(WindowListenerHandle::remove);
    });
}

fn event_target<T: JsCast>(event: &web_sys::Event) -> T {
    event
        .target()
        .expect("an event of an element")
        .unchecked_into()
}
