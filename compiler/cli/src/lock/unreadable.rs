//! `arv.lock` cannot be read.
//!
//! ## What is wrong
//! `arv.lock` is not the text that arvc writes: it holds the marks of a merge that nobody finished, it was written by a later
//! arvc, or somebody edited it: a line that begins with another word than `environments`, `libs` or `version` is nobody's.
//!
//! ## Why
//! The lock says which libraries were reviewed, and which machine has which number. What it says is never guessed.
//!
//! ## Example
//! ```toml
//! version = 1
//! <<<<<<< ours # error: E0724
//! ```
//!
//! ## What to do
//! After a merge, run `arvc lock`: it keeps what both sides say of machines. Of libraries, keep the tables of both sides, remove
//! the marks, and run `arvc lib lock`: it writes what `vendor/` holds, and shows what that changes. Otherwise get the file back
//! from version control.

use arvc_syntax::diagnostic::{Code, Diagnostic, nearest};
use arvc_syntax::source::Span;

/// The code.
pub static CODE: Code = Code::new("E0724", "`arv.lock` cannot be read", include_str!("unreadable.rs"));

/// Why not, at its place.
pub(super) fn diagnostic(span: Span, why: &str) -> Diagnostic {
    Diagnostic::new(&CODE, "`arv.lock` cannot be read", span, why.trim_end().replace('\n', "; "))
        .help("get it back from version control")
}

/// Something that no arvc of this version reads, at its line.
pub(super) fn unknown(span: Span, key: &str) -> Diagnostic {
    let new = |label: String| Diagnostic::new(&CODE, "`arv.lock` cannot be read", span, label);
    let back = "get it back from version control, or correct the line: what it holds would be lost";
    if key == "environments" {
        return new("it is no line that arvc writes".into())
            .help("what is held of environments is one line a machine, which begins with `environments.`");
    }
    let problem = new(format!("this arvc knows no `{}`", key.escape_debug()));
    match nearest(key, ["environments", "libs"]) {
        Some(known) => problem.help(format!("did you mean `{known}`?")),
        None => problem,
    }
    .help(back)
}

/// A merge was not finished: at its first mark.
pub(super) fn merge(text: &str, error: Span) -> Diagnostic {
    let start = text.find("<<<<<<<").map_or(error, |at| Span::new(at as u32, at as u32 + 7));
    Diagnostic::new(&CODE, "`arv.lock` cannot be read", start, "a merge that is not finished")
        .help("`arvc lock` keeps what both sides say of machines")
        .help("of libraries keep the tables of both sides and remove the marks; then `arvc lib lock` writes what `vendor/` holds")
}
