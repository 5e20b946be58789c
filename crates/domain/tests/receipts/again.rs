// SPDX-License-Identifier: AGPL-3.0-or-later
//! The same receipt once more, with the same bytes or with others (rules.md 26).

use tramite_domain::receipt::{ReceiptMessage, resolve};

use super::*;

#[test]
fn the_same_receipt_again_is_a_duplicate_and_other_bytes_are_kept_once_flagged() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let first = arrival(&town, &notice(&position, "single"), 100);
    let kept = take(&mut town, Some(&position), &[], &first).receipt.unwrap();
    let institution = town.institution.clone();
    let known = Known { kept: Some(&kept), position: Some(&position), ..nothing(&institution) };
    assert_eq!(accept(&mut town.given(), known, &first), Accepted::Duplicate { batch: Batch::new() });
    let mut other = first.clone();
    other.message = ReceiptMessage { bytes: b"<other/>".to_vec(), sha256: [2; 32] };
    let Accepted::Duplicate { batch } = accept(&mut town.given(), known, &other) else { panic!("not a duplicate") };
    assert!(matches!(batch.writes(), [Write::InsertReceiptVariant { opens: true, .. }, Write::InsertEvent(_)]));
}

#[test]
fn yet_another_delivery_of_a_receipt_is_a_new_matter_once_the_last_one_was_dealt_with() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let first = arrival(&town, &notice(&position, "single"), 100);
    let outcome = take(&mut town, Some(&position), &[], &first);
    let (mut kept, paid) = (outcome.receipt.unwrap(), outcome.position.unwrap());
    kept.anomalies.insert(Anomaly::ReceiptDiffers);
    let institution = town.institution.clone();
    let mut other = first.clone();
    other.message = ReceiptMessage { bytes: b"<third/>".to_vec(), sha256: [3; 32] };
    let again = |town: &mut Town, kept: &Receipt, variant_kept| {
        let known = Known { kept: Some(kept), variant_kept, position: Some(&paid), ..nothing(&institution) };
        match accept(&mut town.given(), known, &other) {
            Accepted::Duplicate { batch } => batch,
            Accepted::First { .. } => panic!("not a duplicate"),
        }
    };
    let waiting = again(&mut town, &kept, false);
    assert!(matches!(waiting.writes(), [Write::InsertReceiptVariant { opens: false, .. }]), "the matter is open yet");
    let mut resolved = resolve(&mut town.given(), &kept, Anomaly::ReceiptDiffers, "Chiesto al PSP").unwrap().receipt;
    let told = again(&mut town, &resolved, false);
    let [Write::InsertReceiptVariant { opens, expected, .. }, flagged, Write::InsertEvent(event)] = told.writes()
    else {
        panic!("{told:?}");
    };
    assert_eq!((*opens, *expected), (true, resolved.version));
    assert!(matches!(flagged, Write::SettleInstallment { .. }));
    assert_eq!(event.kind, EventKind::AnomalyDetected);
    assert_eq!(event.data.anomalies, BTreeSet::from([Anomaly::ReceiptDiffers]));
    // What somebody has seen already, or that nobody has dealt with, is no new matter.
    assert!(again(&mut town, &resolved, true).is_empty(), "those bytes were kept before");
    resolved.resolutions.clear();
    assert_eq!(again(&mut town, &resolved, false).writes().len(), 1);
}
