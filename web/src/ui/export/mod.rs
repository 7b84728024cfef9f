//! What can be taken home: pictures, volumes, data sets, links.

use leptos::prelude::*;

/// The panel of exports.
#[component]
pub fn Panel() -> impl IntoView {}
