// SPDX-License-Identifier: AGPL-3.0-or-later
//! What pages load: one style, one script, one icon, built into the program. Their names carry what they hold, so that a browser
//! keeps them for good.

use std::io::Write as _;

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH, VARY,
};
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Characters of the digest in a name.
const NAME_CHARS: usize = 16;
/// A browser need not ask again for a year.
const KEPT_FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// Where assets are.
pub(super) const PATH: &str = "/p/-/{file}";

/// The assets.
pub(super) struct Assets {
    all: Vec<Asset>,
    /// Their addresses, for templates.
    pub(super) addresses: Addresses,
}

/// Where each asset is.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Addresses {
    style: String,
    script: String,
    icon: String,
}

struct Asset {
    name: String,
    media: &'static str,
    plain: &'static [u8],
    zipped: Vec<u8>,
}

impl Assets {
    pub(super) fn new() -> Self {
        let style = Asset::new("style", "css", "text/css; charset=utf-8", include_bytes!("assets/pages.css"));
        let script = Asset::new("script", "js", "text/javascript; charset=utf-8", include_bytes!("assets/pages.js"));
        let icon = Asset::new("icon", "svg", "image/svg+xml", include_bytes!("assets/icon.svg"));
        let addresses = Addresses { style: style.address(), script: script.address(), icon: icon.address() };
        Self { all: vec![style, script, icon], addresses }
    }

    /// The asset of that name.
    pub(super) fn answer(&self, request: &HttpRequest, name: &str) -> HttpResponse {
        let Some(asset) = self.all.iter().find(|asset| asset.name == name) else {
            return HttpResponse::NotFound().finish();
        };
        let etag = format!("\"{name}\"");
        let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        if known.is_some_and(|known| known.contains(&etag)) {
            return HttpResponse::NotModified().insert_header((ETAG, etag)).finish();
        }
        let mut answer = HttpResponse::Ok();
        answer
            .insert_header((CONTENT_TYPE, asset.media))
            .insert_header((CACHE_CONTROL, KEPT_FOR_GOOD))
            .insert_header((VARY, "Accept-Encoding"))
            .insert_header((ETAG, etag));
        if takes_gzip(request.headers()) {
            return answer.insert_header((CONTENT_ENCODING, "gzip")).body(asset.zipped.clone());
        }
        answer.body(asset.plain)
    }
}

impl Asset {
    fn new(name: &str, end: &str, media: &'static str, plain: &'static [u8]) -> Self {
        let digest = HEXLOWER.encode(&Sha256::digest(plain));
        let name = format!("{name}-{}.{end}", digest.get(..NAME_CHARS).unwrap_or(&digest));
        Self { name, media, plain, zipped: gzip(plain, Compression::best()).unwrap_or_default() }
    }

    fn address(&self) -> String {
        PATH.replace("{file}", &self.name)
    }
}

/// Whether the browser takes a compressed answer.
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let mut all = headers.get_all(ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    all.any(|text| {
        text.split(',').any(|one| {
            let (coding, quality) = one.split_once(';').unwrap_or((one, ""));
            coding.trim() == "gzip" && !matches!(quality.trim().trim_end_matches(['0', '.']), "q=")
        })
    })
}

/// Compressed; none where there is no memory for it.
pub(super) fn gzip(plain: &[u8], how: Compression) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), how);
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn a_browser_that_takes_no_compressed_answer_gets_none() {
        for (accept, takes) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, gzip;q=0.5", true),
            ("gzip;q=0", false),
            ("br", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(accept));
            assert_eq!(takes_gzip(&headers), takes, "{accept}");
        }
    }
}
