//! A link to the picture.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use crate::ui::page::Page;
use crate::ui::structure::is_painted;
use crate::ui::url;
use crate::ui::words::{
    SHARE, SHARE_BY_HAND, SHARE_COPIED, SHARE_HELP, SHARE_LATER, SHARE_LINK, SHARE_OWN_FILE, Word,
};

/// Copies the link and shows it, for those whose browser keeps the clipboard to itself.
#[component]
pub fn Share() -> impl IntoView {
    let page = expect_context::<Page>();
    let link = RwSignal::new(String::new());
    let said = RwSignal::new(None::<Word>);
    let field = NodeRef::<Input>::new();
    // A link to what is no longer shown would mislead.
    Effect::new(move |_| {
        page.scene.track();
        page.model.track();
        link.set(String::new());
        said.set(None);
    });
    let share = move |_| match url::link(page) {
        None => said.set(Some(SHARE_LATER)),
        Some(address) => {
            link.set(address.clone());
            if let Some(field) = field.get_untracked() {
                field.set_value(&address);
                field.select();
            }
            spawn_local(async move {
                let copied = copy(&address).await;
                said.set(Some(if copied { SHARE_COPIED } else { SHARE_BY_HAND }));
            });
        }
    };
    let none = move || link.with(String::is_empty);
    let own = move || !none() && page.model.with(String::is_empty);
    view! {
        <button type="button" data-testid="share" disabled=move || !is_painted(page) on:click=share>{move || SHARE.say()}</button>
        <input node_ref=field data-testid="share-link" type="text" readonly=true aria-label=move || SHARE_LINK.say()
            hidden=none prop:value=move || link.get() />
        <p class="help" role="status">{move || said.get().map_or("", Word::say)}</p>
        <Show when=own><p class="help">{move || SHARE_OWN_FILE.say()}</p></Show>
        <p class="help">{move || SHARE_HELP.say()}</p>
    }
}

/// Whether the clipboard took it. Without a secure context there is none.
async fn copy(text: &str) -> bool {
    let navigator = window().navigator();
    let here = js_sys::Reflect::has(&navigator, &"clipboard".into()).unwrap_or(false);
    if !here || !window().is_secure_context() {
        return false;
    }
    JsFuture::from(navigator.clipboard().write_text(text))
        .await
        .is_ok()
}
