// SPDX-License-Identifier: AGPL-3.0-or-later
//! An event as it is told outside (api.md, Events): the same in the feed and in the `data` of a webhook's body.

use serde::Serialize;

use crate::event::{Event, EventData};
use crate::ids::{EventId, InstitutionId};
use crate::time::Instant;

/// One event with whose it is: enough to book without a second call, and no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Envelope {
    /// The event: tells it from its own repetitions.
    pub id: EventId,
    /// What happened, such as `installment.paid`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// When.
    pub timestamp: Instant,
    /// Whose it is.
    pub institution_id: InstitutionId,
    /// The same by its tax code, as the caller's own system knows it.
    pub institution_tax_code: String,
    /// The version of the position after the event, where there is a position: of two events of one position the one with the
    /// higher number came later, in whatever order they arrive (I6). Events of one act share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<i64>,
    /// The facts.
    pub data: EventData,
}

impl Envelope {
    /// Puts an event into its envelope. The position's version leaves the facts: it is told once, as `sequence`.
    #[must_use]
    pub fn of(event: Event, institution_id: InstitutionId, institution_tax_code: impl Into<String>) -> Self {
        let hidden = event.data.session_client_id.is_some();
        let Event { id, kind, at, client_id: _, mut data } = event;
        // Nobody has said who reads it: whose session it was is nobody's to know (`Event::seen_by`).
        if hidden {
            (data.session_client_id, data.session_id, data.client_reference) = (None, None, None);
        }
        Self {
            id,
            kind: kind.name(),
            timestamp: at,
            institution_id,
            institution_tax_code: institution_tax_code.into(),
            sequence: data.version.take(),
            data,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::event::EventKind;
    use crate::ids::{ClientId, DebtPositionId, SessionId};
    use crate::money::Cents;

    #[test]
    fn an_event_tells_whose_it_is_and_its_place_among_those_of_its_position() {
        let data = EventData {
            debt_position_id: Some(DebtPositionId::new(Uuid::from_u128(2))),
            version: Some(4),
            amount: Some(Cents::payable(12_050).unwrap()),
            status: Some("paid".to_owned()),
            ..EventData::default()
        };
        let event = Event {
            id: EventId::new(Uuid::from_u128(1)),
            kind: EventKind::InstallmentPaid,
            at: Instant::UNIX_EPOCH,
            client_id: None,
            data,
        };
        let told = Envelope::of(event, InstitutionId::new(Uuid::from_u128(3)), "99999000013");
        let expected = json!({
            "id": Uuid::from_u128(1), "type": "installment.paid", "timestamp": "1970-01-01T00:00:00Z",
            "institution_id": Uuid::from_u128(3), "institution_tax_code": "99999000013", "sequence": 4,
            "data": {"debt_position_id": Uuid::from_u128(2), "amount": 12_050, "status": "paid"},
        });
        assert_eq!(serde_json::to_value(&told).unwrap(), expected);
        let bare = Event {
            id: told.id,
            kind: EventKind::InstitutionUpdated,
            at: told.timestamp,
            client_id: None,
            data: EventData::default(),
        };
        let bare = serde_json::to_value(Envelope::of(bare, told.institution_id, "99999000013")).unwrap();
        assert_eq!((bare.get("sequence"), &bare["data"]), (None, &json!({})));
    }

    #[test]
    fn the_session_of_a_payment_is_told_to_the_client_that_made_it_and_to_nobody_else() {
        let client = |number| ClientId::new(Uuid::from_u128(number));
        let event = Event {
            id: EventId::new(Uuid::from_u128(1)),
            kind: EventKind::InstallmentPaid,
            at: Instant::UNIX_EPOCH,
            client_id: None,
            data: EventData {
                session_id: Some(SessionId::new(Uuid::from_u128(5))),
                client_reference: Some("SUAPE-1".to_owned()),
                session_client_id: Some(client(6)),
                ..EventData::default()
            },
        };
        let told = |event: Event| {
            let told = Envelope::of(event, InstitutionId::new(Uuid::from_u128(3)), "99999000013");
            assert_eq!(told.data.session_client_id, None);
            (told.data.session_id.is_some(), told.data.client_reference.is_some())
        };
        assert_eq!(told(event.clone().seen_by(Some(client(6)))), (true, true));
        assert_eq!(told(event.clone().seen_by(None)), (true, true), "support sees what the institution sees");
        assert_eq!(told(event.clone().seen_by(Some(client(7)))), (false, false));
        assert_eq!(told(event), (false, false), "nobody has said who reads");
    }
}
