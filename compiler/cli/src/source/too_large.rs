//! The file is too large to be a source.
//!
//! ## What is wrong
//! The file is larger than 16 MiB.
//!
//! ## Why
//! No site that people wrote comes near it; a disk image or a log that is named by mistake does, and memory is bounded.
//!
//! ## Example
//! `arvc check /var/lib/images/debian.qcow2`
//!
//! ## What to do
//! Name the right file. A site that is really so large is split with `import`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code.
pub static CODE: Code = Code::new("E0702", "the file is too large to be a source", include_str!("too_large.rs"));

/// At its first byte.
pub(super) fn diagnostic(end: u32) -> Diagnostic {
    Diagnostic::new(&CODE, "the file is larger than 16 MiB", Span::new(end, end), "too large to be a source")
        .help("name a source of the site; a large site is split with `import`")
}
