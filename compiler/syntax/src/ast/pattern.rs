//! Views of the parameters of functions.

use super::{Expr, Type, choice, views, views_of};
use crate::kind::SyntaxKind;
use crate::tree::{Node, Token};

choice! {
    /// A parameter.
    Pattern {
        /// `x`
        Name(NamePattern),
        /// `{ a, b ? 1, ... } @ all`
        Record(RecordPattern),
    }
}

views! {
    /// A parameter that is one name.
    NamePattern = NamePattern;
    /// `{ a, b ? 1, ... } @ all`
    RecordPattern = RecordPattern;
    /// `a`, `a?`, `a ? 1`, each with `: T` behind the name.
    PatternField = PatternField;
}

impl<'t> NamePattern<'t> {
    /// The name; `_` binds nothing.
    pub fn text(self) -> &'t str {
        self.0.text()
    }
}

impl<'t> RecordPattern<'t> {
    /// The fields.
    pub fn fields(self) -> impl Iterator<Item = PatternField<'t>> {
        views_of(self.0)
    }

    /// The `...` that lets further fields in.
    pub fn rest(self) -> Option<Token<'t>> {
        self.0.token(SyntaxKind::Ellipsis)
    }

    /// The name behind `@`, for the whole argument.
    pub fn binding(self) -> Option<Token<'t>> {
        self.0.tokens().skip_while(|token| token.kind() != SyntaxKind::At).nth(1)
    }
}

impl<'t> PatternField<'t> {
    /// The name.
    pub fn name(self) -> Option<Token<'t>> {
        self.0.token(SyntaxKind::Ident)
    }

    /// The type behind `:`.
    pub fn annotation(self) -> Option<Type<'t>> {
        self.0.token(SyntaxKind::Colon)?;
        views_of(self.0).find(|ty| !matches!(ty, Type::Error(_)))
    }

    /// The value when the caller says nothing.
    pub fn default(self) -> Option<Expr<'t>> {
        self.0.token(SyntaxKind::Question)?;
        views_of(self.0).last()
    }

    /// Whether it is `a?`: it may be left out and has no default.
    pub fn is_optional(self) -> bool {
        self.0.token(SyntaxKind::Question).is_some() && self.default().is_none()
    }
}
