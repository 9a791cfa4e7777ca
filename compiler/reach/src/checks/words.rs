//! Sets and connections in words.

use arvc_site::model::{End, Families, Family, Flow, HostId, NetworkId, Site};

use crate::bits::Bits;
use crate::classes::Space;
use crate::describe::end;
use crate::flows::Witness;
use crate::members::{Members, Profile};
use crate::path::Path;
use crate::ports::PortSet;
use crate::routers::Identity;

/// Names in backticks: all of them up to four, else three and how many more.
pub(super) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [few @ .., last] if names.len() <= 4 => format!("{} and {last}", few.join(", ")),
        _ => format!("{} and {} more", names[..3].join(", "), names.len() - 3),
    }
}

/// The parties of classes.
pub(super) fn parties(space: &Space, classes: &Bits) -> String {
    let each = classes.iter().flat_map(|class| match space.zone(class) {
        Some(_) => vec![party(space, class, None)],
        None => space.hosts(class).iter().map(|host| party(space, class, Some(*host))).collect(),
    });
    let each: Vec<String> = each.collect();
    names(each.iter().map(String::as_str))
}

/// One party: a machine by its name, addresses by the end that names them.
pub(super) fn party(space: &Space, class: usize, host: Option<HostId>) -> String {
    let site = space.members.site;
    let Some(zone) = space.zone(class) else {
        return host.map_or_else(String::new, |host| site.hosts[host.index()].named.name.clone());
    };
    // The most particular name: a node, the operators, the Internet; else an address says more than a prefix.
    let rank = |end: &&End| match end {
        End::Node(_) => Some(0),
        End::Operators => Some(1),
        End::Internet => Some(2),
        _ => None,
    };
    let named = space.ends_of(zone).filter(|end| rank(end).is_some()).min_by_key(rank);
    named.map_or_else(|| zone.sample.to_string(), |named| end(site, named))
}

/// A connection as a message shows it: `games-01 -> dns : 53/udp`.
pub(super) fn connection(space: &Space, witness: &Witness) -> String {
    let source = party(space, witness.source.0, witness.source.1);
    let target = party(space, witness.target.0, witness.target.1);
    format!("{source} -> {target} : {}", witness.ports)
}

/// The path of a network in backticks.
pub(super) fn network(site: &Site, network: NetworkId) -> String {
    format!("`{}`", site.networks[network.index()].named.path)
}

/// What a connection crosses.
pub(super) fn path(site: &Site, path: Path) -> String {
    match path.is_routed() {
        false => network(site, path.target),
        true if site.networks[path.source.index()].is_overlay() => {
            format!("{} and, behind its member, {}", network(site, path.source), network(site, path.target))
        }
        true => format!("{} and, behind its router, {}", network(site, path.source), network(site, path.target)),
    }
}

/// Why no router leads from a machine to another, if both are on networks with a way out.
pub(super) fn routers_apart(space: &Space, a: HostId, b: HostId, via: Option<NetworkId>) -> Option<String> {
    let members = space.members;
    let routed = |host: HostId| {
        let profile = members.profile_of[host.index()];
        let networks = members.networks(profile).iter().copied();
        networks.flat_map(move |network| {
            let of = move |family| members.router(profile, network, family).map(|router| (network, router));
            Family::ALL.into_iter().filter_map(of)
        })
    };
    let (source, from) = routed(a).next()?;
    let (target, to) = routed(b).find(|(network, _)| *network != source && via.is_none_or(|via| via == *network))?;
    let router = |identity: &Identity| self::router(members.site, identity);
    Some(match from == to {
        // One of them is on the other's network, and the answers would go another way.
        true => return None,
        false => format!(
            "the router of {} is {}, that of {} is {}, and nothing says that one leads to the other",
            network(members.site, source),
            router(from),
            network(members.site, target),
            router(to)
        ),
    })
}

/// A router by its path, or by its address.
fn router(site: &Site, identity: &Identity) -> String {
    match identity {
        Identity::Node(node) => format!("`{}`", site.nodes[node.index()].named.path),
        Identity::Host(host) => format!("`{}`", site.hosts[host.index()].named.path),
        Identity::Owners(owners) => names(owners.iter().map(|host| site.hosts[host.index()].named.path.as_str())),
        Identity::Address(address) => address.to_string(),
    }
}

/// The networks in backticks.
pub(super) fn networks(site: &Site, list: &[NetworkId]) -> String {
    names(list.iter().map(|network| site.networks[network.index()].named.path.as_str()))
}

/// Where a machine is: `on NETWORKS`.
pub(super) fn on(space: &Space, host: HostId) -> String {
    let members = space.members;
    let profile = members.profile_of[host.index()];
    match members.networks(profile) {
        [] => "on no network".to_owned(),
        list => format!("on {}{}", networks(members.site, list), alone(members, profile)),
    }
}

/// Which of a network's two families a machine has alone, on the first network where that is so.
fn alone(members: &Members, profile: Profile) -> String {
    let found = members.networks(profile).iter().find_map(|network| {
        let all: Families =
            members.site.networks[network.index()].prefixes().map(|prefix| Family::of_prefix(&prefix.value)).collect();
        let own = members.families(profile, *network);
        let missing = all.iter().find(|family| !own.contains(*family))?;
        Some(format!(", in {} without {}", self::network(members.site, *network), missing.name()))
    });
    found.unwrap_or_default()
}

/// Why two machines that are on one network do not meet there, if they are.
pub(super) fn families_apart(space: &Space, a: HostId, b: HostId, via: Option<NetworkId>) -> Option<String> {
    let members = space.members;
    let (own, other) = (members.profile_of[a.index()], members.profile_of[b.index()]);
    let apart = |network: &&NetworkId| {
        let there = members.families(other, **network);
        !there.is_none() && members.families(own, **network).intersection(there).is_none()
    };
    let mut both = members.networks(own).iter().filter(apart);
    let network = both.find(|network| via.is_none_or(|via| via == **network))?;
    Some(format!("they are both on {}, with no family of addresses in common", self::network(members.site, *network)))
}

/// Ports behind a flow, in the language; nothing for all protocols, and for what a flow cannot say.
pub(super) fn suffix(ports: &PortSet) -> String {
    let text = ports.to_string();
    match text.as_str() {
        text if text.starts_with("all protocols") => String::new(),
        text if text.contains(", ") => format!(" : [ {text} ]"),
        text => format!(" : {text}"),
    }
}

/// How a claim is told to spare something.
pub fn spare(claim: &Flow, what: &str) -> String {
    match claim.except.is_empty() {
        true => format!("spare it: `except ({what})`"),
        false => format!("spare it too: `except [ …, {what} ]`"),
    }
}
