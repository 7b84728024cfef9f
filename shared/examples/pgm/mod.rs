//! Portable grey maps and pixel maps: the image formats that need no library.

use std::fs;
use std::io;
use std::path::Path;

use scanweave::image::Image;

/// Writes `folder/name.pgm`, or `folder/name.ppm` of three channels, eight bits a value, and says so.
pub fn write(folder: &Path, name: &str, image: impl Into<Image>) -> io::Result<()> {
    let image = image.into();
    let (extension, kind) = match image.channels() {
        3 => ("ppm", "P6"),
        _ => ("pgm", "P5"),
    };
    let path = folder.join(format!("{name}.{extension}"));
    let mut bytes = format!("{kind}\n{} {}\n255\n", image.width(), image.height()).into_bytes();
    bytes.extend(image.to_interleaved_u8());
    fs::write(&path, bytes)?;
    println!("{}", path.display());
    Ok(())
}
