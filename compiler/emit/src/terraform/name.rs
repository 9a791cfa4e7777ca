//! Names: of resource types by the provider's version, and of resources as HCL takes what the site spells
//! ([`arvc_site::spelling::terraform`]).

use arvc_site::spelling::terraform as spelling;

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

/// The resource that stands for something of this name.
pub fn resource(name: &str) -> Identifier {
    identifier(spelling::resource(name))
}

/// The resource that stands for a part of something: `dns_net0`.
pub fn part(name: &str, part: &str) -> Identifier {
    identifier(spelling::part(name, part))
}

fn identifier(name: String) -> Identifier {
    Identifier::new(name).unwrap_or_else(|| fixed("_"))
}

/// A resource as another one speaks of it.
pub fn reference(kind: &'static str, name: &Identifier) -> Reference {
    Reference::new(&fixed(kind)).attribute(name)
}
