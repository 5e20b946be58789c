// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who is meant.

use tramite_domain::personal::Personal;
use tramite_domain::tax_code::SubjectTaxCode;
use tramite_domain::violation::Violation;

use crate::problem::Problem;

/// The code of a person. Whoever is anonymous is many people, and none of them can be told from the others.
pub(super) fn person(given: &Personal<String>) -> Result<SubjectTaxCode, Problem> {
    let code: SubjectTaxCode = given.expose().parse().map_err(|_| wrong("It is not a tax code."))?;
    if code.is_anonymous() {
        return Err(wrong("Anonymous debtors cannot be told from each other."));
    }
    Ok(code)
}

fn wrong(detail: &str) -> Problem {
    Problem::invalid(vec![Violation {
        pointer: "/tax_code".to_owned(),
        code: "invalid_tax_code",
        detail: detail.to_owned(),
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_one_and_nobody_is_none() {
        assert!(person(&Personal::new("RSSMRA85T10A562S".to_owned())).is_ok());
        assert!(person(&Personal::new("ANONIMO".to_owned())).is_err());
        assert!(person(&Personal::new("x".to_owned())).is_err());
    }
}
