//! Names: of resources by what they stand for, of resource types by the provider's version, of security groups by what
//! Proxmox takes.

use std::collections::BTreeSet;

use crate::hcl::{Identifier, Reference, fixed};

/// Resource types of bpg/proxmox 0.111. Old resources have the long name only, and the long name of the newer ones is
/// deprecated, so a correct file mixes both.
pub mod kind {
    /// A virtual machine.
    pub const VM: &str = "proxmox_virtual_environment_vm";
    /// A container.
    pub const CONTAINER: &str = "proxmox_virtual_environment_container";
    /// A pool.
    pub const POOL: &str = "proxmox_virtual_environment_pool";
    /// A guest's place in a pool.
    pub const POOL_MEMBERSHIP: &str = "proxmox_pool_membership";
    /// A guest that the HA manager keeps.
    pub const HA_RESOURCE: &str = "proxmox_haresource";
    /// Where the HA manager may start guests.
    pub const HA_RULE: &str = "proxmox_harule";
    /// A copy of a guest's volumes on another node.
    pub const REPLICATION: &str = "proxmox_replication";
    /// A file that a node downloads.
    pub const DOWNLOAD: &str = "proxmox_download_file";
    /// A name for PCI devices.
    pub const PCI_MAPPING: &str = "proxmox_hardware_mapping_pci";
    /// A name for USB devices.
    pub const USB_MAPPING: &str = "proxmox_hardware_mapping_usb";
    /// The data centre's firewall.
    pub const CLUSTER_FIREWALL: &str = "proxmox_virtual_environment_cluster_firewall";
    /// A security group.
    pub const SECURITY_GROUP: &str = "proxmox_virtual_environment_cluster_firewall_security_group";
    /// A node's firewall.
    pub const NODE_FIREWALL: &str = "proxmox_node_firewall";
    /// A guest's firewall options.
    pub const FIREWALL_OPTIONS: &str = "proxmox_virtual_environment_firewall_options";
    /// A list of rules.
    pub const FIREWALL_RULES: &str = "proxmox_virtual_environment_firewall_rules";
    /// A set of addresses.
    pub const IPSET: &str = "proxmox_virtual_environment_firewall_ipset";
    /// A named address.
    pub const ALIAS: &str = "proxmox_virtual_environment_firewall_alias";
}

/// The resource that stands for something of this name. A host's name is a DNS label, so it stays as it is; only one
/// that begins with a digit gets a `_`, with which no label begins. Anything else becomes what HCL takes, and unique.
pub fn resource(name: &str) -> Identifier {
    if let Some(same) = Identifier::new(name) {
        return same;
    }
    let clean: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    let text = if clean == name { format!("_{clean}") } else { format!("_{clean}_{:08x}", hash(name)) };
    Identifier::new(text).unwrap_or_else(|| fixed("_"))
}

/// The resource that stands for a part of something: `dns_net0`.
pub fn part(name: &str, part: &str) -> Identifier {
    let whole = format!("{}_{part}", resource(name).text());
    Identifier::new(whole.clone()).unwrap_or_else(|| resource(&whole))
}

/// A resource as another one speaks of it.
pub fn reference(kind: &'static str, name: &Identifier) -> Reference {
    Reference::new(&fixed(kind)).attribute(name)
}

/// The longest name of a security group (`PVE::Firewall`, `security_group_name`: 2 to 18).
const GROUP_LENGTH: usize = 18;

/// A name for a security group that none of `taken` has. Proxmox takes `[a-z][a-z0-9_-]+` and lower-cases the rest; a
/// name that is too long keeps its beginning and gets a number that depends on nothing but itself.
pub fn security_group(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let mut name: String =
        wanted.chars().map(|c| c.to_ascii_lowercase()).map(|c| if is_plain(c) { c } else { '-' }).collect();
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name.insert_str(0, "g-");
    }
    if name.len() < 2 {
        name.push_str("-g");
    }
    let mut attempt = 0;
    let fits = name.len() <= GROUP_LENGTH;
    let mut candidate = if fits { name.clone() } else { shortened(&name, wanted, attempt) };
    while !taken.insert(candidate.clone()) {
        attempt += 1;
        candidate = shortened(&name, wanted, attempt);
    }
    candidate
}

fn shortened(name: &str, wanted: &str, attempt: u32) -> String {
    let number = hash(&format!("{wanted}#{attempt}")) & 0xffff;
    let start = name[..name.len().min(GROUP_LENGTH - 5)].trim_end_matches(['-', '_']);
    format!("{start}-{number:04x}")
}

fn is_plain(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_'
}

/// FNV-1a. It only tells names apart, and must be the same in every release.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{part, resource, security_group};

    #[test]
    fn labels_stay_and_digits_in_front_are_marked() {
        assert_eq!(resource("postgres-01").text(), "postgres-01");
        assert_eq!(resource("01-a").text(), "_01-a");
        assert_eq!(part("01-a", "net0").text(), "_01-a_net0");
    }

    #[test]
    fn names_that_look_alike_stay_apart() {
        let names: BTreeSet<String> =
            ["a b", "a\"b", "a.b", "a_b", "ä", "ö", ""].iter().map(|name| resource(name).text().to_owned()).collect();
        assert_eq!(names.len(), 7);
    }

    #[test]
    fn groups_have_names_that_proxmox_takes() {
        let mut taken = BTreeSet::new();
        for wanted in
            ["web", "Web", "infrastructure-projects-lighthouse", "infrastructure-projects-lighthouse-2", "9", "é", ""]
        {
            let name = security_group(wanted, &mut taken);
            assert!((2..=18).contains(&name.len()), "{name}");
            assert!(name.starts_with(|c: char| c.is_ascii_lowercase()), "{name}");
            assert!(name.chars().all(super::is_plain), "{name}");
        }
        assert_eq!(taken.len(), 7);
    }

    #[test]
    fn a_shortened_name_depends_on_itself_alone() {
        let alone = security_group("infrastructure-projects", &mut BTreeSet::new());
        let mut taken = BTreeSet::from(["infrastructure".to_owned(), "web".to_owned()]);
        assert_eq!(security_group("infrastructure-projects", &mut taken), alone);
        assert!(alone.starts_with("infrastructur-"), "{alone}");
    }
}
