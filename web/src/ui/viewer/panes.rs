//! Every modality in a frame of its own.

use leptos::html::Canvas;
use leptos::prelude::*;

use super::film::Film;
use super::layers::Overlay;
use super::view::View;
use super::{shown, standin};
use crate::bridge;
use crate::model::protocol::Pixels;
use crate::ui::page::{Controller, Page, Phase};
use crate::ui::words::{CANNOT_DRAW, FRAME_OF, STAND_IN};
use crate::ui::{canvas, trouble};

/// The modalities side by side, one canvas each.
#[component]
pub fn Panes() -> impl IntoView {
    let (page, view) = (expect_context::<Page>(), expect_context::<View>());
    let count = Memo::new(move |_| standin::frames(page));
    view! {
        <div class="panes" class:single=move || count.get() == 1 class:smooth=move || view.smooth.get()
            class:waiting=move || page.picture.with(Option::is_none)
            hidden=move || view.compares(page)
            aria-busy=move || (page.phase.get() == Phase::Busy).to_string()>
            {move || (0..count.get()).map(|index| view! { <Pane index /> }).collect_view()}
        </div>
    }
}

#[component]
fn Pane(index: usize) -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let node = NodeRef::<Canvas>::new();
    keep(node, move || shown::image(page, index));
    let id = match index {
        0 => "image".to_owned(),
        _ => format!("image-{index}"),
    };
    let frame = Signal::derive(move || FRAME_OF.with(&[("name", &shown::name(page, index))]));
    let looked = move || controller.focus_on(index);
    let stand_in = Memo::new(move |_| standin::of(page, index));
    let picture = move || {
        stand_in
            .get()
            .map(|src| view! { <img class="stand-in" data-testid="stand-in" src=src alt="" /> })
    };
    let caption = move || {
        if stand_in.with(Option::is_some) {
            STAND_IN.say().to_owned()
        } else {
            shown::caption(page, index)
        }
    };
    view! {
        <figure class="shot" class:behind=move || shown::is_behind(page, index)>
            <Film label=frame looked>
                <canvas class="data" node_ref=node data-testid=id role="img" aria-label=move || shown::described(page, index)></canvas>
                {picture}
                <Overlay index />
            </Film>
            <figcaption>{caption}</figcaption>
        </figure>
    }
}

/// Keeps a canvas showing these pixels.
pub fn keep(node: NodeRef<Canvas>, pixels: impl Fn() -> Option<Pixels> + 'static) {
    Effect::new(move |_| {
        let (Some(node), Some(pixels)) = (node.get(), pixels()) else {
            return;
        };
        if let Err(error) = canvas::show(&node, &pixels) {
            trouble::show(CANNOT_DRAW.sentence(&[("why", &bridge::words(&error))]));
        }
    });
}
