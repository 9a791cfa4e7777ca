//! A service's name without its port
//!
//! ## What is wrong
//!
//! A name of `srv` says a protocol of which the endpoint has no port, or more than one.
//!
//! ## Why
//!
//! An SRV record has one port (RFC 2782), and it is the endpoint's of the protocol that stands in the name: `_kerberos._udp` leads
//! to the port of UDP.
//!
//! ## Example
//!
//! ```arv part
//!   services.directory = {
//!     name = "directory";
//!     ldap = {
//!       ports = [ 389/tcp, 636/tcp ];
//!       srv = [ "_ldap._tcp" ]; # error: E0888
//!     };
//!   };
//! ```
//!
//! ## What to do
//!
//! Let what has another port be an endpoint of its own, with a name of its own: `ldaps = { ports = [ 636/tcp ]; srv = [ "_ldaps._tcp" ]; };`.

use arvc_lang::data::Ports;
use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::service_name::Read;
use crate::model::{Endpoint, PortTerm, Transport};
use crate::place::place;

/// A service's name without its port.
pub static CODE: Code = Code::new("E0888", "a service's name without its port", include_str!("service_port.rs"));

/// The port of an endpoint that a name leads to.
pub(crate) fn port(endpoint: &Endpoint, named: &Read, span: Span) -> Result<Ports, Box<Diagnostic>> {
    let of_protocol = endpoint.ports.iter().filter_map(|term| match term {
        PortTerm::Ports(ports) if ports.transport == named.transport => Some(*ports),
        _ => None,
    });
    let mut found: Vec<Ports> = of_protocol.collect();
    found.dedup();
    let path = endpoint.named.told();
    let protocol = match named.transport {
        Transport::Tcp => "TCP",
        Transport::Udp => "UDP",
    };
    match found.as_slice() {
        [one] if one.first == one.last => return Ok(*one),
        _ => {}
    }
    let label = match found.is_empty() {
        true => format!("the endpoint has no port of {protocol}"),
        false => format!("the endpoint has several ports of {protocol}, and a record has one"),
    };
    let message = format!("`{}` leads to no port of {path}", named.name);
    let diagnostic = Diagnostic::new(&CODE, message, span, label);
    Err(Box::new(diagnostic.secondary(place(&endpoint.named, endpoint.named.key), "the endpoint")))
}
