use std::ffi::OsString;

use arvc_verdict::{Cell, Question, Verdict};

use crate::exit;
use crate::run;
use crate::world::memory::Memory;

const CLUSTER: &str = "[OPTIONS]\nenable: 1\n[ALIASES]\nlocal_network 10.9.9.9\n";
const GUEST: &str =
    "[OPTIONS]\nenable: 1\ndhcp: 0\npolicy_out: DROP\n[RULES]\nIN ACCEPT -source 10.0.0.1 -p tcp -dport 80:82\n";
const MACHINE: &str = "name: NAME\nnet0: virtio=A,bridge=vmbr1,firewall=FIREWALL\nipconfig0: ip=10.0.0.LAST/24\n";

/// A world with two guests in `/pve`: `web` lets the port 80 in from `shop`.
fn world() -> Memory {
    let machine = |name: &str, last: &str, firewall: &str| {
        MACHINE.replace("NAME", name).replace("LAST", last).replace("FIREWALL", firewall)
    };
    let mut world = Memory::new("/");
    let files = [
        ("/pve/firewall/cluster.fw", CLUSTER.to_owned()),
        ("/pve/firewall/102.fw", GUEST.to_owned()),
        ("/pve/nodes/one/qemu-server/101.conf", machine("shop", "1", "0")),
        ("/pve/nodes/one/qemu-server/102.conf", machine("web", "2", "1")),
        ("/pve/.git/config", "[core]".into()),
    ];
    for (path, text) in files {
        world.file(path, &text);
    }
    world
}

fn audit(world: &mut Memory, line: &[&str]) -> u8 {
    run(["arvc", "audit", "/pve"].iter().chain(line).map(OsString::from), world)
}

#[test]
fn a_tree_is_told_in_a_table() {
    let mut world = world();
    assert_eq!(audit(&mut world, &[]), exit::GOOD, "{}{}", world.stdout, world.stderr);
    assert!(world.stdout.contains("    shop -> web: tcp 80-82\n"), "{}", world.stdout);
    assert!(!world.stdout.contains("Findings") && !world.stdout.contains("Not understood"), "{}", world.stdout);
}

#[test]
fn addresses_that_no_machine_has_are_told_by_what_they_stand_for() {
    let rules = "OUT ACCEPT -dest 192.0.2.0/24 -p tcp -dport 25\nOUT ACCEPT -dest 198.51.100.7 -p tcp -dport 53\n\
                 OUT DROP -dest 10.0.0.0/8\nOUT ACCEPT -p tcp -dport 443\n";
    let mut world = world();
    world.file("/pve/firewall/102.fw", format!("{GUEST}{rules}"));
    audit(&mut world, &[]);
    for line in [
        "    web -> internet: tcp 443\n",
        "    web -> others in 192.0.2.0/24: tcp 25, 443\n",
        "    web -> 198.51.100.7: tcp 53, 443\n",
    ] {
        assert!(world.stdout.contains(line), "{line}{}", world.stdout);
    }
    let boundaries = ["192.0.2.0:", "9.255.255.255", "11.0.0.0", "0.0.0.1"];
    assert!(boundaries.iter().all(|address| !world.stdout.contains(address)), "{}", world.stdout);
    // Private ones that are treated alike are told together.
    let rules = "OUT ACCEPT -dest 172.16.0.0/12 -p tcp -dport 22\nOUT ACCEPT -dest 192.168.0.0/16 -p tcp -dport 22\n";
    world.file("/pve/firewall/102.fw", format!("{GUEST}{rules}"));
    world.stdout.clear();
    audit(&mut world, &[]);
    assert!(world.stdout.contains("    web -> other private addresses: tcp 22\n"), "{}", world.stdout);
}

#[test]
fn a_finding_gives_status_1_and_its_lines() {
    let mut world = world();
    world.file("/pve/firewall/102.fw", format!("{GUEST}GROUP gone\n"));
    assert_eq!(audit(&mut world, &[]), exit::SOURCE);
    assert!(
        world.stdout.contains("firewall/102.fw:7: dangling-name: there is no security group gone"),
        "{}",
        world.stdout
    );
    world.stdout.clear();
    assert_eq!(audit(&mut world, &["--json"]), exit::SOURCE);
    let found =
        world.stdout.lines().filter(|line| line.starts_with("{\"finding\":{\"kind\":\"dangling-name\"")).count();
    assert_eq!(found, 1, "{}", world.stdout);
    assert!(world.stdout.starts_with("{\"version\":1,\"classes\":["), "{}", world.stdout);
}

#[test]
fn what_is_not_understood_gives_status_1() {
    let mut world = world();
    world.file("/pve/firewall/102.fw", format!("{GUEST}IN ACCEPT -p tcp -dport pop3\n"));
    assert_eq!(audit(&mut world, &[]), exit::SOURCE);
    assert!(world.stdout.contains("Not understood\n  firewall/102.fw:7: the port pop3"), "{}", world.stdout);
    assert!(world.stdout.contains("Unknown\n"), "{}", world.stdout);
}

#[test]
fn an_address_of_a_machine_is_asked_for_alone() {
    let second = "net1: virtio=B,bridge=vmbr2,firewall=1\nipconfig1: ip=10.1.0.2/24\n";
    let mut world = world();
    let web = MACHINE.replace("NAME", "web").replace("LAST", "2").replace("FIREWALL", "1");
    world.file("/pve/nodes/one/qemu-server/102.conf", format!("{web}{second}"));
    let shop = MACHINE.replace("NAME", "shop").replace("LAST", "1").replace("FIREWALL", "0");
    let second = second.replace("10.1.0.2", "10.1.0.1").replace("firewall=1", "firewall=0");
    world.file("/pve/nodes/one/qemu-server/101.conf", format!("{shop}{second}"));
    for what in ["10.1.0.2:80", "10.1.0.2"] {
        world.stdout.clear();
        assert_eq!(audit(&mut world, &["shop", what]), exit::SOURCE, "{what}: {}", world.stdout);
        assert!(!world.stdout.contains("vmbr1"), "{what}: {}", world.stdout);
    }
    assert_eq!(audit(&mut world, &["shop", "10.0.0.2:80"]), exit::GOOD, "{}{}", world.stdout, world.stderr);
}

#[test]
fn what_holds_of_one_address_alone_is_told_with_it() {
    let cell = |address: &str, port: u16, verdict: Verdict| {
        let (from, to, path) = ("shop".into(), "web".into(), "bridge vmbr1".parse().unwrap());
        let (address, protocol) = (address.parse().unwrap(), "tcp".parse().unwrap());
        Cell { question: Question { from, to, address, path, protocol, port: Some(port) }, verdict }
    };
    let both = |second: Verdict| {
        let ports = [1, 22, 65535].into_iter();
        let cells: Vec<Cell> = ports
            .flat_map(|port| [cell("10.0.0.2", port, Verdict::Open), cell("10.1.0.2", port, second.clone())])
            .collect();
        super::table::pair(&cells)
    };
    assert_eq!(both(Verdict::Open), "open    bridge vmbr1: everything\n");
    let apart =
        "open    bridge vmbr1, web at 10.0.0.2: everything\nclosed  bridge vmbr1, web at 10.1.0.2: everything\n";
    assert_eq!(both(Verdict::Closed), apart);
}

#[test]
fn one_question_is_answered_layer_by_layer() {
    for (what, status, words) in [
        ("web:80", exit::GOOD, "shop -> web (10.0.0.2), bridge vmbr1, tcp 80: open\n"),
        ("web:80/tcp", exit::GOOD, "firewall/102.fw:6\n"),
        ("web:83/tcp", exit::SOURCE, "closed  proxmox  into web (net0): no rule takes it, and the policy drops it\n"),
        ("web:icmp", exit::SOURCE, "icmp: closed\n"),
        ("web:47", exit::SOURCE, "tcp 47: closed\n"),
        ("web:proto 47", exit::SOURCE, "47: closed\n"),
        ("web", exit::GOOD, "open    bridge vmbr1: tcp 80-82\n"),
    ] {
        let mut world = world();
        assert_eq!(audit(&mut world, &["shop", what]), status, "{what}: {}{}", world.stdout, world.stderr);
        assert!(world.stdout.contains(words), "{what}: {}", world.stdout);
    }
    let mut world = world();
    assert_eq!(audit(&mut world, &["shop", "web:80", "--json"]), exit::GOOD);
    assert!(world.stdout.starts_with("{\"from\":\"shop\",\"to\":\"web\",\"address\":\"10.0.0.2\",\"path\":\"bridge vmbr1\",\"protocol\":\"tcp\",\"port\":80,\"verdict\":\"open\",\"decisions\":["), "{}", world.stdout);
}

#[test]
fn a_question_that_makes_no_sense_is_a_wrong_use() {
    for line in [
        &["shop", "wep:80"][..],
        &["shop", "web:80/icmp"],
        &["shop", "web:x/tcp"],
        &["shop"],
        &["shop", "web:80", "--path", "moon"],
    ] {
        let mut world = world();
        assert_eq!(audit(&mut world, line), exit::USAGE, "{line:?}: {}{}", world.stdout, world.stderr);
    }
    let mut world = world();
    audit(&mut world, &["shop", "wep:80"]);
    assert!(world.stderr.contains("help: did you mean web?"), "{}", world.stderr);
    audit(&mut world, &["shop", "operators"]);
    assert!(world.stderr.contains("help: name a machine or a node of the files, an address"), "{}", world.stderr);
    world.stdout.clear();
    assert_eq!(audit(&mut world, &["hosts.shop", "hosts.web:80"]), exit::GOOD, "{}", world.stderr);
    assert!(world.stdout.starts_with("shop -> web (10.0.0.2)"), "{}", world.stdout);
    let mut none = Memory::new("/");
    assert_eq!(audit(&mut none, &[]), exit::OUTSIDE);
    assert!(none.stderr.contains("/pve is no folder") || none.stderr.contains("pve is no folder"), "{}", none.stderr);
    // What is no tree of machines is not one in which everything is closed.
    let mut other = Memory::new("/");
    other.file("/pve/notes.md", "# Notes\n");
    assert_eq!(audit(&mut other, &[]), exit::OUTSIDE, "{}", other.stdout);
    assert!(other.stderr.contains("nothing in /pve is about a machine or a node"), "{}", other.stderr);
}

#[test]
fn a_machine_that_only_the_wiring_knows_is_asked_at_each_of_its_addresses() {
    let mut world = world();
    let wiring =
        |addresses: &str| format!(r#"{{"nodes": {{"one": ["10.0.0.254"]}}, "machines": {{"tv": [{addresses}]}}}}"#);
    world.file("/pve/wiring.json", wiring(r#""10.0.0.50""#));
    assert_eq!(audit(&mut world, &["tv", "web:80"]), exit::SOURCE, "{}", world.stderr);
    assert!(world.stdout.starts_with("tv -> web (10.0.0.2), bridge vmbr1, tcp 80: closed\n"), "{}", world.stdout);
    world.stdout.clear();
    assert_eq!(audit(&mut world, &["shop", "tv:8080"]), exit::GOOD, "{}", world.stderr);
    assert!(world.stdout.starts_with("shop -> tv (10.0.0.50), bridge vmbr1"), "{}", world.stdout);
    world.stdout.clear();
    world.file("/pve/wiring.json", wiring(r#""10.0.0.50", "10.0.0.51""#));
    assert_eq!(audit(&mut world, &["tv", "web"]), exit::SOURCE, "{}", world.stderr);
    assert_eq!(audit(&mut world, &["shop", "tv:8080"]), exit::GOOD, "{}", world.stderr);
    for address in ["10.0.0.50", "10.0.0.51"] {
        assert!(world.stdout.contains(&format!("shop -> {address} ({address})")), "{}", world.stdout);
    }
}

const QUESTION: &str =
    r#"{"from":"shop","to":"web","address":"10.0.0.2","path":"bridge vmbr1","protocol":"tcp","port":"#;

#[test]
fn a_file_of_questions_is_answered_line_by_line() {
    let mut world = world();
    let lie = r#","source":"10.0.0.9","verdict":"open"}"#;
    world.file("/cells", format!("{QUESTION}80}}\n{QUESTION}83}}\n{QUESTION}80{lie}\n"));
    assert_eq!(audit(&mut world, &["--ask", "/cells"]), exit::GOOD, "{}", world.stderr);
    let verdicts = |text: &str| {
        let words = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
        words.map(|cell| cell["verdict"].as_str().expect("a verdict").to_owned()).collect::<Vec<_>>()
    };
    // Who is no neighbour of the rule's is not let in; and what was written beside a question is somebody else's.
    assert_eq!(verdicts(&world.stdout), ["open", "closed", "closed"]);
    assert!(
        world.stdout.lines().nth(2).is_some_and(|line| line.contains(r#""source":"10.0.0.9""#)),
        "{}",
        world.stdout
    );
    world.stdout.clear();
    assert_eq!(audit(&mut world, &["--ask", "/cells", "--layer", "guest"]), exit::GOOD);
    assert_eq!(verdicts(&world.stdout), ["open"; 3], "{}", world.stdout);
    world.stdout.clear();
    assert_eq!(audit(&mut world, &["--ask", "/cells", "--json"]), exit::GOOD);
    assert!(world.stdout.lines().all(|line| line.contains(r#""decisions":[{"#)), "{}", world.stdout);
}

#[test]
fn only_verdicts_that_both_know_and_that_differ_are_told() {
    let mut world = world();
    let unknown = r#","verdict":"unknown","missing":"who knows"}"#;
    let same = format!("{QUESTION}80,\"verdict\":\"open\"}}\n{QUESTION}83{unknown}\n");
    world.file("/cells", &same);
    assert_eq!(audit(&mut world, &["--against", "/cells"]), exit::GOOD, "{}", world.stderr);
    assert_eq!(world.stdout, "");
    assert_eq!(world.stderr, "1 verdicts agree, 0 differ, and 1 are not known to both\n");
    let other = format!("{QUESTION}83,\"verdict\":\"open\"}}\n");
    world.file("/cells", same + &other);
    assert_eq!(audit(&mut world, &["--against", "/cells"]), exit::SOURCE);
    assert_eq!(world.stdout, other.replace("open", "closed").replace("}\n", ",\"against\":\"open\"}\n"));
    world.stdout.clear();
    assert_eq!(audit(&mut world, &["--against", "/cells", "--json"]), exit::SOURCE);
    assert!(world.stdout.contains(r#""decisions":[{"#), "{}", world.stdout);
    // A question alone is nothing to compare with.
    world.file("/cells", format!("{QUESTION}80}}\n"));
    assert_eq!(audit(&mut world, &["--against", "/cells"]), exit::OUTSIDE);
    assert!(world.stderr.contains("line 1: missing field `verdict`"), "{}", world.stderr);
}

#[test]
fn a_line_that_is_no_question_is_told() {
    let mut world = world();
    world.file("/cells", format!("{QUESTION}80}}\nwhat\n"));
    assert_eq!(audit(&mut world, &["--ask", "/cells"]), exit::OUTSIDE);
    assert!(world.stderr.contains("line 2"), "{}", world.stderr);
    assert_eq!(audit(&mut world, &["--ask", "/cells", "--layer", "bridge"]), exit::USAGE);
}

#[test]
fn an_address_of_a_node_is_asked_of_the_node() {
    let mut world = world();
    world
        .file("/pve/firewall/cluster.fw", format!("{CLUSTER}[RULES]\nIN ACCEPT -source 10.0.0.9 -p tcp -dport 8006\n"));
    world.file("/pve/nodes/one/interfaces", "iface vmbr1 inet static\n\taddress 10.0.0.254/24\n\tbridge-ports none\n");
    let mut said = Vec::new();
    for name in ["one", "10.0.0.254"] {
        world.stdout.clear();
        assert_eq!(audit(&mut world, &["shop", &format!("{name}:7777")]), exit::SOURCE, "{}", world.stdout);
        assert!(world.stdout.contains("into the node one"), "{}", world.stdout);
        said.push(world.stdout.clone());
    }
    assert_eq!(said[0], said[1]);
}
