//! Peak signal-to-noise ratio of images whose peak is 1.

use super::{MetricError, same_size};
use crate::image::Plane;

/// Mean of the squared differences.
pub fn mean_squared_error(a: &Plane, b: &Plane) -> Result<f64, MetricError> {
    same_size(a, b)?;
    let squares = a.values().iter().zip(b.values()).map(|(&a, &b)| {
        let difference = f64::from(a) - f64::from(b);
        difference * difference
    });
    Ok(squares.sum::<f64>() / a.values().len() as f64)
}

/// `10 log10(1 / mse)`, decibels; infinite for equal images.
///
/// ```
/// use scanweave::image::Plane;
/// use scanweave::metrics::psnr;
///
/// let (a, b) = (Plane::filled(8, 8, 0.5), Plane::filled(8, 8, 0.6));
/// assert!((psnr(&a, &b)? - 20.0).abs() < 1e-3, "a tenth off is 20 dB");
/// # Ok::<(), scanweave::metrics::MetricError>(())
/// ```
pub fn psnr(a: &Plane, b: &Plane) -> Result<f32, MetricError> {
    Ok((-10.0 * libm::log10(mean_squared_error(a, b)?)) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_off_is_twenty_decibels() {
        let (a, b) = (Plane::filled(4, 4, 0.5), Plane::filled(4, 4, 0.6));
        assert!((psnr(&a, &b).expect("one size") - 20.0).abs() < 1e-4);
        assert_eq!(psnr(&a, &a), Ok(f32::INFINITY));
        assert!(psnr(&a, &Plane::filled(4, 5, 0.5)).is_err());
    }
}
