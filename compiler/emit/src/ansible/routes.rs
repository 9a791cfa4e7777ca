//! What the proxies of a site serve, as a variable of the machines that run them.
//!
//! Backends are names and not addresses: a machine that moves keeps its name.

use std::collections::BTreeMap;

use arvc_site::model::{HostId, PortTerm, Route, Site, Status, Tls, Transport, View};
use arvc_site::names;

use crate::yaml::Yaml;

/// `site_routes` of each machine that runs a proxy, in the order of the names that are served.
pub fn routes(site: &Site) -> BTreeMap<HostId, Yaml> {
    let mut found: BTreeMap<HostId, Vec<Yaml>> = BTreeMap::new();
    for route in &site.names.routes {
        for host in &site.endpoints[route.frontend.value.index()].hosts {
            found.entry(*host).or_default().push(entry(site, route));
        }
    }
    found.into_iter().map(|(host, routes)| (host, Yaml::List(routes))).collect()
}

fn entry(site: &Site, route: &Route) -> Yaml {
    let tls = match route.tls {
        Tls::Terminate => "terminate",
        Tls::Reencrypt => "reencrypt",
        Tls::Passthrough => "passthrough",
        Tls::Plain => "plain",
    };
    let exposure = match route.exposure {
        View::Internal => "internal",
        View::Public => "public",
    };
    // A machine that runs several proxies tells by this which of them serves the name.
    let proxy = match route.proxy {
        Some(service) => &site.services[service.index()].named.name,
        None => &site.endpoints[route.frontend.value.index()].named.name,
    };
    Yaml::map([
        ("name", Yaml::str(&route.named.name)),
        ("proxy", Yaml::str(proxy)),
        ("tls", Yaml::str(tls)),
        ("exposure", Yaml::str(exposure)),
        ("backends", backends(site, route)),
    ])
}

fn backends(site: &Site, route: &Route) -> Yaml {
    let endpoint = &site.endpoints[route.backend.value.index()];
    let tcp = endpoint.ports.iter().find_map(|term| match term {
        PortTerm::Ports(ports) if ports.transport == Transport::Tcp => Some(ports.first),
        _ => None,
    });
    let hosts = endpoint.hosts.iter().map(|id| &site.hosts[id.index()]);
    let there = hosts.filter(|host| host.status == Status::Present);
    // Whoever has the address by turns is one backend, by the name of that address.
    let names: Vec<String> = match route.at {
        Some(at) => vec![names::vip_name(site, &site.vips[at.value.index()])],
        None => there.map(|host| names::host_name(site, host)).collect(),
    };
    let backends = names
        .into_iter()
        .filter_map(|name| Some(Yaml::map([("host", Yaml::str(name)), ("port", Yaml::Int(tcp?.into()))])));
    Yaml::List(backends.collect())
}
