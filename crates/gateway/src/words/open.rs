// SPDX-License-Identifier: AGPL-3.0-or-later
//! Objects whose members are of the caller's or of an institution's choice. What they may be is told by the guide that each of them
//! names; how many there are is bounded here, how large they are by the body.

use std::borrow::Cow;

use serde_json::json;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! opens {
    ($($name:ident $members:literal = $example:tt, $doc:literal;)+) => {
        $(
            #[doc = $doc]
            #[derive(Debug)]
            pub struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    let anything = ObjectBuilder::new()
                        .schema_type(SchemaType::AnyValue)
                        .description(Some("Any JSON value."));
                    ObjectBuilder::new()
                        .schema_type(Type::Object)
                        .description(Some($doc))
                        .max_properties(Some($members))
                        .additional_properties(Some(AdditionalProperties::RefOr(anything.into())))
                        .examples([json!($example)])
                        .into()
                }
            }

            impl ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    stringify!($name).into()
                }
            }
        )+

        pub(super) fn all() -> Vec<(&'static str, RefOr<Schema>)> {
            vec![$((stringify!($name), $name::schema())),+]
        }
    };
}

opens! {
    FormDefinition 40 = {"code": "ZTL", "languages": ["it"], "title": {"it": "Permesso ZTL"}, "taxonomy_code": "0101101IM", "collection_kind": 9, "account_id": "main", "fields": [{"name": "tax_code", "type": "tax_code", "label": {"it": "Codice fiscale"}, "required": true}, {"name": "holder", "type": "text", "label": {"it": "Cognome e nome"}, "required": true, "max_length": 70, "personal": true}, {"name": "plate", "type": "plate", "label": {"it": "Targa"}, "required": true}, {"name": "zone", "type": "choice", "label": {"it": "Zona"}, "required": true, "options": ["A", "B"]}], "amount": {"rule": "fixed", "amount": 5000}, "debtor": {"tax_code": "tax_code", "full_name": "holder"}, "remittance_template": "Permesso ZTL zona {zone}"}, "The definition of a form: its fields, what they come to, and what becomes of it. The guide on forms tells what it may say.";
    FormSchema 20 = {"title": "Permesso ZTL", "required": ["plate"], "additionalProperties": false}, "A JSON Schema (2020-12) of the values that a form takes.";
    FormPresentation 20 = {"version": 3, "languages": ["it"], "title": "Permesso ZTL", "fields": [{"name": "plate", "type": "plate", "label": "Targa"}]}, "How a form is shown: its fields in their order, with labels in one language.";
    FormValues 200 = {"plate": "AB123CD", "zone": "A"}, "Values by the names of the form's fields.";
    RegistryRow 32 = {"code": "L12", "label": {"it": "Lettere"}, "amount": 3000}, "A row: `code`, `label` by language, and a member for each column.";
    FormRow 32 = {"code": "L12", "label": "Lettere", "amount": 3000}, "A row as whoever fills in the form sees it: `code`, `label` in one language, and the public columns.";
}
