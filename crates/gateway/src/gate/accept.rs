// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which media type the caller wants of those that an operation answers with (RFC 9110, 12.5.1).

use actix_web::http::header::{ACCEPT, HeaderMap};

/// The quality of a range that says none, in thousandths.
const QUALITY_FULL: u16 = 1_000;

/// The media type to answer with: the one that the caller wants most, the first of them where it wants several alike.
/// None where it excludes all. Without an Accept header everything is wanted.
pub(crate) fn best<'a>(headers: &HeaderMap, produces: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = headers.get_all(ACCEPT).filter_map(|value| value.to_str().ok());
    let ranges: Vec<Range> = given.flat_map(|text| text.split(',')).filter_map(Range::read).collect();
    let mut found: Option<(&str, u16)> = None;
    for media in produces {
        let quality = if ranges.is_empty() { QUALITY_FULL } else { quality_of(&ranges, media) };
        if quality > found.map_or(0, |(_, quality)| quality) {
            found = Some((media, quality));
        }
    }
    found.map(|(media, _)| media)
}

/// What the most specific range says of a media type; zero where none covers it.
fn quality_of(ranges: &[Range], media: &str) -> u16 {
    let told = ranges.iter().filter_map(|range| Some((range.covers(media)?, range.quality)));
    told.max().map_or(0, |(_, quality)| quality)
}

/// How closely a range names a media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    Anything,
    Kind,
    Itself,
}

/// A range of media types, in lower case, and how much it is wanted, in thousandths.
struct Range {
    media: String,
    quality: u16,
}

impl Range {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
        let media = parts.next().filter(|media| !media.is_empty())?;
        let quality = parts.find_map(|part| part.strip_prefix("q=").map(quality)).unwrap_or(QUALITY_FULL);
        Some(Self { media, quality })
    }

    fn covers(&self, media: &str) -> Option<Closeness> {
        let kind = media.split('/').next().unwrap_or_default();
        if self.media == media {
            Some(Closeness::Itself)
        } else if self.media.strip_suffix("/*").is_some_and(|wide| wide == kind) {
            Some(Closeness::Kind)
        } else {
            (self.media == "*/*").then_some(Closeness::Anything)
        }
    }
}

/// A quality in thousandths; what is no quality says nothing, and counts as full.
fn quality(text: &str) -> u16 {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let right = decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    match whole {
        "0" if right => format!("{decimals:0<3}").parse().unwrap_or(QUALITY_FULL),
        _ => QUALITY_FULL,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    const BOTH: [&str; 2] = ["application/json", "application/xml"];

    fn chosen(accept: &str, produces: &[&'static str]) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
        best(&headers, produces.iter().copied())
    }

    #[test]
    fn json_is_refused_only_to_who_excludes_it() {
        let json = &BOTH[..1];
        for right in
            ["*/*", "application/json", "application/*;q=0.1", "text/html, */*;q=0.8", "Application/JSON; q=1", ""]
        {
            assert!(chosen(right, json).is_some(), "{right}");
        }
        for wrong in [
            "text/html",
            "application/xml",
            "application/json;q=0",
            "image/*",
            "application/json;q=0.0",
            "*/*, application/json;q=0",
        ] {
            assert!(chosen(wrong, json).is_none(), "{wrong}");
        }
        assert_eq!(best(&HeaderMap::new(), BOTH), Some("application/json"));
    }

    #[test]
    fn of_several_media_types_the_one_that_is_wanted_most_is_chosen() {
        for (accept, media) in [
            ("application/xml", "application/xml"),
            ("application/json;q=0.5, application/xml", "application/xml"),
            ("application/xml;q=0.5, application/json", "application/json"),
            ("application/xml;q=0.9, */*;q=0.8", "application/xml"),
            ("application/*, application/json;q=0.1", "application/xml"),
            ("application/json;q=0, */*", "application/xml"),
            ("application/xml, application/json", "application/json"),
            ("*/*", "application/json"),
        ] {
            assert_eq!(chosen(accept, &BOTH), Some(media), "{accept}");
        }
    }
}
