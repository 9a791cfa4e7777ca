//! Each finding in a foreign tree, at its line; and none in a tree that arvc wrote.

mod common;

use std::collections::BTreeSet;

use arvc_audit::{Finding, KINDS, Tree, read};
use common::{files, golden, tree};

/// The findings of a tree as `kind file:line`.
fn found(tree: &Tree) -> Vec<String> {
    let place = |finding: &Finding| finding.sources.first().map(ToString::to_string).unwrap_or_default();
    tree.findings().iter().map(|finding| format!("{} {}", finding.kind, place(finding))).collect()
}

fn has(tree: &Tree, wanted: &str) {
    let all = found(tree);
    assert!(all.iter().any(|one| one == wanted), "{wanted} is not among {all:#?}");
}

fn lacks(tree: &Tree, kind: &str) {
    let all = found(tree);
    assert!(!all.iter().any(|one| one.starts_with(kind)), "{kind} is among {all:#?}");
}

#[test]
fn a_tree_that_arvc_wrote_has_none() {
    let trees = std::fs::read_dir(golden()).expect("the golden trees").map(|entry| entry.expect("a tree").file_name());
    let trees: BTreeSet<_> = trees.collect();
    assert!(trees.len() > 10, "{trees:?}");
    for name in trees {
        let findings = read(&files(&golden().join(&name))).findings();
        assert!(findings.is_empty(), "{name:?}: {findings:#?}");
    }
}

const CERTIFICATES: &str = r#"{"ca": {"name": "x"}, "hosts": {
  "a": {"networks": ["10.0.0.1/24"], "groups": ["one", "two"]},
  "b": {"networks": ["10.0.0.2/24"], "groups": ["three"], "unsafe_networks": ["172.16.0.0/16"]}
}}"#;

/// The member `b` with rules that begin at line 6, one a line, of a release.
fn member(version: &str, rules: &[&str], more: &str) -> Tree {
    let rules: String = rules.iter().map(|rule| format!("    - {{{rule}}}\n")).collect();
    let text =
        format!("pki: {{ca: x}}\nlisten: {{port: 4242}}\n{more}\nfirewall:\n  inbound:\n{rules}  outbound: []\n");
    let other = "pki: {ca: x}\nstatic_host_map: {}\nlisten: {port: 4242}\n";
    let all = format!("nebula_version: {version}\n");
    tree(&[
        ("nebula/a.yml", other),
        ("nebula/b.yml", &text),
        ("nebula/certificates.json", CERTIFICATES),
        ("group_vars/all.yml", &all),
    ])
}

#[test]
fn alternatives_that_look_like_conditions() {
    let both =
        member("1.9.3", &["proto: tcp, port: 1, group: one, cidr: 10.0.0.1/32", "proto: tcp, port: 1, group: one"], "");
    has(&both, "alternatives nebula/b.yml:6");
    assert_eq!(found(&both).iter().filter(|one| one.starts_with("alternatives")).count(), 1);
    has(
        &member("1.9.3", &["proto: tcp, port: 1, group: one, ca_name: x, ca_sha: ff"], ""),
        "alternatives nebula/b.yml:6",
    );
}

#[test]
fn ports_that_begin_at_0_are_all_ports() {
    let tree = member(
        "1.9.3",
        &[
            "proto: tcp, port: 0-100, group: one",
            "proto: tcp, port: 0, group: one",
            "proto: tcp, port: 1-100, group: one",
        ],
        "",
    );
    has(&tree, "every-port nebula/b.yml:6");
    has(&tree, "every-port nebula/b.yml:7");
    assert_eq!(found(&tree).iter().filter(|one| one.starts_with("every-port")).count(), 2);
    let with = |rules: &str| guest(ON, &format!("{GUEST}{rules}\n"), true, &[]);
    has(&with("IN ACCEPT -p tcp -dport 0 -source 10.0.0.1"), "every-port pve/firewall/102.fw:6");
    lacks(&with("IN ACCEPT -p tcp -dport 0:1 -source 10.0.0.1"), "every-port");
}

#[test]
fn keys_that_no_release_of_nebula_knows() {
    let text = "pki: {ca: x, cert: y, key: z}\nfrewall:\n  inbound:\n    - {port: any, proto: any, host: any}\n";
    let tree = tree(&[("nebula/b.yml", text)]);
    has(&tree, "field-ignored nebula/b.yml:2");
    assert!(tree.findings().iter().any(|one| one.words.contains("firewall may be meant")), "{:#?}", tree.findings());
    has(&member("1.9.3", &["proto: tcp, port: 1, gruop: two, host: a"], ""), "field-ignored nebula/b.yml:6");
    has(&member("1.9.3", &[], "lighthouse: {am_lighthose: true}"), "field-ignored nebula/b.yml:3");
}

#[test]
fn a_rule_that_is_refused_hides_no_other() {
    let rules = [
        "proto: tcp, port: 1, group: nobody",
        "proto: TCP, port: 1, host: a",
        "proto: tcp, port: 1, host: a, group: one",
    ];
    let tree = member("1.9.3", &rules, "");
    has(&tree, "nobody nebula/b.yml:6");
    has(&tree, "refused-configuration nebula/b.yml:7");
    has(&tree, "alternatives nebula/b.yml:8");
    assert!(tree.unread.is_empty(), "{:#?}", tree.unread);
    // What does not start lets nothing out either, for certain.
    let answer = common::answer(&tree, "b -> a 10.0.0.1, overlay, tcp/1");
    let out = answer.decisions.iter().find(|one| one.part.starts_with("outbound")).expect("it is asked");
    assert!(matches!(out.verdict, arvc_verdict::Verdict::Unknown { .. }), "{out:?}");
}

#[test]
fn c22_groups_that_nobody_has_all_of() {
    let tree = member(
        "1.9.3",
        &[
            "proto: tcp, port: 1, groups: [one, three]",
            "proto: tcp, port: 1, groups: [one, two]",
            "proto: tcp, port: 1, group: four",
            "proto: tcp, port: 1, host: c",
        ],
        "",
    );
    let nobody: Vec<_> = tree.findings().into_iter().filter(|finding| finding.kind == "nobody").collect();
    let lines: Vec<u32> = nobody.iter().map(|finding| finding.sources[0].line).collect();
    assert_eq!(lines, [6, 8, 9]);
    assert!(nobody[0].words.contains("and, not or"), "{}", nobody[0].words);
}

#[test]
fn rules_for_everybody_that_name_somebody() {
    has(&member("1.9.3", &["proto: tcp, port: 1, groups: [one], host: any"], ""), "everybody nebula/b.yml:6");
    has(&member("1.9.3", &["proto: tcp, port: 1, cidr: 0.0.0.0/8"], ""), "everybody nebula/b.yml:6");
    lacks(&member("1.10.3", &["proto: tcp, port: 1, cidr: 0.0.0.0/8"], ""), "everybody");
    has(&member("1.9.3", &["proto: tcp, port: 1, ca_name: x, groups: []"], ""), "everybody nebula/b.yml:6");
    lacks(&member("1.9.3", &["proto: tcp, port: 1, host: any"], ""), "everybody");
}

#[test]
fn fields_and_defaults_by_release() {
    let local = ["proto: tcp, port: 1, group: one, local_cidr: 10.0.0.2/32"];
    has(&member("1.6.1", &local, ""), "field-ignored nebula/b.yml:6");
    lacks(&member("1.9.3", &local, ""), "field-ignored");
    has(&member("1.9.3", &[], ""), "default-of-an-option nebula/b.yml:5");
    lacks(&member("1.10.3", &[], ""), "default-of-an-option");
    let icmp = ["proto: icmp, port: 8, host: any"];
    has(&member("1.9.3", &icmp, ""), "dead-rule nebula/b.yml:6");
    has(&member("1.11.1", &icmp, ""), "dead-rule nebula/b.yml:6");
    has(&member("1.9.3", &["proto: tcp, port: 70000, host: any"], ""), "dead-rule nebula/b.yml:6");
    let action = |version: &str| {
        let text = "pki: {ca: x}\nlisten: {port: 4242}\nfirewall:\n  inbound_action: reject\n  inbound: []\n";
        let all = format!("nebula_version: {version}\n");
        tree(&[("nebula/b.yml", text), ("group_vars/all.yml", &all)])
    };
    has(&action("1.9.3"), "swapped-action nebula/b.yml:4");
    has(&action("1.6.1"), "field-ignored nebula/b.yml:4");
    lacks(&action("1.11.1"), "swapped-action");
}

#[test]
fn lighthouses_and_relays() {
    has(&member("1.9.3", &[], "lighthouse: {hosts: [\"10.0.0.1\"]}"), "lighthouse-not-found nebula/b.yml:1");
    has(
        &member("1.9.3", &[], "lighthouse: {am_lighthouse: true, hosts: [\"10.0.0.1\"]}"),
        "lighthouse-not-found nebula/b.yml:1",
    );
    has(&member("1.9.3", &[], "relay: {am_relay: true}"), "relay-of-nobody nebula/b.yml:1");
    has(&member("1.9.3", &[], "relay: {relays: [\"10.0.0.1\"]}"), "relay-of-nobody nebula/b.yml:1");
    lacks(&member("1.9.3", &[], ""), "relay-of-nobody");
    // Asked at its own address, at a port where it does not listen; at somebody else's it may be handed on.
    let asked = |port: u16, address: &str| {
        let a = format!("pki: {{ca: x}}\nlighthouse: {{am_lighthouse: true}}\nlisten: {{port: {port}}}\n");
        let b = format!(
            "pki: {{ca: x}}\nstatic_host_map: {{\"10.0.0.1\": [\"{address}:4242\"]}}\nlighthouse: {{hosts: [\"10.0.0.1\"]}}\nlisten: {{port: 4242}}\n"
        );
        tree(&[
            ("nebula/a.yml", &a),
            ("nebula/b.yml", &b),
            ("nebula/certificates.json", CERTIFICATES),
            ("group_vars/all.yml", "nebula_version: 1.9.3\n"),
            ("host_vars/a.yml", "ansible_host: 192.0.2.1\n"),
        ])
    };
    has(&asked(4243, "192.0.2.1"), "lighthouse-not-found nebula/b.yml:2");
    for fine in [asked(4242, "192.0.2.1"), asked(0, "192.0.2.1"), asked(4243, "198.51.100.1")] {
        lacks(&fine, "lighthouse-not-found");
    }
    let behind = |via: &str| format!("tun: {{unsafe_routes: [{{route: 172.20.0.0/16, via: {via}}}]}}");
    has(&member("1.9.3", &[], &behind("10.0.0.9")), "network-not-vouched nebula/b.yml:3");
    has(&member("1.9.3", &[], &behind("10.0.0.1")), "network-not-vouched nebula/b.yml:3");
    lacks(&member("1.9.3", &[], ""), "network-not-vouched");
    let twice = CERTIFICATES.replace("10.0.0.2/24", "10.0.0.1/24");
    let config = "pki: {ca: x}\nstatic_host_map: {}\nlisten: {port: 4242}\n";
    has(
        &tree(&[("nebula/a.yml", config), ("nebula/b.yml", config), ("nebula/certificates.json", &twice)]),
        "same-address nebula/certificates.json:2",
    );
}

/// A guest of Proxmox with a device and files.
fn guest(cluster: &str, guest: &str, firewall: bool, more: &[(&str, &str)]) -> Tree {
    let machine = format!(
        "name: b\nnet0: virtio=A,bridge=vmbr1,firewall={}\nipconfig0: ip=192.168.1.2/24,gw=192.168.1.254\n",
        u8::from(firewall)
    );
    let mut all = vec![
        ("pve/firewall/cluster.fw", cluster),
        ("pve/firewall/102.fw", guest),
        ("pve/nodes/one/qemu-server/102.conf", machine.as_str()),
    ];
    all.extend(more);
    tree(&all)
}

const ON: &str = "[OPTIONS]\nenable: 1\n[ALIASES]\nlocal_network 10.9.9.9\n";
const GUEST: &str = "[OPTIONS]\nenable: 1\ndhcp: 0\npolicy_out: DROP\n[RULES]\n";

#[test]
fn c14_switches_that_are_off() {
    lacks(&guest(ON, GUEST, true, &[]), "switch-off");
    has(&guest(ON, GUEST, false, &[]), "switch-off pve/nodes/one/qemu-server/102.conf:2");
    has(&guest(ON, "[OPTIONS]\nenable: 0\n[RULES]\nIN ACCEPT\n", true, &[]), "switch-off pve/firewall/102.fw:2");
    has(&guest("[OPTIONS]\nenable: 0\n", GUEST, true, &[]), "switch-off pve/firewall/cluster.fw:2");
    // One that is turned on alone changes nothing: all that are off are told in one.
    let both = guest(ON, "[OPTIONS]\nenable: 0\n[RULES]\nIN ACCEPT\n", false, &[]).findings();
    let off: Vec<_> = both.iter().filter(|finding| finding.kind == "switch-off").collect();
    assert_eq!(off.len(), 1, "{off:#?}");
    assert!(off[0].words.contains("so is that of net0") && off[0].sources.len() == 2, "{off:#?}");
    let host = ("pve/nodes/one/host.fw", "[OPTIONS]\nenable: 0\n[RULES]\nIN DROP\n");
    has(&guest(ON, GUEST, true, &[host]), "switch-off pve/nodes/one/host.fw:2");
}

#[test]
fn an_ip_filter_without_addresses() {
    let with = |more: &str| guest(ON, &GUEST.replace("dhcp: 0", &format!("dhcp: 0\n{more}")), true, &[]);
    has(&with("ipfilter: 1"), "ipfilter-without-set pve/firewall/102.fw:4");
    lacks(&with("ipfilter: 0"), "ipfilter-without-set");
    let set = |entry: &str| {
        guest(ON, &format!("[OPTIONS]\nenable: 1\nipfilter: 1\n[IPSET ipfilter-net0]\n{entry}\n"), true, &[])
    };
    lacks(&set("192.168.1.2"), "ipfilter-without-set");
    has(&set("0.0.0.0/0"), "ipfilter-without-set pve/firewall/102.fw:3");
}

#[test]
fn two_resources_with_the_rules_of_one_guest() {
    let rules =
        "resource \"proxmox_virtual_environment_firewall_rules\" \"NAME\" {\n  node_name = \"one\"\n  vm_id = 102\n}\n";
    let both = rules.replace("NAME", "a") + &rules.replace("NAME", "b");
    has(&tree(&[("main.tf", &both)]), "two-lists main.tf:1");
    lacks(&tree(&[("main.tf", &(rules.replace("NAME", "a") + &rules.replace("102", "103")))]), "two-lists");
}

#[test]
fn c13_names_that_are_not_there() {
    // A group was renamed, and one file forgotten.
    let host = ("pve/nodes/one/host.fw", "[RULES]\nGROUP web-old\n");
    let cluster = format!("{ON}[group web]\nIN ACCEPT -p tcp -dport 80\n");
    has(&guest(&cluster, GUEST, true, &[host]), "dangling-name pve/nodes/one/host.fw:2");
    let with = |rule: &str| guest(&cluster, &format!("{GUEST}{rule}\n"), true, &[]);
    lacks(&with("GROUP web"), "dangling-name");
    has(&with("IN ACCEPT -source +gone"), "dangling-name pve/firewall/102.fw:6");
    has(&with("IN ACCEPT -source gone"), "dangling-name pve/firewall/102.fw:6");
    has(&with("IN ACCEPT -dport 22"), "broken-rule pve/firewall/102.fw:6");
}

#[test]
fn lines_that_proxmox_leaves_out() {
    let with = |rules: &str| guest(ON, &format!("{GUEST}{rules}\n"), true, &[]);
    let says = |rule: &str, kind: &str, words: &str| {
        let found = with(rule).findings();
        let one = found.iter().find(|one| one.kind == kind).unwrap_or_else(|| panic!("{rule}: {found:#?}"));
        assert!(one.words.contains(words) && one.sources[0].line == 6, "{rule}: {one:#?}");
        assert_eq!(found.iter().filter(|one| one.sources[0].line == 6).count(), 1, "{rule}: {found:#?}");
    };
    says("IN ACCEPT -source !10.0.0.11", "broken-rule", "!10.0.0.11: Proxmox has no word for all but these");
    says("IN ACCEPT -source 10.0.0.12/24", "broken-rule", "the prefix is 10.0.0.0/24");
    says("IN accept", "broken-rule", "in capitals alone");
    says("IN ACCEPT -p tcp -dport 95:90", "broken-rule", "ends before it begins");
    says("IN ACCEPT -p tcp -dport 70000", "broken-rule", "the last is 65535");
    says("IN ACCEPT -log foo", "broken-rule", "the level in");
    says("IN ACCEPT -i eth0", "broken-rule", "net0");
    says("[group web]", "broken-line", "no heading here");
    says("GROUP Web", "dangling-name", "there is no security group Web");
    let line = |head: &str, kind: &str| {
        has(&guest(ON, &format!("[OPTIONS]\nenable: 1\ndhcp: 0\npolicy_out: DROP\n{head}\n"), true, &[]), kind);
    };
    line("enable: 1 # on", "broken-line pve/firewall/102.fw:5");
    line("[IPSET x1]\n0.0.0.0/0", "broken-line pve/firewall/102.fw:6");
    line("[IPSET x1]\n10.0.0.1\n10.0.0.1", "broken-line pve/firewall/102.fw:7");
    line("[ALIASES]\nhim  10.0.0.1", "broken-line pve/firewall/102.fw:6");
    line("[RULES]\nIN ACCEPT -source +late\n[IPSET late]\n10.0.0.1", "broken-rule pve/firewall/102.fw:6");
    let capitals =
        guest(&format!("{ON}[group web]\nIN ACCEPT -p tcp -dport 80\n"), &format!("{GUEST}GROUP Web\n"), true, &[]);
    let found = capitals.findings();
    assert!(found.iter().any(|one| one.words.contains("web is another name")), "{found:#?}");
}

#[test]
fn c17_rules_that_never_decide() {
    let with = |rules: &str| guest(ON, &format!("{GUEST}{rules}\n"), true, &[]);
    // A temporary one, left on top.
    has(
        &with("IN ACCEPT -source 192.168.1.0/24\nIN DROP -source 192.168.1.7 -p tcp -dport 22"),
        "shadowed pve/firewall/102.fw:7",
    );
    lacks(&with("IN DROP -source 192.168.1.7\nIN ACCEPT -source 192.168.1.0/24"), "shadowed");
    lacks(&with("IN ACCEPT -p tcp -dport 22\nIN DROP -p tcp"), "shadowed");
    lacks(&with("OUT ACCEPT -dest 10.0.0.0/8\nIN DROP -source 10.0.0.0/8"), "shadowed");
    let filter = |rules: &str| {
        let text = format!("*filter\n:INPUT DROP [0:0]\n{rules}COMMIT\n");
        tree(&[
            ("host_vars/b.yml", "ansible_host: 10.0.0.1\n"),
            ("f/b.v4", &text),
            ("f/b.v6", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n"),
        ])
    };
    has(&filter("-A INPUT -p tcp -j ACCEPT\n-A INPUT -p tcp --dport 22 -j DROP\n"), "shadowed f/b.v4:4");
    lacks(&filter("-A INPUT -p tcp --dport 22 -j DROP\n-A INPUT -p tcp -j ACCEPT\n"), "shadowed");
    let nft = |rules: &str| {
        let text = format!(
            "table inet x {{\nchain input {{\ntype filter hook input priority filter; policy drop;\n{rules}\n}}\n}}\n"
        );
        tree(&[("host_vars/b.yml", "ansible_host: 10.0.0.1\n"), ("f/b.nft", &text)])
    };
    // One line is a map of verdicts, and no rule of it stands in front of another.
    lacks(&nft("ct state vmap { established : accept, related : accept, invalid : drop }"), "shadowed");
    has(&nft("tcp dport 22 accept\ntcp dport 22 drop"), "shadowed f/b.nft:5");
}

#[test]
fn options_and_openings_that_mean_more_than_they_say() {
    has(
        &guest(ON, "[OPTIONS]\nenable: 1\npolicy_out: DROP\n", true, &[]),
        "default-of-an-option pve/firewall/102.fw:1",
    );
    lacks(&guest(ON, GUEST, true, &[]), "default-of-an-option");
    has(&guest(ON, &format!("{GUEST}OUT ACCEPT -p tcp -dport 443\n"), true, &[]), "anywhere pve/firewall/102.fw:6");
    lacks(
        &guest(ON, &format!("{GUEST}OUT DROP -dest 10.0.0.0/8\nOUT ACCEPT -p tcp -dport 443\n"), true, &[]),
        "anywhere",
    );
    has(&guest("[OPTIONS]\nenable: 1\n", GUEST, true, &[]), "management-open pve/firewall/cluster.fw:2");
    has(
        &guest("[OPTIONS]\nenable: 1\n[ALIASES]\nlocal_network 192.168.1.0/24\n", GUEST, true, &[]),
        "management-open pve/firewall/cluster.fw:4",
    );
    has(
        &guest(&format!("{ON}[IPSET management]\n192.168.0.0/16\n"), GUEST, true, &[]),
        "management-open pve/firewall/cluster.fw:5",
    );
    lacks(&guest(&format!("{ON}[IPSET management]\n192.168.9.9\n"), GUEST, true, &[]), "management-open");
}

#[test]
fn translation_without_a_zone() {
    let edge = |zone: &str| {
        let text = format!(
            "{zone}*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -s 192.168.1.0/24 -o vmbr0 -j MASQUERADE\nCOMMIT\n"
        );
        guest(ON, GUEST, true, &[("one/rules.v4", &text)])
    };
    has(&edge(""), "masquerade-without-zone one/rules.v4:3");
    // The verdict says the same: nothing gets out, but by the zone, or without firewall bridges.
    let out = "b -> internet 8.8.8.8, routed, tcp/443";
    let zone = "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i fwbr+ -j CT --zone 1\nCOMMIT\n";
    let leaves = |zone: &str, firewall: bool, cluster: &str| {
        let text = format!(
            "{zone}*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -s 192.168.1.0/24 -o vmbr0 -j MASQUERADE\nCOMMIT\n"
        );
        let open = format!("{GUEST}OUT ACCEPT -dest 8.8.8.8\n");
        let tree = guest(cluster, &open, firewall, &[("one/rules.v4", &text)]);
        common::verdict(&tree, out)
    };
    assert_eq!(leaves("", true, ON), "closed");
    assert_eq!(leaves(zone, true, ON), "open");
    assert_eq!(leaves("", false, ON), "open");
    assert_eq!(leaves("", true, "[OPTIONS]\nenable: 0\n"), "open", "no bridge is filtered");
    // What brings up the node's devices is read too.
    let interfaces = |zone: &str| {
        let text = format!(
            "auto vmbr1\niface vmbr1 inet static\n  address 192.168.1.254/24\n  post-up echo 1 > /proc/sys/net/ipv4/ip_forward\n{zone}  post-up iptables -t nat -A POSTROUTING -s '192.168.1.0/24' -o vmbr0 -j MASQUERADE\n  post-down iptables -t nat -D POSTROUTING -s '192.168.1.0/24' -o vmbr0 -j MASQUERADE\n"
        );
        guest(ON, &format!("{GUEST}OUT ACCEPT -dest 8.8.8.8\n"), true, &[("one/etc/network/interfaces", &text)])
    };
    has(&interfaces(""), "masquerade-without-zone one/etc/network/interfaces:5");
    assert_eq!(common::verdict(&interfaces(""), out), "closed");
    let zoned = interfaces("  post-up iptables -t raw -I PREROUTING -i fwbr+ -j CT --zone 1\n");
    lacks(&zoned, "masquerade-without-zone");
    assert_eq!(common::verdict(&zoned, out), "open");
    assert!(zoned.unread.is_empty(), "{:#?}", zoned.unread);
    let script = interfaces("  post-up /root/firewall.sh\n");
    assert_eq!(script.unread.len(), 1, "{:#?}", script.unread);
    // Nodes are called what Proxmox calls its own folder.
    let text = "*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -s 192.168.1.0/24 -o vmbr0 -j MASQUERADE\nCOMMIT\n";
    let machine = "name: b\nnet0: virtio=A,bridge=vmbr1,firewall=1\nipconfig0: ip=192.168.1.2/24\n";
    let pve = [
        ("etc/pve/firewall/cluster.fw", ON),
        ("etc/pve/firewall/102.fw", GUEST),
        ("etc/pve/nodes/pve/qemu-server/102.conf", machine),
        ("pve/rules.v4", text),
    ];
    has(&tree(&pve), "masquerade-without-zone pve/rules.v4:3");
    lacks(
        &edge("*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i fwbr+ -j CT --zone 1\nCOMMIT\n"),
        "masquerade-without-zone",
    );
    let other = "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i eth7 -j CT --zone 1\nCOMMIT\n";
    has(&edge(other), "masquerade-without-zone one/rules.v4:7");
}

#[test]
fn filters_of_one_family_and_of_two_tables() {
    let of = |files: &[(&str, &str)]| {
        let mut all = vec![("host_vars/b.yml", "ansible_host: 10.0.0.1\n")];
        all.extend(files);
        tree(&all)
    };
    let known = "-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n";
    let v4 = format!("*filter\n:INPUT DROP [0:0]\n{known}COMMIT\n");
    has(&of(&[("f/b.v4", &v4)]), "one-family f/b.v4:2");
    lacks(&of(&[("f/b.v4", &v4), ("f/b.v6", &v4)]), "one-family");
    has(&of(&[("f/b.v4", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n")]), "answers-not-let-in f/b.v4:2");
    lacks(&of(&[("f/b.v4", &v4)]), "answers-not-let-in");
    lacks(&of(&[("f/b.v4", &v4)]), "passes-anyway");
    lacks(&of(&[("f/b.v4", &v4.replace(":INPUT DROP", ":INPUT ACCEPT"))]), "passes-anyway");
    let ruled = v4.replace("COMMIT", "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT");
    lacks(&of(&[("f/b.v4", &ruled)]), "passes-anyway");
    let accepts = ruled.replace(":INPUT DROP", ":INPUT ACCEPT");
    has(&of(&[("f/b.v4", &accepts)]), "passes-anyway f/b.v4:2");
    let closed = accepts.replace("COMMIT", "-A INPUT -i eth0 -j DROP\nCOMMIT");
    lacks(&of(&[("f/b.v4", &closed)]), "passes-anyway");
    has(
        &of(&[("f/b.v4", &format!("*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp -j NOTRACK\nCOMMIT\n{v4}"))]),
        "untracked f/b.v4:3",
    );
    // What a machine hands on, by its own chain or by one that it calls.
    let hands = v4.replace(
        "COMMIT",
        ":FORWARD ACCEPT [0:0]\n:own - [0:0]\n-A FORWARD -j own\n-A own -s 10.0.0.1/32 -j ACCEPT\nCOMMIT",
    );
    has(&of(&[("f/b.v4", &hands)]), "passes-anyway f/b.v4:4");
    lacks(&of(&[("f/b.v4", &hands.replace(":FORWARD ACCEPT", ":FORWARD DROP"))]), "passes-anyway");
    lacks(&of(&[("f/b.v4", &hands.replace("-s 10.0.0.1/32 -j ACCEPT", "-s 10.0.0.1/32 -j DROP"))]), "passes-anyway");
    let nft = "flush ruleset\ntable inet a {\n chain c {\n  type filter hook input priority -10; policy accept;\n  tcp dport 22 accept\n }\n}\ntable inet b {\n chain c {\n  type filter hook input priority 0; policy drop;\n  ct state established accept\n }\n}\n";
    has(&of(&[("f/b.nft", nft)]), "accept-ends-one-table f/b.nft:5");
    has(&of(&[("f/b.nft", nft)]), "flushes-everything f/b.nft:1");
}

#[test]
fn a_machine_that_ansible_finds_where_it_is_not() {
    let wiring = r#"{"machines": {"nas": ["192.168.1.9"]}, "nodes": {"one": ["192.168.1.254"]}}"#;
    let found = |host: &str, address: &str| {
        let (path, text) = (format!("host_vars/{host}.yml"), format!("---\nansible_host: {address}\n"));
        guest(ON, GUEST, true, &[("wiring.json", wiring), (&path, &text)])
    };
    for (host, own) in [("b", "192.168.1.2"), ("nas", "192.168.1.9"), ("one", "192.168.1.254")] {
        lacks(&found(host, own), "not-its-address");
        for another in ["192.168.1.2", "192.168.1.9", "192.168.1.254", "192.168.1.77", "10.7.7.7"] {
            if another != own {
                has(&found(host, another), &format!("not-its-address host_vars/{host}.yml:2"));
            }
        }
        // A router in front may translate that one; of a name nobody knows what it is.
        lacks(&found(host, "203.0.113.5"), "not-its-address");
        lacks(&found(host, "b.example.com"), "not-its-address");
    }
    // Nothing else says where it is; but whose that address is.
    lacks(&found("elsewhere", "192.168.1.77"), "not-its-address");
    has(&found("elsewhere", "192.168.1.9"), "not-its-address host_vars/elsewhere.yml:2");
}

#[test]
fn every_kind_is_in_the_chapter_and_in_a_test() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("it is there");
    let (chapter, tests) = (read("../../lang-spec/audit.md"), read("tests/findings.rs"));
    for kind in KINDS {
        assert!(chapter.contains(&format!("| `{kind}` |")), "the chapter has no {kind}");
        assert!(tests.contains(&format!("\"{kind} ")) || tests.contains(&format!("\"{kind}\"")), "no test has {kind}");
    }
    let sorted: BTreeSet<&&str> = KINDS.iter().collect();
    assert!(KINDS.iter().eq(sorted), "sorted, each once");
}
