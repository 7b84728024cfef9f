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

/// Where the voxels of a file lie in the patient: millimetres towards left, back and head.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    /// From one voxel to the next along the file's x, y and z.
    pub steps: [[f32; 3]; 3],
    /// The centre of the first voxel.
    pub origin: [f32; 3],
}

/// For the patient's left, back and head: which axis of the file runs along it, and whether it runs the
/// other way.
pub(super) type Turn = [(usize, bool); 3];

/// The file's own order.
pub(super) const AS_IT_IS: Turn = [(0, false), (1, false), (2, false)];

impl Affine {
    /// From coordinates that grow to the right, the front and the head, as NIfTI has them.
    pub fn of_ras(steps: [[f32; 3]; 3], origin: [f32; 3]) -> Self {
        let turned = |[right, front, head]: [f32; 3]| [-right, -front, head];
        Self {
            steps: steps.map(turned),
            origin: turned(origin),
        }
    }

    /// Where the centre of a voxel lies.
    pub fn place(&self, voxel: [f32; 3]) -> [f32; 3] {
        [0, 1, 2].map(|i| {
            let along = (0..3).map(|axis| self.steps[axis][i] * voxel[axis]);
            self.origin[i] + along.sum::<f32>()
        })
    }

    /// Degrees by which the axis that is most askew differs from the nearest one of the patient.
    pub fn tilt(&self) -> f32 {
        let Some((units, turn)) = self.units().zip(self.turn()) else {
            return 0.0;
        };
        let angle = |patient: usize| {
            let (axis, _) = turn[patient];
            libm::acosf(units[axis][patient].abs().min(1.0)).to_degrees()
        };
        (0..3).map(angle).fold(0.0, f32::max)
    }

    /// Where the file's x, y and z run, nearly: three letters of left, right, posterior, anterior, superior and
    /// inferior, `LPS` for a volume that is upright as it is. None where the steps make no sense.
    pub fn code(&self) -> Option<String> {
        let mut code = [' '; 3];
        let letters = [['L', 'R'], ['P', 'A'], ['S', 'I']];
        for ((axis, reversed), letters) in self.turn()?.into_iter().zip(letters) {
            code[axis] = letters[usize::from(reversed)];
        }
        Some(code.iter().collect())
    }

    /// The largest distance, millimetres, between where this and the `other` have a corner of a volume of these
    /// sides.
    pub fn apart(&self, other: &Self, sides: [usize; 3]) -> f32 {
        let last = sides.map(|side| side.saturating_sub(1) as f32);
        let corner =
            |i: usize| [0, 1, 2].map(|axis| if i >> axis & 1 == 1 { last[axis] } else { 0.0 });
        let apart = |i: usize| length(difference(self.place(corner(i)), other.place(corner(i))));
        (0..8).map(apart).fold(0.0, |most, one| {
            if one > most || one.is_nan() {
                one
            } else {
                most
            }
        })
    }

    /// This grid in voxels of the `other` one instead of millimetres, where that has three directions.
    pub fn in_voxels_of(&self, other: &Self) -> Option<Self> {
        let [a, b, c] = other.steps.map(|step| step.map(f64::from));
        // Cramer's rule: what is perpendicular to two steps counts the third.
        let counts = [cross(b, c), cross(c, a), cross(a, b)];
        let volume = dot(a, counts[0]);
        let within = |way: [f32; 3]| {
            let way = way.map(f64::from);
            counts.map(|count| (dot(count, way) / volume) as f32)
        };
        volume.is_normal().then(|| Self {
            steps: self.steps.map(within),
            origin: within(difference(self.origin, other.origin)),
        })
    }

    /// The way from a voxel to the next along x, y and z, millimetres.
    pub fn spacing(&self) -> [f32; 3] {
        self.steps.map(length)
    }

    /// The shortest way from a voxel to a neighbour, millimetres.
    pub fn shortest_step(&self) -> f32 {
        self.spacing().into_iter().fold(f32::MAX, f32::min)
    }

    /// As it is for a volume of these sides in the file that is looked at with this turn.
    pub(super) fn turned(&self, turn: Turn, sides: [usize; 3]) -> Self {
        let first = turn.map(|(axis, reversed)| (axis, reversed, sides[axis].saturating_sub(1)));
        let mut begin = [0.0; 3];
        for (axis, reversed, last) in first {
            begin[axis] = if reversed { last as f32 } else { 0.0 };
        }
        let step = |(axis, reversed): (usize, bool)| {
            let step = self.steps[axis];
            if reversed { step.map(|v| -v) } else { step }
        };
        Self {
            steps: turn.map(step),
            origin: self.place(begin),
        }
    }

    /// The turn that makes a volume upright; none where the steps make no sense.
    pub(super) fn turn(&self) -> Option<Turn> {
        let units = self.units()?;
        let along = |order: &[usize; 3], patient: usize| units[order[patient]][patient].abs();
        let fit = |order: &[usize; 3]| (0..3).map(|patient| along(order, patient)).sum::<f32>();
        let best = ORDERS
            .iter()
            .max_by(|a, b| fit(a).total_cmp(&fit(b)))
            .filter(|order| (0..3).all(|patient| along(order, patient) > CLEAR))?;
        Some([0, 1, 2].map(|patient| (best[patient], units[best[patient]][patient] < 0.0)))
    }

    /// The directions of the file's axes.
    fn units(&self) -> Option<[[f32; 3]; 3]> {
        let mut units = self.steps;
        for unit in &mut units {
            let length = length(*unit);
            if !length.is_normal() {
                return None;
            }
            *unit = unit.map(|v| v / length);
        }
        Some(units)
    }
}

impl std::fmt::Display for Affine {
    /// As `1.0 x 1.0 x 1.5 mm, first voxel at (-31.5, -31.5, 0.0), axes to left, back, head`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [x, y, z] = self.spacing();
        let [left, back, head] = self.origin;
        write!(
            f,
            "{x:.2} x {y:.2} x {z:.2} mm, first voxel at ({left:.1}, {back:.1}, {head:.1}) mm to left, back, head"
        )
    }
}

fn length(vector: [f32; 3]) -> f32 {
    vector.iter().map(|v| v * v).sum::<f32>().sqrt()
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross([a, b, c]: [f64; 3], [x, y, z]: [f64; 3]) -> [f64; 3] {
    [b * z - c * y, c * x - a * z, a * y - b * x]
}

fn difference(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [0, 1, 2].map(|i| a[i] - b[i])
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

    fn turn(steps: [[f32; 3]; 3]) -> Option<Turn> {
        let origin = [0.0; 3];
        Affine { steps, origin }.turn()
    }

    #[test]
    fn upright_volumes_stay_and_those_of_nifti_turn_by_half() {
        assert_eq!(turn(LPS), Some(AS_IT_IS));
        // A matrix without signs, the commonest one of NIfTI: right, front, head.
        let half = [(0, true), (1, true), (2, false)];
        assert_eq!(Affine::of_ras(LPS, [0.0; 3]).turn(), Some(half));
    }

    #[test]
    fn a_sagittal_volume_becomes_axial() {
        // x to the back, y to the feet, z to the left.
        let steps = [[0.0, 2.0, 0.1], [0.0, -0.1, -2.0], [3.0, 0.0, 0.0]];
        let turn = turn(steps).expect("clear directions");
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
        for steps in [
            [[0.0; 3]; 3],
            askew,
            [[f32::NAN; 3]; 3],
            [[f32::INFINITY; 3]; 3],
        ] {
            assert_eq!(turn(steps), None, "{steps:?}");
        }
    }

    #[test]
    fn a_turned_volume_lies_where_it_lay() {
        let sides = [4, 3, 2];
        // x to the front, 2 mm; y to the left, 1 mm; z to the feet, 5 mm.
        let own = Affine {
            steps: [[0.0, -2.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -5.0]],
            origin: [10.0, 20.0, 30.0],
        };
        let turn = own.turn().expect("clear directions");
        assert_eq!(turn, [(1, false), (0, true), (2, true)]);
        let upright = own.turned(turn, sides);
        assert_eq!(
            upright.steps,
            [[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 5.0]]
        );
        // The last voxel along x and z of the file is the first one in front and below.
        assert_eq!(upright.origin, own.place([3.0, 0.0, 1.0]));
        assert_eq!(upright.origin, [10.0, 14.0, 25.0]);
        assert_eq!(upright.turned(AS_IT_IS, sides), upright);
        let codes = [own, upright].map(|affine| affine.code());
        assert_eq!(codes, [Some("ALI".into()), Some("LPS".into())]);
    }

    #[test]
    fn grids_are_apart_by_their_farthest_corner() {
        let own = Affine {
            steps: LPS,
            origin: [0.0; 3],
        };
        assert_eq!(own.apart(&own, [64; 3]), 0.0);
        let shifted = Affine {
            origin: [0.0, 3.0, 4.0],
            ..own
        };
        assert_eq!(own.apart(&shifted, [64; 3]), 5.0);
        let mut wider = own;
        wider.steps[0][0] = 1.5;
        assert_eq!(own.apart(&wider, [11, 1, 1]), 5.0);
        assert_eq!(own.apart(&wider, [1, 9, 9]), 0.0);
        let nowhere = Affine {
            origin: [f32::NAN; 3],
            ..own
        };
        assert!(own.apart(&nowhere, [2; 3]).is_nan());
    }

    #[test]
    fn a_grid_is_found_in_the_voxels_of_another() {
        // Turned by some 37 degrees about the head, of 2 x 1 x 4 mm.
        let other = Affine {
            steps: [[1.6, 1.2, 0.0], [-0.6, 0.8, 0.0], [0.0, 0.0, 4.0]],
            origin: [10.0, -5.0, 3.0],
        };
        let own = Affine {
            steps: [[1.0, 0.0, 0.5], [0.0, -1.0, 0.0], [0.0, 0.25, 2.0]],
            origin: [1.0, 2.0, 3.0],
        };
        let within = own.in_voxels_of(&other).expect("three directions");
        for voxel in [[0.0, 0.0, 0.0], [3.0, -1.0, 2.0], [7.0, 5.0, 9.0]] {
            let there = other.place(within.place(voxel));
            for (found, expected) in there.into_iter().zip(own.place(voxel)) {
                assert!((found - expected).abs() < 1e-4, "{found}, not {expected}");
            }
        }
        let flat = Affine {
            steps: [other.steps[0], other.steps[1], other.steps[1]],
            ..other
        };
        assert_eq!(own.in_voxels_of(&flat), None);
    }

    #[test]
    fn the_tilt_is_that_of_the_axis_most_askew() {
        let of = |degrees: f32| {
            let (sin, cos) = degrees.to_radians().sin_cos();
            let steps = [
                [2.0 * cos, 2.0 * sin, 0.0],
                [-sin, cos, 0.0],
                [0.0, 0.0, 3.0],
            ];
            Affine {
                steps,
                origin: [0.0; 3],
            }
            .tilt()
        };
        for degrees in [0.0, 10.0, 34.4, -40.0] {
            assert!(
                (of(degrees) - degrees.abs()).abs() < 0.05,
                "{degrees}: {}",
                of(degrees)
            );
        }
    }
}
