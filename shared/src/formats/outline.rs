//! What the header of a volume says, before its voxels are read: enough to plan with thousands of files in seconds.

use super::Affine;

/// The shape of a volume as it is looked at, upright.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outline {
    /// Voxels along x, y and z.
    pub sides: [usize; 3],
    /// How it lies in the patient as it is looked at, and in the file's own order; none where the file does not say.
    pub affine: Option<[Affine; 2]>,
    /// Volumes in the file.
    pub series: u64,
}

impl Outline {
    /// Of a file of these sides in its own order that lies like this; what makes no sense is not believed.
    pub(super) fn new(sides: [usize; 3], own: Option<Affine>, series: u64) -> Self {
        let turned = own.and_then(|own| Some((own, own.turn()?)));
        Self {
            sides: turned.map_or(sides, |(_, turn)| turn.map(|(axis, _)| sides[axis])),
            affine: turned.map(|(own, turn)| [own.turned(turn, sides), own]),
            series,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::{FormatError, Volume, gzip, nifti, outline, read};
    use crate::image::Plane;

    /// Files of 4 x 3 x 2 voxels, with the bytes of their headers.
    fn files() -> Vec<(&'static str, Vec<u8>, usize)> {
        let slices =
            [0, 1].map(|z| Plane::from_fn(4, 3, |x, y| (x + 2 * y + 5 * z) as f32 / 255.0));
        let mut sagittal = nifti::write(&slices, [1.0, 2.0, 3.0], "").expect("a volume");
        // sform: x to the front, y to the head, z to the left.
        sagittal[254] = 1;
        let rows = [
            [0.0, 0.0, -3.0, 7.0],
            [1.0, 0.0, 0.0, 8.0],
            [0.0, 2.0, 0.0, 9.0_f32],
        ];
        for (i, value) in rows.concat().into_iter().enumerate() {
            sagittal[280 + 4 * i..284 + 4 * i].copy_from_slice(&value.to_le_bytes());
        }
        let text = |lines: &str| {
            let voxels = (0..24_u8).collect::<Vec<_>>();
            ([lines.as_bytes(), &voxels].concat(), lines.len())
        };
        let mha = text(
            "NDims = 3\nDimSize = 4 3 2\nElementSpacing = 1 1 5\nTransformMatrix = -1 0 0 0 1 0 0 0 1\nOffset = 1 2 3\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n",
        );
        let nrrd = text(
            "NRRD0004\ntype: uchar\ndimension: 3\nspace: RAS\nsizes: 4 3 2\nspace directions: (1,0,0) (0,1,0) (0,0,2)\nencoding: raw\n\n",
        );
        let plain = nifti::write(&slices, [1.0; 3], "").expect("a volume");
        vec![
            ("sagittal NIfTI", sagittal, 348),
            ("plain NIfTI", plain, 348),
            ("MetaImage", mha.0, mha.1),
            ("NRRD", nrrd.0, nrrd.1),
        ]
    }

    #[test]
    fn a_header_alone_says_what_the_whole_file_does() {
        for (name, bytes, head) in files() {
            let volume: Volume = read(&bytes).expect(name).upright();
            let found = outline(&bytes[..head]).expect(name);
            assert_eq!(found.sides, volume.sides(), "{name}");
            let own = volume.own_affine().copied();
            assert_eq!(found.affine.map(|[_, own]| own), own, "{name}");
            let lies = own.and(volume.affine());
            assert_eq!(found.affine.map(|[lies, _]| lies), lies, "{name}");
            assert_eq!(found.series, 1, "{name}");
        }
        assert_eq!(files()[0].1.len(), 352 + 24);
        let turned = outline(&files()[0].1[..348]).expect("a header");
        assert_eq!(turned.sides, [2, 4, 3]);
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for (bytes, error) in [
            (&b"nothing at all"[..], FormatError::Unknown),
            (&gzip::MAGIC[..], FormatError::Gzip),
        ] {
            assert_eq!(outline(bytes), Err(error));
        }
        for (name, bytes, _) in files() {
            for end in [0, 20] {
                assert!(outline(&bytes[..end]).is_err(), "{name}, cut at {end}");
            }
        }
        let pointer = b"version https://git-lfs.github.com/spec/v1\n";
        assert!(matches!(outline(pointer), Err(FormatError::Stranger(_))));
    }
}
