//! A section of the workbench that folds. On a narrow screen the pictures come first, so all panels
//! but the first start folded there.

use leptos::prelude::*;

use crate::ui::words::Word;

/// From this width on there is room beside the pictures, CSS pixels; as in `page.css`.
const ROOM: f64 = 700.0;

/// A titled section that folds.
#[component]
pub fn Panel(
    title: Word,
    /// Its `data-testid`.
    id: &'static str,
    /// Whether it is open on a narrow screen too.
    #[prop(optional)]
    always: bool,
    /// Whether it starts folded on a wide screen too.
    #[prop(optional)]
    folded: bool,
    children: Children,
) -> impl IntoView {
    let open = !folded && (always || has_room());
    view! {
        <details class="panel" data-testid=id open=open>
            <summary><h2>{move || title.say()}</h2></summary>
            <div class="body">{children()}</div>
        </details>
    }
}

fn has_room() -> bool {
    let width = window().inner_width().ok().and_then(|w| w.as_f64());
    width.is_none_or(|width| width >= ROOM)
}
