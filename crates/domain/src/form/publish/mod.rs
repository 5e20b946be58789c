// SPDX-License-Identifier: AGPL-3.0-or-later
//! Publishes a form: everything that can be known of it is known before anybody fills it in (rules.md 47).

mod amount;
mod applies;
mod cases;
mod field;
mod fields;
mod order;
mod positions;
mod publisher;
mod tables;
mod transfers;

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::compiled::Form;
use super::definition::Definition;
use super::kept::keepable;
use super::labels::LANGUAGES;
use super::limits::{FAULTS_MAX, FORM_ROWS_MAX, STEPS_MAX, TEST_STEPS_MAX};
use super::registry::Registries;
use super::template::Template;
use crate::debt_position::{METADATA_ENTRIES_MAX, METADATA_TEXT_MAX};
use crate::ident::{AccountCode, ServiceCode};
use crate::node::SUPPORT_IBAN_KEY;
use crate::personal_data::find_personal_data;
use crate::remittance::REMITTANCE_CHARS_MAX;
use crate::taxonomy::{CollectionKind, TaxonomyCode};
use crate::text::Text;
use crate::violation::{Place, Violation, Violations};
use publisher::Publisher;

/// What a form may name.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Accounts of the institution.
    pub accounts: &'a BTreeSet<AccountCode>,
    /// Its registries.
    pub registries: &'a Registries,
}

/// Checks a definition as that of the form of a service: all that there is to check before it is published.
///
/// # Errors
/// As [`publish`]; `control_character` where it holds what cannot be kept, `code_differs` where it is another service's.
pub fn check_form(definition: &Definition, service: &ServiceCode, known: Known<'_>) -> Result<Form, Vec<Violation>> {
    keepable(definition)?;
    if definition.code != service.as_str() {
        let mut wrong = Violations::new();
        wrong.add(&Place::root().at("code"), "code_differs", "The form of a service has the code of the service.");
        return Err(wrong.into_vec());
    }
    publish(definition, 1, known)
}

/// Publishes a definition as this version. The form never changes afterwards: what changes is another version.
///
/// # Errors
/// Every fault, each with the place in the definition where it stands; last of all the test cases that fail.
pub fn publish(definition: &Definition, version: u32, known: Known<'_>) -> Result<Form, Vec<Violation>> {
    let form = compile(definition, version, known)?;
    let cases = u64::try_from(definition.tests.len()).unwrap_or(u64::MAX);
    if form.steps.saturating_mul(cases) > TEST_STEPS_MAX {
        let mut wrong = Violations::new();
        let detail = format!("All together could take more than {TEST_STEPS_MAX} steps.");
        wrong.add(&Place::root().at("tests"), "too_costly", detail);
        return Err(wrong.into_vec());
    }
    cases::try_all(&form, known.registries)?;
    Ok(form)
}

/// The form of a definition, without its test cases: of a version that is published already, or to see whether it would still hold.
///
/// # Errors
/// As [`publish`], but for the test cases.
pub fn compile(definition: &Definition, version: u32, known: Known<'_>) -> Result<Form, Vec<Violation>> {
    let mut publisher = Publisher::new(definition, known);
    let form = whole(&mut publisher, definition, version);
    if publisher.steps > STEPS_MAX {
        let detail = format!("One submission could take {} steps; at most {STEPS_MAX} are taken.", publisher.steps);
        publisher.wrong.add(&Place::root(), "too_costly", detail);
    }
    let used = publisher.scope.used();
    let rows = used.iter().filter_map(|code| known.registries.get(code)).map(|registry| registry.rows().len());
    if rows.fold(0, usize::saturating_add) > FORM_ROWS_MAX {
        let detail = format!("The registries that a form reads have at most {FORM_ROWS_MAX} rows together.");
        publisher.wrong.add(&Place::root(), "too_many_rows", detail);
    }
    let Some(form) = form.filter(|_| publisher.wrong.is_empty()) else {
        let mut faults = publisher.wrong.into_vec();
        faults.truncate(FAULTS_MAX);
        return Err(faults);
    };
    Ok(form)
}

/// SHA-256 of a definition, hexadecimal.
#[must_use]
pub fn digest(definition: &Definition) -> String {
    // A definition is a tree of texts and numbers: it can always be written.
    let written = serde_json::to_vec(definition).unwrap_or_default();
    data_encoding::HEXLOWER.encode(&Sha256::digest(&written))
}

fn whole(publisher: &mut Publisher<'_>, definition: &Definition, version: u32) -> Option<Form> {
    let root = Place::root();
    languages(publisher, definition, &root);
    let code = publisher.wrong.take(&root.at("code"), "invalid_code", definition.code.parse::<ServiceCode>());
    let collection_kind = CollectionKind::try_from(definition.collection_kind);
    let collection_kind = publisher.wrong.take(&root.at("collection_kind"), "unknown_value", collection_kind);
    let taxonomy = publisher.taxonomy(&definition.taxonomy_code, &root.at("taxonomy_code"));
    let account = publisher.account(&definition.account_id, &root.at("account_id"));
    let (mut fields, order, tables) = fields::all(publisher, definition);
    let rules = positions::rules(publisher, definition);
    let window = positions::window(publisher, definition);
    let amount = amount::amount(publisher, definition);
    let transfers = transfers::transfers(publisher, definition, account.as_ref(), taxonomy.as_ref());
    let stamp = definition.stamp.as_ref().map(|stamp| transfers::stamp(publisher, stamp));
    let unique = publisher.keys(&definition.unique, &root.at("unique"));
    let quotas = positions::quotas(publisher, definition);
    let lookup = definition.lookup.as_ref().map(|lookup| positions::lookup(publisher, lookup));
    let party =
        |publisher: &mut Publisher<'_>, name: &str, party: &_| positions::party(publisher, party, &root.at(name));
    let debtor = party(publisher, "debtor", &definition.debtor);
    let payer = definition.payer.as_ref().map(|one| party(publisher, "payer", one));
    let beneficiary = definition.beneficiary.as_ref().map(|one| party(publisher, "beneficiary", one));
    let (remittance, metadata) = texts(publisher, definition, &mut fields);
    let due_date =
        definition.due_date.as_ref().map(|text| positions::day(publisher, text, &root.at("due_date"), false));
    let expires = definition.expires_at.as_ref();
    let expires_at = expires.map(|text| positions::day(publisher, text, &root.at("expires_at"), true));
    Some(Form {
        definition: definition.clone(),
        version,
        digest: digest(definition),
        code: code?,
        registries: publisher.scope.used(),
        steps: publisher.steps,
        fields,
        order,
        tables,
        rules,
        window,
        amount: amount?,
        transfers,
        stamp: stamp.flatten(),
        unique,
        quotas,
        lookup: lookup.flatten(),
        debtor: debtor?,
        payer: payer.flatten(),
        beneficiary: beneficiary.flatten(),
        remittance: remittance?,
        metadata,
        due_date: due_date.flatten(),
        expires_at: expires_at.flatten(),
        collection_kind: collection_kind?,
    })
}

fn languages(publisher: &mut Publisher<'_>, definition: &Definition, root: &Place) {
    let place = root.at("languages");
    for (at, language) in definition.languages.iter().enumerate() {
        if !LANGUAGES.contains(&language.as_str()) {
            publisher.wrong.add(&place.at(at), "unknown_language", "This language is not spoken here.");
        }
        if definition.languages.iter().take(at).any(|before| before == language) {
            publisher.wrong.add(&place.at(at), "duplicate_value", "This language stands here already.");
        }
    }
    if !definition.languages.iter().any(|language| language == "it") {
        publisher.wrong.add(&place, "italian_missing", "Italian is one of the languages of every form.");
    }
    publisher.label(&definition.title, &root.at("title"));
}

type Texts = (Option<Template>, Vec<(String, Template)>);

/// The texts that leave Tramite. The free texts that stand in them are looked at when they are entered.
fn texts(publisher: &mut Publisher<'_>, definition: &Definition, fields: &mut [super::compiled::Field]) -> Texts {
    let root = Place::root();
    let mut names = Vec::new();
    let mut check = |publisher: &mut Publisher<'_>, text: &str, chars: usize, place: &Place| {
        let found = Template::check(text, chars, &publisher.scope, place, &mut publisher.wrong)?;
        publisher.steps = publisher.steps.saturating_add(found.steps);
        names.extend(found.names);
        Some((found.template, found.may_be_empty))
    };
    let place = root.at("remittance_template");
    let remittance = check(publisher, &definition.remittance_template, REMITTANCE_CHARS_MAX, &place);
    if remittance.as_ref().is_some_and(|(_, may_be_empty)| *may_be_empty) {
        publisher.wrong.add(&place, "text_may_be_empty", "Nothing of this text may be there: write some words of it.");
    }
    let remittance = remittance.map(|(template, _)| template);
    let place = root.at("payment_metadata");
    if definition.payment_metadata.len() > METADATA_ENTRIES_MAX {
        publisher.wrong.add(&place, "too_many", format!("At most {METADATA_ENTRIES_MAX} entries are taken."));
    }
    let mut metadata = Vec::new();
    for (key, text) in &definition.payment_metadata {
        let at = place.at(key);
        publisher.wrong.take(&at, "invalid_metadata", key.parse::<Text<1, METADATA_TEXT_MAX>>());
        if find_personal_data(key).is_some() {
            publisher.wrong.add(
                &at,
                "personal_data_in_text",
                "This text leaves Tramite and must hold no personal data.",
            );
        }
        if key == SUPPORT_IBAN_KEY {
            publisher.wrong.add(&at, "reserved_key", format!("{SUPPORT_IBAN_KEY} is written by Tramite."));
        }
        metadata.extend(check(publisher, text, METADATA_TEXT_MAX, &at).map(|(template, _)| (key.clone(), template)));
    }
    for field in fields.iter_mut() {
        field.limits.leaves = names.contains(&field.name);
    }
    (remittance, metadata)
}

impl Publisher<'_> {
    fn taxonomy(&mut self, text: &str, place: &Place) -> Option<TaxonomyCode> {
        self.wrong.take(place, "invalid_taxonomy_code", text.parse())
    }

    fn account(&mut self, text: &str, place: &Place) -> Option<AccountCode> {
        let found = text.parse::<AccountCode>().ok().filter(|code| self.known.accounts.contains(code));
        if found.is_none() {
            self.wrong.add(place, "unknown_account", "The institution has no account of this name.");
        }
        found
    }
}
