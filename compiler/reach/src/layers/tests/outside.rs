//! Who is no machine of the site, or has an address that nobody knows, and routers of ours.

use pretty_assertions::assert_eq;

use super::*;

fn verdict(site: &Site, (from, to): (&str, &str), at: &str, port: u16) -> Verdict {
    let policies = policies(site);
    let layers = Layers::new(site, &policies);
    let (path, protocol) = (arvc_verdict::Path::Routed, arvc_verdict::Protocol::Tcp);
    let (from, to, address, port) = (from.to_owned(), to.to_owned(), address(at), Some(port));
    let question = arvc_verdict::Question { from, to, address, path, protocol, port };
    Answers::new(&layers).verdict(&question, arvc_verdict::Counted::All)
}

#[test]
fn strangers_meet_the_router_of_their_network_too() {
    let (mut site, [_, a, _], _) = behind_a_guest();
    site.allow = vec![flow(End::Host(a), End::Internet, &[tcp(443, 443)])];
    let out = |from| verdict(&site, (from, "internet"), "8.8.8.8", 443);
    assert_eq!(out("172.20.0.99"), Verdict::Closed);
    // A node lets out whoever is on its network.
    assert_eq!(out("192.168.100.99"), Verdict::Open);
    // Who is on none of the site may be anywhere.
    assert!(matches!(out("172.30.0.99"), Verdict::Unknown { .. }));
}

#[test]
fn the_world_is_not_known_to_lead_into_a_network_with_a_router_of_its_own() {
    let mut site = site();
    host_on(&mut site, "guest", &[], &[BRIDGE]);
    let kind = |gateways: &[(&str, Option<NodeId>)]| bridge("vmbr7", gateways);
    network(&mut site, "rented", "203.0.114.0/24", kind(&[("203.0.114.1", None)]));
    network(&mut site, "routed", "203.0.115.0/24", kind(&[("203.0.115.1", Some(NodeId(0)))]));
    network(&mut site, "bare", "203.0.116.0/24", kind(&[]));
    network(&mut site, "hosted", "203.0.117.0/24", NetworkKind::Plain);
    site.allow = vec![flow(End::Host(HostId(0)), End::Prefix(prefix("203.0.112.0/21")), &[tcp(443, 443)])];
    let out = |address: &str| verdict(&site, ("guest", address), address, 443);
    for address in ["203.0.115.77", "203.0.117.77", "203.0.118.77"] {
        assert_eq!(out(address), Verdict::Open, "{address}");
    }
    for address in ["203.0.114.77", "203.0.116.77"] {
        assert!(matches!(out(address), Verdict::Unknown { .. }), "{address}");
    }
}

#[test]
fn proxmox_does_not_hold_a_leased_address_that_is_sent_to() {
    let mut site = site();
    let guest = host_on(&mut site, "guest", &[], &[BRIDGE]);
    let phone = machine(&mut site, "phone", &[BRIDGE]);
    let interface = &mut site.hosts[phone.index()].interfaces[0];
    (interface.address, interface.leased) = (None, Some(Family::V4));
    site.networks[BRIDGE.index()].dhcp = Some(at((200, 249)));
    let held = |site: &Site| {
        let policies = policies(site);
        let layers = Layers::new(site, &policies);
        let paths = layers.paths(&Party::Host(phone), &Party::Host(guest));
        let path = paths.iter().find(|path| path.way == Way::Direct(BRIDGE)).expect("a way");
        let guards = layers.stands(&Party::Host(phone), path).swap_remove(0).guards;
        guards.into_iter().any(|(guard, held)| guard == Guard::Proxmox && tcp_port(9000).is_subset(&held))
    };
    assert!(held(&site));
    // Of the pool any address may be its own: what the guest sends there opens the way back.
    site.allow = vec![flow(End::Host(guest), End::Prefix(prefix("192.168.100.200/29")), &[tcp(80, 80)])];
    assert!(!held(&site));
}

#[test]
fn a_lighthouse_elsewhere_is_met_through_the_router_or_not_surely() {
    let (mut site, [router, _, _], [near, _]) = behind_a_guest();
    let wan = network(&mut site, "wan", "203.0.114.0/24", NetworkKind::Plain);
    let hub = host_on(&mut site, "hub", &[], &[wan, OVERLAY]);
    (site.hosts[hub.index()].kind, site.hosts[hub.index()].lighthouse) = (Kind::Machine, true);
    let member = host_on(&mut site, "member", &[], &[near, OVERLAY]);
    let lacks = |site: &Site| {
        let policies = policies(site);
        let all = crate::phases::demands(&Layers::new(site, &policies));
        let is = |demand: &&crate::phases::Demand| {
            demand.what == crate::phases::What::Lighthouse && demand.hosts.contains(&member)
        };
        all.iter().find(is).expect("it is demanded").lacks.clone()
    };
    // It gives nobody an address of its own: nobody knows whether answers find back.
    assert!(lacks(&site).is_some_and(|lacks| !lacks.perhaps.is_empty()));
    site.hosts[router.index()].managed = false;
    assert!(lacks(&site).is_none());
}
