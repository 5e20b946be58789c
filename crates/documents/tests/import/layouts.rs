// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tables of others.

use serde_json::json;
use tramite_documents::import::{Piece, RowGroup};
use tramite_domain::import::{FileFormat, FileLayout, RowAction};
use tramite_domain::violation::Violation;

use crate::support::{all, file_fault, layout, told};

const MYPAY: &str = "IUD;codIuv;tipoIdentificativoUnivoco;codiceIdentificativoUnivoco;anagraficaPagatore;indirizzoPagatore;civicoPagatore;capPagatore;localitaPagatore;provinciaPagatore;nazionePagatore;mailPagatore;dataEsecuzionePagamento;importoDovuto;commissioneCaricoPa;tipoDovuto;tipoVersamento;causaleVersamento;datiSpecificiRiscossione";
const DEBT: &str = "IUD-1;05000000001234586;F;RSSMRA85T10A562S;Mario Rossi;Via Roma;1;06121;Perugia;PG;IT;mario@example.it;2026-12-31;120.50;0.00;MENSA;ALL;Mensa 2026;9/0101101IM";
const MULTI: &str = "flagMultiBeneficiario;codiceFiscaleEnteSecondario;denominazioneEnteSecondario;ibanAccreditoEnteSecondario;indirizzoEnteSecondario;civicoEnteSecondario;capEnteSecondario;localitaEnteSecondario;provinciaEnteSecondario;nazioneEnteSecondario;datiSpecificiRiscossioneEnteSecondario;causaleVersamentoEnteSecondario;importoVersamentoEnteSecondario";

fn mypay(layout_of: FileLayout, header: &str, row: &str) -> Vec<RowGroup> {
    let text = format!("{MYPAY};{header}\n{row}\n");
    all(text, FileFormat::Csv, layout(layout_of))
}

fn one(mut groups: Vec<RowGroup>) -> Piece {
    assert_eq!(groups.len(), 1);
    groups.remove(0).content.unwrap()
}

fn mypay_body() -> serde_json::Value {
    json!({
        "external_id": "IUD-1",
        "service_code": "MENSA",
        "description": "Mensa 2026",
        "publish": true,
        "debtor": {
            "type": "natural_person",
            "tax_code": "RSSMRA85T10A562S",
            "full_name": "Mario Rossi",
            "email": "mario@example.it",
            "address": {
                "street": "Via Roma", "number": "1", "postal_code": "06121", "city": "Perugia", "province": "PG",
                "country": "IT",
            },
        },
        "payment_options": [{
            "kind": "single",
            "installments": [{
                "iuv": "05000000001234586", "amount": 12_050, "due_date": "2026-12-31",
                "transfers": [{"amount": 12_050, "taxonomy_code": "0101101IM"}],
            }],
        }],
    })
}

#[test]
fn each_version_of_mypay_is_read() {
    let versions = [
        (FileLayout::MyPay10, "azione".to_owned(), "I".to_owned()),
        (FileLayout::MyPay11, "azione".to_owned(), "I".to_owned()),
        (FileLayout::MyPay12, "bilancio;azione".to_owned(), ";I".to_owned()),
        (FileLayout::MyPay13, "bilancio;flgGeneraIuv;azione".to_owned(), ";TRUE;I".to_owned()),
        (
            FileLayout::MyPay14,
            format!("bilancio;flgGeneraIuv;{MULTI};azione"),
            ";false;FALSE;x;x;x;;;;;;;x;x;x;I".to_owned(),
        ),
    ];
    for (layout_of, header, cells) in versions {
        let piece = one(mypay(layout_of, &header, &format!("{DEBT};{cells}")));
        assert_eq!(piece.action, RowAction::Insert);
        assert_eq!(piece.body, mypay_body(), "{}", layout_of.name());
    }
}

#[test]
fn columns_of_mypay_are_known_by_their_place_and_the_header_may_lack() {
    let header = MYPAY.replace("mailPagatore", "emailPagatore").replace("dataEsecuzione", "dataScadenza");
    let texts = [format!("{header};azione\n{DEBT};M\n"), format!("{DEBT};M\n{};M\n", DEBT.replace("IUD-1", "IUD-2"))];
    for text in texts {
        let groups = all(text, FileFormat::Csv, layout(FileLayout::MyPay11));
        let piece = groups[0].content.as_ref().unwrap();
        assert_eq!((piece.action, &piece.body), (RowAction::Update, &mypay_body()));
    }
    let short = file_fault(format!("{MYPAY};azione\n"), FileFormat::Csv, layout(FileLayout::MyPay13));
    assert_eq!((short.code, short.column.as_deref()), ("missing_column", Some("flgGeneraIuv")));
    let long = file_fault(format!("{MYPAY};bilancio;azione\n"), FileFormat::Csv, layout(FileLayout::MyPay10));
    assert_eq!((long.code, long.column.as_deref()), ("unknown_column", Some("azione")));
}

#[test]
fn two_beneficiaries_of_mypay_add_up() {
    let cells = ";TRUE;true;99999000013;Provincia;IT60X0542811101000000123456;;;;;;;9/0101102IM/;Addizionale;10.25;I";
    let header = format!("bilancio;flgGeneraIuv;{MULTI};azione");
    let piece = one(mypay(FileLayout::MyPay14, &header, &format!("{DEBT};{cells}")));
    assert_eq!(
        piece.body["payment_options"][0]["installments"][0],
        json!({
            "iuv": "05000000001234586",
            "amount": 13_075,
            "due_date": "2026-12-31",
            "metadata": {"causaleVersamentoEnteSecondario": "Addizionale"},
            "transfers": [
                {"amount": 12_050, "taxonomy_code": "0101101IM"},
                {
                    "amount": 1_025,
                    "taxonomy_code": "0101102IM",
                    "beneficiary": {
                        "tax_code": "99999000013", "company_name": "Provincia", "iban": "IT60X0542811101000000123456",
                    },
                },
            ],
        })
    );
    let pointer = "/payment_options/0/installments/0/amount".to_owned();
    let placed = piece.places.place(&Violation { pointer, code: "out_of_range", detail: String::new() });
    assert_eq!(placed.fault.column.as_deref(), Some("importoDovuto"));
}

#[test]
fn what_is_not_taken_from_mypay_is_refused_where_it_says_something() {
    let fee = DEBT.replace(";0.00;", ";1.50;");
    let told = |row: &str| told(mypay(FileLayout::MyPay12, "bilancio;azione", row).remove(0).content.unwrap_err());
    let at = |column: &str, code: &str| vec![(0, Some(column.to_owned()), code.to_owned())];
    assert_eq!(told(&format!("{fee};;I")), at("commissioneCaricoPa", "unsupported_value"));
    assert_eq!(told(&format!("{DEBT};<bilancio/>;I")), at("bilancio", "invalid_budget"));
    assert_eq!(told(&format!("{DEBT};<!DOCTYPE a><bilancio/>;I")), at("bilancio", "invalid_budget"));
    let quoted = |text: String| format!("\"{}\"", text.replace('"', "\"\""));
    let office = BUDGET.replace("<codUfficio/>", "<codUfficio>U1</codUfficio>");
    assert_eq!(told(&format!("{DEBT};{};I", quoted(office))), at("bilancio", "unsupported_value"));
    let amount = BUDGET.replace("100.00", "1e2");
    assert_eq!(told(&format!("{DEBT};{};I", quoted(amount))), at("bilancio", "invalid_amount"));
    assert_eq!(told(&format!("{DEBT};;Z")), at("azione", "unknown_value"));
    assert_eq!(told(&format!("{};;I", DEBT.replace(";F;", ";X;"))), at("tipoIdentificativoUnivoco", "unknown_value"));
    let header = format!("bilancio;flgGeneraIuv;{MULTI};azione");
    let doubtful = mypay(FileLayout::MyPay14, &header, &format!("{DEBT};;TRUE;sì;;;;;;;;;;;;;I")).remove(0);
    assert_eq!(told_of(doubtful), at("flagMultiBeneficiario", "unsupported_value"));
    assert_eq!(told(&format!("{DEBT};;I;x")), vec![(0, None, "cell_without_column".to_owned())]);
}

const BUDGET: &str = "<bilancio xmlns=\"http://www.regione.veneto.it/schemas/2012/Pagamenti/Ente/\"><capitolo><codCapitolo>A&amp;B</codCapitolo><codUfficio/><accertamento><codAccertamento>2026/1</codAccertamento><importo>100.00</importo></accertamento><accertamento><importo>20.50</importo></accertamento></capitolo></bilancio>";

#[test]
fn the_budget_of_mypay_books_the_first_transfer() {
    let cell = format!("\"{}\"", BUDGET.replace('"', "\"\""));
    let piece = one(mypay(FileLayout::MyPay12, "bilancio;azione", &format!("{DEBT};{cell};I")));
    let installment = &piece.body["payment_options"][0]["installments"][0];
    assert_eq!(installment["amount"], 12_050);
    assert_eq!(
        installment["transfers"],
        json!([{"amount": 12_050, "taxonomy_code": "0101101IM", "accounting": [
            {"chapter": "A&B", "assessment": "2026/1", "amount": 10_000},
            {"chapter": "A&B", "amount": 2_050},
        ]}])
    );
}

#[test]
fn a_debt_of_mypay_is_cancelled() {
    let piece = one(mypay(FileLayout::MyPay10, "azione", &format!("{};A", DEBT.replace("120.50", "x"))));
    assert_eq!(piece.action, RowAction::Cancel);
    assert_eq!((&piece.body["external_id"], &piece.body["service_code"]), (&json!("IUD-1"), &json!("MENSA")));
}

const GOVPAY: &str = "idA2A,idPendenza,idDominio,numeroAvviso,tipoPendenza,causale,annoRiferimento,importo,dataValidita,dataScadenza,tipoSoggettoPagatore,identificativoPagatore,anagraficaPagatore,localitaPagatore,emailPagatore,idVoce1,importoVoce1,descrizioneVoce1,ibanAccreditoVoce1,tipoContabilitaVoce1,codiceContabilitaVoce1,idVoce2,importoVoce2,descrizioneVoce2,tipoBolloVoce2,hashBolloVoce2,provinciaBolloVoce2,dataAvvisatura,numeroRata";

fn govpay(row: &str) -> Vec<RowGroup> {
    all(format!("{GOVPAY}\n{row}\n"), FileFormat::Csv, layout(FileLayout::GovPay))
}

#[test]
fn a_pending_item_of_govpay_is_read() {
    let row = "A2A,P-1,99999000013,305000000001234586,MULTE,Verbale 7,2026,120.50,,2026-12-31,G,99999000013,Ditta,Perugia,d@example.it,v1,104.50,Sanzione,IT60X0542811101000000123456,CAPITOLO,3101,v2,16.00,Bollo,01,wHpFSLCGZjIvNSXxqtGbxg7275t446DRTk5ZrsdUQ6E=,PG,MAI,1";
    let piece = one(govpay(row));
    assert_eq!(piece.action, RowAction::Load);
    assert_eq!((&piece.body["external_id"], &piece.body["service_code"]), (&json!("A2A:P-1"), &json!("MULTE")));
    assert_eq!(piece.body["expires_after_due_date"], true, "it can no longer be paid after its due date");
    assert_eq!(piece.body["debtor"]["type"], "legal_person");
    assert_eq!(
        piece.body["payment_options"][0]["installments"][0],
        json!({
            "notice_number": "305000000001234586",
            "amount": 12_050,
            "due_date": "2026-12-31",
            "metadata": {
                "annoRiferimento": "2026", "numeroRata": "1", "idVoce1": "v1", "descrizioneVoce1": "Sanzione",
                "idVoce2": "v2", "descrizioneVoce2": "Bollo",
            },
            "transfers": [
                {
                    "amount": 10_450,
                    "account_id": "IT60X0542811101000000123456",
                    "accounting": [{"chapter": "3101", "amount": 10_450}],
                },
                {
                    "amount": 1_600,
                    "stamp": {"document_hash": "wHpFSLCGZjIvNSXxqtGbxg7275t446DRTk5ZrsdUQ6E=", "province": "PG"},
                },
            ],
        })
    );
}

#[test]
fn an_amount_of_nothing_cancels_a_pending_item() {
    for amount in ["0", "0.00"] {
        let piece = one(govpay(&format!("A2A,P-1,99999000013,,,,,{amount}")));
        assert_eq!(piece.action, RowAction::Cancel);
        assert_eq!((&piece.body["external_id"], &piece.body["service_code"]), (&json!("A2A:P-1"), &json!("TARI")));
    }
}

#[test]
fn a_pending_item_of_another_institution_is_refused() {
    let group = govpay("A2A,P-1,99999000021,,,,,1.00,,,F,RSSMRA85T10A562S,Mario Rossi").remove(0);
    assert_eq!(told_of(group), [(0, Some("idDominio".to_owned()), "another_creditor".to_owned())]);
    // It cancels nothing either, however much else is wrong with the row.
    let cancelled = govpay("A2A,P-1,99999000021,,,,,0").remove(0);
    assert_eq!(told_of(cancelled), [(0, Some("idDominio".to_owned()), "another_creditor".to_owned())]);
    let unnamed = (",".repeat(60), "x,".repeat(60));
    let text = format!("idPendenza,{}idDominio,importo\nP-1,{}99999000021,0\n", &unnamed.0, unnamed.1);
    let group = all(text, FileFormat::Csv, layout(FileLayout::GovPay)).remove(0);
    assert_eq!(told_of(group), [(0, Some("idDominio".to_owned()), "another_creditor".to_owned())]);
}

#[test]
fn columns_of_govpay_are_known_by_their_names() {
    let told = |header: &str| {
        let fault = file_fault(format!("{header}\n"), FileFormat::Csv, layout(FileLayout::GovPay));
        (fault.code, fault.column)
    };
    assert_eq!(told("idPendenza,importo,colore"), ("unknown_column", Some("colore".to_owned())));
    assert_eq!(told("idPendenza,importo,importo"), ("duplicate_column", Some("importo".to_owned())));
    assert_eq!(told("idA2A,importo"), ("missing_column", Some("idPendenza".to_owned())));
    assert_eq!(told("Mario,Rossi"), ("no_header", None));
    let no_due_date = one(all(
        "importo,idPendenza,identificativoPagatore,anagraficaPagatore\n1.00,P-1,RSSMRA85T10A562S,Mario Rossi\n",
        FileFormat::Csv,
        layout(FileLayout::GovPay),
    ));
    assert_eq!(no_due_date.body.get("expires_after_due_date"), None);
    let stamp = govpay("A,P-1,99999000013,,,,,1.00,,,F,RSSMRA85T10A562S,Mario Rossi,,,v1,1.00,x,,,,,,,02").remove(0);
    assert_eq!(told_of(stamp), [(0, Some("tipoBolloVoce2".to_owned()), "unsupported_value".to_owned())]);
}

fn told_of(group: RowGroup) -> Vec<(usize, Option<String>, String)> {
    told(group.content.unwrap_err())
}
