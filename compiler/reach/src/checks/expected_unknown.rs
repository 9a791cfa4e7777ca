//! What is expected not to be known is
//!
//! ## What is wrong
//!
//! `expect.unknown` lists a flow of which everything is known: it is open or closed for certain, between all machines that it
//! means; or it means nobody (L0402).
//!
//! ## Why
//!
//! `expect.unknown` says what of a site rests on something that it does not describe, so that a `needs` or a `never` which rests
//! on the same is not told each time. A line there that is not true would hide what is told later.
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
//!   expect.unknown = [
//!     hosts.app -> hosts.db : 22/tcp, # error: E0413
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Move the flow to `expect.open` or `expect.closed`, whichever the message says.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::empty_end;
use crate::layers::{Classes, Layers, Path};
use crate::ports::PortSet;

/// Something is known that is expected not to be.
pub static CODE: Code =
    Code::new("E0413", "what the site is expected not to know is known", include_str!("expected_unknown.rs"));

pub(super) fn check(layers: &Layers, classes: &Classes, found: &mut Vec<Diagnostic>) {
    let site = layers.site();
    for flow in &site.expect.unknown {
        if let Some(why) = empty_end::nobody(layers, flow) {
            let diagnostic = Diagnostic::new(&CODE, why, flow.span, "expected not to be known, and means nobody");
            found.push(diagnostic.help("name who is meant today, or remove the flow"));
            continue;
        }
        let (mut known, mut doubt) = (None, false);
        layers.each_pair(classes, flow, |source, target, paths| {
            let union = |of: fn(&Path) -> PortSet| paths.iter().fold(PortSet::none(), |all, path| all.union(&of(path)));
            let packets = layers.meant(flow, target);
            let (open, may) = (packets.intersection(&union(Path::lower)), packets.intersection(&union(Path::upper)));
            doubt |= open != may;
            if known.is_none() && !packets.is_none() {
                known = Some((source.name(site), target.name(site), packets, open));
            }
        });
        let Some((source, target, packets, open)) = known.filter(|_| !doubt) else { continue };
        let (says, help) = match (open.is_none(), open == packets) {
            (true, _) => (format!("{packets} from `{source}` to `{target}` is closed"), "move it to `expect.closed`"),
            (_, true) => (format!("{packets} from `{source}` to `{target}` is open"), "move it to `expect.open`"),
            _ => (
                format!("of {packets} from `{source}` to `{target}` {open} is open, and the rest closed,"),
                "list in `expect.open` what is open, in `expect.closed` the rest",
            ),
        };
        found.push(
            Diagnostic::new(&CODE, format!("{says} for certain"), flow.span, "expected not to be known")
                .help(format!("{help}, or narrow it")),
        );
    }
}
