//! No network connects the ends of a flow.
//!
//! ## What is wrong
//!
//! A `needs` concerns two machines that are on no common network and have no router in common, or that do not meet on the
//! network that `via` or the endpoint's `listen` names; or an `allow` concerns no two parties that do.
//!
//! ## Why
//!
//! A flow uses the overlay that both ends are on, else the bridge that they share, else the router that is the way out of
//! both. Without one there is nothing that could be opened, so the flow would look satisfied and never carry a packet. A machine with IPv4 alone and one with IPv6
//! alone do not meet on the network that both are on.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve = { address = 192.168.100.1; };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   networks.storage = { cidr = 192.168.200.0/24; bridge = "vmbr2"; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   hosts.app = { vmid = 100; on.bridge = {}; };
//!   hosts.nas = { vmid = 101; on.storage = {}; };
//!   allow = [
//!     hosts.app -> hosts.nas : 2049/tcp, # error: E0403
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Put one of the machines on a network of the other (`on.NETWORK = {};`), or name another network with `via` or
//! `listen`. If one router leads from one network to the other, say so: `gateway = hosts.router;` at both of them, or
//! `router = hosts.router;` where one is on no bridge. Two addresses may be one router's, and arvc does not guess it.
//!
//! A machine with a public address is met through the world by those behind a router that translates. Their own addresses do not
//! arrive there: what lets them in is a flow from the node that translates (`nodes.pve -> hosts.vps : 443/tcp`), or from `internet`
//! behind a router of somebody else; and a guest is let out by a flow to that address (`hosts.app -> 203.0.113.5 : 443/tcp`).
//!
//! Where no end is a machine of the site, arvc opens what other nodes, the operators and addresses may send to a node
//! (`[ nodes.a, nodes.b ] -> [ nodes.a, nodes.b ] : 4789/udp`), by the node's own firewall, whatever network it takes; so such a
//! flow has no `via`. To the Internet it opens no node: a port of the node is handed on to a machine (`forward`).

use std::collections::BTreeSet;

use arvc_site::checks::behind_unable::can_lead;
use arvc_site::model::{End, Family, Flow, Host, HostId, NetworkId, Router, Site};
use arvc_site::names::is_private;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::{Claim, Intents, words};
use crate::flows::Resolved;
use crate::policy::nodes;

/// Ends without a network between them.
pub static CODE: Code =
    Code::new("E0403", "no network connects the ends of a flow", include_str!("no_common_network.rs"));

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    for (_, claim) in intents.authors() {
        // An `allow` between sets opens what there is between them: it is wrong if that is nothing.
        let nothing = claim.pieces.is_empty() && claim.flow.flow.except.is_empty();
        if nothing && !half_known(intents, claim) {
            found.extend(apart(intents, claim).or_else(|| outside(intents, claim)));
        }
    }
    let mut told = BTreeSet::new();
    for claim in intents.doubtful() {
        let nothing = claim.pieces.is_empty() && claim.flow.flow.except.is_empty() && !half_known(intents, claim);
        let problem = apart(intents, claim).or_else(|| nothing.then(|| outside(intents, claim)).flatten());
        if let Some(problem) = problem
            && told.insert(claim.flow.flow.span)
        {
            found.push(problem);
        }
    }
}

/// Whether a machine at one end is wrong in a part: with its networks known there might be a path.
fn half_known(intents: &Intents, claim: &Claim) -> bool {
    let Resolved { source, target, .. } = &claim.flow;
    let placed = source.placed.iter().chain(&target.placed).map(|(_, placed)| placed);
    [&source.machines, &target.machines].into_iter().chain(placed).any(|classes| intents.broken(classes))
}

/// Two machines without a network between them, if the flow has such.
fn apart(intents: &Intents, claim: &Claim) -> Option<Diagnostic> {
    let meeting = intents.meetings(claim).into_iter().find(|meeting| meeting.paths.is_empty())?;
    Some(report(intents, claim.flow.flow, meeting.source, meeting.target))
}

fn report(intents: &Intents, flow: &Flow, source: HostId, target: HostId) -> Diagnostic {
    let site = intents.site;
    let (from, to) = (&site.hosts[source.index()], &site.hosts[target.index()]);
    let message = format!("no network connects `{}` and `{}`", from.named.name, to.named.name);
    let families = words::families_apart(intents.space, source, target, flow.via);
    let members = intents.space.members;
    let of = |host: HostId| members.profile_of[host.index()];
    let routers = words::routers_apart(intents.space, source, target, flow.via);
    let split = members.apart(of(source), of(target)).map(|network| words::network(site, network));
    let help = match families {
        _ if split.is_some() => "put both on an overlay, or on a network whose segments are joined",
        Some(_) => "give one of them an address of the other's family, or put both on an overlay",
        None if routers.is_some() => {
            "put one of them on a network of the other, or name the router of both networks as one: `gateway = hosts.ROUTER;`"
        }
        None => "put one of them on a network of the other, or name another network with `via` or `listen`",
    };
    let split = split.map(|network| format!("they are on segments of {network} that are not joined"));
    let label = families.or(split).unwrap_or_else(|| match flow.via {
        Some(via) => format!("they are not both on {}", words::network(site, via)),
        None => "there is no path that this flow could use".to_owned(),
    });
    let mut diagnostic = Diagnostic::new(&CODE, message, flow.span, label)
        .secondary(from.named.key, words::on(intents.space, source))
        .secondary(to.named.key, words::on(intents.space, target));
    if let Some(routers) = routers {
        diagnostic = diagnostic.note(routers);
    }
    let diagnostic = diagnostic.help(elsewhere(intents, flow, source, target).unwrap_or_else(|| help.to_owned()));
    let others = [behind(site, source, target), by_the_world(site, from, to)];
    others.into_iter().flatten().filter(|_| flow.via.is_none()).fold(diagnostic, Diagnostic::help)
}

/// What lets a machine out to the public address of another one, and in there: no private address arrives.
fn by_the_world(site: &Site, from: &Host, to: &Host) -> Option<String> {
    let network = |id: NetworkId| &site.networks[id.index()];
    let met = to.interfaces.iter().filter(|it| !network(it.network).is_overlay()).flat_map(|it| it.addresses());
    let address = met.map(|address| address.value).find(|address| !is_private(*address))?;
    let mut ways = from.interfaces.iter().filter(|it| it.default_route);
    let gateway = ways.find_map(|it| network(it.network).gateway(Family::of(address)))?;
    let seen = match gateway.router {
        Router::Node(node) if site.nodes[node.index()].uplink.is_some() => &site.nodes[node.index()].named.path,
        _ => "internet",
    };
    let (from, to) = (&from.named.path, &to.named.path);
    Some(format!(
        "or meet it through the world, where another address arrives: `{from} -> {address}` lets it out, and `{seen} -> {to}` in"
    ))
}

/// Where two machines meet that are not both on the network which the flow names.
fn elsewhere(intents: &Intents, flow: &Flow, source: HostId, target: HostId) -> Option<String> {
    flow.via?;
    let members = intents.space.members;
    let of = |host: HostId| members.profile_of[host.index()];
    let common = members.common(of(source), of(target));
    let ways: Vec<String> =
        common.iter().map(|id| format!("`via {}`", intents.site.networks[id.index()].named.path)).collect();
    (!ways.is_empty()).then(|| format!("name a network that both are on: {}", ways.join(" or ")))
}

/// How an overlay of the source would lead to the target, if one of its members is beside that.
fn behind(site: &Site, source: HostId, target: HostId) -> Option<String> {
    let on = |host: HostId| site.hosts[host.index()].interfaces.iter().map(|it| it.network);
    let network = |id: NetworkId| &site.networks[id.index()];
    let overlays = on(source).filter(|id| network(*id).is_overlay());
    let mut pairs = overlays.flat_map(|overlay| on(target).map(move |there| (overlay, there)));
    pairs.find_map(|(overlay, there)| {
        let (overlay, beyond) = (network(overlay), network(there));
        if beyond.is_overlay() || overlay.leads_to(there).is_some() {
            return None;
        }
        let leads = |host: &&Host| !host.broken && can_lead(site, overlay, beyond, host);
        let member = &site.hosts.iter().find(leads)?.named.path;
        let (overlay, network) = (&overlay.named.path, &beyond.named.path);
        Some(format!(
            "or let the overlay lead there: `{overlay}.behind = [ {{ network = {network}; member = {member}; }} ];`"
        ))
    })
}

/// A flow with addresses at one end that no machine at the other leads to.
fn outside(intents: &Intents, claim: &Claim) -> Option<Diagnostic> {
    let Resolved { flow, source, target, arms } = &claim.flow;
    let endpoints = arms.iter().all(|arm| arm.endpoint.is_some());
    if source.is_empty() || target.is_empty() || (source.zones.is_empty() && (target.zones.is_empty() || endpoints)) {
        return None;
    }
    if arms.iter().any(|arm| arm.endpoint.is_none()) && !nodes::at_nodes(intents.site, flow).is_empty() {
        return None;
    }
    let message = "no machine of the site leads to the addresses of this flow";
    let label = match flow.via {
        None if nodes::apart(intents.site, flow) => {
            "IPv4 and IPv6 do not speak to one another, and the ends share neither".to_owned()
        }
        Some(via) => format!("nobody meets them on {}", words::network(intents.site, via)),
        None => "no machine at either end is on a network that they are met on".to_owned(),
    };
    let note =
        "arvc opens connections of the site's machines, and at nodes those of other nodes, operators and addresses";
    Some(Diagnostic::new(&CODE, message, flow.span, label).note(note).help(instead(intents.site, claim)))
}

/// What somebody writes instead who meant a node by one of the ends.
fn instead(site: &Site, claim: &Claim) -> &'static str {
    let Resolved { flow, arms, .. } = &claim.flow;
    let bare = Flow { via: None, except: Vec::new(), ..(*flow).clone() };
    match nodes::at_nodes(site, &bare).is_empty() {
        false if arms.iter().all(|arm| arm.endpoint.is_some()) => "no node runs a service of the site: write its ports",
        true if nodes::apart(site, &bare) => {
            "give the node an address of that family (`addresses`), or name one of the family that it has"
        }
        false => "leave `via` and `except` out: the firewall of a node goes by who sends, on whatever network",
        true if of_nodes(&flow.source) && of_nodes(&flow.target) => "what a node sends to itself needs no rule",
        true if of_nodes(&flow.target) => {
            "say who it is, by addresses; or let a machine of the site serve it, which the node hands its port on to: `forward`"
        }
        true => "name a machine of the site that is on a network which leads there, or leave the flow out",
    }
}

fn of_nodes(end: &End) -> bool {
    match end {
        End::Node(_) => true,
        End::Union(ends) => ends.iter().all(of_nodes),
        _ => false,
    }
}
