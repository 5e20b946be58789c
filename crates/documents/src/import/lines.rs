// SPDX-License-Identifier: AGPL-3.0-or-later
//! A debt position on each line, as JSON.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use tramite_domain::debt_position::INSTALLMENTS_TOTAL_MAX;
use tramite_domain::ident::InstallmentReference;
use tramite_domain::import::RowAction;

use crate::sheet::{FileSource, SheetError};

use super::body::cancellation;
use super::line_reader::{Line, LineReader};
use super::model::{ImportDefaults, Piece, PlacedFault, RowGroup};
use super::places::Places;

/// Members that the report adds.
const REPORT_MEMBERS: [&str; 4] = ["line", "outcome", "installments", "errors"];
/// Those that stand in every line of a report, and as columns in every table that is one. A line without both is the caller's own: what
/// it says beside the contract is told.
pub(super) const REPORT_MARKS: [&str; 2] = ["line", "outcome"];

/// Takes the members that a report added out of its line again.
pub(super) fn take_out_report(members: &mut Map<String, Value>) {
    if REPORT_MARKS.iter().all(|mark| members.contains_key(*mark)) {
        members.retain(|name, _| !is_of_report(name));
    }
}

/// Whether a report has a member of this name.
pub(super) fn is_of_report(member: &str) -> bool {
    REPORT_MEMBERS.contains(&member)
}

/// A file of JSON lines that is being read.
pub(super) struct JsonLines {
    reader: LineReader,
    defaults: ImportDefaults,
    total: u64,
}

impl JsonLines {
    pub(super) fn open(source: &dyn FileSource, defaults: ImportDefaults) -> Result<Self, SheetError> {
        let mut first_pass = LineReader::open(source)?;
        let mut total = 0_u64;
        while first_pass.next_line()?.is_some() {
            total = total.saturating_add(1);
        }
        Ok(Self { reader: LineReader::open(source)?, defaults, total })
    }

    pub(super) const fn total(&self) -> u64 {
        self.total
    }

    pub(super) fn skip(&mut self) -> Result<bool, SheetError> {
        Ok(self.reader.next_line()?.is_some())
    }

    pub(super) fn next_group(&mut self) -> Result<Option<RowGroup>, SheetError> {
        Ok(self.reader.next_line()?.map(|line| group(&line, &self.defaults)))
    }
}

fn group(line: &Line, defaults: &ImportDefaults) -> RowGroup {
    let lines = vec![line.number];
    let Ok(Value::Object(mut body)) = serde_json::from_slice(&line.bytes) else {
        let fault = PlacedFault::new(0, None, "invalid_json", "the line is not one JSON object in UTF-8");
        let service_code = defaults.service_code.clone();
        return RowGroup { lines, external_id: None, service_code, content: Err(vec![fault]), rest: None };
    };
    take_out_report(&mut body);
    let action = action(body.remove("action"));
    if let Some(service) = &defaults.service_code {
        body.entry("service_code").or_insert_with(|| service.clone().into());
    }
    body.entry("publish").or_insert_with(|| defaults.publish.into());
    let text = |member: &str| body.get(member).and_then(Value::as_str).map(ToOwned::to_owned);
    let (external_id, service_code) = (text("external_id"), text("service_code"));
    let content = action
        .map_err(|fault| vec![fault])
        .and_then(|action| piece(action, body, external_id.as_deref(), service_code.as_deref()));
    RowGroup { lines, external_id, service_code, content, rest: None }
}

fn action(member: Option<Value>) -> Result<RowAction, PlacedFault> {
    let Some(value) = member else {
        return Ok(RowAction::default());
    };
    let named = match value.as_str() {
        Some("delete") => Some(RowAction::Cancel),
        Some(name) => RowAction::named(name),
        None => None,
    };
    let detail = "expected load, insert, update, cancel or delete";
    named.ok_or_else(|| PlacedFault::new(0, Some("/action"), "unknown_value", detail))
}

fn piece(
    action: RowAction,
    body: Map<String, Value>,
    external_id: Option<&str>,
    service: Option<&str>,
) -> Result<Piece, Vec<PlacedFault>> {
    let (body, withdrawn) = if action == RowAction::Cancel {
        let missing = |member: &str| PlacedFault::new(0, Some(member), "required", "must be there, as a text");
        let external_id = external_id.ok_or_else(|| vec![missing("/external_id")])?;
        let service = service.ok_or_else(|| vec![missing("/service_code")])?;
        let withdrawn = named(body.get("payment_options")).map_err(|fault| vec![fault])?;
        (cancellation(external_id, service), withdrawn)
    } else {
        (body.into(), BTreeSet::new())
    };
    Ok(Piece { action, body, withdrawn, places: Places::json() })
}

/// The references of the installments that a cancellation names; of a line without options none, which means all of the position; an
/// only one without a name is what an only installment is called. So what cannot be read is told, and never taken for none.
fn named(options: Option<&Value>) -> Result<BTreeSet<String>, PlacedFault> {
    let Some(options) = options else {
        return Ok(BTreeSet::new());
    };
    let fault = |code: &str, detail: &str| PlacedFault::new(0, Some("/payment_options"), code, detail);
    let unread = || fault("wrong_type", "expected payment options as objects, each with its installments");
    let installments = installments(options).ok_or_else(unread)?;
    if installments.len() > INSTALLMENTS_TOTAL_MAX {
        return Err(fault("too_many", &format!("at most {INSTALLMENTS_TOTAL_MAX} installments in all")));
    }
    let mut references = BTreeSet::new();
    for one in &installments {
        match one.get("reference") {
            Some(Value::String(reference)) if InstallmentReference::new(reference.as_str()).is_ok() => {
                references.insert(reference.clone());
            }
            Some(Value::String(_)) => {
                let detail = "an installment is named by what no installment can be called";
                return Err(fault("no_such_installment", detail));
            }
            // The one without a name is the only one; whether there is only one, the decision says.
            None | Some(Value::Null) if installments.len() == 1 => {
                references.insert(InstallmentReference::only().as_str().to_owned());
            }
            None | Some(Value::Null) => {
                return Err(fault(
                    "required",
                    "of several installments each must say its reference, or none may stand here",
                ));
            }
            Some(_) => return Err(fault("wrong_type", "the reference of an installment must be a text")),
        }
    }
    Ok(references)
}

/// The installments of payment options, where there are any.
fn installments(options: &Value) -> Option<Vec<&Map<String, Value>>> {
    let mut all = Vec::new();
    for option in options.as_array()? {
        for one in option.get("installments")?.as_array()? {
            all.push(one.as_object()?);
        }
    }
    (!all.is_empty()).then_some(all)
}
