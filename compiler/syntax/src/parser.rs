//! Tokens to a tree: recursive descent with three tokens of lookahead, no backtracking, never failing.
//!
//! The grammar's functions note where nodes begin and end; `build` makes the flat tree of it. Each loop consumes a
//! token or stops. At most one problem is reported at a token, and none at a place where the lexer reported one: that is what keeps one
//! mistake one diagnostic. After a mistake the strongest place to go on at is *a name path followed by `=`*, which can be
//! nothing but a definition.

mod build;
mod expr;
mod foreign;
mod input;
mod item;
mod key;
mod misplaced;
mod operand;
mod operator;
mod pattern;
mod recovery;
mod types;

use std::cell::Cell;

use crate::diagnostic::{self, Diagnostic};
use crate::kind::SyntaxKind::{self, *};
use crate::lexer;
use crate::problems::{too_deep, unclosed_interpolation, unexpected, unquoted_key, unterminated_string};
use crate::source::Span;
use crate::tree::Tree;
use input::Input;

/// What parsing a source gives: always a tree.
#[derive(Debug)]
pub struct Parse {
    /// The tree, with [`SyntaxKind::Error`] nodes for what could not be understood.
    pub tree: Tree,
    /// Everything that is wrong with the text, in its order.
    pub diagnostics: Vec<Diagnostic>,
}

/// How deeply expressions and types may be nested: nixpkgs, the largest collection of such sources, has 251 levels.
pub const MAX_DEPTH: u32 = 256;

/// Parses a source; `base` is its offset in the space of all sources.
pub fn parse(text: &str, base: u32) -> Parse {
    let lexed = lexer::lex(text, base);
    let input = Input::new(text, &lexed.kinds, &lexed.starts);
    let mut parser = Parser::new(text, base, &lexed.starts, input);
    let takes =
        |problem: &Diagnostic| [&unterminated_string::CODE, &unclosed_interpolation::CODE].contains(&problem.code);
    parser.swallowed = lexed.diagnostics.iter().any(takes);
    item::file(&mut parser);
    let Parser { events, mut diagnostics, words, input, too_deep_reported, fuel, pos, .. } = parser;
    debug_assert!(fuel.get() > 0, "the parser ran in a circle at token {pos}");
    // `01photos` is a key without quotes, and no number with an unknown unit.
    let keys: Vec<Span> =
        diagnostics.iter().filter(|known| *known.code == unquoted_key::CODE).map(Diagnostic::span).collect();
    let in_key = |span: Span| keys.iter().any(|key| key.start <= span.start && span.end <= key.end);
    diagnostics.extend(lexed.diagnostics.into_iter().filter(|problem| !in_key(problem.span())));
    let mut kinds = lexed.kinds;
    for (token, kind) in words {
        kinds[input.raw(token) as usize] = kind;
    }
    let built = build::build(&events, &input, kinds.len() as u32);
    if let Some(first) = built.too_deep.filter(|_| !too_deep_reported) {
        let start = base + lexed.starts[first as usize];
        diagnostics.push(too_deep::problem(Span::new(start, start), build::MAX_NODES as u32));
    }
    diagnostic::sort(&mut diagnostics);
    Parse { tree: Tree::new(text, base, kinds, lexed.starts, built.nodes), diagnostics }
}

/// What [`Parser::nth`] gives behind the last token.
const EOF: SyntaxKind = Tombstone;

/// A node as the grammar made it, in the order in which nodes began.
#[derive(Clone, Copy, Debug)]
struct Event {
    kind: SyntaxKind,
    /// If not 0, the node that began that many events later is around this one: an operator is met behind its operand.
    forward: u32,
    /// First token of the input.
    first: u32,
    /// One past the last token.
    end: u32,
    /// How many nodes had begun when this one was finished.
    finished: u32,
}

/// A node that has begun.
struct Marker(usize);

/// A node that is finished, and may still be put into another one.
#[derive(Clone, Copy)]
struct Completed {
    start: usize,
    kind: SyntaxKind,
}

/// What surrounds the place, as far as it changes the meaning of a token. Brackets start afresh.
#[derive(Clone, Copy, Default)]
struct Context {
    /// In a flow, where `via` and `except` are words.
    flow: bool,
    /// Between `match` and its `{`.
    scrutinee: bool,
    /// Brackets that are open.
    open: Open,
    /// Which problem says that the records around are written with `:` for `=`.
    colons: Option<usize>,
    /// The same for `,` in the place of `;`.
    commas: Option<usize>,
}

/// How many brackets of each kind are open.
#[derive(Clone, Copy, Default)]
struct Open {
    braces: u32,
    brackets: u32,
    parens: u32,
    lets: u32,
}

struct Parser<'t> {
    text: &'t str,
    base: u32,
    starts: &'t [u32],
    input: Input,
    pos: usize,
    events: Vec<Event>,
    diagnostics: Vec<Diagnostic>,
    /// Names that turned out to be words of the language, and the reverse: token and kind.
    words: Vec<(usize, SyntaxKind)>,
    context: Context,
    /// What ends each construct around the place.
    awaited: Vec<&'static str>,
    depth: u32,
    /// The token at which a problem was reported last.
    reported: Option<usize>,
    too_deep_reported: bool,
    /// Whether a string that is not closed took what stands behind it, closing brackets among it.
    swallowed: bool,
    /// Looks at tokens that are left. It never runs out, but a loop that does not consume would end here.
    fuel: Cell<u64>,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, base: u32, starts: &'t [u32], input: Input) -> Self {
        let fuel = 10_000 + 400 * input.len() as u64;
        Self {
            text,
            base,
            starts,
            events: Vec::with_capacity(input.len() + 16),
            input,
            pos: 0,
            diagnostics: Vec::new(),
            words: Vec::new(),
            context: Context::default(),
            awaited: Vec::new(),
            depth: 0,
            reported: None,
            too_deep_reported: false,
            swallowed: false,
            fuel: Cell::new(fuel),
        }
    }

    fn nth(&self, ahead: usize) -> SyntaxKind {
        let fuel = self.fuel.get();
        if fuel == 0 {
            return EOF;
        }
        self.fuel.set(fuel - 1);
        self.input.kind(self.pos + ahead)
    }

    fn current(&self) -> SyntaxKind {
        self.nth(0)
    }

    fn at(&self, kind: SyntaxKind) -> bool {
        self.current() == kind
    }

    /// Text of a token, counted from the current one.
    fn text(&self, ahead: usize) -> &'t str {
        let raw = self.input.raw(self.pos + ahead) as usize;
        match self.starts.get(raw..raw + 2) {
            Some([start, end]) => &self.text[*start as usize..*end as usize],
            _ => "",
        }
    }

    /// Where a token stands, counted from the current one.
    fn span(&self, ahead: usize) -> Span {
        self.token_span(self.pos + ahead)
    }

    fn token_span(&self, token: usize) -> Span {
        let raw = self.input.raw(token) as usize;
        match self.starts.get(raw..raw + 2) {
            Some([start, end]) => Span::new(self.base + start, self.base + end),
            _ => Span::new(self.base + self.text.len() as u32, self.base + self.text.len() as u32),
        }
    }

    /// The place directly behind the last token: where something that is missing belongs.
    fn behind(&self) -> Span {
        let end = match self.pos.checked_sub(1) {
            Some(last) => self.token_span(last).end,
            None => self.base,
        };
        Span::new(end, end)
    }

    fn bump(&mut self) {
        if self.pos < self.input.len() {
            self.pos += 1;
        }
    }

    /// Consumes the token as one of another kind: a name that is a word here, or the reverse.
    fn bump_as(&mut self, kind: SyntaxKind) {
        if self.current() != kind {
            self.words.push((self.pos, kind));
        }
        self.bump();
    }

    fn eat(&mut self, kind: SyntaxKind) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    fn start(&mut self) -> Marker {
        let first = self.pos as u32;
        self.events.push(Event { kind: Tombstone, forward: 0, first, end: first, finished: 0 });
        Marker(self.events.len() - 1)
    }

    /// Takes back a node in which nothing happened yet.
    fn abandon(&mut self, marker: Marker) {
        debug_assert!(self.events.len() == marker.0 + 1, "only the node begun last can be taken back");
        self.events.pop();
    }

    fn complete(&mut self, marker: Marker, kind: SyntaxKind) -> Completed {
        let finished = self.events.len() as u32;
        let event = &mut self.events[marker.0];
        event.kind = kind;
        event.end = self.pos as u32;
        event.finished = finished;
        Completed { start: marker.0, kind }
    }

    /// Changes what a finished node is.
    fn rename(&mut self, node: Completed, kind: SyntaxKind) -> Completed {
        self.events[node.start].kind = kind;
        Completed { kind, ..node }
    }

    /// Begins a node around one that is finished.
    fn precede(&mut self, node: Completed) -> Marker {
        let marker = self.start();
        self.events[node.start].forward = (marker.0 - node.start) as u32;
        self.events[marker.0].first = self.events[node.start].first;
        marker
    }

    /// Reports a problem at the current token, unless one is reported there already. Behind something too deep, what
    /// seems to be missing may be in what was passed over; at the end of the file, in a string that is not closed.
    fn report(&mut self, problem: Diagnostic) {
        let swallowed = self.swallowed && self.at(EOF);
        if !self.is_reported() && !self.too_deep_reported && !swallowed {
            self.diagnostics.push(problem);
        }
        self.reported = Some(self.pos);
    }

    fn is_reported(&self) -> bool {
        self.reported == Some(self.pos) || self.input.follows_error(self.pos)
    }

    /// Nothing is reported at the current token: the lexer did.
    fn silence(&mut self) {
        self.reported = Some(self.pos);
    }

    /// Reports that the current token has no meaning here.
    fn unexpected(&mut self, expected: &str) {
        let found = self.describe();
        let span = self.span(0);
        let problem = unexpected::problem(span, &found, expected);
        self.report(match self.text(0) {
            "in" => problem.help("whether a list has an item is written `elem item list`"),
            "and" => problem.help("that both hold is written `a && b`"),
            "or" => problem.help("that one of two holds is written `a || b`"),
            _ => problem,
        });
    }

    /// The current token in words.
    fn describe(&self) -> std::string::String {
        match self.current() {
            EOF => "the end of the file".into(),
            StringStart | IndentStart => "a string".into(),
            StringText | StringEscape | StringEnd => "the rest of a string".into(),
            _ => {
                let text: std::string::String = self.text(0).chars().take(40).collect();
                format!("`{text}`")
            }
        }
    }

    /// Runs `inside` between brackets, where the meaning of words and `{` starts afresh. `closer` ends them.
    fn bracketed<T>(&mut self, closer: &'static str, inside: impl FnOnce(&mut Self) -> T) -> T {
        let saved = self.context;
        let mut open = saved.open;
        match closer {
            "}" => open.braces += 1,
            "]" => open.brackets += 1,
            ")" => open.parens += 1,
            _ => open.lets += 1,
        }
        let Context { colons, commas, .. } = saved;
        self.context = Context { open, colons, commas, ..Context::default() };
        let result = self.awaiting(closer, inside);
        self.context = saved;
        result
    }

    /// Runs `inside` a construct that ends with `closer`.
    fn awaiting<T>(&mut self, closer: &'static str, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.awaited.push(closer);
        let result = inside(self);
        self.awaited.pop();
        result
    }

    /// Runs `inside` one level deeper, or passes over what is too deep.
    fn deeper(&mut self, inside: impl FnOnce(&mut Self) -> Completed) -> Completed {
        if self.depth >= MAX_DEPTH {
            let span = self.span(0);
            self.report(too_deep::problem(span, MAX_DEPTH));
            self.too_deep_reported = true;
            return self.skip_operand();
        }
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        result
    }
}
