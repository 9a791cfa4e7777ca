//! What one list of rules is asked about a packet. Which lists a packet meets follows from its addresses and its way alone; so they
//! are laid out first, and asked then: about one packet, or about many with the same addresses.

use std::net::IpAddr;

use super::{Part, Step};
use crate::bounds::Outcome;
use crate::nebula::{Asked, Member, passes};
use crate::packet::Packet;
use crate::place::Why;
use crate::proxmox::{self, Guest, Nic};
use crate::tree::Tree;

/// Away from whoever has the rules, or towards it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Towards {
    Out,
    In,
}

/// A list of rules, with all that it looks at beside the packet.
#[derive(Clone, Debug)]
pub(crate) enum Ask<'t> {
    /// There is none, and this is so of every packet.
    Said(Outcome),
    /// The firewall of a guest's device.
    Proxmox(Towards, &'t Guest, &'t Nic),
    /// The firewall of a node, at an interface of it; whether the packet is from a node to another.
    Node(Towards, &'t str, String, bool),
    /// A machine's filter, by its index, and the device.
    Filter(Towards, usize, Option<&'t str>),
    /// What a machine's filter makes of a packet from one device to another, and why it may hand on nothing at all.
    Through(usize, [Option<&'t str>; 2], Option<Why>),
    /// The rules of a member.
    Overlay(Towards, Ends<'t>),
}

/// Both ends of a tunnel, as one of them sees a packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends<'t> {
    pub own: &'t Member,
    pub peer: &'t Member,
    pub local: IpAddr,
    pub remote: IpAddr,
}

/// A part of a layer on the way of a packet.
#[derive(Clone, Debug)]
pub(crate) struct Stop<'t> {
    pub part: Part<'t>,
    pub ask: Ask<'t>,
    pub packet: Packet,
}

impl<'t> Stop<'t> {
    pub fn new(part: Part<'t>, ask: Ask<'t>, packet: &Packet) -> Self {
        Self { part, ask, packet: *packet }
    }

    /// One where no rule is asked.
    pub fn said(part: Part<'t>, outcome: Outcome, packet: &Packet) -> Self {
        Self::new(part, Ask::Said(outcome), packet)
    }
}

impl Tree {
    /// What a part of a layer says.
    pub(crate) fn asked<'t>(&self, stop: Stop<'t>) -> Step<'t> {
        let outcome = match stop.ask {
            Ask::Said(outcome) => outcome,
            ask => self.outcome(&ask, &stop.packet),
        };
        Step::new(stop.part, outcome)
    }

    /// What a list of rules makes of a packet.
    pub(crate) fn outcome(&self, ask: &Ask<'_>, packet: &Packet) -> Outcome {
        match ask {
            Ask::Said(outcome) => outcome.clone(),
            Ask::Proxmox(Towards::Out, guest, nic) => proxmox::outward(&self.proxmox, guest, nic, packet),
            Ask::Proxmox(Towards::In, guest, nic) => proxmox::inward(&self.proxmox, guest, nic, packet),
            Ask::Node(Towards::Out, node, iface, ring) => proxmox::host_out(&self.proxmox, node, iface, packet, *ring),
            Ask::Node(Towards::In, node, iface, ring) => proxmox::host_in(&self.proxmox, node, iface, packet, *ring),
            Ask::Filter(Towards::Out, filter, device) => self.filters[*filter].output(packet, *device),
            Ask::Filter(Towards::In, filter, device) => self.filters[*filter].input(packet, *device),
            Ask::Through(filter, [into, out], doubt) => {
                let outcome = self.filters[*filter].forward(packet, *into, *out);
                match doubt {
                    Some(why) => outcome.and(|| doubtful(why.clone())),
                    None => outcome,
                }
            }
            Ask::Overlay(towards, Ends { own, peer, local, remote }) => {
                let asked = Asked { own, peer, local: *local, remote: *remote, packet };
                match towards {
                    Towards::Out => passes(&own.outbound, own.lists[1], asked, false),
                    Towards::In => passes(&own.inbound, own.lists[0], asked, true),
                }
            }
        }
    }
}

/// What a machine makes of a packet, if nobody knows whether it hands on any.
pub(super) fn doubtful(why: Why) -> Outcome {
    Outcome::unknown(why, "it may be no router", None)
}
