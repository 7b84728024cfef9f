//! The files of the picture that is shown: every modality with structure map, mask and label, as PNG
//! or as volumes of one slice.

use scanweave::formats::{FormatError, nifti};
use scanweave::image::{Image, Plane};

use super::mark;
use super::names::Title;
use super::subject::File;
use crate::model::protocol::{Picture, Pixels};
use crate::ui::png;

/// The name of the file that tells what lies beside it.
pub const README: &str = "README.txt";

/// One plane of a picture.
struct Part {
    /// What stands behind the file's stem.
    suffix: String,
    /// What it is.
    what: &'static str,
    pixels: Pixels,
}

/// The pictures as PNG.
pub fn pngs(picture: &Picture, title: &Title, visible: bool) -> Vec<File> {
    let png = |part: Part| {
        let name = format!("{}{}.png", title.stem(), part.suffix);
        (name, png::picture(&part.pixels, &title.text(part.what)))
    };
    parts(picture, visible).into_iter().map(png).collect()
}

/// The pictures as NIfTI-1 volumes of one slice, the label in class numbers.
///
/// # Errors
/// When a plane is larger than a volume can be.
pub fn niftis(picture: &Picture, title: &Title, visible: bool) -> Result<Vec<File>, String> {
    let nifti = |part: Part| {
        let name = format!("{}{}.nii", title.stem(), part.suffix);
        let file = volume(&part.pixels, &title.brief(part.what)).map_err(|e| e.to_string())?;
        Ok((name, file))
    };
    parts(picture, visible).into_iter().map(nifti).collect()
}

/// What the files of an archive are and where they come from, for whoever unpacks it. `classes` are those of the label
/// and `model` is the SHA-256 of the weights.
pub fn readme(files: &[File], title: &Title, classes: &[String], model: &str) -> File {
    let names: String = files
        .iter()
        .map(|(name, _)| format!("  {name}\n"))
        .collect();
    let classes = (1..)
        .zip(classes)
        .map(|(number, class)| format!("{number} {class}"));
    let classes: Vec<String> = classes.collect();
    let label = if files.iter().any(|(name, _)| name.contains("-label.")) {
        format!(
            "The label holds 0 where there is no lesion, else: {}.\n",
            classes.join(", ")
        )
    } else {
        String::new()
    };
    let text = format!(
        "{}\n{}.\nWeights: SHA-256 {model}.\n\n{names}\nEvery modality is painted from the structure map, inside the organ that the mask leaves black.\n{label}",
        title.text("images"),
        title.told(),
    );
    (README.into(), text.into_bytes())
}

/// The modality alone where there is one and no label, otherwise all with structure map, mask and label. Only
/// modalities are marked: a label's values are class numbers.
fn parts(picture: &Picture, visible: bool) -> Vec<Part> {
    let part = |suffix: &str, what, pixels: &Pixels| Part {
        suffix: suffix.into(),
        what,
        pixels: pixels.clone(),
    };
    let label = label(picture);
    let alone = picture.images.len() == 1 && label.is_none();
    let image = |(modality, pixels): &(String, Pixels)| Part {
        suffix: if alone {
            String::new()
        } else {
            format!("-{modality}")
        },
        what: "image",
        pixels: if visible {
            mark::marked(pixels)
        } else {
            pixels.clone()
        },
    };
    let mut parts: Vec<Part> = picture.images.iter().map(image).collect();
    if !alone {
        parts.push(part("-structure", "structure map", &picture.structure));
        parts.push(part("-mask", "mask", &picture.mask));
        parts.extend(label.map(|label| part("-label", "label", &label)));
    }
    parts
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
    use super::super::names::Source;
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
            from: Source::Sample(3),
            own_lesion: false,
        }
    }

    fn without_lesion(modalities: &[&str]) -> Picture {
        Picture {
            lesion: None,
            ..picture(modalities)
        }
    }

    fn names(files: &[File]) -> Vec<&str> {
        files.iter().map(|f| f.0.as_str()).collect()
    }

    #[test]
    fn one_modality_without_a_label_is_one_picture() {
        let files = pngs(&without_lesion(&["xray"]), &title(), false);
        assert_eq!(names(&files), ["synthetic-brain-mri-3.png"]);
        let files = niftis(&without_lesion(&["xray"]), &title(), false).expect("small");
        assert_eq!(names(&files), ["synthetic-brain-mri-3.nii"]);
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
        let volumes = niftis(&picture(&["t1", "flair"]), &title(), true).expect("small");
        let stem = |name: &str| name.rsplit_once('.').map(|(stem, _)| stem.to_owned());
        let stems = |files: &[File]| files.iter().map(|f| stem(&f.0)).collect::<Vec<_>>();
        assert_eq!(stems(&volumes), stems(&files), "the same in either form");
    }

    #[test]
    fn an_archive_says_what_lies_in_it_and_where_it_comes_from() {
        let own = Title {
            from: Source::Image,
            ..title()
        };
        let files = pngs(&picture(&["t1", "flair"]), &own, false);
        let classes = ["core", "oedema"].map(String::from);
        let (name, text) = readme(&files, &own, &classes, "ab12");
        let text = String::from_utf8(text).expect("text");
        assert_eq!(name, "README.txt");
        for word in [
            "SYNTHETIC images, not for diagnosis.",
            "Derived from the user's own image, not a sample",
            "SHA-256 ab12",
            "synthetic-brain-mri-from-own-image-flair.png",
            "1 core, 2 oedema",
        ] {
            assert!(text.contains(word), "{word} in {text}");
        }
        let bare = pngs(&without_lesion(&["t1", "flair"]), &own, false);
        let (_, text) = readme(&bare, &own, &classes, "ab12");
        assert!(!String::from_utf8(text).expect("text").contains("core"));
    }

    #[test]
    fn volumes_hold_the_very_values() {
        let files = niftis(&picture(&["t1"]), &title(), false).expect("small");
        let expected = [
            "synthetic-brain-mri-3-t1.nii",
            "synthetic-brain-mri-3-structure.nii",
            "synthetic-brain-mri-3-mask.nii",
            "synthetic-brain-mri-3-label.nii",
        ];
        assert_eq!(names(&files), expected);
        let values = |file: &[u8]| {
            let volume = formats::read(file).expect("a volume");
            volume.slice(Axis::Z, 0).expect("a slice").into_values()
        };
        assert_eq!(values(&files[0].1), [0.0, 1.0, 254.0, 255.0]);
        assert_eq!(values(&files[1].1), [255.0, 0.0, 0.0, 0.0]);
        assert_eq!(values(&files[3].1), [0.0, 1.0, 3.0, 0.0]);
        let text = b"SYNTHETIC image".as_slice();
        assert!(files[0].1.windows(text.len()).any(|w| w == text));
    }
}
