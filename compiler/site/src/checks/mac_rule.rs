//! A rule for MAC addresses that machines cannot have
//!
//! ## What is wrong
//!
//! What a range gives as MAC addresses on a network is the same for two slots, or the same as on another network, or not the
//! address of a single machine.
//!
//! ## Why
//!
//! A switch sends what is for a MAC address to where it saw it last: of two machines with one, each is reached now and
//! then. An address whose first byte is odd is that of a group (IEEE 802).
//!
//! ## Example
//!
//! ```arv part
//!   ranges.tenant = {
//!     vmids = 5000..5009;
//!     on.bridge = {
//!       addresses = 50..59;
//!       mac = vmid: 03:00:00:00:00:00 + vmid; # error: E0394
//!     };
//!   };
//! ```
//!
//! ## What to do
//!
//! Begin with an address of Proxmox's own prefix, `BC:24:11`, or with one that is yours to give away, `02:00:00`, and add
//! what differs.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::allocation::{Sequence, Steps};
use crate::model::{Network, Range};
use crate::place::report;

/// A rule for MAC addresses that machines cannot have.
pub static CODE: Code =
    Code::new("E0394", "a rule for MAC addresses that machines cannot have", include_str!("mac_rule.rs"));

/// The addresses that a rule gives on a network.
pub(crate) fn check(range: &Range, rule: Span, network: &Network, macs: &Sequence) -> Option<Diagnostic> {
    let (what, place) = (range.counts(), &network.named.path);
    let text = |slot: u64| text(macs.number(slot).unwrap_or_default());
    let (message, label) = if let Some((a, b)) = macs.repeated() {
        let message = format!("`{}` gives {what}s {a} and {b} one MAC address in `{place}`", range.named.path);
        (message, format!("{} for {a} and for {b}", text(a)))
    } else {
        let slot = first_of_a_group(macs)?;
        let message = format!("`{}` gives {what} {slot} a MAC address that is no machine's", range.named.path);
        (message, format!("{}: its first byte is odd", text(slot)))
    };
    Some(
        report(&CODE, message, &range.named, rule, &label).help("begin with `bc:24:11:00:00:00`, and add what differs"),
    )
}

/// One rule for two networks: a guest would have one MAC address on both, or two guests would.
pub(crate) fn on_two_networks(
    range: &Range,
    mac: &str,
    (network, at, slot): (&str, Span, u64),
    (other, span, second): (&str, Span, u64),
) -> Diagnostic {
    let message = format!("`{}` gives the MAC address {mac} in `{network}` and in `{other}`", range.named.path);
    let what = range.counts();
    report(&CODE, message, &range.named, span, &format!("for {what} {second}"))
        .secondary(at, format!("for {what} {slot}"))
        .help("begin with another address on one of the two")
}

/// A MAC address as it is written.
pub(crate) fn text(number: u128) -> String {
    let bytes = (number as u64).to_be_bytes();
    bytes[2..].iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

/// The first slot whose address begins with an odd byte.
fn first_of_a_group(macs: &Sequence) -> Option<u64> {
    let (first, last) = macs.slots();
    let byte = |slot: u64| macs.number(slot).map_or(0, |number| number >> 40);
    let Sequence::Steps(mut steps) = *macs else { return (first..=last).find(|slot| byte(*slot) % 2 == 1) };
    loop {
        let begins = byte(steps.slot);
        if begins % 2 == 1 {
            return Some(steps.slot);
        }
        // The next one that begins with another byte: there are 256 of these.
        let same = (begins << 40, (begins << 40) | ((1 << 40) - 1));
        let slot = Sequence::Steps(steps).first_outside(same)?;
        steps = Steps { slot, count: last - slot + 1, first: macs.number(slot)?, ..steps };
    }
}
