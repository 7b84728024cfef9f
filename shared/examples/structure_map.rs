//! From an image to its structure map, step by step: `cargo run -p scanweave --example structure_map -- FOLDER`.
//!
//! The image is a phantom, so nothing has to be fetched. Every plane on the way is written as a PGM file.

mod pgm;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use scanweave::phantom::{self, Anatomy};
use scanweave::structure::{organ_mask, structure_steps};
use scanweave::study::Study;

/// Side of the map, pixels.
const SIZE: usize = 128;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).unwrap_or_else(|| "structure-map".into());
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;

    let phantom = phantom::draw(Anatomy::Thorax, 7, SIZE, true);
    let (_, image) = &phantom.images[0];
    let study = Study::named("phantom-thorax").expect("a built-in study");
    let image = study.source_plane(image);
    let mask = organ_mask(&image, &study.mask_at(SIZE))?;
    pgm::write(folder, "mask", mask.clone())?;

    let steps = structure_steps(&image, &mask, &study.extraction_at(SIZE))?;
    for (number, step) in steps.iter().enumerate() {
        let name = format!("{number:02}-{}", step.name);
        pgm::write(folder, &name, step.picture())?;
    }
    Ok(())
}
