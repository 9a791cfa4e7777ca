//! It is not known whether a `needs` is open
//!
//! ## What is wrong
//!
//! An `allow` opens what a machine or service needs, and on its way stands something that the site does not describe: a router
//! whose rules arvc does not write, or a tunnel of which nobody knows whether it comes about.
//!
//! ## Why
//!
//! A need is proved only if every layer lets it through for certain. What a router has to let through is listed in the tree
//! (`routers/`), and whether it does is not known here.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   networks.servers = { cidr = 10.20.20.0/24; bridge = "vmbr0"; vlan = 20; gateway = hosts.firewall; };
//!   networks.clients = { cidr = 10.20.50.0/24; bridge = "vmbr0"; vlan = 50; gateway = hosts.firewall; };
//!   services.files = { name = "files"; smb.ports = [ 445/tcp ]; };
//!   hosts.firewall = {
//!     kind = Machine;
//!     managed = false;
//!     on = { servers.address = 10.20.20.1; clients.address = 10.20.50.1; };
//!   };
//!   hosts.files = { kind = Machine; managed = false; services = [ services.files ]; on.servers.address = 10.20.20.12; };
//!   hosts.desk = {
//!     kind = Machine;
//!     managed = false;
//!     on.clients.address = 10.20.50.18;
//!     needs = [ services.files.smb ]; # error: L0412
//!   };
//!   allow = [ hosts.desk -> hosts.files : services.files.smb ];
//! }
//! ```
//!
//! ## What to do
//!
//! Look whether the router lets it through, and list it in `expect.unknown`, so that a reader sees what rests on the router; or
//! give both a network in common.

use std::collections::BTreeMap;

use arvc_site::model::Flow;
use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::doubts::Known;
use super::needs::Merged;
use super::unfiltered;
use crate::layers::{Lack, Layer, Layers, Party};

/// Nobody knows whether a need is open.
pub static CODE: Code =
    Code::new("L0412", "it is not known whether a `needs` is open", include_str!("doubtful_need.rs"));

/// Looks at the needs that nothing else was said of: what rests on one router is said once.
pub(super) fn check(layers: &Layers, needs: &[Merged], known: &Known, told: &[Span], found: &mut Vec<Diagnostic>) {
    let site = layers.site();
    let mut doubts: BTreeMap<(Layer, Party), Vec<(&Flow, &Lack)>> = BTreeMap::new();
    for need in needs {
        let lacking = need.found.lacking.iter();
        for lack in lacking.filter(|lack| !known.holds(&lack.source, &lack.target, &lack.packets)) {
            let mut steps = lack.paths.iter().flat_map(|path| &path.steps);
            let Some(step) = steps.find(|step| !lack.packets.is_subset(&step.lower)) else { continue };
            let own = need.of(layers, &lack.source);
            let Some(flow) = own.first().copied() else { continue };
            // What no `allow` opens is closed, and that is told where it is needed.
            if !own.iter().any(|flow| told.contains(&flow.span)) {
                doubts.entry((step.layer, step.at.clone())).or_default().push((flow, lack));
            }
        }
    }
    for list in doubts.into_values() {
        let (flow, lack) = &list[0];
        let (source, target) = (lack.source.name(site), lack.target.name(site));
        let perhaps = lack.closed.is_none();
        let what = format!("`{source}` needs {} on `{target}`", lack.packets);
        let message = match perhaps {
            true => format!("{what}, and it is not known whether it gets there"),
            false => format!("{what}, and a layer closes it, though an `allow` opens it"),
        };
        let mut diagnostic = Diagnostic::new(&CODE, message, flow.span, "needed here");
        for path in &lack.paths {
            for step in path.steps.iter().filter(|step| !lack.packets.is_subset(&step.lower)) {
                let says = step.note.clone().unwrap_or_else(|| format!("closed by {}", step.name(site)));
                diagnostic = diagnostic.note(format!("over {}: {says}", path.way.name(site)));
            }
        }
        if list.len() > 1 {
            diagnostic = diagnostic.note(format!("{} further connections that are needed rest on it", list.len() - 1));
        }
        if let Some(help) = unfiltered::help(site, &lack.paths, &lack.packets) {
            diagnostic = diagnostic.help(help);
        }
        found.push(diagnostic.help(match perhaps {
            true => format!(
                "look whether it does, and list it: `expect.unknown = [ {} ]`",
                crate::describe::describe(site, flow)
            ),
            false => format!("see each layer: `arvc reach {source} {target}`"),
        }));
    }
}
