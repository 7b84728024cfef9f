//! The files of the picture that is shown: every modality with structure map, mask and label, as PNG
//! or as volumes of one slice.

use scanweave::formats::{FormatError, nifti};
use scanweave::image::{Image, Plane};

use super::mark;
use super::names::Title;
use super::subject::File;
use crate::model::protocol::{Picture, Pixels};
use crate::ui::png;

/// The pictures as PNG: the modality alone where there is one, otherwise with structure map, mask and
/// label. Only modalities are marked: a label's values are class numbers.
pub fn pngs(picture: &Picture, title: &Title, visible: bool) -> Vec<File> {
    let png = |name: String, what: &str, pixels: &Pixels| {
        let text = title.text(what);
        (format!("{name}.png"), png::picture(pixels, &text))
    };
    let marked = |pixels: &Pixels| {
        if visible {
            mark::marked(pixels)
        } else {
            pixels.clone()
        }
    };
    let stem = title.stem();
    if let [(_, pixels)] = picture.images.as_slice() {
        return vec![png(stem, "image", &marked(pixels))];
    }
    let images = picture.images.iter().map(|(modality, pixels)| {
        let name = format!("{stem}-{modality}");
        png(name, "image", &marked(pixels))
    });
    let mut files: Vec<File> = images.collect();
    files.push(png(
        format!("{stem}-structure"),
        "structure map",
        &picture.structure,
    ));
    files.push(png(format!("{stem}-mask"), "mask", &picture.mask));
    if let Some(label) = label(picture) {
        files.push(png(format!("{stem}-label"), "label", &label));
    }
    files
}

/// The pictures as NIfTI-1 volumes of one slice, with the label, in class numbers, where there is one.
///
/// # Errors
/// When a plane is larger than a volume can be.
pub fn niftis(picture: &Picture, title: &Title, visible: bool) -> Result<Vec<File>, String> {
    let nifti = |name: String, what: &str, pixels: &Pixels| {
        let file = volume(pixels, &title.text(what)).map_err(|e| e.to_string())?;
        Ok((format!("{name}.nii"), file))
    };
    let stem = title.stem();
    let images = picture.images.iter().map(|(modality, pixels)| {
        let name = format!("{stem}-{modality}");
        if visible {
            nifti(name, "image", &mark::marked(pixels))
        } else {
            nifti(name, "image", pixels)
        }
    });
    let label = label(picture);
    let label = label.map(|label| nifti(format!("{stem}-label"), "label", &label));
    images.chain(label).collect()
}

/// One slice. No model knows millimetres: a pixel counts as one.
fn volume(pixels: &Pixels, text: &str) -> Result<Vec<u8>, FormatError> {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let (bytes, spacing) = (pixels.bytes(), [1.0; 3]);
    if pixels.is_colour() {
        let slice = Image::of_interleaved_u8(width, height, pixels.channels(), bytes)?;
        return nifti::write_colour(&[slice], spacing, text);
    }
    nifti::write(&[Plane::from_u8(width, height, bytes)?], spacing, text)
}

/// The lesion asked for as class numbers.
fn label(picture: &Picture) -> Option<Pixels> {
    let classes = &picture.lesion.as_ref()?.classes;
    let (width, height) = (u32::from(classes.width), u32::from(classes.height));
    Pixels::new(width, height, classes.values()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::protocol::Labelled;
    use crate::model::scene::Runs;
    use scanweave::formats::{self, Axis};

    fn pixels(bytes: [u8; 4]) -> Pixels {
        Pixels::new(2, 2, bytes.to_vec()).expect("four greys")
    }

    fn picture(modalities: &[&str]) -> Picture {
        Picture {
            source: None,
            steps: Vec::new(),
            structure: pixels([255, 0, 0, 0]),
            mask: pixels([0; 4]),
            forbidden: pixels([0; 4]),
            fused: pixels([0; 4]),
            lesion: Some(Labelled {
                shades: pixels([0, 85, 255, 0]),
                classes: Runs::of(2, 2, &[0, 1, 3, 0]),
            }),
            images: modalities
                .iter()
                .map(|&m| (m.to_owned(), pixels([0, 1, 254, 255])))
                .collect(),
        }
    }

    fn title() -> Title {
        Title {
            study: "brain-mri".into(),
            seed: 3,
        }
    }

    fn names(files: &[File]) -> Vec<&str> {
        files.iter().map(|f| f.0.as_str()).collect()
    }

    #[test]
    fn one_modality_is_one_picture() {
        let files = pngs(&picture(&["xray"]), &title(), false);
        assert_eq!(names(&files), ["synthetic-brain-mri-3.png"]);
    }

    #[test]
    fn several_come_with_what_they_were_made_from() {
        let files = pngs(&picture(&["t1", "flair"]), &title(), true);
        let expected = [
            "synthetic-brain-mri-3-t1.png",
            "synthetic-brain-mri-3-flair.png",
            "synthetic-brain-mri-3-structure.png",
            "synthetic-brain-mri-3-mask.png",
            "synthetic-brain-mri-3-label.png",
        ];
        assert_eq!(names(&files), expected);
        let label = png::grey(2, 2, &[0, 1, 3, 0], &title().text("label"));
        assert_eq!(files[4].1, label);
    }

    #[test]
    fn volumes_hold_the_very_values() {
        let files = niftis(&picture(&["t1"]), &title(), false).expect("small");
        let expected = [
            "synthetic-brain-mri-3-t1.nii",
            "synthetic-brain-mri-3-label.nii",
        ];
        assert_eq!(names(&files), expected);
        let values = |file: &[u8]| {
            let volume = formats::read(file).expect("a volume");
            volume.slice(Axis::Z, 0).expect("a slice").into_values()
        };
        assert_eq!(values(&files[0].1), [0.0, 1.0, 254.0, 255.0]);
        assert_eq!(values(&files[1].1), [0.0, 1.0, 3.0, 0.0]);
        let text = b"SYNTHETIC image".as_slice();
        assert!(files[0].1.windows(text.len()).any(|w| w == text));
    }
}
