//! A machine in the world that lets no operator in
//!
//! ## What is wrong
//!
//! Ansible reaches the machine at a public address, as that of a rented server, and every address that the operators connect
//! from is a private one.
//!
//! ## Why
//!
//! Nobody arrives there from a private address: a router puts its own public one in its place. Once the machine's filter is
//! there, SSH answers nobody, and Ansible cannot repair it.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "example";
//!   domain = "example.internal";
//!   operators.addresses = [ 192.168.7.0/24 ];
//!   networks.provider.cidr = 203.0.113.0/24;
//!   hosts.vps = { kind = Machine; on.provider.address = 203.0.113.5; }; # error: L0833
//! }
//! ```
//!
//! ## What to do
//!
//! Add the address that the world sees them by to `operators.addresses`. Or let Ansible go another way:
//! `connection.network = networks.overlay;`, or `connection.bastion = hosts.…;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Family, Host, NetworkKind, Site, Status};
use crate::names::is_private;
use crate::place::{place, report};

/// A machine in the world that lets no operator in.
pub static CODE: Code =
    Code::new("L0833", "a machine in the world that lets no operator in", include_str!("operators_shut_out.rs"));

/// Every machine that Ansible reaches on a network of its own, where no node is beside it. All of them are one mistake.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let operators = &site.operators.addresses;
    let (Some(from), false) = (operators.first(), site.operators.broken) else { return };
    let alone = |host: &Host| {
        let interface = host.reached_on(site).and_then(|network| host.interface_on(network))?;
        let network = &site.networks[interface.network.index()];
        let address = interface.address.value;
        if !matches!(network.kind, NetworkKind::Plain) || network.router.is_some() || is_private(address) {
            return None;
        }
        let mut alike = operators.iter().filter(|from| Family::of_prefix(&from.value) == Family::of(address));
        alike.all(|from| is_private(from.value.addr())).then_some(address)
    };
    let mut shut = site.hosts.iter().filter(|host| is_managed(host)).filter_map(|host| Some((host, alone(host)?)));
    let Some((host, address)) = shut.next() else { return };
    let others: Vec<&Host> = shut.map(|(host, _)| host).collect();
    let message = match others.len() {
        0 => format!("`{}` lets no operator in at {address}", host.named.path),
        more => format!("`{}` and {more} more let no operator in", host.named.path),
    };
    let label = format!("Ansible reaches it at {address}");
    let mut diagnostic = report(&CODE, message, &host.named, host.named.key, &label);
    for other in others.iter().take(3) {
        diagnostic = diagnostic.secondary(place(&other.named, other.named.key), "and this one");
    }
    out.push(
        diagnostic
            .secondary(from.span, "no operator connects from a public address")
            .help("add the address that the world sees them by: `operators.addresses = [ …, … ];`")
            .help("or let Ansible go another way: `connection.network = networks.…;` or `connection.bastion = …;`"),
    );
}

fn is_managed(host: &Host) -> bool {
    host.managed && !host.broken && host.status == Status::Present && host.connection.bastion.is_none()
}
