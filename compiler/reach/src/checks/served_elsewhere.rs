//! A service does not listen where a `needs` goes
//!
//! ## What is wrong
//!
//! A need reaches a machine on one network, and the service that has the port listens on others.
//!
//! ## Why
//!
//! `listen` of a service says on which of its machine's networks it is served; without it that is the overlays. A connection
//! that every layer lets through is refused by the machine itself where nobody listens.
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
//!   services.db = { name = "db"; listen = [ networks.overlay ]; sql.ports = [ 5432/tcp ]; };
//!   hosts.db = { vmid = 100; lighthouse = true; services = [ services.db ]; };
//!   hosts.app = {
//!     vmid = 101;
//!     needs = [
//!       hosts.app -> hosts.db : 5432/tcp via networks.bridge, # error: E0410
//!     ];
//!   };
//!   allow = [ hosts.app -> hosts.db : 5432/tcp via networks.bridge ];
//! }
//! ```
//!
//! ## What to do
//!
//! Let the service listen there (`listen = [ networks.bridge ];`), or let the need go where it listens.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::ports::PortSet;

/// A service that listens elsewhere.
pub static CODE: Code =
    Code::new("E0410", "a service does not listen where a `needs` goes", include_str!("served_elsewhere.rs"));

/// `name` serves ports on other networks than the one that the need goes over.
pub(super) fn diagnostic(name: &str, ports: &PortSet, over: &str, need: Span) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        format!("`{name}` serves {ports}, and not on `{over}`"),
        need,
        format!("the need goes over `{over}`"),
    )
    .help(format!("add `{over}` to `listen` of the service, or say in the need where it listens: `via networks.…`"))
}
