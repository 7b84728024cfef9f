//! An image of the user's: a picture, a page of a file of several, or a slice of a volume.
//!
//! A small volume is kept while slices of it are looked at, so that turning through them is quick; of
//! a large one only the slice.

use std::io;

use scanweave::formats::{self, Axis, FormatError, Volume, Window, dicom, gzip};
use scanweave::image::{Frame, Image, ImageError};
use scanweave::study::Study;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use super::picture;
use super::store::megabytes;
use super::stream::{self, Stopped};
use crate::bridge::words;
use crate::image_file::{HEAD, Kind};
use crate::model::painter::{in_colour, source_plane};
use crate::model::protocol::{Cause, Failure, ImageInfo};
use crate::tiff;

/// Largest volume file, inflated: 512 x 512 x 320 voxels of 16 bits.
const MAX_BYTES: u64 = 160 << 20;
/// Voxels of the largest volume that is kept: 64 MB.
const KEPT: usize = 1 << 24;

/// What was read.
pub struct Read {
    /// The pixels, in the image's own shape.
    pub image: Image,
    /// How they lie in the square that networks see.
    pub frame: Frame,
    /// What there is to say of it.
    pub about: ImageInfo,
}

/// Reads images; keeps the last volume.
#[derive(Default)]
pub struct Reader {
    kept: Option<(Key, Slices)>,
}

/// What tells one file from another.
#[derive(Debug, Clone, PartialEq)]
struct Key {
    name: String,
    bytes: f64,
    modified: f64,
}

/// A volume with the greys it is shown in.
struct Slices {
    volume: Volume,
    window: Window,
    inverted: bool,
}

impl Reader {
    /// The picture in a file, or its slice, for a model of `size` pixels. Pictures keep their colours where the study is
    /// in colour; slices are grey.
    pub async fn read(
        &mut self,
        file: &File,
        slice: Option<u32>,
        study: &Study,
        size: usize,
    ) -> Result<Read, Failure> {
        let name = file.name();
        let key = Key {
            name: name.clone(),
            bytes: file.size(),
            modified: file.last_modified(),
        };
        if let Some((_, slices)) = self.kept.as_ref().filter(|(kept, _)| *kept == key) {
            return slices.image(&name, slice, study, size);
        }
        let kind = Kind::of(&name, &head(file).await?);
        if kind == Kind::Picture {
            let (image, sides) = picture::read(file, in_colour(study)).await?;
            self.kept = None;
            return pictured(name, image, sides, [0, 1], study, size);
        }
        if kind == Kind::Tiff {
            let bytes = whole(file).await?;
            let page = tiff::read(&bytes, slice, in_colour(study), picture::SIDE as usize);
            let page = page.map_err(|e| tiff::failure(&name, &e))?;
            self.kept = None;
            let place = [page.number, page.of];
            return pictured(name, page.image, page.sides, place, study, size);
        }
        let mut bytes = whole(file).await?;
        if kind == Kind::Gzip {
            bytes = inflated(&name, &bytes)?;
        }
        let slices = Slices::of(kind, &bytes).map_err(|e| broken(&name, &e))?;
        drop(bytes);
        let found = slices.image(&name, slice, study, size)?;
        let small = slices.volume.voxels().len() <= KEPT;
        self.kept = small.then_some((key, slices));
        Ok(found)
    }
}

/// A picture of its own, or one of the pages of a file: its number and how many there are.
fn pictured(
    name: String,
    image: Image,
    sides: [u32; 2],
    place: [u32; 2],
    study: &Study,
    size: usize,
) -> Result<Read, Failure> {
    usable(&named(&name, place[0], place[1]), &image, study)?;
    let flat = |e: ImageError| Cause::ImageFlat.because(&name, e.to_string());
    // As the trainer reads it: 12 bits in a file of 16 would else stay dark.
    let image = image.normalised().map_err(flat)?;
    Ok(told(name, image, [1.0; 2], sides, place, size))
}

/// An image with its pixels so far apart, and what is said of it: its own sides, and its place among how many.
fn told(
    name: String,
    image: Image,
    spacing: [f32; 2],
    [width, height]: [u32; 2],
    [slice, slices]: [u32; 2],
    size: usize,
) -> Read {
    let frame = Frame::of((image.width(), image.height()), spacing);
    let about = ImageInfo {
        name,
        width,
        height,
        slices,
        slice,
        padded: frame.is_padded(size),
    };
    Read {
        image,
        frame,
        about,
    }
}

impl Slices {
    fn of(kind: Kind, bytes: &[u8]) -> Result<Self, FormatError> {
        let (volume, window, inverted) = if kind == Kind::Dicom {
            let read = dicom::read(bytes)?;
            (read.volume, read.window, read.inverted)
        } else {
            (formats::read(bytes)?.upright(), None, false)
        };
        let window = window.map_or_else(|| volume.window(), Ok)?;
        Ok(Self {
            volume,
            window,
            inverted,
        })
    }

    /// A slice along z, or the middle one.
    fn image(
        &self,
        name: &str,
        slice: Option<u32>,
        study: &Study,
        size: usize,
    ) -> Result<Read, Failure> {
        let [width, height, slices] = self.volume.sides().map(|s| s as u32);
        let slice = slice.unwrap_or(slices / 2);
        let named = named(name, slice, slices);
        let plane = self.volume.picture(Axis::Z, slice as usize, self.window);
        let mut plane = plane.map_err(|e| broken(&named, &e))?;
        if self.inverted {
            plane = plane.map(|v| 1.0 - v);
        }
        let image = Image::from(plane);
        usable(&named, &image, study)?;
        let [across, down, _] = self.volume.spacing();
        let (sides, place) = ([width, height], [slice, slices]);
        Ok(told(
            name.to_owned(),
            image,
            [across, down],
            sides,
            place,
            size,
        ))
    }
}

/// A file, and which of its slices where it has several.
fn named(name: &str, slice: u32, slices: u32) -> String {
    if slices > 1 {
        format!("{name}, slice {slice}")
    } else {
        name.to_owned()
    }
}

/// Refuses what no line can be found in, as long as its name is known.
fn usable(name: &str, image: &Image, study: &Study) -> Result<(), Failure> {
    let flat = source_plane(study, image).normalised().err();
    flat.map_or(Ok(()), |e| {
        Err(Cause::ImageFlat.because(name, e.to_string()))
    })
}

fn broken(name: &str, error: &FormatError) -> Failure {
    Cause::FileUnreadable.because(name, error.to_string())
}

fn refused(name: &str, error: &JsValue) -> Failure {
    Cause::FileUnreadable.because(name, words(error))
}

async fn head(file: &File) -> Result<Vec<u8>, Failure> {
    let part = file.slice_with_i32_and_i32(0, HEAD as i32);
    let part: Blob = part.map_err(|e| refused(&file.name(), &e))?;
    let buffer = JsFuture::from(part.array_buffer()).await;
    let buffer = buffer.map_err(|e| refused(&file.name(), &e))?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

async fn whole(file: &File) -> Result<Vec<u8>, Failure> {
    let name = file.name();
    if file.size() > MAX_BYTES as f64 {
        return Err(too_long(&name));
    }
    let length = file.size() as usize;
    let bytes = stream::collect(&file.stream(), length, MAX_BYTES, |_| true).await;
    bytes.map_err(|stopped| match stopped {
        Stopped::Broken(e) => refused(&name, &e),
        Stopped::NoMemory => Cause::FileNoMemory.of(&name),
        Stopped::TooLong | Stopped::Unwanted => too_long(&name),
    })
}

/// By our own decoder: the browser's refuses what follows behind a file's end, as padding of a tape does.
fn inflated(name: &str, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let bytes = gzip::inflate(bytes, MAX_BYTES).map_err(|e| match e.kind() {
        io::ErrorKind::OutOfMemory => Cause::FileNoMemory.of(name),
        _ => Cause::FileDamaged.because(name, e.to_string()),
    })?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_long(name));
    }
    Ok(bytes)
}

fn too_long(name: &str) -> Failure {
    Cause::FileTooLong.because(name, megabytes(MAX_BYTES))
}
