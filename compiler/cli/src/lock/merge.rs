//! Two lines about one thing, as a merge leaves them: what both say is kept, and two claims are never settled.

use arvc_site::lock::{Numbers, Serial};

use super::form::Said;

/// Both lines as one, or nothing if the owner has to say which of them is right.
pub(super) fn join(one: Said, other: Said) -> Option<Said> {
    Some(match (one, other) {
        (one, other) if one == other => one,
        (Said::Host(one), Said::Host(other)) => Said::Host(numbers(one, other)?),
        (Said::Retired(one), Said::Retired(other)) => Said::Retired(numbers(one, other)?),
        // Neither content is that of the merged sources: the next build raises the newer serial by one.
        (Said::Serial(one), Said::Serial(other)) => {
            Said::Serial(Serial { serial: newer(one.serial, other.serial), hash: String::new() })
        }
        // What was granted on either side is out there.
        (Said::Certificates(mut one), Said::Certificates(other)) => {
            one.extend(other);
            Said::Certificates(one)
        }
        // Of two values of one field only the owner can say which of them the machine has.
        (Said::Unmanaged(mut one), Said::Unmanaged(other)) => {
            for (field, text) in other {
                if *one.entry(field).or_insert_with(|| text.clone()) != text {
                    return None;
                }
            }
            Said::Unmanaged(one)
        }
        // They follow from the sources: the next build writes what these say now. Until then a switch that either side
        // claims counts as claimed, and a template's number as taken.
        (Said::Datacenter(one), Said::Datacenter(mut other)) => {
            other.firewall |= one.firewall;
            other.mappings.extend(one.mappings);
            other.templates.extend(one.templates);
            other.files.extend(one.files);
            other.nodes.extend(one.nodes);
            other.arm64.extend(one.arm64);
            other.nodes.sort();
            other.nodes.dedup();
            Said::Datacenter(other)
        }
        (Said::Network(one), Said::Network(mut other)) => {
            other.handed_out.extend(one.handed_out);
            other.handed_out.sort();
            other.handed_out.dedup();
            Said::Network(other)
        }
        (Said::Vip(_), Said::Vip(other)) => Said::Vip(other),
        _ => return None,
    })
}

/// One machine whose two lines differ only in what one of them does not say.
fn numbers(mut one: Numbers, other: Numbers) -> Option<Numbers> {
    if one.vmid != other.vmid || one.datacenter != other.datacenter {
        return None;
    }
    if one.container != other.container || one.arm64 != other.arm64 {
        return None;
    }
    for (network, addresses) in other.addresses {
        let known = one.addresses.entry(network).or_insert_with(|| addresses.clone());
        if *known != addresses {
            return None;
        }
    }
    let differ = one.node.is_some() && other.node.is_some() && one.node != other.node;
    if differ || (one.slot.is_some() && other.slot.is_some() && one.slot != other.slot) {
        return None;
    }
    // Either name is one that some machines had: the next build settles it, and takes nobody's number.
    one.policy = match (one.policy, other.policy) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    (one.node, one.slot) = (one.node.or(other.node), one.slot.or(other.slot));
    for (network, index) in other.devices {
        if *one.devices.entry(network).or_insert(index) != index {
            return None;
        }
    }
    Some(one)
}

/// The newer of two serials (RFC 1982, 3.2); of two that are not comparable, the larger.
fn newer(one: u32, other: u32) -> u32 {
    match one.wrapping_sub(other) {
        0 => one,
        1..0x8000_0000 => one,
        0x8000_0000 => one.max(other),
        _ => other,
    }
}

#[cfg(test)]
mod tests {
    use arvc_site::lock::raised;

    use super::*;

    #[test]
    fn two_serials_give_the_newer_and_no_content() {
        let serial = |serial, hash: &str| Said::Serial(Serial { serial, hash: hash.into() });
        assert_eq!(join(serial(6, "a"), serial(6, "b")), Some(serial(6, "")));
        assert_eq!(join(serial(6, "a"), serial(9, "b")), Some(serial(9, "")));
        assert_eq!(join(serial(u32::MAX, "a"), serial(2, "b")), Some(serial(2, "")));
        assert_eq!(raised(6), 7);
    }
}
