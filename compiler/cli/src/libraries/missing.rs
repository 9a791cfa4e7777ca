//! A library of the project is not there.
//!
//! ## What is wrong
//! `[libs]` in `arv.toml` lists a library, and its folder in `vendor/` is not there, or has no `default.arv`.
//!
//! ## Why
//! Libraries are a part of the project, so that a build fetches nothing: whoever has the sources has all of them.
//!
//! ## Example
//! ```toml
//! [libs]
//! acme = {} # error: E0721
//! ```
//!
//! ## What to do
//! Add it from a folder or an archive, `arvc lib add acme PATH`, and commit `vendor/`; or take it out of the list with
//! `arvc lib remove acme`.

use arvc_lang::library;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::project::Library;

/// The code.
pub static CODE: Code = Code::new("E0721", "a library of the project is not there", include_str!("missing.rs"));

/// At its name in `arv.toml`; `folder` if that much is there.
pub(super) fn diagnostic(listed: &Library, folder: bool) -> Diagnostic {
    let (name, place) = (&listed.name, library::folder(&listed.name));
    let label = match folder {
        true => format!("`{place}` has no `{}`, which is what `import` gives", library::ENTRY),
        false => format!("there is no folder `{place}`"),
    };
    let problem = Diagnostic::new(&CODE, format!("the library `{name}` is not there"), listed.span, label);
    listed.came_from(problem).help(format!(
        "`arvc lib add {name} PATH` copies it from a folder or an archive; if `{place}` is not committed, it is to be"
    ))
}
