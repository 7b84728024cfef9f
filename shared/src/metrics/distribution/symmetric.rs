//! Eigenvalues of symmetric matrices, by cyclic Jacobi rotations: slow, exact, and short.

/// Sweeps at most; ten are enough for a hundred rows.
const SWEEPS: usize = 60;

/// A symmetric matrix, its rows one behind the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Symmetric {
    pub size: usize,
    pub values: Vec<f64>,
}

impl Symmetric {
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.size + column]
    }

    pub fn trace(&self) -> f64 {
        (0..self.size).map(|i| self.at(i, i)).sum()
    }

    /// The eigenvalues, and their vectors as the rows of a second matrix.
    pub fn eigen(mut self) -> (Vec<f64>, Vec<f64>) {
        let size = self.size;
        let mut vectors = vec![0.0; size * size];
        (0..size).for_each(|i| vectors[i * size + i] = 1.0);
        let whole: f64 = self.values.iter().map(|v| v * v).sum();
        for _ in 0..SWEEPS {
            let beside: f64 = (0..size)
                .flat_map(|i| (0..i).map(move |j| (i, j)))
                .map(|(i, j)| self.at(i, j).powi(2))
                .sum();
            if beside <= 1e-26 * whole {
                break;
            }
            for p in 0..size {
                for q in p + 1..size {
                    self.rotate(p, q, &mut vectors);
                }
            }
        }
        ((0..size).map(|i| self.at(i, i)).collect(), vectors)
    }

    /// The rotation that makes the entry of row `p` and column `q` zero.
    fn rotate(&mut self, p: usize, q: usize, vectors: &mut [f64]) {
        let size = self.size;
        let between = self.at(p, q);
        if between == 0.0 {
            return;
        }
        let slope = (self.at(q, q) - self.at(p, p)) / (2.0 * between);
        let tangent = slope.signum() / (slope.abs() + (slope * slope + 1.0).sqrt());
        let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
        let sine = tangent * cosine;
        for k in 0..size {
            let (a, b) = (self.values[k * size + p], self.values[k * size + q]);
            self.values[k * size + p] = cosine * a - sine * b;
            self.values[k * size + q] = sine * a + cosine * b;
        }
        for rows in [&mut self.values[..], vectors] {
            let (first, second) = rows.split_at_mut(q * size);
            let pairs = first[p * size..(p + 1) * size].iter_mut().zip(second);
            for (a, b) in pairs {
                (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
            }
        }
    }

    /// The matrix whose square it is; negative eigenvalues, which only rounding leaves, count as 0.
    pub fn root(self) -> Self {
        let size = self.size;
        let (eigenvalues, vectors) = self.eigen();
        let mut values = vec![0.0; size * size];
        for (eigenvalue, vector) in eigenvalues.iter().zip(vectors.chunks_exact(size)) {
            let root = eigenvalue.max(0.0).sqrt();
            for (row, a) in values.chunks_exact_mut(size).zip(vector) {
                row.iter_mut()
                    .zip(vector)
                    .for_each(|(sum, b)| *sum += root * a * b);
            }
        }
        Self { size, values }
    }

    /// `self other self`.
    pub fn around(&self, other: &Self) -> Self {
        let once = product(self.size, &self.values, &other.values);
        Self {
            size: self.size,
            values: product(self.size, &once, &self.values),
        }
    }
}

fn product(size: usize, a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; size * size];
    for (row, factors) in out.chunks_exact_mut(size).zip(a.chunks_exact(size)) {
        for (factor, other) in factors.iter().zip(b.chunks_exact(size)) {
            row.iter_mut()
                .zip(other)
                .for_each(|(sum, v)| *sum += factor * v);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: &[f64], b: &[f64]) -> bool {
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12)
    }

    #[test]
    fn eigenvalues_by_hand() {
        // Of 2, 1, 1, 2 they are 1 and 3.
        let matrix = Symmetric {
            size: 2,
            values: vec![2.0, 1.0, 1.0, 2.0],
        };
        let (mut values, vectors) = matrix.eigen();
        values.sort_by(f64::total_cmp);
        assert!(close(&values, &[1.0, 3.0]), "{values:?}");
        assert!(close(&vectors.map_squares(), &[0.5; 4]), "{vectors:?}");
    }

    trait Squares {
        fn map_squares(&self) -> Vec<f64>;
    }

    impl Squares for Vec<f64> {
        fn map_squares(&self) -> Vec<f64> {
            self.iter().map(|v| v * v).collect()
        }
    }

    #[test]
    fn a_root_squared_is_the_matrix() {
        let values = vec![4.0, 1.0, 0.5, 1.0, 3.0, -0.25, 0.5, -0.25, 2.0];
        let matrix = Symmetric { size: 3, values };
        let root = matrix.clone().root();
        let unit = Symmetric {
            size: 3,
            values: vec![1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        };
        assert!(close(&root.around(&unit).values, &matrix.values));
    }
}
