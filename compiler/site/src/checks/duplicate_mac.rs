//! Two interfaces have one MAC address
//!
//! ## What is wrong
//!
//! A MAC address is stated twice.
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

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Host, Interface, Named, RangeId, Site};
use crate::origins::Origins;
use crate::place::place;

/// Two interfaces have one MAC address.
pub static CODE: Code = Code::new("E0326", "two interfaces have one MAC address", include_str!("duplicate_mac.rs"));

/// All stated MAC addresses.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    let macs = site.hosts.iter().zip(&origins.hosts).flat_map(|(host, origin)| {
        host.interfaces.iter().filter_map(|interface| {
            let (_, span) = origin.macs.iter().find(|(network, _)| *network == interface.network)?;
            Some((interface.mac?, place(&host.named, *span), &host.named, by_slot(site, host, interface, *span)))
        })
    });
    let mut macs: Vec<([u8; 6], Span, &Named, Option<_>)> = macs.collect();
    macs.sort_by_key(|(mac, span, ..)| (*mac, *span));
    for same in macs.chunk_by(|a, b| a.0 == b.0) {
        let [(mac, span, named, slot), others @ ..] = same else { continue };
        // Machines with one slot have one VMID or one address, which is reported at that.
        if others.is_empty() || slot.is_some() && others.iter().all(|(.., other)| other == slot) {
            continue;
        }
        let text = mac.map(|byte| format!("{byte:02x}")).join(":");
        let message = format!("{} interfaces have the MAC address {text}", same.len());
        let mut diagnostic = Diagnostic::new(&CODE, message, *span, format!("MAC address of `{}`", named.path));
        for (_, span, named, _) in others {
            diagnostic = diagnostic.primary(*span, format!("MAC address of `{}`", named.path));
        }
        out.push(diagnostic.help("leave one of them out: Proxmox chooses one that nobody has"));
    }
}

/// The slot that a MAC address follows from, if something else that follows from it is unique too.
fn by_slot(site: &Site, host: &Host, interface: &Interface, span: Span) -> Option<(RangeId, u64)> {
    let (range, slot) = (host.range?, host.slot.filter(|slot| slot.span == span)?);
    let numbering = &site.numbering[range.index()];
    let ruled = numbering.mac(interface.network, slot.value) == interface.mac;
    let told = numbering.has_vmids() || numbering.address(interface.network, slot.value).is_some();
    (ruled && told).then_some((range, slot.value))
}
