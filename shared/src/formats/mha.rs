//! MetaImage with its voxels inside (`.mha`): lines of text `Key = Value`, then the voxels, plain or
//! compressed by zlib (itk.org, MetaIO).

use super::{Directions, Element, FormatError, Volume, count};

/// Longest header that is read.
const MAX_HEADER: usize = 64 * 1024;
/// Deflate makes nothing smaller than this: what claims to inflate to more lies.
const MAX_RATIO: u64 = 1040;

/// Whether `bytes` begin with a line of a MetaImage header.
pub fn is_mha(bytes: &[u8]) -> bool {
    let first = bytes.split(|&b| b == b'\n').next().unwrap_or_default();
    let Some((key, _)) = std::str::from_utf8(first.get(..256).unwrap_or(first))
        .ok()
        .and_then(|line| line.split_once('='))
    else {
        return false;
    };
    KEYS.contains(&key.trim())
}

/// Keys that a header may begin with.
const KEYS: [&str; 4] = ["ObjectType", "NDims", "Comment", "ObjectSubType"];

/// The first volume of a MetaImage file.
pub fn read(bytes: &[u8]) -> Result<Volume, FormatError> {
    let (header, voxels) = Header::split(bytes)?;
    header.check_kind()?;
    let sides = header.sides()?;
    let count = count(sides.map(|s| s as u64))?;
    let element = header.element()?;
    let big = header.is_true("BinaryDataByteOrderMSB") || header.is_true("ElementByteOrderMSB");
    let plain = [1.0, 0.0];
    let numbers = if header.is_true("CompressedData") {
        let all = header.volumes()?.saturating_mul(count as u64);
        let inflated = inflate(
            voxels,
            (count * element.bytes()) as u64,
            all.saturating_mul(element.bytes() as u64),
        )?;
        element.numbers(&inflated, count, big, plain)?
    } else {
        element.numbers(voxels, count, big, plain)?
    };
    Ok(Volume::new(sides, header.spacing(), numbers)?.lying(header.directions()))
}

/// `need` bytes of the first volume, out of `all` that are compressed. `miniz_oxide` doubles its output
/// as it goes, so a short file never makes it ask for what a header merely claims.
fn inflate(bytes: &[u8], need: u64, all: u64) -> Result<Vec<u8>, FormatError> {
    use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};
    if need > (bytes.len() as u64).saturating_mul(MAX_RATIO) {
        return Err(FormatError::Compression(format!(
            "{} bytes cannot hold the {need} that the header promises",
            bytes.len()
        )));
    }
    // Of a series in time only the first volume is kept: the limit may end the rest.
    match decompress_to_vec_zlib_with_limit(bytes, need as usize) {
        Ok(inflated) => Ok(inflated),
        Err(error) if error.status == TINFLStatus::HasMoreOutput && all > need => Ok(error.output),
        Err(error) if error.status == TINFLStatus::HasMoreOutput => Err(FormatError::Compression(
            "they are more than the header says".into(),
        )),
        Err(error) => Err(FormatError::Compression(error.to_string())),
    }
}

/// The lines before the voxels.
struct Header<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Header<'a> {
    /// The header, which ends with the line `ElementDataFile`, and what lies behind it.
    fn split(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), FormatError> {
        let mut lines = Vec::new();
        let mut rest = bytes;
        loop {
            let within = &rest[..rest.len().min(MAX_HEADER)];
            let Some(end) = within.iter().position(|&b| b == b'\n') else {
                return Err(FormatError::Header(
                    "the line ElementDataFile is missing".into(),
                ));
            };
            let line = std::str::from_utf8(&rest[..end])
                .map_err(|_| FormatError::Header("a line is no text".into()))?;
            rest = &rest[end + 1..];
            if bytes.len() - rest.len() > MAX_HEADER {
                return Err(FormatError::Header("it is too long".into()));
            }
            let Some((key, value)) = line.split_once('=') else {
                return Err(FormatError::Header("a line has no '='".into()));
            };
            lines.push((key.trim(), value.trim()));
            if key.trim() == "ElementDataFile" {
                return Ok((Self(lines), rest));
            }
        }
    }

    fn value(&self, key: &str) -> Option<&'a str> {
        let found = self.0.iter().find(|(k, _)| *k == key);
        found.map(|(_, value)| *value)
    }

    fn needed(&self, key: &str) -> Result<&'a str, FormatError> {
        self.value(key)
            .ok_or_else(|| FormatError::Header(format!("the line {key} is missing")))
    }

    fn is_true(&self, key: &str) -> bool {
        self.value(key)
            .is_some_and(|v| v.eq_ignore_ascii_case("true") || v == "1")
    }

    fn check_kind(&self) -> Result<(), FormatError> {
        let refused = |why: &str| Err(FormatError::Unsupported(why.into()));
        if self.needed("ElementDataFile")? != "LOCAL" {
            return refused(
                "its voxels lie in another file (.mhd with .raw): save it as one .mha file",
            );
        }
        if self
            .value("ObjectType")
            .is_some_and(|kind| !kind.eq_ignore_ascii_case("image"))
        {
            return refused("it holds no image: export the image itself");
        }
        if self.value("BinaryData").is_some() && !self.is_true("BinaryData") {
            return refused("its voxels are written as text: save it in binary form");
        }
        if self
            .value("ElementNumberOfChannels")
            .is_some_and(|n| n != "1")
        {
            return refused("its voxels have several channels: export it as one grey volume");
        }
        Ok(())
    }

    /// `DimSize`, one number per dimension.
    fn all_sides(&self) -> Result<Vec<u32>, FormatError> {
        let text = self.needed("DimSize")?;
        let impossible = || FormatError::Dimensions(text.chars().take(60).collect());
        let sides: Result<Vec<u32>, _> = text.split_whitespace().take(8).map(str::parse).collect();
        let sides = sides.map_err(|_| impossible())?;
        let named: Option<usize> = self.needed("NDims")?.parse().ok();
        if named == Some(sides.len()) && (2..=4).contains(&sides.len()) && !sides.contains(&0) {
            Ok(sides)
        } else {
            Err(impossible())
        }
    }

    fn sides(&self) -> Result<[usize; 3], FormatError> {
        let all = self.all_sides()?;
        Ok([0, 1, 2].map(|i| all.get(i).map_or(1, |&s| s as usize)))
    }

    /// Volumes of a series in time.
    fn volumes(&self) -> Result<u64, FormatError> {
        Ok(self.all_sides()?.get(3).map_or(1, |&s| s.into()))
    }

    fn element(&self) -> Result<Element, FormatError> {
        // LONG has 32 bits in a file, whatever it has in the program that wrote it.
        Ok(match self.needed("ElementType")? {
            "MET_UCHAR" => Element::U8,
            "MET_CHAR" => Element::I8,
            "MET_USHORT" => Element::U16,
            "MET_SHORT" => Element::I16,
            "MET_UINT" | "MET_ULONG" => Element::U32,
            "MET_INT" | "MET_LONG" => Element::I32,
            "MET_ULONG_LONG" => Element::U64,
            "MET_LONG_LONG" => Element::I64,
            "MET_FLOAT" => Element::F32,
            "MET_DOUBLE" => Element::F64,
            other => {
                let other: String = other.chars().take(40).collect();
                return Err(FormatError::Unsupported(format!(
                    "its voxels are of the type {other}: export it as whole numbers or floats"
                )));
            }
        })
    }

    /// `ElementSpacing`, millimetres; `ElementSize` where only that is given.
    fn spacing(&self) -> [f32; 3] {
        let text = self
            .value("ElementSpacing")
            .or_else(|| self.value("ElementSize"));
        let mut steps = text.unwrap_or_default().split_whitespace();
        let mut next = || steps.next().and_then(|s| s.parse::<f32>().ok());
        [(); 3].map(|()| next().map_or(1.0, f32::abs))
    }

    /// `TransformMatrix`, the directions of x, y and z one behind the other, towards left, back and head;
    /// under its older names too.
    fn directions(&self) -> Option<Directions> {
        let names = ["TransformMatrix", "Rotation", "Orientation"];
        let text = names.iter().find_map(|name| self.value(name))?;
        let numbers: Result<Vec<f32>, _> =
            text.split_whitespace().take(10).map(str::parse).collect();
        let numbers: [f32; 9] = numbers.ok()?.try_into().ok()?;
        Some(Directions(
            [0, 3, 6].map(|at| [numbers[at], numbers[at + 1], numbers[at + 2]]),
        ))
    }
}
