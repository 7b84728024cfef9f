//! The page: choose a model, sample or bring an image, look, save.
//!
//! `index.html` already shows title, notice and gallery; this program fills in the workbench. What
//! goes wrong is told in the page's own trouble panel (`trouble`), even when this program dies.
#![allow(
    clippy::large_types_passed_by_value,
    reason = "the page's state is a handful of handles, copied into every closure"
)]

mod board;
mod canvas;
mod card;
mod catalogue;
mod death;
mod export;
mod failure;
mod keys;
mod lesion;
mod link;
mod number;
mod page;
mod png;
mod shell;
mod site;
mod status;
mod structure;
mod trouble;
mod url;
mod viewer;
pub mod words;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use page::Controller;
use trouble::Remedy;
use words::{
    ENGINE_PANEL, EXPORT_PANEL, LESION_PANEL, PAGE_INCOMPLETE, RESULT_COLUMN, SIDE_COLUMN,
    STRUCTURE_PANEL, Speech, TOOLS_COLUMN,
};

/// Starts the page inside the element `#app`.
pub fn start() {
    trouble::report_panics();
    let Some(place) = document()
        .get_element_by_id("app")
        .and_then(|e| e.dyn_into::<HtmlElement>().ok())
    else {
        Speech::begin(shell::language());
        trouble::tell(PAGE_INCOMPLETE, "", Remedy::Reload);
        return;
    };
    place.set_inner_html("");
    mount_to(place, Workbench).forget();
}

/// The whole workbench; its parts share one [`Page`](page::Page), and those that act its [`Controller`].
#[component]
fn Workbench() -> impl IntoView {
    let controller = Controller::new(url::read());
    let page = controller.page;
    provide_context(page);
    provide_context(controller);
    shell::follow(controller, Speech::begin(shell::language()));
    canvas::mend_losses();
    status::mirror(page);
    trouble::follow();
    keys::listen(controller);
    catalogue::load(controller);
    url::follow(controller);
    view! {
        <div class="workbench">
            <section class="stage" aria-label=move || RESULT_COLUMN.say()>
                <viewer::Viewer />
            </section>
            <section class="controls" aria-label=move || TOOLS_COLUMN.say()>
                <shell::Study />
                <shell::Panel title=STRUCTURE_PANEL id="panel-structure" always=true><structure::Panel /></shell::Panel>
                <shell::Panel title=LESION_PANEL id="panel-lesion"><lesion::Panel /></shell::Panel>
            </section>
            <section class="side" aria-label=move || SIDE_COLUMN.say()>
                <shell::Panel title=EXPORT_PANEL id="panel-export"><export::Panel /></shell::Panel>
                <shell::Panel title=ENGINE_PANEL id="panel-engine" always=true><status::Badge /></shell::Panel>
                <shell::KeysHelp />
            </section>
        </div>
        <card::Cards />
    }
}
