//! A guest that is the router of a network: what it hands on is the same by the site and by its files.

use arvc_reach::policy::policies;

use super::{check, emitted, said};

/// A guest between an uplink and a network. What it is besides its addresses, who else is there, and what the uplink is.
fn behind(router: &str, wan: &str, more: &str) -> String {
    format!(
        r#"{{
  name = "lab";
  domain = "lab.internal";
  operators.addresses = [ 10.0.1.250 ];
  nodes.pve.address = 10.0.1.2;
  networks.wan = {wan};
  networks.lan = {{ cidr = 10.0.1.0/24; bridge = "vmbr1"; gateway = hosts.router; }};
  networks.far.cidr = 203.0.113.0/24;
  networks.overlay = {{ cidr = 10.9.0.0/24; underlay = networks.lan; port = 4242/udp; }};
  ranges.guests = {{ vmids = 100..119; addresses = 10..29; }};
  images.debian = {{ vmid = 9000; }};
  groups.all = {{}};
  hosts.router = {{ vmid = 100; {router} on = {{ wan.address = 192.168.178.5; lan.address = 10.0.1.1; }}; }};
  {more}
}}
"#
    )
}

const UPSTREAM: &str = r#"{ cidr = 192.168.178.0/24; bridge = "vmbr0"; gateway = 192.168.178.1; }"#;
/// Nobody configures it; Ansible does.
const ROUTERS: [&str; 2] = ["managed = false;", "connection.network = networks.lan;"];

/// The files of a tree that a text is in.
fn holds(text: &str, folder: &str, wanted: &[&str]) -> bool {
    let (site, tree) = emitted(text);
    let problem = check(&site, &policies(&site), &tree, "site.arv").problem;
    assert_eq!(problem.map(|problem| said(&problem)), None, "{text}");
    let files = tree.files.iter().filter(|(path, _)| path.starts_with(folder));
    files.into_iter().any(|(_, file)| wanted.iter().all(|wanted| file.text.contains(wanted)))
}

#[test]
fn it_hands_on_what_carries_an_overlay_to_a_lighthouse_elsewhere() {
    let lighthouse = "hosts.a = { vmid = 101; groups = [ groups.all ]; on = { lan = {}; overlay = {}; }; };
  hosts.hub = {
    kind = Machine;
    managed = false;
    lighthouse = true;
    groups = [ groups.all ];
    on = { far.address = 203.0.113.7; overlay.address = 10.9.0.200; };
  };";
    for router in ROUTERS {
        let text = behind(router, UPSTREAM, lighthouse);
        let rule =
            "    source  = \"10.0.1.11\"\n    dest    = \"203.0.113.7\"\n    proto   = \"udp\"\n    dport   = \"4242\"";
        assert!(holds(&text, "terraform/", &[rule]), "by both addresses");
        assert!(holds(&text, "routers/", &["- 203.0.113.7\n    udp:\n      - 4242\n"]));
    }
    let text = behind(ROUTERS[1], UPSTREAM, lighthouse);
    let line = "-A FORWARD -s 10.0.1.11/32 -d 203.0.113.7/32 -i eth0 -o eth1 -p udp -m udp --dport 4242 -j ACCEPT";
    let found = holds(&text, "ansible/files/filter/", &[line]);
    let turned = line.replace("-i eth0 -o eth1", "-i eth1 -o eth0");
    assert!(found || holds(&text, "ansible/files/filter/", &[&turned]));
}

#[test]
fn what_it_hands_on_from_anywhere_it_may_send_itself() {
    let lighthouse = "hosts.a = { vmid = 101; groups = [ groups.all ]; on = { lan = {}; overlay = {}; }; };
  hosts.hub = {
    vmid = 102;
    lighthouse = true;
    relay = true;
    groups = [ groups.all ];
    on = { lan.public = 203.0.113.7; overlay = {}; };
  };
  hosts.laptop = { kind = Machine; managed = false; on.overlay.address = 10.9.0.200; groups = [ groups.all ]; };";
    for router in ROUTERS {
        assert!(holds(&behind(router, UPSTREAM, lighthouse), "terraform/", &["members elsewhere"]));
    }
}

#[test]
fn it_is_asked_about_machines_and_addresses_of_its_network_that_are_no_guests() {
    let plug = "hosts.plug = { kind = Machine; managed = false; on.lan.address = 10.0.1.40; };";
    for router in ROUTERS {
        for more in [plug, "hosts.b = { vmid = 101; on.lan = {}; };"] {
            let text = behind(router, UPSTREAM, more).replace("  networks.overlay", "  # networks.overlay");
            assert!(holds(&text, "wiring.json", &["\"10.0.1.0/24\": \"10.0.1.1\""]));
        }
    }
}

#[test]
fn its_own_way_out_is_somebody_else_or_a_node_or_there_is_none() {
    let guests = "hosts.b = { vmid = 101; on.lan = {}; };
  hosts.plug = { kind = Machine; managed = false; on.lan.address = 10.0.1.40; };
  allow = [ hosts.b -> internet : 443/tcp, hosts.plug -> internet : 443/tcp, hosts.b -> 198.51.100.0/24 : 25/tcp ];";
    let node = r#"{ cidr = 192.168.178.0/24; bridge = "vmbr0"; gateway = nodes.pve; }"#;
    let none = r#"{ cidr = 192.168.178.0/24; bridge = "vmbr0"; }"#;
    for router in ROUTERS {
        for wan in [UPSTREAM, node, none] {
            let text = behind(router, wan, guests).replace("  networks.overlay", "  # networks.overlay");
            let pve = "nodes.pve = { address = 192.168.178.1; addresses = [ 10.0.1.2 ]; };";
            let text = if wan == node { text.replace("nodes.pve.address = 10.0.1.2;", pve) } else { text };
            assert!(holds(&text, "wiring.json", &["outward"]));
        }
    }
}

#[test]
fn what_a_router_has_to_let_through_holds_the_way_in_of_operators_to_nodes() {
    let wanted = "- 10.0.2.250\n    to:\n      - 10.0.1.2\n    tcp:\n      - 22\n      - 3128\n      - \"5900-5999\"\n      - 8006";
    let desk = "networks.desk = { cidr = 10.0.2.0/24; bridge = \"vmbr2\"; gateway = hosts.router; };
  hosts.router.on.desk.address = 10.0.2.1;
  hosts.b = { vmid = 101; on.lan = {}; };";
    let of = |router: &str| {
        let text = behind(router, UPSTREAM, desk).replace("  networks.overlay", "  # networks.overlay");
        text.replace("10.0.1.250", "10.0.2.250")
    };
    for router in ROUTERS {
        assert!(holds(&of(router), "routers/", &[wanted]));
        // A guest has it as rules besides.
        assert!(holds(
            &of(router),
            "terraform/",
            &["operators: management of nodes.pve", "    dest    = \"10.0.1.2\""]
        ));
    }
    let machine = of(ROUTERS[0]).replace("vmid = 100; managed", "kind = Machine; managed");
    assert!(holds(&machine, "routers/", &[wanted]));
}
