//! The figures of the picture: what can be said of it in numbers, silent while it is not known.

use leptos::prelude::*;
use scanweave::synthesis::PairRegister;

use super::shown;
use crate::model::protocol::{Figures, Found, Picture, Pixels};
use crate::ui::page::Page;
use crate::ui::status;
use crate::ui::words::{
    FIGURE_BACKEND, FIGURE_DICE, FIGURE_DICE_NOTE, FIGURE_DICE_VALUE, FIGURE_NO_LESION,
    FIGURE_NOT_ASKED, FIGURE_REGISTER, FIGURE_REGISTER_VALUE, FIGURE_STRUCTURE,
    FIGURE_STRUCTURE_VALUE, FIGURE_TIME, FIGURE_TIME_VALUE, FIGURE_UNKNOWN, FIGURES,
};

/// The list of them.
#[component]
pub fn Panel() -> impl IntoView {
    let page = expect_context::<Page>();
    let guided = move || page.figures.with(|f| f.as_ref().is_some_and(any_found));
    let row =
        |(name, value): (String, String)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    view! {
        <section class="figures" data-testid="figures" aria-labelledby="figures-title">
            <h2 id="figures-title">{move || FIGURES.say()}</h2>
            <dl>{move || rows(page).into_iter().map(row).collect_view()}</dl>
            <Show when=guided><p class="help">{move || FIGURE_DICE_NOTE.say()}</p></Show>
        </section>
    }
}

fn any_found(figures: &Figures) -> bool {
    figures.found.iter().any(Option::is_some)
}

/// Names and values of what is known.
fn rows(page: Page) -> Vec<(String, String)> {
    let mut rows = page
        .figures
        .with(|f| f.as_ref().map_or_else(Vec::new, |f| measured(page, f)));
    if let Some(time) = page.time.get() {
        let time = format!("{time:.0}");
        let value = FIGURE_TIME_VALUE.with(&[("time", &time)]);
        rows.push((FIGURE_TIME.say().into(), value));
    }
    if let Some(backend) = page.backend.get() {
        let name = status::backend_name(backend.kind);
        rows.push((FIGURE_BACKEND.say().into(), name.into()));
    }
    rows
}

fn measured(page: Page, figures: &Figures) -> Vec<(String, String)> {
    let found = figures.found.iter().enumerate();
    let asked = page
        .picture
        .with(|picture| picture.as_ref().is_some_and(asks_for_lesion));
    let mut rows: Vec<(String, String)> = found
        .filter_map(|(index, found)| Some((index, found.as_ref()?)))
        .map(|(index, found)| {
            let name = FIGURE_DICE.with(&[("name", &shown::name(page, index))]);
            (name, dice(found, asked))
        })
        .collect();
    rows.extend(figures.register.iter().map(|pair| register(page, pair)));
    if let Some(score) = figures.structure_score {
        let value = FIGURE_STRUCTURE_VALUE.with(&[("score", &format!("{score:.2}"))]);
        rows.push((FIGURE_STRUCTURE.say().into(), value));
    }
    rows
}

/// Whether a lesion was asked for.
fn asks_for_lesion(picture: &Picture) -> bool {
    let lesion = picture.lesion.as_ref();
    lesion.is_some_and(|lesion| area(&lesion.shades) > 0)
}

/// Pixels of a lesion.
fn area(shades: &Pixels) -> usize {
    shades.grey().iter().filter(|shade| **shade > 0).count()
}

fn dice(found: &Found, asked: bool) -> String {
    match found.dice {
        // Nothing to compare with: an overlap of 0 would blame what was found.
        Some(_) if !asked => {
            let found = area(&found.shades).to_string();
            FIGURE_NOT_ASKED.with(&[("n", &found)])
        }
        Some(dice) => FIGURE_DICE_VALUE.with(&[("dice", &format!("{dice:.2}"))]),
        None => FIGURE_NO_LESION.say().into(),
    }
}

fn register(page: Page, pair: &PairRegister) -> (String, String) {
    let known = |value: Option<f32>| {
        value.map_or_else(|| FIGURE_UNKNOWN.say().into(), |v| format!("{v:.2}"))
    };
    let name = FIGURE_REGISTER.with(&[
        ("first", &shown::titled(page, &pair.pair.0)),
        ("second", &shown::titled(page, &pair.pair.1)),
    ]);
    let value = FIGURE_REGISTER_VALUE.with(&[
        ("shift", &known(pair.shift)),
        ("information", &known(pair.information)),
    ]);
    (name, value)
}
