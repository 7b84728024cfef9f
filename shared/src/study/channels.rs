//! What the channels of a modality's images are, and what of them people are shown.
//!
//! Three channels are not always a colour: a slice with its neighbours has as many, and only the middle one is
//! its picture. So a modality says what its channels are, not how many.

use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::image::{Image, Plane};

/// What the channels of an image are. Study files and weights files write 1, 3 or `"neighbours"`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Channels {
    /// One plane of grey values.
    #[default]
    Grey,
    /// Red, green and blue.
    Colour,
    /// A slice of a volume between the slice before it and the one after it; at the ends of the volume the
    /// slice itself stands for the one that is missing.
    Neighbours,
}

impl Channels {
    const ALL: [Self; 3] = [Self::Grey, Self::Colour, Self::Neighbours];

    /// How many there are.
    pub fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Colour | Self::Neighbours => 3,
        }
    }

    /// What people are shown of an image: of a slice with its neighbours the slice, of a grey one that has
    /// several planes their mean, of colours all.
    pub fn shown(self, image: &Image) -> Image {
        match self {
            Self::Neighbours => middle(image).into(),
            Self::Grey | Self::Colour => self.of_painted(image.clone()),
        }
    }

    /// One plane for measures that want grey: the luminance of colours, of a slice with its neighbours the slice.
    pub fn grey(self, image: &Image) -> Plane {
        match self {
            Self::Neighbours => middle(image),
            Self::Grey | Self::Colour => image.to_grey(),
        }
    }

    /// An image of this modality from what a network painted that has the channels of the whole study: a grey
    /// one is the mean of its planes.
    pub(crate) fn of_painted(self, painted: Image) -> Image {
        match (self, painted.channels()) {
            (Self::Grey, count) if count > 1 => {
                let weights = vec![1.0 / count as f32; count];
                painted.mixed(&weights).into()
            }
            _ => painted,
        }
    }

    /// The name in a study file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Grey => "grey",
            Self::Colour => "colour",
            Self::Neighbours => "neighbours",
        }
    }
}

fn middle(image: &Image) -> Plane {
    image.planes()[image.channels() / 2].clone()
}

impl Serialize for Channels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (serializer.is_human_readable(), self) {
            (true, Self::Neighbours) => serializer.serialize_str(self.name()),
            (true, _) => serializer.serialize_u64(self.count() as u64),
            (false, _) => serializer.serialize_u8(*self as u8),
        }
    }
}

impl<'de> Deserialize<'de> for Channels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_any(NumberOrName);
        }
        let place = u8::deserialize(deserializer)?;
        let found = Self::ALL.get(usize::from(place)).copied();
        found.ok_or_else(|| Error::invalid_value(Unexpected::Unsigned(place.into()), &NumberOrName))
    }
}

/// Reads what people write.
struct NumberOrName;

impl Visitor<'_> for NumberOrName {
    type Value = Channels;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "1 or \"grey\", 3 or \"colour\", or \"neighbours\" as the channels of a modality",
        )
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Channels, E> {
        match number {
            1 => Ok(Channels::Grey),
            3 => Ok(Channels::Colour),
            other => Err(E::invalid_value(Unexpected::Unsigned(other), &self)),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Channels, E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(number), &self)),
        }
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Channels, E> {
        let found = Channels::ALL.into_iter().find(|c| c.name() == name);
        found.ok_or_else(|| E::invalid_value(Unexpected::Str(name), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slices() -> Image {
        let planes = [0.1, 0.5, 0.9].map(|v| Plane::filled(2, 2, v));
        Image::new(planes.into()).expect("planes of one size")
    }

    #[test]
    fn people_are_shown_the_middle_slice_and_whole_colours() {
        let image = slices();
        let middle = Plane::filled(2, 2, 0.5);
        assert_eq!(Channels::Neighbours.shown(&image), middle.clone().into());
        assert_eq!(Channels::Neighbours.grey(&image), middle);
        assert_eq!(Channels::Colour.shown(&image), image);
        assert_eq!(Channels::Grey.shown(&image).channels(), 1);
        assert_eq!(Channels::Colour.grey(&image), image.to_grey());
        let grey = Image::from(Plane::filled(2, 2, 0.3));
        for channels in Channels::ALL {
            assert_eq!(channels.shown(&grey), grey, "one plane is what it is");
        }
    }

    #[test]
    fn a_grey_modality_of_a_colour_study_is_the_mean_of_what_was_painted() {
        let painted = Channels::Grey.of_painted(slices());
        assert_eq!(painted.channels(), 1);
        assert!((painted.planes()[0].at(0, 0) - 0.5).abs() < 1e-6);
        assert_eq!(Channels::Colour.of_painted(slices()), slices());
        let plane = Image::from(Plane::filled(2, 2, 0.3));
        assert_eq!(Channels::Grey.of_painted(plane.clone()), plane);
    }

    #[test]
    fn numbers_and_names_are_read_and_every_kind_comes_back() {
        for (json, expected) in [
            ("1", Channels::Grey),
            ("3", Channels::Colour),
            (r#""grey""#, Channels::Grey),
            (r#""colour""#, Channels::Colour),
            (r#""neighbours""#, Channels::Neighbours),
        ] {
            let read: Channels = serde_json::from_str(json).expect(json);
            assert_eq!(read, expected);
        }
        let written = Channels::ALL.map(|c| serde_json::to_string(&c).expect("plain data"));
        assert_eq!(written, ["1", "3", r#""neighbours""#]);
        for channels in Channels::ALL {
            let compact = postcard::to_stdvec(&channels).expect("plain data");
            assert_eq!(postcard::from_bytes(&compact), Ok(channels));
        }
        assert!(postcard::from_bytes::<Channels>(&[3]).is_err());
    }

    #[test]
    fn what_no_modality_has_is_refused_with_what_there_is() {
        for json in ["0", "2", "-1", "7", r#""rgb""#, "[3]", "true"] {
            let error = serde_json::from_str::<Channels>(json).expect_err(json);
            assert!(error.to_string().contains("neighbours"), "{error}");
        }
    }
}
