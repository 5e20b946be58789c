// SPDX-License-Identifier: AGPL-3.0-or-later
//! From the rows of one position to the body of a request.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tramite_domain::import::RowAction;

use crate::sheet::SheetRow;

use super::header::Binding;
use super::installment::installment;
use super::model::{ImportDefaults, Piece, PlacedFault};
use super::places::{ColumnNames, InstallmentPlace, Places};
use super::record::{Filled, Record};
use super::rest::Rest;
use super::spot::{Level, Spot};

/// Rows that are told beside one that is there twice, at most.
const LINES_TOLD_MAX: usize = 10;

/// What makes bodies of rows.
#[derive(Debug)]
pub(super) struct Maker {
    pub(super) binding: Binding,
    pub(super) defaults: ImportDefaults,
    pub(super) names: Arc<ColumnNames>,
}

/// The key of a position.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) service: String,
    pub(super) external: String,
}

/// What the rows of one position say, or what is wrong with them, and what they say all the same.
pub(super) struct Content {
    pub(super) said: Result<Piece, Vec<PlacedFault>>,
    pub(super) rest: Option<Rest>,
}

impl Content {
    const fn right(piece: Piece) -> Self {
        Self { said: Ok(piece), rest: None }
    }

    pub(super) const fn wrong(faults: Vec<PlacedFault>) -> Self {
        Self { said: Err(faults), rest: None }
    }
}

/// One payment option, as its rows come together.
struct OptionRows<'r, 'a> {
    name: String,
    records: Vec<&'r Record<'a>>,
}

impl Maker {
    pub(super) fn new(binding: Binding, defaults: ImportDefaults) -> Self {
        let columns = binding.columns.iter().filter_map(|bound| match &bound.takes {
            super::header::Takes::Value(taker) => Some((taker.spot.clone(), bound.name.clone())),
            _ => None,
        });
        let names = ColumnNames {
            columns: columns.collect(),
            italian: binding.italian,
            ours: binding.ours,
            amount_of_transfers: binding.amount_of_transfers,
        };
        Self { binding, defaults, names: Arc::new(names) }
    }

    /// What the rows of one position say, or what is wrong with them.
    pub(super) fn read(&self, key: Option<&Key>, rows: &[SheetRow]) -> Content {
        let mut records: Vec<Record<'_>> =
            rows.iter().enumerate().map(|(row, sheet_row)| Record::read(&self.binding, row, sheet_row)).collect();
        let mut faults: Vec<PlacedFault> =
            records.iter_mut().flat_map(|record| std::mem::take(&mut record.faults)).collect();
        if !self.binding.ours && rows.len() > 1 {
            return Content::wrong(self.duplicates(rows).chain(faults).collect());
        }
        if key.is_none() {
            self.check_key(&records, &mut faults);
        }
        let references = references(&records);
        let (gone, staying): (Vec<&Record<'_>>, Vec<&Record<'_>>) =
            records.iter().partition(|record| record.action == RowAction::Cancel);
        let taken = gone.iter().filter_map(|record| references.get(record.row).cloned().flatten());
        let withdrawn: BTreeSet<String> = taken.collect();
        if rows.len() > 1 {
            check_names(&gone, &self.binding, &mut faults);
        }
        let Some(first) = staying.first() else {
            return match key {
                Some(key) if faults.is_empty() => Content::right(self.cancellation(key, withdrawn)),
                _ => Content::wrong(faults),
            };
        };
        // Of a row whose action is not known nobody knows what it has to say.
        let action = self.binding.column_of(&Spot::Action);
        let judged = action.is_none() || !faults.iter().any(|fault| fault.fault.column.as_deref() == action);
        let position = agreed(&staying, Level::Position, &mut faults);
        check_actions(&staying, first.action, &self.binding, &mut faults);
        check_options(&staying, &self.binding, &mut faults);
        self.check_stays(&staying, &references, &withdrawn, &mut faults);
        let debtor = debtor(&position, &mut faults);
        let options = options(&staying);
        let mut places = Vec::with_capacity(options.len());
        let mut written = Vec::with_capacity(options.len());
        for option in &options {
            let (body, place) = self.option(option, &references, &mut faults);
            written.push(body);
            places.push(place);
        }
        let mut body = members(&position, |spot| match spot {
            Spot::Root(member) => Some(*member),
            _ => None,
        });
        if let Some(key) = key {
            body.insert("external_id".to_owned(), key.external.clone().into());
            body.insert("service_code".to_owned(), key.service.clone().into());
        } else if let Some(service) = &self.defaults.service_code {
            body.entry("service_code").or_insert_with(|| service.clone().into());
        }
        body.entry("publish").or_insert_with(|| self.defaults.publish.into());
        body.insert("debtor".to_owned(), debtor.into());
        body.insert("payment_options".to_owned(), written.into());
        let places = Places::table(Arc::clone(&self.names), places);
        let piece = Piece { action: first.action, body: body.into(), withdrawn, places };
        if faults.is_empty() && key.is_some() {
            return Content::right(piece);
        }
        let failed = records.iter().flat_map(|record| record.failed.iter().map(|spot| (record.row, (*spot).clone())));
        let rest = judged.then(|| Rest { piece, failed: failed.collect() });
        Content { said: Err(faults), rest }
    }

    /// A row that says no key stands alone.
    fn check_key(&self, records: &[Record<'_>], faults: &mut Vec<PlacedFault>) {
        for record in records {
            for (member, default) in [("external_id", false), ("service_code", self.defaults.service_code.is_some())] {
                let spot = Spot::Root(member);
                let column = self.binding.column_of(&spot);
                let told = faults.iter().any(|fault| fault.fault.column.as_deref() == column);
                if record.at(&spot).is_none() && !default && !told {
                    faults.push(PlacedFault::new(record.row, column, "required", "must be there"));
                }
            }
        }
    }

    /// A table of others has one row for each debt: what stands there twice is neither two debts nor the installments of one.
    fn duplicates<'r>(&'r self, rows: &'r [SheetRow]) -> impl Iterator<Item = PlacedFault> + 'r {
        let column = self.binding.column_of(&Spot::Root("external_id"));
        rows.iter().enumerate().map(move |(row, one)| {
            let others = rows.iter().map(|other| other.line).filter(|line| *line != one.line);
            let others: Vec<String> = others.take(LINES_TOLD_MAX).map(|line| line.to_string()).collect();
            let detail =
                format!("each key stands in one row here, and this one stands also in line {}", others.join(", "));
            PlacedFault::new(row, column, "duplicate_row", detail)
        })
    }

    /// A row may not ask for an installment that another row takes back.
    fn check_stays(
        &self,
        staying: &[&Record<'_>],
        references: &[Option<String>],
        withdrawn: &BTreeSet<String>,
        faults: &mut Vec<PlacedFault>,
    ) {
        let column = self.binding.column_of(&Spot::Installment("reference"));
        for record in staying {
            let reference = references.get(record.row).and_then(Option::as_ref);
            if reference.is_some_and(|reference| withdrawn.contains(reference)) {
                let detail = "another row takes this installment back: leave one of the two";
                faults.push(PlacedFault::new(record.row, column, "differs_between_rows", detail));
            }
        }
    }

    fn cancellation(&self, key: &Key, withdrawn: BTreeSet<String>) -> Piece {
        let places = Places::table(Arc::clone(&self.names), vec![]);
        Piece { action: RowAction::Cancel, body: cancellation(&key.external, &key.service), withdrawn, places }
    }

    fn option(
        &self,
        option: &OptionRows<'_, '_>,
        references: &[Option<String>],
        faults: &mut Vec<PlacedFault>,
    ) -> (Value, Vec<InstallmentPlace>) {
        let shared = agreed(&option.records, Level::Option, faults);
        let mut body = members(&shared, |spot| match spot {
            Spot::Option(member) => Some(*member),
            _ => None,
        });
        let kind = if option.records.len() > 1 { "installments" } else { "single" };
        body.entry("kind").or_insert_with(|| kind.into());
        let mut places = Vec::with_capacity(option.records.len());
        let mut written = Vec::with_capacity(option.records.len());
        for record in &option.records {
            let reference = references.get(record.row).cloned().flatten();
            let (installment, transfers) = installment(record, reference, self.binding.amount_of_transfers);
            places.push(InstallmentPlace { row: record.row, transfers });
            written.push(installment);
        }
        body.insert("installments".to_owned(), written.into());
        (body.into(), places)
    }
}

/// The body of a cancellation: nothing of it is looked at but the key, and the contract asks for more.
pub(super) fn cancellation(external_id: &str, service_code: &str) -> Value {
    json!({
        "external_id": external_id,
        "service_code": service_code,
        "debtor": {"tax_code": "ANONIMO", "full_name": "ANONIMO"},
        "payment_options": [{"kind": "single", "installments": [{"amount": 1}]}],
    })
}

/// The names of the installments. Those of several rows that say none are their numbers, in the order of the file.
fn references(records: &[Record<'_>]) -> Vec<Option<String>> {
    let several = records.len() > 1;
    let reference = |record: &Record<'_>| {
        let said = record.text(&Spot::Installment("reference")).map(ToOwned::to_owned);
        said.or_else(|| several.then(|| record.row.saturating_add(1).to_string()))
    };
    records.iter().map(reference).collect()
}

/// What rows say together. An empty cell says nothing; two that differ are told at the later one.
fn agreed<'r, 'a>(records: &[&'r Record<'a>], level: Level, faults: &mut Vec<PlacedFault>) -> Vec<&'r Filled<'a>> {
    let mut agreed: Vec<&Filled<'_>> = Vec::new();
    for record in records {
        for filled in record.filled.iter().filter(|filled| filled.spot.level() == level) {
            match agreed.iter().find(|other| other.spot == filled.spot) {
                None => agreed.push(filled),
                Some(other) if other.value == filled.value => {}
                Some(_) => {
                    let detail = "another row of the same position says otherwise";
                    faults.push(PlacedFault::new(record.row, Some(filled.column), "differs_between_rows", detail));
                }
            }
        }
    }
    agreed
}

fn check_actions(staying: &[&Record<'_>], first: RowAction, binding: &Binding, faults: &mut Vec<PlacedFault>) {
    for record in staying.iter().filter(|record| record.action != first) {
        let column = binding.column_of(&Spot::Action);
        let detail = "another row of the same position asks for something else";
        faults.push(PlacedFault::new(record.row, column, "differs_between_rows", detail));
    }
}

/// Where one row names its payment option, or says its kind, all do: an empty cell would be one more option, and whoever pays an
/// option owes nothing of the others (rules.md 13).
fn check_options(staying: &[&Record<'_>], binding: &Binding, faults: &mut Vec<PlacedFault>) {
    let spots = [Spot::OptionName, Spot::Option("kind")];
    let Some(spot) = spots.iter().find(|spot| staying.iter().any(|record| record.at(spot).is_some())) else {
        return;
    };
    let detail = "other rows of the same position say it, and an empty cell would be an option of its own";
    for record in staying.iter().filter(|record| record.at(spot).is_none()) {
        required(record.row, binding.column_of(spot), detail, faults);
    }
}

/// Of several rows, one that takes an installment back names it: in a table that was sorted or cut its place is the name of another.
fn check_names(gone: &[&Record<'_>], binding: &Binding, faults: &mut Vec<PlacedFault>) {
    let spot = Spot::Installment("reference");
    let detail = "say which installment is taken back";
    for record in gone.iter().filter(|record| record.at(&spot).is_none()) {
        required(record.row, binding.column_of(&spot), detail, faults);
    }
}

/// Tells of a cell that is empty, unless something else is told of it.
fn required(row: usize, column: Option<&str>, detail: &str, faults: &mut Vec<PlacedFault>) {
    if !faults.iter().any(|fault| fault.row == row && fault.fault.column.as_deref() == column) {
        faults.push(PlacedFault::new(row, column, "required", detail));
    }
}

fn members(filled: &[&Filled<'_>], member: impl Fn(&Spot) -> Option<&'static str>) -> Map<String, Value> {
    let named = |one: &&Filled<'_>| Some((member(one.spot)?.to_owned(), one.value.clone()));
    filled.iter().filter_map(named).collect()
}

fn debtor(position: &[&Filled<'_>], faults: &mut Vec<PlacedFault>) -> Map<String, Value> {
    let mut debtor = members(position, |spot| match spot {
        Spot::Debtor(member) => Some(*member),
        _ => None,
    });
    let part = |spot: Spot| position.iter().find(|filled| *filled.spot == spot);
    let parts: Vec<_> = [part(Spot::FirstName), part(Spot::LastName)].into_iter().flatten().collect();
    if let Some(part) = parts.first() {
        if debtor.contains_key("full_name") {
            let detail = "the full name is there too; leave one empty";
            faults.push(PlacedFault::new(0, Some(part.column), "two_columns_for_one_value", detail));
        }
        let names: Vec<&str> = parts.iter().filter_map(|part| part.value.as_str()).collect();
        debtor.insert("full_name".to_owned(), names.join(" ").into());
    }
    let address = members(position, |spot| match spot {
        Spot::Address(member) => Some(*member),
        _ => None,
    });
    if !address.is_empty() {
        debtor.insert("address".to_owned(), address.into());
    }
    debtor
}

/// The payment options in the order in which their first rows stand. Rows that name none are apart by what kind they say.
fn options<'r, 'a>(staying: &[&'r Record<'a>]) -> Vec<OptionRows<'r, 'a>> {
    let mut options: Vec<OptionRows<'_, '_>> = Vec::new();
    for record in staying {
        let named = record.text(&Spot::OptionName).map(|name| format!("name {name}"));
        let kind = || record.text(&Spot::Option("kind")).map(|kind| format!("kind {kind}"));
        let name = named.or_else(kind).unwrap_or_default();
        match options.iter_mut().find(|option| option.name == name) {
            Some(option) => option.records.push(record),
            None => options.push(OptionRows { name, records: vec![record] }),
        }
    }
    options
}
