// SPDX-License-Identifier: AGPL-3.0-or-later
//! From a notice to its station: by the creditor's tax code and the first digits alone (codes.md 1).

use tramite_domain::notice::NoticeNumber;
use tramite_domain::tax_code::InstitutionTaxCode;

use super::model::{Institution, Registry, Station};

/// Whose notice it is, and which station answers for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner<'r> {
    pub(crate) institution: &'r Institution,
    pub(crate) station: &'r Station,
}

/// Why there is no station to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RouteFault {
    UnknownInstitution,
    DisabledInstitution,
    UnknownStation,
}

impl Registry {
    /// The station that answers for a notice.
    pub(crate) fn route(&self, creditor: &InstitutionTaxCode, notice: &NoticeNumber) -> Result<Owner<'_>, RouteFault> {
        let institution = self.institution(creditor.as_str()).ok_or(RouteFault::UnknownInstitution)?;
        if !institution.enabled {
            return Err(RouteFault::DisabledInstitution);
        }
        let station = institution.stations.iter().find(|station| station.serves(notice));
        let station = station.ok_or(RouteFault::UnknownStation)?;
        Ok(Owner { institution, station })
    }

    /// The first institution of a station, or the one that is named.
    pub(crate) fn owner_of_station(
        &self,
        station_id: &str,
        tax_code: Option<&InstitutionTaxCode>,
    ) -> Option<Owner<'_>> {
        let named = |institution: &&Institution| tax_code.is_none_or(|tax_code| institution.tax_code == *tax_code);
        self.institutions.iter().filter(named).find_map(|institution| {
            let station = institution.stations.iter().find(|station| station.station_id == station_id)?;
            Some(Owner { institution, station })
        })
    }
}

impl Station {
    fn serves(&self, notice: &NoticeNumber) -> bool {
        notice.aux_digit() == Some(self.aux_digit)
            && notice.segregation_code() == self.segregation_code
            && notice.application_code() == self.application_code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry() -> Registry {
        serde_json::from_str(
            r#"{"institutions": [
                {"tax_code": "99999000013", "company_name": "Comune di Esempio", "stations": [
                    {"station_id": "three", "segregation_code": "05"},
                    {"station_id": "zero", "aux_digit": 0, "application_code": "05"},
                    {"station_id": "one", "aux_digit": 1}, {"station_id": "two", "aux_digit": 2}]},
                {"tax_code": "99999000021", "company_name": "Provincia", "enabled": false}]}"#,
        )
        .unwrap()
    }

    #[test]
    fn a_notice_finds_its_station_by_its_first_digits_alone() {
        let registry = registry();
        assert_eq!(registry.check(), Ok(()));
        let station = |creditor: &str, notice: &str| {
            let owner = registry.route(&creditor.parse().unwrap(), &notice.parse().unwrap());
            owner.map(|owner| owner.station.station_id.clone())
        };
        for (notice, expected) in [
            ("305000000001234586", Ok("three")),
            ("005000000001234586", Ok("zero")),
            ("105000000001234586", Ok("one")),
            ("299999999999999999", Ok("two")),
            ("316456789012345678", Err(RouteFault::UnknownStation)),
            ("011456789012345678", Err(RouteFault::UnknownStation)),
            ("511456789012345678", Err(RouteFault::UnknownStation)),
        ] {
            assert_eq!(station("99999000013", notice), expected.map(str::to_owned), "{notice}");
        }
        assert_eq!(station("99999000021", "305000000001234586"), Err(RouteFault::DisabledInstitution));
        assert_eq!(station("99999000039", "305000000001234586"), Err(RouteFault::UnknownInstitution));
    }

    #[test]
    fn a_registry_that_cannot_be_is_refused_with_every_flaw() {
        let wrong: Registry = serde_json::from_str(
            r#"{"institutions": [
                {"tax_code": "99999000013", "company_name": "", "ibans": ["IT 60"], "stations": [
                    {"station_id": "a", "segregation_code": "05"}, {"station_id": "b", "segregation_code": "05"},
                    {"station_id": "", "aux_digit": 0, "primitive_version": 3}]},
                {"tax_code": "99999000013", "company_name": "Twice"}]}"#,
        )
        .unwrap();
        let error = wrong.check().unwrap_err();
        let pointers: Vec<&str> = error.flaws.iter().map(|flaw| flaw.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "/institutions/0/company_name",
                "/institutions/0/ibans/0",
                "/institutions/0/stations/1",
                "/institutions/0/stations/2/station_id",
                "/institutions/0/stations/2/primitive_version",
                "/institutions/0/stations/2/application_code",
                "/institutions/1/tax_code",
            ]
        );
    }
}
