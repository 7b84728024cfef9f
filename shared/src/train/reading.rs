//! Values and pictures from the device to the host.
//!
//! A page cannot stand still until its graphics device answers: whoever reads awaits. On the CPU the values
//! are there at once.

use burn::tensor::Tensor;

use crate::image::{Image, Plane};

/// The device did not give its values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the device that trains cannot be read: {0}")]
pub struct DeviceError(String);

/// All values of a tensor, row by row.
///
/// # Errors
/// When the device has failed.
pub async fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, DeviceError> {
    let data = tensor.into_data_async().await;
    let data = data.map_err(|e| DeviceError(e.to_string()))?;
    let values = data.convert::<f32>().try_into_vec();
    Ok(values.expect("converted to f32"))
}

/// The only value of a tensor, such as a loss.
///
/// # Errors
/// When the device has failed.
pub async fn scalar<const D: usize>(tensor: Tensor<D>) -> Result<f32, DeviceError> {
    Ok(values(tensor).await?[0])
}

/// The images of `[batch, channels, height, width]`.
///
/// # Errors
/// When the device has failed.
pub async fn images(tensor: Tensor<4>) -> Result<Vec<Image>, DeviceError> {
    let [_, channels, height, width] = tensor.dims();
    let values = values(tensor).await?;
    let each = values.chunks_exact(channels * width * height);
    let image = |values| Image::of_values(width, height, values).expect("a whole image");
    Ok(each.map(image).collect())
}

/// The planes of `[batch, 1, height, width]`.
///
/// # Errors
/// When the device has failed.
pub async fn planes(tensor: Tensor<4>) -> Result<Vec<Plane>, DeviceError> {
    let images = images(tensor).await?.into_iter();
    Ok(images.flat_map(Image::into_planes).collect())
}
