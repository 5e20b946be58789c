// SPDX-License-Identifier: AGPL-3.0-or-later
//! In which stretches a file is made changes none of its pages, and nothing in it leads nowhere.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use tramite_documents::gather::{Gathered, GatheredForm, stretch};

use crate::reader::Pdf;
use crate::support::{MODELS, ended, made, piece};

const FORMS: [GatheredForm; 2] = [GatheredForm::Zip, GatheredForm::Pdf];

#[test]
fn what_is_taken_up_again_from_what_was_kept_has_the_same_bytes() {
    for form in FORMS {
        let kept = made(form, &[0, 3, 6, 1, 9], &[2]);
        let (mut state, mut bytes, mut indexes) = (Gathered::default(), Vec::new(), Vec::new());
        for places in [[0, 1].as_slice(), &[2, 3], &[], &[4]] {
            let pieces: Vec<_> = places.iter().map(|place| piece(*place, [0, 3, 6, 1, 9][*place])).collect();
            // A stretch that was lost before it was kept is made once more.
            let lost = stretch(form, &state, &pieces).unwrap();
            let next = stretch(form, &state, &pieces).unwrap();
            assert_eq!((&lost.bytes, &lost.index, &lost.after), (&next.bytes, &next.index, &next.after));
            bytes.extend(next.bytes);
            indexes.push(next.index);
            state = next.after;
        }
        bytes.extend(ended(form, &state, &indexes).unwrap());
        assert!(bytes == kept.bytes, "{form:?}");
    }
}

#[test]
fn another_file_has_another_name() {
    let names: BTreeSet<Vec<u8>> = [[0, 1], [1, 0], [0, 2]]
        .map(|models| {
            let file = made(GatheredForm::Pdf, &models, &[2]).bytes;
            let at = file.windows(4).rposition(|window| window == b"/ID[").unwrap();
            let (first, second) = (&file[at + 4..at + 38], &file[at + 38..at + 72]);
            assert!(first == second && first.starts_with(b"<") && first.ends_with(b">"));
            first.to_vec()
        })
        .into();
    assert_eq!(names.len(), 3);
}

#[test]
fn stretches_of_any_size_make_the_same_pages_tags_and_outline() {
    let models: Vec<usize> = (0..MODELS).collect();
    let told = |sizes: &[usize]| {
        let file = made(GatheredForm::Pdf, &models, sizes);
        let pdf = Pdf::read(&file.bytes);
        let pages = pdf.pages();
        let texts: Vec<String> = pages.iter().map(|page| pdf.text(*page)).collect();
        let place = |page| pages.iter().position(|other| *other == page).unwrap();
        let outline: Vec<_> =
            pdf.outline().into_iter().map(|(depth, title, page)| (depth, title, place(page))).collect();
        (texts, outline, pdf.tags(), file.places)
    };
    let whole = told(&[MODELS]);
    for sizes in [[1].as_slice(), &[3], &[5, 1, 2]] {
        assert!(told(sizes) == whole, "{sizes:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_reference_leads_to_an_object_and_every_object_is_led_to(
        models in vec(0..MODELS, 1..9),
        sizes in vec(1_usize..5, 1..4),
    ) {
        let pdf = Pdf::read(&made(GatheredForm::Pdf, &models, &sizes).bytes);
        let mut led = BTreeSet::new();
        for (from, to) in pdf.references() {
            for number in to {
                prop_assert!(pdf.has(number), "{from} leads to {number}");
                led.insert(number);
            }
        }
        for (number, _) in pdf.references() {
            let value = pdf.value(number);
            let alone = ["/ObjStm", "/XRef", "/Type/Catalog", "/CreationDate"].iter().any(|kind| value.contains(kind));
            prop_assert!(alone || led.contains(&number), "nothing leads to {number}: {value}");
        }
    }
}
