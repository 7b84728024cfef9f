//! Writes `corpus/TARGET/*`: small sound files from formulas, from which mutations start.

mod dicom;
mod tiff;
mod trainer;

use std::fs;
use std::io;
use std::path::Path;

use scanweave::formats::{self, nifti};
use scanweave::image::Plane;
use scanweave::study::Study;
use scanweave_web::model::protocol::{Command, Detail, Request};
use scanweave_web::model::scene::{Lesion, LesionBox, Origin, Scene};

/// A weights file of the current version and one of the version before, without the checksum at their end.
const WEIGHTS: [&[u8]; 2] = [
    include_bytes!("../../../../shared/src/weights/golden-3.weave"),
    include_bytes!("../../../../shared/src/weights/golden-2.weave"),
];

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let put = |target: &str, name: &str, bytes: &[u8]| {
        let folder = root.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), bytes)
    };
    let ramp = |z: usize| Plane::from_fn(5, 4, |x, y| (x + 2 * y + z) as f32 / 14.0);
    let nii = nifti::write(&[ramp(0), ramp(1), ramp(2)], [1.0, 1.0, 2.0], "seed");
    put("volume", "ramp.nii", &nii.expect("a small volume"))?;
    let voxels: Vec<u8> = (0..60).collect();
    for (name, header) in [
        (
            "ramp.mha",
            "ObjectType = Image\nNDims = 3\nDimSize = 5 4 3\nElementSpacing = 1 1 2\n\
             TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n",
        ),
        (
            "ramp.mhd",
            "ObjectType = Image\nNDims = 3\nDimSize = 5 4 3\nHeaderSize = -1\nElementType = MET_SHORT\n\
             CompressedData = False\nElementDataFile = ramp.raw\n",
        ),
        (
            "ramp.nrrd",
            "NRRD0004\ntype: uint8\ndimension: 3\nsizes: 5 4 3\nspace: left-posterior-superior\n\
             space directions: (1,0,0) (0,1,0) (0,0,2)\nencoding: raw\nendian: little\n\n",
        ),
        (
            "text.nrrd",
            "NRRD0004\ntype: short\ndimension: 3\nsizes: 2 2 2\nencoding: ascii\n\n1 2 3 4 5 6 7 8\n",
        ),
    ] {
        put("volume", name, &[header.as_bytes(), &voxels].concat())?;
    }
    let mut mgh = Vec::new();
    for number in [1_i32, 5, 4, 3, 1, 0, 0] {
        mgh.extend(number.to_be_bytes());
    }
    mgh.resize(284, 0);
    mgh.extend(&voxels);
    put("volume", "ramp.mgh", &mgh)?;

    for (name, bytes) in dicom::files() {
        formats::dicom::read(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        put("dicom", name, &bytes)?;
    }
    for (name, bytes) in tiff::files() {
        put("tiff", name, &bytes)?;
    }
    for (name, bytes) in trainer::frames() {
        put("codec", name, &bytes)?;
    }
    for (name, bytes) in trainer::tables() {
        put("table", name, &bytes)?;
    }
    for (name, bytes) in trainer::prepared() {
        put("prepared", name, &bytes)?;
    }

    for (number, bytes) in WEIGHTS.into_iter().enumerate() {
        put(
            "weave",
            &format!("golden-{number}"),
            &bytes[..bytes.len() - 32],
        )?;
    }

    let masks = Study::named("phantom-brain").expect("built in").lesion;
    let scene = Scene::of_seed(7, &masks, 1);
    let drawn = Scene {
        origin: Origin::Empty,
        lesion: Lesion::Boxes(vec![LesionBox {
            class: 0,
            x: 3,
            y: 4,
            width: 5,
            height: 6,
        }]),
        ..scene.clone()
    };
    put("scene", "sampled", &scene.to_bytes())?;
    put("scene", "drawn", &drawn.to_bytes())?;
    let scene = Box::new(drawn);
    let request = Request::Paint {
        scene,
        detail: Detail::Full,
    };
    put("message", "command", &Command { id: 1, request }.to_bytes())?;
    for (name, bytes) in [
        (
            "a.png",
            &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x05\0\0\0\x04\x08\0\0\0\0"[..],
        ),
        (
            "a.jpg",
            &b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x04\0\x05\x01\x01\x11\0\xff\xd9"[..],
        ),
    ] {
        put("picture", name, bytes)?;
    }
    println!("{}", root.display());
    Ok(())
}
