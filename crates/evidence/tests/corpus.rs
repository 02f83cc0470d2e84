//! What people and their enemies send: each is made harmless or refused by its name, and nothing of what was sent
//! beside the pixels is in what is made. The files are made here, byte by byte where a format is attacked.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on should stop

use countersign_evidence::{Clean, Limits, Refusal, clean};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};
use proptest::prelude::*;
use std::sync::LazyLock;

/// Four corners of one colour each, so that every way of turning it looks different.
const CORNERS: [[u8; 3]; 4] = [[200, 30, 30], [30, 160, 30], [30, 30, 200], [230, 230, 40]];

fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let corner = usize::from(x >= width / 2) + 2 * usize::from(y >= height / 2);
        Rgb(CORNERS[corner])
    })
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, 90).encode_image(&picture(width, height)).unwrap();
    out
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let pixels = picture(width, height);
    PngEncoder::new(&mut out).write_image(&pixels, width, height, ExtendedColorType::Rgb8).unwrap();
    out
}

fn webp(width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let pixels = picture(width, height);
    WebPEncoder::new_lossless(&mut out).write_image(&pixels, width, height, ExtendedColorType::Rgb8).unwrap();
    out
}

fn take(bytes: &[u8]) -> Result<Clean, Refusal> {
    clean(bytes, &Limits::default())
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// A JPEG with an APP1 segment right behind its start (Exif 2.32 section 4.5.4).
fn with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, body, &jpeg[2..]].concat()
}

/// Exif with an orientation and a position: TIFF, big end first; IFD0 points at a GPS IFD with a latitude reference
/// and a map datum that says where it was.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08".to_vec();
    tiff.extend([0, 2]);
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    tiff.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]);
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

/// Markers of a JPEG up to its pixels, read here by hand (ITU-T T.81 annex B.1.1.4).
fn markers(jpeg: &[u8]) -> Vec<u8> {
    let (mut at, mut found) = (2, Vec::new());
    loop {
        assert_eq!(jpeg[at], 0xFF);
        found.push(jpeg[at + 1]);
        if jpeg[at + 1] == 0xDA {
            return found;
        }
        at += 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    }
}

fn corners_of(clean: &Clean) -> [usize; 4] {
    let seen = image::load_from_memory(&clean.jpeg).unwrap().into_rgb8();
    assert_eq!(seen.dimensions(), (clean.width, clean.height));
    let (right, bottom) = (clean.width - 9, clean.height - 9);
    [(8, 8), (right, 8), (8, bottom), (right, bottom)].map(|(x, y)| {
        let pixel = seen.get_pixel(x, y).0;
        let far = |corner: &[u8; 3]| corner.iter().zip(pixel).map(|(a, b)| a.abs_diff(b)).max().unwrap();
        CORNERS.iter().position(|corner| far(corner) < 20).unwrap()
    })
}

#[test]
fn the_three_kinds_are_taken_whatever_they_are_called() {
    for bytes in [jpeg(640, 480), png(640, 480), webp(640, 480)] {
        let made = take(&bytes).unwrap();
        assert_eq!((made.width, made.height), (640, 480));
        assert_eq!(corners_of(&made), [0, 1, 2, 3]);
        assert!(made.jpeg.starts_with(&[0xFF, 0xD8, 0xFF]));
    }
}

/// Where each corner goes: Exif 2.32, tag 274.
#[test]
fn a_picture_stands_upright_for_all_eight_ways_a_camera_is_held() {
    let upright = jpeg(640, 480);
    for (orientation, corners) in [
        (1, [0, 1, 2, 3]),
        (2, [1, 0, 3, 2]),
        (3, [3, 2, 1, 0]),
        (4, [2, 3, 0, 1]),
        (5, [0, 2, 1, 3]),
        (6, [2, 0, 3, 1]),
        (7, [3, 1, 2, 0]),
        (8, [1, 3, 0, 2]),
    ] {
        let made = take(&with_segment(&upright, 0xE1, &exif(orientation))).unwrap();
        let turned = orientation >= 5;
        assert_eq!((made.width, made.height), if turned { (480, 640) } else { (640, 480) }, "{orientation}");
        assert_eq!(corners_of(&made), corners, "{orientation}");
    }
}

#[test]
fn nothing_but_pixels_survives() {
    let mut sent = with_segment(&jpeg(640, 480), 0xE1, &exif(6));
    sent = with_segment(&sent, 0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>ATLANTIS</x:xmpmeta>");
    sent = with_segment(&sent, 0xE2, b"ICC_PROFILE\0\x01\x01ATLANTIS");
    sent = with_segment(&sent, 0xED, b"Photoshop 3.0\0ATLANTIS");
    sent = with_segment(&sent, 0xFE, b"<script>ATLANTIS</script>");
    sent.extend(b"PK\x03\x04ATLANTIS<?php echo 1;");
    assert!(holds(&sent, b"Exif") && holds(&sent, b"ATLANTIS"));
    let made = take(&sent).unwrap();
    for trace in [&b"Exif"[..], b"ATLANTIS", b"xmp", b"ICC", b"PK\x03\x04", b"php", b"script"] {
        assert!(!holds(&made.jpeg, trace), "{}", String::from_utf8_lossy(trace));
    }
    let allowed = [0xE0, 0xDB, 0xC0, 0xC4, 0xDA];
    assert!(markers(&made.jpeg).iter().all(|marker| allowed.contains(marker)), "JFIF, tables and pixels");
    assert!(made.jpeg.ends_with(&[0xFF, 0xD9]), "and nothing behind the end");
}

#[test]
fn what_is_no_picture_is_refused_by_its_name() {
    let zip_bomb = [b"PK\x03\x04\x14\0\0\0\x08\0".as_slice(), &[0; 4_096]].concat();
    let svg =
        b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let gif = b"GIF89a/*\x01\0\x01\0\x80\0\0*/=1;alert(1)//";
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    let html = b"<!doctype html><img src=x onerror=alert(1)>";
    for (bytes, refusal) in [
        (&b""[..], Refusal::Empty),
        (&zip_bomb, Refusal::Archive),
        (b"PK\x05\x06\0\0", Refusal::Archive),
        (b"\x1F\x8B\x08\0\0", Refusal::Archive),
        (b"7z\xBC\xAF\x27\x1C\0\x04", Refusal::Archive),
        (svg, Refusal::Svg),
        (b"\xEF\xBB\xBF  <SVG onload=alert(1)>", Refusal::Svg),
        (gif, Refusal::Gif),
        (b"%PDF-1.7\n%\xE2\xE3", Refusal::Pdf),
        (b"\n\n%PDF-1.4 <svg>", Refusal::Pdf),
        (heic, Refusal::Heic),
        (html, Refusal::NotAPicture),
        (b"../../etc/passwd", Refusal::NotAPicture),
        (b"#!/bin/sh\nrm -rf /\n", Refusal::NotAPicture),
        (b"MZ\x90\0\x03", Refusal::NotAPicture),
        (b"BM\x36\0\0\0", Refusal::NotAPicture),
        (b"\xFF\xD8", Refusal::NotAPicture),
        (b"\xFF\xD8\xFF", Refusal::Damaged),
        (b"\xFF\xD8\xFF\xE0<svg><script>", Refusal::Damaged),
        (b"\x89PNG\r\n\x1A\n", Refusal::Damaged),
        (b"RIFF\xFF\xFF\xFF\xFFWEBPVP8 ", Refusal::Damaged),
    ] {
        assert_eq!(take(bytes), Err(refusal), "{}", String::from_utf8_lossy(&bytes[..bytes.len().min(40)]));
    }
    let long = [jpeg(640, 480), vec![0; 15_000_000]].concat();
    assert_eq!(take(&long), Err(Refusal::TooManyBytes));
}

/// A PNG chunk with its checksum (W3C PNG section 5.3, annex D).
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
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
fn png_of(width: u32, height: u32, depth: u8, color: u8, pixels: &[u8]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, color, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1A\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
        .concat()
}

#[test]
fn floods_of_pixels_are_refused_by_the_header() {
    let pixels = [0x78, 0x9C, 0x63, 0, 0];
    for (width, height, depth, color) in [
        (60_000, 60_000, 8, 2),
        (0x7FFF_FFFF, 0x7FFF_FFFF, 8, 2),
        (12_001, 500, 8, 0),
        (500, 12_001, 8, 0),
        (7_072, 7_072, 8, 0),
        (7_000, 7_000, 16, 6),
    ] {
        let flood = png_of(width, height, depth, color, &pixels);
        assert_eq!(take(&flood), Err(Refusal::TooManyPixels), "{width} x {height}, {depth} bits");
    }
    // Two bytes of the frame header are all that a JPEG needs to say that it is huge.
    let mut flood = jpeg(640, 480);
    let frame = flood.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    flood[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
    assert_eq!(take(&flood), Err(Refusal::TooManyPixels));
}

#[test]
fn a_bomb_within_the_header_s_limits_ends_at_its_size() {
    // 7,000 x 7,000 grey pixels, all of one colour: 49 million bytes from 50 thousand, and then 1 MB more than it said.
    let mut packed = Vec::new();
    let plain = image::GrayImage::from_pixel(7_000, 7_000, image::Luma([200]));
    PngEncoder::new(&mut packed).write_image(&plain, 7_000, 7_000, ExtendedColorType::L8).unwrap();
    assert!(packed.len() < 1_000_000, "{}", packed.len());
    let made = take(&packed).unwrap();
    assert_eq!((made.width, made.height), (4_096, 4_096));
    // The same stream under the header of a smaller picture, and of one that it cannot fill.
    let stream = idat_of(&packed);
    for height in [500, 7_142] {
        let lying = png_of(7_000, height, 8, 0, &stream);
        match take(&lying) {
            Err(Refusal::Damaged) => {}
            Ok(made) => assert!(height == 500 && made.height <= 500, "what it said, no more"),
            other => panic!("{other:?}"),
        }
    }
}

/// The data of all IDAT chunks.
fn idat_of(png: &[u8]) -> Vec<u8> {
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

#[test]
fn too_few_pixels_to_read_are_refused_and_too_many_to_keep_reduced() {
    assert_eq!(take(&jpeg(399, 399)), Err(Refusal::TooSmall));
    assert_eq!(take(&png(1, 1)), Err(Refusal::TooSmall));
    assert!(take(&jpeg(400, 20)).is_ok());
    let made = take(&jpeg(8_000, 2_000)).unwrap();
    assert_eq!((made.width, made.height), (4_096, 1_024));
    let whole = take(&jpeg(4_032, 100)).unwrap();
    assert_eq!((whole.width, whole.height), (4_032, 100), "a phone's usual width is kept");
}

static SMALL: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| [jpeg(480, 401), png(480, 401), webp(480, 401)]);

#[test]
fn a_picture_that_was_cut_off_anywhere_is_refused() {
    for bytes in SMALL.iter() {
        assert!(take(bytes).is_ok());
        for length in (1..bytes.len()).step_by(1 + bytes.len() / 150).chain(bytes.len() - 14..bytes.len()) {
            let refused = take(&bytes[..length]).unwrap_err();
            assert!(matches!(refused, Refusal::Damaged | Refusal::NotAPicture), "{length}: {refused}");
        }
    }
}

/// The end mark of a preview or in a comment is not the picture's own.
#[test]
fn an_end_inside_a_segment_does_not_count() {
    let preview = [b"JFXX\0\x10".as_slice(), &SMALL[0][..600], &[0xFF, 0xD9]].concat();
    let sent = with_segment(&SMALL[0], 0xE0, &preview);
    assert!(take(&sent).is_ok());
    assert_eq!(take(&sent[..sent.len() - 2]), Err(Refusal::Damaged));
}

#[test]
fn what_shows_through_is_paper() {
    let mut out = Vec::new();
    let clear = image::RgbaImage::from_pixel(400, 400, image::Rgba([0, 0, 0, 0]));
    PngEncoder::new(&mut out).write_image(&clear, 400, 400, ExtendedColorType::Rgba8).unwrap();
    let made = take(&out).unwrap();
    let seen = image::load_from_memory(&made.jpeg).unwrap().into_rgb8();
    assert_eq!(seen.get_pixel(200, 200).0, [255, 255, 255]);
}

#[test]
fn refusals_have_one_text_each() {
    let mut texts: Vec<_> = Refusal::ALL.iter().map(|refusal| refusal.as_str()).collect();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), Refusal::ALL.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(take(&bytes).is_err());
    }

    #[test]
    fn no_bytes_behind_a_known_beginning_break_it(
        kind in 0usize..3,
        bytes in proptest::collection::vec(any::<u8>(), 0..2_000),
    ) {
        let head: &[u8] = [&b"\xFF\xD8\xFF"[..], b"\x89PNG\r\n\x1A\n", b"RIFF\x10\0\0\0WEBPVP8L"][kind];
        let _ = take(&[head, &bytes].concat());
    }

    #[test]
    fn no_changed_bytes_break_it(
        kind in 0usize..3,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut bytes = SMALL[kind].clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(made) = take(&bytes) {
            prop_assert!(made.jpeg.starts_with(&[0xFF, 0xD8]) && made.jpeg.ends_with(&[0xFF, 0xD9]));
        }
    }
}
