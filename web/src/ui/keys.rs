//! Keys of the whole page: arrow keys step the seed, unless a field or a tool needs them; Ctrl and Z
//! take the last change back.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, KeyboardEvent};

use super::page::Controller;

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Step(i64),
    Undo,
    Redo,
}

/// The keys that are held with another.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    control: bool,
    shift: bool,
    alt: bool,
}

/// Where the keyboard's focus is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    /// Text is typed: it has an undo of its own.
    Text,
    /// A tool or a list that needs the arrow keys.
    Tool,
    Elsewhere,
}

fn wish(key: &str, held: Held, focus: Focus) -> Option<Wish> {
    if held.alt {
        return None;
    }
    match (key, held.control, held.shift) {
        ("z" | "Z", true, false) if focus != Focus::Text => Some(Wish::Undo),
        ("z" | "Z", true, true) | ("y" | "Y", true, false) if focus != Focus::Text => {
            Some(Wish::Redo)
        }
        ("ArrowRight", false, false) if focus == Focus::Elsewhere => Some(Wish::Step(1)),
        ("ArrowLeft", false, false) if focus == Focus::Elsewhere => Some(Wish::Step(-1)),
        _ => None,
    }
}

/// Listens on the whole page.
pub fn listen(controller: Controller) {
    let handle = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        // Whoever took the key on its way here has used it.
        if event.default_prevented() {
            return;
        }
        let held = Held {
            control: event.ctrl_key() || event.meta_key(),
            shift: event.shift_key(),
            alt: event.alt_key(),
        };
        let Some(wish) = wish(&event.key(), held, focus(&event)) else {
            return;
        };
        event.prevent_default();
        match wish {
            Wish::Step(by) => controller.step(by),
            Wish::Undo => controller.undo(),
            Wish::Redo => controller.redo(),
        }
    });
    on_cleanup(move || handle.remove());
}

fn focus(event: &KeyboardEvent) -> Focus {
    let Some(target) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) else {
        return Focus::Elsewhere;
    };
    if let Some(input) = target.dyn_ref::<HtmlInputElement>() {
        return match input.type_().as_str() {
            "range" | "checkbox" | "radio" | "color" | "file" => Focus::Tool,
            _ => Focus::Text,
        };
    }
    match target.tag_name().as_str() {
        "TEXTAREA" => Focus::Text,
        "SELECT" => Focus::Tool,
        // A selector that is valid: this cannot fail.
        _ if matches!(target.closest("[data-keys]"), Ok(Some(_))) => Focus::Tool,
        _ => Focus::Elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Held = Held {
        control: false,
        shift: false,
        alt: false,
    };

    #[test]
    fn arrows_step_the_seed_where_nothing_else_needs_them() {
        assert_eq!(
            wish("ArrowRight", PLAIN, Focus::Elsewhere),
            Some(Wish::Step(1))
        );
        assert_eq!(
            wish("ArrowLeft", PLAIN, Focus::Elsewhere),
            Some(Wish::Step(-1))
        );
        assert_eq!(wish("ArrowLeft", PLAIN, Focus::Tool), None);
        assert_eq!(wish("ArrowLeft", PLAIN, Focus::Text), None);
        let shift = Held {
            shift: true,
            ..PLAIN
        };
        assert_eq!(wish("ArrowLeft", shift, Focus::Elsewhere), None);
    }

    #[test]
    fn undo_and_redo_work_everywhere_but_in_text() {
        let control = Held {
            control: true,
            ..PLAIN
        };
        let both = Held {
            shift: true,
            ..control
        };
        assert_eq!(wish("z", control, Focus::Tool), Some(Wish::Undo));
        assert_eq!(wish("Z", both, Focus::Elsewhere), Some(Wish::Redo));
        assert_eq!(wish("y", control, Focus::Tool), Some(Wish::Redo));
        assert_eq!(wish("z", control, Focus::Text), None);
        assert_eq!(wish("z", PLAIN, Focus::Elsewhere), None);
        let alt = Held {
            alt: true,
            ..control
        };
        assert_eq!(wish("z", alt, Focus::Elsewhere), None);
    }
}
