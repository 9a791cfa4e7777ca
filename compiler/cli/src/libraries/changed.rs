//! A library is not what was locked.
//!
//! ## What is wrong
//! The files of a library in `vendor/` are not those whose hashes `arv.lock` holds. The message names each file that was added,
//! removed or changed.
//!
//! ## Why
//! A library decides what is emitted as much as the site does. A change of it is looked at like any other, and one that nobody
//! meant is found: an edit in the wrong window, half a merge, line ends that version control has rewritten, somebody else's
//! hand.
//!
//! ## Example
//! ```toml
//! [libs]
//! acme = {} # error: E0723
//! ```
//!
//! ## What to do
//! Look at the files that are named, for example with `git diff vendor/acme`. If the change is meant, lock it:
//! `arvc lib lock acme`. If not, get the files back from version control, or from where the library came from:
//! `arvc lib add acme PATH --overwrite`.

use arvc_lang::library;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::difference::Difference;
use crate::project::Library;

/// The code.
pub static CODE: Code = Code::new("E0723", "a library is not what was locked", include_str!("changed.rs"));

/// At its name in `arv.toml`.
pub(super) fn diagnostic(listed: &Library, difference: &Difference) -> Diagnostic {
    let (name, place) = (&listed.name, library::folder(&listed.name));
    let message = format!("the library `{name}` is not what `arv.lock` holds");
    if difference.count() == 0 {
        // Each file is as the lock says, and all of them are not: the lock's own lines are of two states.
        return Diagnostic::new(&CODE, message, listed.span, "the lock's lines do not fit together, as after a merge")
            .help(format!("lock it again: `arvc lib lock {name}`"));
    }
    let verb = if difference.count() == 1 { "differs" } else { "differ" };
    let mut problem = Diagnostic::new(&CODE, message, listed.span, format!("{difference} of `{place}` {verb}"));
    for line in difference.lines() {
        problem = problem.note(line);
    }
    if difference.only_line_ends {
        return problem.note("only the ends of their lines differ, as version control rewrites them").help(format!(
            "keep them as they are: a line `{}/** -text` in `.gitattributes`; then check the files out again",
            library::FOLDER
        ));
    }
    listed.came_from(problem).help(format!(
        "look at them (`git diff {place}`); if the change is meant, lock it: `arvc lib lock {name}`; if not, get them back"
    ))
}
