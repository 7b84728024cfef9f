//! The page around the workbench: its language, its colours, what it has stored.

use super::words::Language;

/// The language of the page: the one asked for by address, stored, or the browser's.
pub fn language() -> Language {
    Language::of_code(
        &web_sys::window()
            .and_then(|w| w.navigator().language())
            .unwrap_or_default(),
    )
}
