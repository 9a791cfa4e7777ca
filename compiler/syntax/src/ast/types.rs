//! Views of types.

use super::{Expr, choice, nth, views, views_of};
use crate::kind::SyntaxKind;
use crate::tree::{Node, Token};

choice! {
    /// A type.
    Type {
        /// `Host`
        Name(TypeName),
        /// `List Host`
        Apply(TypeApply),
        /// `a`
        Var(TypeVar),
        /// `_`
        Hole(TypeHole),
        /// `{ a : T; }`
        Record(TypeRecord),
        /// `( T )`
        Paren(TypeParen),
        /// `T?`
        Option(TypeOption),
        /// `A -> B`
        Function(TypeFunction),
        /// `A | B T`
        Union(TypeUnion),
    }
}

views! {
    /// `Host`
    TypeName = TypeName;
    /// `List Host`: a name with one argument.
    TypeApply = TypeApply;
    /// A type variable.
    TypeVar = TypeVar;
    /// `_`
    TypeHole = TypeHole;
    /// `{ a : T; }`
    TypeRecord = TypeRecord;
    /// `a? : T = e;`
    TypeField = TypeField;
    /// `... : T;`, `...;`
    TypeRest = TypeRest;
    /// `( T )`
    TypeParen = TypeParen;
    /// `T?`
    TypeOption = TypeOption;
    /// `A -> B`
    TypeFunction = TypeFunction;
    /// `A | B T`
    TypeUnion = TypeUnion;
    /// One case of a union.
    UnionCase = UnionCase;
}

impl<'t> TypeName<'t> {
    /// The name.
    pub fn text(self) -> &'t str {
        self.0.text()
    }
}

impl<'t> TypeApply<'t> {
    /// What is applied: `List`, `Set`, `Map`, `Ref`.
    pub fn head(self) -> Option<Token<'t>> {
        self.0.token(SyntaxKind::Tag)
    }

    /// To what.
    pub fn argument(self) -> Option<Type<'t>> {
        nth(self.0, 0)
    }
}

impl<'t> TypeVar<'t> {
    /// The name.
    pub fn text(self) -> &'t str {
        self.0.text()
    }
}

impl<'t> TypeRecord<'t> {
    /// The fields, in order.
    pub fn fields(self) -> impl Iterator<Item = TypeField<'t>> {
        views_of(self.0)
    }

    /// The last `...`.
    pub fn rest(self) -> Option<TypeRest<'t>> {
        nth(self.0, 0)
    }
}

impl<'t> TypeField<'t> {
    /// The name.
    pub fn name(self) -> Option<Token<'t>> {
        self.0.token(SyntaxKind::Ident)
    }

    /// Whether it is `a?`: it may be absent.
    pub fn is_optional(self) -> bool {
        self.0.token(SyntaxKind::Question).is_some()
    }

    /// The type behind `:`.
    pub fn ty(self) -> Option<Type<'t>> {
        nth(self.0, 0)
    }

    /// The value when nobody says.
    pub fn default(self) -> Option<Expr<'t>> {
        self.0.token(SyntaxKind::Eq)?;
        views_of(self.0).last()
    }
}

impl<'t> TypeRest<'t> {
    /// The type of every further field; absent: any.
    pub fn ty(self) -> Option<Type<'t>> {
        nth(self.0, 0)
    }
}

impl<'t> TypeParen<'t> {
    /// Between the parentheses.
    pub fn ty(self) -> Option<Type<'t>> {
        nth(self.0, 0)
    }
}

impl<'t> TypeOption<'t> {
    /// In front of `?`.
    pub fn ty(self) -> Option<Type<'t>> {
        nth(self.0, 0)
    }
}

impl<'t> TypeFunction<'t> {
    /// Left of `->`.
    pub fn parameter(self) -> Option<Type<'t>> {
        nth(self.0, 0)
    }

    /// Right of `->`.
    pub fn result(self) -> Option<Type<'t>> {
        nth(self.0, 1)
    }
}

impl<'t> TypeUnion<'t> {
    /// The cases, in order.
    pub fn cases(self) -> impl Iterator<Item = UnionCase<'t>> {
        views_of(self.0)
    }
}

impl<'t> UnionCase<'t> {
    /// The tag.
    pub fn tag(self) -> Option<Token<'t>> {
        self.0.token(SyntaxKind::Tag)
    }

    /// The type of what it carries.
    pub fn payload(self) -> Option<Type<'t>> {
        nth(self.0, 0)
    }
}
