//! What the site is expected to keep closed is open.
//!
//! ## What is wrong
//!
//! A flow of `expect.closed` may pass on some path: every layer on it lets the packet through, or it is not known what one
//! of them does. The message shows one such connection, its path, and the flows that open it.
//!
//! ## Why
//!
//! `expect` holds the tests of a site. They are judged over the layers as they are emitted, on every path: also where
//! nothing stands between two machines, since no packet filter of the site is on them.
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
//!   groups.apps = {};
//!   hosts.db = { vmid = 100; lighthouse = true; };
//!   hosts.app = { vmid = 101; groups = [ groups.apps ]; };
//!   allow = [ groups.apps -> hosts.db ];
//!   expect.closed = [
//!     hosts.app -> hosts.db : 22/tcp, # error: E0408
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Narrow what opens it, or spare what is meant: `except (…)`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::unfiltered_never::openings;
use crate::layers::{Classes, Layers};

/// What is expected to be closed is open.
pub static CODE: Code =
    Code::new("E0408", "what the site is expected to keep closed is open", include_str!("expected_closed.rs"));

pub(super) fn check(layers: &Layers, classes: &Classes, found: &mut Vec<Diagnostic>) {
    let site = layers.site();
    for flow in &site.expect.closed {
        let findings = layers.not_closed(classes, flow);
        let certain = findings.iter().find(|finding| finding.certain().next().is_some());
        let Some(finding) = certain.or(findings.first()) else { continue };
        let (source, target) = (finding.source.name(site), finding.target.name(site));
        let message = match finding.certain().next() {
            Some(_) => format!("`{source}` may reach {} on `{target}`", finding.packets),
            None => format!("it is not known whether `{source}` reaches {} on `{target}`", finding.packets),
        };
        let diagnostic = Diagnostic::new(&CODE, message, flow.span, "expected to be closed");
        found.push(
            openings(layers, finding, diagnostic).help("narrow what opens it, or spare what is meant: `except (…)`"),
        );
    }
}
