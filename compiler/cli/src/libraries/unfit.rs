//! A library's folder holds what no library has.
//!
//! ## What is wrong
//! In the folder of a library in `vendor/` is a link, a device, a file that is too large, or a name that is none on some system;
//! or the folder itself is a link.
//!
//! ## Why
//! All that a build reads of a library is files below its own folder, and the hash covers each of them.
//!
//! ## Example
//! ```toml
//! [libs]
//! acme = {} # error: E0725
//! ```
//!
//! ## What to do
//! Take the file away, or add the library again: `arvc lib add acme PATH --overwrite`.

use arvc_lang::library;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::contents::Unfit;
use crate::project::Library;

/// The code.
pub static CODE: Code = Code::new("E0725", "a library's folder holds what no library has", include_str!("unfit.rs"));

/// At its name in `arv.toml`.
pub(super) fn diagnostic(listed: &Library, unfit: &Unfit) -> Diagnostic {
    let (name, place) = (&listed.name, library::folder(&listed.name));
    Diagnostic::new(&CODE, format!("`{place}` cannot be read as a library"), listed.span, unfit.to_string())
        .help(format!("take it away, or add the library again: `arvc lib add {name} PATH --overwrite`"))
}
