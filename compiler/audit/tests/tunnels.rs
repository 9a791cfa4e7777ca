//! Whether members have a tunnel: direct, through a relay, by luck, or not at all.

mod common;

use std::fmt::Write;

use arvc_audit::read;
use common::{files, golden, tree, verdict};

/// A member of the overlay on one bridge of one node.
struct Member {
    name: &'static str,
    /// The last octet, in the underlay and in the overlay.
    last: u8,
    /// Rules of its firewall of Proxmox, with policies DROP; without any, it has none.
    rules: Option<&'static str>,
    /// Sections of its configuration beside `pki`, `listen` and `firewall`.
    config: String,
}

const OPEN: &str = "IN ACCEPT -p udp -dport 4242\nOUT ACCEPT -p udp -dport 4242";

fn member(name: &'static str, last: u8, rules: &'static str, lighthouse: &str, relay: &str) -> Member {
    let config = format!("lighthouse: {{{lighthouse}}}\nrelay: {{{relay}}}\n");
    Member { name, last, rules: Some(rules), config }
}

/// A lighthouse at .9 that everybody may reach.
fn lighthouse(relay: &str) -> Member {
    member("lh", 9, OPEN, "am_lighthouse: true", relay)
}

const ASKS: &str = "hosts: [\"10.0.0.9\"]";

fn site(members: &[Member], knows: &[(&str, u8)]) -> arvc_audit::Tree {
    let mut files: Vec<(String, String)> = vec![
        ("pve/firewall/cluster.fw".into(), "[OPTIONS]\nenable: 1\n".into()),
        ("group_vars/all.yml".into(), "nebula_version: 1.9.3\n".into()),
    ];
    let mut hosts = String::new();
    for member in members {
        let vmid = 100 + u32::from(member.last);
        let machine = format!(
            "name: {}\nnet0: virtio=A,bridge=vmbr1,firewall={}\nipconfig0: ip=192.168.1.{}/24\n",
            member.name,
            u8::from(member.rules.is_some()),
            member.last
        );
        files.push((format!("pve/nodes/one/qemu-server/{vmid}.conf"), machine));
        if let Some(rules) = member.rules {
            let text = format!("[OPTIONS]\nenable: 1\npolicy_in: DROP\npolicy_out: DROP\n[RULES]\n{rules}\n");
            files.push((format!("pve/firewall/{vmid}.fw"), text));
        }
        let mut map = String::from("static_host_map: {");
        for (_, last) in knows.iter().filter(|(who, _)| *who == member.name || *who == "*") {
            if *last != member.last {
                write!(map, "\"10.0.0.{last}\": [\"192.168.1.{last}:4242\"], ").expect("text");
            }
        }
        map.push_str("}\n");
        let port = if member.config.contains("random") { 0 } else { 4242 };
        let config = format!(
            "pki: {{ca: x}}\nlisten: {{port: {port}}}\n{map}{}firewall:\n  inbound: [{{proto: any, port: any, host: any}}]\n  outbound: [{{proto: any, port: any, host: any}}]\n",
            member.config
        );
        files.push((format!("nebula/{}.yml", member.name), config));
        write!(
            hosts,
            "{}\"{}\": {{\"networks\": [\"10.0.0.{}/24\"]}}",
            if hosts.is_empty() { "" } else { ", " },
            member.name,
            member.last
        )
        .expect("text");
    }
    files.push(("nebula/certificates.json".into(), format!("{{\"ca\": {{\"name\": \"x\"}}, \"hosts\": {{{hosts}}}}}")));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let tree = tree(&files);
    assert!(tree.unread.is_empty(), "{:#?}", tree.unread);
    tree
}

const ASK: &str = "a -> b 10.0.0.2, overlay, tcp/80";

#[test]
fn a_direct_tunnel_is_certain_where_the_receiver_lets_new_ones_in() {
    let of = |a: &'static str, b: &'static str| {
        let members = [member("a", 1, a, ASKS, ""), member("b", 2, b, ASKS, ""), lighthouse("")];
        verdict(&site(&members, &[("*", 9)]), ASK)
    };
    assert_eq!(of(OPEN, OPEN), "open");
    // Only towards the lighthouse may either speak: nothing comes about.
    let lone = "IN ACCEPT -p udp -dport 4242\nOUT ACCEPT -p udp -dport 4242 -dest 192.168.1.9";
    assert_eq!(of(lone, lone), "closed");
    // Neither takes new ones, but both may speak: a lighthouse makes both send.
    let speaks = "OUT ACCEPT -p udp -dport 4242";
    assert_eq!(of(speaks, speaks), "unknown");
    // One may speak, and they share the connection table of their node.
    assert_eq!(of(speaks, "OUT ACCEPT -p udp -dport 4242 -dest 192.168.1.9"), "unknown");
    assert_eq!(of("", ""), "closed");
}

#[test]
fn members_must_find_one_another() {
    let plain = |who: &'static str, last, config: &str| member(who, last, OPEN, config, "");
    let of = |a: &str, b: &str, knows: &[(&str, u8)], lh: &'static str| {
        let members = [plain("a", 1, a), plain("b", 2, b), member("lh", 9, lh, "am_lighthouse: true", "")];
        verdict(&site(&members, knows), ASK)
    };
    assert_eq!(of("", "", &[("a", 2)], OPEN), "open", "a knows b from the start");
    assert_eq!(of("", "", &[], OPEN), "closed", "nobody knows anybody");
    assert_eq!(of("", "", &[("b", 1)], OPEN), "unknown", "only b can begin");
    assert_eq!(of(ASKS, ASKS, &[("*", 9)], OPEN), "open");
    assert_eq!(of(ASKS, "", &[("*", 9)], OPEN), "closed", "b does not report to the lighthouse");
    assert_ne!(of(ASKS, ASKS, &[("a", 9)], OPEN), "open", "b does not know where the lighthouse is");
    // One that is a lighthouse itself tells no other where it is; who lists it has its endpoint from the start.
    let members = [plain("a", 1, ASKS), plain("b", 2, &format!("am_lighthouse: true, {ASKS}")), lighthouse("")];
    assert_eq!(verdict(&site(&members, &[("*", 9)]), ASK), "unknown", "the other lighthouse may have seen it");
    // A lighthouse that lets nothing in is none.
    assert_ne!(of(ASKS, ASKS, &[("*", 9)], "OUT ACCEPT"), "open");
}

#[test]
fn an_endpoint_that_is_another_machine_s_address_leads_to_nobody_else() {
    let of = |at: &str| {
        let mut a = member("a", 1, OPEN, ASKS, "");
        writeln!(a.config, "static_host_map: {{\"10.0.0.9\": [\"192.168.1.{at}:4242\"]}}").expect("text");
        verdict(
            &site(&[a, member("b", 2, OPEN, ASKS, ""), lighthouse("")], &[("b", 9)]),
            "a -> lh 10.0.0.9, overlay, tcp/80",
        )
    };
    assert_eq!(of("9"), "open");
    // Seen in packets: a looks for the lighthouse at its own address, and has no tunnel with anybody.
    assert_eq!((of("1"), of("2")), ("closed", "closed"));
}

#[test]
fn a_lighthouse_that_listens_elsewhere_brings_nobody_together() {
    // What `a` knows of the lighthouse and of b, what the lighthouse knows, and further words of a and b.
    let of = |a: &str, lh: &str, more: &str, ask: &str| {
        let knows = |who: &mut Member, map: &str| {
            writeln!(who.config, "static_host_map: {{{map}}}").expect("text");
        };
        let mut members =
            [member("a", 1, OPEN, ASKS, more), member("b", 2, OPEN, ASKS, more), lighthouse("am_relay: true")];
        knows(&mut members[0], a);
        knows(&mut members[2], lh);
        verdict(&site(&members, &[("b", 9)]), ask)
    };
    let astray = "\"10.0.0.9\": [\"192.168.1.9:4243\"]";
    let relays = "relays: [\"10.0.0.9\"]";
    assert_eq!(of(&astray.replace("4243", "4242"), "", "", ASK), "open");
    assert_eq!(of(astray, "", relays, ASK), "closed", "a reports to nobody, and asks nobody");
    assert_eq!(of(astray, "", relays, "b -> a 10.0.0.1, overlay, tcp/80"), "closed", "b is told nothing of a");
    assert_eq!(of(astray, "", "", "a -> lh 10.0.0.9, overlay, tcp/80"), "closed");
    assert_eq!(of(astray, "", "", "lh -> a 10.0.0.1, overlay, tcp/80"), "closed");
    assert_eq!(of(astray, "", "", "b -> lh 10.0.0.9, overlay, tcp/80"), "open", "it is about a alone");
    // Every other way stays: a knows b, the lighthouse knows a, or one of several endpoints is right.
    assert_eq!(of(&format!("{astray}, \"10.0.0.2\": [\"192.168.1.2:4242\"]"), "", "", ASK), "open");
    assert_eq!(of(astray, "\"10.0.0.1\": [\"192.168.1.1:4242\"]", "", ASK), "unknown");
    assert_eq!(of("\"10.0.0.9\": [\"192.168.1.9:4243\", \"192.168.1.9:4242\"]", "", "", ASK), "open");
    // Whom it takes for somebody else learns where it is: the handshake is seen, and no tunnel kept.
    assert_eq!(of(&format!("{astray}, \"10.0.0.7\": [\"192.168.1.9:4242\"]"), "", "", ASK), "unknown");
    // A name may lead anywhere, and so may what is computed from the address.
    assert_eq!(of("\"10.0.0.9\": [\"lh.example.net:4243\"]", "", "", ASK), "unknown");
    let mut computes = member(
        "a",
        1,
        OPEN,
        &format!("{ASKS}, calculated_remotes: {{10.0.0.0/24: [{{mask: 192.168.1.0/24, port: 4242}}]}}"),
        "",
    );
    writeln!(computes.config, "static_host_map: {{{astray}}}").expect("text");
    let members = [computes, member("b", 2, OPEN, ASKS, ""), lighthouse("")];
    assert_eq!(verdict(&site(&members, &[("b", 9)]), ASK), "unknown");
}

#[test]
fn a_relay_is_the_target_s_choice() {
    let lone = "IN ACCEPT -p udp -dport 4242 -source 192.168.1.9\nOUT ACCEPT -p udp -dport 4242 -dest 192.168.1.9";
    let of = |a: &str, b: &str, lh: &str| {
        let members = [member("a", 1, lone, ASKS, a), member("b", 2, lone, ASKS, b), lighthouse(lh)];
        verdict(&site(&members, &[("*", 9)]), ASK)
    };
    let listed = "relays: [\"10.0.0.9\"]";
    assert_eq!(of("", listed, "am_relay: true"), "open");
    assert_eq!(
        of("", &format!("{listed}, use_relays: false"), "am_relay: true"),
        "open",
        "that is about its own way out"
    );
    assert_eq!(
        of(listed, "", "am_relay: true"),
        "unknown",
        "the initiator's list does nothing, unless b has spoken first"
    );
    assert_eq!(of("", "", "am_relay: true"), "closed");
    // Seen in packets: the lighthouse makes b answer, and b is let use the relay that a lists.
    let own = format!("{listed}, use_relays: false");
    assert_eq!(of(&own, listed, "am_relay: true"), "unknown", "only b can start it");
    assert_eq!(of("use_relays: false", listed, "am_relay: true"), "closed");
    assert_eq!(of("", listed, "am_relay: false"), "closed");
    assert_eq!(of("am_relay: true", listed, "am_relay: true"), "closed", "a relay uses none");
    assert_eq!(of("", &format!("{listed}, am_relay: true"), "am_relay: true"), "closed", "and has none");
}

#[test]
fn a_random_port_is_named_by_no_firewall() {
    let mut b = member("b", 2, OPEN, ASKS, "");
    b.config += "# random\n";
    let members = [member("a", 1, OPEN, ASKS, ""), b, lighthouse("")];
    assert_eq!(verdict(&site(&members, &[("*", 9)]), ASK), "unknown");
}

#[test]
fn who_reports_to_a_lighthouse_has_a_tunnel_with_it_both_ways() {
    // b lets nothing new in; it keeps its tunnel to the lighthouse itself.
    let b = member("b", 2, "OUT ACCEPT -p udp -dport 4242", ASKS, "");
    let tree = site(&[b, lighthouse("")], &[("*", 9)]);
    assert_eq!(verdict(&tree, "b -> lh 10.0.0.9, overlay, tcp/80"), "open");
    assert_eq!(verdict(&tree, "lh -> b 10.0.0.2, overlay, tcp/80"), "open");
    // But for one that is a lighthouse itself, whatever it lists: seen in packets.
    let b = member("b", 2, "OUT ACCEPT -p udp -dport 4242", &format!("am_lighthouse: true, {ASKS}"), "");
    let tree = site(&[b, lighthouse("")], &[("*", 9)]);
    assert_eq!(verdict(&tree, "lh -> b 10.0.0.2, overlay, tcp/80"), "unknown");
}

#[test]
fn the_other_engine_of_proxmox_is_bounds_only() {
    let of = |host: &str| {
        let machine = |name: &str, last: u8| {
            format!("name: {name}\nnet0: virtio=A,bridge=vmbr1,firewall=1\nipconfig0: ip=192.168.1.{last}/24\n")
        };
        let (a, b) = (machine("a", 1), machine("b", 2));
        tree(&[
            ("pve/firewall/cluster.fw", "[OPTIONS]\nenable: 1\n[IPSET blacklist]\n192.168.1.1\n"),
            ("pve/firewall/102.fw", "[OPTIONS]\nenable: 1\n[RULES]\nIN ACCEPT\n"),
            ("pve/nodes/one/qemu-server/101.conf", &a),
            ("pve/nodes/one/qemu-server/102.conf", &b),
            ("pve/nodes/one/host.fw", host),
        ])
    };
    let ask = "a -> b 192.168.1.2, bridge vmbr1, tcp/80";
    assert_eq!(verdict(&of(""), ask), "closed");
    assert_eq!(verdict(&of("[OPTIONS]\nnftables: 1\n"), ask), "unknown", "it does not ask the blacklist");
    assert_eq!(verdict(&of("[OPTIONS]\nnftables: 1\n"), "192.168.1.7 -> b 192.168.1.2, bridge vmbr1, tcp/80"), "open");
}

#[test]
fn without_a_tunnel_of_their_own_two_members_need_a_relay() {
    let of = |a: &str, relayed| {
        let members = [member("a", 1, OPEN, ASKS, a), member("b", 2, OPEN, ASKS, a), lighthouse("am_relay: true")];
        let manner = arvc_audit::Manner { relayed, ..Default::default() };
        let tree = site(&members, &[("*", 9)]);
        tree.decide_as(&common::question(ASK), manner).verdict
    };
    use arvc_verdict::Verdict::{Closed, Open};
    let listed = "relays: [\"10.0.0.9\"]";
    assert_eq!((of(listed, false), of(listed, true)), (Open, Open));
    assert_eq!((of("", false), of("", true)), (Open, Closed));
}

#[test]
fn who_looks_for_another_member_there_may_have_no_tunnel() {
    let members = [member("a", 1, OPEN, ASKS, ""), member("b", 2, OPEN, ASKS, ""), lighthouse("")];
    let files = site(&members, &[("*", 9)]);
    assert_eq!(verdict(&files, ASK), "open");
    // Seen in packets: b answers a handshake that a began for c, and neither keeps it.
    let mut mistaken = member("a", 1, OPEN, ASKS, "");
    mistaken.config +=
        "static_host_map: {\"10.0.0.9\": [\"192.168.1.9:4242\"], \"10.0.0.7\": [\"192.168.1.2:4242\"]}\n";
    let members = [mistaken, member("b", 2, OPEN, ASKS, ""), lighthouse("")];
    assert_eq!(verdict(&site(&members, &[("b", 9)]), ASK), "unknown");
}

/// Found with packets: the node hands the port on, and nobody listens there.
#[test]
fn what_a_node_hands_on_arrives_where_the_member_listens() {
    let verdict_with = |listen: &str, handed: &str| {
        let mut files = files(&golden().join("arvandor"));
        let mut change = |path: &str, from: &str, to: &str| {
            let text = files.get_mut(path).expect("a file of the tree");
            assert!(text.contains(from), "{path} has no {from}");
            *text = text.replace(from, to);
        };
        change("nebula/dns.yml", "  port: 4242\n", &format!("  port: {listen}\n"));
        change("proxmox/pve/edge.rules", "--dport 4242 -j DNAT --to-destination 192.168.100.11", handed);
        verdict(&read(&files), "laptop -> dns 10.10.10.11, overlay, udp/53")
    };
    let handed = "--dport 4242 -j DNAT --to-destination 192.168.100.11";
    assert_eq!(verdict_with("4242", handed), "open");
    assert_ne!(verdict_with("4243", handed), "open");
    assert_ne!(verdict_with("4242", &format!("{handed}:4243")), "open");
}
