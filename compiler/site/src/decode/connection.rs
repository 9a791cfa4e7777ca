//! How Ansible reaches a machine, and what Terraform leaves alone.

use arvc_lang::data::{DataId, Datum, Transport};

use super::Decoder;
use crate::checks::{connection, extra_secret, unmanaged};
use crate::extra::{Extra, ExtraKind};
use crate::model::{Bastion, Connection, End, Flow, FlowOrigin, Host, HostId, NetworkId, PortTerm, Spanned, Unmanaged};
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
                "bastion" => match self.read.thing(value) {
                    Some(Thing::Node(node)) => {
                        connection.bastion = Some(Spanned { value: Bastion::Node(node), span });
                    }
                    Some(Thing::Host(other)) if other == own => {
                        self.read.diagnostics.push(connection::itself(&host.named, span));
                        *broken = true;
                    }
                    Some(Thing::Host(other)) => {
                        connection.bastion = Some(Spanned { value: Bastion::Host(other), span });
                    }
                    _ => {
                        if *self.read.value(value) != Datum::Failed && !self.failed_entity(value) {
                            self.read.diagnostics.push(connection::no_bastion(&host.named, span));
                        }
                        *broken = true;
                    }
                },
                "network" => put(&mut connection.network, self.network_of(value), broken),
                "services" => put(&mut connection.services, self.network_of(value), broken),
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

    fn failed_entity(&self, id: DataId) -> bool {
        matches!(self.read.value(id), Datum::Entity(_)) && self.read.thing(id).is_none()
    }

    fn network_of(&self, id: DataId) -> Option<Option<Spanned<NetworkId>>> {
        match self.read.thing(id) {
            Some(Thing::Network(network)) => Some(Some(self.read.spanned(id, network))),
            _ => None,
        }
    }

    /// What a machine's way needs: that the machine which is jumped over reaches it.
    pub(super) fn ways(&mut self) {
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
