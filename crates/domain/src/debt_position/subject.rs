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
    let full_name = wrong.take(&place.at("full_name"), "invalid_text", Text::new(given.full_name.expose().as_str()));
    let email = given.email.as_ref();
    let email = email.and_then(|text| wrong.take(&place.at("email"), "invalid_email", text.expose().parse::<Email>()));
    let address = given.address.as_ref().map(|given| address(wrong, &place.at("address"), given));
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
    let country = given.address.as_ref().and_then(|address| address.country.as_ref());
    let country = country.map(|country| country.expose().as_str());
    let parsed = SubjectTaxCode::parse_for(kind, given.tax_code.expose(), country);
    let (code, doubts) = wrong.take(place, "invalid_tax_code", parsed)?;
    for doubt in doubts {
        warnings.push(Warning { pointer: place.pointer().to_owned(), code: doubt.code() });
    }
    Some(code)
}

/// A part that is wrong is told, and left out of an address that nobody will keep.
fn address(wrong: &mut Violations, place: &Place, given: &AddressInput) -> Address {
    Address {
        street: part(wrong, &place.at("street"), given.street.as_ref()),
        number: part(wrong, &place.at("number"), given.number.as_ref()),
        postal_code: part(wrong, &place.at("postal_code"), given.postal_code.as_ref()),
        city: part(wrong, &place.at("city"), given.city.as_ref()),
        province: capitals(wrong, &place.at("province"), given.province.as_ref()),
        country: capitals(wrong, &place.at("country"), given.country.as_ref()),
    }
}

fn part<const MAX: usize>(
    wrong: &mut Violations,
    place: &Place,
    text: Option<&Personal<String>>,
) -> Option<Text<1, MAX>> {
    text.and_then(|text| wrong.take(place, "invalid_text", Text::new(text.expose().as_str())))
}

fn capitals(wrong: &mut Violations, place: &Place, text: Option<&Personal<String>>) -> Option<Text<2, 2>> {
    text.and_then(|text| two_capitals(wrong, place, text.expose()))
}
