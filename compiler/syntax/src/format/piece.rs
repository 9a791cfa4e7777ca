//! The document between tree and text: pieces in a row, with groups that are printed on one line or broken.
//!
//! This is Wadler's algebra ("A prettier printer") laid flat, so that nothing walks it by recursion. Two kinds of groups
//! let the last argument of a call stay on the line of the call: see [`Kind`].

/// What a group does when it does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Brackets with something between them: whatever is inside is on one line, or each item is on its own.
    Bracket,
    /// Parts in a row: a call, a chain of operators, a name and its value. It counts as one line even if a bracket in it
    /// that hugs is broken: `f x {`.
    Chain,
}

/// What is known of a group before anything is printed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) kind: Kind,
    /// It may be broken (a bracket), or hold something that is (a chain), although the chain around it is on one line.
    pub(super) hugs: bool,
    /// It has a line end in it, wherever it is.
    pub(super) hard: bool,
    /// It cannot be on one line.
    pub(super) forced: bool,
}

/// One piece of a document.
#[derive(Clone, Copy, Debug)]
pub(super) enum Piece<'t> {
    /// Text on one line, and how many characters it has.
    Text(&'t str, usize),
    /// Text over several lines that is copied as it is.
    Verbatim(&'t str),
    /// A blank; in a broken group a line end, followed by an empty line if that is asked for.
    Line {
        /// Whether an empty line is kept here.
        empty: bool,
    },
    /// Nothing; in a broken group a line end.
    Soft,
    /// Text that stands in a broken group only.
    IfBroken(&'static str),
    /// A comment: whatever follows is on the next line.
    Comment {
        text: &'t str,
        /// It does not share its line with what stands before it.
        alone: bool,
    },
    /// The beginning of a group: its index.
    Open(usize),
    /// The end of the group begun last.
    Close,
    /// Further lines begin further right, if the group is broken.
    Indent,
    /// The end of that.
    Dedent,
}

/// A whole document.
pub(super) struct Document<'t> {
    pub(super) pieces: Vec<Piece<'t>>,
    pub(super) groups: Vec<Group>,
}
