//! What is said of a lesion that lies where none may: while it is drawn, and when it was taken back.

use leptos::prelude::*;

use super::shown::shown;
use crate::ui::board::{Sheet, bytes, is_refused, newest, outside, side};
use crate::ui::page::Page;
use crate::ui::words::{LESION_INSIDE, LESION_INSIDE_BY, LESION_LIES_OUTSIDE, LESION_TAKEN_BACK};

/// Whether the last stroke was refused, and whether the lesion that is shown is legal.
#[derive(Clone, Copy)]
pub struct Verdict {
    page: Page,
    refused: RwSignal<bool>,
}

impl Verdict {
    /// Nothing was refused.
    pub fn new(page: Page) -> Self {
        Self {
            page,
            refused: RwSignal::new(false),
        }
    }

    /// A new stroke begins.
    pub fn clear(self) {
        self.refused.set(false);
    }

    /// Whether a change is refused; then it is said until the next stroke.
    pub fn judges(self, before: &Sheet, after: &Sheet) -> bool {
        let forbidden = untrack(|| forbidden(self.page));
        let no = forbidden.is_some_and(|forbidden| refused(before, after, &forbidden));
        self.refused.set(no);
        no
    }
}

/// Whether the change from one sheet to the other is refused where `forbidden` says so.
fn refused(before: &Sheet, after: &Sheet, forbidden: &[u8]) -> bool {
    is_refused(outside(before, forbidden), outside(after, forbidden))
}

/// Where no lesion may lie, 255; followed by whoever asks.
pub fn forbidden(page: Page) -> Option<Vec<u8>> {
    let side = side(page)?;
    newest(page, |picture| bytes(&picture?.forbidden, side))
}

/// The sentence.
#[component]
pub fn VerdictView(verdict: Verdict) -> impl IntoView {
    let page = verdict.page;
    let lies_outside = Memo::new(move |_| {
        let (lesion, forbidden) = (shown(page), forbidden(page));
        lesion
            .zip(forbidden)
            .is_some_and(|(lesion, forbidden)| outside(&lesion, &forbidden) > 0)
    });
    let margin = move || {
        let size = side(page).unwrap_or(0);
        page.opened
            .with(|m| m.as_ref().map_or(0, |m| m.study.lesion_margin_at(size)))
    };
    let rule = move || match margin() {
        0 => LESION_INSIDE.say().to_owned(),
        margin => LESION_INSIDE_BY.with(&[("margin", &margin.to_string())]),
    };
    let said = move || {
        let more = if lies_outside.get() {
            LESION_LIES_OUTSIDE
        } else if verdict.refused.get() {
            LESION_TAKEN_BACK
        } else {
            return String::new();
        };
        format!("{} {}", rule(), more.say())
    };
    let shows = move || verdict.refused.get() || lies_outside.get();
    view! {
        <p class="verdict" role="alert" data-testid="lesion-refused" data-refused=move || verdict.refused.get().to_string()
            hidden=move || !shows()>{said}</p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_over_the_outline_is_refused_and_one_back_is_not() {
        let forbidden = [0, 0, 255, 255];
        let mut inside = Sheet::empty(2);
        inside.put((0, 0), 1);
        let mut over = inside.clone();
        over.put((0, 1), 1);
        let mut far = over.clone();
        far.put((1, 1), 1);
        assert!(refused(&inside, &over, &forbidden));
        assert!(refused(&over, &far, &forbidden));
        assert!(!refused(&far, &over, &forbidden));
        assert!(!refused(&over, &inside, &forbidden));
    }
}
