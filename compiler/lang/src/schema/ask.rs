//! The answer to a question: one value, forced as far as its type asks, and nothing else of the site.
//!
//! A path is looked up field by field together with its type, so that what the schema gives when nobody says anything is
//! a part of the answer. Any other expression is what evaluation makes of it.

use arvc_syntax::diagnostic::nearest;
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::extract::{Extracted, Extractor, Home, Step, Trail};
use super::types::{DefId, Definition, FieldType, Schema, Type, field_names};
use crate::data::DataId;
use crate::errors::unknown_field;
use crate::eval::machine::Machine;
use crate::eval::value::{CallIx, Key, Kind, Thunk, ThunkId, Value};
use crate::ir::{ExprId, UnitId};

/// What is asked for.
pub struct Wanted<'q> {
    /// The expression, lowered. None: the value of the file.
    pub expr: Option<ExprId>,
    /// The same as a path, if it is one: its names, and where the question has them.
    pub path: Option<&'q [Key]>,
    /// Whether the file is a site.
    pub site: bool,
}

/// Where a value was found.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// Its definition: the key that stands for it in the record that has it.
    pub key: Option<Span>,
    /// Whether the schema gives it, since nobody says it.
    pub schema: bool,
    /// The field's slot.
    pub slot: Option<u32>,
    /// The expression that made it.
    pub origin: Span,
    /// The call in which the record around it was made.
    pub call: Option<CallIx>,
}

/// What was found.
pub struct Answer {
    /// The value; none if it failed, or if nobody gives it.
    pub extracted: Option<Extracted>,
    /// Whether nobody gives it.
    pub absent: bool,
    /// Where a path leads.
    pub found: Option<Found>,
    /// The problems that the answer depends on, by their numbers.
    pub problems: Vec<u32>,
}

/// Answers a question.
pub fn ask(machine: &mut Machine<'_>, schema: &Schema, unit: UnitId, wanted: &Wanted<'_>) -> Answer {
    let mut asking = Asking {
        answer: Answer { extracted: None, absent: false, found: None, problems: Vec::new() },
        begin: machine.reports.len(),
    };
    let root = machine.unit(unit);
    match machine.force(root) {
        Ok(value) => {
            let mut extractor = Extractor::new(machine, schema, unit);
            extractor.asked = true;
            asking.answer(extractor, value, wanted);
        }
        Err(reported) => asking.answer.problems.push(reported.0),
    }
    let Asking { mut answer, begin } = asking;
    answer.problems.extend(begin as u32..machine.reports.len() as u32);
    if let Some(extracted) = &answer.extracted {
        answer.problems.extend(extracted.failed.iter().map(|reported| reported.0));
    }
    answer
}

struct Asking {
    answer: Answer,
    /// Problems from here on belong to the answer.
    begin: usize,
}

/// Where the fields of a path lead.
enum Walked {
    /// To a value and its type.
    Value(Value, Type, Trail, Option<CallIx>),
    /// To what the schema gives.
    Default(DataId),
    /// To a field that may be absent, and is.
    Absent,
    /// Nowhere, and that is reported.
    Failed,
    /// The schema does not say.
    Unknown,
}

impl Asking {
    fn answer(&mut self, mut extractor: Extractor<'_, '_>, root: Value, wanted: &Wanted<'_>) {
        let site = match (wanted.site, root.kind, extractor.schema.site) {
            (true, Kind::Record(record), Some(site)) => {
                extractor.find_entities(record, site);
                Some(site)
            }
            _ => None,
        };
        // What stands elsewhere in the site is none of the answer's, unless the answer meets it again.
        self.begin = extractor.machine.reports.len();
        let ty = site.map_or(Type::Any, Type::Named);
        let walked = match (wanted.expr, wanted.path) {
            (None, _) => Walked::Value(root, ty, Trail(0), None),
            (Some(_), Some(path)) if site.is_some() => self.walk(&mut extractor, root, ty, path),
            _ => Walked::Unknown,
        };
        if !matches!(walked, Walked::Value(..) | Walked::Default(_)) {
            self.answer.found = None;
        }
        let walked = match (walked, wanted.expr) {
            (Walked::Unknown, Some(expr)) => match asked(extractor.machine, expr) {
                Some(value) => Walked::Value(value, Type::Any, Trail(0), None),
                // The file is no record: then the expression stands in the place of its value.
                None => Walked::Value(root, Type::Any, Trail(0), None),
            },
            (walked, _) => walked,
        };
        let into = match walked {
            Walked::Value(slot, ty, trail, call) => match extractor.machine.force(slot) {
                Ok(Value { kind: Kind::Absent, .. }) => {
                    self.answer.absent = true;
                    None
                }
                _ => extractor.place(slot, slot.origin, ty, trail, call, Home::Root),
            },
            Walked::Default(into) => Some(into),
            Walked::Absent => {
                self.answer.absent = true;
                None
            }
            Walked::Failed | Walked::Unknown => None,
        };
        self.answer.extracted = into.map(|into| extractor.finish(into));
    }

    fn walk(&mut self, extractor: &mut Extractor<'_, '_>, root: Value, ty: Type, path: &[Key]) -> Walked {
        let (mut at, mut ty, mut trail, mut call) = (root, ty, Trail(0), None);
        for (depth, step) in path.iter().enumerate() {
            let value = match extractor.machine.force(at) {
                Ok(value) => value,
                Err(reported) => {
                    self.answer.problems.push(reported.0);
                    return Walked::Failed;
                }
            };
            let Kind::Record(record) = value.kind else { return Walked::Unknown };
            let keys = extractor.machine.heap.keys_of(record);
            let there = keys.iter().position(|key| key.name == step.name).map(|at| (at, keys[at]));
            let field = field(extractor.schema, ty, step.name);
            match (there, field) {
                (Some((index, key)), known) => {
                    at = extractor.machine.heap.slots_of(record)[index];
                    let slot = Some(extractor.machine.heap.records[record.index()].slots + index as u32);
                    call = extractor.machine.heap.records[record.index()].call.or(call);
                    let origin = extractor.machine.span(at);
                    self.answer.found = Some(Found { key: Some(key.span), schema: false, slot, origin, call });
                    trail = extractor.below(trail, Step::Field(step.name, key.span));
                    ty = match known {
                        Field::Of(ty, _) => ty,
                        Field::Unknown if depth > 0 => return self.unknown(extractor, ty, *step),
                        Field::Unknown | Field::Open => Type::Any,
                    };
                }
                (None, Field::Of(_, Some((def, index)))) => {
                    let Definition::Record { fields, .. } = &extractor.schema.def(def).definition else {
                        return Walked::Unknown;
                    };
                    let declared = fields[index];
                    let Some(default) = declared.default else {
                        return if declared.optional { Walked::Absent } else { Walked::Unknown };
                    };
                    let origin = extractor.machine.program.span(default);
                    let found = Found { key: Some(declared.key), schema: true, slot: None, origin, call: None };
                    self.answer.found = Some(found);
                    let Some(into) = extractor.default(def, index, &declared, default) else {
                        return Walked::Absent;
                    };
                    if depth + 1 == path.len() {
                        return Walked::Default(into);
                    }
                    // Below what the schema gives: its value, as any other.
                    at = extractor.machine.heap.thunk(Thunk::Delayed(default, crate::eval::machine::PRELUDE), default);
                    ty = extractor.schema.ty(declared.ty);
                }
                // A name that the record does not have may be one of a `let`, of the prelude, or a builtin.
                (None, _) if depth == 0 => return Walked::Unknown,
                (None, Field::Unknown) => return self.unknown(extractor, ty, *step),
                (None, _) => return Walked::Unknown,
            }
        }
        if let (Ok(value), Some(found)) = (extractor.machine.force(at), &mut self.answer.found) {
            found.origin = extractor.machine.span(value);
            if let Kind::Record(record) = value.kind {
                found.call = extractor.machine.heap.records[record.index()].call;
            }
        }
        Walked::Value(at, ty, trail, call)
    }

    /// A field that the type does not have.
    fn unknown(&mut self, extractor: &mut Extractor<'_, '_>, ty: Type, step: Key) -> Walked {
        let schema = extractor.schema;
        let (Type::Named(def) | Type::Ref(def)) = ty else { return Walked::Unknown };
        let Definition::Record { fields, .. } = &schema.def(def).definition else { return Walked::Unknown };
        let names = &*extractor.machine.names;
        let known = field_names(fields, names);
        let name = names.get(step.name);
        let near = nearest(name, known.iter().copied());
        let diagnostic = unknown_field::new(names.get(schema.def(def).name), name, step.span, near, &known);
        let reported = extractor.machine.report(diagnostic);
        self.answer.problems.push(reported.0);
        Walked::Failed
    }
}

/// What a type says of a field.
enum Field {
    /// It has this type, and is declared here.
    Of(Type, Option<(DefId, usize)>),
    /// The type has no such field.
    Unknown,
    /// The type says nothing.
    Open,
}

fn field(schema: &Schema, ty: Type, name: Symbol) -> Field {
    match ty {
        Type::Map(item) => Field::Of(schema.ty(item), None),
        Type::Named(def) | Type::Ref(def) => match &schema.def(def).definition {
            Definition::Record { fields, rest } => match (fields.iter().position(|field| field.name == name), rest) {
                (Some(at), _) => Field::Of(schema.ty(fields[at].ty), Some((def, at))),
                (None, Some(rest)) => Field::Of(schema.ty(*rest), None),
                (None, None) => Field::Unknown,
            },
            Definition::Union(_) => Field::Open,
        },
        Type::Option(inner) => field(schema, schema.ty(inner), name),
        Type::Any | Type::Data | Type::Scalar(_) | Type::List(_) | Type::Function(..) | Type::Infer | Type::Var(_) => {
            Field::Open
        }
    }
}

/// The field that a path ends in, and the type that declares it.
pub fn declared(schema: &Schema, path: &[Symbol]) -> Option<(DefId, FieldType)> {
    let mut ty = Type::Named(schema.site?);
    let mut found = None;
    for name in path {
        let Field::Of(next, place) = field(schema, ty, *name) else { return None };
        (ty, found) = (next, place);
    }
    let (def, at) = found?;
    match &schema.def(def).definition {
        Definition::Record { fields, .. } => Some((def, fields[at])),
        Definition::Union(_) => None,
    }
}

/// The expression that was lowered beside the file's record, in the frame of that record.
fn asked(machine: &mut Machine<'_>, expr: ExprId) -> Option<Value> {
    let thunks = machine.heap.thunks.iter();
    let delayed = thunks.enumerate().find_map(|(at, thunk)| match thunk {
        Thunk::Delayed(known, _) if *known == expr => Some(ThunkId(at as u32)),
        _ => None,
    });
    delayed.map(|thunk| Value::new(Kind::Thunk(thunk), expr))
}
