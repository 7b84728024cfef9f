//! The line that says where the cross-hair is and how grey every modality is there.

use leptos::prelude::*;

use super::shown;
use super::view::View;
use crate::ui::page::Page;
use crate::ui::words::{READ_OUT, READ_OUT_HELP};

/// The line. Announced only when keys moved the cross-hair: a pointer would make it chatter.
#[component]
pub fn ReadOut() -> impl IntoView {
    let (page, view) = (expect_context::<Page>(), expect_context::<View>());
    let live = move || if view.by_keys.get() { "polite" } else { "off" };
    view! { <p class="readout" data-testid="readout" aria-live=live>{move || said(page, view)}</p> }
}

fn said(page: Page, view: View) -> String {
    let Some((x, y)) = view.cross.get() else {
        return READ_OUT_HELP.say().to_owned();
    };
    let value = |index: usize| {
        let pixels = shown::image(page, index)?;
        let within = x < pixels.width && y < pixels.height;
        let grey = pixels.bytes.get((y * pixels.width + x) as usize);
        let grey = grey.filter(|_| within)?;
        Some(format!("{} {grey}", shown::name(page, index)))
    };
    let values: Vec<String> = (0..shown::count(page)).filter_map(value).collect();
    READ_OUT.with(&[
        ("x", &x.to_string()),
        ("y", &y.to_string()),
        ("values", &values.join(" \u{b7} ")),
    ])
}
