//! A series: files of one slice each, which together are a volume.
//!
//! Names and numbers of files say little, positions in the patient say all: slices are sorted along their normal
//! (part 3, C.7.6.2). What does not belong together is refused with the names of both files, and gaps are told.

use super::Dicom;
use crate::formats::{Affine, FormatError, Volume, count};

/// Directions of one series differ by no more than this, by rounding.
const ROUNDING: f32 = 1e-3;
/// Slices closer than this, millimetres, lie at one place.
const CLOSE: f32 = 1e-2;
/// Distances between neighbours that differ by more than this share are no rounding.
const UNEVEN: f32 = 0.1;
/// Gaps that are told one by one.
const SHOWN: usize = 3;

/// The volume that these files, each with its name, make together, and what to know about it. A single file may hold
/// several frames.
///
/// # Errors
/// When there are none, or they are no volume: of several series, angles, sizes or at one place.
pub fn stack(mut files: Vec<(String, Dicom)>) -> Result<(Dicom, Vec<String>), FormatError> {
    if files.len() < 2 {
        let only = files.pop().map(|(_, dicom)| (dicom, Vec::new()));
        return only.ok_or_else(|| refused("the folder holds no DICOM image".into()));
    }
    check_alike(&files)?;
    let mut placed = placed(files)?;
    placed.sort_by(|a, b| a.along.total_cmp(&b.along));
    let notes = steps(&placed)?;
    joined(placed).map(|dicom| (dicom, notes))
}

/// A slice, and how far along the normal it lies.
struct Placed {
    name: String,
    dicom: Dicom,
    position: [f32; 3],
    directions: [[f32; 3]; 2],
    along: f32,
}

fn refused(why: String) -> FormatError {
    FormatError::Unsupported(why)
}

/// Refuses what does not show one thing in one way.
fn check_alike(files: &[(String, Dicom)]) -> Result<(), FormatError> {
    let (name, first) = &files[0];
    for (other, dicom) in files {
        if dicom.place.series != first.place.series {
            return Err(refused(format!(
                "the folder holds several series, such as those of {name} and {other}: move each into a folder of its own"
            )));
        }
        let [_, _, frames] = dicom.volume.sides();
        if dicom.volume.sides() != first.volume.sides()
            || dicom.inverted != first.inverted
            || frames != 1
        {
            return Err(refused(format!(
                "{name} and {other} are no slices of one volume: their sizes or kinds differ, or they hold several frames"
            )));
        }
    }
    Ok(())
}

fn placed(files: Vec<(String, Dicom)>) -> Result<Vec<Placed>, FormatError> {
    let mut all: Vec<Placed> = Vec::with_capacity(files.len());
    for (name, dicom) in files {
        let place = dicom.place.position.zip(dicom.place.directions);
        let Some((position, directions)) = place else {
            return Err(refused(format!(
                "{name} does not say where it lies in the patient: convert the series with dcm2niix"
            )));
        };
        let first = all.first().map_or(directions, |first| first.directions);
        let apart = |(a, b): (&[f32; 3], &[f32; 3])| (0..3).any(|i| (a[i] - b[i]).abs() > ROUNDING);
        if directions.iter().zip(&first).any(apart) {
            return Err(refused(format!(
                "{} and {name} lie at different angles: remove localisers and other views from the folder",
                all[0].name
            )));
        }
        all.push(Placed {
            along: dot(position, cross(first[0], first[1])),
            name,
            dicom,
            position,
            directions: first,
        });
    }
    Ok(all)
}

/// What to know of the distances between neighbours.
fn steps(placed: &[Placed]) -> Result<Vec<String>, FormatError> {
    let pairs = placed.windows(2);
    let step = |pair: &[Placed]| pair[1].along - pair[0].along;
    if let Some(pair) = pairs.clone().find(|pair| step(pair) < CLOSE) {
        return Err(refused(format!(
            "{} and {} lie at one place: keep one point in time, or one echo, in the folder",
            pair[0].name, pair[1].name
        )));
    }
    let usual = usual(pairs.clone().map(step).collect());
    let uneven = pairs.filter(|pair| (step(pair) / usual - 1.0).abs() > UNEVEN);
    let told = uneven.map(|pair| {
        format!(
            "{} and {} lie {:.2} mm apart, most slices {usual:.2} mm: slices may be missing",
            pair[0].name,
            pair[1].name,
            step(pair)
        )
    });
    Ok(told.take(SHOWN).collect())
}

/// The median.
fn usual(mut steps: Vec<f32>) -> f32 {
    let middle = steps.len() / 2;
    *steps.select_nth_unstable_by(middle, f32::total_cmp).1
}

fn joined(placed: Vec<Placed>) -> Result<Dicom, FormatError> {
    let depth = placed.len();
    let (first, last) = (&placed[0], &placed[depth - 1]);
    let [width, height, _] = first.dicom.volume.sides();
    count([width, height, depth].map(|side| side as u64))?;
    let [x, y, _] = first.dicom.volume.spacing();
    let between = |i: usize| (last.position[i] - first.position[i]) / (depth - 1) as f32;
    let step = [0, 1, 2].map(between);
    let [across, down] = first.directions;
    let affine = Affine {
        steps: [across.map(|v| v * x), down.map(|v| v * y), step],
        origin: first.position,
    };
    let spacing = [x, y, dot(step, step).sqrt()];
    let window = first.dicom.window;
    let one_window = placed.iter().all(|slice| slice.dicom.window == window);
    let (inverted, place) = (first.dicom.inverted, first.dicom.place.clone());
    let mut voxels = Vec::with_capacity(width * height * depth);
    for slice in placed {
        voxels.extend_from_slice(slice.dicom.volume.voxels());
    }
    let volume = Volume::new([width, height, depth], spacing, voxels)?;
    Ok(Dicom {
        volume: volume.lying(Some(affine)),
        window: window.filter(|_| one_window),
        inverted,
        place,
    })
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn cross(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

#[cfg(test)]
mod tests {
    use super::super::Where;
    use super::*;
    use crate::formats::Axis;

    const AXIAL: [[f32; 3]; 2] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    /// Columns to the back, rows to the feet.
    const SAGITTAL: [[f32; 3]; 2] = [[0.0, 1.0, 0.0], [0.0, 0.0, -1.0]];

    /// A slice of 2 x 2 pixels `grey` to `grey` + 3.
    fn slice(directions: [[f32; 3]; 2], position: [f32; 3], grey: f32) -> Dicom {
        let voxels = (0..4).map(|i| grey + i as f32).collect();
        Dicom {
            volume: Volume::new([2, 2, 1], [0.5, 2.0, 1.0], voxels).expect("four voxels"),
            window: None,
            inverted: false,
            place: Where {
                series: "1.2".into(),
                position: Some(position),
                directions: Some(directions),
            },
        }
    }

    fn named(slices: Vec<Dicom>) -> Vec<(String, Dicom)> {
        let named = slices.into_iter().enumerate();
        named.map(|(i, s)| (format!("{i}.dcm"), s)).collect()
    }

    fn refusal(slices: Vec<Dicom>) -> String {
        stack(named(slices)).expect_err("no volume").to_string()
    }

    #[test]
    fn slices_are_sorted_by_where_they_lie() {
        let at = |z: f32, grey| slice(AXIAL, [3.0, 4.0, z], grey);
        let slices = vec![at(10.0, 20.0), at(0.0, 0.0), at(15.0, 30.0), at(5.0, 10.0)];
        let (dicom, notes) = stack(named(slices)).expect("a volume");
        assert!(notes.is_empty());
        assert_eq!(dicom.volume.sides(), [2, 2, 4]);
        assert_eq!(dicom.volume.spacing(), [0.5, 2.0, 5.0]);
        let first: Vec<f32> = dicom.volume.voxels().iter().copied().step_by(4).collect();
        assert_eq!(first, [0.0, 10.0, 20.0, 30.0]);
        let affine = dicom.volume.own_affine().expect("it is known");
        assert_eq!(affine.origin, [3.0, 4.0, 0.0]);
        assert_eq!(
            affine.steps,
            [[0.5, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 5.0]]
        );
    }

    #[test]
    fn a_sagittal_series_is_upright_when_it_is_turned() {
        let at = |x: f32, grey| slice(SAGITTAL, [x, 0.0, 0.0], grey);
        let (dicom, _) = stack(named(vec![at(3.0, 10.0), at(0.0, 0.0)])).expect("a volume");
        let volume = dicom.volume.upright();
        let slice = |z| volume.slice(Axis::Z, z).expect("a slice").into_values();
        // The normal runs to the right, so the left one comes first in the file; the last row is at the feet.
        assert_eq!(slice(0), [2.0, 12.0, 3.0, 13.0]);
        assert_eq!(slice(1), [0.0, 10.0, 1.0, 11.0]);
    }

    #[test]
    fn gaps_are_told() {
        let at = |z: f32| slice(AXIAL, [0.0, 0.0, z], z);
        let slices = [0.0, 5.0, 10.0, 20.0, 25.0].map(at).to_vec();
        let (_, notes) = stack(named(slices)).expect("a volume");
        assert_eq!(
            notes,
            ["2.dcm and 3.dcm lie 10.00 mm apart, most slices 5.00 mm: slices may be missing"]
        );
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let at = |z: f32| slice(AXIAL, [0.0, 0.0, z], z);
        let mut other = at(5.0);
        other.place.series = "1.3".into();
        assert!(refusal(vec![at(0.0), other]).contains("several series, such as those of 0.dcm"));
        let mut small = at(5.0);
        small.volume = Volume::new([2, 1, 1], [1.0; 3], vec![1.0, 2.0]).expect("two voxels");
        assert!(refusal(vec![at(0.0), small]).contains("0.dcm and 1.dcm are no slices"));
        let view = slice(SAGITTAL, [0.0; 3], 1.0);
        assert!(refusal(vec![at(0.0), view]).contains("different angles"));
        assert!(refusal(vec![at(0.0), at(5.0), at(0.0)]).contains("0.dcm and 2.dcm lie at one"));
        let mut lost = at(5.0);
        lost.place.position = None;
        assert!(refusal(vec![at(0.0), lost]).contains("1.dcm does not say where"));
        assert!(refusal(Vec::new()).contains("no DICOM image"));
        let (only, _) = stack(named(vec![at(1.0)])).expect("one file");
        assert_eq!(only, at(1.0));
    }
}
