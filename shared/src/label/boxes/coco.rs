//! Boxes as COCO annotations: what is written to `annotations.json`.

use serde::{Deserialize, Serialize};

use super::LabelBox;

/// A whole file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Annotations {
    /// What the set is.
    pub info: Info,
    /// The images; their ids count from 1.
    pub images: Vec<Image>,
    /// The boxes; their ids count from 1.
    pub annotations: Vec<Annotation>,
    /// The classes; their ids count from 1.
    pub categories: Vec<Category>,
}

/// What the set is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Info {
    /// A sentence.
    pub description: String,
}

/// One image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// From 1.
    pub id: usize,
    /// Name of its file.
    pub file_name: String,
    /// Pixels.
    pub width: usize,
    /// Pixels.
    pub height: usize,
}

/// One box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Annotation {
    /// From 1.
    pub id: usize,
    /// The image that it lies in.
    pub image_id: usize,
    /// Its class.
    pub category_id: usize,
    /// Left, top, width, height, pixels.
    pub bbox: [f32; 4],
    /// Pixels.
    pub area: f32,
    /// Always 0: each annotation is one lesion.
    pub iscrowd: u8,
}

/// One class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Category {
    /// From 1.
    pub id: usize,
    /// Its name.
    pub name: String,
}

impl Annotations {
    /// A file without images, of these classes.
    pub fn new(description: &str, classes: &[String]) -> Self {
        let named = |(id, name): (usize, &String)| Category {
            id,
            name: name.clone(),
        };
        Self {
            info: Info {
                description: description.into(),
            },
            categories: (1..).zip(classes).map(named).collect(),
            ..Self::default()
        }
    }

    /// Adds an image of `size` x `size` pixels with its boxes.
    pub fn add(&mut self, file_name: String, size: usize, boxes: &[LabelBox]) {
        let image_id = self.images.len() + 1;
        self.images.push(Image {
            id: image_id,
            file_name,
            width: size,
            height: size,
        });
        for one in boxes {
            self.annotations.push(Annotation {
                id: self.annotations.len() + 1,
                image_id,
                category_id: one.class + 1,
                bbox: [one.left, one.top, one.width(), one.height()],
                area: one.area(),
                iscrowd: 0,
            });
        }
    }
}
