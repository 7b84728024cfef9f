//! NRRD (teem.sourceforge.net/nrrd/format.html): lines of text `field: value`, an empty line, then the voxels, plain or
//! compressed by gzip, in the same file (`.nrrd`) or in one of their own (`.nhdr`).

use std::borrow::Cow;

use super::{Affine, Element, FormatError, Outline, Volume, affordable, count, gzip, of_series};

/// The mark; the number of the version follows.
const MARK: &[u8] = b"NRRD000";
/// Longest header that is read.
const MAX_HEADER: usize = 64 * 1024;
/// Deflate makes nothing smaller than this: what claims to inflate to more lies.
const MAX_RATIO: u64 = 1040;
/// Kinds of voxels by all their names.
const KINDS: [(&[&str], Element); 10] = [
    (&["signed char", "int8", "int8_t"], Element::I8),
    (&["uchar", "unsigned char", "uint8", "uint8_t"], Element::U8),
    (
        &[
            "short",
            "short int",
            "signed short",
            "signed short int",
            "int16",
            "int16_t",
        ],
        Element::I16,
    ),
    (
        &[
            "ushort",
            "unsigned short",
            "unsigned short int",
            "uint16",
            "uint16_t",
        ],
        Element::U16,
    ),
    (&["int", "signed int", "int32", "int32_t"], Element::I32),
    (
        &["uint", "unsigned int", "uint32", "uint32_t"],
        Element::U32,
    ),
    (
        &[
            "longlong",
            "long long",
            "long long int",
            "signed long long",
            "signed long long int",
            "int64",
            "int64_t",
        ],
        Element::I64,
    ),
    (
        &[
            "ulonglong",
            "unsigned long long",
            "unsigned long long int",
            "uint64",
            "uint64_t",
        ],
        Element::U64,
    ),
    (&["float"], Element::F32),
    (&["double"], Element::F64),
];

/// Whether `bytes` begin as a NRRD header does.
pub fn is_nrrd(bytes: &[u8]) -> bool {
    bytes.starts_with(MARK)
}

/// Volume number `index` of a NRRD file; `beside` are the bytes of the file that it names, where it names one.
pub fn read(bytes: &[u8], beside: Option<&[u8]>, index: usize) -> Result<Volume, FormatError> {
    let (header, inside) = Header::split(bytes)?;
    let voxels = match header.data_file() {
        None => inside,
        Some(name) => beside.ok_or_else(|| FormatError::Beside(name.into()))?,
    };
    let axes = header.axes()?;
    let sides = axes.space.map(|axis| axes.sizes[axis]);
    let count = count(sides)?;
    let element = header.element()?;
    let index = of_series(index, axes.series)?;
    let volume = (count * element.bytes()) as u64;
    let all = axes.series.saturating_mul(volume);
    let held = (bytes.len() + beside.map_or(0, <[u8]>::len)) as u64;
    let packed = matches!(header.value("encoding"), Some("gzip" | "gz"));
    affordable(count, held.saturating_add(if packed { all } else { 0 }))?;
    let voxels = header.plain(voxels, all)?;
    let big = header
        .value("endian")
        .is_some_and(|e| e.eq_ignore_ascii_case("big"));
    let numbers = if axes.first {
        // The volumes lie into each other, voxel by voxel.
        let every = usize::try_from(axes.series).unwrap_or(usize::MAX);
        let total = count
            .checked_mul(every)
            .ok_or(FormatError::TooLarge { voxels: u64::MAX })?;
        let need = total as u64 * element.bytes() as u64;
        if (voxels.len() as u64) < need {
            return Err(FormatError::Truncated {
                need,
                got: voxels.len() as u64,
            });
        }
        let all = element.numbers(&voxels, total, big, [1.0, 0.0])?;
        all.into_iter().skip(index).step_by(every).collect()
    } else {
        let before = (index as u64).saturating_mul(volume);
        let voxels = usize::try_from(before).ok().and_then(|at| voxels.get(at..));
        element.numbers(voxels.unwrap_or_default(), count, big, [1.0, 0.0])?
    };
    let sides = sides.map(|s| s as usize);
    let volume = Volume::new(sides, header.spacing(&axes), numbers)?;
    Ok(volume.lying(header.affine(&axes)).of(axes.series))
}

/// What a header says, be its voxels there or not.
pub(super) fn outline(bytes: &[u8]) -> Result<Outline, FormatError> {
    let (header, _) = Header::split(bytes)?;
    let axes = header.axes()?;
    let sides = axes.space.map(|axis| axes.sizes[axis] as usize);
    Ok(Outline::new(sides, header.affine(&axes), axes.series))
}

/// The name of the file that holds the voxels, where it is another one.
pub(super) fn companion(bytes: &[u8]) -> Option<String> {
    let (header, _) = Header::split(bytes).ok()?;
    header.data_file().map(str::to_owned)
}

/// The lines before the voxels; fields in lower case.
struct Header<'a>(Vec<(String, &'a str)>);

/// What the axes of the file are.
struct Axes {
    sizes: Vec<u64>,
    /// Those of space, x fastest.
    space: [usize; 3],
    /// Volumes of a series, along an axis of its own.
    series: u64,
    /// That axis is the first.
    first: bool,
}

impl<'a> Header<'a> {
    /// The header, which ends with an empty line, and what lies behind it.
    fn split(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), FormatError> {
        let broken = |why: &str| FormatError::Header(why.into());
        let (mut fields, mut rest) = (Vec::new(), bytes);
        loop {
            let within = &rest[..rest.len().min(MAX_HEADER)];
            let end = within.iter().position(|&b| b == b'\n');
            // A header alone may end without an empty line.
            let (line, behind) = match end {
                Some(end) => (&rest[..end], &rest[end + 1..]),
                None if rest.len() < MAX_HEADER => (rest, &rest[rest.len()..]),
                None => return Err(broken("it is too long")),
            };
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let line = std::str::from_utf8(line).map_err(|_| broken("a line is no text"))?;
            let is_last = line.is_empty();
            rest = behind;
            if is_last {
                return Ok((Self(fields), rest));
            }
            if bytes.len() - rest.len() > MAX_HEADER {
                return Err(broken("it is too long"));
            }
            // Keys and values of the user's own have `:=`.
            let field = line
                .split_once(':')
                .filter(|(_, value)| !value.starts_with('='));
            if let Some((field, value)) = field.filter(|_| !line.starts_with('#')) {
                fields.push((field.trim().to_ascii_lowercase(), value.trim()));
            }
        }
    }

    fn value(&self, field: &str) -> Option<&'a str> {
        let found = self.0.iter().find(|(f, _)| f == field);
        found.map(|(_, value)| *value)
    }

    fn needed(&self, field: &str) -> Result<&'a str, FormatError> {
        self.value(field)
            .ok_or_else(|| FormatError::Header(format!("the field {field} is missing")))
    }

    fn data_file(&self) -> Option<&'a str> {
        self.value("data file").or_else(|| self.value("datafile"))
    }

    fn element(&self) -> Result<Element, FormatError> {
        let kind = self.needed("type")?;
        let known = KINDS.iter().find(|(names, _)| names.contains(&kind));
        known.map(|(_, element)| *element).ok_or_else(|| {
            FormatError::Unsupported(format!(
                "its voxels are of the type {kind:.40}: export it as whole numbers or floats"
            ))
        })
    }

    /// The axes of space are those with a direction, or else all of them but a fourth.
    fn axes(&self) -> Result<Axes, FormatError> {
        let text = self.needed("sizes")?;
        let impossible = || FormatError::Dimensions(text.chars().take(60).collect());
        let sizes: Result<Vec<u64>, _> = text.split_whitespace().take(8).map(str::parse).collect();
        let mut sizes = sizes.map_err(|_| impossible())?;
        let named: Option<usize> = self.needed("dimension")?.parse().ok();
        if named != Some(sizes.len()) || !(2..=4).contains(&sizes.len()) || sizes.contains(&0) {
            return Err(impossible());
        }
        let directions = self.directions();
        let other = (0..sizes.len())
            .find(|&axis| directions.get(axis).is_some_and(Option::is_none))
            .or_else(|| (sizes.len() == 4).then_some(3));
        if sizes.len() == 2 {
            sizes.push(1);
        }
        let space: Vec<usize> = (0..sizes.len())
            .filter(|axis| Some(*axis) != other)
            .collect();
        let space: Vec<usize> = if space.len() == 2 {
            sizes.push(1);
            [&space[..], &[sizes.len() - 1]].concat()
        } else {
            space
        };
        let first = other.is_some_and(|axis| axis == 0);
        let series = other.map_or(1, |axis| sizes[axis]);
        let between =
            other.is_some_and(|axis| axis > 0 && axis + 1 < sizes.len() && sizes[axis + 1] > 1);
        if between {
            return Err(FormatError::Unsupported(
                "its series runs between the axes of space: save it with the series last".into(),
            ));
        }
        Ok(Axes {
            space: space.try_into().map_err(|_| impossible())?,
            sizes,
            series,
            first,
        })
    }

    /// The bytes of `need` as they are without compression.
    fn plain<'v>(&self, voxels: &'v [u8], need: u64) -> Result<Cow<'v, [u8]>, FormatError> {
        let damaged = |why: String| FormatError::Compression(why);
        let voxels = self.behind_head(voxels)?;
        match self.value("encoding").unwrap_or("raw") {
            "raw" => Ok(Cow::Borrowed(voxels)),
            // A file of their own may come inflated as a whole.
            "gzip" | "gz" if !voxels.starts_with(&gzip::MAGIC) => Ok(Cow::Borrowed(voxels)),
            "gzip" | "gz" => {
                if need > (voxels.len() as u64).saturating_mul(MAX_RATIO) {
                    return Err(damaged(format!(
                        "{} bytes cannot hold the {need} that the header promises",
                        voxels.len()
                    )));
                }
                let inflated = gzip::inflate(voxels, need).map_err(|e| damaged(e.to_string()))?;
                if inflated.len() as u64 > need {
                    return Err(damaged("they are more than the header says".into()));
                }
                Ok(Cow::Owned(inflated))
            }
            other => Err(FormatError::Unsupported(format!(
                "its voxels are encoded as {other:.20}: save it with the encoding raw or gzip"
            ))),
        }
    }

    /// What lies behind the lines and bytes that the header says to pass over.
    fn behind_head<'v>(&self, voxels: &'v [u8]) -> Result<&'v [u8], FormatError> {
        let skip = |name: [&str; 2]| name.iter().find_map(|n| self.value(n)).unwrap_or("0");
        let (lines, bytes) = (
            skip(["line skip", "lineskip"]),
            skip(["byte skip", "byteskip"]),
        );
        match bytes.parse::<usize>() {
            Ok(bytes) if lines == "0" => Ok(voxels.get(bytes..).unwrap_or_default()),
            _ => Err(FormatError::Unsupported(
                "its voxels have a head of their own: save it as one .nrrd file".into(),
            )),
        }
    }

    /// Per axis its step, where it has one; an axis that is none of space has `none`.
    fn directions(&self) -> Vec<Option<[f32; 3]>> {
        let text = self.value("space directions").unwrap_or_default();
        let mut rest = text.trim();
        let mut found = Vec::new();
        while !rest.is_empty() && found.len() < 8 {
            if let Some(behind) = rest.strip_prefix("none") {
                found.push(None);
                rest = behind.trim_start();
            } else {
                let (vector, behind) = rest.split_once(')').unwrap_or((rest, ""));
                let Some(vector) = vector_of(vector) else {
                    return Vec::new();
                };
                found.push(Some(vector));
                rest = behind.trim_start();
            }
        }
        found
    }

    fn spacing(&self, axes: &Axes) -> [f32; 3] {
        let directions = self.directions();
        let length = |v: [f32; 3]| v.iter().map(|v| v * v).sum::<f32>().sqrt();
        let plain: Vec<f32> = self
            .value("spacings")
            .unwrap_or_default()
            .split_whitespace()
            .map(|s| s.parse().unwrap_or(1.0))
            .collect();
        axes.space.map(|axis| {
            let along = directions.get(axis).copied().flatten().map(length);
            along.or_else(|| plain.get(axis).copied()).unwrap_or(1.0)
        })
    }

    /// By `space`, `space directions` and `space origin`; none where the file lacks one of the first two.
    fn affine(&self, axes: &Axes) -> Option<Affine> {
        let directions = self.directions();
        let step = |axis: usize| directions.get(axis).copied().flatten();
        let steps = [
            step(axes.space[0])?,
            step(axes.space[1])?,
            step(axes.space[2])?,
        ];
        let origin = self
            .value("space origin")
            .and_then(|text| vector_of(text.trim_end_matches(')')));
        let origin = origin.unwrap_or_default();
        let signs = match self.value("space")?.to_ascii_lowercase().as_str() {
            "left-posterior-superior" | "lps" => [1.0, 1.0],
            "right-anterior-superior" | "ras" => [-1.0, -1.0],
            "left-anterior-superior" | "las" => [1.0, -1.0],
            _ => return None,
        };
        let lps = |[x, y, z]: [f32; 3]| [x * signs[0], y * signs[1], z];
        Some(Affine {
            steps: steps.map(lps),
            origin: lps(origin),
        })
    }
}

/// `(1,2,3`, the bracket closed already.
fn vector_of(text: &str) -> Option<[f32; 3]> {
    let text = text.trim().strip_prefix('(')?;
    let numbers: Vec<f32> = text
        .split(',')
        .map(|n| n.trim().parse())
        .collect::<Result<_, _>>()
        .ok()?;
    numbers.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write as _;

    const LINES: &str = "NRRD0004\n# by hand\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 2 3 1\n\
                         space directions: (1,0,0) (0,2,0) (0,0,3)\nkinds: domain domain domain\nendian: little\n\
                         note:=a key of one's own\nspace origin: (5,6,7)\n";

    fn shorts(count: i16) -> Vec<u8> {
        (1..=count).flat_map(i16::to_le_bytes).collect()
    }

    fn file(lines: &str, voxels: &[u8]) -> Vec<u8> {
        [lines.as_bytes(), b"\n", voxels].concat()
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("in memory");
        encoder.finish().expect("in memory")
    }

    #[test]
    fn plain_and_compressed_in_one_file_and_in_two() {
        let raw = format!("{LINES}encoding: raw\n");
        let gzip = format!("{LINES}encoding: gzip\n");
        let beside = format!("{gzip}data file: a.raw.gz\n");
        let (one, small) = (file(&raw, &shorts(6)), file(&gzip, &packed(&shorts(6))));
        let apart = packed(&shorts(6));
        assert_eq!(companion(beside.as_bytes()).as_deref(), Some("a.raw.gz"));
        assert!(matches!(
            read(beside.as_bytes(), None, 0),
            Err(FormatError::Beside(_))
        ));
        for read in [
            read(&one, None, 0),
            read(&small, None, 0),
            read(beside.as_bytes(), Some(&apart), 0),
        ] {
            let volume = read.expect("six voxels");
            assert_eq!(volume.voxels(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
            assert_eq!(
                (volume.sides(), volume.spacing()),
                ([2, 3, 1], [1.0, 2.0, 3.0])
            );
            let affine = volume.affine().expect("it says so");
            assert_eq!(affine.origin, [5.0, 6.0, 7.0]);
            assert_eq!(
                affine.steps,
                [[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 3.0]]
            );
        }
        let ras = raw.replace("left-posterior-superior", "RAS");
        let ras = read(&file(&ras, &shorts(6)), None, 0).expect("six voxels");
        assert_eq!(
            ras.own_affine().expect("it says so").origin,
            [-5.0, -6.0, 7.0]
        );
    }

    #[test]
    fn volumes_of_a_series_come_one_by_one() {
        let lines = "NRRD0004\ntype: uchar\ndimension: 4\nsizes: 2 2 1 2\nencoding: raw\n";
        let last = file(lines, &[1, 2, 3, 4, 5, 6, 7, 8]);
        let second = read(&last, None, 1).expect("two volumes");
        assert_eq!(
            (second.voxels(), second.series()),
            (&[5.0, 6.0, 7.0, 8.0][..], 2)
        );
        let lines = "NRRD0004\ntype: uchar\ndimension: 4\nsizes: 2 2 2 1\nspace: LPS\nencoding: raw\n\
                     space directions: none (1,0,0) (0,1,0) (0,0,1)\n";
        let first = file(lines, &[1, 5, 2, 6, 3, 7, 4, 8]);
        let second = read(&first, None, 1).expect("two volumes");
        assert_eq!(
            (second.voxels(), second.sides()),
            (&[5.0, 6.0, 7.0, 8.0][..], [2, 2, 1])
        );
        assert!(matches!(
            read(&first, None, 2),
            Err(FormatError::Series { count: 2, .. })
        ));
    }

    #[test]
    fn damage_is_told() {
        let whole = file(&format!("{LINES}encoding: gzip\n"), &packed(&shorts(6)));
        for end in 0..whole.len() {
            assert!(read(&whole[..end], None, 0).is_err(), "cut at {end}");
        }
        for (field, value) in [
            ("sizes: 2 3 1", "sizes: 2 3 -1"),
            ("sizes: 2 3 1", "sizes: 2 3 1 4"),
            ("sizes: 2 3 1", "sizes: 99999 99999 99999"),
            ("type: short", "type: block"),
            ("dimension: 3", "dimension: three"),
        ] {
            let lines = format!("{LINES}encoding: raw\n").replace(field, value);
            assert!(read(&file(&lines, &shorts(6)), None, 0).is_err(), "{value}");
        }
        let ascii = format!("{LINES}encoding: ascii\n");
        assert!(read(&file(&ascii, b"1 2 3 4 5 6"), None, 0).is_err());
    }
}
