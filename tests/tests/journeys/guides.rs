// SPDX-License-Identifier: AGPL-3.0-or-later
//! The guides, followed to the letter: their blocks are run by a shell as they stand. Addresses and what a reader fills
//! in are all that is replaced.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tramite_testkit::{Database, all_required, free_port, workspace_root};
use tramite_tests::binary::tramite;
use tramite_tests::town::Town;
use tramite_tests::until;

/// Where the guides say that gateway and simulated Node are.
const GATEWAY: &str = "127.0.0.1:8080";
const NODE: &str = "127.0.0.1:8081";

/// Whether there is a curl, without which no guide can be followed.
pub(crate) fn curl_present() -> bool {
    let present = Command::new("curl").arg("--version").output().is_ok();
    assert!(present || !all_required(), "curl is required here");
    present
}

/// The `sh` blocks of a page, in their order.
fn blocks(page: &str) -> Vec<String> {
    blocks_of(&fs::read_to_string(workspace_root().join(page)).unwrap())
}

fn blocks_of(text: &str) -> Vec<String> {
    let parts = text.split("```sh\n").skip(1);
    parts.map(|part| part.split_once("```").unwrap().0.to_owned()).collect()
}

/// What a reader fills in: the two lines, or the one, that say `…`.
fn filled(script: &str, client: &str, secret: &str) -> String {
    let mut text = String::new();
    let mut given = 0;
    for line in script.lines() {
        if line.contains('…') {
            given += line.matches('…').count();
            let has = |name: &str| line.contains(&format!("{name}=…"));
            assert!(has("CLIENT") || has("SECRET"), "{line}");
            text.push_str(&format!("CLIENT='{client}'\nSECRET='{secret}'\n"));
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    assert_eq!(given, 2, "a reader fills in a client and its secret");
    text
}

/// Runs a script in a folder; every command of it must succeed.
fn run(script: &str, folder: &Path) -> String {
    let output = Command::new("sh").args(["-e", "-c", script]).current_dir(folder).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

fn at(script: &str, gateway: &str, node: &str) -> String {
    script.replace(GATEWAY, gateway).replace(NODE, node)
}

fn plain(url: &str) -> &str {
    url.strip_prefix("http://").unwrap()
}

/// README, README.it and quickstart with the demo running, up to a completed session.
pub(crate) async fn demo(database: Database) {
    let town = Town::start(&database).await;
    let clients = town.told["clients"].as_array().unwrap();
    let portal = clients.iter().find(|one| one["institution"] == "comune-perugia").unwrap();
    let (client, secret) = (portal["client_id"].as_str().unwrap(), portal["client_secret"].as_str().unwrap());
    for page in ["README.md", "README.it.md", "docs/quickstart.md"] {
        // What starts the demo and what runs the tests is not for the shell that follows.
        let script: String = blocks(page).into_iter().filter(|block| !block.contains("cargo ")).collect();
        let script = at(&filled(&script, client, secret), plain(&town.gateway()), plain(&town.sandbox()));
        let folder = tempfile::tempdir().unwrap();
        let said = run(&script, folder.path());
        assert!(said.contains("\"status\":\"completed\""), "{page}: {said}");
        assert!(!said.contains("/errors/"), "{page}: {said}");
        if page.contains("quickstart") {
            assert!(said.contains("\"status\":\"paid\"") && said.contains("\"receipt_id\""), "{page}: {said}");
        }
    }
}

/// The guides for portals, universities and software houses, with the demo running.
pub(crate) async fn integrators(database: Database) {
    let town = Town::start(&database).await;
    let clients = town.told["clients"].as_array().unwrap();
    for (page, institution, place, proofs) in [
        ("municipal-portal", "comune-perugia", 0, &["\"status\":\"completed\"", "installment.paid", "\"fee\""][..]),
        (
            "university-system",
            "unipg",
            0,
            &["\"status\":\"partially_paid\"", "superseded", "installment.paid", "external_id"][..],
        ),
        ("software-house", "comune-perugia", 1, &["\n404\n", "\n200\n", "99999000104", "99999000112"][..]),
    ] {
        // The portal of an institution stands before the software house that acts for it too.
        let client = clients.iter().filter(|one| one["institution"] == institution).nth(place).unwrap();
        let (id, secret) = (client["client_id"].as_str().unwrap(), client["client_secret"].as_str().unwrap());
        let script = blocks(&format!("docs/guides/{page}.md")).concat();
        let script = at(&filled(&script, id, secret), plain(&town.gateway()), plain(&town.sandbox()));
        let folder = tempfile::tempdir().unwrap();
        let said = run(&script, folder.path());
        for proof in proofs {
            assert!(said.contains(proof), "{page}: {proof} is missing in {said}");
        }
        assert!(!said.contains("/errors/"), "{page}: {said}");
    }
}

/// A part of a guide that stays up: the shell becomes the program, and ends with the test.
struct Up(Child);

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a script whose last line is a program that stays.
fn start(script: &str, folder: &TempDir, variables: &[(&str, &str)]) -> Up {
    let (before, last) = script.trim_end().rsplit_once('\n').unwrap_or(("", script.trim_end()));
    let programs = tramite().parent().unwrap().display().to_string();
    let path = format!("{programs}:{}", std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRAMITE_")) {
        shell.env_remove(name);
    }
    shell.args(["-e", "-c", &format!("{before}\nexec {last}")]).current_dir(folder.path());
    shell.env("PATH", path).envs(variables.iter().copied()).stdin(Stdio::null()).stderr(Stdio::null());
    Up(shell.stdout(Stdio::piped()).spawn().unwrap())
}

/// Operating, "First start", and from there on the first institution, up to a stored receipt.
pub(crate) async fn first_institution() {
    let address = || format!("127.0.0.1:{}", free_port());
    let (gateway, private, node) = (address(), address(), address());
    let folder = tempfile::tempdir().unwrap();
    let pages = blocks("docs/operating.md");
    let [serve, sandbox, ..] = pages.as_slice() else { panic!("{pages:?}") };
    let listen = [("TRAMITE_LISTEN", gateway.as_str()), ("TRAMITE_PRIVATE_LISTEN", private.as_str())];
    let mut serving = start(&at(serve, &gateway, &node), &folder, &listen);
    let said = BufReader::new(serving.0.stdout.take().unwrap());
    let shown = tokio::task::spawn_blocking(move || {
        let lines = said.lines().map_while(Result::ok);
        let words = |line: String| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let mut shown = lines.map(words).filter(|words| words.len() == 2 && words[0].starts_with("client_"));
        (shown.next().unwrap().remove(1), shown.next().unwrap().remove(1))
    });
    let (client, secret) = shown.await.unwrap();
    let answers = async |url: String| tramite_tests::http::get(&url).await.is_ok_and(|answer| answer.status() == 200);
    until("the gateway answers", async || answers(format!("http://{gateway}/status")).await).await;
    let _playing = start(&at(sandbox, &gateway, &node), &folder, &[("TRAMITE_SANDBOX_LISTEN", node.as_str())]);
    until("the sandbox answers", async || answers(format!("http://{node}/sandbox/v1/status")).await).await;

    let script = blocks("docs/first-institution.md").concat();
    let said = run(&at(&filled(&script, &client, &secret), &gateway, &node), folder.path());
    assert!(!said.contains("/errors/") && said.contains("\"outcome\":\"OK\""), "{said}");
    let (_, receipts) = said.rsplit_once("{\"items\":").unwrap();
    assert!(receipts.contains("\"amount\":12050") && receipts.contains("\"external_id\":\"first-"), "{said}");
    let script = blocks("docs/guides/operator.md").concat();
    let said = run(&at(&filled(&script, &client, &secret), &gateway, &node), folder.path());
    assert!(!said.contains("/errors/") && said.contains("\"status\":\"revoked\""), "{said}");
    assert!(said.contains("paVerifyPaymentNotice"), "the timeline of the payment: {said}");
}

/// The guides, by the names of their files, that lack their twin in the other language or hold other blocks than it.
fn unlike(guides: &BTreeMap<String, String>) -> Vec<String> {
    let stem = |name: &String| name.strip_suffix(".it.md").or_else(|| name.strip_suffix(".md")).map(str::to_owned);
    let stems: BTreeSet<String> = guides.keys().filter_map(stem).collect();
    let of = |name: String| guides.get(&name).map(|text| blocks_of(text));
    let finding = |stem: String| match (of(format!("{stem}.md")), of(format!("{stem}.it.md"))) {
        (Some(english), Some(italian)) => {
            let differs = |at: &usize| english.get(*at) != italian.get(*at);
            let at = (0..english.len().max(italian.len())).find(differs)?;
            Some(format!("{stem}: block {} is not the same in both languages", at + 1))
        }
        (None, _) => Some(format!("{stem}: not there in English")),
        (_, None) => Some(format!("{stem}: not there in Italian")),
    };
    stems.into_iter().filter_map(finding).collect()
}

/// Whoever follows a guide in Italian runs what stands in the English one, which is run above.
pub(crate) fn in_both_languages() {
    let mut guides = BTreeMap::new();
    for entry in fs::read_dir(workspace_root().join("docs/guides")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        guides.insert(name.to_owned(), fs::read_to_string(&path).unwrap());
    }
    assert!(!guides.is_empty(), "there are guides");
    assert_eq!(unlike(&guides), Vec::<String>::new());
    // Of each of them it is noticed when it is missing, or says something else.
    for (name, text) in &guides {
        let mut others = guides.clone();
        others.remove(name);
        assert_eq!(unlike(&others).len(), 1, "{name} is missing");
        others.insert(name.clone(), text.replacen("```sh\n", "```sh\ntrue\n", 1));
        assert_eq!(unlike(&others).len(), 1, "{name} holds another command");
    }
}
