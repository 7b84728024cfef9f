//! A judge of whole images: linear discriminants by least squares, each class weighing the same.
//!
//! It is no radiologist and needs none: what cannot be told from another class by the brightness of 256 fields of the
//! picture is a label that a small network would not learn from either.

use scanweave::image::Image;

/// Side at which pictures are judged, pixels.
const SIDE: usize = 16;
/// Weight of the squares of the discriminants (ridge), beside the mean variance of a field.
const RIDGE: f64 = 0.1;

/// One linear function of the fields per class; the largest is called.
pub struct Judge {
    mean: Vec<f64>,
    discriminants: Vec<Vec<f64>>,
}

impl Judge {
    /// Of pictures with their classes; `None` where fewer than two classes have any.
    pub fn learnt(pictures: &[(usize, Image)], classes: usize) -> Option<Self> {
        let of_class = |class| pictures.iter().filter(move |(is, _)| *is == class).count();
        let counts: Vec<usize> = (0..classes).map(of_class).collect();
        let present = counts.iter().filter(|&&count| count > 0).count();
        if present < 2 {
            return None;
        }
        // All pictures of a class together weigh 1.
        let weight = |class: usize| 1.0 / counts[class] as f64;
        let fields: Vec<Vec<f64>> = pictures.iter().map(|(_, image)| fields(image)).collect();
        let size = fields[0].len();
        let mut mean = vec![0.0; size];
        for ((class, _), fields) in pictures.iter().zip(&fields) {
            for (mean, value) in mean.iter_mut().zip(fields) {
                *mean += weight(*class) / present as f64 * value;
            }
        }
        let mut squares = vec![vec![0.0; size]; size];
        let mut targets = vec![vec![0.0; size]; classes];
        for ((class, _), fields) in pictures.iter().zip(&fields) {
            let weight = weight(*class);
            let x: Vec<f64> = fields.iter().zip(&mean).map(|(v, m)| v - m).collect();
            for (row, a) in squares.iter_mut().zip(&x) {
                for (sum, b) in row.iter_mut().zip(&x) {
                    *sum += weight * a * b;
                }
            }
            for (sum, a) in targets[*class].iter_mut().zip(&x) {
                *sum += weight * a;
            }
        }
        let trace: f64 = (0..size).map(|i| squares[i][i]).sum();
        let ridge = RIDGE * trace / size as f64 + f64::EPSILON;
        (0..size).for_each(|i| squares[i][i] += ridge);
        let triangle = cholesky(squares);
        let discriminants = targets.iter().map(|b| solved(&triangle, b)).collect();
        Some(Self {
            mean,
            discriminants,
        })
    }

    /// The class that it calls a picture.
    pub fn calls(&self, image: &Image) -> usize {
        let fields = fields(image);
        let x: Vec<f64> = fields.iter().zip(&self.mean).map(|(v, m)| v - m).collect();
        let score = |w: &Vec<f64>| w.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>();
        let scores = self.discriminants.iter().map(score).enumerate();
        let best = scores.max_by(|a, b| a.1.total_cmp(&b.1));
        best.map_or(0, |(class, _)| class)
    }
}

/// Grey values of the fields of a picture.
fn fields(image: &Image) -> Vec<f64> {
    let small = image.to_grey().resized(SIDE, SIDE).into_values();
    small.into_iter().map(f64::from).collect()
}

/// The lower triangle L with L times its transpose the matrix, which must be positive definite.
fn cholesky(mut matrix: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    for i in 0..matrix.len() {
        for j in 0..=i {
            let products = (0..j).map(|k| matrix[i][k] * matrix[j][k]).sum::<f64>();
            let rest = matrix[i][j] - products;
            matrix[i][j] = if i == j {
                rest.sqrt()
            } else {
                rest / matrix[j][j]
            };
        }
    }
    matrix
}

/// x of L times its transpose times x = b.
fn solved(triangle: &[Vec<f64>], b: &[f64]) -> Vec<f64> {
    let mut x = b.to_vec();
    for i in 0..x.len() {
        let known = (0..i).map(|k| triangle[i][k] * x[k]).sum::<f64>();
        x[i] = (x[i] - known) / triangle[i][i];
    }
    for i in (0..x.len()).rev() {
        let known = (i + 1..x.len()).map(|k| triangle[k][i] * x[k]).sum::<f64>();
        x[i] = (x[i] - known) / triangle[i][i];
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::random::{Purpose, Random};

    /// Noise, in the second class with a brighter quarter.
    fn picture(class: usize, seed: u64) -> (usize, Image) {
        let noise = Random::new(seed, Purpose::Fusion).normals(32 * 32);
        let values = noise.into_iter().enumerate().map(|(at, noise)| {
            let quarter = at % 32 < 16 && at / 32 < 16;
            let lesion = if class == 1 && quarter { 0.2 } else { 0.0 };
            (0.4 + lesion + 0.05 * noise).clamp(0.0, 1.0)
        });
        let values: Vec<f32> = values.collect();
        (class, Image::of_values(32, 32, &values).expect("a square"))
    }

    #[test]
    fn what_differs_is_told_apart_in_pictures_that_were_never_seen() {
        // Three of the first class for one of the second.
        let seen: Vec<_> = (0..80)
            .map(|k| picture(usize::from(k % 4 == 0), k))
            .collect();
        let judge = Judge::learnt(&seen, 2).expect("two classes");
        let right = (100..140).filter(|&k| {
            let (class, image) = picture((k % 2) as usize, k);
            judge.calls(&image) == class
        });
        assert_eq!(right.count(), 40);
    }

    #[test]
    fn without_a_second_class_there_is_nothing_to_learn() {
        let one: Vec<_> = (0..4).map(|k| picture(0, k)).collect();
        assert!(Judge::learnt(&one, 2).is_none());
        assert!(Judge::learnt(&[], 0).is_none());
    }

    #[test]
    fn a_system_by_hand() {
        let triangle = cholesky(vec![vec![4.0, 2.0], vec![2.0, 5.0]]);
        assert_eq!(
            (triangle[0][0], triangle[1][0], triangle[1][1]),
            (2.0, 1.0, 2.0)
        );
        // 4 x + 2 y = 8, 2 x + 5 y = 12.
        assert_eq!(solved(&triangle, &[8.0, 12.0]), [1.0, 2.0]);
    }
}
