// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a submission becomes: texts, days, keys and subjects.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::View;
use super::model::{Claim, Faults, Looked, Subject, Submission, Warning, pointer};
use super::price::price;
use crate::debt_position::SubjectKind;
use crate::email::Email;
use crate::form::compiled::{Lookup, Party};
use crate::form::expression::{Kind, Node, Stop};
use crate::form::template::shown;
use crate::form::value::Value;
use crate::personal::Personal;
use crate::personal_data::find_personal_data;
use crate::tax_code::SubjectTaxCode;
use crate::time::Instant;

pub(super) fn submission(
    view: &View<'_>,
    mut warnings: Vec<Warning>,
    faults: &mut Faults,
) -> Result<Option<Submission>, Stop> {
    let form = view.form;
    let priced = price(view, faults)?;
    let debtor = subject(view, &form.debtor, &mut warnings, faults)?;
    let payer = form.payer.as_ref().map(|one| subject(view, one, &mut warnings, faults)).transpose()?;
    let beneficiary = form.beneficiary.as_ref().map(|one| subject(view, one, &mut warnings, faults)).transpose()?;
    let remittance_information = text(form.remittance.fill(&view.context())?, faults);
    let mut payment_metadata = BTreeMap::new();
    for (key, template) in &form.metadata {
        let value = text(template.fill(&view.context())?, faults);
        if !value.is_empty() {
            payment_metadata.insert(key.clone(), value);
        }
    }
    let (Some((amount, lines, transfers)), Some(debtor)) = (priced, debtor) else { return Ok(None) };
    Ok(Some(Submission {
        version: form.version,
        amount,
        lines,
        remittance_information,
        payment_metadata,
        transfers,
        due_date: form.due_date.as_ref().map(|node| view.value(node)).transpose()?.and_then(|value| match value {
            Value::Date(day) => Some(day),
            _ => None,
        }),
        expires_at: form.expires_at.as_ref().map(|node| view.value(node)).transpose()?.and_then(|value| match value {
            Value::Date(day) => Some(Instant::end_of_rome_day(day)),
            Value::Instant(instant) => Some(instant),
            _ => None,
        }),
        unique_key: if form.unique.is_empty() { None } else { Some(key(view, form.code.as_str(), &form.unique)?) },
        claims: claims(view)?,
        lookup: form.lookup.as_ref().map(|lookup| looked(view, lookup)).transpose()?,
        debtor,
        payer: payer.flatten(),
        beneficiary: beneficiary.flatten(),
        warnings,
        values: Personal::default(),
    }))
}

/// Values that are harmless one by one may make a tax code or an account together.
fn text(text: String, faults: &mut Faults) -> String {
    if find_personal_data(&text).is_some() {
        faults.add("/values", "personal_data_in_text", "The text of the payment would hold personal data.");
    }
    text
}

/// A digest of values, each with its length before it: no two lists of values are written alike.
fn key(view: &View<'_>, of: &str, nodes: &[Node]) -> Result<String, Stop> {
    let mut digest = Sha256::new();
    let mut part = |text: &str| {
        digest.update(text.len().to_be_bytes());
        digest.update(text.as_bytes());
    };
    part(of);
    for node in nodes {
        let value = view.value(node)?;
        part(if value.is_absent() { "-" } else { "+" });
        match value {
            Value::Bool(yes) => part(if yes { "true" } else { "false" }),
            Value::Instant(instant) => part(&instant.to_string()),
            value => part(&shown(&value, &Kind::Integer)),
        }
    }
    Ok(data_encoding::HEXLOWER.encode(&digest.finalize()))
}

fn claims(view: &View<'_>) -> Result<Vec<Claim>, Stop> {
    let mut claims = Vec::new();
    for quota in &view.form.quotas {
        let counts = quota.when.as_ref().map_or(Ok(true), |when| view.holds(when))?;
        let Value::Number(limit) = view.value(&quota.limit)? else { continue };
        if counts {
            let limit = limit.to_integer().and_then(|limit| u64::try_from(limit).ok()).unwrap_or(0);
            let key = key(view, &quota.name, &quota.by)?;
            claims.push(Claim { quota: quota.name.clone(), key, limit, hold_minutes: quota.hold_minutes });
        }
    }
    Ok(claims)
}

/// What a form looks for. Without all of the values by which it does it has none of them, and finds nothing: by some of them it would
/// find what is somebody else's.
fn looked(view: &View<'_>, lookup: &Lookup) -> Result<Looked, Stop> {
    let mut by = BTreeMap::new();
    for (name, node, kind) in &lookup.by {
        by.extend(written(&view.value(node)?, kind).map(|text| (name.clone(), Personal::new(text))));
    }
    if by.len() < lookup.by.len() {
        by.clear();
    }
    Ok(Looked { service: lookup.service.clone(), by, on_hit: lookup.on_hit, on_miss: lookup.on_miss })
}

/// A value as the API writes it: the metadata of a loaded position comes from there.
fn written(value: &Value, kind: &Kind) -> Option<String> {
    Some(match value {
        Value::Date(day) => day.to_string(),
        Value::Month(month) => format!("{:04}-{:02}", month.year, month.month),
        Value::Bool(yes) => yes.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(_) | Value::Time(_) | Value::Row(_) => shown(value, kind),
        _ => return None,
    })
}

fn subject(
    view: &View<'_>,
    party: &Party,
    warnings: &mut Vec<Warning>,
    faults: &mut Faults,
) -> Result<Option<Subject>, Stop> {
    let legal = party.legal_person_if.as_ref().map_or(Ok(false), |node| view.holds(node))?;
    let kind = if legal { SubjectKind::LegalPerson } else { SubjectKind::NaturalPerson };
    let text = |node: &Node| match view.value(node)? {
        Value::Text(text) => Ok(Some(text.to_string())),
        _ => Ok(None),
    };
    let [code_at, name_at, email_at] = &party.at;
    let place =
        |name: &Option<String>| name.as_ref().map_or_else(|| "/values".to_owned(), |one| pointer("/values", one));
    let code = text(&party.tax_code)?.unwrap_or_default();
    let tax_code = match SubjectTaxCode::parse_for(kind, &code, None) {
        Ok((code, doubts)) => {
            warnings.extend(doubts.iter().map(|doubt| Warning { pointer: place(code_at), code: doubt.code() }));
            Some(code)
        }
        Err(error) => {
            faults.add(place(code_at), "invalid_tax_code", format!("Not taken: {error}."));
            None
        }
    };
    let full_name = text(&party.full_name)?.filter(|name| !name.trim().is_empty());
    if full_name.is_none() {
        faults.add(place(name_at), "required", "A name must be given.");
    }
    let email = match party.email.as_ref().map(text).transpose()?.flatten() {
        Some(address) => match address.parse::<Email>() {
            Ok(email) => Some(Personal::new(email)),
            Err(_) => {
                faults.add(place(email_at), "invalid_email", "This is no e-mail address that is taken.");
                None
            }
        },
        None => None,
    };
    let both = tax_code.zip(full_name);
    Ok(both.map(|(code, name)| Subject { kind, tax_code: Personal::new(code), full_name: Personal::new(name), email }))
}
