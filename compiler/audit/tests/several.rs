//! Several files of rules of one machine: what is certain of them together, and what is not.

mod common;

use arvc_audit::Tree;
use common::{asks, beside, expect, machine, tree};

fn told(tree: &Tree, words: &str) {
    assert!(tree.unread.iter().any(|one| one.words.contains(words)), "{words}: {:#?}", tree.unread);
}

/// What `iptables-restore` loads: these ports are dropped.
fn restore(ports: &str) -> String {
    format!("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m multiport --dports {ports} -j DROP\nCOMMIT\n")
}

/// What `nft -f` loads: a table that drops these ports.
fn table(name: &str, ports: &str) -> String {
    format!(
        "table {name} {{\n chain input {{\n  type filter hook input priority 0; policy accept;\n  tcp dport {{ {ports} }} drop\n }}\n}}\n"
    )
}

#[test]
fn tables_of_several_files_each_see_the_packet() {
    let all = "closed tcp/22\nclosed tcp/23\nopen tcp/24";
    let (one, two) = (restore("22"), table("inet f", "23"));
    for names in [["b/rules.v4", "b/nftables.conf"], ["b/rules.v4", "b/rules.nft"], ["filters/b.v4", "other/b.nft"]] {
        let tree = beside(&[(names[0], &one), (names[1], &two)]);
        assert!(tree.unread.is_empty(), "{:#?}", tree.unread);
        asks(&tree, all);
    }
    asks(&beside(&[("b/one.nft", &table("inet g", "22")), ("b/two.nft", &two)]), all);
    asks(&beside(&[("b/one.nft", &table("ip f", "22")), ("b/two.nft", &two)]), all);
    // Tables of several kinds, and of both families.
    let nat = "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 23 -j DROP\nCOMMIT\n";
    asks(&beside(&[("b/one.v4", &one), ("b/two.v4", nat)]), all);
    asks(&beside(&[("b/one.v4", &one), ("b/two.v6", &restore("23"))]), "closed tcp/22\nopen tcp/23\nclosed tcp/23 6");
}

#[test]
fn of_one_table_in_two_files_nobody_knows_which_is_there() {
    let nothing = "unknown tcp/22\nunknown tcp/23\nunknown tcp/24";
    let one = restore("22");
    for names in [["b/one.v4", "b/two.v4"], ["filters/b.v4", "b/rules.v4"], ["b/rules.v4", "b/rules"]] {
        let tree = beside(&[(names[0], &one), (names[1], &restore("23"))]);
        asks(&tree, nothing);
        told(&tree, "the table ip filter");
        asks(&tree, "open tcp/22 6");
    }
    asks(&beside(&[("b/one.nft", &table("inet f", "22")), ("b/two.nft", &table("inet f", "23"))]), nothing);
    // iptables has its tables among those of nft.
    asks(&beside(&[("b/rules.v4", &one), ("b/two.nft", &table("ip filter", "23"))]), nothing);
    // One takes away what the other makes, if it comes later.
    let gone = format!("table inet g\ndelete table inet g\n{}", table("inet f", "23"));
    asks(&beside(&[("b/one.nft", &table("inet g", "22")), ("b/two.nft", &gone)]), nothing);
}

#[test]
fn what_another_file_flushes_may_be_there_or_not() {
    let flush = format!("#!/usr/sbin/nft -f\nflush ruleset\n{}", table("inet f", "23"));
    let tree = beside(&[("b/rules.v4", &restore("22")), ("b/nftables.conf", &flush)]);
    asks(&tree, "unknown tcp/22\nclosed tcp/23\nopen tcp/24\nunknown tcp/22\nclosed tcp/23 6\nopen tcp/22 6");
    told(&tree, "flush ruleset");
    // Of two that do so one alone is there.
    let other = format!("flush ruleset\n{}", table("inet g", "22"));
    asks(
        &beside(&[("b/nftables.conf", &flush), ("b/other.nft", &other)]),
        "unknown tcp/22\nunknown tcp/23\nopen tcp/24",
    );
    // So it is of what translates.
    let nat =
        "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 22 -j REDIRECT --to-ports 2222\nCOMMIT\n";
    asks(&beside(&[("b/rules.v4", nat), ("b/nftables.conf", &flush)]), "unknown tcp/22\nopen tcp/24");
}

#[test]
fn of_two_files_of_a_node_neither_is_taken_alone() {
    let b = machine("b", "ip=10.0.0.2/24,gw=10.0.0.254");
    let forward = |port: u16| {
        format!(
            "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 203.0.113.1/32 -p tcp -m tcp --dport {port} -j DNAT --to-destination 10.0.0.2:{port}\nCOMMIT\n"
        )
    };
    let of = |second: &str| {
        tree(&[
            ("pve/firewall/cluster.fw", "[OPTIONS]\nenable: 0\n"),
            ("pve/nodes/one/qemu-server/102.conf", &b),
            ("proxmox/one/a.rules", &forward(80)),
            ("proxmox/one/z.rules", second),
            (
                "wiring.json",
                r#"{"nodes": {"one": ["203.0.113.1", "10.0.0.254"]}, "own": ["203.0.113.1/32", "10.0.0.0/24"]}"#,
            ),
        ])
    };
    let ask = "internet -> b 203.0.113.1, routed, tcp/";
    expect(&of(&forward(81)), &format!("unknown {ask}80\nunknown {ask}81"));
    // A file about something else leaves it as it is.
    expect(&of(&restore("22")), &format!("open {ask}80\nclosed {ask}81"));
}
