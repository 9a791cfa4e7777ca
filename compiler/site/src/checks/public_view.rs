//! A public view that nobody answers
//!
//! ## What is wrong
//!
//! A route or a record is for the world, but its domain names no servers that the world would ask. Or such a server is a name
//! of the domain itself that has no address in the public view.
//!
//! ## Why
//!
//! The site's resolvers answer its own machines only. For the world, a domain is answered by the name servers that its
//! registrar lists; their names go into the zone (RFC 1035, 3.3.11), which no server loads without them.
//!
//! ## Example
//!
//! ```arv part
//!   domains."example.org".records = [
//!     { name = "www"; data = Ip 198.51.100.20; view = Public; }, # error: E0885
//!   ];
//! ```
//!
//! ## What to do
//!
//! Say which servers those are: `domains."example.org".servers = [ "ns1.example.net" ];`.

use std::collections::BTreeSet;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Answer, Site, View};
use crate::names::{Said, servers, zone_of};

/// A public view that nobody answers.
pub static CODE: Code = Code::new("E0885", "a public view that nobody answers", include_str!("public_view.rs"));

/// Records and routes for the world, each domain once; and the servers of each domain.
pub(crate) fn check(site: &Site, said: &[Said], out: &mut Vec<Diagnostic>) {
    let mut seen = BTreeSet::new();
    let records = said.iter().filter(|said| said.view == Some(View::Public));
    let records = records.map(|said| (said.owner.as_str(), said.name));
    let routes = site.names.routes.iter().filter(|route| route.exposure == View::Public);
    let routes = routes.map(|route| (route.named.name.as_str(), route.named.key));
    for (name, span) in records.chain(routes) {
        let Some(domain) = zone_of(site, name) else { continue };
        if servers(site, domain).is_empty() && seen.insert(domain) {
            out.push(nobody(domain, name, span));
        }
    }
    for domain in &site.names.domains {
        for server in &domain.servers {
            let name = server.value.as_str();
            let address = |said: &&Said| {
                said.is_in(View::Public) && said.owner == name && matches!(said.answer, Answer::Address(_))
            };
            let inside = zone_of(site, name).is_some_and(|zone| zone == domain.named.name);
            if inside && !said.iter().any(|said| address(&said)) {
                let message = format!("the world cannot ask `{name}`");
                let label = "a name of the domain itself, without an address in its public view";
                out.push(
                    Diagnostic::new(&CODE, message, server.span, label)
                        .help("add its address to `records`: `{ name = …; data = Ip …; view = Public; }`"),
                );
            }
        }
    }
}

fn nobody(domain: &str, name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("nobody tells the world of `{name}`"), span, "it is for the world")
        .note(format!("`{domain}` has no name servers that the world asks"))
        .help(format!("say which they are: `domains.\"{domain}\".servers = [ \"ns1.example.net\" ];`"))
}
