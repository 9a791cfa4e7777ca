//! Two interfaces have one MAC address
//!
//! ## What is wrong
//!
//! A MAC address is stated twice, on segments or in Proxmox clusters that are not apart.
//!
//! ## Why
//!
//! Switches and bridges learn where an address is from what it sends, and would send its frames now to the one and now to
//! the other.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     on = { bridge.mac = bc:24:11:00:00:01; overlay = {}; }; # error: E0326
//!   };
//!   hosts.b = {
//!     vmid = 3001;
//!     groups = [ groups.projects ];
//!     on = { bridge.mac = bc:24:11:00:00:01; overlay = {}; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Leave one of them out: Proxmox chooses one that nobody has.

use std::collections::HashSet;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::allocate;
use crate::model::{Host, Interface, Kind, RangeId, Site};
use crate::origins::Origins;
use crate::place::place;
use crate::segments::Segments;

/// Two interfaces have one MAC address.
pub static CODE: Code = Code::new("E0326", "two interfaces have one MAC address", include_str!("duplicate_mac.rs"));

/// All MAC addresses but those that are Proxmox's to choose.
pub(crate) fn check(site: &Site, segments: &Segments, origins: &Origins, out: &mut Vec<Diagnostic>) {
    let macs = site.hosts.iter().zip(&origins.hosts).flat_map(|(host, origin)| {
        host.interfaces.iter().filter_map(|interface| {
            let (_, span) = origin.macs.iter().find(|(network, _)| *network == interface.network)?;
            let slot = by_slot(site, host, interface, *span);
            Some(Claim { mac: interface.mac?, span: place(&host.named, *span), host, interface, slot })
        })
    });
    let mut macs: Vec<Claim<'_>> = macs.collect();
    macs.sort_by_key(|claim| (claim.mac, claim.span));
    for same in macs.chunk_by(|a, b| a.mac == b.mac) {
        let [first, others @ ..] = same else { continue };
        if others.is_empty() || is_told(same) || are_apart(site, segments, same) {
            continue;
        }
        let text = first.mac.map(|byte| format!("{byte:02x}")).join(":");
        let message = format!("{} interfaces have the MAC address {text}", same.len());
        let label = |claim: &Claim<'_>| format!("MAC address of `{}`", claim.host.named.path);
        let mut diagnostic = Diagnostic::new(&CODE, message, first.span, label(first));
        for claim in others {
            diagnostic = diagnostic.primary(claim.span, label(claim));
        }
        out.push(diagnostic.help(match same.iter().any(|claim| claim.host.kind != Kind::Machine) {
            true => "leave a guest's out: Proxmox chooses one that nobody has",
            false => "state at each what is printed on the device",
        }));
    }
}

struct Claim<'a> {
    mac: [u8; 6],
    span: Span,
    host: &'a Host,
    interface: &'a Interface,
    /// The slot that it follows from, and whether something else that follows from it is unique too.
    slot: Option<(RangeId, u64, bool)>,
}

/// Whether the same mistake is told elsewhere: machines with one slot have one VMID or one address, and two rules that give one
/// MAC address are told where they are declared.
fn is_told(same: &[Claim<'_>]) -> bool {
    let mut slots = same.iter().map(|claim| claim.slot);
    let Some(Some(first)) = slots.next() else { return false };
    let mut alike = true;
    for slot in slots {
        let Some(slot) = slot else { return false };
        alike &= (slot.0, slot.1) == (first.0, first.1);
    }
    !alike || first.2
}

/// Whether they are all in Proxmox clusters of their own, on segments of their own.
fn are_apart(site: &Site, segments: &Segments, same: &[Claim<'_>]) -> bool {
    let (mut clusters, mut places) = (HashSet::new(), HashSet::new());
    same.iter().all(|claim| {
        let cluster = allocate::datacenter(site, claim.host);
        let all = segments.of_interface(claim.interface, claim.host);
        cluster.is_some_and(|cluster| clusters.insert(cluster)) && all.into_iter().all(|at| places.insert(at))
    })
}

/// The slot that a MAC address follows from, and whether something else that follows from it is unique too.
fn by_slot(site: &Site, host: &Host, interface: &Interface, span: Span) -> Option<(RangeId, u64, bool)> {
    let (range, slot) = (host.range?, host.slot.filter(|slot| slot.span == span)?);
    let numbering = &site.numbering[range.index()];
    let ruled = numbering.mac(interface.network, slot.value) == interface.mac;
    let told = numbering.has_vmids() || numbering.address(interface.network, slot.value).is_some();
    ruled.then_some((range, slot.value, told))
}
