//! A bracket is never closed.
//!
//! ## What is wrong
//!
//! A `{`, `[` or `(` has no partner.
//!
//! ## Why
//!
//! Where it should have ended is taken from what follows: a definition at the start of a line, another closing bracket, or the end of the file.
//!
//! ## Example
//!
//! ```arv
//! {
//!   a = [ 1, 2; # error: E0005
//!   b = 3;
//! }
//! ```
//!
//! ## What to do
//!
//! Add the closing bracket where it belongs. The fix puts it where the parser gave up.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0005", "a bracket is never closed", include_str!("unclosed.rs"));

/// The bracket at `open` is not closed by `close`, which is missed at `at`; `sure` if nothing else is missing there.
pub(crate) fn problem(open: Span, bracket: &str, close: &str, at: Span, sure: bool) -> Diagnostic {
    let place = if open.end == at.start { "opened here" } else { "opened here and never closed" };
    let mut problem = Diagnostic::new(&CODE, format!("this `{bracket}` is never closed"), open, place);
    if open.end != at.start {
        problem = problem.secondary(at, format!("`{close}` expected here at the latest"));
    }
    problem.fix(
        format!("insert `{close}`"),
        vec![Edit { span: at, text: close.into() }],
        if sure { Applicability::MachineApplicable } else { Applicability::MaybeIncorrect },
    )
}
