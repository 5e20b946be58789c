// SPDX-License-Identifier: AGPL-3.0-or-later
//! The workbook: which sheets there are, and where their parts lie.

use std::collections::BTreeMap;

use quick_xml::events::{BytesStart, Event};

use crate::sheet::archive::{Archive, Part, wrong_format};
use crate::sheet::held::Held;
use crate::sheet::model::{FileFault, SheetError};
use crate::sheet::serial::Epoch;
use crate::sheet::xml::{Xml, attribute, broken_xml};

/// What is needed of a workbook.
pub(super) struct Book {
    /// The first sheet that is seen.
    pub(super) name: String,
    /// The parts of the archive: the sheet, the texts and the styles.
    pub(super) sheet: String,
    pub(super) texts: Option<String>,
    pub(super) styles: Option<String>,
    pub(super) epoch: Epoch,
}

/// Where a part leads: its kind, which ends the address of its type, and the part it leads to.
struct Relation {
    kind: String,
    target: String,
}

impl Book {
    /// Reads the workbook of an archive.
    pub(super) fn read(archive: &Archive) -> Result<Self, SheetError> {
        archive.needed("[Content_Types].xml")?;
        let first = relations(archive.needed("_rels/.rels")?, "")?;
        let office = first.into_values().find(|relation| relation.kind == "officeDocument");
        let workbook = office.ok_or_else(wrong_format)?.target;
        let (folder, file) = workbook.rsplit_once('/').unwrap_or(("", &workbook));
        let relations_part = resolved(folder, &format!("_rels/{file}.rels")).ok_or_else(wrong_format)?;
        let mut relations = relations(archive.needed(&relations_part)?, folder)?;
        let (sheets, epoch) = sheets(archive.needed(&workbook)?)?;
        let of_kind =
            |kind: &str| relations.values().find(|relation| relation.kind == kind).map(|found| found.target.clone());
        let (texts, styles) = (of_kind("sharedStrings"), of_kind("styles"));
        for (name, id) in sheets {
            // Charts and sheets of the oldest macros stand among the sheets.
            if let Some(relation) = relations.remove(&id).filter(|relation| relation.kind == "worksheet") {
                return Ok(Self { name, sheet: relation.target, texts, styles, epoch });
            }
        }
        Err(no_sheet().into())
    }
}

/// The fault of a spreadsheet in which nothing is seen.
pub(in crate::sheet) fn no_sheet() -> FileFault {
    FileFault::new("no_sheet", "the spreadsheet has no sheet that is seen")
}

fn relations(part: Part, folder: &str) -> Result<BTreeMap<String, Relation>, SheetError> {
    let mut xml = Xml::new(part);
    let (mut relations, mut held) = (BTreeMap::new(), Held::default());
    loop {
        match xml.next()? {
            Event::Start(element) if element.local_name().as_ref() == "Relationship" => {
                let external = attribute(&element, "TargetMode")?.as_deref() == Some("External");
                let (id, kind) = (attribute(&element, "Id")?, attribute(&element, "Type")?);
                let target = attribute(&element, "Target")?.filter(|_| !external);
                let target = target.and_then(|target| resolved(folder, &target));
                if let (Some(id), Some(kind), Some(target)) = (id, kind, target) {
                    let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                    held.add(&[&id, &kind, &target])?;
                    relations.insert(id, Relation { kind, target });
                }
            }
            Event::Eof => return Ok(relations),
            _ => {}
        }
    }
}

/// The sheets that are seen, by name and by the id of their relation.
fn sheets(part: Part) -> Result<(Vec<(String, String)>, Epoch), SheetError> {
    let mut xml = Xml::new(part);
    let (mut sheets, mut held, mut epoch) = (Vec::new(), Held::default(), Epoch::Of1900);
    loop {
        match xml.next()? {
            Event::Start(element) if element.local_name().as_ref() == "workbookPr" => {
                let of_1904 = attribute(&element, "date1904")?;
                if matches!(of_1904.as_deref(), Some("1" | "true" | "on")) {
                    epoch = Epoch::Of1904;
                }
            }
            Event::Start(element) if element.local_name().as_ref() == "sheet" => {
                let hidden = attribute(&element, "state")?.is_some_and(|state| state != "visible");
                let (name, id) = (attribute(&element, "name")?, relation_id(&element)?);
                if let (false, Some(name), Some(id)) = (hidden, name, id) {
                    held.add(&[&name, &id])?;
                    sheets.push((name, id));
                }
            }
            Event::Eof => return Ok((sheets, epoch)),
            _ => {}
        }
    }
}

/// The relation of a sheet, by whatever prefix the workbook gives to relations.
fn relation_id(element: &BytesStart<'_>) -> Result<Option<String>, SheetError> {
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| broken_xml())?;
        if attribute.key.local_name().as_ref() == "id" {
            return Ok(Some(attribute.value.into_owned()));
        }
    }
    Ok(None)
}

/// A target within the archive, seen from a folder; none where it leads out of it.
fn resolved(folder: &str, target: &str) -> Option<String> {
    let (mut parts, target) = match target.strip_prefix('/') {
        Some(target) => (Vec::new(), target),
        None => (folder.split('/').filter(|part| !part.is_empty()).collect(), target),
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
