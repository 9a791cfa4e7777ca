//! A library of the project is not locked.
//!
//! ## What is wrong
//! `[libs]` in `arv.toml` lists a library that is in `vendor/`, and `arv.lock` does not hold its hash.
//!
//! ## Why
//! The lock is what tells a library that somebody has looked at from one that changed since.
//!
//! ## Example
//! ```toml
//! [libs]
//! acme = {} # error: E0722
//! ```
//!
//! ## What to do
//! Look at what is in its folder, and lock it: `arvc lib lock acme`. Commit `arv.lock`.

use arvc_lang::library;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::project::Library;

/// The code.
pub static CODE: Code = Code::new("E0722", "a library of the project is not locked", include_str!("unlocked.rs"));

/// At its name in `arv.toml`.
pub(super) fn diagnostic(listed: &Library) -> Diagnostic {
    let name = &listed.name;
    Diagnostic::new(&CODE, format!("the library `{name}` is not locked"), listed.span, "`arv.lock` does not hold it")
        .help(format!("look at `{}`, then lock it: `arvc lib lock {name}`", library::folder(name)))
}
