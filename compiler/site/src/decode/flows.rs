//! Flows, with their path and exceptions; needs, which are flows whose source goes without saying; and what the machines of one
//! service say to one another. What their ends and ports are is read [beside](super::flow_parts).

use std::collections::{BTreeSet, HashSet};

use arvc_lang::data::{DataId, Datum, FlowData};
use arvc_syntax::source::Span;

use super::{Decoder, Needs};
use crate::checks::endpoint_outside_target::contains;
use crate::checks::{flow_end, flow_except, flow_via, need, nobody_serves};
use crate::model::{
    End, EndpointId, Flow, FlowOrigin, HostId, NetworkId, PortTerm, Room, Site, Transport, VipId, Written,
};
use crate::names::tcp_ports;
use crate::place::place;
use crate::read::Thing;

/// How deep ends and exceptions may nest: they are read, and later walked, on the native stack.
pub(super) const DEEPEST: u32 = 64;

impl<'a> Decoder<'a> {
    pub(super) fn flows(&mut self) {
        let fields = self.read.record(self.read.data.root).unwrap_or_default();
        let (mut allow, mut essentials, mut never, mut expect) = (None, None, None, None);
        for field in fields {
            match self.read.name(field.name) {
                "allow" => allow = Some(field.value),
                "essentials" => essentials = Some(field.value),
                "never" => never = Some(field.value),
                "expect" => expect = Some(field.value),
                _ => {}
            }
        }
        self.site.allow_room = allow.and_then(|allow| self.room(allow));
        for (list, origin) in [(allow, FlowOrigin::Author), (essentials, FlowOrigin::Essential)] {
            let flows = list.and_then(|list| self.flow_list(list, origin));
            let (flows, complete) = flows.unwrap_or((Vec::new(), false));
            self.site.allow.extend(flows);
            self.site.allow_broken |= !complete;
        }
        if let Some((flows, _)) = never.and_then(|list| self.flow_list(list, FlowOrigin::Author)) {
            self.site.never = flows;
        }
        for field in expect.and_then(|expect| self.read.record(expect)).unwrap_or_default() {
            let flows = self.flow_list(field.value, FlowOrigin::Author).map(|(flows, _)| flows).unwrap_or_default();
            match self.read.name(field.name) {
                "open" => self.site.expect.open = flows,
                "unknown" => self.site.expect.unknown = flows,
                "weak" => self.site.expect.weak = flows,
                _ => self.site.expect.closed = flows,
            }
        }
        for (service, ports, span) in std::mem::take(&mut self.peers) {
            let end = End::Service(service);
            let (source, target) = (end.clone(), end);
            let origin = FlowOrigin::Peers(service);
            self.site.allow.push(Flow {
                source,
                target,
                ports: Some(ports),
                via: None,
                written: Written::default(),
                except: Vec::new(),
                origin,
                span,
            });
        }
        let mut needs = std::mem::take(&mut self.needs);
        needs.sort_by_key(|(who, value)| match who {
            Needs::Host(host) => (0, host.0, value.0),
            Needs::Service(service) => (1, service.0, value.0),
            Needs::Route(route) => (2, *route, value.0),
        });
        let mut told = BTreeSet::new();
        let mut seen = HashSet::new();
        for (who, value) in needs {
            // What it starts after and needs besides is one need.
            if matches!(self.read.value(value), Datum::Entity(entity) if !seen.insert((who, *entity))) {
                continue;
            }
            let Some(flow) = self.need(who, value) else { continue };
            if let (false, Some(absent)) =
                (absent(&self.site, &flow.source).is_some(), absent(&self.site, &flow.target))
            {
                if self.origins.all.hosts && told.insert(flow.span) {
                    let problem = nobody_serves::only_absent(&self.site.hosts[absent.index()], flow.span);
                    self.read.diagnostics.push(problem);
                }
                continue;
            }
            self.site.needs.push(flow);
        }
        self.public_needs();
        // What is open is not known for a machine that is broken, and for nobody if a flow of `allow` is.
        let mut needs = std::mem::take(&mut self.site.needs);
        let known = |end: &End| !holds_broken(&self.site, end);
        needs.retain(|need| !self.site.allow_broken && known(&need.source) && known(&need.target));
        self.site.needs = needs;
    }

    /// Where a further flow can be written: first in the list, if that is a list of the entry's own file; where the site says
    /// nothing of it, last in the site.
    fn room(&self, allow: DataId) -> Option<Room> {
        let (list, root) = (self.read.span(allow), self.read.span(self.read.data.root));
        let (site, text) = (self.calls.text(root), self.calls.text(list));
        let empty = |at: u32| Span::new(at, at);
        if root.start <= list.start && list.end <= root.end {
            let inside = text.strip_prefix('[')?.strip_suffix(']')?;
            let space = &inside[..inside.len() - inside.trim_start().len()];
            let (before, after) = match inside.trim().is_empty() {
                true => (" ".to_owned(), if space.is_empty() { " " } else { "" }),
                false => (space.to_owned(), ","),
            };
            return Some(Room { at: empty(list.start + 1), before, after: after.to_owned() });
        }
        let stated = !matches!(self.read.value(allow), Datum::List(items) if items.is_empty());
        if stated || !site.ends_with('}') {
            return None;
        }
        Some(Room { at: empty(root.end - 1), before: "  allow = [ ".to_owned(), after: " ];\n".to_owned() })
    }

    /// The machines that a route is served by.
    fn proxy(&self, route: u32) -> (End, FlowOrigin) {
        let route = &self.site.names.routes[route as usize];
        match route.proxy {
            Some(service) => (End::Service(service), FlowOrigin::Service(service)),
            None => (self.serving(route.frontend.value), FlowOrigin::Author),
        }
    }

    /// The address of several machines by which a proxy reaches the backend of its route.
    fn reached_at(&self, who: Needs) -> Option<VipId> {
        match who {
            Needs::Route(route) => self.site.names.routes[route as usize].at.map(|at| at.value),
            _ => None,
        }
    }

    /// The machines that serve an endpoint.
    fn serving(&self, endpoint: EndpointId) -> End {
        End::Union(self.site.endpoints[endpoint.index()].hosts.iter().map(|host| End::Host(*host)).collect())
    }

    /// A route for the world needs that the world is let in to its proxy.
    fn public_needs(&mut self) {
        for (route, span) in std::mem::take(&mut self.public) {
            let frontend = self.site.names.routes[route as usize].frontend.value;
            let tcp = tcp_ports(&self.site.endpoints[frontend.index()].ports);
            let ports = tcp.map(|(first, last)| {
                PortTerm::Ports(arvc_lang::data::Ports { transport: Transport::Tcp, first, last })
            });
            self.site.needs.push(Flow {
                source: End::Internet,
                ports: Some(ports.collect()),
                target: self.serving(frontend),
                via: None,
                written: Written::default(),
                except: Vec::new(),
                origin: FlowOrigin::Author,
                span,
            });
        }
    }

    /// The flows of a list, and whether all of them were understood. `None` if there is no list.
    fn flow_list(&mut self, list: DataId, origin: FlowOrigin) -> Option<(Vec<Flow>, bool)> {
        let items = self.read.list(list)?;
        let flows: Vec<_> = items.iter().filter_map(|item| self.flow(*item, origin)).collect();
        let complete = flows.len() == items.len();
        Some((flows, complete))
    }

    /// A flow; `None` if a part of it is wrong, which is reported.
    fn flow(&mut self, id: DataId, origin: FlowOrigin) -> Option<Flow> {
        let span = self.read.span(id);
        let Datum::Flow(flow) = self.read.value(id) else {
            if *self.read.value(id) != Datum::Failed {
                self.read.diagnostics.push(flow_except::diagnostic(span));
            }
            return None;
        };
        self.depth += 1;
        let read = self.flow_parts(flow, span, origin);
        self.depth -= 1;
        read
    }

    fn flow_parts(&mut self, flow: &'a FlowData, span: Span, origin: FlowOrigin) -> Option<Flow> {
        if self.depth > DEEPEST {
            self.read.diagnostics.push(flow_end::too_deep(span));
            return None;
        }
        // All parts are read before one that is wrong ends it, so that each is reported.
        let source = self.end(flow.source, span);
        let target = self.end(flow.target, span);
        let ports = flow.ports.map(|ports| self.port_terms(ports, true, span));
        let via = flow.via.map(|via| self.via(via));
        let except = flow.except.map(|except| self.except(except, origin));
        let target = target?;
        let ports = match ports {
            Some(ports) => Some(ports?),
            None => None,
        };
        if let (Some(terms), Some(written)) = (&ports, flow.ports)
            && !self.served(terms, written, &target, self.read.span(flow.target))
        {
            return None;
        }
        let written = Written { source: self.vip_of(flow.source), target: self.vip_of(flow.target) };
        let via = match via {
            Some(via) => Some(via?),
            None => self.network_of(written.target).or_else(|| self.network_of(written.source)),
        };
        let except = match except {
            Some(except) => except?,
            None => Vec::new(),
        };
        Some(Flow { source: source?, target, ports, via, written, except, origin, span })
    }

    fn except(&mut self, id: DataId, origin: FlowOrigin) -> Option<Vec<Flow>> {
        match self.read.value(id) {
            // A list such as `essentials` may stand among flows.
            Datum::List(_) => {
                let items = self.read.list(id)?;
                let parts: Vec<Option<Vec<Flow>>> = items.iter().map(|item| self.except(*item, origin)).collect();
                Some(parts.into_iter().collect::<Option<Vec<_>>>()?.concat())
            }
            _ => Some(vec![self.flow(id, origin)?]),
        }
    }

    fn via(&mut self, id: DataId) -> Option<NetworkId> {
        match (self.read.value(id), self.read.thing(id)) {
            (_, Some(Thing::Network(network))) => Some(network),
            (Datum::Failed, _) | (Datum::Entity(_), None) => None,
            _ => {
                self.read.diagnostics.push(flow_via::diagnostic(self.read.span(id)));
                None
            }
        }
    }

    /// A need: an endpoint of others, or a whole flow from the machine itself.
    fn need(&mut self, who: Needs, id: DataId) -> Option<Flow> {
        let named = match who {
            Needs::Host(host) => &self.site.hosts[host.index()].named,
            Needs::Service(service) => &self.site.services[service.index()].named,
            Needs::Route(route) => &self.site.names.routes[route as usize].named,
        };
        let span = place(named, self.read.span(id));
        if let Needs::Service(service) = who
            && self.site.services[service.index()].hosts.is_empty()
        {
            return None;
        }
        let (source, origin) = match who {
            Needs::Host(host) => (End::Host(host), FlowOrigin::Author),
            Needs::Service(service) => (End::Service(service), FlowOrigin::Service(service)),
            Needs::Route(route) => self.proxy(route),
        };
        match self.read.value(id) {
            Datum::Failed => None,
            Datum::Flow(_) => {
                let flow = self.flow(id, origin)?;
                if flow.source != source {
                    self.read.diagnostics.push(need::other_source(span));
                    return None;
                }
                Some(flow)
            }
            Datum::Entity(_) => match self.read.thing(id)? {
                Thing::Endpoint(endpoint) => {
                    let served = &self.site.endpoints[endpoint.index()];
                    if served.hosts.is_empty() {
                        if self.origins.all.hosts {
                            self.read.diagnostics.push(nobody_serves::diagnostic(&served.named, span));
                        }
                        return None;
                    }
                    let ports = Some(vec![PortTerm::Endpoint(endpoint)]);
                    let at = self.reached_at(who);
                    let (target, via) = match at {
                        Some(vip) => (self.owners_end(vip)?, Some(self.site.vips[vip.index()].network)),
                        None => (self.serving(endpoint), None),
                    };
                    let written = Written { source: None, target: at };
                    Some(Flow { source, target, ports, via, written, except: Vec::new(), origin, span })
                }
                thing => {
                    let endpoints = self.endpoints_of(thing);
                    self.read.diagnostics.push(need::no_endpoint(span, &endpoints));
                    None
                }
            },
            other => {
                self.read.diagnostics.push(need::wrong_kind(span, what(other)));
                None
            }
        }
    }
}

/// Whether a machine of an end is broken. Needs end at single machines mostly, so those are looked up.
fn holds_broken(site: &Site, end: &End) -> bool {
    let broken = |id: &HostId| site.hosts[id.index()].broken;
    match end {
        End::Host(host) => broken(host),
        End::Cluster(cluster) => site.clusters[cluster.index()].members.iter().any(broken),
        End::Service(service) => site.services[service.index()].hosts.iter().any(broken),
        End::Union(ends) => ends.iter().any(|end| holds_broken(site, end)),
        _ => site.host_ids().any(|id| broken(&id) && contains(site, end, id)),
    }
}

/// A machine of an end, if it means machines by their names or groups and none of them is there.
fn absent(site: &Site, end: &End) -> Option<HostId> {
    let all = |hosts: &mut dyn Iterator<Item = HostId>| {
        let mut first = None;
        for host in hosts {
            if site.hosts[host.index()].status.is_there() {
                return None;
            }
            first.get_or_insert(host);
        }
        first
    };
    match end {
        End::Host(host) => all(&mut [*host].into_iter()),
        End::Cluster(cluster) => all(&mut site.clusters[cluster.index()].members.iter().copied()),
        End::Service(service) => all(&mut site.services[service.index()].hosts.iter().copied()),
        End::Group(_) => all(&mut site.host_ids().filter(|id| contains(site, end, *id))),
        End::Union(ends) => {
            let each: Option<Vec<HostId>> = ends.iter().map(|end| absent(site, end)).collect();
            each?.first().copied()
        }
        _ => None,
    }
}

/// What a value is, for a message.
pub(super) fn what(value: &Datum) -> &'static str {
    match value {
        Datum::Failed => "a failed value",
        Datum::Function(_) => "a function",
        Datum::Bool(_) => "a Bool",
        Datum::Int(_) => "an Int",
        Datum::Str(_) => "text",
        Datum::Address(_) => "an Address",
        Datum::Prefix(_) => "a Prefix",
        Datum::Ports(_) => "Ports",
        Datum::IntRange(..) => "a range of Ints",
        Datum::Size(_) => "a Size",
        Datum::Duration(_) => "a Duration",
        Datum::Mac(_) => "a MAC address",
        Datum::Secret(_) => "a secret",
        Datum::Tag(..) => "a tag",
        Datum::List(_) => "a list",
        Datum::Record(_) => "a record",
        Datum::Flow(_) => "a flow",
        Datum::Entity(_) => "a part of the site that is no machine",
    }
}
