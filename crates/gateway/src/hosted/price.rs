// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a form that is filled in comes to, for whoever is about to pay it. It is worked out anew at every step: no page carries it on.

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tramite_domain::debt_position::{DebtPosition, known_due, next_payable};
use tramite_domain::form::{FieldInput, FieldLook, FieldType, ShareTarget, Submission};
use tramite_domain::time::Instant;

use super::faults::doubt;
use super::language::Lang;
use super::shown::shown;
use super::widgets::row_label;

/// What there is to read before paying.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    title: String,
    /// Where the form is.
    address: String,
    /// What is sent back to tell that this was read.
    read: String,
    has_changed: bool,
    /// There is a debt position already, and that one is paid.
    is_found: bool,
    /// There is a digital stamp in it, which no notice pays.
    online_only: bool,
    entered: Vec<Entered>,
    lines: Vec<LineView>,
    total: Option<String>,
    nothing_due: bool,
    due_date: Option<String>,
    remittance_information: String,
    doubts: Vec<String>,
    /// What was sent, for the next step to send again.
    carried: Vec<(String, String)>,
    /// The voucher of the form that led here: who comes back to it and goes on again means the same.
    intention: String,
}

#[derive(Debug, Serialize)]
struct Entered {
    label: String,
    value: String,
    rows: Vec<Vec<Entered>>,
}

#[derive(Debug, Serialize)]
struct LineView {
    label: String,
    amount: String,
}

/// What is owed for a form.
pub(super) struct Owed<'a> {
    /// What it comes to.
    pub(super) submission: &'a Submission,
    /// The debt position that the form found; it is paid in place of a new one.
    pub(super) found: Option<&'a DebtPosition>,
    /// What the form is called.
    pub(super) title: &'a str,
    pub(super) now: Instant,
}

impl Owed<'_> {
    /// Lines and total, in cents; none where only the institution's own system knows it.
    fn priced(&self, lang: Lang) -> (Vec<(String, i64)>, Option<i64>) {
        let Some(found) = self.found else {
            let lines = self.submission.lines.iter().map(|one| (one.label.of(lang.code()).to_owned(), one.cents));
            return (lines.collect(), Some(self.submission.amount.cents()));
        };
        let Some((option, next)) = next_payable(found, self.now) else { return (Vec::new(), None) };
        let due = known_due(found, option, next, self.now).map(|due| due.amount.cents());
        // What it is for, the form says: of a debt that was found nothing is told but what is due, and of how many payments it is.
        let label = match option.installments.len() {
            0 | 1 => self.title.to_owned(),
            all => {
                let place = option.installments.iter().position(|one| one.id == next.id).unwrap_or_default();
                let number = place.saturating_add(1);
                match lang {
                    Lang::It => format!("{}: rata {number} di {all}", self.title),
                    Lang::En => format!("{}: installment {number} of {all}", self.title),
                }
            }
        };
        (due.map(|cents| (label, cents)).into_iter().collect(), due)
    }
}

impl Summary {
    pub(super) fn of(
        (title, address): (String, String),
        (fields, looks): (&[FieldInput], &[FieldLook]),
        owed: &Owed<'_>,
        (carried, intention): (Vec<(&str, &str)>, &str),
        lang: Lang,
    ) -> Self {
        let submission = owed.submission;
        let doubts = submission.warnings.iter().map(|warning| {
            let name = warning.pointer.rsplit('/').next().unwrap_or_default();
            let inner = fields.iter().flat_map(|field| &field.fields);
            let label = fields.iter().chain(inner).find(|field| field.name == name).map(|field| &field.label);
            let label = label.map_or(title.as_str(), |label| label.of(lang.code()));
            format!("{label}: {}", doubt(warning.code, lang))
        });
        let (lines, total) = owed.priced(lang);
        Self {
            entered: entered(fields, looks, lang),
            total: total.map(|cents| lang.euros(cents)),
            nothing_due: total == Some(0),
            read: read(&lines, total, owed),
            lines: lines.into_iter().map(|(label, cents)| LineView { label, amount: lang.euros(cents) }).collect(),
            due_date: submission.due_date.filter(|_| owed.found.is_none()).map(|day| lang.day(day)),
            remittance_information: submission.remittance_information.clone(),
            doubts: doubts.collect(),
            carried: carried.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            intention: intention.to_owned(),
            has_changed: false,
            is_found: owed.found.is_some(),
            online_only: is_online_only(submission),
            address,
            title,
        }
    }

    /// Whether a debt position that was there is paid.
    pub(super) const fn is_found(&self) -> bool {
        self.is_found
    }

    /// What is sent back to tell that this was read.
    pub(super) fn read(&self) -> &str {
        &self.read
    }

    /// The same for whoever has read another price.
    pub(super) fn changed(self) -> Self {
        Self { has_changed: true, ..self }
    }
}

/// Whether it is paid online or not at all: a digital stamp has no notice.
pub(super) fn is_online_only(submission: &Submission) -> bool {
    submission.transfers.iter().any(|share| matches!(share.target, ShareTarget::Stamp { .. }))
}

/// The digest of what was read: not the price, which no page carries on.
fn read(lines: &[(String, i64)], total: Option<i64>, owed: &Owed<'_>) -> String {
    let cents: Vec<i64> = lines.iter().map(|(_, cents)| *cents).collect();
    let next = owed.found.and_then(|found| next_payable(found, owed.now)).map(|(_, installment)| installment.id);
    let (found, due) = (owed.found.map(|found| (found.id, next)), owed.submission.due_date);
    let text = format!("{cents:?} {total:?} {found:?} {due:?} {}", owed.submission.remittance_information);
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

fn entered(fields: &[FieldInput], looks: &[FieldLook], lang: Lang) -> Vec<Entered> {
    let there = fields.iter().zip(looks).filter(|(_, look)| look.visible);
    let each = there.filter_map(|(field, look)| {
        let label = field.label.of(lang.code()).to_owned();
        if field.kind == FieldType::Group {
            let rows: Vec<_> = look.rows.iter().map(|row| entered(&field.fields, row, lang)).collect();
            return (!rows.is_empty()).then_some(Entered { label, value: String::new(), rows });
        }
        let value = look.value.as_ref()?;
        let value = row_label(look, value, lang).unwrap_or_else(|| shown(field, value, lang));
        Some(Entered { label, value, rows: Vec::new() })
    });
    each.filter(|one| !one.value.is_empty() || !one.rows.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    #[test]
    fn a_page_repeats_what_was_entered_and_leaves_out_what_was_not() {
        let field = |name: &str, kind: &str| -> FieldInput {
            serde_json::from_value(json!({"name": name, "type": kind, "label": {"it": name}})).unwrap()
        };
        let look = |name: &str, visible: bool, value: Option<Json>| FieldLook {
            name: name.to_owned(),
            visible,
            required: false,
            entered: true,
            value,
            offered: tramite_domain::form::Offered::Nothing,
            rows: Vec::new(),
        };
        let fields = [field("a", "money"), field("b", "text"), field("c", "text"), field("d", "boolean")];
        let looks = [
            look("a", true, Some(json!(1_234))),
            look("b", true, None),
            look("c", false, Some(json!("x"))),
            look("d", true, Some(json!(false))),
        ];
        let read: Vec<_> = entered(&fields, &looks, Lang::It).into_iter().map(|one| (one.label, one.value)).collect();
        let pair = |label: &str, value: &str| (label.to_owned(), value.to_owned());
        assert_eq!(read, [pair("a", "12,34 €"), pair("d", "No")]);
    }
}
