//! A large folder as it comes from a download that broke off here and there.

use crate::pictures::{png, thorax, tiff};
use crate::process::{Ended, scanweave, start, wait};
use image::{DynamicImage, GrayImage, ImageFormat};
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

const FILES: usize = 2000;
/// One in so many is damaged: 5 %.
const EVERY: usize = 20;
/// What preparing them may take at most, kilobytes.
const MEMORY: u64 = 1_500_000;

const FORMATS: [(&str, ImageFormat); 6] = [
    ("png", ImageFormat::Png),
    ("jpeg", ImageFormat::Jpeg),
    ("tiff", ImageFormat::Tiff),
    ("bmp", ImageFormat::Bmp),
    ("gif", ImageFormat::Gif),
    ("webp", ImageFormat::WebP),
];

/// The picture in one of the formats.
fn packed(image: &GrayImage, format: ImageFormat) -> Vec<u8> {
    if format == ImageFormat::Tiff {
        return tiff(image);
    }
    let mut bytes = Cursor::new(Vec::new());
    let image = DynamicImage::ImageLuma8(image.clone());
    let image = match format {
        // These encoders know colours only.
        ImageFormat::Gif | ImageFormat::WebP => DynamicImage::ImageRgba8(image.to_rgba8()),
        _ => image,
    };
    image.write_to(&mut bytes, format).expect("memory");
    bytes.into_inner()
}

/// A file that is no picture, in the way of this number, with its ending.
fn damaged(way: usize, sound: &GrayImage) -> (&'static str, Vec<u8>) {
    let whole = |format: usize| packed(sound, FORMATS[format].1);
    let half = |format: usize| {
        let bytes = whole(format);
        (FORMATS[format].0, bytes[..bytes.len() / 2].to_vec())
    };
    match way % 16 {
        0 => ("png", Vec::new()),
        1 => half(0),
        2 => half(1),
        3 => half(2),
        4 => half(3),
        5 => half(4),
        6 => half(5),
        7 => (
            "png",
            b"<!DOCTYPE html><html><title>Sign in</title>".to_vec(),
        ),
        8 => (
            "png",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n".to_vec(),
        ),
        9 => ("jpg", b"PK\x03\x04\x14\0\0\0\x08\0".repeat(20)),
        10 => ("png", (0..999_u32).map(|i| (i * i % 251) as u8).collect()),
        11 => ("png", png(GrayImage::from_pixel(40, 40, image::Luma([90])))),
        12 => {
            let mut bytes = whole(0);
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0xff;
            ("png", bytes)
        }
        13 => ("png", png(GrayImage::new(1, 1))),
        14 => ("txt.png", b"see the other folder".to_vec()),
        // Cut so that only its head is left, which claims what is not there.
        _ => ("tif", whole(2)[..8].to_vec()),
    }
}

/// Lays the folder down; the damaged files, as messages name them.
fn lay(folder: &Path) -> Vec<String> {
    let pictures: Vec<GrayImage> = (0..8).map(|i| thorax(48 + i)).collect();
    let mut broken = Vec::new();
    for number in 0..FILES {
        let mut sound = pictures[number % pictures.len()].clone();
        // No two alike.
        sound.put_pixel(number as u32 % 40, number as u32 / 50, image::Luma([200]));
        let is_broken = number % EVERY == 7;
        let (ending, bytes) = if is_broken {
            damaged(number / EVERY, &sound)
        } else {
            let (ending, format) = FORMATS[number % FORMATS.len()];
            (ending, packed(&sound, format))
        };
        let name = format!("ct/patient{number:04}/scan.{ending}");
        let path = folder.join("downloaded").join(&name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
        if is_broken {
            broken.push(name);
        }
    }
    broken
}

const LINE: &str =
    "data prepare --dataset folder --source downloaded --study lung-ct --size 64 --out all.scan";

/// Runs it and looks, while it runs, how much memory it has taken at most.
fn watched(folder: &Path, line: &str) -> (Ended, u64) {
    let mut child = start(folder, line);
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    let reader = std::thread::spawn(move || {
        let peak = |text: String| {
            let line = text.lines().find(|l| l.starts_with("VmHWM:"))?.to_owned();
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        };
        while let Ok(text) = fs::read_to_string(&status) {
            let Some(found) = peak(text) else { break };
            most = found;
            std::thread::sleep(Duration::from_millis(20));
        }
        most
    });
    let _ = child.stdin.take();
    let ended = wait(child, line);
    (ended, reader.join().expect("it only reads"))
}

#[test]
fn of_two_thousand_files_every_damaged_one_is_named_and_the_others_are_prepared() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = lay(folder.path());
    assert_eq!(broken.len(), FILES / EVERY);
    let refused = scanweave(folder.path(), LINE);
    refused.badly(1, &["100 of 2000", "--skip-broken"]);

    let (ended, memory) = watched(folder.path(), &format!("{LINE} --skip-broken"));
    let ended = ended.well();
    let told = format!("{}{}", ended.said, ended.complained);
    assert!(!told.contains("panicked"), "{ended}");
    for name in &broken {
        let line = told.lines().find(|line| line.contains(name.as_str()));
        let line = line.unwrap_or_else(|| panic!("{name} is not named\n{ended}"));
        let reason = line.split(name.as_str()).nth(1).unwrap_or_default();
        assert!(reason.len() > 10, "no reason is given: {line}");
    }
    assert!(memory < MEMORY, "{memory} kB");
    let inspected = scanweave(folder.path(), "data inspect all.scan").well();
    assert!(inspected.said.contains("1900"), "{inspected}");
}
