//! A port with two digits exchanged
//!
//! ## What is wrong
//!
//! An `allow` names a port that no service of its target has, and one of them has the same port but for two digits beside one another.
//!
//! ## Why
//!
//! The site may not know all that listens, so a port that nobody declares is no mistake by itself (`arvc reach --unused` lists those
//! of machines that Ansible configures). Next to one that is declared it mostly is: what was meant stays closed, and another port is open.
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
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   services.files = { name = "files"; nfs.ports = [ 2049/tcp ]; };
//!   hosts.app.vmid = 100;
//!   hosts.nas = { vmid = 101; services = [ services.files ]; };
//!   allow = [
//!     hosts.app -> hosts.nas : 2409/tcp, # error: L0848
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Name the endpoint instead of a number: `services.files.nfs`. If the port is meant, let a service of the machine have it:
//! `ui.ports = [ 2409/tcp ];`.

use arvc_site::model::{Endpoint, FlowOrigin, HostId, PortTerm, Transport};
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::Intents;
use crate::ports::PortSet;

/// A port with two digits exchanged.
pub static CODE: Code = Code::new("L0848", "a port with two digits exchanged", include_str!("exchanged_digits.rs"));

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    let (site, space) = (intents.site, intents.space);
    for claim in intents.allow.iter().filter(|claim| claim.flow.flow.origin == FlowOrigin::Author) {
        let flow = claim.flow.flow;
        let single = flow.ports.iter().flatten().filter_map(|term| match term {
            PortTerm::Ports(ports) if ports.first == ports.last => Some((ports.transport, ports.first, term)),
            _ => None,
        });
        let mut single = single.peekable();
        if single.peek().is_none() {
            continue;
        }
        let hosts: Vec<HostId> =
            claim.flow.target.machines.iter().flat_map(|class| space.hosts(class)).copied().collect();
        let served: Vec<&Endpoint> =
            site.endpoints.iter().filter(|it| it.hosts.iter().any(|host| hosts.contains(host))).collect();
        for (transport, port, term) in single {
            let asked = PortSet::term(term);
            if served.iter().any(|it| it.ports.iter().any(|term| PortSet::term(term).meets(&asked))) {
                continue;
            }
            let meant =
                served.iter().find_map(|it| Some((it, it.ports.iter().find_map(|term| near(transport, port, term))?)));
            let Some((endpoint, meant)) = meant else { continue };
            let meant = PortSet::ports(transport, meant, meant);
            let path = &endpoint.named.path;
            let message = format!("no service of the target has {asked}, and `{path}` has {meant}");
            found.push(
                Diagnostic::new(&CODE, message, flow.span, format!("did you mean {meant}?"))
                    .secondary(endpoint.named.key, format!("`{path}`"))
                    .help(format!("write `{path}` for the port; if it is meant, let a service of the machine have it")),
            );
        }
    }
}

/// The port of a term, if it is another one with two digits exchanged that stand beside one another.
fn near(transport: Transport, port: u16, term: &PortTerm) -> Option<u16> {
    let PortTerm::Ports(ports) = term else { return None };
    if ports.transport != transport || ports.first != ports.last {
        return None;
    }
    let (own, other) = (port.to_string().into_bytes(), ports.first.to_string().into_bytes());
    let exchanged = |at: usize| {
        let mut own = own.clone();
        own.swap(at, at + 1);
        own == other
    };
    (own != other && own.len() == other.len() && (0..own.len() - 1).any(exchanged)).then_some(ports.first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::tcp;

    #[test]
    fn two_digits_that_stand_beside_one_another_are_exchanged() {
        for (port, other, is_near) in [
            (2409, 2049, true),
            (5423, 5432, true),
            (8080, 8080, false),
            (8081, 8080, false),
            (443, 8443, false),
            (9200, 2900, true),
            (9200, 9002, false),
            (7, 8, false),
        ] {
            assert_eq!(near(Transport::Tcp, port, &tcp(other, other)).is_some(), is_near, "{port} {other}");
        }
        assert!(near(Transport::Udp, 2409, &tcp(2049, 2049)).is_none());
        assert!(near(Transport::Tcp, 2409, &tcp(2049, 2050)).is_none());
    }
}
