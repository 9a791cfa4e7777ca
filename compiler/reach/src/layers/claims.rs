//! Claims held against the layers: what has to be open, on the lower bounds; what has to be closed, on the upper ones.

use std::net::IpAddr;

use arvc_site::endpoints::Tunnels;
use arvc_site::lock::Grant;
use arvc_site::model::{End, Flow, HostId, NetworkId, Transport, Vip};
use ipnet::IpNet;

use super::ask::pair;
use super::decide::Detail;
use super::spared::Spared;
use super::{Cell, Classes, Guard, Layer, Layers, Party, Path, Way};
use crate::ports::PortSet;

/// A connection that is not as a claim has it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Who starts it.
    pub source: Party,
    /// Who gets it.
    pub target: Party,
    /// The packets: what is missing, or what is open.
    pub packets: PortSet,
    /// The paths that matter: all that were tried, or those that are open.
    pub paths: Vec<Path>,
}

impl Finding {
    /// The part that passes for certain on a path, though a layer may let in some of a set of addresses alone, and whether a
    /// rule of the site lets it.
    pub fn certain(&self) -> impl Iterator<Item = (&Path, PortSet, bool)> {
        self.paths.iter().filter_map(|path| {
            let bounds = path.steps.iter().map(|step| if step.is_unknown() { &step.lower } else { &step.upper });
            let passing = bounds.fold(self.packets.clone(), |all, bound| all.intersection(bound));
            // Of a router they say which part of the addresses is not behind it.
            let ruled = path.steps.iter().any(|step| step.layer != Layer::Router && !step.rules.is_empty());
            (!passing.is_none()).then_some((path, passing, ruled))
        })
    }
}

/// A connection that is closed, and by how little.
#[derive(Clone, Debug)]
pub struct Held {
    /// Who starts it.
    pub source: Party,
    /// Who gets it.
    pub target: Party,
    /// The way.
    pub way: Way,
    /// The packets.
    pub packets: PortSet,
    /// The only layer that holds them and is not the source's own; none if there is no such layer.
    pub guard: Option<Guard>,
    /// What of the packets the rules of Nebula hold, and its table of connections takes for answers.
    pub answers: PortSet,
    /// The certificate that the source shows, if it is one that was withdrawn.
    pub certificate: Option<Grant>,
}

/// What is held against a claim that something stays closed.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// What may be open.
    pub open: Vec<Finding>,
    /// What is closed by fewer than two layers that the source does not own.
    pub held: Vec<Held>,
}

impl Layers<'_> {
    /// What of a flow is not open for certain on any of its paths, each pair of classes once.
    pub fn not_open(&self, classes: &Classes, flow: &Flow) -> Vec<Finding> {
        self.pairs(classes, flow, |source, target, paths| {
            let open = paths.iter().fold(PortSet::none(), |all, path| all.union(&path.lower()));
            let packets = self.carried_to(flow, target).difference(&open);
            let (source, target) = (source.clone(), target.clone());
            (!packets.is_none()).then(|| Finding { source, target, packets, paths: paths.to_vec() })
        })
    }

    /// What of a flow may be open on one of its paths, but for what it spares and for what carries overlays, each pair of
    /// classes once.
    pub fn not_closed(&self, classes: &Classes, flow: &Flow) -> Vec<Finding> {
        let spared = Spared::new(self, flow);
        self.pairs_of(classes, flow, Some(&spared), |source, target, paths| {
            let packets = spared.leave(self, flow, source, target);
            self.found(source, target, &packets, paths)
        })
    }

    /// The same, and besides that what is closed by little, each pair of classes once.
    pub fn judged(&self, classes: &Classes, flow: &Flow) -> Judged {
        let spared = Spared::new(self, flow);
        let mut held = Vec::new();
        let open = self.pairs_of(classes, flow, Some(&spared), |source, target, paths| {
            let packets = spared.leave(self, flow, source, target);
            self.hold(source, target, &packets, paths, &mut held);
            self.found(source, target, &packets, paths)
        });
        Judged { open, held }
    }

    fn found(&self, source: &Party, target: &Party, packets: &PortSet, paths: &[Path]) -> Option<Finding> {
        let (mut open, mut all) = (Vec::new(), PortSet::none());
        for path in paths {
            let passing = path.upper().intersection(packets).difference(&self.tunnels(path));
            if !passing.is_none() {
                all = all.union(&passing);
                open.push(path.clone());
            }
        }
        let (source, target) = (source.clone(), target.clone());
        (!open.is_empty()).then_some(Finding { source, target, packets: all, paths: open })
    }

    /// Lists what of some packets is closed by fewer than two layers. A node owns its guests, and at an address that no
    /// machine has there is no second layer to be had.
    fn hold(&self, source: &Party, target: &Party, packets: &PortSet, paths: &[Path], held: &mut Vec<Held>) {
        if matches!(source, Party::Node(_)) || !matches!(target, Party::Host(_) | Party::Node(_)) {
            return;
        }
        for path in paths {
            // What else than the packets of overlays a router hands on at an address that the world knows a machine by, nobody says.
            if path.is_through_the_world() && path.to.iter().any(|to| self.is_known_as(target, *to)) {
                continue;
            }
            let closed = packets.difference(&path.upper()).difference(&self.tunnels(path));
            let closed = closed.intersection(&path.handed_on_around());
            if closed.is_none() {
                continue;
            }
            // What is open to everybody out there is so to whoever helps a source that is taken over.
            let open_to_all = path.is_through_the_world().then(|| self.paths(&Party::Internet, target));
            let closed = open_to_all.iter().flatten().fold(closed, |closed, path| closed.difference(&path.upper()));
            if closed.is_none() {
                continue;
            }
            for stand in self.stands(source, path) {
                if let Some((guard, packets)) = stand.thin(&closed) {
                    // In front of a node there is nothing but its own firewall.
                    let only = matches!(target, Party::Node(_)) && guard == Some(Guard::Node);
                    if only && !source.is_of_the_site() {
                        continue;
                    }
                    let (source, target) = (source.whole().clone(), target.clone());
                    let certificate = stand.certificate.cloned();
                    let answers = stand.answers.intersection(&packets);
                    held.push(Held { source, target, way: path.way, packets, guard, answers, certificate });
                }
            }
        }
    }

    fn pairs(
        &self,
        classes: &Classes,
        flow: &Flow,
        judge: impl FnMut(&Party, &Party, &[Path]) -> Option<Finding>,
    ) -> Vec<Finding> {
        self.pairs_of(classes, flow, None, judge)
    }

    /// The same, with the addresses of an end in parts that are spared alike.
    fn pairs_of(
        &self,
        classes: &Classes,
        flow: &Flow,
        spared: Option<&Spared>,
        mut judge: impl FnMut(&Party, &Party, &[Path]) -> Option<Finding>,
    ) -> Vec<Finding> {
        let (mut sources, mut targets) = self.ends(flow);
        if let Some(spared) = spared {
            (sources, targets) = spared.cut(self, sources, targets);
        }
        let mut found = Vec::new();
        self.each_two_of(
            classes,
            flow,
            (&sources, &targets),
            |_, _| None,
            |sources, targets, paths| {
                if let Some((source, target)) = pair(sources, targets) {
                    found.extend(judge(source, target, &paths));
                }
            },
        );
        found
    }

    /// Who starts what a flow speaks of, and who gets it.
    fn ends(&self, flow: &Flow) -> (Vec<Party>, Vec<Party>) {
        (self.parties(&flow.source), self.reached(&flow.target))
    }

    /// Shows a pair of each two classes that a flow connects, with the paths that it may speak of.
    pub fn each_pair(&self, classes: &Classes, flow: &Flow, see: impl FnMut(&Party, &Party, &[Path])) {
        self.each_pair_by(classes, flow, |_, _| None, see);
    }

    /// The same with the paths alone that go by some ways, where a pair has such.
    pub(super) fn each_pair_by(
        &self,
        classes: &Classes,
        flow: &Flow,
        ways: impl Fn(&Party, &Party) -> Option<Vec<Way>>,
        mut see: impl FnMut(&Party, &Party, &[Path]),
    ) {
        self.each_two(classes, flow, ways, |sources, targets, paths| {
            if let Some((source, target)) = pair(sources, targets) {
                see(source, target, &paths);
            }
        });
    }

    /// Every two classes that a flow connects, with the paths that it may speak of: of whoever it means by an address those to or from
    /// that address alone.
    pub fn ask_flow(&self, flow: &Flow) -> Vec<Cell> {
        let classes = Classes::with(self, [flow]);
        let mut cells = Vec::new();
        self.each_two(
            &classes,
            flow,
            |_, _| None,
            |sources, targets, paths| {
                cells.push(Cell::new(sources.to_vec(), targets.to_vec(), paths));
            },
        );
        cells
    }

    fn each_two(
        &self,
        classes: &Classes,
        flow: &Flow,
        ways: impl Fn(&Party, &Party) -> Option<Vec<Way>>,
        see: impl FnMut(&[Party], &[Party], Vec<Path>),
    ) {
        let (sources, targets) = self.ends(flow);
        self.each_two_of(classes, flow, (&sources, &targets), ways, see);
    }

    fn each_two_of(
        &self,
        classes: &Classes,
        flow: &Flow,
        (sources, targets): (&[Party], &[Party]),
        ways: impl Fn(&Party, &Party) -> Option<Vec<Way>>,
        mut see: impl FnMut(&[Party], &[Party], Vec<Path>),
    ) {
        let prefixes = self.prefixes(&flow.target);
        let named = (self.members.of(&flow.source), self.members.of(&flow.target));
        let show = |sources: &[Party], targets: &[Party], paths: Vec<Path>| {
            let Some((source, target)) = pair(sources, targets) else { return };
            let from = self.meant_on(&flow.source, &named.0, source);
            let to = self.meant_on(&flow.target, &named.1, target);
            let here = |meant: &Option<Vec<NetworkId>>, network: Option<NetworkId>| {
                meant.as_ref().is_none_or(|list| network.is_some_and(|network| list.contains(&network)))
            };
            let on = |path: &Path| {
                flow.via.is_none_or(|via| path.way.last() == Some(via))
                    && here(&from, path.way.first())
                    && here(&to, path.way.last())
            };
            let mut paths: Vec<Path> = paths.into_iter().filter(on).collect();
            if to.is_some() {
                // What it may have beside an address that is meant is another question.
                let meant = |address: &IpAddr| prefixes.iter().any(|prefix| prefix.contains(address));
                for path in &mut paths {
                    // One that it is given may be any of those that are handed out.
                    let way = path.way;
                    path.to.retain(|address| meant(address) || self.is_given(target, way, *address));
                }
                paths.retain(|path| !path.to.is_empty());
            }
            see(sources, targets, paths);
        };
        let find = |source: &Party, target: &Party| {
            let ways = ways(source, target);
            let by = |way: Way| {
                flow.via.is_none_or(|via| way.last() == Some(via))
                    && ways.as_ref().is_none_or(|ways| ways.contains(&way))
            };
            match target {
                Party::Node(node) if !parts(&flow.target).contains(&End::Node(*node)) => {
                    let own = self.site.nodes[node.index()].known_addresses();
                    let meant = own.filter(|own| prefixes.iter().any(|prefix| prefix.contains(own)));
                    let paths = meant.flat_map(|own| self.to_node_at(source, *node, own));
                    paths.filter(|path| by(path.way)).collect()
                }
                _ => self.paths_by(source, target, &by),
            }
        };
        self.in_detail(Detail::Often, || self.each(classes, sources, targets, find, show));
    }

    /// The networks on which an end means a machine by its address alone; none if it is meant by what it is.
    /// `named` are the machines that it means by what they are.
    pub(super) fn meant_on(&self, end: &End, named: &[HostId], party: &Party) -> Option<Vec<NetworkId>> {
        let Party::Host(host) = party else { return None };
        if named.binary_search(host).is_ok() {
            return None;
        }
        let networks = self.site.network_ids();
        let placed = |network: &NetworkId| {
            let mut shared = self.shared(end).filter(|vip| vip.network == *network);
            parts(end).iter().any(|end| self.members.placed(end, *network).contains(host))
                || shared.any(|vip| vip.owners.contains(host))
        };
        Some(networks.filter(placed).collect())
    }

    /// Who gets what is sent to an end: at an address that machines have by turns, those.
    pub(super) fn reached(&self, end: &End) -> Vec<Party> {
        let mut parties = self.parties(end);
        for vip in self.shared(end) {
            let own = |address: &IpNet| vip.addresses().any(|it| IpNet::from(it.value) == *address);
            parties.retain(|party| !matches!(party, Party::Prefix(address) if own(address)));
            for owner in vip.owners.iter().copied().map(Party::Host) {
                if !parties.contains(&owner) {
                    parties.push(owner);
                }
            }
        }
        parties
    }

    /// The addresses by turns that an end of addresses holds.
    fn shared(&self, end: &End) -> impl Iterator<Item = &Vip> {
        let prefixes = self.prefixes(end);
        self.site.vips.iter().filter(move |vip| {
            vip.addresses().any(|address| prefixes.iter().any(|prefix| prefix.contains(&address.value)))
        })
    }

    /// The prefixes that an end, or a part of it, is made of.
    pub(super) fn prefixes(&self, end: &End) -> Vec<IpNet> {
        parts(end).iter().flat_map(|end| self.members.prefixes(end)).collect()
    }

    /// What a flow carries to a target, whoever of its ends it is.
    pub fn meant(&self, flow: &Flow, target: &Party) -> PortSet {
        self.carried_to(flow, target)
    }

    /// What a flow carries to a target: of endpoints only those that it serves.
    pub(super) fn carried_to(&self, flow: &Flow, target: &Party) -> PortSet {
        let serves = |host: &HostId, served: &[HostId]| served.binary_search(host).is_ok();
        let arms =
            self.members.arms(flow.ports.as_deref()).into_iter().filter(|arm| match self.members.served_by(arm) {
                None => true,
                Some(served) => matches!(target, Party::Host(host) if serves(host, served)),
            });
        arms.fold(PortSet::none(), |all, arm| all.union(&arm.ports))
    }

    /// The packets of overlays on a path: what travels inside them is judged by itself.
    pub fn tunnels(&self, path: &Path) -> PortSet {
        let networks = self.site.network_ids();
        let tunnels = networks.filter_map(|network| Tunnels::of(self.site, network));
        let here = tunnels.filter(|tunnels| !self.is_over_an_overlay(path) && self.carries(path, tunnels));
        here.fold(PortSet::none(), |all, tunnels| {
            all.union(&PortSet::ports(Transport::Udp, tunnels.port, tunnels.port))
        })
    }

    /// Whether a path ends on an overlay.
    fn is_over_an_overlay(&self, path: &Path) -> bool {
        path.way.last().is_some_and(|last| self.members.is_overlay(last))
    }

    /// Whether the packets of an overlay are let in at the end of a path: at members alone.
    fn carries(&self, path: &Path, tunnels: &Tunnels) -> bool {
        let Some(Party::Host(host)) = path.steps.last().map(|step| &step.at) else { return false };
        self.host(*host).is_on(tunnels.overlay)
    }
}

/// What an end is a union of; itself, if it is none.
pub(super) fn parts(end: &End) -> &[End] {
    match end {
        End::Union(ends) => ends,
        end => std::slice::from_ref(end),
    }
}
