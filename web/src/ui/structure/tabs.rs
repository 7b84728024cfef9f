//! Tabs as people with a keyboard expect them: one stop of the tab key, arrow keys between them.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use crate::ui::words::{TAB_DRAW, TAB_IMAGE, TAB_SAMPLE, TAB_WALK, TABS_NAME, Word};

/// Where the structure map comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Normal noise of a seed.
    Sample,
    /// A place in the latent space.
    Walk,
    /// The user's image.
    Image,
    /// The user's hand.
    Draw,
}

impl Tab {
    const ALL: [Self; 4] = [Self::Sample, Self::Walk, Self::Image, Self::Draw];

    fn word(self) -> Word {
        match self {
            Self::Sample => TAB_SAMPLE,
            Self::Walk => TAB_WALK,
            Self::Image => TAB_IMAGE,
            Self::Draw => TAB_DRAW,
        }
    }

    /// Its id, also its `data-testid`.
    fn id(self) -> &'static str {
        match self {
            Self::Sample => "tab-sample",
            Self::Walk => "tab-walk",
            Self::Image => "tab-image",
            Self::Draw => "tab-draw",
        }
    }

    fn pane(self) -> &'static str {
        match self {
            Self::Sample => "pane-sample",
            Self::Walk => "pane-walk",
            Self::Image => "pane-image",
            Self::Draw => "pane-draw",
        }
    }

    /// Where a key leads from here, `None` for keys that lead nowhere.
    fn after(self, key: &str) -> Option<Self> {
        let count = Self::ALL.len();
        let own = Self::ALL.iter().position(|&tab| tab == self)?;
        let next = match key {
            "ArrowRight" => (own + 1) % count,
            "ArrowLeft" => (own + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return None,
        };
        Some(Self::ALL[next])
    }
}

/// The row of tabs.
#[component]
pub fn Tabs(tab: RwSignal<Tab>) -> impl IntoView {
    let keyed = move |event: KeyboardEvent| {
        if let Some(next) = tab.get_untracked().after(&event.key()) {
            event.prevent_default();
            tab.set(next);
            focus(next.id());
        }
    };
    let button = move |own: Tab| {
        let chosen = move || tab.get() == own;
        view! {
            <button type="button" role="tab" id=own.id() data-testid=own.id() aria-controls=own.pane()
                aria-selected=move || chosen().to_string() tabindex=move || if chosen() { "0" } else { "-1" }
                on:click=move |_| tab.set(own)>{move || own.word().say()}</button>
        }
    };
    view! {
        <div class="tabs" role="tablist" data-keys="" aria-label=move || TABS_NAME.say() on:keydown=keyed>
            {Tab::ALL.map(button).collect_view()}
        </div>
    }
}

/// What belongs to a tab.
#[component]
pub fn Pane(tab: RwSignal<Tab>, own: Tab, children: Children) -> impl IntoView {
    view! {
        <div class="pane" role="tabpanel" id=own.pane() aria-labelledby=own.id() hidden=move || tab.get() != own>
            {children()}
        </div>
    }
}

fn focus(id: &str) {
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        // A tab takes the focus; where it does not, it is chosen all the same.
        let _ = element.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrow_keys_go_round() {
        assert_eq!(Tab::Sample.after("ArrowRight"), Some(Tab::Walk));
        assert_eq!(Tab::Draw.after("ArrowRight"), Some(Tab::Sample));
        assert_eq!(Tab::Sample.after("ArrowLeft"), Some(Tab::Draw));
        assert_eq!(Tab::Image.after("Home"), Some(Tab::Sample));
        assert_eq!(Tab::Walk.after("End"), Some(Tab::Draw));
        assert_eq!(Tab::Walk.after("ArrowDown"), None);
    }
}
