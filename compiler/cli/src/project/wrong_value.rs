//! A value of `arv.toml` is not a path inside the project.
//!
//! ## What is wrong
//! `entry` and `out` are paths relative to the folder of `arv.toml`, as text. This value is of another kind, is empty, is
//! absolute, or leaves the folder with `..`.
//!
//! ## Why
//! A project reads and writes inside its own folder, so that a project that somebody else wrote can be built without
//! reading its settings first. Another output folder can be named on the command line: `--out DIR`.
//!
//! ## Example
//! ```toml
//! out = "../elsewhere" # error: E0712
//! ```
//!
//! ## What to do
//! Name a path below the folder of `arv.toml`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code.
pub static CODE: Code =
    Code::new("E0712", "a value of `arv.toml` is not a path inside the project", include_str!("wrong_value.rs"));

/// The value is no text.
pub(super) fn not_text(span: Span, key: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{key}` of `arv.toml` is not text"), span, "a path between quotes belongs here")
}

/// The path is empty, absolute, or leaves the project.
pub(super) fn outside(span: Span, key: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{key}` of `arv.toml` leaves the project"), span, "not a path below this folder")
        .help(format!("name a path relative to the folder of `arv.toml`, without `..`: `{key} = \"{}\"`", {
            if key == "out" { "out" } else { "site.arv" }
        }))
}
