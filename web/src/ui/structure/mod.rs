//! Where the structure map comes from: a sample, a walk through the latent space, an image of one's
//! own, a drawing.

use leptos::prelude::*;

use super::controls;

/// The panel of the structure map.
#[component]
pub fn Panel() -> impl IntoView {
    view! {
        <controls::Sample />
        <controls::FromImage />
    }
}
