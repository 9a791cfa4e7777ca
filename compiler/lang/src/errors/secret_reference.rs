//! A reference to a secret that is not understood.
//!
//! ## What is wrong
//!
//! Behind `secret` stands the path of a secret in the store, `#`, and the key inside it, as literal text.
//!
//! ## Why
//!
//! The reference is turned into a lookup by every emitter, so it has to be known without evaluating anything.
//!
//! ## Example
//!
//! ```arv
//! { password = secret "kv/data/forge"; } # error: E0107
//! ```
//!
//! ## What to do
//!
//! Write both parts: `secret "kv/data/forge#admin_password"`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0107", "a secret needs a path and a key", include_str!("secret_reference.rs"));

/// The reference at `span` is not `path#key`.
pub fn new(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "a secret needs a path and a key", span, "not of the form \"path#key\"")
        .help("for example `secret \"kv/data/shop#admin_password\"`")
}
