//! A value of another kind than the schema says.
//!
//! ## What is wrong
//!
//! The schema of a site says what kind of value a field has, and this one is of another kind.
//!
//! ## Why
//!
//! No value becomes another kind by itself: `"3000"` is text, `3000` an Int, and only one of them can be a VMID.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "example";
//!   domain = 7; # error: E0201
//! }
//! ```
//!
//! ## What to do
//!
//! Write a value of the kind that is expected. The literals of the language are listed in the spec's chapter on text.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::errors::describe_value;
use crate::eval::machine::Machine;
use crate::eval::value::{Kind, Reported, Value};
use crate::schema::types::Scalar;

/// The code of this problem.
pub static CODE: Code = Code::new("E0201", "a value is of the wrong kind", include_str!("wrong_kind.rs"));

/// A value of the wrong kind, and what is known about it.
pub struct Wrong<'w> {
    /// It.
    pub value: Value,
    /// Where it is said to be what the field holds.
    pub said: Span,
    /// What it should be.
    pub expected: &'w str,
    /// What holds it: `hosts.a.memory`.
    pub what: &'w str,
    /// The key of the field that holds it.
    pub key: Option<Span>,
    /// What it is, if that is a thing of the site.
    pub entity: Option<String>,
    /// What was probably meant.
    pub help: Option<String>,
}

/// Reports a value of the wrong kind.
pub fn report(machine: &mut Machine<'_>, wrong: &Wrong<'_>) -> Reported {
    let Wrong { value, said, expected, what, .. } = *wrong;
    let found = wrong.entity.clone().unwrap_or_else(|| describe_value(machine, value));
    let message = format!("{what} is {found}, and not {expected}");
    let mut diagnostic = Diagnostic::new(&CODE, message, said, format!("expected {expected}, found {found}"));
    let line = |span| (machine.sources.file_of(span), machine.sources.position(span).line);
    let made = machine.span(value);
    let around = |outer: Span, inner: Span| outer.start <= inner.start && inner.end <= outer.end;
    if !around(said, made) && !machine.in_library(made) {
        diagnostic = diagnostic.secondary(made, format!("this is {found}"));
    }
    if let Some(key) = wrong.key.filter(|key| line(*key) != line(said) && *key != made && !machine.in_library(*key)) {
        diagnostic = diagnostic.secondary(key, format!("{what} is defined here"));
    }
    let text = machine.text(value);
    let source = machine.sources.text(said);
    let help = match (value.kind, Scalar::described(expected)) {
        _ if wrong.help.is_some() => wrong.help.clone(),
        (Kind::Str(_), Some(scalar)) => text.and_then(|text| unquoted(scalar, text)),
        (Kind::Tag(..), Some(scalar)) | (Kind::Duration(_), Some(scalar)) | (Kind::Address(_), Some(scalar)) => {
            other_notation(scalar, machine.sources.text(made))
        }
        (Kind::Int(number), Some(scalar)) => number_for(scalar, number.into()),
        (Kind::List { .. }, None) if expected == "a record" && what.starts_with('`') => Some(NAMED_ITEMS.to_owned()),
        (Kind::Closure(..), _) => is_path(source).then(|| format!("call it: `{source} {{}}`")),
        (kind, _) if expected == "a list" && !matches!(kind, Kind::Absent) => (source.len() <= 60
            && !source.contains('\n'))
        .then(|| format!("a list of one item is written `[ {source} ]`")),
        _ => None,
    };
    machine.report(match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    })
}

/// `what` is `found` (a type in words) and should be `expected`.
pub fn kinds(what: &str, found: &str, expected: &str, span: Span) -> Diagnostic {
    let message = format!("{what} is {found}, and not {expected}");
    Diagnostic::new(&CODE, message, span, format!("expected {expected}, found {found}"))
}

/// What somebody needs who wrote a list where a record is due.
pub const NAMED_ITEMS: &str = "a record has a name for each: `{ a = …; b = …; }`";

/// What somebody needs who wrote `source` where a record is due whose only field that has to be given is `name`.
pub fn only_field(name: &str, source: &str, list: bool) -> Option<String> {
    let value = if list { format!("[ {source} ]") } else { source.to_owned() };
    (value.len() <= 60 && !value.contains('\n')).then(|| format!("write it as a record: `{{ {name} = {value}; }}`"))
}

/// What `source`, a literal or tag of another kind, was probably meant to be where a value of this kind is due.
pub fn other_notation(scalar: Scalar, source: &str) -> Option<String> {
    match scalar {
        Scalar::Bool => match source {
            "True" | "TRUE" | "Yes" => Some("in lower case: `true`".to_owned()),
            "False" | "FALSE" | "No" => Some("in lower case: `false`".to_owned()),
            _ => None,
        },
        Scalar::Size => {
            let digits = source.strip_suffix('m').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
            Some(format!("`m` is minutes; a size is written `{digits}MiB`"))
        }
        Scalar::Prefix if source.starts_with(|first: char| first.is_ascii_digit()) && !source.contains('/') => {
            Some("write it with its length, as `10.0.0.0/24`".to_owned())
        }
        _ => None,
    }
}

/// What a text where a value of this kind is due was probably meant to be.
pub fn unquoted(scalar: Scalar, text: &str) -> Option<String> {
    match (scalar, text) {
        (Scalar::Bool, "true" | "yes" | "on") => return Some("without quotes: `true`".to_owned()),
        (Scalar::Bool, "false" | "no" | "off") => return Some("without quotes: `false`".to_owned()),
        _ => {}
    }
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    match scalar {
        Scalar::Size => size(text).map(|size| format!("without quotes: `{size}`")),
        Scalar::Int if !text.bytes().all(|byte| byte.is_ascii_digit()) => None,
        Scalar::Int | Scalar::Address | Scalar::Prefix | Scalar::Ports | Scalar::Duration => {
            Some(format!("without quotes: `{text}`"))
        }
        _ => None,
    }
}

/// What a number where a value of this kind is due was probably meant to be.
pub fn number_for(scalar: Scalar, number: i64) -> Option<String> {
    match scalar {
        Scalar::Size => Some(format!("write its unit: `{number}MiB`")),
        Scalar::Duration => Some(format!("write its unit, as `{number}h`")),
        Scalar::Bool => Some("write `true` or `false`".to_owned()),
        Scalar::Ports if (1..=65535).contains(&number) => Some(format!("write its protocol: `{number}/tcp`")),
        scalar if scalar.is_text() => Some(format!("in quotes: `\"{number}\"`")),
        _ => None,
    }
}

/// `4G`, as other programs write it, in a unit of the language.
fn size(text: &str) -> Option<String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match text[digits.len()..].trim() {
        "K" | "k" | "KB" | "kB" | "KiB" => "KiB",
        "" | "M" | "MB" | "MiB" => "MiB",
        "G" | "GB" | "GiB" => "GiB",
        "T" | "TB" | "TiB" => "TiB",
        _ => return None,
    };
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("{digits}{unit}"))
}

/// Whether a text is names with dots between them.
pub fn is_path(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}
