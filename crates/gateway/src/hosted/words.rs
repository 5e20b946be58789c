// SPDX-License-Identifier: AGPL-3.0-or-later
//! What pages say, in Italian and English. One table, so that whoever corrects a sentence finds both.

use std::collections::BTreeMap;

use super::language::Lang;

/// Name in the templates, Italian, English.
const WORDS: &[(&str, &str, &str)] = &[
    ("skip", "Vai al contenuto", "Skip to the content"),
    ("choose_language", "Scegli la lingua", "Choose the language"),
    ("test", "Ambiente di prova: nessun pagamento è reale.", "Test environment: no payment is real."),
    (
        "footer",
        "Pagamenti con pagoPA, il sistema pubblico dei pagamenti.",
        "Payments through pagoPA, the public payment system of Italy.",
    ),
    ("services", "Servizi di pagamento", "Payment services"),
    ("services_lead", "Scegli cosa vuoi pagare.", "Choose what you want to pay."),
    (
        "no_services",
        "In questo momento non ci sono servizi che si pagano da qui.",
        "At present there is nothing to pay here.",
    ),
    ("receipt_title", "Verifica un pagamento", "Look a payment up"),
    (
        "receipt_card",
        "Hai un avviso? Controlla se risulta pagato.",
        "Do you have a notice? See whether it counts as paid.",
    ),
    ("all_services", "Tutti i servizi", "All services"),
    ("starred", "I campi con l'asterisco (*) sono obbligatori.", "Fields with an asterisk (*) are required."),
    ("optional", "facoltativo", "optional"),
    ("go_on", "Continua", "Continue"),
    ("update", "Aggiorna il modulo", "Update the form"),
    ("updated", "Il modulo è stato aggiornato.", "The form was updated."),
    ("choose", "Scegli…", "Choose…"),
    ("none", "Nessuna scelta", "No choice"),
    (
        "depends",
        "Le voci dipendono dai campi precedenti: compilali, poi premi «Aggiorna il modulo».",
        "What you can choose depends on the fields above: fill them in, then press “Update the form”.",
    ),
    ("by_code", "Scrivi il codice della voce.", "Write the code of the entry."),
    ("worked_out", "Calcolato in automatico.", "Worked out for you."),
    ("add", "Aggiungi", "Add"),
    ("remove", "Togli", "Remove"),
    ("error", "Errore", "Error"),
    ("errors", "Controlla i dati", "Check what you entered"),
    ("errors_lead", "Per continuare correggi quanto segue:", "To continue, correct the following:"),
    (
        "more",
        "Servono altri dati: compila anche i campi che si sono aggiunti.",
        "More is needed: fill in the fields that have appeared as well.",
    ),
    (
        "stale",
        "La pagina era aperta da troppo tempo. Controlla i dati e continua.",
        "The page was open for too long. Check what you entered and continue.",
    ),
    ("summary", "Riepilogo", "Summary"),
    (
        "summary_lead",
        "Controlla i dati e l'importo prima di pagare.",
        "Check what you entered and the amount before you pay.",
    ),
    ("your_data", "I tuoi dati", "What you entered"),
    ("to_pay", "Cosa paghi", "What you pay"),
    ("line", "Voce", "Item"),
    ("amount", "Importo", "Amount"),
    ("total", "Totale", "Total"),
    (
        "fee_note",
        "Il prestatore di servizi di pagamento che scegli può aggiungere una commissione.",
        "The payment service provider that you choose may add a fee.",
    ),
    ("nothing_due", "Non c'è nulla da pagare.", "There is nothing to pay."),
    ("due_date", "Da pagare entro il", "To be paid by"),
    ("reason", "Causale", "Reason for payment"),
    ("change", "Modifica i dati", "Change what I entered"),
    ("yes", "Sì", "Yes"),
    ("no", "No", "No"),
    ("closed", "Il modulo non è aperto", "The form is not open"),
    ("not_open", "Questo servizio non è ancora aperto.", "This service is not open yet."),
    ("over", "Il tempo per questo servizio è finito.", "The time for this service is over."),
    (
        "lookup_lead",
        "Scrivi il numero dell'avviso e il codice fiscale di chi deve pagare: vedi stato, importo e data.",
        "Enter the number of the notice and the tax code of whoever has to pay: you see state, amount and date.",
    ),
    ("notice", "Numero dell'avviso", "Notice number"),
    ("notice_hint", "18 cifre, sull'avviso di pagamento.", "18 digits, on the payment notice."),
    ("tax_code", "Codice fiscale", "Tax code"),
    (
        "tax_code_hint",
        "Di chi deve pagare; per un'impresa o un ente, 11 cifre.",
        "Of whoever has to pay; 11 digits for a company or a body.",
    ),
    ("receipt_id", "Identificativo della ricevuta", "Id of the receipt"),
    (
        "receipt_id_hint",
        "Per scaricare la ricevuta: è sull'attestazione di chi ha incassato, anche come IUR.",
        "To download the receipt: it is on the confirmation of payment, also as IUR.",
    ),
    ("look", "Verifica", "Look up"),
    ("found", "Esito della verifica", "What was found"),
    ("again", "Verifica un altro avviso", "Look another notice up"),
    ("state", "Stato", "State"),
    ("date", "Data", "Date"),
    ("paid_on", "Pagato il", "Paid on"),
    (
        "not_found",
        "Nessun avviso corrisponde a questi dati. Controlla il numero e il codice fiscale.",
        "No notice corresponds to this. Check the number and the tax code.",
    ),
    ("amount_later", "Si vede al momento di pagare.", "You see it when you pay."),
    ("paid", "Pagato", "Paid"),
    ("open", "Da pagare", "To be paid"),
    ("scheduled", "Non ancora pagabile", "Not payable yet"),
    ("expired", "Scaduto: non più pagabile", "Expired: no longer payable"),
    ("cancelled", "Annullato", "Cancelled"),
    ("pay_now", "Paga ora", "Pay now"),
    ("take_notice", "Scarica l'avviso e paga dopo", "Take the notice and pay later"),
    ("send", "Invia", "Send"),
    (
        "changed",
        "L'importo o la scadenza sono cambiati da quando li hai letti. Controllali prima di continuare.",
        "The amount or the due date has changed since you read it. Check it before you continue.",
    ),
    (
        "is_found",
        "C'è già un avviso per questi dati: paghi quello.",
        "There is a notice for this already: you pay that one.",
    ),
    ("done_title", "Dati inviati", "Sent"),
    (
        "done",
        "L'ente ha ricevuto i tuoi dati. Non c'è nulla da pagare.",
        "The institution has what you entered. There is nothing to pay.",
    ),
    ("refresh", "Aggiorna", "Refresh"),
    ("try_again", "Riprendi il pagamento", "Go on with the payment"),
    ("or_notice", "Puoi anche pagare con l'avviso.", "You can also pay with the notice."),
    ("to_notice", "Paga con l'avviso", "Pay with the notice"),
    ("handed_title", "Il tuo avviso di pagamento", "Your payment notice"),
    (
        "handed",
        "Paga in banca, alle poste, in tabaccheria o con un'app: bastano il numero dell'avviso e il codice fiscale dell'ente.",
        "Pay at a bank, a post office, a tobacconist's or with an app: the notice number and the tax code of the institution are enough.",
    ),
    ("handed_keep", "Salva il PDF o annota il numero dell'avviso.", "Save the PDF, or note the number of the notice."),
    ("handed_none", "Per questo avviso non c'è più nulla da pagare.", "There is nothing left to pay for this notice."),
    ("creditor", "Codice fiscale dell'ente", "Tax code of the institution"),
    ("get_receipt", "Scarica la ricevuta (PDF)", "Download the receipt (PDF)"),
    ("get_pdf", "Scarica l'avviso (PDF)", "Download the notice (PDF)"),
    ("refused_title", "Non è possibile continuare", "This cannot go on"),
    (
        "already",
        "Questi dati sono già stati inviati. Usa l'avviso che hai ricevuto o rivolgiti all'ente.",
        "This was submitted before. Use the notice that you have, or ask the institution.",
    ),
    (
        "no_place",
        "I posti sono finiti, o altri stanno pagando in questo momento. Riprova più tardi.",
        "No place is left, or others are paying right now. Try again later.",
    ),
    (
        "not_here",
        "Con questi dati qui non si può continuare. Controllali; se hai un avviso paga con quello, altrimenti rivolgiti all'ente.",
        "This cannot go on here. Check what you entered; if you have a notice pay with that one, else ask the institution.",
    ),
    (
        "in_progress",
        "Un pagamento è già in corso. Aspetta qualche minuto e non pagare di nuovo.",
        "A payment is in progress. Wait a few minutes and do not pay again.",
    ),
    ("not_payable", "Risulta già pagato, o non si può più pagare.", "It counts as paid, or can no longer be paid."),
    (
        "not_taken",
        "Questi dati non si possono accettare. Torna indietro e controllali.",
        "This cannot be taken. Go back and check what you entered.",
    ),
    ("missing_title", "Pagina non trovata", "Page not found"),
    (
        "missing",
        "L'indirizzo non è corretto, oppure l'ente non offre questo servizio qui. Parti dal sito dell'ente.",
        "The address is not right, or the institution does not offer this here. Start from the institution's site.",
    ),
    ("away_title", "Servizio momentaneamente non disponibile", "Not available for the moment"),
    ("away", "Riprova tra qualche minuto.", "Try again in a few minutes."),
    ("foreign_title", "Richiesta non accettata", "Request not accepted"),
    (
        "foreign",
        "Il modulo è stato inviato da un altro sito, oppure il browser non accetta i cookie. Riapri la pagina e riprova.",
        "The form was sent from another site, or the browser takes no cookies. Open the page again and retry.",
    ),
    ("large_title", "Troppi dati", "Too much data"),
    (
        "large",
        "Il modulo inviato è troppo grande. Torna indietro e riduci i dati.",
        "The form that was sent is too large. Go back and enter less.",
    ),
];

/// The words of a language, as templates name them.
pub(super) fn words(lang: Lang) -> BTreeMap<&'static str, &'static str> {
    WORDS.iter().map(|(name, it, en)| (*name, lang.of(it, en))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages_and_once() {
        assert_eq!(words(Lang::It).len(), WORDS.len(), "a name stands twice");
        for (name, it, en) in WORDS {
            assert!(!it.is_empty() && !en.is_empty() && (it != en || *name == "no"), "{name}");
        }
    }
}
