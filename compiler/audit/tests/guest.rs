//! The rows of the guest's own filter, each open and closed: rules files of iptables and of nft.

mod common;

use arvc_audit::Tree;
use common::{expect, tree, verdict};

/// Two machines without a firewall of Proxmox; `b` has these files.
fn filtered(files: &[(&str, &str)]) -> Tree {
    let machine = |name: &str, last: u8| {
        format!(
            "name: {name}\nnet0: virtio=A,bridge=vmbr1\nnet1: virtio=B,bridge=vmbr2\nipconfig0: ip=10.0.0.{last}/24,ip6=fd00::{last}/64\nipconfig1: ip=10.1.0.{last}/24\n"
        )
    };
    let (a, b) = (machine("a", 1), machine("b", 2));
    let mut all = vec![
        ("pve/firewall/cluster.fw", "[OPTIONS]\nenable: 0\n"),
        ("pve/nodes/one/qemu-server/101.conf", a.as_str()),
        ("pve/nodes/one/qemu-server/102.conf", b.as_str()),
    ];
    all.extend(files);
    tree(&all)
}

/// `VERDICT PACKET` a line, over IPv4; `VERDICT PACKET 6` over IPv6; `VERDICT PACKET 1` over the second device.
fn asks(tree: &Tree, lines: &str) {
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.split(' ');
        let (wanted, what, which) = (words.next().expect("a verdict"), words.next().expect("a packet"), words.next());
        let (address, bridge) = match which {
            Some("6") => ("fd00::2", "vmbr1"),
            Some("1") => ("10.1.0.2", "vmbr2"),
            _ => ("10.0.0.2", "vmbr1"),
        };
        expect(tree, &format!("{wanted} a -> b {address}, bridge {bridge}, {what}"));
    }
}

fn v4(rules: &str) -> Tree {
    filtered(&[(
        "filters/b.v4",
        &format!("*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n{rules}\nCOMMIT\n"),
    )])
}

fn nft(text: &str) -> Tree {
    let tree = filtered(&[("filters/b.nft", text)]);
    assert!(tree.unread.is_empty(), "{:#?}", tree.unread);
    tree
}

/// One chain of nft at the hook input, which lets neighbours find it.
fn input(rules: &str) -> Tree {
    chain(&format!("icmpv6 type nd-neighbor-solicit accept\n{rules}"))
}

fn chain(rules: &str) -> Tree {
    nft(&format!(
        "table inet arvc {{\n\tchain input {{\n\t\ttype filter hook input priority filter; policy drop;\n{rules}\n\t}}\n}}\n"
    ))
}

#[test]
fn whom_no_neighbour_finds_nobody_reaches_over_ipv6() {
    asks(&chain("tcp dport 22 accept"), "open tcp/22\nclosed tcp/22 6");
    asks(&chain("icmpv6 type nd-neighbor-solicit accept\ntcp dport 22 accept"), "open tcp/22\nopen tcp/22 6");
    // Its answer is not in question; only the one that asks needs it.
    asks(&chain("icmpv6 type nd-neighbor-advert accept\ntcp dport 22 accept"), "closed tcp/22 6");
}

#[test]
fn a_filter_of_one_family_leaves_the_other_open() {
    asks(&v4(""), "closed tcp/22\nopen tcp/22 6");
    asks(&filtered(&[("filters/b.v6", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n")]), "open tcp/22\nclosed tcp/22 6");
    asks(
        &nft("table ip a {\n chain input {\n type filter hook input priority 0; policy drop;\n }\n}\n"),
        "closed tcp/22\nopen tcp/22 6",
    );
    asks(&input(""), "closed tcp/22\nclosed tcp/22 6");
}

#[test]
fn matches_of_iptables() {
    asks(&v4("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT"), "open tcp/22\nclosed tcp/21\nclosed udp/22\nclosed icmp");
    asks(
        &v4("-A INPUT -p tcp -m tcp --dport 22:24 -j ACCEPT"),
        "closed tcp/21\nopen tcp/22\nopen tcp/24\nclosed tcp/25",
    );
    asks(
        &v4("-A INPUT -p tcp -m multiport --dports 1,5:6 -j ACCEPT"),
        "open tcp/1\nclosed tcp/4\nopen tcp/5\nopen tcp/6",
    );
    // An abbreviation that getopt takes.
    asks(&v4("-A INPUT -p tcp -m multiport --dport 1,5 -j ACCEPT"), "open tcp/1\nopen tcp/5\nclosed tcp/2");
    asks(&v4("-A INPUT -s 10.0.0.1/32 -i eth0 -j ACCEPT"), "open tcp/1\nclosed tcp/1 1");
    asks(&v4("-A INPUT -i eth+ -j ACCEPT"), "open tcp/1\nopen tcp/1 1");
    asks(&v4("-A INPUT ! -i eth0 -j ACCEPT"), "closed tcp/1\nopen tcp/1 1");
    asks(&v4("-A INPUT -i lo -j ACCEPT"), "closed tcp/1");
    asks(&v4("-A INPUT ! -s 10.0.0.0/24 -j ACCEPT"), "closed tcp/1\nopen tcp/1 1");
    asks(&v4("-A INPUT -m iprange --src-range 10.0.0.1-10.0.0.5 -j ACCEPT"), "open tcp/1");
    asks(&v4("-A INPUT -p icmp -m icmp --icmp-type 8 -j ACCEPT"), "open icmp\nclosed tcp/1");
    asks(&v4("-A INPUT -p icmp -m icmp --icmp-type 3/4 -j ACCEPT"), "closed icmp");
    asks(&v4("-A INPUT -p gre -j ACCEPT"), "open 47\nclosed 50");
    asks(&v4("-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"), "closed tcp/1");
    asks(&v4("-A INPUT -m conntrack --ctstate NEW -p tcp --dport 5 -j ACCEPT"), "open tcp/5");
    asks(&v4("-A INPUT -m comment --comment \"-j ACCEPT\" -p tcp --dport 5 -j ACCEPT"), "open tcp/5\nclosed tcp/6");
}

#[test]
fn what_is_not_understood_makes_unknown_what_it_may_decide() {
    let tree = v4("-A INPUT -m geoip --src-cc DE -p tcp --dport 5 -j ACCEPT\n-A INPUT -p tcp --dport 6 -j ACCEPT");
    // A match is told, and its options are not told besides.
    assert_eq!(tree.unread.len(), 1, "{:#?}", tree.unread);
    asks(&tree, "unknown tcp/5\nopen tcp/6\nclosed tcp/7");
    asks(&v4("-A INPUT -p tcp --dport 5 -j TARPIT\n-A INPUT -p tcp --dport 6 -j ACCEPT"), "unknown tcp/5\nopen tcp/6");
    asks(&v4("-A INPUT -m set --match-set peers src -j ACCEPT"), "unknown tcp/5");
}

#[test]
fn jumps_gotos_and_returns() {
    let sub = |way: &str, rules: &str| {
        v4(&format!(":sub - [0:0]\n-A INPUT -p tcp --dport 5 {way} sub\n-A INPUT -j ACCEPT\n{rules}"))
    };
    asks(&sub("-j", "-A sub -j ACCEPT"), "open tcp/5");
    asks(&sub("-j", "-A sub -j RETURN\n-A sub -j DROP"), "open tcp/5");
    asks(&sub("-j", "-A sub -j DROP"), "closed tcp/5\nopen tcp/6");
    asks(&sub("-j", ""), "open tcp/5");
    // A goto does not come back: the policy applies.
    asks(&sub("-g", ""), "closed tcp/5\nopen tcp/6");
    asks(&sub("-g", "-A sub -j RETURN"), "closed tcp/5");
    asks(&v4("-A INPUT -p tcp --dport 5 -j RETURN\n-A INPUT -j ACCEPT"), "closed tcp/5\nopen tcp/6");
    // A return that may match leaves both ways open.
    let maybe = v4(":sub - [0:0]\n-A INPUT -j sub\n-A sub -m geoip --src-cc DE -j RETURN\n-A sub -j ACCEPT");
    asks(&maybe, "unknown tcp/5");
}

#[test]
fn accept_ends_one_table_and_drop_ends_all() {
    let tables = |early: &str, late: &str| {
        nft(&format!(
            "table inet early {{\n chain c {{\n  type filter hook input priority -10; policy accept;\n  {early}\n }}\n}}\ntable ip late {{\n chain c {{\n  type filter hook input priority 10; policy accept;\n  {late}\n }}\n}}\n"
        ))
    };
    asks(&tables("tcp dport 5 accept", "tcp dport 5 drop"), "closed tcp/5\nopen tcp/6");
    asks(&tables("tcp dport 5 drop", "tcp dport 5 accept"), "closed tcp/5\nopen tcp/6");
    asks(&tables("tcp dport 5 accept", "tcp dport 6 accept"), "open tcp/5");
    let mangle = "*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 5 -j DROP\nCOMMIT\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n";
    asks(&filtered(&[("filters/b.v4", mangle)]), "closed tcp/5\nopen tcp/6");
}

#[test]
fn what_nat_gives_another_destination_is_not_known() {
    let nat = "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 5 -j REDIRECT --to-ports 50\nCOMMIT\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n";
    let tree = filtered(&[("filters/b.v4", nat)]);
    asks(&tree, "unknown tcp/5\nopen tcp/6");
    // An answer is of a connection that nothing translated: what the machine asks itself is known.
    let all = nat.replace("-p tcp --dport 5", "-p tcp");
    let tree = filtered(&[("filters/b.v4", &all)]);
    assert_eq!(common::verdict(&tree, "b -> a 10.0.0.1, bridge vmbr1, tcp/5"), "open");
}

#[test]
fn a_reply_passes_by_what_is_known_of_the_connection() {
    // a drops whatever comes in, answers too, unless they are let in as such.
    let of = |rules: &str| {
        let text = format!("*filter\n:INPUT DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n{rules}COMMIT\n");
        filtered(&[("filters/a.v4", &text)])
    };
    asks(&of(""), "closed tcp/5\nopen tcp/5 6");
    asks(&of("-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"), "open tcp/5");
    asks(&of("-A INPUT -m state --state ESTABLISHED -j ACCEPT\n"), "open tcp/5");
    // Not tracked, its answers are not known.
    let raw = "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -j NOTRACK\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\nCOMMIT\n";
    asks(&filtered(&[("filters/a.v4", raw)]), "closed tcp/5");
}

#[test]
fn what_the_machine_sends_is_filtered_too() {
    let text =
        "*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT DROP [0:0]\n-A OUTPUT -o eth0 -p tcp --dport 5 -j ACCEPT\nCOMMIT\n";
    asks(&filtered(&[("filters/a.v4", text)]), "open tcp/5\nclosed tcp/6\nclosed tcp/5 1");
}

#[test]
fn matches_of_nft() {
    asks(&input("tcp dport 22 accept"), "open tcp/22\nclosed tcp/21\nclosed udp/22\nopen tcp/22 6");
    asks(&input("tcp dport { 22, 80-90 } accept"), "open tcp/22\nopen tcp/80\nopen tcp/90\nclosed tcp/91");
    asks(&input("tcp dport != 22 accept"), "closed tcp/22\nopen tcp/23\nclosed udp/23");
    asks(&input("ip saddr 10.0.0.1 tcp dport 5 accept"), "open tcp/5\nclosed tcp/5 6");
    asks(&input("ip saddr != 10.0.0.1 accept"), "closed tcp/5\nclosed tcp/5 6\nopen tcp/5 1");
    asks(&input("ip6 saddr fd00::/8 accept"), "closed tcp/5\nopen tcp/5 6");
    asks(&input("iifname \"eth0\" accept"), "open tcp/5\nclosed tcp/5 1");
    asks(&input("iifname { \"lo\", \"eth1\" } accept"), "closed tcp/5\nopen tcp/5 1");
    asks(&input("iifname \"eth*\" accept"), "open tcp/5\nopen tcp/5 1");
    asks(&input("meta l4proto { tcp, udp } th dport 53 accept"), "open tcp/53\nopen udp/53\nclosed icmp");
    asks(&input("ip protocol gre accept"), "open 47\nclosed tcp/5");
    asks(
        &input("icmp type echo-request accept\nicmpv6 type { echo-request, nd-neighbor-solicit } accept"),
        "open icmp\nopen icmp 6",
    );
    asks(
        &input("ct state vmap { established : accept, related : accept, invalid : drop }\ntcp dport 5 accept"),
        "open tcp/5\nclosed tcp/6",
    );
    asks(&input("tcp dport vmap { 5 : accept, 6 : drop }\ncounter accept"), "open tcp/5\nclosed tcp/6\nopen tcp/7");
    asks(
        &input("tcp dport 5 counter packets 0 bytes 0 log prefix \"x \" accept comment \"y; z\""),
        "open tcp/5\nclosed tcp/6",
    );
    asks(&input("meta nfproto ipv6 accept"), "closed tcp/5\nopen tcp/5 6");
    asks(&input("tcp dport 5 reject with tcp reset\naccept"), "closed tcp/5\nopen tcp/6");
}

#[test]
fn sets_chains_and_definitions_of_nft() {
    let text = "#!/usr/sbin/nft -f\ndefine ssh = 22\ntable inet arvc\ndelete table inet arvc\ntable inet arvc {\n\tset peers {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = { 10.0.0.0-10.0.0.4,\n\t\t             10.9.0.0/16 }\n\t}\n\tset none {\n\t\ttype ipv4_addr\n\t}\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t\tip saddr @peers tcp dport $ssh jump ssh\n\t\tip saddr @none accept\n\t\ttcp dport 9 goto ssh; accept\n\t}\n\tchain ssh {\n\t\ttcp dport 22 accept\n\t}\n}\n";
    asks(&nft(text), "open tcp/22\nclosed tcp/9\nopen tcp/10\nopen tcp/22 6");
}

#[test]
fn an_unknown_statement_of_nft_makes_its_rule_unknown() {
    let text = "table inet a {\n chain input {\n  type filter hook input priority 0; policy drop;\n  fib saddr type local tcp dport 5 accept\n  tcp dport 6 accept\n }\n}\n";
    let tree = filtered(&[("filters/b.nft", text)]);
    assert!(!tree.unread.is_empty());
    asks(&tree, "unknown tcp/5\nopen tcp/6");
}

#[test]
fn a_filter_whose_name_has_a_dot_is_one_of_its_own() {
    let filter = |port: u16| {
        format!(
            "*filter\n:INPUT DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport {port} -j ACCEPT\nCOMMIT\n"
        )
    };
    let machine = |name: &str, last: u8| {
        format!("name: {name}\nnet0: virtio=A,bridge=vmbr1\nipconfig0: ip=192.168.1.{last}/24\n")
    };
    let tree = tree(&[
        ("pve/nodes/one/qemu-server/101.conf", &machine("a", 1)),
        ("pve/nodes/one/qemu-server/102.conf", &machine("b", 2)),
        ("filter/green.v4", &filter(80)),
        ("filter/green.b.v4", &filter(443)),
        ("host_vars/a.yml", "security_policy: green\n"),
        ("host_vars/b.yml", "security_policy: green.b\n"),
    ]);
    let of = |to: &str, port| verdict(&tree, &format!("192.168.1.9 -> {to}, bridge vmbr1, tcp/{port}"));
    assert_eq!([of("a 192.168.1.1", 80), of("a 192.168.1.1", 443)], ["open", "closed"]);
    assert_eq!([of("b 192.168.1.2", 80), of("b 192.168.1.2", 443)], ["closed", "open"]);
}
