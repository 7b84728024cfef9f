//! How a volume lies in the patient, and turning it as radiologists look at it.
//!
//! Columns then run to the patient's left, rows to the back and slices to the head (LPS, the order of
//! DICOM), so that a slice along z shows the nose at the top. Axes that stand askew go to the nearest
//! one of the patient: nothing is interpolated, and no voxel is moved, only found elsewhere.

/// The smallest share of an axis along its nearest one of the patient, for its direction to be believed.
const CLEAR: f32 = 0.2;

/// The six ways to give the patient's axes one of the file's each.
const ORDERS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
];

/// Directions of a file's x, y and z in the patient, each towards left, back and head; any length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Directions(pub [[f32; 3]; 3]);

/// For the patient's left, back and head: which axis of the file runs along it, and whether it runs the
/// other way.
pub(super) type Turn = [(usize, bool); 3];

/// The file's own order.
pub(super) const AS_IT_IS: Turn = [(0, false), (1, false), (2, false)];

impl Directions {
    /// From the vectors along x, y and z in coordinates that grow to the right, the front and the head,
    /// as NIfTI has them.
    pub fn of_ras(axes: [[f32; 3]; 3]) -> Self {
        Self(axes.map(|[right, front, head]| [-right, -front, head]))
    }

    /// The turn that makes a volume upright; none where the directions make no sense.
    pub(super) fn turn(&self) -> Option<Turn> {
        let mut units = [[0.0; 3]; 3];
        for (unit, axis) in units.iter_mut().zip(self.0) {
            let length = axis.iter().map(|v| v * v).sum::<f32>().sqrt();
            if !length.is_normal() {
                return None;
            }
            *unit = axis.map(|v| v / length);
        }
        let along = |order: &[usize; 3], patient: usize| units[order[patient]][patient].abs();
        let fit = |order: &[usize; 3]| (0..3).map(|patient| along(order, patient)).sum::<f32>();
        let best = ORDERS
            .iter()
            .max_by(|a, b| fit(a).total_cmp(&fit(b)))
            .filter(|order| (0..3).all(|patient| along(order, patient) > CLEAR))?;
        Some([0, 1, 2].map(|patient| (best[patient], units[best[patient]][patient] < 0.0)))
    }
}

/// Where the voxel at `place` along left, back and head lies in a file of `sides` voxels, x fastest.
pub(super) fn offset(turn: Turn, sides: [usize; 3], place: [usize; 3]) -> usize {
    let mut at = [0; 3];
    for ((axis, reversed), index) in turn.into_iter().zip(place) {
        at[axis] = if reversed {
            sides[axis] - 1 - index
        } else {
            index
        };
    }
    (at[2] * sides[1] + at[1]) * sides[0] + at[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    const LPS: [[f32; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

    #[test]
    fn upright_volumes_stay_and_those_of_nifti_turn_by_half() {
        assert_eq!(Directions(LPS).turn(), Some(AS_IT_IS));
        // A matrix without signs, the commonest one of NIfTI: right, front, head.
        let half = [(0, true), (1, true), (2, false)];
        assert_eq!(Directions::of_ras(LPS).turn(), Some(half));
    }

    #[test]
    fn a_sagittal_volume_becomes_axial() {
        // x to the back, y to the feet, z to the left.
        let axes = [[0.0, 2.0, 0.1], [0.0, -0.1, -2.0], [3.0, 0.0, 0.0]];
        let turn = Directions(axes).turn().expect("clear directions");
        assert_eq!(turn, [(2, false), (0, false), (1, true)]);
        // 2 voxels to the back, 3 to the feet, 1 to the left.
        let places = [
            [0, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
            [0, 1, 1],
            [0, 0, 2],
            [0, 1, 2],
        ];
        let offsets = places.map(|place| offset(turn, [2, 3, 1], place));
        assert_eq!(offsets, [4, 5, 2, 3, 0, 1]);
    }

    #[test]
    fn directions_without_sense_turn_nothing() {
        let mut askew = LPS;
        askew[1] = LPS[0];
        for axes in [
            [[0.0; 3]; 3],
            askew,
            [[f32::NAN; 3]; 3],
            [[f32::INFINITY; 3]; 3],
        ] {
            assert_eq!(Directions(axes).turn(), None, "{axes:?}");
        }
    }
}
