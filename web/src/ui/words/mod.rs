//! Everything the page says, in one place and in each of its languages.
//!
//! A [`Word`] is one sentence or label in every language; `{name}` in it is replaced by a value
//! ([`Word::with`]). Words are read inside views and effects, so a change of language repaints them.

mod export;
mod failure;
mod lesion;
mod shell;
mod structure;
mod viewer;

pub use export::*;
pub use failure::*;
pub use lesion::*;
pub use shell::*;
pub use structure::*;
pub use viewer::*;

use std::cell::Cell;

use leptos::prelude::*;

/// The languages of the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// As `lang` attributes and addresses write it.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-Hans",
        }
    }

    /// The language of a code such as `zh`, `zh-CN` or `en-GB`.
    pub fn of_code(code: &str) -> Self {
        if code.to_lowercase().starts_with("zh") {
            Self::Chinese
        } else {
            Self::English
        }
    }
}

/// The language of the page, provided once by the workbench.
#[derive(Clone, Copy)]
pub struct Speech(pub RwSignal<Language>);

thread_local! {
    /// For callbacks of the browser, which belong to no view: they find no context.
    static SPOKEN: Cell<Option<Speech>> = const { Cell::new(None) };
}

impl Speech {
    /// From now on the page speaks so.
    pub fn begin(language: Language) -> Self {
        let speech = Self(RwSignal::new(language));
        SPOKEN.set(Some(speech));
        provide_context(speech);
        speech
    }
}

/// One sentence or label in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    english: &'static str,
    chinese: &'static str,
}

impl Word {
    /// The same in English and in Simplified Chinese.
    pub const fn new(english: &'static str, chinese: &'static str) -> Self {
        Self { english, chinese }
    }

    /// In this language.
    pub fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::Chinese => self.chinese,
        }
    }

    /// In the language of the page; followed by whoever reads it.
    pub fn say(self) -> &'static str {
        self.in_language(spoken())
    }

    /// As a sentence with values in place of `{name}`.
    pub fn sentence(self, values: &[(&'static str, &str)]) -> Sentence {
        let owned = |(name, value): &(&'static str, &str)| (*name, (*value).to_owned());
        Sentence {
            word: self,
            values: values.iter().map(owned).collect(),
        }
    }

    /// In the language of the page, with values in place of `{name}`.
    pub fn with(self, values: &[(&str, &str)]) -> String {
        filled(self.say(), values)
    }
}

/// A word with its values: what stays on the screen and changes with the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    word: Word,
    values: Vec<(&'static str, String)>,
}

impl From<Word> for Sentence {
    fn from(word: Word) -> Self {
        word.sentence(&[])
    }
}

impl Sentence {
    /// In this language.
    pub fn in_language(&self, language: Language) -> String {
        let values = self
            .values
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        filled(self.word.in_language(language), &values.collect::<Vec<_>>())
    }
}

/// The language of the page; followed by whoever reads it.
pub fn spoken() -> Language {
    let speech = use_context::<Speech>().or_else(|| SPOKEN.get());
    speech.and_then(|s| s.0.try_get()).unwrap_or_default()
}

fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let fill =
        |text: String, (name, value): &(&str, &str)| text.replace(&format!("{{{name}}}"), value);
    values.iter().fold(text.to_owned(), fill)
}

/// Declares words and lists them all for the tests:
/// `words! { /// What it is for. SAMPLE = "Sample", "\u{91c7}\u{6837}"; }`.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $english:literal, $chinese:literal;)*) => {
        $($(#[$doc])* pub const $name: $crate::ui::words::Word = $crate::ui::words::Word::new($english, $chinese);)*
        /// Every word of this part, for the tests.
        #[cfg(test)]
        pub(super) const ALL: &[$crate::ui::words::Word] = &[$($name),*];
    };
}
use words;

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(unused_qualifications, reason = "every part has a list of this name")]
    fn all() -> impl Iterator<Item = &'static Word> {
        [
            export::ALL,
            failure::ALL,
            lesion::ALL,
            shell::ALL,
            structure::ALL,
            viewer::ALL,
        ]
        .into_iter()
        .flatten()
    }

    fn names(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> = text
            .split('{')
            .skip(1)
            .filter_map(|part| part.split('}').next())
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn every_word_is_there_in_both_languages_with_the_same_values() {
        for word in all() {
            assert!(
                !word.english.is_empty() && !word.chinese.is_empty(),
                "{word:?}"
            );
            assert_eq!(names(word.english), names(word.chinese), "{word:?}");
        }
    }

    #[test]
    fn values_take_their_places() {
        assert_eq!(
            filled("{n} of {all}", &[("n", "3"), ("all", "9")]),
            "3 of 9"
        );
    }
}
