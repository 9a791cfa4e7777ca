//! Views of what stands in `let` and in records, and of the keys that it defines.

use super::{Expr, Interpolation, PathLiteral, StringExpr, Type, choice, nth, views, views_of};
use crate::kind::SyntaxKind;
use crate::tree::{Node, Token};

choice! {
    /// What may stand in `let` and in a record.
    Item {
        /// `a.b = e;`
        Definition(Definition),
        /// `inherit (e) a b;`
        Inherit(Inherit),
        /// `include ./a.arv;`
        Include(Include),
        /// `extends ./a.arv;`
        Extends(Extends),
        /// `type K = …;`
        Type(TypeDefinition),
    }
}

views! {
    /// `a.b : T = default e;`, `a.b = unset;`
    Definition = Definition;
    /// `inherit a b;`, `inherit (e) a b;`
    Inherit = Inherit;
    /// `include ./a.arv;`
    Include = Include;
    /// `extends ./a.arv;`
    Extends = Extends;
    /// `type K = …;`
    TypeDefinition = TypeDefinition;
    /// One key or more, with dots between them.
    KeyPath = KeyPath;
    /// A key that is a name.
    NameKey = NameKey;
    /// A key that is a string.
    StringKey = StringKey;
    /// `${e}` as a key.
    DynamicKey = DynamicKey;
}

/// A mark of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// `default e`
    Default,
    /// `force e`
    Force,
    /// `unset`
    Unset,
}

impl<'t> Definition<'t> {
    /// Left of `=`.
    pub fn path(self) -> Option<KeyPath<'t>> {
        nth(self.0, 0)
    }

    /// The type behind `:`.
    pub fn annotation(self) -> Option<Type<'t>> {
        self.0.token(SyntaxKind::Colon)?;
        views_of(self.0).find(|ty| !matches!(ty, Type::Error(_)))
    }

    /// The `:` in front of an annotation.
    pub fn colon(self) -> Option<Token<'t>> {
        self.0.token(SyntaxKind::Colon)
    }

    /// `default`, `force` or `unset`, with its word.
    pub fn mark(self) -> Option<(Mark, Token<'t>)> {
        self.0.tokens().find_map(|token| match token.kind() {
            SyntaxKind::KwDefault => Some((Mark::Default, token)),
            SyntaxKind::KwForce => Some((Mark::Force, token)),
            SyntaxKind::KwUnset => Some((Mark::Unset, token)),
            _ => None,
        })
    }

    /// The value; none behind `unset`. A value that is missing is an [`Expr::Error`].
    pub fn value(self) -> Option<Expr<'t>> {
        views_of(self.0).last()
    }
}

impl<'t> Inherit<'t> {
    /// The record that the names come from, in parentheses; absent: the scope around.
    pub fn source(self) -> Option<Expr<'t>> {
        nth(self.0, 0)
    }

    /// The names.
    pub fn names(self) -> impl Iterator<Item = NameKey<'t>> {
        views_of(self.0)
    }
}

impl<'t> Include<'t> {
    /// The word `include`.
    pub fn keyword(self) -> Option<Token<'t>> {
        self.0.token(SyntaxKind::KwInclude)
    }

    /// The file or folder.
    pub fn path(self) -> Option<PathLiteral<'t>> {
        nth(self.0, 0)
    }
}

impl<'t> Extends<'t> {
    /// The word `extends`.
    pub fn keyword(self) -> Option<Token<'t>> {
        self.0.token(SyntaxKind::KwExtends)
    }

    /// The file.
    pub fn path(self) -> Option<PathLiteral<'t>> {
        nth(self.0, 0)
    }
}

impl<'t> TypeDefinition<'t> {
    /// The word `type`.
    pub fn keyword(self) -> Option<Token<'t>> {
        self.0.token(SyntaxKind::KwType)
    }

    /// The name that is defined.
    pub fn name(self) -> Option<Token<'t>> {
        self.0.token(SyntaxKind::Tag)
    }

    /// What it means.
    pub fn definition(self) -> Option<Type<'t>> {
        nth(self.0, 0)
    }
}

impl<'t> KeyPath<'t> {
    /// The keys, in order.
    pub fn keys(self) -> impl Iterator<Item = Key<'t>> {
        views_of(self.0)
    }
}

choice! {
    /// One key of a path.
    Key {
        /// `dns`
        Name(NameKey),
        /// `"dns"`; it may hold `${…}`
        String(StringKey),
        /// `${e}`
        Dynamic(DynamicKey),
    }
}

impl<'t> NameKey<'t> {
    /// The name.
    pub fn text(self) -> &'t str {
        self.0.text()
    }
}

impl<'t> StringKey<'t> {
    /// The string.
    pub fn string(self) -> Option<StringExpr<'t>> {
        nth(self.0, 0)
    }
}

impl<'t> DynamicKey<'t> {
    /// The `${…}`.
    pub fn interpolation(self) -> Option<Interpolation<'t>> {
        nth(self.0, 0)
    }

    /// Between the braces.
    pub fn expr(self) -> Option<Expr<'t>> {
        self.interpolation()?.expr()
    }
}
