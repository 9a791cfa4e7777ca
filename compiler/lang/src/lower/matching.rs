//! `match`: arms become code, and one that comes too late is found.

use arvc_syntax::ast::{self, ArmPattern, AstNode};
use arvc_syntax::kind::SyntaxKind;
use arvc_syntax::source::Span;

use super::Lowerer;
use super::scope::Scope;
use crate::errors::unreachable_arm;
use crate::eval::value::Key;
use crate::ir::{Arm, Expr, ExprId};
use crate::report::BY_THE_PARSER;

impl<'t> Lowerer<'_, '_, 't> {
    pub(super) fn matching(&mut self, matching: ast::Match<'t>) -> ExprId {
        let span = matching.span();
        let subject = self.maybe(matching.scrutinee(), span);
        let mut arms: Vec<Arm> = Vec::new();
        // Arms whose pattern was not understood may be for any tag.
        let mut damaged = matching.node().has_error_child();
        let mut rest: Option<Span> = None;
        for arm in matching.arms() {
            let (pattern, place) = match arm.pattern() {
                Some(ArmPattern::Tag { tag, payload }) => (Some((tag, payload)), tag.span()),
                Some(ArmPattern::Rest(word)) => (None, word.span()),
                None => {
                    damaged = true;
                    continue;
                }
            };
            let tag = pattern.map(|(tag, _)| Key { name: self.names.intern(tag.text()), span: tag.span() });
            let first = tag.and_then(|tag| arms.iter().filter_map(|arm| arm.tag).find(|other| other.name == tag.name));
            match (rest, first, pattern) {
                (Some(rest), ..) => {
                    self.reports.early(unreachable_arm::new(None, rest, place));
                }
                (None, Some(first), Some((tag, _))) => {
                    self.reports.early(unreachable_arm::new(Some(tag.text()), first.span, place));
                }
                _ => {}
            }
            if tag.is_none() {
                rest.get_or_insert(place);
            }
            let payload = pattern.and_then(|(_, payload)| payload);
            let name = payload.filter(|payload| payload.kind() == SyntaxKind::Ident);
            if let Some(name) = name {
                let name = self.names.intern(name.text());
                self.scopes.push(Scope::of_parameters([Some(name)]));
            }
            let body = self.maybe(arm.body(), arm.span());
            if name.is_some() {
                self.scopes.pop();
            }
            arms.push(Arm { tag, carries: payload.is_some(), binds: name.is_some(), body, span: arm.span() });
        }
        if damaged {
            let body = self.error(BY_THE_PARSER, span);
            arms.push(Arm { tag: None, carries: false, binds: false, body, span });
        }
        let first = self.program.arms.len() as u32;
        let count = arms.len() as u32;
        self.program.arms.extend(arms);
        self.program.push(Expr::Match(subject, first, count), span)
    }
}
