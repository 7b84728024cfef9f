//! How a model came to be, as a record: a reader shows it and never acts on it.

/// JSON that the trainer wrote: its version and, per run, stage, steps, rates, seed and recipe. Kept as text, since
/// what a later trainer writes there must be no business of this reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance(String);

impl Provenance {
    /// A record of this content.
    ///
    /// # Panics
    /// When the content cannot be written as JSON: a map whose keys are no text.
    pub fn new(content: &impl serde::Serialize) -> Self {
        Self(serde_json::to_string(content).expect("a record of plain values"))
    }

    /// The record in these bytes, or what is wrong with them.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
        serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|e| e.to_string())?;
        Ok(Self(text.into()))
    }

    /// The JSON.
    pub fn text(&self) -> &str {
        &self.0
    }
}
