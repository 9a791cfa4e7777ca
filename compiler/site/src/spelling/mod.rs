//! How each consumer spells what the site names: one map for each, which its emitter and the check of names that meet
//! both use.
//!
//! A name of the site is a DNS label in lower case, and on labels each map here is one to one: names that differ stay
//! different in every consumer. So names can meet only where one is no label, or in a consumer that cuts names.
//!
//! | consumer | what is named | how |
//! | --- | --- | --- |
//! | Ansible | groups of the inventory; hosts | [`ansible`]: a prefix, and `_` for what is no word character; as it is |
//! | Proxmox | tags; pools, nodes, guests; security groups; HA rules | [`proxmox`]: lower case; as it is; at most 18 signs; `arvc-POOL_NAME-…` |
//! | Terraform | resources | [`terraform`]: as it is, with `_` before a digit |
//! | DNS | machines, clusters, shared addresses | [`dns`]: lower case, below the domain |
//! | Nebula | certificates and groups | as it is: every label is one |
//! | Windows | computers | [`windows`]: upper case, at most 15 signs |
//! | files | `host_vars`, filters, configurations | as it is: no label holds what a path takes for syntax |

pub mod ansible;
pub mod dns;
pub mod proxmox;
pub mod terraform;
pub mod windows;

use crate::model::{Named, Site, Vip};

/// Names that one consumer keeps in one place, so that two of them may not become one.
pub(crate) struct Space<'s> {
    /// The place, as a message says it: "Ansible's inventory".
    pub place: &'static str,
    /// Whose names they are, and how they are spelled there.
    pub names: Vec<(&'s Named, String)>,
}

/// The spaces in which names meet only if one of them is no label, in a fixed order.
pub(crate) fn spaces(site: &Site) -> Vec<Space<'_>> {
    let space = |place, names| Space { place, names };
    let hosts = || site.hosts.iter().map(|host| &host.named);
    let groups = || site.groups.iter().map(|group| &group.named);
    let clusters = || site.clusters.iter().map(|cluster| &cluster.named);
    let nodes = || site.nodes.iter().map(|node| &node.named);
    let services = site.services.iter().map(|service| &service.named);
    let networks = site.networks.iter().map(|network| &network.named);

    let inventory = spelled(groups(), ansible::group)
        .chain(spelled(clusters(), ansible::cluster))
        .chain(spelled(services, ansible::service))
        .chain(spelled(hosts().chain(nodes()), str::to_owned));
    let answered = hosts().chain(clusters()).chain(nodes()).chain(vips(site).map(|vip| &vip.named));
    vec![
        space("Ansible's inventory", inventory.collect()),
        space("Proxmox's tags", spelled(groups(), proxmox::tag).collect()),
        space("DNS", spelled(answered, dns::label).collect()),
        space("Proxmox's security groups", spelled(networks, proxmox::security_group).collect()),
    ]
}

/// The space in which labels meet too, since it cuts them.
pub(crate) fn cut(site: &Site) -> Space<'_> {
    let computers = site.hosts.iter().filter(|host| host.is_windows()).map(|host| &host.named);
    Space { place: "a Windows network", names: spelled(computers, windows::computer).collect() }
}

/// Everything that has a name of its own kind. The kinds stay apart: a host may be called like a group.
pub(crate) fn kinds(site: &Site) -> Vec<Vec<&Named>> {
    vec![
        site.datacenters.iter().map(|datacenter| &datacenter.named).collect(),
        site.nodes.iter().map(|node| &node.named).collect(),
        site.places.iter().map(|place| &place.named).collect(),
        site.networks.iter().map(|network| &network.named).collect(),
        vips(site).map(|vip| &vip.named).collect(),
        site.ranges.iter().map(|range| &range.named).collect(),
        site.groups.iter().map(|group| &group.named).collect(),
        site.images.iter().filter(|image| image.build_of.is_none()).map(|image| &image.named).collect(),
        site.services.iter().map(|service| &service.named).collect(),
        site.hosts.iter().map(|host| &host.named).collect(),
        site.clusters.iter().map(|cluster| &cluster.named).collect(),
    ]
}

fn vips(site: &Site) -> impl Iterator<Item = &Vip> {
    site.vips.iter()
}

fn spelled<'s>(
    names: impl Iterator<Item = &'s Named>,
    map: impl Fn(&str) -> String,
) -> impl Iterator<Item = (&'s Named, String)> {
    names.map(move |named| (named, map(&named.name)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks::invalid_name::is_label;

    /// What a consumer makes of a name.
    type Map = fn(&str) -> String;

    /// Every map that leaves names whole.
    const MAPS: &[Map] = &[
        ansible::group,
        ansible::cluster,
        ansible::service,
        str::to_owned,
        proxmox::tag,
        dns::label,
        terraform::resource,
        |name| terraform::part(name, "net0"),
    ];

    fn label() -> impl Strategy<Value = String> {
        "[a-c0-1]([a-c0-1-]{0,4}[a-c0-1])?".prop_filter("a label", |name| is_label(name))
    }

    proptest! {
        #[test]
        fn labels_that_differ_stay_different_in_every_consumer(a in label(), b in label()) {
            prop_assume!(a != b);
            for map in MAPS {
                prop_assert_ne!(map(&a), map(&b));
            }
        }

        /// Kinds that share a namespace stay apart too, whatever they are called.
        #[test]
        fn kinds_stay_apart_in_the_inventory_and_among_resources(a in label(), b in label()) {
            let inventory = [ansible::group(&a), ansible::cluster(&a), ansible::service(&a), b.clone()];
            for (index, one) in inventory.iter().enumerate() {
                prop_assert!(!inventory[index + 1..].contains(one), "{one}");
            }
            prop_assert!(!ansible::OWN_GROUPS.contains(&ansible::group(&a).as_str()));
            prop_assert_ne!(terraform::resource(&a), terraform::part(&b, "net0"));
            prop_assert_ne!(terraform::part(&a, "nodes"), terraform::part(&b, "apart"));
        }
    }
}
