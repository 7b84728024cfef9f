//! Values and pictures from the device to the host.
//!
//! A page cannot stand still until its graphics device answers: whoever reads awaits. On the CPU the values
//! are there at once.

use burn::tensor::Tensor;

use crate::image::Plane;

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

/// The pictures of `[batch, 1, height, width]`.
///
/// # Errors
/// When the device has failed.
pub async fn planes(tensor: Tensor<4>) -> Result<Vec<Plane>, DeviceError> {
    let [_, _, height, width] = tensor.dims();
    let values = values(tensor).await?;
    let plane = |pixels: &[f32]| Plane::new(width, height, pixels.to_vec()).expect("one picture");
    Ok(values.chunks_exact(width * height).map(plane).collect())
}
