// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite service apply`, with all services that ship as examples.

use std::path::{Path, PathBuf};

use crate::importing::Demo;

/// Files of a folder of examples. The institution of the demonstration has one account.
fn examples(demo: &Demo, folder: &str) -> Vec<String> {
    let from = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(folder);
    let to = PathBuf::from(demo.path(folder));
    std::fs::create_dir(&to).unwrap();
    let copied = std::fs::read_dir(from).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let copy = to.join(path.file_name().unwrap());
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&copy, text.replace(r#""account_id": "cds""#, r#""account_id": "main""#)).unwrap();
        copy.display().to_string()
    });
    let mut all: Vec<String> = copied.collect();
    all.sort();
    all
}

pub(crate) fn apply() {
    let demo = Demo::start();
    let (definitions, registries) = (examples(&demo, "services"), examples(&demo, "registries"));
    assert!(definitions.len() >= 18 && registries.len() >= 6, "{definitions:?} {registries:?}");
    let mut arguments = vec!["service", "apply"];
    for registry in &registries {
        arguments.extend(["--registry", registry.as_str()]);
    }
    arguments.extend(definitions.iter().map(String::as_str));
    // The same files again change nothing.
    for _ in 0..2 {
        let ended = demo.run(&arguments);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let told: Vec<&str> = ended.output.lines().collect();
        assert_eq!(told.len(), definitions.len() + registries.len(), "{ended:?}");
        assert!(told.iter().all(|line| line.ends_with(": version 1")), "{ended:?}");
    }
    // What is changed is the next version; what is wrong is told by its place, and ends none of the others.
    let plain = definitions.iter().find(|path| path.ends_with("bianco-base.json")).unwrap();
    let other = definitions.iter().find(|path| path.ends_with("mensa.json")).unwrap();
    edit(plain, r#""max_length": 100"#, r#""max_length": 90"#);
    edit(other, r#""remittance_template": ""#, r#""remittance_template": "{nobody} "#);
    let ended = demo.run(&["service", "apply", other, plain]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert_eq!(ended.output, "BIANCO-BASE: version 2\n", "{ended:?}");
    assert!(
        ended.errors.contains("validation_failed") && ended.errors.contains("/remittance_template: unknown_name"),
        "{ended:?}"
    );
    refused(&demo, plain);
}

/// What is known to be wrong before anything is sent.
fn refused(demo: &Demo, plain: &str) {
    let nameless = demo.path("nameless.json");
    std::fs::write(&nameless, "{}").unwrap();
    let list = demo.path("list.json");
    std::fs::write(&list, "[]").unwrap();
    for (arguments, said) in [
        (&["service", "apply"][..], "FILE"),
        (&["service", "apply", "nowhere.json"], "FILE: nowhere.json: "),
        (&["service", "apply", nameless.as_str()], "no code of a service"),
        (&["service", "apply", list.as_str()], "one JSON object"),
        (&["service", "apply", plain, plain], "another file is of BIANCO-BASE too"),
        (&["service", "apply", plain, "--registry", "Nowhere Here.json"], "--registry: "),
    ] {
        let ended = demo.run(arguments);
        assert!(ended.code == Some(2) && ended.errors.contains(said), "{arguments:?}: {ended:?}");
    }
}

fn edit(path: impl AsRef<Path>, from: &str, to: &str) {
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}
