use arvc_site::model::*;
use arvc_verdict::Verdict;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::*;
use crate::fixture::*;
use crate::members::addresses_on;
use crate::naive::{Naive, any_site, packets};
use crate::policy::policies;

mod outside;

fn tcp_port(port: u16) -> PortSet {
    PortSet::ports(Transport::Tcp, port, port)
}

fn asked(site: &Site, source: &Party, target: &Party, packets: &PortSet) -> Vec<(Way, Extent)> {
    let policies = policies(site);
    let layers = Layers::new(site, &policies);
    layers.paths(source, target).iter().map(|path| (path.way, path.verdict(packets))).collect()
}

fn machine(site: &mut Site, name: &str, networks: &[NetworkId]) -> HostId {
    let host = host_on(site, name, &[], networks);
    let machine = &mut site.hosts[host.index()];
    (machine.kind, machine.managed) = (Kind::Machine, false);
    host
}

#[test]
fn every_path_is_judged_and_each_layer_that_closes_is_told() {
    let mut site = site();
    let (a, b) = (host(&mut site, "a", &[]), host(&mut site, "b", &[]));
    site.allow = vec![flow(End::Host(a), End::Host(b), &[tcp(80, 80)])];
    let policies = policies(&site);
    let paths = Layers::new(&site, &policies).paths(&Party::Host(a), &Party::Host(b));
    let closing = |path: &Path| -> Vec<Layer> {
        path.steps.iter().filter(|step| !step.upper.meets(&tcp_port(80))).map(|step| step.layer).collect()
    };
    let all: Vec<_> = paths.iter().map(|path| (path.way, path.verdict(&tcp_port(80)), closing(path))).collect();
    assert_eq!(
        all,
        [
            (Way::Direct(OVERLAY), Extent::Open, vec![]),
            (Way::Direct(BRIDGE), Extent::Closed, vec![Layer::ProxmoxOut, Layer::ProxmoxIn, Layer::Filter]),
        ]
    );
    // The other way round nothing is open.
    let back = asked(&site, &Party::Host(b), &Party::Host(a), &tcp_port(80));
    assert!(back.iter().all(|(_, verdict)| *verdict == Extent::Closed), "{back:?}");
}

#[test]
fn machines_without_a_filter_on_one_segment_reach_one_another() {
    let mut site = site();
    let guest = host(&mut site, "guest", &[]);
    let (phone, printer) = (machine(&mut site, "phone", &[BRIDGE]), machine(&mut site, "printer", &[BRIDGE]));
    assert_eq!(
        asked(&site, &Party::Host(phone), &Party::Host(printer), &tcp_port(631)),
        [(Way::Direct(BRIDGE), Extent::Open)]
    );
    // A guest's own firewall keeps it from them, and them from it.
    for (from, to) in [(guest, printer), (phone, guest)] {
        assert_eq!(
            asked(&site, &Party::Host(from), &Party::Host(to), &tcp_port(631)),
            [(Way::Direct(BRIDGE), Extent::Closed)]
        );
    }
}

#[test]
fn a_node_forwards_between_its_networks_and_the_guests_decide() {
    let mut site = site();
    let kind = bridge("vmbr2", &[("172.20.0.1", Some(NodeId(0)))]);
    let second = network(&mut site, "second", "172.20.0.0/24", kind);
    let near = host_on(&mut site, "near", &[], &[BRIDGE]);
    let far = host_on(&mut site, "far", &[], &[second]);
    let phone = machine(&mut site, "phone", &[second]);
    let way = Way::Routed(BRIDGE, second);
    let ask = |site: &Site, to| asked(site, &Party::Host(near), &Party::Host(to), &tcp_port(80));
    assert_eq!(ask(&site, far), [(way, Extent::Closed)]);
    assert_eq!(ask(&site, phone), [(way, Extent::Closed)]);
    // What opens an address opens it on every way to it.
    site.allow = vec![flow(End::Host(near), End::Prefix(prefix("172.20.0.0/24")), &[tcp(80, 80)])];
    assert_eq!(ask(&site, phone), [(way, Extent::Open)]);
}

#[test]
fn what_a_foreign_router_lets_through_is_not_known() {
    let mut site = site();
    let kind = bridge("vmbr2", &[("172.20.0.1", None)]);
    let second = network(&mut site, "second", "172.20.0.0/24", kind);
    let (phone, tv) = (machine(&mut site, "phone", &[second]), machine(&mut site, "tv", &[BRIDGE]));
    let NetworkKind::Bridge { gateways, .. } = &mut site.networks[BRIDGE.index()].kind else { panic!("a bridge") };
    gateways[0].router = Router::Elsewhere;
    assert_eq!(
        asked(&site, &Party::Host(phone), &Party::Host(tv), &tcp_port(80)),
        [(Way::Routed(second, BRIDGE), Extent::Unknown)]
    );
}

#[test]
fn a_router_is_met_at_its_public_address_by_those_behind_it() {
    let mut site = site();
    let wan = network(&mut site, "wan", "192.0.2.0/24", NetworkKind::Plain);
    let firewall = machine(&mut site, "firewall", &[BRIDGE, wan]);
    let phone = machine(&mut site, "phone", &[BRIDGE]);
    let NetworkKind::Bridge { gateways, .. } = &mut site.networks[BRIDGE.index()].kind else { panic!("a bridge") };
    gateways[0].router = Router::Host(firewall);
    let ask = |site: &Site| {
        let found = asked(site, &Party::Host(phone), &Party::Host(firewall), &tcp_port(443));
        found.into_iter().find(|(way, _)| *way == Way::Routed(BRIDGE, wan)).map(|(_, verdict)| verdict)
    };
    assert_eq!(ask(&site), Some(Extent::Open));
    // A private address leads back into the site.
    site.networks[wan.index()].prefix = at(prefix("192.168.7.0/24"));
    let wan_device = site.hosts[firewall.index()].interfaces.iter_mut().find(|it| it.network == wan);
    wan_device.expect("it is there").address = Some(at(address("192.168.7.2")));
    assert_eq!(ask(&site), Some(Extent::Unknown));
}

#[test]
fn what_a_node_hands_on_is_answered_by_way_of_that_node_or_nobody_knows() {
    let mut site = site();
    let guest = host_on(&mut site, "guest", &[], &[BRIDGE]);
    let span = arvc_syntax::source::Span::new(0, 0);
    let ports = arvc_syntax::literal::Ports { transport: Transport::Tcp, first: 443, last: 443 };
    site.nodes[0].forwards = vec![Forward { ports, to: guest, span }];
    site.allow = vec![flow(End::Internet, End::Host(guest), &[tcp(443, 443)])];
    let ask = |site: &Site, port| {
        let policies = policies(site);
        let layers = Layers::new(site, &policies);
        let (path, protocol) = (arvc_verdict::Path::Routed, arvc_verdict::Protocol::Tcp);
        let (from, to) = ("internet".to_owned(), "guest".to_owned());
        let address = address("198.51.100.10");
        let question = arvc_verdict::Question { from, to, address, path, protocol, port: Some(port) };
        Answers::new(&layers).verdict(&question, arvc_verdict::Counted::All)
    };
    assert_eq!(ask(&site, 443), Verdict::Open);
    assert_eq!(ask(&site, 80), Verdict::Closed);
    // Another router is its way out: the answers leave by that.
    let NetworkKind::Bridge { gateways, .. } = &mut site.networks[BRIDGE.index()].kind else { panic!("a bridge") };
    gateways[0] = Gateway { address: address("192.168.100.254"), router: Router::Elsewhere, span };
    assert!(matches!(ask(&site, 443), Verdict::Unknown { .. }));
    assert_eq!(ask(&site, 80), Verdict::Closed);
}

#[test]
fn a_guest_whose_networks_have_no_router_sends_nothing_beyond_them() {
    let mut site = site();
    let store = network(&mut site, "store", "172.20.0.0/24", bridge("vmbr2", &[]));
    host_on(&mut site, "guest", &[], &[store]);
    machine(&mut site, "nas", &[store]);
    let ask = |from: &str| {
        let policies = policies(&site);
        let layers = Layers::new(&site, &policies);
        let (path, protocol) = (arvc_verdict::Path::Routed, arvc_verdict::Protocol::Tcp);
        let (from, to, address) = (from.to_owned(), "internet".to_owned(), address("8.8.8.8"));
        let question = arvc_verdict::Question { from, to, address, path, protocol, port: Some(443) };
        Answers::new(&layers).verdict(&question, arvc_verdict::Counted::Alone(arvc_verdict::Layer::Nebula))
    };
    assert_eq!(ask("guest"), Verdict::Closed);
    // What somebody else's machine was told, nobody says.
    assert!(matches!(ask("172.20.0.11"), Verdict::Unknown { .. }));
}

/// A guest on the bridge and on two networks that it is the router of; a guest on each of these.
fn behind_a_guest() -> (Site, [HostId; 3], [NetworkId; 2]) {
    let mut site = site();
    let [near, far] = [("vmbr2", "172.20.0.0/24"), ("vmbr3", "172.21.0.0/24")].map(|(name, cidr)| {
        let kind = bridge(name, &[]);
        network(&mut site, name, cidr, kind)
    });
    let router = host_on(&mut site, "router", &[], &[BRIDGE, near, far]);
    for network in [near, far] {
        let address = addresses_on(&site, router, network).next().expect("an address");
        let NetworkKind::Bridge { gateways, .. } = &mut site.networks[network.index()].kind else { panic!("a bridge") };
        gateways.push(Gateway { address, router: Router::Host(router), span: arvc_syntax::source::Span::new(0, 0) });
    }
    let (a, b) = (host_on(&mut site, "a", &[], &[near]), host_on(&mut site, "b", &[], &[far]));
    (site, [router, a, b], [near, far])
}

#[test]
fn a_guest_that_is_a_router_hands_on_what_is_allowed_and_nothing_else() {
    let (mut site, [router, a, b], [near, far]) = behind_a_guest();
    let way = Way::Routed(near, far);
    let ask = |site: &Site, port| asked(site, &Party::Host(a), &Party::Host(b), &tcp_port(port));
    assert_eq!(ask(&site, 80), [(way, Extent::Closed)]);
    site.allow = vec![flow(End::Host(a), End::Host(b), &[tcp(80, 80)])];
    assert_eq!(ask(&site, 80), [(way, Extent::Open)]);
    assert_eq!(ask(&site, 81), [(way, Extent::Closed)]);
    assert_eq!(
        asked(&site, &Party::Host(b), &Party::Host(a), &tcp_port(80)),
        [(Way::Routed(far, near), Extent::Closed)]
    );
    // Each of its layers closes what is not allowed.
    let known = policies(&site);
    let paths = Layers::new(&site, &known).paths(&Party::Host(a), &Party::Host(b));
    let at_the_router: Vec<(Layer, bool)> = paths[0]
        .steps
        .iter()
        .filter(|step| step.at == Party::Host(router))
        .map(|step| (step.layer, step.upper.meets(&tcp_port(81))))
        .collect();
    assert_eq!(at_the_router, [(Layer::ProxmoxIn, false), (Layer::Forward, false), (Layer::ProxmoxOut, false)]);
    // What nobody configures may let nothing through: it is not known, and no more than the firewall lets.
    site.hosts[router.index()].managed = false;
    assert_eq!(ask(&site, 80), [(way, Extent::Unknown)]);
    assert_eq!(ask(&site, 81), [(way, Extent::Closed)]);
}

#[test]
fn a_guest_that_is_a_router_is_between_those_behind_it_and_everybody_else() {
    let (mut site, [router, a, _], [near, _]) = behind_a_guest();
    let near_operator = prefix("192.168.100.99/32");
    site.operators.addresses = vec![at(near_operator)];
    let operators = |site: &Site, port| asked(site, &Party::Operators, &Party::Host(a), &tcp_port(port));
    assert_eq!(operators(&site, 22), [(Way::Direct(near), Extent::Open)]);
    assert_eq!(operators(&site, 23), [(Way::Direct(near), Extent::Closed)]);
    // The router's own way out is a node, which translates for its own networks.
    site.allow = vec![flow(End::Host(a), End::Internet, &[tcp(443, 443)])];
    let out = |site: &Site, port| asked(site, &Party::Host(a), &Party::Internet, &tcp_port(port));
    assert_eq!(out(&site, 443), [(Way::Direct(near), Extent::Unknown)]);
    assert_eq!(out(&site, 80), [(Way::Direct(near), Extent::Closed)]);
    let NetworkKind::Bridge { gateways, .. } = &mut site.networks[BRIDGE.index()].kind else { panic!("a bridge") };
    (gateways[0].router, gateways[0].address) = (Router::Elsewhere, address("192.168.100.254"));
    // So does somebody else, to whom arvc's filter sends the private address of who is behind.
    assert_eq!(out(&site, 443), [(Way::Direct(near), Extent::Unknown)]);
    assert_eq!(out(&site, 80), [(Way::Direct(near), Extent::Closed)]);
    // A router that nobody configures is taken to translate.
    site.hosts[router.index()].managed = false;
    assert_eq!(out(&site, 443), [(Way::Direct(near), Extent::Open)]);
    assert_eq!(out(&site, 80), [(Way::Direct(near), Extent::Closed)]);
}

#[test]
fn the_internet_comes_in_by_a_port_that_the_node_hands_on() {
    let mut site = site();
    let web = host(&mut site, "web", &[]);
    site.allow = vec![flow(End::Internet, End::Host(web), &[tcp(80, 443)])];
    let ask = |site: &Site| asked(site, &Party::Internet, &Party::Host(web), &tcp_port(443));
    assert_eq!(ask(&site), [(Way::Direct(BRIDGE), Extent::Closed)]);
    site.nodes[0].forwards.push(Forward {
        ports: arvc_lang::data::Ports { transport: Transport::Tcp, first: 443, last: 443 },
        to: web,
        span: arvc_syntax::source::Span::new(0, 0),
    });
    assert_eq!(ask(&site), [(Way::Direct(BRIDGE), Extent::Open)]);
    // Without a way out it answers nobody.
    site.hosts[web.index()].interfaces[0].default_route = false;
    assert_eq!(ask(&site), []);
    let policies = policies(&site);
    assert_eq!(Layers::new(&site, &policies).handed_to(NodeId(0), &site.nodes[0].forwards[0]), None);
}

#[test]
fn who_has_no_way_out_answers_nobody_beyond_his_segments() {
    let mut site = site();
    let other = network(&mut site, "other", "192.168.90.0/24", bridge("vmbr9", &[("192.168.90.1", Some(NodeId(0)))]));
    let web = host_on(&mut site, "web", &[], &[other]);
    site.operators.addresses = vec![at(prefix("192.168.100.99/32"))];
    let ask = |site: &Site| {
        let policies = policies(site);
        let layers = Layers::new(site, &policies);
        let question = arvc_verdict::Question {
            from: "192.168.100.99".into(),
            to: "web".into(),
            address: addresses_on(site, web, other).next().expect("an address"),
            path: arvc_verdict::Path::Routed,
            protocol: arvc_verdict::Protocol::Tcp,
            port: Some(22),
        };
        Answers::new(&layers).verdict(&question, arvc_verdict::Counted::All)
    };
    assert_eq!(ask(&site), arvc_verdict::Verdict::Open);
    site.hosts[web.index()].interfaces[0].default_route = false;
    assert_eq!(ask(&site), arvc_verdict::Verdict::Closed);
}

#[test]
fn a_node_hands_on_where_it_routes_itself() {
    let mut site = site();
    let (near, far) = (NodeId(0), NodeId(1));
    site.nodes
        .push(Node { named: Named { name: "far".into(), ..site.nodes[0].named.clone() }, ..site.nodes[0].clone() });
    let other = network(&mut site, "other", "192.168.90.0/24", bridge("vmbr9", &[("192.168.90.1", Some(far))]));
    let web = host_on(&mut site, "web", &[], &[BRIDGE, other]);
    site.allow = vec![flow(End::Internet, End::Host(web), &[tcp(80, 443)])];
    let ports = |port| arvc_lang::data::Ports { transport: Transport::Tcp, first: port, last: port };
    for (node, port) in [(near, 80), (far, 443)] {
        let forward = Forward { ports: ports(port), to: web, span: arvc_syntax::source::Span::new(0, 0) };
        site.nodes[node.index()].forwards.push(forward);
    }
    let ask = |port| asked(&site, &Party::Internet, &Party::Host(web), &tcp_port(port));
    let ways = |first, second| [(Way::Direct(BRIDGE), first), (Way::Direct(other), second)];
    assert_eq!(ask(80), ways(Extent::Open, Extent::Closed));
    assert_eq!(ask(443), ways(Extent::Closed, Extent::Open));
}

#[test]
fn a_node_lets_in_the_operators_and_what_is_opened_on_it() {
    let mut site = site();
    let guest = host(&mut site, "guest", &[]);
    let node = Party::Node(NodeId(0));
    let ask = |site: &Site, from: &Party, port| asked(site, from, &node, &tcp_port(port));
    assert_eq!(ask(&site, &Party::Host(guest), 8006), [(Way::Direct(BRIDGE), Extent::Closed)]);
    site.allow = vec![flow(End::Host(guest), End::Node(NodeId(0)), &[tcp(53, 53)])];
    assert_eq!(ask(&site, &Party::Host(guest), 53), [(Way::Direct(BRIDGE), Extent::Open)]);
    assert_eq!(ask(&site, &Party::Host(guest), 22), [(Way::Direct(BRIDGE), Extent::Closed)]);
}

#[test]
fn what_a_node_lets_in_is_the_matter_of_who_has_its_firewall() {
    let mut site = site();
    let guest = host(&mut site, "guest", &[]);
    site.allow = vec![flow(End::Host(guest), End::Node(NodeId(0)), &[tcp(53, 53)])];
    site.datacenters[0].owns_firewall = at(false);
    let ask = |port| asked(&site, &Party::Host(guest), &Party::Node(NodeId(0)), &tcp_port(port));
    assert_eq!(ask(53), [(Way::Direct(BRIDGE), Extent::Unknown)]);
    // What does not leave the guest is closed all the same.
    assert_eq!(ask(22), [(Way::Direct(BRIDGE), Extent::Closed)]);
}

fn without_tunnel(path: &Path) -> Path {
    let steps = path.steps.iter().filter(|step| step.layer != Layer::Tunnel).cloned().collect();
    Path { steps, ..path.clone() }
}

#[test]
fn guests_do_not_meet_on_a_bridge_by_what_is_open_unasked() {
    let mut site = site();
    let (a, b) = (host(&mut site, "a", &[]), host_on(&mut site, "b", &[], &[BRIDGE]));
    let c = host(&mut site, "c", &[]);
    // Operators on the bridge, a resolver there, and addresses that are asked for: each opens something at one end alone.
    site.operators.addresses = vec![at(prefix("192.168.100.0/24"))];
    site.uplink_resolvers = vec![address("192.168.100.10")];
    for host in &mut site.hosts {
        host.interfaces[0].dhcp = true;
    }
    let policies = policies(&site);
    let layers = Layers::new(&site, &policies);
    for (from, to) in [(a, b), (b, a), (a, c), (c, a), (b, c), (c, b)] {
        for path in layers.paths(&Party::Host(from), &Party::Host(to)) {
            let open = path.upper().difference(&layers.tunnels(&path));
            assert!(open.is_none(), "{from:?} -> {to:?}: {open} over {:?}", path.way);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn on_a_bridge_guests_have_nothing_unasked_but_the_overlay_s_packets(site in any_site()) {
        let site = Site { allow: Vec::new(), ..site };
        let policies = policies(&site);
        let layers = Layers::new(&site, &policies);
        let guest = |host: &HostId| site.hosts[host.index()].kind != Kind::Machine;
        let guests: Vec<HostId> = site.host_ids().filter(guest).collect();
        for (a, b) in guests.iter().flat_map(|a| guests.iter().map(move |b| (*a, *b))) {
            for path in layers.paths(&Party::Host(a), &Party::Host(b)) {
                if path.way == Way::Direct(BRIDGE) {
                    prop_assert!(path.upper().difference(&layers.tunnels(&path)).is_none(), "{:?} -> {:?}", a, b);
                }
            }
        }
    }

    #[test]
    fn the_layers_let_through_what_is_allowed_and_nothing_else(site in any_site()) {
        let naive = Naive(&site);
        let policies = policies(&site);
        let layers = Layers::new(&site, &policies);
        let hosts = site.host_ids();
        for (a, b) in hosts.clone().flat_map(|a| hosts.clone().filter(move |b| *b != a).map(move |b| (a, b))) {
            let paths = layers.paths(&Party::Host(a), &Party::Host(b));
            for network in [BRIDGE, OVERLAY] {
                let direct: Vec<&Path> = paths.iter().filter(|path| path.way == Way::Direct(network)).collect();
                prop_assert_eq!(!direct.is_empty(), naive.meet(a, b, crate::path::Path::direct(network)), "{:?} -> {:?}", a, b);
                for (name, packet) in packets() {
                    let open = site.allow.iter().any(|flow| naive.opens(flow, a, b, crate::path::Path::direct(network), &packet));
                    let expected = if open { Extent::Open } else { Extent::Closed };
                    // Whether a tunnel comes about is another question: some of these machines have no underlay.
                    for path in direct.iter().map(|path| without_tunnel(path)) {
                        prop_assert_eq!(path.verdict(&packet), expected, "{:?} -> {:?} : {} over {:?}", a, b, name, network);
                    }
                }
            }
        }
    }

    #[test]
    fn the_matrix_says_of_each_two_what_their_paths_say(site in any_site()) {
        let policies = policies(&site);
        let layers = Layers::new(&site, &policies);
        let parties = layers.parties(&End::Union(vec![End::Any, End::Node(NodeId(0)), End::Internet]));
        let matrix = layers.matrix(&Classes::new(&layers), &parties);
        let mut said = std::collections::BTreeMap::new();
        for block in &matrix.blocks {
            said.extend(block.targets.iter().map(|target| ((block.source, *target), block.passing.to_vec())));
        }
        for (a, from) in matrix.classes.iter().enumerate() {
            for (b, to) in matrix.classes.iter().enumerate() {
                let Some((source, target)) = ask::pair(from, to) else { continue };
                let alone = matrix::passing(&layers.paths(source, target));
                let together = said.get(&(a, b)).cloned().unwrap_or_default();
                prop_assert_eq!(together, alone, "{:?} -> {:?}", source, target);
            }
        }
    }

    #[test]
    fn machines_of_one_class_are_judged_alike(site in any_site()) {
        let policies = policies(&site);
        let layers = Layers::new(&site, &policies);
        let classes = Classes::with(&layers, &site.never);
        let ways = |a: HostId, b: HostId| -> Vec<(Way, PortSet, PortSet)> {
            let paths = layers.paths(&Party::Host(a), &Party::Host(b));
            paths.iter().map(|path| (path.way, path.lower(), path.upper())).collect()
        };
        for (from, to) in classes.list.iter().flat_map(|from| classes.list.iter().map(move |to| (from, to))) {
            let mut pairs = from.iter().flat_map(|a| to.iter().filter(move |b| *b != a).map(move |b| (*a, *b)));
            let Some((a, b)) = pairs.next() else { continue };
            let expected = ways(a, b);
            for (c, d) in pairs {
                prop_assert_eq!(&ways(c, d), &expected, "{:?} -> {:?} and {:?} -> {:?}", a, b, c, d);
            }
        }
    }
}

#[test]
fn what_holds_a_closed_connection_is_not_the_source_s_own() {
    let mut site = site();
    let (a, b) = (host(&mut site, "a", &[]), host(&mut site, "b", &[]));
    let policies = policies(&site);
    let layers = Layers::new(&site, &policies);
    let guards = |path: &Path| {
        let stands = layers.stands(&Party::Host(a), path);
        let names = stands[0].guards.iter().filter(|(_, held)| tcp_port(80).is_subset(held));
        names.map(|(guard, _)| *guard).collect::<Vec<_>>()
    };
    let paths = layers.paths(&Party::Host(a), &Party::Host(b));
    let found: Vec<_> = paths.iter().map(|path| (path.way, guards(path))).collect();
    assert_eq!(
        found,
        [
            (Way::Direct(OVERLAY), vec![Guard::Nebula, Guard::Filter]),
            (Way::Direct(BRIDGE), vec![Guard::Proxmox, Guard::Filter]),
        ]
    );
}

#[test]
fn an_old_certificate_is_judged_by_what_it_says_and_an_old_address_by_who_has_it() {
    let mut site = site();
    let admin = group(&mut site, "admin");
    host(&mut site, "desk", &[admin]);
    let (web, store) = (host(&mut site, "web", &[]), host(&mut site, "store", &[]));
    site.allow = vec![flow(End::Group(admin), End::Host(store), &[tcp(8200, 8200)])];
    let grant = |networks: &str| arvc_site::lock::Grant {
        name: "web".into(),
        networks: vec![prefix(networks)],
        groups: vec!["admin".into()],
    };
    // The hosts have the numbers 10, 11 and 12: the address of `desk` is another machine's by now.
    for (network, configured, open) in
        [("10.10.10.11/24", true, false), ("10.10.10.11/24", false, true), ("10.10.10.10/24", true, true)]
    {
        site.hosts[store.index()].managed = configured;
        site.withdrawn.insert("web".into(), vec![grant(network)]);
        let policies = policies(&site);
        let layers = Layers::new(&site, &policies);
        let path = layers.paths(&Party::Host(web), &Party::Host(store)).remove(0);
        let stands = layers.stands(&Party::Host(web), &path);
        assert_eq!(stands.len(), 2);
        assert!(stands[0].open(&tcp_port(8200)).is_none(), "its present certificate opens nothing");
        assert_eq!(!stands[1].open(&tcp_port(8200)).is_none(), open, "{network}, configured: {configured}");
    }
}

#[test]
fn nebula_holds_no_ping_of_whoever_is_pinged_until_it_tells_echoes_apart() {
    for (version, held) in [("1.9.3", false), ("1.10.3", false), ("1.11.1", true)] {
        let mut site = site();
        site.nebula.version = at(version.into());
        let (a, b) = (host(&mut site, "a", &[]), host(&mut site, "b", &[]));
        site.allow = vec![flow(End::Host(b), End::Host(a), &[PortTerm::Icmp])];
        let policies = policies(&site);
        let layers = Layers::new(&site, &policies);
        let paths = layers.paths(&Party::Host(a), &Party::Host(b));
        let inside = paths.iter().find(|path| path.way == Way::Direct(OVERLAY)).expect("they are members");
        let stands = layers.stands(&Party::Host(a), inside);
        let nebula = stands[0].guards.iter().find(|(guard, _)| *guard == Guard::Nebula).expect("it closes");
        assert_eq!(PortSet::icmp().is_subset(&nebula.1), held, "{version}");
        assert!(tcp_port(80).is_subset(&nebula.1));
        // What lets a ping pass is no rule, so the verdict stays, as the audit's does.
        assert_eq!(inside.verdict(&PortSet::icmp()), Extent::Closed);
    }
}
