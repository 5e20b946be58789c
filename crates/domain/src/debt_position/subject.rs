// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who owes: checked where our own users enter it (rules.md 5).

use crate::email::Email;
use crate::personal::Personal;
use crate::service::Service;
use crate::tax_code::SubjectTaxCode;
use crate::text::Text;
use crate::violation::{Place, Violations};

use super::shares::two_capitals;
use super::{Address, AddressInput, Debtor, DebtorInput, SubjectKind, Warning};

pub(super) fn debtor(
    wrong: &mut Violations,
    warnings: &mut Vec<Warning>,
    place: &Place,
    given: &DebtorInput,
    service: &Service,
) -> Option<Debtor> {
    let kind = given.kind.unwrap_or(SubjectKind::NaturalPerson);
    let tax_code = tax_code(wrong, warnings, &place.at("tax_code"), kind, given);
    if tax_code.as_ref().is_some_and(SubjectTaxCode::is_anonymous) && !service.anonymous_debtor_allowed {
        wrong.add(&place.at("tax_code"), "anonymous_not_allowed", "the service asks for the debtor's tax code");
    }
    let full_name = wrong.take(&place.at("full_name"), "invalid_text", Text::new(given.full_name.as_str()));
    let email = match &given.email {
        Some(text) => Some(wrong.take(&place.at("email"), "invalid_email", text.parse::<Email>())?),
        None => None,
    };
    let address = match &given.address {
        Some(given) => Some(address(wrong, &place.at("address"), given)?),
        None => None,
    };
    Some(Debtor {
        kind,
        tax_code: Personal::new(tax_code?),
        full_name: Personal::new(full_name?),
        email: email.map(Personal::new),
        address: address.map(Personal::new),
    })
}

fn tax_code(
    wrong: &mut Violations,
    warnings: &mut Vec<Warning>,
    place: &Place,
    kind: SubjectKind,
    given: &DebtorInput,
) -> Option<SubjectTaxCode> {
    let country = given.address.as_ref().and_then(|address| address.country.as_deref());
    let (code, doubts) =
        wrong.take(place, "invalid_tax_code", SubjectTaxCode::parse_for(kind, &given.tax_code, country))?;
    for doubt in doubts {
        warnings.push(Warning { pointer: place.pointer().to_owned(), code: doubt.code() });
    }
    Some(code)
}

fn address(wrong: &mut Violations, place: &Place, given: &AddressInput) -> Option<Address> {
    Some(Address {
        street: part(wrong, &place.at("street"), given.street.as_deref())?,
        number: part(wrong, &place.at("number"), given.number.as_deref())?,
        postal_code: part(wrong, &place.at("postal_code"), given.postal_code.as_deref())?,
        city: part(wrong, &place.at("city"), given.city.as_deref())?,
        province: capitals(wrong, &place.at("province"), given.province.as_deref())?,
        country: capitals(wrong, &place.at("country"), given.country.as_deref())?,
    })
}

/// None outside: wrong. None inside: absent.
#[expect(clippy::option_option, reason = "absent and wrong are two things")]
fn part<const MAX: usize>(wrong: &mut Violations, place: &Place, text: Option<&str>) -> Option<Option<Text<1, MAX>>> {
    match text {
        None => Some(None),
        Some(text) => wrong.take(place, "invalid_text", Text::new(text)).map(Some),
    }
}

#[expect(clippy::option_option, reason = "absent and wrong are two things")]
fn capitals(wrong: &mut Violations, place: &Place, text: Option<&str>) -> Option<Option<Text<2, 2>>> {
    match text {
        None => Some(None),
        Some(text) => two_capitals(wrong, place, text).map(Some),
    }
}
