//! Who holds a connection closed against a source that somebody else has taken over.
//!
//! Such a source owns its own packet filter, what Nebula lets out of it, and every certificate that was ever granted to it
//! and has not been released. It does not own the firewall that its node puts in front of it, nor anything at the target.
//! What it may say of its own address depends on who checks that: Proxmox does for a guest, Nebula does on an overlay, and
//! for what comes from beyond a router, answers do not come back to a forged one. A machine that is no guest says on its
//! own segment what it likes, so a rule that goes by addresses lets in from it whatever it lets in from anybody there.
//!
//! Proxmox tracks connections a node: a packet that the target's firewall lets out opens the way back, also if nobody got
//! it. So that firewall holds a protocol only if it lets the target send nothing of it to the source.

use std::net::IpAddr;

use arvc_site::lock::Grant;
use arvc_site::model::{Family, HostId, NetworkId, Transport};
use ipnet::IpNet;

use super::behind::Behind;
use super::decide::Other;
use super::{Layer, Layers, Party, Path, Step};
use crate::members::meets;
use crate::policy::nodes::management;
use crate::policy::{Peer, Rule};
use crate::ports::PortSet;
use crate::through::{End, Ends};

/// A layer as a whole, wherever on a path it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guard {
    /// The firewall of Proxmox, at either end.
    Proxmox,
    /// What Nebula lets in at the target.
    Nebula,
    /// The target's packet filter.
    Filter,
    /// The firewall of a node, for what is addressed to itself.
    Node,
    /// A router that leads no further, or hands nothing of it on.
    Router,
}

impl Guard {
    /// As a message names it, behind "by".
    pub fn name(self) -> &'static str {
        match self {
            Self::Proxmox => "the Proxmox firewall",
            Self::Nebula => "Nebula's inbound rules",
            Self::Filter => "the target's packet filter",
            Self::Node => "the node's own firewall",
            Self::Router => "the router",
        }
    }
}

/// How a path is held against a source that shows one certificate.
#[derive(Clone, Debug)]
pub struct Stand<'a> {
    /// The certificate, if it is one that was granted once and says what the present one does not.
    pub certificate: Option<&'a Grant>,
    /// Who holds what.
    pub guards: Vec<(Guard, PortSet)>,
    /// What Nebula's rules at the target do not let in, and its table of connections does: it takes it for an answer.
    pub answers: PortSet,
}

impl Stand<'_> {
    /// What nobody holds of some packets.
    pub fn open(&self, packets: &PortSet) -> PortSet {
        self.guards.iter().fold(packets.clone(), |left, (_, held)| left.difference(held))
    }

    /// What fewer than two hold, and who that one is; of what nobody holds, nobody.
    pub fn thin(&self, packets: &PortSet) -> Option<(Option<Guard>, PortSet)> {
        let open = self.open(packets);
        if !open.is_none() {
            return Some((None, open));
        }
        let alone = self.guards.iter().map(|(guard, held)| {
            let others = self.guards.iter().filter(|(other, _)| other != guard);
            let alone = others.fold(held.intersection(packets), |left, (_, other)| left.difference(other));
            (Some(*guard), alone)
        });
        alone.into_iter().find(|(_, alone)| !alone.is_none())
    }
}

impl<'a> Layers<'a> {
    /// How a path from a party is held: against the certificate that it has, then against each that it once got.
    pub fn stands(&self, source: &Party, path: &Path) -> Vec<Stand<'a>> {
        let mut stands = vec![self.held_by(source, path)];
        let Some(network) = path.way.last() else { return stands };
        if let (Party::Host(host), Some(behind)) = (source, self.gate_of(path.way)) {
            let granted = self.site.withdrawn.get(&self.host(*host).named.name).into_iter().flatten();
            let guards = stands[0].guards.clone();
            stands.extend(granted.map(|grant| {
                // What is behind the member does not see who asks.
                let mut guards = guards.clone();
                let held = self.unhanded(grant, behind, &path.to);
                guards.retain(|(guard, _)| ![Guard::Nebula, Guard::Router].contains(guard));
                guards.extend([(Guard::Nebula, held.clone()), (Guard::Router, held)]);
                Stand { certificate: Some(grant), guards, answers: PortSet::none() }
            }));
            return stands;
        }
        if let (Party::Host(host), true) = (source, self.members.is_overlay(network))
            && let Some(Party::Host(target)) = path.steps.last().map(|step| &step.at)
        {
            let granted = self.site.withdrawn.get(&self.host(*host).named.name);
            stands.extend(granted.into_iter().flatten().map(|grant| self.against(grant, *target, network)));
        }
        stands
    }

    /// How an overlay is held at a member against whoever shows a certificate.
    pub fn against(&self, grant: &'a Grant, target: HostId, network: NetworkId) -> Stand<'a> {
        let rules = || self.policies.of(target).inbound.iter().filter(|rule| rule.network == network);
        let passed = |passes: &dyn Fn(&Rule) -> bool| {
            let open = rules().filter(|rule| passes(rule)).fold(PortSet::none(), |all, rule| all.union(&rule.ports));
            PortSet::all().difference(&open)
        };
        let sent = self.policies.of(target).outbound.iter().filter(|rule| rule.network == network);
        let mut sent = sent.filter(|rule| self.admits(rule, grant));
        let echoes = !self.site.nebula.tells_echoes_apart() && sent.any(|rule| rule.ports.icmp);
        let ruled = passed(&|rule| self.admits(rule, grant));
        let answers = if echoes { ruled.intersection(&PortSet::icmp()) } else { PortSet::none() };
        let mut guards = vec![(Guard::Nebula, ruled.difference(&answers))];
        if self.host(target).is_configured() {
            let from = |rule: &Rule| grant.networks.iter().any(|network| self.holds(rule, network.addr()));
            guards.push((Guard::Filter, passed(&from)));
        }
        Stand { certificate: Some(grant), guards, answers }
    }

    /// What a member does not hand on to addresses behind it for whoever shows a certificate: it goes by the addresses in it.
    fn unhanded(&self, grant: &Grant, behind: Behind, to: &[IpAddr]) -> PortSet {
        let forwards = self.policies.of(behind.gate).forward.iter().filter(|forward| forward.hidden);
        let holds = |ends: &Ends, address: IpAddr| {
            ends.iter().any(|end| matches!(end, End::Prefix(prefix) if prefix.contains(&address)))
        };
        let forwards = forwards.filter(|forward| {
            let from = grant.networks.iter().any(|own| holds(&forward.from, own.addr()));
            from && to.iter().any(|address| holds(&forward.to, *address))
        });
        let open = forwards.fold(PortSet::none(), |all, forward| all.union(&forward.ports));
        PortSet::all().difference(&open)
    }

    /// How a path is held against a source that shows the certificate that it has.
    fn held_by(&self, source: &Party, path: &Path) -> Stand<'a> {
        let bound = self.bound(source, path);
        let all = PortSet::all();
        let mut guards: Vec<(Guard, PortSet)> = Vec::new();
        let mut hold = |guard: Guard, held: PortSet| match guards.iter_mut().find(|(other, _)| *other == guard) {
            Some((_, known)) => *known = known.union(&held),
            None => guards.push((guard, held)),
        };
        for step in &path.steps {
            let upper = if bound { step.upper.clone() } else { self.anybody(step, path) };
            match step.layer {
                // The source's own, or no layer that closes.
                Layer::NebulaOut | Layer::Tunnel | Layer::Address => {}
                Layer::Router if matches!(source, Party::Host(_)) => {}
                Layer::Router => hold(Guard::Router, all.difference(&step.upper)),
                Layer::Forward => hold(Guard::Router, all.difference(&upper)),
                Layer::NebulaIn => hold(Guard::Nebula, all.difference(&step.upper)),
                Layer::NodeIn => hold(Guard::Node, all.difference(&upper)),
                Layer::Filter => hold(Guard::Filter, all.difference(&upper)),
                Layer::ProxmoxOut | Layer::ProxmoxIn => hold(Guard::Proxmox, all.difference(&upper)),
            }
        }
        let mut answers = PortSet::none();
        for (guard, back) in [(Guard::Proxmox, self.sent_back(source, path)), (Guard::Nebula, self.answered(path))] {
            if let Some((_, held)) = guards.iter_mut().find(|(other, _)| *other == guard) {
                if guard == Guard::Nebula {
                    answers = held.intersection(&back);
                }
                *held = held.difference(&back);
            }
        }
        guards.retain(|(_, held)| !held.is_none());
        Stand { certificate: None, guards, answers }
    }

    /// Whether the address that a source gives is its own.
    fn bound(&self, source: &Party, path: &Path) -> bool {
        match source {
            Party::Host(host) => {
                let vouched = |first| self.members.is_overlay(first) || self.has_proxmox(*host, first);
                // No answers come back to a forged one.
                path.is_through_the_world() || path.way.first().is_some_and(vouched)
            }
            Party::Node(_) => true,
            // Beyond a router, one of ours too.
            zone => {
                let near = |network: NetworkId| {
                    let network = &self.site.networks[network.index()];
                    self.zone(zone).iter().any(|prefix| meets(prefix, network))
                };
                let router = |step: &Step| matches!(step.layer, Layer::Router | Layer::Forward);
                path.steps.iter().any(router) || !path.way.last().is_some_and(near)
            }
        }
    }

    /// What a step lets in from any address at all. What a router hands on it may hand on for whom it knows: no bound.
    fn anybody(&self, step: &Step, path: &Path) -> PortSet {
        if path.steps.last().is_some_and(|last| last.at != step.at) {
            return PortSet::all();
        }
        let network = path.way.last();
        let all = step.upper.clone();
        match &step.at {
            Party::Host(host) => {
                let rules = self.policies.of(*host).inbound.iter().filter(|rule| Some(rule.network) == network);
                rules.fold(all, |all, rule| all.union(&rule.ports))
            }
            Party::Node(node) => {
                let rules = self.policies.list.iter().flat_map(|policy| &policy.outbound);
                let open = rules.filter(|rule| rule.peer == Peer::Node(*node));
                let open = open.map(|rule| &rule.ports);
                let own = self.policies.nodes.iter().filter(|rule| rule.node == *node).map(|rule| &rule.ports);
                open.chain(own).fold(all.union(&management()), |all, ports| all.union(ports))
            }
            _ => all,
        }
    }

    /// All of each protocol of which the target may send something to the source, but for what carries overlays: that goes
    /// from one port to the same.
    fn sent_back(&self, source: &Party, path: &Path) -> PortSet {
        let target = path.steps.last().map(|step| &step.at);
        let (Some(Party::Host(target)), Some(to), Some(network)) = (target, path.to.first(), path.way.last()) else {
            return PortSet::none();
        };
        let family = Family::of(*to);
        // Behind a member that is who asks. Who leases his address has any of those.
        let from = match (self.gate_of(path.way), path.from, source) {
            (Some(behind), ..) => self.address(behind.gate, network, family).map(IpNet::from).into_iter().collect(),
            (None, Some(from), _) => vec![IpNet::from(from)],
            (None, None, Party::Host(host)) => {
                let foot = path.way.first().and_then(|first| self.foot(*host, first, family));
                foot.map(|foot| foot.prefixes()).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        if from.is_empty() {
            return PortSet::none();
        }
        if !self.has_proxmox(*target, network) {
            return PortSet::none();
        }
        let rules = self.policies.of(*target).outbound.iter().filter(|rule| rule.network == network);
        let sent = rules
            .filter(|rule| self.addressed(rule, &Other::Zone(&from)).1)
            .fold(PortSet::none(), |all, rule| all.union(&rule.ports));
        let sent = sent.difference(&self.tunnels(path));
        let whole = |transport: Transport| {
            let all = PortSet::ports(transport, 0, u16::MAX);
            if all.meets(&sent) { all } else { PortSet::none() }
        };
        whole(Transport::Tcp).union(&whole(Transport::Udp))
    }

    /// What Nebula takes at the target for an answer of the source: up to 1.10 all ICMP of a pair, once the target has sent any of it
    /// (`firewall.go`: one entry for it, whatever its kind and number).
    fn answered(&self, path: &Path) -> PortSet {
        let Some(network) = path.way.last() else { return PortSet::none() };
        let ends = (path.steps.first().map(|step| &step.at), path.steps.last().map(|step| &step.at));
        let (Some(Party::Host(source)), Some(Party::Host(target)), Some(from)) = (ends.0, ends.1, path.from) else {
            return PortSet::none();
        };
        if !self.members.is_overlay(network) || self.site.nebula.tells_echoes_apart() {
            return PortSet::none();
        }
        let sent = self.leave(*target, network, &Other::Member(*source, from));
        sent.map(|step| step.upper.intersection(&PortSet::icmp())).unwrap_or_default()
    }

    /// Whether a rule of a packet filter holds an address.
    pub(crate) fn holds(&self, rule: &Rule, address: IpAddr) -> bool {
        self.addressed(rule, &Other::Address(address)).1
    }

    /// Whether a rule of Nebula holds whoever shows a certificate.
    fn admits(&self, rule: &Rule, grant: &Grant) -> bool {
        let named = |name: &str| grant.groups.iter().any(|group| group == name);
        let group = |group: arvc_site::model::GroupId| named(&self.site.groups[group.index()].named.name);
        match &rule.peer {
            Peer::Any => true,
            Peer::Host(host) => self.host(*host).named.name == grant.name,
            Peer::Group(of) => group(*of),
            Peer::AllOf(groups) => groups.iter().all(|of| group(*of)),
            Peer::Network(_) | Peer::Prefix(_) => grant.networks.iter().any(|own| self.holds(rule, own.addr())),
            Peer::Node(_) | Peer::Operators | Peer::Internet => false,
        }
    }
}
