//! A value becomes [`Data`]: forced as far as its type asks, part after part from a work list, so that neither a deep
//! value nor a broad one costs native stack.

use std::collections::{HashMap, HashSet};

use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::entities::Claim;
use super::types::{Schema, Type};
use crate::data::{Call, CallId, DataId, Datum, Entity, EntityId, Field, Node};
use crate::errors::{endless, wrong_kind};
use crate::eval::machine::Machine;
use crate::eval::value::{CallIx, Kind, RecordId, Reported, ThunkId, Value};
use crate::functions::Function;
use crate::ir::{ExprId, UnitId};
use crate::numbers::Spread;

/// A value of a run, without its names.
pub struct Extracted {
    /// All values.
    pub nodes: Vec<Node>,
    /// All calls.
    pub calls: Vec<Call>,
    /// All entities.
    pub entities: Vec<Entity>,
    /// The file's value.
    pub root: DataId,
    /// Its functions.
    pub(crate) functions: Vec<Function>,
    /// Why parts of it failed.
    pub failed: Vec<Reported>,
}

/// A step of a path, for messages.
#[derive(Clone, Copy)]
pub(super) enum Step {
    Field(Symbol, Span),
    Item,
    Payload,
}

/// Index of a path; 0 is the root.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Trail(pub(super) u32);

/// What is still to be done.
pub(super) enum Work {
    /// A computed value is to be written.
    Value(Item),
    /// All parts of a record or list are written.
    Leave(Inside),
}

/// A value with several parts, told from others: a record, or a list by its first item.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Inside {
    Record(RecordId),
    List(u32),
}

/// A computed value and what it should be.
#[derive(Clone, Copy)]
pub(super) struct Item {
    pub(super) value: Value,
    /// What the field or item that holds it is defined as.
    pub(super) said: ExprId,
    pub(super) ty: Type,
    pub(super) into: DataId,
    pub(super) trail: Trail,
    /// The call in which the record around was made.
    pub(super) call: Option<CallIx>,
    /// Whether this is the path of the entity that the value is.
    pub(super) home: bool,
}

/// Where a value stands, for whether it is the path of the entity that the value is.
#[derive(Clone, Copy)]
pub(super) enum Home {
    /// It is the whole, or what is asked for.
    Root,
    /// In this field.
    Field(RecordId, Symbol),
    /// Where no entity has its path.
    No,
}

/// What a value of the result costs, with its place in its parent and its path.
const BYTES_A_NODE: usize = size_of::<Node>() + 160;

/// The work.
pub(super) struct Extractor<'m, 'p> {
    pub(super) machine: &'m mut Machine<'p>,
    pub(super) schema: &'m Schema,
    pub(super) nodes: Vec<Node>,
    pub(super) work: Vec<Work>,
    pub(super) claims: Vec<Claim>,
    /// Defaults that are written, by type and field.
    pub(super) defaults: Vec<Vec<Option<DataId>>>,
    /// Room for the fields of one record.
    pub(super) known_fields: Vec<Option<Field>>,
    inside: HashSet<Inside, Spread>,
    trails: Vec<(Trail, Step)>,
    calls: Vec<Call>,
    known_calls: HashMap<CallIx, CallId, Spread>,
    origin: Span,
    root_name: &'static str,
    /// Why values of the result failed.
    failed: Vec<Reported>,
    /// Functions of the result.
    pub(super) functions: Vec<Function>,
    /// Whether this is the answer to a question, where a function is as good as any other value.
    pub(super) asked: bool,
}

/// A file's value, whatever it is.
pub fn plain(machine: &mut Machine<'_>, schema: &Schema, unit: UnitId) -> Option<Extracted> {
    Extractor::new(machine, schema, unit).run(unit, Type::Any)
}

/// A file's value, held against the schema of a site.
pub fn site(machine: &mut Machine<'_>, schema: &Schema, unit: UnitId) -> Option<Extracted> {
    let site = schema.site?;
    let root = machine.unit(unit);
    let value = machine.force(root).ok()?;
    let mut extractor = Extractor::new(machine, schema, unit);
    extractor.root_name = "the site";
    let Kind::Record(record) = value.kind else {
        let said = extractor.machine.span(value);
        wrong_kind::report(
            extractor.machine,
            &wrong_kind::Wrong {
                value,
                said,
                expected: "a record",
                what: "a site",
                key: None,
                entity: None,
                help: None,
            },
        );
        return None;
    };
    extractor.find_entities(record, site);
    extractor.run(unit, Type::Named(site))
}

impl<'m, 'p> Extractor<'m, 'p> {
    pub(super) fn new(machine: &'m mut Machine<'p>, schema: &'m Schema, unit: UnitId) -> Self {
        let root = machine.program.units[unit.0 as usize].root;
        let origin = machine.program.span(root);
        Self {
            machine,
            schema,
            nodes: Vec::new(),
            work: Vec::new(),
            claims: Vec::new(),
            defaults: Vec::new(),
            known_fields: Vec::new(),
            inside: HashSet::default(),
            trails: vec![(Trail(0), Step::Item)],
            calls: Vec::new(),
            known_calls: HashMap::default(),
            origin,
            root_name: "the value",
            failed: Vec::new(),
            functions: Vec::new(),
            asked: false,
        }
    }

    fn run(mut self, unit: UnitId, ty: Type) -> Option<Extracted> {
        let root = self.machine.unit(unit);
        let into = self.place(root, root.origin, ty, Trail(0), None, Home::Root)?;
        Some(self.finish(into))
    }

    /// Writes everything that is still to be written of the value in `into`.
    pub(super) fn finish(mut self, into: DataId) -> Extracted {
        while let Some(work) = self.work.pop() {
            match work {
                Work::Leave(inside) => {
                    self.inside.remove(&inside);
                }
                Work::Value(item) => self.write(item),
            }
            if self.machine.exhausted().is_some() {
                break;
            }
            self.machine.written = self.nodes.len() * BYTES_A_NODE;
            if self.nodes.len() > self.machine.budget.nodes || self.machine.used() > self.machine.budget.bytes {
                let span = self.origin;
                self.machine.exhaust(endless::too_large(self.nodes.len(), span));
                break;
            }
        }
        let entities = self.claims.iter().map(|claim| Entity {
            path: claim.path.clone(),
            key: claim.key,
            value: claim.data.unwrap_or(into),
        });
        let entities = entities.collect();
        let Self { nodes, calls, functions, failed, .. } = self;
        Extracted { entities, nodes, calls, root: into, functions, failed }
    }

    /// A new node for a value that may not be computed yet. None if nobody gave it.
    pub(super) fn place(
        &mut self,
        slot: Value,
        said: ExprId,
        ty: Type,
        trail: Trail,
        call: Option<CallIx>,
        home: Home,
    ) -> Option<DataId> {
        match self.machine.force(slot) {
            Ok(Value { kind: Kind::Absent, .. }) if trail != Trail(0) => None,
            Ok(value) => {
                let home = match home {
                    Home::Root => true,
                    Home::Field(record, name) => self.is_home(record, name, value),
                    Home::No => false,
                };
                let into = self.node(value, call);
                if !home && self.entity(value).is_some() {
                    // An entity is written once and named in many places: what a message shows is where it is named.
                    let item = Item { value, said, ty, into, trail, call, home };
                    self.nodes[into.0 as usize].span = self.said(item);
                }
                let item = Item { value, said, ty, into, trail, call, home };
                match value.kind {
                    Kind::Record(_) | Kind::List { .. } | Kind::Tag(..) | Kind::Flow(_) => {
                        self.work.push(Work::Value(item));
                    }
                    // What has no parts is written at once.
                    _ => self.write(item),
                }
                Some(into)
            }
            Err(reported) => {
                self.failed.push(reported);
                if trail != Trail(0) {
                    self.depends(slot, reported);
                }
                Some(self.node(slot, call))
            }
        }
    }

    fn depends(&mut self, slot: Value, reported: Reported) {
        let thunk: Option<ThunkId> = match slot.kind {
            Kind::Thunk(thunk) => Some(thunk),
            _ => None,
        };
        self.machine.reports.depends(reported, thunk);
    }

    /// A node that says nothing yet.
    pub(super) fn node(&mut self, value: Value, call: Option<CallIx>) -> DataId {
        let call = match value.kind {
            Kind::Record(record) => self.machine.heap.records[record.index()].call,
            _ => call,
        };
        let call = self.call(call);
        self.nodes.push(Node { value: Datum::Failed, span: self.machine.span(value), call });
        DataId(self.nodes.len() as u32 - 1)
    }

    /// A call of the result, with those around it.
    fn call(&mut self, call: Option<CallIx>) -> Option<CallId> {
        let first = call?;
        let mut chain = Vec::new();
        let mut at = Some(first);
        let mut parent = None;
        while let Some(call) = at {
            if let Some(known) = self.known_calls.get(&call) {
                parent = Some(*known);
                break;
            }
            chain.push(call);
            at = self.machine.heap.calls[call.index()].parent;
        }
        for call in chain.into_iter().rev() {
            let span = self.machine.program.span(self.machine.heap.calls[call.index()].expr);
            self.calls.push(Call { span, parent });
            let id = CallId(self.calls.len() as u32 - 1);
            self.known_calls.insert(call, id);
            parent = Some(id);
        }
        parent
    }

    pub(super) fn set(&mut self, into: DataId, datum: Datum) {
        self.nodes[into.0 as usize].value = datum;
    }

    pub(super) fn below(&mut self, trail: Trail, step: Step) -> Trail {
        self.trails.push((trail, step));
        Trail(self.trails.len() as u32 - 1)
    }

    /// A path as a message says it: `` `hosts.dns.vmid` ``, ``an item of `hosts.dns.groups` ``.
    pub(super) fn describe(&self, mut trail: Trail) -> String {
        let mut names = Vec::new();
        let mut item = false;
        while trail != Trail(0) {
            let (parent, step) = self.trails[trail.0 as usize];
            match step {
                Step::Field(name, _) => names.push(self.machine.names.get(name)),
                Step::Item | Step::Payload => {
                    item |= names.is_empty();
                    if !names.is_empty() {
                        names.push("*");
                    }
                }
            }
            trail = parent;
        }
        names.reverse();
        match (names.is_empty(), item) {
            (true, true) => "an item".to_owned(),
            (true, false) => self.root_name.to_owned(),
            (false, true) => format!("an item of `{}`", names.join(".")),
            (false, false) => format!("`{}`", names.join(".")),
        }
    }

    /// Marks that the parts of a value are being written. False, and reported, if they are already.
    pub(super) fn enter(&mut self, inside: Inside, value: Value, trail: Trail) -> bool {
        if self.inside.insert(inside) {
            self.work.push(Work::Leave(inside));
            return true;
        }
        let key = self.place_of(trail).unwrap_or_else(|| self.machine.span(value));
        let path = self.describe(trail);
        let span = self.machine.span(value);
        self.machine.report(endless::contains_itself(path.trim_matches('`'), span, key));
        false
    }

    /// The key of the innermost field of a path.
    pub(super) fn place_of(&self, mut trail: Trail) -> Option<Span> {
        while trail != Trail(0) {
            let (parent, step) = self.trails[trail.0 as usize];
            if let Step::Field(_, span) = step {
                return Some(span);
            }
            trail = parent;
        }
        None
    }

    /// The entity that a value is.
    pub(super) fn entity(&self, value: Value) -> Option<EntityId> {
        match value.kind {
            Kind::Record(record) => {
                let entity = self.machine.heap.records[record.index()].entity;
                (entity != crate::eval::value::NO_ENTITY).then_some(EntityId(entity))
            }
            _ => None,
        }
    }
}
