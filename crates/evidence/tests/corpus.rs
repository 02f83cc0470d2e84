//! What people and their enemies send: each is made harmless or refused by its name, and nothing of what was sent
//! beside the pixels is in what is made. The files stand in `pictures`, for the tests of the server as well.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on should stop

mod pictures;

use countersign_evidence::{Clean, Limits, Refusal, clean};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use pictures::*;
use proptest::prelude::*;
use std::sync::LazyLock;

fn take(bytes: &[u8]) -> Result<Clean, Refusal> {
    clean(bytes, &Limits::default())
}

/// That it is refused, and as what.
fn is_refused(file: &BadFile) {
    assert_eq!(take(&file.bytes).map_err(Refusal::as_str), Err(file.refusal), "{}", file.what);
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
    let sent = photo_that_tells_all();
    assert!(TRACES.iter().all(|trace| holds(&sent, trace)));
    let made = take(&sent).unwrap();
    for trace in TRACES {
        assert!(!holds(&made.jpeg, trace), "{}", String::from_utf8_lossy(trace));
    }
    let allowed = [0xE0, 0xDB, 0xC0, 0xC4, 0xDA];
    assert!(markers(&made.jpeg).iter().all(|marker| allowed.contains(marker)), "JFIF, tables and pixels");
    assert!(made.jpeg.ends_with(&[0xFF, 0xD9]), "and nothing behind the end");
}

#[test]
fn what_is_no_picture_is_refused_by_its_name() {
    no_pictures().iter().for_each(is_refused);
    is_refused(&too_long());
}

#[test]
fn floods_of_pixels_are_refused_by_the_header() {
    floods().iter().for_each(is_refused);
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

#[test]
fn too_few_pixels_to_read_are_refused_and_too_many_to_keep_reduced() {
    too_small().iter().for_each(is_refused);
    assert!(take(&jpeg(400, 20)).is_ok());
    let made = take(&jpeg(8_000, 2_000)).unwrap();
    assert_eq!((made.width, made.height), (4_096, 1_024));
    let whole = take(&jpeg(4_032, 100)).unwrap();
    assert_eq!((whole.width, whole.height), (4_032, 100), "a phone's usual width is kept");
}

static SMALL: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| [jpeg(480, 401), png(480, 401), webp(480, 401)]);

#[test]
fn a_picture_that_was_cut_off_anywhere_is_refused() {
    cut_off().iter().for_each(is_refused);
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
