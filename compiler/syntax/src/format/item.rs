//! Definitions and statements, and the fields of parameters.

use super::build::{Builder, is_solid};
use super::piece::Kind;
use crate::kind::SyntaxKind::*;
use crate::tree::{Element, Node, Token};

impl<'t> Builder<'t> {
    /// `a.b : T = default e;`
    pub(super) fn definition(&mut self, node: Node<'t>) {
        let mut elements = node.elements().filter(is_solid);
        elements.next().into_iter().for_each(|path| self.element(path));
        let mut assigned = false;
        for element in elements {
            match element {
                Element::Token(token) if token.kind() == Semicolon => self.separator(token),
                Element::Token(token) => {
                    self.blank();
                    self.token(token);
                    assigned |= token.kind() == Eq;
                }
                Element::Node(value) if assigned => self.value(value),
                Element::Node(ty) => {
                    self.blank();
                    self.annotation(ty);
                }
            }
        }
    }

    fn annotation(&mut self, ty: Node<'t>) {
        if ty.kind() != TypeFunction {
            return self.node(ty, false);
        }
        self.group(Kind::Chain, false, |b| b.indented(|b| b.node(ty, false)));
    }

    /// What stands behind `=`: on that line if it fits or opens there, else below it.
    pub(super) fn value(&mut self, value: Node<'t>) {
        let beside =
            !matches!(value.kind(), Let | If | Assert | Apply | Binary | Flow | Paren | TypeUnion | TypeFunction);
        if beside && !self.has_comment_before(value.token_range().start) {
            self.blank();
            return self.node(value, false);
        }
        self.group(Kind::Chain, false, |b| {
            b.indented(|b| {
                b.line();
                b.node(value, true);
            });
        });
    }

    /// `inherit (e) a b;`: all on one line, or a name on each.
    pub(super) fn inherit(&mut self, node: Node<'t>) {
        let mut elements = node.elements().filter(is_solid).peekable();
        self.group(Kind::Chain, false, |b| {
            elements.next().into_iter().for_each(|word| b.element(word));
            if elements.peek().is_some_and(|element| matches!(element, Element::Token(token) if token.kind() == LParen))
            {
                b.blank();
                for element in elements.by_ref() {
                    b.element(element);
                    if matches!(element, Element::Token(token) if token.kind() == RParen) {
                        break;
                    }
                }
            }
            b.indented(|b| {
                for element in elements {
                    match element {
                        Element::Token(token) => b.separator(token),
                        Element::Node(name) => {
                            b.line();
                            b.node(name, false);
                        }
                    }
                }
            });
        });
    }

    /// `include ./a.arv;`
    pub(super) fn statement(&mut self, node: Node<'t>) {
        for (index, element) in node.elements().filter(is_solid).enumerate() {
            self.word(index, element);
        }
    }

    fn word(&mut self, index: usize, element: Element<'t>) {
        match element {
            Element::Token(token) if token.kind() == Semicolon => self.separator(token),
            element => {
                if index > 0 {
                    self.blank();
                }
                self.element(element);
            }
        }
    }

    /// `a`, `a? : T`, `a : T ? 1` of a parameter.
    pub(super) fn pattern_field(&mut self, node: Node<'t>) {
        let mut elements = node.elements().filter(is_solid).peekable();
        let mut first = true;
        while let Some(element) = elements.next() {
            let default = match elements.peek() {
                Some(Element::Node(default)) => Some(*default),
                _ => None,
            };
            let has_default = default.is_some();
            // A default at the start of a line reads like the next field.
            if let (Some(default), Element::Token(_)) = (default, element) {
                self.comments_above(default.token_range().start);
            }
            // `a?` may be absent, `a ? 1` has a default.
            let marks = |token: &Token<'t>| token.kind() == Question && !has_default;
            if !first && !matches!(element, Element::Token(token) if marks(&token)) {
                self.blank();
            }
            self.element(element);
            first = false;
        }
    }
}
