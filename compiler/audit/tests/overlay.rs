//! The rows of Nebula's semantics, each open and closed, by release: what decides whether a packet passes between two members.

mod common;

use arvc_audit::Tree;
use common::{answer, tree, verdict};

/// Two machines on one bridge without a firewall of Proxmox, members of one overlay.
struct Pair {
    version: &'static str,
    inbound: String,
    outbound: String,
    /// More lines of the receiver's configuration.
    more: String,
    /// Fields of the receiver's certificate.
    own: String,
}

impl Pair {
    fn new(version: &'static str, inbound: &str) -> Self {
        let everything = r#"[{"proto": "any", "port": "any", "host": "any"}]"#.into();
        Self { version, inbound: inbound.into(), outbound: everything, more: String::new(), own: String::new() }
    }

    fn tree(&self) -> Tree {
        let machine = |name: &str, vmid: u32, last: u8| {
            format!(
                r#"resource "proxmox_virtual_environment_vm" "{name}" {{
  name = "{name}"
  vm_id = {vmid}
  node_name = "pve"
  network_device {{
    bridge = "vmbr1"
  }}
  initialization {{
    ip_config {{
      ipv4 {{
        address = "192.168.1.{last}/24"
      }}
    }}
  }}
}}
"#
            )
        };
        let machines = machine("a", 101, 1) + &machine("b", 102, 2);
        let config = |firewall: String, more: &str| {
            format!(
                "pki: {{ca: x}}\nlisten: {{host: 0.0.0.0, port: 4242}}\nstatic_host_map:\n  \"10.0.0.1\": [\"192.168.1.1:4242\"]\n  \"10.0.0.2\": [\"192.168.1.2:4242\"]\n{more}\nfirewall:\n{firewall}\n"
            )
        };
        let a = config(format!("  outbound: {}\n  inbound: []", self.outbound), "");
        let local = if self.more.contains("default_local") { &self.more } else { "" };
        let more = if local.is_empty() { self.more.as_str() } else { "" };
        let b = config(format!("{local}\n  outbound: []\n  inbound: {}", self.inbound), more);
        let plan = format!(
            r#"{{"ca": {{"name": "home"}}, "hosts": {{
  "a": {{"networks": ["10.0.0.1/24"], "groups": ["one", "two"]}},
  "b": {{"networks": ["10.0.0.2/24"], "groups": ["three"]{}}}
}}}}"#,
            self.own
        );
        let all = format!("nebula_version: \"{}\"\n", self.version);
        tree(&[
            ("main.tf", &machines),
            ("nebula/a.yml", &a),
            ("nebula/b.yml", &b),
            ("nebula/certificates.json", &plan),
            ("inventory/group_vars/all.yml", &all),
        ])
    }

    fn says(&self, what: &str) -> &'static str {
        verdict(&self.tree(), &format!("a -> b 10.0.0.2, overlay, {what}"))
    }
}

/// A rule of the receiver, asked with packets, at releases: `VERDICT PACKET RELEASE…`.
fn row(inbound: &str, lines: &str) {
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.split(' ');
        let (wanted, what) = (words.next().expect("a verdict"), words.next().expect("a packet"));
        for version in words {
            let version: &'static str = ["1.6.1", "1.9.3", "1.9.7", "1.10.3", "1.11.1", "1.12.0"]
                .into_iter()
                .find(|known| *known == version)
                .expect("a known release");
            assert_eq!(Pair::new(version, inbound).says(what), wanted, "{inbound} {what} {version}");
        }
    }
}

#[test]
fn the_networks_of_both_certificates_hold_the_other_end() {
    // Seen in packets: who has /32 in his certificate sends nothing else into the overlay, no answer either.
    let of = |whose: &str| {
        let machine = |name: &str, vmid: u32| {
            format!("name: {name}\nnet0: virtio=A,bridge=vmbr1\nipconfig0: ip=192.168.1.{}/24\n", vmid - 100)
        };
        let length = |name: &str| if whose == name { 32 } else { 24 };
        let plan = format!(
            r#"{{"ca": {{"name": "x"}}, "hosts": {{"a": {{"networks": ["10.0.0.1/{}"]}}, "b": {{"networks": ["10.0.0.2/{}"]}}}}}}"#,
            length("a"),
            length("b")
        );
        let everybody = "[{proto: any, port: any, host: any}]";
        let config = format!(
            "pki: {{ca: x}}\nlisten: {{port: 4242}}\nstatic_host_map: {{\"10.0.0.2\": [\"192.168.1.2:4242\"]}}\nfirewall: {{inbound: {everybody}, outbound: {everybody}}}\n"
        );
        let (a, b) = (machine("a", 101), machine("b", 102));
        let tree = tree(&[
            ("pve/nodes/one/qemu-server/101.conf", &a),
            ("pve/nodes/one/qemu-server/102.conf", &b),
            ("nebula/a.yml", &config),
            ("nebula/b.yml", &config),
            ("nebula/certificates.json", &plan),
            ("group_vars/all.yml", "nebula_version: 1.9.3\n"),
        ]);
        verdict(&tree, "a -> b 10.0.0.2, overlay, tcp/80")
    };
    assert_eq!((of("nobody"), of("a"), of("b")), ("open", "closed", "closed"));
}

#[test]
fn groups_are_all_demanded() {
    row(r#"[{proto: tcp, port: 80, groups: [one, two]}]"#, "open tcp/80 1.6.1 1.9.3 1.11.1\nclosed tcp/81 1.9.3");
    row(r#"[{proto: tcp, port: 80, groups: [one, three]}]"#, "closed tcp/80 1.6.1 1.9.3 1.11.1");
    row(r#"[{proto: tcp, port: 80, group: one}]"#, "open tcp/80 1.9.3");
    row(r#"[{proto: tcp, port: 80, group: three}]"#, "closed tcp/80 1.9.3");
}

#[test]
fn host_group_and_cidr_are_alternatives() {
    row(r#"[{proto: tcp, port: 80, group: three, host: a}]"#, "open tcp/80 1.6.1 1.9.3 1.11.1");
    row(r#"[{proto: tcp, port: 80, group: three, cidr: 10.0.0.1/32}]"#, "open tcp/80 1.9.3");
    row(r#"[{proto: tcp, port: 80, group: three, cidr: 10.0.0.3/32, host: c}]"#, "closed tcp/80 1.9.3");
    row(r#"[{proto: tcp, port: 80, groups: [three], host: any}]"#, "open tcp/80 1.6.1 1.9.3 1.11.1");
    row(r#"[{proto: tcp, port: 80, groups: [three, any]}]"#, "open tcp/80 1.9.3");
    row(r#"[{proto: tcp, port: 80, host: A}]"#, "closed tcp/80 1.9.3");
}

#[test]
fn local_cidr_is_ignored_by_the_oldest() {
    let rule = r#"[{proto: tcp, port: 80, group: one, local_cidr: 10.9.0.0/16}]"#;
    row(rule, "open tcp/80 1.6.1\nclosed tcp/80 1.9.3 1.10.3 1.11.1");
    row(r#"[{proto: tcp, port: 80, group: one, local_cidr: 10.0.0.2/32}]"#, "open tcp/80 1.6.1 1.9.3 1.11.1");
    // The one subject that the oldest knows is missing: it does not start.
    row(r#"[{proto: tcp, port: 80, local_cidr: 10.0.0.2/32}]"#, "unknown tcp/80 1.6.1\nopen tcp/80 1.9.3");
}

#[test]
fn prefixes_that_mean_everybody() {
    row(r#"[{proto: tcp, port: 80, cidr: any}]"#, "unknown tcp/80 1.6.1 1.9.3\nopen tcp/80 1.10.3 1.11.1");
    row(r#"[{proto: tcp, port: 80, cidr: 0.0.0.0/0}]"#, "open tcp/80 1.6.1 1.9.3 1.10.3 1.11.1");
    row(r#"[{proto: tcp, port: 80, cidr: 0.0.0.0/8}]"#, "open tcp/80 1.6.1 1.9.3\nclosed tcp/80 1.9.7 1.10.3 1.11.1");
    row(r#"[{proto: tcp, port: 80, cidr: "::/0"}]"#, "open tcp/80 1.6.1 1.9.3 1.9.7\nclosed tcp/80 1.10.3 1.11.1");
    row(r#"[{proto: tcp, port: 80, cidr: 10.0.0.0/24}]"#, "open tcp/80 1.9.3 1.11.1");
    row(r#"[{proto: tcp, port: 80, cidr: 10.0.1.0/24}]"#, "closed tcp/80 1.9.3 1.11.1");
}

#[test]
fn icmp_has_no_ports() {
    row(r#"[{proto: icmp, port: any, host: any}]"#, "open icmp 1.6.1 1.9.3 1.10.3 1.11.1\nclosed tcp/80 1.9.3");
    row(r#"[{proto: icmp, host: any}]"#, "unknown icmp 1.6.1 1.9.3 1.10.3\nopen icmp 1.11.1 1.12.0");
    for port in ["port: 8", "code: 8", "port: fragment"] {
        let rule = format!("[{{proto: icmp, {port}, host: any}}]");
        row(&rule, "closed icmp 1.6.1 1.9.3 1.10.3\nopen icmp 1.11.1");
    }
    row(
        r#"[{proto: any, port: 443, host: any}]"#,
        "closed icmp 1.6.1 1.9.3 1.11.1\nopen tcp/443 1.9.3\nopen udp/443 1.9.3",
    );
}

#[test]
fn protocols_without_a_name_need_any_and_ports_are_read_into_them() {
    row(r#"[{proto: any, port: any, host: any}]"#, "open 47 1.9.3\nopen icmp 1.9.3");
    row(r#"[{proto: tcp, port: any, host: any}]"#, "closed 47 1.9.3\nclosed udp/80 1.9.3\nopen tcp/65535 1.9.3");
    row(r#"[{proto: any, port: 443, host: any}]"#, "unknown 47 1.6.1 1.9.3 1.11.1");
}

#[test]
fn ports_and_ranges() {
    row(
        r#"[{proto: tcp, port: 80-90, host: any}]"#,
        "closed tcp/79 1.9.3\nopen tcp/80 1.9.3\nopen tcp/90 1.9.3\nclosed tcp/91 1.9.3",
    );
    // A range from 0 is everything, and so is 0 itself.
    row(r#"[{proto: any, port: 0-90, host: any}]"#, "open tcp/91 1.6.1 1.9.3 1.11.1\nopen icmp 1.9.3");
    row(r#"[{proto: any, port: 0, host: any}]"#, "open tcp/91 1.9.3\nopen icmp 1.9.3");
    row(r#"[{proto: tcp, port: 90-80, host: any}]"#, "unknown tcp/85 1.9.3");
    row(r#"[{proto: tcp, port: 70000, host: any}]"#, "closed tcp/4464 1.9.3 1.10.3\nunknown tcp/4464 1.11.1");
    row(r#"[{proto: udp, port: fragment, host: any}]"#, "closed udp/80 1.9.3 1.11.1");
    row(r#"[{proto: tcp, code: 80, host: any}]"#, "open tcp/80 1.6.1 1.9.3\nclosed tcp/81 1.9.3");
    row(r#"[{proto: tcp, code: 80, port: 80, host: any}]"#, "unknown tcp/80 1.9.3");
    // Without quotes it is octal.
    row(r#"[{proto: tcp, port: 0443, host: any}]"#, "open tcp/291 1.9.3\nclosed tcp/443 1.9.3");
    row(r#"[{proto: tcp, port: "0443", host: any}]"#, "closed tcp/291 1.9.3\nopen tcp/443 1.9.3");
}

#[test]
fn what_does_not_start_is_unknown() {
    for rule in [
        "{proto: TCP, port: 80, host: any}",
        "{proto: tcp, host: any}",
        "{proto: tcp, port: 80}",
        "{proto: tcp, port: 80, group: one, groups: [two]}",
        "{proto: tcp, port: 80, group: [one, two]}",
        "{proto: tcp, port: 80, groups: [1]}",
        "{proto: tcp, port: 80, gruop: one}",
    ] {
        row(&format!("[{rule}]"), "unknown tcp/80 1.9.3");
    }
    row(r#"[{proto: tcp, port: 80, group: [one]}]"#, "open tcp/80 1.9.3");
    row(r#"[{proto: tcp, port: 80, groups: one}]"#, "open tcp/80 1.9.3");
}

#[test]
fn authorities_are_alternatives_of_their_own_and_an_empty_list_is_none() {
    row(r#"[{proto: tcp, port: 80, ca_name: home}]"#, "open tcp/80 1.9.3");
    row(r#"[{proto: tcp, port: 80, ca_name: away}]"#, "closed tcp/80 1.9.3");
    row(r#"[{proto: tcp, port: 80, ca_name: home, groups: []}]"#, "open tcp/80 1.9.3");
    row(r#"[{proto: tcp, port: 80, ca_name: home, group: three}]"#, "closed tcp/80 1.9.3");
    row(r#"[{proto: tcp, port: 80, ca_name: home, ca_sha: ffff}]"#, "open tcp/80 1.9.3");
    row(r#"[{proto: tcp, port: 80, ca_name: away, ca_sha: ffff}]"#, "unknown tcp/80 1.9.3");
}

#[test]
fn nothing_written_is_nothing_let_through() {
    row("[]", "closed tcp/80 1.6.1 1.9.3 1.11.1\nclosed icmp 1.9.3");
    // Rules have no order, and none denies.
    row(r#"[{proto: tcp, port: 1, host: any}, {proto: tcp, port: 80, host: any}]"#, "open tcp/80 1.9.3");
}

#[test]
fn an_outbound_rule_asks_for_the_port_of_the_other_end() {
    let everything = r#"[{proto: any, port: any, host: any}]"#;
    let with = |outbound: &str| Pair { outbound: outbound.into(), ..Pair::new("1.9.3", everything) };
    assert_eq!(with("[{proto: tcp, port: 80, group: three}]").says("tcp/80"), "open");
    assert_eq!(with("[{proto: tcp, port: 80, group: three}]").says("tcp/81"), "closed");
    assert_eq!(with("[{proto: tcp, port: 80, group: one}]").says("tcp/80"), "closed", "the group is the other end's");
    assert_eq!(with("[]").says("tcp/80"), "closed");
}

#[test]
fn the_local_address_where_there_are_networks_behind() {
    let own = r#", "unsafe_networks": ["172.20.0.0/16"]"#;
    let rule = r#"[{proto: tcp, port: 80, group: one}]"#;
    let at =
        |version, more: &str| Pair { own: own.into(), more: more.into(), ..Pair::new(version, rule) }.says("tcp/80");
    // Its own address in every release.
    for version in ["1.9.3", "1.10.3", "1.11.1"] {
        assert_eq!(at(version, ""), "open", "{version}");
        assert_eq!(at(version, "  default_local_cidr_any: false"), "open", "{version}");
    }
    let behind = Pair { own: own.into(), ..Pair::new("1.9.3", rule) }.tree();
    // The sender is not told that anything is behind it.
    assert_eq!(verdict(&behind, "a -> b 172.20.0.1, overlay, tcp/80"), "closed");
    assert_eq!(verdict(&behind, "a -> b 172.21.0.1, overlay, tcp/80"), "closed");
}

#[test]
fn without_the_release_only_what_all_releases_agree_on_is_known() {
    let files = |rule: &str| {
        let pair = Pair::new("x", rule).tree();
        verdict(&pair, "a -> b 10.0.0.2, overlay, tcp/80")
    };
    assert_eq!(files(r#"[{proto: tcp, port: 80, group: one}]"#), "open");
    assert_eq!(files(r#"[{proto: tcp, port: 80, cidr: 0.0.0.0/8}]"#), "unknown");
}

#[test]
fn certificates_as_they_are_printed() {
    let old =
        r#"{"details": {"name": "b", "ips": ["10.0.0.2/24"], "groups": ["x"], "issuer": "AA"}, "fingerprint": "CAFE"}"#;
    let new = r#"[{"details": {"name": "b", "networks": ["10.0.0.2/24", "fd00::2/64"], "groups": ["x"], "issuer": "aa"}, "fingerprint": "cafe"}]"#;
    let config = |more: &str| {
        format!(
            "pki: {{ca: x{more}}}\nlisten: {{port: 4242}}\nstatic_host_map: {{\"10.0.0.1\": [\"192.0.2.1:4242\"], \"10.0.0.2\": [\"192.0.2.2:4242\"]}}\nfirewall: {{inbound: [{{proto: any, port: any, ca_sha: aa}}], outbound: [{{proto: any, port: any, host: any}}]}}\n"
        )
    };
    for b in [old, new] {
        let a = r#"{"details": {"name": "a", "ips": ["10.0.0.1/24"], "groups": ["y"], "issuer": "aa"}, "fingerprint": "beef"}"#;
        let inventory = |address: &str| format!("ansible_host: {address}\nnebula_version: 1.9.3\n");
        let (one, two) = (inventory("192.0.2.1"), inventory("192.0.2.2"));
        let (plain, blocking) = (config(""), config(", blocklist: [\"BEEF\"]"));
        let with = |receiver: &str| {
            let tree = tree(&[
                ("nebula/a.yml", &plain),
                ("nebula/b.yml", receiver),
                ("certs/a.json", a),
                ("certs/b.json", b),
                ("host_vars/a.yml", &one),
                ("host_vars/b.yml", &two),
            ]);
            verdict(&tree, "a -> b 10.0.0.2, overlay, tcp/80")
        };
        assert_eq!(with(&plain), "open");
        assert_eq!(with(&blocking), "closed", "its certificate is blocked");
    }
}

/// Who was pinged may ping back for a while, without any rule: nothing but a rule that closes the other way too keeps ICMP out.
#[test]
fn before_1_11_icmp_of_a_pair_is_one_connection() {
    let back = |version, inbound| answer(&Pair::new(version, inbound).tree(), "b -> a 10.0.0.1, overlay, icmp");
    let ping = r#"[{"proto": "icmp", "port": "any", "host": "any"}]"#;
    for version in ["1.6.1", "1.9.3", "1.10.3"] {
        let open = back(version, ping);
        assert_eq!(open.verdict, arvc_verdict::Verdict::Closed);
        assert!(open.opened_by_state.is_some_and(|words| words.contains("a may send ICMP first")), "{version}");
        assert!(back(version, "[]").opened_by_state.is_none(), "{version}: b takes none of it");
    }
    assert!(back("1.11.1", ping).opened_by_state.is_none(), "keyed by the echo's identifier");
}

#[test]
fn pieces_of_a_large_datagram_are_looked_at_one_by_one() {
    let of = |version, port: &str, what: &str| {
        let proto = what.split('/').next().expect("a protocol");
        let site = Pair::new(version, &format!(r#"[{{"proto": "{proto}", "port": "{port}", "host": "any"}}]"#)).tree();
        let manner = arvc_audit::Manner { large: true, ..Default::default() };
        let question = common::question(&format!("a -> b 10.0.0.2, overlay, {what}"));
        [site.decide(&question), site.decide_as(&question, manner)].map(|answer| answer.verdict.to_string())
    };
    for version in ["1.6.1", "1.9.3", "1.11.1"] {
        // Later pieces have no ports (seen in packets): the datagram is lost under a rule with one.
        assert_eq!(of(version, "53", "udp/53"), ["open", "closed"]);
        assert_eq!(of(version, "1-65535", "udp/53"), ["open", "closed"]);
        assert_eq!(of(version, "any", "udp/53"), ["open", "open"]);
        // The first piece has ports.
        assert_eq!(of(version, "fragment", "udp/53"), ["closed", "closed"]);
        assert_eq!(of(version, "any", "icmp"), ["open", "open"]);
    }
    assert_eq!(of("1.6.1", "fragment", "icmp"), ["closed", "closed"]);
    assert_eq!(of("1.11.1", "fragment", "icmp"), ["open", "open"], "the port of an ICMP rule is not read");
}
