//! Functions that the schema asks for: a site's value holds them as they are, and whoever reads it gives them arguments.
//!
//! A function takes an Int and gives an Int, an Address or a MAC address. It can be asked for one argument, or for the line
//! that its results lie on. What goes wrong is reported in the language's own words, at the function's text.

use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::source::Sources;

use crate::data::{Datum, FunctionId};
use crate::errors::wrong_kind;
use crate::eval::held::Held;
pub use crate::eval::line::{Line, Point};
use crate::eval::machine::Machine;
use crate::eval::value::{Kind, Value};
use crate::schema::types::Scalar;

/// A function of a value.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) value: Value,
    /// The kind of its results.
    pub(crate) gives: Option<Scalar>,
    /// What holds it: `` `ranges.data.vmid` ``.
    pub(crate) what: String,
}

/// The functions of a site.
#[derive(Debug)]
pub struct Functions {
    held: Held,
    all: Vec<Function>,
    /// The steps that each may still spend.
    left: Vec<u64>,
}

/// Enough to compute a rule of some arithmetic for each of 65,536 arguments.
const STEPS: u64 = 16_000_000;

impl Functions {
    pub(crate) fn new(held: Held, all: Vec<Function>) -> Self {
        let left = vec![STEPS; all.len()];
        Self { held, all, left }
    }
}

/// Applies the functions of a site.
pub struct Calls<'a> {
    sources: &'a Sources,
    functions: Option<&'a mut Functions>,
}

impl<'a> Calls<'a> {
    /// Of what evaluation gave.
    pub fn new(sources: &'a Sources, functions: &'a mut Option<Functions>) -> Self {
        Self { sources, functions: functions.as_mut() }
    }

    /// What is written at a place.
    pub fn text(&self, span: arvc_syntax::source::Span) -> &'a str {
        self.sources.text(span)
    }

    /// The result for one argument. None: there is none, and that is reported.
    pub fn apply(&mut self, id: FunctionId, argument: i64) -> Option<Point> {
        let functions = self.functions.as_deref_mut()?;
        let function = functions.all.get(id.0 as usize)?;
        let left = functions.left.get_mut(id.0 as usize)?;
        let before = functions.held.reports.len();
        let (point, spent) = functions.held.apply(self.sources, function.value, argument, *left, |machine, result| {
            let value = result.ok()?;
            point(machine, value).filter(|point| function.gives.is_none_or(|gives| is(gives, *point))).or_else(|| {
                wrong(machine, function, value);
                None
            })
        });
        *left = left.saturating_sub(spent);
        functions.held.reports.note(before, &format!("this is {} for {argument}", function.what));
        point
    }

    /// The results for all arguments from `first` to `last`, if they lie on a line. None says nothing: not even that each
    /// of them can be computed.
    pub fn line(&mut self, id: FunctionId, first: i64, last: i64) -> Option<Line> {
        let functions = self.functions.as_deref_mut()?;
        let function = functions.all.get(id.0 as usize)?;
        let line = functions.held.line(self.sources, function.value, first, last)?;
        function.gives.is_none_or(|gives| is(gives, line.first)).then_some(line)
    }

    /// What went wrong since this was asked last.
    pub fn problems(&mut self) -> Vec<Diagnostic> {
        let Some(functions) = self.functions.as_deref_mut() else { return Vec::new() };
        let next = functions.held.reports.successor();
        std::mem::replace(&mut functions.held.reports, next).finish()
    }
}

fn is(scalar: Scalar, point: Point) -> bool {
    matches!(
        (scalar, point),
        (Scalar::Int, Point::Int(_)) | (Scalar::Address, Point::Address(_)) | (Scalar::Mac, Point::Mac(_))
    )
}

fn point(machine: &Machine<'_>, value: Value) -> Option<Point> {
    match crate::plain::leaf(&machine.program.store, value)? {
        Datum::Int(number) => Some(Point::Int(number)),
        Datum::Address(address) => Some(Point::Address(address)),
        Datum::Mac(mac) => Some(Point::Mac(mac)),
        _ => None,
    }
}

/// A result of the wrong kind, which only its value shows.
fn wrong(machine: &mut Machine<'_>, function: &Function, value: Value) {
    let expected = function.gives.map_or("an Int, an Address or a MAC address", Scalar::describe);
    let said = match value.kind {
        Kind::Absent => machine.span(function.value),
        _ => machine.span(value),
    };
    let what = format!("what {} gives", function.what);
    let wrong = wrong_kind::Wrong { value, said, expected, what: &what, key: None, entity: None, help: None };
    wrong_kind::report(machine, &wrong);
}
