//! What an address asks for and the page cannot show: said, and never replaced without a word.

use leptos::prelude::*;
use web_sys::UrlSearchParams;

use crate::ui::number::number;
use crate::ui::page::{MAX_SEED, Page};
use crate::ui::words::{ADDRESS_REFUSED, Sentence};

/// What there is to compute with, as an address names it; the first is the usual one.
const BACKENDS: [&str; 3] = ["auto", "cpu", "webgpu"];

/// What the address said that the page was opened with; `None` what it left open.
#[derive(Debug, Default, PartialEq)]
pub struct Asked {
    model: Option<String>,
    seed: Option<String>,
    class: Option<String>,
    backend: Option<String>,
}

/// What is shown in its place.
struct Shown {
    /// Whether the model that was asked for is on offer.
    is_on_offer: bool,
    model: String,
    seed: u64,
    /// The findings that can be chosen; none where the study knows none.
    offered: Vec<usize>,
    class: usize,
}

impl Asked {
    /// Of the address that has these parameters.
    pub fn of(query: &UrlSearchParams) -> Self {
        Self {
            model: query.get("model").filter(|id| !id.is_empty()),
            seed: query.get("seed"),
            class: query.get("class"),
            backend: query.get("backend"),
        }
    }

    /// What is to be said of it, now that the first model is open.
    pub fn refused(&self, page: Page) -> Option<Sentence> {
        let offered = |id: &String| {
            page.catalogue
                .with_untracked(|offers| offers.iter().any(|offer| offer.id == *id))
        };
        let shown = Shown {
            is_on_offer: self.model.as_ref().is_none_or(offered),
            model: page.model.get_untracked(),
            seed: page.seed.get_untracked(),
            offered: (0..page.findings().len())
                .filter(|&finding| page.offers(finding))
                .collect(),
            class: page.class.get_untracked(),
        };
        let wrong = self.wrong(&shown);
        let listed = |part: fn(&(String, String)) -> &str| {
            let parts: Vec<&str> = wrong.iter().map(part).collect();
            parts.join(", ")
        };
        let (asked, shown) = (listed(|w| &w.0), listed(|w| &w.1));
        let said = || ADDRESS_REFUSED.sentence(&[("asked", &asked), ("shown", &shown)]);
        (!wrong.is_empty()).then(said)
    }

    /// What cannot be, and what is shown instead, as the address writes both.
    fn wrong(&self, shown: &Shown) -> Vec<(String, String)> {
        let counted = |text: &str, most: u64| number(text).is_some_and(|n| n <= most);
        let is_class = |text: &str| {
            let class = number(text);
            class.is_some_and(|class| match shown.offered[..] {
                [] => class == 0,
                ref offered => offered.iter().any(|&finding| finding as u64 == class),
            })
        };
        let wrong = |name: &str, text: &Option<String>, fine: &dyn Fn(&str) -> bool, own: &str| {
            let text = text.as_ref().filter(|text| !fine(text))?;
            Some((format!("{name}={text}"), format!("{name}={own}")))
        };
        let (seed, class) = (shown.seed.to_string(), shown.class.to_string());
        [
            wrong("model", &self.model, &|_| shown.is_on_offer, &shown.model),
            wrong("seed", &self.seed, &|text| counted(text, MAX_SEED), &seed),
            wrong("class", &self.class, &is_class, &class),
            wrong(
                "backend",
                &self.backend,
                &|text| BACKENDS.contains(&text),
                BACKENDS[0],
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(asked: &Asked) -> Vec<(String, String)> {
        asked.wrong(&Shown {
            is_on_offer: false,
            model: "brain".into(),
            seed: 1,
            offered: vec![0, 2],
            class: 0,
        })
    }

    #[test]
    fn what_can_be_shown_is_fine() {
        assert!(wrong(&Asked::default()).is_empty());
        let asked = Asked {
            seed: Some("4294967295".into()),
            class: Some("2".into()),
            backend: Some("cpu".into()),
            ..Asked::default()
        };
        assert!(wrong(&asked).is_empty());
    }

    /// Where there is nothing to choose, and of a class that the card withholds.
    #[test]
    fn a_finding_that_is_not_offered_is_named() {
        let asked = |class: &str| Asked {
            class: Some(class.into()),
            ..Asked::default()
        };
        let shown = |offered| Shown {
            is_on_offer: true,
            model: "brain".into(),
            seed: 1,
            offered,
            class: 0,
        };
        for (class, offered, fine) in [
            ("0", vec![], true),
            ("1", vec![], false),
            ("0", vec![0], true),
            ("1", vec![0], false),
            ("3", vec![0, 2], false),
        ] {
            let wrong = asked(class).wrong(&shown(offered));
            assert_eq!(wrong.is_empty(), fine, "{class}: {wrong:?}");
        }
    }

    #[test]
    fn nonsense_is_named_with_what_stands_in_its_place() {
        let pair = |asked: &str, shown: &str| (asked.to_owned(), shown.to_owned());
        let text = |text: &str| Some(text.to_owned());
        for seed in ["-5", "2.5", "", "4294967296"] {
            let asked = Asked {
                seed: text(seed),
                ..Asked::default()
            };
            assert_eq!(wrong(&asked), [pair(&format!("seed={seed}"), "seed=1")]);
        }
        let asked = Asked {
            model: text("knee"),
            class: text("1"),
            backend: text("abacus"),
            ..Asked::default()
        };
        let expected = [
            pair("model=knee", "model=brain"),
            pair("class=1", "class=0"),
            pair("backend=abacus", "backend=auto"),
        ];
        assert_eq!(wrong(&asked), expected);
    }
}
