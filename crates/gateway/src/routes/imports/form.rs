// SPDX-License-Identifier: AGPL-3.0-or-later
//! A form with a file (RFC 7578), read as it comes: the fields are judged before the first byte of the file is.

use std::future::{Ready, ready};

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{FromRequest, HttpRequest};
use data_encoding::HEXLOWER;
use futures_util::StreamExt;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tramite_domain::import::{FILE_BYTES_MAX, FileFormat, FileLayout, ImportFile};
use tramite_domain::violation::Violation;

use super::input::{FILE, ImportInput, fault, format_of, valid};
use super::keep::{Kept, read};
use super::unclaimed::Unclaimed;
use crate::auth::Tenant;
use crate::extract::canonical;
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// Bytes of a form around its file at most.
const FORM_BYTES_MAX: u64 = 64 * 1024;
/// Bytes of a field at most.
const FIELD_BYTES_MAX: usize = 1_024;
/// Fields of a form at most.
const FIELDS_MAX: usize = 20;
/// Longest name of a file, in characters.
const NAME_CHARS_MAX: usize = 255;

/// A form of which nothing was read yet.
pub(crate) struct Upload(Multipart);

/// A form that has come in full.
pub(super) struct Sent {
    /// What its fields say.
    pub(super) input: ImportInput,
    /// Its file.
    pub(super) file: ImportFile,
    /// SHA-256 of the names and values of its fields and of the digest of its file: equal forms have equal fingerprints, whatever
    /// the order of their fields and the text between them.
    pub(super) fingerprint: [u8; 32],
}

/// What is known of a file before its first byte.
struct Head {
    name: Option<String>,
    format: FileFormat,
    input: ImportInput,
}

impl FromRequest for Upload {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(check_head(request).map(|()| Self(Multipart::new(request.headers(), payload.take()))))
    }
}

/// What can be refused before anything is read.
fn check_head(request: &HttpRequest) -> Result<(), Problem> {
    let header =
        |name| request.headers().get(&name).map(|value| value.to_str().unwrap_or("?").trim().to_ascii_lowercase());
    let media = header(CONTENT_TYPE).unwrap_or_default();
    let form = media.split(';').next().is_some_and(|essence| essence.trim() == "multipart/form-data");
    if !form || header(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err(Problem::new(Code::UnsupportedMediaType));
    }
    let told: Option<u64> = header(CONTENT_LENGTH).and_then(|text| text.parse().ok());
    if told.is_some_and(|bytes| bytes > FILE_BYTES_MAX.saturating_add(FORM_BYTES_MAX)) {
        return Err(Problem::new(Code::BodyTooLarge));
    }
    Ok(())
}

impl Upload {
    /// Reads all of it; the file is kept on its way, or only looked at. What is kept of it is nobody's.
    ///
    /// # Errors
    /// [`Code::ValidationFailed`] with every fault of the fields, and whatever keeps the body from being read or the store from
    /// keeping it.
    pub(super) async fn read(
        mut self,
        gateway: &Gateway,
        tenant: &Tenant,
        unclaimed: &mut Unclaimed,
    ) -> Result<Sent, Problem> {
        let mut texts: Vec<(String, String)> = Vec::new();
        while let Some(mut field) = self.next(gateway).await? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == FILE {
                let head = head(gateway, tenant, &field, &texts).await?;
                let kept = read(gateway, &mut field, unclaimed).await?;
                // The field is let go: only then the form goes on.
                drop(field);
                self.nothing_more(gateway).await?;
                return whole(head, kept, &texts);
            }
            if texts.len() >= FIELDS_MAX {
                return Err(Problem::new(Code::BodyTooLarge));
            }
            texts.push((name, text_of(gateway, &mut field).await?));
        }
        // Without a file there is always a fault.
        valid(gateway, &texts, false).and(Err(Problem::new(Code::InvalidRequest)))
    }

    async fn next(&mut self, gateway: &Gateway) -> Result<Option<Field>, Problem> {
        let next = tokio::time::timeout(gateway.settings().body_time_max, self.0.next()).await;
        next.map_err(|_| Problem::new(Code::BodyTooSlow))?.transpose().map_err(broken)
    }

    /// What stands after the file was not there when the file was judged.
    async fn nothing_more(&mut self, gateway: &Gateway) -> Result<(), Problem> {
        match self.next(gateway).await? {
            None => Ok(()),
            Some(field) => {
                let name = field.name().unwrap_or_default();
                let after = if name == FILE {
                    fault(name, "repeated_field", "A field stands once.")
                } else {
                    fault(name, "after_the_file", "The file is the last field of the form.")
                };
                Err(Problem::invalid(vec![after]))
            }
        }
    }
}

/// A body that breaks off, or is no form.
pub(super) fn broken(error: MultipartError) -> Problem {
    tracing::debug!(cause = %error, "a form cannot be read");
    let detail = "The form breaks off, or its parts are not those of multipart/form-data.";
    Problem::new(Code::InvalidRequest).with_detail(detail)
}

async fn text_of(gateway: &Gateway, field: &mut Field) -> Result<String, Problem> {
    let read = tokio::time::timeout(gateway.settings().body_time_max, field.bytes(FIELD_BYTES_MAX)).await;
    let read = read.map_err(|_| Problem::new(Code::BodyTooSlow))?;
    let bytes = read.map_err(|_| Problem::new(Code::BodyTooLarge))?.map_err(broken)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Problem::new(Code::InvalidRequest).with_detail("A field of the form is not in UTF-8."))?;
    Ok(text.to_owned())
}

/// Judges everything that stands before the first byte of the file.
async fn head(gateway: &Gateway, tenant: &Tenant, field: &Field, texts: &[(String, String)]) -> Result<Head, Problem> {
    let input = valid(gateway, texts, true)?;
    let name = field.content_disposition().and_then(|given| {
        let extended = given.get_filename_ext().and_then(|name| std::str::from_utf8(&name.value).ok());
        extended.or_else(|| given.get_filename()).and_then(plain_name)
    });
    let mut found: Vec<Violation> = Vec::new();
    if let Some(code) = &input.service_code
        && gateway.store().service(&tenant.scope, code).await?.is_none()
    {
        found.push(fault("service_code", "unknown_service", "The institution has no such service."));
    }
    let format = format_of(name.as_deref(), field.content_type().map(|media| media.essence_str()));
    if format.is_none() {
        let detail = "Expected a file whose name ends with csv, xlsx, xls, ods, ndjson, jsonl or ndjson.gz, or the media type of one.";
        found.push(fault(FILE, "unknown_file_format", detail));
    }
    if format == Some(FileFormat::Ndjson) && input.format != FileLayout::Tramite {
        found.push(fault("format", "not_allowed", "Lines of JSON have no columns."));
    }
    match format {
        Some(format) if found.is_empty() => Ok(Head { name, format, input }),
        _ => Err(Problem::invalid(found)),
    }
}

/// The name of a file without its path and what cannot be shown.
fn plain_name(given: &str) -> Option<String> {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let name: String = last.chars().filter(|letter| !letter.is_control()).take(NAME_CHARS_MAX).collect();
    (!name.is_empty()).then_some(name)
}

fn whole(head: Head, kept: Kept, texts: &[(String, String)]) -> Result<Sent, Problem> {
    let Head { name, format, input } = head;
    if kept.bytes == 0 {
        return Err(Problem::invalid(vec![fault(FILE, "empty_file", "The file is empty.")]));
    }
    let fields: Map<String, Value> =
        texts.iter().map(|(name, text)| (name.clone(), Value::from(text.as_str()))).collect();
    let told = json!({
        "fields": fields, "name": name, "format": format.name(), "sha256": HEXLOWER.encode(&kept.sha256),
    });
    let file = ImportFile {
        id: kept.id,
        name,
        format,
        layout: input.format,
        bytes: kept.bytes,
        sha256: kept.sha256,
        kept_until: None,
    };
    Ok(Sent { fingerprint: Sha256::digest(canonical(&told).as_bytes()).into(), input, file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_name_without_a_path() {
        for (given, name) in [
            ("tari.csv", Some("tari.csv")),
            ("C:\\Users\\ufficio\\tari 2026.csv", Some("tari 2026.csv")),
            ("../../etc/passwd", Some("passwd")),
            ("a\u{0}b\n.csv", Some("ab.csv")),
            ("dir/", None),
            (" ", None),
        ] {
            assert_eq!(plain_name(given).as_deref(), name, "{given:?}");
        }
        assert_eq!(plain_name(&"à".repeat(300)).map(|name| name.chars().count()), Some(NAME_CHARS_MAX));
    }
}
