//! Only what must stay closed can have exceptions.
//!
//! ## What is wrong
//!
//! A flow of `allow`, `needs`, `expect.open` or `expect.unknown` has `except`.
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

use arvc_site::model::Flow;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::Intents;

/// An exception where none is possible.
pub static CODE: Code =
    Code::new("E0405", "only what must stay closed can have exceptions", include_str!("exception_outside_never.rs"));

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    for (field, claim) in intents.written() {
        let flow = claim.flow.flow;
        if field != "never" {
            refuse(field, flow, found);
        }
    }
    for (field, flows) in [("expect.open", &intents.site.expect.open), ("expect.unknown", &intents.site.expect.unknown)]
    {
        for flow in flows {
            refuse(field, flow, found);
        }
    }
}

fn refuse(field: &str, flow: &Flow, found: &mut Vec<Diagnostic>) {
    if let Some(except) = flow.except.first() {
        let message = format!("a flow of `{field}` cannot have exceptions");
        found.push(
            Diagnostic::new(&CODE, message, flow.span, "what is opened, needed or expected is the sum of its parts")
                .secondary(except.span, "excepted here")
                .help("write the parts that are meant, and claim in `never` what must stay closed"),
        );
    }
}
