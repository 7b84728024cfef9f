//! What one output of the generator shows, as data: a study of PET or ultrasound needs no line of code.

use serde::{Deserialize, Serialize};

use super::Channels;

/// Longest name of a modality, in bytes.
const LONGEST_NAME: usize = 24;
/// Longest title of a modality, in bytes.
const LONGEST_TITLE: usize = 80;

/// An imaging modality.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Modality {
    /// The name in manifests, file names and on the command line: lower-case letters, digits and hyphens,
    /// at most 24 of them.
    pub name: String,
    /// The name for people.
    pub title: Title,
    /// What the channels of its images are.
    pub channels: Channels,
    /// How images that are read from files come to one scale.
    pub scale: Scale,
}

/// A name for people, in the languages of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

/// How the values of images from files come to one scale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// As they are read: 0..=1 between the darkest and the brightest value.
    #[default]
    Absolute,
    /// Intensities without a unit, as in MRI: the median of the organ is brought to 0.35 (Nyul 1999, one landmark).
    OrganMedian,
}

/// A modality as files hold it: what is left out is that of the built-in modality of this name, or grey,
/// absolute and titled by its name.
#[derive(Serialize, Deserialize)]
struct Written {
    name: String,
    title: Option<WrittenTitle>,
    channels: Option<Channels>,
    scale: Option<Scale>,
}

#[derive(Serialize, Deserialize)]
struct WrittenTitle {
    en: String,
    zh: Option<String>,
}

impl From<Written> for Modality {
    fn from(written: Written) -> Self {
        let mut modality = Self::named(&written.name).unwrap_or_else(|| {
            let title = (written.name.as_str(), written.name.as_str());
            Self::of(&written.name, title, Channels::Grey, Scale::Absolute)
        });
        if let Some(WrittenTitle { en, zh }) = written.title {
            let zh = zh.unwrap_or_else(|| en.clone());
            modality.title = Title { en, zh };
        }
        modality.channels = written.channels.unwrap_or(modality.channels);
        modality.scale = written.scale.unwrap_or(modality.scale);
        modality
    }
}

impl From<Modality> for Written {
    fn from(modality: Modality) -> Self {
        let Title { en, zh } = modality.title;
        Self {
            name: modality.name,
            title: Some(WrittenTitle { en, zh: Some(zh) }),
            channels: Some(modality.channels),
            scale: Some(modality.scale),
        }
    }
}

impl Modality {
    /// Names of the built-in modalities.
    pub const NAMES: [&'static str; 7] = ["xray", "t1", "t1c", "t2", "flair", "fundus", "ct"];

    /// The built-in modality of this name.
    pub fn named(name: &str) -> Option<Self> {
        use Scale::{Absolute, OrganMedian};
        let (title, scale) = match name {
            "xray" => (("X-ray", "X 光"), Absolute),
            "t1" => (("T1", "T1"), OrganMedian),
            "t1c" => (("T1 with contrast", "增强 T1"), OrganMedian),
            "t2" => (("T2", "T2"), OrganMedian),
            "flair" => (("FLAIR", "FLAIR"), OrganMedian),
            "fundus" => (("fundus image", "眼底图像"), Absolute),
            "ct" => (("CT", "CT"), Absolute),
            _ => return None,
        };
        let channels = match name {
            "fundus" => Channels::Colour,
            _ => Channels::Grey,
        };
        Some(Self::of(name, title, channels, scale))
    }

    /// The name of the built-in modality that data sets call so, such as `t1` for `T1w`.
    pub fn called(name: &str) -> Option<&'static str> {
        super::names::built_in(name)
    }

    fn of(name: &str, (en, zh): (&str, &str), channels: Channels, scale: Scale) -> Self {
        let title = Title {
            en: en.into(),
            zh: zh.into(),
        };
        Self {
            name: name.into(),
            title,
            channels,
            scale,
        }
    }

    /// What is wrong with it, if anything; the sentence goes on after "its modality NAME".
    pub(crate) fn problem(&self) -> Option<String> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let name = &self.name;
        let long = name.is_empty() || name.len() > LONGEST_NAME;
        if long || name.starts_with('-') || !name.bytes().all(plain) {
            return Some(format!(
                "needs a name of 1 to {LONGEST_NAME} lower-case letters, digits and hyphens, no hyphen first"
            ));
        }
        if super::RESERVED.contains(&name.as_str()) {
            return Some("has a name that data sets use for something else".into());
        }
        let mut titles = [&self.title.en, &self.title.zh].into_iter();
        let sound = titles.all(|t| (1..=LONGEST_TITLE).contains(&t.len()));
        (!sound).then(|| format!("needs titles of 1 to {LONGEST_TITLE} bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Modality {
        serde_json::from_str(json).expect("a modality")
    }

    #[test]
    fn what_is_left_out_comes_from_the_built_in_modality_or_is_plain() {
        let t1 = Modality::named("t1").expect("built in");
        assert_eq!(read(r#"{"name": "t1"}"#), t1);
        let own = read(r#"{"name": "t1", "title": {"en": "T1 at 7 T"}}"#);
        assert_eq!((own.title.zh.as_str(), own.scale), ("T1 at 7 T", t1.scale));
        let pet = read(r#"{"name": "pet", "colour_map": "hot"}"#);
        let expected = Modality::of("pet", ("pet", "pet"), Channels::Grey, Scale::Absolute);
        assert_eq!(pet, expected);
        assert_eq!(pet.problem(), None);
    }

    #[test]
    fn built_in_modalities_are_sound_and_come_back_as_they_were() {
        for name in Modality::NAMES {
            let modality = Modality::named(name).expect("built in");
            assert_eq!(modality.problem(), None, "{name}");
            let json = serde_json::to_string(&modality).expect("plain data");
            assert_eq!(read(&json), modality);
            let compact = postcard::to_stdvec(&modality).expect("plain data");
            assert_eq!(postcard::from_bytes(&compact), Ok(modality));
        }
    }

    #[test]
    fn channels_are_those_of_the_file_or_of_the_built_in_modality() {
        assert_eq!(read(r#"{"name": "fundus"}"#).channels, Channels::Colour);
        let grey = read(r#"{"name": "fundus", "channels": 1}"#);
        assert_eq!(grey.channels, Channels::Grey);
        let slices = read(r#"{"name": "ct", "channels": "neighbours"}"#);
        assert_eq!(slices.channels, Channels::Neighbours);
        let many = serde_json::from_str::<Modality>(r#"{"name": "pet", "channels": 7}"#);
        let many = many.expect_err("no modality has seven").to_string();
        assert!(many.contains('7') && many.contains("colour"), "{many}");
    }

    #[test]
    fn impossible_names_and_titles_are_told() {
        for name in [
            "",
            "Label/../x",
            "T1",
            "label",
            "a-name-that-goes-on-and-on",
        ] {
            let json = serde_json::json!({ "name": name, "title": { "en": "x" } });
            assert!(read(&json.to_string()).problem().is_some(), "{name}");
        }
        let nameless = read(r#"{"name": "pet", "title": {"en": ""}}"#);
        assert!(nameless.problem().expect("told").contains("titles"));
    }
}
