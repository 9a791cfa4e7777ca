//! A flow of a machine that is gone
//!
//! ## What is wrong
//!
//! A flow of `allow` or `never` names a machine of `status = Retired`, and opens or closes nothing.
//!
//! ## Why
//!
//! No file speaks of a retired machine. What named it was right once, and is a line that nobody needs any more, or one whose
//! machine has a successor that is not named.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.old = { vmid = 3000; groups = [ groups.projects ]; status = Retired; };
//!   allow = [
//!     groups.projects -> hosts.old : 80/tcp, # error: L0831
//!   ];
//! ```
//!
//! ## What to do
//!
//! Remove the flow, or name the machine that took over.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{End, Flow, FlowOrigin, Site, Status};
use crate::place::place;

/// A flow of a machine that is gone.
pub static CODE: Code = Code::new("L0831", "a flow of a machine that is gone", include_str!("retired_end.rs"));

/// Every flow that an author wrote.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let flows = site.allow.iter().chain(&site.never).filter(|flow| flow.origin == FlowOrigin::Author);
    out.extend(flows.filter_map(|flow| problem(site, flow)));
}

fn problem(site: &Site, flow: &Flow) -> Option<Diagnostic> {
    let retired = |end: &End| match end {
        End::Host(host) => Some(&site.hosts[host.index()]).filter(|host| host.status == Status::Retired),
        _ => None,
    };
    let host = retired(&flow.source).or_else(|| retired(&flow.target))?;
    let message = format!("`{}` is retired, and nothing opens or closes for it", host.named.path);
    Some(
        Diagnostic::new(&CODE, message, flow.span, "it names a machine that is gone")
            .secondary(place(&host.named, host.named.key), "`status = Retired`")
            .help("remove the flow, or name the machine that took over"),
    )
}
