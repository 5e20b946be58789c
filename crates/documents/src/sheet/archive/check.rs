// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is refused of an archive.

use std::collections::BTreeSet;
use std::io::Read;

use super::directory::Entry;
use super::entry::other_size;
use super::{EntryReader, wrong_format};
use crate::sheet::limits::{ARCHIVE_EXPANDED_BYTES_MAX, ARCHIVE_RATIO_FROM_BYTES, ARCHIVE_RATIO_MAX};
use crate::sheet::model::{FileFault, SheetError};

/// How files begin that are archives, or documents that hold others.
const ARCHIVES: [&[u8]; 8] = [
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1F\x8B\x08",
    b"7z\xBC\xAF\x27\x1C",
    b"Rar!\x1A\x07",
    b"BZh",
    b"\xFD7zXZ\x00",
    b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
];
/// How their names end.
const ARCHIVE_NAMES: [&str; 15] = [
    ".zip", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".jar", ".xlsx", ".xlsm", ".xls", ".ods", ".docx", ".odt",
    ".pptx",
];
/// The form of encrypted spreadsheets, and of the older ones.
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// `EncryptedPackage` as such a form writes names.
const ENCRYPTED_PACKAGE: &[u8] = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";

/// Whether a file is an archive, or what an encrypted one is.
pub(super) fn is_known(beginning: &[u8]) -> bool {
    beginning.starts_with(b"PK") || beginning == COMPOUND
}

/// The file, where it is an archive.
pub(super) fn packed(bytes: Vec<u8>) -> Result<Vec<u8>, FileFault> {
    if !bytes.starts_with(COMPOUND) {
        return Ok(bytes);
    }
    let is_name = |window: &[u8]| window == ENCRYPTED_PACKAGE;
    if bytes.windows(ENCRYPTED_PACKAGE.len()).any(is_name) {
        return Err(FileFault::new("encrypted_file", "the file is encrypted"));
    }
    Err(wrong_format())
}

/// What a directory says of its entries.
pub(super) fn declared(entries: &[Entry]) -> Result<(), FileFault> {
    let mut names = BTreeSet::new();
    let mut expanded = 0_u64;
    for entry in entries {
        let name = entry.name.to_lowercase();
        if leads_elsewhere(&entry.name) || !names.insert(name.clone()) {
            return Err(FileFault::new("archive_path", "an entry of the file has a name that leads elsewhere"));
        }
        if holds_macros(&name) {
            return Err(FileFault::new("macros", "the file holds macros: save it without them"));
        }
        if ARCHIVE_NAMES.iter().any(|end| name.ends_with(end)) {
            return Err(nested());
        }
        let ratio_max = entry.packed.saturating_mul(ARCHIVE_RATIO_MAX);
        if entry.expanded > ARCHIVE_RATIO_FROM_BYTES && entry.expanded > ratio_max {
            let detail = format!("an entry of the file becomes more than {ARCHIVE_RATIO_MAX} times its bytes");
            return Err(FileFault::new("archive_ratio", detail));
        }
        expanded = expanded.saturating_add(entry.expanded);
    }
    if expanded > ARCHIVE_EXPANDED_BYTES_MAX {
        let detail = format!("the entries of the file become more than {ARCHIVE_EXPANDED_BYTES_MAX} bytes");
        return Err(FileFault::new("archive_expanded", detail));
    }
    Ok(())
}

/// What an entry is. It cannot become more than its directory says, which was checked: its reader refuses that. Nor can it be made of
/// less.
pub(super) fn inflated(mut entry: EntryReader) -> Result<(), SheetError> {
    let mut beginning = Vec::new();
    entry.by_ref().take(8).read_to_end(&mut beginning)?;
    if ARCHIVES.iter().any(|archive| beginning.starts_with(archive)) {
        return Err(nested().into());
    }
    std::io::copy(&mut entry, &mut std::io::sink())?;
    if entry.took_all() { Ok(()) } else { Err(other_size().into()) }
}

fn leads_elsewhere(name: &str) -> bool {
    let parts = name.strip_suffix('/').unwrap_or(name);
    name.contains(['\\', ':', '\0']) || parts.split('/').any(|part| matches!(part, "" | "." | ".."))
}

fn holds_macros(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    name.starts_with("basic/")
        || name.starts_with("scripts/")
        || name.split('/').any(|part| matches!(part, "macrosheets" | "dialogsheets" | "activex"))
        || (file.starts_with("vba") && (file.ends_with(".bin") || file.ends_with(".xml")))
}

fn nested() -> FileFault {
    FileFault::new("nested_archive", "the file holds another file that holds files")
}
