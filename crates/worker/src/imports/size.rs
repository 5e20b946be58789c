// SPDX-License-Identifier: AGPL-3.0-or-later
//! How much room a debt position takes in memory. Most of its texts are short and few; what a caller may fill are pairs and
//! accounting entries.

use tramite_domain::debt_position::{Installment, Metadata, Transfer};
use tramite_storage::PositionInUse;

/// About the bytes of the short texts of a position, of an installment, of a transfer or of an accounting entry.
const SHORT_TEXTS_BYTES: usize = 128;

/// About its bytes.
pub(super) fn bytes_of(kept: &PositionInUse) -> usize {
    let payers = [size_of_val(kept.payers.attempts.as_slice()), size_of_val(kept.payers.sessions.as_slice())];
    let installments: usize = kept.position.installments().map(|(_, one)| of_installment(one)).sum();
    [size_of::<PositionInUse>(), SHORT_TEXTS_BYTES, installments].into_iter().chain(payers).sum()
}

fn of_installment(one: &Installment) -> usize {
    let pairs = [of_pairs(&one.metadata), of_pairs(&one.payment_metadata)];
    let transfers: usize = one.transfers.iter().map(of_transfer).sum();
    let own = [size_of::<Installment>(), SHORT_TEXTS_BYTES, size_of_val(one.past_amounts.as_slice()), transfers];
    own.into_iter().chain(pairs).sum()
}

fn of_transfer(transfer: &Transfer) -> usize {
    let entries = transfer.accounting.len().saturating_mul(SHORT_TEXTS_BYTES);
    let accounting = size_of_val(transfer.accounting.as_slice()).saturating_add(entries);
    [size_of::<Transfer>(), SHORT_TEXTS_BYTES, accounting, of_pairs(&transfer.payment_metadata)].into_iter().sum()
}

fn of_pairs(pairs: &Metadata) -> usize {
    let of_pair = |(key, value): (&String, &String)| {
        size_of::<(String, String)>().saturating_add(key.len()).saturating_add(value.len())
    };
    pairs.iter().map(of_pair).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_count_their_texts_and_what_holds_them() {
        let pairs = |value: &str| Metadata::from([("key".to_owned(), value.to_owned())]);
        assert_eq!(of_pairs(&Metadata::new()), 0);
        assert_eq!(of_pairs(&pairs("")), size_of::<(String, String)>() + 3);
        assert_eq!(of_pairs(&pairs(&"x".repeat(500))), size_of::<(String, String)>() + 503);
    }
}
