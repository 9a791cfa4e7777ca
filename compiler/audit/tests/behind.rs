//! A network behind a member of an overlay: everything that a packet meets on its way there, open and closed, by release.

mod common;

use arvc_audit::Tree;
use common::{answer, expect, tree};

const OPEN: &str = "[OPTIONS]\nenable: 1\npolicy_in: ACCEPT\npolicy_out: ACCEPT\n";
const FORWARD: &str = "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -s 10.9.0.1/32 -d 10.0.2.7/32 -i nebula1 -o eth1 -p tcp -m tcp --dport 80 -j ACCEPT\n";
const MASQUERADE: &str = "-A POSTROUTING -s 10.9.0.0/24 -o eth1 -j MASQUERADE\n";

/// `a` and `g` are members on one bridge; `p` is on another one, where `g` is too.
struct Site {
    release: &'static str,
    /// `tun.unsafe_routes` of `a`.
    routes: String,
    /// What the certificate of `g` vouches for.
    behind: &'static str,
    /// The inbound rules of `a`.
    own: &'static str,
    /// The network of its certificate.
    network: &'static str,
    /// The inbound rules of `g`.
    inbound: String,
    /// The chains FORWARD and POSTROUTING of `g`.
    forward: String,
    masquerade: String,
    /// The firewalls of `g` and `p`.
    firewall: String,
    far: String,
    /// The router of `p`.
    router: &'static str,
    variables: &'static str,
}

fn site() -> Site {
    Site {
        release: "1.9.3",
        routes: r#"[{route: "10.0.2.0/24", via: "10.9.0.2"}]"#.into(),
        behind: "10.0.2.0/24",
        own: "[]",
        network: "10.9.0.1/24",
        inbound: r#"[{proto: tcp, port: any, cidr: "10.9.0.1/32", local_cidr: "10.0.2.7/32"}]"#.into(),
        forward: FORWARD.into(),
        masquerade: MASQUERADE.into(),
        firewall: OPEN.into(),
        far: OPEN.into(),
        router: "",
        variables: "security_policy: g\nsecurity_forwards:\n  - ipv4\n",
    }
}

impl Site {
    fn tree(&self) -> Tree {
        let net = |n: u8, bridge: u8, ip: &str| {
            format!("net{n}: virtio=02:00:00:00:00:0{n},bridge=vmbr{bridge},firewall=1\nipconfig{n}: ip={ip}\n")
        };
        let a = format!("name: a\n{}", net(0, 1, "10.0.1.1/24"));
        let g = format!("name: g\n{}{}", net(0, 1, "10.0.1.2/24"), net(1, 2, "10.0.2.2/24"));
        let p = format!("name: p\n{}", net(0, 2, &format!("10.0.2.7/24{}", self.router)));
        let member = |tun: &str, inbound: &str| {
            format!(
                "pki: {{ca: x}}\nlisten: {{host: 0.0.0.0, port: 4242}}\ntun: {{dev: nebula1{tun}}}\nstatic_host_map:\n  \"10.9.0.1\": [\"10.0.1.1:4242\"]\n  \"10.9.0.2\": [\"10.0.1.2:4242\"]\nfirewall:\n  outbound: [{{proto: any, port: any, host: any}}]\n  inbound: {inbound}\n"
            )
        };
        let own = member(&format!(", unsafe_routes: {}", self.routes), self.own);
        let gate = member("", &self.inbound);
        let plan = format!(
            r#"{{"ca": {{"name": "home"}}, "hosts": {{
  "a": {{"networks": ["{}"], "groups": ["one"]}},
  "g": {{"networks": ["10.9.0.2/24"], "groups": [], "unsafe_networks": ["{}"]}}
}}}}"#,
            self.network, self.behind
        );
        let filter = format!(
            "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n{}COMMIT\n*nat\n:POSTROUTING ACCEPT [0:0]\n{}COMMIT\n",
            self.forward, self.masquerade
        );
        let all = format!("nebula_version: \"{}\"\n", self.release);
        tree(&[
            ("pve/firewall/cluster.fw", "[OPTIONS]\nenable: 1\n"),
            ("pve/firewall/101.fw", OPEN),
            ("pve/firewall/102.fw", &self.firewall),
            ("pve/firewall/103.fw", &self.far),
            ("pve/nodes/one/qemu-server/101.conf", &a),
            ("pve/nodes/one/qemu-server/102.conf", &g),
            ("pve/nodes/one/qemu-server/103.conf", &p),
            ("nebula/a.yml", &own),
            ("nebula/g.yml", &gate),
            ("nebula/certificates.json", &plan),
            ("ansible/files/filter/g.v4", &filter),
            ("ansible/inventory/host_vars/g.yml", self.variables),
            ("ansible/inventory/group_vars/all.yml", &all),
        ])
    }

    fn says(&self, lines: &str) {
        expect(&self.tree(), lines);
    }
}

const HTTP: &str = "a -> p 10.0.2.7, overlay, tcp/80";

#[test]
fn every_layer_on_the_way_lets_it_through() {
    let tree = site().tree();
    assert!(tree.unread.is_empty(), "{:#?}", tree.unread);
    expect(&tree, &format!("open {HTTP}"));
    // The chain FORWARD has this port alone, and Nebula no other protocol.
    expect(&tree, "closed a -> p 10.0.2.7, overlay, tcp/81");
    expect(&tree, "closed a -> p 10.0.2.7, overlay, udp/80");
    // Nobody's address there: by both.
    expect(&tree, "closed a -> 10.0.2.8 10.0.2.8, overlay, tcp/80");
    assert!(tree.paths("a", "p").iter().any(|(path, _)| path.to_string() == "overlay"), "it is asked about");
    let parts: Vec<String> = answer(&tree, HTTP).decisions.into_iter().map(|it| it.part).collect();
    assert_eq!(
        parts,
        [
            "the address of g",
            "outbound rules of a",
            "the tunnel a - g",
            "inbound rules of g",
            "filter of g, through, for the reply",
            "filter of g, through",
            "the way",
            "out of g (net1)",
            "the segment",
            "into p (net0)",
        ]
    );
}

#[test]
fn the_rule_that_lets_it_through_is_named_though_a_chain_of_nat_comes_behind_it() {
    let decisions = answer(&site().tree(), HTTP).decisions;
    for (part, line) in [("filter of g, through", 6), ("filter of g, through, for the reply", 5)] {
        let decision = decisions.iter().find(|it| it.part == part).expect("the part");
        let places: Vec<(&str, usize)> =
            decision.sources.iter().map(|it| (it.file.as_str(), it.line as usize)).collect();
        assert_eq!(
            (decision.words.as_str(), places),
            ("a rule lets it pass", vec![("ansible/files/filter/g.v4", line)])
        );
    }
}

#[test]
fn the_sender_is_told_of_the_network_and_the_certificate_vouches_for_it() {
    let with = |routes: &str| Site { routes: routes.into(), ..site() };
    with("[]").says(&format!("closed {HTTP}"));
    with(r#"[{route: "10.0.3.0/24", via: "10.9.0.2"}]"#).says(&format!("closed {HTTP}"));
    with(r#"[{route: "10.0.2.0/24", via: "10.9.0.9"}]"#).says(&format!("closed {HTTP}"));
    // The longest network decides.
    let longer = r#"[{route: "10.0.2.0/24", via: "10.9.0.2"}, {route: "10.0.2.7/32", via: "10.9.0.9"}]"#;
    with(longer).says(&format!("closed {HTTP}"));
    // What the system is not told it may be told by somebody else; 1.6 does not read the field.
    let told = r#"[{route: "10.0.2.0/24", via: "10.9.0.2", install: false}]"#;
    with(told).says(&format!("unknown {HTTP}"));
    Site { behind: "10.0.3.0/24", ..site() }.says(&format!("closed {HTTP}"));
    Site { behind: "10.0.2.7/32", ..site() }.says(&format!("open {HTTP}"));
}

#[test]
fn the_member_that_leads_there_may_be_outside_the_senders_own_network() {
    // Nothing else is for that member then: its own overlay address goes nowhere.
    let alone = Site { release: "1.11.1", network: "10.9.0.1/32", ..site() };
    alone.says(&format!("open {HTTP}"));
    alone.says("closed a -> g 10.9.0.2, overlay, tcp/80");
}

#[test]
fn several_members_at_once_are_known_from_1_10_on_and_who_is_taken_is_not() {
    let routes = r#"[{route: "10.0.2.0/24", via: [{gateway: "10.9.0.2"}, {gateway: "10.9.0.3"}]}]"#.to_owned();
    let old = Site { routes: routes.clone(), ..site() }.tree();
    assert_eq!(old.unread.len(), 1, "1.9 does not start with it");
    expect(&old, &format!("unknown {HTTP}"));
    let new = Site { release: "1.11.1", routes, ..site() }.tree();
    assert!(new.unread.is_empty());
    expect(&new, &format!("unknown {HTTP}"));
}

#[test]
fn a_rule_without_a_local_address_reaches_the_network_up_to_1_9_alone() {
    for (release, inbound, wanted) in [
        ("1.9.3", r#"[{proto: tcp, port: 80, group: one}]"#, "open"),
        ("1.10.3", r#"[{proto: tcp, port: 80, group: one}]"#, "closed"),
        ("1.11.1", r#"[{proto: tcp, port: 80, group: one, local_cidr: "10.0.2.0/24"}]"#, "open"),
        ("1.11.1", r#"[{proto: tcp, port: 80, group: one, local_cidr: "10.9.0.2/32"}]"#, "closed"),
        ("1.9.3", r#"[{proto: tcp, port: 80, group: one, local_cidr: "10.9.0.2/32"}]"#, "closed"),
        // The field does not exist there.
        ("1.6.1", r#"[{proto: tcp, port: 80, group: one, local_cidr: "10.9.0.2/32"}]"#, "open"),
        ("1.9.3", r#"[{proto: tcp, port: 80, group: two, local_cidr: "10.0.2.0/24"}]"#, "closed"),
    ] {
        Site { release, inbound: inbound.into(), ..site() }.says(&format!("{wanted} {HTTP}"));
    }
}

#[test]
fn the_member_hands_it_on_if_its_filter_and_the_kernel_do() {
    let with = |forward: &str| Site { forward: forward.into(), ..site() };
    with("").says(&format!("closed {HTTP}"));
    with(&FORWARD.replace("-i nebula1", "-i eth0")).says(&format!("closed {HTTP}"));
    with(&FORWARD.replace("-o eth1", "-o eth0")).says(&format!("closed {HTTP}"));
    let (_, deaf) = FORWARD.split_once('\n').expect("two rules");
    with(deaf).says(&format!("closed {HTTP}"));
    Site { variables: "security_policy: g\n", ..site() }.says(&format!("unknown {HTTP}"));
}

#[test]
fn the_network_sees_the_member_or_has_to_find_the_way_back() {
    let from = |address: &str| {
        format!("[OPTIONS]\nenable: 1\npolicy_in: DROP\npolicy_out: ACCEPT\n[RULES]\nIN ACCEPT -source {address}\n")
    };
    Site { far: from("10.0.2.2"), ..site() }.says(&format!("open {HTTP}"));
    Site { far: from("10.9.0.1"), ..site() }.says(&format!("closed {HTTP}"));
    let plain = |router| Site { masquerade: String::new(), router, ..site() };
    plain("").says(&format!("closed {HTTP}"));
    plain(",gw=10.0.2.1").says(&format!("unknown {HTTP}"));
    plain(",gw=10.0.2.2").says(&format!("open {HTTP}"));
    Site { far: from("10.9.0.1"), ..plain(",gw=10.0.2.2") }.says(&format!("open {HTTP}"));
    // What is masqueraded elsewhere keeps its address here.
    let masquerade = MASQUERADE.replace("eth1", "eth0");
    Site { masquerade, ..site() }.says(&format!("closed {HTTP}"));
    let masquerade = "-A POSTROUTING -s 10.9.0.1/32 -j RETURN\n".to_owned() + MASQUERADE;
    Site { masquerade, ..site() }.says(&format!("closed {HTTP}"));
}

#[test]
fn the_firewall_of_the_member_sees_its_own_address() {
    let to = |rule: &str| {
        format!(
            "[OPTIONS]\nenable: 1\npolicy_in: ACCEPT\npolicy_out: DROP\n[RULES]\nOUT ACCEPT -p udp -dport 4242\n{rule}\n[IPSET ipfilter-net1]\n10.0.2.2\n"
        )
    };
    Site { firewall: to("OUT ACCEPT -dest 10.0.2.7 -p tcp -dport 80"), ..site() }.says(&format!("open {HTTP}"));
    Site { firewall: to(""), ..site() }.says(&format!("closed {HTTP}"));
    let firewall = to("OUT ACCEPT -dest 10.0.2.7 -p tcp -dport 80");
    let plain = Site { firewall, masquerade: String::new(), router: ",gw=10.0.2.2", ..site() };
    plain.says(&format!("closed {HTTP}"));
}

#[test]
fn the_other_way_nobody_says_what_leads_there() {
    let ssh = "p -> a 10.9.0.1, overlay, tcp/22";
    site().says(&format!("closed {ssh}"));
    let own = "[{proto: tcp, port: 22, cidr: 10.0.2.0/24}]";
    Site { own, ..site() }.says(&format!("unknown {ssh}"));
    // From 1.10 on an outbound rule without a local address speaks of the member alone.
    Site { own, release: "1.11.1", ..site() }.says(&format!("closed {ssh}"));
}
