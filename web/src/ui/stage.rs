//! The result, large, and the steps that led to it, small.

use leptos::html::Canvas;
use leptos::prelude::*;
use scanweave::profile::Modality;
use scanweave::protocol::{Picture, Pixels};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlAnchorElement, HtmlCanvasElement};

use super::state::{Page, Phase};
use super::{canvas, png, status, trouble};
use crate::bridge;

/// The synthesised modalities, one canvas each.
#[component]
pub fn Result() -> impl IntoView {
    let page = expect_context::<Page>();
    let count = Memo::new(move |_| {
        page.opened
            .with(|m| m.as_ref().map_or(1, |m| m.profile.modalities.len()))
    });
    let first = NodeRef::<Canvas>::new();
    let figure = move |index: usize| {
        let node = if index == 0 { first } else { NodeRef::new() };
        draw(page, node, move |picture| {
            picture.images.get(index).map(|(_, pixels)| pixels.clone())
        });
        let id = if index == 0 {
            "image".to_owned()
        } else {
            format!("image-{index}")
        };
        view! {
            <figure class="result">
                <canvas node_ref=node data-testid=id role="img" aria-label=move || described(page, index)></canvas>
                <figcaption>{move || caption(page, index)}</figcaption>
            </figure>
        }
    };
    view! {
        <div class="results" class:waiting=move || page.picture.with(Option::is_none) aria-busy=move || (page.phase.get() == Phase::Busy).to_string()>
            {move || (0..count.get()).map(figure).collect_view()}
        </div>
        <div class="under">
            <div class="row">
                <Turn by=-1 name="Previous seed" sign="\u{2190}" />
                <Turn by=1 name="Next seed" sign="\u{2192}" />
            </div>
            <status::Line />
            <button type="button" data-testid="save" disabled=move || page.picture.with(Option::is_none)
                on:click=move |_| if let Some(node) = first.get() { save(page, &node); }>"Save PNG"</button>
        </div>
    }
}

/// Steps the seed, for those without arrow keys.
#[component]
fn Turn(by: i64, name: &'static str, sign: &'static str) -> impl IntoView {
    let page = expect_context::<Page>();
    let off = move || page.opened.with(Option::is_none);
    view! { <button type="button" aria-label=name title=name disabled=off on:click=move |_| page.step(by)>{sign}</button> }
}

/// Structure map, mask and fused input; before them the user's image, if there is one.
#[component]
pub fn Steps() -> impl IntoView {
    let page = expect_context::<Page>();
    let source = Memo::new(move |_| {
        page.picture
            .with(|p| p.as_ref().is_some_and(|p| p.source.is_some()))
    });
    let lesion = Memo::new(move |_| {
        page.picture
            .with(|p| p.as_ref().is_some_and(|p| p.lesion.is_some()))
    });
    view! {
        <ol class="steps" aria-label="How it was made">
            <Show when=move || source.get()>
                <Step id="source" title="Your image" help="at working size" pick=|p: &Picture| p.source.clone() />
            </Show>
            <Step id="structure" title="Structure map" help="the lines to follow" pick=|p: &Picture| Some(p.structure.clone()) />
            <Step id="mask" title="Mask" help="white is outside" pick=|p: &Picture| Some(p.mask.clone()) />
            <Step id="fused" title="Fused input" help="lines and noise" pick=|p: &Picture| Some(p.fused.clone()) />
            <Show when=move || lesion.get()>
                <Step id="lesion" title="Lesion label" help="what was asked for" pick=|p: &Picture| p.lesion.as_ref().map(|l| l.shades.clone()) />
            </Show>
        </ol>
    }
}

#[component]
fn Step(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    pick: fn(&Picture) -> Option<Pixels>,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let node = NodeRef::<Canvas>::new();
    draw(page, node, pick);
    view! {
        <li>
            <figure>
                <canvas node_ref=node data-testid=id role="img" aria-label=format!("{title}: {help}")></canvas>
                <figcaption>{title}<small>{help}</small></figcaption>
            </figure>
        </li>
    }
}

/// Keeps a canvas showing a part of the current picture.
fn draw(page: Page, node: NodeRef<Canvas>, pick: impl Fn(&Picture) -> Option<Pixels> + 'static) {
    Effect::new(move |_| {
        let (Some(node), Some(pixels)) = (
            node.get(),
            page.picture.with(|p| p.as_ref().and_then(&pick)),
        ) else {
            return;
        };
        if let Err(error) = canvas::show(&node, &pixels) {
            trouble::show(&format!(
                "The picture cannot be drawn: {}.",
                bridge::words(&error)
            ));
        }
    });
}

fn caption(page: Page, index: usize) -> String {
    let modality = page.opened.with(|m| {
        m.as_ref()
            .and_then(|m| m.profile.modalities.get(index).copied())
    });
    modality.map_or_else(String::new, |m| format!("Synthetic {}", title(m)))
}

fn described(page: Page, index: usize) -> String {
    let class = page
        .findings()
        .get(page.class.get())
        .map_or_else(String::new, |name| format!(", finding: {name}"));
    format!("{}, seed {}{class}", caption(page, index), page.seed.get())
}

fn title(modality: Modality) -> &'static str {
    match modality {
        Modality::Xray => "X-ray",
        Modality::T1 => "T1",
        Modality::T1c => "T1 with contrast",
        Modality::T2 => "T2",
        Modality::Flair => "FLAIR",
        Modality::Fundus => "fundus image",
        Modality::Ct => "CT",
    }
}

/// Saves what the canvas shows, marked as synthetic inside the file.
fn save(page: Page, node: &HtmlCanvasElement) {
    let seed = page.seed.get_untracked();
    let study = page.opened.with_untracked(|m| {
        m.as_ref()
            .map_or_else(String::new, |m| m.profile.name.clone())
    });
    let name = format!("synthetic-{study}-{seed}.png");
    let text =
        format!("SYNTHETIC image, not for diagnosis. scanweave, study {study}, seed {seed}.");
    let ready = Closure::once_into_js(move |blob: JsValue| {
        leptos::task::spawn_local(async move {
            if let Err(error) = download(blob, &name, &text).await {
                trouble::show(&format!(
                    "The picture cannot be saved: {}.",
                    bridge::words(&error)
                ));
            }
        });
    });
    if let Err(error) = node.to_blob(ready.unchecked_ref()) {
        trouble::show(&format!(
            "The picture cannot be saved: {}.",
            bridge::words(&error)
        ));
    }
}

async fn download(blob: JsValue, name: &str, text: &str) -> Result<(), JsValue> {
    let blob: Blob = blob
        .dyn_into()
        .map_err(|_| "the browser made no PNG of it")?;
    let bytes = js_sys::Uint8Array::new(&JsFuture::from(blob.array_buffer()).await?).to_vec();
    let marked = js_sys::Uint8Array::from(png::with_text(&bytes, "Comment", text).as_slice());
    let marked = Blob::new_with_u8_array_sequence(&js_sys::Array::of1(&marked))?;
    let url = web_sys::Url::create_object_url_with_blob(&marked)?;
    let anchor: HtmlAnchorElement = document().create_element("a")?.dyn_into()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    web_sys::Url::revoke_object_url(&url)
}
