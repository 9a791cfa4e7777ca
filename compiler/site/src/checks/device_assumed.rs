//! A network device whose name nobody said
//!
//! ## What is wrong
//!
//! Ansible configures a machine that arvc does not make, and its packet filter names a device by the name that guests have, `eth0` or
//! `eth1`, because no `device` is stated.
//!
//! ## Why
//!
//! A guest's devices are named as its description says. What a machine of metal or a rented server calls its own only the machine
//! knows. A name that no device of it has closes what comes by that device; then Ansible does not come in either, and the trial of the
//! new rules ends with the old ones. This lint is for where it does not end there: a machine with several devices, on which the two
//! names may be exchanged, so that one network gets what is open to the other; one that `forwards`, where a bridge of another name is
//! taken for one of its containers and let in; and one that Ansible reaches over an overlay, whose tunnels last through the trial.
//!
//! ## Example
//!
//! ```arv part
//!   networks.storage = { cidr = 10.0.30.0/24; };
//!   hosts.backup = { # error: L0417
//!     kind = Machine;
//!     groups = [ groups.projects ];
//!     on = { bridge.address = 192.168.100.60; storage.address = 10.0.30.60; };
//!   };
//! ```
//!
//! ## What to do
//!
//! State what `ip address` on the machine shows, for each of the networks: `on.storage.device = "enp3s0";`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::interface_name;
use crate::model::{Host, Interface, Kind, Site};
use crate::origins::{HostOrigin, Origins};
use crate::place::report;

/// A network device whose name nobody said.
pub static CODE: Code =
    Code::new("L0417", "a network device whose name nobody said", include_str!("device_assumed.rs"));

/// Every machine with a packet filter that no node makes.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    for (host, origin) in site.hosts.iter().zip(&origins.hosts) {
        let filtered = host.kind == Kind::Machine && host.is_configured();
        // Two names that are one are reported.
        if filtered && !host.broken && !origin.kind_failed && interface_name::check_unique(host).is_none() {
            out.extend(of(site, host, origin));
        }
    }
}

fn of(site: &Site, host: &Host, origin: &HostOrigin) -> Option<Diagnostic> {
    let devices: Vec<&Interface> = host.interfaces.iter().filter(|interface| interface.index.is_some()).collect();
    let assumed: Vec<&Interface> =
        devices.iter().copied().filter(|interface| !origin.devices.contains(&interface.network)).collect();
    let comes_over_an_overlay =
        || host.reached_on(site).is_some_and(|network| site.networks[network.index()].is_overlay());
    let label = match () {
        () if assumed.is_empty() => return None,
        () if devices.len() > 1 => "with other names, what is open to one network is open to another, or to none",
        () if host.forwards => "if it is a bridge of another name, all that comes by it is let in, as from a container",
        () if comes_over_an_overlay() => {
            "with another name it is closed, and Ansible, which comes by an overlay, does not notice"
        }
        () => return None,
    };
    let network = |interface: &Interface| &site.networks[interface.network.index()].named;
    let named = |interface: &&Interface| format!("`{}` on `{}`", interface.device, network(interface).path);
    let names: Vec<String> = assumed.iter().map(named).collect();
    let said: Vec<String> =
        assumed.iter().map(|interface| format!("`on.{}.device = \"…\";`", network(interface).name)).collect();
    let message = format!("the packet filter of `{}` takes its device for {}", host.named.path, names.join(" and "));
    let help = format!("state what `ip address` shows there: {}", said.join(", "));
    Some(report(&CODE, message, &host.named, host.named.key, label).help(help))
}
