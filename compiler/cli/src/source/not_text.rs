//! The file is not text.
//!
//! ## What is wrong
//! The entry holds a byte sequence that is not UTF-8, or a zero byte. It is a binary file, or text in another encoding.
//!
//! ## Why
//! Sources are UTF-8, so that the same file means the same on every machine.
//!
//! ## Example
//! An image, or a file that an editor saved as UTF-16.
//!
//! ## What to do
//! Name the right file, or save it as UTF-8.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code.
pub static CODE: Code = Code::new("E0701", "the file is not text", include_str!("not_text.rs"));

/// At the end of what is still text.
pub(super) fn diagnostic(end: u32) -> Diagnostic {
    Diagnostic::new(&CODE, "the file is not text", Span::new(end, end), "what follows is not UTF-8")
        .help("name a source of the site, or save this one as UTF-8")
}
