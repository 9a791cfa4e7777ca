//! Configurations of Nebula.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use super::keys;
use crate::nebula::{Cidr, Endpoint, Kind, Member, PortSpec, Remark, Route, Rule, Version};
use crate::place::{Notes, Place, Why};
use crate::text::yaml::Node;

/// Whether a document is a configuration of Nebula, by the sections that it has.
pub(crate) fn is(node: &Node) -> bool {
    let sections = ["pki", "static_host_map", "lighthouse", "listen", "firewall", "tun", "relay", "punchy"];
    // A misspelt section is none.
    let keys = |pki: &Node| pki.get("cert").is_some() && pki.get("key").is_some();
    node.get("pki").is_some_and(keys)
        || node.get("pki").is_some_and(Node::is_map)
            && sections.iter().filter(|name| node.get(name).is_some()).count() >= 2
        || node
            .get("firewall")
            .is_some_and(|firewall| firewall.get("inbound").is_some() || firewall.get("outbound").is_some())
}

/// The member that a configuration makes of a machine. Its certificate comes from elsewhere.
pub(crate) fn read(node: &Node, host: &str, version: Result<Version, Why>, file: u32, notes: &mut Notes) -> Member {
    let at = |line| Place { file, line };
    let mut gap = |node: &Node, words: &str| notes.unread(at(node.line), words.to_owned());
    let boolean = |path: &[&str], default| node.at(path).and_then(Node::boolean).unwrap_or(default);
    let known = version.clone().unwrap_or(Version(1, 9, 3));
    let mut endpoints = BTreeMap::new();
    for (key, value) in node.get("static_host_map").map(Node::pairs).unwrap_or_default() {
        let Some(address) = key.text().and_then(|text| text.parse::<IpAddr>().ok()) else {
            gap(key, "a key of static_host_map that is no address");
            continue;
        };
        let values = if value.items().is_empty() { std::slice::from_ref(value) } else { value.items() };
        let found = values.iter().filter_map(Node::text).filter_map(endpoint).collect();
        endpoints.insert(address, (found, at(key.line)));
    }
    let addresses = |path: &[&str]| -> Vec<IpAddr> {
        let items = node.at(path).map(Node::items).unwrap_or_default();
        items.iter().filter_map(Node::text).filter_map(|text| text.parse().ok()).collect()
    };
    let advertised = node.at(&["lighthouse", "local_allow_list"]).map(Node::pairs).unwrap_or_default();
    let advertised =
        advertised.iter().filter_map(|(key, value)| Some((key.text()?.parse().ok()?, value.boolean()?))).collect();
    let advertise = node.at(&["lighthouse", "advertise_addrs"]).map(Node::items).unwrap_or_default();
    let advertise =
        advertise.iter().filter_map(Node::text).filter_map(|text| text.parse::<SocketAddr>().ok()).collect();
    let port = match node.at(&["listen", "port"]) {
        None => Ok(0),
        Some(port) => match port.text().and_then(|text| text.parse().ok()) {
            Some(number) => Ok(number),
            None => Err(gap(port, "a port of Nebula that is no number")),
        },
    };
    let firewall = node.get("firewall");
    let list = |name: &str| firewall.and_then(|firewall| firewall.get(name));
    let place = |name: &str| Some(at(list(name).or(firewall).unwrap_or(node).line));
    let lists = [place("inbound"), place("outbound")];
    let mut remarks = keys::remarks(node, known, file);
    let [into, out] = ["inbound", "outbound"].map(|name| rules(list(name), &version, file, &mut remarks));
    // An error in one rule is one of the whole configuration, which then does not start.
    let refused = into.refused.or(out.refused).map(|(place, words)| format!("{}: {words}", notes.source(place)).into());
    let written = into.rules.iter().chain(&out.rules).cloned().collect();
    let [inbound, outbound] = [into.rules, out.rules].map(|rules| match &refused {
        Some(why) => Err(Why::clone(why)),
        None => Ok(rules),
    });
    let routes = node.at(&["tun", "unsafe_routes"]).map(Node::items).unwrap_or_default();
    let routes = routes.iter().filter_map(|item| route(item, &version, file, notes)).collect();
    let blocked = node.at(&["pki", "blocklist"]).map(Node::items).unwrap_or_default();
    Member {
        host: host.to_owned(),
        place: at(node.line),
        certificate: Err(format!("the certificate of {host}").into()),
        version,
        inbound,
        outbound,
        written,
        remarks,
        lists,
        local_any: node.at(&["firewall", "default_local_cidr_any"]).and_then(Node::boolean),
        lighthouse: boolean(&["lighthouse", "am_lighthouse"], false),
        lighthouses: addresses(&["lighthouse", "hosts"]),
        endpoints,
        // Before 1.7 there is no such key.
        computes: known.from(7) && node.at(&["lighthouse", "calculated_remotes"]).is_some(),
        advertised,
        advertise,
        port,
        only_v4: node.at(&["listen", "host"]).and_then(Node::text).is_none_or(|host| host == "0.0.0.0"),
        relay: boolean(&["relay", "am_relay"], false),
        uses_relays: boolean(&["relay", "use_relays"], true),
        relays: addresses(&["relay", "relays"]),
        device: node.at(&["tun", "dev"]).and_then(Node::text).map(str::to_owned),
        disabled: boolean(&["tun", "disabled"], false),
        routes,
        // Before 1.7 there is no such key.
        system_routes: known.from(7) && boolean(&["tun", "use_system_route_table"], false),
        ignored: ["inbound", "outbound"]
            .iter()
            .filter_map(|name| firewall?.get(name))
            .flat_map(Node::items)
            .filter(|rule| !known.from(7) && rule.get("local_cidr").is_some())
            .map(|rule| at(rule.line))
            .collect(),
        actions: ["inbound_action", "outbound_action"]
            .iter()
            .find_map(|name| firewall?.get(name))
            .map(|node| at(node.line)),
        cuts_invalid: node.at(&["pki", "disconnect_invalid"]).and_then(Node::boolean),
        blocked: blocked.iter().filter_map(Node::text).map(str::to_lowercase).collect::<BTreeSet<_>>(),
    }
}

fn endpoint(text: &str) -> Option<Endpoint> {
    if let Ok(address) = text.parse() {
        return Some(Endpoint::At(address));
    }
    let (name, port) = text.rsplit_once(':')?;
    Some(Endpoint::Name(name.to_owned(), port.parse().ok()?))
}

/// A network behind another member.
fn route(node: &Node, version: &Result<Version, Why>, file: u32, notes: &mut Notes) -> Option<Route> {
    let place = Place { file, line: node.line };
    let Some(net) = node.get("route").and_then(Node::text).and_then(|text| text.parse().ok()) else {
        notes.unread(place, "a network behind a member that is no prefix: Nebula does not start with it");
        return None;
    };
    let address = |node: &Node| node.text().and_then(|text| text.parse::<IpAddr>().ok());
    let gateway = |node: &Node| node.get("gateway").and_then(address);
    let via = node.get("via").and_then(|via| match (address(via), via.items(), version) {
        (Some(one), ..) => Some(vec![one]),
        // Before 1.10 a list is no address, and Nebula does not start.
        (None, several @ [_, ..], Ok(version)) if version.from(10) => several.iter().map(gateway).collect(),
        _ => None,
    });
    let via = via.ok_or_else(|| notes.unread(place, "the member that leads to a network behind it"));
    // 1.6 does not know the field, and always tells the system.
    let told = version.as_ref().is_ok_and(|version| !version.from(7));
    let installed = told || node.get("install").and_then(Node::boolean).unwrap_or(true);
    Some(Route { net, via, installed, place })
}

/// One list: the rules that can be read, and the first that is refused.
#[derive(Default)]
struct List {
    rules: Vec<Rule>,
    refused: Option<(Place, String)>,
}

/// Reads one list. Each rule that is refused is told.
fn rules(list: Option<&Node>, version: &Result<Version, Why>, file: u32, remarks: &mut Vec<Remark>) -> List {
    let known = version.clone().unwrap_or(Version(1, 9, 3));
    let mut read = List::default();
    for node in list.map(Node::items).unwrap_or_default() {
        match rule(node, known, file) {
            Ok(rule) => read.rules.push(rule),
            Err(words) => {
                let place = Place { file, line: node.line };
                let words = format!("Nebula {known} refuses the configuration: {words}");
                read.refused.get_or_insert_with(|| (place, words.clone()));
                let words = match version {
                    Ok(_) => format!("{words}; it does not start, or keeps the rules that it had"),
                    Err(_) => format!("{words}; which release runs, nothing says"),
                };
                remarks.push(Remark { kind: "refused-configuration", place, words, help: "correct the rule" });
            }
        }
    }
    read
}

fn rule(node: &Node, version: Version, file: u32) -> Result<Rule, String> {
    let field = |name: &str| node.get(name).and_then(Node::text).filter(|text| !text.is_empty()).map(str::to_owned);
    let kind = match node.get("proto").and_then(Node::text) {
        Some("any") => Kind::Any,
        Some("tcp") => Kind::Tcp,
        Some("udp") => Kind::Udp,
        Some("icmp") => Kind::Icmp,
        other => return Err(format!("proto {:?}", other.unwrap_or_default())),
    };
    let port = match (node.get("port"), node.get("code")) {
        (Some(_), Some(_)) => return Err("port and code together".into()),
        (Some(one), None) | (None, Some(one)) => port(one, version)?,
        (None, None) if kind == Kind::Icmp && version.from(11) => PortSpec::Any,
        (None, None) => return Err("a rule without a port".into()),
    };
    let groups = match (node.get("group").filter(|node| !node.is_null()), node.get("groups")) {
        (Some(_), Some(_)) => return Err("group and groups together".into()),
        (Some(group), None) if group.items().len() > 1 => return Err("group with several names".into()),
        (Some(one), None) | (None, Some(one)) => names(one, version)?,
        (None, None) => Vec::new(),
    };
    let cidr = field("cidr").map(|text| cidr(&text, version)).transpose()?;
    let local_cidr = match version.from(7) {
        true => field("local_cidr").map(|text| self::cidr(&text, version)).transpose()?,
        false => None,
    };
    let (host, ca_name, ca_sha) = (field("host"), field("ca_name"), field("ca_sha"));
    let some = host.is_some() || !groups.is_empty() || cidr.is_some() || local_cidr.is_some();
    if !some && ca_name.is_none() && ca_sha.is_none() {
        return Err("a rule without a subject".into());
    }
    Ok(Rule { place: Place { file, line: node.line }, kind, port, host, groups, cidr, local_cidr, ca_name, ca_sha })
}

fn names(node: &Node, version: Version) -> Result<Vec<String>, String> {
    let items = if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() };
    let mut names = Vec::new();
    for item in items {
        let Some(text) = item.text().filter(|text| !text.is_empty()) else { continue };
        let boolean = ["yes", "no", "on", "off", "true", "false", "y", "n"].contains(&text.to_lowercase().as_str());
        if !item.quoted() && !node.items().is_empty() && !version.from(12) && (boolean || text.parse::<f64>().is_ok()) {
            return Err(format!("the group {text} without quotes, which ends the process"));
        }
        names.push(text.to_owned());
    }
    Ok(names)
}

fn cidr(text: &str, version: Version) -> Result<Cidr, String> {
    match text {
        "any" if version.from(10) => Ok(Cidr::Any),
        text => text.parse().map(Cidr::Net).map_err(|_| format!("the prefix {text}")),
    }
}

fn port(node: &Node, version: Version) -> Result<PortSpec, String> {
    let text = node.text().ok_or("an empty port")?;
    let octal = !node.quoted()
        && text.len() > 1
        && text.starts_with('0')
        && text.bytes().all(|byte| (b'0'..b'8').contains(&byte));
    let number = |text: &str| -> Result<u32, String> {
        let number = if octal { u32::from_str_radix(text, 8) } else { text.trim().parse() };
        let number = number.map_err(|_| format!("the port {text}"))?;
        if number > 65535 && version.from(11) { Err(format!("the port {text}")) } else { Ok(number) }
    };
    match text {
        "any" => Ok(PortSpec::Any),
        "fragment" => Ok(PortSpec::Fragment),
        text => match text.split_once('-') {
            Some((low, high)) => match (number(low)?, number(high)?) {
                // A range that begins at 0 is everything.
                (0, _) => Ok(PortSpec::Any),
                (low, high) if low <= high => Ok(PortSpec::Range(low, high)),
                _ => Err(format!("the port {text}")),
            },
            None => match number(text)? {
                0 => Ok(PortSpec::Any),
                port => Ok(PortSpec::Range(port, port)),
            },
        },
    }
}
