// SPDX-License-Identifier: AGPL-3.0-or-later
//! The associations of an institution with stations, past and present.

use super::define::{Registered, StationLinkInput};
use super::{Institution, StationLink};
use crate::given::Given;
use crate::ident::StationId;
use crate::notice::{ApplicationCode, AuxDigit, LocalRange, SegregationCode};
use crate::time::Instant;
use crate::violation::{Place, Violations};

/// All associations: the old ones, those that are not wanted any more closed, the new ones open from now on.
pub(super) fn stations(
    present: Option<&Institution>,
    wanted: &[StationLinkInput],
    registered: &Registered,
    given: &mut Given<'_>,
    faults: &mut Violations,
) -> Vec<StationLink> {
    let place = Place::root().at("stations");
    let before = present.map(|before| before.stations.clone()).unwrap_or_default();
    let mut open: Vec<StationLink> = Vec::with_capacity(wanted.len());
    for (index, input) in wanted.iter().enumerate() {
        let at = place.at(index);
        let Some(link) = read_link(&at, input, registered, given, faults) else { continue };
        check_beside(&at, &link, &open, faults);
        check_range(&at, &link, &before, faults);
        open.push(link);
    }
    if open.iter().filter(|link| link.issuing).count() > 1 {
        faults.add(&place, "several_issuing", "New notice numbers are given under one station at a time.");
    }
    merge(before, open, given.now)
}

fn read_link(
    at: &Place,
    input: &StationLinkInput,
    registered: &Registered,
    given: &mut Given<'_>,
    faults: &mut Violations,
) -> Option<StationLink> {
    let station_id = faults.take(&at.at("station_id"), "wrong_pattern", input.station_id.parse::<StationId>());
    if station_id.as_ref().is_some_and(|id| !registered.stations.contains(id)) {
        faults.add(&at.at("station_id"), "unknown_station", "There is no station of that id.");
    }
    let aux_digit = faults.take(&at.at("aux_digit"), "unknown_value", AuxDigit::try_from(input.aux_digit));
    let segregation = code::<SegregationCode>(&at.at("segregation_code"), input.segregation_code.as_deref(), faults);
    let application = code::<ApplicationCode>(&at.at("application_code"), input.application_code.as_deref(), faults);
    let range = faults.take(&at.at("local_to"), "invalid_range", LocalRange::new(input.local_from, input.local_to));
    check_codes(at, input, aux_digit, segregation, faults);
    Some(StationLink {
        id: given.id(),
        station_id: station_id?,
        aux_digit: aux_digit?,
        segregation_code: segregation,
        application_code: application,
        broadcast: input.broadcast,
        issuing: input.issuing,
        local_range: range?,
        valid_from: given.now,
        valid_to: None,
    })
}

fn code<T>(at: &Place, text: Option<&str>, faults: &mut Violations) -> Option<T>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.and_then(|text| faults.take(at, "wrong_pattern", text.parse()))
}

/// Which code belongs to which aux digit (codes.md 2).
fn check_codes(
    at: &Place,
    input: &StationLinkInput,
    aux_digit: Option<AuxDigit>,
    segregation: Option<SegregationCode>,
    faults: &mut Violations,
) {
    let Some(aux_digit) = aux_digit else { return };
    let wanted = [
        ("segregation_code", input.segregation_code.is_some(), aux_digit == AuxDigit::Three),
        ("application_code", input.application_code.is_some(), aux_digit == AuxDigit::Zero),
    ];
    for (name, there, needed) in wanted {
        match (there, needed) {
            (false, true) => faults.add(&at.at(name), "required", "Notices of this aux digit carry this code."),
            (true, false) => faults.add(&at.at(name), "not_allowed", "Notices of this aux digit carry no such code."),
            _ => {}
        }
    }
    if segregation.is_some_and(|code| !code.is_allocatable()) {
        let reason = "Intermediaries are given the codes 00 to 45; those above are pagoPA's own.";
        faults.add(&at.at("segregation_code"), "not_allocatable", reason);
    }
    if input.issuing && aux_digit != AuxDigit::Three {
        faults.add(&at.at("issuing"), "not_allowed", "New notices have aux digit 3.");
    }
}

/// The Node finds the station by the first digits: they lead to one place.
fn check_beside(at: &Place, link: &StationLink, others: &[StationLink], faults: &mut Violations) {
    let clash = |other: &&StationLink| {
        other.aux_digit == link.aux_digit
            && other.segregation_code == link.segregation_code
            && other.application_code == link.application_code
    };
    if others.iter().any(|other| clash(&other)) {
        faults.add(at, "repeated_item", "Another station of this request is found by the same digits.");
    }
}

/// Ranges under one segregation code are the same or apart, so that no number could ever come twice (rules.md 1).
fn check_range(at: &Place, link: &StationLink, before: &[StationLink], faults: &mut Violations) {
    let Some(code) = link.segregation_code else { return };
    let range = link.local_range;
    let overlaps = |other: LocalRange| other.from() <= range.to() && range.from() <= other.to();
    let clash = |other: &&StationLink| {
        other.segregation_code == Some(code) && other.local_range != range && overlaps(other.local_range)
    };
    if before.iter().any(|other| clash(&other)) {
        faults.add(
            &at.at("local_from"),
            "range_overlaps",
            "Numbers of this code were given from an overlapping range.",
        );
    }
}

/// Keeps what says the same, closes what is not wanted any more, opens what is new.
fn merge(before: Vec<StationLink>, wanted: Vec<StationLink>, now: Instant) -> Vec<StationLink> {
    let says_same = |one: &StationLink, other: &StationLink| {
        let aligned = StationLink { id: one.id, valid_from: one.valid_from, valid_to: one.valid_to, ..other.clone() };
        *one == aligned
    };
    let mut rows: Vec<StationLink> = before
        .into_iter()
        .map(|mut row| {
            let open = row.valid_to.is_none_or(|end| now < end);
            if open && !wanted.iter().any(|link| says_same(&row, link)) {
                row.valid_to = Some(now);
            }
            row
        })
        // A row that would begin and end in the same instant never held.
        .filter(|row| row.valid_to != Some(row.valid_from))
        .collect();
    for link in wanted {
        let held = rows.iter().any(|row| row.valid_to.is_none_or(|end| now < end) && says_same(row, &link));
        if !held {
            rows.push(link);
        }
    }
    rows
}
