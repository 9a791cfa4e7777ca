//! Which of a machine's addresses goes where, for sites with both families that are made by hand.

mod sites;

use arvc_emit::tree::Tree;
use arvc_site::model::*;
use pretty_assertions::assert_eq;
use sites::*;

/// The bridge has a global prefix and a unique local one besides, and `app` an address in each.
fn both() -> Site {
    let mut site = small();
    site.networks[BRIDGE.index()].more = vec![at(prefix("2001:db8::/64")), at(prefix("fd00:100::/64"))];
    site.hosts[0].interfaces[0].more = vec![at(address("2001:db8::29")), at(address("fd00:100::29"))];
    site
}

fn router(site: &mut Site, text: &str) {
    let NetworkKind::Bridge { gateways, .. } = &mut site.networks[BRIDGE.index()].kind else { panic!("a bridge") };
    gateways.push(Gateway { address: address(text), router: Router::Elsewhere, span: at(()).span });
}

fn emitted(site: &Site) -> Tree {
    arvc_emit::emit(site, &arvc_reach::policy::policies(site), "site.arv")
}

/// The addresses and gateways of `app`, in their order.
fn made_with(site: &Site) -> Vec<String> {
    let tree = emitted(site);
    let guests = &tree.files["terraform/guests.tf"].text;
    let (_, app) = guests.split_once("\"app\" {").expect("app");
    let (app, _) = app.split_once("\n}\n").expect("its end");
    let (_, config) = app.split_once("ip_config {").expect("addresses");
    let (config, _) = config.split_once("user_account").expect("the block behind");
    let values = config.lines().filter_map(|line| line.split_once(" = "));
    values.map(|(_, value)| value.trim_matches('"').to_owned()).collect()
}

fn variables(site: &Site) -> String {
    let text = &emitted(site).files["ansible/inventory/host_vars/app.yml"].text;
    text.strip_prefix(&format!("# {HEADER}\n")).expect("its head").to_owned()
}

#[test]
fn a_guest_is_made_with_the_first_address_of_each_family_and_ansible_adds_the_others() {
    let site = both();
    assert_eq!(made_with(&site), ["192.168.100.41/24", "192.168.100.1", "2001:db8::29/64"]);
    let further = "bootstrap_addresses:\n  - device: eth0\n    address: \"fd00:100::29/64\"\nbootstrap_hostname";
    assert!(variables(&site).contains(further), "{}", variables(&site));
}

#[test]
fn the_address_beside_the_router_is_the_one_that_a_guest_is_made_with() {
    let mut site = both();
    router(&mut site, "fd00:100::1");
    let made = ["192.168.100.41/24", "192.168.100.1", "fd00:100::29/64", "fd00:100::1"];
    assert_eq!(made_with(&site), made);
    assert!(variables(&site).contains("    address: \"2001:db8::29/64\"\n"));
    // A router that is known by its address of the link is beside every address.
    let mut site = both();
    router(&mut site, "fe80::1");
    assert_eq!(made_with(&site)[2..], ["2001:db8::29/64", "fe80::1"]);
}

#[test]
fn a_machine_is_reached_at_an_address_that_it_is_made_with() {
    let mut site = both();
    router(&mut site, "fd00:100::1");
    let six = site.hosts[0].interfaces[0].more.clone();
    site.hosts[0].interfaces[0] =
        Interface { address: six[0], more: six[1..].to_vec(), ..site.hosts[0].interfaces[0].clone() };
    assert_eq!(made_with(&site), ["fd00:100::29/64", "fd00:100::1"]);
    let variables = variables(&site);
    assert!(variables.contains("ansible_host: \"fd00:100::29\"\n"), "{variables}");
    // It has no IPv4 to ask 1.1.1.1 with.
    assert!(variables.contains("bootstrap_resolvers: []\n"), "{variables}");
}

#[test]
fn of_two_segments_each_family_leaves_by_the_one_that_has_a_router_for_it() {
    let mut site = both();
    let second = bridge(&mut site, "second", "192.168.101.0/24", "vmbr2", None);
    site.networks[second.index()].more = vec![at(prefix("fd00:101::/64"))];
    let NetworkKind::Bridge { gateways, .. } = &mut site.networks[second.index()].kind else { panic!("a bridge") };
    gateways.push(Gateway { address: address("fd00:101::1"), router: Router::Elsewhere, span: at(()).span });
    site.hosts[0].interfaces.push(Interface {
        public: None,
        network: second,
        address: at(address("192.168.101.41")),
        more: vec![at(address("fd00:101::29"))],
        mac: None,
        index: Some(1),
        device: "eth1".into(),
        dhcp: false,
        default_route: true,
    });
    let first = ["192.168.100.41/24", "192.168.100.1", "2001:db8::29/64"];
    let rest = ["192.168.101.41/24", "fd00:101::29/64", "fd00:101::1"];
    assert_eq!(made_with(&site), [first, rest].concat());
}

#[test]
fn every_address_is_let_through_the_guests_own_filter_and_the_set_of_its_device() {
    let mut site = both();
    site.allow.push(Flow { via: Some(BRIDGE), ..flow(End::Host(HostId(0)), End::Host(HostId(1)), &[tcp(5432)]) });
    site.hosts[1].interfaces[0].more = vec![at(address("fd00:100::1e"))];
    let tree = emitted(&site);
    let set = &tree.files["terraform/firewall_guests.tf"].text;
    for address in ["192.168.100.41", "2001:db8::29", "fd00:100::29"] {
        assert!(set.contains(&format!("    name = \"{address}\"\n")), "{address}");
    }
    let filter = |family: &str| &tree.files[&format!("ansible/files/filter/db.{family}")].text;
    assert!(filter("v4").contains("-s 192.168.100.41/32 -i eth0 -p tcp -m tcp --dport 5432 -j ACCEPT"));
    for address in ["2001:db8::29", "fd00:100::29"] {
        let rule = format!("-s {address}/128 -i eth0 -p tcp -m tcp --dport 5432 -j ACCEPT");
        assert!(filter("v6").contains(&rule), "{}", filter("v6"));
    }
}

#[test]
fn an_overlay_of_one_ipv4_prefix_has_certificates_that_every_nebula_reads() {
    let plan = |site: &Site| emitted(site).files["nebula/certificates.json"].text.clone();
    assert!(plan(&both()).contains("\"version\": 1,"));
    let mut site = both();
    site.networks[OVERLAY.index()].more = vec![at(prefix("fd00:10::/64"))];
    site.hosts[0].interfaces[1].more = vec![at(address("fd00:10::29"))];
    let text = plan(&site);
    assert!(
        text.contains("\"version\": 2,") && text.contains("\"10.10.10.41/24\",\n        \"fd00:10::29/64\""),
        "{text}"
    );
    // Who has one address on it has a certificate of the same format.
    assert!(text.contains("\"10.10.10.30/24\"\n"), "{text}");
}

#[test]
fn lighthouses_are_looked_for_at_addresses_of_the_members_own_families() {
    let mut site = both();
    let six = at(address("2001:db8::b"));
    site.hosts[2].interfaces[0].more = vec![six];
    let places = |site: &Site, host: &str| {
        let text = emitted(site).files[&format!("nebula/{host}.yml")].text.clone();
        let (_, rest) = text.split_once("static_host_map:\n").expect("places");
        rest.split_once("lighthouse:").expect("their end").0.to_owned()
    };
    let both = "  \"10.10.10.11\":\n    - \"192.168.100.11:4242\"\n    - \"[2001:db8::b]:4242\"\n";
    assert_eq!(places(&site, "app"), both);
    assert_eq!(places(&site, "db"), "  \"10.10.10.11\":\n    - \"192.168.100.11:4242\"\n");
    assert!(emitted(&site).files["nebula/db.yml"].text.contains("  host: \"::\"\n"));
}
