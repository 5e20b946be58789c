// SPDX-License-Identifier: AGPL-3.0-or-later
//! A small town: one institution with its services, a clock, and identifiers that count.
#![allow(dead_code, reason = "each test file uses a part of the town")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "the town is built of known good values")]

pub(crate) mod session;

use std::collections::BTreeMap;

use tramite_domain::debt_position::{
    Activity, DebtPosition, DebtorInput, Decided, InstallmentInput, OptionInput, OptionKind, Origin, Payment,
    PositionInput, TermsContext, open, replace,
};
use tramite_domain::given::{Given, Ids, Numbers};
use tramite_domain::ids::ClientId;
use tramite_domain::institution::{Account, Beneficiary, Institution, InstitutionStatus, StationLink};
use tramite_domain::iuv_rules::KnownNumbers;
use tramite_domain::money::Cents;
use tramite_domain::notice::{AuxDigit, Base13, LocalRange, NoticeNumber, SegregationCode};
use tramite_domain::personal::Personal;
use tramite_domain::refusal::Refusal;
use tramite_domain::service::{AmountRule, Service, ServiceKind, ServiceStatus, Title};
use tramite_domain::text::Text;
use tramite_domain::time::Instant;
use uuid::Uuid;

pub(crate) const STATION: &str = "99999000039_01";
pub(crate) const TAX_CODE: &str = "99999000013";

pub(crate) struct Counter(pub(crate) u128);

impl Ids for Counter {
    fn next(&mut self) -> Uuid {
        self.0 += 1;
        Uuid::from_u128(self.0)
    }
}

impl Numbers for Counter {
    fn next(&mut self) -> Option<NoticeNumber> {
        self.0 += 1;
        let base = Base13::new(5_000_000_000_000 + u64::try_from(self.0).unwrap())?;
        Some(NoticeNumber::generate(SegregationCode::new(5).unwrap(), base))
    }
}

pub(crate) fn text<const MIN: usize, const MAX: usize>(text: &str) -> Text<MIN, MAX> {
    Text::new(text).unwrap()
}

pub(crate) fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

pub(crate) fn client() -> ClientId {
    ClientId::new(Uuid::from_u128(77))
}

pub(crate) struct Town {
    pub(crate) institution: Institution,
    pub(crate) service: Service,
    pub(crate) now: Instant,
    pub(crate) ids: Counter,
    pub(crate) numbers: Counter,
    /// What the store would say of the numbers that a request brings.
    pub(crate) known: KnownNumbers,
}

impl Town {
    pub(crate) fn new() -> Self {
        let now = at("2026-09-01T10:00:00Z");
        Self {
            institution: institution(now),
            service: service(now),
            now,
            ids: Counter(1_000),
            numbers: Counter(0),
            known: KnownNumbers::default(),
        }
    }

    pub(crate) fn context(&self) -> TermsContext<'_> {
        TermsContext {
            institution: &self.institution,
            service: &self.service,
            numbers: &self.known,
            free_beneficiary: false,
            now: self.now,
        }
    }

    pub(crate) fn open(&mut self, input: &PositionInput) -> Result<Decided, Refusal> {
        let context = TermsContext {
            institution: &self.institution,
            service: &self.service,
            numbers: &self.known,
            free_beneficiary: false,
            now: self.now,
        };
        let mut given = Given { now: self.now, ids: &mut self.ids, client_id: Some(client()), request_id: None };
        open(context, &mut given, &mut self.numbers, input, Origin::Api)
    }

    pub(crate) fn replace(&mut self, position: &DebtPosition, input: &PositionInput) -> Result<Decided, Refusal> {
        let context = TermsContext {
            institution: &self.institution,
            service: &self.service,
            numbers: &self.known,
            free_beneficiary: false,
            now: self.now,
        };
        let mut given = Given { now: self.now, ids: &mut self.ids, client_id: Some(client()), request_id: None };
        replace(context, &mut given, &mut self.numbers, position, quiet(), input, false)
    }

    pub(crate) fn position(&mut self, input: &PositionInput) -> DebtPosition {
        self.open(input).unwrap().position
    }

    pub(crate) fn given(&mut self) -> Given<'_> {
        Given { now: self.now, ids: &mut self.ids, client_id: Some(client()), request_id: None }
    }

    pub(crate) fn later(&mut self, seconds: i64) {
        self.now = self.now.plus_seconds(seconds);
    }
}

pub(crate) fn quiet() -> Activity<'static> {
    Activity::default()
}

fn institution(now: Instant) -> Institution {
    Institution {
        id: Uuid::from_u128(1).into(),
        code: "comune-perugia".parse().unwrap(),
        tax_code: TAX_CODE.parse().unwrap(),
        display_name: text("Comune di Esempio"),
        ipa_code: None,
        status: InstitutionStatus::Active,
        successor_id: None,
        cbill_code: None,
        office_name: None,
        payable_by_notice: false,
        support_access: false,
        demo: false,
        hosted_pages: None,
        stations: vec![StationLink {
            id: Uuid::from_u128(2).into(),
            station_id: STATION.parse().unwrap(),
            aux_digit: AuxDigit::Three,
            segregation_code: Some(SegregationCode::new(5).unwrap()),
            application_code: None,
            broadcast: false,
            issuing: true,
            local_range: LocalRange::DEFAULT,
            valid_from: now.plus_seconds(-86_400),
            valid_to: None,
        }],
        accounts: vec![
            account("main", "IT60X0542811101000000123456", None, now),
            account("posta", "IT30N0103076271000001823603", Some("IT45R0760103200000000001016"), now),
        ],
        beneficiaries: vec![Beneficiary {
            valid_from: now,
            valid_to: None,
            id: "provincia".parse().unwrap(),
            tax_code: "99999000021".parse().unwrap(),
            company_name: text("Provincia di Esempio"),
            iban: "IT96R0123454321000000012345".parse().unwrap(),
        }],
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

fn account(id: &str, iban: &str, postal: Option<&str>, now: Instant) -> Account {
    Account {
        id: id.parse().unwrap(),
        iban: iban.parse().unwrap(),
        postal_iban: postal.map(|iban| iban.parse().unwrap()),
        holder: None,
        postal_authorization: None,
        valid_from: now.plus_seconds(-86_400),
        valid_to: None,
    }
}

fn service(now: Instant) -> Service {
    Service {
        code: "TARI".parse().unwrap(),
        title: Title { it: text("Tassa sui rifiuti"), en: None, de: None },
        taxonomy_code: "0101101IM".parse().unwrap(),
        collection_kind: tramite_domain::taxonomy::CollectionKind::NINE,
        account_id: "main".parse().unwrap(),
        kind: ServiceKind::Both,
        amount: AmountRule::Free { least: Cents::new(1).unwrap(), most: Cents::payable(9_999_999_999).unwrap() },
        due_date_required: false,
        expires_after_due_date: false,
        late_charges: None,
        amount_callback: None,
        anonymous_debtor_allowed: false,
        demand: None,
        status: ServiceStatus::Active,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

pub(crate) fn personal(text: &str) -> Personal<String> {
    Personal::new(text.to_owned())
}

pub(crate) fn debtor() -> DebtorInput {
    DebtorInput { tax_code: personal("RSSMRA85T10A562S"), full_name: personal("Mario Rossi"), ..Default::default() }
}

/// The short form: one payment of an amount, published at once.
pub(crate) fn one_payment(external_id: &str, cents: i64) -> PositionInput {
    PositionInput {
        external_id: external_id.to_owned(),
        service_code: "TARI".to_owned(),
        publish: true,
        debtor: debtor(),
        amount: Some(cents),
        ..Default::default()
    }
}

pub(crate) fn installment(reference: &str, cents: i64) -> InstallmentInput {
    InstallmentInput { reference: Some(reference.to_owned()), amount: Some(cents), ..Default::default() }
}

/// A single payment of 100.00 beside a plan of two payments of 50.00.
pub(crate) fn single_or_plan(external_id: &str) -> PositionInput {
    let option = |kind, installments| OptionInput { kind, available_until: None, available_days: None, installments };
    PositionInput {
        amount: None,
        payment_options: vec![
            option(OptionKind::Single, vec![installment("whole", 10_000)]),
            option(OptionKind::Installments, vec![installment("first", 5_000), installment("second", 5_000)]),
        ],
        ..one_payment(external_id, 0)
    }
}

pub(crate) fn metadata(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// Pays an installment now, as if a receipt had said so.
pub(crate) fn pay(position: &mut DebtPosition, reference: &str, now: Instant) {
    let (id, amount) = (named(position, reference).id, named(position, reference).amount);
    let receipt_id = Some(Uuid::from_u128(7).into());
    let payment = Payment { paid_at: now, amount, receipt_id, reference: None };
    position.installment_mut(id).unwrap().payment = Some(payment);
}

/// The installment of that reference.
pub(crate) fn named<'a>(position: &'a DebtPosition, reference: &str) -> &'a tramite_domain::debt_position::Installment {
    position.installments().find(|(_, one)| one.reference.as_str() == reference).unwrap().1
}

pub(crate) fn codes(refusal: Refusal) -> Vec<(String, &'static str)> {
    match refusal {
        Refusal::Invalid(violations) => violations.into_iter().map(|one| (one.pointer, one.code)).collect(),
        other => panic!("not a list of violations: {other:?}"),
    }
}
