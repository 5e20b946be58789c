// SPDX-License-Identifier: AGPL-3.0-or-later
//! What follows a receipt (rules.md 30 and 38).

use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{DebtPosition, Metadata};
use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;
use tramite_domain::receipt::{
    Accepted, Arrival, Known, Party, Psp, ReceiptContent, ReceiptMessage, ReceiptOutcome, accept,
};
use tramite_domain::session::{SessionStatus, session_status};
use tramite_testkit::{Database, postgres};
use uuid::Uuid;

use crate::place::{Place, scope};
use crate::town::{STATION, TAX_CODE, named, one_payment};

/// A receipt, taken while no get of it is known and so many sessions that are over are read.
async fn receive(place: &mut Place, position: &DebtPosition, receipt_id: &str, over_max: usize) {
    receive_of(place, position, receipt_id, over_max, None).await;
}

/// The same, which says who owed.
pub(crate) async fn receive_of(
    place: &mut Place,
    position: &DebtPosition,
    receipt_id: &str,
    over_max: usize,
    debtor: Option<Personal<Party>>,
) {
    let one = named(position, "single");
    let (installment, number) = (one.id, one.notice_number.unwrap().to_string());
    let arrival = Arrival {
        content: ReceiptContent {
            receipt_id: receipt_id.to_owned(),
            creditor_tax_code: TAX_CODE.to_owned(),
            iuv: number.chars().skip(1).collect(),
            notice_number: number,
            outcome: ReceiptOutcome::Ok,
            amount: Cents::new(100).unwrap(),
            fee: None,
            paid_at: Some(place.a.now),
            application_date: None,
            transfer_date: None,
            description: "Tassa sui rifiuti".to_owned(),
            company_name: "Comune di Esempio".to_owned(),
            psp: Psp::default(),
            payment_method: None,
            payment_note: None,
            debtor,
            payer: None,
            transfers: Vec::new(),
            payment_metadata: Metadata::new(),
            stand_in: false,
            irregularities: Vec::new(),
        },
        addressee_tax_code: TAX_CODE.to_owned(),
        station_id: STATION.to_owned(),
        primitive: "paSendRTV2".to_owned(),
        peer_fingerprint: None,
        message: ReceiptMessage { bytes: b"<receipt/>".to_vec(), sha256: [1; 32] },
    };
    let waiting = place.store.sessions_waiting(&scope(&place.a), installment, over_max).await.unwrap();
    let (institution, stored) = (place.a.institution.clone(), place.stored(position).await);
    let known = Known {
        institution: &institution,
        broker_matches: true,
        kept: None,
        variant_kept: false,
        position: Some(&stored),
        number_taken: false,
        places: &[],
        attempts: &[],
        sessions: &waiting.sessions,
        more_sessions: waiting.more,
    };
    let Accepted::First { batch } = accept(&mut place.a.given(), known, &arrival) else { panic!("not a first one") };
    place.write(&place.a, batch).await;
}

/// How many alarms were raised; the audit trail of SQLite is not read from outside.
fn alarms(database: &Database) -> Option<String> {
    if !database.is_postgres() {
        return None;
    }
    let name = database.url().rsplit('/').next().unwrap();
    let sql = "SELECT count(*) FROM audit WHERE action = 'operators.alerted' AND reason = 'not_activated'";
    Some(postgres::cluster().unwrap().psql(name, sql).trim().to_owned())
}

pub(crate) async fn a_get_written_a_moment_after_its_receipt_raises_no_alarm(database: Database) {
    let mut place = Place::open(database.url()).await;
    for (asked, expected) in [(true, "0"), (false, "1")] {
        let position = place.position(&one_payment(if asked { "S-1" } else { "S-2" }, 100)).await;
        let get = Attempt {
            id: Uuid::now_v7().into(),
            installment_id: named(&position, "single").id,
            kind: AttemptKind::Get,
            reference: String::new(),
            session_id: None,
            amount: Cents::new(100).unwrap(),
            at: place.a.now,
        };
        receive(&mut place, &position, expected, 20).await;
        if asked {
            place.write(&place.a, Batch::new().with(Write::RecordAttempt(get))).await;
        }
        assert_eq!(place.round().await.tasks, 1, "the alarm waits a second");
        place.later(1);
        assert_eq!(place.round().await.tasks, 1);
        if let Some(raised) = alarms(&database) {
            assert_eq!(raised, expected, "asked {asked}");
        }
    }
}

pub(crate) async fn sessions_that_were_over_are_completed_afterwards_however_many(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let mut sessions = Vec::new();
    for _ in 0..105 {
        sessions.push(place.session(&position, false).await);
    }
    place.later(1_800);
    assert_eq!(place.round().await.sessions, 105, "all have expired");
    receive(&mut place, &position, "rt-1", 2).await;
    let mut rounds = 0;
    while place.round().await.tasks > 0 {
        rounds += 1;
    }
    assert!(rounds <= 3, "a hundred at a time: {rounds}");
    for session in &sessions {
        let after = place.stored_session(&place.a, session).await;
        assert_eq!(session_status(&after, place.a.now), SessionStatus::Completed);
    }
}
