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

use crate::model::{Behind, Network, Site};
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
    let (own, there) = (&overlay.named.path, &network.named.path);
    let on = |network: &Network| {
        let mut interfaces = host.interfaces.iter();
        interfaces.find(|it| std::ptr::eq(&site.networks[it.network.index()], network))
    };
    let problem = |label: String, help: String| {
        let message = format!("`{}` cannot lead from `{own}` to `{there}`", host.named.path);
        let diagnostic = Diagnostic::new(&CODE, message, behind.member.span, label);
        Some(diagnostic.secondary(host.named.key, "the machine").help(help))
    };
    let name = &host.named.name;
    let (Some(member), Some(foot)) = (on(overlay), on(network)) else {
        let missing = if on(overlay).is_none() { overlay } else { network };
        let missing = &missing.named;
        let help = format!("put it there: `hosts.{name}.on.{} = …;`, or name a machine that is on both", missing.name);
        return problem(format!("it is not on `{}`", missing.path), help);
    };
    if !host.status.is_there() {
        return problem("it is not there".to_owned(), "name a machine that is there".to_owned());
    }
    if !host.is_configured() {
        let help = "name a machine that Ansible configures over SSH: its packet filter says what it hands on";
        return problem("Ansible does not configure it".to_owned(), help.to_owned());
    }
    if host.forwards {
        let help = "name another machine, or run those programs elsewhere";
        return problem(
            "its programs have rules of their own, and may drop what it hands on".to_owned(),
            help.to_owned(),
        );
    }
    if foot.leased.is_some() {
        let help = "state its address there, by a reservation of the server: `mac = …; dhcp = true;`";
        return problem(format!("nobody knows its address on `{there}`"), help.to_owned());
    }
    member.families().intersection(foot.families()).is_none().then_some(())?;
    let help = "give it an address of one family on both: Nebula translates none into the other";
    problem("it has no address of one family on both".to_owned(), help.to_owned())
}
