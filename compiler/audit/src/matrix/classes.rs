//! Which machines the files do not distinguish.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::records::Records;
use crate::nebula::Member;
use crate::proxmox::{Guest, IpSet, Setting};
use crate::tree::{Host, Tree};

/// Machines that no file distinguishes, or addresses of nobody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// Their names, sorted; addresses as text. Nodes and `internet` are alone.
    pub members: Vec<String>,
}

impl Tree {
    /// Machines by class, and then one address for each class of addresses that are nobody's.
    pub fn classes(&self) -> Vec<Class> {
        let records = self.records();
        let blocked = self.members.iter().flat_map(|member| &member.blocked).map(String::as_str).collect();
        let mut classes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for host in self.hosts.values() {
            classes.entry(self.host_key(host, records, &blocked)).or_default().push(host.name.clone());
        }
        let mut classes: Vec<Class> = classes.into_values().map(|members| Class { members }).collect();
        classes.sort();
        // Nodes are few, and each is one of its own.
        classes.extend(self.nodes().into_iter().map(|node| Class { members: vec![node.to_owned()] }));
        classes.push(Class { members: vec!["internet".to_owned()] });
        let strangers = self.strangers().addresses();
        classes.extend(strangers.map(|address| Class { members: vec![address.to_string()] }));
        classes
    }

    pub(super) fn records(&self) -> &Records {
        self.records.get_or_init(|| Records::of(self).finish())
    }

    fn host_key(&self, host: &Host, records: &Records, blocked: &BTreeSet<&str>) -> String {
        use std::fmt::Write;
        let mut key = format!("{:?} {:?} ", host.filter, host.no_filter);
        if let Some(guest) = self.guest(host) {
            key += &guest_key(guest, records);
        }
        for address in host.addresses.iter().filter(|_| host.guest.is_none()) {
            let at = (address.is_ipv6(), records.address_key(*address));
            let _ = write!(key, "at {at:?} {:?} ", host.devices.get(address));
        }
        for index in &host.members {
            let member = &self.members[*index];
            let _ = write!(key, "{} ", records.member(*index));
            match &member.certificate {
                Err(why) => key += why,
                Ok(certificate) => {
                    let nets = certificate.networks.iter();
                    let nets: Vec<_> = nets.map(|net| (net.trunc(), records.address_key(net.addr()))).collect();
                    let unsafe_networks = &certificate.unsafe_networks;
                    let (name, groups) = (records.name_key(&certificate.name), &certificate.groups);
                    let ca = (&certificate.ca_name, &certificate.ca_sha);
                    let refused = certificate.fingerprint.as_ref().filter(|print| blocked.contains(print.as_str()));
                    let _ = write!(key, "{nets:?} {unsafe_networks:?} {groups:?} {name:?} {ca:?} {refused:?} ");
                }
            }
        }
        key
    }
}

fn guest_key(guest: &Guest, records: &Records) -> String {
    use std::fmt::Write;
    let mut key = format!("{} {:?} {} {:?} ", guest.id.center, guest.node, guest.container, guest.gap);
    for nic in &guest.nics {
        let addresses: Vec<_> =
            nic.addresses.iter().map(|net| (net.trunc(), records.address_key(net.addr()))).collect();
        let bound: Vec<bool> = match guest.sets.get(&format!("ipfilter-net{}", nic.index)) {
            None => Vec::new(),
            Some(set) => nic.addresses.iter().map(|net| set.has(net.addr())).collect(),
        };
        let bridge = (&nic.bridge.value, nic.vlan, &nic.firewall.value, &nic.device, nic.dhcp);
        let _ = write!(key, "{bridge:?} {addresses:?} {:?} {bound:?} ", nic.gateways);
    }
    let options = &guest.options;
    for switch in [
        &options.enabled,
        &options.dhcp,
        &options.ndp,
        &options.radv,
        &options.macfilter,
        &options.ipfilter,
        &options.ips,
    ] {
        let _ = write!(key, "{:?} ", value(switch));
    }
    let _ = write!(key, "{:?} {:?} ", options.policy_in.value, options.policy_out.value);
    for rule in &guest.rules {
        let mut rule = rule.clone();
        rule.place = crate::place::Place { file: 0, line: 0 };
        let _ = write!(key, "{rule:?} ");
    }
    let mut sets: Vec<(&String, &IpSet)> =
        guest.sets.iter().filter(|(name, _)| !name.starts_with("ipfilter-")).collect();
    sets.sort_by_key(|(name, _)| *name);
    for (name, set) in sets {
        let _ = write!(key, "{name} {:?} ", set.entries);
    }
    let mut aliases: Vec<_> = guest.aliases.iter().map(|(name, (net, _))| (name, net)).collect();
    aliases.sort();
    let _ = write!(key, "{aliases:?} ");
    key
}

fn value<T: std::fmt::Debug>(setting: &Setting<T>) -> String {
    format!("{:?}", setting.value)
}

/// Everything that a member's configuration says, without where it stands.
pub(super) fn member_key(member: &Member) -> String {
    let list = |rules: &Result<Vec<crate::nebula::Rule>, _>| {
        rules.clone().map(|rules| {
            let plain = rules.into_iter().map(|mut rule| {
                rule.place = crate::place::Place { file: 0, line: 0 };
                rule
            });
            plain.collect::<Vec<_>>()
        })
    };
    let endpoints: Vec<_> = member.endpoints.iter().map(|(address, (endpoints, _))| (address, endpoints)).collect();
    let routes: Vec<_> = member.routes.iter().map(|route| (route.net, &route.via, route.installed)).collect();
    format!(
        "{:?}",
        (
            (&member.version, list(&member.inbound), list(&member.outbound), member.local_any, member.lighthouse),
            (
                &member.lighthouses,
                endpoints,
                member.computes,
                &member.advertised,
                &member.advertise,
                &member.port,
                member.only_v4
            ),
            (member.relay, member.uses_relays, &member.relays, &member.device, member.disabled, &member.blocked),
            (routes, member.system_routes),
        )
    )
}

pub(super) fn before(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => Some(std::net::Ipv4Addr::from_bits(v4.to_bits().checked_sub(1)?).into()),
        IpAddr::V6(v6) => Some(std::net::Ipv6Addr::from_bits(v6.to_bits().checked_sub(1)?).into()),
    }
}

pub(super) fn after(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => Some(std::net::Ipv4Addr::from_bits(v4.to_bits().checked_add(1)?).into()),
        IpAddr::V6(v6) => Some(std::net::Ipv6Addr::from_bits(v6.to_bits().checked_add(1)?).into()),
    }
}
