//! `network-not-vouched`: a member is told that a network is behind another one, and there is no such member, or its certificate does
//! not say so: whatever is sent there is dropped.

use super::Report;

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    for member in &tree.members {
        for route in &member.routes {
            for via in route.via.iter().flatten() {
                let gate = tree.member_addresses().get(via).map(|index| &tree.members[*index]);
                let words = match gate.map(|gate| (gate, &gate.certificate)) {
                    None => format!("{} is told that {} is behind {via}, which is no member", member.host, route.net),
                    Some((gate, Ok(certificate))) => {
                        let holds = |net: &ipnet::IpNet| net.contains(&route.net);
                        if certificate.unsafe_networks.iter().any(holds) {
                            continue;
                        }
                        format!(
                            "{} is told that {} is behind {}, whose certificate does not hold all of it",
                            member.host, route.net, gate.host
                        )
                    }
                    // Of a certificate that is not there nothing is known.
                    Some((_, Err(_))) => continue,
                };
                report.add(
                    "network-not-vouched",
                    &[Some(route.place)],
                    words,
                    "sign its certificate with the network (-unsafe-networks, -subnets up to 1.9), or remove the route",
                );
            }
        }
    }
}
