//! What a machine that lets nothing through by itself needs unasked, in each phase of its life, and the proof that it has it.
//!
//! Each demand is held against the lower bounds of the layers that are there in its phase. It is made once for each class of
//! machines that Ansible is to reach, so the work follows the number of policies.

use std::cell::RefCell;
use std::net::IpAddr;
use std::rc::Rc;

use arvc_site::endpoints::Tunnels;
use arvc_site::model::{Bastion, End, Family, HostId, Kind, NetworkId, Transport};
use ipnet::IpNet;

use crate::layers::{Classes, Detail, Layer, Layers, Party, Path, Step, Way};
use crate::policy::{Peer, Rule};
use crate::ports::PortSet;

/// A phase of a machine's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It exists, and Proxmox filters it.
    Created,
    /// Its own packet filter is there as well.
    Secured,
    /// It is a member of its overlays.
    Joined,
    /// Everything stood still, and everything starts: each machine with its filter, and nobody has joined yet.
    ColdStart,
}

impl Phase {
    /// All of them in their order.
    pub const ALL: [Self; 4] = [Self::Created, Self::Secured, Self::Joined, Self::ColdStart];

    /// As a message names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Secured => "secured",
            Self::Joined => "joined",
            Self::ColdStart => "cold start",
        }
    }
}

/// What is demanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// That it gets its address, where something else gives it.
    Address,
    /// That Ansible gets in.
    WayIn,
    /// A resolver before the overlay is there.
    Resolver,
    /// The time, without which no certificate is valid.
    Time,
    /// Where packages come from.
    Packages,
    /// A lighthouse of each overlay.
    Lighthouse,
    /// The site's own names.
    Names,
}

impl What {
    /// As a message names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "its address by DHCP",
            Self::WayIn => "the way in of Ansible",
            Self::Resolver => "a resolver without the overlay",
            Self::Time => "the time",
            Self::Packages => "package mirrors",
            Self::Lighthouse => "a lighthouse",
            Self::Names => "the site's own resolver",
        }
    }

    /// What it follows from, and what is written to change it.
    pub fn from(self) -> &'static str {
        match self {
            Self::Address => "the address method of the interface",
            Self::WayIn => "`operators.addresses`, the nodes, `connection`",
            Self::Resolver => "`uplink_resolvers`",
            Self::Time | Self::Packages | Self::Names => "`essentials`",
            Self::Lighthouse => "`lighthouse`, `underlay` and `port` of the overlay",
        }
    }
}

/// A demand of some machines that nothing tells apart.
#[derive(Clone, Debug)]
pub struct Demand {
    /// When.
    pub phase: Phase,
    /// What.
    pub what: What,
    /// Who.
    pub hosts: Vec<HostId>,
    /// Why it is not proved; `None` if it is.
    pub lacks: Option<Lacking>,
}

/// Why a demand is not proved.
#[derive(Clone, Debug, Default)]
pub struct Lacking {
    /// In words.
    pub why: String,
    /// The connections of which any would do, if some of them may be open for all that is known.
    pub perhaps: Vec<(Party, Party, PortSet)>,
    /// Another network of the machine, on which it would be proved.
    pub elsewhere: Option<NetworkId>,
}

impl From<String> for Lacking {
    fn from(why: String) -> Self {
        Self { why, ..Self::default() }
    }
}

/// Every demand of a site, by phase.
pub fn demands(layers: &Layers) -> Vec<Demand> {
    layers.in_detail(Detail::Often, || asked(layers, |_| true))
}

/// Those alone that are not proved.
pub(crate) fn unproved(layers: &Layers) -> Vec<Demand> {
    layers.in_detail(Detail::Often, || asked(layers, |answer| answer.is_err()))
}

fn asked(layers: &Layers, told: impl Fn(&Answer) -> bool) -> Vec<Demand> {
    let classes = Classes::new(layers);
    let site = layers.site();
    // Where nobody knows an address, nothing can be said of it.
    let known = |host: HostId| site.hosts[host.index()].interfaces.iter().all(|interface| interface.leased.is_none());
    let reached = |hosts: &&Vec<HostId>| site.hosts[hosts[0].index()].is_reached() && known(hosts[0]);
    let servers = Servers::new(layers);
    let mut all = Vec::new();
    for hosts in classes.list.iter().filter(reached) {
        // The same ways are asked for in several phases.
        let ways = RefCell::default();
        for phase in Phase::ALL {
            let asked = Asked { layers, servers: &servers, ways: &ways, host: hosts[0], phase };
            for (what, answer) in asked.all().into_iter().filter(|(_, answer)| told(answer)) {
                all.push(Demand { phase, what, hosts: hosts.clone(), lacks: answer.err() });
            }
        }
    }
    all.sort_by_key(|demand| demand.phase);
    all
}

/// Whether something is proved, or why not.
type Answer = Result<(), Lacking>;

/// Who answers everybody.
struct Servers {
    /// Whoever has an address of `uplink_resolvers`.
    uplink: Vec<Vec<Party>>,
    /// The site's own resolvers.
    own: Vec<Party>,
    /// Whether the site has a service that makes one.
    has_own: bool,
}

impl Servers {
    fn new(layers: &Layers) -> Self {
        let site = layers.site();
        let parties = |address: &IpAddr| layers.parties(&End::Prefix(IpNet::from(*address)));
        Self {
            uplink: site.uplink_resolvers.iter().map(parties).collect(),
            own: layers.parties(&End::Resolvers),
            has_own: site.services.iter().any(|service| service.resolver.is_some()),
        }
    }
}

/// The paths of one machine that were asked for, and whether all of them were.
type Ways = RefCell<Vec<((Party, Party, bool), Rc<[Path]>)>>;

/// One machine in one phase.
struct Asked<'l, 'a> {
    layers: &'l Layers<'a>,
    servers: &'l Servers,
    ways: &'l Ways,
    host: HostId,
    phase: Phase,
}

impl Asked<'_, '_> {
    fn all(&self) -> Vec<(What, Answer)> {
        let (site, machine) = (self.layers.site(), self.layers.host(self.host));
        let created = machine.kind != Kind::Machine;
        let mut list = Vec::new();
        if self.phase == Phase::Joined {
            let overlays = machine.interfaces.iter().map(|interface| interface.network);
            let overlays: Vec<NetworkId> =
                overlays.filter(|network| site.networks[network.index()].is_overlay()).collect();
            if !machine.lighthouse && !overlays.is_empty() {
                let found = overlays.iter().try_for_each(|overlay| self.lighthouse(*overlay));
                list.push((What::Lighthouse, found));
            }
            if self.servers.has_own {
                list.extend(self.names().map(|answer| (What::Names, answer)));
            }
            return list;
        }
        if machine.interfaces.iter().any(|interface| interface.dhcp) {
            // Proxmox's option and the rules of the packet filter are there for each interface that asks.
            list.push((What::Address, Ok(())));
        }
        // A machine that was there before the site may be entered over an overlay that somebody put it on by hand.
        let later = machine.reached_on(site).is_none_or(|network| site.networks[network.index()].is_overlay());
        // That a machine is jumped over is a need of it, which is judged as such.
        let jumped = matches!(machine.connection.bastion.map(|bastion| bastion.value), Some(Bastion::Host(_)));
        if self.phase != Phase::ColdStart && (created || !later) && !jumped {
            list.push((What::WayIn, self.way_in()));
        }
        if created {
            list.push((What::Resolver, self.resolver()));
            list.push((What::Time, self.lets_out(&PortSet::ports(Transport::Udp, 123, 123))));
            if self.phase != Phase::ColdStart {
                let http = PortSet::ports(Transport::Tcp, 80, 80);
                let either = self.lets_out(&http).or_else(|_| self.lets_out(&PortSet::ports(Transport::Tcp, 443, 443)));
                list.push((What::Packages, either));
            }
        }
        list
    }

    /// The paths from one to another, or those below the overlays alone: others do not pass before the machine has joined.
    fn paths(&self, from: &Party, to: &Party, all: bool) -> Rc<[Path]> {
        let is = |(a, b, c): &(Party, Party, bool)| a == from && b == to && *c == all;
        if let Some((_, known)) = self.ways.borrow().iter().find(|(asked, _)| is(asked)) {
            return known.clone();
        }
        let below = |way: Way| !self.is_overlay(way);
        let paths: Rc<[Path]> = self.layers.paths_by(from, to, &|way| all || below(way)).into();
        self.ways.borrow_mut().push(((from.clone(), to.clone(), all), paths.clone()));
        paths
    }

    /// Whether a way ends on an overlay.
    fn is_overlay(&self, way: Way) -> bool {
        way.last().is_some_and(|last| self.layers.site().networks[last.index()].is_overlay())
    }

    /// Whether some packets surely pass from it to another, where it has joined no overlay yet.
    fn gets_to(&self, party: &Party, packets: &PortSet) -> bool {
        let paths = self.paths(&Party::Host(self.host), party, false);
        paths.iter().any(|path| self.passes(path, packets))
    }

    /// Whether some packets pass a path for certain, by the layers that are there.
    fn passes(&self, path: &Path, packets: &PortSet) -> bool {
        if self.is_overlay(path.way) && self.phase != Phase::Joined {
            return false;
        }
        // The other end of a path has its filter, whichever phase this one is in.
        let own = Party::Host(self.host);
        let there = path
            .steps
            .iter()
            .filter(|step| self.phase != Phase::Created || step.layer != Layer::Filter || step.at != own);
        there.into_iter().all(|step| packets.is_subset(&step.lower))
    }

    /// Whether any of some connections passes for certain, on a path that counts.
    fn any(
        &self,
        pairs: &[(Party, Party)],
        packets: &PortSet,
        counts: impl Fn(&Path) -> bool,
        why: impl FnOnce() -> String,
    ) -> Answer {
        let mut perhaps = Vec::new();
        for (from, to) in pairs {
            let paths = self.paths(from, to, true);
            if paths.iter().any(|path| counts(path) && self.passes(path, packets)) {
                return Ok(());
            }
            if paths.iter().any(|path| counts(path) && packets.is_subset(&path.upper())) {
                perhaps.push((from.clone(), to.clone(), packets.clone()));
            }
        }
        Err(Lacking { why: why(), perhaps, elsewhere: None })
    }

    fn way_in(&self) -> Answer {
        let (site, machine) = (self.layers.site(), self.layers.host(self.host));
        let port = machine.connection.port();
        let packets = PortSet::ports(Transport::Tcp, port, port);
        let to = Party::Host(self.host);
        let from: Vec<Party> = match machine.connection.bastion.map(|bastion| bastion.value) {
            Some(Bastion::Node(node)) => vec![Party::Node(node)],
            _ => {
                let nodes = site.node_ids().map(Party::Node);
                let operators = (!site.operators.addresses.is_empty()).then_some(Party::Operators);
                // Whichever of their addresses gets in, there Ansible can run.
                let each = site.operators.addresses.iter().map(|prefix| Party::Prefix(prefix.value.trunc()));
                nodes.chain(operators).chain(each).collect()
            }
        };
        let pairs: Vec<(Party, Party)> = from.into_iter().map(|from| (from, to.clone())).collect();
        let on = machine.reached_on(site);
        let there = on.and_then(|on| Some((on, machine.interface_on(on)?.addresses().next()?.value)));
        let it = match there {
            Some((on, address)) => format!("{address} (`{}`)", site.networks[on.index()].named.path),
            None => "it".to_owned(),
        };
        let counts = |path: &Path| on.is_none_or(|on| path.way.last() == Some(on));
        let why = || match pairs.as_slice() {
            [(only, _)] => format!("{} does not surely reach {packets} on {it} without the overlay", only.name(site)),
            _ => format!("neither a node nor an operator surely reaches {packets} on {it} without the overlay"),
        };
        self.any(&pairs, &packets, counts, why).map_err(|lacks| {
            let others =
                machine.interfaces.iter().map(|interface| interface.network).filter(|other| Some(*other) != on);
            let proved = |other: &NetworkId| {
                self.any(&pairs, &packets, |path| path.way.last() == Some(*other), String::new).is_ok()
            };
            Lacking { elsewhere: others.into_iter().find(proved), ..lacks }
        })
    }

    fn resolver(&self) -> Answer {
        let site = self.layers.site();
        let packets = PortSet::ports(Transport::Udp, 53, 53);
        if site.uplink_resolvers.is_empty() {
            return Err("`uplink_resolvers` is empty".to_owned().into());
        }
        let own = Party::Host(self.host);
        let all = || self.servers.uplink.iter().flatten();
        if all().any(|party| *party == own || self.gets_to(party, &packets)) {
            return Ok(());
        }
        let perhaps = all().filter(|party| {
            let paths = self.paths(&own, party, false);
            paths.iter().any(|path| packets.is_subset(&path.upper()))
        });
        let perhaps = perhaps.map(|party| (own.clone(), party.clone(), packets.clone())).collect();
        Err(Lacking {
            why: "no address of `uplink_resolvers` is surely reached from it".to_owned(),
            perhaps,
            elsewhere: None,
        })
    }

    /// Whether it may send something to anybody beyond the overlay.
    fn lets_out(&self, packets: &PortSet) -> Answer {
        let machine = self.layers.host(self.host);
        let networks = machine.interfaces.iter().map(|interface| interface.network);
        let mut below = networks.filter(|network| !self.layers.site().networks[network.index()].is_overlay());
        let found = below.any(|network| {
            if !self.layers.has_proxmox(self.host, network) {
                return true;
            }
            let rules = self.layers.policies.of(self.host).outbound.iter();
            rules
                .filter(|rule| rule.network == network && packets.is_subset(&rule.ports))
                .any(|rule| self.arrives(rule, packets))
        });
        if found { Ok(()) } else { Err(format!("nothing opens {packets} from it beyond the overlay").into()) }
    }

    /// Whether what a rule lets out gets anywhere: to a machine, if that lets it in.
    fn arrives(&self, rule: &Rule, packets: &PortSet) -> bool {
        let end = match &rule.peer {
            Peer::Host(host) => End::Host(*host),
            Peer::Group(group) => End::Group(*group),
            Peer::AllOf(groups) => End::All(groups.iter().map(|group| End::Group(*group)).collect()),
            _ => return true,
        };
        self.layers.parties(&end).iter().any(|party| self.gets_to(party, packets))
    }

    /// A lighthouse that it reaches by itself: none is ever reached through a relay.
    fn lighthouse(&self, overlay: NetworkId) -> Answer {
        let site = self.layers.site();
        let Some(tunnels) = Tunnels::of(site, overlay) else { return Ok(()) };
        let packets = PortSet::ports(Transport::Udp, tunnels.port, tunnels.port);
        let others = self.layers.hubs.iter().copied().filter(|id| {
            let host = self.layers.host(*id);
            *id != self.host && host.lighthouse && host.is_on(overlay)
        });
        let mut perhaps = Vec::new();
        for id in others {
            let ways: Vec<Vec<Step>> =
                tunnels.public(site, id).iter().flat_map(|address| self.sends(*address, &packets)).collect();
            let surely = |steps: &Vec<Step>| steps.iter().all(|step| packets.is_subset(&step.lower));
            if self.gets_to(&Party::Host(id), &packets) || ways.iter().any(surely) {
                return Ok(());
            }
            if ways.iter().any(|steps| steps.iter().all(|step| packets.is_subset(&step.upper))) {
                perhaps.push((Party::Host(self.host), Party::Host(id), packets.clone()));
            }
        }
        let path = &site.networks[overlay.index()].named.path;
        let why = format!("no lighthouse of {path} is surely reached from it");
        Err(Lacking { why, perhaps, elsewhere: None })
    }

    /// The ways by which it may send something to an address that the world knows, with what a router of ours on each says to it.
    fn sends(&self, address: IpAddr, packets: &PortSet) -> Vec<Vec<Step>> {
        let machine = self.layers.host(self.host);
        let below = |network: &NetworkId| !self.layers.site().networks[network.index()].is_overlay();
        let mut networks = machine.interfaces.iter().map(|interface| interface.network).filter(below).peekable();
        // One that is on an overlay alone is elsewhere, behind nothing that the site knows.
        if networks.peek().is_none() && address.is_ipv4() {
            return vec![Vec::new()];
        }
        let sending = networks.filter(|network| {
            let family = machine.interface_on(*network).is_some_and(|it| it.families().contains(Family::of(address)));
            let rules = self.layers.policies.of(self.host).outbound.iter().filter(|rule| rule.network == *network);
            let sends = |rule: &Rule| packets.is_subset(&rule.ports) && self.layers.holds(rule, address);
            family && (!self.layers.has_proxmox(self.host, *network) || rules.into_iter().any(sends))
        });
        sending.map(|network| self.layers.handed_out(self.host, network, address)).collect()
    }

    /// Nothing if it meets none of them: such a machine asks other resolvers.
    fn names(&self) -> Option<Answer> {
        let packets = PortSet::ports(Transport::Udp, 53, 53);
        let own = Party::Host(self.host);
        let resolvers = &self.servers.own;
        if resolvers.contains(&own) {
            return Some(Ok(()));
        }
        let pairs: Vec<(Party, Party)> = resolvers.iter().map(|resolver| (own.clone(), resolver.clone())).collect();
        let members = &self.layers.members;
        let profile = |host: HostId| members.profile_of[host.index()];
        let meets = pairs.iter().any(|(_, to)| {
            matches!(to, Party::Host(to) if !members.paths(profile(self.host), profile(*to), &[], None).is_empty())
        });
        let why = || "no resolver of the site is surely reached from it".to_owned();
        meets.then(|| self.any(&pairs, &packets, |_| true, why))
    }
}
