//! Two files define one path.
//!
//! ## What is wrong
//!
//! Files that make up one record define the same path, in one layer and with one rank, and nothing says which counts.
//! Equal values are no exception: one of them will be changed one day.
//!
//! ## Why
//!
//! If the later file won, the name of a file would decide what is built. Records join, and sets (`groups`, `allow`,
//! `needs`, `tags`) unite; everything else is defined once.
//!
//! ## Example
//!
//! ```arv file:a.arv
//! { hosts.web.vmid = 1001; } # error: E0601
//! ```
//! ```arv file:b.arv
//! { hosts.web.vmid = 1002; }
//! ```
//! ```arv
//! { include ./a.arv; include ./b.arv; }
//! ```
//!
//! ## What to do
//!
//! Delete one; or mark the one that may be overridden as `default`; or mark the one that must hold as `force`. What a file
//! says wins over all that it `extends`, without any mark.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::ir::Rank;

/// The code of this problem.
pub static CODE: Code = Code::new("E0601", "two files define one thing", include_str!("conflict.rs"));

/// `name` is defined at `first` and at `second`, both with this rank.
pub fn new(name: &str, rank: Rank, first: Span, second: Span) -> Diagnostic {
    let (both, weaker, stronger) = match rank {
        Rank::Plain => ("neither value is marked", "mark the one that may be overridden as `default`", MARK_FORCE),
        Rank::Default => {
            ("both values are marked `default`", "leave `default` out where the value shall hold", MARK_FORCE)
        }
        Rank::Force => ("both values are marked `force`", "leave `force` out where the value may give way", ""),
    };
    let diagnostic = Diagnostic::new(&CODE, format!("`{name}` is defined in two files"), first, "one file says this")
        .primary(second, "and another one this")
        .note(format!("neither file overrides the other, and {both}: nothing says which counts"))
        .help("delete one of them")
        .help(weaker);
    if stronger.is_empty() { diagnostic } else { diagnostic.help(stronger) }
}

const MARK_FORCE: &str = "mark the one that must hold as `force`";

/// `name` is a whole value in one file, and given parts in another.
pub fn whole_and_part(name: &str, whole: Span, part: Span) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        format!("`{name}` is one value in one file, and has parts in another"),
        whole,
        "the whole of it",
    )
    .primary(part, "a part of it")
    .help("delete one of them")
    .help("mark the one that may be overridden as `default`")
    .help(MARK_FORCE)
}

/// `name` is unset and defined in one layer.
pub fn unset(name: &str, unset: Span, other: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{name}` is unset and defined, and nothing says which counts"), unset, "unset here")
        .primary(other, "and defined here")
        .help(format!("to replace all of what is below, leave `unset` out and write `{name} = force …;`"))
}
