//! The kernel distance of two sets of features: the squared maximum mean discrepancy, unbiased, with the cubic kernel
//! k(x, y) = (x y / d + 1)^3 (Binkowski et al. 2018).
//!
//! Few images make it uncertain but not larger, so it is 0 on average for two sets of the same kind, and may be negative.

/// `None` where a set has fewer than two rows.
pub fn kernel_distance(a: &[Vec<f64>], b: &[Vec<f64>]) -> Option<f64> {
    if a.len() < 2 || b.len() < 2 {
        return None;
    }
    let across: f64 = a.iter().map(|x| sum(x, b)).sum();
    let mean = across / (a.len() * b.len()) as f64;
    Some(within(a) + within(b) - 2.0 * mean)
}

/// Mean over the pairs of different rows.
fn within(rows: &[Vec<f64>]) -> f64 {
    let sums = rows.iter().enumerate();
    let half: f64 = sums.map(|(i, x)| sum(x, &rows[..i])).sum();
    2.0 * half / (rows.len() * (rows.len() - 1)) as f64
}

fn sum(x: &[f64], rows: &[Vec<f64>]) -> f64 {
    rows.iter().map(|y| cubic(x, y)).sum()
}

fn cubic(x: &[f64], y: &[f64]) -> f64 {
    let product: f64 = x.iter().zip(y).map(|(a, b)| a * b).sum();
    (product / x.len() as f64 + 1.0).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_by_hand() {
        let (a, b) = ([vec![1.0], vec![-1.0]], [vec![2.0], vec![0.0]]);
        // Within: k(1, -1) = 0, k(2, 0) = 1. Across: 27, 1, -1, 1.
        assert_eq!(kernel_distance(&a, &b), Some(0.0 + 1.0 - 2.0 * 28.0 / 4.0));
        assert_eq!(kernel_distance(&a, &b[..1]), None);
    }
}
