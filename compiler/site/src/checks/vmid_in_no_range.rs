//! A VMID in no range, and no address
//!
//! ## What is wrong
//!
//! No range contains the VMID, and the machine does not state its address on each of its networks.
//!
//! ## Why
//!
//! A guest's address follows from its VMID by the rule of its range. Without a range it must be stated.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 7000; # error: E0306
//!     groups = [ groups.projects ];
//!   };
//! ```
//!
//! ## What to do
//!
//! Take a VMID of a range, declare a range for it, or state the addresses: `on.bridge.address = …`. A machine that `arv.lock`
//! holds the VMID of keeps it: let a range have it again, or state the addresses, as the message has them.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::vmid_without_address::stated_address;
use crate::lock::Numbers;
use crate::model::{Named, Network, Range, Spanned, Vmid};
use crate::place::report;

/// A VMID in no range, and no address.
pub static CODE: Code = Code::new("E0306", "a VMID in no range, and no address", include_str!("vmid_in_no_range.rs"));

/// The VMID of a guest that states no address on `network`.
///
/// `held` is what the lock holds of it.
pub(crate) fn diagnostic(
    named: &Named,
    vmid: Spanned<Vmid>,
    network: &Network,
    ranges: &[Range],
    held: Option<&Numbers>,
) -> Diagnostic {
    let message = format!("`{}` has VMID {}, which is in no range, and states no address", named.path, vmid.value.0);
    let diagnostic = report(&CODE, message, named, vmid.span, "no range contains it");
    let there = ranges.iter().find(|range| {
        let has = |(first, last): (Vmid, Vmid)| first <= vmid.value && vmid.value <= last;
        range.datacenter.is_some() && range.vmids.is_some_and(|vmids| has(vmids.value))
    });
    if let Some(range) = there {
        return diagnostic
            .secondary(range.vmids_at(), format!("`{}` has it, for another Proxmox cluster", range.named.path))
            .help(format!(
                "take a VMID of a range for its own, or state the address: `on.{}.address = …;`",
                network.named.name
            ));
    }
    let spans = ranges.iter().filter_map(|range| Some((range, range.vmids.filter(|_| range.vmid.is_none())?)));
    let distance = |(_, vmids): &(&Range, Spanned<(Vmid, Vmid)>)| {
        let (first, last) = vmids.value;
        if vmid.value < first { first.0 - vmid.value.0 } else { vmid.value.0.saturating_sub(last.0) }
    };
    let diagnostic = match spans.min_by_key(distance) {
        Some((range, vmids)) => {
            let (first, last) = vmids.value;
            let place = format!("the nearest is `{}`: {} to {}", range.named.path, first.0, last.0);
            diagnostic.secondary(vmids.span, place)
        }
        None if ranges.is_empty() => diagnostic.note("the site has no ranges"),
        None => diagnostic,
    };
    // With another VMID it would be another machine.
    if let Some(held) = held.filter(|held| held.vmid == Some(vmid.value)) {
        return diagnostic
            .note("`arv.lock` holds this VMID for it: the machine may exist, and another one would destroy it")
            .help(format!(
                "let a range have this VMID again, or state the address: {}",
                stated_address(held, network)
            ));
    }
    diagnostic.help(format!("take a VMID of a range, or state the address: `on.{}.address = …;`", network.named.name))
}
