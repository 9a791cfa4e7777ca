//! Expressions.

use super::bracket::is_filled;
use super::build::{Builder, ends_line, is_solid, split};
use super::piece::{Kind, Piece};
use crate::kind::SyntaxKind::{self, *};
use crate::tree::{Element, Node, Token};

/// Whether the last part of an expression is brackets that can be opened on the line where the expression begins.
fn opens(node: Node<'_>) -> bool {
    match node.kind() {
        Record | List => is_filled(node),
        IndentedString => node.text().contains('\n'),
        Match => true,
        Paren | Lambda => node.children().last().is_some_and(opens),
        Apply => hugged(node).is_some(),
        Binary => right_opens(node),
        Flow => flow_brackets(node).is_some(),
        _ => false,
    }
}

/// The argument of a call that is opened on the line of the call.
///
/// The last one, if it can; else the last one that is a record or a function which gives one, if only small things follow
/// it: `map (n: { … }) (range 1 3)`; else the last one if it is in parentheses.
fn hugged(call: Node<'_>) -> Option<Node<'_>> {
    let (first, last) = (call.children().next()?, call.children().last()?);
    if opens(last) {
        return Some(last);
    }
    let record = |node: &Node<'_>| {
        let function = node.children().last().filter(|inner| node.kind() == Paren && inner.kind() == Lambda);
        match function {
            Some(function) => opens(function),
            None => matches!(node.kind(), Record | IndentedString) && opens(*node),
        }
    };
    // Each argument is looked into once: twice at each level would be without end in nested calls.
    let found = call.children().filter(|part| *part != first && *part != last).filter(record).last()?;
    let mut behind = call.children().skip_while(|part| *part != found).skip(1);
    behind.all(is_small).then_some(found)
}

/// Whether it has no brackets and no function in it.
fn is_small(node: Node<'_>) -> bool {
    node.descendants().all(|node| match node.kind() {
        Record | List => !is_filled(node),
        kind => !matches!(kind, Lambda | Match | IndentedString),
    })
}

fn right_opens(binary: Node<'_>) -> bool {
    let joins = binary.tokens().any(|token| matches!(token.kind(), SlashSlash | PlusPlus | Amp));
    joins && binary.children().last().is_some_and(|right| matches!(right.kind(), Record | List) && opens(right))
}

/// The longest list of a flow, the last one of several.
fn flow_brackets(flow: Node<'_>) -> Option<Node<'_>> {
    let parts = flow.children().filter(|part| matches!(part.kind(), FlowPorts | FlowVia | FlowExcept));
    let inner = parts.filter_map(|part| part.children().next());
    inner.filter(|inner| inner.kind() == List && opens(*inner)).max_by_key(|list| list.children().count())
}

/// Operators that are written in a row.
fn same_level(one: SyntaxKind, other: SyntaxKind) -> bool {
    one == other || matches!((one, other), (Plus | Minus, Plus | Minus) | (Star | Slash, Star | Slash))
}

fn operator<'t>(binary: Node<'t>) -> Option<Token<'t>> {
    binary.tokens().next()
}

impl<'t> Builder<'t> {
    /// Any node; `hugs`: brackets in it may be opened on the line of what is around, as [`Kind::Chain`] says.
    pub(super) fn node(&mut self, node: Node<'t>, hugs: bool) {
        // They break the line of what is around, not what they stand above.
        self.comments_above(node.token_range().start);
        match node.kind() {
            Let => self.let_in(node, hugs, Self::node),
            Assert => self.assert(node, hugs, Self::node),
            Lambda => self.lambda(node, hugs),
            If => self.conditional(node),
            Match | List | Record | TypeRecord | RecordPattern => self.bracket(node, hugs),
            MatchArm => self.arm(node),
            Flow => self.flow(node, hugs),
            Binary => self.binary(node, hugs),
            Apply => self.apply(node, hugs),
            Select => self.select(node),
            Paren => self.paren(node, hugs),
            String | IndentedString => self.copied(node, hugs),
            Unary | NameRef | TagRef | Literal | PathLiteral | Interpolation | KeyPath | NameKey | StringKey
            | DynamicKey | NamePattern | TypeName | TypeVar | TypeHole | TypeParen | TypeOption => self.adjacent(node),
            Definition => self.definition(node),
            Inherit => self.inherit(node),
            Include | Extends => self.statement(node),
            TypeDefinition => self.type_definition(node),
            TypeField | TypeRest => self.type_field(node),
            TypeFunction => self.type_function(node),
            TypeUnion => self.type_union(node),
            PatternField => self.pattern_field(node),
            _ => self.in_a_row(node),
        }
    }

    /// What a file begins with: functions, `let` and `assert` stand at the margin, and their bodies too.
    pub(super) fn head(&mut self, node: Node<'t>) {
        match node.kind() {
            Let => self.let_in(node, true, |b, body, _| b.head(body)),
            Assert => self.assert(node, true, |b, body, _| b.head(body)),
            Lambda => self.file_function(node),
            _ => self.node(node, true),
        }
    }

    /// A function that is a file: its author decides whether the body is on the line of the parameter.
    fn file_function(&mut self, node: Node<'t>) {
        let over_lines = node.elements().any(ends_line);
        let (before, after) = split(node, Colon);
        before.into_iter().for_each(|element| self.element(element));
        for element in after {
            match element {
                Element::Token(token) => self.token(token),
                Element::Node(body) if matches!(body.kind(), Record | List) && !self.commented(body) => {
                    self.blank();
                    self.node(body, false);
                }
                Element::Node(body) => self.group(Kind::Chain, false, |b| {
                    if over_lines {
                        b.force();
                    }
                    b.line();
                    b.head(body);
                }),
            }
        }
    }

    /// Whether a comment stands between the token written last and a node.
    fn commented(&self, node: Node<'t>) -> bool {
        self.has_comment_before(node.token_range().start)
    }

    /// The body of something, behind a token on the same line: on that line if it fits or opens there.
    fn body(&mut self, body: Node<'t>, hugs: bool) {
        let bracket = matches!(body.kind(), Record | List | Match | IndentedString);
        if bracket && !self.commented(body) {
            self.blank();
            return self.node(body, hugs);
        }
        self.group(Kind::Chain, hugs, |b| {
            b.indented(|b| {
                b.line();
                b.node(body, true);
            });
        });
    }

    fn let_in(&mut self, node: Node<'t>, hugs: bool, body: impl FnOnce(&mut Self, Node<'t>, bool)) {
        let in_flow = std::mem::take(&mut self.in_flow);
        let over_lines = node.elements().take_while(|element| !is_token(*element, KwIn)).any(ends_line);
        let (before, after) = split(node, KwIn);
        self.group(Kind::Chain, hugs, |b| {
            if over_lines {
                b.force();
            }
            let mut before = before.into_iter();
            before.next().into_iter().for_each(|word| b.element(word));
            let end = after.first().map_or(0, |element| start(*element));
            b.indented(|b| {
                let mut first = true;
                for item in before {
                    b.item_start(start(item), first);
                    b.element(item);
                    first = false;
                }
                b.comments_below(end, first);
            });
            b.push(Piece::Line { empty: false });
            for element in after {
                match element {
                    Element::Token(token) => b.token(token),
                    Element::Node(value)
                        if opens(value) && matches!(value.kind(), Record | List) && !b.commented(value) =>
                    {
                        b.blank();
                        b.node(value, hugs);
                        return;
                    }
                    Element::Node(value) => {
                        b.group(Kind::Chain, hugs, |b| {
                            b.line();
                            body(b, value, hugs);
                        });
                        return;
                    }
                }
            }
        });
        self.in_flow = in_flow;
    }

    fn assert(&mut self, node: Node<'t>, hugs: bool, body: impl FnOnce(&mut Self, Node<'t>, bool)) {
        let over_lines = node.elements().skip_while(|element| !is_token(*element, Semicolon)).any(ends_line);
        let (head, rest) = split(node, Semicolon);
        self.group(Kind::Chain, hugs, |b| {
            for (index, element) in head.into_iter().enumerate() {
                match element {
                    Element::Token(token) if token.kind() == Comma => b.separator(token),
                    element => {
                        if index > 0 {
                            b.blank();
                        }
                        b.element(element);
                    }
                }
            }
            if over_lines {
                b.force();
            }
            for element in rest {
                match element {
                    Element::Token(token) => b.separator(token),
                    Element::Node(value) => {
                        b.line();
                        body(b, value, hugs);
                        return;
                    }
                }
            }
        });
    }

    /// `a: b: e`
    fn lambda(&mut self, node: Node<'t>, hugs: bool) {
        let (before, after) = split(node, Colon);
        before.into_iter().for_each(|element| self.element(element));
        for element in after {
            match element {
                Element::Token(token) => self.token(token),
                Element::Node(body) if body.kind() == Lambda && !self.commented(body) => {
                    self.blank();
                    self.lambda(body, hugs);
                }
                Element::Node(body) => self.body(body, hugs),
            }
        }
    }

    /// `if c then a else if d then b else c`: a value on each line, or all on one.
    fn conditional(&mut self, node: Node<'t>) {
        self.group(Kind::Chain, false, |b| {
            let mut next = Some(node);
            while let Some(node) = next.take() {
                if node.elements().any(ends_line) {
                    b.force();
                }
                let mut word = KwIf;
                for element in node.elements().filter(is_solid) {
                    match element {
                        Element::Token(token) => {
                            word = token.kind();
                            match word {
                                KwThen => b.blank(),
                                KwElse => b.line(),
                                _ => {}
                            }
                            b.token(token);
                        }
                        Element::Node(part) if word == KwIf => {
                            b.blank();
                            b.group(Kind::Chain, false, |b| b.indented(|b| b.node(part, false)));
                        }
                        Element::Node(part) if word == KwElse && part.kind() == If && !b.commented(part) => {
                            b.blank();
                            next = Some(part);
                        }
                        Element::Node(part) => b.indented(|b| {
                            b.line();
                            b.node(part, false);
                        }),
                    }
                }
            }
        });
    }

    /// `A x => e`
    fn arm(&mut self, node: Node<'t>) {
        for (index, element) in node.elements().filter(is_solid).enumerate() {
            match element {
                Element::Token(token) => {
                    if index > 0 {
                        self.blank();
                    }
                    self.token(token);
                }
                Element::Node(body) => self.body(body, false),
            }
        }
    }

    /// `a -> b : p via n except f`
    fn flow(&mut self, node: Node<'t>, hugs: bool) {
        let brackets = flow_brackets(node);
        let in_flow = std::mem::replace(&mut self.in_flow, true);
        self.group(Kind::Chain, hugs, |b| {
            let mut elements = node.elements().filter(is_solid);
            elements.next().into_iter().for_each(|source| b.element(source));
            b.indented(|b| {
                let mut behind_arrow = false;
                for element in elements {
                    match element {
                        Element::Token(token) => {
                            b.line();
                            b.token(token);
                            behind_arrow = true;
                        }
                        Element::Node(target) if behind_arrow => {
                            b.blank();
                            b.node(target, false);
                            behind_arrow = false;
                        }
                        Element::Node(part) => {
                            b.line();
                            b.flow_part(part, brackets);
                        }
                    }
                }
            });
        });
        self.in_flow = in_flow;
    }

    fn flow_part(&mut self, part: Node<'t>, brackets: Option<Node<'t>>) {
        for (index, element) in part.elements().filter(is_solid).enumerate() {
            if index > 0 {
                self.blank();
            }
            match element {
                Element::Token(token) => self.token(token),
                Element::Node(node) => self.node(node, Some(node) == brackets),
            }
        }
    }

    /// A chain of operators that bind alike; lines are broken in front of them.
    fn binary(&mut self, node: Node<'t>, hugs: bool) {
        let mut chain = vec![node];
        let mut first = node.children().next();
        while let (Some(left), Some(outer)) = (first, chain.last().copied().and_then(operator)) {
            let alike = operator(left).is_some_and(|inner| same_level(inner.kind(), outer.kind()));
            if left.kind() != Binary || !alike {
                break;
            }
            chain.push(left);
            first = left.children().next();
        }
        let opening = right_opens(node);
        self.group(Kind::Chain, hugs, |b| {
            first.into_iter().for_each(|first| b.node(first, false));
            while let Some(binary) = chain.pop() {
                for element in binary.elements().filter(is_solid).skip(1) {
                    match element {
                        Element::Token(token) => {
                            b.line();
                            b.token(token);
                            b.blank();
                        }
                        Element::Node(operand) => b.node(operand, opening && binary == node),
                    }
                }
            }
        });
    }

    /// `f a b`
    fn apply(&mut self, node: Node<'t>, hugs: bool) {
        let hugged = hugged(node).or_else(|| node.children().last().filter(|last| last.kind() == Paren));
        let whole = self.in_flow;
        self.group(Kind::Chain, hugs, |b| {
            let mut parts = node.children();
            parts.next().into_iter().for_each(|function| b.node(function, false));
            b.indented(|b| {
                for part in parts {
                    if whole {
                        b.blank();
                    } else {
                        b.line();
                    }
                    b.node(part, Some(part) == hugged);
                }
            });
        });
    }

    /// `a.b.c`
    fn select(&mut self, node: Node<'t>) {
        for element in node.elements().filter(is_solid) {
            // Digits and paths would take the dot for their own.
            if let Element::Token(token) = element
                && token.kind() == Dot
                && self.ends_with_literal()
            {
                self.blank();
            }
            self.element(element);
        }
    }

    /// `( e )`: around what opens by itself the parentheses take no lines of their own.
    fn paren(&mut self, node: Node<'t>, hugs: bool) {
        let in_flow = std::mem::take(&mut self.in_flow);
        let inner = node.children().next();
        if inner.is_some_and(opens) {
            for element in node.elements().filter(is_solid) {
                match element {
                    Element::Token(token) => self.token(token),
                    Element::Node(inner) => self.node(inner, hugs),
                }
            }
        } else {
            self.group(Kind::Bracket, hugs, |b| {
                let mut elements = node.elements().filter(is_solid);
                elements.next().into_iter().for_each(|open| b.element(open));
                let Some(inner) = elements.next() else { return };
                b.indented(|b| {
                    b.soft();
                    b.element(inner);
                });
                for close in elements {
                    b.soft();
                    b.element(close);
                }
            });
        }
        self.in_flow = in_flow;
    }
}

pub(super) fn is_token(element: Element<'_>, kind: SyntaxKind) -> bool {
    matches!(element, Element::Token(token) if token.kind() == kind)
}

/// Index of the first token.
pub(super) fn start(element: Element<'_>) -> u32 {
    match element {
        Element::Node(node) => node.token_range().start,
        Element::Token(token) => token.index(),
    }
}
