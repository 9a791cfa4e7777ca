//! The rows of Proxmox's semantics, each open and closed: switches, order, groups, sets, policies, the chains of a node.

mod common;

use common::filtered::{MACHINE, Site, lets_in, lets_out};
use common::{answer, expect, tree, verdict};

#[test]
fn c14_a_layer_counts_only_if_its_whole_chain_of_switches_is_on() {
    let closed = || Site::new("", "");
    lets_in(&closed(), "closed tcp/22");
    lets_in(&Site { cluster: "[OPTIONS]\nenable: 0\n".into(), ..closed() }, "open tcp/22");
    lets_in(&Site { cluster: String::new(), ..closed() }, "open tcp/22");
    lets_in(&Site { nic: false, ..closed() }, "open tcp/22");
    lets_in(&Site { guest: "[OPTIONS]\nenable: 0\n".into(), ..closed() }, "open tcp/22");
    lets_in(&Site { guest: String::new(), ..closed() }, "open tcp/22");
    // The node's own switch is not one of the guest's.
    lets_in(&Site { host: "[OPTIONS]\nenable: 0\n".into(), ..closed() }, "closed tcp/22");
    let off = answer(&Site { nic: false, ..closed() }.tree(), "a -> b 192.168.1.2, bridge vmbr1, tcp/22");
    let words: Vec<&str> = off.decisions.iter().map(|one| one.words.as_str()).collect();
    assert!(words.contains(&"the firewall of the device is off"), "{words:?}");
}

#[test]
fn the_first_match_wins_and_disabled_and_broken_rules_are_skipped() {
    lets_in(&Site::new("", "IN DROP -p tcp -dport 22\nIN ACCEPT -p tcp -dport 22"), "closed tcp/22");
    lets_in(&Site::new("", "IN ACCEPT -p tcp -dport 22\nIN DROP -p tcp -dport 22"), "open tcp/22\nclosed tcp/23");
    lets_in(&Site::new("", "|IN ACCEPT -p tcp -dport 22"), "closed tcp/22");
    lets_in(&Site::new("", "OUT ACCEPT -p tcp -dport 22"), "closed tcp/22");
    lets_in(&Site::new("", "IN ACCEPT -p tcp -dport 22 -i net1"), "closed tcp/22");
    lets_in(&Site::new("", "IN ACCEPT -p tcp -dport 22 -i net0"), "open tcp/22");
    lets_in(&Site::new("", "IN ACCEPT -source +nowhere\nIN ACCEPT -source nobody"), "closed tcp/22");
    lets_in(&Site::new("", "IN ACCEPT -dport 22"), "closed tcp/22");
    lets_in(&Site::new("", "IN ACCEPT -frobnicate 1"), "closed tcp/22");
    lets_in(&Site::new("", "IN REJECT -p tcp -dport 22\nIN ACCEPT"), "closed tcp/22\nopen tcp/23");
    // More ports than a rule of iptables takes: the rule is not there, whichever way it decides.
    let ports = |count: u32| (1..=count).map(|port| port.to_string()).collect::<Vec<_>>().join(",");
    lets_in(&Site::new("", &format!("IN ACCEPT -p tcp -dport {}", ports(15))), "open tcp/15\nclosed tcp/16");
    lets_in(&Site::new("", &format!("IN ACCEPT -p tcp -dport {}", ports(16))), "closed tcp/15");
    lets_in(&Site::new("", &format!("IN DROP -p tcp -dport {},90:95\nIN ACCEPT", ports(14))), "open tcp/1");
}

#[test]
fn addresses_ranges_sets_and_aliases() {
    lets_in(&Site::new("", "IN ACCEPT -source 192.168.1.1"), "open tcp/1");
    lets_in(&Site::new("", "IN ACCEPT -source 192.168.1.2-192.168.1.9"), "closed tcp/1");
    lets_in(&Site::new("", "IN ACCEPT -source 192.168.1.0-192.168.1.1"), "open tcp/1");
    lets_in(&Site::new("", "IN ACCEPT -source 10.0.0.0/8,192.168.1.0/30"), "open tcp/1");
    lets_in(&Site::new("", "IN ACCEPT -source fd00::/8"), "closed tcp/1");
    lets_in(&Site::new("", "IN ACCEPT -source 10.0.0.0/8,fd00::/8"), "closed tcp/1");
    let named = |rule: &str| {
        Site::new("", rule)
            .cluster("[ALIASES]\nfriend 192.168.1.1\n[IPSET all]\n192.168.1.0/24\n!192.168.1.1\n[IPSET Some]\nfriend\n")
    };
    lets_in(&named("IN ACCEPT -source friend"), "open tcp/1");
    lets_in(&named("IN ACCEPT -source dc/friend"), "open tcp/1");
    lets_in(&named("IN ACCEPT -source guest/friend"), "closed tcp/1");
    lets_in(&named("IN ACCEPT -source +all"), "closed tcp/1");
    lets_in(&named("IN ACCEPT -source +dc/some"), "open tcp/1");
}

#[test]
fn ports_protocols_and_macros() {
    lets_in(
        &Site::new("", "IN ACCEPT -p tcp -dport 80,8000:8010"),
        "open tcp/80\nclosed tcp/81\nclosed tcp/7999\nopen tcp/8000\nopen tcp/8010\nclosed tcp/8011\nclosed udp/80",
    );
    lets_in(&Site::new("", "IN SSH(ACCEPT)"), "open tcp/22\nclosed udp/22");
    lets_in(&Site::new("", "IN DNS(ACCEPT)"), "open tcp/53\nopen udp/53");
    lets_in(&Site::new("", "IN Ping(ACCEPT)"), "open icmp\nclosed tcp/1\nclosed 47");
    lets_in(&Site::new("", "IN ACCEPT -p icmp -icmp-type echo-request"), "open icmp");
    lets_in(&Site::new("", "IN ACCEPT -p icmp -icmp-type time-exceeded"), "closed icmp");
    lets_in(&Site::new("", "IN ACCEPT -p icmp -dport 8"), "open icmp");
    lets_in(&Site::new("", "IN ACCEPT -p icmpv6"), "closed icmp");
    lets_in(&Site::new("", "IN ACCEPT -p 47"), "open 47\nclosed 50");
    lets_in(&Site::new("", "IN Ceph(ACCEPT)"), "open tcp/6789\nopen tcp/7300\nclosed tcp/7301\nclosed udp/6789");
    lets_in(&Site::new("", "IN GRE(ACCEPT)"), "open 47\nclosed 50");
    lets_in(&Site::new("", "IN Trcrt(ACCEPT)"), "open udp/33434\nopen icmp\nclosed tcp/33434");
    lets_in(&Site::new("", "IN Ping(ACCEPT) -source 192.168.1.1"), "open icmp");
    lets_in(&Site::new("", "IN NeighborDiscovery(ACCEPT)"), "closed icmp");
    // What is not known here makes the rule unknown, and nothing else.
    lets_in(&Site::new("", "IN ACCEPT -p tcp -dport pop3\nIN ACCEPT -p udp -dport 1"), "unknown tcp/110\nopen udp/1");
}

#[test]
fn a_source_port_is_the_sender_s_choice() {
    // A program may ask for one of the first 1024 too.
    lets_in(&Site::new("", "IN ACCEPT -p udp -sport 53"), "unknown udp/1");
    lets_in(&Site::new("", "IN ACCEPT -p udp -dport 5000:6000 -sport 137"), "unknown udp/5000\nclosed udp/4999");
    lets_in(
        &Site::new("", "IN SMB(ACCEPT)"),
        "unknown udp/5000\nopen udp/137\nopen tcp/445\nclosed tcp/5000\nclosed udp/1023",
    );
    lets_in(&Site::new("", "IN DROP -p udp -sport 53\nIN ACCEPT -p udp -dport 1"), "open udp/1");
    // What a server of DHCP sends, nobody opens a connection with.
    lets_in(&Site::new("dhcp: 0", "IN ACCEPT -p udp -dport 68 -sport 67"), "closed udp/68");
    lets_in(&Site::new("", "IN ACCEPT -p udp -sport 1024:65535"), "open udp/1");
    lets_in(&Site::new("", "IN ACCEPT -p udp -sport 4242"), "unknown udp/1");
}

#[test]
fn groups_accept_drop_or_go_on() {
    let group = |rules: &str| {
        Site::new("", "GROUP web\nIN ACCEPT -p tcp -dport 99").cluster(&format!("[group web]\n{rules}\n"))
    };
    lets_in(&group("IN ACCEPT -p tcp -dport 80"), "open tcp/80\nopen tcp/99\nclosed tcp/81");
    lets_in(&group("IN DROP -p tcp -dport 99"), "closed tcp/99");
    lets_in(&group("OUT ACCEPT -p tcp -dport 80"), "closed tcp/80");
    // A group that is not there is empty.
    lets_in(&Site::new("", "GROUP gone\nIN ACCEPT -p tcp -dport 99"), "open tcp/99\nclosed tcp/80");
    lets_in(&Site::new("", "GROUP web -i net0").cluster("[group WEB]\nIN ACCEPT -p tcp -dport 80\n"), "open tcp/80");
    lets_in(&Site::new("", "GROUP web -i net1").cluster("[group web]\nIN ACCEPT -p tcp -dport 80\n"), "closed tcp/80");
    // Inside a group a guest's own names are not there.
    let own = Site::new("", "GROUP web\n[IPSET mine]\n192.168.1.1").cluster("[group web]\nIN ACCEPT -source +mine\n");
    lets_in(&own, "closed tcp/80");
}

#[test]
fn policies_of_a_guest_and_not_of_the_data_centre() {
    lets_in(&Site::new("policy_in: ACCEPT", ""), "open tcp/1");
    lets_in(&Site::new("", "").cluster("policy_in: ACCEPT\n"), "closed tcp/1");
    lets_in(&Site::new("policy_in: REJECT", ""), "closed tcp/1");
    lets_in(&Site::new("", "").cluster("[RULES]\nIN ACCEPT\n"), "closed tcp/1");
    lets_out(&Site::new("", ""), "open tcp/1");
    lets_out(&Site::new("policy_out: DROP", ""), "closed tcp/1");
    lets_out(&Site::new("policy_out: DROP", "OUT ACCEPT -dest 192.168.1.1 -p tcp"), "open tcp/1\nclosed udp/1");
}

#[test]
fn automatic_accepts_of_dhcp_come_before_all_rules() {
    // Absent, the key means yes: the code wins over the manual. No question has its source port, so no verdict rests on it.
    lets_in(&Site::new("", "IN DROP"), "closed udp/68");
    lets_in(&Site::new("dhcp: 0", "IN ACCEPT -p udp -dport 68"), "open udp/68");
}

#[test]
fn an_ip_filter_knows_its_addresses() {
    let bound = |set: &str| Site::new("ipfilter: 1", &format!("[IPSET ipfilter-net0]\n{set}"));
    lets_out(&bound("192.168.1.2"), "open tcp/1");
    lets_out(&bound("192.168.1.3"), "closed tcp/1");
    // An empty implicit set drops all IPv4 of a virtual machine.
    lets_out(&Site::new("ipfilter: 1", ""), "closed tcp/1");
    // The set alone switches it on.
    lets_out(&Site::new("", "[IPSET ipfilter-net0]\n192.168.1.3"), "closed tcp/1");
    // What is excluded; of one address twice the first entry counts. A container has the addresses that it is configured with whatever its set excludes: they come behind it.
    lets_out(&bound("!192.168.1.2\n192.168.1.2"), "closed tcp/1");
    lets_out(&bound("192.168.1.0/24\n!192.168.1.2"), "closed tcp/1");
    let container = tree(&[
        ("pve/firewall/cluster.fw", "[OPTIONS]\nenable: 1\n"),
        ("pve/firewall/102.fw", "[OPTIONS]\nenable: 1\n[IPSET ipfilter-net0]\n!192.168.1.2\n"),
        ("pve/nodes/one/lxc/102.conf", "hostname: b\nnet0: name=eth0,bridge=vmbr1,firewall=1,ip=192.168.1.2/24\n"),
        ("pve/nodes/one/qemu-server/101.conf", &MACHINE.replace("NAME", "a").replace("LAST", "1")),
    ]);
    assert_eq!(verdict(&container, "b -> a 192.168.1.1, bridge vmbr1, tcp/1"), "open");
}

#[test]
fn what_a_program_inspects_is_known_only_where_the_rules_close_it() {
    let site = |nic| Site { nic, ..Site::new("ips: 1", "IN ACCEPT -p tcp -dport 22") };
    lets_in(&site(true), "unknown tcp/22\nclosed tcp/23");
    lets_in(&site(false), "open tcp/22");
    // The answers to what it asks are inspected too.
    lets_out(&site(true), "unknown tcp/1");
    lets_in(&Site::new("ips: 0", "IN ACCEPT -p tcp -dport 22"), "open tcp/22");
}

#[test]
fn the_blacklist_is_asked_before_the_guest_s_switch() {
    let listed =
        |more: &str| Site { guest: more.into(), ..Site::new("", "") }.cluster("[IPSET blacklist]\n192.168.1.1\n");
    lets_in(&listed("[OPTIONS]\nenable: 1\n[RULES]\nIN ACCEPT\n"), "closed tcp/1");
    lets_in(&listed("[OPTIONS]\nenable: 0\n"), "closed tcp/1");
}

#[test]
fn nothing_exempts_the_node() {
    let from = "one -> b 192.168.1.2, bridge vmbr1, tcp/22";
    assert_eq!(verdict(&Site::new("", "").tree(), from), "closed");
    assert_eq!(verdict(&Site::new("", "IN ACCEPT -source 192.168.1.254 -p tcp -dport 22").tree(), from), "open");
}

#[test]
fn the_chains_of_a_node() {
    let into =
        |site: &Site, what: &str| verdict(&site.tree(), &format!("b -> one 192.168.1.254, bridge vmbr1, {what}"));
    let local = "[ALIASES]\nlocal_network 10.0.0.1\n";
    let plain = || Site::new("", "").cluster(local);
    assert_eq!(into(&plain(), "tcp/8006"), "closed");
    assert_eq!(into(&plain(), "udp/53"), "closed", "policy_in is DROP");
    // Without the alias the network of the node's address is let in to its management.
    assert_eq!(into(&Site::new("", ""), "tcp/8006"), "unknown");
    assert_eq!(into(&Site::new("", ""), "tcp/80"), "closed");
    let near = || Site::new("", "").cluster("[ALIASES]\nlocal_network 192.168.1.0/24\n");
    for port in ["22", "3128", "5900", "5999", "8006", "60000", "60050"] {
        assert_eq!(into(&near(), &format!("tcp/{port}")), "open", "{port}");
    }
    assert_eq!(into(&near(), "tcp/60051"), "closed");
    assert_eq!(into(&near(), "udp/22"), "closed");
    assert_eq!(into(&plain().cluster("[IPSET management]\n192.168.1.2\n"), "tcp/8006"), "open");
    // The node's rules, then the data centre's, then what is let in by itself.
    let ruled = Site { host: "[RULES]\nIN DROP -i vmbr1 -p tcp -dport 8006\n".into(), ..near() };
    assert_eq!(into(&ruled, "tcp/8006"), "closed");
    let ruled = plain().cluster("[RULES]\nIN ACCEPT -i vmbr1 -p udp -dport 53\n");
    assert_eq!(into(&ruled, "udp/53"), "open");
    let ruled = plain().cluster("[RULES]\nIN ACCEPT -i vmbr9 -p udp -dport 53\n");
    assert_eq!(into(&ruled, "udp/53"), "closed");
    let both = Site {
        host: "[RULES]\nIN DROP -p udp -dport 53\n".into(),
        ..plain().cluster("[RULES]\nIN ACCEPT -p udp -dport 53\n")
    };
    assert_eq!(into(&both, "udp/53"), "closed");
    let off = Site { host: "[OPTIONS]\nenable: 0\n".into(), ..plain() };
    assert_eq!(into(&off, "udp/53"), "open");
    // A guest's own rules out come first.
    assert_eq!(into(&Site::new("policy_out: DROP", "").cluster("policy_in: ACCEPT\n"), "udp/53"), "closed");
}

#[test]
fn what_a_connection_table_opens_is_told_and_nothing_rests_on_it() {
    // b drops all that comes in and lets all out, as is Proxmox's default.
    let state = |site: &Site| answer(&site.tree(), "a -> b 192.168.1.2, bridge vmbr1, tcp/80");
    let open = state(&Site::new("", ""));
    assert_eq!(open.verdict, arvc_verdict::Verdict::Closed);
    assert!(open.opened_by_state.is_some_and(|words| words.contains("b may send")));
    let shut = state(&Site::new("policy_out: DROP", ""));
    assert!(shut.opened_by_state.is_none(), "the reverse is closed too");
}

#[test]
fn two_nodes_are_one_segment_only_if_a_file_says_so() {
    let machine = |last: &str| MACHINE.replace("NAME", &format!("m{last}")).replace("LAST", last);
    let (one, two) = (machine("1"), machine("2"));
    let of = |wiring: &str| {
        let mut files = vec![
            ("pve/firewall/cluster.fw", "[OPTIONS]\nenable: 0\n"),
            ("pve/nodes/one/qemu-server/101.conf", one.as_str()),
            ("pve/nodes/two/qemu-server/102.conf", two.as_str()),
        ];
        files.extend((!wiring.is_empty()).then_some(("wiring.json", wiring)));
        tree(&files)
    };
    let ask = "m1 -> m2 192.168.1.2, bridge vmbr1, tcp/80";
    assert_eq!(verdict(&of(""), ask), "unknown");
    // The file says all that there is to say.
    assert_eq!(verdict(&of("{}"), ask), "closed");
    assert_eq!(verdict(&of(r#"{"segments": [{"bridge": "vmbr1", "nodes": ["one", "two"]}]}"#), ask), "open");
    assert_eq!(
        verdict(&of(r#"{"segments": [{"bridge": "vmbr1", "vlan": 5, "nodes": ["one", "two"]}]}"#), ask),
        "closed"
    );
    assert_eq!(verdict(&of("{}"), "m1 -> m2 192.168.1.2, bridge vmbr0, tcp/80"), "closed");
}

#[test]
fn corosync_speaks_between_nodes_at_addresses_that_no_file_tells() {
    let tree = tree(&[
        ("pve/firewall/cluster.fw", "[OPTIONS]\nenable: 1\n"),
        ("pve/nodes/one/qemu-server/102.conf", &MACHINE.replace("NAME", "b").replace("LAST", "2")),
        (
            "wiring.json",
            r#"{"nodes": {"one": ["192.168.1.254"], "two": ["192.168.1.253"]}, "segments": [{"bridge": "vmbr1", "nodes": ["one", "two"]}]}"#,
        ),
    ]);
    expect(
        &tree,
        "
        unknown one -> two 192.168.1.253, bridge vmbr1, udp/5404
        unknown one -> two 192.168.1.253, bridge vmbr1, udp/5405
        closed one -> two 192.168.1.253, bridge vmbr1, udp/5406
        closed one -> two 192.168.1.253, bridge vmbr1, tcp/5404
        closed b -> two 192.168.1.253, bridge vmbr1, udp/5404
        ",
    );
}

#[test]
fn a_lie_is_judged_by_the_address_that_it_tells() {
    let site = Site::new("policy_in: DROP", "IN ACCEPT -source 192.168.1.7 -p tcp -dport 80").tree();
    let of = |source: Option<&str>| {
        let source = source.map(|text| text.parse().expect("an address"));
        let manner = arvc_audit::Manner { source, ..Default::default() };
        site.decide_as(&common::question("a -> b 192.168.1.2, bridge vmbr1, tcp/80"), manner).verdict
    };
    assert_eq!(of(None), arvc_verdict::Verdict::Closed);
    assert_eq!(of(Some("192.168.1.7")), arvc_verdict::Verdict::Open);
}

#[test]
fn without_neighbour_discovery_nobody_is_reached_over_ipv6() {
    let machine = |name: &str, last: &str, firewall: &str| {
        format!(
            "name: {name}\nnet0: virtio=A,bridge=vmbr1{firewall}\nipconfig0: ip=192.168.1.{last}/24,ip6=fd00::{last}/64\n"
        )
    };
    let of = |ndp: &str| {
        tree(&[
            ("pve/firewall/cluster.fw", "[OPTIONS]\nenable: 1\n"),
            (
                "pve/firewall/102.fw",
                &format!("[OPTIONS]\nenable: 1\nndp: {ndp}\npolicy_out: DROP\n[RULES]\nIN ACCEPT\n"),
            ),
            ("pve/nodes/one/qemu-server/101.conf", &machine("a", "1", "")),
            ("pve/nodes/one/qemu-server/102.conf", &machine("b", "2", ",firewall=1")),
        ])
    };
    let (four, six) = ("a -> b 192.168.1.2, bridge vmbr1, tcp/80", "a -> b fd00::2, bridge vmbr1, tcp/80");
    // It lets the question in by a rule, and its own advertisement is not let out.
    assert_eq!((verdict(&of("1"), four), verdict(&of("1"), six)), ("open", "open"));
    assert_eq!((verdict(&of("0"), four), verdict(&of("0"), six)), ("open", "closed"));
    let closing = answer(&of("0"), six).decisions.into_iter().find(|one| one.part == "neighbour discovery");
    assert!(closing.is_some_and(|one| one.layer == arvc_verdict::Layer::Proxmox));
}

#[test]
fn who_asks_for_an_address_has_one_that_nobody_knows() {
    let asking = "name: a\nnet0: virtio=A,bridge=vmbr1\nipconfig0: ip=dhcp\n";
    let tree = tree(&[
        ("pve/firewall/cluster.fw", "[OPTIONS]\nenable: 0\n"),
        ("pve/nodes/one/qemu-server/101.conf", asking),
        ("pve/nodes/one/qemu-server/102.conf", &MACHINE.replace("NAME", "b").replace("LAST", "2")),
    ]);
    expect(
        &tree,
        "
        unknown a -> b 192.168.1.2, bridge vmbr1, tcp/80
        unknown a -> b 192.168.1.2, routed, tcp/80
        closed a -> b 192.168.1.2, bridge vmbr2, tcp/80
        open b -> a 192.168.1.9, bridge vmbr1, tcp/80
        ",
    );
}

#[test]
fn an_address_that_a_guest_has_by_turns_comes_by_the_device_of_its_network() {
    let site = Site::new("policy_in: DROP", "IN ACCEPT -p tcp -dport 80").tree();
    // What routes there is not known; what the firewall drops is.
    expect(
        &site,
        "
        unknown 10.9.9.9 -> b 192.168.1.9, routed, tcp/80
        closed 10.9.9.9 -> b 192.168.1.9, routed, tcp/81
        ",
    );
}

#[test]
fn another_mac_address_leaves_a_device_where_its_filter_is_off() {
    let masked = |options: &str, nic: bool| {
        let site = Site { nic, ..Site::new(options, "") }.tree();
        let manner = arvc_audit::Manner { masked: true, ..Default::default() };
        site.decide_as(&common::question("b -> a 192.168.1.1, bridge vmbr1, tcp/80"), manner).verdict
    };
    use arvc_verdict::Verdict::{Closed, Open};
    assert_eq!(masked("policy_out: ACCEPT", true), Closed, "the option is on where nobody writes it");
    assert_eq!(masked("policy_out: ACCEPT\nmacfilter: 1", true), Closed);
    assert_eq!(masked("policy_out: ACCEPT\nmacfilter: 0", true), Open);
    assert_eq!(masked("policy_out: DROP\nmacfilter: 0", true), Closed, "the rules are asked all the same");
    assert_eq!(masked("policy_out: ACCEPT", false), Open, "nothing filters the device");
}

#[test]
fn what_a_machine_has_by_turns_it_is_asked_for_like_its_own_address() {
    let machine = |name: &str, last: &str, firewall: &str| {
        format!(
            "name: {name}\nnet0: virtio=A,bridge=vmbr1{firewall}\nipconfig0: ip=192.168.1.{last}/24,ip6=fd00::{last}/64\n"
        )
    };
    let of = |wiring: &str| {
        tree(&[
            ("pve/firewall/cluster.fw", "[OPTIONS]\nenable: 1\n"),
            ("pve/firewall/102.fw", "[OPTIONS]\nenable: 1\nndp: 0\npolicy_out: DROP\n[RULES]\nIN ACCEPT\n"),
            ("pve/nodes/one/qemu-server/101.conf", &machine("a", "1", "")),
            ("pve/nodes/one/qemu-server/102.conf", &machine("b", "2", ",firewall=1")),
            ("wiring.json", wiring),
        ])
    };
    // Of an address that is not its own nobody looks for it; of one that it may have, its advertisement has to get out.
    let ask = "a -> b fd00::9, bridge vmbr1, tcp/80";
    assert_eq!(verdict(&of(r#"{"turns": {}}"#), ask), "open");
    assert_eq!(verdict(&of(r#"{"turns": {"fd00::9": ["a", "b"]}}"#), ask), "closed");
    // With such an address as its source it tells no lie: answers find it, as long as its own layers let them.
    let filter = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n";
    let answered = |turns: &str| {
        let tree = tree(&[
            ("pve/nodes/one/qemu-server/101.conf", &machine("a", "1", "")),
            ("pve/nodes/one/qemu-server/102.conf", &machine("b", "2", "")),
            ("filter/a.v4", filter),
            ("wiring.json", turns),
        ]);
        let source = Some("192.168.1.9".parse().expect("an address"));
        let manner = arvc_audit::Manner { source, ..Default::default() };
        tree.decide_as(&common::question("a -> b 192.168.1.2, bridge vmbr1, tcp/80"), manner).verdict
    };
    assert_eq!(answered(r#"{"turns": {"192.168.1.9": ["a"]}}"#), arvc_verdict::Verdict::Closed);
    assert_eq!(answered(r#"{"turns": {"192.168.1.9": ["b"]}}"#), arvc_verdict::Verdict::Open);
}

#[test]
fn without_neighbour_discovery_nobody_gets_to_his_router_over_ipv6() {
    let of = |options: &str, nic: &str| {
        let machine =
            format!("name: b\nnet0: virtio=A,bridge=vmbr1{nic}\nipconfig0: ip6=2001:db8::2/64,gw6=2001:db8::fe\n");
        tree(&[
            ("pve/firewall/cluster.fw", "[OPTIONS]\nenable: 1\n"),
            (
                "pve/firewall/102.fw",
                &format!(
                    "[OPTIONS]\nenable: 1\n{options}\n[RULES]\nIN ACCEPT -p tcp -dport 80\nOUT ACCEPT -p udp -dport 123\n"
                ),
            ),
            ("pve/nodes/one/qemu-server/102.conf", &machine),
            (
                "wiring.json",
                r#"{"nodes": {"one": ["2001:db8::fe"]}, "outward": ["2001:db8::/64"], "own": ["2001:db8::/64"]}"#,
            ),
        ])
    };
    let (out, into) = ("b -> 2620:fe::fe 2620:fe::fe, routed, udp/123", "2620:fe::fe -> b 2001:db8::2, routed, tcp/80");
    for (options, open) in [
        ("ndp: 1\npolicy_out: DROP", "open"),
        ("ndp: 0\npolicy_out: DROP", "closed"),
        ("ndp: 0\npolicy_out: ACCEPT", "closed"),
    ] {
        // Its own solicitation is not let out, or the router's advertisement not in.
        assert_eq!(verdict(&of(options, ",firewall=1"), out), open, "{options}");
        assert_eq!(verdict(&of(options, ",firewall=1"), into), open, "{options}");
        assert_eq!(verdict(&of(options, ""), out), "open", "{options}");
    }
}
