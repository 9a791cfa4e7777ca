//! A number that the range does not give any more
//!
//! ## What is wrong
//!
//! `arv.lock` holds a VMID for the machine, or the slot of one that has no VMID of the range, and the range, or its rule, was
//! changed so that it does not have this number any more, or no address for it.
//!
//! ## Why
//!
//! The machine may exist. With another VMID it would be destroyed and made anew, with another address it would be cut off.
//!
//! ## Example
//!
//! ```arv part
//!   # arv.lock: environments.site.hosts.a = { vmid = 3950 }
//!   hosts.a = { # error: E0901
//!     range = ranges.data;
//!     groups = [ groups.projects ];
//!   };
//! ```
//!
//! ## What to do
//!
//! Change the range back, or state the machine's number and addresses. If the machine may be replaced, or does not exist yet:
//! `arvc lock release NAME`, and it gets a new number.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::lock::Numbers;
use crate::model::{Named, Network, Range, Vmid};
use crate::place::report;

/// A number that the range does not give any more.
pub static CODE: Code =
    Code::new("E0901", "a number that the range does not give any more", include_str!("locked_outside_range.rs"));

/// A locked VMID that a range does not have, or has no address for on a network.
pub(crate) fn diagnostic(
    named: &Named,
    held: &Numbers,
    vmid: Vmid,
    range: &Range,
    network: Option<&Network>,
) -> Diagnostic {
    let message = format!("`{}` does not give VMID {} of `{}` any more", range.named.path, vmid.0, named.path);
    let label = match network {
        None => "it has other VMIDs".to_owned(),
        Some(network) => format!("it has no address for it in `{}`", network.named.path),
    };
    help(report(&CODE, message, named, named.key, &format!("`arv.lock` holds VMID {}", vmid.0)), named, held)
        .secondary(range.named.key, label)
}

/// A locked slot that a range does not have, or has no address for on a network.
pub(crate) fn of_slot(
    named: &Named,
    held: &Numbers,
    slot: u64,
    range: &Range,
    network: Option<&Network>,
) -> Diagnostic {
    let message = format!("`{}` does not give slot {slot} of `{}` any more", range.named.path, named.path);
    let label = match network {
        None => "it has other slots".to_owned(),
        Some(network) => format!("it has no address for it in `{}`", network.named.path),
    };
    help(report(&CODE, message, named, named.key, &format!("`arv.lock` holds slot {slot}")), named, held)
        .secondary(range.named.key, label)
}

/// A locked VMID that no range has, of a machine that names none.
pub(crate) fn without_range(named: &Named, held: &Numbers, vmid: Vmid, ranges: &[Range]) -> Diagnostic {
    let message = format!("no range gives VMID {} of `{}` any more", vmid.0, named.path);
    let diagnostic = report(&CODE, message, named, named.key, &format!("`arv.lock` holds VMID {}", vmid.0));
    let help = help(diagnostic, named, held);
    match ranges {
        [] => help,
        [first, ..] => help.help(format!("or name its range: `range = {};`", first.named.path)),
    }
}

fn help(diagnostic: Diagnostic, named: &Named, held: &Numbers) -> Diagnostic {
    diagnostic
        .help(format!("state what it has, {}, or change the range back: the machine may exist", stated(held)))
        .help(format!("if it may be replaced: `arvc lock release {}`", named.name))
}

/// What the lock holds of a machine, as the sources would state it.
fn stated(held: &Numbers) -> String {
    let vmid = held.vmid.map(|vmid| format!("vmid = {};", vmid.0));
    let on = held
        .addresses
        .iter()
        .filter_map(|(network, addresses)| Some(format!("on.{network}.address = {};", addresses.first()?)));
    let all: Vec<String> = vmid.into_iter().chain(on).collect();
    if all.is_empty() { "its number and addresses".to_owned() } else { format!("`{}`", all.join(" ")) }
}
