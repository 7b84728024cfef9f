//! Every kind of voxel in both byte orders, what the formats allow, and what nobody should send.

use miniz_oxide::deflate::compress_to_vec_zlib;
use proptest::prelude::*;

use super::*;
use crate::image::{Image, Plane};

/// A NIfTI header with these fields, then the voxels.
fn nifti_of(big: bool, dim: [i16; 8], kind: i16, scaling: [f32; 2], voxels: &[u8]) -> Vec<u8> {
    let mut file = vec![0; 352];
    let mut put = |at: usize, value: &mut [u8]| {
        if big {
            value.reverse();
        }
        file[at..at + value.len()].copy_from_slice(value);
    };
    put(0, &mut 348_i32.to_le_bytes());
    for (i, side) in dim.into_iter().enumerate() {
        put(40 + 2 * i, &mut side.to_le_bytes());
    }
    put(70, &mut kind.to_le_bytes());
    for (i, step) in [1.0_f32, 0.5, -2.0, 0.0].into_iter().enumerate() {
        put(76 + 4 * i, &mut step.to_le_bytes());
    }
    put(108, &mut 352.0_f32.to_le_bytes());
    put(112, &mut scaling[0].to_le_bytes());
    put(116, &mut scaling[1].to_le_bytes());
    file[344..348].copy_from_slice(b"n+1\0");
    file.extend(voxels);
    file
}

const PLAIN: [f32; 2] = [0.0, 7.0];

fn line(voxels: i16) -> [i16; 8] {
    [3, voxels, 1, 1, 0, 0, 0, 0]
}

/// A MetaImage of 2 x 1 x `slices` voxels.
fn mha_of(lines: &str, slices: usize, voxels: &[u8]) -> Vec<u8> {
    let header = format!(
        "ObjectType = Image\nNDims = 3\nDimSize = 2 1 {slices}\n{lines}\nElementDataFile = LOCAL\n"
    );
    [header.as_bytes(), voxels].concat()
}

/// 1, 2, 3 as each kind of number, little endian, with its names in both formats.
fn kinds() -> Vec<(i16, &'static str, Vec<[u8; 8]>, usize)> {
    macro_rules! kind {
        ($code:literal, $name:literal, $type:ty) => {{
            let bytes = |v: u8| {
                let mut all = [0; 8];
                let number = <$type>::from(v as i8 as $type).to_le_bytes();
                all[..number.len()].copy_from_slice(&number);
                all
            };
            let numbers = [1, 2, 3].map(bytes).to_vec();
            ($code, $name, numbers, size_of::<$type>())
        }};
    }
    vec![
        kind!(2, "MET_UCHAR", u8),
        kind!(256, "MET_CHAR", i8),
        kind!(512, "MET_USHORT", u16),
        kind!(4, "MET_SHORT", i16),
        kind!(768, "MET_UINT", u32),
        kind!(8, "MET_INT", i32),
        kind!(1280, "MET_ULONG_LONG", u64),
        kind!(1024, "MET_LONG_LONG", i64),
        kind!(16, "MET_FLOAT", f32),
        kind!(64, "MET_DOUBLE", f64),
    ]
}

#[test]
fn every_kind_of_voxel_in_both_byte_orders() {
    for (code, name, numbers, size) in kinds() {
        for big in [false, true] {
            let ordered = numbers.iter().flat_map(|number| {
                let mut bytes = number[..size].to_vec();
                if big {
                    bytes.reverse();
                }
                bytes
            });
            let voxels: Vec<u8> = ordered.collect();
            let nifti = nifti_of(big, line(3), code, PLAIN, &voxels);
            let found = read(&nifti).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(found.voxels(), [1.0, 2.0, 3.0], "{name}, big: {big}");
            // Along x as given, along y without the sign, along z not given.
            assert_eq!(found.spacing(), [0.5, 2.0, 1.0]);

            let order = if big { "True" } else { "False" };
            let lines = format!("BinaryDataByteOrderMSB = {order}\nElementType = {name}");
            let mha = mha_of(&lines, 1, &voxels[..2 * size]);
            let found = read(&mha).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(found.voxels(), [1.0, 2.0], "{name}, big: {big}");
        }
    }
}

#[test]
fn negative_numbers_stay_negative() {
    for (code, bytes) in [
        (256, (-3_i8).to_le_bytes().to_vec()),
        (4, (-3_i16).to_le_bytes().to_vec()),
        (8, (-3_i32).to_le_bytes().to_vec()),
        (1024, (-3_i64).to_le_bytes().to_vec()),
    ] {
        let found = read(&nifti_of(false, line(1), code, PLAIN, &bytes)).expect("one voxel");
        assert_eq!(found.voxels(), [-3.0]);
    }
}

#[test]
fn slope_and_intercept_scale_where_they_are_given() {
    let of = |scaling| {
        let file = nifti_of(true, line(2), 2, scaling, &[10, 20]);
        read(&file).expect("two voxels").voxels().to_vec()
    };
    assert_eq!(of([0.5, -1.0]), [4.0, 9.0]);
    assert_eq!(of([0.0, 7.0]), [10.0, 20.0]);
    assert_eq!(of([f32::NAN, 7.0]), [10.0, 20.0]);
    assert_eq!(of([2.0, f32::INFINITY]), [20.0, 40.0]);
}

#[test]
fn a_series_gives_its_first_volume_and_a_picture_is_one_slice() {
    let file = nifti_of(
        false,
        [4, 2, 1, 2, 2, 1, 1, 1],
        2,
        PLAIN,
        &[1, 2, 3, 4, 5, 6, 7, 8],
    );
    let found = read(&file).expect("two volumes");
    assert_eq!(
        (found.sides(), found.voxels()),
        ([2, 1, 2], &[1.0, 2.0, 3.0, 4.0][..])
    );
    let second = read_of(&file, None, 1).expect("two volumes");
    assert_eq!(
        (second.voxels(), second.series()),
        (&[5.0, 6.0, 7.0, 8.0][..], 2)
    );
    assert!(matches!(
        read_of(&file, None, 2),
        Err(FormatError::Series { index: 2, count: 2 })
    ));
    let flat = nifti_of(false, [2, 2, 2, 0, 0, 0, 0, 0], 2, PLAIN, &[1, 2, 3, 4]);
    assert_eq!(read(&flat).expect("a picture").sides(), [2, 2, 1]);

    let header = "NDims = 4\nDimSize = 2 1 1 3\nElementType = MET_UCHAR\n";
    let compressed = compress_to_vec_zlib(&[9, 8, 7, 6, 5, 4], 6);
    for (more, voxels) in [
        ("", vec![9, 8, 7, 6, 5, 4]),
        ("CompressedData = True\n", compressed),
    ] {
        let file = format!("{header}{more}ElementDataFile = LOCAL\n");
        let found = read(&[file.as_bytes(), &voxels].concat()).expect("three volumes");
        assert_eq!(found.voxels(), [9.0, 8.0], "{more}");
        let last = read_of(&[file.as_bytes(), &voxels].concat(), None, 2).expect("three volumes");
        assert_eq!(
            (last.voxels(), last.series()),
            (&[5.0, 4.0][..], 3),
            "{more}"
        );
    }
}

#[test]
fn compressed_voxels_are_inflated_to_what_the_header_says() {
    let lines = "CompressedData = True\nElementType = MET_SHORT\nElementSpacing = 1 2 x";
    let voxels: Vec<u8> = (0..400).flat_map(|i: i16| (i / 7).to_le_bytes()).collect();
    let whole = mha_of(lines, 200, &compress_to_vec_zlib(&voxels, 6));
    let found = read(&whole).expect("a volume");
    assert_eq!(found.voxels()[399], 57.0);
    assert_eq!(found.spacing(), [1.0, 2.0, 1.0]);
    let more = mha_of(lines, 199, &compress_to_vec_zlib(&voxels, 6));
    assert!(matches!(read(&more), Err(FormatError::Compression(_))));
    let fewer = mha_of(lines, 201, &compress_to_vec_zlib(&voxels, 6));
    assert!(matches!(read(&fewer), Err(FormatError::Truncated { .. })));
    let bomb = mha_of(lines, 100_000, &compress_to_vec_zlib(&[0; 60], 6));
    assert!(matches!(read(&bomb), Err(FormatError::Compression(_))));
}

#[test]
fn slices_along_every_axis() {
    let voxels = (0..24).map(|i| i as f32).collect();
    let volume = Volume::new([4, 3, 2], [1.0; 3], voxels).expect("24 voxels");
    let slice = |axis, index| {
        let plane = volume.slice(axis, index).expect("a slice");
        (plane.width(), plane.height(), plane.into_values())
    };
    let (width, height, values) = slice(Axis::Z, 1);
    assert_eq!((width, height, values[0], values[11]), (4, 3, 12.0, 23.0));
    let all = vec![8.0, 9.0, 10.0, 11.0, 20.0, 21.0, 22.0, 23.0];
    assert_eq!(slice(Axis::Y, 2), (4, 2, all));
    assert_eq!(
        slice(Axis::X, 3),
        (3, 2, vec![3.0, 7.0, 11.0, 15.0, 19.0, 23.0])
    );
    let error = volume.slice(Axis::Z, 2).expect_err("slices 0 and 1");
    assert_eq!(
        error.to_string(),
        "there is no slice 2: the volume has 2 slices, 0 to 1"
    );
}

#[test]
fn a_window_leaves_out_the_extremes_and_is_the_whole_volumes() {
    let mut voxels: Vec<f32> = (0..2000).map(|i| (i % 100) as f32).collect();
    voxels[7] = 1e9;
    let volume = Volume::new([10, 10, 20], [1.0; 3], voxels).expect("2000 voxels");
    let window = volume.window().expect("not constant");
    assert_eq!(
        window,
        Window {
            low: 0.0,
            high: 99.0
        }
    );
    let picture = volume.picture(Axis::Z, 0, window).expect("a slice");
    assert_eq!(
        (picture.at(0, 0), picture.at(7, 0), picture.at(9, 9)),
        (0.0, 1.0, 1.0)
    );

    let mut mostly = vec![3.0; 1000];
    mostly[5] = 4.0;
    let volume = Volume::new([10, 10, 10], [1.0; 3], mostly).expect("1000 voxels");
    let window = volume.window().expect("one voxel differs");
    assert_eq!(
        window,
        Window {
            low: 3.0,
            high: 4.0
        }
    );
    let error = volume
        .picture(Axis::Z, 9, window)
        .expect_err("a constant slice");
    assert!(error.to_string().contains("constant"), "{error}");
    let flat = Volume::new([2, 2, 1], [1.0; 3], vec![5.0; 4]).expect("4 voxels");
    assert_eq!(flat.window(), Err(FormatError::Constant(5.0)));
    let wide = Window {
        low: f32::MIN,
        high: f32::MAX,
    };
    assert_eq!(
        (wide.of(f32::MIN), wide.of(0.0), wide.of(f32::MAX)),
        (0.0, 0.5, 1.0)
    );
}

#[test]
fn voxels_without_data_are_as_dark_as_the_darkest() {
    let of = |voxels: &[f32]| Volume::new([voxels.len(), 1, 1], [1.0; 3], voxels.to_vec());
    let nan = f32::NAN;
    let few = of(&[-150.0, nan, f32::INFINITY, 120.0]).expect("half of them are numbers");
    assert_eq!(few.voxels(), [-150.0, -150.0, -150.0, 120.0]);
    assert_eq!(few.replaced(), 2);
    // A brain without its skull: most of the volume holds nothing.
    let brain = of(&[&[nan; 95][..], &[7.0; 5]].concat()).expect("a brain");
    assert_eq!((brain.voxels()[0], brain.replaced()), (7.0, 95));
    let nothing = of(&[&[nan; 200][..], &[7.0]].concat());
    assert_eq!(nothing, Err(FormatError::NotNumbers { bad: 200, of: 201 }));
}

#[test]
fn padding_of_a_ct_is_no_tissue_and_low_values_alone_are_no_padding() {
    let of = |voxels: &[f32]| {
        let volume = Volume::new([voxels.len(), 1, 1], [1.0; 3], voxels.to_vec());
        volume.expect("numbers").voxels().to_vec()
    };
    let air = [-1000.0, -20.0, 40.0];
    for padding in [-3024.0, -2000.0] {
        let padded = [&[padding; 16][..], &air].concat();
        assert_eq!(of(&padded), [&[-1000.0; 17][..], &air[1..]].concat());
    }
    for plain in [
        [&[-3024.0; 15][..], &air].concat(),
        [&[-1300.0; 16][..], &[-1250.0, -1000.0, 40.0]].concat(),
        [&[-900.0; 16][..], &[100.0]].concat(),
        [&[-5000.0; 16][..], &[-4000.0]].concat(),
    ] {
        assert_eq!(of(&plain), plain, "nothing is padding here");
    }
}

fn planes() -> Vec<Plane> {
    let plane = |z: usize| Plane::from_fn(5, 3, move |x, y| (x + 5 * y + 20 * z) as f32 / 255.0);
    (0..2).map(plane).collect()
}

#[test]
fn what_is_written_is_read_again() {
    let file =
        nifti::write(&planes(), [0.9, 0.8, 3.0], "SYNTHETIC, not for diagnosis").expect("a file");
    assert_eq!(file.len(), 352 + 30);
    let found = read(&file).expect("a volume");
    assert_eq!(
        (found.sides(), found.spacing()),
        ([5, 3, 2], [0.9, 0.8, 3.0])
    );
    for (z, plane) in planes().iter().enumerate() {
        let slice = found.slice(Axis::Z, z).expect("a slice");
        assert_eq!(slice.map(|v| v / 255.0), *plane);
    }
    let text = &file[148..228];
    assert!(text.starts_with(b"SYNTHETIC, not for diagnosis\0"));
    let long = nifti::write(&planes(), [1.0; 3], &"ä long text ".repeat(50)).expect("a file");
    assert_eq!((long[148], long[227]), (b' ', 0), "ASCII, and an end");
}

#[test]
fn colours_are_written_voxel_by_voxel() {
    let slice = |first: u8| Image::of_interleaved_u8(2, 1, 3, &[first, 2, 3, 4, 5, 6]);
    let slices = [1, 9].map(|first| slice(first).expect("two colours"));
    let file = nifti::write_colour(&slices, [1.0; 3], "SYNTHETIC").expect("a file");
    let number = |at: usize| i16::from_le_bytes([file[at], file[at + 1]]);
    assert_eq!([number(42), number(44), number(46)], [2, 1, 2]);
    assert_eq!([number(70), number(72)], [128, 24], "RGB24");
    assert_eq!(file[352..], [1, 2, 3, 4, 5, 6, 9, 2, 3, 4, 5, 6]);
    let grey = Image::from(Plane::filled(2, 1, 0.0));
    let refused = nifti::write_colour(&[slices[0].clone(), grey], [1.0; 3], "");
    assert!(matches!(refused, Err(FormatError::Unsupported(_))));
    let none = nifti::write_colour(&[], [1.0; 3], "");
    assert!(matches!(none, Err(FormatError::Dimensions(_))));
}

#[test]
fn slices_that_make_no_volume_are_not_written() {
    let mut uneven = planes();
    uneven.push(Plane::filled(4, 3, 0.0));
    for slices in [Vec::new(), uneven] {
        let refused = nifti::write(&slices, [1.0; 3], "");
        assert!(matches!(refused, Err(FormatError::Dimensions(_))));
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let nifti = |dim, kind| nifti_of(false, dim, kind, PLAIN, &[0; 8]);
    let mut pair = nifti(line(1), 2);
    pair[345] = b'i';
    let mut second = nifti(line(1), 2);
    second[..4].copy_from_slice(&540_i32.to_le_bytes());
    let mut nowhere = nifti(line(1), 2);
    nowhere[108..112].copy_from_slice(&f32::NAN.to_le_bytes());
    let mha = |lines: &str| mha_of(lines, 1, &[0; 8]);
    let cases = [
        (b"\x1f\x8b\x08".to_vec(), "inflate them first"),
        (b"hello, world".to_vec(), "no volume that can be read"),
        (Vec::new(), "no volume that can be read"),
        (second, "need 540 bytes"),
        (pair, "the .img of the same name"),
        (nowhere, "begin at byte NaN"),
        (nifti([0; 8], 2), "impossible sides (0 of 0 x 0"),
        (
            nifti([3, 2, -1, 4, 0, 0, 0, 0], 2),
            "impossible sides (3 of 2 x -1",
        ),
        (nifti([5, 2, 2, 2, 1, 3, 0, 0], 2), "one grey volume"),
        (
            nifti([3, 32767, 32767, 32767, 0, 0, 0, 0], 2),
            "crop or resample",
        ),
        (nifti(line(9), 2), "need 9 bytes, 8 are there"),
        (nifti(line(1), 128), "colours (data type 128)"),
        (nifti(line(1), 32), "complex numbers"),
        (mha("Comment = x"), "the line ElementType is missing"),
        (mha("ElementType = MET_UCHAR_ARRAY"), "type MET_UCHAR_ARRAY"),
        (
            mha("ElementType = MET_UCHAR\nElementNumberOfChannels = 3"),
            "one grey volume",
        ),
        (
            mha("ElementType = MET_DOUBLE"),
            "need 16 bytes, 8 are there",
        ),
        (mha("BinaryData = False"), "in binary form"),
        (mha("not a line"), "has no '='"),
        (
            b"ObjectType = Image\nNDims = 3\n".to_vec(),
            "ElementDataFile is missing",
        ),
        (
            b"NDims = 2\nElementDataFile = a.raw\n".to_vec(),
            "in another file, a.raw",
        ),
        (
            b"NDims = 3\nDimSize = 2 2\nElementDataFile = LOCAL\n".to_vec(),
            "impossible sides (2 2)",
        ),
        (
            b"NDims = 3\nDimSize = 9 -1 9\nElementDataFile = LOCAL\n".to_vec(),
            "(9 -1 9)",
        ),
        (
            b"NDims = 2\nDimSize = 4294967295 4294967295\nElementDataFile = LOCAL\n".to_vec(),
            "crop or resample",
        ),
    ];
    for (bytes, word) in cases {
        let error = read(&bytes).expect_err(word).to_string();
        assert!(error.contains(word), "`{word}`: {error}");
    }
    let endless = [b"NDims = ".to_vec(), vec![b'3'; 200_000]].concat();
    assert!(matches!(read(&endless), Err(FormatError::Header(_))));
    let lines = "Comment = x\n".repeat(10_000);
    assert!(matches!(
        read(lines.as_bytes()),
        Err(FormatError::Header(_))
    ));
}

/// All slices along z, one behind the other.
fn seen(volume: &Volume) -> Vec<f32> {
    let slices = (0..volume.slices(Axis::Z)).map(|z| volume.slice(Axis::Z, z).expect("a slice"));
    slices.flat_map(Plane::into_values).collect()
}

/// A NIfTI of 2 x 2 x 1 voxels 1, 2, 3, 4 whose header is changed by `edit`.
fn turned(edit: impl Fn(&mut [u8])) -> Vec<f32> {
    let mut file = nifti_of(false, [3, 2, 2, 1, 0, 0, 0, 0], 2, PLAIN, &[1, 2, 3, 4]);
    edit(&mut file);
    let volume = read(&file).expect("four voxels");
    assert_eq!(
        volume.voxels(),
        [1.0, 2.0, 3.0, 4.0],
        "the file's own order"
    );
    seen(&volume.upright())
}

#[test]
fn upright_shows_the_left_at_the_right_and_the_front_at_the_top() {
    let put = |file: &mut [u8], at: usize, value: f32| {
        file[at..at + 4].copy_from_slice(&value.to_le_bytes());
    };
    let code = |file: &mut [u8], at: usize| file[at] = 1;
    assert_eq!(turned(|_| {}), [1.0, 2.0, 3.0, 4.0], "nothing is said");
    // x to the right, y to the front (as most NIfTI files): both turn.
    let sform = |f: &mut [u8]| {
        code(f, 254);
        put(f, 280, 0.5);
        put(f, 300, 2.0);
        put(f, 320, 1.0);
    };
    assert_eq!(turned(sform), [4.0, 3.0, 2.0, 1.0]);
    // The same by a quaternion without rotation; the sform, where there is one, decides.
    assert_eq!(turned(|f| code(f, 252)), [4.0, 3.0, 2.0, 1.0]);
    // Half a turn about z: x to the left, y to the back, upright as it is.
    let half = |f: &mut [u8]| {
        code(f, 252);
        put(f, 264, 1.0);
    };
    assert_eq!(turned(half), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(
        turned(|f| {
            half(f);
            sform(f);
        }),
        [4.0, 3.0, 2.0, 1.0]
    );
    // A quarter turn about z (a = d = sqrt(1/2)): x to the front, y to the left.
    let quarter = |f: &mut [u8]| {
        code(f, 252);
        put(f, 264, 0.5_f32.sqrt());
    };
    assert_eq!(turned(quarter), [2.0, 4.0, 1.0, 3.0]);

    let own = nifti::write(&planes(), [1.0; 3], "SYNTHETIC").expect("a file");
    let own = read(&own).expect("our own file");
    assert_eq!(seen(&own.clone().upright()), own.voxels());
}

#[test]
fn a_meta_image_turns_by_its_matrix() {
    let of = |matrix: &str| {
        let lines = format!("ElementType = MET_UCHAR\n{matrix}");
        let read = read(&mha_of(&lines, 2, &[1, 2, 3, 4])).expect("four voxels");
        seen(&read.upright())
    };
    assert_eq!(
        of("TransformMatrix = 1 0 0 0 1 0 0 0 1"),
        [1.0, 2.0, 3.0, 4.0]
    );
    assert_eq!(
        of("TransformMatrix = -1 0 0 0 -1 0 0 0 1"),
        [2.0, 1.0, 4.0, 3.0]
    );
    // x to the left, y to the feet, z to the back: slices become rows.
    assert_eq!(of("Orientation = 1 0 0 0 0 -1 0 1 0"), [1.0, 2.0, 3.0, 4.0]);
    for broken in [
        "1 0 0",
        "a b c d e f g h i",
        "1 0 0 0 1 0 0 0 1 0",
        "0 0 0 0 0 0 0 0 0",
    ] {
        let line = format!("TransformMatrix = {broken}");
        assert_eq!(of(&line), [1.0, 2.0, 3.0, 4.0], "{broken}");
    }
}

/// The header of version 2 that says what this one of version 1, little endian, says.
fn version_2(file: &[u8]) -> Vec<u8> {
    let mut later = vec![0; 544];
    let mut put = |at: usize, bytes: &[u8]| later[at..at + bytes.len()].copy_from_slice(bytes);
    let short = |at: usize| i16::from_le_bytes([file[at], file[at + 1]]);
    let float =
        |at: usize| f32::from_le_bytes([file[at], file[at + 1], file[at + 2], file[at + 3]]);
    put(0, &540_i32.to_le_bytes());
    put(4, b"n+2\0\r\n\x1a\n");
    put(12, &short(70).to_le_bytes());
    for i in 0..8 {
        put(16 + 8 * i, &i64::from(short(40 + 2 * i)).to_le_bytes());
        put(104 + 8 * i, &f64::from(float(76 + 4 * i)).to_le_bytes());
    }
    put(168, &544_i64.to_le_bytes());
    put(176, &f64::from(float(112)).to_le_bytes());
    put(184, &f64::from(float(116)).to_le_bytes());
    put(344, &i32::from(short(252)).to_le_bytes());
    put(348, &i32::from(short(254)).to_le_bytes());
    for i in 0..3 {
        put(352 + 8 * i, &f64::from(float(256 + 4 * i)).to_le_bytes());
        put(376 + 8 * i, &f64::from(float(268 + 4 * i)).to_le_bytes());
    }
    for i in 0..12 {
        put(400 + 8 * i, &f64::from(float(280 + 4 * i)).to_le_bytes());
    }
    put(500, &i32::from(file[123]).to_le_bytes());
    later.extend(&file[352..]);
    later
}

#[test]
fn version_2_says_the_same_as_version_1() {
    let own = nifti::write(&planes(), [0.9, 0.8, 3.0], "SYNTHETIC").expect("a file");
    let series = nifti_of(
        false,
        [4, 2, 1, 1, 2, 1, 1, 1],
        4,
        [2.0, 1.0],
        &[1, 0, 2, 0, 3, 0, 4, 0],
    );
    for (file, index) in [(own, 0), (series.clone(), 0), (series, 1)] {
        let first = read_of(&file, None, index).expect("version 1");
        let second = read_of(&version_2(&file), None, index).expect("version 2");
        assert_eq!(first, second);
    }
}

#[test]
fn the_first_voxel_lies_where_the_header_says() {
    let mut file = nifti_of(false, [3, 2, 2, 1, 0, 0, 0, 0], 2, PLAIN, &[1, 2, 3, 4]);
    let mut put = |at: usize, value: f32| file[at..at + 4].copy_from_slice(&value.to_le_bytes());
    for (at, value) in [(268, 10.0), (272, -20.0), (276, 30.0), (88, 3.0)] {
        put(at, value);
    }
    file[252] = 1;
    let volume = read(&file).expect("four voxels").upright();
    // Towards right and front in the file: the last voxel of both is the first one now.
    let affine = volume.affine().expect("it says so");
    assert_eq!(
        affine.steps,
        [[0.5, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 3.0]]
    );
    assert_eq!(affine.origin, [-10.5, 18.0, 30.0]);

    let lines = "ElementType = MET_UCHAR\nElementSpacing = 2 3 4\nOffset = 7 8 9\nTransformMatrix = -1 0 0 0 1 0 0 0 1";
    let volume = read(&mha_of(lines, 1, &[1, 2]))
        .expect("two voxels")
        .upright();
    let affine = volume.affine().expect("it says so");
    assert_eq!(
        (affine.origin, affine.steps[0]),
        ([5.0, 8.0, 9.0], [2.0, 0.0, 0.0])
    );
    let unsaid = read(&mha_of("ElementType = MET_UCHAR", 1, &[1, 2])).expect("two voxels");
    assert_eq!(unsaid.affine(), None);
}

#[test]
fn a_label_without_directions_is_turned_as_its_image() {
    let lines = "ElementType = MET_UCHAR\nTransformMatrix = -1 0 0 0 -1 0 0 0 1";
    let image = read(&mha_of(lines, 2, &[1, 2, 3, 4])).expect("four voxels");
    let label = read(&mha_of("ElementType = MET_UCHAR", 2, &[1, 2, 3, 4])).expect("four voxels");
    assert_eq!(seen(&label.clone().upright()), [1.0, 2.0, 3.0, 4.0]);
    let label = label.upright_as(image.own_affine());
    assert_eq!(seen(&label), seen(&image.upright()));
}

#[test]
fn voxels_in_a_file_of_their_own_are_those_of_one_file() {
    let voxels = [1, 0, 2, 0, 3, 0, 4, 0];
    let whole = mha_of("ElementType = MET_SHORT", 2, &voxels);
    let text = String::from_utf8_lossy(&whole[..whole.len() - voxels.len()]).into_owned();
    let header = text.replace("LOCAL", "a.raw");
    assert_eq!(companions("a.mhd", header.as_bytes()), ["a.raw"]);
    assert!(matches!(read(header.as_bytes()), Err(FormatError::Beside(name)) if name == "a.raw"));
    let pair = read_of(header.as_bytes(), Some(&voxels), 0);
    assert_eq!(pair, read(&whole));
    let packed = header.replace("ElementDataFile", "CompressedData = True\nElementDataFile");
    let small = compress_to_vec_zlib(&voxels, 6);
    assert_eq!(read_of(packed.as_bytes(), Some(&small), 0), read(&whole));
    for elsewhere in ["../a.raw", "/etc/passwd", "a\\b.raw", ".."] {
        let header = text.replace("LOCAL", elsewhere);
        assert!(
            companions("a.mhd", header.as_bytes()).is_empty(),
            "{elsewhere}"
        );
    }
    let slices = text.replace("LOCAL", "LIST");
    assert!(matches!(
        read(slices.as_bytes()),
        Err(FormatError::Unsupported(_))
    ));

    let whole = nifti_of(false, line(3), 2, PLAIN, &[5, 6, 7]);
    let mut header = whole[..352].to_vec();
    header[344..348].copy_from_slice(b"ni1\0");
    header[108..112].copy_from_slice(&0.0_f32.to_le_bytes());
    let names = companions("scan.1.hdr", &header);
    assert_eq!(names[..2], ["scan.1.img", "scan.1.img.gz"]);
    assert!(companions("a.nii", &whole).is_empty());
    assert_eq!(read_of(&header, Some(&[5, 6, 7]), 0), read(&whole));
    assert!(matches!(read(&header), Err(FormatError::Beside(_))));
}

#[test]
fn a_head_before_the_voxels_is_passed_over() {
    let plain = read(&mha_of("ElementType = MET_UCHAR", 1, &[8, 9]));
    for (size, voxels) in [
        ("3", &[1, 2, 3, 8, 9][..]),
        ("-1", &[1, 8, 9]),
        ("0", &[8, 9, 1]),
    ] {
        let lines = format!("ElementType = MET_UCHAR\nHeaderSize = {size}");
        assert_eq!(read(&mha_of(&lines, 1, voxels)), plain, "{size}");
    }
    for size in ["-2", "many", "99999999999999999999"] {
        let lines = format!("ElementType = MET_UCHAR\nHeaderSize = {size}");
        assert!(read(&mha_of(&lines, 1, &[8, 9])).is_err(), "{size}");
    }
}

#[test]
fn what_is_no_volume_is_called_what_it_is() {
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n";
    let said = |bytes: &[u8]| read(bytes).expect_err("no volume").to_string();
    assert!(said(pointer).contains("git lfs pull"));
    assert!(said(b"<!DOCTYPE html><html>Sign in").contains("web page"));
    assert!(said(b"hello").contains("no volume that can be read"));
}

/// One good file of each kind.
fn good() -> Vec<Vec<u8>> {
    let shorts: Vec<u8> = (0..64).flat_map(|i: i16| (i * 5).to_be_bytes()).collect();
    let lines = "BinaryDataByteOrderMSB = True\nElementType = MET_SHORT";
    let packed = format!("{lines}\nCompressedData = True");
    vec![
        nifti_of(true, [3, 4, 4, 4, 0, 0, 0, 0], 4, [2.0, 1.0], &shorts),
        nifti::write(&planes(), [1.0; 3], "SYNTHETIC").expect("a file"),
        mha_of(lines, 32, &shorts),
        mha_of(&packed, 32, &compress_to_vec_zlib(&shorts, 6)),
        version_2(&nifti::write(&planes(), [1.0; 3], "SYNTHETIC").expect("a file")),
        [
            b"NRRD0004\ntype: short\ndimension: 3\nsizes: 4 4 4\nendian: big\nencoding: raw\n\n",
            &shorts[..],
        ]
        .concat(),
    ]
}

/// Whatever is read can be looked at.
fn look(bytes: &[u8]) {
    if let Ok(volume) = read(bytes) {
        assert!(volume.voxels().iter().all(|v| v.is_finite()));
        let upright = volume.clone().upright();
        let turned = upright.sides();
        assert_eq!(turned.iter().product::<usize>(), volume.voxels().len());
        let last = upright.slices(Axis::Z) - 1;
        if let Ok(slice) = upright.slice(Axis::Z, last) {
            assert_eq!((slice.width(), slice.height()), (turned[0], turned[1]));
        }
        for axis in [Axis::X, Axis::Y, Axis::Z] {
            let last = volume.slices(axis) - 1;
            let picture = volume.window().and_then(|w| volume.picture(axis, last, w));
            if let Ok(picture) = picture {
                assert!(picture.values().iter().all(|v| (0.0..=1.0).contains(v)));
            }
        }
    }
}

#[test]
fn every_cut_and_every_flipped_bit_is_survived() {
    for file in good() {
        read(&file).expect("a good file");
        for end in 0..file.len() {
            look(&file[..end]);
        }
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut hostile = file.clone();
                hostile[at] ^= 1 << bit;
                look(&hostile);
            }
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(
        which in 0..4_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
        tail in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let mut file = good().swap_remove(which);
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        look(&file);
        file.truncate(cut.index(file.len()));
        file.extend(tail);
        look(&file);
    }
}

/// 256 million floats are few bytes once compressed, and 2 GiB to read: refused by the header, before any is asked for.
#[test]
fn a_volume_that_would_take_too_much_memory_is_refused_by_its_header() {
    let packed = compress_to_vec_zlib(&vec![0; 1 << 20], 9).repeat(1100);
    let header = "NDims = 3\nDimSize = 512 512 1024\nCompressedData = True\nElementType = MET_FLOAT\nElementDataFile = LOCAL\n";
    let file = [header.as_bytes(), &packed].concat();
    let need = 2 * (1 << 30) + file.len() as u64;
    let error = read(&file).expect_err("too large");
    assert_eq!(error, FormatError::Memory { need });
    assert!(error.to_string().contains("at most 1536"), "{error}");
}
