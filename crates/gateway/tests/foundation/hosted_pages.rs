// SPDX-License-Identifier: AGPL-3.0-or-later
//! Hosted pages: whose they are, how a form becomes a payment without a script, and what a look-up never tells.

use std::time::{Duration, Instant};

use serde_json::json;
use tramite_testkit::Database;

use crate::support::made::{form, registry};
use crate::support::seed::{Known, Seeded};
use crate::support::{Ask, Seen, TestGateway, debt_position};

pub(super) const PAGES: &str = "/p/comune-a";
pub(super) const FORM: &str = "/p/comune-a/MENSA";
pub(super) const LOOKUP: &str = "/p/comune-a/receipt";
pub(super) const TAX_CODE: &str = "RSSMRA85T10A562S";

fn switch(seeded: &Seeded) -> String {
    format!("/v1/institutions/{}/hosted-pages", seeded.a.id)
}

/// Institution A with a form and pages that act for that client.
pub(super) async fn hosted(database: &Database) -> (TestGateway, Seeded) {
    let gateway = TestGateway::new(database).await;
    let seeded = hosting(&gateway).await;
    (gateway, seeded)
}

/// The same of a gateway that is there.
pub(super) async fn hosting(gateway: &TestGateway) -> Seeded {
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    portal.put("/v1/registries/streets", &registry()).await.is(201);
    portal.put("/v1/services/MENSA/form/definition", &form("MENSA")).await.is(201);
    switched(gateway, &seeded, &seeded.for_a).await;
    seeded
}

async fn switched(gateway: &TestGateway, seeded: &Seeded, client: &Known) {
    let body = json!({"client_id": client.id});
    let seen = gateway.portal(&seeded.for_a).put(switch(seeded), &body).await;
    assert_eq!(seen.is(200).json()["hosted_pages"]["client_id"], json!(client.id));
}

/// A browser that runs no scripts: it keeps its cookie and sends what a page's form holds.
pub(super) struct Browser<'a> {
    gateway: &'a TestGateway,
    cookie: Option<String>,
    page: String,
}

impl<'a> Browser<'a> {
    pub(super) fn new(gateway: &'a TestGateway) -> Self {
        Self { gateway, cookie: None, page: String::new() }
    }

    pub(super) async fn see(&mut self, ask: Ask) -> Seen {
        let ask = match &self.cookie {
            Some(cookie) => ask.header("Cookie", cookie),
            None => ask,
        };
        let seen = self.gateway.ask(ask).await;
        if let Some(cookie) = seen.header("set-cookie") {
            assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
            self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
        }
        // A paper leaves the page where it is.
        if let Ok(page) = std::str::from_utf8(&seen.body) {
            page.clone_into(&mut self.page);
        }
        seen
    }

    pub(super) async fn open(&mut self, path: &str) -> Seen {
        self.see(Ask::get(path)).await
    }

    /// Every hidden input of the page, and what is filled in.
    pub(super) fn form(&self, filled: &[(&str, &str)]) -> String {
        let inputs = self.page.split("<input type=\"hidden\" ").skip(1);
        let attribute = |text: &str, name: &str| {
            text.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned()
        };
        let hidden = inputs.map(|one| (attribute(one, "name"), attribute(one, "value")));
        let given = filled.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let pairs: Vec<(String, String)> = hidden.chain(given).collect();
        serde_urlencoded::to_string(pairs).unwrap()
    }

    pub(super) async fn send(&mut self, path: &str, filled: &[(&str, &str)]) -> Seen {
        let body = self.form(filled);
        self.see(Ask::post(path).form(body)).await
    }

    /// Fills the form in, to its summary.
    pub(super) async fn fill(&mut self, holder: &str) -> Seen {
        self.open(FORM).await.is(200);
        let filled = [("v.tax_code", TAX_CODE), ("v.holder", holder), ("v.street", "V1"), ("do", "continue")];
        self.send(FORM, &filled).await
    }
}

pub(crate) async fn pages_are_there_for_as_long_as_the_institution_and_its_client_want_them(database: Database) {
    let (gateway, seeded) = hosted(&database).await;
    let pages = gateway.ask(Ask::get(PAGES)).await;
    assert!(pages.is(200).text().contains("Comune di Esempio") && pages.text().contains(FORM), "{}", pages.text());
    // Without a form, with another client's or under another name there is nothing.
    for path in ["/p/comune-a/TARI", "/p/comune-b", "/p/comune-c", "/p/99999000013", &format!("/p/{}", seeded.a.id)] {
        assert!(gateway.ask(Ask::get(path)).await.is(404).text().contains("Pagina non trovata"), "{path}");
    }
    // Those of a client with some services show these alone.
    switched(&gateway, &seeded, &seeded.narrow).await;
    gateway.ask(Ask::get(FORM)).await.is(200);
    // Who cannot start payments, or is nobody's client, makes no pages; the answer is the same.
    let portal = gateway.portal(&seeded.for_a);
    for stranger in [seeded.for_b.id.to_string(), uuid::Uuid::now_v7().to_string()] {
        let refused = portal.put(switch(&seeded), &json!({"client_id": stranger})).await;
        assert_eq!(refused.is(422).faults(), [("/client_id".to_owned(), "not_delegated".to_owned())]);
    }
    gateway
        .portal(&seeded.narrow)
        .put(switch(&seeded), &json!({"client_id": seeded.narrow.id}))
        .await
        .is_problem(404, "not_found");
    let off = portal.ask(Ask::delete(switch(&seeded))).await;
    assert!(off.is(200).json().get("hosted_pages").is_none());
    for path in [PAGES, FORM, LOOKUP] {
        gateway.ask(Ask::get(path)).await.is(404);
    }
}

pub(crate) async fn pages_end_with_the_delegation_they_act_by(database: Database) {
    let (gateway, seeded) = hosted(&database).await;
    switched(&gateway, &seeded, &seeded.other_for_a).await;
    gateway.ask(Ask::get(PAGES)).await.is(200);
    let portal = gateway.portal(&seeded.for_a);
    let all = portal.get("/v1/delegations").await.json();
    let theirs = all["items"].as_array().unwrap().iter().find(|one| one["client_id"] == json!(seeded.other_for_a.id));
    let id = theirs.unwrap()["id"].as_str().unwrap();
    portal.ask(Ask::delete(format!("/v1/delegations/{id}"))).await.is(204);
    gateway.ask(Ask::get(PAGES)).await.is(404);
}

pub(crate) async fn a_form_becomes_a_payment_without_a_script(database: Database) {
    let (gateway, seeded) = hosted(&database).await;
    let mut browser = Browser::new(&gateway);
    browser.open(FORM).await.is(200);
    let missing = browser.send(FORM, &[("v.holder", "Mario <Rossi>"), ("do", "continue")]).await;
    assert!(missing.is(422).text().contains("Compila questo campo") && missing.text().contains("Mario &lt;Rossi&gt;"));
    let summary = browser.fill("Mario Rossi").await;
    assert!(summary.is(200).text().contains("30,00 €") && summary.text().contains("Via Roma"), "{}", summary.text());
    let confirm = format!("{FORM}/confirm");
    let body = browser.form(&[("do", "pay"), ("amount", "1"), ("v.total", "1")]);
    let paid = browser.see(Ask::post(&confirm).form(&body)).await;
    let to = paid.is(303).header("location").unwrap();
    assert!(to.starts_with("http://localhost:8080/s/"), "{to}");
    // Who presses again, or goes back and takes the notice, pays the same debt.
    let again = browser.see(Ask::post(&confirm).form(body.replace("do=pay", "do=notice"))).await;
    let notice = again.is(303).header("location").unwrap().to_owned();
    let page = gateway.ask(Ask::get(&notice)).await;
    assert!(page.is(200).text().contains("Il tuo avviso"), "{}", page.text());
    let paper = gateway.ask(Ask::get(format!("{notice}/pdf"))).await;
    assert!(paper.is(200).body.starts_with(b"%PDF"));
    let made = gateway.portal(&seeded.for_a).get("/v1/submissions").await.json();
    let items = made["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["amount"]), (1, &json!(3_000)), "{made}");
    let sessions = gateway.portal(&seeded.for_a).get("/v1/checkout-sessions").await.json();
    assert_eq!(sessions["items"][0]["amount"], 3_000);
    // Another key of a notice opens none.
    let (start, handle) = notice.rsplit_once('/').unwrap();
    let other: String = handle.chars().rev().collect();
    gateway.ask(Ask::get(format!("{start}/{other}"))).await.is(404);
}

pub(crate) async fn a_price_that_changed_is_read_again_before_it_is_owed(database: Database) {
    let (gateway, seeded) = hosted(&database).await;
    let mut browser = Browser::new(&gateway);
    browser.fill("Mario Rossi").await.is(200);
    let mut dearer = registry();
    dearer["rows"][0]["amount"] = json!(4_000);
    gateway.portal(&seeded.for_a).put("/v1/registries/streets", &dearer).await.is(200);
    let confirm = format!("{FORM}/confirm");
    let changed = browser.send(&confirm, &[("do", "notice")]).await;
    assert!(
        changed.is(200).text().contains("40,00 €") && changed.text().contains("sono cambiati"),
        "{}",
        changed.text()
    );
    assert!(gateway.portal(&seeded.for_a).get("/v1/submissions").await.json()["items"].as_array().unwrap().is_empty());
    browser.send(&confirm, &[("do", "notice")]).await.is(303);
}

pub(crate) async fn a_form_from_elsewhere_is_refused_and_one_that_is_too_old_is_shown_again(database: Database) {
    let (gateway, _) = hosted(&database).await;
    let mut browser = Browser::new(&gateway);
    browser.open(FORM).await.is(200);
    let body = browser.form(&[("v.holder", "Mario"), ("do", "continue")]);
    let cookie = browser.cookie.clone().unwrap();
    let ask = || Ask::post(FORM).form(&body);
    gateway.ask(ask()).await.is(403);
    gateway.ask(ask().header("Cookie", &cookie).header("Sec-Fetch-Site", "cross-site")).await.is(403);
    gateway.ask(ask().header("Cookie", &cookie).header("Origin", "https://altrove.example")).await.is(403);
    let other = gateway.ask(Ask::get(FORM)).await.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    gateway.ask(ask().header("Cookie", other)).await.is(403);
    gateway.ask(ask().header("Cookie", &cookie)).await.is(422);
    gateway.world.pass(4 * 3_600);
    let old = gateway.ask(ask().header("Cookie", &cookie).header("Sec-Fetch-Site", "same-origin")).await;
    assert!(old.is(200).text().contains("troppo tempo") && old.text().contains("value=\"Mario\""), "{}", old.text());
    gateway.ask(ask().header("Cookie", &cookie)).await.is(403);
}

pub(crate) async fn a_page_runs_nothing_and_loads_nothing_but_ours(database: Database) {
    let (gateway, _) = hosted(&database).await;
    for path in [PAGES, FORM, LOOKUP] {
        let page = gateway.ask(Ask::get(path)).await;
        let policy = page.is(200).header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert!(!page.text().contains("<style") && !page.text().contains(" style=") && !page.text().contains(" on"));
        for address in page.text().split("src=\"").skip(1).chain(page.text().split("<link ").skip(1)) {
            assert!(!address.split('>').next().unwrap().contains("://"), "{address}");
        }
        let script = page.text().split("<script src=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let asset = gateway.ask(Ask::get(&script).header("Accept-Encoding", "gzip")).await;
        assert_eq!(asset.is(200).header("content-encoding"), Some("gzip"));
        assert_eq!(asset.header("cache-control"), Some("public, max-age=31536000, immutable"));
        let etag = asset.header("etag").unwrap();
        gateway.ask(Ask::get(&script).header("If-None-Match", etag)).await.is(304);
    }
    gateway.ask(Ask::get("/p/-/style-0000.css")).await.is(404);
    let english = gateway.ask(Ask::get(FORM).header("Accept-Language", "en-GB")).await;
    assert!(
        english.text().contains("<html lang=\"en\">") && english.text().contains("Passo carrabile"),
        "else Italian"
    );
}

/// An open notice of A, and one of B.
async fn notices(gateway: &TestGateway, seeded: &Seeded) -> [String; 2] {
    let mut numbers = Vec::new();
    for client in [&seeded.for_a, &seeded.for_b] {
        let mut position = debt_position("L-1");
        position["publish"] = json!(true);
        let made = gateway.portal(client).post("/v1/debt-positions", &position).await.is(201).json();
        let number = made["payment_options"][0]["installments"][0]["notice_number"].as_str().unwrap();
        numbers.push(number.to_owned());
    }
    numbers.try_into().unwrap()
}

pub(crate) async fn a_look_up_tells_state_amount_and_day_and_a_miss_tells_nothing(database: Database) {
    let (gateway, seeded) = hosted(&database).await;
    let [ours, theirs] = notices(&gateway, &seeded).await;
    let mut browser = Browser::new(&gateway);
    browser.open(LOOKUP).await.is(200);
    let page = browser.page.clone();
    let mut look = async |notice: &str, tax_code: &str| {
        browser.page.clone_from(&page);
        let began = Instant::now();
        let seen = browser.send(LOOKUP, &[("notice", notice), ("tax_code", tax_code)]).await;
        (seen, began.elapsed())
    };
    let (start, end) = ours.split_at(4);
    let spaced = format!("{start} {end}");
    let (found, took) = look(&spaced, "rssmra85t10a562s").await;
    assert!(found.is(200).text().contains("Da pagare") && found.text().contains(&ours), "{}", found.text());
    assert!(!found.text().contains("Rossi"), "no name");
    assert!(took >= Duration::from_millis(150));
    let mut answers = Vec::new();
    for (notice, tax_code) in [
        (ours.as_str(), "VRDLGI70A01H501X"),
        (&theirs, TAX_CODE),
        ("305000000000000099", TAX_CODE),
        ("nonsense", TAX_CODE),
        (&ours, "ANONIMO"),
    ] {
        let (missed, took) = look(notice, tax_code).await;
        assert!(took >= Duration::from_millis(150), "{took:?}");
        let text = missed.is(422).text().replace(notice, "N").replace(tax_code, "C");
        // The voucher is another each time.
        let (before, rest) = text.split_once("name=\"page\" value=\"").unwrap();
        answers.push(format!("{before}{}", rest.split_once('"').unwrap().1));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
}

pub(crate) async fn who_looks_up_too_often_waits_and_locks_nobody_out(database: Database) {
    let gateway = TestGateway::with(&database, |settings| {
        settings.limits.lookups_source_per_minute = std::num::NonZeroU32::new(2).unwrap();
        settings.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let seeded = gateway.seed().await;
    switched(&gateway, &seeded, &seeded.for_a).await;
    let mut browser = Browser::new(&gateway);
    browser.open(LOOKUP).await.is(200);
    let body = browser.form(&[("notice", "305000000000000099"), ("tax_code", TAX_CODE)]);
    let cookie = browser.cookie.clone().unwrap();
    let ask = || Ask::post(LOOKUP).form(&body).header("Cookie", &cookie);
    for _ in 0..2 {
        gateway.ask(ask()).await.is(422);
    }
    let waits = gateway.ask(ask()).await;
    assert!(waits.is(429).header("retry-after").unwrap().parse::<u32>().unwrap() <= 30);
    assert!(waits.text().contains("Riprova"));
}

pub(crate) async fn who_goes_back_to_the_form_and_on_again_pays_the_same_debt(database: Database) {
    let (gateway, seeded) = hosted(&database).await;
    let mut browser = Browser::new(&gateway);
    browser.open(FORM).await.is(200);
    let filled = [("v.tax_code", TAX_CODE), ("v.holder", "Mario Rossi"), ("v.street", "V1"), ("do", "continue")];
    let sent = browser.form(&filled);
    let confirm = format!("{FORM}/confirm");
    for _ in 0..2 {
        // A browser that goes back from Checkout sends the form once more, and reads another summary.
        browser.see(Ask::post(FORM).form(&sent)).await.is(200);
        browser.send(&confirm, &[("do", "pay")]).await.is(303);
    }
    let portal = gateway.portal(&seeded.for_a);
    assert_eq!(portal.ids("/v1/submissions").await.len(), 1);
    // So does whoever looks at what they entered once more, and changes nothing of it.
    browser.see(Ask::post(FORM).form(&sent)).await.is(200);
    browser.send(FORM, &[("do", "back")]).await.is(200);
    browser.send(FORM, &filled).await.is(200);
    browser.send(&confirm, &[("do", "pay")]).await.is(303);
    assert_eq!(portal.ids("/v1/submissions").await.len(), 1);
    // Whoever enters something else means something else.
    browser.see(Ask::post(FORM).form(sent.replace("V1", "V2"))).await.is(200);
    browser.send(&confirm, &[("do", "pay")]).await.is(303);
    assert_eq!(portal.ids("/v1/submissions").await.len(), 2);
}

pub(crate) async fn of_a_debt_of_somebody_else_a_page_tells_nothing(database: Database) {
    let (gateway, seeded) = hosted(&database).await;
    let portal = gateway.portal(&seeded.for_a);
    let mut looking = form("MENSA");
    looking["lookup"] = json!({"service": "MENSA", "by": ["street"], "on_hit": "pay_existing", "on_miss": "refuse"});
    portal.put("/v1/services/MENSA/form/definition", &looking).await.is(200);
    let mut browser = Browser::new(&gateway);
    let nothing = browser.fill("Mario Rossi").await.is(409).text().to_owned();
    let mut owed = debt_position("M-1");
    owed["service_code"] = json!("MENSA");
    owed["debtor"] =
        json!({"type": "natural_person", "tax_code": "VNTMHL76M09H501D", "full_name": "Michele Venturini"});
    owed.as_object_mut().unwrap().retain(|name, _| !["amount", "due_date"].contains(&name.as_str()));
    owed["payment_options"] =
        json!([{"kind": "single", "installments": [{"amount": 7_500, "metadata": {"street": "V1"}}]}]);
    let made = portal.post("/v1/debt-positions", &owed).await.is(201).json();
    // Whoever knows the street is not the one who owes: the answer is that of nothing there.
    let theirs = browser.fill("Mario Rossi").await.is(409).text().to_owned();
    // The vouchers are others each time.
    let plain = |page: &str| {
        let lines = page.split("<main").nth(1).unwrap().lines();
        lines.filter(|line| !line.contains("\"page\"") && !line.contains("\"intention\"")).collect::<String>()
    };
    assert_eq!(plain(&theirs), plain(&nothing));
    assert!(!theirs.contains("75,00") && !theirs.contains("Venturini"), "{theirs}");
    // Who owes it reads what is due, and pays it; no paper of it is handed out here.
    browser.open(FORM).await.is(200);
    let own = [("v.tax_code", "VNTMHL76M09H501D"), ("v.holder", "M"), ("v.street", "V1"), ("do", "continue")];
    let summary = browser.send(FORM, &own).await;
    assert!(summary.is(200).text().contains("75,00 €"), "{}", summary.text());
    assert!(
        !summary.text().contains("value=\"notice\"") && !summary.text().contains("Venturini"),
        "{}",
        summary.text()
    );
    let confirm = format!("{FORM}/confirm");
    let paper = browser.form(&[("do", "notice")]);
    browser.see(Ask::post(&confirm).form(&paper)).await.is(409);
    let paid = browser.see(Ask::post(&confirm).form(paper.replace("do=notice", "do=pay"))).await;
    let session = paid.is(303).header("location").unwrap().to_owned();
    // Neither after that, nor where one comes back from paying.
    browser.see(Ask::post(&confirm).form(&paper)).await.is(409);
    let outcome = format!("{PAGES}/outcome/{}", session.rsplit('/').next().unwrap());
    let outcome = browser.open(&outcome).await.is(200).text().to_owned();
    assert!(outcome.contains("75,00 €") && !outcome.contains("/notice/"), "{outcome}");
    assert!(!outcome.contains(made["payment_options"][0]["installments"][0]["notice_number"].as_str().unwrap()));
}

pub(crate) async fn who_enters_what_somebody_else_has_submitted_is_handed_nothing_of_it(database: Database) {
    let (gateway, seeded) = hosted(&database).await;
    let mut once = form("MENSA");
    once["unique"] = json!(["tax_code"]);
    gateway.portal(&seeded.for_a).put("/v1/services/MENSA/form/definition", &once).await.is(200);
    let mut browser = Browser::new(&gateway);
    browser.fill("Mario Rossi").await.is(200);
    let confirm = format!("{FORM}/confirm");
    browser.send(&confirm, &[("do", "notice")]).await.is(303);
    let mut stranger = Browser::new(&gateway);
    stranger.fill("X").await.is(200);
    for way in ["notice", "pay"] {
        let body = stranger.form(&[("do", way)]);
        let refused =
            gateway.ask(Ask::post(&confirm).form(body).header("Cookie", stranger.cookie.as_ref().unwrap())).await;
        assert!(refused.is(409).text().contains("già stati inviati"), "{}", refused.text());
    }
}
