//! An entry of `[libs]` in `arv.toml` is wrong.
//!
//! ## What is wrong
//! `[libs]` lists the libraries of the project, one a line: a name, and a table between braces. This entry has a name that no
//! library can have, a value that is no table, or a key in it that means nothing.
//!
//! ## Why
//! The name is what `import "NAME"` says and the name of the folder below `vendor/`, on every system: a small letter, then small
//! letters, digits, `-` and `_`. `std` is the compiler's own.
//!
//! ## Example
//! ```toml
//! [libs]
//! acme = "1.2.0" # error: E0720
//! ```
//!
//! ## What to do
//! Write `acme = {}`, or say where it came from: `acme = { source = "https://example.org/acme-1.2.0.tar.gz" }`. Nothing is ever
//! fetched from there; it is for whoever looks for the next version. `arvc lib add` writes the entry.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit, nearest};
use arvc_syntax::source::Span;

/// The code.
pub static CODE: Code =
    Code::new("E0720", "an entry of `[libs]` in `arv.toml` is wrong", include_str!("wrong_library.rs"));

/// `libs` is no table.
pub(super) fn no_table(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "`libs` of `arv.toml` is no table", span, "a table belongs here")
        .help("list each library on a line of its own below `[libs]`: `acme = {}`")
}

/// The name is none.
pub(super) fn name(span: Span, name: &str) -> Diagnostic {
    let label = match name {
        arvc_lang::library::STANDARD => "the compiler's own library",
        _ => "a small letter, then small letters, digits, `-` and `_`",
    };
    Diagnostic::new(&CODE, format!("a library cannot be called `{name}`"), span, label)
        .help("give it another name; the name is yours to choose, and is what `import` says")
}

/// The entry is no table.
pub(super) fn value(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{name}` of `[libs]` is no table"), span, "a table belongs here")
        .help(format!("write `{name} = {{}}`, or say where it came from: `{name} = {{ source = \"https://…\" }}`"))
}

/// It has a key that means nothing.
pub(super) fn key(span: Span, library: &str, key: &str) -> Diagnostic {
    let message = format!("the library `{library}` has no key `{key}`");
    match nearest(key, ["source"]) {
        Some(near) => Diagnostic::new(&CODE, message, span, format!("did you mean `{near}`?")).fix(
            format!("{key} -> {near}"),
            vec![Edit { span, text: near.into() }],
            Applicability::MaybeIncorrect,
        ),
        None => Diagnostic::new(&CODE, message, span, "means nothing").note("the only key is `source`"),
    }
}

/// `source` is no text.
pub(super) fn source(span: Span, library: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`source` of `{library}` is not text"), span, "text between quotes belongs here")
        .help("say where the library came from, as an address or in words")
}
