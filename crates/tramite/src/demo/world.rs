// SPDX-License-Identifier: AGPL-3.0-or-later
//! The invented institutions of the demonstration. Tax codes and accounts are right by their check digits, and nobody's.

use super::forms::{FormFile, TOWN, UNIVERSITY};

/// The broker that runs the demonstration.
pub(crate) const BROKER_TAX_CODE: &str = "99999000039";
/// Its connection point at the Node.
pub(crate) const STATION_ID: &str = "99999000039_01";

/// What the portals of the demonstration may do.
pub(crate) const PORTAL_SCOPES: [&str; 20] = [
    "payments:read",
    "payments:write",
    "debt-positions:read",
    "debt-positions:write",
    "debt-positions:settle",
    "receipts:read",
    "services:read",
    "services:write",
    "journal:read",
    "journal:payload",
    "audit:read",
    "delegations:read",
    "events:read",
    "webhooks:write",
    "imports:read",
    "imports:write",
    "documents:write",
    "exports:read",
    "persons:read",
    "persons:erase",
];
/// What the software house of the demonstration may do.
pub(crate) const SOFTWARE_HOUSE_SCOPES: [&str; 9] = [
    "debt-positions:read",
    "debt-positions:write",
    "imports:read",
    "imports:write",
    "documents:write",
    "receipts:read",
    "services:read",
    "events:read",
    "webhooks:write",
];

/// An invented institution.
#[derive(Debug)]
pub(crate) struct Body {
    /// Its slug.
    pub(crate) code: &'static str,
    /// Its tax code.
    pub(crate) tax_code: &'static str,
    /// Its name.
    pub(crate) display_name: &'static str,
    /// The digits that the Node routes its notices by.
    pub(crate) segregation_code: &'static str,
    /// Its interbank code on notices.
    pub(crate) cbill_code: &'static str,
    /// Its accounts.
    pub(crate) accounts: &'static [Account],
    /// What it collects.
    pub(crate) services: &'static [Service],
    /// The forms that citizens fill in on its pages; without any it has no pages.
    pub(crate) forms: &'static [FormFile],
    /// The name of its portal's client.
    pub(crate) portal: &'static str,
    /// Where its portal is: nobody listens there, the browser's address line shows the outcome.
    pub(crate) portal_origin: &'static str,
}

/// An account of an invented institution.
#[derive(Debug)]
pub(crate) struct Account {
    /// Its name.
    pub(crate) id: &'static str,
    /// Where the money goes.
    pub(crate) iban: &'static str,
    /// The postal account for slips.
    pub(crate) postal_iban: Option<&'static str>,
}

/// What an invented institution collects.
#[derive(Debug)]
pub(crate) struct Service {
    /// Its code.
    pub(crate) code: &'static str,
    /// Its title in Italian and in English.
    pub(crate) title: (&'static str, &'static str),
    /// Its code in the national taxonomy.
    pub(crate) taxonomy_code: &'static str,
    /// Who may start a payment.
    pub(crate) kind: &'static str,
    /// The amount in cents where it is always the same.
    pub(crate) fixed: Option<i64>,
}

const MAIN: &str = "main";

const fn account(iban: &'static str, postal_iban: Option<&'static str>) -> Account {
    Account { id: MAIN, iban, postal_iban }
}

impl Service {
    /// The account that every service of the demonstration collects on.
    pub(crate) const fn account_id() -> &'static str {
        MAIN
    }
}

/// The institutions.
pub(crate) const BODIES: [Body; 3] = [
    Body {
        code: "comune-perugia",
        tax_code: "99999000104",
        display_name: "Comune di Perugia (demo)",
        segregation_code: "01",
        cbill_code: "DEMO1",
        accounts: &[account("IT55T9999903000000000000101", Some("IT68T0760103000000099990101"))],
        services: &[
            Service {
                code: "TARI",
                title: ("Tassa sui rifiuti", "Waste tax"),
                taxonomy_code: "0101101IM",
                kind: "preloaded",
                fixed: None,
            },
            Service {
                code: "MULTE",
                title: ("Contravvenzioni", "Traffic fines"),
                taxonomy_code: "0102100SA",
                kind: "both",
                fixed: None,
            },
            Service {
                code: "SCUOLA",
                title: ("Mensa scolastica", "School canteen"),
                taxonomy_code: "0107101TS",
                kind: "both",
                fixed: Some(4_500),
            },
        ],
        forms: TOWN,
        portal: "Portale del Comune di Perugia (demo)",
        portal_origin: "http://127.0.0.1:8091",
    },
    Body {
        code: "comune-terni",
        tax_code: "99999000112",
        display_name: "Comune di Terni (demo)",
        segregation_code: "02",
        cbill_code: "DEMO2",
        accounts: &[account("IT19B9999914400000000000201", None)],
        services: &[
            Service {
                code: "TARI",
                title: ("Tassa sui rifiuti", "Waste tax"),
                taxonomy_code: "0101101IM",
                kind: "preloaded",
                fixed: None,
            },
            Service {
                code: "COSAP",
                title: ("Occupazione di suolo pubblico", "Use of public ground"),
                taxonomy_code: "0101107TS",
                kind: "both",
                fixed: None,
            },
        ],
        forms: &[],
        portal: "Portale del Comune di Terni (demo)",
        portal_origin: "http://127.0.0.1:8092",
    },
    Body {
        code: "unipg",
        tax_code: "99999000120",
        display_name: "Università di Perugia (demo)",
        segregation_code: "03",
        cbill_code: "DEMO3",
        accounts: &[account("IT95V9999903000000000000301", None)],
        services: &[
            Service {
                code: "DOTTORATO",
                title: ("Ammissione al dottorato", "Admission to a doctorate"),
                taxonomy_code: "0601119TS",
                kind: "both",
                fixed: Some(3_000),
            },
            Service {
                code: "TASSE",
                title: ("Contributi universitari", "University fees"),
                taxonomy_code: "0601101TS",
                kind: "preloaded",
                fixed: None,
            },
        ],
        forms: UNIVERSITY,
        portal: "Portale dell'Università di Perugia (demo)",
        portal_origin: "http://127.0.0.1:8093",
    },
];

/// The name of the client that acts for two institutions.
pub(crate) const SOFTWARE_HOUSE: &str = "Software house (demo)";
/// For whom the software house acts.
pub(crate) const SOFTWARE_HOUSE_BODIES: [&str; 2] = ["comune-perugia", "comune-terni"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tramite_domain::access::ApiScope;
    use tramite_domain::iban::Iban;
    use tramite_domain::ident::{InstitutionCode, ServiceCode, StationId};
    use tramite_domain::notice::SegregationCode;
    use tramite_domain::tax_code::InstitutionTaxCode;
    use tramite_domain::taxonomy::TaxonomyCode;

    use super::*;

    #[test]
    fn everything_that_is_invented_is_right_by_its_check_digits() {
        let tax_codes = BODIES.iter().map(|body| body.tax_code).chain([BROKER_TAX_CODE]);
        for text in tax_codes {
            let code: InstitutionTaxCode = text.parse().unwrap();
            assert!(code.check_digit_right() && text.starts_with("9999900"), "{text}");
        }
        StationId::new(STATION_ID).unwrap();
        for body in &BODIES {
            InstitutionCode::new(body.code).unwrap();
            body.segregation_code.parse::<SegregationCode>().unwrap();
            for account in body.accounts {
                assert!(!account.iban.parse::<Iban>().unwrap().is_postal());
                assert!(account.postal_iban.is_none_or(|iban| iban.parse::<Iban>().unwrap().is_postal()));
            }
            for service in body.services {
                ServiceCode::new(service.code).unwrap();
                service.taxonomy_code.parse::<TaxonomyCode>().unwrap();
            }
        }
        assert!(BODIES.iter().flat_map(|body| body.accounts).any(|account| account.postal_iban.is_some()));
        let codes: BTreeSet<_> = BODIES.iter().map(|body| body.segregation_code).collect();
        assert_eq!(codes.len(), BODIES.len());
    }

    #[test]
    fn scopes_and_delegating_institutions_exist() {
        for scope in PORTAL_SCOPES.iter().chain(&SOFTWARE_HOUSE_SCOPES) {
            assert!(ApiScope::named(scope).is_some_and(|scope| !scope.is_platform()), "{scope}");
        }
        for code in SOFTWARE_HOUSE_BODIES {
            assert!(BODIES.iter().any(|body| body.code == code));
        }
    }
}
