//! From flows to rules: inbound at every machine of the target, outbound at every machine of the source.
//!
//! Machines on the same networks have the same paths, so a flow is worked out once for each such set of networks (a
//! profile) and its rules are shared.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use arvc_site::model::{End, Family, Flow, GroupId, HostId, NetworkId, Site};
use ipnet::IpNet;

use super::table::{Direction, Opening, Table};
use super::{Peer, Policies};
use super::{builtin, nodes};
use crate::address::node_on;
use crate::describe::describe;
use crate::members::{Arm, Members, Profile, meets};
use crate::path::Path;

/// What every machine lets in and out: `allow`, the essentials, what peers say to one another, and the built-in rules.
pub fn policies(site: &Site) -> Policies {
    policies_among(&Members::new(site))
}

/// The same where the site's machines are sorted already.
pub(crate) fn policies_among(members: &Members) -> Policies {
    let site = members.site;
    let mut table = Table::new(site.hosts.len());
    for flow in &site.allow {
        let reason = table.reason(describe(site, flow));
        let sources = parts(members, &flow.source);
        let targets = parts(members, &flow.target);
        for arm in members.arms(flow.ports.as_deref()) {
            let targets: Vec<Part> = targets.iter().filter_map(|part| narrowed(members, part, &arm)).collect();
            let context = Context { members, flow, arm: &arm, reason };
            context.open(&mut table, Direction::In, &targets, &sources);
            context.open(&mut table, Direction::Out, &sources, &targets);
        }
    }
    builtin::open(members, &mut table);
    table.finish(site, nodes::rules(members))
}

/// One part of an end: machines, or addresses.
#[derive(Clone)]
enum Part {
    /// Machines that are meant by what they are.
    Machines {
        /// The peer that stands for all of them, if there is one.
        symbol: Option<Peer>,
        /// Those that the flow concerns.
        hosts: Vec<HostId>,
        /// How many the symbol stands for.
        whole: Vec<HostId>,
    },
    /// Machines that are meant by their address on one network, and reached on it alone.
    Placed(NetworkId, Vec<HostId>),
    /// Addresses.
    Zone(End),
}

/// An end as a list of parts; the parts of a union side by side.
fn parts(members: &Members, end: &End) -> Vec<Part> {
    let mut parts = Vec::new();
    collect(members, end, &mut parts);
    parts
}

fn collect(members: &Members, end: &End, parts: &mut Vec<Part>) {
    let symbol = match end {
        End::Union(ends) => {
            for end in ends {
                collect(members, end, parts);
            }
            return;
        }
        End::Internet | End::Operators | End::Node(_) | End::Network(_) | End::Prefix(_) => {
            for network in members.site.network_ids() {
                let hosts = members.placed(end, network);
                if !hosts.is_empty() {
                    parts.push(Part::Placed(network, hosts));
                }
            }
            parts.push(Part::Zone(end.clone()));
            return;
        }
        End::Any => Some(Peer::Any),
        End::Group(group) => Some(Peer::Group(*group)),
        End::All(ends) => conjunction(ends),
        End::Resolvers | End::Lighthouses | End::Host(_) | End::Cluster(_) | End::Service(_) => None,
    };
    let hosts = members.of(end);
    parts.push(Part::Machines { symbol, whole: hosts.clone(), hosts });
}

/// The peer of `all [ … ]`, if every part is a group.
fn conjunction(ends: &[End]) -> Option<Peer> {
    let mut groups: Vec<GroupId> = Vec::new();
    for end in ends {
        match end {
            End::Group(group) => groups.push(*group),
            End::Any => {}
            _ => return None,
        }
    }
    groups.sort_unstable();
    groups.dedup();
    match groups.as_slice() {
        [] => None,
        [one] => Some(Peer::Group(*one)),
        _ => Some(Peer::AllOf(groups)),
    }
}

/// The part of a target that serves an arm's ports. No address serves an endpoint.
fn narrowed(members: &Members, part: &Part, arm: &Arm) -> Option<Part> {
    let Some(served) = members.served_by(arm) else { return Some(part.clone()) };
    let keep =
        |hosts: &[HostId]| hosts.iter().copied().filter(|host| served.binary_search(host).is_ok()).collect::<Vec<_>>();
    match part {
        Part::Machines { symbol, hosts, whole } => {
            Some(Part::Machines { symbol: symbol.clone(), hosts: keep(hosts), whole: whole.clone() })
        }
        Part::Placed(network, hosts) => Some(Part::Placed(*network, keep(hosts))),
        Part::Zone(_) => None,
    }
}

/// What is the same for all rules of one arm of a flow.
struct Context<'a> {
    members: &'a Members<'a>,
    flow: &'a Flow,
    arm: &'a Arm,
    reason: u32,
}

impl Context<'_> {
    fn open(&self, table: &mut Table, direction: Direction, own: &[Part], peers: &[Part]) {
        for part in own {
            let (fixed, hosts) = match part {
                Part::Machines { hosts, .. } => (None, hosts),
                Part::Placed(network, hosts) => (Some(*network), hosts),
                Part::Zone(_) => continue,
            };
            for (profile, hosts) in by_profile(self.members, hosts) {
                for peer in peers {
                    match peer {
                        Part::Zone(end) => self.open_zone(table, direction, (profile, &hosts), fixed, end),
                        Part::Placed(network, others) => {
                            self.open_machines(
                                table,
                                direction,
                                (profile, &hosts),
                                (fixed, Some(*network)),
                                (None, others, others),
                            );
                        }
                        Part::Machines { symbol, hosts: others, whole } => {
                            self.open_machines(
                                table,
                                direction,
                                (profile, &hosts),
                                (fixed, None),
                                (symbol.as_ref(), others, whole),
                            );
                        }
                    }
                }
            }
        }
    }

    fn open_machines(
        &self,
        table: &mut Table,
        direction: Direction,
        (profile, own): (Profile, &[HostId]),
        fixed: (Option<NetworkId>, Option<NetworkId>),
        (symbol, others, whole): (Option<&Peer>, &[HostId], &[HostId]),
    ) {
        let members = self.members;
        let site = members.site;
        let there = |host: &&HostId| site.hosts[host.index()].status.is_there();
        // For each machine of the profile its own network and the other's, as a rule of this direction has them.
        let ends: Vec<Vec<(NetworkId, NetworkId)>> = (0..members.profiles.len())
            .map(|other| match direction {
                Direction::Out => self.paths(profile, other, fixed).iter().map(|it| (it.source, it.target)).collect(),
                Direction::In => {
                    let fixed = (fixed.1, fixed.0);
                    self.paths(other, profile, fixed).iter().map(|it| (it.target, it.source)).collect()
                }
            })
            .collect();
        let mut met: BTreeMap<(NetworkId, NetworkId), Vec<HostId>> = BTreeMap::new();
        for host in others.iter().filter(there) {
            for ends in &ends[members.profile_of[host.index()]] {
                met.entry(*ends).or_default().push(*host);
            }
        }
        for ((network, beyond), reached) in met {
            let on = |host: &&HostId| members.networks(members.profile_of[host.index()]).contains(&beyond);
            let whole = || whole.iter().filter(there).filter(on).copied();
            let symbol =
                symbol.filter(|symbol| **symbol != Peer::Any || members.is_overlay(network) && network == beyond);
            let peers: Vec<Peer> = match symbol {
                Some(symbol) if whole().eq(reached.iter().copied()) => vec![symbol.clone()],
                _ => reached.iter().map(|host| Peer::Host(*host)).collect(),
            };
            if let Some(gate) = self.gate(direction, network, beyond) {
                let own = own.iter().copied().filter(|host| there(&host));
                self.open_behind(table, (direction, gate), (network, beyond), own, peers);
                continue;
            }
            // A machine does not need a rule for itself: what it sends to its own address never leaves it. Machines that are
            // met side by side have one all the same, so that they share their rules, and one list names them all.
            let alone = reached.len() == 1 || own.len() == 1;
            for peer in peers {
                let only = match (&peer, reached.as_slice()) {
                    (Peer::Host(host), _) | (_, [host]) if alone => Some(*host),
                    _ => None,
                };
                let opening = Opening { there: beyond, ..self.opening(network, peer) };
                table.open(direction, opening, own.iter().copied().filter(|host| Some(*host) != only));
            }
        }
    }

    /// The member that stands between, if one network is behind a member of the other.
    fn gate(&self, direction: Direction, network: NetworkId, beyond: NetworkId) -> Option<HostId> {
        match direction {
            _ if network == beyond => None,
            Direction::Out => self.members.gate(network, beyond),
            Direction::In => self.members.gate(beyond, network),
        }
    }

    /// What is behind a member sees that member alone, which asks with its own address: so it may open what it hands on.
    fn open_behind(
        &self,
        table: &mut Table,
        (direction, gate): (Direction, HostId),
        (network, beyond): (NetworkId, NetworkId),
        own: impl Iterator<Item = HostId>,
        peers: Vec<Peer>,
    ) {
        let own: Vec<HostId> = own.collect();
        if own.is_empty() {
            return;
        }
        if direction == Direction::In {
            let opening = self.opening(network, Peer::Host(gate));
            table.open(direction, opening, own.into_iter().filter(|host| *host != gate));
            return;
        }
        for peer in peers {
            table.open(direction, self.opening(beyond, peer.clone()), std::iter::once(gate));
            let opening = Opening { there: beyond, ..self.opening(network, peer) };
            table.open(direction, opening, own.iter().copied());
        }
    }

    /// The paths from one machine to another, which are meant by an address on these networks or by what they are.
    fn paths(
        &self,
        source: Profile,
        target: Profile,
        fixed: (Option<NetworkId>, Option<NetworkId>),
    ) -> Cow<'_, [Path]> {
        let members = self.members;
        if let (None, None) = fixed {
            return members.taken(self.flow, self.arm, source, target);
        }
        let common = members.common(source, target).into_iter().map(Path::direct);
        let mut paths: Vec<Path> = common.chain(members.routed(source, target)).collect();
        paths.retain(|path| {
            let here = |fixed: Option<NetworkId>, own: NetworkId| fixed.is_none_or(|fixed| fixed == own);
            here(fixed.0, path.source) && here(fixed.1, path.target) && here(self.flow.via, path.target)
        });
        Cow::Owned(paths)
    }

    fn open_zone(
        &self,
        table: &mut Table,
        direction: Direction,
        (profile, own): (Profile, &[HostId]),
        fixed: Option<NetworkId>,
        end: &End,
    ) {
        for network in self.outward(profile, end) {
            if fixed.is_some_and(|fixed| fixed != network) {
                continue;
            }
            let there = &self.members.site.networks[network.index()];
            let overlay = self.members.is_overlay(network);
            let peers = match end {
                End::Internet => vec![Peer::Internet],
                // Beyond a tunnel there are only members: an overlay's whole network is `Any`, and of the operators
                // those are meant that are members.
                End::Operators if overlay => {
                    let operators = self.members.prefixes(end).into_iter();
                    operators.filter(|operator| meets(operator, there)).map(Peer::Prefix).collect()
                }
                End::Network(other) if *other == network && overlay => vec![Peer::Any],
                End::Operators => vec![Peer::Operators],
                End::Node(node) => vec![Peer::Node(*node)],
                End::Network(other) if *other == network => vec![Peer::Network(network)],
                End::Network(_) => self.members.prefixes(end).into_iter().map(Peer::Prefix).collect(),
                End::Prefix(prefix) => vec![Peer::Prefix(*prefix)],
                _ => continue,
            };
            for peer in peers {
                let opening = self.opening(network, peer);
                table.open(direction, opening, own.iter().copied());
            }
        }
    }

    /// The networks on which a machine meets the addresses of an end.
    fn outward(&self, profile: Profile, end: &End) -> Vec<NetworkId> {
        let mut paths: Vec<NetworkId> =
            Family::ALL.into_iter().flat_map(|family| self.outward_in(profile, family, end)).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// Those on which it meets the addresses of one family.
    fn outward_in(&self, profile: Profile, family: Family, end: &End) -> Vec<NetworkId> {
        let members = self.members;
        let network = |id: &NetworkId| &members.site.networks[id.index()];
        let listen = members.listen(self.arm);
        let own = members.networks(profile);
        if let End::Node(node) = end {
            let of_family = |address: &IpAddr| Family::of(*address) == family;
            let is_there = |id: &NetworkId| node_on(members.site, *id, *node).iter().any(of_family);
            let inside: Vec<NetworkId> = own.iter().copied().filter(is_there).collect();
            let addresses = members.site.nodes[node.index()].addresses();
            let any = addresses.map(|address| address.value).any(|address| of_family(&address));
            return match inside.is_empty() && !any {
                true => Vec::new(),
                false => members.outward(profile, family, &inside, listen, self.flow.via),
            };
        }
        let mut prefixes = members.prefixes(end);
        prefixes.retain(|prefix| Family::of_prefix(prefix) == family);
        if prefixes.is_empty() && *end != End::Internet {
            return Vec::new();
        }
        let is_met = |id: &NetworkId| prefixes.iter().any(|other| meets(other, network(id)));
        let inside: Vec<NetworkId> = own.iter().copied().filter(is_met).collect();
        let mut paths = members.outward(profile, family, &inside, listen, self.flow.via);
        let holds = |id: &NetworkId, other: &IpNet| network(id).prefixes().any(|prefix| prefix.value.contains(other));
        let beyond = |other: &IpNet| !own.iter().any(|id| holds(id, other));
        if !inside.is_empty() && prefixes.iter().any(beyond) {
            paths.extend(members.outward(profile, family, &[], listen, self.flow.via));
        }
        paths
    }

    fn opening(&self, network: NetworkId, peer: Peer) -> Opening {
        Opening::here(network, peer, self.arm.ports.clone(), self.reason)
    }
}

fn by_profile(members: &Members, hosts: &[HostId]) -> Vec<(Profile, Vec<HostId>)> {
    let mut lists = vec![Vec::new(); members.profiles.len()];
    for host in hosts {
        lists[members.profile_of[host.index()]].push(*host);
    }
    lists.into_iter().enumerate().filter(|(_, hosts)| !hosts.is_empty()).collect()
}
