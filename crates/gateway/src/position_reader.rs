// SPDX-License-Identifier: AGPL-3.0-or-later
//! Debt positions of files, read as the API reads them: the same schema, the same wire type, the same codes.

use jsonschema::Validator;
use serde::Deserialize;
use serde_json::Value;
use tramite_domain::debt_position::PositionInput;
use tramite_domain::import::PositionReader;
use tramite_domain::violation::Violation;
use utoipa::ToSchema;

use crate::contract::{self, ContractError};
use crate::extract::{faults, unreadable};
use crate::routes::DebtPositionInput;

/// Reads the body of `POST /v1/debt-positions` by the contract, for whoever loads files.
pub struct BodyReader(Validator);

impl BodyReader {
    /// Compiles what the contract says of a debt position.
    ///
    /// # Errors
    /// [`ContractError`] where routes and document disagree.
    pub fn new() -> Result<Self, ContractError> {
        contract::component(&DebtPositionInput::name()).map(Self)
    }
}

impl PositionReader for BodyReader {
    fn read(&self, body: &Value) -> Result<PositionInput, Vec<Violation>> {
        let schema = &self.0;
        // Almost every row is right: its faults are looked for only where it is not. What is valid and not readable (`12.0`
        // is a whole number to a schema) is found out there as well.
        if schema.is_valid(body)
            && let Ok(wire) = DebtPositionInput::deserialize(body)
        {
            return Ok(wire.into());
        }
        let found = faults(schema, body);
        Err(if found.is_empty() { vec![unreadable()] } else { found })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body() -> Value {
        json!({
            "external_id": "TARI-1", "service_code": "TARI", "amount": 12050, "due_date": "2026-12-31",
            "debtor": {"type": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"},
        })
    }

    #[test]
    fn a_row_is_read_as_a_request_is_and_all_its_faults_are_told() {
        let reader = BodyReader::new().unwrap();
        let read = reader.read(&body()).unwrap();
        assert_eq!((read.external_id.as_str(), read.service_code.as_str()), ("TARI-1", "TARI"));
        let mut wrong = body();
        wrong["amount"] = json!(12.0);
        wrong["due_date"] = json!("31/12/2026");
        wrong["debtor"]["age"] = json!(40);
        let found: Vec<(String, &str)> =
            reader.read(&wrong).unwrap_err().into_iter().map(|fault| (fault.pointer, fault.code)).collect();
        let expected = [("/amount", "wrong_type"), ("/debtor/age", "unknown_field"), ("/due_date", "wrong_format")];
        for (pointer, code) in expected {
            assert!(found.contains(&(pointer.to_owned(), code)), "{pointer} {code} in {found:?}");
        }
    }
}
