//! A value may be absent where one is needed.
//!
//! ## What is wrong
//!
//! The field is optional and nobody says what it is, or the function takes it as an optional argument. Here a value is needed
//! in any case.
//!
//! ## Why
//!
//! There is no `null` that travels through a site until something breaks far away: what may be absent says so in its type,
//! and whoever reads it says what is meant when it is.
//!
//! ## Example
//!
//! ```arv
//! let
//!   double = { count? }: count * 2; # error: E0225
//! in {
//!   a = double { count = 1; };
//! }
//! ```
//!
//! ## What to do
//!
//! Say what it is then, as `count or 1`, or give the parameter a default: `{ count ? 1 }: …`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0225", "a value may be absent", include_str!("maybe_absent.rs"));

/// The expression `text`, which is `found` if it is there.
pub fn new(text: Option<&str>, found: &str, span: Span) -> Diagnostic {
    let what = text.map_or_else(|| "this".to_owned(), |text| format!("`{text}`"));
    let diagnostic =
        Diagnostic::new(&CODE, format!("{what} may be absent"), span, format!("{found}, if it is there at all"));
    diagnostic.help(match text {
        Some(text) => format!("say what it is otherwise: `{text} or …`"),
        None => "say what it is otherwise: `… or …`".to_owned(),
    })
}

/// The expression `text` is compared with `none`; its base and name, if it is a field.
pub fn compared(text: Option<&str>, field: Option<(&str, &str)>, span: Span) -> Diagnostic {
    let what = text.map_or_else(|| "this".to_owned(), |text| format!("`{text}`"));
    let name = text.unwrap_or("…");
    Diagnostic::new(&CODE, format!("{what} is compared with `none`"), span, "what is absent equals nothing").help(
        match field {
            Some((base, name)) => format!("`{base} ? {name}` asks whether it is there"),
            None => format!("`x ? f` asks whether a record has a field; else say what it is otherwise: `{name} or …`"),
        },
    )
}

/// The field `name` of the expression `text`, given to a function that needs it.
pub fn field(name: &str, text: Option<&str>, span: Span) -> Diagnostic {
    let what = text.map_or_else(|| format!("`{name}`"), |text| format!("`{name}` of `{text}`"));
    Diagnostic::new(&CODE, format!("{what} may be absent"), span, format!("`{name}` is needed of this"))
        .help(format!("where it is taken, say what it is otherwise: `{{ {name}? }}: {name} or …`"))
}

/// The field `name` of something that may be absent.
pub fn selected(name: &str, found: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        format!("`{name}` is asked of something that may be absent"),
        span,
        format!("{found}, if it is there at all"),
    )
    .help(format!("say what it is otherwise: `….{name} or …`"))
}
