//! A rename that cannot be made
//!
//! ## What is wrong
//!
//! A machine says `renamed_from = "NAME";`, and NAME is still a machine, its own name even, or was given to another one, or
//! `arv.lock` holds numbers for both names.
//!
//! ## Why
//!
//! A renamed machine keeps its VMID, its addresses and its disks, so there must be no doubt which machine is meant. Terraform
//! moves one resource to a name that is free; two that change places it cannot move at once.
//!
//! ## Example
//!
//! ```arv part
//!   # arv.lock: environments.site.hosts.old = { vmid = 3000 }
//!   hosts.old = { vmid = 3000; groups = [ groups.projects ]; };
//!   hosts.new = {
//!     vmid = 3001;
//!     groups = [ groups.projects ];
//!     renamed_from = "old"; # error: E0905
//!   };
//! ```
//!
//! ## What to do
//!
//! Remove the machine under its old name, or the `renamed_from`. For two machines that change names, rename one to a third name
//! first, build and apply, then the other, build and apply, and then the first to where it was meant to go.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Spanned};
use crate::place::report;

/// A rename that cannot be made.
pub static CODE: Code = Code::new("E0905", "a rename that cannot be made", include_str!("rename.rs"));

/// The old name is another machine's.
pub(crate) fn of_present(named: &Named, from: &Spanned<String>, other: &Named) -> Diagnostic {
    let message = format!("`{}` cannot be renamed from `{}`, which is a machine", named.path, from.value);
    report(&CODE, message, named, from.span, "the name that it had")
        .secondary(other.key, format!("`{}` is there", other.path))
        .help("remove the machine under its old name, or this field")
        .help("two machines change names over a third name, with a build and an apply for each step")
}

/// The old name is its own.
pub(crate) fn of_itself(named: &Named, from: &Spanned<String>) -> Diagnostic {
    let message = format!("`{}` is renamed from its own name", named.path);
    report(&CODE, message, named, from.span, "what it is called now")
        .help("write the name that it had before, or remove this field")
}

/// Two machines had one name.
pub(crate) fn of_two(named: &Named, from: &Spanned<String>, other: &Named) -> Diagnostic {
    let message = format!("`{}` and `{}` are both renamed from `{}`", other.path, named.path, from.value);
    report(&CODE, message, named, from.span, "only one machine was called that")
        .secondary(other.key, format!("`{}` is renamed from it too", other.path))
        .help("remove one of the two fields")
}

/// The lock has numbers under both names.
pub(crate) fn of_known(named: &Named, from: &Spanned<String>) -> Diagnostic {
    let message = format!("`arv.lock` knows `{}` and `{}`", named.name, from.value);
    report(&CODE, message, named, from.span, "the name that it had")
        .note(format!("a machine was called `{}` already, and has numbers of its own", named.name))
        .help(format!("remove this field, or let go of those numbers: `arvc lock release {}`", named.name))
}
