//! The name of a type that is defined nowhere.
//!
//! ## What is wrong
//!
//! An annotation or a `type` names a type, and neither the prelude nor a `type` around it defines that name.
//!
//! ## Why
//!
//! The name of a type begins with a capital letter. A word in lower case is a type variable: it means one unknown type
//! throughout an annotation, and nothing in a `type`, which has no parameters.
//!
//! ## Example
//!
//! ```arv
//! { workers : Itn = 4; } # error: E0111
//! ```
//!
//! ## What to do
//!
//! Correct the name, or define the type with `type` in a `let` or in the file's record.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0111", "a type is not defined", include_str!("unknown_type.rs"));

/// No type is called `name`.
pub fn new(name: &str, span: Span, near: Option<&str>) -> Diagnostic {
    let message = format!("no type is called `{name}`");
    match near {
        Some(near) => Diagnostic::new(&CODE, message, span, format!("did you mean `{near}`?")).fix(
            format!("write `{near}`"),
            vec![Edit { span, text: near.to_owned() }],
            Applicability::MaybeIncorrect,
        ),
        None => Diagnostic::new(&CODE, message, span, "not defined")
            .help(format!("define it in a `let` or in the file's record: `type {} = …;`", capital(name))),
    }
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
