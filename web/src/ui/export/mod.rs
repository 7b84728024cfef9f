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

/// The exports; the page gives them their title.
#[component]
pub fn Panel() -> impl IntoView {
    view! {
        <div class="taking">
            <pictures::Pictures />
            <share::Share />
            <dataset::DataSet />
        </div>
    }
}
