//! The source of a packet behind a node that routes it: where the node translates towards that destination too, its own address
//! there, and whoever lets the node in lets the packet in.

use std::net::IpAddr;

use crate::filter::Hidden;
use crate::packet::{Addr, Packet, is_public};
use crate::place::Why;
use crate::tree::{Tree, device_of};
use ipnet::IpNet;

impl Tree {
    /// A packet between two networks as it arrives, and why that is not known. `before` is as it was sent: what a node hands on comes
    /// from where it came. What goes out into the world is asked elsewhere.
    pub(super) fn behind_its_router(&self, before: &Packet, packet: Packet) -> Result<Packet, Why> {
        let (Addr::At(source), Addr::At(address)) = (packet.src, packet.dst) else { return Ok(packet) };
        if is_public(address) || is_public(source) || before.dst != packet.dst {
            return Ok(packet);
        }
        for (node, edge) in &self.edges {
            let own = self.wiring.nodes.get(node).map(Vec::as_slice).unwrap_or_default();
            // To the node itself nothing leaves it.
            if !edge.masquerades(source) || own.contains(&address) {
                continue;
            }
            let Some(into) = self.hears(node, source) else { continue };
            let there = self.segment_of(address);
            let device = there.as_ref().map(|(device, _)| device.as_str());
            match edge.hides(&packet, Some(&into), device)? {
                None => {}
                Some(Hidden::As(given)) if own.contains(&given) => {
                    return Ok(Packet { src: Addr::At(given), ..packet });
                }
                Some(Hidden::As(given)) => {
                    return Err(format!("whose {given} is, which a rule of {node} gives it as the source").into());
                }
                Some(Hidden::Own) => {
                    let near = |own: &&IpAddr| there.as_ref().is_some_and(|(_, net)| net.contains(*own));
                    let mut near = own.iter().filter(near);
                    return match (near.next(), near.next()) {
                        (Some(own), None) => Ok(Packet { src: Addr::At(*own), ..packet }),
                        _ => Err(format!("which of its addresses {node} translates it to").into()),
                    };
                }
            }
        }
        Ok(packet)
    }

    /// The bridge, and the network on it, that an address is on.
    fn segment_of(&self, address: IpAddr) -> Option<(String, IpNet)> {
        if let Some((owner, Some(index))) = self.owners.get(&address) {
            let nic = self.guest(self.hosts.get(owner)?)?.nics.iter().find(|nic| nic.index == *index)?;
            let net = nic.addresses.iter().find(|net| net.contains(&address))?;
            return Some((device_of(nic)?, *net));
        }
        let front = self.fronts().iter().find(|front| front.net.contains(&address))?;
        Some((front.device.clone(), front.net))
    }
}
