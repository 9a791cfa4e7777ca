//! Expressions.

use arvc_syntax::ast::{self, AstNode, Key as AstKey};
use arvc_syntax::diagnostic::nearest;
use arvc_syntax::intern::Symbol;
use arvc_syntax::kind::SyntaxKind;
use arvc_syntax::literal::Literal;
use arvc_syntax::source::Span;
use arvc_syntax::string::StringPart;

use super::Lowerer;
use crate::data::SecretRef;
use crate::errors::{bare_path, secret_reference, unknown_name};
use crate::eval::value::{Kind, NO_PAYLOAD, Value};
use crate::ir::{Binary, Expr, ExprId, FlowExpr};
use crate::report::BY_THE_PARSER;

impl<'t> Lowerer<'_, '_, 't> {
    /// An expression.
    pub fn expr(&mut self, expr: ast::Expr<'t>) -> ExprId {
        self.named(expr, None)
    }

    pub(super) fn maybe(&mut self, expr: Option<ast::Expr<'t>>, around: Span) -> ExprId {
        match expr {
            Some(expr) => self.expr(expr),
            None => self.error(BY_THE_PARSER, around),
        }
    }

    /// An expression that is defined as `name`, so that a function can be called so in messages.
    pub(super) fn named(&mut self, expr: ast::Expr<'t>, name: Option<Symbol>) -> ExprId {
        let span = expr.span();
        match expr {
            ast::Expr::Let(bindings) => {
                let open = self.open_let(bindings, None);
                let body = self.maybe(bindings.body(), span);
                self.close_let(open, body, span)
            }
            ast::Expr::Assert(assert) => self.assert(assert, Self::expr),
            ast::Expr::Lambda(lambda) => self.lambda(lambda, name, Self::expr),
            ast::Expr::If(conditional) => {
                let condition = self.maybe(conditional.condition(), span);
                let then = self.maybe(conditional.then(), span);
                let otherwise = self.maybe(conditional.otherwise(), span);
                self.program.push(Expr::If(condition, then, otherwise), span)
            }
            ast::Expr::Match(matching) => self.matching(matching),
            ast::Expr::Flow(flow) => self.flow(flow),
            ast::Expr::Binary(binary) => self.binary(binary),
            ast::Expr::Unary(unary) => {
                let operand = self.maybe(unary.operand(), span);
                match unary.operator().map(|operator| operator.kind()) {
                    Some(SyntaxKind::Minus) => self.negate(operand, span),
                    _ => self.program.push(Expr::Not(operand), span),
                }
            }
            ast::Expr::Apply(apply) => self.apply(apply),
            ast::Expr::Select(select) => self.select(select),
            ast::Expr::SelectOr(or) => {
                let (chain, steps) = match or.selection() {
                    Some(ast::Expr::Select(select)) => (self.select(select), select.keys().count()),
                    other => (self.maybe(other, span), 0),
                };
                let fallback = self.maybe(or.fallback(), span);
                self.program.push(Expr::Or(chain, fallback, steps as u32), span)
            }
            ast::Expr::Has(has) => {
                let mut at = self.maybe(has.base(), span);
                let mut steps = 0;
                for key in has.path().into_iter().flat_map(|path| path.keys()) {
                    at = self.step(at, key, span);
                    steps += 1;
                }
                self.program.push(Expr::Has(at, steps), span)
            }
            ast::Expr::Name(name) => self.name(name.text(), span, 0),
            ast::Expr::Tag(tag) => {
                let tag = self.names.intern(tag.text());
                self.constant(Kind::Tag(tag, NO_PAYLOAD), span)
            }
            ast::Expr::Literal(literal) => self.literal(literal),
            ast::Expr::String(string) => self.string(string),
            ast::Expr::Paren(paren) => match paren.expr() {
                Some(inner) => self.named(inner, name),
                None => self.error(BY_THE_PARSER, span),
            },
            ast::Expr::List(list) => {
                let first = self.operands.len();
                for item in list.items() {
                    let item = self.expr(item);
                    self.operands.push(item);
                }
                let children = self.program.add_children(&self.operands[first..]);
                self.operands.truncate(first);
                self.program.push(Expr::List(children), span)
            }
            ast::Expr::Record(record) => self.record(record),
            ast::Expr::Import(import) => self.import(import),
            ast::Expr::Secret(secret) => self.secret(secret),
            ast::Expr::Path(path) => {
                let reported = self.reports.early(bare_path::new(path.text(), span));
                self.error(reported, span)
            }
            ast::Expr::Error(_) => self.error(BY_THE_PARSER, span),
        }
    }

    pub(super) fn constant(&mut self, kind: Kind, span: Span) -> ExprId {
        let id = ExprId(self.program.exprs.len() as u32);
        self.program.push(Expr::Const(Value::new(kind, id)), span)
    }

    pub(super) fn text(&mut self, text: String, span: Span) -> ExprId {
        let kind = self.program.store.string(text);
        self.constant(kind, span)
    }

    fn literal(&mut self, literal: ast::LiteralExpr<'t>) -> ExprId {
        let span = literal.span();
        let Some(value) = literal.value() else { return self.error(BY_THE_PARSER, span) };
        let store = &mut self.program.store;
        let kind = match value {
            Literal::Bool(value) => Kind::Bool(value),
            Literal::Int(value) => Kind::Int(value.into()),
            Literal::IntRange(first, last) => store.range(first, last),
            Literal::Address(address) => store.address(address),
            Literal::Prefix(prefix) => store.prefix(prefix),
            Literal::Ports(ports) => Kind::Ports(ports),
            Literal::Size(bytes) => Kind::Size(i64::try_from(bytes).unwrap_or(i64::MAX).into()),
            Literal::Duration(millis) => Kind::Duration(i64::try_from(millis).unwrap_or(i64::MAX).into()),
            Literal::Mac(mac) => Kind::Mac(mac),
        };
        self.constant(kind, span)
    }

    /// A negative literal is a literal: `-1` keeps its place and costs nothing.
    fn negate(&mut self, operand: ExprId, span: Span) -> ExprId {
        if let Expr::Const(Value { kind: Kind::Int(value), .. }) = self.program.get(operand)
            && let Some(value) = i64::from(value).checked_neg()
        {
            return self.constant(Kind::Int(value.into()), span);
        }
        self.program.push(Expr::Negate(operand), span)
    }

    pub(super) fn string(&mut self, string: ast::StringExpr<'t>) -> ExprId {
        let span = string.span();
        let mut parts = string.parts();
        match parts.as_mut_slice() {
            [] => return self.text(String::new(), span),
            [StringPart::Text(text)] => return self.text(std::mem::take(text), span),
            _ => {}
        }
        let mut children = Vec::new();
        for part in parts {
            children.push(match part {
                StringPart::Text(text) => self.text(text, span),
                StringPart::Expr(expr) => self.expr(expr),
            });
        }
        let children = self.program.add_children(&children);
        self.program.push(Expr::Interpolation(children), span)
    }

    pub(super) fn assert(&mut self, assert: ast::Assert<'t>, body: fn(&mut Self, ast::Expr<'t>) -> ExprId) -> ExprId {
        let span = assert.span();
        let condition = self.maybe(assert.condition(), span);
        let message = self.maybe(assert.message(), span);
        let body = match assert.body() {
            Some(expr) => body(self, expr),
            None => self.error(BY_THE_PARSER, span),
        };
        self.program.push(Expr::Assert(condition, message, body), span)
    }

    fn flow(&mut self, flow: ast::Flow<'t>) -> ExprId {
        let span = flow.span();
        let source = self.maybe(flow.source(), span);
        let target = self.maybe(flow.target(), span);
        let ports = flow.ports().map(|ports| self.expr(ports));
        // A second suffix of one kind is reported by the parser.
        let via = flow.via().next().map(|via| self.expr(via));
        let except = flow.except().next().map(|except| self.expr(except));
        self.program.flows.push(FlowExpr { source, target, ports, via, except });
        let flow = self.program.flows.len() as u32 - 1;
        self.program.push(Expr::Flow(flow), span)
    }

    fn binary(&mut self, binary: ast::Binary<'t>) -> ExprId {
        let span = binary.span();
        if let (Some(ast::Expr::Name(name)), Some(ast::Expr::Literal(number))) = (binary.left(), binary.right())
            && let ("tcp" | "udp", Some(Literal::Int(port))) = (name.text(), number.value())
            && binary.operator().is_some_and(|operator| operator.kind() == SyntaxKind::Slash)
        {
            let symbol = self.names.intern(name.text());
            if !self.is_name(symbol) {
                let problem = unknown_name::protocol(name.text(), name.span(), &port.to_string(), span);
                let reported = self.reports.early(problem);
                return self.error(reported, span);
            }
        }
        if let (Some(ast::Expr::Literal(number)), Some(ast::Expr::Name(name))) = (binary.left(), binary.right())
            && let (Some(meant), Some(Literal::Int(port))) = (nearest(name.text(), ["tcp", "udp"]), number.value())
            && binary.operator().is_some_and(|operator| operator.kind() == SyntaxKind::Slash)
        {
            let symbol = self.names.intern(name.text());
            if !self.is_name(symbol) {
                let ports = format!("{port}/{meant}");
                let reported =
                    self.reports.early(unknown_name::misspelt_protocol(name.text(), name.span(), ports, span));
                return self.error(reported, span);
            }
        }
        let left = self.maybe(binary.left(), span);
        let right = self.maybe(binary.right(), span);
        let Some(token) = binary.operator() else { return self.error(BY_THE_PARSER, span) };
        let operator = match token.kind() {
            SyntaxKind::Plus => Binary::Add,
            SyntaxKind::Minus => Binary::Subtract,
            SyntaxKind::Star => Binary::Multiply,
            SyntaxKind::Slash => Binary::Divide,
            SyntaxKind::PlusPlus => Binary::Append,
            SyntaxKind::SlashSlash => Binary::Update,
            SyntaxKind::EqEq => Binary::Equal,
            SyntaxKind::NotEq => Binary::NotEqual,
            SyntaxKind::Less => Binary::Less,
            SyntaxKind::LessEq => Binary::LessEqual,
            SyntaxKind::Greater => Binary::Greater,
            SyntaxKind::GreaterEq => Binary::GreaterEqual,
            SyntaxKind::AmpAmp => return self.program.push(Expr::And(left, right), span),
            SyntaxKind::PipePipe => return self.program.push(Expr::Either(left, right), span),
            SyntaxKind::Amp => Binary::Agree,
            _ => return self.error(BY_THE_PARSER, span),
        };
        self.program.push(Expr::Binary(operator, left, right), span)
    }

    fn apply(&mut self, apply: ast::Apply<'t>) -> ExprId {
        let span = apply.span();
        let arguments: Vec<ast::Expr<'t>> = apply.arguments().collect();
        if let (Some(ast::Expr::Tag(tag)), [payload]) = (apply.function(), arguments.as_slice()) {
            let tag = self.names.intern(tag.text());
            let payload = self.expr(*payload);
            return self.program.push(Expr::Tag(tag, payload), span);
        }
        if let (Some(ast::Expr::Name(rec)), [ast::Expr::Record(record)]) = (apply.function(), arguments.as_slice())
            && rec.text() == "rec"
            && let function = self.expr(ast::Expr::Name(rec))
            && let Expr::Error(reported) = self.program.get(function)
        {
            // The fields are no names because of the same mistake.
            let around = self.rec.replace(reported);
            let record = self.expr(ast::Expr::Record(*record));
            self.rec = around;
            return record;
        }
        let mut children = vec![self.maybe(apply.function(), span)];
        children.extend(arguments.iter().map(|argument| self.expr(*argument)));
        let children = self.program.add_children(&children);
        self.program.push(Expr::Call(children), span)
    }

    /// `base.a.b`.
    fn select(&mut self, select: ast::Select<'t>) -> ExprId {
        let span = select.span();
        let mut at = self.maybe(select.base(), span);
        for key in select.keys() {
            let end = key.span().end;
            at = self.step(at, key, Span::new(span.start, end));
        }
        at
    }

    fn step(&mut self, base: ExprId, key: AstKey<'t>, span: Span) -> ExprId {
        if let Some(key) = self.literal_key(key) {
            return self.program.push(Expr::Select(base, key.name, key.span), span);
        }
        let key = match key {
            AstKey::Dynamic(dynamic) => self.maybe(dynamic.expr(), span),
            AstKey::String(string) => match string.string() {
                Some(string) => self.string(string),
                None => self.error(BY_THE_PARSER, span),
            },
            AstKey::Name(_) | AstKey::Error(_) => self.error(BY_THE_PARSER, span),
        };
        self.program.push(Expr::Index(base, key), span)
    }

    fn import(&mut self, import: ast::Import<'t>) -> ExprId {
        let span = import.span();
        let unit = if let Some(path) = import.path() {
            let from = self.file_path().to_owned();
            self.files.import(self.program, self.reports, &from, path.text(), path.span())
        } else if let Some(library) = import.library() {
            let name = library.plain().unwrap_or_default();
            let from = self.file_path().to_owned();
            self.files.library(self.program, self.reports, &from, &name, library.span())
        } else {
            Err(BY_THE_PARSER)
        };
        match unit {
            Ok(unit) => self.program.push(Expr::Import(unit), span),
            Err(reported) => self.error(reported, span),
        }
    }

    fn secret(&mut self, secret: ast::Secret<'t>) -> ExprId {
        let span = secret.span();
        let Some(reference) = secret.reference() else { return self.error(BY_THE_PARSER, span) };
        let text = reference.plain();
        let parts = text.as_deref().and_then(|text| text.split_once('#'));
        match parts.filter(|(path, key)| !path.is_empty() && !key.is_empty()) {
            Some((path, key)) => {
                let secret = SecretRef { path: path.to_owned(), key: key.to_owned() };
                let kind = self.program.store.secret(secret);
                self.constant(kind, span)
            }
            None => {
                let reported = self.reports.early(secret_reference::new(reference.span()));
                self.error(reported, span)
            }
        }
    }
}
