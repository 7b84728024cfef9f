//! How near an image lies to a set of others.

use rayon::prelude::*;

/// For each of `images` the mean absolute difference to the nearest of `others`; all are of one
/// length. Infinite where there are no others.
pub fn nearest(images: &[Vec<f32>], others: &[Vec<f32>]) -> Vec<f64> {
    let of = |image: &Vec<f32>| {
        let distances = others.iter().map(|other| distance(image, other));
        distances.fold(f64::INFINITY, f64::min)
    };
    images.par_iter().map(of).collect()
}

fn distance(a: &[f32], b: &[f32]) -> f64 {
    let sum: f32 = a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum();
    f64::from(sum) / a.len() as f64
}

/// The value below which a share `p`, 0..=1, of the values lies, linear between neighbours; `None`
/// of none.
pub fn percentile(values: &[f64], p: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = p * sorted.len().checked_sub(1)? as f64;
    let (low, high) = (place.floor() as usize, place.ceil() as usize);
    Some(sorted[low] + (place - place.floor()) * (sorted[high] - sorted[low]))
}

/// Share of the values below `limit`, 0..=1; `None` of none.
pub fn share_below(values: &[f64], limit: f64) -> Option<f64> {
    let below = values.iter().filter(|&&v| v < limit).count();
    (!values.is_empty()).then(|| below as f64 / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_by_hand() {
        let others = [vec![0.0, 0.0], vec![1.0, 1.0], vec![0.0, 1.0]];
        let images = [vec![0.0, 0.25], vec![1.0, 1.0], vec![0.5, 1.0]];
        assert_eq!(nearest(&images, &others), [0.125, 0.0, 0.25]);
        assert_eq!(nearest(&images[..1], &[]), [f64::INFINITY]);
    }

    #[test]
    fn percentiles_by_hand() {
        let values = [4.0, 1.0, 3.0, 2.0, 5.0];
        assert_eq!(percentile(&values, 0.0), Some(1.0));
        assert_eq!(percentile(&values, 0.5), Some(3.0));
        assert_eq!(percentile(&values, 0.125), Some(1.5));
        assert_eq!(percentile(&values, 1.0), Some(5.0));
        assert_eq!(percentile(&[], 0.5), None);
    }

    #[test]
    fn a_copy_is_nearer_than_any_other_patient() {
        let train = [vec![0.1, 0.9, 0.4], vec![0.8, 0.2, 0.5]];
        let test = nearest(&[vec![0.2, 0.7, 0.4], vec![0.6, 0.3, 0.3]], &train);
        let copied = nearest(&[train[1].clone(), vec![0.0, 0.0, 0.0]], &train);
        let limit = percentile(&test, 0.05).expect("values");
        assert_eq!(share_below(&copied, limit), Some(0.5));
        assert_eq!(share_below(&[], limit), None);
    }
}
