//! The chains of a guest, in and out, in the order of pve-firewall.
//!
//! A NIC whose firewall is on has a bridge of its own, so both chains act wherever the other end is. What a connection table
//! knows (`RELATED,ESTABLISHED`) is accepted in front of both.

use std::net::IpAddr;

use super::engine::{bounded, guest_differs};
use super::{Action, Cluster, Direction, Guest, Nic, Policy, Proxmox, Rule, Sets, Setting};
use crate::bounds::{Outcome, Tri};
use crate::packet::{Addr, ICMP, ICMP6, Packet, Port, TCP, UDP};
use crate::place::{Place, Why};

/// What a switch is, as a condition.
pub(super) fn on(setting: &Setting<bool>) -> Tri {
    match &setting.value {
        Ok(value) => (*value).into(),
        Err(why) => Tri::Maybe(why.clone()),
    }
}

/// Whether anything filters the traffic of a device, and if not, the switch that is off.
fn switched(proxmox: &Proxmox, guest: &Guest, nic: &Nic) -> Result<Tri, (&'static str, Option<Place>)> {
    let chain = [
        (&proxmox.center(guest.id.center).enabled, None, "the firewall of the data centre is off"),
        (&nic.firewall, Some(nic.place), "the firewall of the device is off"),
        (&guest.options.enabled, guest.options.place, "the firewall of the guest is off"),
    ];
    let mut all = Tri::Yes;
    for (switch, place, words) in chain {
        match on(switch) {
            Tri::No => return Err((words, switch.place.or(place))),
            one => all = all.and(|| one),
        }
    }
    Ok(all)
}

/// What becomes of a packet that a guest sends over a device.
pub fn outward(proxmox: &Proxmox, guest: &Guest, nic: &Nic, packet: &Packet) -> Outcome {
    // Of what it asks the answers come in.
    let outcome = inspected(stock_out(proxmox, guest, nic, packet), proxmox, guest, nic);
    bounded(outcome, proxmox, guest.node.as_deref(), || guest_differs(proxmox, guest, nic, packet))
}

/// What becomes of a packet that comes to a guest over a device.
pub fn inward(proxmox: &Proxmox, guest: &Guest, nic: &Nic, packet: &Packet) -> Outcome {
    let outcome = inspected(stock_in(proxmox, guest, nic, packet), proxmox, guest, nic);
    bounded(outcome, proxmox, guest.node.as_deref(), || guest_differs(proxmox, guest, nic, packet))
}

/// What a guest's rules let in goes to a program (`NFQUEUE`) that decides what it likes, and so do the answers that it gets.
fn inspected(mut outcome: Outcome, proxmox: &Proxmox, guest: &Guest, nic: &Nic) -> Outcome {
    let ips = &guest.options.ips;
    let filtered = switched(proxmox, guest, nic).is_ok();
    if outcome.open && filtered && on(ips) == Tri::Yes {
        outcome.closed = true;
        outcome.missing.push("what the program that inspects its packets lets through (ips)".into());
        outcome.places.extend(ips.place);
    }
    outcome
}

fn stock_out(proxmox: &Proxmox, guest: &Guest, nic: &Nic, packet: &Packet) -> Outcome {
    let mut outcome = Outcome::default();
    if packet.answer {
        return Outcome::pass("an answer", None);
    }
    match switched(proxmox, guest, nic) {
        Err((words, place)) => return Outcome::pass(words, place),
        Ok(Tri::Maybe(why)) => {
            outcome.may(&Tri::Maybe(why), true, "the firewall may be off", None);
        }
        Ok(_) => {}
    }
    let options = &guest.options;
    if client_asks(packet) && outcome.may(&on(&options.dhcp), true, "DHCP is let out", options.dhcp.place) {
        return outcome;
    }
    if packet.masked
        && outcome.may(
            &on(&options.macfilter),
            false,
            "its MAC filter: the frame bears another address",
            options.macfilter.place,
        )
    {
        return outcome;
    }
    if advertises(packet) {
        let radv = match on(&options.radv) {
            Tri::Yes => Tri::No,
            Tri::No => Tri::Yes,
            maybe => maybe,
        };
        if outcome.may(&radv, false, "the guest is no router: radv is off", options.radv.place) {
            return outcome;
        }
    }
    let (bound, place) = spoofed(guest, nic, packet);
    if outcome.may(&bound, false, "its IP filter holds no such source address", place) {
        return outcome;
    }
    if discovers(packet)
        && (packet.icmp != 134 || on(&options.radv) != Tri::No)
        && outcome.may(&on(&options.ndp), true, "neighbour discovery is let out", options.ndp.place)
    {
        return outcome;
    }
    let sets = sets(proxmox, guest);
    if let Some(why) = &proxmox.stray {
        outcome.may(&Tri::Maybe(why.clone()), true, "rules that may be its own", None);
        outcome.may(&Tri::Maybe(why.clone()), false, "rules that may be its own", None);
    }
    if walk(proxmox.center(guest.id.center), &guest.rules, packet, Direction::Out, &nic.name, sets, &mut outcome) {
        return outcome;
    }
    policy(&options.policy_out, options.place, packet, &mut outcome);
    outcome
}

fn stock_in(proxmox: &Proxmox, guest: &Guest, nic: &Nic, packet: &Packet) -> Outcome {
    let mut outcome = Outcome::default();
    if packet.answer {
        return Outcome::pass("an answer", None);
    }
    let cluster = proxmox.center(guest.id.center);
    for (switch, place, words) in [
        (&cluster.enabled, None, "the firewall of the data centre is off"),
        (&nic.firewall, Some(nic.place), "the firewall of the device is off"),
    ] {
        let off = match on(switch) {
            Tri::No => Tri::Yes,
            Tri::Yes => Tri::No,
            maybe => maybe,
        };
        if outcome.may(&off, true, words, switch.place.or(place)) {
            return outcome;
        }
    }
    let sets = sets(proxmox, guest);
    if let Some(set) = cluster.sets.get("blacklist")
        && outcome.may(&set.holds(packet.src), false, "the blacklist holds its source", Some(set.place))
    {
        return outcome;
    }
    let node = guest.node.as_ref().and_then(|name| proxmox.nodes.get(name));
    let smurfs = node.map_or(Tri::Yes, |node| on(&node.nosmurfs));
    if smurf(packet.src) && outcome.may(&smurfs, false, "its source is a broadcast address", None) {
        return outcome;
    }
    let options = &guest.options;
    let off = match on(&options.enabled) {
        Tri::No => Tri::Yes,
        Tri::Yes => Tri::No,
        maybe => maybe,
    };
    let place = options.enabled.place.or(options.place);
    if outcome.may(&off, true, "the firewall of the guest is off", place) {
        return outcome;
    }
    if server_answers(packet) && outcome.may(&on(&options.dhcp), true, "DHCP is let in", options.dhcp.place) {
        return outcome;
    }
    if discovers(packet) && outcome.may(&on(&options.ndp), true, "neighbour discovery is let in", options.ndp.place) {
        return outcome;
    }
    if let Some(why) = &proxmox.stray {
        outcome.may(&Tri::Maybe(why.clone()), true, "rules that may be its own", None);
        outcome.may(&Tri::Maybe(why.clone()), false, "rules that may be its own", None);
    }
    if walk(cluster, &guest.rules, packet, Direction::In, &nic.name, sets, &mut outcome) {
        return outcome;
    }
    policy(&options.policy_in, options.place, packet, &mut outcome);
    outcome
}

pub(super) fn sets<'a>(proxmox: &'a Proxmox, guest: &'a Guest) -> Sets<'a> {
    Sets { own: Some((&guest.sets, &guest.aliases)), cluster: proxmox.center(guest.id.center).names() }
}

/// Whether an IP filter drops the packet for its source.
fn spoofed(guest: &Guest, nic: &Nic, packet: &Packet) -> (Tri, Option<Place>) {
    let set = guest.sets.get(&format!("ipfilter-net{}", nic.index));
    let on = match (set, on(&guest.options.ipfilter)) {
        // The set alone switches it on.
        (Some(_), _) => Tri::Yes,
        (None, state) => state,
    };
    let place = set.map(|set| set.place).or(guest.options.ipfilter.place);
    let Addr::At(source) = packet.src else {
        let held = set.map_or(Tri::No, |set| set.holds(packet.src));
        return match held {
            Tri::Yes => (Tri::No, place),
            Tri::Maybe(why) if on != Tri::No => (Tri::Maybe(why), place),
            _ => (on, place),
        };
    };
    // The address that the MAC address gives; a container's own addresses are put in as well.
    let derived = matches!(source, IpAddr::V6(v6) if v6.is_unicast_link_local());
    let own = guest.container && nic.addresses.iter().any(|net| net.addr() == source);
    if derived || own || set.is_some_and(|set| set.has(source)) {
        return (Tri::No, place);
    }
    match set.and_then(|set| set.gap.clone()) {
        Some(why) if on != Tri::No => (Tri::Maybe(why), place),
        _ => (on, place),
    }
}

/// Walks rules, and the groups that they insert. Whether all that may become of the packet is known.
pub(super) fn walk(
    cluster: &Cluster,
    rules: &[Rule],
    packet: &Packet,
    direction: Direction,
    iface: &str,
    sets: Sets<'_>,
    outcome: &mut Outcome,
) -> bool {
    for rule in rules {
        let tri = rule.matches(packet, direction, iface, sets);
        if tri == Tri::No {
            continue;
        }
        let over = match &rule.action {
            Action::Accept => outcome.may(&tri, true, "a rule lets it pass", Some(rule.place)),
            Action::Drop | Action::Reject => outcome.may(&tri, false, "a rule drops it", Some(rule.place)),
            Action::Unknown(why) => {
                outcome.may(&Tri::Maybe(why.clone()), true, "a rule is not understood", Some(rule.place));
                outcome.may(&Tri::Maybe(why.clone()), false, "a rule is not understood", Some(rule.place))
            }
            // A group that is not there is empty, and so is one inside a group.
            Action::Group(name) => match cluster.groups.get(name) {
                None => false,
                Some(group) => grouped(cluster, &group.rules, &tri, packet, direction, iface, sets, outcome),
            },
        };
        if over {
            return true;
        }
    }
    false
}

#[expect(clippy::too_many_arguments, reason = "the walk's own, once more")]
fn grouped(
    cluster: &Cluster,
    rules: &[Rule],
    inserted: &Tri,
    packet: &Packet,
    direction: Direction,
    iface: &str,
    sets: Sets<'_>,
    outcome: &mut Outcome,
) -> bool {
    let mut inner = Outcome::default();
    let plain = rules.iter().filter(|rule| !matches!(rule.action, Action::Group(_)));
    let mut over = false;
    for rule in plain {
        let slice = std::slice::from_ref(rule);
        if walk(cluster, slice, packet, direction, iface, sets.in_group(), &mut inner) {
            over = true;
            break;
        }
    }
    outcome.open |= inner.open;
    outcome.closed |= inner.closed;
    if inner.open || inner.closed {
        outcome.words = inner.words;
    }
    outcome.places.extend(inner.places);
    outcome.missing.extend(inner.missing);
    if let (Tri::Maybe(why), true) = (inserted, over) {
        outcome.missing.push(Why::clone(why));
    }
    over && *inserted == Tri::Yes
}

/// What the policy makes of a packet, with the exceptions that Proxmox has in front of it.
pub(super) fn policy(policy: &Setting<Policy>, options: Option<Place>, packet: &Packet, outcome: &mut Outcome) {
    let place = policy.place.or(options);
    match &policy.value {
        Err(why) => {
            outcome.may(&Tri::Maybe(why.clone()), true, "the policy", place);
            outcome.may(&Tri::Maybe(why.clone()), false, "the policy", place);
        }
        Ok(Policy::Accept) => {
            outcome.may(&Tri::Yes, true, "no rule takes it, and the policy lets it pass", place);
        }
        Ok(Policy::Drop | Policy::Reject) => {
            let passes = harmless(packet);
            let words = if passes {
                "an ICMP error, which the policy spares"
            } else {
                "no rule takes it, and the policy drops it"
            };
            outcome.may(&Tri::Yes, passes, words, place);
        }
    }
}

/// What a policy DROP lets pass: fragmentation needed and time exceeded; of IPv6 unreachable, too big, time exceeded.
fn harmless(packet: &Packet) -> bool {
    let spread = matches!(packet.dst, Addr::At(address) if address.is_multicast() || is_broadcast(address));
    !spread
        && match packet.proto {
            // Fragmentation needed is code 4 of type 3; a code is not asked for here, so type 3 alone is not let pass.
            ICMP => packet.icmp == 11,
            ICMP6 => [1, 2, 3].contains(&packet.icmp),
            _ => false,
        }
}

fn is_broadcast(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(v4) if v4.is_broadcast())
}

pub(super) fn smurf(source: Addr) -> bool {
    matches!(source, Addr::At(IpAddr::V4(v4)) if v4.is_broadcast() || v4.is_multicast())
}

fn client_asks(packet: &Packet) -> bool {
    packet.proto == UDP && ports(packet) == if packet.is_v6() { (546, 547) } else { (68, 67) }
}

fn server_answers(packet: &Packet) -> bool {
    packet.proto == UDP && ports(packet) == if packet.is_v6() { (547, 546) } else { (67, 68) }
}

fn ports(packet: &Packet) -> (u16, u16) {
    let number = |port| if let Port::At(port) = port { port } else { 0 };
    (number(packet.sport), number(packet.dport))
}

pub(super) fn discovers(packet: &Packet) -> bool {
    packet.proto == ICMP6 && (133..=136).contains(&packet.icmp)
}

fn advertises(packet: &Packet) -> bool {
    packet.proto == ICMP6 && packet.icmp == 134
}

/// A SYN to this port, for the management rules of a node.
pub(super) fn is_tcp(packet: &Packet, ranges: &[(u16, u16)]) -> bool {
    let Port::At(port) = packet.dport else { return false };
    packet.proto == TCP && ranges.iter().any(|(low, high)| (*low..=*high).contains(&port))
}
