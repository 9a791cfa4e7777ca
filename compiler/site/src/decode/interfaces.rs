//! How machines are on networks: what `on` says, and the addresses that follow from a guest's range, one in each prefix
//! of a network.

use std::net::IpAddr;

use arvc_lang::data::{DataId, Datum};
use arvc_syntax::source::Span;
use ipnet::IpNet;

use super::Decoder;
use super::hosts::overlay;
use crate::allocate::{Place, Wants};
use crate::allocation;
use crate::checks::{
    address_missing, address_outside_network, address_twice, family_not_there, guest_on_plain_network, interface_name,
    mac_not_unicast, public_address, unknown_network, vmid_in_no_range, vmid_without_address,
};
use crate::model::{Family, Host, Interface, Kind, Named, Network, NetworkId, NetworkKind, RangeId, Spanned};
use crate::origins::HostOrigin;

/// What `on.N` says.
#[derive(Default)]
pub(super) struct On {
    address: Option<Spanned<IpAddr>>,
    /// Further ones.
    addresses: Vec<Spanned<IpAddr>>,
    family: Option<Spanned<Family>>,
    public: Option<Spanned<IpAddr>>,
    mac: Option<[u8; 6]>,
    device: Option<String>,
    failed: bool,
}

impl On {
    /// The addresses that are stated, the main one first.
    fn stated(&self) -> impl Iterator<Item = Spanned<IpAddr>> + Clone + '_ {
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
    /// Prefixes that have no such host number.
    outside: Vec<(NetworkId, IpNet, Span)>,
    /// The host number.
    outsider: u64,
}

enum ByRule {
    Address(Spanned<IpAddr>),
    /// The prefix has no such host number.
    Outside(u64),
    /// No range contains the VMID.
    NoRange,
    /// The range has no host number for it.
    NoNumber(RangeId),
    /// What it depends on is wrong, and that is reported.
    Unknown,
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
                    "device" => {
                        let device = self.read.text(field.value);
                        self.read.diagnostics.extend(device.and_then(|device| interface_name::check(device, span)));
                        on.device = device.map(str::to_owned);
                    }
                    _ => {}
                }
            }
            entries.push((network, on));
        }
        Some(entries)
    }

    fn network_named(&self, name: &str) -> Option<NetworkId> {
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
            if entry.failed {
                continue;
            }
            wants.stated.extend(entry.stated().map(|address| (*id, address)));
            let is_stated = |prefix: &IpNet| {
                let mut holders = entry.stated().filter_map(|stated| network.prefix_of(stated.value));
                holders.any(|holder| holder.value == *prefix)
            };
            for (at, prefix) in network.prefixes().enumerate() {
                let prefix = prefix.value;
                if guest && !plain && entry.has(Family::of_prefix(&prefix)) && !is_stated(&prefix) {
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
        let mut nics = 0;
        let mut missing = Missing::default();
        for id in networks {
            let network = &self.site.networks[id.index()];
            let entry = on.iter().position(|(named, _)| named == id).map(|at| on.swap_remove(at).1);
            let plain = matches!(network.kind, NetworkKind::Plain);
            let entry = match entry {
                Some(entry) => entry,
                None if said || plain || host.kind == Kind::Machine => continue,
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
            let number = nics;
            nics += usize::from(!overlay(&network.kind));
            if entry.failed {
                host.broken = true;
                continue;
            }
            let Some((address, more)) = self.addresses(host, origin, &entry, *id, &mut missing) else { continue };
            let device = entry.device.unwrap_or_else(|| match overlay(&self.site.networks[id.index()].kind) {
                true => format!("nebula{}", self.overlay_number(*id)),
                false => format!("eth{number}"),
            });
            let public = entry.public;
            let on = &self.site.networks[id.index()];
            self.read.diagnostics.extend(public.and_then(|public| public_address::check(&host.named, public, on)));
            host.interfaces.push(Interface { network: *id, address, more, public, mac: entry.mac, device });
        }
        self.read.diagnostics.extend(interface_name::check_unique(host));
        self.tell(host, &missing);
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
            let problem = address_outside_network::check(&host.named, address, network);
            let problem = problem.or_else(|| family_not_there::check_address(&host.named, address, entry.family));
            self.read.diagnostics.extend(problem);
        }
        self.read.diagnostics.extend(address_twice::check(&host.named, entry.stated(), network));
        self.read.diagnostics.extend(family_not_there::check(&host.named, entry.family, network));
        let mut broken = self.read.diagnostics.len() > found;
        if !broken && host.kind == Kind::Machine && entry.stated().next().is_none() {
            self.read.diagnostics.push(address_missing::diagnostic(&host.named, network));
            broken = true;
        }
        if broken {
            host.broken = true;
            return None;
        }
        let (mut main, mut more) = (entry.address, Vec::new());
        let (mut without, outside) = (None, missing.outside.len());
        for prefix in network.prefixes().filter(|prefix| entry.has(Family::of_prefix(&prefix.value))) {
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
            if host.kind == Kind::Machine {
                continue;
            }
            match self.by_rule(host, origin, prefix.value) {
                ByRule::Address(address) => add(address),
                ByRule::Outside(number) => {
                    missing.outsider = number;
                    missing.outside.push((id, prefix.value, prefix.span));
                }
                ByRule::NoRange => without = Some((None, id)),
                ByRule::NoNumber(range) => without = Some((Some(range), id)),
                ByRule::Unknown if main.is_none() => host.broken = true,
                ByRule::Unknown => {}
            }
        }
        // Where an address is stated, a machine that its range has no number for has no other.
        if main.is_none() && missing.number.is_none() {
            missing.number = without;
        }
        let main = main.filter(|_| missing.outside.len() == outside)?;
        Some((main, more))
    }

    /// Says what the range of a guest does not give it.
    fn tell(&mut self, host: &mut Host, missing: &Missing) {
        let Some(vmid) = host.vmid else { return };
        host.broken |= missing.number.is_some() || !missing.outside.is_empty();
        let out = &mut self.read.diagnostics;
        match missing.number {
            Some((Some(range), _)) => {
                out.push(vmid_without_address::diagnostic(&host.named, vmid, &self.site.ranges[range.index()]));
            }
            Some((None, network)) if self.origins.all.ranges => {
                let network = &self.site.networks[network.index()];
                out.push(vmid_in_no_range::diagnostic(&host.named, vmid, network, &self.site.ranges));
            }
            _ => {}
        }
        if let (false, Some(range)) = (missing.outside.is_empty(), host.range) {
            let range = &self.site.ranges[range.index()];
            let network = |id: NetworkId| -> &Network { &self.site.networks[id.index()] };
            let prefixes: Vec<_> =
                missing.outside.iter().map(|(id, prefix, span)| (network(*id), *prefix, *span)).collect();
            out.push(address_outside_network::by_rule(&host.named, vmid, missing.outsider, range, &prefixes));
        }
    }

    fn by_rule(&self, host: &Host, origin: &HostOrigin, prefix: IpNet) -> ByRule {
        let Some(vmid) = host.vmid else { return ByRule::Unknown };
        let Some(range) = host.range else {
            // A range that is named and wrong is reported already.
            return if origin.range.is_some() || origin.kind_failed { ByRule::Unknown } else { ByRule::NoRange };
        };
        match allocation::host_number(&self.site.ranges[range.index()], vmid.value) {
            None => ByRule::NoNumber(range),
            Some(number) => match allocation::address(&prefix, number) {
                Some(value) => ByRule::Address(Spanned { value, span: vmid.span }),
                None => ByRule::Outside(number),
            },
        }
    }

    /// Overlays are counted over the site, so that machines with one policy have one device name.
    fn overlay_number(&self, id: NetworkId) -> usize {
        let overlays = self.site.networks.iter().take(id.index() + 1);
        overlays.filter(|network| overlay(&network.kind)).count()
    }
}
