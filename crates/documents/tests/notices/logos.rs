// SPDX-License-Identifier: AGPL-3.0-or-later
//! The logo of the institution on a notice.

use tramite_documents::notice::{Area, Layout, Logo, Micro, NoticeStyle, notice_layout, notice_pdf};
use tramite_domain::printed_notice::NoticeLanguage;

use crate::support::{LANGUAGES, fine, installments, notice, single, style};

/// The box of the logo: 30 × 30 mm at x = 170 mm, y = 10 mm.
const BOX: Area =
    Area { left: Micro::new(170_000), top: Micro::new(10_000), right: Micro::new(200_000), bottom: Micro::new(40_000) };

/// A logo of this shape.
pub(crate) fn logo(width: u32, height: u32) -> Logo {
    let drawn = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\"><rect width=\"{width}\" height=\"{height}\" fill=\"#063\"/></svg>"
    );
    Logo::read(drawn.as_bytes()).unwrap()
}

fn with_logo(language: NoticeLanguage, logo: Logo) -> NoticeStyle {
    NoticeStyle { logo: Some(logo), ..style(language) }
}

#[test]
fn a_logo_is_as_large_as_its_box_and_stands_in_the_corner() {
    for ((width, height), (left, bottom)) in [
        ((1, 1), (170_000, 40_000)),
        ((3, 1), (170_000, 19_985)),
        ((1, 3), (190_015, 40_000)),
        ((5_000, 1), (170_000, 10_042)),
    ] {
        let style = with_logo(NoticeLanguage::It, logo(width, height));
        let layout = notice_layout(&notice(single(true)), &style).unwrap();
        let placed: Vec<_> = layout.logos().collect();
        let corner = Area { left: Micro::new(left), bottom: Micro::new(bottom), ..BOX };
        assert_eq!(placed, [(0, corner)], "{width} × {height}");
    }
}

#[test]
fn a_logo_stands_on_every_page_and_moves_nothing() {
    let style = with_logo(NoticeLanguage::ItDe, logo(2, 1));
    let notice = notice(installments(true, 5, true));
    let (with, without) = (
        notice_layout(&notice, &style).unwrap(),
        notice_layout(&notice, &NoticeStyle { logo: None, ..style.clone() }).unwrap(),
    );
    let pages: Vec<usize> = with.logos().map(|(page, _)| page).collect();
    assert_eq!(pages, [0, 1, 2]);
    assert_eq!(without.logos().count(), 0);
    let standing = |layout: &Layout| -> Vec<_> {
        let texts = layout.texts().map(|placed| (placed.page, placed.area, placed.text.to_owned()));
        texts.chain(layout.codes().map(|code| (code.page, code.area, code.text.to_owned()))).collect()
    };
    assert_eq!(standing(&with), standing(&without));
}

#[test]
fn a_notice_with_a_logo_keeps_the_rules_of_archives_and_of_accessibility() {
    for shape in [(1, 1), (4, 1), (1, 4)] {
        for terms in [single(true), fine(true), installments(true, 9, true)] {
            for language in LANGUAGES {
                assert!(notice_pdf(&notice(terms.clone()), &with_logo(language, logo(shape.0, shape.1))).is_ok());
            }
        }
    }
}

#[test]
fn the_same_notice_and_logo_are_the_same_file_and_another_logo_is_another() {
    let notice = notice(installments(true, 3, true));
    let pdf = |logo: Logo| notice_pdf(&notice, &with_logo(NoticeLanguage::It, logo)).unwrap();
    let kept = Logo::kept(logo(2, 1).png()).unwrap();
    assert_eq!(pdf(logo(2, 1)), pdf(kept));
    assert_ne!(pdf(logo(2, 1)), pdf(logo(1, 2)));
}

#[test]
fn the_logo_is_named_in_words_after_the_institution() {
    let style = with_logo(NoticeLanguage::It, logo(1, 1));
    let layout = notice_layout(&notice(installments(true, 3, true)), &style).unwrap();
    let named = |page| layout.svg(page).unwrap().unwrap().contains("Logo di Comune di Roccabianca sul Monte");
    // It was read on the first page.
    assert!(named(0) && !named(1));
}

#[test]
fn a_logo_that_was_damaged_where_it_is_kept_is_left_out() {
    let mut file = logo(1, 1).png().to_vec();
    file.truncate(60);
    let style = with_logo(NoticeLanguage::It, Logo::kept(&file).unwrap());
    let layout = notice_layout(&notice(single(false)), &style).unwrap();
    assert!(layout.png(0, Default::default()).unwrap().is_some());
    assert!(layout.pdf().is_ok());
}
