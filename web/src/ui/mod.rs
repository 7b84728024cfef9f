//! The page: choose a model, sample or bring an image, look, save.
//!
//! `index.html` already shows title, notice and gallery; this program fills in the workbench. What
//! goes wrong is told in the page's own trouble panel (`trouble`), even when this program dies.

mod board;
mod canvas;
mod card;
mod catalogue;
mod controls;
mod export;
mod history;
mod keys;
mod lesion;
mod link;
mod png;
mod shell;
mod state;
mod status;
mod structure;
mod trouble;
mod url;
mod viewer;
pub mod words;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use state::Page;

/// Starts the page inside the element `#app`.
pub fn start() {
    trouble::report_panics();
    let Some(place) = document()
        .get_element_by_id("app")
        .and_then(|e| e.dyn_into::<HtmlElement>().ok())
    else {
        trouble::show("The page is incomplete: it has no place for the workbench. Reload it.");
        return;
    };
    place.set_inner_html("");
    mount_to(place, Workbench).forget();
}

/// The whole workbench; its parts share one [`Page`].
#[component]
fn Workbench() -> impl IntoView {
    let page = Page::new(url::read());
    provide_context(page);
    provide_context(words::Speech(RwSignal::new(shell::language())));
    status::mirror(page);
    keys::listen(page);
    catalogue::load(page);
    url::follow(page);
    view! {
        <div class="workbench">
            <section class="controls" aria-label="Controls">
                <controls::Study />
                <structure::Panel />
                <lesion::Panel />
                <export::Panel />
                <status::Badge />
            </section>
            <section class="stage" aria-label="Result">
                <viewer::Viewer />
            </section>
        </div>
        <card::ModelCard />
    }
}
