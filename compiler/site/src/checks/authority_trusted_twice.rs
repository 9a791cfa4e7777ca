//! An authority is trusted twice
//!
//! ## What is wrong
//!
//! `nebula.trusted` names the authority that signs, or one name twice.
//!
//! ## Why
//!
//! While one authority takes over from another, members accept both: `authority` signs, and `trusted` names the other one.
//! If both fields name the same authority, only one is accepted, and the members whose certificates are the other one's are
//! cut off.
//!
//! ## Example
//!
//! ```arv part
//!   nebula.authority = "ca-2027";
//!   nebula.trusted = [ "ca-2027" ]; # error: E0920
//! ```
//!
//! ## What to do
//!
//! In `trusted`, name the authority that comes, or the one that goes: `lang-spec/emission.md` has the three builds of a change.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;
use crate::model::Spanned;

/// An authority is trusted twice.
pub static CODE: Code = Code::new("E0920", "an authority is trusted twice", include_str!("authority_trusted_twice.rs"));

/// The names in `trusted` against the one that signs, which has a span where the site says it, and against one another.
pub(crate) fn check(authority: &str, signs: Option<Span>, trusted: &[Spanned<String>]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (index, name) in trusted.iter().enumerate() {
        let message = format!("the authority {} is trusted twice", shown(&name.value));
        let found = |label| Diagnostic::new(&CODE, message.clone(), name.span, label);
        if name.value == authority {
            let problem = found("it signs, so it is trusted already");
            let problem = match signs {
                Some(span) => problem.secondary(span, "it signs"),
                None => problem.help("`nebula.authority` is \"ca\" where the site says nothing"),
            };
            problems.push(problem.help("name the authority that it takes over from, or the one that will take over"));
        } else if let Some(first) = trusted[..index].iter().find(|other| other.value == name.value) {
            problems.push(found("for the second time").secondary(first.span, "for the first time"));
        }
    }
    problems
}
