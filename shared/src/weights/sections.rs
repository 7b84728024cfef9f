//! The header as named sections, each with its length: who does not know a name passes it over.

use super::error::WeightsError;
/// Real headers have a few kilobytes. Decoding takes memory for what is there, not for what a
/// length claims, but a list of empty texts grows by 24: the limit keeps that small.
pub(super) const HEADER_LIMIT: usize = 256 * 1024;

const LONGEST_NAME: usize = 64;

/// Sections in the order of the file.
#[derive(Default)]
pub(super) struct Sections<'a> {
    found: Vec<(&'a str, &'a [u8])>,
}

impl<'a> Sections<'a> {
    /// The sections that fill these bytes.
    pub fn split(mut bytes: &'a [u8]) -> Result<Self, WeightsError> {
        let mut sections = Self::default();
        while !bytes.is_empty() {
            let cut = || WeightsError::Header("its last section is cut short".into());
            let (&length, rest) = bytes.split_first().ok_or_else(cut)?;
            let (name, rest) = rest.split_at_checked(length.into()).ok_or_else(cut)?;
            let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
            let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| cut())?;
            let (content, rest) = rest.split_at_checked(length).ok_or_else(cut)?;
            sections.add(checked(name)?, content)?;
            bytes = rest;
        }
        Ok(sections)
    }

    fn add(&mut self, name: &'a str, content: &'a [u8]) -> Result<(), WeightsError> {
        if self.get(name).is_some() {
            return Err(WeightsError::Header(format!(
                "the section {name} appears twice"
            )));
        }
        self.found.push((name, content));
        Ok(())
    }

    /// The content of the section of this name.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        let mut found = self.found.iter();
        found.find(|(n, _)| *n == name).map(|(_, content)| *content)
    }

    /// Every section.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.found.iter().copied()
    }

    /// The content of a section that no model goes without.
    pub fn require(&self, name: &str) -> Result<&'a [u8], WeightsError> {
        self.get(name)
            .ok_or_else(|| WeightsError::Header(format!("it has no section {name}")))
    }
}

fn checked(name: &[u8]) -> Result<&str, WeightsError> {
    let possible = (1..=LONGEST_NAME).contains(&name.len());
    let plain = possible && name.iter().all(u8::is_ascii_graphic);
    let text = std::str::from_utf8(name).ok().filter(|_| plain);
    text.ok_or_else(|| WeightsError::Header("the name of a section is no plain text".into()))
}

/// Puts a section behind those that are there.
pub(super) fn append(header: &mut Vec<u8>, name: &str, content: &[u8]) -> Result<(), WeightsError> {
    debug_assert!(checked(name.as_bytes()).is_ok(), "{name}");
    if header.len() + content.len() > HEADER_LIMIT {
        return Err(WeightsError::Header(format!(
            "with its section {name} it would be longer than {HEADER_LIMIT} bytes: shorten the model card"
        )));
    }
    header.push(name.len() as u8);
    header.extend_from_slice(name.as_bytes());
    header.extend_from_slice(&(content.len() as u32).to_le_bytes());
    header.extend_from_slice(content);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Vec<u8> {
        let mut header = Vec::new();
        append(&mut header, "study", b"{}").expect("short");
        append(&mut header, "later/thing", &[7; 300]).expect("short");
        header
    }

    #[test]
    fn sections_come_back_by_name_and_end_with_the_header() {
        let header = two();
        assert_eq!(header[..12], [&b"\x05study\x02\0\0\0{}"[..]].concat());
        let sections = Sections::split(&header).expect("two sections");
        assert_eq!(sections.get("study"), Some(&b"{}"[..]));
        assert_eq!(sections.get("later/thing"), Some(&[7; 300][..]));
        assert_eq!(sections.get("card"), None);
        assert!(sections.require("card").is_err());
        assert!(Sections::split(&[]).expect("none").get("study").is_none());
    }

    #[test]
    fn cuts_doubles_and_names_of_noise_are_refused() {
        let header = two();
        for length in (1..header.len()).filter(|l| *l != 12) {
            assert!(Sections::split(&header[..length]).is_err(), "{length}");
        }
        assert!(Sections::split(&[two(), two()].concat()).is_err(), "twice");
        for name in [&b"\0"[..], b"\x02a ", b"\x01\xff"] {
            let bytes = [name, &[0; 4]].concat();
            assert!(Sections::split(&bytes).is_err(), "{name:?}");
        }
        let long = vec![0; HEADER_LIMIT + 1];
        assert!(append(&mut Vec::new(), "card", &long).is_err());
    }
}
