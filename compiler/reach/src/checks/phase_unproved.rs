//! A machine lacks in a phase of its life what it cannot do without
//!
//! ## What is wrong
//!
//! In the phase that the message names, some layer keeps Ansible from a machine, or a member from every lighthouse of its overlay.
//! The phases are *created* (Proxmox filters the machine, and nothing of it is installed), *secured* (its packet filter is there), *joined* (its
//! overlays are) and *cold start* (everything starts at once, and nobody has joined yet).
//!
//! ## Why
//!
//! Every layer lets nothing through that is not opened, from the first apply on. A machine that nobody gets into can be neither
//! configured nor repaired, and a member that finds no lighthouse meets nobody.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   networks.lan.cidr = 192.168.7.0/24;
//!   hosts.nas = { kind = Machine; on.lan.address = 192.168.7.5; }; # error: E0414
//! }
//! ```
//!
//! ## What to do
//!
//! Open the way that is missing: `operators.addresses`, `connection`, an address of a lighthouse that the member reaches.
//! `arvc reach --unasked` lists what is proved in each phase, and what it follows from.

use std::collections::BTreeMap;

use arvc_site::model::Site;
use arvc_site::place::report;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::doubts::Known;
use super::{phase_doubtful, unfiltered};
use crate::layers::{Layers, Party};
use crate::phases::{Demand, Phase, What, unproved};

/// Nobody gets in, or nobody is found.
pub static CODE: Code = Code::new(
    "E0414",
    "a machine lacks in a phase of its life what it cannot do without",
    include_str!("phase_unproved.rs"),
);

/// What is not proved, each thing once, in the first phase in which it is not.
pub(super) fn check(layers: &Layers, known: &Known, found: &mut Vec<Diagnostic>) {
    let site = layers.site();
    let mut lacking: BTreeMap<What, (Phase, Vec<Demand>)> = BTreeMap::new();
    for demand in unproved(layers) {
        let Some(lacks) = &demand.lacks else { continue };
        if lacks.perhaps.iter().any(|(from, to, packets)| known.holds(from, to, packets)) {
            continue;
        }
        let (phase, list) = lacking.entry(demand.what).or_insert((demand.phase, Vec::new()));
        if *phase == demand.phase {
            list.push(demand);
        }
    }
    for (what, (phase, list)) in lacking {
        let Some(first) = list.iter().map(|demand| (demand.hosts[0], demand)).min_by_key(|(host, _)| *host) else {
            continue;
        };
        let (host, lacks) = (&site.hosts[first.0.index()], first.1.lacks.clone().unwrap_or_default());
        let code = match what {
            What::WayIn | What::Lighthouse if lacks.perhaps.is_empty() => &CODE,
            _ => &phase_doubtful::CODE,
        };
        let message = format!("`{}` lacks {} in the phase \"{}\"", host.named.name, what.name(), phase.name());
        let count: usize = list.iter().map(|demand| demand.hosts.len()).sum();
        let mut diagnostic = report(code, message, &host.named, host.named.key, &lacks.why);
        match count {
            0 | 1 => {}
            2 => diagnostic = diagnostic.note("and so does 1 further machine"),
            _ => diagnostic = diagnostic.note(format!("and so do {} further machines", count - 1)),
        }
        let help = match (lacks.perhaps.first(), lacks.elsewhere) {
            (_, Some(network)) => {
                let network = &site.networks[network.index()].named.path;
                format!("on `{network}` it is reached: `connection.network = {network};`")
            }
            (Some((from, to, packets)), _) => format!(
                "it follows from {}; if it rests on a router that is not described, list it in `expect.unknown`: `{} -> {} : {packets}`",
                what.from(),
                path(site, from),
                path(site, to),
            ),
            _ if what == What::WayIn => {
                "say from where it is reached (`operators.addresses`), on which of its networks \
                                         (`connection.network`), or whom to jump over (`connection.bastion`)"
                    .to_owned()
            }
            _ => format!("it follows from {}", what.from()),
        };
        let doubt = lacks.perhaps.first().filter(|_| lacks.elsewhere.is_none());
        let doubt = doubt.and_then(|(from, to, packets)| unfiltered::help(site, &layers.paths(from, to), packets));
        diagnostic = doubt.into_iter().fold(diagnostic, Diagnostic::help);
        found.push(diagnostic.help(help));
    }
}

/// A party as a flow names it.
fn path(site: &Site, party: &Party) -> String {
    match party {
        Party::Host(host) => site.hosts[host.index()].named.path.clone(),
        party => party.name(site),
    }
}
