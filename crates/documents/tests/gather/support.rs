// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files that are gathered from notices of every model.

use tramite_documents::DocumentError;
use tramite_documents::gather::{Gathered, GatheredForm, Piece, PiecePlace, Whole, ending, stretch};
use tramite_documents::notice::Layout;
use tramite_domain::printed_notice::NoticeTerms;

use crate::notices::{LANGUAGES, fine, installments, notice, single, written_at};

/// How many models there are.
pub(crate) const MODELS: usize = 10;

/// A file, and what was told while it was made.
pub(crate) struct Made {
    pub(crate) bytes: Vec<u8>,
    pub(crate) places: Vec<PiecePlace>,
    pub(crate) state: Gathered,
    pub(crate) indexes: Vec<Vec<u8>>,
}

/// The terms of a model.
fn terms(model: usize) -> NoticeTerms {
    match model % MODELS {
        0 => single(false),
        1 => single(true),
        2 => installments(true, 2, false),
        3 => installments(true, 3, true),
        4 => installments(true, 5, false),
        5 => fine(false),
        6 => fine(true),
        7 => installments(false, 4, false),
        8 => installments(false, 9, true),
        _ => installments(true, 21, false),
    }
}

/// The notice of a model, in one of the languages.
pub(crate) fn document(model: usize) -> Layout {
    crate::notices::layout(&notice(terms(model)), LANGUAGES[model % LANGUAGES.len()])
}

/// The name of a document's file.
pub(crate) fn name(place: usize) -> String {
    format!("avviso-{place:04}.pdf")
}

/// The document at a place.
pub(crate) fn piece(place: usize, model: usize) -> Piece {
    Piece { name: name(place), layout: document(model) }
}

/// What is said of the whole.
pub(crate) fn whole<'a>(added: Option<(&'a str, &'a [u8])>) -> Whole<'a> {
    Whole { title: "Avvisi del lotto (TARI) \\ 2026 è", language: "it", written_at: written_at(), added }
}

/// A file of these models, made in stretches of these sizes over and over.
pub(crate) fn made(form: GatheredForm, models: &[usize], sizes: &[usize]) -> Made {
    let (mut state, mut bytes, mut indexes, mut places) = (Gathered::default(), Vec::new(), Vec::new(), Vec::new());
    let mut pieces = models.iter().enumerate().map(|(place, model)| piece(place, *model)).peekable();
    for size in sizes.iter().cycle() {
        if pieces.peek().is_none() {
            break;
        }
        let next = stretch(form, &state, &pieces.by_ref().take(*size).collect::<Vec<_>>()).unwrap();
        bytes.extend(next.bytes);
        indexes.push(next.index);
        places.extend(next.places);
        // Between two stretches it is kept elsewhere.
        state = serde_json::from_str(&serde_json::to_string(&next.after).unwrap()).unwrap();
        assert_eq!(state, next.after);
        assert_eq!(state.bytes, u64::try_from(bytes.len()).unwrap());
    }
    bytes.extend(ended(form, &state, &indexes).unwrap());
    Made { bytes, places, state, indexes }
}

/// The end of a file.
pub(crate) fn ended(form: GatheredForm, state: &Gathered, indexes: &[Vec<u8>]) -> Result<Vec<u8>, DocumentError> {
    ending(form, state, indexes.iter().cloned().map(Ok::<_, DocumentError>), &whole(None))
}

/// A state with another number in one of its fields.
pub(crate) fn grown(state: &Gathered, field: &str, number: u64) -> Gathered {
    let mut value = serde_json::to_value(state).unwrap();
    *value.pointer_mut(field).unwrap() = number.into();
    serde_json::from_value(value).unwrap()
}
