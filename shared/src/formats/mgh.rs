//! MGH, the format of FreeSurfer (`.mgh`, and `.mgz` where gzip has compressed it): a header of 284 bytes, then the
//! voxels, all big endian (surfer.nmr.mgh.harvard.edu, `MghFormat`).

use super::{Affine, Element, FormatError, Outline, Volume, affordable, count, of_series};

/// Where the voxels begin.
const HEADER: usize = 284;
/// Kinds of voxels: the number in the header, and what it means.
const KINDS: [(i32, Element); 5] = [
    (0, Element::U8),
    (1, Element::I32),
    (3, Element::F32),
    (4, Element::I16),
    (10, Element::U16),
];

/// Whether `bytes` begin as an MGH header does: version 1, at least one of everything, a kind that there is.
pub fn is_mgh(bytes: &[u8]) -> bool {
    let Some(start) = bytes.first_chunk::<28>() else {
        return false;
    };
    let numbers: [i32; 7] = std::array::from_fn(|i| integer(start, 4 * i));
    let [version, sides @ .., kind, _] = numbers;
    version == 1 && sides.iter().all(|&s| s > 0) && KINDS.iter().any(|(k, _)| *k == kind)
}

/// Volume number `index` of an MGH file.
pub fn read(bytes: &[u8], index: usize) -> Result<Volume, FormatError> {
    let header = header(bytes)?;
    let (sides, series) = (sides(header), series(header));
    let kind = integer(header, 20);
    let element = KINDS.iter().find(|(k, _)| *k == kind).map(|(_, e)| *e);
    let element = element.ok_or_else(|| {
        FormatError::Unsupported(format!(
            "its voxels are of the kind {kind}: export it as whole numbers or floats"
        ))
    })?;
    let count = count(sides)?;
    affordable(count, bytes.len() as u64)?;
    let before = of_series(index, series)?.checked_mul(count * element.bytes());
    let voxels = before.and_then(|before| bytes[HEADER..].get(before..));
    let numbers = element.numbers(voxels.unwrap_or_default(), count, true, [1.0, 0.0])?;
    let sides = sides.map(|s| s as usize);
    let place = Place::of(header);
    let spacing = place.as_ref().map_or([1.0; 3], |place| place.spacing);
    let volume = Volume::new(sides, spacing, numbers)?;
    Ok(volume
        .lying(place.map(|place| place.affine(sides)))
        .of(series))
}

/// What a header says, be its voxels there or not.
pub(super) fn outline(bytes: &[u8]) -> Result<Outline, FormatError> {
    let header = header(bytes)?;
    let sides = sides(header).map(|side| side as usize);
    let affine = Place::of(header).map(|place| place.affine(sides));
    Ok(Outline::new(sides, affine, series(header)))
}

fn header(bytes: &[u8]) -> Result<&[u8], FormatError> {
    bytes.get(..HEADER).ok_or(FormatError::Truncated {
        need: HEADER as u64,
        got: bytes.len() as u64,
    })
}

fn sides(header: &[u8]) -> [u64; 3] {
    [4, 8, 12].map(|at| side(header, at))
}

/// Volumes in the file, at least 1.
fn series(header: &[u8]) -> u64 {
    side(header, 16).max(1)
}

fn side(header: &[u8], at: usize) -> u64 {
    u64::try_from(integer(header, at)).unwrap_or(0)
}

/// How the volume lies, where the header says so.
struct Place {
    spacing: [f32; 3],
    /// Directions of x, y and z towards right, front and head.
    directions: [[f32; 3]; 3],
    /// The middle voxel.
    centre: [f32; 3],
}

impl Place {
    fn of(header: &[u8]) -> Option<Self> {
        // `goodRASFlag`.
        if header[28..30] != [0, 1] {
            return None;
        }
        let three = |at: usize| std::array::from_fn(|i| float(header, at + 4 * i));
        Some(Self {
            spacing: three(30),
            directions: [42, 54, 66].map(three),
            centre: three(78),
        })
    }

    fn affine(&self, sides: [usize; 3]) -> Affine {
        let step = |axis: usize| self.directions[axis].map(|v| v * self.spacing[axis]);
        let steps = [0, 1, 2].map(step);
        let middle = sides.map(|side| side as f32 / 2.0);
        let origin = [0, 1, 2].map(|i| {
            let way = (0..3).map(|axis| steps[axis][i] * middle[axis]);
            self.centre[i] - way.sum::<f32>()
        });
        Affine::of_ras(steps, origin)
    }
}

fn integer(bytes: &[u8], at: usize) -> i32 {
    i32::from_be_bytes(four(bytes, at))
}

fn float(bytes: &[u8], at: usize) -> f32 {
    f32::from_be_bytes(four(bytes, at))
}

fn four(bytes: &[u8], at: usize) -> [u8; 4] {
    std::array::from_fn(|i| bytes[at + i])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2 x 3 x 1 voxels 1 to 6 as FreeSurfer keeps a head: x to the left, y to the feet, z to the front.
    pub fn file(kind: i32, voxels: &[u8]) -> Vec<u8> {
        let mut file = vec![0; HEADER];
        for (i, number) in [1, 2, 3, 1, 1, kind, 0].into_iter().enumerate() {
            file[4 * i..4 * i + 4].copy_from_slice(&i32::to_be_bytes(number));
        }
        file[29] = 1;
        let numbers = [
            1.0, 2.0, 3.0, -1.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 1.0, 0.0, 5.0, 6.0, 7.0,
        ];
        for (i, number) in numbers.into_iter().enumerate() {
            let at = 30 + 4 * i;
            file[at..at + 4].copy_from_slice(&f32::to_be_bytes(number));
        }
        file.extend(voxels);
        file
    }

    #[test]
    fn voxels_spacing_and_place_are_those_of_the_header() {
        for (kind, bytes) in [
            (0, (1..=6_u8).collect::<Vec<_>>()),
            (4, (1..=6_i16).flat_map(i16::to_be_bytes).collect()),
            (1, (1..=6_i32).flat_map(i32::to_be_bytes).collect()),
            (
                3,
                (1..=6_u8)
                    .flat_map(|v| f32::from(v).to_be_bytes())
                    .collect(),
            ),
        ] {
            let file = file(kind, &bytes);
            assert!(is_mgh(&file), "kind {kind}");
            let volume = read(&file, 0).expect("six voxels");
            assert_eq!(volume.voxels(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
            assert_eq!(
                (volume.sides(), volume.spacing()),
                ([2, 3, 1], [1.0, 2.0, 3.0])
            );
            let affine = volume.own_affine().expect("it says so");
            // x to the left, y to the feet, z to the front, in millimetres towards left, back and head.
            let steps = [[1.0, 0.0, 0.0], [0.0, 0.0, -2.0], [0.0, -3.0, 0.0]];
            assert_eq!(affine.steps, steps);
            // c_ras (5, 6, 7) is voxel (1, 1.5, .5).
            assert_eq!(affine.place([1.0, 1.5, 0.5]), [-5.0, -6.0, 7.0]);
            assert_eq!(volume.upright().sides(), [2, 1, 3]);
        }
    }

    #[test]
    fn damage_is_told() {
        let whole = file(0, &[1, 2, 3, 4, 5, 6]);
        for end in 0..whole.len() {
            assert!(read(&whole[..end], 0).is_err(), "cut at {end}");
        }
        assert!(matches!(
            read(&whole, 1),
            Err(FormatError::Series { count: 1, .. })
        ));
        assert!(!is_mgh(&file(2, &[])) && read(&file(2, &[]), 0).is_err());
        let mut nowhere = whole;
        nowhere[29] = 0;
        assert_eq!(read(&nowhere, 0).expect("six voxels").affine(), None);
    }
}
