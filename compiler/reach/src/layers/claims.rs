//! Claims held against the layers: what has to be open, on the lower bounds; what has to be closed, on the upper ones.

use arvc_site::endpoints::Tunnels;
use arvc_site::model::{End, Flow, HostId, NetworkId, Transport};

use super::{Cell, Classes, Layers, Party, Path, Way};
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

impl Layers<'_> {
    /// What of a flow is not open for certain on any of its paths, each pair of classes once.
    pub fn not_open(&self, classes: &Classes, flow: &Flow) -> Vec<Finding> {
        self.pairs(classes, flow, |source, target, paths| {
            let open = paths.iter().fold(PortSet::none(), |all, path| all.union(&path.lower()));
            let packets = self.carried_to(flow, &target).difference(&open);
            (!packets.is_none()).then_some(Finding { source, target, packets, paths })
        })
    }

    /// What of a flow may be open on one of its paths, but for what it spares and for what carries overlays, each pair of
    /// classes once.
    pub fn not_closed(&self, classes: &Classes, flow: &Flow) -> Vec<Finding> {
        let ends =
            flow.except.iter().map(|spared| (spared, self.parties(&spared.source), self.parties(&spared.target)));
        let ends: Vec<(&Flow, Vec<Party>, Vec<Party>)> = ends.collect();
        self.pairs(classes, flow, |source, target, mut paths| {
            let mut packets = self.carried_to(flow, &target);
            for (spared, sources, targets) in &ends {
                if sources.contains(&source) && targets.contains(&target) {
                    packets = packets.difference(&self.carried_to(spared, &target));
                }
            }
            let open = |path: &Path| path.upper().intersection(&packets).difference(&self.tunnels(path));
            paths.retain(|path| !open(path).is_none());
            let packets = paths.iter().fold(PortSet::none(), |all, path| all.union(&open(path)));
            (!paths.is_empty()).then_some(Finding { source, target, packets, paths })
        })
    }

    fn pairs(
        &self,
        classes: &Classes,
        flow: &Flow,
        judge: impl Fn(Party, Party, Vec<Path>) -> Option<Finding>,
    ) -> Vec<Finding> {
        let cells = self.ask(classes, &self.parties(&flow.source), &self.parties(&flow.target));
        let named = (self.members.of(&flow.source), self.members.of(&flow.target));
        let judged = cells.into_iter().filter_map(|cell| {
            let (source, target) = first(&cell)?;
            let from = self.meant_on(&flow.source, &named.0, &source);
            let to = self.meant_on(&flow.target, &named.1, &target);
            let here =
                |meant: &Option<Vec<NetworkId>>, network| meant.as_ref().is_none_or(|list| list.contains(&network));
            let on = |path: &Path| {
                flow.via.is_none_or(|via| path.way == Way::Direct(via))
                    && here(&from, path.way.first())
                    && here(&to, path.way.last())
            };
            judge(source, target, cell.paths.into_iter().filter(on).collect())
        });
        judged.collect()
    }

    /// The networks on which an end means a machine by its address alone; none if it is meant by what it is.
    /// `named` are the machines that it means by what they are.
    fn meant_on(&self, end: &End, named: &[HostId], party: &Party) -> Option<Vec<NetworkId>> {
        let Party::Host(host) = party else { return None };
        if named.binary_search(host).is_ok() {
            return None;
        }
        let networks = (0..self.site.networks.len() as u32).map(NetworkId);
        let parts = match end {
            End::Union(ends) => ends.as_slice(),
            end => std::slice::from_ref(end),
        };
        let placed = |network: &NetworkId| parts.iter().any(|end| self.members.placed(end, *network).contains(host));
        Some(networks.filter(placed).collect())
    }

    /// What a flow carries to a target: of endpoints only those that it serves.
    fn carried_to(&self, flow: &Flow, target: &Party) -> PortSet {
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
        let networks = (0..self.site.networks.len() as u32).map(NetworkId);
        let tunnels = networks.filter_map(|network| Tunnels::of(self.site, network));
        let here = tunnels.filter(|tunnels| !self.members.is_overlay(path.way.last()) && self.carries(path, tunnels));
        here.fold(PortSet::none(), |all, tunnels| {
            all.union(&PortSet::ports(Transport::Udp, tunnels.port, tunnels.port))
        })
    }

    /// Whether the packets of an overlay are let in at the end of a path: at members alone.
    fn carries(&self, path: &Path, tunnels: &Tunnels) -> bool {
        let Some(Party::Host(host)) = path.steps.last().map(|step| &step.at) else { return false };
        self.host(*host).is_on(tunnels.overlay)
    }
}

/// The first source and the first other target.
fn first(cell: &Cell) -> Option<(Party, Party)> {
    cell.sources.iter().find_map(|source| {
        let target = cell.targets.iter().find(|target| *target != source)?;
        Some((source.clone(), target.clone()))
    })
}
