//! What an expression itself says of the keys of its value, where a declared type says less: a map that is written out
//! keeps its keys.

use arvc_syntax::intern::Symbol;

use super::Checker;
use super::env::EnvId;
use super::ty::{INDEXED, Rest, Slot, Ty};
use crate::ir::{Expr, ExprId};

/// What an expression says of a key.
pub(super) enum Said {
    /// This expression.
    Expr(ExprId, EnvId),
    /// Something, whose type its place declares.
    Something,
    /// Nothing: it has other keys.
    Nothing,
    /// Only evaluation knows.
    Unknown,
}

/// A record that is written out: its first key, its first field, and how many there are.
#[derive(Clone, Copy)]
struct Written {
    keys: u32,
    fields: u32,
    len: u32,
}

impl Checker<'_> {
    fn literal_record(&self, expr: ExprId) -> Option<Written> {
        Some(match self.program.get(expr) {
            Expr::Record { keys, fields, len } | Expr::Scope { keys, fields, len } => Written { keys, fields, len },
            Expr::Composed(index) => {
                let composed = self.program.composed[index as usize];
                Written { keys: composed.keys, fields: composed.fields, len: composed.len }
            }
            _ => return None,
        })
    }

    /// Where a key stands among those of a record.
    fn key_at(&mut self, written: Written, name: Symbol) -> Option<usize> {
        let keys = &self.program.keys[written.keys as usize..(written.keys + written.len) as usize];
        if keys.len() < INDEXED {
            return keys.iter().position(|key| key.name == name);
        }
        let places = || keys.iter().enumerate().map(|(at, key)| (key.name, at)).collect();
        self.places.entry(written.keys).or_insert_with(places).get(&name).copied()
    }

    /// What an expression says of a key.
    pub(super) fn said(&mut self, expr: ExprId, env: EnvId, name: Symbol) -> Said {
        let expr = self.program.uncoerced(expr);
        if let Some(written) = self.literal_record(expr) {
            return match self.key_at(written, name) {
                Some(at) => Said::Expr(self.program.children[written.fields as usize + at], env),
                None if self.program.damaged.binary_search(&expr).is_ok() => Said::Unknown,
                None => Said::Nothing,
            };
        }
        match self.program.get(expr) {
            Expr::Layers(lower, upper) | Expr::Beside(lower, upper) => {
                match (self.said(upper, env, name), self.said(lower, env, name)) {
                    (said @ (Said::Expr(..) | Said::Something), _) | (_, said @ (Said::Expr(..) | Said::Something)) => {
                        said
                    }
                    (Said::Nothing, Said::Nothing) => Said::Nothing,
                    _ => Said::Unknown,
                }
            }
            Expr::Computed(_) | Expr::Error(_) => Said::Unknown,
            _ => {
                let ty = self.used(expr, env);
                let (_, node) = self.types.resolve(ty);
                match node {
                    Ty::Record(record) => {
                        let record = &self.types.records[record.0 as usize];
                        match (record.field(name).copied(), record.rest) {
                            (Some(field), _) if field.optional => Said::Unknown,
                            (Some(field), _) => match field.slot {
                                Slot::Known(ty) if self.is_option(ty) => Said::Unknown,
                                Slot::Known(_) => Said::Something,
                                Slot::Lazy(expr, env) => Said::Expr(expr, env),
                            },
                            (None, Rest::Closed) => Said::Nothing,
                            (None, _) => Said::Unknown,
                        }
                    }
                    Ty::View(_, inner, inner_env) if inner != expr => self.said(inner, inner_env, name),
                    _ => Said::Unknown,
                }
            }
        }
    }

    /// The keys that an expression says, for a message.
    pub(super) fn keys_said(&mut self, expr: ExprId, env: EnvId) -> Vec<Symbol> {
        let expr = self.program.uncoerced(expr);
        if let Some(Written { keys, len, .. }) = self.literal_record(expr) {
            return self.program.keys[keys as usize..(keys + len) as usize].iter().map(|key| key.name).collect();
        }
        match self.program.get(expr) {
            Expr::Layers(lower, upper) | Expr::Beside(lower, upper) => {
                let mut keys = self.keys_said(upper, env);
                keys.extend(self.keys_said(lower, env));
                keys
            }
            Expr::Computed(_) | Expr::Error(_) => Vec::new(),
            _ => {
                let ty = self.used(expr, env);
                let (_, node) = self.types.resolve(ty);
                match node {
                    Ty::Record(record) => {
                        let fields = &self.types.records[record.0 as usize].fields;
                        fields.iter().map(|field| field.name).collect()
                    }
                    Ty::View(_, inner, inner_env) if inner != expr => self.keys_said(inner, inner_env),
                    _ => Vec::new(),
                }
            }
        }
    }
}
