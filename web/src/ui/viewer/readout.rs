//! The line that says where the cross-hair is and what every modality is there: its grey, or its red, green and
//! blue.

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
        let value = value_of(pixels.at(x, y)?);
        Some(format!("{} {value}", shown::name(page, index)))
    };
    let values: Vec<String> = (0..shown::count(page)).filter_map(value).collect();
    READ_OUT.with(&[
        ("x", &x.to_string()),
        ("y", &y.to_string()),
        ("values", &values.join(" \u{b7} ")),
    ])
}

/// The value of a pixel by its bytes.
fn value_of(pixel: &[u8]) -> String {
    match pixel {
        [red, green, blue] => format!("R {red} G {green} B {blue}"),
        _ => pixel.iter().map(u8::to_string).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::value_of;

    #[test]
    fn greys_are_one_number_and_colours_three() {
        assert_eq!(value_of(&[38]), "38");
        assert_eq!(value_of(&[1, 20, 255]), "R 1 G 20 B 255");
    }
}
