//! What saved files are called and what they say of themselves.

use scanweave::dataset::MARK;

/// What a file is made of: study, seed and, for one modality, its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// Name of the study, from a model that may be a stranger's.
    pub study: String,
    /// Seed of the picture, or of its noise where lines were drawn or brought.
    pub seed: u64,
}

impl Title {
    /// The beginning of a file name.
    pub fn stem(&self) -> String {
        format!("synthetic-{}-{}", plain(&self.study), self.seed)
    }

    /// The sentence inside a file.
    pub fn text(&self, what: &str) -> String {
        let study = plain(&self.study);
        format!(
            "{MARK} {what}, not for diagnosis. scanweave {}, study {study}, seed {}.",
            env!("CARGO_PKG_VERSION"),
            self.seed
        )
    }
}

/// Letters, digits and dashes of a name: what every file system and format takes.
pub fn plain(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    name.chars().take(40).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_texts_say_what_it_is() {
        let title = Title {
            study: "brain-mri".into(),
            seed: 7,
        };
        assert_eq!(title.stem(), "synthetic-brain-mri-7");
        assert!(
            title
                .text("image")
                .starts_with("SYNTHETIC image, not for diagnosis.")
        );
        assert_eq!(plain("../../\u{5408} x\0"), "--------x-");
        assert_eq!(plain(&"a".repeat(99)).len(), 40);
    }
}
