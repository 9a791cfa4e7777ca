//! A rule of Proxmox from its fields, which Terraform and `.fw` files spell alike.
//!
//! What pve-firewall finds wrong with a rule (`verify_rule`), it leaves the rule out for: all of these are [`Rule::broken`].

use std::net::IpAddr;

use ipnet::IpNet;

use super::iptables::{icmp, port};
use crate::packet::{Addresses, ICMP, ICMP6, Ports};
use crate::place::{Notes, Place};
use crate::proxmox::{Action, Direction, Macro, Rule, Scope, Spec, expand, is_v6, protocol};

/// Whose rules they are: what may stand in one differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Env {
    #[default]
    Guest,
    Group,
    /// Of a node, or of the data centre.
    Node,
}

/// The fields of one rule, as they are written. An empty one is absent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    pub env: Env,
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
        action: Action::Group(fields.group.clone()),
        iface: set(&fields.iface).map(str::to_owned),
        source: Spec::Any,
        dest: Spec::Any,
        protocols: Vec::new(),
        sport: None,
        dport: None,
        icmp: None,
        gap: None,
        broken: interface(fields),
        zero: zero(fields),
    };
    if !fields.group.is_empty() {
        if fields.env == Env::Group {
            rule.broken = Some("a group in a group".into());
        } else if !is_name(&fields.group) {
            rule.broken = Some(format!("{:?} is no name of a group", fields.group));
        }
        return vec![rule];
    }
    direction(fields, &mut rule);
    rule.source = spec(&fields.source, place, &mut rule.broken, notes);
    rule.dest = spec(&fields.dest, place, &mut rule.broken, notes);
    let Some(parts) = parts(fields, &mut rule) else { return vec![rule] };
    let mut all = Vec::new();
    for part in parts {
        let mut one = rule.clone();
        let stops = traffic(&part, place, &mut one, notes);
        if let (Some(words), Env::Group) = (stops, fields.env) {
            // What it finds out this late it leaves out in a list of a guest. In a group all that follows is not made.
            let why = notes.unread(place, format!("{words} in a group: pve-firewall stops there"));
            one = Rule::unknown(why, place);
        } else if stops.is_some() {
            one.broken = stops.map(str::to_owned);
        }
        let families = families(&one);
        if families.iter().any(|four| *four != families[0]) {
            one.broken = Some("it is of two families".into());
        }
        all.push(one);
    }
    // What is wrong with one part is wrong with the rule.
    if let Some(broken) = all.iter().find_map(|rule| rule.broken.clone()) {
        all.iter_mut().for_each(|rule| rule.broken = Some(broken.clone()));
    }
    all
}

/// A field that is written: to Proxmox, 0 is not.
fn set(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && text != "0").then_some(text)
}

/// A field that is 0, and so absent: the rule says more than it seems.
fn zero(fields: &Fields) -> Option<&'static str> {
    let all = [
        (&fields.dport, "dport"),
        (&fields.sport, "sport"),
        (&fields.proto, "the protocol"),
        (&fields.source, "the source"),
        (&fields.dest, "the destination"),
    ];
    all.into_iter().find(|(text, _)| text.trim() == "0").map(|(_, name)| name)
}

fn interface(fields: &Fields) -> Option<String> {
    let name = set(&fields.iface)?;
    let number = name.strip_prefix("net").is_some_and(is_number);
    match fields.env {
        Env::Group => Some("a device in a rule of a group".into()),
        Env::Guest if !number => Some(format!("the device {name}: a guest's are called net0, net1 and so on")),
        Env::Node if !is_interface(name) => {
            Some(format!("the device {name}, which is no name of an interface to Proxmox"))
        }
        _ => None,
    }
}

/// A letter, up to 20 letters, digits and underscores, and perhaps the number of a VLAN.
fn is_interface(text: &str) -> bool {
    let (name, number) = text.split_once(['.', ':']).map_or((text, None), |(name, number)| (name, Some(number)));
    (2..=21).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && number.is_none_or(is_number)
}

fn direction(fields: &Fields, rule: &mut Rule) {
    let (direction, words) = match fields.direction.to_ascii_lowercase().as_str() {
        "in" => (Direction::In, None),
        "out" => (Direction::Out, None),
        "forward" if fields.env == Env::Guest => (Direction::Forward, Some("FORWARD in a rule of a guest".to_owned())),
        "forward" => (Direction::Forward, None),
        other => (Direction::In, Some(format!("the direction {other:?}"))),
    };
    rule.direction = direction;
    let (action, wrong) = match fields.action.as_str() {
        "ACCEPT" => (Action::Accept, None),
        "DROP" => (Action::Drop, None),
        "REJECT" if direction == Direction::Forward => (Action::Reject, Some("REJECT of what is forwarded".to_owned())),
        "REJECT" => (Action::Reject, None),
        other if ["ACCEPT", "DROP", "REJECT"].contains(&other.to_ascii_uppercase().as_str()) => {
            (Action::Drop, Some(format!("the action {other:?}, which is read in capitals alone")))
        }
        other => (Action::Drop, Some(format!("the action {other:?}"))),
    };
    rule.action = action;
    if let Some(words) = words.or(wrong) {
        rule.broken = Some(words);
    }
}

/// What of the traffic one plain rule asks for, as it is written.
struct Part<'a> {
    proto: Option<&'a str>,
    dport: Option<&'a str>,
    sport: Option<&'a str>,
    icmp: Option<&'a str>,
}

/// The plain rules of a rule: its own, or those of its macro with what it says besides. None if its macro is of the other family.
fn parts<'a>(fields: &'a Fields, rule: &mut Rule) -> Option<Vec<Part<'a>>> {
    let own = Part {
        proto: set(&fields.proto),
        dport: set(&fields.dport),
        sport: set(&fields.sport),
        icmp: Some(fields.icmp.as_str()).filter(|kind| !kind.is_empty()),
    };
    if fields.macro_name.is_empty() {
        return Some(vec![own]);
    }
    let Some(parts) = expand(&fields.macro_name) else {
        rule.broken = Some(format!("there is no macro {}", fields.macro_name));
        return None;
    };
    if is_v6(&fields.macro_name) && rule.source == Spec::Any {
        rule.source = Spec::These(Addresses::nets(["::/0".parse().expect("a prefix")]));
    }
    let mut all = Vec::new();
    let family = family_of(rule, own.proto);
    for Macro { proto, dport, sport } in parts {
        // Ping and the like have a rule for each family; a rule of one family has that one's.
        if let ("icmp" | "icmpv6", Some(four)) = (proto.0, family)
            && four != (proto.0 == "icmp")
        {
            continue;
        }
        // What a macro says, the rule may say again, and not otherwise.
        for (macros, own) in [(dport, own.dport), (sport, own.sport)] {
            if let (Some(macros), Some(own)) = (macros, own)
                && macros != own
            {
                rule.broken = Some(format!("the ports {own} beside those of the macro, {macros}"));
            }
        }
        if let Some(text) = own.proto
            && protocol(text) != Some(proto.1)
        {
            rule.broken = Some(format!("the protocol {text} beside that of the macro, {}", proto.0));
        }
        all.push(Part { proto: Some(proto.0), dport: dport.or(own.dport), sport: sport.or(own.sport), icmp: own.icmp });
    }
    Some(all)
}

/// Reads it into the rule. What pve-firewall stumbles over when it writes the rule, and not when it looks at it.
fn traffic(part: &Part<'_>, place: Place, rule: &mut Rule, notes: &mut Notes) -> Option<&'static str> {
    let mut icmps = false;
    let mut stops = None;
    if let Some(name) = part.proto {
        match protocol(name) {
            // `ip` is no number of a protocol: it is all.
            Some(0) => {}
            Some(number) => rule.protocols = vec![number],
            None => rule.broken = Some(format!("the protocol {name}")),
        }
        // By its number it is none of these, and has neither types nor ports.
        icmps = ["icmp", "icmpv6", "ipv6-icmp"].contains(&name);
    }
    let with_ports =
        part.proto.is_some_and(|name| protocol(name).is_some_and(|number| [6, 17, 33, 132, 136].contains(&number)));
    if let (Some(text), true) = (part.dport, icmps) {
        // The old style writes the type of ICMP in the place of the port.
        match text.parse::<u32>() {
            _ if part.proto == Some("ipv6-icmp") => stops = Some("a type of ICMP as a port of ipv6-icmp"),
            Ok(256..=65535) => stops = Some("a type of ICMP over 255"),
            _ => kind(text, true, place, rule, notes),
        }
    } else if let Some(text) = part.dport {
        rule.dport = ports(text, place, rule, notes);
    }
    if let Some(text) = part.sport {
        rule.sport = ports(text, place, rule, notes);
    }
    if (part.dport.is_some() && !icmps || part.sport.is_some()) && !with_ports {
        rule.broken = Some("a port without a protocol that has ports".into());
    }
    if let Some(text) = part.icmp {
        if !icmps && text == "0" {
            stops = Some("a type of ICMP without a protocol that has such");
        } else if !icmps {
            rule.broken = Some("a type of ICMP without a protocol that has such".into());
        } else if part.dport.is_some() && text != "0" {
            rule.broken = Some("two types of ICMP".into());
        } else {
            // A number is none to it but 0, which it takes for absent when it looks.
            kind(text, text == "0", place, rule, notes);
        }
    }
    stops
}

/// Reads a type of ICMP. `number`: whether a number may stand there.
fn kind(text: &str, number: bool, place: Place, rule: &mut Rule, notes: &mut Notes) {
    let six = rule.protocols == [ICMP6];
    let wrong = match text.parse::<u32>() {
        Ok(value) => !number || value > 255,
        Err(_) => text.contains(',') || six && text == "any",
    };
    match icmp(text, six).as_deref() {
        _ if wrong => rule.broken = Some(format!("the type of ICMP {text}")),
        Some([]) => {}
        Some([kind, ..]) => rule.icmp = Some(*kind),
        None => rule.gap = Some(notes.unread(place, format!("the type of ICMP {text}"))),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether it is a name of a group, a set or an alias.
pub(crate) fn is_name(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// The scope of a name.
pub(crate) fn scoped(text: &str) -> (Scope, &str) {
    match text.split_once('/') {
        Some(("dc", name)) => (Scope::Cluster, name),
        Some(("guest", name)) => (Scope::Guest, name),
        _ => (Scope::Either, text),
    }
}

/// Addresses, a set or an alias.
fn spec(text: &str, place: Place, broken: &mut Option<String>, notes: &mut Notes) -> Spec {
    let Some(text) = set(text) else { return Spec::Any };
    let mut wrong = |words: String| {
        *broken = Some(words);
        Spec::These(Addresses::default())
    };
    if let Some(name) = text.strip_prefix('+') {
        if name.starts_with("sdn/") {
            return Spec::Unknown(format!("the set {name}, which SDN makes").into());
        }
        // As it is written: the names of sets are kept in lower case, and not those that rules ask for.
        let (scope, name) = scoped(name);
        return match is_name(name) {
            true => Spec::Set(scope, name.to_owned()),
            false => wrong(format!("{text:?} is no name of a set")),
        };
    }
    let (scope, name) = scoped(text);
    if is_name(name) {
        return match text.len() <= 64 {
            true => Spec::Alias(scope, name.to_ascii_lowercase()),
            false => wrong("the name of an alias is too long".into()),
        };
    }
    if let Some(rest) = text.strip_prefix('!') {
        return wrong(format!("!{rest}: Proxmox has no word for all but these"));
    }
    let mut spans = Vec::new();
    let elements: Vec<&str> = text.split(',').map(str::trim).collect();
    for element in &elements {
        match element_of(element) {
            Ok(Some(span)) => spans.push(span),
            Ok(None) => return Spec::Unknown(notes.unread(place, format!("the address {element}"))),
            Err(words) => return wrong(words),
        }
    }
    if elements.len() > 1 && elements.iter().any(|element| element.contains('-')) {
        return wrong("a range in a list".into());
    }
    if spans.iter().any(|(low, _)| low.is_ipv4() != spans[0].0.is_ipv4()) {
        return wrong("addresses of two families in one rule".into());
    }
    Spec::These(Addresses::new(spans))
}

/// One element of a list as Net::IP reads it, which pve-firewall asks. None if that is not known here.
fn element_of(text: &str) -> Result<Option<(IpAddr, IpAddr)>, String> {
    if let Some((low, high)) = text.split_once('-') {
        let (Ok(low), Ok(high)) = (low.parse::<IpAddr>(), high.parse::<IpAddr>()) else {
            return Err(format!("{text:?} is no range of addresses"));
        };
        return match low.is_ipv4() == high.is_ipv4() && low <= high {
            true => Ok(Some((low, high))),
            false => Err(format!("the range {text} ends before it begins")),
        };
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(Some((address, address)));
    }
    if let Ok(net) = text.parse::<IpNet>() {
        return match net == net.trunc() {
            true => Ok(Some((net.network(), net.broadcast()))),
            false => Err(format!("{text} is an address inside of a prefix; the prefix is {}", net.trunc())),
        };
    }
    let digits = |byte: u8| byte.is_ascii_hexdigit() || b".:/+".contains(&byte);
    let whole = text.split_once('/').is_none_or(|(address, _)| address.parse::<IpAddr>().is_ok());
    match text.bytes().all(digits) && !(whole && text.contains('/')) && !text.is_empty() {
        true => Ok(None),
        false => Err(format!("{text:?} is no address")),
    }
}

/// The families that its addresses and its protocol are of: whether each is IPv4.
fn families(rule: &Rule) -> Vec<bool> {
    let family = |spec: &Spec| match spec {
        Spec::These(addresses) => addresses.spans().first().map(|(low, _)| low.is_ipv4()),
        _ => None,
    };
    let icmp = match rule.protocols.as_slice() {
        [ICMP] => Some(true),
        [ICMP6] => Some(false),
        _ => None,
    };
    [family(&rule.source), family(&rule.dest), icmp].into_iter().flatten().collect()
}

fn family_of(rule: &Rule, proto: Option<&str>) -> Option<bool> {
    match proto {
        Some("icmp") => Some(true),
        Some("icmpv6" | "ipv6-icmp") => Some(false),
        _ => families(rule).first().copied(),
    }
}

/// As many as one rule of iptables takes (`multiport`).
const MOST_PORTS: usize = 15;

/// What pve-firewall takes for ports (`parse_port_name_number_or_range`).
fn ports(text: &str, place: Place, rule: &mut Rule, notes: &mut Notes) -> Option<Ports> {
    let (mut ranges, mut numbers, mut unknown) = (Vec::new(), 0, None);
    let mut wrong = None;
    for item in text.split(',').map(str::trim) {
        let limits = match item.split_once(':') {
            Some((low, high)) if is_number(low) && is_number(high) => Some((low, high)),
            None if is_number(item) => Some((item, item)),
            _ => None,
        };
        match limits {
            Some((low, high)) => {
                numbers += if item.contains(':') { 2 } else { 1 };
                match (low.parse::<u16>(), high.parse::<u16>()) {
                    (Ok(low), Ok(high)) if low <= high => ranges.push((low, high)),
                    (Ok(_), Ok(_)) => wrong = Some(format!("the range of ports {item} ends before it begins")),
                    _ => wrong = Some(format!("the port {item}: the last is 65535")),
                }
            }
            None => match port(item) {
                Some(port) => ranges.push((port, port)),
                // A name of /etc/services has a letter, and none of these.
                None if item.contains(':') || !item.bytes().any(|byte| byte.is_ascii_alphabetic()) => {
                    wrong = Some(format!("the port {item:?}"));
                }
                None => unknown = Some(item),
            },
        }
    }
    if numbers > MOST_PORTS {
        wrong = Some(format!("more than {MOST_PORTS} ports, of which a range counts for two"));
    }
    if wrong.is_some() {
        rule.broken = wrong;
        return None;
    }
    if let Some(name) = unknown {
        rule.gap = Some(notes.unread(place, format!("the port {name}")));
        return None;
    }
    Some(Ports(ranges))
}
