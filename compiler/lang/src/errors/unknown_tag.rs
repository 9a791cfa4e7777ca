//! A tag that the union does not have.
//!
//! ## What is wrong
//!
//! The schema lists the tags that this value may be, and this is none of them; or it carries a value, and should not.
//!
//! ## Why
//!
//! A value that is one of a few is a tag and no text, so that a misspelt one is found.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "example";
//!   domain = "example.internal";
//!   images.debian = { vmid = 9000; kind = Contaner; }; # error: E0205
//! }
//! ```
//!
//! ## What to do
//!
//! Write one of the tags that the help line lists.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit, nearest};
use arvc_syntax::source::Span;

use crate::errors::with_article;

/// The code of this problem.
pub static CODE: Code = Code::new("E0205", "a tag is not known", include_str!("unknown_tag.rs"));

/// `tag` is no tag of the union `owner`.
pub fn new(owner: &str, tag: &str, span: Span, tags: &[&str]) -> Diagnostic {
    let message = format!("`{tag}` is no {owner}");
    let list = tags.iter().map(|tag| format!("`{tag}`")).collect::<Vec<_>>().join(", ");
    match nearest(tag, tags.iter().copied()) {
        Some(nearest) => Diagnostic::new(&CODE, message, span, format!("did you mean `{nearest}`?")).fix(
            format!("write `{nearest}`"),
            vec![Edit { span, text: nearest.to_owned() }],
            Applicability::MaybeIncorrect,
        ),
        None => {
            let help = format!("{} is one of {list}", with_article(owner));
            Diagnostic::new(&CODE, message, span, "not one of its tags").help(help)
        }
    }
}

/// `tag` carries a value and should not, or the other way round.
pub fn payload(owner: &str, tag: &str, span: Span, expected: bool) -> Diagnostic {
    let (message, label) = match expected {
        true => (format!("`{tag}` of {owner} needs a value behind it"), "carries nothing"),
        false => (format!("`{tag}` of {owner} takes no value"), "carries a value"),
    };
    Diagnostic::new(&CODE, message, span, label)
}

/// An arm of a `match` names what `tag` carries, and it carries nothing, or the other way round.
pub fn arm(tag: &str, arm: Span, value: Span, carries: bool) -> Diagnostic {
    let (message, label, help) = match carries {
        true => (
            format!("`{tag}` carries a value, and this arm takes none"),
            "nothing stands behind the tag",
            format!("write `{tag} _ => …`, or give what it carries a name"),
        ),
        false => (
            format!("`{tag}` carries nothing, and this arm takes a value"),
            "something stands behind the tag",
            format!("write `{tag} => …`"),
        ),
    };
    Diagnostic::new(&CODE, message, arm, label).secondary(value, "the value is this").help(help)
}
