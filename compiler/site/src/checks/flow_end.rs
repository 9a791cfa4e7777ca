//! Something that a connection cannot start or end at
//!
//! ## What is wrong
//!
//! An end of a flow is none of: a group, host, cluster, service, node or network; an address or prefix; `any`, `internet`,
//! `operators`, `resolvers`, `lighthouses`; a list of those, or `all [ … ]`.
//!
//! ## Why
//!
//! A flow says who may reach whom. An endpoint is a port of a machine, so it stands behind the colon.
//!
//! ## Example
//!
//! ```arv part
//!   allow = [
//!     groups.projects -> 22/tcp, # error: E0360
//!   ];
//! ```
//!
//! ## What to do
//!
//! Name machines at both ends, and ports behind a colon: `groups.projects -> hosts.dns : 22/tcp`.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit};
use arvc_syntax::source::Span;

use crate::model::Named;

/// Something that a connection cannot start or end at.
pub static CODE: Code =
    Code::new("E0360", "something that a connection cannot start or end at", include_str!("flow_end.rs"));

/// An end that is `what`, or an endpoint.
pub(crate) fn diagnostic(span: Span, endpoint: Option<&Named>, what: &str) -> Diagnostic {
    let label = match endpoint {
        Some(endpoint) => format!("`{}` is an endpoint", endpoint.path),
        None => format!("this is {what}"),
    };
    let diagnostic = Diagnostic::new(&CODE, "a connection cannot start or end here", span, label);
    match endpoint {
        Some(endpoint) => {
            let machines = endpoint.path.rsplit_once('.').map_or("", |(machines, _)| machines);
            diagnostic.help(format!("an endpoint stands behind the colon: `{machines} : {}`", endpoint.path))
        }
        None => diagnostic.help("name a group, host, cluster, service, node or network, or an address"),
    }
}

/// The text at `span` names what is at `path`, or is an address.
pub(crate) fn quoted(problem: Diagnostic, span: Span, text: &str, path: Option<&str>) -> Diagnostic {
    let address = text.parse::<ipnet::IpNet>().is_ok() || text.parse::<std::net::IpAddr>().is_ok();
    let Some(meant) = path.or(address.then_some(text)) else { return problem };
    let edits = vec![Edit { span, text: meant.to_owned() }];
    problem.fix(format!("write `{meant}`"), edits, Applicability::MaybeIncorrect)
}

/// Ends or exceptions that nest too deep.
pub(crate) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "this flow nests too deep", span, "more than 64 levels")
}
