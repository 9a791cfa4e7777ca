//! The letters behind a number are no unit.
//!
//! ## What is wrong
//!
//! A number is followed directly by letters that are no unit, or by a unit behind a blank: `2 GiB`.
//!
//! ## Why
//!
//! Sizes are `KiB`, `MiB`, `GiB` and `TiB`, durations `ms`, `s`, `m`, `h` and `d`. Decimal sizes are left out: Proxmox counts in
//! powers of 1024 and calls it `G`, so `8GB` would be 7 % less than what one sees there.
//!
//! ## Example
//!
//! ```arv
//! {
//!   memory = 8GB; # error: E0031
//! }
//! ```
//!
//! ## What to do
//!
//! Use the unit that the message offers, or put a blank between the number and the name.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0031", "the letters behind a number are no unit", include_str!("unknown_unit.rs"));

/// The unit `unit` at `span` is apart from its number; `tail` is what stands behind the digits, and `meant` belongs there.
pub(crate) fn apart(span: Span, unit: &str, tail: Span, meant: &str) -> Diagnostic {
    let message = format!("`{unit}` stands apart from its number");
    Diagnostic::new(&CODE, message, span, "a number and its unit are one word").fix(
        format!("write `{meant}` directly behind the number"),
        vec![Edit { span: tail, text: meant.into() }],
        if unit == meant { Applicability::MachineApplicable } else { Applicability::MaybeIncorrect },
    )
}

/// The literal at `span`, and the unit that was perhaps meant.
pub(crate) fn problem(span: Span, text: &str, meant: Option<&str>) -> Diagnostic {
    let suffix = text.trim_start_matches(|c: char| c.is_ascii_digit());
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
        let number = text.replace('_', "");
        return Diagnostic::new(&CODE, format!("`{text}` is no number"), span, "digits are not grouped").fix(
            format!("write `{number}`"),
            vec![Edit { span, text: number }],
            Applicability::MachineApplicable,
        );
    }
    let problem = Diagnostic::new(&CODE, format!("`{suffix}` is no unit"), span, "unknown unit")
        .note("sizes are KiB, MiB, GiB, TiB; durations are ms, s, m, h, d");
    let Some(unit) = meant else { return problem };
    let fixed = format!("{}{unit}", &text[..text.len() - suffix.len()]);
    problem.fix(format!("write `{fixed}`"), vec![Edit { span, text: fixed }], Applicability::MaybeIncorrect)
}
