//! A member that cannot lead to the network behind it
//!
//! ## What is wrong
//!
//! An overlay says that a network is behind a machine, and that machine is not on both, has no address of one family on both, does
//! not know its address there, is not configured by Ansible, or has programs that hand packets on by rules of their own (`forwards`).
//!
//! ## Why
//!
//! Members send what is for the network to that machine, over the overlay. It hands it on by its device there, with its own address as
//! the source, so that the answers come back to it. Its packet filter says what it hands on, and that is Ansible's work; what another
//! program's rules drop besides (Docker drops whatever is handed on for others), nobody could say.
//!
//! ## Example
//!
//! ```arv part
//!   networks.appliances = { cidr = 10.0.60.0/24; bridge = "vmbr6"; };
//!   networks.overlay.behind = [
//!     { network = networks.appliances; member = hosts.dns; }, # error: E0396
//!   ];
//! ```
//!
//! ## What to do
//!
//! Put the machine on the network that the message names, or name another machine.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Behind, Host, Network, Site};
use crate::origins::Origins;

/// A member that cannot lead to the network behind it.
pub static CODE: Code =
    Code::new("E0396", "a member that cannot lead to the network behind it", include_str!("behind_unable.rs"));

/// Every network behind a member.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !origins.all.networks {
        return;
    }
    for overlay in site.networks.iter().filter(|network| network.is_overlay()) {
        out.extend(overlay.behind.iter().filter_map(|behind| unable(site, overlay, behind)));
    }
}

fn unable(site: &Site, overlay: &Network, behind: &Behind) -> Option<Diagnostic> {
    let network = site.networks.get(behind.network.value.index())?;
    let host = site.hosts.get(behind.member.value.index())?;
    if host.broken || network.is_overlay() {
        return None;
    }
    let obstacle = obstacle(site, overlay, network, host)?;
    let message =
        format!("`{}` cannot lead from `{}` to `{}`", host.named.path, overlay.named.path, network.named.path);
    let diagnostic = Diagnostic::new(&CODE, message, behind.member.span, obstacle.label);
    Some(diagnostic.secondary(host.named.key, "the machine").help(obstacle.help))
}

/// Whether a machine can lead from an overlay to a network.
pub fn can_lead(site: &Site, overlay: &Network, network: &Network, host: &Host) -> bool {
    obstacle(site, overlay, network, host).is_none()
}

/// Why a machine cannot, and what to do.
struct Obstacle {
    label: String,
    help: String,
}

fn obstacle(site: &Site, overlay: &Network, network: &Network, host: &Host) -> Option<Obstacle> {
    let there = &network.named.path;
    let on = |network: &Network| {
        let mut interfaces = host.interfaces.iter();
        interfaces.find(|it| std::ptr::eq(&site.networks[it.network.index()], network))
    };
    let because = |label: &str, help: &str| Some(Obstacle { label: label.to_owned(), help: help.to_owned() });
    let (Some(member), Some(foot)) = (on(overlay), on(network)) else {
        let missing = &if on(overlay).is_none() { overlay } else { network }.named;
        let (name, on) = (&host.named.name, &missing.name);
        let help = format!("put it there: `hosts.{name}.on.{on} = …;`, or name a machine that is on both");
        return because(&format!("it is not on `{}`", missing.path), &help);
    };
    if !host.status.is_there() {
        return because("it is not there", "name a machine that is there");
    }
    if !host.is_configured() {
        let help = "name a machine that Ansible configures over SSH: its packet filter says what it hands on";
        return because("Ansible does not configure it", help);
    }
    if host.forwards {
        let label = "its programs have rules of their own, and may drop what it hands on";
        return because(label, "name another machine, or run those programs elsewhere");
    }
    if foot.leased.is_some() {
        let help = "state its address there, by a reservation of the server: `mac = …; dhcp = true;`";
        return because(&format!("nobody knows its address on `{there}`"), help);
    }
    member.families().intersection(foot.families()).is_none().then_some(())?;
    let help = "give it an address of one family on both: Nebula translates none into the other";
    because("it has no address of one family on both", help)
}
