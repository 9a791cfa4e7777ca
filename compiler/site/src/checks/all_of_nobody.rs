//! Nobody is in all of these
//!
//! ## What is wrong
//!
//! `all [ … ]` names groups, or other sets of machines, that no machine is in all of.
//!
//! ## Why
//!
//! A list in a flow means any of its entries; `all` means every one of them at once. The flow speaks of nobody, and was
//! probably meant to be a list.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = { vmid = 3000; groups = [ groups.trusted ]; };
//!   hosts.b = { vmid = 3001; groups = [ groups.ci ]; };
//!   groups = { trusted = {}; ci = {}; };
//!   allow = [
//!     all [ groups.trusted, groups.ci ] -> hosts.dns : 22/tcp, # error: L0304
//!   ];
//! ```
//!
//! ## What to do
//!
//! Write `[ groups.trusted, groups.ci ]` for any of them, or put a machine into all of them.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::endpoint_outside_target::contains;
use crate::model::{End, HostId, Site};
use crate::origins::Origins;

/// Nobody is in all of these.
pub static CODE: Code = Code::new("L0304", "nobody is in all of these", include_str!("all_of_nobody.rs"));

/// Every flow that the author wrote.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts || site.hosts.iter().any(|host| host.broken) {
        return;
    }
    for flow in site.allow.iter().chain(&site.never).chain(&site.needs) {
        let nobody = |end: &End| holds_all(end) && !some(site, end);
        if nobody(&flow.source) || nobody(&flow.target) {
            let label = "no machine is in every one of them";
            out.push(
                Diagnostic::new(&CODE, "nobody is in all of these", flow.span, label)
                    .help("a plain list means any of them: `[ a, b ]`"),
            );
        }
    }
}

fn holds_all(end: &End) -> bool {
    match end {
        End::All(_) => true,
        End::Union(ends) => ends.iter().any(holds_all),
        _ => false,
    }
}

fn some(site: &Site, end: &End) -> bool {
    match end {
        End::Union(ends) => ends.iter().filter(|end| holds_all(end)).all(|end| some(site, end)),
        _ => (0..site.hosts.len() as u32).any(|host| contains(site, end, HostId(host))),
    }
}
