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
//! ## What to do
//!
//! Interpolate a part of the value: `${memory.mib}`, `${port.first}`, `${join ", " names}`. Hand a secret on as it is.

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
