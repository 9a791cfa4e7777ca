//! A value that cannot become text.
//!
//! ## What is wrong
//!
//! `"${x}"` takes text, an Int, an Address or a Prefix, and `x` is something else.
//!
//! ## Why
//!
//! A list or record has no one form as text. A secret is a reference that emitters turn into a lookup: it has no value
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
//! Interpolate a part of the value, or hand the secret on as it is.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::errors::{absent_help, describe_value};
use crate::eval::machine::Machine;
use crate::eval::value::{Kind, Reported, Value};
use crate::ir::ExprId;

/// The code of this problem.
pub static CODE: Code = Code::new("E0211", "a value cannot become text", include_str!("not_text.rs"));

/// `value`, computed by `part` of a text.
pub fn report(machine: &mut Machine<'_>, value: Value, part: ExprId) -> Reported {
    let found = describe_value(machine, value);
    let span = machine.program.span(part);
    let mut diagnostic = new(&found, matches!(value.kind, Kind::Secret(_)), span);
    if machine.span(value) != span {
        diagnostic = diagnostic.secondary(machine.span(value), "made here");
    }
    diagnostic.helps.extend(absent_help(machine, value));
    machine.report(diagnostic)
}

/// What is `found`, at `span` in a text.
pub fn new(found: &str, secret: bool, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(&CODE, format!("{found} cannot become text"), span, format!("this is {found}"));
    match secret {
        true => diagnostic.help("hand the secret on as it is; whoever needs it looks it up"),
        false => diagnostic,
    }
}
