//! The model card: what people must know before they believe a picture.

use leptos::prelude::*;
use scanweave::protocol::ModelInfo;

use super::state::Page;

/// Card of the loaded model, folded until it is asked for.
#[component]
pub fn ModelCard() -> impl IntoView {
    let page = expect_context::<Page>();
    view! {
        {move || page.opened.get().map(|model| view! {
            <details class="card" data-testid="card">
                <summary>"About this model"</summary>
                <Facts model />
            </details>
        })}
    }
}

#[component]
fn Facts(model: ModelInfo) -> impl IntoView {
    let card = model.card;
    let test = model.self_test.map_or_else(
        || "the file holds no known picture".to_owned(),
        |d| format!("differs from the known picture by at most {d:.4} of 1"),
    );
    let figures = card.figures.into_iter().map(|f| (f.name, f.value));
    let rows = [
        (
            "Model".to_owned(),
            if card.title.is_empty() {
                model.profile.title
            } else {
                card.title
            },
        ),
        ("Data".to_owned(), card.data),
        ("Licence".to_owned(), card.licence),
        ("Training".to_owned(), card.training),
        ("Limits".to_owned(), card.limits),
        (
            "Size".to_owned(),
            format!(
                "{0} x {0} pixels, latent of {1} values, file of {2:.1} MB",
                model.geometry.size,
                model.geometry.latent,
                model.bytes as f64 / 1e6
            ),
        ),
        ("Self-test".to_owned(), test),
        ("SHA-256".to_owned(), model.sha256),
    ];
    let row = |(name, value): (String, String)| {
        (!value.is_empty()).then(|| view! { <dt>{name}</dt><dd>{value}</dd> })
    };
    view! {
        <dl>{rows.into_iter().chain(figures).map(row).collect_view()}</dl>
        <Show when={ let any = !card.commands.is_empty(); move || any }>
            <p class="label">"Made by"</p>
            <pre>{card.commands.join("\n")}</pre>
        </Show>
    }
}
