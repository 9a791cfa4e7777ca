//! A file has more than one value.
//!
//! ## What is wrong
//!
//! A file is one expression, which has one value, and there is more text behind its end.
//!
//! ## Why
//!
//! What a file means is the value of its expression. Several definitions are fields of one record.
//!
//! ## Example
//!
//! ```arv
//! { a = 1; }
//! { b = 2; } # error: E0040
//! ```
//!
//! ## What to do
//!
//! Join the parts in one record, or remove the rest. A `;` behind the last `}` is not needed.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0040", "a file has more than one value", include_str!("trailing_text.rs"));

/// The file's expression ends, and text goes on from `span`.
pub(crate) fn problem(span: Span) -> Diagnostic {
    let message = "the file's value has ended before this";
    Diagnostic::new(&CODE, message, span, "a file is one value").help("put all definitions into one record")
}

/// Only a `;` stands behind the expression.
pub(crate) fn semicolon(span: Span) -> Diagnostic {
    let message = "a `;` stands behind the file's value";
    Diagnostic::new(&CODE, message, span, "nothing ends here").fix(
        "remove `;`",
        vec![Edit { span, text: String::new() }],
        Applicability::MachineApplicable,
    )
}

/// Definitions stand in the file without a record around them.
pub(crate) fn no_record(span: Span, end: Span) -> Diagnostic {
    let message = "definitions stand in a record, and this file has none";
    let start = Span::new(span.start, span.start);
    let edits = vec![Edit { span: start, text: "{\n".into() }, Edit { span: end, text: "\n}".into() }];
    Diagnostic::new(&CODE, message, span, "`{` expected before the first definition").fix(
        "put braces around the definitions",
        edits,
        Applicability::MachineApplicable,
    )
}
