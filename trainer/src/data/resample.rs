//! Volumes of a case that lie on another grid than its first image, brought onto that: on request alone, since what is
//! resampled is no longer what was measured.
//!
//! Where a pixel lies in the patient is known from both headers. Images are interpolated between voxels, labels take the
//! nearest one, and where the other volume does not reach there is no data: black, and no lesion.

use super::Picture;
use super::grid::Grid;
use super::raster::Numbers;
use super::volumes::{LabelSlice, Volumes, is_volume};
use anyhow::{Context, Result, ensure};
use scanweave::formats::{Affine, Axis, FormatError, Volume};
use scanweave::image::{Image, ImageError, Plane};
use scanweave::study::Channels;

/// What others are brought to: a slice of the case's first image.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Where that image lies.
    pub grid: &'a Grid,
    /// Which slice of it.
    pub slice: usize,
}

/// A picture resampled onto the target, as [`super::decode::read_image`] would read it there; `None` where nothing has to
/// be done, or one of the two does not say how it lies.
///
/// # Errors
/// When the file cannot be read, or shows nothing there; the error names it.
pub fn image(
    picture: &Picture,
    channels: Channels,
    target: Target,
    volumes: &Volumes,
) -> Result<Option<Image>> {
    let Some(apart) = Apart::of(picture, target, volumes)? else {
        return Ok(None);
    };
    let Apart { kept, grid, .. } = &apart;
    let window = kept.window.clone().with_context(|| apart.named())?;
    let slice = |index: usize| -> Result<Plane> {
        let (values, inside) = apart.sampled(index, Pick::Linear)?;
        let seen = kept.shown(values.map(|v| window.of(v)));
        Ok(seen.zip(&inside, |v, inside| v * inside))
    };
    let middle = slice(target.slice)?;
    let (low, high) = middle.min_max();
    if low >= high {
        return Err(FormatError::from(ImageError::Constant(low))).with_context(|| apart.named());
    }
    volumes.notes().add(
        &picture.path,
        format!(
            "it lies on another grid than the first image of its case, and is resampled: from {} onto {}",
            grid.in_words(),
            target.grid.in_words()
        ),
    );
    if channels != Channels::Neighbours {
        return Ok(Some(Image::from(middle).spread(channels.count())));
    }
    // Beyond the end of the volume the slice itself stands for the one that is missing.
    let beside = |index| slice(index).unwrap_or_else(|_| middle.clone());
    let (before, after) = target.grid.beside(target.slice);
    let planes = vec![beside(before), middle.clone(), beside(after)];
    Ok(Some(Image::new(planes)?))
}

/// A label resampled onto the target, as [`Volumes::label`] would read it there; `None` as [`image()`].
///
/// # Errors
/// As [`image()`].
pub fn label(picture: &Picture, target: Target, volumes: &Volumes) -> Result<Option<LabelSlice>> {
    let Some(apart) = Apart::of(picture, target, volumes)? else {
        return Ok(None);
    };
    let (plane, _) = apart.sampled(target.slice, Pick::Nearest)?;
    volumes.notes().add(
        &picture.path,
        format!(
            "the label lies on another grid than its image, and is resampled: from {} onto {}",
            apart.grid.in_words(),
            target.grid.in_words()
        ),
    );
    Ok(Some(LabelSlice {
        numbers: Numbers {
            width: plane.width(),
            height: plane.height(),
            values: plane.into_values(),
        },
        largest: apart.kept.largest,
        grid: target.grid.clone(),
    }))
}

/// How values between voxels are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pick {
    Linear,
    Nearest,
}

/// A volume that lies apart from the target.
struct Apart<'a> {
    kept: super::volumes::Shared,
    /// Upright.
    volume: Volume,
    grid: Grid,
    /// The target's grid in voxels of the volume.
    within: Affine,
    target: Target<'a>,
    picture: &'a Picture,
}

impl<'a> Apart<'a> {
    fn of(picture: &'a Picture, target: Target<'a>, volumes: &Volumes) -> Result<Option<Self>> {
        if !is_volume(&picture.path) {
            return Ok(None);
        }
        let (kept, volume) = volumes.turned(picture, Some(target.grid))?;
        let grid = Grid::deep(&picture.path, &volume);
        if grid.check_image(target.grid).is_ok() {
            return Ok(None);
        }
        let within = grid.holds(target.grid);
        Ok(within.map(|within| Self {
            kept,
            volume,
            grid,
            within,
            target,
            picture,
        }))
    }

    fn named(&self) -> String {
        let (width, height) = self.target.grid.sides();
        format!(
            "{}, resampled onto slice {} of {width} x {height} pixels",
            self.picture.path.display(),
            self.target.slice
        )
    }

    /// The values along a slice of the target, and where there are any: 1, elsewhere 0.
    fn sampled(&self, slice: usize, pick: Pick) -> Result<(Plane, Plane)> {
        let (width, height) = self.target.grid.sides();
        let at = |x: usize, y: usize| self.within.place([x as f32, y as f32, slice as f32]);
        let corners = [
            (0, 0),
            (width - 1, 0),
            (0, height - 1),
            (width - 1, height - 1),
        ];
        let heights = corners.map(|(x, y)| at(x, y)[2]);
        let slab = Slab::of(&self.volume, heights, pick)?;
        let inside = Plane::from_fn(width, height, |x, y| {
            f32::from(u8::from(slab.holds(at(x, y))))
        });
        ensure!(
            pick == Pick::Nearest || inside.min_max().1 > 0.0,
            "{}: it does not reach there: leave it out, or this slice",
            self.named()
        );
        let values = Plane::from_fn(width, height, |x, y| match inside.at(x, y) {
            0.0 => 0.0,
            _ => slab.value(at(x, y), pick),
        });
        Ok((values, inside))
    }
}

/// The slices of a volume that are needed.
struct Slab {
    sides: [usize; 3],
    /// Which slice is the first.
    first: usize,
    slices: Vec<Plane>,
}

impl Slab {
    /// Those between the lowest and the highest of these places along z.
    fn of(volume: &Volume, heights: [f32; 4], pick: Pick) -> Result<Self, FormatError> {
        let sides = volume.sides();
        let last = sides[2] - 1;
        let low = heights.into_iter().fold(f32::INFINITY, f32::min);
        let high = heights.into_iter().fold(f32::NEG_INFINITY, f32::max);
        let first = (low.floor().max(0.0) as usize).min(last);
        let end = (high.ceil().max(0.0) as usize).min(last);
        let slice = |index| match pick {
            Pick::Linear => volume.slice(Axis::Z, index),
            Pick::Nearest => volume.label_slice(Axis::Z, index),
        };
        Ok(Self {
            sides,
            first,
            slices: (first..=end).map(slice).collect::<Result<_, _>>()?,
        })
    }

    /// Whether a place is within half a voxel of the volume.
    fn holds(&self, place: [f32; 3]) -> bool {
        let mut along = place.into_iter().zip(self.sides);
        along.all(|(at, side)| at >= -0.5 && at <= side as f32 - 0.5)
    }

    fn value(&self, place: [f32; 3], pick: Pick) -> f32 {
        let last = self.sides.map(|side| (side - 1) as f32);
        let [x, y, z] = [0, 1, 2].map(|axis| place[axis].clamp(0.0, last[axis]));
        if pick == Pick::Nearest {
            return self.voxel([x, y, z].map(|at| at.round() as usize));
        }
        let begin = [x, y, z].map(|at| at as usize);
        let share = [x.fract(), y.fract(), z.fract()];
        let corners = (0..8_usize).map(|corner| {
            let step = [corner & 1, corner >> 1 & 1, corner >> 2];
            let weight = |axis: usize| match step[axis] {
                0 => 1.0 - share[axis],
                _ => share[axis],
            };
            let weight = weight(0) * weight(1) * weight(2);
            if weight == 0.0 {
                return 0.0;
            }
            weight * self.voxel([0, 1, 2].map(|axis| begin[axis] + step[axis]))
        });
        corners.sum()
    }

    fn voxel(&self, [x, y, z]: [usize; 3]) -> f32 {
        let slice = z.saturating_sub(self.first).min(self.slices.len() - 1);
        self.slices[slice].at(x, y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::{Path, PathBuf};

    /// A volume whose voxels hold where they lie in the patient, x + 10 y + 100 z in millimetres, as a MetaImage.
    fn ramp(path: &Path, sides: [usize; 3], affine: Affine) -> Picture {
        let voxels = (0..sides[0] * sides[1] * sides[2]).map(|at| {
            let voxel = [
                at % sides[0],
                at / sides[0] % sides[1],
                at / sides[0] / sides[1],
            ];
            let [x, y, z] = affine.place(voxel.map(|v| v as f32));
            x + 10.0 * y + 100.0 * z
        });
        let spacing = affine.spacing();
        let unit = |axis: usize| affine.steps[axis].map(|v| v / spacing[axis]);
        let matrix: Vec<String> = (0..3).flat_map(unit).map(|v| v.to_string()).collect();
        let text = |v: [f32; 3]| format!("{} {} {}", v[0], v[1], v[2]);
        let header = format!(
            "NDims = 3\nDimSize = {} {} {}\nElementSpacing = {}\nTransformMatrix = {}\nOffset = {}\nElementType = MET_FLOAT\nElementDataFile = LOCAL\n",
            sides[0],
            sides[1],
            sides[2],
            text(spacing),
            matrix.join(" "),
            text(affine.origin)
        );
        let bytes = voxels.flat_map(f32::to_le_bytes);
        let file: Vec<u8> = header.into_bytes().into_iter().chain(bytes).collect();
        std::fs::write(path, file).expect("a file");
        Picture {
            slice: Some(0),
            ..PathBuf::from(path).into()
        }
    }

    const LPS: [[f32; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

    fn scaled(steps: [f32; 3], origin: [f32; 3]) -> Affine {
        let mut scaled = LPS;
        for (step, length) in scaled.iter_mut().zip(steps) {
            *step = step.map(|v| v * length);
        }
        Affine {
            steps: scaled,
            origin,
        }
    }

    /// Both volumes as grids, and the second one sampled onto slice 1 of the first.
    fn sampled(
        first: ([usize; 3], Affine),
        other: ([usize; 3], Affine),
        pick: Pick,
    ) -> (Plane, Plane) {
        let folder = tempfile::tempdir().expect("a folder");
        let volumes = Volumes::default();
        let first = ramp(&folder.path().join("first.mha"), first.0, first.1);
        let other = ramp(&folder.path().join("other.mha"), other.0, other.1);
        let (_, volume) = volumes.turned(&first, None).expect("a volume");
        let grid = Grid::deep(&first.path, &volume);
        let target = Target {
            grid: &grid,
            slice: 1,
        };
        let apart = Apart::of(&other, target, &volumes).expect("a volume");
        let apart = apart.expect("it lies apart");
        apart.sampled(1, pick).expect("it reaches there")
    }

    #[test]
    fn a_ramp_stays_where_it_lies_whatever_the_grid() {
        let target = ([9, 8, 3], scaled([1.0, 1.0, 2.0], [2.0, 3.0, 4.0]));
        // Finer and stored mirrored; coarser; turned about the head.
        let mut mirrored = scaled([0.5, 0.5, 1.0], [14.0, 1.0, 0.0]);
        mirrored.steps[0] = [-0.5, 0.0, 0.0];
        let coarse = scaled([3.0, 2.0, 5.0], [0.0, 0.0, -1.0]);
        let turned = Affine {
            steps: [[0.96, 0.28, 0.0], [-0.28, 0.96, 0.0], [0.0, 0.0, 1.5]],
            origin: [0.0, -4.0, 1.0],
        };
        for (name, sides, affine) in [
            ("mirrored", [30, 24, 14], mirrored),
            ("coarse", [6, 9, 4], coarse),
            ("turned", [20, 20, 9], turned),
        ] {
            let (plane, inside) = sampled(target, (sides, affine), Pick::Linear);
            assert_eq!((plane.width(), plane.height()), (9, 8), "{name}");
            for (x, y) in (0..8).flat_map(|y| (0..9).map(move |x| (x, y))) {
                let [left, back, head] = target.1.place([x as f32, y as f32, 1.0]);
                let expected = left + 10.0 * back + 100.0 * head;
                assert_eq!(inside.at(x, y), 1.0, "{name} at {x}, {y}");
                let found = plane.at(x, y);
                assert!(
                    (found - expected).abs() < 0.02,
                    "{name} at {x}, {y}: {found}, not {expected}"
                );
            }
        }
    }

    #[test]
    fn a_slice_that_is_missing_beside_is_the_slice_itself() {
        let folder = tempfile::tempdir().expect("a folder");
        let volumes = Volumes::default();
        let at = |name: &str| folder.path().join(name);
        let first = ramp(
            &at("first.mha"),
            [9, 8, 3],
            scaled([1.0, 1.0, 2.0], [2.0, 3.0, 4.0]),
        );
        // It begins where slice 1 lies.
        let other = ramp(
            &at("other.mha"),
            [30, 24, 3],
            scaled([0.5, 0.5, 2.0], [0.0, 0.0, 6.0]),
        );
        let (_, volume) = volumes.turned(&first, None).expect("a volume");
        let grid = Grid::deep(&first.path, &volume);
        let of = |slice, channels| {
            let target = Target { grid: &grid, slice };
            image(&other, channels, target, &volumes)
        };
        let three = of(1, Channels::Neighbours).expect("it reaches there");
        let three = three.expect("it lies apart");
        let [before, middle, after] = three.planes() else {
            panic!("three slices");
        };
        assert_eq!(before, middle);
        assert!(after.at(4, 4) > middle.at(4, 4));
        let alone = of(1, Channels::Grey).expect("it reaches there");
        assert_eq!(alone.expect("it lies apart"), Image::from(middle.clone()));
        let error = of(0, Channels::Grey).expect_err("it does not").to_string();
        assert!(
            error.contains("other.mha") && error.contains("does not reach"),
            "{error}"
        );
        let target = Target {
            grid: &grid,
            slice: 1,
        };
        assert!(
            image(&first, Channels::Grey, target, &volumes)
                .expect("read")
                .is_none()
        );
        assert_eq!(volumes.told().len(), 1);
    }

    #[test]
    fn labels_take_the_nearest_voxel_and_outside_is_nothing() {
        let target = ([6, 2, 3], scaled([1.0; 3], [0.0; 3]));
        // Voxels of 2 mm, the first at .5 and 1.5 mm; the last one ends at 5.5 mm.
        let other = ([3, 1, 3], scaled([2.0, 2.0, 1.0], [0.5, 0.5, 0.0]));
        let (plane, inside) = sampled(target, other, Pick::Nearest);
        let row: Vec<f32> = plane.values()[..6].to_vec();
        let value = |x: f32| x + 5.0 + 100.0;
        let expected = [0.5, 0.5, 2.5, 2.5, 4.5, 4.5].map(value);
        assert_eq!(row, expected);
        let far = ([3, 1, 3], scaled([2.0, 2.0, 1.0], [2.0, 0.5, 0.0]));
        let (plane, beyond) = sampled(target, far, Pick::Nearest);
        assert_eq!(inside.values()[..6], [1.0; 6]);
        assert_eq!(beyond.values()[..6], [0.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
        assert_eq!(plane.at(0, 0), 0.0);
    }
}
