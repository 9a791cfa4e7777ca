//! `include`, `extends`, `type` or `unset` where it has no meaning.
//!
//! ## What is wrong
//!
//! `include` and `extends` are statements of a file's outermost record. A file extends one other file, and only a file
//! that is no part of another one extends and is extended. `unset` stands in a file's record too, since it removes what
//! a file below defines. `type` stands in a file's record or in a `let`: those are what names are seen in.
//!
//! ## Why
//!
//! Which files a record is made of, and in which layers, is to be seen at one place, at the head of one file.
//!
//! ## Example
//!
//! ```arv
//! {
//!   hosts = {
//!     include ./hosts.arv; # error: E0606
//!   };
//! }
//! ```
//!
//! ## What to do
//!
//! Move the statement to the outermost record of the file. Inside of a value, `import` takes a file, and `//` overrides.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0606", "a statement in the wrong place", include_str!("misplaced.rs"));

/// `include` or `extends` in another record than a file's.
pub fn statement(word: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        format!("`{word}` stands in a file's outermost record"),
        span,
        "not in a record inside of it",
    )
    .help("the file that is named writes whole paths: `{ hosts.web.vmid = 1001; }`")
}

/// `unset` in a value.
pub fn unset(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "`unset` stands in the record of a file", span, "there is no layer below this value")
        .help("leave the field out; it is absent then")
}

/// A second `extends`.
pub fn second_extends(span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "a file extends one other file", span, "a second one")
        .secondary(first, "the first one")
        .help("let the first file extend the second: layers are a chain; or include one of them")
}

/// `extends` in a part.
pub fn extends_in_part(span: Span, path: &str, owner: &str, named: Option<Span>) -> Diagnostic {
    let message = format!("`{path}` is a part of `{owner}`, and a part extends nothing");
    let diagnostic = Diagnostic::new(&CODE, message, span, "in a part");
    let diagnostic = match named {
        Some(named) => diagnostic.secondary(named, "it is included here"),
        None => diagnostic,
    };
    diagnostic.help(format!("write `extends` in `{owner}`"))
}

/// `extends` with a folder.
pub fn extends_folder(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "a folder cannot be extended", span, "a folder")
        .help("`extends` names one file; that file may include a folder")
}

/// `type` in a record that is no scope.
pub fn type_in_record(span: Span) -> Diagnostic {
    let message = "`type` stands in a `let` or in a file's outermost record";
    Diagnostic::new(&CODE, message, span, "not in a record inside of it")
        .help("define it in the file's record, or in a `let` in front of this one")
}
