//! Words of the page around its parts: study, status, badge, card, trouble.

super::words! {
    /// Label of the choice of models.
    STUDY = "Study", "研究";
    /// A model from the user's own file.
    OWN_FILE = "Own file", "自己的文件";
}
