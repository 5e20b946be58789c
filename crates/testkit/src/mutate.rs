// SPDX-License-Identifier: AGPL-3.0-or-later
//! Messages damaged at random, as bytes.

use crate::Random;

/// What a parser may stumble over.
const TOKENS: &[&[u8]] = &[
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"&b;",
    b"&amp;",
    b"&#0;",
    b"&#x1F600;",
    b"&#xD800;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"--",
    b"<?pi x?>",
    b"<?xml version=\"1.1\"?>",
    b"<",
    b">",
    b"/>",
    b"</",
    b"=",
    b"\"",
    b"'",
    b" xmlns=\"\"",
    b" xmlns:soapenv=\"x\"",
    b" a=\"b\"",
    b" xsi:nil=\"true\"",
    b"\0",
    b"\r",
    b"\xc0\x80",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"99999999999999999999.99",
    b"-1.00",
    b"0.00",
    b"1e9",
    b"2026-02-30",
    b"24:00:00",
    b"<metadata/>",
    b"<standin>TRUE</standin>",
    b"pafn:",
    b"soapenv:Body",
    b"receipt",
    b"transfer",
];

/// A message with one to four random damages; `other` is what pieces are taken from.
#[must_use]
pub fn mutate(message: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = message.to_vec();
    for _ in 0..=random.below(4) {
        damage(&mut bytes, other, random);
    }
    bytes
}

fn damage(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    match random.below(9) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => {
            bytes.insert(at, u8::try_from(random.below(256)).expect("a byte"));
        }
        2 => {
            let token = *random.pick(TOKENS);
            bytes.splice(at..at, token.iter().copied());
        }
        3 => {
            let end = (at + random.below(60)).min(bytes.len());
            bytes.drain(at..end);
        }
        4 => {
            let end = (at + random.below(200)).min(bytes.len());
            let piece = bytes[at..end].to_vec();
            let to = random.below(bytes.len() + 1);
            bytes.splice(to..to, piece);
        }
        5 => bytes.truncate(at),
        6 => {
            let from = random.below(other.len());
            let end = (from + random.below(300)).min(other.len());
            bytes.splice(at..at, other[from..end].iter().copied());
        }
        // Whole elements: dropped, doubled.
        7 => elements(bytes, at, random, |bytes, start, end| {
            bytes.drain(start..end);
        }),
        _ => elements(bytes, at, random, |bytes, start, end| {
            let piece = bytes[start..end].to_vec();
            bytes.splice(start..start, piece);
        }),
    }
}

/// Acts on what lies between one start tag and some later end tag.
fn elements(bytes: &mut Vec<u8>, at: usize, random: &mut Random, act: impl Fn(&mut Vec<u8>, usize, usize)) {
    let Some(start) = bytes[..at.min(bytes.len())].iter().rposition(|byte| *byte == b'<') else { return };
    let ends: Vec<usize> = bytes
        .iter()
        .enumerate()
        .skip(start)
        .filter(|(_, byte)| **byte == b'>')
        .map(|(end, _)| end + 1)
        .take(8)
        .collect();
    if !ends.is_empty() {
        act(bytes, start, *random.pick(&ends));
    }
}
