//! Text in tables that people open in a spreadsheet.

use std::borrow::Cow;

/// A cell that no spreadsheet takes for a formula: one that would begin as a formula does gets an apostrophe before it, which
/// a spreadsheet shows as the text that follows (OWASP, "CSV injection"). Readers of this project know both spellings.
///
/// ```
/// assert_eq!(scanweave::table::guarded("=1+1"), "'=1+1");
/// assert_eq!(scanweave::table::guarded("mass"), "mass");
/// ```
pub fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}
