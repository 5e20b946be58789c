// SPDX-License-Identifier: AGPL-3.0-or-later
//! No text leaves its box, whatever it says.

use proptest::prelude::*;
use tramite_documents::notice::{Area, Layout, Micro};
use tramite_domain::debt_position::Address;
use tramite_domain::personal::Personal;
use tramite_domain::printed_notice::{NoticeLanguage, NoticeTerms, PrintedNotice};
use tramite_domain::text::Text;

use crate::support::{LANGUAGES, fine, installments, layout, notice, single};

/// The page within its margins of 10 mm.
const PAPER: Area =
    Area { left: Micro::new(10_000), top: Micro::new(10_000), right: Micro::new(200_000), bottom: Micro::new(287_000) };

/// The box of the logo, which an institution may put its own on.
const LOGO: Area =
    Area { left: Micro::new(170_000), top: Micro::new(10_000), right: Micro::new(200_000), bottom: Micro::new(40_000) };

fn assert_kept(layout: &Layout) {
    let texts: Vec<_> = layout.texts().collect();
    for placed in &texts {
        assert!(placed.within.holds(placed.area), "{:?} leaves {:?}", placed, placed.within);
        assert!(PAPER.holds(placed.area), "{placed:?} leaves the paper");
        assert!(!meets(placed.area, LOGO), "{placed:?} is on the logo");
    }
    for (at, one) in texts.iter().enumerate() {
        for other in texts.iter().skip(at + 1).filter(|other| other.page == one.page) {
            assert!(!meets(one.area, other.area), "{one:?} on {other:?}");
        }
    }
    let codes = layout.codes().map(|code| code.area);
    for area in codes.chain(layout.fills().map(|(_, area)| area)) {
        assert!(PAPER.holds(area), "{area:?} leaves the paper");
        assert!(!meets(area, LOGO), "{area:?} is on the logo");
    }
}

fn meets(one: Area, other: Area) -> bool {
    one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
}

/// The same text wherever a notice takes one, cut to what it takes there.
fn filled(terms: NoticeTerms, text: &str) -> PrintedNotice {
    let mut notice = notice(terms);
    let Some(line) = Text::<1, 140>::salvaged(text) else { return notice };
    notice.subject = line.clone();
    notice.creditor.name = line.clone();
    notice.creditor.sector = Some(line);
    let Some(name) = Text::<1, 70>::salvaged(text) else { return notice };
    notice.debtor.full_name = Personal::new(name.clone());
    notice.debtor.address = Some(Personal::new(Address {
        street: Some(name.clone()),
        number: Text::salvaged(text),
        postal_code: Text::salvaged(text),
        city: Text::salvaged(text),
        province: None,
        country: None,
    }));
    let slips = match &mut notice.terms {
        NoticeTerms::Single(part) => vec![part],
        NoticeTerms::Fine { discounted, reduced } => vec![discounted, reduced],
        NoticeTerms::Installments { whole, parts, .. } => whole.iter_mut().chain(parts).collect(),
    };
    for slip in slips.into_iter().filter_map(|part| part.slip.as_mut()) {
        slip.holder = name.clone();
        slip.authorization = Some(name.clone());
    }
    notice
}

#[test]
fn the_usual_texts_keep_their_boxes_in_every_model_and_language() {
    for terms in [
        single(true),
        fine(true),
        installments(true, 2, true),
        installments(true, 3, true),
        installments(true, 4, false),
        installments(false, 5, false),
        installments(true, 20, true),
    ] {
        for language in LANGUAGES {
            assert_kept(&layout(&notice(terms.clone()), language));
        }
    }
}

#[test]
fn long_and_odd_texts_keep_their_boxes() {
    let odd = [
        "W".repeat(140),
        "m".repeat(90),
        "Tassa ".repeat(23),
        "Contravvenzioneperdivietodisosta".repeat(5),
        "👩\u{200d}👩\u{200d}👧\u{fe0f} ".repeat(25),
        "محمد بن عبد الله \u{202e}שלום\u{202c} ".repeat(5),
        "e\u{301}\u{302}\u{323}\u{330}".repeat(30),
        "\u{300}\u{301}\u{302}".repeat(40),
        "中文文字测试".repeat(20),
        "ﷺ".repeat(140),
        "Ǻ̊Ģ̧Ệ̃".repeat(20),
        "a\u{a0}".repeat(60),
        "\u{a0}".repeat(3) + "x",
        ". - , ; : ".repeat(14),
    ];
    for text in odd {
        for terms in [single(true), fine(true), installments(true, 2, true), installments(true, 3, true)] {
            for language in [NoticeLanguage::It, NoticeLanguage::ItDe] {
                assert_kept(&layout(&filled(terms.clone(), &text), language));
            }
        }
        assert_kept(&layout(&filled(installments(true, 10, true), &text), NoticeLanguage::ItFr));
        assert!(layout(&filled(single(true), &text), NoticeLanguage::It).pdf().is_ok(), "{text}");
    }
}

#[test]
fn what_the_fonts_lack_is_told_in_their_letters() {
    for (text, printed) in [
        ("Žiga Čeferin, Jörg Groß", "Žiga Čeferin, Jörg Groß"),
        ("Niccolo\u{300} D\u{2019}A\u{300}ngelo", "Niccolò D’Àngelo"),
        ("Nguyễn Thị Ánh", "Nguyen Thi Ánh"),
        ("Ｗｉｄｅ ﬁn", "Wide fin"),
        ("👩\u{200d}👧 e 中", "?? e ?"),
        ("\u{202e}Rossi\u{202c}", "Rossi"),
        ("a\u{301}\u{35c}b", "áb"),
        ("tab\u{2003}\u{3000}quad", "tab quad"),
        // Signs that look like common ones.
        ("A\u{2010}B\u{2011}C\u{2012}D", "A-B-C-D"),
        ("D\u{2bc}Angelo D\u{2032}Alì D\u{201b}Este ʻ \u{2b9}", "D’Angelo D’Alì D’Este ’ ’"),
        ("5\u{2033} STRA\u{1e9e}E 3 \u{3bc}g", "5\" STRASSE 3 µg"),
        // A digit that was raised or circled is no part of the number before it.
        ("Rata 1① 2⑫ e a⁵", "Rata 1 1 2 12 e a5"),
        ("Lotto １２３", "Lotto 123"),
        // One mark for a word of letters that no font has.
        ("вода и محمد 12 中文文", "? ? ? 12 ?"),
    ] {
        let mut notice = notice(single(false));
        notice.subject = Text::new(text).unwrap();
        let layout = layout(&notice, NoticeLanguage::It);
        assert_eq!(layout.texts().nth(1).unwrap().text, printed);
    }
}

#[test]
fn titles_have_no_marks_of_direction() {
    let mut notice = notice(single(false));
    notice.subject = Text::new("Tassa \u{202e}2026\u{202c}\u{200f} Via\u{ad}le").unwrap();
    let layout = layout(&notice, NoticeLanguage::It);
    assert_eq!(layout.title(), "Avviso di pagamento pagoPA: Tassa 2026 Viale");
    assert_eq!(layout.headings().next(), Some("Tassa 2026 Viale"));
}

#[test]
fn a_value_of_which_nothing_is_seen_is_a_dash() {
    let mut notice = notice(single(false));
    notice.debtor.full_name = Personal::new(Text::new("\u{e000}\u{e001}").unwrap());
    let layout = layout(&notice, NoticeLanguage::It);
    assert_eq!(layout.texts().filter(|placed| placed.text == "–").count(), 1);
}

#[test]
fn a_text_too_long_for_its_box_ends_with_an_ellipsis() {
    let layout = layout(&filled(installments(false, 3, true), &"Contravvenzione ".repeat(9)), NoticeLanguage::It);
    assert!(layout.texts().any(|placed| placed.text.ends_with('…')));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_text_at_all_leaves_its_box_or_breaks_a_rule(
        text in prop_oneof![".{0,140}", "[ -~]{0,140}", "\\PC{0,140}", "(\\p{M}|\\p{Arabic}|\\p{Hebrew}|\\p{So}| ){0,140}"],
        model in 0_usize..4,
        language in prop::sample::select(LANGUAGES.to_vec()),
    ) {
        let terms = match model {
            0 => single(true),
            1 => fine(true),
            2 => installments(true, 2, true),
            _ => installments(false, 9, true),
        };
        let layout = layout(&filled(terms, &text), language);
        assert_kept(&layout);
        prop_assert!(layout.pdf().is_ok());
    }
}
