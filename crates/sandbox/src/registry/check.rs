// SPDX-License-Identifier: AGPL-3.0-or-later
//! A registry is taken whole or not at all.

use std::collections::HashSet;

use thiserror::Error;
use tramite_domain::notice::AuxDigit;

use super::model::{Institution, Registry, Station};
use crate::flaw::Flaw;
use crate::limits::{IBANS_PER_INSTITUTION_MAX, INSTITUTIONS_MAX, STATIONS_PER_INSTITUTION_MAX};

/// Characters of a company name.
const COMPANY_NAME_CHARS_MAX: usize = 140;

/// Characters of a station's and of an account's identifier.
const TEXT_35: usize = 35;

/// What is wrong with a registry, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the registry has {} flaws", flaws.len())]
pub struct RegistryError {
    /// All of them.
    pub flaws: Vec<Flaw>,
}

impl Registry {
    /// Checks what serde cannot see.
    ///
    /// # Errors
    /// [`RegistryError`] with every flaw.
    pub(crate) fn check(&self) -> Result<(), RegistryError> {
        let mut flaws = Flaws::default();
        flaws.expect(self.institutions.len() <= INSTITUTIONS_MAX, "/institutions", "at most 1000 institutions");
        let mut tax_codes = HashSet::new();
        for (position, institution) in self.institutions.iter().take(INSTITUTIONS_MAX).enumerate() {
            let at = format!("/institutions/{position}");
            flaws.expect(tax_codes.insert(institution.tax_code), &format!("{at}/tax_code"), "occurs once");
            check_institution(institution, &at, &mut flaws);
        }
        if flaws.0.is_empty() { Ok(()) } else { Err(RegistryError { flaws: flaws.0 }) }
    }
}

#[derive(Default)]
struct Flaws(Vec<Flaw>);

impl Flaws {
    fn expect(&mut self, holds: bool, pointer: &str, detail: &'static str) {
        if !holds {
            self.0.push(Flaw::new(pointer, detail));
        }
    }
}

fn check_institution(institution: &Institution, at: &str, flaws: &mut Flaws) {
    let name = institution.company_name.chars().count();
    flaws.expect((1..=COMPANY_NAME_CHARS_MAX).contains(&name), &format!("{at}/company_name"), "1 to 140 characters");
    flaws.expect(institution.ibans.len() <= IBANS_PER_INSTITUTION_MAX, &format!("{at}/ibans"), "at most 500 accounts");
    for (position, iban) in institution.ibans.iter().enumerate() {
        let is_iban = (1..=TEXT_35).contains(&iban.len()) && iban.bytes().all(|byte| byte.is_ascii_alphanumeric());
        flaws.expect(is_iban, &format!("{at}/ibans/{position}"), "1 to 35 letters and digits");
    }
    let stations = &institution.stations;
    flaws.expect(stations.len() <= STATIONS_PER_INSTITUTION_MAX, &format!("{at}/stations"), "at most 20 stations");
    let mut prefixes = HashSet::new();
    for (position, station) in stations.iter().enumerate() {
        let at = format!("{at}/stations/{position}");
        let prefix = (station.aux_digit, station.segregation_code, station.application_code);
        flaws.expect(prefixes.insert(prefix), &at, "its notices are not those of another station");
        check_station(station, &at, flaws);
    }
}

fn check_station(station: &Station, at: &str, flaws: &mut Flaws) {
    let length = station.station_id.chars().count();
    flaws.expect((1..=TEXT_35).contains(&length), &format!("{at}/station_id"), "1 to 35 characters");
    let is_version = matches!(station.primitive_version, 1 | 2);
    flaws.expect(is_version, &format!("{at}/primitive_version"), "1 or 2");
    let segregates = station.aux_digit == AuxDigit::Three;
    let same = station.segregation_code.is_some() == segregates;
    flaws.expect(same, &format!("{at}/segregation_code"), "two digits with aux digit 3, and only then");
    let archives = station.aux_digit == AuxDigit::Zero;
    let same = station.application_code.is_some() == archives;
    flaws.expect(same, &format!("{at}/application_code"), "two digits with aux digit 0, and only then");
}
