// SPDX-License-Identifier: AGPL-3.0-or-later
//! From the document of a demand to a debt position, new or found by its key (rules.md 25).

use thiserror::Error;

use crate::debt_position::{DebtPosition, DebtorInput, PositionInput, SubjectKind};
use crate::ident::ExternalId;
use crate::money::Cents;
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::tax_code::{ANONYMOUS, SubjectTaxCode};

use super::{Demand, DemandDebtor, FieldPath, Service, ServiceKind, ServiceStatus};

/// What stands between the parts of a key; a part that holds it would make another key.
const KEY_SEPARATOR: char = '/';
/// Characters of the tax code of a company; an institution's document does not say whether a person holds it.
const COMPANY_CODE_CHARS: usize = 11;

/// A document as the guard read it.
#[derive(Clone, Copy)]
pub struct DemandDocument<'a> {
    /// Local name of the root.
    pub root: &'a str,
    /// Namespace of the root, empty for none.
    pub namespace: &'a str,
    /// The fields by their paths, in document order.
    pub fields: &'a [(String, String)],
}

/// Why a demand makes no position. No value of the document is in it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DemandFault {
    /// The service is a draft, retired, or not for citizens.
    #[error("the service is not offered")]
    NotOffered,
    /// Another document than the one of the service.
    #[error("the document is another one")]
    OtherDocument,
    /// A field that is needed is not there, or empty.
    #[error("the field {0} is missing")]
    Missing(FieldPath),
    /// A field is there more than once.
    #[error("the field {0} stands there more than once")]
    Repeated(FieldPath),
    /// A field holds what cannot be used for its purpose.
    #[error("the field {0} cannot be used")]
    Wrong(FieldPath),
    /// A position of the same key says something else of this field.
    #[error("the field {0} is not what was demanded before")]
    OtherTerms(FieldPath),
    /// Nothing the document says is at fault: the service itself makes no position.
    #[error("the service makes no position")]
    Unusable,
}

/// What is demanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demanded {
    /// The position as a caller would write it.
    pub input: PositionInput,
    /// Its key.
    pub external_id: ExternalId,
}

/// Reads a demand.
///
/// # Errors
/// [`DemandFault`], the first that is found.
pub fn demanded(service: &Service, document: DemandDocument<'_>) -> Result<Demanded, DemandFault> {
    let offered = service.status == ServiceStatus::Active && service.kind != ServiceKind::Preloaded;
    let demand = service.demand.as_ref().filter(|_| offered).ok_or(DemandFault::NotOffered)?;
    let namespace = demand.namespace.as_ref().map_or("", |text| text.as_str());
    if demand.root.as_str() != document.root || namespace != document.namespace {
        return Err(DemandFault::OtherDocument);
    }
    let external_id = key(demand, document)?;
    let amount = demand.amount.as_ref().map(|path| amount(path, document)).transpose()?;
    let description = demand.description.as_ref().map(|path| field(path, document)).transpose()?;
    let input = PositionInput {
        external_id: external_id.to_string(),
        service_code: service.code.to_string(),
        description: description.map(str::to_owned),
        publish: true,
        debtor: debtor(demand.debtor.as_ref(), document)?,
        amount: amount.map(|cents| cents.cents()),
        ..PositionInput::default()
    };
    Ok(Demanded { input, external_id })
}

/// Whether a position that is there under the key is of the debtor who is named: nobody is given the notice of somebody
/// else.
///
/// # Errors
/// `OtherTerms` with the field that names another one.
pub fn same_debtor(service: &Service, demanded: &Demanded, position: &DebtPosition) -> Result<(), DemandFault> {
    let asked: Option<SubjectTaxCode> = demanded.input.debtor.tax_code.expose().parse().ok();
    if asked.as_ref() == Some(position.debtor.tax_code.expose()) {
        return Ok(());
    }
    // A document that names nobody finds positions of nobody: of a person's it must not tell that they are there.
    let demand = service.demand.as_ref();
    let named = demand.and_then(|demand| demand.debtor.as_ref()).map(|one| &one.tax_code);
    let field = named.or_else(|| demand.and_then(|demand| demand.key.first()));
    Err(field.cloned().map_or(DemandFault::Unusable, DemandFault::OtherTerms))
}

/// Whether what is due is what was said. An amount that the institution has changed since is another one.
///
/// # Errors
/// `OtherTerms` with the field that says another amount.
pub fn same_amount(service: &Service, demanded: &Demanded, due: Cents) -> Result<(), DemandFault> {
    let field = service.demand.as_ref().and_then(|demand| demand.amount.as_ref());
    match (field, demanded.input.amount) {
        (Some(path), Some(cents)) if cents != due.cents() => Err(DemandFault::OtherTerms(path.clone())),
        _ => Ok(()),
    }
}

/// The field that a refused position is to blame on.
#[must_use]
pub fn blame(service: &Service, refusal: &Refusal) -> DemandFault {
    let (Some(demand), Refusal::Invalid(violations)) = (&service.demand, refusal) else {
        return match refusal {
            Refusal::ServiceNotActive => DemandFault::NotOffered,
            _ => DemandFault::Unusable,
        };
    };
    let at = |pointer: &str| match pointer {
        "/external_id" => demand.key.first(),
        "/description" => demand.description.as_ref(),
        "/amount" => demand.amount.as_ref(),
        "/debtor/tax_code" => demand.debtor.as_ref().map(|one| &one.tax_code),
        "/debtor/full_name" => demand.debtor.as_ref().map(|one| &one.full_name),
        _ => None,
    };
    let path = violations.iter().find_map(|one| at(&one.pointer));
    path.cloned().map_or(DemandFault::Unusable, DemandFault::Wrong)
}

/// The one field of that path, which says something.
fn field<'a>(path: &FieldPath, document: DemandDocument<'a>) -> Result<&'a str, DemandFault> {
    let mut found = document.fields.iter().filter(|(at, _)| at == path.as_str()).map(|(_, text)| text.as_str());
    let first = found.next().filter(|text| !text.is_empty()).ok_or_else(|| DemandFault::Missing(path.clone()))?;
    if found.next().is_some() { Err(DemandFault::Repeated(path.clone())) } else { Ok(first) }
}

fn key(demand: &Demand, document: DemandDocument<'_>) -> Result<ExternalId, DemandFault> {
    let mut parts = Vec::with_capacity(demand.key.len());
    for path in &demand.key {
        let part = field(path, document)?;
        if part.contains(KEY_SEPARATOR) || ExternalId::new(part).is_err() {
            return Err(DemandFault::Wrong(path.clone()));
        }
        parts.push(part);
    }
    let whole = ExternalId::new(parts.join(&KEY_SEPARATOR.to_string()));
    whole.map_err(|_| demand.key.last().map_or(DemandFault::Unusable, |path| DemandFault::Wrong(path.clone())))
}

fn amount(path: &FieldPath, document: DemandDocument<'_>) -> Result<Cents, DemandFault> {
    field(path, document)?.parse().map_err(|_| DemandFault::Wrong(path.clone()))
}

fn debtor(fields: Option<&DemandDebtor>, document: DemandDocument<'_>) -> Result<DebtorInput, DemandFault> {
    let (kind, tax_code, full_name) = match fields {
        None => (SubjectKind::NaturalPerson, ANONYMOUS, ANONYMOUS),
        Some(paths) => {
            let tax_code = field(&paths.tax_code, document)?;
            let company = tax_code.len() == COMPANY_CODE_CHARS && tax_code.bytes().all(|byte| byte.is_ascii_digit());
            let kind = if company { SubjectKind::LegalPerson } else { SubjectKind::NaturalPerson };
            (kind, tax_code, field(&paths.full_name, document)?)
        }
    };
    Ok(DebtorInput {
        kind: Some(kind),
        tax_code: Personal::new(tax_code.to_owned()),
        full_name: Personal::new(full_name.to_owned()),
        ..DebtorInput::default()
    })
}
