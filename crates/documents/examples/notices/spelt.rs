// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sentences of a notice that hold its data, spelt here once more in each language.

use tramite_domain::printed_notice::NoticeLanguage;

use crate::expected::{grouped, separated};

/// The words for who does not see the code of a part: in Italian, and in German too where both are on a par. Both write an amount in
/// one way.
pub(crate) fn alternative(
    postal: bool,
    number: &str,
    institution: &str,
    cents: i64,
    language: NoticeLanguage,
) -> String {
    let (number, amount) = (grouped(number), separated(cents, '.', ','));
    let code = if postal { "Codice Data Matrix del bollettino postale PA per pagare" } else { "Codice QR per pagare" };
    let italian =
        format!("{code}: Codice avviso {number}, Codice fiscale ente creditore {institution}, Importo € {amount}");
    if language != NoticeLanguage::ItDeEqual {
        return italian;
    }
    let code = if postal { "Data-Matrix-Code des Posterlagscheins PA zum Zahlen" } else { "QR-Code zum Zahlen" };
    format!(
        "{italian} / {code}: Mitteilungsnummer {number}, Steuernummer der Körperschaft {institution}, Betrag € {amount}"
    )
}

/// The words for who does not see the logo.
pub(crate) fn logo_alternative(institution: &str) -> String {
    format!("Logo di {institution}")
}

/// Until when, where the day of the notification is not known: in Italian, and in the other language.
pub(crate) fn from_notification(days: u16, language: NoticeLanguage) -> Vec<String> {
    let one = days == 1;
    let italian =
        if one { "entro 1 giorno dalla notifica".to_owned() } else { format!("entro {days} giorni dalla notifica") };
    let other = match language {
        NoticeLanguage::It => None,
        NoticeLanguage::ItEn if one => Some("within 1 day of notification".to_owned()),
        NoticeLanguage::ItEn => Some(format!("within {days} days of notification")),
        NoticeLanguage::ItDe | NoticeLanguage::ItDeEqual if one => Some("innerhalb von 1 Tag ab Zustellung".to_owned()),
        NoticeLanguage::ItDe | NoticeLanguage::ItDeEqual => Some(format!("innerhalb von {days} Tagen ab Zustellung")),
        NoticeLanguage::ItFr if one => Some("dans 1 jour suivant la notification".to_owned()),
        NoticeLanguage::ItFr => Some(format!("dans les {days} jours suivant la notification")),
        NoticeLanguage::ItSl if one => Some("v 1 dnevu od vročitve".to_owned()),
        NoticeLanguage::ItSl => Some(format!("v {days} dneh od vročitve")),
    };
    [Some(italian), other].into_iter().flatten().collect()
}
