//! `unset` of something that no layer below defines.
//!
//! ## What is wrong
//!
//! `unset` removes what a file that this one `extends` defines, and there is no such thing.
//!
//! ## Why
//!
//! A misspelt name would remove nothing, in silence, and what should be gone would be built.
//!
//! ## Example
//!
//! ```arv file:base.arv
//! { n = 20; w = n + 1; }
//! ```
//! ```arv
//! {
//!   extends ./base.arv;
//!   q = unset; # error: E0602
//! }
//! ```
//!
//! ## What to do
//!
//! Correct the name, or delete the line.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit, nearest};
use arvc_syntax::source::Span;

use crate::eval::machine::Machine;
use crate::eval::value::{Key, RecordId, Reported};

/// The code of this problem.
pub static CODE: Code = Code::new("E0602", "there is nothing to unset", include_str!("nothing_to_unset.rs"));

/// As `new`, where what is below is known only now: this record.
pub fn report(machine: &mut Machine<'_>, key: Key, below: RecordId) -> Reported {
    let known: Vec<&str> = machine.heap.keys_of(below).iter().map(|key| machine.names.get(key.name)).collect();
    let name = machine.names.get(key.name);
    let diagnostic = new(name, key.span, nearest(name, known.iter().copied()), &known);
    machine.report(diagnostic)
}

/// `name`, at `span`, is not among the names of the layers below.
pub fn new(name: &str, span: Span, near: Option<&str>, known: &[&str]) -> Diagnostic {
    let message = format!("there is nothing to unset at `{name}`");
    if let Some(near) = near {
        return Diagnostic::new(&CODE, message, span, format!("did you mean `{near}`?")).fix(
            format!("write `{near}`"),
            vec![Edit { span, text: near.to_owned() }],
            Applicability::MaybeIncorrect,
        );
    }
    let mut known = known.to_vec();
    known.sort_unstable();
    let list = known.iter().take(12).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let rest = if known.len() > 12 { ", …" } else { "" };
    let diagnostic = Diagnostic::new(&CODE, message, span, "no layer below defines it");
    match known.is_empty() {
        true => diagnostic.note("the layers below define nothing here"),
        false => diagnostic.note(format!("the layers below define {list}{rest}")),
    }
}
