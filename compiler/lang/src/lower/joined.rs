//! A path that is defined as a whole and in parts, or in several layers by expressions that may be records: what they
//! give is known only when they are evaluated, and in which order they win is known here.

use super::Lowerer;
use super::fields::{Entry, Fields, Given};
use super::settle::Place;
use crate::compose::Strength;
use crate::eval::value::Key;
use crate::ir::{Expr, ExprId};

impl<'t> Fields<'t> {
    /// Takes out the definitions that are as strong as is asked.
    fn take(&mut self, wanted: &dyn Fn(Strength) -> bool) -> Self {
        let mut taken = Fields { mixed: true, ..Fields::default() };
        let opened = std::mem::take(&mut self.literals).into_iter().partition(|opened| wanted(opened.strength));
        (taken.literals, self.literals) = opened;
        let computed = std::mem::take(&mut self.computed).into_iter().partition(|one| wanted(one.strength));
        (taken.computed, self.computed) = computed;
        for mut entry in std::mem::take(&mut self.entries) {
            let mut out = Entry {
                key: entry.key,
                whole: None,
                more: Vec::new(),
                parts: None,
                place: entry.place,
                types: entry.types.clone(),
            };
            let (yes, no): (Vec<Given<'t>>, Vec<Given<'t>>) = entry
                .whole
                .take()
                .into_iter()
                .chain(std::mem::take(&mut entry.more))
                .partition(|one| wanted(one.strength));
            (out.whole, out.more) = split(yes);
            (entry.whole, entry.more) = split(no);
            if let Some(mut parts) = entry.parts.take() {
                let inner = parts.take(wanted);
                out.parts = (!inner.is_empty()).then(|| Box::new(inner));
                entry.parts = (!parts.is_empty()).then_some(parts);
            }
            if out.whole.is_some() || out.parts.is_some() {
                taken.entries.push(out);
            }
            if entry.whole.is_some() || entry.parts.is_some() {
                self.entries.push(entry);
            }
        }
        taken
    }
}

fn split<'t>(given: Vec<Given<'t>>) -> (Option<Given<'t>>, Vec<Given<'t>>) {
    let mut given = given.into_iter();
    (given.next(), given.collect())
}

/// What is as strong as one another.
enum Whole<'t> {
    Given(Given<'t>),
    /// The computed keys of one layer.
    Computed(Fields<'t>),
}

impl<'t> Lowerer<'_, '_, 't> {
    /// The expression of a key that several definitions give a value together.
    pub(super) fn joined(&mut self, mut entry: Entry<'t>, scope: bool) -> ExprId {
        let key = entry.key;
        let given: Vec<Given<'t>> = entry.whole.into_iter().chain(entry.more).collect();
        if entry.place.set && entry.parts.is_none() {
            let children: Vec<ExprId> = given.into_iter().map(|given| self.given_expr(given, scope)).collect();
            let children = self.program.add_children(&children);
            return self.program.push(Expr::Unite(children), key.span);
        }
        let mut wholes: Vec<(Strength, Whole<'t>)> =
            given.into_iter().map(|given| (given.strength, Whole::Given(given))).collect();
        let mut parts = entry.parts.take().map(|parts| *parts).unwrap_or_default();
        self.note_types(&parts, entry.place);
        let gone = std::mem::take(&mut parts.gone);
        for computed in std::mem::take(&mut parts.computed) {
            let strength = computed.strength;
            match wholes.iter_mut().find(|(other, whole)| *other == strength && matches!(whole, Whole::Computed(_))) {
                Some((_, Whole::Computed(fields))) => fields.computed.push(computed),
                _ => {
                    let fields = Fields { computed: vec![computed], ..Fields::default() };
                    wholes.push((strength, Whole::Computed(fields)));
                }
            }
        }
        wholes.sort_by_key(|whole| std::cmp::Reverse(whole.0));
        let mut result = None;
        for (strength, whole) in wholes {
            let above = parts.take(&|other| other > strength);
            result = self.below(result, above, key);
            let whole = match whole {
                Whole::Given(given) => self.given_expr(given, scope),
                Whole::Computed(fields) => self.parts(fields, Some(key)),
            };
            let beside = parts.take(&|other| other == strength);
            let whole = match beside.is_empty() {
                true => whole,
                false => {
                    let beside = self.parts(beside, Some(key));
                    self.program.push(Expr::Beside(whole, beside), key.span)
                }
            };
            result = Some(match result {
                Some(upper) => self.program.push(Expr::Layers(whole, upper), key.span),
                None => whole,
            });
        }
        let joined = match self.below(result, parts, key) {
            Some(result) => result,
            None => self.parts(Fields::default(), Some(key)),
        };
        let span = self.program.span(joined);
        self.program.gone.extend(gone.into_iter().map(|(name, at)| ((span, name), at)));
        joined
    }

    /// Puts parts below what was found so far.
    fn below(&mut self, upper: Option<ExprId>, parts: Fields<'t>, key: Key) -> Option<ExprId> {
        if parts.is_empty() {
            return upper;
        }
        let lower = self.parts(parts, Some(key));
        Some(match upper {
            Some(upper) => self.program.push(Expr::Layers(lower, upper), key.span),
            None => lower,
        })
    }

    /// Keeps what the schema says of parts that join a value only when it is known: sets unite, and what is neither a
    /// set nor a record is replaced, though it may be one for the evaluation, as an entity is.
    fn note_types(&mut self, fields: &Fields<'t>, place: Place) {
        for entry in &fields.entries {
            let place = place.field(self.site_schema(), entry.key.name);
            for given in entry.wholes() {
                if place.set {
                    self.program.sets.insert(given.key.span);
                } else if !place.joins(self.site_schema()) {
                    self.program.leaves.insert(given.key.span);
                }
            }
            if let Some(parts) = &entry.parts {
                self.note_types(parts, place);
            }
        }
    }
}
