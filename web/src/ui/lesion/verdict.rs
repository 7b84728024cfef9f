//! What is said of a lesion that lies where none may: while it is drawn, and when it was taken back.

use leptos::prelude::*;

use super::shown::shown;
use crate::ui::board::{Allowed, Sheet, bytes, clipped, is_refused, newest, outside, side};
use crate::ui::page::Page;
use crate::ui::words::{
    LESION_CUT, LESION_INSIDE, LESION_INSIDE_BY, LESION_LIES_OUTSIDE, LESION_TAKEN_BACK,
};

/// What became of the last change, and whether the lesion that is shown is legal.
#[derive(Clone, Copy)]
pub struct Verdict {
    page: Page,
    end: RwSignal<End>,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It stays as it is.
    Whole,
    /// What reached over the border was cut off.
    Cut,
    /// It was taken back.
    Refused,
}

impl Verdict {
    /// Nothing was refused.
    pub fn new(page: Page) -> Self {
        Self {
            page,
            end: RwSignal::new(End::Whole),
        }
    }

    /// A new stroke begins.
    pub fn clear(self) {
        self.end.set(End::Whole);
    }

    /// Whether a change is refused; then it is said until the next stroke.
    pub fn refuses(self, before: &Sheet, after: &Sheet) -> bool {
        let forbidden = untrack(|| forbidden(self.page));
        let no = forbidden.is_some_and(|forbidden| refused(before, after, &forbidden));
        self.end.set(if no { End::Refused } else { End::Whole });
        no
    }

    /// What of a stroke stays; that some or all of it does not is said until the next one.
    pub fn clips(self, before: &Sheet, after: &Sheet) -> Allowed {
        let forbidden = untrack(|| forbidden(self.page));
        let allowed = forbidden.map_or(Allowed::All, |no| allowed(before, after, &no));
        self.end.set(match allowed {
            Allowed::All => End::Whole,
            Allowed::Part(_) => End::Cut,
            Allowed::Nothing => End::Refused,
        });
        allowed
    }
}

/// Whether the change from one sheet to the other is refused where `forbidden` says so.
fn refused(before: &Sheet, after: &Sheet, forbidden: &[u8]) -> bool {
    is_refused(outside(before, forbidden), outside(after, forbidden))
}

/// What of the change from one sheet to the other stays.
fn allowed(before: &Sheet, after: &Sheet, forbidden: &[u8]) -> Allowed {
    let kept = clipped(before, after, forbidden);
    if kept == *after {
        Allowed::All
    } else if kept == *before {
        Allowed::Nothing
    } else {
        Allowed::Part(kept)
    }
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
        let more = match (lies_outside.get(), verdict.end.get()) {
            (true, _) => LESION_LIES_OUTSIDE,
            (false, End::Refused) => LESION_TAKEN_BACK,
            (false, End::Cut) => LESION_CUT,
            (false, End::Whole) => return String::new(),
        };
        format!("{} {}", rule(), more.say())
    };
    let refused = move || verdict.end.get() == End::Refused;
    let shows = move || verdict.end.get() != End::Whole || lies_outside.get();
    view! {
        <p class="verdict" role="alert" data-testid="lesion-refused" data-refused=move || refused().to_string()
            hidden=move || !shows()>{said}</p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::board::Spot;

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

    #[test]
    fn a_stroke_over_the_outline_ends_there_and_one_beyond_it_leaves_nothing() {
        let forbidden = [0, 0, 255, 255];
        let none = Sheet::empty(2);
        let drawn = |spots: &[Spot]| {
            let mut sheet = none.clone();
            for &spot in spots {
                sheet.put(spot, 1);
            }
            sheet
        };
        let inside = drawn(&[(0, 0), (1, 0)]);
        let over = drawn(&[(0, 0), (0, 1), (1, 0)]);
        let beyond = drawn(&[(0, 1)]);
        assert_eq!(allowed(&none, &inside, &forbidden), Allowed::All);
        assert_eq!(allowed(&none, &over, &forbidden), Allowed::Part(inside));
        assert_eq!(allowed(&none, &beyond, &forbidden), Allowed::Nothing);
        assert_eq!(
            allowed(&beyond, &none, &forbidden),
            Allowed::All,
            "rubbed out"
        );
    }
}
