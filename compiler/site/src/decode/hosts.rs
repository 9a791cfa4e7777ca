//! Machines: guests and others, members of clusters too.

use std::collections::HashSet;

use arvc_lang::data::DataId;

use super::interfaces::On;
use super::{Decoder, Needs, only_literal};
use crate::allocate::{self, Allocation};
use crate::allocation::RangeIndex;
use crate::builds;
use crate::checks::{
    forwards_unfiltered, hardware, invalid_datastore, invalid_name, invalid_tag, invalid_user, mobile_machine,
    pool_meets_range, rule_outside, vmid_not_accepted,
};
use crate::model::{
    AliasOf, Arch, Connection, Features, Hardware, Host, HostId, Image, ImageId, Kind, Named, NetworkId, NetworkKind,
    NodeId, Spanned, Startup, Status, Vmid,
};
use crate::origins::HostOrigin;
use crate::read::{Thing, put};

/// The schema's `Kind`.
pub(super) fn kind(tag: &str) -> Kind {
    match tag {
        "Container" => Kind::Container,
        "Machine" => Kind::Machine,
        _ => Kind::Vm,
    }
}

impl Decoder<'_> {
    pub(super) fn hosts(&mut self) {
        let ranges = RangeIndex::new(&self.site.ranges, &self.site.numbering);
        self.origins.unfit = rule_outside::unfit(&self.site);
        self.origins.handed_out = pool_meets_range::meeting(&self.site);
        // Underlays come first: they carry the others.
        let mut networks: Vec<_> = self.site.network_ids().collect();
        networks.sort_by_key(|id| (overlay(&self.site.networks[id.index()].kind), *id));
        let entries = std::mem::take(&mut self.index.hosts);
        let mut hosts = Vec::with_capacity(entries.len());
        let mut places = Vec::with_capacity(entries.len());
        for (at, entry) in entries.iter().enumerate() {
            let id = HostId(at as u32);
            let named = self.named(entry.entity, entry.name.clone());
            let problem = match entry.cluster {
                None => invalid_name::check("a host", &named.name, named.key),
                Some(cluster) => {
                    let key = self.key(entry.entity);
                    invalid_name::check_member(&self.site.clusters[cluster.index()].named.name, key, &named)
                }
            };
            self.read.diagnostics.extend(problem.map(|problem| only_literal(problem, &named)));
            let mut origin = HostOrigin::default();
            let (mut host, on) = self.host(id, named, entry.entity, &mut origin);
            host.cluster = entry.cluster;
            if let Some(cluster) = entry.cluster {
                let shared = self.shared[cluster.index()].clone();
                host.groups.extend(shared.groups);
                host.groups.sort();
                host.groups.dedup();
                let own = std::mem::replace(&mut host.services, shared.services);
                host.services.extend(own);
                origin.lists_failed |= shared.failed;
                self.member(cluster, id);
            }
            self.placed(&mut host, &mut origin);
            self.origins.all.hosts &= !origin.lists_failed;
            host.broken |= origin.lists_failed;
            hosts.push(host);
            places.push(on);
            self.origins.hosts[at] = origin;
        }
        self.renames = allocate::renames(&hosts, self.held, &mut self.read.diagnostics);
        // A guest that names no network is on every one that guests can be on.
        let plain = |id: &NetworkId| matches!(self.site.networks[id.index()].kind, NetworkKind::Plain);
        let every: Vec<_> = networks.iter().copied().filter(|id| !plain(id)).collect();
        self.placements(&mut hosts, |host| match &places[host.index()] {
            Some(on) => on.iter().map(|(network, _)| *network).collect(),
            None => every.clone(),
        });
        self.of_its_node(&mut hosts);
        // Where a guest is comes first: two Proxmox clusters may each have the VMID.
        for (at, (host, on)) in hosts.iter_mut().zip(&places).enumerate() {
            let mut origin = std::mem::take(&mut self.origins.hosts[at]);
            self.number(host, &mut origin, on.as_deref(), &ranges);
            self.origins.hosts[at] = origin;
        }
        self.allocate(&mut hosts, &places, &networks);
        for (at, (host, on)) in hosts.iter_mut().zip(places).enumerate() {
            let mut origin = std::mem::take(&mut self.origins.hosts[at]);
            self.interfaces(host, &mut origin, on, &networks);
            self.origins.hosts[at] = origin;
        }
        self.unruled();
        self.site.hosts = hosts;
    }

    /// What follows from the architecture of a guest's node: the build of its image, and the hardware of a VM that says nothing of it.
    fn of_its_node(&self, hosts: &mut [Host]) {
        for (host, origin) in hosts.iter_mut().zip(&self.origins.hosts) {
            let Some(arch) = host.node.and_then(|node| self.site.nodes.get(node.index())).map(|node| node.arch.value)
            else {
                continue;
            };
            // Where there is none for it, what is named stays, and is reported.
            host.image = host.image.map(|image| builds::of(&self.site, image, arch).unwrap_or(image));
            if (host.kind, arch) == (Kind::Vm, Arch::Arm64) {
                host.hardware.on_arm(|field| origin.hardware.iter().any(|(stated, _)| *stated == field));
            }
        }
    }

    /// The numbers that machines do not state, once all that are stated are known.
    fn allocate(&mut self, hosts: &mut [Host], places: &[Option<Vec<(NetworkId, On)>>], networks: &[NetworkId]) {
        let wants: Vec<_> =
            hosts.iter().zip(places).map(|(host, on)| self.wants(host, on.as_deref(), networks)).collect();
        let out = &mut self.read.diagnostics;
        let origins = &mut self.origins;
        let allocation = Allocation {
            site: &self.site,
            all: origins.all,
            hosts,
            origins: &mut origins.hosts,
            wants: &wants,
            held: self.held,
            renames: &self.renames,
            unranged: HashSet::new(),
            elsewhere: Vec::new(),
            told: origins.unfit.iter().map(|(range, _)| *range).chain(origins.handed_out.iter().copied()).collect(),
            out,
        };
        origins.full = allocation.run();
    }

    fn host(
        &mut self,
        id: HostId,
        named: Named,
        entity: u32,
        origin: &mut HostOrigin,
    ) -> (Host, Option<Vec<(NetworkId, On)>>) {
        let mut host = unread(named);
        let mut on = None;
        let mut broken = false;
        let mut made = super::hardware::Written::default();
        let mut user = None;
        for field in self.entity_fields(entity) {
            let (value, span) = (field.value, self.read.span(field.value));
            if let Some(name) = MADE_OF.iter().find(|name| **name == self.read.name(field.name))
                && self.read.is_stated(field)
            {
                let is_record = self.read.record(value).is_some();
                origin.fields.push((*name, if is_record { field.key } else { span }));
            }
            match self.read.name(field.name) {
                "description" => host.named.description = self.read.description(value),
                "kind" => {
                    origin.kind = self.read.is_stated(field).then_some(span);
                    put(&mut host.kind, self.read.tag(value).map(kind), &mut origin.kind_failed);
                    broken |= origin.kind_failed;
                }
                "status" => {
                    let status = self.read.tag(value).map(|tag| match tag {
                        "Planned" => Status::Planned,
                        "Disabled" => Status::Disabled,
                        "Retired" => Status::Retired,
                        _ => Status::Present,
                    });
                    put(&mut host.status, status, &mut broken);
                }
                "vmid" => {
                    origin.vmid_key = Some(field.key);
                    let vmid = self.read.int(value);
                    let problem = vmid.and_then(|vmid| vmid_not_accepted::check(&host.named, vmid, span));
                    origin.vmid_failed = vmid.is_none() || problem.is_some();
                    broken |= origin.vmid_failed;
                    self.read.diagnostics.extend(problem);
                    if let Some(vmid) = vmid.filter(|_| !origin.vmid_failed) {
                        host.vmid = u32::try_from(vmid).ok().map(|vmid| Spanned { value: Vmid(vmid), span });
                    }
                }
                "slot" => {
                    let slot = self.read.int(value);
                    broken |= slot.is_none();
                    origin.slot = slot.map(|value| Spanned { value, span });
                }
                "renamed_from" => {
                    let name = self.read.text(value);
                    broken |= name.is_none();
                    host.renamed_from = name.map(|name| self.read.spanned(value, name.to_owned()));
                }
                "range" => {
                    origin.range = Some(span);
                    match self.read.thing(value) {
                        Some(Thing::Range(range)) => host.range = Some(range),
                        _ => broken = true,
                    }
                }
                "groups" => host.groups = self.group_list(value, &mut origin.lists_failed),
                "services" => {
                    let (services, failed) = self.service_list(&host.named, value);
                    host.services = services;
                    origin.lists_failed |= failed;
                }
                "needs" => {
                    let items = self.read.list(value).unwrap_or_default();
                    self.needs.extend(items.iter().map(|item| (Needs::Host(id), *item)));
                }
                "after" => host.after = self.after(Needs::Host(id), value),
                "node" => match self.read.thing(value) {
                    Some(Thing::Node(node)) => (host.node, origin.node) = (Some(node), Some(span)),
                    _ => (origin.node_failed, broken) = (true, true),
                },
                "ha" => {
                    host.ha = self.ha(value, &host.named);
                    broken |= host.ha.is_none();
                }
                "replication" => {
                    host.replication = self.replication(value, &host.named);
                    broken |= host.replication.is_none();
                }
                "places" => host.places = self.place_set(value),
                "witness" => put(&mut host.witness, self.read.flag(value), &mut broken),
                "on" => {
                    let read = self.on(&host.named, value, origin);
                    broken |= read.is_none() || origin.network_unknown;
                    // Nothing named is the schema's default: every network.
                    on = read.filter(|on| !on.is_empty() || self.read.record(value).is_some_and(|it| !it.is_empty()));
                }
                "cores" => {
                    let cores = self.read.int(value);
                    self.read
                        .diagnostics
                        .extend(cores.and_then(|cores| hardware::check_cores(&host.named, cores, span)));
                    put(&mut host.cores, cores.map(|cores| u32::try_from(cores).unwrap_or(0)), &mut broken);
                }
                "memory" => {
                    let size = self.read.size(value);
                    self.read.diagnostics.extend(size.and_then(|size| hardware::check_memory(&host.named, size, span)));
                    put(&mut host.memory, size, &mut broken);
                }
                "disk" => {
                    let size = self.read.size(value);
                    self.read.diagnostics.extend(size.and_then(|size| hardware::check_disk(&host.named, size, span)));
                    put(&mut host.disk, size, &mut broken);
                }
                "datastore" => {
                    let text = self.read.text(value);
                    self.read.diagnostics.extend(text.and_then(|text| invalid_datastore::check(text, span)));
                    let at = if self.read.is_stated(field) { span } else { host.named.key };
                    origin.datastores.extend(text.map(|text| (text.to_owned(), at)));
                    put(&mut host.datastore, text.map(str::to_owned), &mut broken);
                }
                "image" => match self.read.thing(value) {
                    Some(Thing::Image(image)) => (host.image, origin.image) = (Some(image), Some(span)),
                    _ => (origin.image_failed, broken) = (true, true),
                },
                "boot" => put(&mut host.boot, self.read.flag(value), &mut broken),
                "protect" => put(&mut host.protect, self.read.flag(value), &mut broken),
                "lighthouse" => {
                    put(&mut host.lighthouse, self.read.flag(value), &mut broken);
                    origin.lighthouse = Some(span);
                }
                "relay" => {
                    put(&mut host.relay, self.read.flag(value), &mut broken);
                    origin.relay = Some(span);
                }
                "managed" => put(&mut host.managed, self.read.flag(value), &mut broken),
                "forwards" => {
                    put(&mut host.forwards, self.read.flag(value), &mut broken);
                    origin.forwards = self.read.is_stated(field).then_some(span);
                }
                "mobile" => {
                    put(&mut host.mobile, self.read.flag(value), &mut broken);
                    origin.mobile = self.read.is_stated(field).then_some(span);
                }
                "user" => {
                    let text = self.read.text(value);
                    user = text.map(|text| (text, span));
                    put(&mut host.user, text.map(str::to_owned), &mut broken);
                }
                "tags" => host.tags = self.tags(value),
                "aliases" => self.aliases.push((AliasOf::Host(id), value)),
                "terraform" => host.terraform = self.extras(value),
                "nebula" => host.nebula = self.extras(value),
                "variables" => host.variables = self.extras(value),
                "unmanaged" => host.unmanaged = self.unmanaged(&host, value, &mut broken),
                "connection" => host.connection = self.connection(&host, id, value, &mut broken),
                name if made.take(name, field) => {}
                // A field that a host does not have was meant to say something about it.
                _ => broken = true,
            }
        }
        host.broken = broken;
        // No play can: it has no SSH, and no file of its own.
        host.managed &= !host.mobile;
        let windows = host.connection.winrm;
        self.read.diagnostics.extend(user.and_then(|(user, span)| invalid_user::check(user, windows, span)));
        let phone = mobile_machine::check(&host, origin);
        host.broken |= phone.is_some();
        self.read.diagnostics.extend(phone);
        self.read.diagnostics.extend(forwards_unfiltered::check(&host, origin));
        self.made_of(&mut host, origin, made);
        (host, on)
    }

    fn tags(&mut self, id: DataId) -> Vec<Spanned<String>> {
        let mut tags = Vec::new();
        for item in self.read.list(id).unwrap_or_default() {
            let Some(tag) = self.read.text(*item) else { continue };
            let span = self.read.span(*item);
            self.read.diagnostics.extend(invalid_tag::check(tag, span));
            tags.push(Spanned { value: tag.to_owned(), span });
        }
        tags.sort();
        tags.dedup_by(|a, b| a.value == b.value);
        tags
    }

    /// The node and the image that need no words, since there is only one.
    fn placed(&self, host: &mut Host, origin: &mut HostOrigin) {
        if host.kind == Kind::Machine {
            (host.node, host.image) = (None, None);
            return;
        }
        if host.node.is_none() && !origin.node_failed && self.site.nodes.len() == 1 {
            host.node = Some(NodeId(0));
        }
        if host.image.is_none() && !origin.image_failed {
            let named = |image: &Image| image.kind == host.kind && image.build_of.is_none();
            let mut fitting = (0..).map(ImageId).zip(&self.site.images).filter(|(_, image)| named(image));
            if let (Some((image, _)), None) = (fitting.next(), fitting.next()) {
                host.image = Some(image);
            }
        }
    }
}

/// The fields that say what a guest is made of, and that Terraform may be told to leave alone.
const MADE_OF: [&str; 14] = [
    "boot",
    "cores",
    "datastore",
    "description",
    "disk",
    "disks",
    "features",
    "hardware",
    "image",
    "memory",
    "node",
    "startup",
    "status",
    "tags",
];

pub(super) fn overlay(kind: &NetworkKind) -> bool {
    matches!(kind, NetworkKind::Overlay { .. })
}

/// A machine of which nothing is read yet; the schema gives every field that has a default.
fn unread(named: Named) -> Host {
    Host {
        named,
        kind: Kind::Vm,
        status: Status::Present,
        renamed_from: None,
        vmid: None,
        range: None,
        slot: None,
        groups: Vec::new(),
        services: Vec::new(),
        cluster: None,
        node: None,
        placement: Vec::new(),
        ha: None,
        replication: None,
        places: Vec::new(),
        after: Vec::new(),
        witness: false,
        interfaces: Vec::new(),
        cores: 0,
        memory: 0,
        disk: 0,
        datastore: String::new(),
        disks: Vec::new(),
        hardware: Hardware::default(),
        features: Features::default(),
        startup: Startup::default(),
        unmanaged: Vec::new(),
        connection: Connection::default(),
        image: None,
        boot: false,
        protect: false,
        lighthouse: false,
        mobile: false,
        relay: false,
        managed: false,
        forwards: false,
        user: String::new(),
        tags: Vec::new(),
        terraform: Vec::new(),
        nebula: Vec::new(),
        variables: Vec::new(),
        broken: false,
    }
}
