//! Who listens to which multicast (RFC 2710, RFC 3810): what a bridge that snoops has to see, or it cuts neighbours off from one
//! another. The option `ndp` of Proxmox has nothing of it, and its policy drops all that goes to many.

use arvc_site::model::{Family, Network};

use crate::terraform::firewall::rule::{Direction, ProxmoxRule};

const COMMENT: &str = "multicast listeners (RFC 4890, 4.4.1)";

/// Whether IPv6 is spoken on a network.
pub fn is_spoken(network: &Network) -> bool {
    network.prefixes().any(|prefix| Family::of_prefix(&prefix.value) == Family::V6)
}

/// What a guest has to hear and to say.
pub fn of_guest() -> Vec<ProxmoxRule> {
    let says = [131, 132, 143].map(|kind| rule(Direction::Out, kind, None));
    std::iter::once(query()).chain(says).collect()
}

/// What asks who listens.
pub fn query() -> ProxmoxRule {
    rule(Direction::In, 130, Some("fe80::/10"))
}

/// Proxmox reads the port of ICMP as its type, if the protocol is named so and not `ipv6-icmp` (`ipt_rule_to_cmds`).
fn rule(direction: Direction, kind: u8, source: Option<&str>) -> ProxmoxRule {
    let (source, dest) = (source.map(str::to_owned), Some("ff02::/16".to_owned()));
    let (peer, own) = if direction == Direction::In { (source, dest) } else { (dest, source) };
    ProxmoxRule {
        direction,
        accept: true,
        iface: None,
        peer,
        own,
        proto: Some("icmpv6".to_owned()),
        dport: Some(kind.to_string()),
        comment: COMMENT.to_owned(),
    }
}
