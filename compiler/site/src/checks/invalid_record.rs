//! A record that no zone can have
//!
//! ## What is wrong
//!
//! A further record has a name outside of the domain, a number outside of its field, a text that no record holds, or an owner
//! that does not fit what it answers.
//!
//! ## Why
//!
//! A server refuses the whole zone for one such record, or answers something that clients do not understand: the limits are
//! those of RFC 1035, 2782 (SRV), 8659 (CAA) and 2181 (times).
//!
//! ## Example
//!
//! ```arv part
//!   records = [
//!     { name = "_game._udp"; data = Srv { port = 25565/tcp; target = "dns"; }; }, # error: E0380
//!   ];
//! ```
//!
//! ## What to do
//!
//! Correct the part that is marked. A name is relative to the domain, and `@` is the domain itself.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;
use crate::model::{Answer, Transport};

/// A record that no zone can have.
pub static CODE: Code = Code::new("E0380", "a record that no zone can have", include_str!("invalid_record.rs"));

/// A time to live in seconds: 31 bits of them (RFC 2181, 8).
pub(crate) fn ttl(milliseconds: u64, span: Span) -> Result<u32, Box<Diagnostic>> {
    let whole = milliseconds.is_multiple_of(1000).then_some(milliseconds / 1000);
    let seconds = whole.filter(|seconds| *seconds <= 0x7fff_ffff).and_then(|seconds| u32::try_from(seconds).ok());
    let label = "whole seconds, up to 2,147,483,647";
    seconds.ok_or_else(|| Box::new(Diagnostic::new(&CODE, "a record cannot be kept so long", span, label)))
}

/// The whole name of a record.
pub(crate) fn owner(name: &str, domain: &str, span: Span) -> Result<String, Box<Diagnostic>> {
    let problem = |label: String| {
        let diagnostic = Diagnostic::new(&CODE, format!("{} is not the name of a record", shown(name)), span, label);
        Box::new(diagnostic.help("a name is relative to the domain, and `@` is the domain itself"))
    };
    if name == "@" {
        return Ok(domain.to_owned());
    }
    let whole = match name.strip_suffix('.') {
        Some(whole) if whole == domain || whole.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')) => {
            whole.to_owned()
        }
        Some(_) => return Err(problem(format!("it is not below `{domain}`"))),
        None if name.ends_with(&format!(".{domain}")) => {
            return Err(problem("the domain is added to it".to_owned()));
        }
        None => format!("{name}.{domain}"),
    };
    match is_owner(&whole) {
        true => Ok(whole),
        false => Err(problem("labels are lower-case letters, digits, `-` and `_`, with dots between them".to_owned())),
    }
}

/// A name that another domain of the site has.
pub(crate) fn other_zone(owner: &str, zone: &str, span: Span) -> Diagnostic {
    let message = format!("{} is a name of another domain", shown(owner));
    Diagnostic::new(&CODE, message, span, format!("it lies in `{zone}`"))
        .help(format!("write it there: `domains.\"{zone}\".records`"))
}

/// What is wrong with the answer of a record.
pub(crate) fn answer(owner: &str, answer: &Answer, span: Span) -> Option<Diagnostic> {
    let reason = match answer {
        Answer::Address(_) => None,
        Answer::Cname(target) => host(target),
        Answer::Txt(text) => {
            let bad = text.chars().find(|c| c.is_control());
            let long = text.len() > 65_000;
            bad.map(|c| format!("text holds no U+{:04X}", u32::from(c)))
                .or_else(|| long.then(|| format!("text of {} bytes does not fit into a record", text.len())))
        }
        Answer::Mx { preference, host: name } => number("preference", *preference, 0xffff).or_else(|| host(name)),
        Answer::Srv { priority, weight, ports, target } => number("priority", *priority, 0xffff)
            .or_else(|| number("weight", *weight, 0xffff))
            .or_else(|| {
                (ports.first != ports.last).then(|| "a service has one port here, and a record for each".to_owned())
            })
            .or_else(|| service(owner, ports.transport))
            .or_else(|| host(target)),
        Answer::Caa { flags, tag, value } => {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            let bad = tag.is_empty() || tag.len() > 15 || !tag.chars().all(plain);
            let odd = value.chars().any(|c| c.is_control() || !c.is_ascii());
            number("flags", *flags, 0xff)
                .or_else(|| {
                    bad.then(|| "a tag is lower-case letters and digits: `issue`, `issuewild`, `iodef`".to_owned())
                })
                .or_else(|| odd.then(|| "a value is printable ASCII".to_owned()))
        }
    };
    reason.map(|reason| Diagnostic::new(&CODE, format!("no record of {} answers this", shown(owner)), span, reason))
}

fn number(what: &str, value: i64, most: i64) -> Option<String> {
    (!(0..=most).contains(&value)).then(|| format!("`{what}` is from 0 to {most}"))
}

fn host(name: &str) -> Option<String> {
    (!is_name(name)).then(|| format!("{} is no name of a machine", shown(name)))
}

/// The owner of an SRV record says its service and its protocol (RFC 2782): `_game._udp`.
fn service(owner: &str, transport: Transport) -> Option<String> {
    let mut labels = owner.split('.');
    let service = labels.next().is_some_and(|label| label.len() > 1 && label.starts_with('_'));
    let protocol = match transport {
        Transport::Tcp => "_tcp",
        Transport::Udp => "_udp",
    };
    let fits = service && labels.next() == Some(protocol);
    (!fits).then(|| format!("its port belongs to a name that begins with `_SERVICE.{protocol}`"))
}

/// Whether a name can own records: `*` may be its first label, and there only stands for others (RFC 4592, 2.1.1).
pub(crate) fn is_owner(name: &str) -> bool {
    is_name(name.strip_prefix("*.").unwrap_or(name)) && name.len() <= LONGEST
}

/// Labels with dots between them; `_` begins those that are no machine's (RFC 8552).
pub(crate) fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        (1..=63).contains(&label.len()) && label.bytes().all(plain) && !label.starts_with('-') && !label.ends_with('-')
    };
    name.len() <= LONGEST && name.split('.').all(label)
}

/// The longest name that DNS carries, without its final dot.
const LONGEST: usize = 253;

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    const NOWHERE: Span = Span::new(0, 0);

    #[test]
    fn a_name_is_relative_unless_it_ends_in_a_dot() {
        let owner = |name| owner(name, "example.org", NOWHERE).ok();
        assert_eq!(owner("@").as_deref(), Some("example.org"));
        assert_eq!(owner("www").as_deref(), Some("www.example.org"));
        assert_eq!(owner("*.a").as_deref(), Some("*.a.example.org"));
        assert_eq!(owner("_sip._tcp").as_deref(), Some("_sip._tcp.example.org"));
        assert_eq!(owner("www.example.org.").as_deref(), Some("www.example.org"));
        for name in ["www.example.org", "www.example.com.", "xexample.org.", "", "a..b", "A", "a b", "-a", "a.*", "*a"]
        {
            assert_eq!(owner(name), None, "{name}");
        }
    }

    #[test]
    fn answers_stay_within_their_fields() {
        let bad = |given: Answer| answer("a.example.org", &given, NOWHERE).is_some();
        assert!(!bad(Answer::Mx { preference: 0, host: "m.example.org".to_owned() }));
        assert!(bad(Answer::Mx { preference: 65536, host: "m.example.org".to_owned() }));
        assert!(bad(Answer::Mx { preference: 1, host: "m example".to_owned() }));
        assert!(bad(Answer::Txt("a\nb".to_owned())));
        assert!(!bad(Answer::Txt("ü; \"".to_owned())));
        assert!(bad(Answer::Caa { flags: 256, tag: "issue".to_owned(), value: String::new() }));
        assert!(ttl(1500, NOWHERE).is_err() && ttl(1000, NOWHERE) == Ok(1));
    }
}
