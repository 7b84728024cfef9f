//! What an address asks for.

use crate::model::protocol::BackendChoice;
use crate::model::scene::Scene;

/// What an address asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wish {
    /// Id of the model, empty for the first.
    pub model: String,
    /// Seed of the first picture.
    pub seed: u64,
    /// Finding of the first picture.
    pub class: usize,
    /// Which backend to use.
    pub backend: BackendChoice,
    /// A whole scene, from a shared link.
    pub scene: Option<Scene>,
    /// How the pictures are looked at.
    pub look: String,
}
