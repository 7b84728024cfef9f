//! The result: every modality, and the steps that led to it.

use leptos::prelude::*;

use super::stage;

/// The modalities and the steps.
#[component]
pub fn Viewer() -> impl IntoView {
    view! {
        <stage::Result />
        <stage::Steps />
    }
}
