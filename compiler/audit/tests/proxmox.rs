//! The rows of Proxmox's semantics, each open and closed: switches, order, groups, sets, policies, the chains of a node.

mod common;

use arvc_audit::Tree;
use common::{answer, expect, tree, verdict};

const MACHINE: &str = "name: NAME\nnet0: virtio=BC:24:11:00:00:01,bridge=vmbr1,firewall=1\nipconfig0: ip=192.168.1.LAST/24,gw=192.168.1.254\n";

/// Two machines `a` (.1) and `b` (.2) of one node; `a` is not filtered, `b` has these files.
struct Site {
    cluster: String,
    guest: String,
    host: String,
    nic: bool,
}

impl Site {
    /// A guest whose firewall is on, with options and rules.
    fn new(options: &str, rules: &str) -> Self {
        Self {
            cluster: "[OPTIONS]\nenable: 1\n".into(),
            guest: format!("[OPTIONS]\nenable: 1\n{options}\n[RULES]\n{rules}\n"),
            host: String::new(),
            nic: true,
        }
    }

    fn cluster(mut self, more: &str) -> Self {
        self.cluster += more;
        self
    }

    fn tree(&self) -> Tree {
        let machine = |name: &str, last: &str, firewall: bool| {
            let text = MACHINE.replace("NAME", name).replace("LAST", last);
            if firewall { text } else { text.replace(",firewall=1", "") }
        };
        let (a, b) = (machine("a", "1", false), machine("b", "2", self.nic));
        tree(&[
            ("pve/firewall/cluster.fw", &self.cluster),
            ("pve/nodes/one/host.fw", &self.host),
            ("pve/firewall/102.fw", &self.guest),
            ("pve/nodes/one/qemu-server/101.conf", &a),
            ("pve/nodes/one/qemu-server/102.conf", &b),
            ("wiring.json", r#"{"nodes": {"one": ["192.168.1.254"]}}"#),
        ])
    }
}

/// What a guest lets in from `a`: `VERDICT PACKET` a line.
fn lets_in(site: &Site, lines: &str) {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines = lines.map(|line| line.replacen(' ', " a -> b 192.168.1.2, bridge vmbr1, ", 1));
    expect(&site.tree(), &lines.collect::<Vec<_>>().join("\n"));
}

/// What it lets out to `a`.
fn lets_out(site: &Site, lines: &str) {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines = lines.map(|line| line.replacen(' ', " b -> a 192.168.1.1, bridge vmbr1, ", 1));
    expect(&site.tree(), &lines.collect::<Vec<_>>().join("\n"));
}

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
fn what_proxmox_does_not_read_leaves_the_default() {
    // Port 0 is no port to it, and so the rule is about all.
    lets_in(&Site::new("", "IN DROP -p tcp -dport 0\nIN ACCEPT"), "closed tcp/22\nopen udp/22");
    let closed = || Site::new("", "");
    lets_in(&Site { guest: "[OPTIONS]\nenable: yes\n".into(), ..closed() }, "open tcp/22");
    lets_in(&Site { cluster: "[OPTIONS]\nenable: on\n".into(), ..closed() }, "open tcp/22");
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
    lets_in(&Site::new("", "IN ACCEPT -p udp -sport 53"), "closed udp/1");
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
fn the_provider_writes_every_key_with_defaults_of_its_own() {
    let machines = |options: &str| {
        let vm = |name: &str, vmid: u32, firewall: bool| {
            format!(
                "resource \"proxmox_virtual_environment_vm\" \"{name}\" {{\n  name = \"{name}\"\n  vm_id = {vmid}\n  node_name = \"one\"\n  network_device {{\n    bridge = \"vmbr1\"\n    firewall = {firewall}\n  }}\n  initialization {{\n    ip_config {{\n      ipv4 {{\n        address = \"192.168.1.{}/24\"\n      }}\n    }}\n  }}\n}}\n",
                vmid - 100
            )
        };
        let text = vm("a", 101, false)
            + &vm("b", 102, true)
            + "resource \"proxmox_virtual_environment_cluster_firewall\" \"this\" {\n  enabled = true\n}\n"
            + options;
        tree(&[("main.tf", &text)])
    };
    let options = |body: &str| {
        format!(
            "resource \"proxmox_virtual_environment_firewall_options\" \"b\" {{\n  node_name = \"one\"\n  vm_id = 102\n{body}}}\n"
        )
    };
    let rules = |body: &str| {
        format!(
            "resource \"proxmox_virtual_environment_firewall_rules\" \"b\" {{\n  node_name = \"one\"\n  vm_id = 102\n{body}}}\n"
        )
    };
    let ask = "a -> b 192.168.1.2, bridge vmbr1, tcp/22";
    assert_eq!(verdict(&machines(""), ask), "open", "no options: not filtered");
    assert_eq!(verdict(&machines(&options("")), ask), "open", "enabled is false");
    assert_eq!(verdict(&machines(&options("  enabled = true\n")), ask), "closed", "input_policy is DROP");
    let on = options("  enabled = true\n");
    let rule = |body: &str| machines(&(on.clone() + &rules(&format!("  rule {{\n{body}  }}\n"))));
    let ssh = "    type = \"in\"\n    action = \"ACCEPT\"\n    proto = \"tcp\"\n    dport = \"22\"\n";
    assert_eq!(verdict(&rule(ssh), ask), "open");
    assert_eq!(verdict(&rule(&(ssh.to_owned() + "    enabled = false\n")), ask), "closed");
    // 0 passes validation and is neither stored nor applied.
    assert_eq!(verdict(&rule(&ssh.replace("\"22\"", "\"0\"")), ask), "open");
    // What only Terraform knows is unknown.
    assert_eq!(verdict(&rule(&ssh.replace("\"22\"", "var.port")), ask), "unknown");
    assert_eq!(verdict(&rule(&ssh.replace("\"ACCEPT\"", "var.action")), ask), "unknown");
    let repeated = machines(&(on.clone() + &rules(&format!("  count = 2\n  rule {{\n{ssh}  }}\n"))));
    assert_eq!(verdict(&repeated, ask), "unknown");
    // Who is repeated and says one number is that machine or none; the others stay known.
    let each = rules(&format!("  for_each = toset([\"x\"])\n  rule {{\n{ssh}  }}\n"));
    assert_eq!(verdict(&machines(&(on.clone() + &each)), ask), "unknown");
    let machine = |more: &str| {
        let vm = "resource \"proxmox_virtual_environment_vm\" \"NAME\" {\n  name = \"NAME\"\n  vm_id = VMID\n  node_name = \"one\"\nMORE  network_device {\n    bridge = \"vmbr1\"\n    firewall = true\n  }\n  initialization {\n    ip_config {\n      ipv4 {\n        address = \"192.168.1.VMID/24\"\n      }\n    }\n  }\n}\n";
        let vm =
            |name: &str, vmid: &str, more: &str| vm.replace("NAME", name).replace("VMID", vmid).replace("MORE", more);
        tree(&[(
            "main.tf",
            &(vm("x", "103", "")
                + &vm("y", "104", more)
                + "resource \"proxmox_virtual_environment_cluster_firewall\" \"this\" {\n  enabled = true\n}\n"),
        )])
    };
    let repeated = machine("  for_each = toset([\"one\"])\n");
    assert_eq!(verdict(&repeated, "x -> y 192.168.1.104, bridge vmbr1, tcp/22"), "open");
    assert_eq!(repeated.unread.len(), 1, "{:#?}", repeated.unread);
    assert!(machine("  for_each = var.all\n").knows("y") && !machine("  count = 0\n").knows("y"));
    let once = rules(&format!("  count = 1\n  rule {{\n{ssh}  }}\n"));
    assert_eq!(verdict(&machines(&(on.clone() + &once)), ask), "open");
    let never = rules(&format!("  count = 0\n  rule {{\n{ssh}  }}\n"));
    assert_eq!(verdict(&machines(&(on.clone() + &never)), ask), "closed");
    // Each of two resources is the whole list: which is there, nobody knows.
    let two = rules(&format!("  rule {{\n{ssh}  }}\n"));
    let two = machines(&(on.clone() + &two + &two.replace("\"b\"", "\"c\"")));
    assert_eq!(verdict(&two, ask), "unknown");
    let dynamic =
        machines(&(on.clone() + &rules("  dynamic \"rule\" {\n    for_each = var.rules\n    content {}\n  }\n")));
    assert_eq!(verdict(&dynamic, ask), "unknown");
    assert!(!dynamic.unread.is_empty());
    let local = machines(
        &(on + &rules(&format!("  rule {{\n{}  }}\n", ssh.replace("\"22\"", "local.port")))
            + "locals {\n  port = \"22\"\n}\n"),
    );
    assert_eq!(verdict(&local, ask), "open");
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

/// What pve-firewall 6.0 made of each of these lines when it was asked (`generic_fw_config_parser` and the chains that it compiled).
#[test]
fn a_line_is_read_or_left_out_as_pve_firewall_does() {
    let names =
        "[ALIASES]\nfriend 192.168.1.1\nhost 192.168.1.1/24\n[IPSET some]\n192.168.1.1\n[group web]\nIN ACCEPT\n";
    let taken = "IN ACCEPT\nin ACCEPT\nIN ACCEPT -source 192.168.1.1 -p tcp -dport 22 # why\nIN ACCEPT --source friend\n\
        IN ACCEPT -source FRIEND\nIN ACCEPT -source dc/friend\nIN ACCEPT -source host\nIN ACCEPT -source +some\n\
        IN ACCEPT -source +dc/some\nIN ssh(ACCEPT)\nIN ACCEPT -log info\nIN ACCEPT -log nolog -p tcp\nIN ACCEPT -p 6\n\
        IN ACCEPT -p ip\nIN ACCEPT -p 0\nIN ACCEPT -source 0\nIN ACCEPT -p tcp -dport ssh\nIN ACCEPT -p udp -p tcp\nGROUP web\n\
        group web\nGROUP web -i net0\nIN ACCEPT -source 192.168.1.0-192.168.1.9\nIN ACCEPT -source 192.168.1.0/24,10.0.0.0/8\n\
        IN ACCEPT -i net0\nIN SSH(ACCEPT) -p tcp\nIN SSH(ACCEPT) -source friend -dport 22 -p tcp\nIN ACCEPT -p tcp -dport 21:23,80";
    for line in taken.lines().map(str::trim) {
        assert_eq!(verdict(&Site::new("", line).cluster(names).tree(), TO_SSH), "open", "{line}");
    }
    let left = "IN accept\nIN Accept\nIN SSH(accept)\nIN ACCEPT -source 192.168.1.1/24\nIN ACCEPT -source 192.168.1.9-192.168.1.0\n\
        IN ACCEPT -source !10.0.0.1\nIN ACCEPT -source +Some\nIN ACCEPT -source +dc/SOME\nIN ACCEPT -source +guest/some\n\
        IN ACCEPT -source guest/friend\nIN ACCEPT -p TCP\nIN ACCEPT -p 200\nIN ACCEPT -p  tcp\nIN ACCEPT -iface net0\nIN ACCEPT -i eth0\n\
        IN ACCEPT -log foo\nIN ACCEPT -log error\nIN ACCEPT -log INFO\nIN ACCEPT -p tcp -dport 23:21\nIN ACCEPT -p tcp -dport 70000\n\
        IN ACCEPT -p tcp -dport 22,\nIN ACCEPT -p tcp -dport 20-30\nIN ACCEPT -dport 22\nIN ACCEPT -p icmp -icmp-type 8\nIN Nothing(ACCEPT)\n\
        IN SSH(ACCEPT) -p udp\nIN SSH(ACCEPT) -p tcp -dport 23\nGROUP Web\nGROUP web -p tcp\nGROUP gone\nACCEPT\nIN ACCEPT now\n\
        IN ACCEPT -source 192.168.1.1,10.0.0.1-10.0.0.2\nIN ACCEPT -source 192.168.1.1,fd00::1\nIN ACCEPT -source 192.168.1.1 -dest fd00::1\n\
        FORWARD ACCEPT\nIN ACCEPT -p tcp -sport 1:2:3\nIN ACCEPT -source 192.168.1.0/33\nIN ACCEPT -p 1 -dport 8\nIN ACCEPT -dport ssh -p icmp";
    for line in left.lines().map(str::trim) {
        assert_eq!(verdict(&Site::new("", line).cluster(names).tree(), TO_SSH), "closed", "{line}");
    }
}

const TO_SSH: &str = "a -> b 192.168.1.2, bridge vmbr1, tcp/22";

#[test]
fn headings_options_and_entries_are_read_as_pve_firewall_does() {
    let guest = |text: &str| Site { guest: text.into(), ..Site::new("", "") };
    let open = |text: &str| assert_eq!(verdict(&guest(text).tree(), TO_SSH), "open", "{text}");
    let closed = |text: &str| assert_eq!(verdict(&guest(text).tree(), TO_SSH), "closed", "{text}");
    closed("[OPTIONS]\nenable: 1\n");
    closed("# why\n[options]\n  ENABLE:1\n");
    // A comment is none in an option or a heading, and the line is left out.
    open("[OPTIONS]\nenable: 1 # on\n");
    open("[OPTIONS] # all\nenable: 1\n");
    open("[ OPTIONS ]\nenable: 1\n");
    open("[OPTIONS]\nenable : 1\n");
    open("[OPTIONS]\r\nenable: 1\r\n");
    // A line that is left out leaves what stands above it.
    closed("[OPTIONS]\nenable: 1\nenable: maybe\n");
    open("[OPTIONS]\nenable: 1\npolicy_in: accept\npolicy_in: nothing\n");
    closed("[OPTIONS]\nenable: 1\npolicy_in: nothing\n");
    // What is no heading is a line of the section above, and so is all that follows.
    open("[OPTIONS]\nenable: 1\n[RULES]\n[group web]\nIN ACCEPT\n");
    closed("[OPTIONS]\nenable: 1\n[RULES] # all\nIN ACCEPT\n");
    // A rule knows the names above it.
    open("[OPTIONS]\nenable: 1\n[IPSET mine]\n192.168.1.1\n[RULES]\nIN ACCEPT -source +mine\n");
    closed("[OPTIONS]\nenable: 1\n[RULES]\nIN ACCEPT -source +mine\n[IPSET mine]\n192.168.1.1\n");
    closed("[OPTIONS]\nenable: 1\n[IPSET mine]\nhim\n[ALIASES]\nhim 192.168.1.1\n[RULES]\nIN ACCEPT -source +mine\n");
    // The names of sets are kept in lower case.
    open("[OPTIONS]\nenable: 1\n[IPSET Mine]\n192.168.1.1\n[RULES]\nIN ACCEPT -source +mine\n");
    // Of a set that is there twice the last one counts, and of an entry the first.
    closed(
        "[OPTIONS]\nenable: 1\n[IPSET mine]\n192.168.1.1\n[IPSET mine]\n10.0.0.1\n[RULES]\nIN ACCEPT -source +mine\n",
    );
    let entries =
        |lines: &str| format!("[OPTIONS]\nenable: 1\n[IPSET mine]\n{lines}\n[RULES]\nIN ACCEPT -source +mine\n");
    open(&entries("192.168.1.1\n!192.168.1.1"));
    open(&entries("192.168.1.9/24"));
    open(&entries("192.168.1.1 # him"));
    closed(&entries("0.0.0.0/0"));
    closed(&entries("192.168.1.1 nomatch"));
    closed(&entries("nobody"));
    // Two spaces are none between the name of an alias and its address.
    let alias = |line: &str| format!("[OPTIONS]\nenable: 1\n[ALIASES]\n{line}\n[RULES]\nIN ACCEPT -source him\n");
    open(&alias("him 192.168.1.1"));
    closed(&alias("him  192.168.1.1"));
    // What is refused as a whole leaves nothing known.
    assert_eq!(verdict(&guest(&alias("him 192.168.1.1/40")).tree(), TO_SSH), "unknown");
    assert_eq!(verdict(&guest(&entries("192.168.1.0/24\n192.168.1.1/24")).tree(), TO_SSH), "unknown");
    // The switch of the data centre may be a moment up to which it is on.
    let cluster = |value: &str| Site { cluster: format!("[OPTIONS]\nenable: {value}\n"), ..Site::new("", "") };
    assert_eq!(verdict(&cluster("2").tree(), TO_SSH), "open");
    assert_eq!(verdict(&cluster("1900000000").tree(), TO_SSH), "unknown");
}

#[test]
fn the_other_engine_refuses_a_file_with_a_broken_line_as_a_whole() {
    let host = "[OPTIONS]\nnftables: 1\n";
    let of = |rules: &str| Site { host: host.into(), ..Site::new("", rules) };
    lets_in(&of("IN ACCEPT -p tcp -dport 22"), "open tcp/22\nclosed tcp/23");
    lets_in(&of("IN ACCEPT -p tcp -dport 22 -frobnicate 1"), "unknown tcp/22\nunknown tcp/23");
    lets_in(&of("IN accept -p tcp -dport 22"), "unknown tcp/22");
    // What its own list names, and nobody else's node.
    lets_in(&of("IN DROP").cluster("[IPSET Odd]\n10.0.0.1\n"), "unknown tcp/22");
}
