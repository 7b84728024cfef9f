//! Model cards: what people must know before they believe a picture. The model that is loaded carries
//! its card; those of the other models are read from `assets/cards/` when they are unfolded.

use leptos::prelude::*;
use leptos::task::spawn_local;
use scanweave::weights::Card;
use wasm_bindgen::JsCast;
use web_sys::HtmlDetailsElement;

use super::catalogue::fetch_text;
use super::page::{Offer, Page};
use super::site;
use super::words::{
    CARD_COMMANDS, CARD_DATA, CARD_DIGEST, CARD_FIGURE, CARD_FIGURES, CARD_FILE, CARD_LICENCE,
    CARD_LIMITS, CARD_LOADED, CARD_LOADING, CARD_MISSING, CARD_MODEL, CARD_SIZE, CARD_SIZE_FILE,
    CARD_SIZE_VALUE, CARD_TEST, CARD_TEST_NONE, CARD_TEST_VALUE, CARD_TRAINING, CARD_VALUE,
    CARD_WITHHELD, CARDS, CARDS_HELP, Word,
};
use crate::model::protocol::ModelInfo;

/// All cards: first that of the loaded model.
#[component]
pub fn Cards() -> impl IntoView {
    let page = expect_context::<Page>();
    let others = move || {
        let loaded = page.opened.with(|m| m.as_ref().map(|m| m.sha256.clone()));
        let entries = page.catalogue.get().into_iter();
        entries
            .filter(move |entry| loaded.as_ref() != Some(&entry.sha256))
            .map(|entry| view! { <Other entry /> })
            .collect_view()
    };
    view! {
        <section class="cards" aria-labelledby="cards-title">
            <h2 id="cards-title">{move || CARDS.say()}</h2>
            <p class="help">{move || CARDS_HELP.say()}</p>
            {move || page.opened.get().map(|model| view! { <Loaded model /> })}
            {others}
        </section>
    }
}

/// The card inside the model that is loaded.
#[component]
fn Loaded(model: ModelInfo) -> impl IntoView {
    let page = expect_context::<Page>();
    let study = model.study.name.clone();
    let title = model.study.title.clone();
    let name = move || site::study(&study).unwrap_or_else(|| title.clone());
    let digest = model.sha256.clone();
    let offered = page
        .catalogue
        .with_untracked(|c| c.iter().find(|e| e.sha256 == digest).cloned());
    let size = move || {
        let (side, latent) = (model.geometry.size, model.geometry.latent);
        CARD_SIZE_VALUE.with(&[
            ("side", &side.to_string()),
            ("latent", &latent.to_string()),
            ("size", &megabytes(model.bytes)),
        ])
    };
    let test = move || match model.self_test {
        Some(difference) => CARD_TEST_VALUE.with(&[("difference", &format!("{difference:.4}"))]),
        None => CARD_TEST_NONE.say().to_owned(),
    };
    view! {
        <details class="panel card" data-testid="card">
            <summary>{move || CARD_LOADED.with(&[("name", &name())])}</summary>
            <div class="body">
                <Facts card=model.card>
                    <dt>{move || CARD_SIZE.say()}</dt><dd>{size}</dd>
                    <dt>{move || CARD_TEST.say()}</dt><dd>{test}</dd>
                    <dt>{move || CARD_DIGEST.say()}</dt><dd>{model.sha256}</dd>
                    {offered.map(|entry| view! { <File entry /> })}
                </Facts>
            </div>
        </details>
    }
}

/// The card of a model that is not loaded; read once, when it is unfolded.
#[component]
fn Other(entry: Offer) -> impl IntoView {
    let card = RwSignal::new(None::<Result<Card, ()>>);
    let path = format!("assets/cards/{}.json", entry.id);
    let unfolded = move |event: web_sys::Event| {
        let target = event.target().and_then(|t| t.dyn_into().ok());
        let open = target.is_some_and(|details: HtmlDetailsElement| details.open());
        if open && !matches!(card.get_untracked(), Some(Ok(_))) {
            let path = path.clone();
            spawn_local(async move { card.set(Some(fetch(&path).await)) });
        }
    };
    let (named, shown) = (entry.clone(), entry.clone());
    let content = move || {
        let entry = shown.clone();
        match card.get() {
            None => view! { <p class="help">{move || CARD_LOADING.say()}</p> }.into_any(),
            Some(Err(())) => view! { <p>{move || CARD_MISSING.say()}</p> }.into_any(),
            Some(Ok(card)) => {
                let size = megabytes(entry.bytes);
                let digest = entry.sha256.clone();
                view! {
                    <Facts card>
                        <dt>{move || CARD_SIZE.say()}</dt>
                        <dd>{move || CARD_SIZE_FILE.with(&[("size", &size)])}</dd>
                        <dt>{move || CARD_DIGEST.say()}</dt><dd>{digest}</dd>
                        <File entry />
                    </Facts>
                }
                .into_any()
            }
        }
    };
    view! {
        <details class="panel card" data-testid=format!("card-{}", entry.id) on:toggle=unfolded>
            <summary>{move || named.name()}</summary>
            <div class="body">{content}</div>
        </details>
    }
}

async fn fetch(path: &str) -> Result<Card, ()> {
    let text = fetch_text(path).await.map_err(|_| ())?;
    serde_json::from_str(&text).map_err(|_| ())
}

/// Where the weights can be had as a file.
#[component]
fn File(entry: Offer) -> impl IntoView {
    let (address, name) = (entry.address(), entry.file.clone());
    view! {
        <dt>{move || CARD_FILE.say()}</dt>
        <dd><a href=address download=name>{entry.file}</a></dd>
    }
}

/// What a card says; it is written in English. `children` are further rows.
#[component]
fn Facts(card: Card, children: Children) -> impl IntoView {
    let row = |(name, value): (Word, String)| {
        (!value.is_empty()).then(|| {
            view! { <dt>{move || name.say()}</dt><dd lang="en">{value}</dd> }
        })
    };
    let withheld = card.withheld.iter();
    let withheld: Vec<String> = withheld
        .map(|w| format!("{}: {}", w.class, w.why))
        .collect();
    let rows = [
        (CARD_MODEL, card.title),
        (CARD_DATA, card.data),
        (CARD_LICENCE, card.licence),
        (CARD_TRAINING, card.training),
        (CARD_LIMITS, card.limits),
        (CARD_WITHHELD, withheld.join("\n")),
    ];
    let figures = card.figures;
    let commands = card.commands.join("\n");
    view! {
        <dl>{rows.into_iter().map(row).collect_view()}{children()}</dl>
        {(!figures.is_empty()).then(|| view! {
            <table>
                <caption>{move || CARD_FIGURES.say()}</caption>
                <thead><tr><th scope="col">{move || CARD_FIGURE.say()}</th><th scope="col">{move || CARD_VALUE.say()}</th></tr></thead>
                <tbody lang="en">
                    {figures.into_iter().map(|f| view! { <tr><th scope="row">{f.name}</th><td>{f.value}</td></tr> }).collect_view()}
                </tbody>
            </table>
        })}
        {(!commands.is_empty()).then(|| view! {
            <p class="label">{move || CARD_COMMANDS.say()}</p>
            <pre lang="en">{commands}</pre>
        })}
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}
