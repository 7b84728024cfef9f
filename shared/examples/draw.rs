//! Every modality of one seed: `cargo run -p scanweave --example draw -- FILE.weave [SEED] [FOLDER]`.
//!
//! Map, mask, fused input and images are written as PGM files, images in colour as PPM.

mod pgm;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use scanweave::synthesis::Synthesiser;
use scanweave::weights;

const USAGE: &str = "usage: draw FILE.weave [SEED] [FOLDER]";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let file = arguments.next().ok_or(USAGE)?;
    let seed = arguments.next().unwrap_or_else(|| "1".into());
    let seed = seed
        .parse()
        .map_err(|e: std::num::ParseIntError| format!("the seed {seed}: {e}"))?;
    let folder = arguments.next().unwrap_or_else(|| "drawn".into());
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;

    let bytes = fs::read(&file).map_err(|e| format!("cannot read {file}: {e}"))?;
    let model = weights::read(&bytes).map_err(|e| format!("{file}: {e}"))?;
    let synthesiser = Synthesiser::open_on_core(&model)?;
    let label = synthesiser.study().lesion.healthy(synthesiser.size());
    let sample = pollster::block_on(synthesiser.sample(seed, &label))?;

    pgm::write(folder, "structure-map", sample.structure.map)?;
    pgm::write(folder, "mask", sample.structure.mask)?;
    pgm::write(folder, "fused", sample.fused)?;
    let modalities = &synthesiser.study().modalities;
    for (modality, (name, image)) in modalities.iter().zip(&sample.images) {
        pgm::write(folder, name, modality.channels.shown(image))?;
    }
    Ok(())
}
