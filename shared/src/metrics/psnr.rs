//! Peak signal-to-noise ratio of images whose peak is 1.

use super::{MetricError, each_channel, same_size};
use crate::image::{Image, Plane};

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
    Ok(decibels(mean_squared_error(a, b)?))
}

/// [`psnr`] of images with several channels: of the squared difference's mean over all of them, as is usual for
/// colours.
pub fn psnr_of_images(a: &Image, b: &Image) -> Result<f32, MetricError> {
    let errors = each_channel(a, b, mean_squared_error)?;
    Ok(decibels(errors.iter().sum::<f64>() / errors.len() as f64))
}

fn decibels(error: f64) -> f32 {
    (-10.0 * libm::log10(error)) as f32
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

    #[test]
    fn channels_are_one_image() {
        let of = |values: [f32; 3]| {
            let planes = values.map(|v| Plane::filled(4, 4, v));
            Image::new(planes.into()).expect("planes of one size")
        };
        let near = |found: Result<f32, _>, expected: f32| {
            let found = found.expect("comparable");
            assert!((found - expected).abs() < 1e-4, "{found}, not {expected}");
        };
        near(psnr_of_images(&of([0.5; 3]), &of([0.6; 3])), 20.0);
        // A third of the error: 10 log10(3) better.
        near(
            psnr_of_images(&of([0.5; 3]), &of([0.6, 0.5, 0.5])),
            24.771_212,
        );
        let (a, b) = (Plane::filled(4, 4, 0.5), Plane::filled(4, 4, 0.6));
        assert_eq!(
            psnr_of_images(&a.clone().into(), &b.clone().into()),
            psnr(&a, &b)
        );
        let error = psnr_of_images(&of([0.5; 3]), &a.into());
        let expected = MetricError::Channels {
            first: 3,
            second: 1,
        };
        assert_eq!(error, Err(expected));
    }
}
