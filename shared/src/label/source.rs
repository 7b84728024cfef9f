//! Where the label of an image is read from.

use super::{ClassMap, Label, LabelBox, LabelKind};

/// What a data set holds of one image. A kind asks for what it needs alone, so a folder may hold
/// classes, masks and boxes side by side.
pub trait Source {
    /// Why something that is there cannot be read.
    type Error;

    /// The class of the whole image, an index into the study's classes; `None` where nobody says.
    fn class(&self) -> Option<usize>;

    /// The lesion mask at working size; `None` where the image has none.
    ///
    /// # Errors
    /// When it cannot be read.
    fn mask(&self) -> Result<Option<ClassMap>, Self::Error>;

    /// The boxes in pixels of the working size; `None` where nobody looked for any.
    ///
    /// # Errors
    /// When they cannot be read.
    fn boxes(&self) -> Result<Option<Vec<LabelBox>>, Self::Error>;
}

impl LabelKind {
    /// The label of an image.
    ///
    /// # Errors
    /// Those of the source.
    pub fn read<S: Source>(&self, source: &S) -> Result<Label, S::Error> {
        let label = match self {
            Self::None => None,
            Self::Class(_) => source.class().map(Label::Class),
            Self::Mask(_) => source.mask()?.map(Label::Mask),
            Self::Boxes(_) => source.boxes()?.map(Label::Boxes),
        };
        Ok(label.unwrap_or_default())
    }
}
