//! Where the structure map comes from: a sample, a walk through the latent space, an image of one's
//! own, a drawing. One tab each.

mod atlas;
mod draw;
mod file;
mod finding;
mod image;
mod lines;
mod pad;
mod pins;
mod sample;
mod steps;
mod tabs;
mod values;
mod walk;

pub use finding::named;
pub use lines::{is_painted, missing};

use leptos::prelude::*;

use super::board::UndoRedo;
use tabs::{Pane, Tab, Tabs};

/// The panel of the structure map.
#[component]
pub fn Panel() -> impl IntoView {
    let tab = RwSignal::new(Tab::Sample);
    view! {
        <div class="structure-panel" data-testid="structure-panel">
            <Tabs tab=tab />
            <Pane tab=tab own=Tab::Sample><sample::Sample /></Pane>
            <Pane tab=tab own=Tab::Walk><walk::Walk /></Pane>
            <Pane tab=tab own=Tab::Image>
                <file::FromImage tab />
                <Show when=move || tab.get() == Tab::Image><image::Image /></Show>
            </Pane>
            <Pane tab=tab own=Tab::Draw>
                // A board that nobody sees need not be painted.
                <Show when=move || tab.get() == Tab::Draw><draw::Draw /></Show>
            </Pane>
            <UndoRedo ids=["undo", "redo"] />
        </div>
    }
}
