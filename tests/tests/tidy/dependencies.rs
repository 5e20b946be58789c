// SPDX-License-Identifier: AGPL-3.0-or-later
//! Dependencies between our crates point inwards: domain → nothing of ours; pagopa, storage,
//! outbound, documents → domain; gateway, worker, sandbox → those; the program → all. No sideways edges.

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::{none, tree};

const TESTKIT: &str = "tramite-testkit";

/// Our crates by ring, from the centre; a crate may depend on rings within its own.
const RINGS: [(&str, u8); 12] = [
    ("tramite-domain", 0),
    ("tramite-telemetry", 0),
    ("tramite-pagopa", 1),
    ("tramite-storage", 1),
    ("tramite-outbound", 1),
    ("tramite-documents", 1),
    ("tramite-gateway", 2),
    ("tramite-worker", 2),
    ("tramite-sandbox", 2),
    ("tramite", 3),
    ("tramite-tests", 4),
    // Knows nothing of ours, and nobody but tests knows it.
    (TESTKIT, 0),
];

/// One of our crates depends on another.
struct Edge {
    from: String,
    to: String,
    only_for_tests: bool,
}

fn wrong_edges(edges: &[Edge]) -> Vec<String> {
    edges.iter().filter_map(|edge| reason(edge).map(|why| format!("{} → {}: {why}", edge.from, edge.to))).collect()
}

fn reason(edge: &Edge) -> Option<&'static str> {
    let (Some(from), Some(to)) = (ring(&edge.from), ring(&edge.to)) else {
        return Some("a crate without a place in the architecture");
    };
    if edge.to == TESTKIT {
        let tests = edge.only_for_tests || edge.from == "tramite-tests";
        return (!tests).then_some("the testkit is a dev-dependency");
    }
    if edge.from == TESTKIT {
        return Some("the testkit knows nothing of ours");
    }
    (to >= from).then_some("outwards or sideways")
}

fn ring(name: &str) -> Option<u8> {
    RINGS.iter().find_map(|(known, ring)| (*known == name).then_some(*ring))
}

#[test]
fn dependencies_point_inwards() {
    let metadata = MetadataCommand::new()
        .manifest_path(tree::root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata answers");
    let ours = |name: &str| metadata.packages.iter().any(|package| package.name == name);
    let mut edges = Vec::new();
    for package in &metadata.packages {
        assert!(ring(&package.name).is_some(), "{} has no place in the architecture", package.name);
        for dependency in package.dependencies.iter().filter(|one| ours(&one.name)) {
            edges.push(Edge {
                from: package.name.to_string(),
                to: dependency.name.clone(),
                only_for_tests: dependency.kind == DependencyKind::Development,
            });
        }
    }
    assert!(!edges.is_empty(), "no edge was seen");
    none("dependencies", &wrong_edges(&edges));
}

#[test]
fn a_wrong_edge_is_found() {
    let edge = |from: &str, to: &str, only_for_tests| Edge { from: from.to_owned(), to: to.to_owned(), only_for_tests };
    let right = [
        edge("tramite-storage", "tramite-domain", false),
        edge("tramite-sandbox", "tramite-pagopa", false),
        edge("tramite", "tramite-worker", false),
        edge("tramite-storage", TESTKIT, true),
        edge("tramite-tests", TESTKIT, false),
    ];
    assert_eq!(wrong_edges(&right), Vec::<String>::new());
    let wrong = [
        edge("tramite-domain", "tramite-storage", false),
        edge("tramite-pagopa", "tramite-storage", false),
        edge("tramite-outbound", "tramite-storage", false),
        edge("tramite-gateway", "tramite-sandbox", true),
        edge("tramite-worker", TESTKIT, false),
        edge(TESTKIT, "tramite-domain", false),
        edge("tramite-domain", "tramite-newcomer", false),
    ];
    assert_eq!(wrong_edges(&wrong).len(), wrong.len());
}
