// SPDX-License-Identifier: AGPL-3.0-or-later
//! The models of notices, and how many pages and codes each has to have.

use tramite_domain::printed_notice::NoticeLanguage;

/// What a notice offers.
#[derive(Clone, Copy)]
pub(crate) enum Offer {
    /// One amount.
    Single,
    /// All at once or in so many installments.
    Whole(usize),
    /// In so many installments alone.
    Alone(usize),
    /// Less for who pays early.
    Fine,
}

/// Which due dates are known.
#[derive(Clone, Copy)]
pub(crate) enum Due {
    All,
    None,
    AllButTheFirst,
}

/// The model of a file.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) offer: Offer,
    pub(crate) pages: usize,
    pub(crate) postal: bool,
    pub(crate) due: Due,
    /// Within how many days of the notification the first part is to be paid, where it is one that may be discounted.
    pub(crate) days: Option<u16>,
    pub(crate) language: NoticeLanguage,
}

/// Each with the pages of it, without slips of the post and with them: of the first seven as documents.md tells, of the others as
/// many as their modules need when no part is torn from its slip.
const OFFERS: [(Offer, usize, usize); 20] = [
    (Offer::Single, 1, 1),
    (Offer::Whole(2), 1, 2),
    (Offer::Fine, 1, 2),
    (Offer::Whole(3), 1, 2),
    (Offer::Single, 1, 1),
    (Offer::Whole(4), 2, 3),
    (Offer::Whole(5), 2, 3),
    (Offer::Alone(2), 1, 1),
    (Offer::Alone(9), 1, 2),
    (Offer::Alone(3), 1, 1),
    (Offer::Whole(9), 2, 3),
    (Offer::Alone(4), 1, 2),
    (Offer::Whole(6), 2, 3),
    (Offer::Alone(5), 1, 2),
    (Offer::Alone(12), 2, 3),
    (Offer::Whole(8), 2, 4),
    (Offer::Alone(7), 2, 3),
    (Offer::Whole(12), 2, 3),
    (Offer::Alone(24), 2, 5),
    (Offer::Alone(1), 1, 1),
];

const LANGUAGES: [NoticeLanguage; 6] = [
    NoticeLanguage::It,
    NoticeLanguage::ItEn,
    NoticeLanguage::ItDe,
    NoticeLanguage::ItFr,
    NoticeLanguage::ItSl,
    NoticeLanguage::ItDeEqual,
];

const DUES: [Due; 3] = [Due::All, Due::None, Due::AllButTheFirst];

/// Of those parts each language has some with days and some without.
const DAYS: [Option<u16>; 5] = [Some(5), None, Some(1), None, Some(365)];

impl Shape {
    /// The model of a file by its place: after 3600 files they begin anew, and no two neighbours are alike.
    pub(crate) fn of(place: usize) -> Shape {
        let (offer, round) = (place % OFFERS.len(), place / OFFERS.len());
        let (language, round) = (round % LANGUAGES.len(), round / LANGUAGES.len());
        let postal = (round + offer + language).is_multiple_of(2);
        let (kind, pages, postal_pages) = OFFERS[offer];
        Shape {
            offer: kind,
            pages: if postal { postal_pages } else { pages },
            language: LANGUAGES[(language + offer) % LANGUAGES.len()],
            postal,
            due: DUES[(round / 2 + offer) % DUES.len()],
            days: if matches!(kind, Offer::Alone(_)) { None } else { DAYS[(round + offer + language) % DAYS.len()] },
        }
    }

    /// How it is called in reports.
    pub(crate) fn name(self) -> String {
        let offer = match self.offer {
            Offer::Single => "single".to_owned(),
            Offer::Whole(parts) => format!("whole+{parts}"),
            Offer::Alone(parts) => format!("{parts} alone"),
            Offer::Fine => "fine".to_owned(),
        };
        format!("{offer}{}", if self.postal { ", postal" } else { "" })
    }

    /// What is printed with a code.
    pub(crate) fn codes(self) -> usize {
        match self.offer {
            Offer::Single => 1,
            Offer::Whole(parts) => parts + 1,
            Offer::Alone(parts) => parts,
            Offer::Fine => 2,
        }
    }
}
