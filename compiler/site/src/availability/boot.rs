//! Whether everything can start again once everything has stopped.
//!
//! A machine or service starts when all that it is `after` answers. What is served on an overlay answers once a lighthouse
//! is up; a cluster once so many members are up as it needs votes; a service once one of its machines is. Whatever can
//! start is found by counting down what each still waits for, so the work follows the number of things and of `after`s.
//! What is left waits for itself.

use std::collections::{BTreeMap, BTreeSet};

use arvc_syntax::source::Span;

use crate::availability::chains::{Unit, Units};
use crate::availability::verdict::Shape;
use crate::model::{EndpointId, HostId, NetworkId, NetworkKind, Site};

/// Something that starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Machine(HostId),
    Unit(Unit),
    /// The overlay works for those who are no lighthouse of it.
    Overlay(NetworkId),
    /// Names are answered.
    Names,
}

/// One thing on the way around: it waits for the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    pub(crate) step: Step,
    /// Where it is written, if it is.
    pub(crate) span: Option<Span>,
}

/// What a step waits for: `needed` of the steps of one group.
struct Group {
    owner: usize,
    needed: usize,
    /// The steps, with where each is written.
    of: Vec<(usize, Option<Span>)>,
}

#[derive(Default)]
struct Graph {
    steps: Vec<Step>,
    index: BTreeMap<Step, usize>,
    groups: Vec<Group>,
}

impl Graph {
    fn step(&mut self, step: Step) -> usize {
        if let Some(at) = self.index.get(&step) {
            return *at;
        }
        self.index.insert(step, self.steps.len());
        self.steps.push(step);
        self.steps.len() - 1
    }

    fn any(&mut self, owner: Step, of: &[Step], needed: usize) {
        let owner = self.step(owner);
        let of: Vec<_> = of.iter().map(|step| (self.step(*step), None)).collect();
        self.groups.push(Group { owner, needed: needed.min(of.len()), of });
    }

    fn all(&mut self, owner: Step, of: Step, span: Option<Span>) {
        let (owner, of) = (self.step(owner), self.step(of));
        self.groups.push(Group { owner, needed: 1, of: vec![(of, span)] });
    }

    /// For each step, whether it can start.
    fn start(&self) -> Vec<bool> {
        let mut waits = vec![0_usize; self.steps.len()];
        let mut asked_by = vec![Vec::new(); self.steps.len()];
        let mut left: Vec<usize> = self.groups.iter().map(|group| group.needed).collect();
        for (at, group) in self.groups.iter().enumerate() {
            waits[group.owner] += usize::from(group.needed > 0);
            for (step, _) in &group.of {
                asked_by[*step].push(at);
            }
        }
        let mut started: Vec<bool> = waits.iter().map(|waits| *waits == 0).collect();
        let mut next: Vec<usize> = (0..self.steps.len()).filter(|at| started[*at]).collect();
        while let Some(step) = next.pop() {
            for group in &asked_by[step] {
                let owner = self.groups[*group].owner;
                left[*group] = match left[*group] {
                    0 => continue,
                    1 => {
                        waits[owner] -= 1;
                        0
                    }
                    more => more - 1,
                };
                if left[*group] == 0 && waits[owner] == 0 && !started[owner] {
                    started[owner] = true;
                    next.push(owner);
                }
            }
        }
        started
    }

    /// The circles among what cannot start, one for each; what merely waits for a circle is none.
    fn circles(&self) -> Vec<Vec<Wait>> {
        let started = self.start();
        // Each stuck step has a stuck one that it waits for; following the first leads into a circle.
        let mut next: Vec<Option<(usize, Option<Span>)>> = vec![None; self.steps.len()];
        for group in &self.groups {
            if started[group.owner] || next[group.owner].is_some() {
                continue;
            }
            let up = group.of.iter().filter(|(step, _)| started[*step]).count();
            if up < group.needed {
                next[group.owner] = group.of.iter().find(|(step, _)| !started[*step]).copied();
            }
        }
        let mut seen = vec![usize::MAX; self.steps.len()];
        let mut circles = Vec::new();
        for start in (0..self.steps.len()).filter(|at| !started[*at]) {
            let mut at = start;
            while seen[at] == usize::MAX {
                seen[at] = start;
                match next[at] {
                    Some((step, _)) => at = step,
                    None => break,
                }
            }
            if seen[at] != start || next[at].is_none() {
                continue;
            }
            let mut circle = Vec::new();
            let mut step = at;
            while let Some((to, span)) = next[step] {
                circle.push(Wait { step: self.steps[step], span });
                step = to;
                if step == at {
                    break;
                }
            }
            circles.push(circle);
        }
        circles
    }
}

/// Who can start when, of all that is `after` something.
pub(crate) struct Boot<'a> {
    site: &'a Site,
    shapes: &'a [Shape],
    units: Units<'a>,
}

impl<'a> Boot<'a> {
    pub(crate) fn new(site: &'a Site, shapes: &'a [Shape]) -> Self {
        Self { site, shapes, units: Units::new(site) }
    }

    /// Circles whose every step is written: nothing in them can ever start by itself.
    pub(crate) fn circles(&self) -> Vec<Vec<Wait>> {
        self.graph(false).circles()
    }

    /// Circles that close if what is waited for is found by its name.
    pub(crate) fn circles_of_names(&self) -> Vec<Vec<Wait>> {
        self.graph(true).circles()
    }

    fn graph(&self, names: bool) -> Graph {
        let site = self.site;
        let mut graph = Graph::default();
        let waits = site.hosts.iter().any(|host| !host.after.is_empty())
            || site.services.iter().any(|service| !service.after.is_empty());
        if !waits {
            return graph;
        }
        for (at, host) in (0..).zip(&site.hosts) {
            for after in &host.after {
                self.wait(&mut graph, Step::Machine(HostId(at)), &[HostId(at)], after.value, after.span, names);
            }
        }
        for (at, service) in (0..).zip(&site.services) {
            let unit = self.units.of_service(crate::model::ServiceId(at));
            let machines: Vec<_> = service.hosts.iter().map(|host| Step::Machine(*host)).collect();
            if let Unit::Service(_) = unit {
                graph.any(Step::Unit(unit), &machines, 1);
            }
            for after in &service.after {
                self.wait(&mut graph, Step::Unit(unit), &service.hosts, after.value, after.span, names);
            }
        }
        for (at, shape) in (0..).zip(self.shapes) {
            let members: Vec<_> = shape.members.iter().map(|host| Step::Machine(*host)).collect();
            graph.any(Step::Unit(Unit::Cluster(crate::model::ClusterId(at))), &members, shape.votes.max(1) as usize);
        }
        // A machine's own unit, where a service is written at it.
        for (at, _) in (0..).zip(&site.hosts) {
            let unit = Step::Unit(Unit::Host(HostId(at)));
            if graph.index.contains_key(&unit) {
                graph.all(unit, Step::Machine(HostId(at)), None);
            }
        }
        for (at, network) in (0..).zip(&site.networks) {
            let step = Step::Overlay(NetworkId(at));
            if network.is_overlay() && graph.index.contains_key(&step) {
                let lighthouses: Vec<_> = self.lighthouses(NetworkId(at)).map(Step::Machine).collect();
                graph.any(step, &lighthouses, 1);
            }
        }
        if names {
            let resolvers = (0..).zip(&site.services).filter(|(_, service)| service.resolver.is_some());
            let resolvers: BTreeSet<_> =
                resolvers.map(|(at, _)| Step::Unit(self.units.of_service(crate::model::ServiceId(at)))).collect();
            graph.any(Step::Names, &resolvers.into_iter().collect::<Vec<_>>(), 1);
        }
        graph
    }

    fn lighthouses(&self, overlay: NetworkId) -> impl Iterator<Item = HostId> {
        let on = move |host: &crate::model::Host| host.interfaces.iter().any(|it| it.network == overlay);
        (0..).map(HostId).zip(&self.site.hosts).filter(move |(_, host)| host.lighthouse && on(host)).map(|(id, _)| id)
    }

    /// `owner`, which runs on `hosts`, starts after an endpoint answers.
    fn wait(&self, graph: &mut Graph, owner: Step, hosts: &[HostId], endpoint: EndpointId, span: Span, names: bool) {
        let Some(unit) = self.units.of_endpoint(endpoint) else { return };
        if Step::Unit(unit) == owner {
            graph.all(owner, owner, Some(span));
            return;
        }
        graph.all(owner, Step::Unit(unit), Some(span));
        let served = &self.site.endpoints[endpoint.index()];
        // On the same machine neither an overlay nor a name is needed.
        if !hosts.is_empty() && hosts.iter().all(|host| served.hosts.contains(host)) {
            return;
        }
        let lighthouse = hosts.iter().all(|host| self.site.hosts[host.index()].lighthouse);
        if let (Some(overlays), false) = (self.overlays(endpoint), lighthouse) {
            let overlays: Vec<_> = overlays.into_iter().map(Step::Overlay).collect();
            match overlays.as_slice() {
                [only] => graph.all(owner, *only, Some(span)),
                several => graph.any(owner, several, 1),
            }
        }
        if names && self.site.services.iter().any(|service| service.resolver.is_some()) {
            graph.all(owner, Step::Names, Some(span));
        }
    }

    /// The overlays that an endpoint is served on; `None` if it is served elsewhere too.
    fn overlays(&self, endpoint: EndpointId) -> Option<BTreeSet<NetworkId>> {
        let endpoint = &self.site.endpoints[endpoint.index()];
        let is_overlay = |id: &NetworkId| matches!(self.site.networks[id.index()].kind, NetworkKind::Overlay { .. });
        if !endpoint.listen.is_empty() {
            let all = endpoint.listen.iter().all(is_overlay);
            return all.then(|| endpoint.listen.iter().copied().collect());
        }
        let mut found = BTreeSet::new();
        for host in &endpoint.hosts {
            let interfaces = &self.site.hosts[host.index()].interfaces;
            let overlays = interfaces.iter().map(|it| it.network).filter(is_overlay);
            let before = found.len();
            found.extend(overlays);
            if found.len() == before && !interfaces.iter().any(|it| is_overlay(&it.network)) {
                return None;
            }
        }
        (!found.is_empty()).then_some(found)
    }
}
