//! A rule of Proxmox from its fields, which Terraform and `.fw` files spell alike.

use std::net::IpAddr;

use ipnet::IpNet;

use super::iptables::{icmp, net, port, protocol};
use crate::packet::{Addresses, ICMP, ICMP6, Ports};
use crate::place::{Notes, Place};
use crate::proxmox::{Action, Direction, Rule, Scope, Spec, expand};

/// The fields of one rule, as they are written. An empty one is absent.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub enabled: bool,
    pub direction: String,
    pub action: String,
    pub group: String,
    pub iface: String,
    pub source: String,
    pub dest: String,
    pub proto: String,
    pub sport: String,
    pub dport: String,
    pub icmp: String,
    pub macro_name: String,
}

/// The rules that it stands for: a macro may be several.
pub(crate) fn rules(fields: &Fields, place: Place, notes: &mut Notes) -> Vec<Rule> {
    let mut rule = Rule {
        place,
        enabled: fields.enabled,
        direction: Direction::Both,
        action: Action::Group(fields.group.to_ascii_lowercase()),
        iface: (!fields.iface.is_empty()).then(|| fields.iface.clone()),
        source: Spec::Any,
        dest: Spec::Any,
        protocols: Vec::new(),
        sport: None,
        dport: None,
        icmp: None,
        gap: None,
        broken: None,
    };
    if !fields.group.is_empty() {
        return vec![rule];
    }
    rule.direction = match fields.direction.to_ascii_lowercase().as_str() {
        "in" => Direction::In,
        "out" => Direction::Out,
        "forward" => Direction::Forward,
        other => {
            rule.broken = Some(format!("the direction {other:?}"));
            Direction::In
        }
    };
    rule.action = match fields.action.to_ascii_uppercase().as_str() {
        "ACCEPT" => Action::Accept,
        "DROP" => Action::Drop,
        "REJECT" => Action::Reject,
        other => {
            rule.broken = Some(format!("the action {other:?}"));
            Action::Drop
        }
    };
    rule.source = spec(&fields.source, &mut rule.broken);
    rule.dest = spec(&fields.dest, &mut rule.broken);
    if families_differ(&rule.source, &rule.dest) {
        rule.broken = Some("source and destination are of two families".into());
    }
    if !fields.proto.is_empty() {
        match protocol(&fields.proto) {
            Some(number) => rule.protocols = vec![number],
            None => rule.gap = Some(notes.unread(place, format!("the protocol {}", fields.proto))),
        }
    }
    let icmps = rule.protocols == [ICMP] || rule.protocols == [ICMP6];
    if icmps && !fields.dport.is_empty() {
        // The old style writes the type of ICMP in the place of the port.
        kind(&fields.dport, &mut rule, place, notes);
    } else {
        // It passes validation and is not applied: the rule takes every port.
        let dport = if fields.dport.trim() == "0" { "" } else { &fields.dport };
        rule.dport = ports(dport, place, &mut rule, notes);
    }
    rule.sport = ports(&fields.sport, place, &mut rule, notes);
    if !fields.icmp.is_empty() {
        kind(&fields.icmp, &mut rule, place, notes);
    }
    let with_ports = [6, 17, 33, 132, 136];
    if (rule.dport.is_some() || rule.sport.is_some())
        && !rule.protocols.iter().all(|number| with_ports.contains(number))
        || (rule.dport.is_some() || rule.sport.is_some()) && rule.protocols.is_empty()
    {
        rule.broken = Some("a port without a protocol that has ports".into());
    }
    if fields.macro_name.is_empty() {
        return vec![rule];
    }
    match expand(&fields.macro_name) {
        Some(parts) => parts
            .into_iter()
            .map(|(protocols, ports, icmp)| {
                let mut one = rule.clone();
                one.protocols = protocols;
                if !ports.is_empty() {
                    one.dport = Some(Ports(ports));
                }
                one.icmp = icmp;
                one
            })
            .collect(),
        None => {
            rule.gap = Some(notes.unread(place, format!("the macro {}", fields.macro_name)));
            vec![rule]
        }
    }
}

fn kind(text: &str, rule: &mut Rule, place: Place, notes: &mut Notes) {
    match icmp(text, rule.protocols == [ICMP6]).as_deref() {
        Some([]) => {}
        Some([kind, ..]) => rule.icmp = Some(*kind),
        None => rule.gap = Some(notes.unread(place, format!("the type of ICMP {text}"))),
    }
}

/// Addresses, a set or an alias.
pub(crate) fn spec(text: &str, broken: &mut Option<String>) -> Spec {
    let text = text.trim();
    if text.is_empty() {
        return Spec::Any;
    }
    let scoped = |name: &str| match name.split_once('/') {
        Some(("dc", name)) => (Scope::Cluster, name.to_ascii_lowercase()),
        Some(("guest", name)) => (Scope::Guest, name.to_ascii_lowercase()),
        _ => (Scope::Either, name.to_ascii_lowercase()),
    };
    if let Some(name) = text.strip_prefix('+') {
        if name.starts_with("sdn/") {
            return Spec::Unknown(format!("the set {name}, which SDN makes").into());
        }
        let (scope, name) = scoped(name);
        return Spec::Set(scope, name);
    }
    if let Some((low, high)) = text.split_once('-')
        && let (Ok(low), Ok(high)) = (low.parse::<IpAddr>(), high.parse::<IpAddr>())
    {
        return Spec::These(Addresses::new(vec![(low, high)]));
    }
    let nets: Option<Vec<IpNet>> = text.split(',').map(|part| net(part.trim())).collect();
    match nets {
        Some(nets) if nets.iter().any(|net| net.addr().is_ipv4() != nets[0].addr().is_ipv4()) => {
            *broken = Some("addresses of two families in one rule".into());
            Spec::These(Addresses::default())
        }
        Some(nets) => Spec::These(Addresses::nets(nets)),
        None if text.contains(',') => {
            *broken = Some(format!("{text:?} is no list of addresses"));
            Spec::These(Addresses::default())
        }
        None => {
            let (scope, name) = scoped(text);
            Spec::Alias(scope, name)
        }
    }
}

fn families_differ(source: &Spec, dest: &Spec) -> bool {
    let family = |spec: &Spec| match spec {
        Spec::These(addresses) => addresses.spans().first().map(|(low, _)| low.is_ipv4()),
        _ => None,
    };
    matches!((family(source), family(dest)), (Some(source), Some(dest)) if source != dest)
}

/// As many as one rule of iptables takes (`multiport`).
const MOST_PORTS: usize = 15;

fn ports(text: &str, place: Place, rule: &mut Rule, notes: &mut Notes) -> Option<Ports> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let range = |part: &str| match part.trim().split_once(':') {
        None => port(part.trim()).map(|port| (port, port)),
        Some((low, high)) => Some((port(low)?, port(high)?)),
    };
    // What pve-firewall refuses (`parse_port_name_number_or_range`): it leaves such a rule out.
    let numbers: usize = text.split(',').map(|part| part.split(':').count()).sum();
    if numbers > MOST_PORTS {
        rule.broken = Some(format!("more than {MOST_PORTS} ports, of which a range counts for two"));
        return None;
    }
    match text.split(',').map(range).collect::<Option<Vec<_>>>() {
        Some(ranges) => Some(Ports(ranges)),
        None => {
            rule.gap = Some(notes.unread(place, format!("the port {text}")));
            None
        }
    }
}
