//! What no new machine can have: numbers of the site's machines, of machines that are gone, of other environments, and
//! addresses that are no machine's.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use super::{Place, Renames, Wants, computed, datacenter};
use crate::allocation::Numbering;
use crate::checks::{address_in_pool, address_in_use, address_reserved};
use crate::lock::{Environment, Held, Numbers};
use crate::model::{DatacenterId, Host, NetworkId, RangeId, Site, Vmid};
use crate::neighbours;
use crate::segments::Segments;

/// Whom the lock says that a number is held by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    /// The machine's name.
    pub(crate) name: String,
    /// The environment, if it is another one.
    pub(crate) environment: Option<String>,
}

/// What is taken. A Proxmox cluster that is not known is every one.
#[derive(Default)]
pub(super) struct Taken {
    vmids: HashSet<(Option<DatacenterId>, Vmid)>,
    /// Those of every cluster together.
    anywhere: HashSet<Vmid>,
    addresses: HashSet<(u32, IpAddr)>,
    /// The broadcast domain of each network.
    domains: Vec<u32>,
    /// Numbers of machines that are not the site's.
    held: HashMap<(Option<DatacenterId>, Vmid), Holder>,
    held_addresses: HashMap<(u32, IpAddr), Holder>,
    /// What something hands out on segments of other environments, from the first address to the last.
    handed_out: Vec<(u32, (IpAddr, IpAddr))>,
    /// The addresses of the site's own machines that are gone.
    left: Vec<(NetworkId, IpAddr, String)>,
}

impl Taken {
    /// What is taken before any machine has a number that it does not state.
    pub(super) fn of(site: &Site, held: &Held, hosts: &[Host], wants: &[Wants], renames: &Renames) -> Self {
        let mut taken = Self { domains: Segments::new(site).domains(), ..Self::default() };
        for vip in site.vips.iter().filter(|vip| vip.network.index() < site.networks.len()) {
            let domain = taken.domains[vip.network.index()];
            taken.addresses.extend(vip.addresses().map(|it| (domain, it.value)));
        }
        for (vmid, node) in site.images.iter().flat_map(|image| image.templates()) {
            let owner = node.and_then(|node| site.nodes.get(node.index())).map(|node| node.datacenter);
            taken.enter_vmid(owner, vmid.value);
        }
        for wants in wants {
            for (network, address) in &wants.stated {
                taken.addresses.insert((taken.domains[network.index()], address.value));
            }
        }
        let known: HashSet<&str> = hosts.iter().map(|host| renames.known(held, &host.named.name)).collect();
        let gone = held.own.hosts.iter().chain(&held.own.retired).filter(|(name, _)| !known.contains(name.as_str()));
        // A machine that came back with other numbers leaves the old ones taken.
        let left = held
            .own
            .retired
            .iter()
            .filter(|(name, _)| known.contains(name.as_str()) && held.own.hosts.contains_key(name.as_str()));
        for (name, numbers) in gone.chain(left) {
            taken.hold(site, name, numbers);
        }
        for (environment, other) in &held.others {
            taken.hold_other(site, environment, other);
        }
        taken
    }

    /// Enters the numbers of another environment, in the Proxmox clusters and on the segments that it shares with this one.
    fn hold_other(&mut self, site: &Site, environment: &str, other: &Environment) {
        let shared = neighbours::shared(site, other);
        let clusters: HashMap<&str, DatacenterId> = shared.iter().map(|shared| (shared.name, shared.own)).collect();
        if clusters.is_empty() {
            return;
        }
        for (name, datacenter) in &other.datacenters {
            if let Some(owner) = clusters.get(name.as_str()) {
                datacenter.templates.iter().for_each(|vmid| self.enter_vmid(Some(*owner), *vmid));
            }
        }
        let segments = neighbours::segments(site, other, &self.domains);
        for (name, numbers) in other.hosts.iter().chain(&other.retired) {
            let holder = || Holder { name: name.clone(), environment: Some(environment.to_owned()) };
            let owner = numbers.datacenter.as_deref().and_then(|name| clusters.get(name));
            if let (Some(vmid), Some(owner)) = (numbers.vmid, owner) {
                self.enter_vmid(Some(*owner), vmid);
                self.held.entry((Some(*owner), vmid)).or_insert_with(holder);
            }
            for (network, addresses) in &numbers.addresses {
                for domain in segments.get(network.as_str()).into_iter().flatten() {
                    for address in addresses {
                        self.addresses.insert((*domain, *address));
                        self.held_addresses.entry((*domain, *address)).or_insert_with(holder);
                    }
                }
            }
        }
        for vip in other.vips.values() {
            for domain in segments.get(vip.network.as_str()).into_iter().flatten() {
                self.addresses.extend(vip.addresses.iter().map(|address| (*domain, *address)));
            }
        }
        for (name, domains) in &segments {
            let spans = &other.networks[*name].handed_out;
            self.handed_out.extend(domains.iter().flat_map(|domain| spans.iter().map(|span| (*domain, *span))));
        }
    }

    /// Enters the numbers of a machine that is gone.
    fn hold(&mut self, site: &Site, name: &str, numbers: &Numbers) {
        let holder = || Holder { name: name.to_owned(), environment: None };
        if let Some(vmid) = numbers.vmid {
            let owner = numbers.datacenter.as_ref().and_then(|name| {
                let at = site.datacenters.iter().position(|it| it.named.name == *name)?;
                Some(DatacenterId(at as u32))
            });
            self.enter_vmid(owner, vmid);
            self.held.entry((owner, vmid)).or_insert_with(holder);
        }
        for (network, addresses) in &numbers.addresses {
            let Some(at) = site.networks.iter().position(|it| it.named.name == *network) else { continue };
            for address in addresses {
                let place = (self.domains[at], *address);
                self.addresses.insert(place);
                self.held_addresses.entry(place).or_insert_with(holder);
                self.left.push((NetworkId(at as u32), *address, name.to_owned()));
            }
        }
    }

    /// The broadcast domain of a network.
    pub(super) fn domain(&self, network: NetworkId) -> u32 {
        self.domains[network.index()]
    }

    fn enter_vmid(&mut self, owner: Option<DatacenterId>, vmid: Vmid) {
        self.vmids.insert((owner, vmid));
        self.anywhere.insert(vmid);
    }

    /// Enters what a machine of the site has.
    pub(super) fn enter(&mut self, site: &Site, host: &Host, wants: &Wants) {
        if let Some(vmid) = host.vmid {
            self.enter_vmid(datacenter(site, host), vmid.value);
        }
        for (network, address) in computed(site, host, wants) {
            self.addresses.insert((self.domains[network.index()], address));
        }
    }

    /// How many numbers are taken.
    pub(super) fn count(&self) -> u64 {
        (self.vmids.len() + self.addresses.len()) as u64
    }

    /// Whether a machine can have this slot: its VMID, if it comes with one, is nobody's, and it has an address on each network
    /// that is nobody's.
    pub(super) fn is_free(
        &self,
        site: &Site,
        range: RangeId,
        owner: Option<DatacenterId>,
        slot: u64,
        vmid: Option<Vmid>,
        places: &[Place],
    ) -> bool {
        let numbering = &site.numbering[range.index()];
        let is_taken = |vmid: Vmid| match owner {
            Some(_) => self.vmids.contains(&(owner, vmid)) || self.vmids.contains(&(None, vmid)),
            None => self.anywhere.contains(&vmid),
        };
        !vmid.is_some_and(is_taken)
            && places.iter().all(|place| match place.address(numbering, slot) {
                None => !place.needed,
                Some(address) => {
                    let network = &site.networks[place.network.index()];
                    !self.addresses.contains(&(self.domains[place.network.index()], address))
                        && !self.is_handed_out(self.domains[place.network.index()], address)
                        && !address_in_use::is_in_use(site, network, address)
                        && !address_reserved::is_reserved(network, address)
                        && !address_in_pool::is_handed_out(network, address)
                }
            })
    }

    fn is_handed_out(&self, domain: u32, address: IpAddr) -> bool {
        self.handed_out.iter().any(|(at, (first, last))| *at == domain && (*first..=*last).contains(&address))
    }

    /// Which machine that is gone has a VMID.
    pub(super) fn held_vmid(&self, owner: Option<DatacenterId>, vmid: Vmid) -> Option<&Holder> {
        self.held.get(&(owner, vmid)).or_else(|| self.held.get(&(None, vmid)))
    }

    /// Which machine that is gone has an address.
    pub(super) fn held_address(&self, network: NetworkId, address: IpAddr) -> Option<&Holder> {
        self.held_addresses.get(&(self.domains[network.index()], address))
    }

    /// Machines that are gone and whose VMIDs are of a range, or else whose addresses are, in the order of their names.
    pub(super) fn retired_in(&self, numbering: &Numbering, owner: Option<DatacenterId>) -> Vec<String> {
        let here = |of: &Option<DatacenterId>| of.zip(owner).is_none_or(|(of, owner)| of == owner);
        let of_range = self.held.iter().filter(|((of, vmid), _)| here(of) && numbering.slot_of(*vmid).is_some());
        let own = of_range.filter(|(_, holder)| holder.environment.is_none());
        let mut names: Vec<String> = own.map(|(_, holder)| holder.name.clone()).collect();
        if !numbering.has_vmids() {
            let of_range = |(network, address, _): &&(NetworkId, IpAddr, String)| {
                numbering.slot_of_address(*network, *address).is_some()
            };
            names.extend(self.left.iter().filter(of_range).map(|(.., name)| name.clone()));
        }
        names.sort();
        names.dedup();
        names
    }
}
