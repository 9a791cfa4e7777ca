//! Flows: their ends, ports, path and exceptions; needs, which are flows whose source goes without saying; and what the
//! machines of one service say to one another.

use std::collections::{BTreeSet, HashSet};

use arvc_lang::data::{DataId, Datum, FlowData};
use arvc_syntax::source::Span;
use ipnet::IpNet;

use super::{Decoder, Needs};
use crate::checks::endpoint_outside_target::contains;
use crate::checks::{
    empty_flow, endpoint_outside_target, flow_end, flow_except, flow_ports, flow_via, need, nobody_serves,
};
use crate::model::{End, EndpointId, Flow, FlowOrigin, HostId, NetworkId, PortTerm, Room, Site, Transport, VipId};
use crate::names::tcp_ports;
use crate::place::place;
use crate::read::Thing;

/// How deep ends and exceptions may nest: they are read, and later walked, on the native stack.
const DEEPEST: u32 = 64;

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
        let via = match via {
            Some(via) => Some(via?),
            None => self.network_of(flow.target).or_else(|| self.network_of(flow.source)),
        };
        let except = match except {
            Some(except) => except?,
            None => Vec::new(),
        };
        Some(Flow { source: source?, target, ports, via, except, origin, span })
    }

    fn except(&mut self, id: DataId, origin: FlowOrigin) -> Option<Vec<Flow>> {
        match self.read.value(id) {
            Datum::List(_) => {
                let (flows, complete) = self.flow_list(id, origin)?;
                complete.then_some(flows)
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

    /// One end of a flow. `around` is where a tag is reported: its own place is the prelude's.
    fn end(&mut self, id: DataId, around: Span) -> Option<End> {
        let span = self.read.span(id);
        match self.read.value(id) {
            Datum::Failed => None,
            Datum::Address(address) => Some(End::Prefix(IpNet::from(*address))),
            Datum::Prefix(prefix) => Some(End::Prefix(*prefix)),
            Datum::List(items) => Some(End::Union(self.ends(items, span)?)),
            Datum::Tag(tag, payload) => match (self.read.name(*tag), payload) {
                ("Any", None) => Some(End::Any),
                ("Internet", None) => Some(End::Internet),
                ("Operators", None) => Some(End::Operators),
                ("Resolvers", None) => Some(End::Resolvers),
                ("Lighthouses", None) => Some(End::Lighthouses),
                ("All", Some(payload)) => {
                    let span = self.read.span(*payload);
                    match self.read.value(*payload) {
                        Datum::List(items) => Some(End::All(self.ends(items, span)?)),
                        _ => Some(End::All(self.ends(&[*payload], around)?)),
                    }
                }
                _ => self.wrong_end(id, around),
            },
            Datum::Entity(_) => match self.read.thing(id)? {
                Thing::Group(group) => Some(End::Group(group)),
                Thing::Host(host) => Some(End::Host(host)),
                Thing::Cluster(cluster) => Some(End::Cluster(cluster)),
                Thing::Service(service) => Some(End::Service(service)),
                Thing::Node(node) => Some(End::Node(node)),
                Thing::Network(network) => Some(End::Network(network)),
                Thing::Operators => Some(End::Operators),
                Thing::Vip(vip) => self.owners_end(vip),
                Thing::Foreign(at) => Some(End::Prefix(self.site.foreign.get(at as usize)?.prefix.value)),
                _ => self.wrong_end(id, around),
            },
            Datum::Record(_) if self.is_operators(id) => Some(End::Operators),
            _ => self.wrong_end(id, around),
        }
    }

    /// A shared address as an end: whoever may have it. None if that is wrong, which is reported.
    fn owners_end(&self, vip: VipId) -> Option<End> {
        let vip = self.site.vips.get(vip.index()).filter(|vip| !vip.broken)?;
        match vip.owners.as_slice() {
            [] => None,
            [only] => Some(End::Host(*only)),
            owners => Some(End::Union(owners.iter().map(|host| End::Host(*host)).collect())),
        }
    }

    /// The network of a shared address, which is the only path to it.
    fn network_of(&self, id: DataId) -> Option<NetworkId> {
        match self.read.thing(id) {
            Some(Thing::Vip(vip)) => {
                let vip = self.site.vips.get(vip.index()).filter(|vip| !vip.broken)?;
                Some(vip.network)
            }
            _ => None,
        }
    }

    /// Whether a record is the site's own `operators`: where a site says where they connect from, the name means that
    /// field and hides the prelude's end of the same name.
    fn is_operators(&self, id: DataId) -> bool {
        let fields = self.read.record(self.read.data.root).unwrap_or_default();
        let field = fields.iter().find(|field| self.read.name(field.name) == "operators");
        field.is_some_and(|field| self.read.span(field.value) == self.read.span(id))
    }

    fn ends(&mut self, items: &[DataId], span: Span) -> Option<Vec<End>> {
        self.depth += 1;
        let read = self.ends_within(items, span);
        self.depth -= 1;
        read
    }

    fn ends_within(&mut self, items: &[DataId], span: Span) -> Option<Vec<End>> {
        if self.depth > DEEPEST {
            self.read.diagnostics.push(flow_end::too_deep(span));
            return None;
        }
        if items.is_empty() {
            self.read.diagnostics.push(empty_flow::no_ends(span));
            return None;
        }
        let mut ends = Vec::with_capacity(items.len());
        let mut fine = true;
        for item in items {
            match self.end(*item, span) {
                Some(end) => ends.push(end),
                None => fine = false,
            }
        }
        ends.sort();
        ends.dedup();
        fine.then_some(ends)
    }

    fn wrong_end(&mut self, id: DataId, around: Span) -> Option<End> {
        let span = if let Datum::Tag(..) = self.read.value(id) { around } else { self.read.span(id) };
        let endpoint = match self.read.thing(id) {
            Some(Thing::Endpoint(endpoint)) => Some(&self.site.endpoints[endpoint.index()].named),
            _ => None,
        };
        let mut problem = flow_end::diagnostic(span, endpoint, what(self.read.value(id)));
        if let Datum::Str(text) = self.read.value(id) {
            problem = flow_end::quoted(problem, span, text, self.path_called(text));
        }
        self.read.diagnostics.push(problem);
        None
    }

    /// The path of a group, host or cluster of that name.
    fn path_called(&self, name: &str) -> Option<&str> {
        let groups = self.site.groups.iter().map(|group| &group.named);
        let hosts = self.site.hosts.iter().map(|host| &host.named);
        let clusters = self.site.clusters.iter().map(|cluster| &cluster.named);
        groups.chain(hosts).chain(clusters).find(|named| named.name == name).map(|named| named.path.as_str())
    }

    /// Ports of an endpoint or of peers, which cannot name an endpoint.
    pub(super) fn plain_ports(&mut self, id: DataId) -> Option<Vec<PortTerm>> {
        self.port_terms(id, false, self.read.span(id))
    }

    /// Ports, behind `:` with endpoints among them. `around` is where a tag is reported.
    fn port_terms(&mut self, id: DataId, endpoints: bool, around: Span) -> Option<Vec<PortTerm>> {
        let Datum::List(items) = self.read.value(id) else {
            return Some(vec![self.port_term(id, endpoints, around)?]);
        };
        if items.is_empty() {
            self.read.diagnostics.push(empty_flow::no_ports(self.read.span(id)));
            return None;
        }
        let around = self.read.span(id);
        let mut terms = Vec::with_capacity(items.len());
        let mut fine = true;
        for item in items {
            match self.port_term(*item, endpoints, around) {
                Some(term) => terms.push(term),
                None => fine = false,
            }
        }
        terms.sort();
        terms.dedup();
        fine.then_some(terms)
    }

    fn port_term(&mut self, id: DataId, endpoints: bool, around: Span) -> Option<PortTerm> {
        let span = self.read.span(id);
        match self.read.value(id) {
            Datum::Failed => None,
            Datum::Ports(ports) => Some(PortTerm::Ports(*ports)),
            Datum::Tag(tag, payload) => match (self.read.name(*tag), payload) {
                ("Icmp", None) => Some(PortTerm::Icmp),
                ("Proto", Some(id)) => match self.read.value(*id) {
                    Datum::Failed => None,
                    Datum::Int(number) => match u8::try_from(*number) {
                        Ok(number) => Some(PortTerm::Proto(number)),
                        Err(_) => {
                            self.read.diagnostics.push(flow_ports::protocol(self.read.span(*id), *number));
                            None
                        }
                    },
                    other => {
                        self.read.diagnostics.push(flow_ports::diagnostic(
                            self.read.span(*id),
                            &Datum::Failed,
                            what(other),
                            endpoints,
                        ));
                        None
                    }
                },
                _ => {
                    self.read.diagnostics.push(flow_ports::diagnostic(around, &Datum::Failed, "a tag", endpoints));
                    None
                }
            },
            Datum::Entity(_) if endpoints => match self.read.thing(id)? {
                Thing::Endpoint(endpoint) => Some(PortTerm::Endpoint(endpoint)),
                thing => {
                    let endpoints = self.endpoints_of(thing);
                    self.read.diagnostics.push(flow_ports::no_endpoint(span, &endpoints));
                    None
                }
            },
            other => {
                self.read.diagnostics.push(flow_ports::diagnostic(span, other, what(other), endpoints));
                None
            }
        }
    }

    /// The paths of the endpoints that a service or cluster has, for a help.
    fn endpoints_of(&self, thing: Thing) -> Vec<&str> {
        let path = match thing {
            Thing::Service(service) => &self.site.services[service.index()].named.path,
            Thing::Cluster(cluster) => &self.site.clusters[cluster.index()].named.path,
            _ => return Vec::new(),
        };
        let paths = self.site.endpoints.iter().map(|endpoint| endpoint.named.path.as_str());
        paths.filter(|name| name.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('.'))).collect()
    }

    /// Whether each endpoint among the ports is served by a machine of the target.
    fn served(&mut self, terms: &[PortTerm], written: DataId, target: &End, target_span: Span) -> bool {
        let mut fine = true;
        for term in terms {
            let PortTerm::Endpoint(endpoint) = term else { continue };
            if !self.origins.all.hosts || endpoint_outside_target::holds(&self.site, target, *endpoint) {
                continue;
            }
            fine = false;
            let span = self.place_of(written, *endpoint);
            let problem = endpoint_outside_target::diagnostic(&self.site, *endpoint, span, target_span);
            self.read.diagnostics.push(problem);
        }
        fine
    }

    /// Where an endpoint stands in the ports of a flow.
    fn place_of(&self, written: DataId, endpoint: EndpointId) -> Span {
        let items = self.read.list(written).unwrap_or_default().iter().chain([&written]);
        let mut named = items.filter(|item| self.read.thing(**item) == Some(Thing::Endpoint(endpoint)));
        self.read.span(*named.next().unwrap_or(&written))
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
                    let (target, via) = match self.reached_at(who) {
                        Some(vip) => (self.owners_end(vip)?, Some(self.site.vips[vip.index()].network)),
                        None => (self.serving(endpoint), None),
                    };
                    Some(Flow { source, target, ports, via, except: Vec::new(), origin, span })
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
fn what(value: &Datum) -> &'static str {
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
