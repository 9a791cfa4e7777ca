//! An operator or a function of the language on values that it is not for.
//!
//! ## What is wrong
//!
//! The operator, or the function, is defined for certain kinds of values, and one of these is of another kind.
//!
//! ## Why
//!
//! No value becomes another kind by itself, and nothing but a Bool is true or false.
//!
//! ## Example
//!
//! ```arv
//! { a = 1 + "2"; } # error: E0209
//! ```
//!
//! ## What to do
//!
//! Text is joined by interpolation: `"${a}${b}"`. The chapter on values of the spec lists what each operator and each
//! function takes.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::errors::{absent_help, describe_value};
use crate::eval::machine::Machine;
use crate::eval::value::{Kind, Reported, Value};
use crate::ir::{Binary, Expr, ExprId};

/// The code of this problem.
pub static CODE: Code = Code::new("E0209", "an operand is of the wrong kind", include_str!("wrong_operand.rs"));

/// The operator of `id` on these operands.
pub fn report(machine: &mut Machine<'_>, id: ExprId, operator: Binary, left: Value, right: Value) -> Reported {
    let (a, b) = (describe_value(machine, left), describe_value(machine, right));
    let operator = match machine.program.get(id) {
        Expr::Binary(operator, ..) => operator,
        _ => operator,
    };
    let text = operator.text();
    let message = match operator {
        Binary::Equal | Binary::NotEqual => format!("`{text}` compares {a} with {b}"),
        _ => format!("`{text}` has no meaning for {a} and {b}"),
    };
    let mut diagnostic = Diagnostic::new(&CODE, message, machine.program.span(id), format!("{a} {text} {b}"));
    for (value, what) in [(left, a), (right, b)] {
        if machine.span(value) != machine.program.span(id) {
            diagnostic = diagnostic.secondary(machine.span(value), what);
        }
    }
    diagnostic.helps.extend([left, right].into_iter().find_map(|value| absent_help(machine, value)));
    let texts = matches!((left.kind, right.kind), (Kind::Str(_), _) | (_, Kind::Str(_)));
    if matches!(operator, Binary::Add | Binary::Append) && texts {
        diagnostic = diagnostic.help("text is joined by interpolation: `\"${a}${b}\"`");
    }
    if let (Binary::Divide, Kind::Int(port), Kind::Tag(tag, _)) = (operator, left.kind, right.kind) {
        let protocol = machine.names.get(tag).to_ascii_lowercase();
        if matches!(protocol.as_str(), "tcp" | "udp") {
            diagnostic = diagnostic.help(format!("ports are written in lower case: `{}/{protocol}`", i64::from(port)));
        }
    }
    machine.report(diagnostic)
}

/// `value`, computed by `at`, is `what` and should be `expected`.
pub fn expected(machine: &mut Machine<'_>, at: ExprId, value: Value, what: &str, expected: &str) -> Reported {
    let found = describe_value(machine, value);
    let message = format!("{what} is {found}, and not {expected}");
    let span = machine.program.span(at);
    let mut diagnostic = Diagnostic::new(&CODE, message, span, format!("expected {expected}, found {found}"));
    if machine.span(value) != span {
        diagnostic = diagnostic.secondary(machine.span(value), format!("this is {found}"));
    }
    diagnostic.helps.extend(absent_help(machine, value));
    machine.report(diagnostic)
}

/// Functions cannot be compared.
pub fn functions(machine: &mut Machine<'_>, id: ExprId) -> Reported {
    let span = machine.program.span(id);
    machine.report(Diagnostic::new(&CODE, "functions cannot be compared", span, "one side is a function"))
}
