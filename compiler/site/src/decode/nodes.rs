//! Proxmox hosts, their uplink and the ports that they hand on.

use arvc_lang::data::DataId;

use super::Decoder;
use crate::checks::{datacenter_choice, duplicate_forward, invalid_bridge, invalid_user};
use crate::model::{Arch, DatacenterId, Forward, HostId, Node, NodeConnection, NodeId, PlaceId, Spanned, Uplink};
use crate::read::Thing;

/// Where a node stands and how much it carries.
#[derive(Default)]
struct Size {
    places: Vec<PlaceId>,
    memory: Option<Spanned<u64>>,
    cores: Option<Spanned<u32>>,
    cpu_overcommit: Option<u32>,
}

impl Decoder<'_> {
    pub(super) fn nodes(&mut self) {
        for (id, entity) in (0..).map(NodeId).zip(self.index.nodes.clone()) {
            let mut named = self.entity_named("a node", entity);
            let (mut address, mut uplink, mut forwards) = (None, None, Vec::new());
            let mut more = Vec::new();
            let (mut datacenter, mut failed) = (None, false);
            let mut size = Size::default();
            let mut arch = Spanned { value: Arch::Amd64, span: named.key };
            let (mut connection, mut variables) = (NodeConnection::default(), Vec::new());
            for field in self.entity_fields(entity) {
                let value = field.value;
                match self.read.name(field.name) {
                    "description" => named.description = self.read.description(value),
                    "arch" => match self.arch(field, named.key) {
                        Some(read) => arch = read,
                        None => self.origins.all.nodes = false,
                    },
                    "address" => address = self.read.address(value),
                    "addresses" => {
                        let items = self.read.list(value);
                        self.origins.all.nodes &= items.is_some();
                        for item in items.unwrap_or_default() {
                            let address = self.read.address(*item);
                            self.origins.all.nodes &= address.is_some();
                            more.extend(address);
                        }
                    }
                    "datacenter" => match self.read.thing(value) {
                        Some(Thing::Datacenter(id)) => datacenter = Some(id),
                        _ => failed = true,
                    },
                    "uplink" => {
                        uplink = self.uplink(value);
                        // Without it nobody can say how members outside enter.
                        self.origins.all.nodes &= uplink.is_some();
                    }
                    "places" => size.places = self.place_set(value),
                    "memory" => size.memory = self.read.size(value).map(|bytes| self.read.spanned(value, bytes)),
                    "cores" => size.cores = self.positive(value, &named),
                    "cpu_overcommit" => size.cpu_overcommit = self.positive(value, &named).map(|it| it.value),
                    "forward" => forwards = self.forwards(value),
                    "managed" => connection.managed = self.read.flag(value).unwrap_or(false),
                    "user" => {
                        let user = self.read.text(value);
                        let span = self.read.span(value);
                        self.read.diagnostics.extend(user.and_then(|user| invalid_user::check(user, false, span)));
                        connection.user = user.unwrap_or_default().to_owned();
                    }
                    "connection" => self.node_connection(&mut connection, &named, id, value),
                    "variables" => variables = self.extras(value),
                    _ => {}
                }
            }
            let Some(address) = address else {
                self.origins.all.nodes = false;
                continue;
            };
            let datacenter = datacenter.unwrap_or_else(|| {
                if !failed && self.origins.all.datacenters && self.site.datacenters.len() != 1 {
                    self.read.diagnostics.push(datacenter_choice::diagnostic(&named, &self.site.datacenters));
                }
                DatacenterId(0)
            });
            self.read.diagnostics.extend(duplicate_forward::check(&named, &forwards));
            let Size { places, memory, cores, cpu_overcommit } = size;
            let cpu_overcommit = cpu_overcommit.unwrap_or(1);
            self.site.nodes.push(Node {
                named,
                datacenter,
                arch,
                address,
                more,
                uplink,
                forwards,
                places,
                memory,
                cores,
                cpu_overcommit,
                connection,
                variables,
            });
        }
    }

    fn uplink(&mut self, id: DataId) -> Option<Uplink> {
        let (mut bridge, mut address, mut public) = (String::new(), None, None);
        for field in self.read.record(id)? {
            match self.read.name(field.name) {
                "bridge" => {
                    bridge = self.read.text(field.value)?.to_owned();
                    self.read.diagnostics.extend(invalid_bridge::check(&bridge, self.read.span(field.value)));
                }
                "address" => address = self.read.address(field.value),
                // A public address that failed leaves nothing to say about the uplink.
                "public" => public = Some(self.read.address(field.value)?),
                _ => {}
            }
        }
        Some(Uplink { bridge, address: address?, public })
    }

    fn forwards(&mut self, id: DataId) -> Vec<Forward> {
        let mut forwards = Vec::new();
        let items = self.read.list(id);
        self.origins.all.nodes &= items.is_some();
        for item in items.unwrap_or_default() {
            let (mut ports, mut to): (Option<Spanned<_>>, Option<HostId>) = (None, None);
            for field in self.read.record(*item).unwrap_or_default() {
                match self.read.name(field.name) {
                    "port" => ports = self.read.ports(field.value).map(|ports| self.read.spanned(field.value, ports)),
                    "to" => {
                        if let Some(Thing::Host(host)) = self.read.thing(field.value) {
                            to = Some(host);
                        }
                    }
                    _ => {}
                }
            }
            match (ports, to) {
                (Some(ports), Some(to)) => forwards.push(Forward { ports: ports.value, to, span: ports.span }),
                // What is forwarded is unknown, so nobody can say that something is not.
                _ => self.origins.all.nodes = false,
            }
        }
        forwards
    }
}
