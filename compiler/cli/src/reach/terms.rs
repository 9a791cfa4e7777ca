//! The ends of a question, as they are typed in a shell: a name, a path of the site, an address, with ports behind a colon.

use std::net::IpAddr;

use arvc_lang::data::{Ports, Transport};
use arvc_site::model::{
    ClusterId, End, EndpointId, GroupId, HostId, NetworkId, NodeId, PortTerm, ServiceId, Site, Vip,
};
use arvc_syntax::diagnostic::nearest;
use ipnet::IpNet;

/// Who is asked about, and for which packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Who.
    pub end: End,
    /// Which packets; `None` is every packet.
    pub ports: Option<Vec<PortTerm>>,
    /// At which addresses alone: those that its machines have by turns. Empty is at any.
    pub at: Vec<IpAddr>,
    /// As it is shown.
    pub text: String,
}

/// Reads a source, which has no ports.
pub fn source(site: &Site, text: &str) -> Result<Term, String> {
    if let Some(vip) = shared(site, text.trim()) {
        return Err(format!(
            "`{text}` is what machines have by turns, and each sends from its own address\nhelp: name a machine: {}",
            owners(site, vip).join(", ")
        ));
    }
    let (end, ports) = named(site, text)?;
    match ports {
        None => Ok(Term { end, ports: None, at: Vec::new(), text: text.to_owned() }),
        Some(_) => {
            Err(format!("`{text}` is an endpoint, which others connect to\nhelp: name the machines that connect"))
        }
    }
}

/// Reads a target with its ports.
pub fn target(site: &Site, text: &str) -> Result<Term, String> {
    let (name, ports) = split(text);
    let vip = shared(site, name);
    let (end, own) = match vip {
        Some(vip) => (End::Union(vip.owners.iter().map(|host| End::Host(*host)).collect()), None),
        None => named(site, name)?,
    };
    // One address of several is asked for alone.
    let at = vip.into_iter().flat_map(|vip| vip.addresses()).map(|address| address.value);
    let at = at.filter(|address| name.parse::<IpAddr>().map_or(true, |typed| typed == *address)).collect();
    let ports = match (ports, own) {
        (Some(_), Some(_)) => {
            return Err(format!("`{name}` is an endpoint and has its ports\nhelp: leave out what is behind the colon"));
        }
        (Some(ports), None) => Some(ports.split(',').map(port).collect::<Result<Vec<_>, _>>()?.concat()),
        (None, own) => own,
    };
    Ok(Term { end, ports, at, text: text.to_owned() })
}

/// The addresses that machines have by turns which a text means: by their path, or by one of them.
fn shared<'s>(site: &'s Site, text: &str) -> Option<&'s Vip> {
    let address = text.parse::<IpAddr>().ok();
    let has = |vip: &Vip| address.is_some_and(|typed| vip.addresses().any(|own| own.value == typed));
    site.vips.iter().find(|vip| vip.named.path == text || has(vip))
}

fn owners(site: &Site, vip: &Vip) -> Vec<String> {
    vip.owners.iter().map(|host| site.hosts[host.index()].named.name.clone()).collect()
}

/// The colon before ports is the last one, unless it is part of an IPv6 address: `[fd00::1]:53/udp`.
fn split(text: &str) -> (&str, Option<&str>) {
    if text.parse::<IpAddr>().is_ok() || text.parse::<IpNet>().is_ok() {
        return (text, None);
    }
    match text.rsplit_once(':') {
        Some((name, ports)) => (name.trim().trim_start_matches('[').trim_end_matches(']'), Some(ports.trim())),
        None => (text, None),
    }
}

fn named(site: &Site, text: &str) -> Result<(End, Option<Vec<PortTerm>>), String> {
    let text = text.trim();
    if text.contains(',') {
        let ends: Result<Vec<End>, String> = text
            .split(',')
            .map(|part| {
                // Of the others every address is asked for.
                if shared(site, part.trim()).is_some() {
                    return Err(format!("`{part}` is what machines have by turns\nhelp: ask for it alone"));
                }
                match named(site, part)? {
                    (end, None) => Ok(end),
                    (_, Some(_)) => Err(format!("`{part}` is an endpoint\nhelp: ask for it alone")),
                }
            })
            .collect();
        return Ok((End::Union(ends?), None));
    }
    let plain = match text {
        "any" => Some(End::Any),
        "internet" => Some(End::Internet),
        "operators" => Some(End::Operators),
        "resolvers" => Some(End::Resolvers),
        "lighthouses" => Some(End::Lighthouses),
        _ => None,
    };
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from).or_else(|| text.parse::<IpNet>().ok());
    if let Some(end) = plain.or_else(|| address().map(End::Prefix)) {
        return Ok((end, None));
    }
    let names = names(site);
    // A machine may be called by its name alone.
    let called = |path: &str, name: &str| path == text || name == text && path.starts_with("hosts.");
    if let Some((_, _, meaning)) = names.iter().find(|(path, name, _)| called(path, name)) {
        return Ok(meaning.clone());
    }
    let member = |(_, name, (end, _)): &&(&str, &str, Meaning)| *name == text && matches!(end, End::Host(_));
    if let Some((_, _, meaning)) = names.iter().find(member) {
        return Ok(meaning.clone());
    }
    let known = names.iter().flat_map(|(path, name, (end, _))| match end {
        End::Host(_) => [Some(*path), Some(*name)],
        _ => [Some(*path), None],
    });
    let path = names.iter().find(|(_, name, _)| *name == text).map(|(path, ..)| *path);
    let help = match path.or_else(|| nearest(text, known.flatten())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a machine, a path as groups.web, an address, or one of any, internet, operators, resolvers, lighthouses"
            .to_owned(),
    };
    Err(format!("the site has no `{text}`\nhelp: {help}"))
}

/// What a name means: who, and for an endpoint its ports.
type Meaning = (End, Option<Vec<PortTerm>>);

/// Every path that can be an end, with its last name.
fn names(site: &Site) -> Vec<(&str, &str, Meaning)> {
    let mut list: Vec<(&str, &str, Meaning)> = Vec::new();
    macro_rules! add {
        ($things:expr, $id:ident, $end:ident) => {
            list.extend(
                $things.iter().zip(0..).map(|(thing, id)| {
                    (thing.named.path.as_str(), thing.named.name.as_str(), (End::$end($id(id)), None))
                }),
            );
        };
    }
    add!(site.hosts, HostId, Host);
    add!(site.groups, GroupId, Group);
    add!(site.clusters, ClusterId, Cluster);
    add!(site.services, ServiceId, Service);
    add!(site.nodes, NodeId, Node);
    add!(site.networks, NetworkId, Network);
    list.extend(site.endpoints.iter().zip(0..).map(|(endpoint, id)| {
        let hosts = End::Union(endpoint.hosts.iter().map(|host| End::Host(*host)).collect());
        let ports = Some(vec![PortTerm::Endpoint(EndpointId(id))]);
        (endpoint.named.path.as_str(), endpoint.named.name.as_str(), (hosts, ports))
    }));
    list
}

/// `53/udp`, `8000..8010/tcp`, `53` for both protocols, `icmp`, `proto 47`.
fn port(text: &str) -> Result<Vec<PortTerm>, String> {
    let text = text.trim();
    let wrong = || {
        format!(
            "`{text}` is no port\nhelp: write 5432/tcp, 8000..8010/udp, 53 for both, icmp, or proto 47, with commas between"
        )
    };
    if text == "icmp" {
        return Ok(vec![PortTerm::Icmp]);
    }
    if let Some(number) = text.strip_prefix("proto ") {
        return Ok(vec![PortTerm::Proto(number.trim().parse().map_err(|_| wrong())?)]);
    }
    let (numbers, transports) = match text.split_once('/') {
        Some((numbers, "tcp")) => (numbers, &[Transport::Tcp][..]),
        Some((numbers, "udp")) => (numbers, &[Transport::Udp][..]),
        Some(_) => return Err(wrong()),
        None => (text, &[Transport::Tcp, Transport::Udp][..]),
    };
    let number = |text: &str| text.parse::<u16>().map_err(|_| wrong());
    let (first, last) = match numbers.split_once("..").or_else(|| numbers.split_once('-')) {
        Some((first, last)) => (number(first)?, number(last)?),
        None => (number(numbers)?, number(numbers)?),
    };
    if first > last {
        return Err(wrong());
    }
    Ok(transports.iter().map(|transport| PortTerm::Ports(Ports { transport: *transport, first, last })).collect())
}
