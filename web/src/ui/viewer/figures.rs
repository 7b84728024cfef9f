//! The figures of the picture: what can be said of it in numbers, silent while it is not known.

use leptos::prelude::*;
use scanweave::synthesis::PairRegister;

use super::shown;
use crate::model::protocol::{Figures, Found, MapFigures, Picture, Pixels};
use crate::ui::page::Page;
use crate::ui::status;
use crate::ui::words::{
    FIGURE_BACKEND, FIGURE_DICE, FIGURE_DICE_NOTE, FIGURE_DICE_VALUE, FIGURE_NO_LESION,
    FIGURE_NOT_ASKED, FIGURE_NOT_FOUND, FIGURE_REGISTER, FIGURE_REGISTER_VALUE, FIGURE_STRUCTURE,
    FIGURE_TIME, FIGURE_TIME_VALUE, FIGURE_UNKNOWN, FIGURES, MAP_FAILS, MAP_PASSES, MAP_SCORE,
    MAP_SHAPE, REGISTER_MEANS,
};

/// The list of them.
#[component]
pub fn Panel() -> impl IntoView {
    let page = expect_context::<Page>();
    let guided = move || page.figures.with(|f| f.as_ref().is_some_and(any_found));
    let row = |row: Row| view! { <div><dt>{row.name}</dt><dd>{shown_value(row.value, row.means)}</dd></div> };
    view! {
        <section class="figures" data-testid="figures" aria-labelledby="figures-title">
            <h2 id="figures-title">{move || FIGURES.say()}</h2>
            <dl>{move || rows(page).into_iter().map(row).collect_view()}</dl>
            <Show when=guided><p class="help">{move || FIGURE_DICE_NOTE.say()}</p></Show>
        </section>
    }
}

/// A figure as it is listed.
struct Row {
    name: String,
    value: String,
    /// What the value means, for those who ask.
    means: Option<String>,
}

impl From<(String, String)> for Row {
    fn from((name, value): (String, String)) -> Self {
        Self {
            name,
            value,
            means: None,
        }
    }
}

/// A value, and what it means behind a click.
fn shown_value(value: String, means: Option<String>) -> AnyView {
    match means {
        None => value.into_any(),
        Some(means) => view! {
            <details class="means"><summary>{value}</summary><p class="help">{means}</p></details>
        }
        .into_any(),
    }
}

fn any_found(figures: &Figures) -> bool {
    figures.found.iter().any(Option::is_some)
}

/// Names and values of what is known.
fn rows(page: Page) -> Vec<Row> {
    let mut rows = page
        .figures
        .with(|f| f.as_ref().map_or_else(Vec::new, |f| measured(page, f)));
    if let Some(time) = page.time.get() {
        let time = format!("{time:.0}");
        let value = FIGURE_TIME_VALUE.with(&[("time", &time)]);
        rows.push((FIGURE_TIME.say().into(), value).into());
    }
    if let Some(backend) = page.backend.get() {
        let name = status::backend_name(backend.kind);
        rows.push((FIGURE_BACKEND.say().into(), name.into()).into());
    }
    rows
}

fn measured(page: Page, figures: &Figures) -> Vec<Row> {
    let found = figures.found.iter().enumerate();
    let asked = page
        .picture
        .with(|picture| picture.as_ref().is_some_and(asks_for_lesion));
    let mut rows: Vec<Row> = found
        .filter_map(|(index, found)| Some((index, found.as_ref()?)))
        .map(|(index, found)| {
            let name = FIGURE_DICE.with(&[("name", &shown::name(page, index))]);
            (name, dice(found, asked)).into()
        })
        .collect();
    let pairs = figures.register.iter();
    rows.extend(pairs.map(|pair| register(page, pair)));
    rows.extend(figures.map.map(verdict));
    rows
}

/// What the structure filter says of the map, and what it looked at.
fn verdict(map: MapFigures) -> Row {
    let word = if map.accepted { MAP_PASSES } else { MAP_FAILS };
    let percent = |share: f32| format!("{:.1}", 100.0 * share);
    let shape = MAP_SHAPE.with(&[
        ("open", &percent(map.error)),
        ("torn", &percent(map.ragged)),
    ]);
    let score = map
        .score
        .map(|score| MAP_SCORE.with(&[("score", &format!("{score:.2}"))]));
    Row {
        name: FIGURE_STRUCTURE.say().into(),
        value: word.say().into(),
        means: Some([shape, score.unwrap_or_default()].join(" ")),
    }
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
        Some(_) if area(&found.shades) == 0 => FIGURE_NOT_FOUND.say().into(),
        Some(dice) => FIGURE_DICE_VALUE.with(&[("dice", &format!("{dice:.2}"))]),
        None => FIGURE_NO_LESION.say().into(),
    }
}

fn register(page: Page, pair: &PairRegister) -> Row {
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
    Row {
        name,
        value,
        means: Some(REGISTER_MEANS.say().into()),
    }
}
