//! MetaImage (itk.org, MetaIO): lines of text `Key = Value`, then the voxels, plain or compressed by zlib, in the same
//! file (`.mha`) or in one of their own (`.mhd` with `.raw` or `.zraw`).

use std::io::Read as _;

use flate2::bufread::ZlibDecoder;

use super::{Affine, Element, FormatError, Outline, Volume, affordable, count, of_series};

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

/// Volume number `index` of a MetaImage file; `beside` are the bytes of the file that it names, where it names one.
pub fn read(bytes: &[u8], beside: Option<&[u8]>, index: usize) -> Result<Volume, FormatError> {
    let (header, inside) = Header::split(bytes)?;
    header.check_kind()?;
    let voxels = match header.data_file()? {
        None => inside,
        Some(name) => beside.ok_or_else(|| FormatError::Beside(name.into()))?,
    };
    let sides = header.sides()?;
    let count = count(sides.map(|s| s as u64))?;
    let element = header.element()?;
    let series = header.volumes()?;
    let index = of_series(index, series)?;
    let big = header.is_true("BinaryDataByteOrderMSB") || header.is_true("ElementByteOrderMSB");
    let volume = (count * element.bytes()) as u64;
    let before = (index as u64).saturating_mul(volume);
    let all = series.saturating_mul(volume);
    let held = (bytes.len() + beside.map_or(0, <[u8]>::len)) as u64;
    affordable(count, held)?;
    let inflated;
    let voxels = if header.is_true("CompressedData") {
        let need = before.saturating_add(volume);
        affordable(count, held.saturating_add(need))?;
        inflated = inflate(voxels, need, all)?;
        &inflated[..]
    } else {
        header.behind_head(voxels, all)?
    };
    let voxels = voxels.get(before as usize..).unwrap_or_default();
    let numbers = element.numbers(voxels, count, big, [1.0, 0.0])?;
    let volume = Volume::new(sides, header.spacing(), numbers)?;
    Ok(volume.lying(header.affine()).of(series))
}

/// What a header says, be its voxels there or not.
pub(super) fn outline(bytes: &[u8]) -> Result<Outline, FormatError> {
    let (header, _) = Header::split(bytes)?;
    header.check_kind()?;
    let sides = header.sides()?;
    Ok(Outline::new(sides, header.affine(), header.volumes()?))
}

/// The name of the file that holds the voxels, where it is another one.
pub(super) fn companion(bytes: &[u8]) -> Option<String> {
    let (header, _) = Header::split(bytes).ok()?;
    header.data_file().ok().flatten().map(str::to_owned)
}

/// The first `need` bytes out of `all` that are compressed, in as much memory: no file inflates to more than
/// [`MAX_RATIO`] times its length, so none makes it ask for what a header merely claims.
fn inflate(bytes: &[u8], need: u64, all: u64) -> Result<Vec<u8>, FormatError> {
    if need > (bytes.len() as u64).saturating_mul(MAX_RATIO) {
        return Err(FormatError::Compression(format!(
            "{} bytes cannot hold the {need} that the header promises",
            bytes.len()
        )));
    }
    let damaged = |error: std::io::Error| FormatError::Compression(error.to_string());
    let mut decoder = ZlibDecoder::new(bytes);
    let mut inflated = Vec::with_capacity(need as usize);
    let part = decoder.by_ref().take(need).read_to_end(&mut inflated);
    part.map_err(damaged)?;
    // Of a series what lies behind the volume that is asked for is left.
    if all <= need && decoder.read(&mut [0]).map_err(damaged)? > 0 {
        return Err(FormatError::Compression(
            "they are more than the header says".into(),
        ));
    }
    Ok(inflated)
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

    /// The file that holds the voxels; none where they follow here.
    fn data_file(&self) -> Result<Option<&'a str>, FormatError> {
        match self.needed("ElementDataFile")? {
            local if local.eq_ignore_ascii_case("local") => Ok(None),
            many if many.starts_with("LIST") || many.contains('%') => {
                Err(FormatError::Unsupported(
                    "its slices lie in a file each: save it as one .mha file".into(),
                ))
            }
            name => Ok(Some(name)),
        }
    }

    /// What lies behind the head that the voxels' file has of its own: `HeaderSize` bytes, or, where that is -1, all
    /// but the last `need`.
    fn behind_head(&self, voxels: &'a [u8], need: u64) -> Result<&'a [u8], FormatError> {
        let Some(size) = self.value("HeaderSize") else {
            return Ok(voxels);
        };
        let wrong = || FormatError::Header(format!("its HeaderSize is {size:.40}"));
        let size: i64 = size.parse().map_err(|_| wrong())?;
        let start = match u64::try_from(size) {
            Ok(size) => size,
            Err(_) if size == -1 => (voxels.len() as u64).saturating_sub(need),
            Err(_) => return Err(wrong()),
        };
        let start = usize::try_from(start).map_err(|_| wrong())?;
        Ok(voxels.get(start..).unwrap_or_default())
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

    /// `TransformMatrix`, the directions of x, y and z one behind the other, towards left, back and head, and
    /// `Offset`, the first voxel; under their older names too. Those of a series have a fourth dimension.
    fn affine(&self) -> Option<Affine> {
        let matrix = self.numbers(&["TransformMatrix", "Rotation", "Orientation"])?;
        let wide = match matrix.len() {
            9 => 3,
            16 => 4,
            _ => return None,
        };
        let spacing = self.spacing();
        let steps = [0, 1, 2].map(|axis| {
            let at = axis * wide;
            [matrix[at], matrix[at + 1], matrix[at + 2]].map(|v| v * spacing[axis])
        });
        let origin = self.numbers(&["Offset", "Position", "Origin"]);
        let origin = origin.and_then(|origin| origin.first_chunk().copied());
        Some(Affine {
            steps,
            origin: origin.unwrap_or_default(),
        })
    }

    /// The numbers of the first of these lines that is there; none where one of them is no number.
    fn numbers(&self, names: &[&str]) -> Option<Vec<f32>> {
        let text = names.iter().find_map(|name| self.value(name))?;
        let numbers = text.split_whitespace().take(17).map(str::parse);
        numbers.collect::<Result<_, _>>().ok()
    }
}
