//! An edit that will do nothing
//!
//! ## What is wrong
//!
//! The value of a field has changed, and `unmanaged` says that Terraform leaves that field as it finds it. `arv.lock` holds what
//! the machine was made with, or what was last said to be applied.
//!
//! ## Why
//!
//! The edit would be built, planned and applied without a word, and the machine would stay as it is: the third disk that is
//! declared never appears, and everybody who reads the site believes that it is there.
//!
//! ## Example
//!
//! ```arv part
//!   # arv.lock: environments.site.unmanaged.siem = { memory = "4GiB" }
//!   hosts.siem = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     unmanaged = [ "memory" ];
//!     memory = 8GiB; # error: E0913
//!   };
//! ```
//!
//! ## What to do
//!
//! Change the machine by hand, and say that it is done: `arvc lock applied NAME`. The same, if it does not exist yet. Or take
//! the field out of `unmanaged`, and Terraform applies it. Or write again what was there.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::invalid_name::shown;
use crate::allocate::Renames;
use crate::lock::{Held, applied};
use crate::model::{Host, Site, Spanned, Unmanaged};
use crate::origins::{HostOrigin, Origins};
use crate::place::{place, report};

/// An edit that will do nothing.
pub static CODE: Code = Code::new("E0913", "an edit that will do nothing", include_str!("edit_without_effect.rs"));

/// Every field of a machine that is there and that Terraform leaves alone.
pub(crate) fn check(site: &Site, origins: &Origins, renames: &Renames, held: &Held, out: &mut Vec<Diagnostic>) {
    if held.own.unmanaged.is_empty() {
        return;
    }
    let hosts = site.hosts.iter().zip(&origins.hosts);
    for (host, origin) in hosts.filter(|(host, _)| host.status.is_there() && !host.broken) {
        let Some(fields) = held.own.unmanaged.get(renames.known(held, &host.named.name)) else { continue };
        for field in &host.unmanaged {
            let Some(old) = fields.get(field.value.name()) else { continue };
            let parts = applied::parts(site, host, field.value);
            if applied::text(&parts) != *old {
                out.push(diagnostic(host, origin, *field, &parts, old));
            }
        }
    }
}

fn diagnostic(
    host: &Host,
    origin: &HostOrigin,
    field: Spanned<Unmanaged>,
    parts: &[applied::Part],
    old: &str,
) -> Diagnostic {
    let (named, name) = (&host.named, field.value.name());
    // What is new in it; of something that is gone, or of long texts, whatever says something of the field.
    let before: Vec<&str> = old.split(", ").collect();
    let new = parts.iter().find(|(_, said)| !before.contains(&said.as_str()));
    let sources =
        new.map(|(source, _)| *source).into_iter().chain([name]).chain(parts.iter().map(|(source, _)| *source));
    let (source, span) = sources
        .filter_map(|source| Some((source, origin.fields.iter().find(|(known, _)| *known == source)?.1)))
        .next()
        .unwrap_or((name, field.span));
    let message = format!("this edit of `{source}` of `{}` will do nothing to the machine", named.path);
    let label = match (old.is_empty(), old.starts_with("fnv:")) {
        (true, _) => "nothing was said when it was applied last".to_owned(),
        (_, true) => "it was something else when it was applied last".to_owned(),
        _ => format!("it was {} when it was applied last", shown(old)),
    };
    let mut diagnostic = report(&CODE, message, named, span, &label);
    if place(named, span) != place(named, field.span) {
        diagnostic =
            diagnostic.secondary(place(named, field.span), format!("Terraform leaves `{name}` as it finds it"));
    }
    diagnostic
        .help(format!(
            "change the machine by hand, and say so with `arvc lock applied {}`; also if it does not exist yet",
            named.name
        ))
        .help(format!("or remove `{name}` from `unmanaged`, and Terraform applies it"))
}
