//! Arvandor in another form: what its one node cannot survive, three can.

use std::fs;

use arvc::pipeline;
use arvc::source::Problem;
use arvc_tests::{example, root};
use pretty_assertions::assert_eq;

/// What is said of a form of the example, which extends its site.
fn said(entry: &str, text: String) -> Vec<String> {
    let site = fs::read_to_string(example("arvandor")).expect("the example is there");
    let mut load = |path: &str| if path == "site.arv" { Ok(site.clone()) } else { Err(Problem::NotFound) };
    let found = pipeline::check(entry, text, &mut load).diagnostics;
    found.iter().map(|problem| format!("{}: {}", problem.code.id, problem.message)).collect()
}

#[test]
fn on_one_node_its_loss_stops_every_cluster_and_that_is_one_lint() {
    let expected = "L0850: the loss of `nodes.pve` stops `clusters.postgres`, `clusters.valkey` and `clusters.vault`";
    assert_eq!(said("other.arv", "{ extends ./site.arv; }\n".to_owned()), [expected]);
}

#[test]
fn on_three_nodes_nothing_is_lost_with_one() {
    let path = root().join("tests/forms/arvandor-on-three-nodes.arv");
    let form = fs::read_to_string(path).expect("the form is there");
    assert_eq!(said("three.arv", form), Vec::<String>::new());
}
