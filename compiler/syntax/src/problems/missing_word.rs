//! A part of the construct is missing.
//!
//! ## What is wrong
//!
//! A word or sign that the construct needs is missing: `in` behind the definitions of a `let`, `then` and `else` behind an
//! `if`, `=` behind the name of a definition, `:` behind a parameter, `=>` in a case.
//!
//! ## Why
//!
//! Every `if` has a value, so it needs both branches; every `let` is there for the expression behind its `in`.
//!
//! ## Example
//!
//! ```arv
//! {
//!   a = if true then 1; # error: E0008
//! }
//! ```
//!
//! ## What to do
//!
//! Add the word. Where leaving out a value is meant, leave out the field or use an optional one.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0008", "a part of the construct is missing", include_str!("missing_word.rs"));

/// `word` is missing at `at`; `why` says what for.
pub(crate) fn problem(at: Span, word: &str, why: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{word}` is missing"), at, why)
}

/// `,` is missing between the condition of an `assert` and its message.
pub(crate) fn comma(at: Span) -> Diagnostic {
    problem(at, ",", "expected `,` between the condition and what is said when it does not hold").fix(
        "insert `,`",
        vec![Edit { span: at, text: ",".into() }],
        Applicability::MachineApplicable,
    )
}

/// `=` is missing between a name and the braces behind it, as blocks of other languages are written.
pub(crate) fn block(at: Span, edits: Vec<Edit>) -> Diagnostic {
    problem(at, "=", "expected `=` between the name and its value").fix(
        "write it as a definition",
        edits,
        Applicability::MaybeIncorrect,
    )
}

/// `=` is missing between a name and its value.
pub(crate) fn equals(at: Span) -> Diagnostic {
    problem(at, "=", "expected `=` between the name and its value").fix(
        "insert `=`",
        vec![Edit { span: at, text: " =".into() }],
        Applicability::MaybeIncorrect,
    )
}
