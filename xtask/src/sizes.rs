//! What the built page weighs, raw and compressed with brotli.

use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result};

/// A brotli quality that takes a second or two for the whole page.
pub const QUICK: i32 = 9;
/// The quality that hosts of static files use.
pub const BEST: i32 = 11;

/// One file of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Path inside the folder, with `/`.
    pub path: String,
    /// Size in bytes.
    pub raw: u64,
    /// Size in bytes after brotli.
    pub brotli: u64,
}

/// The sizes of all files of a folder, largest first.
pub struct Table {
    /// The files.
    pub files: Vec<File>,
    quality: i32,
}

impl Table {
    /// Measures every file under `folder` at the given brotli quality (0..=11).
    pub fn of(folder: &Path, quality: i32) -> Result<Self> {
        let mut paths = Vec::new();
        collect(folder, &mut paths)?;
        let mut files = measure(folder, &paths, quality)?;
        files.sort_by(|a, b| b.raw.cmp(&a.raw).then_with(|| a.path.cmp(&b.path)));
        Ok(Self { files, quality })
    }

    /// The same table with the files that `keep` accepts.
    pub fn filtered(&self, keep: impl Fn(&File) -> bool) -> Self {
        let files = self
            .files
            .iter()
            .filter(|file| keep(file))
            .cloned()
            .collect();
        Self {
            files,
            quality: self.quality,
        }
    }

    /// Raw and compressed bytes of all files.
    pub fn total(&self) -> (u64, u64) {
        self.files.iter().fold((0, 0), |(raw, brotli), file| {
            (raw + file.raw, brotli + file.brotli)
        })
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 12;
        writeln!(
            out,
            "{:44} {:>12} {:>12}",
            "file",
            "bytes",
            format!("brotli {}", self.quality)
        )?;
        for file in self.files.iter().take(SHOWN) {
            writeln!(out, "{:44} {:>12} {:>12}", file.path, file.raw, file.brotli)?;
        }
        if let Some(rest) = self.files.get(SHOWN..).filter(|rest| !rest.is_empty()) {
            let rest_total = Self {
                files: rest.to_vec(),
                quality: self.quality,
            }
            .total();
            let label = format!("{} smaller files", rest.len());
            writeln!(out, "{label:44} {:>12} {:>12}", rest_total.0, rest_total.1)?;
        }
        let (raw, brotli) = self.total();
        write!(out, "{:44} {raw:>12} {brotli:>12}", "total")
    }
}

/// The number of bytes that `data` has after brotli.
pub fn brotli_size(data: &[u8], quality: i32) -> Result<u64> {
    const BUFFER: usize = 64 * 1024;
    const WINDOW_LOG2: u32 = 22;
    let quality = u32::try_from(quality).context("a brotli quality is 0 to 11")?;
    let mut compressor = brotli::CompressorWriter::new(Count(0), BUFFER, quality, WINDOW_LOG2);
    compressor.write_all(data)?;
    Ok(compressor.into_inner().0)
}

/// Counts what is written to it.
struct Count(u64);

impl Write for Count {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        self.0 += data.len() as u64;
        Ok(data.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

/// Measures the files, each in a thread of its own when large: two binaries make up nearly all of the work.
fn measure(folder: &Path, paths: &[PathBuf], quality: i32) -> Result<Vec<File>> {
    const LARGE: u64 = 256 * 1024;
    thread::scope(|scope| {
        let mut small = Vec::new();
        let mut running = Vec::new();
        for path in paths {
            if path.metadata().is_ok_and(|data| data.len() > LARGE) {
                running.push(scope.spawn(move || one(folder, path, quality)));
            } else {
                small.push(one(folder, path, quality));
            }
        }
        let large = running
            .into_iter()
            .map(|thread| thread.join().expect("measuring a file does not panic"));
        small.into_iter().chain(large).collect()
    })
}

fn one(folder: &Path, path: &Path, quality: i32) -> Result<File> {
    let data = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let inside = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = inside
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    Ok(File {
        path: parts.join("/"),
        raw: data.len() as u64,
        brotli: brotli_size(&data, quality)?,
    })
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn compression_finds_repetition_and_leaves_noise() {
        let repeated = vec![7_u8; 100_000];
        assert!(brotli_size(&repeated, QUICK).unwrap() < 100);
        let noise: Vec<u8> = (0_u32..320)
            .flat_map(|i| Sha256::digest(i.to_le_bytes()))
            .collect();
        assert!(brotli_size(&noise, QUICK).unwrap() > 10_000);
        assert!(brotli_size(&[], QUICK).unwrap() < 8);
    }

    #[test]
    fn the_total_is_the_sum() {
        let file = |path: &str, raw| File {
            path: path.to_owned(),
            raw,
            brotli: raw / 2,
        };
        let table = Table {
            files: vec![file("a.js", 10), file("b.css", 4)],
            quality: QUICK,
        };
        assert_eq!(table.total(), (14, 7));
        assert_eq!(table.filtered(|file| file.path == "b.css").total(), (4, 2));
    }
}
