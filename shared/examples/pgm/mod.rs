//! Portable grey maps: the image format that needs no library.

use std::fs;
use std::io;
use std::path::Path;

use scanweave::image::Plane;

/// Writes `folder/name.pgm`, eight bits a pixel, and says so.
pub fn write(folder: &Path, name: &str, plane: &Plane) -> io::Result<()> {
    let path = folder.join(format!("{name}.pgm"));
    let mut bytes = format!("P5\n{} {}\n255\n", plane.width(), plane.height()).into_bytes();
    bytes.extend(plane.to_u8());
    fs::write(&path, bytes)?;
    println!("{}", path.display());
    Ok(())
}
