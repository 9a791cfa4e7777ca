//! What a guest that is a router hands on. Its packets pass its firewall where they come in and where they leave, with the
//! addresses of others at both ends, so rules name both, and its device may send from the addresses of others.

use arvc_reach::policy::{Forward, Peer, Policy};
use arvc_reach::through::{End, Ends as Side};
use arvc_reach::{Addresses, private_prefixes};
use arvc_site::model::{Family, HostId, NetworkId};
use ipnet::IpNet;

use crate::terraform::firewall::rule::{Direction, Ends, ProxmoxRule, accepts, ends};

/// The rules of one device. A drop of what is not the Internet would take what is for the router itself, and what the router sends:
/// so the rules inwards stand behind its own, and those outwards, which end what may leave in another's name, in front of them.
pub fn rules(addresses: &Addresses, policy: &Policy, bridge: NetworkId, direction: Direction) -> Vec<ProxmoxRule> {
    let here = |forward: &&Forward| match direction {
        Direction::In => forward.into == Some(bridge),
        Direction::Out => forward.out == Some(bridge),
    };
    // What leaves with the router's own address is a rule of its own.
    let all: Vec<&Forward> = policy.forward.iter().filter(|forward| !forward.hidden).filter(here).collect();
    let device = Device { addresses, policy, bridge, direction };
    let is_exact = |forward: &&&Forward| !device.is_open(&forward.from) && !forward.to.contains(&End::Internet);
    let mut list: Vec<ProxmoxRule> = all.iter().filter(is_exact).flat_map(|forward| device.exact(forward)).collect();
    list.extend(all.iter().filter(|forward| !is_exact(forward)).flat_map(|forward| device.open(forward)));
    if direction == Direction::Out {
        list.extend(device.no_more(&all));
    }
    list
}

/// The addresses of others that a device sends from, each with why; of the Internet, which is not.
pub fn sources(policy: &Policy, addresses: &Addresses, bridge: NetworkId) -> Vec<(IpNet, bool, String)> {
    let mut list: Vec<(IpNet, bool, String)> = Vec::new();
    let all = policy.forward.iter().filter(|forward| !forward.hidden && forward.out == Some(bridge));
    for forward in all {
        for end in &forward.from {
            match end {
                End::Prefix(prefix) if prefix.prefix_len() == 0 => list.extend(halves(prefix)),
                End::Prefix(prefix) => list.push((prefix.trunc(), false, "It hands on".to_owned())),
                End::Internet => {
                    let everything: IpNet = match forward.family {
                        Family::V4 => ipnet::Ipv4Net::default().into(),
                        Family::V6 => ipnet::Ipv6Net::default().into(),
                    };
                    list.extend(halves(&everything));
                    let private = private_prefixes(addresses.site).into_iter();
                    let private = private.filter(|prefix| Family::of_prefix(prefix) == forward.family);
                    list.extend(private.map(|prefix| (prefix, true, "Not the Internet".to_owned())));
                }
            }
        }
    }
    // What is allowed by itself is not spared, whoever else is: of two entries the longer one decides.
    let stated = policy.forward.iter().filter(|forward| !forward.hidden && forward.out == Some(bridge));
    let stated: Vec<IpNet> = stated.flat_map(|forward| &forward.from).filter_map(End::prefix).collect();
    list.retain(|(prefix, spared, _)| !spared || !stated.iter().any(|stated| stated.contains(prefix)));
    list.sort_by_key(|(prefix, ..)| *prefix);
    list.dedup_by_key(|(prefix, ..)| *prefix);
    list
}

/// Proxmox takes no prefix of length 0; its halves are the same.
fn halves(prefix: &IpNet) -> Vec<(IpNet, bool, String)> {
    let halves = prefix.subnets(1).map(Iterator::collect::<Vec<IpNet>>).unwrap_or_default();
    halves.into_iter().map(|half| (half, false, "It hands on".to_owned())).collect()
}

struct Device<'a> {
    addresses: &'a Addresses<'a>,
    policy: &'a Policy,
    bridge: NetworkId,
    direction: Direction,
}

impl Device<'_> {
    /// Whether the Internet begins, and a drop of what is not the Internet is what says so.
    fn is_open(&self, from: &Side) -> bool {
        self.direction == Direction::In && from.contains(&End::Internet)
    }

    fn exact(&self, forward: &Forward) -> Vec<ProxmoxRule> {
        self.between(forward, &self.listed(&forward.from), &self.listed(&forward.to))
    }

    /// An end of a forward that is the Internet: what it is not is dropped first.
    fn open(&self, forward: &Forward) -> Vec<ProxmoxRule> {
        let private: Vec<IpNet> = private_prefixes(self.addresses.site);
        let private: Vec<IpNet> =
            private.into_iter().filter(|prefix| Family::of_prefix(prefix) == forward.family).collect();
        let (internet, side) = match self.is_open(&forward.from) {
            true => (&forward.from, self.listed(&forward.to)),
            false => (&forward.to, self.listed(&forward.from)),
        };
        let from_there = self.is_open(&forward.from);
        let pair = |other: &[IpNet]| match from_there {
            true => (ends(other), ends(&side)),
            false => (ends(&side), ends(other)),
        };
        // What the far end is besides.
        let plain: Vec<IpNet> =
            internet.iter().filter_map(|end| if let End::Prefix(net) = end { Some(*net) } else { None }).collect();
        let mut list = if plain.is_empty() { Vec::new() } else { self.rules(forward, &pair(&plain), true) };
        list.extend(self.rules(forward, &pair(&private), false));
        let anywhere = vec![Ends::Anywhere];
        let all = if from_there { (anywhere, ends(&side)) } else { (ends(&side), anywhere) };
        list.extend(self.rules(forward, &all, true));
        list
    }

    /// Whatever else leaves in the name of others: the set of addresses that it may use holds more than its own.
    fn no_more(&self, all: &[&Forward]) -> Vec<ProxmoxRule> {
        let own: Vec<IpNet> = self.policy.hosts.iter().flat_map(|host| self.own(*host)).collect();
        let mut others: Vec<IpNet> = all.iter().flat_map(|forward| self.listed(&forward.from)).collect();
        others.retain(|prefix| !own.iter().any(|own| prefix.contains(own)));
        others.sort_unstable();
        others.dedup();
        let others = IpNet::aggregate(&others);
        let drop = |end: Ends| ProxmoxRule {
            direction: Direction::Out,
            accept: false,
            iface: None,
            peer: None,
            own: end.list(),
            proto: None,
            dport: None,
            comment: "nothing else in the name of others".to_owned(),
        };
        ends(&others).into_iter().map(drop).collect()
    }

    fn own(&self, host: HostId) -> Vec<IpNet> {
        self.addresses.of(self.bridge, &Peer::Host(host))
    }

    fn listed(&self, side: &Side) -> Vec<IpNet> {
        let of = |end: &End| match end {
            End::Internet => self.addresses.of(self.bridge, &Peer::Internet),
            End::Prefix(prefix) => vec![*prefix],
        };
        side.iter().flat_map(of).collect()
    }

    fn between(&self, forward: &Forward, from: &[IpNet], to: &[IpNet]) -> Vec<ProxmoxRule> {
        let of_family = |list: &[IpNet]| -> Vec<IpNet> {
            list.iter().copied().filter(|prefix| Family::of_prefix(prefix) == forward.family).collect()
        };
        self.rules(forward, &(ends(&of_family(from)), ends(&of_family(to))), true)
    }

    /// A rule for each two lists of addresses; one that drops is for all packets between them.
    fn rules(&self, forward: &Forward, (from, to): &(Vec<Ends>, Vec<Ends>), accept: bool) -> Vec<ProxmoxRule> {
        let (peers, owns) = if self.direction == Direction::In { (from, to) } else { (to, from) };
        let mut list = Vec::new();
        for (peer, own) in peers.iter().flat_map(|peer| owns.iter().map(move |own| (peer, own))) {
            match accept {
                // The family is that of whichever end has addresses.
                true => {
                    let family = if let Ends::Anywhere = peer { own } else { peer };
                    let rules = accepts(self.direction, family, &forward.ports, &forward.reason);
                    list.extend(rules.into_iter().map(|rule| ProxmoxRule {
                        peer: peer.clone().list(),
                        own: own.clone().list(),
                        ..rule
                    }));
                }
                false => list.push(ProxmoxRule {
                    direction: self.direction,
                    accept: false,
                    iface: None,
                    peer: peer.clone().list(),
                    own: own.clone().list(),
                    proto: None,
                    dport: None,
                    comment: "not the Internet".to_owned(),
                }),
            }
        }
        list
    }
}
