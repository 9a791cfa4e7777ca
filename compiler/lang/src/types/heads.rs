//! What stands in front of a site's record and names it: a slot of the `let` holds the record, which is held against the
//! site's type wherever it is looked at.

use super::Checker;
use super::env::EnvId;
use super::ty::{Ty, TyId};
use crate::ir::{Children, Expr, ExprId};
use crate::schema::types::DefId;

impl Checker<'_> {
    /// Checks the entry, whose outermost record is a site.
    pub(super) fn check_site(&mut self, root: ExprId, def: DefId, site: TyId) {
        let kept = self.kept_records(root, def, site);
        self.check(root, EnvId(0), site);
        for (record, env) in kept {
            self.check(record, env, site);
        }
    }

    /// The slots in front of the record that hold it, each with its frame. What they hold is known from here on.
    fn kept_records(&mut self, root: ExprId, def: DefId, site: TyId) -> Vec<(ExprId, EnvId)> {
        let mut kept = Vec::new();
        let (mut at, mut env) = (root, EnvId(0));
        loop {
            match self.program.get(at) {
                Expr::Let(children) => {
                    let (inner, mut body) = self.open_let(at, children, env);
                    let begin = body;
                    while let Expr::Assert(_, _, next) = self.program.get(body) {
                        body = next;
                    }
                    (at, env) = (begin, inner);
                    if let Expr::Local { up: 0, slot } = self.program.get(body)
                        && slot + 2 == children.len
                    {
                        at = self.program.children(children)[slot as usize];
                        kept.push((at, inner));
                    }
                }
                Expr::Assert(_, _, body) => at = body,
                Expr::Scope { keys, fields, len } if !kept.is_empty() => {
                    self.open_site(at, Children { start: fields, len }, def, keys, len, env);
                    break;
                }
                Expr::Composed(index) if !kept.is_empty() => {
                    let composed = self.program.composed[index as usize];
                    let all = Children { start: composed.fields, len: composed.len + composed.hidden };
                    self.open_site(at, all, def, composed.keys, composed.len, env);
                    break;
                }
                _ => return Vec::new(),
            }
        }
        let view = self.types.add(Ty::View(site, at, env));
        for (record, _) in &kept {
            self.know(*record, view);
        }
        kept
    }
}
