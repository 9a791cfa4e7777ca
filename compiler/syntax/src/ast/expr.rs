//! Views of expressions.

use super::{AstNode, Item, Key, KeyPath, Pattern, choice, nth, token_where, views, views_of};
use crate::kind::SyntaxKind;
use crate::tree::{Node, Token};

choice! {
    /// Any expression.
    Expr {
        /// `let … in e`
        Let(Let),
        /// `assert c, "why"; e`
        Assert(Assert),
        /// `x: e`
        Lambda(Lambda),
        /// `if c then a else b`
        If(If),
        /// `match e { … }`
        Match(Match),
        /// `a -> b : p`
        Flow(Flow),
        /// `a + b`
        Binary(Binary),
        /// `-a`, `!a`
        Unary(Unary),
        /// `f a b`
        Apply(Apply),
        /// `a.b.c`
        Select(Select),
        /// `a.b or c`
        SelectOr(SelectOr),
        /// `a ? b.c`
        Has(Has),
        /// A name
        Name(NameRef),
        /// A tag
        Tag(TagRef),
        /// A literal of one token
        Literal(LiteralExpr),
        /// `"…"`, `''…''`
        String(StringExpr),
        /// `./a.arv`
        Path(PathLiteral),
        /// `( e )`
        Paren(Paren),
        /// `[ a, b ]`
        List(List),
        /// `{ … }`
        Record(Record),
        /// `import ./a.arv`
        Import(Import),
        /// `secret "…"`
        Secret(Secret),
    }
}

views! {
    /// `let … in e`. Its items are in scope in one another and in the body.
    Let = Let;
    /// `assert c, "why"; e`
    Assert = Assert;
    /// `x: e`, `{ a, b ? 1 }: e`
    Lambda = Lambda;
    /// `if c then a else b`
    If = If;
    /// `match e { A x => …, _ => … }`
    Match = Match;
    /// `A x => e`
    MatchArm = MatchArm;
    /// `a -> b : p via n except f`
    Flow = Flow;
    /// An operator with two operands; chains lean to the left.
    Binary = Binary;
    /// An operator with one operand.
    Unary = Unary;
    /// `f a b`: one function and one argument or more.
    Apply = Apply;
    /// `a.b.c`: one base and one key or more.
    Select = Select;
    /// `a.b or c`
    SelectOr = SelectOr;
    /// `a ? b.c`
    Has = Has;
    /// A name that is used.
    NameRef = NameRef;
    /// A tag that is used.
    TagRef = TagRef;
    /// A literal of one token, `true` and `false` too.
    LiteralExpr = Literal;
    /// A string of either kind.
    StringExpr = String | IndentedString;
    /// `${e}` inside a string.
    Interpolation = Interpolation;
    /// `./a.arv` where a file is named.
    PathLiteral = PathLiteral;
    /// `( e )`
    Paren = Paren;
    /// `[ a, b ]`
    List = List;
    /// `{ … }`
    Record = Record;
    /// `import ./a.arv`, `import "std"`
    Import = Import;
    /// `secret "kv/a#b"`
    Secret = Secret;
}

impl<'t> Let<'t> {
    /// Its definitions.
    pub fn items(self) -> impl Iterator<Item = Item<'t>> {
        views_of(self.0)
    }

    /// The expression behind `in`.
    pub fn body(self) -> Option<Expr<'t>> {
        views_of(self.0).last()
    }
}

impl<'t> Assert<'t> {
    /// What must hold.
    pub fn condition(self) -> Option<Expr<'t>> {
        nth(self.0, 0)
    }

    /// What is said when it does not.
    pub fn message(self) -> Option<Expr<'t>> {
        nth(self.0, 1)
    }

    /// The value.
    pub fn body(self) -> Option<Expr<'t>> {
        nth(self.0, 2)
    }
}

impl<'t> Lambda<'t> {
    /// The parameter.
    pub fn pattern(self) -> Option<Pattern<'t>> {
        nth(self.0, 0)
    }

    /// What is computed.
    pub fn body(self) -> Option<Expr<'t>> {
        views_of(self.0).last()
    }
}

impl<'t> If<'t> {
    /// Behind `if`.
    pub fn condition(self) -> Option<Expr<'t>> {
        nth(self.0, 0)
    }

    /// Behind `then`.
    pub fn then(self) -> Option<Expr<'t>> {
        nth(self.0, 1)
    }

    /// Behind `else`.
    pub fn otherwise(self) -> Option<Expr<'t>> {
        nth(self.0, 2)
    }
}

impl<'t> Match<'t> {
    /// The word `match`.
    pub fn keyword(self) -> Option<Token<'t>> {
        self.0.token(SyntaxKind::KwMatch)
    }

    /// The value that is looked at.
    pub fn scrutinee(self) -> Option<Expr<'t>> {
        nth(self.0, 0)
    }

    /// The cases.
    pub fn arms(self) -> impl Iterator<Item = MatchArm<'t>> {
        views_of(self.0)
    }
}

/// What an arm of a `match` matches.
#[derive(Clone, Copy, Debug)]
pub enum ArmPattern<'t> {
    /// `A`, `A x`, `A _`: a tag, and the name given to its payload (`None` for `A` and `A _`).
    Tag {
        /// The tag.
        tag: Token<'t>,
        /// The name, an `Ident` or an `Underscore`.
        payload: Option<Token<'t>>,
    },
    /// `_`: everything else.
    Rest(Token<'t>),
}

impl<'t> MatchArm<'t> {
    /// Left of `=>`.
    pub fn pattern(self) -> Option<ArmPattern<'t>> {
        let mut tokens = self.0.tokens().take_while(|token| token.kind() != SyntaxKind::FatArrow);
        let first = tokens.next()?;
        match first.kind() {
            SyntaxKind::Tag => Some(ArmPattern::Tag { tag: first, payload: tokens.next() }),
            SyntaxKind::Underscore => Some(ArmPattern::Rest(first)),
            _ => None,
        }
    }

    /// Right of `=>`.
    pub fn body(self) -> Option<Expr<'t>> {
        nth(self.0, 0)
    }
}

impl<'t> Flow<'t> {
    /// Left of `->`.
    pub fn source(self) -> Option<Expr<'t>> {
        nth(self.0, 0)
    }

    /// Right of `->`.
    pub fn target(self) -> Option<Expr<'t>> {
        nth(self.0, 1)
    }

    /// Behind `:`.
    pub fn ports(self) -> Option<Expr<'t>> {
        nth(self.0.child(SyntaxKind::FlowPorts)?, 0)
    }

    /// Behind each `via`.
    pub fn via(self) -> impl Iterator<Item = Expr<'t>> {
        self.suffixes(SyntaxKind::FlowVia)
    }

    /// Behind each `except`.
    pub fn except(self) -> impl Iterator<Item = Expr<'t>> {
        self.suffixes(SyntaxKind::FlowExcept)
    }

    /// The token `->`.
    pub fn arrow(self) -> Option<Token<'t>> {
        self.0.token(SyntaxKind::Arrow)
    }

    fn suffixes(self, kind: SyntaxKind) -> impl Iterator<Item = Expr<'t>> {
        self.0.children().filter(move |child| child.kind() == kind).filter_map(|child| nth(child, 0))
    }
}

impl<'t> Binary<'t> {
    /// The operator: its kind says which.
    pub fn operator(self) -> Option<Token<'t>> {
        self.0.tokens().next()
    }

    /// The left operand.
    pub fn left(self) -> Option<Expr<'t>> {
        nth(self.0, 0)
    }

    /// The right operand.
    pub fn right(self) -> Option<Expr<'t>> {
        nth(self.0, 1)
    }
}

impl<'t> Unary<'t> {
    /// `-` or `!`.
    pub fn operator(self) -> Option<Token<'t>> {
        self.0.tokens().next()
    }

    /// Its operand.
    pub fn operand(self) -> Option<Expr<'t>> {
        nth(self.0, 0)
    }
}

impl<'t> Apply<'t> {
    /// What is called.
    pub fn function(self) -> Option<Expr<'t>> {
        nth(self.0, 0)
    }

    /// The arguments, in order.
    pub fn arguments(self) -> impl Iterator<Item = Expr<'t>> {
        views_of(self.0).skip(1)
    }
}

impl<'t> Select<'t> {
    /// Left of the first dot.
    pub fn base(self) -> Option<Expr<'t>> {
        nth(self.0, 0)
    }

    /// The keys behind the dots, in order; one that is missing is a [`Key::Error`].
    pub fn keys(self) -> impl Iterator<Item = Key<'t>> {
        self.0.children().skip(1).filter_map(Key::cast)
    }
}

impl<'t> SelectOr<'t> {
    /// Left of `or`.
    pub fn selection(self) -> Option<Expr<'t>> {
        nth(self.0, 0)
    }

    /// Right of `or`.
    pub fn fallback(self) -> Option<Expr<'t>> {
        nth(self.0, 1)
    }
}

impl<'t> Has<'t> {
    /// Left of `?`.
    pub fn base(self) -> Option<Expr<'t>> {
        nth(self.0, 0)
    }

    /// Right of `?`.
    pub fn path(self) -> Option<KeyPath<'t>> {
        nth(self.0, 0)
    }
}

impl<'t> NameRef<'t> {
    /// The name.
    pub fn text(self) -> &'t str {
        self.0.text()
    }
}

impl<'t> TagRef<'t> {
    /// The tag.
    pub fn text(self) -> &'t str {
        self.0.text()
    }
}

impl<'t> LiteralExpr<'t> {
    /// Its token: the kind says which type it has.
    pub fn token(self) -> Option<Token<'t>> {
        token_where(self.0, SyntaxKind::is_literal)
    }
}

impl<'t> StringExpr<'t> {
    /// Whether it is a `''…''`.
    pub fn is_indented(self) -> bool {
        self.0.kind() == SyntaxKind::IndentedString
    }

    /// The `${…}` in it, in order.
    pub fn interpolations(self) -> impl Iterator<Item = Interpolation<'t>> {
        views_of(self.0)
    }
}

impl<'t> Interpolation<'t> {
    /// Between the braces.
    pub fn expr(self) -> Option<Expr<'t>> {
        nth(self.0, 0)
    }
}

impl<'t> PathLiteral<'t> {
    /// The path as written: `./hosts/`.
    pub fn text(self) -> &'t str {
        self.0.text()
    }
}

impl<'t> Paren<'t> {
    /// Between the parentheses.
    pub fn expr(self) -> Option<Expr<'t>> {
        nth(self.0, 0)
    }
}

impl<'t> List<'t> {
    /// The items, in order.
    pub fn items(self) -> impl Iterator<Item = Expr<'t>> {
        views_of(self.0)
    }
}

impl<'t> Record<'t> {
    /// The items, in order.
    pub fn items(self) -> impl Iterator<Item = Item<'t>> {
        views_of(self.0)
    }

    /// Whether a part of it was not understood, or nobody knows where it ends: it may have more fields than it shows.
    pub fn is_damaged(self) -> bool {
        !self.0.ends_with(SyntaxKind::RBrace) || self.0.has_error_child()
    }
}

impl<'t> Import<'t> {
    /// The word `import`.
    pub fn keyword(self) -> Option<Token<'t>> {
        self.0.token(SyntaxKind::KwImport)
    }

    /// The file, if it is named by a path.
    pub fn path(self) -> Option<PathLiteral<'t>> {
        nth(self.0, 0)
    }

    /// The library, if it is named by a string.
    pub fn library(self) -> Option<StringExpr<'t>> {
        nth(self.0, 0)
    }
}

impl<'t> Secret<'t> {
    /// The word `secret`.
    pub fn keyword(self) -> Option<Token<'t>> {
        self.0.token(SyntaxKind::KwSecret)
    }

    /// The reference.
    pub fn reference(self) -> Option<StringExpr<'t>> {
        nth(self.0, 0)
    }
}
