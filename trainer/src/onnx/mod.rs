//! The generator as an ONNX file: for runtimes other than ours, and to compare ours with.
//!
//! Written by hand because the graph is one U-Net of eleven operators, and an encoder for those has
//! two hundred lines. The arithmetic is that of `scanweave::networks`: what changes there has to
//! change here, and a test computes both.

mod graph;
mod protobuf;
mod unet;

#[cfg(test)]
mod tests;

use anyhow::{Context as _, ensure};
use scanweave::networks::config::NetworkConfig;
use scanweave::weights::{Model, Role};

/// The generator of `model` as the bytes of an ONNX file (opset 17).
///
/// Inputs: `input` `[batch, 1 + label planes, size, size]`, the fused map and the label, 0..=1, and, where the generator is
/// told anything, `condition` `[batch, values]`: which of several modalities, one-hot, then the scores of a style, 0 the mean. Output: `image`
/// `[batch, channels, size, size]`, 0..=1: red, green and blue for a study in colour.
pub fn generator(model: &Model) -> anyhow::Result<Vec<u8>> {
    let network = model.require(&Role::Generator)?;
    let NetworkConfig::Unet(config) = &network.config else {
        anyhow::bail!("the generator is no U-Net");
    };
    let size = model.geometry.size;
    ensure!(
        size.is_multiple_of(1 << config.depth),
        "the generator halves its images {} times, but they have {size} pixels",
        config.depth
    );
    let graph = unet::graph(config, &network.tensors, size)
        .context("the generator cannot be written as ONNX")?;
    let study = &model.study;
    let modalities: Vec<_> = study.modalities.iter().map(|m| m.name.as_str()).collect();
    let about = format!(
        "Generator of the study {}: paints SYNTHETIC images from fused structure maps. Not for diagnosis. {}",
        study.name, model.card.limits
    );
    let metadata = [
        ("study", study.name.clone()),
        ("modalities", modalities.join(", ")),
        ("classes", study.lesion.classes().join(", ")),
        ("title", model.card.title.clone()),
        ("data", model.card.data.clone()),
        ("licence", model.card.licence.clone()),
        ("images", "SYNTHETIC".into()),
    ];
    Ok(graph.into_model("generator", about.trim_end(), &metadata))
}
