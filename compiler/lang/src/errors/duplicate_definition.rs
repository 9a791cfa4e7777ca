//! One thing is defined twice.
//!
//! ## What is wrong
//!
//! Two definitions in one record or `let` say what one name is, or two parameters have one name.
//!
//! ## Why
//!
//! If the later one won, a copied line would change a machine in silence. Definitions of different parts of one record
//! join: `a.b = 1; a.c = 2;`. One may be marked: `default` gives way, `force` prevails.
//!
//! ## Example
//!
//! ```arv
//! {
//!   a.b = 1;
//!   a.b = 1; # error: E0103
//! }
//! ```
//!
//! ## What to do
//!
//! Delete one. To override a part of a record, write `record // { part = …; }`, or mark it: `a.b = force 2;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::eval::machine::Machine;
use crate::eval::value::{Key, Reported};

/// The code of this problem.
pub static CODE: Code = Code::new("E0103", "one thing is defined twice", include_str!("duplicate_definition.rs"));

/// `name` is defined at `first` and again at `second`.
pub fn new(name: &str, first: Span, second: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{name}` is defined twice"), second, "defined again here")
        .primary(first, "defined here first")
}

/// `name` is a whole value at one place, and given parts at another.
pub fn whole_and_part(name: &str, whole: Span, part: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{name}` is defined as a whole and in parts"), part, "a part of it")
        .primary(whole, "the whole of it")
        .help("delete one of them: only a record has parts")
}

/// A computed key gives a name that the record has.
pub fn computed(machine: &mut Machine<'_>, first: Key, second: Key) -> Reported {
    let name = machine.names.get(second.name).to_owned();
    machine.report(new(&name, first.span, second.span))
}
