//! How Ansible reaches a machine, and what Terraform leaves alone.

use arvc_lang::data::{DataId, Datum, Transport};

use super::Decoder;
use crate::checks::{connection, extra_secret, unmanaged};
use crate::extra::{Extra, ExtraKind};
use crate::model::{
    Bastion, Connection, End, Flow, FlowOrigin, Host, HostId, Named, NetworkId, NodeConnection, NodeId, PortTerm,
    Spanned, Unmanaged, Written,
};
use crate::read::{Thing, put};

impl Decoder<'_> {
    /// `connection` of a machine.
    pub(super) fn connection(&mut self, host: &Host, own: HostId, id: DataId, broken: &mut bool) -> Connection {
        let mut connection = Connection::default();
        for field in self.read.record(id).unwrap_or_default() {
            let (value, span) = (field.value, self.read.span(field.value));
            match self.read.name(field.name) {
                "port" => {
                    let port = self.read.int(value);
                    let fine = port.and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0);
                    if let (Some(port), None) = (port, fine) {
                        self.read.diagnostics.push(connection::port(&host.named, port, span));
                    }
                    put(&mut connection.port, fine.map(Some), broken);
                }
                "winrm" => put(&mut connection.winrm, self.read.flag(value), broken),
                "bastion" => {
                    connection.bastion = self.bastion(&host.named, Bastion::Host(own), value);
                    *broken |= connection.bastion.is_none();
                }
                "network" => put(&mut connection.network, self.stated_network(value), broken),
                "services" => put(&mut connection.services, self.stated_network(value), broken),
                "password" => match self.read.value(value) {
                    Datum::Secret(secret) => {
                        let extra = Extra { kind: ExtraKind::Secret((**secret).clone()), span };
                        extra_secret::check_lookup(&extra, &mut self.read.diagnostics);
                        connection.password = Some(extra);
                    }
                    _ => *broken = true,
                },
                _ => *broken = true,
            }
        }
        connection
    }

    /// `connection` of a Proxmox host.
    pub(super) fn node_connection(&mut self, connection: &mut NodeConnection, named: &Named, own: NodeId, id: DataId) {
        for field in self.read.record(id).unwrap_or_default() {
            match self.read.name(field.name) {
                "network" => connection.network = self.stated_network(field.value).flatten(),
                "bastion" => connection.bastion = self.bastion(named, Bastion::Node(own), field.value),
                _ => {}
            }
        }
    }

    /// Who is jumped over on the way to a machine; nothing if that is wrong, which is reported.
    fn bastion(&mut self, named: &Named, own: Bastion, id: DataId) -> Option<Spanned<Bastion>> {
        let span = self.read.span(id);
        let bastion = match self.read.thing(id) {
            Some(Thing::Node(node)) => Bastion::Node(node),
            Some(Thing::Host(host)) => Bastion::Host(host),
            _ => {
                if *self.read.value(id) != Datum::Failed && !self.failed_entity(id) {
                    self.read.diagnostics.push(connection::no_bastion(named, span));
                }
                return None;
            }
        };
        if bastion == own {
            self.read.diagnostics.push(connection::itself(named, span));
            return None;
        }
        Some(Spanned { value: bastion, span })
    }

    fn failed_entity(&self, id: DataId) -> bool {
        matches!(self.read.value(id), Datum::Entity(_)) && self.read.thing(id).is_none()
    }

    fn stated_network(&self, id: DataId) -> Option<Option<Spanned<NetworkId>>> {
        match self.read.thing(id) {
            Some(Thing::Network(network)) => Some(Some(self.read.spanned(id, network))),
            _ => None,
        }
    }

    /// What a machine's way needs: that the machine which is jumped over reaches it.
    pub(super) fn ways(&mut self) {
        let ssh = arvc_lang::data::Ports { first: 22, last: 22, transport: Transport::Tcp };
        for (id, node) in (0..).map(NodeId).zip(&self.site.nodes).filter(|(_, node)| node.connection.managed) {
            let Some(Spanned { value: Bastion::Host(over), span }) = node.connection.bastion else { continue };
            if self.site.hosts.get(over.index()).is_none_or(|host| host.broken || !host.status.is_there()) {
                continue;
            }
            self.site.needs.push(Flow {
                source: End::Host(over),
                target: End::Node(id),
                ports: Some(vec![PortTerm::Ports(ssh)]),
                via: None,
                written: Written::default(),
                except: Vec::new(),
                origin: FlowOrigin::Author,
                span,
            });
        }
        for (id, host) in (0..).map(HostId).zip(&self.site.hosts) {
            let Some(Spanned { value: Bastion::Host(over), span }) = host.connection.bastion else { continue };
            if host.broken || self.site.hosts[over.index()].broken || !host.status.is_there() {
                continue;
            }
            let Some(reached) = host.reached_on(&self.site) else { continue };
            let port = host.connection.port();
            let ports = arvc_lang::data::Ports { first: port, last: port, transport: Transport::Tcp };
            self.site.needs.push(Flow {
                source: End::Host(over),
                target: End::Host(id),
                ports: Some(vec![PortTerm::Ports(ports)]),
                via: Some(reached),
                written: Written::default(),
                except: Vec::new(),
                origin: FlowOrigin::Author,
                span,
            });
        }
    }

    /// `unmanaged` of a machine.
    pub(super) fn unmanaged(&mut self, host: &Host, id: DataId, broken: &mut bool) -> Vec<Spanned<Unmanaged>> {
        let mut fields = Vec::new();
        *broken |= self.read.list(id).is_none();
        for item in self.read.list(id).unwrap_or_default() {
            let (Some(name), span) = (self.read.text(*item), self.read.span(*item)) else {
                *broken = true;
                continue;
            };
            match unmanaged::check(&host.named, name, span) {
                Ok(value) => fields.push(Spanned { value, span }),
                Err(problem) => {
                    self.read.diagnostics.push(*problem);
                    *broken = true;
                }
            }
        }
        fields.sort();
        fields.dedup_by_key(|field| field.value);
        fields
    }
}
