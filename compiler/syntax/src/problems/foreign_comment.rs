//! Comments begin with `#`.
//!
//! ## What is wrong
//!
//! A comment is written `/* … */` or `// …`.
//!
//! ## Why
//!
//! There is one kind of comment: `#` to the end of the line, and `##` for what documents the definition below.
//!
//! ## Example
//!
//! ```arv
//! /* the name server */ # error: E0014
//! { vmid = 1001; }
//! ```
//!
//! ## What to do
//!
//! Begin each line of the comment with `#`.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0014", "comments begin with `#`", include_str!("foreign_comment.rs"));

/// The comment at `span`.
pub(crate) fn problem(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "comments begin with `#`", span, "a comment of another language")
        .help("begin each of its lines with `#`")
}

/// The `//` at `span`, where a definition or an item is due.
pub(crate) fn line(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "comments begin with `#`", span, "a comment of another language").fix(
        "write `#`",
        vec![Edit { span, text: "#".into() }],
        Applicability::MachineApplicable,
    )
}
