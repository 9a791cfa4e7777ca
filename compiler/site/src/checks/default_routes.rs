//! A guest with two ways out
//!
//! ## What is wrong
//!
//! A guest is on several networks with a router, of one family of addresses, and nothing says which is its default route.
//!
//! ## Why
//!
//! A machine has one default route. With two, answers leave by the one and requests came by the other, and the firewalls on
//! the way drop what they have no connection for. Which one it gets would be a matter of the order of the NICs.
//!
//! ## Example
//!
//! ```arv part
//!   networks.dmz = { cidr = 10.0.20.0/24; bridge = "vmbr2"; gateway = 10.0.20.1; };
//!   hosts.web = { # error: E0808
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     on = { bridge = {}; dmz = {}; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Say at the guest where it does not go out (`on.bridge.default_route = false;`), or at the network, if no guest of it goes
//! out there (`default_route = false;`).

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Host, Kind, Network, Site};
use crate::place::{place, report};

/// A guest with two ways out.
pub static CODE: Code = Code::new("E0808", "a guest with two ways out", include_str!("default_routes.rs"));

/// Every guest.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for host in site.hosts.iter().filter(|host| host.kind != Kind::Machine) {
        for v4 in [true, false] {
            let ways = host.interfaces.iter().filter(|interface| {
                let gateways = site.networks[interface.network.index()].gateways();
                interface.default_route && gateways.iter().any(|gateway| gateway.address.is_ipv4() == v4)
            });
            let ways: Vec<_> = ways.map(|interface| &site.networks[interface.network.index()]).collect();
            let [first, second, ..] = ways.as_slice() else { continue };
            let names: Vec<String> = ways.iter().map(|network| format!("`{}`", network.named.path)).collect();
            let message = format!("`{}` has a router on {}", host.named.path, names.join(" and "));
            let mut diagnostic = report(&CODE, message, &host.named, host.named.key, "it has one default route");
            for network in &ways {
                let at = network.gateways().first().map_or(network.named.key, |gateway| gateway.span);
                diagnostic =
                    diagnostic.secondary(place(&network.named, at), format!("the router of `{}`", network.named.path));
            }
            out.push(diagnostic.help(help(site, host, first, second)));
            break;
        }
    }
}

/// What to write at the guest. One that is on every network perhaps says nothing of them, and the first that it names would be
/// its only one: so all of them are named.
fn help(site: &Site, host: &Host, first: &Network, second: &Network) -> String {
    let (out, not) = (&first.named.path, &second.named.name);
    if host.interfaces.len() < site.networks.len() {
        return format!("if it goes out by `{out}`: `on.{not}.default_route = false;`");
    }
    let said = host.interfaces.iter().map(|interface| &site.networks[interface.network.index()].named.name);
    let said: Vec<String> = said
        .map(|name| if name == not { format!("{name}.default_route = false;") } else { format!("{name} = {{}};") })
        .collect();
    format!(
        "a guest that says no `on` is on every network: name those that it is on; if it is on all and goes out by `{out}`: \
         `on = {{ {} }};`",
        said.join(" ")
    )
}
