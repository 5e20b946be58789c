// SPDX-License-Identifier: AGPL-3.0-or-later
//! PNGs as drawing programs write them.

use png::{BitDepth, ColorType};
use tramite_documents::logo::{KEPT_BYTES_MAX, KEPT_SIDE_MAX, Logo, LogoFault};

use crate::bounded::read;
use crate::support::{chunk_names, chunks, deflated, head, noise, pixels, plain, png};

const BLUE: [u8; 3] = [0, 0x66, 0xcc];

#[test]
fn a_small_logo_is_kept_pixel_by_pixel() {
    let logo = read("small", &plain(40, 30, BLUE)).unwrap();
    assert_eq!((logo.width(), logo.height()), (40, 30));
    assert_eq!(pixels(&logo), vec![BLUE; 40 * 30]);
}

#[test]
fn a_large_logo_is_kept_as_large_as_paper_shows_it() {
    for ((width, height), kept) in [((2_000, 2_000), (709, 709)), ((4_096, 900), (709, 155)), ((10, 4_096), (1, 709))] {
        let logo = read("large", &plain(width, height, BLUE)).unwrap();
        assert_eq!((logo.width(), logo.height()), kept);
        assert!(pixels(&logo).iter().all(|pixel| *pixel == BLUE));
    }
}

#[test]
fn what_is_scaled_down_is_the_mean_of_what_was_there() {
    let lines: Vec<u8> = (0..1_418 * 10).flat_map(|place| [[0; 3], [200; 3]][place % 2]).collect();
    let logo = read("lines", &png((1_418, 10), ColorType::Rgb, BitDepth::Eight, &lines)).unwrap();
    assert_eq!((logo.width(), logo.height()), (709, 5));
    assert!(pixels(&logo).iter().all(|pixel| *pixel == [100; 3]));
}

#[test]
fn a_photograph_is_kept_small_enough() {
    let logo = read("noise", &png((400, 400), ColorType::Rgb, BitDepth::Eight, &noise(480_000))).unwrap();
    assert!(logo.png().len() <= KEPT_BYTES_MAX && logo.png().len() > KEPT_BYTES_MAX / 2, "{logo:?}");
    assert_eq!(logo.width(), logo.height());
}

#[test]
fn what_is_not_opaque_stands_on_white() {
    let samples = [[0, 0, 0, 255], [0, 0, 0, 0], [255, 0, 0, 128], [9, 9, 9, 0]].concat();
    let logo = read("alpha", &png((2, 2), ColorType::Rgba, BitDepth::Eight, &samples)).unwrap();
    assert_eq!(pixels(&logo), [[0; 3], [255; 3], [255, 127, 127], [255; 3]]);
    let logo = read("grey alpha", &png((2, 1), ColorType::GrayscaleAlpha, BitDepth::Eight, &[0, 255, 0, 0])).unwrap();
    assert_eq!(pixels(&logo), [[0; 3], [255; 3]]);
}

#[test]
fn palettes_and_deep_and_shallow_samples_are_read() {
    let palette = chunks(&[
        head(2, 1, 8, 3, false),
        (b"PLTE", [BLUE, [1, 2, 3]].concat()),
        (b"tRNS", vec![255, 0]),
        (b"IDAT", deflated(&[0, 0, 1])),
        (b"IEND", Vec::new()),
    ]);
    assert_eq!(pixels(&read("palette", &palette).unwrap()), [BLUE, [255; 3]]);
    let deep = png((1, 1), ColorType::Rgb, BitDepth::Sixteen, &[0, 9, 0x66, 9, 0xcc, 9]);
    assert_eq!(pixels(&read("16 bits", &deep).unwrap()), [BLUE]);
    let shallow = png((8, 1), ColorType::Grayscale, BitDepth::One, &[0b1010_1010]);
    assert_eq!(pixels(&read("1 bit", &shallow).unwrap())[..2], [[255; 3], [0; 3]]);
}

#[test]
fn an_interlaced_logo_is_read() {
    // Eight by eight pixels are in all seven passes: rows of 1, 1, 2, 2, 4, 4 and 8 of them, each after its filter.
    let passes = [(1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4)];
    let rows: Vec<u8> =
        passes.iter().flat_map(|(width, rows)| [vec![0], vec![7; *width]].concat().repeat(*rows)).collect();
    let file = chunks(&[head(8, 8, 8, 0, true), (b"IDAT", deflated(&rows)), (b"IEND", Vec::new())]);
    assert_eq!(pixels(&read("interlaced", &file).unwrap()), vec![[7; 3]; 64]);
}

#[test]
fn of_an_animation_the_picture_for_those_who_show_none_is_read() {
    let control =
        |number: u32| [&number.to_be_bytes()[..], &[0, 0, 0, 2, 0, 0, 0, 1], &[0; 8], &[0, 1, 0, 1, 0, 0]].concat();
    let frame = deflated(&[0, 1, 2]);
    let other = deflated(&[0, 90, 91]);
    let file = chunks(&[
        head(2, 1, 8, 0, false),
        (b"acTL", vec![0, 0, 0, 2, 0, 0, 0, 0]),
        (b"fcTL", control(0)),
        (b"IDAT", frame),
        (b"fcTL", control(1)),
        (b"fdAT", [&2_u32.to_be_bytes()[..], &other].concat()),
        (b"IEND", Vec::new()),
    ]);
    let logo = read("animation", &file).unwrap();
    assert_eq!(pixels(&logo), [[1; 3], [2; 3]]);
    assert_eq!(chunk_names(logo.png()), ["IHDR", "IDAT", "IEND"]);
}

#[test]
fn nothing_but_the_picture_is_kept() {
    let text = b"Author\0Mario Rossi, via Roma 1".to_vec();
    let file = chunks(&[
        head(1, 1, 8, 0, false),
        (b"tEXt", text),
        (b"eXIf", b"II*\0GPS".to_vec()),
        (b"gAMA", vec![0, 0, 0xb1, 0x8f]),
        (b"IDAT", deflated(&[0, 7])),
        (b"IEND", Vec::new()),
    ]);
    let logo = read("metadata", &file).unwrap();
    assert_eq!(chunk_names(logo.png()), ["IHDR", "IDAT", "IEND"]);
}

#[test]
fn what_was_kept_is_read_back_as_it_is_and_nothing_else_is() {
    let logo = Logo::read(&plain(900, 300, BLUE)).unwrap();
    let kept = Logo::kept(logo.png()).unwrap();
    assert_eq!((kept.png(), kept.width(), kept.height()), (logo.png(), 709, 236));
    // A logo that is read once more stays what it is.
    assert_eq!(Logo::read(logo.png()).unwrap(), logo);
    let too_wide = plain(KEPT_SIDE_MAX + 1, 1, BLUE);
    assert_eq!(Logo::kept(&too_wide), Err(LogoFault::TooManyPixels));
    assert_eq!(Logo::kept(&vec![0; KEPT_BYTES_MAX + 1]), Err(LogoFault::TooLarge));
    let not_opaque = png((1, 1), ColorType::Rgba, BitDepth::Eight, &[0; 4]);
    for file in [&b""[..], b"<svg/>", &not_opaque] {
        assert_eq!(Logo::kept(file), Err(LogoFault::NotAnImage));
    }
}
