//! One number that `arv.lock` holds for several machines
//!
//! ## What is wrong
//!
//! `arv.lock` gives one VMID, or one slot and so one address, to two machines. Two branches chose it, each for a machine of its own, and were merged.
//!
//! ## Why
//!
//! Either machine may exist by now. If one was simply given another number, the wrong one might be destroyed.
//!
//! ## Example
//!
//! ```arv part
//!   # arv.lock: environments.site.hosts.a = { vmid = 3001 }
//!   # arv.lock: environments.site.hosts.b = { vmid = 3001 }
//!   hosts.a = { # error: E0904
//!     range = ranges.data;
//!     groups = [ groups.projects ];
//!   };
//!   hosts.b = { range = ranges.data; groups = [ groups.projects ]; };
//! ```
//!
//! ## What to do
//!
//! Find out which of them exists: it keeps the number. Release the other, `arvc lock release NAME`, and it gets another one. If
//! both exist, one of them is not what `arv.lock` says: state its VMID.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Vmid};
use crate::place::{explain, place};

/// One number that the lock holds for several machines.
pub static CODE: Code =
    Code::new("E0904", "one number that `arv.lock` holds for several machines", include_str!("held_by_several.rs"));

/// A VMID and the machines, two at least, that the lock holds it for.
pub(crate) fn diagnostic(vmid: Vmid, machines: &[&Named]) -> Diagnostic {
    of_number(&format!("VMID {}", vmid.0), machines)
}

/// A slot, and the machines that would have the same address by what the lock holds for them.
pub(crate) fn of_slot(slot: u64, machines: &[&Named]) -> Diagnostic {
    of_number(&format!("slot {slot}"), machines)
}

fn of_number(number: &str, machines: &[&Named]) -> Diagnostic {
    let message = match machines {
        [a, b] => format!("`arv.lock` holds {number} for `{}` and `{}`", a.path, b.path),
        _ => format!("`arv.lock` holds {number} for {} machines", machines.len()),
    };
    let label = |named: &Named| format!("{number} of `{}`", named.path);
    let first = machines[0];
    let mut diagnostic = Diagnostic::new(&CODE, message, place(first, first.key), label(first));
    for named in &machines[1..] {
        diagnostic = diagnostic.primary(place(named, named.key), label(named));
    }
    for named in machines {
        diagnostic = explain(diagnostic, named, named.key);
    }
    diagnostic.note("either machine may exist: which one keeps the number is for you to say").help(format!(
        "release one that does not exist, as `arvc lock release {}`, and it gets another number",
        machines[machines.len() - 1].name
    ))
}
