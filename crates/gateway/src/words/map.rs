// SPDX-License-Identifier: AGPL-3.0-or-later
//! Maps: keys of the caller's choice, bounded in number and length.

use std::borrow::Cow;

use serde_json::json;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! maps {
    ($($name:ident $(keys $keys:literal)? $entries:literal of $chars:literal = $example:tt, $doc:literal;)+) => {
        $(
            #[doc = $doc]
            #[derive(Debug)]
            pub struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    let value = ObjectBuilder::new()
                        .schema_type(Type::String)
                        .pattern(Some(concat!(r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]{0,", $chars, "}$")))
                        .max_length(Some($chars));
                    let map = ObjectBuilder::new()
                        .schema_type(Type::Object)
                        .description(Some($doc))
                        .max_properties(Some($entries))
                        .additional_properties(Some(AdditionalProperties::RefOr(value.into())))
                        .examples([json!($example)]);
                    $(
                        let key = ObjectBuilder::new()
                            .schema_type(Type::String)
                            .pattern(Some($keys))
                            .min_length(Some(1))
                            .max_length(Some(64));
                        let map = map.property_names(Some(key.build()));
                    )?
                    map.into()
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

// What the caller writes has keys of visible characters and blanks; what the Node sent is shown as it came.
maps! {
    PaymentMetadata keys "^[!-~ ]{1,64}$" 10 of 140 = {"RIF_PRATICA": "2026-000123"}, "Pairs that go to the Node and come back in receipts; no personal data.";
    ReceivedMetadata 100 of 2000 = {"RIF_PRATICA": "2026-000123"}, "Pairs as the Node sent them back.";
    OwnMetadata keys "^[!-~ ]{1,64}$" 50 of 500 = {"protocol": "2026/4711"}, "Pairs of your own; they never leave Tramite.";
    PublicJwk keys "^[!-~]{1,64}$" 20 of 1400 = {"kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}, "A public key (RFC 7517): all its members are texts.";
    LabelTexts keys "^[a-z]{2}$" 5 of 200 = {"it": "Tassa di iscrizione", "en": "Admission fee"}, "One text in each language of a form, by its two letters.";
    FreeMetadata keys "^[!-~ ]{1,64}$" 50 of 500 = {"cart": "A-17"}, "Pairs of your own; they never leave Tramite.";
}
