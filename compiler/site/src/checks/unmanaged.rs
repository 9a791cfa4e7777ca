//! A field that Terraform cannot leave alone
//!
//! ## What is wrong
//!
//! `unmanaged` names something else than a field that Terraform can leave as it finds it.
//!
//! ## Why
//!
//! What is unmanaged is written for a new guest, and later changes of it do nothing (`lifecycle.ignore_changes`). That must
//! not happen to what is proved: the VMID, the addresses, the network devices and their filters. Keys of new guests are
//! always left alone.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     unmanaged = [ "memory", "vmid" ]; # error: E0840
//!   };
//! ```
//!
//! ## What to do
//!
//! Remove the name, or write one of `boot`, `cores`, `description`, `disk`, `disks`, `features`, `hardware`, `image`, `memory`,
//! `node`, `startup`, `status` and `tags`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;
use crate::model::{Kind, Named, Site, Unmanaged};
use crate::place::report;

/// A field that Terraform cannot leave alone.
pub static CODE: Code = Code::new("E0840", "a field that Terraform cannot leave alone", include_str!("unmanaged.rs"));

/// A name in `unmanaged`.
pub(crate) fn check(named: &Named, name: &str, span: Span) -> Result<Unmanaged, Box<Diagnostic>> {
    if let Some(field) = Unmanaged::ALL.into_iter().find(|field| field.name() == name) {
        return Ok(field);
    }
    let label = match name {
        "vmid" | "on" | "range" | "groups" => "what is proved rests on it",
        "protect" => "then nothing would protect it",
        "user" => "keys and user of a new guest are always left alone",
        "datastore" => "the first disk is `disk`, with its datastore",
        _ => "no such field",
    };
    let names: Vec<String> = Unmanaged::ALL.iter().map(|field| format!("`{}`", field.name())).collect();
    let message = format!("Terraform cannot leave {} of `{}` alone", shown(name), named.path);
    Err(Box::new(report(&CODE, message, named, span, label).help(format!("it can leave {}", names.join(", ")))))
}

/// A machine that nobody creates has nothing to leave alone.
pub(crate) fn check_machines(site: &Site, out: &mut Vec<Diagnostic>) {
    for host in site.hosts.iter().filter(|host| host.kind == Kind::Machine && !host.broken) {
        let Some(first) = host.unmanaged.first() else { continue };
        let message = format!("`{}` is no guest, and Terraform leaves all of it alone", host.named.path);
        out.push(report(&CODE, message, &host.named, first.span, "nobody creates a `Machine`"));
    }
}
