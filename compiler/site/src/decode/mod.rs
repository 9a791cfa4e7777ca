//! From the evaluated record to the model: one file for each family of the schema's types.
//!
//! Things refer to one another in any order, so every entity first gets its index, and its fields are read afterwards.

mod clusters;
mod connection;
mod datastores;
mod extra;
mod flow_parts;
mod flows;
mod gateways;
mod hardware;
mod hosts;
mod images;
mod index;
mod interfaces;
mod mappings;
mod names;
mod networks;
mod nodes;
mod placement;
mod ranges;
mod services;
mod settings;
mod slots;
mod vips;

use std::collections::BTreeMap;

use arvc_lang::data::{Data, DataId, Datum, Field};
use arvc_lang::functions::Calls;
use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::source::Span;
use ipnet::IpNet;

use self::index::Index;
pub(crate) use self::networks::Written;
use crate::allocate::Renames;
use crate::checks::private_key;
use crate::lock::{Held, PolicyNames};
use crate::model::{
    AliasOf, EndpointId, HostId, Named, Names, Nebula, NetworkId, Operators, PortTerm, RangeId, ServiceId, Site,
    Spanned,
};
use crate::origins::{HostOrigin, Origins};
use crate::read::Reader;

/// Everything that is filled while the parts of a site are read.
pub(crate) struct Decoder<'a> {
    read: Reader<'a>,
    index: Index,
    /// The functions of the site.
    calls: Calls<'a>,
    site: Site,
    origins: Origins,
    /// What the lock holds.
    held: &'a Held,
    /// Machines that have another name than the one that the lock knows.
    renames: Renames,
    /// `needs` that are read once everybody knows who serves what: who has them, and the values.
    needs: Vec<(Needs, DataId)>,
    /// Further names, read once all machines are known: of what, and the list.
    aliases: Vec<(AliasOf, DataId)>,
    /// Names of endpoints in DNS as they are written.
    service_names: Vec<(EndpointId, DataId)>,
    /// Routes for the world: their numbers, and where that is said.
    public: Vec<(u32, Span)>,
    /// How deep in a flow the reading is.
    depth: u32,
    /// What each cluster gives to its members.
    shared: Vec<clusters::Shared>,
    /// Services written in place, and where the endpoints of each begin.
    inline_endpoints: Vec<(ServiceId, usize)>,
    /// Routers and owners that are read once every machine has its addresses.
    later: Vec<networks::Later>,
    /// Machines that are on a network without saying so, and have no address there by their range.
    unruled: BTreeMap<(RangeId, NetworkId), Vec<Named>>,
    /// Ports of services' members, and where they are written.
    peers: Vec<(ServiceId, Vec<PortTerm>, Span)>,
}

/// Who has a `needs`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Needs {
    Host(HostId),
    Service(ServiceId),
    /// A route of this number: its proxy needs its backend.
    Route(u32),
}

/// Reads a whole site. `None` if the value is no record.
pub(crate) fn decode<'a>(data: &'a Data, calls: Calls<'a>, held: &'a Held) -> Option<Decoded> {
    if !matches!(data.value(data.root), Datum::Record(_)) {
        return None;
    }
    let (index, things, all) = index::index(data);
    let mut decoder = Decoder {
        read: Reader { data, things, diagnostics: Vec::new() },
        site: empty(),
        origins: Origins {
            name: data.span(data.root),
            domain: None,
            hosts: vec![HostOrigin::default(); index.hosts.len()],
            vips: Vec::new(),
            quorums: vec![None; index.clusters.len()],
            uplink_resolvers: Vec::new(),
            forwards: Vec::new(),
            full: Vec::new(),
            handed_out: Vec::new(),
            unfit: Vec::new(),
            all,
        },
        index,
        calls,
        held,
        renames: Renames::default(),
        needs: Vec::new(),
        aliases: Vec::new(),
        service_names: Vec::new(),
        public: Vec::new(),
        depth: 0,
        shared: Vec::new(),
        inline_endpoints: Vec::new(),
        unruled: BTreeMap::new(),
        peers: Vec::new(),
        later: Vec::new(),
    };
    decoder.settings();
    decoder.domains();
    decoder.records();
    decoder.datacenters();
    decoder.networks();
    decoder.ranges();
    decoder.groups();
    decoder.places();
    decoder.nodes();
    decoder.datastores();
    decoder.mappings();
    decoder.images();
    decoder.services();
    decoder.clusters();
    decoder.vips();
    decoder.hosts();
    decoder.foreign();
    decoder.later();
    decoder.serve();
    decoder.accepted_losses();
    decoder.aliases();
    decoder.service_names();
    decoder.routes();
    decoder.flows();
    decoder.ways();
    decoder.site.paths_broken |= !(decoder.origins.all.hosts && decoder.origins.all.networks);
    let (mut diagnostics, renames) = (decoder.read.diagnostics, decoder.renames);
    let mut found = Vec::new();
    let secrets = private_key::check(data, &mut found);
    // What else is wrong with the form of such a text is nothing to mend.
    diagnostics.retain(|one| !one.labels.first().is_some_and(|label| secrets.contains(&label.span)));
    diagnostics.extend(found);
    Some(Decoded { site: decoder.site, origins: decoder.origins, renames, diagnostics })
}

/// What was read.
pub(crate) struct Decoded {
    pub(crate) site: Site,
    pub(crate) origins: Origins,
    pub(crate) renames: Renames,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl<'a> Decoder<'a> {
    /// What every entity has: its name, its path and the calls that made it.
    fn named(&self, entity: u32, name: String) -> Named {
        let data = self.read.data;
        let entity = &data.entities[entity as usize];
        Named {
            name,
            path: data.path(&entity.path),
            key: entity.key,
            calls: data.calls_of(entity.value).collect(),
            description: None,
        }
    }

    /// The last name of an entity's path.
    fn key(&self, entity: u32) -> &'a str {
        let key = self.read.data.entities[entity as usize].path.last();
        key.map_or("", |key| self.read.name(*key))
    }

    /// The entity's fields; none if it is no record, which is reported.
    fn entity_fields(&self, entity: u32) -> &'a [Field] {
        self.read.record(self.read.data.entities[entity as usize].value).unwrap_or_default()
    }
}

/// A problem with a name, whose fix is offered only where the name is written and not computed.
fn only_literal(mut problem: Diagnostic, named: &Named) -> Diagnostic {
    if !named.calls.is_empty() {
        problem.fixes.clear();
    }
    problem
}

/// A site of which nothing is read yet.
fn empty() -> Site {
    let nowhere = Span::new(0, 0);
    Site {
        name: String::new(),
        description: None,
        domain: String::new(),
        datacenters: Vec::new(),
        nodes: Vec::new(),
        places: Vec::new(),
        accepted_losses: Vec::new(),
        networks: Vec::new(),
        vips: Vec::new(),
        foreign: Vec::new(),
        ranges: Vec::new(),
        numbering: Vec::new(),
        groups: Vec::new(),
        images: Vec::new(),
        datastores: Vec::new(),
        services: Vec::new(),
        hosts: Vec::new(),
        clusters: Vec::new(),
        endpoints: Vec::new(),
        operators: Operators { addresses: Vec::<Spanned<IpNet>>::new(), keys: Vec::new(), broken: false },
        allow: Vec::new(),
        allow_room: None,
        allow_broken: false,
        paths_broken: false,
        never: Vec::new(),
        expect: Default::default(),
        needs: Vec::new(),
        uplink_resolvers: Vec::new(),
        nebula: Nebula {
            version: Spanned { value: String::new(), span: nowhere },
            certificate: 0,
            authority: String::new(),
            trusted: Vec::new(),
            config: Vec::new(),
        },
        variables: Vec::new(),
        records: Vec::new(),
        names: Names::default(),
        files: Vec::new(),
        serials: BTreeMap::new(),
        withdrawn: BTreeMap::new(),
        renamed: BTreeMap::new(),
        policies: PolicyNames::default(),
    }
}
