//! The firewall options of a guest or template. Every key is written: the provider's defaults differ from Proxmox's.

use arvc_site::model::Kind;

use crate::hcl::Body;

/// Says whose firewall it is.
pub fn target(kind: Kind, node: &str, vmid: u32, body: &mut Body) {
    body.set("node_name", node).set(if kind == Kind::Container { "container_id" } else { "vm_id" }, vmid).gap();
}

/// Closed but for rules. Where addresses are static, nothing listens to DHCP; neighbour discovery stays, without which IPv6
/// does not work at all.
pub fn closed(ipfilter: bool, dhcp: bool, body: &mut Body) {
    body.set("enabled", true)
        .set("input_policy", "DROP")
        .set("output_policy", "DROP")
        .set("dhcp", dhcp)
        .set("ndp", true)
        .set("radv", false)
        .set("macfilter", true)
        .set("ipfilter", ipfilter)
        .set("log_level_in", "nolog")
        .set("log_level_out", "nolog");
}
