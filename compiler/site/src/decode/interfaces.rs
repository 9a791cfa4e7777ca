//! How machines are on networks: what `on` says, and the addresses that follow from a guest's range, one in each prefix
//! of a network.

use std::collections::BTreeMap;
use std::net::IpAddr;

use arvc_lang::data::{DataId, Datum};
use arvc_syntax::source::Span;
use ipnet::IpNet;

use super::Decoder;
use super::hosts::overlay;
use super::slots::ByRule;
use crate::allocate::{Place, Wants};
use crate::checks::{
    address_missing, address_outside_network, address_twice, device_index, dhcp_reservation, family_not_there,
    guest_off_node, guest_on_plain_network, interface_name, leased_address, mac_not_unicast, public_address,
    unknown_network, vmid_in_no_range, vmid_without_address,
};
use crate::devices::{self, Wanted};
use crate::model::{Family, Host, Interface, Kind, Named, Network, NetworkId, NetworkKind, RangeId, Spanned};
use crate::origins::HostOrigin;
use crate::segments::places;

/// What `on.N` says.
#[derive(Default)]
pub(super) struct On {
    pub(super) address: Option<Spanned<IpAddr>>,
    /// Further ones.
    addresses: Vec<Spanned<IpAddr>>,
    family: Option<Spanned<Family>>,
    public: Option<Spanned<IpAddr>>,
    mac: Option<[u8; 6]>,
    device: Option<String>,
    /// Its place among the machine's devices.
    index: Option<Spanned<u32>>,
    /// That it asks for its address, and where that is said.
    dhcp: Option<Span>,
    /// That nobody knows its address, and where that is said.
    leased: Option<Span>,
    default_route: Option<bool>,
    failed: bool,
}

impl On {
    /// The addresses that are stated, the main one first.
    pub(super) fn stated(&self) -> impl Iterator<Item = Spanned<IpAddr>> + Clone + '_ {
        self.address.into_iter().chain(self.addresses.iter().copied())
    }

    /// Whether it speaks of a family.
    fn has(&self, family: Family) -> bool {
        self.family.is_none_or(|only| only.value == family)
    }
}

/// What the range of a guest does not give it, collected over its networks: each is one mistake, however many there are.
#[derive(Default)]
struct Missing {
    /// A network on which no address is stated and the range has none, with the range if there is one.
    number: Option<(Option<RangeId>, NetworkId)>,
    /// Networks on which no address is stated and that the range says nothing of.
    rule: Vec<(RangeId, NetworkId)>,
    /// Prefixes that have no such host number.
    outside: Vec<(NetworkId, IpNet, Span)>,
    /// The host number.
    outsider: u64,
}

impl Decoder<'_> {
    /// The entries of `on`, those of unknown networks left out. `None` if it failed.
    pub(super) fn on(&mut self, named: &Named, id: DataId, origin: &mut HostOrigin) -> Option<Vec<(NetworkId, On)>> {
        let mut entries = Vec::new();
        for field in self.read.record(id)? {
            let name = self.read.name(field.name);
            let Some(network) = self.network_named(name) else {
                origin.network_unknown = true;
                if self.origins.all.networks {
                    let problem = unknown_network::diagnostic(named, name, field.key, &self.site.networks);
                    self.read.diagnostics.push(problem);
                }
                continue;
            };
            let mut on = On::default();
            let Some(fields) = self.read.record(field.value) else {
                on.failed = true;
                entries.push((network, on));
                continue;
            };
            for field in fields {
                let span = self.read.span(field.value);
                if *self.read.value(field.value) == Datum::Failed {
                    on.failed = true;
                    continue;
                }
                match self.read.name(field.name) {
                    "address" => on.address = self.read.address(field.value),
                    "addresses" => {
                        for item in self.read.list(field.value).unwrap_or_default() {
                            let address = self.read.address(*item);
                            on.failed |= address.is_none();
                            on.addresses.extend(address);
                        }
                    }
                    "family" => {
                        let family = self.read.tag(field.value).map(|tag| match tag {
                            "Ipv6" => Family::V6,
                            _ => Family::V4,
                        });
                        on.family = family.map(|family| Spanned { value: family, span });
                    }
                    "public" => on.public = self.read.address(field.value),
                    "mac" => {
                        on.mac = self.read.mac(field.value);
                        self.read.diagnostics.extend(on.mac.and_then(|mac| mac_not_unicast::check(mac, span)));
                        origin.macs.push((network, span));
                    }
                    "dhcp" => on.dhcp = self.read.flag(field.value).unwrap_or(false).then_some(span),
                    "leased" => on.leased = self.read.flag(field.value).unwrap_or(false).then_some(span),
                    "default_route" => on.default_route = self.read.flag(field.value),
                    "index" => {
                        let index = self.read.int(field.value);
                        match index.map(|index| device_index::check(named, index, span)) {
                            Some(Ok(value)) => on.index = Some(Spanned { value, span }),
                            Some(Err(problem)) => {
                                self.read.diagnostics.push(*problem);
                                on.failed = true;
                            }
                            None => on.failed = true,
                        }
                    }
                    "device" => {
                        let device = self.read.text(field.value);
                        self.read.diagnostics.extend(device.and_then(|device| interface_name::check(device, span)));
                        on.device = device.map(str::to_owned);
                        origin.devices.push(network);
                    }
                    _ => {}
                }
            }
            entries.push((network, on));
        }
        Some(entries)
    }

    pub(super) fn network_named(&self, name: &str) -> Option<NetworkId> {
        let at = self.site.networks.binary_search_by(|network| network.named.name.as_str().cmp(name)).ok()?;
        Some(NetworkId(at as u32))
    }

    /// The addresses that a machine will have: those that it states, and the prefixes in which its number gives it one.
    pub(super) fn wants(&self, host: &Host, on: Option<&[(NetworkId, On)]>, networks: &[NetworkId]) -> Wants {
        let mut wants = Wants::default();
        let (guest, every) = (host.kind != Kind::Machine, On::default());
        for id in networks {
            let network = &self.site.networks[id.index()];
            let plain = matches!(network.kind, NetworkKind::Plain);
            let entry = match on.map(|on| on.iter().find(|(named, _)| named == id)) {
                Some(Some((_, entry))) => entry,
                None if guest && !plain => &every,
                _ => continue,
            };
            if entry.failed || entry.leased.is_some() {
                continue;
            }
            wants.stated.extend(entry.stated().map(|address| (*id, address)));
            let is_stated = |prefix: &IpNet| {
                let mut holders = entry.stated().filter_map(|stated| network.prefix_of(stated.value));
                holders.any(|holder| holder.value == *prefix)
            };
            for (at, prefix) in network.prefixes().enumerate() {
                let prefix = prefix.value;
                let ruled = if guest { !plain } else { host.range.is_some() };
                if ruled && entry.has(Family::of_prefix(&prefix)) && !is_stated(&prefix) {
                    wants.computed.push(Place { network: *id, prefix: at, needed: entry.stated().next().is_none() });
                }
            }
        }
        wants
    }

    /// The interfaces of a machine, from what its `on` says and what its range gives it.
    pub(super) fn interfaces(
        &mut self,
        host: &mut Host,
        origin: &mut HostOrigin,
        on: Option<Vec<(NetworkId, On)>>,
        networks: &[NetworkId],
    ) {
        let said = on.is_some();
        let mut on = on.unwrap_or_default();
        host.broken |= !said && !self.origins.all.networks;
        let devices = self.devices(host, said, &on, networks);
        let mut missing = Missing::default();
        for id in networks {
            let network = &self.site.networks[id.index()];
            let entry = on.iter().position(|(named, _)| named == id).map(|at| on.swap_remove(at).1);
            let plain = matches!(network.kind, NetworkKind::Plain);
            let entry = match entry {
                Some(entry) => entry,
                None if said || plain || host.kind == Kind::Machine => continue,
                // It is on every network that its nodes have.
                None if places(host).iter().any(|node| !network.is_at(*node)) => continue,
                None => On::default(),
            };
            let guest = host.kind != Kind::Machine;
            if plain && guest && !origin.kind_failed {
                if self.origins.all.networks {
                    self.read.diagnostics.push(guest_on_plain_network::diagnostic(&host.named, network));
                }
                host.broken = true;
                continue;
            }
            if let Some(node) = places(host).into_iter().find(|node| !network.is_at(*node)) {
                let node = self.index.nodes[node.index()];
                let node = self.named(node, self.key(node).to_owned());
                self.read.diagnostics.push(guest_off_node::diagnostic(&host.named, network, &node, origin.node));
                host.broken = true;
                continue;
            }
            if entry.failed {
                host.broken = true;
                continue;
            }
            let (address, more) = match entry.leased {
                None => match self.addresses(host, origin, &entry, *id, &mut missing) {
                    Some((address, more)) => (Some(address), more),
                    None => continue,
                },
                Some(span) => {
                    let network = &self.site.networks[id.index()];
                    let stated = entry.stated().next().or(entry.public).map(|address| address.span);
                    if let Some(problem) = leased_address::check(&host.named, network, stated, span) {
                        self.read.diagnostics.push(problem);
                        host.broken = true;
                        continue;
                    }
                    (None, Vec::new())
                }
            };
            let index = devices.get(id).copied();
            let device = entry.device.unwrap_or_else(|| match index {
                None => format!("nebula{}", self.overlay_number(*id)),
                Some(index) => format!("eth{index}"),
            });
            let network = &self.site.networks[id.index()];
            let by_rule = || self.site.numbering[host.range?.index()].mac(*id, host.slot?.value);
            let mac = entry.mac.or_else(|| {
                let mac = by_rule()?;
                origin.macs.extend(host.slot.map(|slot| (*id, slot.span)));
                Some(mac)
            });
            let public = entry.public;
            self.read.diagnostics.extend(public.and_then(|public| public_address::check(&host.named, public, network)));
            if let Some(span) = entry.dhcp.filter(|_| entry.leased.is_none()) {
                let problem = dhcp_reservation::check(&host.named, network, mac, span);
                host.broken |= problem.is_some();
                self.read.diagnostics.extend(problem);
            }
            host.interfaces.push(Interface {
                network: *id,
                address,
                leased: entry.leased.map(|_| Family::of_prefix(&network.prefix.value)),
                more,
                public,
                mac,
                index,
                device,
                dhcp: entry.dhcp.or(entry.leased).is_some(),
                default_route: entry.default_route.unwrap_or(network.default_route),
            });
        }
        // What is in front stays in front, whatever the networks are called.
        host.interfaces.sort_by_key(|interface| (interface.index.is_none(), interface.index));
        self.read.diagnostics.extend(interface_name::check_unique(host));
        self.tell(host, &missing, said);
    }

    /// The places of a machine's network devices.
    fn devices(
        &mut self,
        host: &mut Host,
        said: bool,
        on: &[(NetworkId, On)],
        networks: &[NetworkId],
    ) -> BTreeMap<NetworkId, u32> {
        let held = self.renames.numbers(self.held, &host.named.name);
        let held = held.map(|numbers| devices::held(&self.site, &self.held.own, numbers)).unwrap_or_default();
        let at = places(host);
        let wanted = networks.iter().copied().filter_map(|id| {
            let network = &self.site.networks[id.index()];
            let entry = on.iter().find(|(named, _)| *named == id).map(|(_, entry)| entry);
            let plain = matches!(network.kind, NetworkKind::Plain);
            let every = !said && !plain && host.kind != Kind::Machine && at.iter().all(|node| network.is_at(*node));
            let is_on = devices::has_device(&network.kind) && (entry.is_some() || every);
            let stated = entry.and_then(|entry| entry.index);
            is_on.then(|| {
                let held = held.get(network.named.name.as_str()).copied();
                (Wanted { network: id, stated: stated.map(|it| it.value), held }, stated)
            })
        });
        let wanted: Vec<(Wanted, Option<Spanned<u32>>)> = wanted.collect();
        let list: Vec<Wanted> = wanted.iter().map(|(wanted, _)| *wanted).collect();
        devices::places(&list).unwrap_or_else(|clash| {
            let stated = |id| wanted.iter().find(|(it, _)| it.network == id).and_then(|(_, stated)| *stated);
            let network = |id: NetworkId| &self.site.networks[id.index()];
            let span = stated(clash.network).map_or(host.named.key, |it| it.span);
            let other = (network(clash.other), stated(clash.other).map(|it| it.span));
            let problem = device_index::taken(&host.named, clash.index, network(clash.network), span, other);
            self.read.diagnostics.push(problem);
            host.broken = true;
            list.iter().map(|it| it.network).zip(0..).collect()
        })
    }

    /// The addresses of a machine on a network, the main one apart. `None` if it has none, which is reported or noted in
    /// `missing`.
    fn addresses(
        &mut self,
        host: &mut Host,
        origin: &mut HostOrigin,
        entry: &On,
        id: NetworkId,
        missing: &mut Missing,
    ) -> Option<(Spanned<IpAddr>, Vec<Spanned<IpAddr>>)> {
        let network = &self.site.networks[id.index()];
        let found = self.read.diagnostics.len();
        for address in entry.stated() {
            origin.stated.push((id, address.value));
            let problem = address_outside_network::check(&host.named, address, network, &self.site.networks);
            let problem = problem.or_else(|| family_not_there::check_address(&host.named, address, entry.family));
            self.read.diagnostics.extend(problem);
        }
        self.read.diagnostics.extend(address_twice::check(&host.named, entry.stated(), network));
        self.read.diagnostics.extend(family_not_there::check(&host.named, entry.family, network));
        let mut broken = self.read.diagnostics.len() > found;
        if !broken && host.kind == Kind::Machine && origin.range.is_none() && entry.stated().next().is_none() {
            self.read.diagnostics.push(address_missing::diagnostic(&host.named, network));
            broken = true;
        }
        if broken {
            host.broken = true;
            return None;
        }
        let (mut main, mut more) = (entry.address, Vec::new());
        let (mut without, outside) = (None, missing.outside.len());
        let mut no_rule = None;
        let prefixes = network.prefixes().enumerate();
        for (at, prefix) in prefixes.filter(|(_, prefix)| entry.has(Family::of_prefix(&prefix.value))) {
            let mut add = |address| match main {
                Some(main) if main == address => {}
                Some(_) => more.push(address),
                None => main = Some(address),
            };
            // A prefix inside another one is reported: what is in both is in the first.
            let stated = entry
                .stated()
                .filter(|stated| network.prefix_of(stated.value).is_some_and(|holder| holder.value == prefix.value));
            if stated.clone().next().is_some() {
                stated.for_each(add);
                continue;
            }
            if host.kind == Kind::Machine && origin.range.is_none() {
                continue;
            }
            match self.by_rule(host, origin, id, at) {
                ByRule::Address(address) => add(address),
                ByRule::Outside(number) => {
                    missing.outsider = number;
                    missing.outside.push((id, prefix.value, prefix.span));
                }
                ByRule::NoRange => without = Some((None, id)),
                ByRule::NoNumber(range) => without = Some((Some(range), id)),
                ByRule::NoRule(range) => no_rule = Some((range, id)),
                ByRule::Unknown if main.is_none() => host.broken = true,
                ByRule::Unknown => {}
            }
        }
        // Where an address is stated, a machine that its range has no number for has no other.
        if main.is_none() && missing.number.is_none() {
            missing.number = without;
        }
        if main.is_none() && without.is_none() && missing.outside.len() == outside {
            missing.rule.extend(no_rule);
        }
        let main = main.filter(|_| missing.outside.len() == outside)?;
        Some((main, more))
    }

    /// Says what the range of a guest does not give it.
    fn tell(&mut self, host: &mut Host, missing: &Missing, said: bool) {
        host.broken |= missing.number.is_some() || !missing.outside.is_empty() || !missing.rule.is_empty();
        let out = &mut self.read.diagnostics;
        for (range, network) in &missing.rule {
            // Who does not say its networks is on all of them: one more network is one mistake.
            if !said {
                let hosts = self.unruled.entry((*range, *network)).or_default();
                hosts.push(host.named.clone());
                continue;
            }
            let (range, network) = (&self.site.ranges[range.index()], &self.site.networks[network.index()]);
            out.push(address_missing::no_rule(host, network, range));
        }
        match (missing.number, host.vmid) {
            (Some((Some(range), network)), _) => {
                let (range, numbering) = (&self.site.ranges[range.index()], &self.site.numbering[range.index()]);
                let held = self.renames.numbers(self.held, &host.named.name);
                let held = held.map(|numbers| (numbers, &self.site.networks[network.index()]));
                out.extend(vmid_without_address::diagnostic(host, range, numbering, network, held));
            }
            (Some((None, network)), Some(vmid)) if self.origins.all.ranges => {
                let network = &self.site.networks[network.index()];
                let held = self.renames.numbers(self.held, &host.named.name);
                out.push(vmid_in_no_range::diagnostic(&host.named, vmid, network, &self.site.ranges, held));
            }
            _ => {}
        }
        if let (false, Some(id)) = (missing.outside.is_empty(), host.range) {
            let range = &self.site.ranges[id.index()];
            let network = |id: NetworkId| -> &Network { &self.site.networks[id.index()] };
            // That the range is for a network which has no such numbers is reported where it is declared.
            let told = |network: NetworkId| self.origins.unfit.binary_search(&(id, network)).is_ok();
            let outside = missing.outside.iter().filter(|(id, ..)| !told(*id));
            let prefixes: Vec<_> = outside.map(|(id, prefix, span)| (network(*id), *prefix, *span)).collect();
            if prefixes.is_empty() {
                return;
            }
            out.extend(address_outside_network::by_rule(host, missing.outsider, range, &prefixes));
        }
    }

    /// Machines that do not say their networks, and whose range says no addresses in one of them.
    pub(super) fn unruled(&mut self) {
        for ((range, network), hosts) in std::mem::take(&mut self.unruled) {
            let (range, network) = (&self.site.ranges[range.index()], &self.site.networks[network.index()]);
            self.read.diagnostics.push(address_missing::of_all(&hosts, network, range));
        }
    }

    /// Overlays are counted over the site, so that machines with one policy have one device name.
    fn overlay_number(&self, id: NetworkId) -> usize {
        let overlays = self.site.networks.iter().take(id.index() + 1);
        overlays.filter(|network| overlay(&network.kind)).count()
    }
}
