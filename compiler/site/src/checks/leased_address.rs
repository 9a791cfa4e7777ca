//! An address that nobody knows, where one is needed
//!
//! ## What is wrong
//!
//! An interface says `leased = true`, that something else gives it an address which nobody here knows; and it states one all
//! the same, or is on an overlay, or on a network whose `dhcp` does not say which addresses are handed out. Or it is the
//! only place below the overlay where a lighthouse or relay could be found.
//!
//! ## Why
//!
//! Proxmox lets a guest send from the addresses that it may have: those of `dhcp`, which no other machine has. A certificate
//! of Nebula says the address. And members look for a lighthouse at an address that they were told.
//!
//! ## Example
//!
//! ```arv part
//!   networks.srv = { cidr = 10.0.20.0/24; bridge = "vmbr2"; };
//!   hosts.kiosk = {
//!     kind = Machine;
//!     groups = [ groups.projects ];
//!     on.srv.leased = true; # error: E0813
//!   };
//! ```
//!
//! ## What to do
//!
//! Say what is handed out, `networks.srv.dhcp = 100..199;`; or state the address, by a reservation (`mac = …; dhcp = true;`) or
//! without.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::endpoints::Tunnels;
use crate::model::{HostId, Named, Network, Site};
use crate::place::report;

/// An address that nobody knows, where one is needed.
pub static CODE: Code =
    Code::new("E0813", "an address that nobody knows, where one is needed", include_str!("leased_address.rs"));

/// An interface with `leased = true`, and where it states an address.
pub(crate) fn check(named: &Named, network: &Network, stated: Option<Span>, span: Span) -> Option<Diagnostic> {
    let (path, net) = (&named.path, &network.named.path);
    let message = format!("`{path}` leases its address in `{net}`");
    if network.is_overlay() {
        return Some(report(&CODE, message, named, span, "its certificate says the address"));
    }
    if let Some(stated) = stated {
        let message = format!("`{path}` leases its address in `{net}`, and states one");
        return Some(
            report(&CODE, message, named, stated, "nobody knows which one it gets")
                .secondary(span, "something else gives it")
                .help("if a server has it for the machine: `mac = …; dhcp = true;` in place of `leased`"),
        );
    }
    if network.dhcp.is_some() {
        return None;
    }
    let name = &network.named.name;
    Some(
        report(&CODE, message, named, span, "nobody says which addresses are handed out")
            .secondary(network.named.key, "the network")
            .help(format!("say it: `networks.{name}.dhcp = …;`, as host numbers")),
    )
}

/// Lighthouses and relays whose only address below the overlay nobody knows.
pub(crate) fn check_lighthouses(site: &Site, out: &mut Vec<Diagnostic>) {
    for tunnels in site.network_ids().filter_map(|id| Tunnels::of(site, id)) {
        for (id, host) in (0..).map(HostId).zip(&site.hosts) {
            let fixed = host.status.is_there() && (host.lighthouse || host.relay) && host.is_on(tunnels.overlay);
            let mut below = host.interfaces.iter().filter(|it| !site.networks[it.network.index()].is_overlay());
            let leased = below.clone().any(|it| it.leased.is_some()) && below.all(|it| it.address.is_none());
            if !fixed || host.broken || !leased || !tunnels.public(site, id).is_empty() {
                continue;
            }
            let what = if host.lighthouse { "a lighthouse" } else { "a relay" };
            let message = format!("`{}` is {what} that nobody finds", host.named.path);
            out.push(
                report(&CODE, message, &host.named, host.named.key, "nobody knows its address below the overlay")
                    .help("state it: `on.NETWORK.address = …;`, with a reservation if a server hands it out"),
            );
        }
    }
}
