//! The program in the form that is evaluated: an arena of expressions whose names are already slots.
//!
//! It holds no syntax. Spans lie beside the expressions, since only messages read them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use arvc_syntax::intern::Symbol;
use arvc_syntax::source::{FileId, Span};

use crate::eval::value::{Key, Reported, Store, Value};
use crate::schema::types::{Schema, TypeId};

/// Index of an expression in [`Program`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprId(pub u32);

/// Index of a function in [`Program`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FnId(pub u32);

/// Index of a file's value in [`Program`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub u32);

/// A run of [`Program::children`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Children {
    /// The first.
    pub start: u32,
    /// How many.
    pub len: u32,
}

/// Operators on two forced operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `++`
    Append,
    /// `//`
    Update,
    /// `&`
    Agree,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl Binary {
    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Append => "++",
            Self::Update => "//",
            Self::Agree => "&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }
}

/// How strong a definition is among those of its file. What stands in a file that others extend is weaker than all of
/// theirs, whatever its rank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// `default`
    Default,
    /// Without a mark.
    #[default]
    Plain,
    /// `force`
    Force,
}

/// How two values of one path become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// `//`: the right one wins, by the same kind of value.
    Update,
    /// `&`: they agree, or differ in rank.
    Agree,
    /// Definitions of one layer, one of which is a whole and the other a part: as `&`, and sets unite.
    Beside,
    /// Definitions of two layers: the right one wins, and the left one is only looked at if that is a record. Sets unite.
    Layers,
    /// Definitions of a set: all of both.
    Unite,
}

/// The outermost record of a file that other files are parts of.
#[derive(Clone, Copy, Debug)]
pub struct Composed {
    /// First key in [`Program::keys`].
    pub keys: u32,
    /// First field in [`Program::children`]; the parts' own `let` bindings stand behind the fields.
    pub fields: u32,
    /// How many fields.
    pub len: u32,
    /// How many bindings.
    pub hidden: u32,
    /// What the parts assert, ending in the last binding, which is the record itself.
    pub asserted: Option<ExprId>,
}

/// One expression.
#[derive(Clone, Copy, Debug)]
pub enum Expr {
    /// A literal.
    Const(Value),
    /// A variable: so many frames up, and its slot there.
    Local {
        /// Frames to go up.
        up: u16,
        /// Slot.
        slot: u32,
    },
    /// A name of the prelude.
    Global(u32),
    /// A builtin.
    Builtin(u16),
    /// `base.name`; the span is the name's.
    Select(ExprId, Symbol, Span),
    /// `base.${key}`.
    Index(ExprId, ExprId),
    /// `base.a.b or default`: a chain of selections, the default, and how many selections belong to it.
    Or(ExprId, ExprId, u32),
    /// `base ? a.b`: a chain of selections that is only asked for, and how many belong to it.
    Has(ExprId, u32),
    /// A record whose keys are known: keys and field expressions run in parallel.
    Record {
        /// First key in [`Program::keys`].
        keys: u32,
        /// First field in [`Program::children`].
        fields: u32,
        /// How many.
        len: u32,
    },
    /// The outermost record of a file: as `Record`, and a scope. The children are its fields.
    Scope {
        /// First key in [`Program::keys`].
        keys: u32,
        /// First field in [`Program::children`].
        fields: u32,
        /// How many.
        len: u32,
    },
    /// As `Scope`, of several files: index into [`Program::composed`].
    Composed(u32),
    /// Two values of one path: the second is of a higher layer, or of a higher rank.
    Layers(ExprId, ExprId),
    /// Two values of one path, one layer and one rank: a whole, and parts of it.
    Beside(ExprId, ExprId),
    /// A set that is defined several times.
    Unite(Children),
    /// A record with computed keys: children are key, value, key, value, ….
    Computed(Children),
    /// A list.
    List(Children),
    /// A function.
    Lambda(FnId),
    /// A call: the function first, then the arguments.
    Call(Children),
    /// `let`: the bindings, then the body.
    Let(Children),
    /// `if`.
    If(ExprId, ExprId, ExprId),
    /// `assert condition, "message"; body`.
    Assert(ExprId, ExprId, ExprId),
    /// An operator.
    Binary(Binary, ExprId, ExprId),
    /// `&&`.
    And(ExprId, ExprId),
    /// `||`.
    Either(ExprId, ExprId),
    /// `!`.
    Not(ExprId),
    /// `-` before an operand.
    Negate(ExprId),
    /// Text with values in it.
    Interpolation(Children),
    /// A flow: index into [`Program::flows`].
    Flow(u32),
    /// A constructor with its payload.
    Tag(Symbol, ExprId),
    /// A file's value.
    Import(UnitId),
    /// `match`: what is looked at, the first of its arms in [`Program::arms`], and how many.
    Match(ExprId, u32, u32),
    /// A value that is known to be of a type: what a record of it leaves out has the type's default.
    Coerce(ExprId, TypeId),
    /// Something whose problem is already reported.
    Error(Reported),
}

/// How a function takes its argument.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// The argument itself is slot 0.
    Name,
    /// Fields of a record.
    Record {
        /// Fields, in the order of their slots from 0.
        fields: Vec<PatternField>,
        /// Whether further fields are allowed.
        open: bool,
        /// Whether the slot behind the fields is the whole argument.
        whole: bool,
    },
}

/// One field of a pattern.
#[derive(Clone, Copy, Debug)]
pub struct PatternField {
    /// Name and place.
    pub key: Key,
    /// What it is when nobody gives it.
    pub default: Option<ExprId>,
    /// Whether it may be absent.
    pub optional: bool,
    /// What it is said to be.
    pub ty: Option<TypeId>,
    /// Where that is written.
    pub annotation: Option<Span>,
}

/// One arm of a `match`.
#[derive(Clone, Copy, Debug)]
pub struct Arm {
    /// The tag, and where it is written. None: whatever is left.
    pub tag: Option<Key>,
    /// Whether the tag is said to carry something: a name or a `_` stands behind it.
    pub carries: bool,
    /// Whether what the tag carries gets a name: then the body stands in a frame of its own, whose slot 0 it is.
    pub binds: bool,
    /// What it gives.
    pub body: ExprId,
    /// The whole arm.
    pub span: Span,
}

/// A definition that another one is stronger than. It is checked and never evaluated.
#[derive(Clone, Copy, Debug)]
pub struct Overridden {
    /// The `let` or the record that it stands in. Where that opens a frame, it stands in that frame: so it does in a
    /// `Let`, a `Scope` and a `Composed`. In a `Record` or a `Computed` it stands where that does.
    pub within: ExprId,
    /// What it says.
    pub expr: ExprId,
    /// What it is called.
    pub key: Key,
    /// What the schema says that it should be.
    pub ty: Option<TypeId>,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// The name that it was defined by.
    pub name: Option<Symbol>,
    /// Its parameter.
    pub pattern: Pattern,
    /// Its result.
    pub body: ExprId,
}

/// The parts of a flow.
#[derive(Clone, Copy, Debug)]
pub struct FlowExpr {
    /// Left of `->`.
    pub source: ExprId,
    /// Right of it.
    pub target: ExprId,
    /// Behind `:`.
    pub ports: Option<ExprId>,
    /// Behind `via`.
    pub via: Option<ExprId>,
    /// Behind `except`.
    pub except: Option<ExprId>,
}

/// The value of one file.
#[derive(Clone, Copy, Debug)]
pub struct Unit {
    /// The source.
    pub file: FileId,
    /// Its expression.
    pub root: ExprId,
}

/// Everything that is evaluated.
#[derive(Debug, Default)]
pub struct Program {
    /// Expressions.
    pub exprs: Vec<Expr>,
    /// The place of each expression.
    pub spans: Vec<Span>,
    /// Operands of expressions that have many.
    pub children: Vec<ExprId>,
    /// Keys of records.
    pub keys: Vec<Key>,
    /// Functions.
    pub functions: Vec<Function>,
    /// Flows.
    pub flows: Vec<FlowExpr>,
    /// Arms of `match`.
    pub arms: Vec<Arm>,
    /// Definitions that lost.
    pub overridden: Vec<Overridden>,
    /// The types of the prelude, and those of the files.
    pub schema: Arc<Schema>,
    /// Where the type of each `Coerce` is written.
    pub annotations: HashMap<ExprId, Span>,
    /// Names and places of `let` bindings and of parameters with defaults, by the expression that they name.
    pub bindings: Vec<(ExprId, Key)>,
    /// Which expressions are what a name is defined as, in parallel to `exprs`.
    pub named: Vec<bool>,
    /// Keys of outermost records that hide a name outside of them.
    pub hiding: Vec<Span>,
    /// Keys whose definitions are marked.
    pub marks: HashMap<Span, Rank>,
    /// Keys, in composed files, whose values are sets.
    pub sets: HashSet<Span>,
    /// Keys, in composed files, whose values are neither sets nor records, as entities that a field names.
    pub leaves: HashSet<Span>,
    /// Keys that are unset where only evaluation knows what is below, and whether something is known to be.
    pub unset: HashMap<Span, bool>,
    /// What is unset in a record, by the record's place and the name: where, for messages.
    pub gone: HashMap<(Span, Symbol), Span>,
    /// Composed files.
    pub composed: Vec<Composed>,
    /// Files.
    pub units: Vec<Unit>,
    /// Constants.
    pub store: Store,
    /// Selections of fields that may be absent, in order: the value is then absent too.
    pub optional: Vec<ExprId>,
    /// Records that are reported for having other fields than they should: none that is missed there is news.
    pub lacking: BTreeMap<ExprId, Reported>,
    /// Records in which a part was not understood: nothing is said about what they lack or have.
    pub damaged: Vec<ExprId>,
}

impl Program {
    /// Makes room for a source of so many bytes: growing step by step would copy everything several times.
    pub fn reserve(&mut self, bytes: usize) {
        let exprs = bytes / 12;
        self.exprs.reserve(exprs);
        self.spans.reserve(exprs);
        self.named.reserve(exprs);
        self.children.reserve(exprs);
        self.keys.reserve(bytes / 24);
    }

    /// Adds an expression.
    pub fn push(&mut self, expr: Expr, span: Span) -> ExprId {
        self.exprs.push(expr);
        self.spans.push(span);
        self.named.push(false);
        ExprId(self.exprs.len() as u32 - 1)
    }

    /// The expression behind an index.
    pub fn get(&self, id: ExprId) -> Expr {
        self.exprs[id.0 as usize]
    }

    /// An expression without the types that it is said to be of.
    pub fn uncoerced(&self, mut id: ExprId) -> ExprId {
        while let Expr::Coerce(value, _) = self.get(id) {
            id = value;
        }
        id
    }

    /// Where a field was unset in what an expression gives.
    pub fn unset_in(&self, id: ExprId, name: Symbol) -> Option<Span> {
        let id = self.uncoerced(id);
        let own = self.gone.get(&(self.span(id), name)).copied();
        own.or_else(|| match self.get(id) {
            Expr::Layers(lower, upper) | Expr::Beside(lower, upper) => {
                self.unset_in(upper, name).or_else(|| self.unset_in(lower, name))
            }
            _ => None,
        })
    }

    /// Where an expression is written.
    pub fn span(&self, id: ExprId) -> Span {
        self.spans[id.0 as usize]
    }

    /// How strong the definition with this key is.
    pub fn rank(&self, key: Span) -> Rank {
        match self.marks.is_empty() {
            true => Rank::Plain,
            false => self.marks.get(&key).copied().unwrap_or_default(),
        }
    }

    /// Adds operands.
    pub fn add_children(&mut self, children: &[ExprId]) -> Children {
        let start = self.children.len() as u32;
        self.children.extend_from_slice(children);
        Children { start, len: children.len() as u32 }
    }

    /// Operands.
    pub fn children(&self, children: Children) -> &[ExprId] {
        &self.children[children.start as usize..(children.start + children.len) as usize]
    }
}
