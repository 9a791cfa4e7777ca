//! Brackets with items: lists, records, parameters, the cases of a `match`, record types.

use super::build::{Builder, ends_line, is_solid};
use super::piece::{Kind, Piece};
use crate::kind::SyntaxKind::*;
use crate::tree::{Element, Node, Token};

/// An item, and the `,` behind it.
struct Item<'t> {
    element: Element<'t>,
    comma: Option<Token<'t>>,
}

/// A bracket and what is in it.
struct Bracket<'t> {
    open: Token<'t>,
    items: Vec<Item<'t>>,
    close: Token<'t>,
    /// Its author wrote it over several lines.
    over_lines: bool,
    /// What follows it in the same node.
    rest: Vec<Element<'t>>,
    /// What stands before it in the same node.
    before: Vec<Element<'t>>,
}

fn bracket<'t>(node: Node<'t>) -> Option<Bracket<'t>> {
    let (mut open, mut close, mut over_lines) = (None, None, false);
    let (mut items, mut rest, mut before) = (Vec::<Item<'t>>::new(), Vec::new(), Vec::new());
    for element in node.elements() {
        match element {
            Element::Token(token) if open.is_none() && matches!(token.kind(), LBrace | LBracket) => open = Some(token),
            element if open.is_none() => before.extend(Some(element).filter(is_solid)),
            element if close.is_some() => rest.extend(Some(element).filter(is_solid)),
            Element::Token(token) if matches!(token.kind(), RBrace | RBracket) => close = Some(token),
            Element::Token(token) if token.kind() == Comma => {
                if let Some(item) = items.last_mut() {
                    item.comma = Some(token);
                }
            }
            element if is_solid(&element) => items.push(Item { element, comma: None }),
            element => over_lines |= ends_line(element),
        }
    }
    Some(Bracket { open: open?, items, close: close?, over_lines, rest, before })
}

/// Whether a bracket has anything in it, a comment too.
pub(super) fn is_filled(node: Node<'_>) -> bool {
    let tokens = node.tree();
    let inside = node.token_range().start + 1..node.token_range().end.saturating_sub(1);
    inside.filter_map(|index| tokens.token(index)).any(|token| token.kind() != Whitespace)
}

impl<'t> Builder<'t> {
    /// A node with one pair of braces or brackets, and perhaps something before and behind it.
    pub(super) fn bracket(&mut self, node: Node<'t>, hugs: bool) {
        let Some(Bracket { open, items, close, over_lines, rest, before }) = bracket(node) else {
            return self.in_a_row(node);
        };
        for element in before {
            self.element(element);
            self.blank();
        }
        let in_flow = std::mem::take(&mut self.in_flow);
        self.group(Kind::Bracket, hugs, |b| {
            b.token(open);
            if items.is_empty() && !b.has_comment_before(close.index()) {
                return b.token(close);
            }
            if over_lines {
                b.force();
            }
            b.indented(|b| {
                let count = items.len();
                for (index, item) in items.into_iter().enumerate() {
                    b.item(
                        item,
                        index == 0,
                        index + 1 == count,
                        open.kind() == LBracket || node.kind() != Record && node.kind() != TypeRecord,
                    );
                }
                b.comments_below(close.index(), count == 0);
            });
            b.push(Piece::Line { empty: false });
            b.token(close);
        });
        self.in_flow = in_flow;
        for element in rest {
            self.blank();
            self.element(element);
        }
    }

    fn item(&mut self, item: Item<'t>, first: bool, last: bool, commas: bool) {
        let Item { element, comma } = item;
        let (start, open_ended) = match element {
            Element::Node(node) => (node.token_range().start, false),
            Element::Token(token) => (token.index(), token.kind() == Ellipsis),
        };
        self.item_start(start, first);
        self.element(element);
        match comma {
            // A comment holds on to the comma that it stands beside.
            Some(comma) if !last || self.has_comment_before(comma.index()) || self.has_comment_beside(comma) => {
                self.separator(comma);
            }
            Some(comma) => {
                self.leave_out(comma);
                if !open_ended {
                    self.push(Piece::IfBroken(","));
                }
            }
            None if last && commas && !open_ended => self.push(Piece::IfBroken(",")),
            None => {}
        }
    }
}
