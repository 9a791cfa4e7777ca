//! One style for every source: the layout follows from the tree, its comments, and what its author put on lines of its own.
//!
//! The style is that of Nix's RFC 166 where the languages agree; `lang-spec/format.md` is its law. Tokens are copied and
//! never printed again from their values. Nothing here reads a file, and a source with a mistake is not formatted: what
//! its author meant is not known.

mod bracket;
mod build;
mod expr;
mod item;
mod piece;
mod print;
mod types;
mod verify;

use crate::diagnostic::Severity;
use crate::parser::{Parse, parse};
use crate::tree::Tree;

/// The longest line that is not broken, in characters.
pub const WIDTH: usize = 120;

/// Why a source was not formatted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unformatted {
    /// The source has mistakes; they are in [`Parse::diagnostics`].
    Mistakes,
    /// The result does not say the same as the source, or would be formatted differently: a bug of the formatter. What
    /// differs, for a report.
    Bug(String),
}

/// The source in the one style.
///
/// The result is parsed again and compared with the source, and formatted again and compared with itself, so that a bug
/// here cannot change what a site means.
pub fn format(parsed: &Parse) -> Result<String, Unformatted> {
    let wrong = parsed.diagnostics.iter().any(|problem| problem.severity == Severity::Error);
    if wrong {
        return Err(Unformatted::Mistakes);
    }
    if parsed.tree.root().has_error() {
        return Err(Unformatted::Bug("a part of the source was not understood, and no mistake was reported".into()));
    }
    let text = layout(&parsed.tree);
    if text == parsed.tree.text() {
        return Ok(text);
    }
    let again = parse(&text, 0);
    verify::same_meaning(&parsed.tree, &again).map_err(Unformatted::Bug)?;
    let twice = layout(&again.tree);
    if twice != text {
        let line = twice.lines().zip(text.lines()).take_while(|(twice, once)| twice == once).count() + 1;
        return Err(Unformatted::Bug(format!("formatting the result again changes its line {line}")));
    }
    Ok(text)
}

fn layout(tree: &Tree) -> String {
    let document = build::document(tree);
    print::print(&document, WIDTH)
}
