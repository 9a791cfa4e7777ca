//! What a condition tells: behind `if x ? f`, `x.f` is there.

use arvc_syntax::intern::Symbol;

use super::Checker;
use super::env::EnvId;
use crate::ir::{Expr, ExprId};

/// A chain of selections from a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    frame: EnvId,
    slot: u32,
    path: Vec<Symbol>,
}

impl Checker<'_> {
    /// The place that an expression names.
    fn place(&self, id: ExprId, env: EnvId) -> Option<Place> {
        match self.program.get(id) {
            Expr::Local { up, slot } => {
                let mut frame = env;
                for _ in 0..up {
                    frame = self.envs[frame.0 as usize].parent;
                }
                Some(Place { frame, slot, path: Vec::new() })
            }
            Expr::Select(base, name, _) => {
                let mut place = self.place(base, env)?;
                place.path.push(name);
                Some(place)
            }
            _ => None,
        }
    }

    /// What is there if a condition has this outcome.
    fn facts(&self, condition: ExprId, outcome: bool, env: EnvId, facts: &mut Vec<Place>) {
        match (self.program.get(condition), outcome) {
            (Expr::Has(chain, steps), true) => {
                let mut at = chain;
                for _ in 0..steps {
                    facts.extend(self.place(at, env));
                    let (Expr::Select(base, ..) | Expr::Index(base, _)) = self.program.get(at) else { return };
                    at = base;
                }
            }
            (Expr::And(left, right), true) | (Expr::Either(left, right), false) => {
                self.facts(left, outcome, env, facts);
                self.facts(right, outcome, env, facts);
            }
            (Expr::Not(operand), _) => self.facts(operand, !outcome, env, facts),
            _ => {}
        }
    }

    /// Looks at something where a condition has had this outcome.
    pub(super) fn knowing<T>(
        &mut self,
        condition: ExprId,
        outcome: bool,
        env: EnvId,
        look: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.present.len();
        let mut facts = Vec::new();
        self.facts(condition, outcome, env, &mut facts);
        self.present.extend(facts);
        let result = look(self);
        self.present.truncate(before);
        result
    }

    /// Whether a condition told that a selection is there.
    pub(super) fn is_present(&self, id: ExprId, env: EnvId) -> bool {
        !self.present.is_empty() && self.place(id, env).is_some_and(|place| self.present.contains(&place))
    }
}
