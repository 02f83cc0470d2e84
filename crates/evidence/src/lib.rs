//! An uploaded picture made harmless (R63): judged by what its bytes are and never by a name, its size checked before
//! its pixels are unpacked, decoded whole, turned upright, and written anew as a plain JPEG, so that nothing but the
//! pixels survives: no position, no comment, no colour profile, no second file behind the first. Knows nothing of the
//! product, no file and no network; burns a processor for up to a second or two, so callers choose the thread.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod kind;
mod refusal;
mod whole;

pub use refusal::Refusal;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageError, RgbImage};
use kind::Kind;
use std::fmt;
use std::io::Cursor;

/// What is taken, and what is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest upload, in bytes.
    pub bytes_max: u64,
    /// Longest side, in pixels, as the header says.
    pub side_max: u32,
    /// Most pixels, as the header says.
    pub pixels_max: u64,
    /// The longer side of a picture has at least this many pixels: less cannot be read.
    pub longer_side_min: u32,
    /// Most bytes that the pixels may take while decoding, at the depth of the file.
    pub memory_bytes_max: u64,
    /// Longest side of what is made; a larger picture is reduced.
    pub side_made_max: u32,
    /// Quality of what is made, 1 to 100.
    pub quality: u8,
}

impl Limits {
    /// 15 MB and 50 megapixels in, 4,096 pixels out: a phone's picture of 12 megapixels keeps every one.
    pub const PRODUCT: Limits = Limits {
        bytes_max: 15_000_000,
        side_max: 12_000,
        pixels_max: 50_000_000,
        longer_side_min: 400,
        memory_bytes_max: 256 * 1024 * 1024,
        side_made_max: 4_096,
        quality: 85,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::PRODUCT
    }
}

/// A picture that is nothing but a picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Clean {
    /// Baseline JPEG (ITU-T T.81) with a JFIF header and no other metadata.
    pub jpeg: Vec<u8>,
    /// Pixels across, upright.
    pub width: u32,
    /// Pixels down, upright.
    pub height: u32,
}

impl fmt::Debug for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clean({} x {}, {} bytes)", self.width, self.height, self.jpeg.len())
    }
}

/// Makes a harmless JPEG of an upload.
///
/// # Errors
/// Why it is not taken, in terms of what its sender can do about it.
pub fn clean(bytes: &[u8], limits: &Limits) -> Result<Clean, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    if bytes.len() as u64 > limits.bytes_max {
        return Err(Refusal::TooManyBytes);
    }
    let kind = kind::of(bytes)?;
    if !whole::is_whole(kind, bytes) {
        return Err(Refusal::Damaged);
    }
    let decoded = match kind {
        Kind::Jpeg => decode(JpegDecoder::new(Cursor::new(bytes)), limits),
        Kind::Png => decode(PngDecoder::with_limits(Cursor::new(bytes), memory(limits)), limits),
        Kind::WebP => decode(WebPDecoder::new(Cursor::new(bytes)), limits),
    }?;
    made_of(decoded, limits)
}

fn memory(limits: &Limits) -> image::Limits {
    let mut memory = image::Limits::no_limits();
    memory.max_alloc = Some(limits.memory_bytes_max);
    memory
}

/// The pixels, upright, reduced to what is kept; the size is judged by the header, before any pixel is unpacked.
fn decode(opened: Result<impl ImageDecoder, ImageError>, limits: &Limits) -> Result<DynamicImage, Refusal> {
    let mut decoder = opened.map_err(judged)?;
    let (width, height) = decoder.dimensions();
    let longer = width.max(height);
    let pixels = u64::from(width) * u64::from(height);
    if longer > limits.side_max
        || pixels > limits.pixels_max
        || decoder.total_bytes() > limits.memory_bytes_max
    {
        return Err(Refusal::TooManyPixels);
    }
    if longer < limits.longer_side_min {
        return Err(Refusal::TooSmall);
    }
    decoder.set_limits(memory(limits)).map_err(judged)?;
    // A broken note of how the camera was held is no reason to turn a readable picture away.
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(judged)?;
    if longer > limits.side_made_max {
        picture = picture.thumbnail(limits.side_made_max, limits.side_made_max);
    }
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Ok(picture)
}

fn judged(error: ImageError) -> Refusal {
    match error {
        ImageError::Limits(_) => Refusal::TooManyPixels,
        _ => Refusal::Damaged,
    }
}

fn made_of(picture: DynamicImage, limits: &Limits) -> Result<Clean, Refusal> {
    let pixels = on_white(picture);
    let (width, height) = pixels.dimensions();
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, limits.quality);
    let written = encoder.write_image(&pixels, width, height, ExtendedColorType::Rgb8);
    written.map_err(|_| Refusal::Damaged)?;
    Ok(Clean { jpeg, width, height })
}

/// JPEG knows no transparency: what shows through is paper, not black.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let see_through = picture.into_rgba8();
    let (width, height) = see_through.dimensions();
    let mut solid = RgbImage::new(width, height);
    for (pixel, out) in see_through.pixels().zip(solid.pixels_mut()) {
        let [red, green, blue, alpha] = pixel.0;
        out.0 = [red, green, blue].map(|value| blend(value, alpha));
    }
    solid
}

fn blend(value: u8, alpha: u8) -> u8 {
    let mixed = (u32::from(value) * u32::from(alpha) + 255 * (255 - u32::from(alpha)) + 127) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}
