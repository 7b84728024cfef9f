//! The lesion: a finding of the whole image, or a mask or boxes drawn where they may lie.

use leptos::prelude::*;

/// The panel of the lesion.
#[component]
pub fn Panel() -> impl IntoView {}
