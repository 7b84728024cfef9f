//! A field for a whole number, checked where it is typed. What is none, or out of range, is refused with a sentence:
//! it stays as it was typed, nothing takes its place, and what needs the number waits until it is mended.

use leptos::html::Input;
use leptos::prelude::*;

use super::words::NUMBER_REFUSED;

/// A number that is typed.
#[derive(Clone, Copy)]
pub struct Typed {
    id: &'static str,
    value: Signal<u64>,
    least: u64,
    most: u64,
    refused: RwSignal<bool>,
}

impl Typed {
    /// A number from `least` to `most`, typed into the field of this id; `value` is the one in use.
    pub fn new(id: &'static str, value: impl Into<Signal<u64>>, least: u64, most: u64) -> Self {
        Self {
            id,
            value: value.into(),
            least,
            most,
            refused: RwSignal::new(false),
        }
    }

    /// Whether what stands in the field was refused; followed by whoever asks.
    pub fn is_refused(self) -> bool {
        self.refused.get()
    }

    /// Judges a text; returns the number that it is. Who has just emptied the field is still typing, until they
    /// leave it.
    fn judge(self, text: &str, leaves: bool) -> Option<u64> {
        let number = number(text).filter(|n| (self.least..=self.most).contains(n));
        let unfinished = text.is_empty() && !leaves;
        self.refused.set(number.is_none() && !unfinished);
        number
    }
}

/// Digits alone: a sign, a fraction or a power of ten is refused, also where it means a whole number.
pub fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

/// The field, whose id is its `data-testid` too; [`Refusal`] belongs beneath it.
#[component]
pub fn NumberField(
    typed: Typed,
    /// Whether nothing can be typed now.
    #[prop(into)]
    off: Signal<bool>,
    /// Id of what describes it, where there is more than the refusal.
    #[prop(optional)]
    help: &'static str,
    /// A number that is in range.
    take: impl Fn(u64) + 'static,
) -> impl IntoView {
    let node = NodeRef::<Input>::new();
    Effect::new(move |_| {
        // A number that came from elsewhere stands in place of one that was refused.
        let value = typed.value.get().to_string();
        typed.refused.set(false);
        if let Some(field) = node.get().filter(|field| field.value() != value) {
            field.set_value(&value);
        }
    });
    let input = move |event| {
        if let Some(number) = typed.judge(&event_target_value(&event), false) {
            take(number);
        }
    };
    let change = move |event| {
        typed.judge(&event_target_value(&event), true);
    };
    let described = format!("{}-refused {help}", typed.id);
    view! {
        <input node_ref=node id=typed.id data-testid=typed.id type="number" inputmode="numeric"
            min=typed.least.to_string() max=typed.most.to_string() disabled=move || off.get()
            aria-invalid=move || typed.is_refused().to_string() aria-describedby=described.trim_end().to_owned()
            on:input=input on:change=change />
    }
}

/// Why a number was refused.
#[component]
pub fn Refusal(typed: Typed) -> impl IntoView {
    let name = format!("{}-refused", typed.id);
    let said = move || {
        let (least, most) = (typed.least.to_string(), typed.most.to_string());
        NUMBER_REFUSED.with(&[("least", &least), ("most", &most)])
    };
    view! {
        <p class="verdict" role="alert" id=name.clone() data-testid=name hidden=move || !typed.is_refused()>
            {move || typed.is_refused().then(said)}
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_digits_alone() {
        assert_eq!(number("0"), Some(0));
        assert_eq!(number("4294967295"), Some(4_294_967_295));
        for text in [
            "",
            "-3",
            "+3",
            "2.5",
            "1e2",
            "3 ",
            "0x1",
            "99999999999999999999",
        ] {
            assert_eq!(number(text), None, "{text:?}");
        }
    }
}
