// SPDX-License-Identifier: AGPL-3.0-or-later
//! A relative link in a document leads to something that is there.

use std::path::Path;

use crate::none;
use crate::tree::{self, TextFile};

/// Links to what does not exist, as `file: link`.
fn dead_links(file: &TextFile, exists: &dyn Fn(&Path) -> bool) -> Vec<String> {
    let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
    targets(&file.text)
        .into_iter()
        .filter_map(|target| {
            let path = target.split(['#', '?']).next().unwrap_or_default();
            let absolute = path.is_empty() || target.contains(':');
            let place = path.strip_prefix('/').map_or_else(|| folder.join(path), |rest| Path::new(rest).to_path_buf());
            (!absolute && !exists(&place)).then(|| format!("{}: {target}", file.path))
        })
        .collect()
}

/// What a document links to: `[words](target "title")` and `[name]: target`, outside of code.
fn targets(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        // Every second part of a line split at back ticks is code.
        let words: Vec<&str> = line.split('`').step_by(2).collect();
        let line = words.join("code");
        found.extend(line.split("](").skip(1).filter_map(inline));
        found.extend(definition(&line));
    }
    found
}

fn inline(rest: &str) -> Option<String> {
    let (inside, _) = rest.split_once(')')?;
    let target = inside.split_whitespace().next()?;
    Some(target.trim_matches(['<', '>']).to_owned())
}

fn definition(line: &str) -> Option<String> {
    let (name, target) = line.strip_prefix('[')?.split_once("]: ")?;
    let first = target.split_whitespace().next()?;
    (!name.contains(']')).then(|| first.to_owned())
}

#[test]
fn no_link_is_dead() {
    let root = tree::root();
    let findings: Vec<String> = tree::texts()
        .iter()
        .filter(|file| file.ends_in(&["md"]))
        .flat_map(|file| dead_links(file, &|path| root.join(path).exists()))
        .collect();
    none("dead links", &findings);
}

#[test]
fn a_dead_link_is_found() {
    let exists = |path: &Path| [Path::new("docs/a.md"), Path::new("LICENSE")].contains(&path);
    let links = |text: &str| dead_links(&TextFile::sample("docs/b.md", text), &exists).len();
    assert_eq!(links("[a](a.md), [a](a.md#x \"A\"), [l](/LICENSE) and [w](https://tramite.example)"), 0);
    assert_eq!(links("[here](#below) and `[code](c.md)`\n```\n[c](c.md)\n```\n"), 0);
    assert_eq!(links("[c](c.md) and ![d](img/d.png)"), 2);
    assert_eq!(links("[c]\n\n[c]: c.md \"C\"\n"), 1);
    assert_eq!(links("[up](../a.md)\n[root](/c)\n[`c`](c.md)"), 3);
}
