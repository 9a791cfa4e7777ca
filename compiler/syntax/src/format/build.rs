//! Making a document: tokens in their order, with the comments between them.
//!
//! A comment ends its line, so it belongs to the token before it on its line, or else to what stands below it. Both are
//! kept by writing comments in their order, each before the next line begins; only a separator may step in front of one.

use super::piece::{Document, Group, Kind, Piece};
use crate::kind::SyntaxKind::{self, *};
use crate::tree::{Element, Node, Token, Tree};

/// The document of a whole source.
pub(super) fn document(tree: &Tree) -> Document<'_> {
    let mut builder = Builder {
        tree,
        document: Document { pieces: Vec::with_capacity(2 * tree.token_count() as usize), groups: Vec::new() },
        open: Vec::new(),
        comments: comments(tree),
        written: 0,
        last: None,
        in_flow: false,
    };
    builder.file();
    builder.document
}

/// A comment of the source.
struct Comment {
    /// Index of its token.
    token: u32,
    /// Nothing stands before it on its line.
    alone: bool,
    /// An empty line stands above it.
    below_empty: bool,
}

pub(super) struct Builder<'t> {
    tree: &'t Tree,
    document: Document<'t>,
    /// The groups that are not closed.
    open: Vec<usize>,
    comments: Vec<Comment>,
    /// How many of the comments are in the document.
    written: usize,
    /// The token written last.
    last: Option<u32>,
    /// Between a flow's parts, where a call may not be broken: `a :` at the start of a line reads like a definition.
    pub(super) in_flow: bool,
}

fn comments(tree: &Tree) -> Vec<Comment> {
    let mut comments = Vec::new();
    let (mut ends, mut at_start) = (0, true);
    for token in tree.tokens() {
        match token.kind() {
            Whitespace => ends += line_ends(token),
            Comment | DocComment => {
                comments.push(self::Comment {
                    token: token.index(),
                    alone: at_start || ends > 0,
                    below_empty: ends > 1,
                });
                (ends, at_start) = (0, true);
            }
            _ => (ends, at_start) = (0, false),
        }
    }
    comments
}

/// How many lines end in a blank.
fn line_ends(token: Token<'_>) -> usize {
    token.text().bytes().filter(|byte| *byte == b'\n').count()
}

/// Whether lines end in a token that is a blank.
pub(super) fn ends_line(element: Element<'_>) -> bool {
    matches!(element, Element::Token(token) if token.kind() == Whitespace && line_ends(token) > 0)
}

/// A child that means something.
pub(super) fn is_solid(element: &Element<'_>) -> bool {
    !matches!(element, Element::Token(token) if token.kind().is_trivia())
}

impl<'t> Builder<'t> {
    fn file(&mut self) {
        let root = self.tree.root();
        for element in root.elements().filter(is_solid) {
            if let Element::Node(node) = element {
                self.item_start(node.token_range().start, true);
                self.head(node);
            }
        }
        self.comments_below(self.tree.token_count(), false);
    }

    pub(super) fn push(&mut self, piece: Piece<'t>) {
        self.document.pieces.push(piece);
    }

    /// Text that is no token of the source, or a part of one.
    pub(super) fn text(&mut self, text: &'t str) {
        let length = if text.is_ascii() { text.len() } else { text.chars().count() };
        self.push(Piece::Text(text, length));
    }

    pub(super) fn blank(&mut self) {
        self.push(Piece::Text(" ", 1));
    }

    /// A place where the line may end.
    pub(super) fn line(&mut self) {
        self.comments_beside();
        self.push(Piece::Line { empty: false });
    }

    /// The same, without a blank if it does not.
    pub(super) fn soft(&mut self) {
        self.comments_beside();
        self.push(Piece::Soft);
    }

    /// Something in a group; `hugs` as in [`Group`].
    pub(super) fn group(&mut self, kind: Kind, hugs: bool, inside: impl FnOnce(&mut Self)) {
        let index = self.document.groups.len();
        self.document.groups.push(Group { kind, hugs, hard: false, forced: false });
        self.open.push(index);
        self.push(Piece::Open(index));
        inside(self);
        self.push(Piece::Close);
        self.open.pop();
        let group = self.document.groups[index];
        if let Some(around) = self.open.last().filter(|_| group.hard) {
            let around = &mut self.document.groups[*around];
            around.hard = true;
            around.forced |= match (around.kind, group.hugs, group.kind) {
                (Kind::Chain, true, Kind::Bracket) => false,
                (Kind::Chain, true, Kind::Chain) => group.forced,
                _ => true,
            };
        }
    }

    /// The same, with further lines indented if the group is broken.
    pub(super) fn indented(&mut self, inside: impl FnOnce(&mut Self)) {
        self.push(Piece::Indent);
        inside(self);
        self.push(Piece::Dedent);
    }

    /// The group that is open cannot be on one line.
    pub(super) fn force(&mut self) {
        if let Some(open) = self.open.last() {
            let group = &mut self.document.groups[*open];
            (group.hard, group.forced) = (true, true);
        }
    }

    /// A token, behind the comments that stand before it.
    pub(super) fn token(&mut self, token: Token<'t>) {
        self.comments_above(token.index());
        self.text(token.text());
        self.last = Some(token.index());
    }

    /// A `,` or `;`: it stands in front of a comment that follows what it ends.
    pub(super) fn separator(&mut self, token: Token<'t>) {
        let before = self.comments[self.written..].iter().take_while(|comment| comment.token < token.index());
        let alone = before.clone().any(|comment| comment.alone);
        if alone || before.count() > 0 && self.has_comment_beside(token) {
            return self.token(token);
        }
        self.text(token.text());
        self.last = Some(token.index());
    }

    /// A token that is left out.
    pub(super) fn leave_out(&mut self, token: Token<'t>) {
        self.last = Some(token.index());
    }

    /// Whether a comment follows on the same line.
    pub(super) fn has_comment_beside(&self, token: Token<'t>) -> bool {
        let mut rest = (token.index() + 1..self.tree.token_count()).filter_map(|index| self.tree.token(index));
        rest.find(|token| token.kind() != Whitespace || line_ends(*token) > 0)
            .is_some_and(|token| matches!(token.kind(), Comment | DocComment))
    }

    /// Whether comments stand between the token written last and this one.
    pub(super) fn has_comment_before(&self, token: u32) -> bool {
        self.comments.get(self.written).is_some_and(|comment| comment.token < token)
    }

    /// The comments between the token written last and this one.
    pub(super) fn comments_above(&mut self, token: u32) {
        while self.has_comment_before(token) {
            self.comment();
        }
    }

    fn comment(&mut self) {
        let comment = &self.comments[self.written];
        let text = self.tree.token(comment.token).map_or("", |token| token.text().trim_end());
        let alone = comment.alone;
        self.push(Piece::Comment { text, alone });
        self.force();
        self.written += 1;
    }

    /// The comments on the line of the token written last.
    fn comments_beside(&mut self) {
        while let (Some(comment), Some(last)) = (self.comments.get(self.written), self.last) {
            let mut between = (last + 1..comment.token).filter_map(|index| self.tree.token(index));
            if comment.alone || between.any(|token| token.kind() != Whitespace) {
                return;
            }
            self.comment();
        }
    }

    /// The line on which an item begins, and the comments above it. One empty line is kept above each, but not above the
    /// first.
    pub(super) fn item_start(&mut self, token: u32, first: bool) {
        let first = self.comments_below(token, first);
        let before = token.checked_sub(1).and_then(|index| self.tree.token(index));
        let empty = before.is_some_and(|token| token.kind() == Whitespace && line_ends(token) > 1);
        self.push(Piece::Line { empty: empty && !first });
    }

    /// The comments up to a token, each on its line. Whether what follows is still the first.
    pub(super) fn comments_below(&mut self, token: u32, mut first: bool) -> bool {
        self.comments_beside();
        while let Some(comment) = self.comments.get(self.written).filter(|comment| comment.token < token) {
            let empty = comment.below_empty && !first;
            self.push(Piece::Line { empty });
            self.comment();
            first = false;
        }
        first
    }

    /// A node without any place to break it: tokens and nodes with blanks between them.
    pub(super) fn in_a_row(&mut self, node: Node<'t>) {
        for (index, element) in node.elements().filter(is_solid).enumerate() {
            if index > 0 {
                self.blank();
            }
            self.element(element);
        }
    }

    /// A node whose tokens and nodes follow one another without blanks.
    pub(super) fn adjacent(&mut self, node: Node<'t>) {
        node.elements().filter(is_solid).for_each(|element| self.element(element));
    }

    pub(super) fn element(&mut self, element: Element<'t>) {
        match element {
            Element::Node(node) => self.node(node, false),
            Element::Token(token) => self.token(token),
        }
    }

    /// Whether the token written last is a literal or a path.
    pub(super) fn ends_with_literal(&self) -> bool {
        let last = self.last.and_then(|last| self.tree.token(last));
        last.is_some_and(|token| token.kind().is_literal() || token.kind() == Path)
    }

    /// A node that is copied as it is.
    pub(super) fn copied(&mut self, node: Node<'t>, hugs: bool) {
        let range = node.token_range();
        let text = node.text();
        if text.contains('\n') {
            self.group(Kind::Bracket, hugs, |b| {
                b.push(Piece::Verbatim(text));
                b.force();
            });
        } else {
            self.text(text);
        }
        // What is inside is copied with it.
        while self.has_comment_before(range.end) {
            self.written += 1;
        }
        self.last = range.end.checked_sub(1);
    }
}

/// The own tokens and nodes of a node up to, and from, its first token of a kind.
pub(super) fn split<'t>(node: Node<'t>, kind: SyntaxKind) -> (Vec<Element<'t>>, Vec<Element<'t>>) {
    let elements: Vec<_> = node.elements().filter(is_solid).collect();
    let at = elements.iter().position(|element| matches!(element, Element::Token(token) if token.kind() == kind));
    let mut before = elements;
    let after = before.split_off(at.unwrap_or(before.len()));
    (before, after)
}
