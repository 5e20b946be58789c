// SPDX-License-Identifier: AGPL-3.0-or-later
//! Small builders of domain objects: each whole, with every field that storage must bring back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use chrono::NaiveDate;
use tramite_domain::access::{ApiScope, Client, ClientKind, ClientSecret, ClientStatus, Delegation, DelegationStatus};
use tramite_domain::anomaly::Anomaly;
use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::audit::AuditLine;
use tramite_domain::debt_position::{
    Address, DebtPosition, Debtor, Installment, OptionKind, Origin, Payment, PaymentOption, PositionStatus,
    SubjectKind, Transfer, TransferTarget,
};
use tramite_domain::event::{Event, EventData, EventKind};
use tramite_domain::ids::{InstallmentId, InstitutionId};
use tramite_domain::institution::{Account, Beneficiary, Institution, InstitutionStatus, StationLink};
use tramite_domain::journal::{Direction, JournalEntry};
use tramite_domain::money::Cents;
use tramite_domain::notice::{AuxDigit, Base13, LocalRange, NoticeNumber, SegregationCode};
use tramite_domain::personal::Personal;
use tramite_domain::receipt::{
    Party, Psp, Receipt, ReceiptContent, ReceiptMessage, ReceiptOutcome, ReceiptRole, ReceiptSubject, ReceiptTransfer,
};
use tramite_domain::service::{AmountRule, Service, ServiceKind, ServiceStatus, Title};
use tramite_domain::session::{
    Cart, CheckoutSession, IfBusy, ItemSubject, Language, OnAbandon, Payer, ReturnKind, ReturnMode, Returned,
    SessionItem, SessionStatus,
};
use tramite_domain::station::Station;
use tramite_domain::text::Text;

use super::{NEXT, id, now};

pub(crate) const STATION: &str = "99999000039_01";
pub(crate) const IBAN: &str = "IT60X0542811101000000123456";

pub(crate) fn text<const MIN: usize, const MAX: usize>(value: &str) -> Text<MIN, MAX> {
    Text::new(value).unwrap()
}

pub(crate) fn cents(value: i64) -> Cents {
    Cents::new(value).unwrap()
}

fn pairs(key: &str, value: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(key.to_owned(), value.to_owned()), ("zeta \"quoted\"".to_owned(), "àèì €".to_owned())])
}

pub(crate) fn station() -> Station {
    Station {
        id: STATION.parse().unwrap(),
        broker_tax_code: "99999000039".parse().unwrap(),
        version: 2,
        primitive_version: 2,
        enabled: true,
        row_version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

pub(crate) fn institution(code: &str, tax_code: &str) -> Institution {
    let year_before = now().plus_seconds(-365 * 86_400);
    let link = StationLink {
        id: id(),
        station_id: STATION.parse().unwrap(),
        aux_digit: AuxDigit::Three,
        segregation_code: Some(SegregationCode::new(5).unwrap()),
        application_code: None,
        broadcast: false,
        issuing: true,
        local_range: LocalRange::DEFAULT,
        valid_from: now(),
        valid_to: None,
    };
    let old = StationLink { id: id(), valid_from: year_before, valid_to: Some(now()), issuing: false, ..link.clone() };
    let account = Account {
        id: "main".parse().unwrap(),
        iban: IBAN.parse().unwrap(),
        postal_iban: Some(IBAN.parse().unwrap()),
        holder: Some(text("Comune")),
        postal_authorization: None,
        valid_from: now(),
        valid_to: None,
    };
    let ended = Account { valid_from: year_before, valid_to: Some(now()), postal_iban: None, ..account.clone() };
    Institution {
        id: id(),
        code: code.parse().unwrap(),
        tax_code: tax_code.parse().unwrap(),
        display_name: text("Comune di Prova"),
        ipa_code: Some(text("c_a000")),
        status: InstitutionStatus::Active,
        successor_id: None,
        cbill_code: Some(text("AAAAA")),
        office_name: None,
        payable_by_notice: true,
        support_access: false,
        demo: false,
        stations: vec![old, link],
        accounts: vec![ended, account],
        beneficiaries: vec![Beneficiary {
            id: "provincia".parse().unwrap(),
            tax_code: "99999000021".parse().unwrap(),
            company_name: text("Provincia"),
            iban: IBAN.parse().unwrap(),
        }],
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

pub(crate) fn service(code: &str) -> Service {
    Service {
        code: code.parse().unwrap(),
        title: Title { it: text("Tassa rifiuti"), en: Some(text("Waste tax")), de: None },
        taxonomy_code: "0101101IM".parse().unwrap(),
        collection_kind: 9.try_into().unwrap(),
        account_id: "main".parse().unwrap(),
        kind: ServiceKind::Both,
        amount: AmountRule::Free { least: cents(1), most: cents(9_999_999_999) },
        due_date_required: false,
        expires_after_due_date: true,
        anonymous_debtor_allowed: true,
        status: ServiceStatus::Active,
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

pub(crate) fn client(kind: ClientKind) -> Client {
    Client {
        id: id(),
        kind,
        display_name: text("Portale"),
        status: ClientStatus::Active,
        demo: false,
        secrets: vec![ClientSecret { id: id(), sha256: [3; 32], created_at: now(), expires_at: None }],
        delegations: Vec::new(),
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

pub(crate) fn delegation(client: &Client, institution_id: InstitutionId) -> Delegation {
    Delegation {
        id: id(),
        institution_id,
        client_id: client.id,
        scopes: BTreeSet::from([ApiScope::DebtPositionsRead, ApiScope::PaymentsWrite]),
        service_codes: Some(BTreeSet::from(["TARI".parse().unwrap()])),
        return_origins: vec!["https://portale.example.org".to_owned()],
        status: DelegationStatus::Active,
        expires_at: Some(now().plus_seconds(86_400)),
        created_at: now(),
    }
}

/// A notice number nobody else has, outside of the range that Tramite gives by itself.
pub(crate) fn number() -> NoticeNumber {
    let base = Base13::new(NEXT.fetch_add(1, Ordering::Relaxed)).unwrap();
    NoticeNumber::generate(SegregationCode::new(5).unwrap(), base)
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn installment(reference: &str, amount: i64) -> Installment {
    let number = number();
    let share = |index: u8, amount: i64, target: TransferTarget| Transfer {
        index,
        amount: cents(amount),
        target,
        taxonomy_code: "0101101IM".parse().unwrap(),
        remittance_information: text("TARI 2026"),
        payment_metadata: pairs("RIF", "1"),
    };
    Installment {
        id: id(),
        reference: reference.parse().unwrap(),
        amount: cents(amount),
        due_date: Some(day("2026-10-31")),
        expires_at: None,
        description: Some(text("Rata")),
        iuv: number.iuv(),
        notice_number: Some(number),
        cancelled_at: None,
        payment: None,
        reported_at: None,
        anomalies: BTreeSet::new(),
        transfers: vec![
            share(1, amount - 1, TransferTarget::Account { account_id: "main".parse().unwrap() }),
            share(2, 1, TransferTarget::Beneficiary { beneficiary_id: "provincia".parse().unwrap() }),
        ],
        payment_metadata: pairs("PRATICA", "2026-000123"),
        metadata: pairs("nota", "interna"),
    }
}

pub(crate) fn option(kind: OptionKind, installments: Vec<Installment>) -> PaymentOption {
    PaymentOption { id: id(), kind, available_until: None, available_days: None, notified_on: None, installments }
}

/// A published position with a single option and one with two installments, everything filled in.
pub(crate) fn position(external_id: &str) -> DebtPosition {
    let mut reduced = option(OptionKind::Reduced, vec![installment("ridotta", 9_000)]);
    reduced.available_days = Some(5);
    reduced.notified_on = Some(day("2026-02-27"));
    reduced.available_until = Some(now().plus_seconds(5 * 86_400));
    let parts = vec![installment("1", 6_000), installment("2", 6_050)];
    DebtPosition {
        id: id(),
        service_code: Some("TARI".parse().unwrap()),
        external_id: Some(external_id.parse().unwrap()),
        description: text("TARI 2026"),
        debtor: Debtor {
            kind: SubjectKind::NaturalPerson,
            tax_code: Personal::new("RSSMRA85T10A562S".parse().unwrap()),
            full_name: Personal::new(text("Mario Rossi")),
            email: Some(Personal::new("mario.rossi@example.org".parse().unwrap())),
            address: Some(Personal::new(Address {
                street: Some(text("Via Roma")),
                city: Some(text("Perugia")),
                country: Some(text("IT")),
                ..Address::default()
            })),
        },
        origin: Origin::Api,
        created_by: Some(id()),
        published_at: Some(now()),
        valid_from: None,
        cancelled_at: None,
        expires_after_due_date: true,
        options: vec![
            option(OptionKind::Single, vec![installment("unica", 12_050)]),
            option(OptionKind::Installments, parts),
            reduced,
        ],
        told_status: PositionStatus::Open,
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

/// A published position with one installment.
pub(crate) fn simple(external_id: &str) -> DebtPosition {
    let mut position = position(external_id);
    position.options.truncate(1);
    position
}

pub(crate) fn first(position: &DebtPosition) -> InstallmentId {
    position.options[0].installments[0].id
}

pub(crate) fn first_number(position: &DebtPosition) -> NoticeNumber {
    position.options[0].installments[0].notice_number.unwrap()
}

/// The position after the payment of its first installment.
pub(crate) fn paid(position: &DebtPosition, receipt: &Receipt) -> DebtPosition {
    let mut after = position.clone();
    let one = &mut after.options[0].installments[0];
    one.payment = Some(Payment { paid_at: now(), amount: one.amount, receipt_id: Some(receipt.id) });
    one.anomalies = receipt.anomalies.clone();
    after.told_status = PositionStatus::Paid;
    after.version += 1;
    after.updated_at = now().plus_seconds(1);
    after
}

pub(crate) fn receipt(receipt_id: &str, position: Option<&DebtPosition>) -> Receipt {
    let number = position.map_or_else(number, first_number);
    let party = |name: &str| Party {
        kind: "F".to_owned(),
        tax_code: "RSSMRA85T10A562S".to_owned(),
        full_name: name.to_owned(),
        email: None,
    };
    let share = ReceiptTransfer {
        index: 1,
        amount: cents(12_050),
        beneficiary_tax_code: "99999000013".to_owned(),
        company_name: Some("Comune".to_owned()),
        iban: Some(IBAN.to_owned()),
        remittance_information: "/RFB/05000/12.50".to_owned(),
        taxonomy_code: "9/0101101IM/".to_owned(),
        stamp: false,
        payment_metadata: pairs("RIF", "1"),
    };
    Receipt {
        id: id(),
        content: ReceiptContent {
            receipt_id: receipt_id.to_owned(),
            creditor_tax_code: "99999000013".to_owned(),
            notice_number: number.to_string(),
            iuv: number.iuv().to_string(),
            outcome: ReceiptOutcome::Ok,
            amount: cents(12_050),
            fee: Some(cents(150)),
            paid_at: Some(now()),
            application_date: Some(day("2026-03-01")),
            transfer_date: Some(day("2026-03-02")),
            description: "TARI 2026".to_owned(),
            company_name: "Comune".to_owned(),
            psp: Psp { id: "ABI00001".to_owned(), company_name: "Banca".to_owned(), ..Psp::default() },
            payment_method: Some("creditCard".to_owned()),
            payment_note: None,
            debtor: Some(Personal::new(party("Mario Rossi"))),
            payer: None,
            // The Node's indexes may repeat or miss: they are kept as they came.
            transfers: vec![share.clone(), ReceiptTransfer { iban: None, stamp: true, ..share }],
            payment_metadata: pairs("PRATICA", "1"),
            stand_in: false,
            irregularities: vec!["channelDescription is missing".to_owned()],
        },
        addressee_tax_code: "99999000013".to_owned(),
        position: position.map(|position| ReceiptSubject {
            position_id: position.id,
            installment_id: first(position),
            service_code: position.service_code.clone(),
            external_id: position.external_id.clone(),
        }),
        role: ReceiptRole::Owner,
        paid_at: now(),
        received_at: now().plus_seconds(2),
        station_id: STATION.to_owned(),
        primitive: "paSendRTV2".to_owned(),
        peer_fingerprint: None,
        anomalies: BTreeSet::from([Anomaly::StandIn]),
        message: message(b"<receipt>\x00\xff</receipt>", 9),
    }
}

pub(crate) fn message(bytes: &[u8], digest: u8) -> ReceiptMessage {
    ReceiptMessage { bytes: bytes.to_vec(), sha256: [digest; 32] }
}

/// A session of a client over the first installment of each position, and one notice of another institution.
pub(crate) fn session(client: tramite_domain::ids::ClientId, positions: &[&DebtPosition]) -> CheckoutSession {
    let item = |subject: ItemSubject, number: NoticeNumber| SessionItem {
        subject,
        notice_number: number,
        creditor_tax_code: "99999000013".parse().unwrap(),
        company_name: text("Comune"),
        description: text("TARI 2026"),
        amount: cents(12_050),
        paid: None,
    };
    let own = positions.iter().map(|position| {
        let subject = ItemSubject::Own {
            position_id: position.id,
            installment_id: first(position),
            service_code: position.service_code.clone().unwrap(),
            external_id: position.external_id.clone().unwrap(),
            reference: "unica".parse().unwrap(),
            inline: true,
        };
        item(subject, first_number(position))
    });
    let foreign =
        SessionItem { creditor_tax_code: "77777777777".parse().unwrap(), ..item(ItemSubject::Foreign, number()) };
    CheckoutSession {
        id: id(),
        client_id: client,
        client_reference: Some(text("SUAPE-1")),
        items: own.chain([foreign]).collect(),
        payer: Some(Personal::new(Payer {
            tax_code: Some(text("RSSMRA85T10A562S")),
            full_name: Some(text("Mario Rossi")),
            email: None,
        })),
        return_url: "https://portale.example.org/fine".to_owned(),
        cancel_url: None,
        state: Some(text("x=1&y=2")),
        return_mode: ReturnMode::Token,
        on_abandon: OnAbandon::Cancel,
        if_busy: IfBusy::Join,
        allow_notice: true,
        language: Language::De,
        metadata: serde_json::from_str(r#"{"b": [1, 2.5, null], "a": {"x": true}}"#).unwrap(),
        expires_at: now().plus_seconds(1_800),
        cancelled_at: None,
        cart: Some(Cart {
            reference: "cart-1".to_owned(),
            minted_at: now(),
            amount: Some(cents(24_100)),
            location: "https://checkout.example.org/1".to_owned(),
        }),
        processing_since: None,
        last_get_at: None,
        returned: Some(Returned { by: ReturnKind::Waiting, at: now() }),
        told_status: SessionStatus::Redirected,
        closed_at: None,
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

pub(crate) fn attempt(installment_id: InstallmentId, kind: AttemptKind, reference: &str) -> Attempt {
    Attempt {
        id: id(),
        installment_id,
        kind,
        reference: reference.to_owned(),
        session_id: None,
        amount: cents(12_050),
        at: now(),
    }
}

pub(crate) fn event(position: &DebtPosition) -> Event {
    Event {
        id: id(),
        kind: EventKind::PositionCreated,
        at: now(),
        client_id: None,
        data: EventData {
            service_code: position.service_code.clone(),
            debt_position_id: Some(position.id),
            version: Some(1),
            amount: Some(cents(12_050)),
            anomalies: BTreeSet::from([Anomaly::StandIn]),
            ..EventData::default()
        },
    }
}

pub(crate) fn journal_entry() -> JournalEntry {
    JournalEntry {
        id: id(),
        exchange: id(),
        at: now(),
        direction: Direction::Request,
        operation: "paGetPaymentV2".to_owned(),
        caller: "NodoDeiPagamentiSPC".to_owned(),
        callee: "99999000039".to_owned(),
        creditor_tax_code: Some("99999000013".to_owned()),
        station_id: Some(STATION.to_owned()),
        notice_number: None,
        iuv: None,
        payment_token: None,
        psp_id: None,
        session_id: None,
        outcome: Some("OK".to_owned()),
        http_status: Some(200),
        duration_us: Some(1_234),
        payload: b"<soap/>".to_vec(),
    }
}

pub(crate) fn audit_line() -> AuditLine {
    AuditLine {
        id: id(),
        at: now(),
        client_id: None,
        action: "debt_position.cancelled".to_owned(),
        subject: "debt_position 1".to_owned(),
        reason: Some("errore".to_owned()),
    }
}
