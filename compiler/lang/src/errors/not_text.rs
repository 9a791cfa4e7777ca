//! A value that cannot become text.
//!
//! ## What is wrong
//!
//! `"${x}"` takes text, an Int, an Address, a Prefix or a MAC address, and `x` is something else.
//!
//! ## Why
//!
//! A list or record has no one form as text, and what reads a size, a duration or ports wants one unit or one number. A
//! secret is a reference that emitters turn into a lookup: it has no value
//! here, so that none can end up in an emitted file.
//!
//! ## Example
//!
//! ```arv
//! { a = "${secret "kv/data/a#b"}"; } # error: E0211
//! ```
//!
//! `toJSON`, `toYAML`, `toTOML` and `toINI` take plain data ([openness](../openness.md)), with what the format can hold: a
//! secret, a function, a flow or a thing of the site inside is this mistake too.
//!
//! ## What to do
//!
//! Interpolate a part of the value: `${memory.mib}`, `${port.first}`, `${join ", " names}`. Hand a secret on as it is. For a
//! file that needs one, let a role write it: a secret in `variables` becomes a lookup.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::errors::{absent_help, describe_value};
use crate::eval::machine::Machine;
use crate::eval::value::{Kind, Reported, Value};
use crate::ir::ExprId;
use crate::members;
use crate::schema::types::Scalar;

/// The code of this problem.
pub static CODE: Code = Code::new("E0211", "a value cannot become text", include_str!("not_text.rs"));

/// `value`, computed by `part` of a text.
pub fn report(machine: &mut Machine<'_>, value: Value, part: ExprId) -> Reported {
    let found = describe_value(machine, value);
    let span = machine.program.span(part);
    let what = match value.kind {
        Kind::List { .. } => What::List,
        Kind::Bool(_) => What::Scalar(Scalar::Bool),
        Kind::Secret(_) => What::Scalar(Scalar::Secret),
        kind => members::kind(kind).map_or(What::Other, What::Scalar),
    };
    let mut diagnostic = new(&found, what, span);
    if machine.span(value) != span {
        diagnostic = diagnostic.secondary(machine.span(value), "made here");
    }
    diagnostic.helps.extend(absent_help(machine, value));
    machine.report(diagnostic)
}

/// `value`, inside of what the call `call` of `function` should turn into text.
pub fn inside(machine: &mut Machine<'_>, value: Value, call: ExprId, function: &str) -> Reported {
    let (what, help) = match value.kind {
        Kind::Secret(_) => (
            "a secret".to_owned(),
            Some("hand it on in `variables`, where it becomes a lookup, and let a role write the file"),
        ),
        Kind::Record(_) => ("a thing of the site".to_owned(), Some("select what of it is meant: `hosts.web.vmid`")),
        Kind::IntRange(_) => (describe_value(machine, value), Some("write its ends, each with a name of its own")),
        Kind::Closure(..) | Kind::Builtin(_) => (describe_value(machine, value), Some("call it")),
        _ => (describe_value(machine, value), None),
    };
    unfit(machine, value, call, format!("{what} cannot become text"), &format!("this is {what}"), function, help)
}

/// `value` is nothing that `function`, called by `call`, can write.
pub fn unfit(
    machine: &mut Machine<'_>,
    value: Value,
    call: ExprId,
    message: String,
    label: &str,
    function: &str,
    help: Option<&str>,
) -> Reported {
    let (made, called) = (machine.span(value), machine.program.span(call));
    let mut diagnostic = Diagnostic::new(&CODE, message, made, label);
    if made != called {
        diagnostic = diagnostic.secondary(called, format!("`{function}` writes it as text"));
    }
    machine.report(match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    })
}

/// What cannot become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A value without parts.
    Scalar(Scalar),
    /// A list.
    List,
    /// Anything else.
    Other,
}

/// What is `found`, at `span` in a text.
pub fn new(found: &str, what: What, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(&CODE, format!("{found} cannot become text"), span, format!("this is {found}"));
    let help = match what {
        What::Scalar(Scalar::Secret) => "hand the secret on as it is; whoever needs it looks it up",
        What::Scalar(Scalar::Size) => "say in which unit: `size.mib` is an Int",
        What::Scalar(Scalar::Duration) => "say in which unit: `duration.seconds` is an Int",
        What::Scalar(Scalar::Ports) => "its number is `port.first`, its protocol `port.protocol`",
        What::Scalar(Scalar::IntRange) => "its ends are `range.first` and `range.last`",
        What::Scalar(Scalar::Bool) => "say what it is in words: `if b then \"yes\" else \"no\"`",
        What::List => "texts are joined: `join \", \" list`",
        What::Scalar(_) | What::Other => return diagnostic,
    };
    diagnostic.help(help)
}
