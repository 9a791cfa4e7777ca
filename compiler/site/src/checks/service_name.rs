//! A name that no service is looked for by
//!
//! ## What is wrong
//!
//! A name of `srv` does not begin with the service's label and the protocol's.
//!
//! ## Why
//!
//! Who looks for a service asks for `_SERVICE._tcp` or `_SERVICE._udp` of a domain (RFC 2782); another name is never asked for. The
//! two labels alone are a name of `domain`, and a longer one is a whole name in one of the site's domains.
//!
//! ## Example
//!
//! ```arv part
//!   services.directory = {
//!     name = "directory";
//!     ldap = {
//!       ports = [ 389/tcp ];
//!       srv = [ "ldap._tcp" ]; # error: E0887
//!     };
//!   };
//! ```
//!
//! ## What to do
//!
//! Write the label that the clients' documentation says with its `_`, then `_tcp` or `_udp`: `_ldap._tcp`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::{is_label, shown};
use crate::model::Transport;

/// A name that no service is looked for by.
pub static CODE: Code = Code::new("E0887", "a name that no service is looked for by", include_str!("service_name.rs"));

/// A good name, whole, and the protocol that it says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Read {
    /// Without a final dot.
    pub name: String,
    /// The transport of the port.
    pub transport: Transport,
}

/// A name as it is written.
pub(crate) fn read(text: &str, domain: &str, span: Span) -> Result<Read, Box<Diagnostic>> {
    let mut labels = text.splitn(3, '.');
    let (service, protocol, rest) = (labels.next().unwrap_or_default(), labels.next(), labels.next());
    let transport = match protocol {
        Some("_tcp") => Some(Transport::Tcp),
        Some("_udp") => Some(Transport::Udp),
        _ => None,
    };
    // RFC 6335, 5.1, but for the length, which names in use exceed.
    let good =
        |label: &str| is_label(label) && !label.contains("--") && label.contains(|c: char| c.is_ascii_lowercase());
    let place = rest.unwrap_or(domain);
    let below = |label: &str| is_label(label.strip_prefix('_').unwrap_or(label));
    match (service.strip_prefix('_').is_some_and(good), transport) {
        (true, Some(transport)) if place.split('.').all(below) && text.len() <= LONGEST => {
            Ok(Read { name: format!("{service}.{}.{place}", protocol.unwrap_or_default()), transport })
        }
        (true, Some(_)) => Err(problem(text, span, "what follows the two labels is no domain")),
        (true, None) => Err(problem(text, span, "the second label is `_tcp` or `_udp`")),
        (false, _) => Err(problem(text, span, "the first label is `_` and the name of a service")),
    }
}

fn problem(text: &str, span: Span, label: &str) -> Box<Diagnostic> {
    let message = format!("nobody looks for a service by {}", shown(text));
    Box::new(Diagnostic::new(&CODE, message, span, label).help("the form is `_ldap._tcp`"))
}

/// The longest name that DNS carries, without its final dot.
const LONGEST: usize = 253;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_labels_are_of_the_domain_and_more_are_a_whole_name() {
        let read = |text| read(text, "example.org", Span::new(0, 0)).ok().map(|read| read.name);
        assert_eq!(read("_ldap._tcp").as_deref(), Some("_ldap._tcp.example.org"));
        assert_eq!(read("_ldap._tcp.dc._msdcs.example.org").as_deref(), Some("_ldap._tcp.dc._msdcs.example.org"));
        assert_eq!(read("_sipfederationtls._tcp").as_deref(), Some("_sipfederationtls._tcp.example.org"));
        for text in
            ["", "_", "_ldap", "ldap._tcp", "_ldap.tcp", "_ldap._sctp", "_1._tcp", "_a--b._tcp", "_L._tcp", "_a._tcp."]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
