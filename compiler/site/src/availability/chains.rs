//! Who needs whom, and whether what is needed is lost by one loss that the one who needs it survives.
//!
//! A thing that runs on several machines claims to survive the loss of one. The claim is worth nothing where something that
//! it needs does not, so that is looked for: from each thing that one loss takes to those that need it and survive every
//! loss themselves. Whoever depends on these is an echo, and only shown as the way. A thing on one machine claims nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::availability::Availability;
use crate::availability::losses::{Loss, present};
use crate::model::{Accepted, ClusterId, End, EndpointId, FlowOrigin, HostId, Named, PortTerm, ServiceId, Site};

/// Something that runs on machines and is needed, or needs, as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Unit {
    Cluster(ClusterId),
    Service(ServiceId),
    Host(HostId),
}

impl Unit {
    pub(crate) fn named(self, site: &Site) -> &Named {
        match self {
            Self::Cluster(id) => &site.clusters[id.index()].named,
            Self::Service(id) => &site.services[id.index()].named,
            Self::Host(id) => &site.hosts[id.index()].named,
        }
    }

    fn accepted(self, site: &Site) -> bool {
        let accepted = match self {
            Self::Cluster(id) => Accepted::Cluster(id),
            Self::Service(id) => Accepted::Service(id),
            Self::Host(id) => Accepted::Host(id),
        };
        site.accepted_losses.binary_search(&accepted).is_ok()
    }

    fn hosts(self, site: &Site) -> Vec<HostId> {
        let all = match self {
            Self::Cluster(id) => site.clusters[id.index()].members.clone(),
            Self::Service(id) => site.services[id.index()].hosts.clone(),
            Self::Host(id) => vec![id],
        };
        all.into_iter().filter(|id| present(&site.hosts[id.index()])).collect()
    }
}

/// Which thing an endpoint belongs to, and which one a service is.
pub(crate) struct Units<'a> {
    site: &'a Site,
    by_path: BTreeMap<&'a str, Unit>,
}

impl<'a> Units<'a> {
    pub(crate) fn new(site: &'a Site) -> Self {
        let clusters = site.clusters.iter().zip(0..).map(|(it, id)| (&it.named, Unit::Cluster(ClusterId(id))));
        let services = site.services.iter().zip(0..).map(|(it, id)| (&it.named, Unit::Service(ServiceId(id))));
        let by_path = clusters.chain(services).map(|(named, unit)| (named.path.as_str(), unit)).collect();
        Self { site, by_path }
    }

    /// The thing that serves an endpoint: `clusters.db.sql` is the cluster's.
    pub(crate) fn of_endpoint(&self, endpoint: EndpointId) -> Option<Unit> {
        let path = &self.site.endpoints[endpoint.index()].named.path;
        let unit = *self.by_path.get(path.rsplit_once('.')?.0)?;
        Some(match unit {
            Unit::Service(service) => self.of_service(service),
            other => other,
        })
    }

    /// The thing that a service is: the cluster or the machine that alone runs it, or else itself.
    pub(crate) fn of_service(&self, service: ServiceId) -> Unit {
        let path = &self.site.services[service.index()].named.path;
        match path.split_once(".services.") {
            Some((owner, _)) => match (self.by_path.get(owner), self.site.services[service.index()].hosts.as_slice()) {
                (Some(unit), _) => *unit,
                (None, [host]) => self.of_host(*host),
                _ => Unit::Service(service),
            },
            None => Unit::Service(service),
        }
    }

    /// A machine, or the cluster that it is a member of.
    pub(crate) fn of_host(&self, host: HostId) -> Unit {
        self.site.hosts[host.index()].cluster.map_or(Unit::Host(host), Unit::Cluster)
    }
}

/// A thing that one loss takes, and what needs it without being taken.
#[derive(Debug)]
pub(crate) struct Point {
    pub(crate) unit: Unit,
    pub(crate) loss: Loss,
    /// Who needs it and survives, sorted.
    pub(crate) needed_by: Vec<Unit>,
    /// One way to it, from whoever is farthest: each needs the next.
    pub(crate) way: Vec<Unit>,
}

impl Point {
    /// The machine that it is on, if it is one.
    pub(crate) fn machine<'a>(&self, site: &'a Site) -> Option<&'a Named> {
        match self.unit.hosts(site).as_slice() {
            [host] => Some(&site.hosts[host.index()].named),
            _ => None,
        }
    }

    /// What would let it survive the loss.
    pub(crate) fn remedy(&self, site: &Site) -> &'static str {
        let hosts = self.unit.hosts(site);
        match self.loss {
            Loss::Node(_) => "run it on several nodes",
            Loss::Place(_) => "run it in several places",
            Loss::Machine(machine) if hosts.contains(&machine) => "run it on several machines",
            Loss::Machine(_) | Loss::Storage(_) => "put its disks on storages that are not lost together",
        }
    }

    /// What an author writes who accepts its loss. A service that is written at a machine has no path of its own.
    pub(crate) fn acceptable<'a>(&self, site: &'a Site) -> &'a str {
        &self.unit.named(site).path
    }
}

/// How many steps of a way are shown.
const LONGEST: usize = 6;

/// Every single point of failure below something that survives every loss itself.
pub(crate) fn points(site: &Site, availability: &Availability) -> Vec<Point> {
    let units = Units::new(site);
    let mut needed_by: BTreeMap<Unit, BTreeSet<Unit>> = BTreeMap::new();
    for need in &site.needs {
        let source = match (&need.source, need.origin) {
            (_, FlowOrigin::Service(service)) => units.of_service(service),
            (End::Host(host), _) => units.of_host(*host),
            _ => continue,
        };
        for target in targets(&units, &need.target, need.ports.as_deref()) {
            if target != source {
                needed_by.entry(target).or_default().insert(source);
            }
        }
    }
    let mut known = BTreeMap::new();
    let mut taken_by = |unit: Unit| *known.entry(unit).or_insert_with(|| taken(site, availability, unit));
    let mut points = Vec::new();
    for (unit, sources) in &needed_by {
        // What stops a cluster that votes is told with the loss, for all such clusters.
        let told = matches!(unit, Unit::Cluster(id) if availability.judged(site, *id));
        if unit.accepted(site) || told {
            continue;
        }
        let Taken::By(loss) = taken_by(*unit) else { continue };
        let survives = |source: &&Unit| taken_by(**source) == Taken::Never && !source.accepted(site);
        let needed: Vec<_> = sources.iter().filter(survives).copied().collect();
        let Some(first) = needed.first().copied() else { continue };
        let mut way = vec![*unit, first];
        while way.len() < LONGEST {
            let farther = needed_by.get(&way[way.len() - 1]).into_iter().flatten();
            let Some(next) = farther.copied().find(|next| !way.contains(next)) else { break };
            way.push(next);
        }
        way.reverse();
        points.push(Point { unit: *unit, loss, needed_by: needed, way });
    }
    points
}

fn targets(units: &Units, target: &End, ports: Option<&[PortTerm]>) -> Vec<Unit> {
    let endpoints = ports.into_iter().flatten().filter_map(|term| match term {
        PortTerm::Endpoint(endpoint) => units.of_endpoint(*endpoint),
        _ => None,
    });
    let found: Vec<_> = endpoints.collect();
    if !found.is_empty() {
        return found;
    }
    match target {
        End::Host(host) => vec![units.of_host(*host)],
        End::Cluster(cluster) => vec![Unit::Cluster(*cluster)],
        End::Service(service) => vec![units.of_service(*service)],
        _ => Vec::new(),
    }
}

/// Whether one loss takes a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    By(Loss),
    /// It is on several machines, and each loss leaves enough of them.
    Never,
    /// It is on one machine that nothing known takes, or is not there.
    Unknown,
}

fn taken(site: &Site, availability: &Availability, unit: Unit) -> Taken {
    if let Unit::Cluster(id) = unit {
        let shape = &availability.shapes[id.index()];
        if shape.len() > 1 {
            return match availability.stops[id.index()].first() {
                Some(stop) => Taken::By(stop.loss),
                None if shape.spare() == 0 => Taken::Unknown,
                None => Taken::Never,
            };
        }
    }
    let hosts = unit.hosts(site);
    match (availability.losses.of_all(&hosts), hosts.len()) {
        (Some(loss), _) => Taken::By(loss),
        (None, 0 | 1) => Taken::Unknown,
        (None, _) => Taken::Never,
    }
}
