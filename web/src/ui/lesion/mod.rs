//! The lesion: a finding of the whole image, or a mask or boxes drawn where they may lie.
//!
//! Legality is live: what lies where no lesion may lie is marked while it is drawn, and a stroke that
//! leaves it there is taken back.

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
use scanweave::label::LabelKind;

use super::page::Page;
use super::words::LESION_UNKNOWN;

/// Which tools a study needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// No model is loaded.
    Unknown,
    None,
    Class,
    Mask,
    Boxes,
}

/// The panel of the lesion.
#[component]
pub fn Panel() -> impl IntoView {
    let page = expect_context::<Page>();
    let kind = Memo::new(move |_| {
        page.opened
            .with(|m| match m.as_ref().map(|m| &m.study.lesion) {
                None => Kind::Unknown,
                Some(LabelKind::None) => Kind::None,
                Some(LabelKind::Class(_)) => Kind::Class,
                Some(LabelKind::Mask(_)) => Kind::Mask,
                Some(LabelKind::Boxes(_)) => Kind::Boxes,
            })
    });
    let tools = move || match kind.get() {
        Kind::Unknown => ().into_any(),
        Kind::None => view! { <p class="help">{move || LESION_UNKNOWN.say()}</p> }.into_any(),
        Kind::Class => view! { <class::Findings /> }.into_any(),
        Kind::Mask => view! { <marking::Marking /> }.into_any(),
        Kind::Boxes => view! { <framing::Framing /> }.into_any(),
    };
    view! { <div class="lesion-panel" data-testid="lesion-panel">{tools}</div> }
}
