//! The finding of the whole image, for studies that label images and not pixels.

use leptos::prelude::*;

use crate::ui::page::{Controller, Page};
use crate::ui::structure::named;
use crate::ui::words::{LESION_CLASS_HELP, LESION_FINDING};

/// The findings as radio buttons.
#[component]
pub fn Findings() -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let option = move |(index, name): (usize, String)| {
        view! {
            <label class="check">
                <input type="radio" name="finding" value=index.to_string() data-testid=format!("finding-{index}")
                    prop:checked=move || page.class.get() == index on:change=move |_| controller.find(index) />
                <span>{move || named(&name)}</span>
            </label>
        }
    };
    view! {
        <fieldset class="findings" data-testid="lesion-class">
            <legend>{move || LESION_FINDING.say()}</legend>
            {move || page.findings().into_iter().enumerate().map(option).collect_view()}
            <p class="help">{move || LESION_CLASS_HELP.say()}</p>
        </fieldset>
    }
}
