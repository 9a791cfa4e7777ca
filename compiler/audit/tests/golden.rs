//! The trees that arvc writes, read back, and held against what their sites say: the expectations are of `allow` and of the
//! examples' own words, and of no file of the tree.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use arvc_audit::{Tree, read};
use arvc_verdict::{Path, Protocol, Verdict};

use common::{expect, files, golden};

fn names() -> Vec<String> {
    let folders = std::fs::read_dir(golden()).expect("golden trees");
    let mut names: Vec<String> =
        folders.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn named(name: &str) -> Tree {
    read(&files(&golden().join(name)))
}

#[test]
fn every_tree_is_read_whole() {
    for name in names() {
        let tree = named(&name);
        assert!(tree.unread.is_empty(), "{name}: {:#?}", tree.unread);
        assert!(tree.matrix().open().count() > 0, "{name}: something is open");
    }
}

/// What is open on the overlay, as `from -> to: what`, with neighbours that are open too drawn together.
fn overlay(tree: &Tree) -> BTreeMap<(String, String), BTreeSet<String>> {
    let mut open: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let matrix = tree.matrix();
    for cell in matrix.expand(tree) {
        let question = cell.question;
        if question.path != Path::Overlay(None) {
            continue;
        }
        assert!(!matches!(cell.verdict, Verdict::Unknown { .. }), "{question:?}: {}", cell.verdict);
        let what = match (question.protocol, question.port) {
            (protocol, Some(port)) => format!("{protocol}/{port}"),
            (protocol, None) => protocol.to_string(),
        };
        let what = if cell.verdict == Verdict::Open { what } else { continue };
        open.entry((question.from, question.to)).or_default().insert(what);
    }
    open
}

#[test]
fn the_overlay_of_the_smallest_site_is_what_its_allow_says() {
    let open = overlay(&named("small"));
    let of = |from: &str, to: &str| open.get(&(from.into(), to.into())).cloned().unwrap_or_default();
    let set = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<BTreeSet<_>>();
    // infrastructure -> projects : https; projects -> infrastructure : sql; any -> resolvers : 53.
    assert_eq!(of("db", "app"), set(&["tcp/443"]));
    assert_eq!(of("dns", "app"), set(&["tcp/443"]));
    assert_eq!(of("app", "db"), set(&["tcp/5432"]));
    assert_eq!(of("app", "dns"), set(&["tcp/53", "udp/53"]));
    for (from, to) in [("db", "dns"), ("dns", "db")] {
        let all = of(from, to);
        assert!(["icmp", "47", "tcp/1", "udp/65535", "tcp/5433"].iter().all(|what| all.contains(*what)), "{all:?}");
    }
}

#[test]
fn the_bridge_of_the_smallest_site_carries_ssh_and_tunnels_and_nothing_else() {
    let tree = named("small");
    let matrix = tree.matrix();
    for cell in matrix.expand(&tree) {
        let question = &cell.question;
        let (Path::Bridge(..), true) = (&question.path, question.to.parse::<std::net::IpAddr>().is_err()) else {
            continue;
        };
        let machine = |name: &str| ["app", "db", "dns"].contains(&name);
        let near = machine(&question.from) || question.from == "pve" || question.from.starts_with("192.168.100.");
        let ways_in = ["pve", "192.168.100.1", "192.168.100.250"].contains(&question.from.as_str());
        let open = match (question.protocol, question.port) {
            // The node is managed by whom SSH comes from, and is no member of the overlay.
            (Protocol::Tcp, Some(22 | 3128 | 5900..=5999 | 8006 | 60000..=60050)) if question.to == "pve" => ways_in,
            _ if question.to == "pve" => false,
            (Protocol::Udp, Some(4242)) => near,
            (Protocol::Tcp, Some(22)) => ways_in,
            _ => false,
        };
        let expected = if open { Verdict::Open } else { Verdict::Closed };
        assert_eq!(cell.verdict, expected, "{question:?}");
    }
}

#[test]
fn the_first_example_keeps_the_table_of_its_page() {
    let open = overlay(&named("arvandor"));
    let infrastructure = |name: &str| !["shop", "wiki", "blocks", "laptop"].contains(&name);
    let members: BTreeSet<&String> = open.keys().map(|(from, _)| from).collect();
    let everything =
        |what: &BTreeSet<String>| ["icmp", "47", "tcp/1", "udp/65535"].iter().all(|one| what.contains(*one));
    for from in &members {
        for to in members.iter().filter(|to| to != &from) {
            let what = open.get(&((*from).clone(), (*to).clone())).cloned().unwrap_or_default();
            match from.as_str() {
                // admin -> any
                "laptop" => assert!(everything(&what), "{from} -> {to}: {what:?}"),
                _ if to.as_str() == "laptop" => {
                    assert!(what.is_empty() || from.as_str() == "prometheus", "{from} -> {to}: {what:?}")
                }
                // games -> any except essentials
                "blocks" => {
                    assert!(to.as_str() == "dns" && what.len() == 2 || what.is_empty(), "{from} -> {to}: {what:?}")
                }
                "shop" | "wiki" if to.as_str() == "blocks" => assert!(what.is_empty(), "{from} -> {to}: {what:?}"),
                _ if infrastructure(from) && infrastructure(to) => {
                    assert!(everything(&what), "{from} -> {to}: {what:?}")
                }
                _ => assert!(!everything(&what), "{from} -> {to}: {what:?}"),
            }
        }
    }
    // projects -> infrastructure : database ++ cache
    let of = |from: &str, to: &str| open.get(&(from.to_owned(), to.to_owned())).cloned().unwrap_or_default();
    assert_eq!(of("shop", "postgres-02"), BTreeSet::from(["tcp/5432".to_owned()]));
    assert_eq!(of("shop", "vault-01"), BTreeSet::from(["tcp/8200".to_owned()]));
    assert_eq!(of("shop", "valkey-03"), BTreeSet::from(["tcp/26379".to_owned(), "tcp/6379".to_owned()]));
    assert_eq!(of("prometheus", "blocks"), BTreeSet::from(["tcp/9100".to_owned()]));
    assert_eq!(of("caddy", "shop"), BTreeSet::from(["tcp/8080".to_owned()]));
}

#[test]
fn what_the_first_example_hands_on_reaches_its_machine_from_the_internet() {
    expect(
        &named("arvandor"),
        "
        open internet -> caddy 198.51.100.10, routed, tcp/443
        open internet -> caddy 198.51.100.10, routed, udp/443
        open internet -> blocks 198.51.100.10, routed, tcp/25565
        open internet -> dns 198.51.100.10, routed, udp/4242
        closed internet -> caddy 198.51.100.10, routed, tcp/25565
        closed internet -> shop 192.168.100.40, routed, tcp/8080
        closed internet -> shop 198.51.100.10, routed, tcp/443
        open shop -> internet 9.9.9.9, routed, tcp/443
        closed shop -> internet 9.9.9.9, routed, tcp/22
        ",
    );
}

#[test]
fn an_overlay_address_does_not_pass_over_the_bridge() {
    // Forged or not: on the bridge a service of the overlay is not there.
    expect(
        &named("small"),
        "
        closed app -> db 10.10.10.30, bridge vmbr1, tcp/5432
        closed 10.10.10.41 -> db 10.10.10.30, bridge vmbr1, tcp/5432
        closed 10.10.10.41 -> db 192.168.100.30, bridge vmbr1, tcp/5432
        ",
    );
}

#[test]
fn an_answer_names_every_layer_and_its_lines() {
    let tree = named("small");
    let answer = common::answer(&tree, "app -> db 10.10.10.30, overlay, tcp/22");
    assert_eq!(answer.verdict, Verdict::Closed);
    let closing: Vec<_> = answer.decisions.iter().filter(|one| one.verdict == Verdict::Closed).collect();
    let parts: Vec<&str> = closing.iter().map(|one| one.part.as_str()).collect();
    assert_eq!(parts, ["outbound rules of app", "inbound rules of db", "filter of db, in"]);
    for one in closing {
        let source = &one.sources[0];
        let text = &files(&golden().join("small"))[&source.file];
        let line = text.lines().nth(source.line as usize - 1).expect("the line is there");
        assert!(
            ["  outbound:", "  inbound:", ":INPUT DROP [0:0]"].contains(&line)
                || line.trim_start().starts_with("- proto"),
            "{source}: {line}"
        );
    }
    assert!(answer.decisions.iter().all(|one| !one.words.is_empty()));
}

#[test]
fn machines_that_no_file_distinguishes_are_one_class() {
    let matrix = named("arvandor").matrix();
    let of = |name: &str| matrix.classes.iter().find(|class| class.members.iter().any(|member| member == name));
    assert_eq!(of("vault-02").map(|class| class.members.len()), Some(3));
    assert_eq!(of("valkey-01").map(|class| class.members.len()), Some(3));
    assert_eq!(of("dns").map(|class| class.members.len()), Some(1), "the lighthouse is like no other");
    assert_ne!(of("shop"), of("blocks"));
}

#[test]
fn a_class_has_the_cells_of_each_of_its_members() {
    for name in ["small", "stages", "containers", "dualstack"] {
        let tree = named(name);
        let matrix = tree.matrix();
        let class: BTreeMap<&String, usize> = matrix
            .classes
            .iter()
            .enumerate()
            .flat_map(|(index, class)| class.members.iter().map(move |name| (name, index)))
            .collect();
        let mut seen = BTreeMap::new();
        for cell in matrix.expand(&tree) {
            let question = &cell.question;
            // The Internet is nobody's class, and each of its addresses is a question of its own.
            let of = |name: &String| if name == "internet" { usize::MAX } else { class[name] };
            let (from, to) = (of(&question.from), of(&question.to));
            // So is one by which it knows a machine: a node may hand on what is for it.
            let address = match question.address {
                address if question.to == "internet" => address,
                std::net::IpAddr::V4(own) if question.from == "internet" && !own.is_private() => own.into(),
                std::net::IpAddr::V6(own) if question.from == "internet" && !own.is_unique_local() => own.into(),
                std::net::IpAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
                std::net::IpAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
            };
            let public = arvc_verdict::Question { from: String::new(), to: String::new(), address, ..question.clone() };
            let first = seen.entry((from, to, from == to, public)).or_insert_with(|| cell.verdict.clone());
            assert_eq!(*first, cell.verdict, "{name}: {question:?}");
        }
    }
}
