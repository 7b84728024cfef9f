//! The generators as the page's engine computes them, without the page: built for wasm by `cargo xtask bench web` with
//! the engine's flags and called by `bench.js` beside onnxruntime-web.

use burn::tensor::Device;
use scanweave::image::Plane;
use scanweave::label::Label;
use scanweave::structure::{Structure, fusion_noise};
use scanweave::synthesis::{self, Synthesiser};
use scanweave::weights::{self, Model};
use wasm_bindgen::prelude::wasm_bindgen;

/// Seed of the picture that everybody paints.
const SEED: u64 = 1;

/// A model on one backend with the structure map of a seed, ready to paint.
#[wasm_bindgen]
pub struct Engine {
    model: Model,
    synthesiser: Synthesiser,
    structure: Structure,
    label: Label,
}

#[wasm_bindgen]
impl Engine {
    /// Reads a weights file. `backend` is `webgpu` or `cpu`; WebGPU once per page.
    pub async fn open(bytes: Vec<u8>, backend: String) -> Result<Engine, String> {
        let model = weights::read(&bytes).map_err(|e| e.to_string())?;
        let opened = match backend.as_str() {
            "cpu" => Synthesiser::open_on_core(&model),
            _ => Synthesiser::open(&model, &graphics().await?),
        };
        let synthesiser = opened.map_err(|e| e.to_string())?;
        // The map comes from the CPU, so that every backend paints the same.
        let drawer = Synthesiser::open_on_core(&model);
        let drawer = drawer.map_err(|e| e.to_string())?;
        let structure = drawer.structure_of_seed(SEED).await;
        Ok(Self {
            structure: structure.map_err(|e| e.to_string())?,
            label: model.study.lesion.healthy(model.geometry.size),
            model,
            synthesiser,
        })
    }

    /// Paints every modality, one after the other in one list, 0..=1.
    pub async fn paint(&self) -> Result<Vec<f32>, String> {
        let sample = self.synthesiser.paint(&self.structure, &self.label, SEED);
        let sample = sample.await.map_err(|e| e.to_string())?;
        let planes = sample.images.into_iter();
        Ok(planes.flat_map(|(_, plane)| plane.into_values()).collect())
    }

    /// Draws a structure map and its mask from a seed.
    pub async fn draw(&self, seed: u32) -> Result<f32, String> {
        let structure = self.synthesiser.structure_of_seed(seed.into()).await;
        let structure = structure.map_err(|e| e.to_string())?;
        Ok(structure.map.values().iter().sum())
    }

    /// What the generator is given: `[1, 1 + label planes, size, size]`.
    pub fn input(&self) -> Result<Vec<f32>, String> {
        let (study, size) = (&self.model.study, self.size() as usize);
        let noise = fusion_noise(size, SEED, study.noise);
        let fused = synthesis::fused(&self.structure, &noise, study.input);
        let label = study.lesion.planes(&self.label, size);
        let label = label.map_err(|e| e.to_string())?;
        let planes = std::iter::once(fused).chain(label);
        Ok(planes.flat_map(Plane::into_values).collect())
    }

    /// Side of the images, pixels.
    pub fn size(&self) -> u32 {
        self.model.geometry.size as u32
    }

    /// Modalities that are painted.
    pub fn modalities(&self) -> u32 {
        self.model.study.modalities.len() as u32
    }
}

thread_local! {
    static GRAPHICS: std::cell::RefCell<Option<Device>> = const { std::cell::RefCell::new(None) };
}

/// The graphics device, which can be initialised only once.
async fn graphics() -> Result<Device, String> {
    if let Some(device) = GRAPHICS.with_borrow(Clone::clone) {
        return Ok(device);
    }
    let device = Device::wgpu_options().init_async().await;
    let device = device.map_err(|e| format!("WebGPU could not be started: {e}"))?;
    GRAPHICS.set(Some(device.clone()));
    Ok(device)
}

fn main() {}
