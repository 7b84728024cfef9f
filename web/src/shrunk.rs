//! Pictures that are larger than the page needs, averaged down by a whole factor.

use scanweave::image::{Image, ImageError};

/// Width and height that are left where no side may be longer than `most` pixels.
pub fn sides(sides: [usize; 2], most: usize) -> [usize; 2] {
    let block = block(sides, most);
    [sides[0] / block[0], sides[1] / block[1]]
}

/// The mean of each block of a plane of these sides, row-major.
pub fn averaged(values: &[f32], whole: [usize; 2], most: usize) -> Vec<f32> {
    let ([across, down], [width, height]) = (block(whole, most), sides(whole, most));
    let count = (across * down) as f32;
    let mean = |x: usize, y: usize| {
        let row = |dy: usize| {
            let start = (y * down + dy) * whole[0] + x * across;
            values[start..start + across].iter().sum::<f32>()
        };
        (0..down).map(row).sum::<f32>() / count
    };
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    places.map(|(x, y)| mean(x, y)).collect()
}

/// The image itself, or averaged down.
///
/// # Errors
/// When nothing is left of it.
pub fn image(image: Image, most: usize) -> Result<Image, ImageError> {
    let whole = [image.width(), image.height()];
    let [width, height] = sides(whole, most);
    if [width, height] == whole {
        return Ok(image);
    }
    let planes = image.planes().iter();
    let values: Vec<f32> = planes
        .flat_map(|plane| averaged(plane.values(), whole, most))
        .collect();
    Image::of_values(width, height, &values)
}

/// Pixels that become one, across and down.
fn block(sides: [usize; 2], most: usize) -> [usize; 2] {
    sides.map(|side| side.div_ceil(most).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::image::Plane;

    #[test]
    fn what_is_larger_is_averaged_block_by_block() {
        let plane = Plane::from_fn(5, 2, |x, y| (x + 10 * y) as f32);
        let whole = Image::from(plane);
        assert_eq!(image(whole.clone(), 5).expect("as it is"), whole);
        let half = image(whole.clone(), 3).expect("two pixels become one");
        assert_eq!((half.width(), half.height()), (2, 2));
        assert_eq!(half.into_values(), [0.5, 2.5, 10.5, 12.5]);
        let one = image(whole, 1).expect("ten pixels become one");
        assert_eq!(one.into_values(), [7.0]);
    }
}
