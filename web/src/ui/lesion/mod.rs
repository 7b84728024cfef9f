//! The lesion: a finding of the whole image, or a mask or boxes drawn where they may lie.
//!
//! Legality is live: what lies where no lesion may lie is marked while it is drawn. When the pen is lifted a stroke
//! is cut to where it may lie; a box or a whole lesion that would lie elsewhere goes back to where it was.

mod class;
mod frames;
mod framing;
mod grip;
mod marking;
mod marks;
mod place;
mod shown;
mod turning;
mod verdict;

use leptos::prelude::*;
use scanweave::label::Panel as Tools;

use crate::model::protocol::ModelInfo;

use super::page::Page;
use super::words::LESION_UNKNOWN;

/// The panel of the lesion.
#[component]
pub fn Panel() -> impl IntoView {
    let page = expect_context::<Page>();
    let needed = Memo::new(move |_| {
        let panel = |m: &ModelInfo| m.study.lesion.panel();
        page.opened.with(|m| m.as_ref().map(panel))
    });
    let tools = move || match needed.get() {
        None => ().into_any(),
        Some(Tools::None) => {
            view! { <p class="help">{move || LESION_UNKNOWN.say()}</p> }.into_any()
        }
        Some(Tools::Finding) => view! { <class::Findings /> }.into_any(),
        Some(Tools::Mask) => view! { <marking::Marking /> }.into_any(),
        Some(Tools::Boxes) => view! { <framing::Framing /> }.into_any(),
    };
    view! { <div class="lesion-panel" data-testid="lesion-panel">{tools}</div> }
}
