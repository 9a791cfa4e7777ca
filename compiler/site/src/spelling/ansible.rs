//! Ansible's inventory, in which hosts and groups have their names from one place.
//!
//! A group is `^[A-Za-z_]\w*$` there (`ansible/inventory/group.py`, `to_safe_group_name`). Each kind has a prefix of its own,
//! and no name of a host has a `_`.

/// Groups that are Ansible's own or the emitted roles'.
pub const OWN_GROUPS: &[&str] =
    &["all", "ungrouped", GUESTS, WINRM_GUESTS, NEBULA_MEMBERS, NEBULA_LIGHTHOUSES, PROXMOX_NODES];

/// What the emitted roles are for.
pub const GUESTS: &str = "guests";
/// What they are not for.
pub const WINRM_GUESTS: &str = "winrm_guests";
/// The overlay's members.
pub const NEBULA_MEMBERS: &str = "nebula_members";
/// Its lighthouses.
pub const NEBULA_LIGHTHOUSES: &str = "nebula_lighthouses";
/// Proxmox hosts, for the site's own plays.
pub const PROXMOX_NODES: &str = "proxmox_nodes";

/// The machines of a group of the site.
pub fn group(name: &str) -> String {
    format!("group_{}", identifier(name))
}

/// The members of a cluster.
pub fn cluster(name: &str) -> String {
    format!("cluster_{}", identifier(name))
}

/// The machines that run a service.
pub fn service(name: &str) -> String {
    format!("service_{}", identifier(name))
}

fn identifier(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_has_a_prefix_and_no_hyphen() {
        assert_eq!(group("web-a"), "group_web_a");
        assert_eq!(cluster("1st"), "cluster_1st");
        assert_eq!(service("a b.c"), "service_a_b_c");
    }
}
