//! What policies say for small sites.

use arvc_site::model::*;
use pretty_assertions::assert_eq;

use super::{Peer, policies};
use crate::fixture::*;

fn essentials(site: &mut Site) {
    let ports = [udp(123, 123), tcp(443, 443)];
    site.allow.push(flow(End::Any, End::Resolvers, &[udp(53, 53), tcp(53, 53)]));
    site.allow.push(flow(End::Any, End::Internet, &ports));
}

#[test]
fn a_machine_has_the_built_in_rules_and_the_essentials_unasked() {
    let mut site = site();
    let dns = host(&mut site, "dns", &[]);
    let web = host(&mut site, "web", &[]);
    let (service, _) = serve(&mut site, "dns", &[dns], &[udp(53, 53)]);
    site.services[service.index()].resolver = Some(vec![address("9.9.9.9")]);
    essentials(&mut site);
    let policies = policies(&site);
    let (dns, web) = (policies.of(dns), policies.of(web));
    assert_eq!(rules(&site, web, true, BRIDGE), ["pve 22/tcp", "operators 22/tcp", "bridge 4242/udp"]);
    assert_eq!(
        rules(&site, web, false, BRIDGE),
        ["internet 443/tcp, 123/udp", "bridge 4242/udp", "1.1.1.1/32 53/tcp, 53/udp"]
    );
    assert_eq!(rules(&site, web, true, OVERLAY), Vec::<String>::new());
    assert_eq!(rules(&site, web, false, OVERLAY), ["dns 53/tcp, 53/udp"]);
    assert_eq!(rules(&site, dns, true, OVERLAY), ["any 53/tcp, 53/udp"]);
    assert!(rules(&site, dns, false, BRIDGE).contains(&"9.9.9.9/32 53/tcp, 53/udp".to_owned()));
}

#[test]
fn ends_stay_symbols_where_the_symbol_is_exact() {
    let mut site = site();
    let (web, data) = (group(&mut site, "web"), group(&mut site, "data"));
    let hosts: Vec<HostId> = ["a", "b", "c"].map(|name| host(&mut site, name, &[web])).into();
    let db = host(&mut site, "db", &[data]);
    let both = host(&mut site, "both", &[web, data]);
    let (_, endpoint) = serve(&mut site, "db", &[db], &[tcp(5432, 5432)]);
    site.allow.push(flow(End::Group(web), End::Group(data), &[PortTerm::Endpoint(endpoint)]));
    site.allow.push(flow(End::All(vec![End::Group(data), End::Group(web)]), End::Host(db), &[tcp(1, 1)]));
    site.allow.push(flow(End::Any, End::Host(db), &[PortTerm::Icmp]));
    let policies = policies(&site);
    let db = policies.of(db);
    // `web+data` is one machine, and its symbol is kept: the rule then stays right when a second one is added.
    assert_eq!(rules(&site, db, true, OVERLAY), ["any icmp", "web 5432/tcp", "web+data 1/tcp"]);
    // The endpoint narrows the group to the machine that serves it.
    assert_eq!(rules(&site, policies.of(hosts[0]), false, OVERLAY), ["db 5432/tcp, icmp"]);
    assert_eq!(rules(&site, policies.of(both), true, OVERLAY), Vec::<String>::new());
}

#[test]
fn a_group_that_is_only_partly_meant_is_listed_machine_by_machine() {
    let mut site = site();
    let web = group(&mut site, "web");
    host(&mut site, "a", &[web]);
    host_on(&mut site, "b", &[web], &[BRIDGE]);
    let db = host(&mut site, "db", &[]);
    site.allow.push(flow(End::Group(web), End::Host(db), &[tcp(80, 80)]));
    let policies = policies(&site);
    // `a` comes over the overlay, so that the bridge is opened for `b` alone.
    assert_eq!(rules(&site, policies.of(db), true, OVERLAY), ["web 80/tcp"]);
    let bridge = rules(&site, policies.of(db), true, BRIDGE);
    assert!(
        bridge.contains(&"b 80/tcp".to_owned()) && !bridge.iter().any(|rule| rule.starts_with("web")),
        "{bridge:?}"
    );
}

#[test]
fn peers_are_the_machines_of_the_service_in_one_list_for_all() {
    let mut site = site();
    let hosts = ["pg-01", "pg-02", "pg-03"].map(|name| host(&mut site, name, &[]));
    let (service, _) = serve(&mut site, "pg", &hosts, &[tcp(5432, 5432)]);
    cluster(&mut site, "pg", &hosts);
    let mut peers = flow(End::Service(service), End::Service(service), &[tcp(2380, 2380)]);
    peers.origin = FlowOrigin::Peers(service);
    site.allow.push(peers);
    let policies = policies(&site);
    let second = policies.of(hosts[1]);
    let all = ["pg-01 2380/tcp", "pg-02 2380/tcp", "pg-03 2380/tcp"];
    assert_eq!(rules(&site, second, true, OVERLAY), all);
    assert_eq!(rules(&site, second, false, OVERLAY), all);
    assert_eq!(second.hosts, hosts);
    assert_eq!(second.inbound.iter().find(|rule| rule.network == OVERLAY).unwrap().reason.as_ref(), "peers of pg");
}

#[test]
fn a_wider_rule_leaves_no_narrower_one_and_reasons_are_joined() {
    let mut site = site();
    let web = group(&mut site, "web");
    host(&mut site, "a", &[web]);
    host(&mut site, "b", &[]);
    let db = host(&mut site, "db", &[]);
    site.allow.push(flow(End::Group(web), End::Host(db), &[tcp(80, 80)]));
    site.allow.push(flow(End::Group(web), End::Host(db), &[tcp(81, 81)]));
    site.allow.push(flow(End::Any, End::Host(db), &[tcp(80, 80)]));
    site.allow.push(flow(End::Host(HostId(0)), End::Host(db), &[tcp(81, 81)]));
    let policies = policies(&site);
    let db = policies.of(db);
    assert_eq!(rules(&site, db, true, OVERLAY), ["any 80/tcp", "web 80-81/tcp"]);
    let reason = &*db.inbound.iter().find(|rule| rule.peer == Peer::Group(web)).unwrap().reason;
    assert_eq!(reason, "groups.web -> hosts.db : 80/tcp; groups.web -> hosts.db : 81/tcp");
}

#[test]
fn machines_with_the_same_rules_share_a_policy_named_for_what_they_have_in_common() {
    let mut site = site();
    let (web, data) = (group(&mut site, "web"), group(&mut site, "data"));
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| host(&mut site, name, &[web]));
    let members = ["db-01", "db-02"].map(|name| host(&mut site, name, &[data]));
    cluster(&mut site, "db", &members);
    site.allow.push(flow(End::Group(web), End::Group(data), &[tcp(5432, 5432)]));
    site.allow.push(flow(End::Internet, End::Host(a), &[tcp(80, 80)]));
    let policies = policies(&site);
    let names: Vec<(&str, Vec<HostId>)> =
        policies.list.iter().map(|policy| (policy.name.as_str(), policy.hosts.clone())).collect();
    assert_eq!(names, [("a", vec![a]), ("db", members.to_vec()), ("web", vec![b, c, d])]);
    assert_eq!(policies.of(c).name, "web");
}

#[test]
fn only_forwarded_lighthouses_let_the_overlay_in_from_anywhere() {
    let mut site = site();
    let [lighthouse, plain] = ["lighthouse", "plain"].map(|name| host(&mut site, name, &[]));
    site.hosts[lighthouse.index()].lighthouse = true;
    let anywhere = "any 4242/udp".to_owned();
    assert!(!rules(&site, policies(&site).of(lighthouse), true, BRIDGE).contains(&anywhere));
    let ports = arvc_lang::data::Ports { transport: Transport::Udp, first: 4242, last: 4242 };
    site.nodes[0].forwards.push(Forward { ports, to: lighthouse, span: site.operators.addresses[0].span });
    let policies = policies(&site);
    assert!(rules(&site, policies.of(lighthouse), true, BRIDGE).contains(&anywhere));
    assert!(!rules(&site, policies.of(plain), true, BRIDGE).contains(&anywhere));
}

#[test]
fn a_member_elsewhere_has_rules_on_the_overlay_alone() {
    let mut site = site();
    let admin = group(&mut site, "admin");
    let laptop = host_on(&mut site, "laptop", &[admin], &[OVERLAY]);
    host(&mut site, "web", &[]);
    site.hosts[laptop.index()].kind = Kind::Machine;
    essentials(&mut site);
    site.allow.push(flow(End::Group(admin), End::Any, &[]));
    let policies = policies(&site);
    let laptop = policies.of(laptop);
    assert!(laptop.inbound.is_empty());
    assert_eq!(rules(&site, laptop, false, OVERLAY), ["any all protocols"]);
    assert_eq!(laptop.outbound.len(), 1);
}

#[test]
fn a_guest_on_another_bridge_is_let_out_to_a_lighthouse_that_is_elsewhere() {
    let mut site = site();
    let public = network(&mut site, "public", "203.0.113.64/26", NetworkKind::Plain);
    let second = network(&mut site, "second", "192.168.101.0/24", bridge("vmbr2", &[("192.168.101.1", None)]));
    let lighthouse = host_on(&mut site, "lighthouse", &[], &[public, OVERLAY]);
    site.hosts[lighthouse.index()].kind = Kind::Machine;
    site.hosts[lighthouse.index()].lighthouse = true;
    let [inner, outer] =
        [BRIDGE, second].map(|below| host_on(&mut site, below.0.to_string().as_str(), &[], &[below, OVERLAY]));
    let policies = policies(&site);
    let there = "203.0.113.74/32 4242/udp".to_owned();
    assert!(rules(&site, policies.of(inner), false, BRIDGE).contains(&there));
    assert!(rules(&site, policies.of(outer), false, second).contains(&there));
    // It starts no tunnel to itself.
    assert!(!rules(&site, policies.of(lighthouse), false, public).contains(&there));
}

#[test]
fn a_planned_machine_is_nobodys_peer() {
    let mut site = site();
    let [a, b] = ["a", "b"].map(|name| host(&mut site, name, &[]));
    site.hosts[b.index()].status = Status::Planned;
    site.allow.push(flow(End::Host(b), End::Host(a), &[tcp(80, 80)]));
    assert_eq!(rules(&site, policies(&site).of(a), true, OVERLAY), Vec::<String>::new());
}

#[test]
fn via_opens_the_named_network_alone() {
    let mut site = site();
    let [a, b] = ["a", "b"].map(|name| host(&mut site, name, &[]));
    let mut open = flow(End::Host(a), End::Host(b), &[tcp(80, 80)]);
    open.via = Some(BRIDGE);
    site.allow.push(open);
    let policies = policies(&site);
    assert_eq!(rules(&site, policies.of(b), true, OVERLAY), Vec::<String>::new());
    assert!(rules(&site, policies.of(b), true, BRIDGE).contains(&"a 80/tcp".to_owned()));
}

#[test]
fn operators_on_the_overlay_are_met_there_by_address() {
    let mut site = site();
    site.operators.addresses = vec![Spanned { value: prefix("10.10.10.128/25"), ..site.operators.addresses[0] }];
    let web = host(&mut site, "web", &[]);
    site.allow.push(flow(End::Operators, End::Host(web), &[tcp(443, 443)]));
    let policies = policies(&site);
    assert_eq!(rules(&site, policies.of(web), true, OVERLAY), ["10.10.10.128/25 443/tcp"]);
    // The way in over SSH stays on the bridge, which is there before the overlay.
    assert!(rules(&site, policies.of(web), true, BRIDGE).contains(&"operators 22/tcp".to_owned()));
}

#[test]
fn a_machine_elsewhere_lets_a_node_in_by_the_address_of_its_uplink_too() {
    let mut site = site();
    let public = network(&mut site, "public", "203.0.113.64/26", NetworkKind::Plain);
    let vps = host_on(&mut site, "vps", &[], &[public]);
    site.hosts[vps.index()].kind = Kind::Machine;
    let policies = policies(&site);
    assert_eq!(rules(&site, policies.of(vps), true, public), ["pve 22/tcp", "operators 22/tcp"]);
    let from = |network| crate::Addresses::new(&site).of(network, &Peer::Node(NodeId(0)));
    assert_eq!(from(public), [prefix("192.168.100.1/32"), prefix("198.51.100.10/32")]);
    assert_eq!(from(BRIDGE), [prefix("192.168.100.1/32")]);
}

#[test]
fn a_machine_elsewhere_sees_a_node_behind_a_router_by_its_public_address() {
    let mut site = site();
    let elsewhere = network(&mut site, "public", "203.0.113.64/26", NetworkKind::Plain);
    let uplink = site.nodes[0].uplink.as_mut().expect("the node has an uplink");
    let (own, public) = (prefix("192.168.1.10/32"), prefix("198.51.100.77/32"));
    uplink.address.value = own.addr();
    uplink.public = Some(Spanned { value: public.addr(), span: uplink.address.span });
    let from = crate::Addresses::new(&site).of(elsewhere, &Peer::Node(NodeId(0)));
    assert_eq!(from, [prefix("192.168.100.1/32"), public]);
    // Neither is a part of the Internet: who reaches one reaches the node.
    let inside = |net| crate::private_prefixes(&site).iter().any(|prefix| prefix.contains(&net));
    assert!(inside(own) && inside(public));
}
