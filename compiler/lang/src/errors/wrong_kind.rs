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

/// The code of this problem.
pub static CODE: Code = Code::new("E0201", "a value is of the wrong kind", include_str!("wrong_kind.rs"));

/// `value`, which is `what` (`hosts.a.memory`, defined at `key`), should be `expected`.
pub fn report(machine: &mut Machine<'_>, value: Value, expected: &str, what: &str, key: Option<Span>) -> Reported {
    let found = describe_value(machine, value);
    let message = format!("{what} is {found}, and not {expected}");
    let mut diagnostic =
        Diagnostic::new(&CODE, message, machine.span(value), format!("expected {expected}, found {found}"));
    let line = |span| (machine.sources.file_of(span), machine.sources.position(span).line);
    if let Some(key) = key.filter(|key| line(*key) != line(machine.span(value))) {
        diagnostic = diagnostic.secondary(key, format!("{what} is defined here"));
    }
    if let (Kind::Str(_), Some(text)) = (value.kind, machine.text(value)) {
        let bare = matches!(expected, "an Int" | "an Address" | "a Prefix" | "Ports" | "a Size" | "a Duration")
            && text.starts_with(|first: char| first.is_ascii_digit());
        if bare {
            diagnostic = diagnostic.help(format!("without quotes: `{text}`"));
        }
    }
    machine.report(diagnostic)
}
