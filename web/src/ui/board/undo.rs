//! Undo and redo as buttons, for those without a keyboard.

use leptos::prelude::*;

use crate::ui::page::{Controller, Page};
use crate::ui::words::{REDO, UNDO};

/// Undo and redo.
#[component]
pub fn UndoRedo(
    /// `data-testid` of both.
    ids: [&'static str; 2],
) -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    view! {
        <div class="row">
            <button type="button" data-testid=ids[0] disabled=move || page.steps.get().0 == 0
                on:click=move |_| controller.undo()>{move || UNDO.say()}</button>
            <button type="button" data-testid=ids[1] disabled=move || page.steps.get().1 == 0
                on:click=move |_| controller.redo()>{move || REDO.say()}</button>
        </div>
    }
}
