// SPDX-License-Identifier: AGPL-3.0-or-later
//! PNGs that are made to hurt.

use tramite_documents::logo::{LOGO_BYTES_MAX, LogoFault};

use crate::bounded::read;
use crate::support::{chunks, deflated, head, noise, plain};

fn end() -> (&'static [u8; 4], Vec<u8>) {
    (b"IEND", Vec::new())
}

#[test]
fn a_head_that_promises_too_much_is_not_believed() {
    for (width, height) in [(u32::MAX >> 1, u32::MAX >> 1), (4_097, 1), (1, 4_097), (2_001, 2_000), (65_535, 65_535)] {
        let file = chunks(&[head(width, height, 16, 6, false), (b"IDAT", deflated(&[0])), end()]);
        assert_eq!(read("promise", &file).unwrap_err(), LogoFault::TooManyPixels, "{width} × {height}");
    }
    for (width, height) in [(0, 1), (1, 0), (u32::MAX, 1)] {
        let file = chunks(&[head(width, height, 8, 2, false), (b"IDAT", deflated(&[0])), end()]);
        assert!(matches!(read("promise", &file), Err(LogoFault::PngBroken | LogoFault::TooManyPixels)));
    }
}

#[test]
fn few_bytes_that_become_many_take_no_more_room_than_the_picture() {
    let bomb = deflated(&vec![0; 400_000_000]);
    assert!(bomb.len() < LOGO_BYTES_MAX);
    let file = chunks(&[head(2, 2, 8, 2, false), (b"IDAT", bomb.clone()), end()]);
    read("bomb after the pixels", &file).ok();
    let text = |name: &'static [u8; 4]| (name, [&b"Comment\0\0"[..], &bomb].concat());
    for chunk in [text(b"zTXt"), text(b"iCCP"), (b"iTXt", [&b"Comment\0\x01\0\0\0"[..], &bomb].concat())] {
        let file = chunks(&[head(1, 1, 8, 0, false), chunk, (b"IDAT", deflated(&[0, 7])), end()]);
        read("bomb beside the pixels", &file).ok();
    }
}

#[test]
fn the_largest_picture_that_is_let_in_is_read_in_time() {
    for (name, depth, color, bytes, interlaced) in
        [("grey", 8, 0, 1, false), ("deep", 16, 6, 8, false), ("interlaced", 16, 6, 8, true)]
    {
        // Where it is interlaced the rows are others, so that the picture is damaged at its end at the latest.
        let row = vec![0; 1 + 2_000 * bytes];
        let file =
            chunks(&[head(2_000, 2_000, depth, color, interlaced), (b"IDAT", deflated(&row.repeat(2_000))), end()]);
        read(name, &file).ok();
    }
}

#[test]
fn a_picture_that_ends_too_soon_is_damaged() {
    let file = plain(100, 100, [1, 2, 3]);
    for length in [8, 9, 20, 33, 40, file.len() / 2, file.len() - 13] {
        assert_eq!(read("cut", &file[..length]).unwrap_err(), LogoFault::PngBroken, "{length}");
    }
}

#[test]
fn whatever_a_byte_becomes_nothing_breaks_but_the_file() {
    let file = plain(16, 16, [1, 2, 3]);
    for at in 8..file.len() {
        let mut other = file.clone();
        other[at] ^= 0xff;
        read("changed", &other).ok();
    }
    let rest = noise(4_096);
    read("noise", &[b"\x89PNG\r\n\x1a\n", rest.as_slice()].concat()).unwrap_err();
    let claims = chunks(&[head(64, 64, 8, 3, false), (b"IDAT", deflated(&[0; 4_160])), end()]);
    assert!(read("a palette that is not there", &claims).is_err());
}

#[test]
fn many_small_chunks_are_read_in_time() {
    let mut all = vec![head(1, 1, 8, 0, false)];
    all.extend((0..40_000).map(|_| (b"abCd", Vec::new())));
    all.extend([(b"IDAT", deflated(&[0, 7])), end()]);
    read("many chunks", &chunks(&all)).ok();
}

#[test]
fn what_is_no_picture_or_too_large_or_unseen_is_told_apart() {
    assert_eq!(read("too large", &vec![0; LOGO_BYTES_MAX + 1]).unwrap_err(), LogoFault::TooLarge);
    for file in [&b""[..], b"GIF89a", b"\xff\xd8\xff\xe0", b"%PDF-1.7", b"<html/>", b"\x1f\x8b\x08", b"\x89PNG"] {
        assert_eq!(read("other", file).unwrap_err(), LogoFault::NotAnImage);
    }
    let fault = read("white", &plain(9, 9, [255; 3])).unwrap_err();
    assert_eq!((fault, fault.code()), (LogoFault::Blank, "logo_blank"));
}
