//! Rules that are there only if what loads them takes the whole file, that are said by commands, or that stand in another file.

mod common;

use arvc_audit::Tree;
use common::{asks, beside, expect};

/// `b` has this file.
fn with(name: &str, text: &str) -> Tree {
    beside(&[(name, text)])
}

/// Everything is unknown, and so many things are told, the first of them with these words.
fn nothing_known(name: &str, text: &str, words: &str) {
    let tree = with(name, text);
    asks(&tree, "unknown tcp/22\nunknown tcp/23\nunknown udp/22");
    let told: Vec<&str> = tree.unread.iter().map(|one| one.words.as_str()).collect();
    assert!(told.iter().any(|one| one.contains(words)), "{told:#?}\n{text}");
}

const HEAD: &str = "table inet f {\n chain input {\n  type filter hook input priority 0; policy drop;\n  ct state established,related accept\n  tcp dport 22 accept\n";

#[test]
fn what_nft_refuses_is_not_there_at_all() {
    let inner = |rule: &str| format!("{HEAD}  {rule}\n }}\n}}\n");
    nothing_known("f/b.nft", &inner("tcp dport 23 acept"), "acept");
    nothing_known("f/b.nft", &inner("tcp dport 23 jump nochain"), "the chain nochain");
    nothing_known("f/b.nft", &inner("ip saddr @nobody accept"), "the set nobody");
    nothing_known("f/b.nft", &inner("tcp dport vmap { 23 : acept }"), "acept");
    nothing_known("f/b.nft", HEAD, "no end");
    nothing_known("f/b.nft", &format!("{}}}\n", inner("")), "not understood: }");
    nothing_known("f/b.nft", &inner("").replace("policy drop", "policy deny"), "the policy deny");
    nothing_known("f/b.nft", &inner("").replace("hook input", "hook inptu"), "the hook inptu");
    nothing_known("f/b.nft", &inner("").replace("priority 0", "priority soon"), "priority");
    nothing_known("f/b.nft", &format!("{}frobnicate everything\n", inner("")), "frobnicate");
}

#[test]
fn what_another_file_adds_to_nft_is_not_known() {
    let whole = format!("{HEAD} }}\n}}\n");
    nothing_known("f/b.nft", &format!("{whole}include \"/etc/nftables.d/*.nft\"\n"), "include /etc/nftables.d/*.nft");
    nothing_known("f/b.nft", &format!("{HEAD}  include \"/etc/local.nft\"\n }}\n}}\n"), "include /etc/local.nft");
}

#[test]
fn what_nft_knows_and_nobody_here_does_leaves_the_rest() {
    let of = |rule: &str| with("f/b.nft", &format!("{HEAD}  {rule}\n  tcp dport 25 accept\n }}\n}}\n"));
    for rule in [
        "tcp dport 23 queue num 0",
        "tcp dport 23 tproxy to :50080",
        "tcp dport 23 synproxy mss 1460 wscale 7",
        "tcp dport 23 meter x { ip saddr limit rate 5/second } accept",
        "tcp dport 23 quota until 100 mbytes accept",
        "tcp dport 23 socket cgroupv2 level 1 \"x\" accept",
        "tcp dport 23 limit rate 5/second burst 10 packets accept",
        "tcp dport 23 meta skuid root accept",
        "meta l4proto tcp @th,16,16 23 accept",
    ] {
        let tree = of(rule);
        assert!(!tree.unread.is_empty(), "{rule}");
        asks(&tree, "open tcp/22\nunknown tcp/23\nclosed udp/24\nopen tcp/25");
    }
    // What says nothing about the packet leaves even that.
    for rule in ["tcp dport 23 limit rate 5/minute log prefix \"x\"", "tcp dport 23 meta mark set 1"] {
        asks(&of(rule), "open tcp/22\nclosed tcp/23\nopen tcp/25");
    }
    asks(&of("tcp dport > 40 tcp dport <= 50 accept"), "closed tcp/40\nopen tcp/41\nopen tcp/50\nclosed tcp/51");
    let queue = |policy: &str| HEAD.replace("policy drop", policy).replace("tcp dport 22 accept", "tcp dport 22 queue");
    asks(&with("f/b.nft", &format!("{} }}\n}}\n", queue("policy accept"))), "unknown tcp/22\nopen tcp/23");
}

#[test]
fn a_hook_of_a_device_and_tables_of_other_families_are_not_known() {
    let ingress = "table netdev f {\n chain c {\n  type filter hook ingress device \"eth0\" priority 0; policy drop;\n  tcp dport 22 accept\n }\n}\n";
    nothing_known("f/b.nft", ingress, "the hook ingress");
    nothing_known("f/b.nft", &ingress.replace("netdev", "inet"), "the hook ingress");
    let bridge = "table bridge f {\n chain c {\n  type filter hook input priority 0; policy drop;\n }\n}\n";
    nothing_known("f/b.nft", bridge, "the family bridge");
}

#[test]
fn nft_says_the_same_by_commands() {
    let commands = "#!/usr/sbin/nft -f\nflush ruleset\nadd table inet f\nadd set inet f peers { type ipv4_addr; elements = { 10.0.0.9 } }\n\
        add element inet f peers { 10.0.0.1 }\nadd chain inet f input { type filter hook input priority 0; policy drop; }\n\
        add chain inet f sub\nadd rule inet f input ct state established,related accept\nadd rule inet f input tcp dport 22 accept\n\
        add rule inet f input ip saddr @peers jump sub\nadd rule inet f sub tcp dport 23 accept\n";
    let tree = with("f/b.nft", commands);
    assert!(tree.unread.is_empty(), "{:#?}", tree.unread);
    asks(&tree, "open tcp/22\nopen tcp/23\nclosed tcp/24\nclosed udp/22");
    // By its words alone: a file need not have the ending.
    asks(&with("b/rules", commands), "open tcp/22\nopen tcp/23\nclosed tcp/24");
    // Behind a table: in front of its rules, behind them, and another policy.
    let block = format!("{HEAD} }}\n}}\n");
    let tree = with(
        "f/b.nft",
        &format!("{block}insert rule inet f input tcp dport 22 drop\nadd rule inet f input tcp dport 23 accept\n"),
    );
    asks(&tree, "closed tcp/22\nopen tcp/23\nclosed tcp/25");
    let tree = with("f/b.nft", &format!("{block}chain inet f input {{ policy accept; }}\n"));
    asks(&tree, "open tcp/22\nopen tcp/25");
    let tree = with("f/b.nft", &format!("{block}add rule inet f input index 0 tcp dport 22 drop\n"));
    asks(&tree, "closed tcp/22");
    let tree =
        with("f/b.nft", &format!("{block}flush chain inet f input\nadd rule inet f input tcp dport 25 accept\n"));
    asks(&tree, "closed tcp/22\nopen tcp/25");
    let tree = with("f/b.nft", &format!("{block}delete table inet f\n"));
    asks(&tree, "open tcp/22\nopen tcp/25");
    // The family of one that names none is that of IPv4.
    let tree =
        with("f/b.nft", "table f {\n chain c {\n  type filter hook input priority filter - 10; policy drop;\n }\n}\n");
    asks(&tree, "closed tcp/22");
    expect(&tree, "open a -> b fd00::2, bridge vmbr1, tcp/22");
    for more in
        ["add rule inet f nochain accept", "add rule inet f input handle 7 accept", "delete rule inet f input handle 7"]
    {
        nothing_known("f/b.nft", &format!("{block}{more}\n"), "");
    }
}

const RESTORE: &str = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n";

#[test]
fn what_iptables_restore_refuses_is_not_there_at_all() {
    nothing_known("f/b.v4", RESTORE, "without COMMIT");
    nothing_known("f/b.v4", &format!("{RESTORE}*nat\nCOMMIT\n"), "before the COMMIT");
    nothing_known("f/b.v4", &format!("{RESTORE}COMMIT\n-A INPUT -j ACCEPT\n"), "outside of a table");
    nothing_known("f/b.v4", &format!("{RESTORE}-A nochain -j ACCEPT\nCOMMIT\n"), "not declared");
    nothing_known("f/b.v4", &format!("{RESTORE}what is this\nCOMMIT\n"), "what is this");
    for rule in [
        "-j ACEPT",
        "-j accept",
        "-j",
        "-j FORWARD",
        "-p tcp -m tcp --dport 24 -j nochain",
        "-j MASQUERADE",
        "--dport 24 -j ACCEPT",
        "--dport 24 -p tcp -j ACCEPT",
        "-p all --dport 24 -j ACCEPT",
        "-p gre --dport 24 -j ACCEPT",
        "-m multiport --dports 24,25 -j ACCEPT",
        "-p tcp --dprot 24 -j ACCEPT",
        "-p tcp --dport 99999 -j ACCEPT",
        "-m nothing -j ACCEPT",
        "-m conntrack --ctstate ESTABLSHED -j ACCEPT",
        "-o eth0 -j ACCEPT",
    ] {
        nothing_known("f/b.v4", &format!("{RESTORE}-A INPUT {rule}\nCOMMIT\n"), "that iptables-restore refuses");
    }
    // What it takes, and is read or not: the others stay.
    for rule in [
        "-p tcp -m multiport --dports 24,25 -j ACCEPT",
        "-p tcp -m tcp --dport 24 -m conntrack --ctstate new -j ACCEPT",
        "-p tcp -m tcp --dport 24 -m limit --limit 5/sec -j ACCEPT",
        "-p tcp -m tcp --dport 24 -j NFQUEUE --queue-num 1",
        "-p tcp -m tcp --dport 24 -j TARPIT --tarpit",
        "-p tcp -m tcp --dport 24 -m owner --uid-owner root -j ACCEPT",
        "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m tcp --dport 24 -j LOG --log-prefix \"a b\" --log-level 4",
    ] {
        asks(&with("f/b.v4", &format!("{RESTORE}-A INPUT {rule}\nCOMMIT\n")), "open tcp/22\nclosed tcp/23");
    }
    // Of an option and of a state some letters are enough.
    asks(
        &with("f/b.v4", &format!("{RESTORE}-A INPUT -p udp --dpo 24 -j ACCEPT\nCOMMIT\n")),
        "open tcp/22\nclosed tcp/23",
    );
    asks(&with("f/b.v4", &format!("{RESTORE}-A INPUT -m state --state NE -j ACCEPT\nCOMMIT\n")), "open tcp/23");
    // The other family has nothing to do with it.
    expect(&with("f/b.v4", RESTORE), "open a -> b fd00::2, bridge vmbr1, tcp/22");
    asks(&with("f/b.v4", &format!("{RESTORE}COMMIT\n")), "open tcp/22\nclosed tcp/23");
}

#[test]
fn a_chain_of_the_kernel_that_nobody_declares_has_an_unknown_policy() {
    let text =
        "*filter\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 23 -j DROP\nCOMMIT\n";
    asks(&with("f/b.v4", text), "open tcp/22\nclosed tcp/23\nunknown tcp/24");
}

#[test]
fn chains_are_called_by_the_commands_of_a_unit_beside_them_or_not_known() {
    let rules = "*filter\n:OWN - [0:0]\n-A OWN -p tcp -m tcp --dport 22 -j DROP\nCOMMIT\n";
    asks(&with("b/rules.v4", rules), "unknown tcp/22\nopen tcp/23");
    let unit = "[Service]\nExecStart=/usr/sbin/iptables-restore --noflush /etc/rules.v4\nExecStart=/bin/sh -c 'iptables -w -C \
        INPUT -j OWN 2>/dev/null || iptables -w -A INPUT -j OWN'\nExecStop=-/usr/sbin/iptables -w -D INPUT -j OWN\n";
    let tree = beside(&[("b/rules.v4", rules), ("b/rules.service", unit)]);
    assert!(tree.unread.is_empty(), "{:#?}", tree.unread);
    asks(&tree, "closed tcp/22\nopen tcp/23");
}

#[test]
fn a_script_is_told_and_makes_its_machine_unknown() {
    let script = "#!/bin/sh\niptables -P INPUT DROP\niptables -A INPUT -p tcp --dport 22 -j ACCEPT\n";
    nothing_known("b/rules.sh", script, "what a script does");
    nothing_known("filter/rules.sh", script, "what a script does");
    nothing_known("filter/rules.sh", "#!/bin/sh\nnft add rule inet f input drop\n", "what a script does");
    let tree = with("a/rules.sh", script);
    expect(&tree, "open 10.0.0.9 -> b 10.0.0.2, bridge vmbr1, tcp/22");
    expect(&tree, "unknown 10.0.0.9 -> a 10.0.0.1, bridge vmbr1, tcp/22");
}
