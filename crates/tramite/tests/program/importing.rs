// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite import` and `tramite outcomes`, as a table of tasks calls them.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use tramite_testkit::free_port;

use crate::process::{Ended, Running, run};

const HEADER: &str = "Codice posizione;Codice fiscale;Nominativo;Importo;Scadenza\r\n";
/// The client of the demonstration's first portal.
const PORTAL: usize = 0;

/// A demonstration, and what a client of it is told.
pub(crate) struct Demo {
    // Ends before its folder goes.
    _running: Running,
    folder: TempDir,
    url: String,
    client: Value,
}

impl Demo {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let (listen, node) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
        let arguments =
            ["demo", "--json", "--data-dir", data.to_str().unwrap(), "--listen", &listen, "--sandbox-listen", &node];
        let mut running = Running::start(&arguments, &[]);
        let shown: Value = serde_json::from_str(&running.line()).unwrap();
        let client = shown["clients"][PORTAL].clone();
        std::fs::write(folder.path().join("secret"), client["client_secret"].as_str().unwrap()).unwrap();
        Self { url: shown["gateway"].as_str().unwrap().to_owned(), folder, _running: running, client }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// A table of debt positions.
    fn table(&self, name: &str, rows: &[&str]) -> String {
        let path = self.path(name);
        std::fs::write(&path, format!("{HEADER}{}\r\n", rows.join("\r\n"))).unwrap();
        path
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        let secret = self.path("secret");
        let settings = [
            ("TRAMITE_URL", self.url.as_str()),
            ("TRAMITE_CLIENT_ID", self.client["client_id"].as_str().unwrap()),
            ("TRAMITE_CLIENT_SECRET_FILE", &secret),
            ("TRAMITE_INSTITUTION", self.client["institution"].as_str().unwrap()),
            // Whatever proxy the machine has, it does not lead to itself.
            ("NO_PROXY", "127.0.0.1"),
            ("no_proxy", "127.0.0.1"),
        ];
        run(arguments, &settings)
    }
}

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).unwrap()
}

pub(crate) fn import() {
    let demo = Demo::start();
    let right = ["TARI-1;RSSMRA85T10A562S;Mario Rossi;120,50;31/12/2099", "TARI-2;RSSMRA85T10A562S;Mario Rossi;1,00;"];
    let (right, report) = (demo.table("right.csv", &right), demo.path("report.csv"));
    let ended = demo.run(&["import", &right, "--service", "TARI", "--dry-run", "--watch"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.output.contains(": completed (nothing was loaded: a dry run), 2 rows: 2 loaded\n"), "{ended:?}");
    let ended = demo.run(&["import", &right, "--service", "TARI", "--report", &report]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.output.starts_with("import ") && ended.output.ends_with(": completed, 2 rows: 2 loaded\n"),
        "{ended:?}"
    );
    let told = read(&report);
    assert!(told.lines().count() == 3 && told.contains("TARI-1") && told.contains("TARI-2"), "{told}");
    // The report is a file to load again, and says what is there already.
    let ended = demo.run(&["import", &report, "--service", "TARI", "--watch"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.output.ends_with(": completed, 2 rows: 2 unchanged\n"), "{ended:?}");
    // Without watching it says that it waits, and ends.
    let ended = demo.run(&["import", &right, "--service", "TARI"]);
    assert!(ended.code == Some(0) && ended.output.contains(": queued\n"), "{ended:?}");
    let wrong = ["TARI-3;RSSMRA85T10A562S;Mario Rossi;120,50;31/12/2099", "TARI-4;RSSMRA85T10A562S;Mario Rossi;x;"];
    let wrong = demo.table("wrong.csv", &wrong);
    for (more, code, said) in [
        (&["--on-error", "abort"][..], 4, ": aborted (nothing was loaded), 2 rows: 1 loaded, 1 rejected\n"),
        (&["--draft"][..], 3, ": completed, 2 rows: 1 loaded, 1 rejected\n"),
    ] {
        let arguments = [&["import", wrong.as_str(), "--service", "TARI", "--watch"][..], more].concat();
        let ended = demo.run(&arguments);
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert!(ended.output.ends_with(said), "{ended:?}");
    }
    let unknown = demo.path("unknown.csv");
    std::fs::write(&unknown, "external_id;colour\r\nTARI-1;red\r\n").unwrap();
    assert!(Path::new(&report).is_file());
    let ended = demo.run(&["import", &unknown, "--service", "TARI", "--report", &report]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.output.contains("unknown_column") && ended.output.contains("colour"), "{ended:?}");
    // Of this file there is no report, and the one of the file before is taken for it by nobody.
    assert!(ended.errors.contains("no report: ") && !Path::new(&report).exists(), "{ended:?}");
    resumed(&demo, &right);
    refused(&demo, &right);
}

/// What was sent before is taken up by its id.
fn resumed(demo: &Demo, file: &str) {
    let sent = demo.run(&["import", file, "--service", "TARI"]);
    let id = sent.output.split([' ', ':']).nth(1).unwrap_or_else(|| panic!("{sent:?}"));
    let report = demo.path("later.csv");
    for arguments in [&["import", "--resume", id][..], &["import", "--resume", id, "--report", report.as_str()]] {
        let ended = demo.run(arguments);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(ended.output, format!("import {id}: completed, 2 rows: 2 unchanged\n"), "{ended:?}");
    }
    assert_eq!(read(&report).lines().count(), 3);
    let unknown = "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e40";
    for (arguments, code, said) in [
        (&["import", "--resume", "TARI"][..], 2, "--resume: "),
        (&["import", "--resume", unknown][..], 1, "not_found"),
        (&["import", file, "--resume", id][..], 2, "cannot be used with"),
        (&["import", "--resume", id, "--on-error", "skip"][..], 2, "cannot be used with"),
        (&["import"][..], 2, "FILE: "),
    ] {
        let ended = demo.run(arguments);
        assert!(ended.code == Some(code) && ended.errors.contains(said), "{arguments:?}: {ended:?}");
    }
}

/// What is known to be wrong before anything is sent, and what Tramite refuses.
fn refused(demo: &Demo, file: &str) {
    let ended = demo.run(&["import", &demo.path("nowhere.csv"), "--service", "TARI"]);
    assert!(ended.code == Some(2) && ended.errors.starts_with("FILE: "), "{ended:?}");
    let ended = demo.run(&["import", file, "--service", "TA RI", "--format", "other"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.errors.contains("--service: ") && ended.errors.contains("--format: "), "{ended:?}");
    // A report takes the place of nothing but a report.
    let (before, folder, nowhere) = (read(file), demo.path("data"), demo.path("nowhere/report.csv"));
    for report in [file, folder.as_str(), nowhere.as_str()] {
        let ended = demo.run(&["import", file, "--service", "TARI", "--report", report]);
        assert!(ended.code == Some(2) && ended.errors.starts_with("--report: "), "{ended:?}");
    }
    assert_eq!(read(file), before);
    let ended = run(&["import", file], &[]);
    let named: Vec<&str> = ended.errors.lines().filter_map(|line| line.split(':').next()).collect();
    let needed = ["TRAMITE_URL", "TRAMITE_CLIENT_ID", "TRAMITE_CLIENT_SECRET_FILE", "TRAMITE_INSTITUTION"];
    assert_eq!((ended.code, named.as_slice()), (Some(2), needed.as_slice()), "{ended:?}");
    // A secret that is none is refused by Tramite, and repeated by nobody.
    std::fs::write(demo.path("secret"), "canary-6f1c").unwrap();
    let ended = demo.run(&["import", file, "--service", "TARI"]);
    assert!(ended.code == Some(1) && ended.errors.contains("invalid_client"), "{ended:?}");
    assert!(!ended.errors.contains("canary-6f1c"), "{ended:?}");
}

pub(crate) fn outcomes() {
    let demo = Demo::start();
    let cursor = demo.path("cursor");
    let asked = |output: &str, more: &[&str]| {
        let first = ["outcomes", "--since", "2020-01-01", "--output", output];
        demo.run(&[&first[..], more].concat())
    };
    let keeping = ["--cursor-file", cursor.as_str()];
    let (first, second) = (demo.path("first.csv"), demo.path("second.csv"));
    // The demonstration has paid twice.
    for (output, lines) in [(&first, 3), (&second, 1)] {
        let ended = asked(output, &keeping);
        assert_eq!((ended.code, ended.output.as_str()), (Some(0), ""), "{ended:?}");
        let table = read(output);
        assert!(table.lines().count() == lines && table.starts_with("\"line_id\""), "{table}");
        assert!(read(&cursor).trim().len() > 1);
    }
    // What perhaps nobody has fetched yet is not written over, and the place stays where it is.
    let place = read(&cursor);
    let ended = asked(&first, &keeping);
    assert!(ended.code == Some(2) && ended.errors.starts_with("--output: "), "{ended:?}");
    assert!(ended.errors.contains("is there already"), "{ended:?}");
    assert_eq!((read(&first).lines().count(), read(&cursor)), (3, place));
    let ended = asked(&cursor, &keeping);
    assert!(ended.code == Some(2) && ended.errors.contains("the file of --cursor-file"), "{ended:?}");
    // Nor where it is spelled in another way, and neither is there yet.
    let (new, same) = (demo.path("new"), demo.path("./new"));
    let ended = asked(&same, &["--cursor-file", &new]);
    assert!(ended.code == Some(2) && ended.errors.contains("the file of --cursor-file"), "{ended:?}");
    // Where no place is kept, the same lines can be had again.
    for _ in 0..2 {
        let ended = asked(&second, &[]);
        assert_eq!((ended.code, read(&second).lines().count()), (Some(0), 3), "{ended:?}");
    }
    // Where the place cannot be kept, no lines are written: they would come again each time.
    let (third, nowhere) = (demo.path("third.csv"), demo.path("nowhere/cursor"));
    let ended = asked(&third, &["--cursor-file", &nowhere]);
    assert!(ended.code == Some(2) && ended.errors.starts_with("--cursor-file: "), "{ended:?}");
    assert!(!Path::new(&third).exists());
    let ended = demo.run(&["outcomes", "--since", "2020-01-01", "--service", "TARI"]);
    assert!(ended.code == Some(0) && ended.output.lines().count() == 2, "{ended:?}");
    for arguments in [&["outcomes"][..], &["outcomes", "--since", "yesterday"]] {
        let ended = demo.run(arguments);
        assert!(ended.code == Some(2) && ended.errors.starts_with("--since: "), "{ended:?}");
    }
}
