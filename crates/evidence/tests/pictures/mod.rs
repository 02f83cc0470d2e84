//! Files as people and their enemies send them, made here, byte by byte where a format is attacked. Knows nothing of
//! what becomes of them: this crate's tests hand them to the cleaner, those of the server send them over HTTP.

#![allow(dead_code)] // no test file uses all of it

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};

/// Four corners of one colour each, so that every way of turning it looks different.
pub(crate) const CORNERS: [[u8; 3]; 4] = [[200, 30, 30], [30, 160, 30], [30, 30, 200], [230, 230, 40]];

fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let corner = usize::from(x >= width / 2) + 2 * usize::from(y >= height / 2);
        Rgb(CORNERS[corner])
    })
}

pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, 90).encode_image(&picture(width, height)).unwrap();
    out
}

pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let pixels = picture(width, height);
    PngEncoder::new(&mut out).write_image(&pixels, width, height, ExtendedColorType::Rgb8).unwrap();
    out
}

pub(crate) fn webp(width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let pixels = picture(width, height);
    WebPEncoder::new_lossless(&mut out).write_image(&pixels, width, height, ExtendedColorType::Rgb8).unwrap();
    out
}

pub(crate) fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// A JPEG with an APP1 segment right behind its start (Exif 2.32 section 4.5.4).
pub(crate) fn with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, body, &jpeg[2..]].concat()
}

/// The entry of IFD0 that says where the position stands (Exif 2.32 section 4.6.3).
const POINTER_TO_POSITION: [u8; 12] = [0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38];

/// Exif with an orientation and a position: TIFF, big end first; IFD0 points at a GPS IFD with a latitude reference
/// and a map datum that says where it was.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08".to_vec();
    tiff.extend([0, 2]);
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    tiff.extend(POINTER_TO_POSITION);
    tiff.extend([0, 0, 0, 0]);
    assert_eq!(tiff.len(), 38);
    tiff.extend([0, 2]);
    tiff.extend([0, 1, 0, 2, 0, 0, 0, 2, b'N', 0, 0, 0]);
    tiff.extend([0, 18, 0, 2, 0, 0, 0, 8, 0, 0, 0, 68]);
    tiff.extend([0, 0, 0, 0]);
    assert_eq!(tiff.len(), 68);
    tiff.extend(b"ATLANTIS");
    [b"Exif\0\0".as_slice(), &tiff].concat()
}

/// What [`photo_that_tells_all`] holds beside its pixels, and a clean picture does not.
pub(crate) const TRACES: [&[u8]; 8] =
    [b"Exif", &POINTER_TO_POSITION, b"ATLANTIS", b"xmp", b"ICC", b"PK\x03\x04", b"php", b"script"];

/// A photo of 640 x 480 pixels, taken with the camera on its side, that tells where it was taken in every way that a
/// JPEG has; an archive and a program stand behind its end.
pub(crate) fn photo_that_tells_all() -> Vec<u8> {
    let mut sent = with_segment(&jpeg(640, 480), 0xE1, &exif(6));
    sent = with_segment(&sent, 0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>ATLANTIS</x:xmpmeta>");
    sent = with_segment(&sent, 0xE2, b"ICC_PROFILE\0\x01\x01ATLANTIS");
    sent = with_segment(&sent, 0xED, b"Photoshop 3.0\0ATLANTIS");
    sent = with_segment(&sent, 0xFE, b"<script>ATLANTIS</script>");
    sent.extend(b"PK\x03\x04ATLANTIS<?php echo 1;");
    sent
}

/// A PNG chunk with its checksum (W3C PNG section 5.3, annex D).
pub(crate) fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let typed = [kind.as_slice(), data].concat();
    let mut crc = u32::MAX;
    for byte in &typed {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
        }
    }
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], &typed, &(!crc).to_be_bytes()].concat()
}

/// A PNG whose header says anything, with these bytes as its pixels.
pub(crate) fn png_of(width: u32, height: u32, depth: u8, color: u8, pixels: &[u8]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, color, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1A\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
        .concat()
}

/// The data of all IDAT chunks.
pub(crate) fn idat_of(png: &[u8]) -> Vec<u8> {
    let (mut at, mut data) = (8, Vec::new());
    while at < png.len() {
        let length = u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
        if &png[at + 4..at + 8] == b"IDAT" {
            data.extend(&png[at + 8..at + 8 + length]);
        }
        at += 12 + length;
    }
    data
}

/// A file that is not taken.
pub(crate) struct BadFile {
    /// What it is, for whoever reads that it was taken.
    pub(crate) what: String,
    pub(crate) bytes: Vec<u8>,
    /// The stable text of why it is not.
    pub(crate) refusal: &'static str,
}

fn bad(what: impl Into<String>, bytes: impl Into<Vec<u8>>, refusal: &'static str) -> BadFile {
    BadFile { what: what.into(), bytes: bytes.into(), refusal }
}

/// Every file that is not taken.
pub(crate) fn bad_files() -> Vec<BadFile> {
    [no_pictures(), floods(), cut_off(), too_small(), vec![too_long()]].into_iter().flatten().collect()
}

/// What is no picture, or is one and something else as well.
pub(crate) fn no_pictures() -> Vec<BadFile> {
    let zip_bomb = [b"PK\x03\x04\x14\0\0\0\x08\0".as_slice(), &[0; 4_096]].concat();
    let svg =
        b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    vec![
        bad("nothing", b"", "empty"),
        bad("a zip bomb", zip_bomb, "archive"),
        bad("an empty zip", b"PK\x05\x06\0\0", "archive"),
        bad("a gzip", b"\x1F\x8B\x08\0\0", "archive"),
        bad("a 7z", b"7z\xBC\xAF\x27\x1C\0\x04", "archive"),
        bad("an SVG with a script", svg, "svg"),
        bad("an SVG behind a byte order mark", b"\xEF\xBB\xBF  <SVG onload=alert(1)>", "svg"),
        bad("a GIF that is a script", b"GIF89a/*\x01\0\x01\0\x80\0\0*/=1;alert(1)//", "gif"),
        bad("a PDF", b"%PDF-1.7\n%\xE2\xE3", "pdf"),
        bad("a PDF that is an SVG", b"\n\n%PDF-1.4 <svg>", "pdf"),
        bad("a HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
        bad("a page", b"<!doctype html><img src=x onerror=alert(1)>", "not_a_picture"),
        bad("a path", b"../../etc/passwd", "not_a_picture"),
        bad("a shell script", b"#!/bin/sh\nrm -rf /\n", "not_a_picture"),
        bad("a program", b"MZ\x90\0\x03", "not_a_picture"),
        bad("a bitmap", b"BM\x36\0\0\0", "not_a_picture"),
        bad("half of a JPEG's mark", b"\xFF\xD8", "not_a_picture"),
        bad("a JPEG's mark", b"\xFF\xD8\xFF", "damaged"),
        bad("a JPEG's mark before an SVG", b"\xFF\xD8\xFF\xE0<svg><script>", "damaged"),
        bad("a PNG's mark", b"\x89PNG\r\n\x1A\n", "damaged"),
        bad("a WebP of four gigabytes", b"RIFF\xFF\xFF\xFF\xFFWEBPVP8 ", "damaged"),
    ]
}

/// Pictures that would be too much once they are unpacked.
pub(crate) fn floods() -> Vec<BadFile> {
    let pixels = [0x78, 0x9C, 0x63, 0, 0];
    let mut floods: Vec<BadFile> = [
        (60_000, 60_000, 8, 2),
        (0x7FFF_FFFF, 0x7FFF_FFFF, 8, 2),
        (12_001, 500, 8, 0),
        (500, 12_001, 8, 0),
        (7_072, 7_072, 8, 0),
        (7_000, 7_000, 16, 6),
    ]
    .map(|(width, height, depth, color)| {
        let what = format!("a PNG of {width} x {height}, {depth} bits");
        bad(what, png_of(width, height, depth, color, &pixels), "too_many_pixels")
    })
    .into();
    // Two bytes of the frame header are all that a JPEG needs to say that it is huge.
    let mut flood = jpeg(640, 480);
    let frame = flood.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    flood[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
    floods.push(bad("a JPEG of 65,535 x 65,535", flood, "too_many_pixels"));
    floods
}

/// Pictures that do not go on as they began.
pub(crate) fn cut_off() -> Vec<BadFile> {
    let mut files = Vec::new();
    for (kind, bytes) in [("JPEG", jpeg(480, 401)), ("PNG", png(480, 401)), ("WebP", webp(480, 401))] {
        files.push(bad(format!("half a {kind}"), &bytes[..bytes.len() / 2], "damaged"));
        files.push(bad(format!("a {kind} but its last byte"), &bytes[..bytes.len() - 1], "damaged"));
    }
    let lying = png_of(400, 500, 8, 2, &idat_of(&png(400, 400)));
    files.push(bad("a PNG of fewer rows than it says", lying, "damaged"));
    files
}

/// Pictures in which nothing can be read.
pub(crate) fn too_small() -> Vec<BadFile> {
    vec![
        bad("a JPEG of 399 x 399", jpeg(399, 399), "too_small"),
        bad("a PNG of one pixel", png(1, 1), "too_small"),
    ]
}

/// A picture with more behind it than is taken as a whole.
pub(crate) fn too_long() -> BadFile {
    bad("more than 15 MB", [jpeg(640, 480), vec![0; 15_000_000]].concat(), "too_many_bytes")
}
