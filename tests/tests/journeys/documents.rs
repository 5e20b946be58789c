// SPDX-License-Identifier: AGPL-3.0-or-later
//! Notices of an import in one file, as an office has them made for its print shop: the process is killed on the way, and the file is the
//! whole one, with each notice once.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Cursor, Read as _};
use std::time::Duration;

use serde_json::{Value, json};
use tramite_testkit::{Database, free_port};
use tramite_tests::api::Api;
use tramite_tests::town::Town;
use tramite_tests::upload;

/// Debt positions: drawn in a debug build they take long enough to be killed among them.
const ROWS: usize = 400;
/// How much is drawn when the process is killed, of a hundred.
const SHARE: usize = 37;

pub(crate) async fn killed(database: Database) {
    let mut town = Town::start(&database).await;
    town.demo.stop();
    let listen = format!("127.0.0.1:{}", free_port());
    let settings = [("TRAMITE_WITH_WORKER", "true".to_owned())];
    let mut served = town.serve_with(&listen, &settings).await;
    let api = town.api_at(&served.url, "comune-perugia").await;
    let fields = [("service_code", "TARI")];
    let import = upload::begin(&served.url, api.token(), &fields, "righe.csv", &rows()).await;
    assert_eq!(upload::ended(&api, &import).await["counts"]["loaded"], json!(ROWS));
    let numbers = numbers(&api).await;
    assert_eq!(numbers.len(), ROWS);
    for format in ["pdf", "zip"] {
        let body = json!({"kind": "notice", "format": format, "import_id": import, "language": "it-en"});
        let asked = api.post("/v1/document-batches", &body).await;
        assert_eq!(asked.status, 202, "{}", asked.body);
        let path = format!("/v1/document-batches/{}", asked.body["id"].as_str().unwrap());
        while drawn(&api.get(&path).await.body) < ROWS * SHARE / 100 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        served.process.kill();
        served = town.serve_with(&listen, &settings).await;
        let batch = loop {
            let batch = api.get(&format!("{path}?wait=20")).await.body;
            if batch["is_final"] == true {
                break batch;
            }
        };
        assert_eq!((&batch["status"], drawn(&batch)), (&json!("completed"), ROWS), "{batch}");
        let file = api.download(&format!("{path}/file")).await;
        assert_eq!(json!(file.len()), batch["file"]["bytes"]);
        let told = told(&api, &path).await;
        let names: BTreeSet<String> = told.iter().map(|one| one["file_name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(names, numbers.iter().map(|number| format!("{number}.pdf")).collect());
        if format == "zip" {
            archived(file, &names);
        } else {
            let pages: Vec<u64> = told.iter().map(|one| one["first_page"].as_u64().unwrap()).collect();
            assert!(pages.windows(2).all(|two| two[0] < two[1]), "each begins behind the one before");
            assert!(file.starts_with(b"%PDF-1.7") && file.ends_with(b"%%EOF\n"));
        }
    }
    let events = api.get("/v1/events?type=document_batch.finished").await.body;
    let told: Vec<&Value> = events["items"].as_array().unwrap().iter().map(|event| &event["data"]["status"]).collect();
    assert_eq!(told, ["completed", "completed"], "each is told of once");
}

fn rows() -> Vec<u8> {
    let mut text = String::from("external_id;codice_fiscale;nominativo;importo;scadenza;causale\r\n");
    for at in 0..ROWS {
        write!(text, "DOC-{at};RSSMRA85T10A562S;Mario Rossi;{},{:02};31/12/2099;Rata {at}\r\n", 1 + at, at % 100)
            .unwrap();
    }
    text.into_bytes()
}

fn drawn(batch: &Value) -> usize {
    batch["counts"]["drawn"].as_u64().and_then(|drawn| usize::try_from(drawn).ok()).unwrap()
}

/// Every item of a list.
async fn all(api: &Api, path: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("{path}limit=500{cursor}")).await.body;
        found.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

async fn numbers(api: &Api) -> BTreeSet<String> {
    let owed = all(api, "/v1/debt-positions?service_code=TARI&due_date_from=2099-12-31&").await;
    let number =
        |one: &Value| one["payment_options"][0]["installments"][0]["notice_number"].as_str().unwrap().to_owned();
    owed.iter().map(number).collect()
}

async fn told(api: &Api, path: &str) -> Vec<Value> {
    all(api, &format!("{path}/documents?")).await
}

/// The archive has each notice once, and the list of them.
fn archived(file: Vec<u8>, names: &BTreeSet<String>) {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut found = BTreeSet::new();
    for at in 0..archive.len() {
        let mut one = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        one.read_to_end(&mut bytes).unwrap();
        let name = one.name().unwrap().into_owned();
        if name == "index.csv" {
            assert_eq!(String::from_utf8(bytes).unwrap().lines().count(), names.len() + 1);
        } else {
            assert!(bytes.starts_with(b"%PDF-"), "{name}");
            assert!(found.insert(name), "each once");
        }
    }
    assert_eq!(&found, names);
}
