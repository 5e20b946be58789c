// SPDX-License-Identifier: AGPL-3.0-or-later
//! What cannot be gathered is refused, and never half written.

use tramite_documents::DocumentError;
use tramite_documents::gather::{Gathered, GatheredForm, Piece, ending, stretch};

use crate::support::{document, ended, grown, made, piece, whole};

const FORMS: [GatheredForm; 2] = [GatheredForm::Zip, GatheredForm::Pdf];

fn refused(form: GatheredForm, state: &Gathered) -> String {
    stretch(form, state, &[piece(0, 0)]).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn a_name_is_that_of_a_file_and_of_no_folder() {
    for form in FORMS {
        for name in ["", ".", "..", "a/b.pdf", "a\\b.pdf", "../a.pdf", "a\n.pdf", "a\0"] {
            let piece = Piece { name: name.to_owned(), layout: document(0) };
            assert!(stretch(form, &Gathered::default(), &[piece]).is_err(), "{form:?} {name:?}");
        }
    }
    let added = whole(Some(("../a.csv", b"")));
    let none: [Result<Vec<u8>, DocumentError>; 0] = [];
    assert!(ending(GatheredForm::Zip, &Gathered::default(), none, &added).is_err());
}

#[test]
fn an_archive_ends_before_numbers_of_four_bytes_do() {
    let state = Gathered::default();
    let large = refused(GatheredForm::Zip, &grown(&state, "/bytes", 0xffff_ff00));
    let many = refused(GatheredForm::Zip, &grown(&state, "/documents", 65_534));
    for told in [large, many] {
        assert!(told.contains("4 GiB") && told.contains("65,534"), "{told}");
    }
    let state = grown(&state, "/documents", 65_533);
    assert!(stretch(GatheredForm::Zip, &state, &[piece(0, 0)]).is_ok());
}

#[test]
fn a_last_file_counts_too() {
    // Empty files, each with a name of one byte: 31 bytes of the file, and a line of the directory that says where they are.
    let files = 65_534_u32;
    let line = |file: u32| {
        let mut line = [b"PK\x01\x02".as_slice(), &[0; 43]].concat();
        line[28] = 1;
        line[42..46].copy_from_slice(&(file * 31).to_le_bytes());
        line
    };
    let index: Vec<u8> = (0..files).flat_map(line).collect();
    let state = grown(&grown(&Gathered::default(), "/documents", files.into()), "/bytes", u64::from(files * 31));
    let ended = |added| ending(GatheredForm::Zip, &state, [Ok::<_, DocumentError>(index.clone())], &whole(added));
    assert!(ended(None).is_ok());
    assert!(ended(Some(("elenco.csv", b""))).is_err());
}

#[test]
fn a_pdf_ends_before_it_has_more_objects_than_archives_allow() {
    let state = made(GatheredForm::Pdf, &[0], &[1]).state;
    let told = refused(GatheredForm::Pdf, &grown(&state, "/merged/objects", 8_388_500));
    assert!(told.contains("8,388,607 objects"), "{told}");
    for (field, most) in
        [("/bytes", u64::MAX), ("/bytes", 1 << 40), ("/pages", u32::MAX.into()), ("/merged/keys", u32::MAX.into())]
    {
        assert!(!refused(GatheredForm::Pdf, &grown(&state, field, most)).is_empty(), "{field}");
    }
}

#[test]
fn a_pdf_has_a_page() {
    let told = ended(GatheredForm::Pdf, &Gathered::default(), &[]).unwrap_err().to_string();
    assert!(told.contains("no pages"), "{told}");
}

#[test]
fn a_file_stays_in_the_form_it_was_begun_with() {
    for (begun, other) in [(FORMS[0], FORMS[1]), (FORMS[1], FORMS[0])] {
        let next = stretch(begun, &Gathered::default(), &[piece(0, 0)]).unwrap();
        assert!(refused(other, &next.after).contains("another form"));
        assert!(ended(other, &next.after, &[next.index]).is_err());
    }
}

#[test]
fn the_ending_wants_the_indexes_of_all_stretches_in_their_order() {
    for form in FORMS {
        the_ending_wants_them(form);
    }
}

fn the_ending_wants_them(form: GatheredForm) {
    let file = made(form, &[0, 1, 2], &[1]);
    let [first, second, third] = file.indexes.as_slice() else { panic!("three stretches") };
    for indexes in [
        vec![],
        vec![first.clone(), second.clone()],
        vec![second.clone(), first.clone(), third.clone()],
        vec![first.clone(), third.clone()],
        vec![first.clone(), first.clone(), third.clone()],
        vec![first.clone(), b"{}".to_vec(), third.clone()],
    ] {
        assert!(ended(form, &file.state, &indexes).is_err(), "{form:?}");
    }
}

#[test]
fn an_index_that_cannot_be_fetched_is_what_the_ending_tells() {
    #[derive(Debug)]
    enum Lost {
        Kept,
        Document,
    }
    impl From<DocumentError> for Lost {
        fn from(_: DocumentError) -> Lost {
            Lost::Document
        }
    }
    for form in FORMS {
        let told = ending(form, &Gathered::default(), [Err(Lost::Kept)], &whole(None)).unwrap_err();
        assert!(matches!(told, Lost::Kept), "{told:?}");
    }
    let told =
        ending(GatheredForm::Pdf, &Gathered::default(), [Ok::<_, Lost>(b"?".to_vec())], &whole(None)).unwrap_err();
    assert!(matches!(told, Lost::Document), "{told:?}");
}
