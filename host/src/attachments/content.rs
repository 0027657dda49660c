//! What a file is, by its content; its name and declared type are never believed. Pictures are
//! decoded within limits, turned upright, and written anew, so that no metadata (place, device,
//! thumbnail) and nothing hidden behind the picture is kept. Anything else than a picture or a
//! PDF is refused; SVG, which can hold script, above all.

use image::{
    DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder,
    imageops::FilterType,
};
use sha2::{Digest as _, Sha256};
use std::io::Cursor;

use crate::error::{Error, Problem, Result};

/// The most bytes a picture may have as it comes in.
pub const PICTURE_BYTES: usize = 20 << 20;
/// The most bytes a PDF may have.
pub const PDF_BYTES: usize = 10 << 20;
/// The most pixels a picture may have: more than any phone's ordinary photo.
const PIXELS: u64 = 64_000_000;
/// The most bytes that decoding may take.
const DECODING: u64 = 320 << 20;
/// The longest side of a picture that is kept; larger ones are made smaller.
const SIDE: u32 = 2560;
const QUALITY: u8 = 85;

/// What is kept of a file.
#[derive(Debug)]
pub struct Content {
    /// What it is: `image/jpeg`, `image/png` or `application/pdf`.
    pub mime: &'static str,
    /// Its bytes as they are served.
    pub bytes: Vec<u8>,
}

/// The extension that goes with a type that is kept.
pub fn extension(mime: &str) -> &'static str {
    match mime {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        _ => "pdf",
    }
}

/// The SHA-256 of what was sent, in hex.
pub fn digest(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

/// Checks and rewrites a file. Slow and hungry: runs on a thread for blocking work. `Invalid`
/// when it is too large, broken, or of a kind that is not taken.
pub fn clean(bytes: Vec<u8>) -> Result<Content> {
    if bytes.starts_with(b"%PDF-") {
        within(bytes.len(), PDF_BYTES)?;
        return Ok(Content {
            mime: "application/pdf",
            bytes,
        });
    }
    within(bytes.len(), PICTURE_BYTES)?;
    let format = match image::guess_format(&bytes) {
        Ok(it @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) => it,
        _ => return Err(Error::invalid("file", "files-kind-refused")),
    };
    encode(upright(&bytes, format)?, format)
}

fn within(bytes: usize, limit: usize) -> Result<()> {
    if bytes <= limit {
        return Ok(());
    }
    let problem = Problem::at("file", "files-too-large").with("megabytes", limit >> 20);
    Err(Error::Invalid(vec![problem]))
}

fn upright(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage> {
    let broken = |_| Error::invalid("file", "files-picture-broken");
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODING);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS {
        let problem =
            Problem::at("file", "files-too-many-pixels").with("megapixels", PIXELS / 1_000_000);
        return Err(Error::Invalid(vec![problem]));
    }
    let orientation = decoder.orientation().map_err(broken)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    if width.max(height) > SIDE {
        picture = picture.resize(SIDE, SIDE, FilterType::Triangle);
    }
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Photographs become JPEG; what has transparency, or came as PNG, becomes PNG.
fn encode(picture: DynamicImage, format: ImageFormat) -> Result<Content> {
    let mut bytes = Vec::new();
    if format == ImageFormat::Png || picture.color().has_alpha() {
        let eight_bits = if picture.color().has_alpha() {
            DynamicImage::from(picture.into_rgba8())
        } else {
            DynamicImage::from(picture.into_rgb8())
        };
        eight_bits
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .map_err(Error::internal)?;
        return Ok(Content {
            mime: "image/png",
            bytes,
        });
    }
    picture
        .into_rgb8()
        .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))
        .map_err(Error::internal)?;
    Ok(Content {
        mime: "image/jpeg",
        bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GenericImageView as _, Rgb, RgbImage, Rgba, RgbaImage};

    /// A JPEG, red on the left and blue on the right, with EXIF that says "turn it a quarter".
    fn turned_jpeg() -> Vec<u8> {
        let picture = RgbImage::from_fn(64, 32, |x, _| {
            if x < 32 {
                Rgb([255, 0, 0])
            } else {
                Rgb([0, 0, 255])
            }
        });
        let mut plain = Vec::new();
        picture
            .write_with_encoder(JpegEncoder::new_with_quality(&mut plain, 95))
            .unwrap();
        // APP1 with one IFD of one entry: Orientation (0x0112) is 6.
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01".to_vec();
        exif.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0");
        exif.extend(b"secret place");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let mut bytes = plain[..2].to_vec();
        bytes.extend([0xff, 0xe1]);
        bytes.extend(length);
        bytes.extend(exif);
        bytes.extend(&plain[2..]);
        bytes
    }

    fn code(result: Result<Content>) -> String {
        match result {
            Err(Error::Invalid(problems)) => problems[0].code.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_photo_is_turned_upright_and_loses_its_metadata() {
        let sent = turned_jpeg();
        assert!(sent.windows(12).any(|w| w == b"secret place"));
        let kept = clean(sent).unwrap();
        assert_eq!(kept.mime, "image/jpeg");
        assert!(!kept.bytes.windows(12).any(|w| w == b"secret place"));
        assert!(!kept.bytes.windows(4).any(|w| w == b"Exif"));
        let picture = image::load_from_memory(&kept.bytes).unwrap();
        assert_eq!(picture.dimensions(), (32, 64));
        // A quarter to the right: what was left is now on top.
        let [red, _, blue, _] = picture.get_pixel(16, 8).0;
        assert!(red > 200 && blue < 60);
    }

    #[test]
    fn what_hides_behind_a_picture_is_gone() {
        let mut sent = turned_jpeg();
        sent.extend(b"<script>alert(1)</script>");
        let kept = clean(sent).unwrap();
        assert!(!kept.bytes.windows(8).any(|w| w == b"<script>"));
    }

    #[test]
    fn transparency_stays_and_webp_becomes_something_common() {
        let picture = RgbaImage::from_pixel(8, 8, Rgba([1, 2, 3, 0]));
        let mut webp = Vec::new();
        DynamicImage::from(picture)
            .write_to(&mut Cursor::new(&mut webp), ImageFormat::WebP)
            .unwrap();
        let kept = clean(webp).unwrap();
        assert_eq!(kept.mime, "image/png");
        let picture = image::load_from_memory(&kept.bytes).unwrap();
        assert_eq!(picture.get_pixel(0, 0).0[3], 0);
    }

    #[test]
    fn a_large_picture_is_made_smaller() {
        let mut png = Vec::new();
        DynamicImage::new_luma8(3000, 10)
            .write_to(&mut Cursor::new(&mut png), ImageFormat::Png)
            .unwrap();
        let kept = image::load_from_memory(&clean(png).unwrap().bytes).unwrap();
        assert_eq!(kept.width(), SIDE);
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        // A PNG header that promises 20,000 × 20,000 pixels, and nothing after it.
        let mut png = Vec::new();
        DynamicImage::new_luma8(1, 1)
            .write_to(&mut Cursor::new(&mut png), ImageFormat::Png)
            .unwrap();
        png[16..20].copy_from_slice(&20_000u32.to_be_bytes());
        png[20..24].copy_from_slice(&20_000u32.to_be_bytes());
        let crc = crc32(&png[12..29]);
        png[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(code(clean(png)), "files-too-many-pixels");
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
            })
        })
    }

    #[test]
    fn only_what_is_known_is_taken() {
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec();
        assert_eq!(code(clean(svg)), "files-kind-refused");
        assert_eq!(
            code(clean(b"GIF89a\x01\0\x01\0".to_vec())),
            "files-kind-refused"
        );
        assert_eq!(code(clean(b"<html>".to_vec())), "files-kind-refused");
        assert_eq!(code(clean(Vec::new())), "files-kind-refused");
        assert_eq!(
            clean(b"%PDF-1.7 ...".to_vec()).unwrap().mime,
            "application/pdf"
        );
        let half = turned_jpeg()[..120].to_vec();
        assert_eq!(code(clean(half)), "files-picture-broken");
        let mut large = b"%PDF-1.7".to_vec();
        large.resize(PDF_BYTES + 1, b' ');
        assert_eq!(code(clean(large)), "files-too-large");
    }
}
