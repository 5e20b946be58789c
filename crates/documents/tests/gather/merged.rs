// SPDX-License-Identifier: AGPL-3.0-or-later
//! The merged PDF: its pages are those of the documents, and all tags are kept.

use tramite_documents::gather::{GatheredForm, PiecePlace};

use crate::reader::{Pdf, number};
use crate::support::{MODELS, document, made, name};

fn models() -> Vec<usize> {
    (0..MODELS).collect()
}

#[test]
fn the_pages_are_those_of_the_documents_in_their_order() {
    let file = made(GatheredForm::Pdf, &models(), &[3, 1, 4]);
    let pdf = Pdf::read(&file.bytes);
    let mut pages = pdf.pages().into_iter();
    let mut before = 0;
    for (model, place) in models().into_iter().zip(&file.places) {
        let layout = document(model);
        let count = u32::try_from(layout.page_count()).unwrap();
        assert_eq!(*place, PiecePlace { first_page: before + 1, pages: count });
        before += count;
        for page in 0..layout.page_count() {
            let texts = layout.texts().filter(|placed| placed.page == page).map(|placed| placed.text);
            let wanted: String = texts.flat_map(str::chars).filter(|character| !character.is_whitespace()).collect();
            assert_eq!(pdf.text(pages.next().unwrap()), wanted, "model {model}, page {page}");
        }
    }
    assert_eq!((pages.next(), file.state.pages, file.state.documents), (None, before, 10));
}

#[test]
fn the_outline_has_each_document_with_its_headings() {
    let file = made(GatheredForm::Pdf, &models(), &[4, 2]);
    let pdf = Pdf::read(&file.bytes);
    let pages = pdf.pages();
    let mut listed = pdf.outline().into_iter();
    for (model, place) in models().into_iter().zip(&file.places) {
        let first = usize::try_from(place.first_page).unwrap() - 1;
        let called = name(model).replace(".pdf", "");
        assert_eq!(listed.next(), Some((0, called, pages[first])));
        for heading in document(model).headings() {
            let (depth, title, page) = listed.next().unwrap();
            assert_eq!((depth, title.as_str()), (1, heading));
            assert!(pages[first..first + usize::try_from(place.pages).unwrap()].contains(&page));
        }
    }
    assert_eq!(listed.next(), None);
}

#[test]
fn every_document_is_a_part_of_the_tags_and_every_page_finds_its_own() {
    let file = made(GatheredForm::Pdf, &models(), &[1, 5]);
    let pdf = Pdf::read(&file.bytes);
    let tags = pdf.tags();
    assert_eq!(tags[0], (0, "Document".to_owned()));
    let second: Vec<&str> = tags.iter().filter(|(depth, _)| *depth == 1).map(|(_, tag)| tag.as_str()).collect();
    assert_eq!(second, vec!["Part"; MODELS]);
    assert!(tags.iter().any(|(_, tag)| tag == "Figure") && tags.iter().any(|(_, tag)| tag == "H1"));
    let parents = pdf.parents();
    let keys: Vec<u32> = pdf.pages().iter().map(|page| number(pdf.value(*page), "/StructParents")).collect();
    assert_eq!(keys, parents.keys().copied().collect::<Vec<_>>());
    for page in pdf.pages() {
        let marks = &parents[&number(pdf.value(page), "/StructParents")];
        let content = String::from_utf8_lossy(pdf.stream(number(pdf.value(page), "/Contents"))).into_owned();
        assert_eq!(content.matches("/MCID").count(), marks.len());
        for tag in marks {
            assert_eq!(number(pdf.value(*tag), "/Pg"), page);
        }
    }
}

#[test]
fn the_file_says_what_it_is_as_a_document_alone_does() {
    let file = made(GatheredForm::Pdf, &models(), &[6]);
    let pdf = Pdf::read(&file.bytes);
    let catalog = pdf.catalog();
    assert!(catalog.contains("/Marked true") && catalog.contains("/DisplayDocTitle true"), "{catalog}");
    let metadata = String::from_utf8(pdf.stream(number(catalog, "/Metadata")).to_vec()).unwrap();
    let pages = format!("<xmpTPg:NPages>{}</xmpTPg:NPages>", file.state.pages);
    for told in
        ["<pdfaid:part>2<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<", "Avvisi del lotto (TARI) \\ 2026 è", &pages]
    {
        assert!(metadata.contains(told), "{told} in {metadata}");
    }
}
