//! Small sites for the tests of this crate, made by hand: no source, so spans only tell things apart.

use std::net::IpAddr;

use arvc_site::model::*;
use arvc_syntax::source::Span;
use ipnet::IpNet;

use crate::policy::{Peer, Policy};

/// The bridge of [`site`], 192.168.100.0/24.
pub const BRIDGE: NetworkId = NetworkId(0);
/// The overlay of [`site`], 10.10.10.0/24, on the bridge.
pub const OVERLAY: NetworkId = NetworkId(1);

/// A site of one node, a bridge, an overlay and operators at 203.0.113.0/28, without machines.
pub fn site() -> Site {
    let mut site = Site {
        name: "test".into(),
        description: None,
        domain: "test".into(),
        datacenters: vec![Datacenter::new(named("test", "datacenters.test"), "test".into())],
        nodes: vec![Node {
            named: named("pve", "nodes.pve"),
            datacenter: DatacenterId(0),
            arch: at(Arch::Amd64),
            address: at(address("192.168.100.1")),
            more: Vec::new(),
            uplink: Some(Uplink { bridge: "vmbr0".into(), address: at(address("198.51.100.10")), public: None }),
            forwards: Vec::new(),
            places: Vec::new(),
            memory: None,
            cores: None,
            cpu_overcommit: 4,
            connection: NodeConnection::default(),
            variables: Vec::new(),
        }],
        places: Vec::new(),
        accepted_losses: Vec::new(),
        networks: Vec::new(),
        vips: Vec::new(),
        foreign: Vec::new(),
        ranges: Vec::new(),
        numbering: Vec::new(),
        groups: Vec::new(),
        images: Vec::new(),
        datastores: Vec::new(),
        services: Vec::new(),
        hosts: Vec::new(),
        clusters: Vec::new(),
        endpoints: Vec::new(),
        operators: Operators { addresses: vec![at(prefix("203.0.113.0/28"))], keys: Vec::new(), broken: false },
        allow: Vec::new(),
        allow_room: None,
        allow_broken: false,
        paths_broken: false,
        never: Vec::new(),
        expect: Default::default(),
        needs: Vec::new(),
        uplink_resolvers: vec![address("1.1.1.1")],
        nebula: Nebula {
            version: at("1.9.3".into()),
            certificate: 3600,
            authority: "ca".into(),
            trusted: Vec::new(),
            config: Vec::new(),
        },
        variables: Vec::new(),
        records: Vec::new(),
        names: Names::default(),
        files: Vec::new(),
        serials: Default::default(),
        withdrawn: Default::default(),
        renamed: Default::default(),
        policies: Default::default(),
    };
    let bridge = bridge("vmbr1", &[("192.168.100.1", Some(NodeId(0)))]);
    network(&mut site, "bridge", "192.168.100.0/24", bridge);
    network(&mut site, "overlay", "10.10.10.0/24", NetworkKind::Overlay { underlay: BRIDGE, port: 4242 });
    site
}

/// A bridge with routers.
pub fn bridge(name: &str, gateways: &[(&str, Option<NodeId>)]) -> NetworkKind {
    let gateway = |(text, node): &(&str, Option<NodeId>)| Gateway {
        address: address(text),
        router: node.map_or(Router::Elsewhere, Router::Node),
        span: Span::new(0, 0),
    };
    NetworkKind::Bridge { bridge: name.into(), vlan: None, gateways: gateways.iter().map(gateway).collect() }
}

/// Adds a network.
pub fn network(site: &mut Site, name: &str, cidr: &str, kind: NetworkKind) -> NetworkId {
    let named = named(name, &format!("networks.{name}"));
    site.networks.push(Network {
        named,
        prefix: at(prefix(cidr)),
        more: Vec::new(),
        kind,
        mtu: None,
        reserved: Vec::new(),
        dhcp: None,
        pools: Vec::new(),
        nodes: Vec::new(),
        joined: true,
        default_route: true,
        router: None,
        unfiltered: None,
        behind: Vec::new(),
    });
    NetworkId(site.networks.len() as u32 - 1)
}

/// Adds a group.
pub fn group(site: &mut Site, name: &str) -> GroupId {
    site.groups.push(Group {
        named: named(name, &format!("groups.{name}")),
        variables: Vec::new(),
        nebula: Vec::new(),
    });
    GroupId(site.groups.len() as u32 - 1)
}

/// Adds a VM on the bridge and the overlay.
pub fn host(site: &mut Site, name: &str, groups: &[GroupId]) -> HostId {
    host_on(site, name, groups, &[BRIDGE, OVERLAY])
}

/// Adds a VM on some networks; the nth one has host number n + 10, and the first is a lighthouse, without which members of
/// an overlay do not find one another.
pub fn host_on(site: &mut Site, name: &str, groups: &[GroupId], networks: &[NetworkId]) -> HostId {
    let number = site.hosts.len() + 10;
    let interface = |network: &NetworkId| {
        let nth = site.networks[network.index()].prefix.value.hosts().nth(number - 1);
        let address = at(nth.expect("a small site"));
        Interface {
            network: *network,
            address: Some(address),
            leased: None,
            more: Vec::new(),
            public: None,
            mac: None,
            index: Some(0),
            device: "eth0".into(),
            dhcp: false,
            default_route: true,
        }
    };
    let interfaces = networks.iter().map(interface).collect();
    site.hosts.push(Host {
        named: named(name, &format!("hosts.{name}")),
        kind: Kind::Vm,
        status: Status::Present,
        renamed_from: None,
        vmid: None,
        range: None,
        slot: None,
        groups: groups.to_vec(),
        services: Vec::new(),
        cluster: None,
        node: Some(NodeId(0)),
        placement: vec![NodeId(0)],
        ha: None,
        replication: None,
        places: Vec::new(),
        witness: false,
        after: Vec::new(),
        interfaces,
        cores: 1,
        memory: 1 << 30,
        disk: 1 << 30,
        datastore: "local".into(),
        disks: Vec::new(),
        hardware: Hardware::default(),
        features: Features::default(),
        startup: Startup::default(),
        unmanaged: Vec::new(),
        connection: Connection::default(),
        image: None,
        boot: true,
        protect: false,
        lighthouse: site.hosts.is_empty(),
        mobile: false,
        forwards: false,
        relay: false,
        managed: true,
        user: "root".into(),
        tags: Vec::new(),
        terraform: Vec::new(),
        nebula: Vec::new(),
        variables: Vec::new(),
        broken: false,
    });
    HostId(site.hosts.len() as u32 - 1)
}

/// Adds a service with an endpoint `port` on some machines.
pub fn serve(site: &mut Site, name: &str, hosts: &[HostId], ports: &[PortTerm]) -> (ServiceId, EndpointId) {
    let service = ServiceId(site.services.len() as u32);
    let path = format!("services.{name}");
    site.services.push(Service {
        named: named(name, &path),
        listen: Vec::new(),
        peers: Vec::new(),
        hosts: hosts.to_vec(),
        after: Vec::new(),
        manual: None,
        resolver: None,
        role: None,
        variables: Vec::new(),
    });
    for host in hosts {
        site.hosts[host.index()].services.push(service);
    }
    site.endpoints.push(Endpoint {
        named: named("port", &format!("{path}.port")),
        ports: ports.to_vec(),
        hosts: hosts.to_vec(),
        listen: Vec::new(),
    });
    (service, EndpointId(site.endpoints.len() as u32 - 1))
}

/// Adds a cluster.
pub fn cluster(site: &mut Site, name: &str, members: &[HostId]) -> ClusterId {
    let id = ClusterId(site.clusters.len() as u32);
    site.clusters.push(Cluster {
        named: named(name, &format!("clusters.{name}")),
        members: members.to_vec(),
        quorum: false,
        votes: None,
        replicas: at(0),
        spread: false,
        nodes: Vec::new(),
        dcs: None,
        scope: None,
    });
    for member in members {
        site.hosts[member.index()].cluster = Some(id);
    }
    id
}

/// A flow of the author; no ports are all protocols.
pub fn flow(source: End, target: End, ports: &[PortTerm]) -> Flow {
    Flow {
        source,
        target,
        ports: (!ports.is_empty()).then(|| ports.to_vec()),
        via: None,
        written: Written::default(),
        except: Vec::new(),
        origin: FlowOrigin::Author,
        span: Span::new(0, 0),
    }
}

/// TCP ports.
pub fn tcp(first: u16, last: u16) -> PortTerm {
    PortTerm::Ports(arvc_lang::data::Ports { transport: Transport::Tcp, first, last })
}

/// UDP ports.
pub fn udp(first: u16, last: u16) -> PortTerm {
    PortTerm::Ports(arvc_lang::data::Ports { transport: Transport::Udp, first, last })
}

/// An address.
pub fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

/// A prefix.
pub fn prefix(text: &str) -> IpNet {
    text.parse().expect("a prefix")
}

/// The rules of one direction on one network as short lines: `groups.web 80/tcp`.
pub fn rules(site: &Site, policy: &Policy, inbound: bool, network: NetworkId) -> Vec<String> {
    let rules = if inbound { &policy.inbound } else { &policy.outbound };
    let rules = rules.iter().filter(|rule| rule.network == network);
    rules.map(|rule| format!("{} {}", peer(site, &rule.peer), rule.ports)).collect()
}

fn peer(site: &Site, peer: &Peer) -> String {
    match peer {
        Peer::Any => "any".into(),
        Peer::Group(group) => site.groups[group.index()].named.name.clone(),
        Peer::AllOf(groups) => {
            let names: Vec<&str> = groups.iter().map(|group| site.groups[group.index()].named.name.as_str()).collect();
            names.join("+")
        }
        Peer::Host(host) => site.hosts[host.index()].named.name.clone(),
        Peer::Node(node) => site.nodes[node.index()].named.name.clone(),
        Peer::Operators => "operators".into(),
        Peer::Internet => "internet".into(),
        Peer::Network(network) => site.networks[network.index()].named.name.clone(),
        Peer::Prefix(prefix) => prefix.to_string(),
    }
}

fn named(name: &str, path: &str) -> Named {
    Named { name: name.into(), path: path.into(), key: Span::new(0, 0), calls: Vec::new(), description: None }
}

/// A value from nowhere.
pub fn at<T>(value: T) -> Spanned<T> {
    Spanned { value, span: Span::new(0, 0) }
}
