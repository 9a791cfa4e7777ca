//! Types.
//!
//! A line never ends between a type and its argument: a capital at the start of a line may begin a definition.

use super::build::{Builder, ends_line, is_solid};
use super::piece::Kind;
use crate::kind::SyntaxKind::*;
use crate::tree::{Element, Node};

impl<'t> Builder<'t> {
    /// `type K = …;`
    pub(super) fn type_definition(&mut self, node: Node<'t>) {
        for (index, element) in node.elements().filter(is_solid).enumerate() {
            match element {
                Element::Token(token) if token.kind() == Semicolon => self.separator(token),
                Element::Token(token) => {
                    if index > 0 {
                        self.blank();
                    }
                    self.token(token);
                }
                Element::Node(ty) => self.value(ty),
            }
        }
    }

    /// `a? : T = e;`, `... : T;`
    pub(super) fn type_field(&mut self, node: Node<'t>) {
        let mut assigned = false;
        for (index, element) in node.elements().filter(is_solid).enumerate() {
            match element {
                Element::Token(token) if token.kind() == Semicolon => self.separator(token),
                Element::Token(token) if token.kind() == Question => self.token(token),
                Element::Node(value) if assigned => self.value(value),
                element => {
                    if index > 0 {
                        self.blank();
                    }
                    assigned |= matches!(element, Element::Token(token) if token.kind() == Eq);
                    self.element(element);
                }
            }
        }
    }

    /// `A -> B -> C`
    pub(super) fn type_function(&mut self, node: Node<'t>) {
        self.group(Kind::Chain, false, |b| {
            let mut next = Some(node);
            while let Some(node) = next.take() {
                let mut behind_arrow = false;
                for element in node.elements().filter(is_solid) {
                    match element {
                        Element::Token(token) => {
                            b.line();
                            b.token(token);
                            b.blank();
                            behind_arrow = true;
                        }
                        Element::Node(result) if behind_arrow && result.kind() == TypeFunction => next = Some(result),
                        Element::Node(ty) => b.node(ty, false),
                    }
                }
            }
        });
    }

    /// `A | B T`
    pub(super) fn type_union(&mut self, node: Node<'t>) {
        let over_lines = node.elements().any(ends_line);
        self.group(Kind::Chain, false, |b| {
            if over_lines {
                b.force();
            }
            for (index, element) in node.elements().filter(is_solid).enumerate() {
                match element {
                    Element::Token(token) => {
                        if index > 0 {
                            b.line();
                        }
                        b.token(token);
                        b.blank();
                    }
                    Element::Node(case) => b.node(case, false),
                }
            }
        });
    }
}
