//! What can be taken home: pictures, volumes, data sets, links. All of it is made here and marked as
//! synthetic inside; nothing is sent anywhere.

mod build;
mod csv;
mod dataset;
mod download;
mod mark;
mod names;
mod picture;
mod pictures;
mod share;
mod subject;
mod zip;

use leptos::prelude::*;

use super::words::TAKE_HOME;

/// The panel of exports.
#[component]
pub fn Panel() -> impl IntoView {
    view! {
        <section class="taking" aria-labelledby="taking-title">
            <h2 id="taking-title" class="label">{move || TAKE_HOME.say()}</h2>
            <pictures::Pictures />
            <share::Share />
            <dataset::DataSet />
        </section>
    }
}
