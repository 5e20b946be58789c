// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files to read: PNGs, chunk by chunk where a writer would refuse to make them, and SVGs.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use png::{BitDepth, ColorType, Decoder, Encoder};
use tramite_documents::logo::Logo;

/// A PNG of these samples.
pub(crate) fn png((width, height): (u32, u32), color: ColorType, depth: BitDepth, samples: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.write_header().unwrap().write_image_data(samples).unwrap();
    file
}

/// A PNG of one colour.
pub(crate) fn plain(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    let count = usize::try_from(width * height).unwrap();
    png((width, height), ColorType::Rgb, BitDepth::Eight, &colour.repeat(count))
}

/// Numbers that no compressor makes shorter.
pub(crate) fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// A PNG of these chunks, each with the sum that belongs to it.
pub(crate) fn chunks(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in chunks {
        let mut sum = Crc::new();
        sum.update(*name);
        sum.update(data);
        file.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        file.extend(*name);
        file.extend(data);
        file.extend(sum.sum().to_be_bytes());
    }
    file
}

/// The head of a PNG.
pub(crate) fn head(width: u32, height: u32, depth: u8, color: u8, interlaced: bool) -> (&'static [u8; 4], Vec<u8>) {
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    (b"IHDR", [sides, vec![depth, color, 0, 0, u8::from(interlaced)]].concat())
}

/// Bytes as zlib keeps them.
pub(crate) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The pixels of what is kept, as red, green and blue.
pub(crate) fn pixels(logo: &Logo) -> Vec<[u8; 3]> {
    let mut reader = Decoder::new(std::io::Cursor::new(logo.png())).read_info().unwrap();
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut samples).unwrap();
    assert_eq!(frame.bit_depth, BitDepth::Eight);
    match frame.color_type {
        ColorType::Rgb => samples.as_chunks().0.to_vec(),
        ColorType::Grayscale => samples.iter().map(|level| [*level; 3]).collect(),
        other => panic!("{other:?} is kept"),
    }
}

/// The names of the chunks of a PNG.
pub(crate) fn chunk_names(file: &[u8]) -> Vec<String> {
    let (mut at, mut names) = (8, Vec::new());
    while at < file.len() {
        let length = u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
        names.push(String::from_utf8_lossy(&file[at + 4..at + 8]).into_owned());
        at += usize::try_from(length).unwrap() + 12;
    }
    names.dedup();
    names
}

/// An SVG of a hundred units a side.
pub(crate) fn svg(content: &str) -> Vec<u8> {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 100 100\">{content}</svg>"
    )
    .into_bytes()
}
