//! Typed views of the tree's nodes: the shape of the language, one type a construct.
//!
//! A view is a copyable reference. Accessors return `Option`, since a tree with mistakes is still a tree; where an
//! operand is missing the parser leaves an empty [`Expr::Error`], so that the positions of the others hold. Whoever
//! meets `None` or an error stays silent: the diagnostic is reported.

mod expr;
mod item;
mod pattern;
mod types;

pub use expr::*;
pub use item::*;
pub use pattern::*;
pub use types::*;

use crate::kind::SyntaxKind;
use crate::source::Span;
use crate::tree::{Node, Token, Tree};

/// A typed view of a node.
pub trait AstNode<'t>: Copy {
    /// Whether a node of that kind has this view.
    fn is(kind: SyntaxKind) -> bool;

    /// The view, if the node is of that kind.
    fn cast(node: Node<'t>) -> Option<Self>;

    /// The node behind the view.
    fn node(self) -> Node<'t>;

    /// Where it stands, without blanks and comments around it.
    fn span(self) -> Span {
        self.node().span()
    }

    /// The `##` lines directly above it.
    fn docs(self) -> Option<String> {
        self.node().docs()
    }
}

macro_rules! views {
    ($($(#[$doc:meta])* $name:ident = $($kind:ident)|+;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name<'t>(Node<'t>);

        impl<'t> $crate::ast::AstNode<'t> for $name<'t> {
            fn is(kind: $crate::kind::SyntaxKind) -> bool {
                matches!(kind, $($crate::kind::SyntaxKind::$kind)|+)
            }

            fn cast(node: Node<'t>) -> Option<Self> {
                Self::is(node.kind()).then_some(Self(node))
            }

            fn node(self) -> Node<'t> {
                self.0
            }
        }
    )*};
}
pub(crate) use views;

/// An enumeration of views, with a variant for what could not be understood.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident($view:ident),)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name<'t> {
            $($(#[$vdoc])* $variant($view<'t>),)*
            /// Missing or not understood; a diagnostic is reported.
            Error(Node<'t>),
        }

        impl<'t> $crate::ast::AstNode<'t> for $name<'t> {
            fn is(kind: SyntaxKind) -> bool {
                kind == SyntaxKind::Error $(|| $view::is(kind))*
            }

            fn cast(node: Node<'t>) -> Option<Self> {
                // Asked of one number, the questions become one jump.
                let kind = node.kind();
                if kind == SyntaxKind::Error {
                    return Some(Self::Error(node));
                }
                $(if $view::is(kind) {
                    return Some(Self::$variant($view(node)));
                })*
                None
            }

            fn node(self) -> Node<'t> {
                match self {
                    $(Self::$variant(view) => view.node(),)*
                    Self::Error(node) => node,
                }
            }
        }
    };
}
pub(crate) use choice;

/// The children of a node that are of one view.
pub fn views_of<'t, T: AstNode<'t>>(node: Node<'t>) -> impl Iterator<Item = T> {
    node.children().filter_map(T::cast)
}

fn nth<'t, T: AstNode<'t>>(node: Node<'t>, n: usize) -> Option<T> {
    views_of(node).nth(n)
}

/// The first own token for which `test` holds.
fn token_where<'t>(node: Node<'t>, test: impl Fn(SyntaxKind) -> bool) -> Option<Token<'t>> {
    node.tokens().find(|token| test(token.kind()))
}

views! {
    /// A whole source: one expression.
    File = File;
}

impl<'t> File<'t> {
    /// The file of a tree.
    pub fn of(tree: &'t Tree) -> Self {
        Self(tree.root())
    }

    /// Its expression.
    pub fn expr(self) -> Option<Expr<'t>> {
        nth(self.0, 0)
    }
}
