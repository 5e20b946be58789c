// SPDX-License-Identifier: AGPL-3.0-or-later
//! The codes: what is drawn is what the encoders made, in the size that is asked for, with nothing near it.

use datamatrix::DataMatrix;
use qrcode::{Color, EcLevel, QrCode, Version};
use tramite_documents::notice::{Area, CodeKind, Layout, Micro};
use tramite_domain::printed_notice::NoticeLanguage;

use crate::support::{LANGUAGES, fine, installments, layout, notice, part, single};

const SIDE: Micro = Micro::new(25_000);
/// Four modules of a QR code of 33, and one of a Data Matrix of 44, which is the smallest that holds such a text.
const QR_QUIET: Micro = Micro::new(3_031);
const MATRIX_QUIET: Micro = Micro::new(569);

#[test]
fn a_qr_code_is_version_4_with_correction_m_whatever_it_says() {
    for cents in [1, 102_099, 9_999_999_999] {
        let notice = notice(tramite_domain::printed_notice::NoticeTerms::Single(part(1, cents, false)));
        let layout = layout(&notice, NoticeLanguage::It);
        let code = layout.codes().next().unwrap();
        let expected = QrCode::with_version(code.text, Version::Normal(4), EcLevel::M).unwrap();
        let dark: Vec<bool> = expected.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        assert_eq!((code.kind, code.width, code.modules), (CodeKind::Qr, 33, dark.as_slice()));
        assert_eq!(code.text, format!("PAGOPA|002|305000000001234585|99999000013|{cents:02}"));
        assert_eq!((code.area.width(), code.area.height()), (SIDE, SIDE));
    }
}

#[test]
fn a_data_matrix_says_its_256_characters() {
    let layout = layout(&notice(installments(true, 3, true)), NoticeLanguage::It);
    let matrices: Vec<_> = layout.codes().filter(|code| code.kind == CodeKind::DataMatrix).collect();
    assert_eq!(matrices.len(), 4);
    for code in matrices {
        assert_eq!(code.text.len(), 256);
        assert_eq!(DataMatrix::decode(code.modules, code.width).unwrap(), code.text.as_bytes());
        assert_eq!(code.modules.len(), code.width * code.width);
        assert_eq!((code.area.width(), code.area.height()), (SIDE, SIDE));
    }
}

#[test]
fn each_part_has_its_own_codes_in_the_order_of_the_paper() {
    let notice = notice(installments(true, 5, true));
    let layout = layout(&notice, NoticeLanguage::ItSl);
    let expected: Vec<String> = notice.terms.parts().map(|part| notice.qr(part).unwrap().to_string()).collect();
    let codes = |kind| layout.codes().filter(move |code| code.kind == kind).map(|code| code.text.to_owned());
    assert_eq!(codes(CodeKind::Qr).collect::<Vec<_>>(), expected);
    let expected: Vec<String> = notice.terms.parts().map(|part| notice.data_matrix(part).unwrap().unwrap()).collect();
    assert_eq!(codes(CodeKind::DataMatrix).collect::<Vec<_>>(), expected);
}

#[test]
fn nothing_stands_in_the_quiet_zone_of_a_code() {
    for terms in [single(true), fine(true), installments(true, 2, true), installments(true, 3, true)] {
        for language in LANGUAGES {
            assert_quiet(&layout(&notice(terms.clone()), language));
        }
    }
    assert_quiet(&layout(&notice(installments(true, 30, true)), NoticeLanguage::ItFr));
}

fn assert_quiet(layout: &Layout) {
    for code in layout.codes() {
        let quiet = if code.kind == CodeKind::Qr { QR_QUIET } else { MATRIX_QUIET };
        let Area { left, top, right, bottom } = code.area;
        let zone = Area { left: left - quiet, top: top - quiet, right: right + quiet, bottom: bottom + quiet };
        let texts = layout.texts().filter(|placed| placed.page == code.page).map(|placed| placed.area);
        let fills = layout.fills().filter(|(page, _)| *page == code.page).map(|(_, area)| area);
        for other in texts.chain(fills) {
            assert!(!meets(zone, other), "{zone:?} {other:?}");
        }
    }
}

/// Whether two rectangles share more than an edge.
fn meets(one: Area, other: Area) -> bool {
    one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
}
