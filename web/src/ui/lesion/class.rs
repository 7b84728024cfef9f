//! The finding of the whole image, for studies that label images and not pixels.

use leptos::prelude::*;

use crate::ui::page::{Controller, Page};
use crate::ui::structure::named;
use crate::ui::words::{LESION_CLASS_HELP, LESION_FINDING, LESION_LISTED, LESION_WITHHELD};

/// The findings that the model offers as radio buttons, and those that it does not in a sentence.
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
    let those = move |offered: bool| {
        let findings = page.findings().into_iter().enumerate();
        findings.filter(move |(index, _)| page.offers(*index) == offered)
    };
    let withheld = move || {
        let names: Vec<String> = those(false).map(|(_, name)| named(&name)).collect();
        (!names.is_empty())
            .then(|| LESION_WITHHELD.with(&[("names", &names.join(LESION_LISTED.say()))]))
    };
    view! {
        <fieldset class="findings" data-testid="lesion-class">
            <legend>{move || LESION_FINDING.say()}</legend>
            {move || those(true).map(option).collect_view()}
            <p class="help">{move || LESION_CLASS_HELP.say()}</p>
            {move || withheld().map(|text| view! { <p class="help" data-testid="withheld">{text}</p> })}
        </fieldset>
    }
}
