// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller says of a file beside its bytes.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use tramite_domain::ident::ServiceCode;
use tramite_domain::import::{FileFormat, FileLayout, OnError};
use tramite_domain::violation::Violation;
use utoipa::ToSchema;

use crate::extract::{faults, schema_of, unreadable};
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::words;

/// The field that holds the file.
pub(super) const FILE: &str = "file";
/// Fields that are true or false.
const FLAGS: [&str; 2] = ["dry_run", "publish"];

/// A file of debt positions, and how it is to be loaded. The file stands after the other fields.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "service_code": "TARI", "on_error": "skip", "dry_run": false,
    "file": "external_id;codice_fiscale;nome;cognome;importo;scadenza\r\nTARI-1;RSSMRA85T10A562S;Mario;Rossi;120,50;31/12/2026\r\n",
}))]
pub(super) struct ImportInput {
    /// The service of rows that name none.
    #[schema(value_type = Option<words::ServiceCode>)]
    pub(super) service_code: Option<ServiceCode>,
    /// How the columns are called; `tramite` where left out.
    #[serde(default = "own_layout")]
    #[schema(value_type = Option<words::FileLayout>)]
    pub(super) format: FileLayout,
    /// Check every row and load none.
    #[serde(default)]
    #[schema(default = false)]
    pub(super) dry_run: bool,
    /// What a wrong row means for the others; `skip` where left out.
    #[serde(default = "skip")]
    #[schema(value_type = Option<words::OnError>)]
    pub(super) on_error: OnError,
    /// Whether debt positions become payable at once, where a row does not say it; drafts otherwise.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub(super) publish: bool,
    /// CSV, XLSX, XLS, ODS, or JSON lines (also as gzip), told by the end of its name or by its media type; at most 500 MiB.
    // It is read as it comes, and stands here for the contract.
    #[serde(rename = "file")]
    #[schema(value_type = words::UploadBytes)]
    _file: IgnoredAny,
}

const fn own_layout() -> FileLayout {
    FileLayout::Tramite
}

const fn skip() -> OnError {
    OnError::Skip
}

const fn yes() -> bool {
    true
}

/// What the fields say, if it is what the contract says; `has_file` tells whether the file is there.
pub(super) fn valid(gateway: &Gateway, texts: &[(String, String)], has_file: bool) -> Result<ImportInput, Problem> {
    let (value, repeated) = value_of(texts, has_file);
    let mut found = faults(schema_of(gateway, &ImportInput::name())?, &value);
    found.extend(repeated);
    if !found.is_empty() {
        return Err(Problem::invalid(found));
    }
    ImportInput::deserialize(&value).map_err(|_| Problem::invalid(vec![unreadable()]))
}

/// The fields as one object; those that stand twice are told.
fn value_of(texts: &[(String, String)], has_file: bool) -> (Value, Vec<Violation>) {
    let (mut object, mut repeated) = (Map::new(), Vec::new());
    if has_file {
        object.insert(FILE.to_owned(), Value::from(""));
    }
    for (name, text) in texts {
        let flag = FLAGS.contains(&name.as_str()).then(|| text.parse::<bool>().ok()).flatten();
        let value = flag.map_or_else(|| Value::from(text.as_str()), Value::Bool);
        if object.insert(name.clone(), value).is_some() {
            repeated.push(fault(name, "repeated_field", "A field stands once."));
        }
    }
    (Value::Object(object), repeated)
}

/// A fault of a field.
pub(super) fn fault(name: &str, code: &'static str, detail: &str) -> Violation {
    let name = name.replace('~', "~0").replace('/', "~1");
    Violation { pointer: format!("/{name}"), code, detail: detail.to_owned() }
}

/// What a file is: by the end of its name, for browsers send a CSV by many media types, else by its media type.
pub(super) fn format_of(name: Option<&str>, media: Option<&str>) -> Option<FileFormat> {
    name.and_then(by_name).or_else(|| media.and_then(by_media))
}

fn by_name(name: &str) -> Option<FileFormat> {
    let name = name.to_ascii_lowercase();
    let zipped = name.strip_suffix(".gz");
    let (_, ending) = zipped.unwrap_or(&name).rsplit_once('.')?;
    match ending {
        "ndjson" | "jsonl" => Some(FileFormat::Ndjson),
        // Only lines of JSON are read as gzip.
        _ if zipped.is_some() => None,
        "csv" | "tsv" | "txt" => Some(FileFormat::Csv),
        "xlsx" => Some(FileFormat::Xlsx),
        "xls" => Some(FileFormat::Xls),
        "ods" => Some(FileFormat::Ods),
        _ => None,
    }
}

fn by_media(media: &str) -> Option<FileFormat> {
    match media.to_ascii_lowercase().as_str() {
        "text/csv" | "text/tab-separated-values" => Some(FileFormat::Csv),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => Some(FileFormat::Xlsx),
        "application/vnd.ms-excel" => Some(FileFormat::Xls),
        "application/vnd.oasis.opendocument.spreadsheet" => Some(FileFormat::Ods),
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Some(FileFormat::Ndjson),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_name_and_else_by_its_media_type() {
        for (name, media, format) in [
            (Some("TARI.CSV"), Some("application/vnd.ms-excel"), Some(FileFormat::Csv)),
            (Some("tari.2026.xlsx"), None, Some(FileFormat::Xlsx)),
            (Some("tari.xls"), Some("text/csv"), Some(FileFormat::Xls)),
            (Some("tari"), Some("application/vnd.oasis.opendocument.spreadsheet"), Some(FileFormat::Ods)),
            (Some("tari.ndjson.gz"), None, Some(FileFormat::Ndjson)),
            (None, Some("application/x-ndjson"), Some(FileFormat::Ndjson)),
            (Some("tari.csv.gz"), None, None),
            (Some("tari.pdf"), Some("application/pdf"), None),
            (None, None, None),
        ] {
            assert_eq!(format_of(name, media), format, "{name:?} {media:?}");
        }
    }

    #[test]
    fn a_field_that_stands_twice_is_told_and_flags_are_true_or_false() {
        let text = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let texts =
            [text("dry_run", "true"), text("publish", "yes"), text("service_code", "TARI"), text("dry_run", "false")];
        let (value, repeated) = value_of(&texts, true);
        assert_eq!(value, serde_json::json!({"dry_run": false, "publish": "yes", "service_code": "TARI", "file": ""}));
        assert_eq!(
            repeated.iter().map(|one| (one.pointer.as_str(), one.code)).collect::<Vec<_>>(),
            [("/dry_run", "repeated_field")]
        );
    }
}
