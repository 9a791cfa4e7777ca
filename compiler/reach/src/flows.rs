//! Flows as exact sets of connections, and their algebra.
//!
//! A connection is a source, a target, the network that it crosses, and a packet's protocol and port. Sources and targets
//! are different parties: what a machine sends to itself never leaves it, so a set whose only source is its only target
//! is empty. Replies belong to their connection and are none of their own, and neither are the tunnel packets that
//! carry an overlay: what travels inside them is what flows speak of.
//!
//! What a flow *opens* is the path that its ends use by themselves (see [`crate::members`]); what a flow *forbids* is
//! every path. Between networks that is known of routers alone: what no router surely carries, nothing opens. `any` is every machine of the site, and neither nodes nor the Internet: `never = [ x -> any ]` leaves
//! `x -> internet` to a claim of its own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use arvc_site::model::{Families, Flow, HostId, NetworkId};

use crate::bits::Bits;
use crate::classes::{Parties, Space};
use crate::members::Arm;
use crate::path::Path;
use crate::ports::PortSet;
use crate::zones::Zone;

/// All connections of some sources to some targets over one path.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// Source classes.
    pub sources: Bits,
    /// Target classes.
    pub targets: Bits,
    /// The path.
    pub path: Path,
    /// What they carry.
    pub ports: PortSet,
}

/// A set of connections as the union of its pieces.
pub(crate) type Connections = Vec<Piece>;

/// One connection, as a message shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Witness {
    /// Class of the source, and the machine of it.
    pub source: (usize, Option<HostId>),
    /// Class of the target, and the machine of it.
    pub target: (usize, Option<HostId>),
    /// The path.
    pub path: Path,
    /// One packet.
    pub ports: PortSet,
}

/// Which paths of a flow are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paths {
    /// Those that it uses.
    Used,
    /// All that exist.
    Every,
}

/// A flow with its ends and ports looked up.
pub(crate) struct Resolved<'a> {
    /// The flow.
    pub flow: &'a Flow,
    /// Who it comes from.
    pub source: Parties,
    /// Who it goes to, whatever serves its endpoints.
    pub target: Parties,
    /// What it carries.
    pub arms: Vec<Arm>,
}

impl<'a> Resolved<'a> {
    /// Looks up a flow of the space.
    pub fn new(space: &Space, flow: &'a Flow) -> Self {
        let (source, target) = (space.parties(&flow.source), space.parties(&flow.target));
        Self { flow, source, target, arms: space.members.arms(flow.ports.as_deref()) }
    }

    /// The same of one that opens nothing: of the Internet it speaks without the operators.
    pub fn claimed(space: &Space, flow: &'a Flow) -> Self {
        let (source, target) = (space.claimed(&flow.source), space.claimed(&flow.target));
        Self { source, target, ..Self::new(space, flow) }
    }

    /// What it opens or needs, or what it forbids, without what it spares.
    pub fn connections(&self, space: &Space, paths: Paths) -> Connections {
        let mut all = Vec::new();
        for arm in &self.arms {
            let narrow = space.served_by(arm).map(|served| narrowed(&self.target, served));
            let target = narrow.as_ref().unwrap_or(&self.target);
            let mut pieces = Vec::new();
            let context = Context { space, flow: self.flow, arm, paths };
            context.machines(&self.source, target, &mut pieces);
            for network in space.members.site.network_ids() {
                context.placed_on(network, &self.source, target, &mut pieces);
                context.addresses(network, &self.source, target, &mut pieces);
            }
            context.placed_apart(&self.source, target, &mut pieces);
            // Stable: what a network carries stands together, whatever it was found by.
            pieces.sort_by_key(|piece: &Piece| piece.path);
            all.append(&mut pieces);
        }
        for flow in &self.flow.except {
            let spared = Resolved::new(space, flow).connections(space, Paths::Used);
            all = difference(space, all, &spared);
        }
        all
    }
}

/// The part of a target that serves an endpoint. No address does.
fn narrowed(target: &Parties, served: &Bits) -> Parties {
    let placed = target.placed.iter().map(|(network, placed)| (*network, placed.intersection(served)));
    Parties { machines: target.machines.intersection(served), placed: placed.collect(), zones: Bits::none() }
}

struct Context<'a> {
    space: &'a Space<'a>,
    flow: &'a Flow,
    arm: &'a Arm,
    paths: Paths,
}

impl Context<'_> {
    /// Machines that are meant by what they are, at both ends.
    fn machines(&self, source: &Parties, target: &Parties, all: &mut Connections) {
        let profiles = 0..self.space.members.profiles.len();
        let meant = |parties: &Parties, profile: usize| parties.machines.intersection(self.space.profile(profile));
        for own in profiles.clone() {
            let sources = meant(source, own);
            if sources.is_empty() {
                continue;
            }
            let mut targets: BTreeMap<Path, Bits> = BTreeMap::new();
            for other in profiles.clone() {
                let meant = meant(target, other);
                if !meant.is_empty() {
                    for path in self.between(own, other).iter() {
                        targets.entry(*path).or_insert_with(Bits::none).add(&meant);
                    }
                }
            }
            for (path, targets) in targets {
                self.piece(sources.clone(), targets, path, all);
            }
        }
    }

    /// The paths between two machines that are meant by what they are.
    fn between(&self, own: usize, other: usize) -> Cow<'_, [Path]> {
        let members = self.space.members;
        match self.paths {
            Paths::Used => members.taken(self.flow, self.arm, own, other),
            Paths::Every => {
                let common = members.common(own, other).into_iter().map(Path::direct);
                let mut paths: Vec<Path> = common.chain(members.routed(own, other)).collect();
                paths.retain(|path| self.is_meant(path.target));
                Cow::Owned(paths)
            }
        }
    }

    /// Machines that are meant by their address on a network, at one end or both, and met on that network.
    fn placed_on(&self, network: NetworkId, source: &Parties, target: &Parties, all: &mut Connections) {
        if source.placed.is_empty() && target.placed.is_empty() || !self.is_meant(network) {
            return;
        }
        let (placed_source, placed_target) = (placed(source, network), placed(target, network));
        let targets = target.machines.union(&placed_target);
        for (own, there) in self.meeting(network) {
            let path = Path::direct(network);
            self.piece(placed_source.intersection(&own), targets.intersection(&there), path, all);
            self.piece(source.machines.intersection(&own), placed_target.intersection(&there), path, all);
        }
    }

    /// The same through a router.
    fn placed_apart(&self, source: &Parties, target: &Parties, all: &mut Connections) {
        if source.placed.is_empty() && target.placed.is_empty() {
            return;
        }
        let members = self.space.members;
        for own in 0..members.profiles.len() {
            for other in 0..members.profiles.len() {
                let (from, to) = (self.space.profile(own), self.space.profile(other));
                let meant = |parties: &Parties, profile: &Bits| {
                    parties.machines.meets(profile) || parties.placed.iter().any(|(_, placed)| placed.meets(profile))
                };
                if !meant(source, from) || !meant(target, to) {
                    continue;
                }
                for path in members.routed(own, other).into_iter().filter(|path| self.is_meant(path.target)) {
                    let (placed_source, placed_target) = (placed(source, path.source), placed(target, path.target));
                    let targets = target.machines.union(&placed_target);
                    self.piece(placed_source.intersection(from), targets.intersection(to), path, all);
                    self.piece(source.machines.intersection(from), placed_target.intersection(to), path, all);
                }
            }
        }
    }

    /// Whether the flow may meet its target on a network, as far as `via` says.
    fn is_meant(&self, network: NetworkId) -> bool {
        self.flow.via.is_none_or(|via| via == network)
    }

    /// The machines of a network by the families that they have there, each part with all machines that it meets.
    fn meeting(&self, network: NetworkId) -> Vec<(Bits, Bits)> {
        let members = self.space.members;
        let mut parts: Vec<(Families, Bits)> = Vec::new();
        for profile in 0..members.profiles.len() {
            let families = members.families(profile, network);
            match parts.iter_mut().find(|(other, _)| *other == families) {
                _ if families.is_none() => {}
                Some((_, bits)) => bits.add(self.space.profile(profile)),
                None => parts.push((families, self.space.profile(profile).clone())),
            }
        }
        let there = |own: Families| {
            let others = parts.iter().filter(|(other, _)| !own.intersection(*other).is_none());
            others.fold(Bits::none(), |all, (_, bits)| all.union(bits))
        };
        parts.iter().map(|(families, bits)| (bits.clone(), there(*families))).collect()
    }

    fn addresses(&self, network: NetworkId, source: &Parties, target: &Parties, all: &mut Connections) {
        if source.zones.is_empty() && target.zones.is_empty() {
            return;
        }
        for profile in 0..self.space.members.profiles.len() {
            let mut met = Bits::none();
            for (index, zone) in self.space.zones.iter().enumerate() {
                if self.meet_address(profile, network, zone) {
                    met.insert(self.space.zone_class(index));
                }
            }
            let own = |parties: &Parties| {
                parties.machines.union(&placed(parties, network)).intersection(self.space.profile(profile))
            };
            let path = Path::direct(network);
            self.piece(own(source), target.zones.intersection(&met), path, all);
            self.piece(source.zones.intersection(&met), own(target), path, all);
        }
    }

    fn meet_address(&self, profile: usize, network: NetworkId, zone: &Zone) -> bool {
        let (family, inside) = (zone.family(), &zone.inside);
        let members = self.space.members;
        match self.paths {
            Paths::Used => {
                let listen = members.listen(self.arm);
                members.outward(profile, family, inside, listen, self.flow.via).contains(&network)
            }
            Paths::Every => {
                self.is_meant(network)
                    && members.families(profile, network).contains(family)
                    && (inside.contains(&network) || !members.is_overlay(network))
            }
        }
    }

    fn piece(&self, sources: Bits, targets: Bits, path: Path, all: &mut Connections) {
        let piece = Piece { sources, targets, path, ports: self.arm.ports.clone() };
        if !is_empty(self.space, &piece) {
            all.push(piece);
        }
    }
}

/// The machines that are meant by their address on a network.
fn placed(parties: &Parties, network: NetworkId) -> Bits {
    let here = parties.placed.iter().find(|(other, _)| *other == network);
    here.map_or_else(Bits::none, |(_, placed)| placed.clone())
}

/// Whether a piece holds no connection.
pub(crate) fn is_empty(space: &Space, piece: &Piece) -> bool {
    if piece.ports.is_none() || piece.sources.is_empty() || piece.targets.is_empty() {
        return true;
    }
    // One class against itself connects its machines to one another, if there are several.
    let mut sources = piece.sources.iter();
    match (sources.next(), sources.next()) {
        (Some(only), None) if piece.sources == piece.targets => space.hosts(only).len() < 2,
        _ => false,
    }
}

/// What is in both pieces.
pub(crate) fn common(space: &Space, a: &Piece, b: &Piece) -> Option<Piece> {
    if !meet(a, b) {
        return None;
    }
    let piece = Piece {
        sources: a.sources.intersection(&b.sources),
        targets: a.targets.intersection(&b.targets),
        path: a.path,
        ports: a.ports.intersection(&b.ports),
    };
    (!is_empty(space, &piece)).then_some(piece)
}

/// What is in the first set and in no piece of the second.
pub(crate) fn difference<'a>(
    space: &Space,
    from: Connections,
    what: impl IntoIterator<Item = &'a Piece>,
) -> Connections {
    let mut left = from;
    for taken in what {
        if left.is_empty() {
            break;
        }
        if left.iter().any(|piece| meet(piece, taken)) {
            left = left.into_iter().flat_map(|piece| without(space, piece, taken)).collect();
        }
    }
    left
}

/// Whether the second set holds all of the first.
pub(crate) fn is_subset(space: &Space, of: &[Piece], all: &[Piece]) -> bool {
    of.iter().all(|piece| all.iter().any(|other| meet(piece, other))) && difference(space, of.to_vec(), all).is_empty()
}

/// Whether two pieces overlap in each respect.
fn meet(a: &Piece, b: &Piece) -> bool {
    a.path == b.path && a.sources.meets(&b.sources) && a.targets.meets(&b.targets) && a.ports.meets(&b.ports)
}

/// Whether one piece holds all of another by itself.
pub(crate) fn holds(wide: &Piece, narrow: &Piece) -> bool {
    wide.path == narrow.path
        && narrow.sources.is_subset(&wide.sources)
        && narrow.targets.is_subset(&wide.targets)
        && narrow.ports.is_subset(&wide.ports)
}

/// A piece without another: what has other sources, what has the sources and other targets, what has both and other
/// ports. The three do not meet.
fn without(space: &Space, piece: Piece, taken: &Piece) -> Vec<Piece> {
    if !meet(&piece, taken) {
        return vec![piece];
    }
    let sources = piece.sources.intersection(&taken.sources);
    let targets = piece.targets.intersection(&taken.targets);
    let parts = [
        Piece { sources: piece.sources.difference(&taken.sources), ..piece.clone() },
        Piece { sources: sources.clone(), targets: piece.targets.difference(&taken.targets), ..piece.clone() },
        Piece { sources, targets, path: piece.path, ports: piece.ports.difference(&taken.ports) },
    ];
    parts.into_iter().filter(|part| !is_empty(space, part)).collect()
}

/// One connection of a piece that is not empty: the first source, the first other target, the first packet.
pub(crate) fn witness(space: &Space, piece: &Piece) -> Option<Witness> {
    let ports = piece.ports.first()?;
    for source in piece.sources.iter() {
        for target in piece.targets.iter() {
            let (from, to) = (space.hosts(source), space.hosts(target));
            let to = if source == target { to.get(1) } else { to.first() };
            if source == target && to.is_none() {
                continue;
            }
            let source = (source, from.first().copied());
            return Some(Witness { source, target: (target, to.copied()), path: piece.path, ports });
        }
    }
    None
}
