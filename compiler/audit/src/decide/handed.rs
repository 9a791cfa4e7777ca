//! The answers to what a node hands on: they have to leave by that node, which alone knows whom they belong to.

use std::net::IpAddr;

use super::End;
use crate::bounds::Outcome;
use crate::packet::{Addr, Packet};
use crate::place::Place;
use crate::proxmox::Nic;
use crate::tree::{Tree, device_of};

impl Tree {
    /// What becomes of a packet that a node has handed on, if its answers do not come back by that node for certain: without a router
    /// there are none, and another router knows nothing of the connection.
    pub(super) fn answered(&self, to: End<'_>, node: &str, handed: &Packet, place: Place) -> Option<Outcome> {
        let (End::Host(host), Addr::At(address)) = (to, handed.dst) else { return None };
        // Where no file says the addresses of the node, it is taken for the router.
        let stated = self.wiring.nodes.get(node);
        let why = || format!("what becomes of the answers of {}, which leave by another router than {node}", host.name);
        let unknown = || Outcome::unknown(why().into(), "a node hands it on", Some(place));
        let Some(guest) = self.guest(host) else {
            // Of one that is no guest its neighbours say the router, if they do.
            let router = self.front_of(address);
            let other = |gateway: &IpAddr| stated.is_some_and(|own| !own.contains(gateway));
            return router.filter(other).map(|_| unknown());
        };
        let own = |gateway: &IpAddr| stated.is_none() || self.is_gateway(node, guest, gateway);
        let gateways = || guest.nics.iter().flat_map(|nic| &nic.gateways).filter(|it| it.is_ipv6() == handed.is_v6());
        let back = match gateways().next() {
            Some(_) => gateways().any(own),
            None if guest.nics.iter().any(|nic| nic.dhcp) => self.front_of(address).as_ref().is_some_and(own),
            None => {
                let there = guest.nics.iter().find(|nic| nic.addresses.iter().any(|net| net.addr() == address));
                let outcome = match self.comes_from_the_node(node, there, handed) {
                    false => {
                        Outcome::drop("a node hands it on, and the guest has no router for the answers", Some(place))
                    }
                    true => unknown(),
                };
                return Some(outcome);
            }
        };
        (!back).then(unknown)
    }

    /// The router of the guests on the network of an address.
    pub(super) fn front_of(&self, address: IpAddr) -> Option<IpAddr> {
        self.fronts().iter().find(|front| front.net.contains(&address)).map(|front| front.gateway)
    }

    /// Whether a node may give what it hands on an address of its own, which a guest needs no router to answer.
    fn comes_from_the_node(&self, node: &str, there: Option<&Nic>, handed: &Packet) -> bool {
        let device = there.and_then(device_of);
        self.edges.get(node).is_some_and(|edge| edge.hides(handed, None, device.as_deref()) != Ok(None))
    }
}
