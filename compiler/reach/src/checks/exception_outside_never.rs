//! Only a `never` can have exceptions.
//!
//! ## What is wrong
//!
//! A flow of `allow` or `needs` has `except`.
//!
//! ## Why
//!
//! Every layer that arvc emits is a list of what may pass, and nothing takes away again. So what is allowed is said by
//! what is allowed; a claim that something stays closed can spare a part of it.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve = { address = 192.168.100.1; };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   hosts.db = { vmid = 100; lighthouse = true; };
//!   hosts.app = { vmid = 101; };
//!   allow = [
//!     hosts.app -> any except (hosts.app -> hosts.db : 22/tcp), # error: E0405
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Allow the parts that are meant, and claim the rest: `never = [ hosts.app -> hosts.db : 22/tcp ];`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::Intents;

/// An exception where none is possible.
pub static CODE: Code =
    Code::new("E0405", "only a `never` can have exceptions", include_str!("exception_outside_never.rs"));

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    for (field, claim) in intents.written() {
        let flow = claim.flow.flow;
        if field == "never" || flow.except.is_empty() {
            continue;
        }
        let message = format!("a flow of `{field}` cannot have exceptions");
        found.push(
            Diagnostic::new(&CODE, message, flow.span, "what this opens or needs is the sum of its parts")
                .secondary(flow.except[0].span, "excepted here")
                .help("write the parts that are meant, and claim in `never` what must stay closed"),
        );
    }
}
