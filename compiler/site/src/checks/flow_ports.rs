//! Something that is no port
//!
//! ## What is wrong
//!
//! Behind the colon of a flow, or in `ports` or `peers`, stands something other than ports.
//!
//! ## Why
//!
//! A flow lets through ports of TCP or UDP (`5432/tcp`, `8000-8010/udp`), `icmp`, one protocol (`proto 47`), or an endpoint of
//! a service or cluster.
//!
//! ## Example
//!
//! ```arv part
//!   allow = [
//!     groups.projects -> hosts.dns : 53, # error: E0361
//!   ];
//! ```
//!
//! ## What to do
//!
//! Write the port with its protocol: `53/udp`.

use arvc_lang::data::Datum;
use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// Something that is no port.
pub static CODE: Code = Code::new("E0361", "something that is no port", include_str!("flow_ports.rs"));

/// A value that is `what`.
pub(crate) fn diagnostic(span: Span, value: &Datum, what: &str, endpoints: bool) -> Diagnostic {
    let problem = Diagnostic::new(&CODE, "this is no port", span, format!("this is {what}"));
    if let Some(help) = meant(value) {
        return problem.help(help);
    }
    let kinds =
        if endpoints { "`53/udp`, `icmp`, `proto 47` or an endpoint" } else { "`53/udp`, `icmp` or `proto 47`" };
    problem.help(format!("write {kinds}"))
}

/// What a number or a text would be as ports.
fn meant(value: &Datum) -> Option<String> {
    let port = |text: &str| text.parse::<u16>().ok();
    match value {
        Datum::Int(number) => Some(format!("with its protocol: `{}/tcp`", u16::try_from(*number).ok()?)),
        Datum::Str(text) => {
            let text = text.trim().to_ascii_lowercase();
            let (ports, transport) = text.split_once('/').unwrap_or((&text, "tcp"));
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            (port(first)? <= port(last)? && matches!(transport, "tcp" | "udp"))
                .then(|| format!("without quotes: `{ports}/{transport}`"))
        }
        _ => None,
    }
}

/// A part of the site that is no endpoint, though it may have some.
pub(crate) fn no_endpoint(span: Span, endpoints: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(&CODE, "this is no port", span, "this is a part of the site and no endpoint");
    match endpoints {
        [] => diagnostic.help("write `53/udp`, `icmp`, `proto 47` or an endpoint"),
        _ => diagnostic.help(format!("its endpoints are {}", endpoints.join(", "))),
    }
}

/// A protocol number that IP does not have.
pub(crate) fn protocol(span: Span, number: i64) -> Diagnostic {
    Diagnostic::new(&CODE, format!("{number} is no protocol"), span, "not between 0 and 255")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_text_are_told_the_ports_that_they_would_be() {
        let text = |text: &str| meant(&Datum::Str(text.into()));
        assert_eq!(meant(&Datum::Int(5432)), Some("with its protocol: `5432/tcp`".to_owned()));
        assert_eq!(text("5432/tcp"), Some("without quotes: `5432/tcp`".to_owned()));
        assert_eq!(text("8000-8010/UDP"), Some("without quotes: `8000-8010/udp`".to_owned()));
        assert_eq!(text("5432"), Some("without quotes: `5432/tcp`".to_owned()));
        assert_eq!(meant(&Datum::Int(70_000)), None);
        for other in ["", "http", "9-1/tcp", "53/icmp", "1/tcp`"] {
            assert_eq!(text(other), None, "{other}");
        }
    }
}
