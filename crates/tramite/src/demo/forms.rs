// SPDX-License-Identifier: AGPL-3.0-or-later
//! Forms that citizens fill in on hosted pages: those of `examples`, published as an office would, and the pages switched on.

use chrono::Datelike;
use serde_json::{Map, Value, json};
use tramite_domain::given::World;
use tramite_domain::time::Instant;

use super::failure::DemoFailure;
use super::http::{Ask, Caller};
use super::setup::Place;
use super::token::institution_token;

/// A form of an invented institution, with the registries that it reads.
#[derive(Debug)]
pub(crate) struct FormFile {
    /// The definition.
    definition: &'static str,
    /// Names and rows.
    registries: &'static [(&'static str, &'static str)],
}

macro_rules! example {
    ($kind:literal, $name:literal) => {
        include_str!(concat!("../../../../examples/", $kind, "/", $name, ".json"))
    };
}

const COURSES: &str = "doctoral_courses";

/// The forms of the town.
pub(crate) const TOWN: &[FormFile] = &[
    FormFile { definition: example!("services", "ztl-rinnovo"), registries: &[] },
    FormFile { definition: example!("services", "mensa"), registries: &[] },
    FormFile { definition: example!("services", "soggiorno"), registries: &[] },
    FormFile {
        definition: example!("services", "cup-osp-temp"),
        registries: &[("streets", example!("registries", "streets"))],
    },
    FormFile {
        definition: example!("services", "suape-diritti"),
        registries: &[("procedures", example!("registries", "procedures"))],
    },
];
/// The forms of the university.
pub(crate) const UNIVERSITY: &[FormFile] = &[FormFile {
    definition: example!("services", "unipg-dott"),
    registries: &[
        ("countries", example!("registries", "countries")),
        (COURSES, example!("registries", "doctoral_courses")),
    ],
}];

/// Publishes the forms and switches the pages on that act for the portals.
pub(crate) async fn publish(
    gateway: &Caller,
    operator: &str,
    places: &[Place],
    world: &dyn World,
) -> Result<((), String), DemoFailure> {
    let mut addresses = Vec::new();
    for place in places.iter().filter(|place| !place.body.forms.is_empty()) {
        let token = institution_token(gateway, &place.portal, place.body.code).await?;
        for form in place.body.forms {
            put_form(gateway, &token, form, world.now()).await?;
        }
        let ask = Ask::put(format!("/v1/institutions/{}/hosted-pages", place.id)).bearer(operator);
        gateway
            .ask(
                ask.json(json!({"client_id": place.portal.client_id}))
                    .expects(&[200])
                    .shows(&["/hosted_pages/client_id"]),
            )
            .await?;
        addresses.push(address(place.body.code));
    }
    Ok(((), format!("pages at {}", addresses.join(", "))))
}

/// Where the pages of an institution are, below the gateway.
pub(crate) fn address(code: &str) -> String {
    format!("/p/{code}")
}

async fn put_form(gateway: &Caller, token: &str, form: &FormFile, now: Instant) -> Result<(), DemoFailure> {
    for (name, text) in form.registries {
        let mut registry = read(text);
        if *name == COURSES {
            open_courses(&mut registry, now);
        }
        let ask = Ask::put(format!("/v1/registries/{name}")).bearer(token).json(Value::Object(registry));
        gateway.ask(ask.expects(&[200, 201]).shows(&["/version"])).await?;
    }
    let definition = read(form.definition);
    let member = |name: &str| definition.get(name).cloned().unwrap_or_default();
    let code = member("code").as_str().unwrap_or_default().to_owned();
    let service = json!({
        "title": member("title"), "taxonomy_code": member("taxonomy_code"),
        "collection_kind": member("collection_kind"), "account_id": member("account_id"), "kind": "spontaneous",
        "amount": {"rule": "free"}, "anonymous_debtor_allowed": true, "status": "active",
    });
    let ask = Ask::put(format!("/v1/services/{code}")).bearer(token).json(service).tells(&["/taxonomy_code"]);
    gateway.ask(ask.expects(&[200, 201]).shows(&["/status"])).await?;
    let ask = Ask::put(format!("/v1/services/{code}/form/definition")).bearer(token).json(Value::Object(definition));
    gateway.ask(ask.expects(&[200, 201]).shows(&["/version"])).await?;
    Ok(())
}

/// What is built in is an object.
fn read(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}

/// The courses of the example are over one day: two more are open until next summer.
fn open_courses(registry: &mut Map<String, Value>, now: Instant) {
    let deadline = format!("{}-07-15T12:00:00+02:00", now.rome_date().year().saturating_add(1));
    let course = |code: &str, it: &str, en: &str, amount: i64| {
        json!({
            "code": code, "label": {"it": it, "en": en}, "cycle": "XLII", "amount": amount, "deadline": deadline,
            "capacity": 300
        })
    };
    if let Some(rows) = registry.get_mut("rows").and_then(Value::as_array_mut) {
        rows.push(course("D201", "Scienze della terra", "Earth sciences", 3_000));
        rows.push(course("D202", "Storia e filologia", "History and philology", 2_500));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_the_demonstration_are_those_of_the_examples() {
        for form in TOWN.iter().chain(UNIVERSITY) {
            assert!(read(form.definition).contains_key("fields"));
            for (_, text) in form.registries {
                assert!(read(text).contains_key("rows"));
            }
        }
        let mut courses = read(UNIVERSITY[0].registries[1].1);
        let before = courses["rows"].as_array().unwrap().len();
        open_courses(&mut courses, "2026-11-27T12:00:00Z".parse().unwrap());
        assert_eq!(courses["rows"].as_array().unwrap().len(), before + 2);
        assert_eq!(courses["rows"][before]["deadline"], "2027-07-15T12:00:00+02:00");
    }
}
