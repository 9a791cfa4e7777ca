//! The parts that a flow is written of: who its ends are, and what its ports are.

use arvc_lang::data::{DataId, Datum};
use arvc_syntax::source::Span;
use ipnet::IpNet;

use super::Decoder;
use super::flows::{DEEPEST, what};
use crate::checks::{empty_flow, endpoint_outside_target, flow_end, flow_ports};
use crate::model::{End, EndpointId, NetworkId, PortTerm, VipId};
use crate::read::Thing;

impl Decoder<'_> {
    /// One end of a flow. `around` is where a tag is reported: its own place is the prelude's.
    pub(super) fn end(&mut self, id: DataId, around: Span) -> Option<End> {
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
    pub(super) fn owners_end(&self, vip: VipId) -> Option<End> {
        let vip = self.site.vips.get(vip.index()).filter(|vip| !vip.broken)?;
        match vip.owners.as_slice() {
            [] => None,
            [only] => Some(End::Host(*only)),
            owners => Some(End::Union(owners.iter().map(|host| End::Host(*host)).collect())),
        }
    }

    /// The shared address that an end is.
    pub(super) fn vip_of(&self, id: DataId) -> Option<VipId> {
        match self.read.thing(id) {
            Some(Thing::Vip(vip)) => Some(vip),
            _ => None,
        }
    }

    /// The network of a shared address, which is the only path to it.
    pub(super) fn network_of(&self, vip: Option<VipId>) -> Option<NetworkId> {
        let vip = self.site.vips.get(vip?.index()).filter(|vip| !vip.broken)?;
        Some(vip.network)
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
    pub(super) fn port_terms(&mut self, id: DataId, endpoints: bool, around: Span) -> Option<Vec<PortTerm>> {
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
    pub(super) fn endpoints_of(&self, thing: Thing) -> Vec<&str> {
        let path = match thing {
            Thing::Service(service) => &self.site.services[service.index()].named.path,
            Thing::Cluster(cluster) => &self.site.clusters[cluster.index()].named.path,
            _ => return Vec::new(),
        };
        let paths = self.site.endpoints.iter().map(|endpoint| endpoint.named.path.as_str());
        paths.filter(|name| name.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('.'))).collect()
    }

    /// Whether each endpoint among the ports is served by a machine of the target.
    pub(super) fn served(&mut self, terms: &[PortTerm], written: DataId, target: &End, target_span: Span) -> bool {
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
}
