// SPDX-License-Identifier: AGPL-3.0-or-later
//! The archive, as another program reads it.

use std::io::{Cursor, Read};

use tramite_documents::DocumentError;
use tramite_documents::gather::{GatheredForm, PiecePlace, ending};
use zip::{CompressionMethod, ZipArchive};

use crate::support::{MODELS, document, made, name, whole};

#[test]
fn the_archive_has_each_document_as_it_is_alone() {
    let models: Vec<usize> = (0..MODELS).collect();
    let file = made(GatheredForm::Zip, &models, &[3, 4]);
    let mut archive = ZipArchive::new(Cursor::new(file.bytes)).unwrap();
    assert_eq!(archive.len(), MODELS);
    for (model, place) in models.into_iter().zip(file.places) {
        let layout = document(model);
        assert_eq!(place, PiecePlace { first_page: 1, pages: u32::try_from(layout.page_count()).unwrap() });
        let mut entry = archive.by_index(model).unwrap();
        assert_eq!(
            (entry.name().unwrap().as_ref(), entry.compression()),
            (name(model).as_str(), CompressionMethod::Stored)
        );
        assert_eq!(entry.unix_mode(), Some(0o100_644));
        // Ten in the morning of Greenwich, in May: noon in Rome.
        assert_eq!(entry.last_modified().unwrap().to_string(), "2026-05-04 12:00:00");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        assert!(bytes == layout.pdf().unwrap(), "model {model}");
    }
}

#[test]
fn a_last_file_can_be_added() {
    let file = made(GatheredForm::Zip, &[0, 1], &[1]);
    let mut bytes = file.bytes[..usize::try_from(file.state.bytes).unwrap()].to_vec();
    let indexes = file.indexes.into_iter().map(Ok::<_, DocumentError>);
    bytes.extend(ending(GatheredForm::Zip, &file.state, indexes, &whole(Some(("elenco è.csv", b"a;b\n")))).unwrap());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name("elenco è.csv").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!((archive.len(), text.as_str()), (3, "a;b\n"));
}

#[test]
fn an_archive_may_have_no_document() {
    let file = made(GatheredForm::Zip, &[], &[1]);
    assert_eq!(ZipArchive::new(Cursor::new(file.bytes)).unwrap().len(), 0);
}
