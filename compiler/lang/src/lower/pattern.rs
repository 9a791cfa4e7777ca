//! Functions and their parameters.

use arvc_syntax::ast::{self, AstNode};
use arvc_syntax::intern::Symbol;

use super::Lowerer;
use super::scope::Scope;
use crate::errors::duplicate_definition;
use crate::eval::value::Key;
use crate::ir::{Expr, ExprId, FnId, Function, Pattern, PatternField};
use crate::report::BY_THE_PARSER;

impl<'t> Lowerer<'_, '_, 't> {
    /// A function that was defined as `name`; its body is lowered by `body`.
    pub(super) fn lambda(
        &mut self,
        lambda: ast::Lambda<'t>,
        name: Option<Symbol>,
        body: fn(&mut Self, ast::Expr<'t>) -> ExprId,
    ) -> ExprId {
        let span = lambda.span();
        let pattern = match lambda.pattern() {
            Some(ast::Pattern::Name(parameter)) => {
                let text = parameter.text();
                let parameter = (text != "_").then(|| self.names.intern(text));
                self.scopes.push(Scope::of_parameters([parameter]));
                Pattern::Name
            }
            Some(ast::Pattern::Record(record)) => self.record_pattern(record),
            Some(ast::Pattern::Error(_)) | None => return self.error(BY_THE_PARSER, span),
        };
        let body = match lambda.body() {
            Some(expr) => body(self, expr),
            None => self.error(BY_THE_PARSER, span),
        };
        self.scopes.pop();
        self.program.functions.push(Function { name, pattern, body });
        let function = FnId(self.program.functions.len() as u32 - 1);
        self.program.push(Expr::Lambda(function), span)
    }

    /// Opens the scope of the pattern's names.
    fn record_pattern(&mut self, record: ast::RecordPattern<'t>) -> Pattern {
        let mut keys: Vec<Key> = Vec::new();
        let mut fields = Vec::new();
        for field in record.fields() {
            let Some(token) = field.name() else { continue };
            let key = Key { name: self.names.intern(token.text()), span: token.span() };
            if let Some(first) = keys.iter().find(|known| known.name == key.name) {
                self.reports.early(duplicate_definition::new(token.text(), first.span, key.span));
                continue;
            }
            keys.push(key);
            fields.push(field);
        }
        let whole = record.binding();
        let mut parameters: Vec<Option<Symbol>> = keys.iter().map(|key| Some(key.name)).collect();
        if let Some(whole) = whole {
            let name = self.names.intern(whole.text());
            if let Some(first) = keys.iter().find(|known| known.name == name) {
                self.reports.early(duplicate_definition::new(whole.text(), first.span, whole.span()));
            }
            parameters.push(Some(name));
        }
        self.scopes.push(Scope::of_parameters(parameters));
        let fields = keys.into_iter().zip(fields).map(|(key, field)| {
            let default = field.default().map(|default| self.expr(default));
            if let Some(default) = default {
                self.program.named[default.0 as usize] = true;
                self.program.bindings.push((default, key));
            }
            let annotation = field.annotation();
            let (ty, absent) = annotation.map(|ty| self.parameter_type(ty)).unzip();
            PatternField {
                key,
                default,
                optional: field.is_optional() || absent.unwrap_or(false),
                ty,
                annotation: annotation.map(|ty| ty.span()),
            }
        });
        let fields = fields.collect();
        let open = record.rest().is_some() || record.node().has_error_child();
        Pattern::Record { fields, open, whole: whole.is_some() }
    }
}
