//! The kinds of tokens and of nodes: the alphabet that lexer, parser, formatter and editor share.
//!
//! A kind says nothing about values; those are decoded in [`crate::literal`] and [`crate::string`].

/// What a token or a node is. Tokens come first, nodes after [`SyntaxKind::File`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SyntaxKind {
    /// Blanks, line ends and a byte order mark.
    Whitespace,
    /// `# …` up to the end of its line.
    Comment,
    /// `## …`: documents the definition below it.
    DocComment,
    /// Bytes that begin no token; a diagnostic is reported.
    ErrorToken,

    /// `dns`, `node-exporter`.
    Ident,
    /// `Vm`: a name that begins with a capital.
    Tag,
    /// `1001`.
    Int,
    /// `1000..1999`.
    IntRange,
    /// `10.10.10.11`, `fd00::1`.
    Address,
    /// `10.10.10.0/24`, `fd00::/8`.
    Prefix,
    /// `5432/tcp`, `8000-8010/tcp`.
    Ports,
    /// `8GiB`.
    Size,
    /// `12m`, `500ms`.
    Duration,
    /// `bc:24:11:00:00:01`.
    Mac,
    /// `./groups.arv`, `./hosts/`.
    Path,

    /// `"` that begins a string.
    StringStart,
    /// `''` that begins an indented string.
    IndentStart,
    /// Text of a string that stands for itself.
    StringText,
    /// `\n`, `\"`, `\${`, or `''$`, `'''`, `''\n` in an indented string.
    StringEscape,
    /// The end of either kind of string.
    StringEnd,
    /// `${`, in a string or as a key.
    DollarBrace,

    /// `{`
    LBrace,
    /// `}`, also the one that ends `${`.
    RBrace,
    /// `[`
    LBracket,
    /// `]`
    RBracket,
    /// `(`
    LParen,
    /// `)`
    RParen,
    /// `.`
    Dot,
    /// `...`
    Ellipsis,
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// `:`
    Colon,
    /// `=`
    Eq,
    /// `==`
    EqEq,
    /// `!=`
    NotEq,
    /// `<`
    Less,
    /// `<=`
    LessEq,
    /// `>`
    Greater,
    /// `>=`
    GreaterEq,
    /// `+`
    Plus,
    /// `++`
    PlusPlus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `//`
    SlashSlash,
    /// `&`
    Amp,
    /// `&&`
    AmpAmp,
    /// `|`
    Pipe,
    /// `||`
    PipePipe,
    /// `!`
    Bang,
    /// `->`
    Arrow,
    /// `=>`
    FatArrow,
    /// `?`
    Question,
    /// `@`
    At,
    /// `_`
    Underscore,

    /// `let`
    KwLet,
    /// `in`
    KwIn,
    /// `if`
    KwIf,
    /// `then`
    KwThen,
    /// `else`
    KwElse,
    /// `assert`
    KwAssert,
    /// `inherit`
    KwInherit,
    /// `import`
    KwImport,
    /// `secret`
    KwSecret,
    /// `match`
    KwMatch,
    /// `or`
    KwOr,
    /// `true`
    KwTrue,
    /// `false`
    KwFalse,

    // Words only where they have a meaning: the lexer gives `Ident`, and the parser renames the token.
    /// `type`
    KwType,
    /// `include`
    KwInclude,
    /// `extends`
    KwExtends,
    /// `default`
    KwDefault,
    /// `force`
    KwForce,
    /// `unset`
    KwUnset,
    /// `via`
    KwVia,
    /// `except`
    KwExcept,

    /// A whole source.
    File,
    /// An expression, item, key, pattern or type that could not be understood, or (empty) one that is missing. A
    /// diagnostic is reported.
    Error,
    /// Tokens that were passed over between the parts of a construct. A diagnostic is reported.
    Skipped,

    /// `let … in e`
    Let,
    /// `assert c, "why"; e`
    Assert,
    /// `x: e`, `{ a, b ? 1 }: e`
    Lambda,
    /// `if c then a else b`
    If,
    /// `match e { A x => …, _ => … }`
    Match,
    /// `A x => e`
    MatchArm,
    /// `a -> b : p via n except f`
    Flow,
    /// `: p` of a flow
    FlowPorts,
    /// `via n` of a flow
    FlowVia,
    /// `except f` of a flow
    FlowExcept,
    /// `a + b`
    Binary,
    /// `-a`, `!a`
    Unary,
    /// `f a b`
    Apply,
    /// `a.b.c`: a base and one key or more
    Select,
    /// `a.b or c`
    SelectOr,
    /// `a ? b.c`
    Has,
    /// A name that is used
    NameRef,
    /// A tag that is used
    TagRef,
    /// A literal of one token, `true` and `false` too
    Literal,
    /// `"…"`
    String,
    /// `''…''`
    IndentedString,
    /// `${e}` inside a string
    Interpolation,
    /// `./groups.arv` as it is named by `import`, `include` and `extends`
    PathLiteral,
    /// `( e )`
    Paren,
    /// `[ a, b ]`
    List,
    /// `{ a = 1; }`
    Record,
    /// `import ./a.arv`, `import "std"`
    Import,
    /// `secret "kv/a#b"`
    Secret,

    /// `a.b : T = default e;`
    Definition,
    /// `inherit (e) a b;`
    Inherit,
    /// `include ./a.arv;`
    Include,
    /// `extends ./a.arv;`
    Extends,
    /// `type K = …;`
    TypeDefinition,
    /// The keys left of `=`
    KeyPath,
    /// A key that is a name
    NameKey,
    /// A key that is a string
    StringKey,
    /// `${e}` as a key
    DynamicKey,

    /// A parameter that is one name
    NamePattern,
    /// `{ a, b ? 1, ... } @ all`
    RecordPattern,
    /// `a? : T ? 1`
    PatternField,

    /// `Host`
    TypeName,
    /// `List Host`
    TypeApply,
    /// `a`, a type variable
    TypeVar,
    /// `_`
    TypeHole,
    /// `{ a : T; }`
    TypeRecord,
    /// `a? : T = e;`
    TypeField,
    /// `... : T;`
    TypeRest,
    /// `( T )`
    TypeParen,
    /// `T?`
    TypeOption,
    /// `A -> B`
    TypeFunction,
    /// `A | B T`
    TypeUnion,
    /// `B T` of a union
    UnionCase,

    /// A node that was given up before it was finished: never in a finished tree.
    Tombstone,
}

impl SyntaxKind {
    /// Blanks and comments.
    pub fn is_trivia(self) -> bool {
        self <= SyntaxKind::DocComment
    }

    /// A kind of token rather than of node.
    pub fn is_token(self) -> bool {
        self < SyntaxKind::File
    }

    /// A word that the language reserves everywhere but behind a dot.
    pub fn is_keyword(self) -> bool {
        (SyntaxKind::KwLet..=SyntaxKind::KwFalse).contains(&self)
    }

    /// A word that is a keyword only in its place.
    pub fn is_contextual_keyword(self) -> bool {
        (SyntaxKind::KwType..=SyntaxKind::KwExcept).contains(&self)
    }

    /// A literal of the domain that is one token.
    pub fn is_literal(self) -> bool {
        (SyntaxKind::Int..=SyntaxKind::Mac).contains(&self) || matches!(self, SyntaxKind::KwTrue | SyntaxKind::KwFalse)
    }
}
