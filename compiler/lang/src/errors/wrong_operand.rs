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

use crate::errors::{describe_value, inside};
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
    if let Some(help) = conversion(operator, left, right) {
        return machine.report(diagnostic.help(help));
    }
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

/// How one kind is had from the other, where both are numbers in some way.
fn conversion(operator: Binary, left: Value, right: Value) -> Option<String> {
    let sum = matches!(operator, Binary::Add | Binary::Subtract);
    let compared = matches!(operator, Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual);
    let compared = compared || matches!(operator, Binary::Equal | Binary::NotEqual);
    Some(match (left.kind, right.kind) {
        (Kind::Size(_), Kind::Int(n)) | (Kind::Int(n), Kind::Size(_)) if sum || compared => {
            format!("write the unit of the Int, `{}MiB`; or take the Size as an Int, `size.mib`", i64::from(n))
        }
        (Kind::Duration(_), Kind::Int(n)) | (Kind::Int(n), Kind::Duration(_)) if sum || compared => {
            format!(
                "write the unit of the Int, `{}s`; or take the Duration as an Int, `duration.seconds`",
                i64::from(n)
            )
        }
        (Kind::Size(_), Kind::Duration(_)) | (Kind::Duration(_), Kind::Size(_)) => {
            "a Size counts bytes and a Duration time: as Ints they are `size.mib` and `duration.seconds`".to_owned()
        }
        (Kind::Size(_), Kind::Size(_)) | (Kind::Duration(_), Kind::Duration(_)) if operator == Binary::Multiply => {
            "one of the two is an Int: how often".to_owned()
        }
        (Kind::Int(_), Kind::Size(_) | Kind::Duration(_)) if operator == Binary::Divide => {
            "divide by an Int, or a quantity by another of its kind: `4GiB / 1GiB` is 4".to_owned()
        }
        (Kind::Address(_), Kind::Address(_)) if operator == Binary::Add => {
            "an Address is moved by an Int, `address + 10`; the distance of two is `b - a`".to_owned()
        }
        (Kind::Address(_), Kind::Address(_)) if operator == Binary::Subtract => {
            "one of them is IPv4 and the other IPv6: `address.version` tells".to_owned()
        }
        (Kind::Int(_), Kind::Address(_)) if operator == Binary::Add => {
            "write the Address first: `address + 10`".to_owned()
        }
        (Kind::Prefix(_), Kind::Int(_)) if sum => {
            "an address of the network is `network.host 10`, and its own one `network.address`".to_owned()
        }
        (Kind::Ports(_), Kind::Int(_)) | (Kind::Int(_), Kind::Ports(_)) => {
            "the number of a port is `port.first`".to_owned()
        }
        _ => return None,
    })
}

/// `value`, which the call `call` of a function of the language looks at, is `what` and should be `expected`.
pub fn in_call(machine: &mut Machine<'_>, call: ExprId, value: Value, what: &str, expected: &str) -> Reported {
    let diagnostic = looked_at(machine, call, value, what, expected);
    machine.report(diagnostic)
}

/// `value`, an item of the list given to `sum` in `call`, is no Int.
pub fn no_summand(machine: &mut Machine<'_>, call: ExprId, value: Value) -> Reported {
    let diagnostic = looked_at(machine, call, value, "an item of the list given to `sum`", "an Int");
    let zero = match value.kind {
        Kind::Size(_) => "0MiB",
        Kind::Duration(_) => "0s",
        _ => return machine.report(diagnostic),
    };
    machine
        .report(diagnostic.help(format!("they are folded from a zero with a unit: `fold (a: b: a + b) {zero} list`")))
}

/// The value may have been written far away from the call, of which the function's name is shown.
fn looked_at(machine: &Machine<'_>, call: ExprId, value: Value, what: &str, expected: &str) -> Diagnostic {
    let (found, span) = (describe_value(machine, value), machine.span(value));
    let message = format!("{what} is {found}, and not {expected}");
    let diagnostic = Diagnostic::new(&CODE, message, span, format!("expected {expected}, found {found}"));
    let around = machine.program.span(call);
    match machine.program.get(call) {
        Expr::Call(children) if !inside(span, around) => {
            diagnostic.secondary(machine.program.span(machine.program.children(children)[0]), "in this call")
        }
        _ => diagnostic,
    }
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
    machine.report(diagnostic)
}

/// Functions cannot be compared.
pub fn functions(machine: &mut Machine<'_>, id: ExprId) -> Reported {
    let span = machine.program.span(id);
    machine.report(Diagnostic::new(&CODE, "functions cannot be compared", span, "one side is a function"))
}
