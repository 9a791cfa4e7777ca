//! Which of several definitions of a path count: the strongest, all of a set, and those that join as records.
//!
//! It is decided on definitions, before anything is evaluated. What no definition's text can tell, as whether the result
//! of a call is a record, is left to `joined`.

use arvc_syntax::ast::{self, AstNode};
use arvc_syntax::diagnostic::nearest;
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::Lowerer;
use super::fields::{Entry, Fields, Given, Source};
use crate::compose::Strength;
use crate::errors::{conflict, duplicate_definition, nothing_to_unset};
use crate::ir::Rank;
use crate::schema::types::{Definition, Schema, Type, TypeId};

/// What a path may be, where the schema says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) ty: Option<TypeId>,
    /// A set, of which several definitions unite.
    pub(super) set: bool,
}

impl Place {
    /// Whether two values of it may be records that join.
    pub(super) fn joins(self, schema: Option<&Schema>) -> bool {
        let (Some(ty), Some(schema)) = (self.ty, schema) else { return true };
        match schema.ty(ty) {
            Type::Named(def) => matches!(schema.def(def).definition, Definition::Record { .. }),
            Type::Map(_) => true,
            _ => false,
        }
    }

    /// The place of a field.
    pub(super) fn field(self, schema: Option<&Schema>, name: Symbol) -> Self {
        let (Some(ty), Some(schema)) = (self.ty, schema) else { return Self::default() };
        match schema.ty(ty) {
            Type::Map(item) => Self { ty: Some(item), set: false },
            Type::Named(def) => match &schema.def(def).definition {
                Definition::Record { fields, rest } => match fields.iter().find(|field| field.name == name) {
                    Some(field) => Self { ty: Some(field.ty), set: field.set },
                    None => Self { ty: *rest, set: false },
                },
                Definition::Union(_) => Self::default(),
            },
            _ => Self::default(),
        }
    }
}

/// Whether an expression is known not to be a record, from its form alone.
fn is_leaf(source: Source<'_>) -> bool {
    let Source::Expr(expr) = source else { return matches!(source, Source::Error(_)) };
    matches!(
        expr,
        ast::Expr::Literal(_)
            | ast::Expr::String(_)
            | ast::Expr::List(_)
            | ast::Expr::Lambda(_)
            | ast::Expr::Flow(_)
            | ast::Expr::Tag(_)
            | ast::Expr::Has(_)
            | ast::Expr::Unary(_)
            | ast::Expr::Secret(_)
            | ast::Expr::Path(_)
            | ast::Expr::Error(_)
    )
}

impl<'t> Fields<'t> {
    /// The strongest definition in it.
    pub(super) fn strongest(&self) -> Option<Strength> {
        self.strengths().into_iter().max()
    }

    /// The strengths of all definitions in it, as they come.
    fn strengths(&self) -> Vec<Strength> {
        let mut found: Vec<Strength> = self.literals.iter().map(|opened| opened.strength).collect();
        found.extend(self.computed.iter().map(|computed| computed.strength));
        for entry in &self.entries {
            found.extend(entry.wholes().map(|given| given.strength));
            found.extend(entry.parts.iter().flat_map(|parts| parts.strengths()));
        }
        found
    }

    /// Whether its computed keys stand in several layers: then each layer is a record of its own.
    pub(super) fn is_banded(&self) -> bool {
        let Some(first) = self.computed.first() else { return false };
        self.strengths().iter().any(|strength| strength.layer != first.strength.layer)
    }

    /// The file and the place of its first definition.
    fn first_place(&self) -> Option<(usize, Span)> {
        let literal = self.literals.first().map(|opened| (opened.part, opened.record.span()));
        literal.or_else(|| {
            let entry = self.entries.first()?;
            match (&entry.whole, &entry.parts) {
                (Some(given), _) => Some((given.part, given.key.span)),
                (None, parts) => parts.as_ref()?.first_place(),
            }
        })
    }

    /// All definitions of wholes in it, each with what the schema says of it.
    fn into_given(self, schema: Option<&Schema>, place: Place, into: &mut Vec<Given<'t>>) {
        for entry in self.entries {
            let place = place.field(schema, entry.key.name);
            into.extend(entry.whole.into_iter().chain(entry.more).map(|given| Given { ty: place.ty, ..given }));
            if let Some(parts) = entry.parts {
                parts.into_given(schema, place, into);
            }
        }
    }
}

impl<'t> Entry<'t> {
    /// Whether a layer below says something of it.
    fn is_below(&self, strength: Strength) -> bool {
        self.wholes().any(|given| given.strength.layer < strength.layer)
            || self
                .parts
                .as_ref()
                .is_some_and(|parts| parts.strengths().into_iter().any(|other| other.layer < strength.layer))
    }
}

impl<'t> Lowerer<'_, '_, 't> {
    /// Decides everything in a record. What lost is given back: its names are checked all the same.
    pub(super) fn settle(&mut self, fields: &mut Fields<'t>, place: Place) -> Vec<Given<'t>> {
        if std::mem::take(&mut self.unsettled) && fields.refresh() {
            self.settle_fields(fields, place, None, None);
        }
        std::mem::take(&mut self.overridden)
    }

    /// `floor`: what is weaker is gone. `open`: the lowest layer with a value, of a record around, that only evaluation
    /// knows.
    fn settle_fields(
        &mut self,
        fields: &mut Fields<'t>,
        place: Place,
        floor: Option<Strength>,
        open: Option<Strength>,
    ) {
        fields.index.clear();
        if let Some(floor) = floor {
            fields.literals.retain(|opened| opened.strength >= floor);
            fields.computed.retain(|computed| computed.strength >= floor);
        }
        let unset =
            fields.entries.iter().any(|entry| entry.wholes().any(|given| matches!(given.source, Source::Unset)));
        let below: Vec<(Symbol, Strength)> = match unset {
            true => fields.entries.iter().filter_map(|entry| Some((entry.key.name, weakest(entry)?))).collect(),
            false => Vec::new(),
        };
        for mut entry in std::mem::take(&mut fields.entries) {
            if entry.is_mixed() || floor.is_some() {
                entry.place = place.field(self.site_schema(), entry.key.name);
                let unset = entry.wholes().find(|given| matches!(given.source, Source::Unset)).map(|given| given.span);
                fields.gone.extend(unset.map(|span| (entry.key.name, span)));
                if !self.settle_entry(&mut entry, floor, open, &below) {
                    continue;
                }
            }
            fields.entries.push(entry);
        }
        for computed in &mut fields.computed {
            let schema = self.site_schema();
            let ty = match place.ty.zip(schema).map(|(ty, schema)| schema.ty(ty)) {
                Some(Type::Map(item)) => Some(item),
                _ => None,
            };
            computed.entry.place = Place { ty, set: false };
            self.settle_entry(&mut computed.entry, None, None, &[]);
        }
    }

    /// Decides what a key is. False if it is nothing.
    fn settle_entry(
        &mut self,
        entry: &mut Entry<'t>,
        floor: Option<Strength>,
        open: Option<Strength>,
        below: &[(Symbol, Strength)],
    ) -> bool {
        let name = entry.key.name;
        let unsets: Vec<Given<'t>> =
            entry.wholes().filter(|given| matches!(given.source, Source::Unset)).copied().collect();
        let mut known = false;
        for unset in unsets {
            if entry.is_below(unset.strength) {
                known = true;
                self.unset.entry(name).or_insert(unset.span);
                continue;
            }
            if open.is_some_and(|open| open.layer < unset.strength.layer) {
                continue;
            }
            let others: Vec<&str> = below
                .iter()
                .filter(|(_, strength)| strength.layer < unset.strength.layer)
                .map(|(name, _)| self.names.get(*name))
                .collect();
            let text = self.names.get(name);
            let near = nearest(text, others.iter().copied());
            self.reports.early(nothing_to_unset::new(text, unset.key.span, near, &others));
        }
        let mut cut = floor;
        for given in entry.wholes() {
            if matches!(given.source, Source::Unset) || given.strength.rank == Rank::Force {
                cut = cut.max(Some(given.strength));
            }
        }
        for opened in entry.parts.iter().flat_map(|parts| &parts.literals) {
            if opened.strength.rank == Rank::Force {
                cut = cut.max(Some(opened.strength));
            }
        }
        let mut wholes = Vec::new();
        for given in entry.whole.take().into_iter().chain(std::mem::take(&mut entry.more)) {
            match Some(given.strength) >= cut {
                true => wholes.push(given),
                false => self.lose(given, entry.place),
            }
        }
        let dark = wholes.iter().filter(|given| !is_leaf(given.source) && !matches!(given.source, Source::Unset));
        let inner = dark.map(|given| given.strength).chain(open).min();
        if let Some(mut parts) = entry.parts.take() {
            self.settling.push(name);
            self.settle_fields(&mut parts, entry.place, cut, inner);
            self.settling.pop();
            if !parts.is_empty() {
                entry.parts = Some(parts);
            }
        }
        let files = self.parts;
        let order = |given: &Given<'t>| (files.get(given.part).map(|part| part.path.as_str()), given.span);
        wholes.sort_by(|a, b| b.strength.cmp(&a.strength).then_with(|| order(a).cmp(&order(b))));
        let unset = self.settle_unset(entry, &mut wholes, open);
        match entry.place.set {
            true => self.settle_set(entry.key.name, entry.place, &mut wholes),
            false => self.settle_wholes(entry, &mut wholes),
        }
        self.settle_key(entry, &wholes);
        match unset {
            // What is said above replaces what is below, as a block.
            Some(_) if !wholes.is_empty() || entry.parts.is_some() => {
                self.program.marks.insert(entry.key.span, Rank::Force);
            }
            Some(unset) => {
                self.program.unset.insert(unset.key.span, known);
                entry.key = unset.key;
                wholes.push(unset);
            }
            None => {}
        }
        let mut wholes = wholes.into_iter();
        entry.whole = wholes.next();
        entry.more = wholes.collect();
        entry.whole.is_some() || entry.parts.is_some()
    }

    /// `unset` gives way to what is said beside it, and that is a conflict if it is said in the same layer. It is given
    /// back if it has to be looked at again when what is below is known.
    fn settle_unset(
        &mut self,
        entry: &Entry<'t>,
        wholes: &mut Vec<Given<'t>>,
        open: Option<Strength>,
    ) -> Option<Given<'t>> {
        let unset = wholes.iter().find(|given| matches!(given.source, Source::Unset)).copied()?;
        let others = wholes.iter().filter(|given| !matches!(given.source, Source::Unset));
        let other = others.map(|given| (given.strength, given.span)).chain(
            entry.parts.iter().flat_map(|parts| &parts.literals).map(|opened| (opened.strength, opened.record.span())),
        );
        if let Some((_, span)) = other.into_iter().find(|(strength, _)| *strength == unset.strength) {
            let name = self.settled_path(entry.key.name);
            self.reports.early(conflict::unset(&name, unset.span, span));
        }
        wholes.retain(|given| !matches!(given.source, Source::Unset));
        open.is_some_and(|open| open.layer < unset.strength.layer).then_some(unset)
    }

    /// A set is all that is said of it; a `default` counts only if nobody says more.
    fn settle_set(&mut self, name: Symbol, place: Place, wholes: &mut Vec<Given<'t>>) {
        let mut kept: Vec<Given<'t>> = Vec::new();
        for given in std::mem::take(wholes) {
            let twice = kept.iter().find(|other| other.strength == given.strength && other.part == given.part);
            if let Some(first) = twice.copied() {
                self.twice(name, first, given);
            } else if given.strength.rank == Rank::Default
                && kept.first().is_some_and(|other| other.strength != given.strength)
            {
                self.lose(given, place);
            } else {
                kept.push(given);
            }
        }
        // The lowest layer first, as in a list that is added to.
        kept.sort_by_key(|given| given.strength.layer);
        *wholes = kept;
    }

    fn settle_wholes(&mut self, entry: &mut Entry<'t>, wholes: &mut Vec<Given<'t>>) {
        let joins = entry.place.joins(self.site_schema());
        let mut kept: Vec<Given<'t>> = Vec::new();
        for given in std::mem::take(wholes) {
            match kept.last().copied() {
                Some(last) if last.strength == given.strength => {
                    self.twice(entry.key.name, last, given);
                    self.lose(given, entry.place);
                }
                // A record can only join a record.
                Some(last) if !joins || is_leaf(given.source) || (kept.len() == 1 && is_leaf(last.source)) => {
                    self.lose(given, entry.place);
                }
                _ => kept.push(given),
            }
        }
        *wholes = kept;
        let (Some(whole), Some(parts)) = (wholes.first().copied(), &entry.parts) else { return };
        if joins && !is_leaf(whole.source) {
            return;
        }
        let strongest = parts.strongest().unwrap_or(whole.strength);
        if whole.strength < strongest {
            for given in std::mem::take(wholes) {
                self.lose(given, entry.place);
            }
            return;
        }
        if whole.strength == strongest {
            let (other, part) = parts.first_place().unwrap_or((whole.part, entry.key.span));
            let name = self.settled_path(entry.key.name);
            self.reports.early(match other == whole.part {
                true => duplicate_definition::whole_and_part(&name, whole.key.span, part),
                false => conflict::whole_and_part(&name, whole.span, part),
            });
        }
        if let Some(parts) = entry.parts.take() {
            let mut lost = std::mem::take(&mut self.overridden);
            parts.into_given(self.site_schema(), entry.place, &mut lost);
            self.overridden = lost;
        }
    }

    /// Keeps a definition that does not count.
    fn lose(&mut self, given: Given<'t>, place: Place) {
        self.overridden.push(Given { ty: place.ty, ..given });
    }

    /// Two definitions of one strength.
    fn twice(&mut self, name: Symbol, first: Given<'t>, second: Given<'t>) {
        let name = self.settled_path(name);
        self.reports.early(match first.part == second.part {
            true if first.key.span <= second.key.span => {
                duplicate_definition::new(&name, first.key.span, second.key.span)
            }
            true => duplicate_definition::new(&name, second.key.span, first.key.span),
            false => conflict::new(&name, first.strength.rank, first.span, second.span),
        });
    }

    /// The path to a key of the record that is being settled, as far as it is known.
    fn settled_path(&self, name: Symbol) -> String {
        let around: Option<Vec<Symbol>> = self.nested.iter().map(|nested| nested.name).collect();
        let names = around.unwrap_or_default().into_iter().chain(self.settling.iter().copied()).chain([name]);
        names.map(|name| self.names.get(name)).collect::<Vec<_>>().join(".")
    }

    /// The key that stands for all definitions, and its mark.
    fn settle_key(&mut self, entry: &mut Entry<'t>, wholes: &[Given<'t>]) {
        let mut rank = Rank::Plain;
        if let Some(given) = wholes.first() {
            (entry.key, rank) = (given.key, given.strength.rank);
        } else if let Some(parts) = &mut entry.parts {
            let files = self.parts;
            parts.literals.sort_by_key(|opened| {
                (opened.strength, files.get(opened.part).map(|part| part.path.as_str()), opened.record.span())
            });
            if let Some(opened) = parts.literals.first() {
                entry.key = opened.key.unwrap_or(entry.key);
            }
            if parts.literals.iter().any(|opened| opened.strength.rank == Rank::Force) {
                rank = Rank::Force;
            }
        }
        if rank != Rank::Plain {
            self.program.marks.insert(entry.key.span, rank);
        }
    }
}

/// The weakest definition of a key, and `None` if there is none.
fn weakest(entry: &Entry<'_>) -> Option<Strength> {
    let wholes = entry.wholes().map(|given| given.strength);
    wholes.chain(entry.parts.iter().flat_map(|parts| parts.strengths())).min()
}
