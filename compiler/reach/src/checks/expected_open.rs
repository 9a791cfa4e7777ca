//! What the site is expected to let through is closed.
//!
//! ## What is wrong
//!
//! A flow of `expect.open` is not open for certain: between some of the machines that it means, every path is closed by
//! at least one layer. The message shows one such pair, and on each path every layer that closes it. Or the flow means nobody: a
//! machine that is retired or not there yet, a service that no machine runs, `internet` where the operators are everywhere.
//!
//! ## Why
//!
//! `expect` holds the tests of a site. They are judged over the layers as they are emitted: the Proxmox firewall, Nebula,
//! the packet filters, and the routers between. Nothing is opened by an expectation. A test that means nobody would pass
//! whatever is open, and so it would go on to pass after what it means was moved or retired.
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
//!   expect.open = [
//!     hosts.app -> hosts.db : 5432/tcp, # error: E0407
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Open it in `allow`, or expect something else. Where it rests on somebody else's router that filters nothing, as a provider's does, the
//! network says so: `networks.rack.unfiltered = true;`. `arvc reach app db:5432/tcp` shows every layer with the lines that decide.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::{empty_end, unfiltered};
use crate::layers::{Classes, Layers};
use crate::ports::PortSet;

/// What is expected to be open is closed.
pub static CODE: Code =
    Code::new("E0407", "what the site is expected to let through is closed", include_str!("expected_open.rs"));

pub(super) fn check(layers: &Layers, classes: &Classes, found: &mut Vec<Diagnostic>) {
    let site = layers.site();
    for flow in &site.expect.open {
        if let Some(why) = empty_end::nobody(layers, flow) {
            let diagnostic = Diagnostic::new(&CODE, why, flow.span, "expected to be open, and means nobody");
            found.push(diagnostic.help("name who is meant today, or remove the flow"));
            continue;
        }
        let findings = layers.not_open(classes, flow);
        let Some(finding) = findings.first() else { continue };
        let (source, target) = (finding.source.name(site), finding.target.name(site));
        let packets = &finding.packets;
        let may = finding.paths.iter().fold(PortSet::none(), |all, path| all.union(&path.upper()));
        let message = match packets.is_subset(&may) {
            false => format!("`{source}` does not reach {packets} on `{target}`"),
            true => format!("it is not known whether `{source}` reaches {packets} on `{target}`"),
        };
        let mut diagnostic = Diagnostic::new(&CODE, message, flow.span, "expected to be open");
        for path in &finding.paths {
            let (mut closing, mut why) = (Vec::new(), Vec::new());
            for step in path.steps.iter().filter(|step| !packets.is_subset(&step.lower)) {
                match step.note.clone().filter(|_| step.rules.is_empty()) {
                    Some(note) => why.push(note),
                    None => closing.push(step.name(site)),
                }
            }
            if !closing.is_empty() {
                why.insert(0, format!("closed by {}", closing.join("; ")));
            }
            diagnostic = diagnostic.note(format!("over {}: {}", path.way.name(site), why.join("; ")));
        }
        if finding.paths.is_empty() {
            diagnostic = diagnostic.note("they meet on no network".to_owned());
        }
        if findings.len() > 1 {
            diagnostic =
                diagnostic.note(format!("and so it is between {} further pairs of classes", findings.len() - 1));
        }
        if let Some(help) = unfiltered::help(site, &finding.paths, packets) {
            diagnostic = diagnostic.help(help);
        }
        found.push(diagnostic.help(format!("`arvc reach` shows every layer, for `{source}` and `{target}`")));
    }
}
