//! A model on offer.

use leptos::prelude::document;
use serde::Deserialize;

use crate::model::protocol::Source;
use crate::ui::site;

/// One model of the manifest.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Offer {
    /// Short name, also in the address.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// File name beside the manifest.
    pub file: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

impl Offer {
    /// Its name for people in the language of the page: the page knows the built-in studies.
    pub fn name(&self) -> String {
        site::study(&self.id).unwrap_or_else(|| self.title.clone())
    }

    /// Address of its file, beside the page.
    pub fn address(&self) -> String {
        format!("assets/{}", self.file)
    }

    /// What the engine needs to fetch and verify it.
    pub fn source(&self) -> Source {
        let url = absolute(&self.address());
        Source {
            title: self.title.clone(),
            url,
            bytes: self.bytes,
            sha256: self.sha256.clone(),
        }
    }
}

/// The address of a file of the page, for the worker, whose own base differs.
fn absolute(path: &str) -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    web_sys::Url::new_with_base(path, &base).map_or_else(|_| path.to_owned(), |url| url.href())
}

/// What a picture of the gallery shows: a sample of a model on offer.
pub struct Exhibit {
    /// Id of the model.
    pub model: String,
    /// Its seed.
    pub seed: u64,
    /// Its finding.
    pub class: usize,
}
