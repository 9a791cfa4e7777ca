//! The parties of a site in classes that no flow tells apart: its machines, and addresses that no machine has.
//!
//! All set algebra of the checks runs on class numbers, so that its cost follows the number of different policies that
//! the author wrote and not the number of machines. Machines come first, then zones of addresses.

use std::collections::BTreeMap;

use arvc_site::model::{End, EndpointId, Flow, HostId, NetworkId, PortTerm};

use crate::bits::Bits;
use crate::members::{Arm, Members};
use crate::zones::{Zone, zones};

/// The classes of a site under a list of flows.
pub(crate) struct Space<'a> {
    /// The machines.
    pub members: &'a Members<'a>,
    /// Classes of machines: never empty, each sorted, ordered by their first machine.
    pub classes: Vec<Vec<HostId>>,
    /// Classes of addresses.
    pub zones: Vec<Zone>,
    /// The simple ends of the flows but single machines, sorted.
    pub ends: Vec<End>,
    class_of: Vec<usize>,
    /// For each profile, the classes of its machines.
    profiles: Vec<Bits>,
    /// For each endpoint that a flow names, the classes of the machines that serve it.
    served: BTreeMap<EndpointId, Bits>,
}

/// The parties that an end means.
#[derive(Clone, Debug)]
pub(crate) struct Parties {
    /// Machines by what they are, on any path.
    pub machines: Bits,
    /// Machines by an address on a network, for each network with such: on that network alone.
    pub placed: Vec<(NetworkId, Bits)>,
    /// Addresses.
    pub zones: Bits,
}

impl Parties {
    /// Whether it is nobody.
    pub fn is_empty(&self) -> bool {
        self.machines.is_empty() && self.zones.is_empty() && self.placed.is_empty()
    }
}

impl<'a> Space<'a> {
    /// The classes that the ends and endpoints of these flows make.
    pub fn new<'f>(members: &'a Members<'a>, flows: impl Iterator<Item = &'f Flow>) -> Self {
        let (mut ends, mut endpoints) = (Vec::new(), Vec::new());
        // A machine that is named by itself is a class by itself, which a flag says as well as a mark.
        let mut alone = vec![false; members.all.len()];
        for flow in flows {
            collect(flow, &mut ends, &mut alone, &mut endpoints);
        }
        // A claim about the Internet is none about the operators.
        if ends.contains(&End::Internet) {
            ends.push(End::Operators);
        }
        ends.sort_unstable();
        ends.dedup();
        endpoints.sort_unstable();
        endpoints.dedup();

        // What tells a machine from another: its networks, and which marks it carries.
        let mut marks: Vec<Vec<u32>> = vec![Vec::new(); members.all.len()];
        let mut mark = 0;
        for host in members.all.iter().filter(|host| alone[host.index()]) {
            marks[host.index()].push(mark);
            mark += 1;
        }
        let mut carry = |hosts: &[HostId]| {
            for host in hosts {
                marks[host.index()].push(mark);
            }
            mark += 1;
        };
        for end in &ends {
            carry(&members.of(end));
            if !members.prefixes(end).is_empty() {
                for network in 0..members.site.networks.len() as u32 {
                    carry(&members.placed(end, NetworkId(network)));
                }
            }
        }
        for endpoint in &endpoints {
            carry(&members.site.endpoints[endpoint.index()].hosts);
        }
        let mut alike: BTreeMap<(usize, &[u32]), Vec<HostId>> = BTreeMap::new();
        for (host, marks) in members.all.iter().zip(&marks) {
            alike.entry((members.profile_of[host.index()], marks)).or_default().push(*host);
        }
        let mut classes: Vec<Vec<HostId>> = alike.into_values().collect();
        classes.sort_unstable();
        let mut class_of = vec![0; members.all.len()];
        for (class, hosts) in classes.iter().enumerate() {
            for host in hosts {
                class_of[host.index()] = class;
            }
        }

        let zones = zones(members.site, &ends);
        let mut profiles = vec![Bits::none(); members.profiles.len()];
        for (class, hosts) in classes.iter().enumerate() {
            profiles[members.profile_of[hosts[0].index()]].insert(class);
        }
        let mut space = Self { members, classes, zones, class_of, ends, profiles, served: BTreeMap::new() };
        let served = endpoints.into_iter().map(|id| (id, space.classes_of(&members.site.endpoints[id.index()].hosts)));
        space.served = served.collect();
        space
    }

    /// The classes of the machines that an arm's ports are served by; `None` is every machine.
    pub fn served_by(&self, arm: &Arm) -> Option<&Bits> {
        arm.endpoint.map(|endpoint| &self.served[&endpoint])
    }

    /// The classes of machines. The list must be one that flows of this space make.
    pub fn classes_of(&self, hosts: &[HostId]) -> Bits {
        hosts.iter().map(|host| self.class_of[host.index()]).collect()
    }

    /// The classes of machines with one set of networks.
    pub fn profile(&self, profile: usize) -> &Bits {
        &self.profiles[profile]
    }

    /// The machines of a class; a zone has none.
    pub fn hosts(&self, class: usize) -> &[HostId] {
        self.classes.get(class).map_or(&[], Vec::as_slice)
    }

    /// The zone with a class number.
    pub fn zone(&self, class: usize) -> Option<&Zone> {
        self.zones.get(class.checked_sub(self.classes.len())?)
    }

    /// The class number of a zone.
    pub fn zone_class(&self, zone: usize) -> usize {
        self.classes.len() + zone
    }

    /// The ends that hold a zone.
    pub fn ends_of<'s>(&'s self, zone: &'s Zone) -> impl Iterator<Item = &'s End> {
        zone.ends.iter().map(|index| &self.ends[*index])
    }

    /// The parties of an end of one of the flows. Of the Internet they are all that a rule for it lets through, the operators among
    /// them.
    pub fn parties(&self, end: &End) -> Parties {
        self.meant(end, false)
    }

    /// The same, without the operators where the Internet is meant.
    pub fn claimed(&self, end: &End) -> Parties {
        self.meant(end, true)
    }

    fn meant(&self, end: &End, apart: bool) -> Parties {
        let machines = match end {
            End::Host(host) => self.classes_of(&[*host]),
            end => self.classes_of(&self.members.of(end)),
        };
        let mut parties = Parties { machines, placed: Vec::new(), zones: Bits::none() };
        self.add_addresses(end, apart, &mut parties);
        parties
    }

    fn add_addresses(&self, end: &End, apart: bool, parties: &mut Parties) {
        match end {
            End::Union(ends) => ends.iter().for_each(|end| self.add_addresses(end, apart, parties)),
            End::Internet | End::Operators | End::Node(_) | End::Network(_) | End::Prefix(_) => {
                for network in self.members.site.network_ids() {
                    let hosts = self.members.placed(end, network);
                    if hosts.is_empty() {
                        continue;
                    }
                    let placed = self.classes_of(&hosts);
                    match parties.placed.iter_mut().find(|(other, _)| *other == network) {
                        Some((_, all)) => all.add(&placed),
                        None => parties.placed.push((network, placed)),
                    }
                }
                for (index, zone) in self.zones.iter().enumerate() {
                    let spared = apart && *end == End::Internet && self.ends_of(zone).any(|end| *end == End::Operators);
                    if !spared && self.ends_of(zone).any(|other| other == end) {
                        parties.zones.insert(self.zone_class(index));
                    }
                }
            }
            _ => {}
        }
    }
}

/// The simple ends, the single machines and the endpoints of a flow, those of its exceptions too.
fn collect(flow: &Flow, ends: &mut Vec<End>, alone: &mut [bool], endpoints: &mut Vec<EndpointId>) {
    simple(&flow.source, ends, alone);
    simple(&flow.target, ends, alone);
    for term in flow.ports.iter().flatten() {
        if let PortTerm::Endpoint(endpoint) = term {
            endpoints.push(*endpoint);
        }
    }
    for flow in &flow.except {
        collect(flow, ends, alone, endpoints);
    }
}

fn simple(end: &End, ends: &mut Vec<End>, alone: &mut [bool]) {
    match end {
        End::Union(parts) | End::All(parts) => parts.iter().for_each(|part| simple(part, ends, alone)),
        End::Host(host) => alone[host.index()] = true,
        end => ends.push(end.clone()),
    }
}
