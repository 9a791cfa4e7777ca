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
use arvc_syntax::source::Span;

use crate::errors::{absent_help, describe_value, inside};
use crate::eval::machine::Machine;
use crate::eval::value::{Kind, Reported, Value};
use crate::ir::{Binary, Expr, ExprId};
use crate::members;
use crate::schema::types::Scalar;

/// The code of this problem.
pub static CODE: Code = Code::new("E0209", "an operand is of the wrong kind", include_str!("wrong_operand.rs"));

/// The operator of `id` on these operands.
pub fn report(machine: &mut Machine<'_>, id: ExprId, operator: Binary, left: Value, right: Value) -> Reported {
    let (a, b) = (describe_value(machine, left), describe_value(machine, right));
    let operator = match machine.program.get(id) {
        Expr::Binary(operator, ..) => operator,
        _ => operator,
    };
    let side = |value: Value, words| Side {
        words,
        span: machine.span(value),
        scalar: members::kind(value.kind).or(match value.kind {
            Kind::Int(_) => Some(Scalar::Int),
            Kind::Str(_) => Some(Scalar::String),
            _ => None,
        }),
        number: match value.kind {
            Kind::Int(number) => Some(number.into()),
            _ => None,
        },
    };
    let mut diagnostic = kinds(operator, [&side(left, &a), &side(right, &b)], machine.program.span(id));
    diagnostic.helps.extend([left, right].into_iter().find_map(|value| absent_help(machine, value)));
    if let (Binary::Divide, Kind::Int(port), Kind::Tag(tag, _)) = (operator, left.kind, right.kind) {
        let protocol = machine.names.get(tag).to_ascii_lowercase();
        if matches!(protocol.as_str(), "tcp" | "udp") {
            diagnostic = diagnostic.help(format!("ports are written in lower case: `{}/{protocol}`", i64::from(port)));
        }
    }
    machine.report(diagnostic)
}

/// An operand: what it is in words, and what is known of it.
pub struct Side<'s> {
    /// `an Int`.
    pub words: &'s str,
    /// Its place.
    pub span: Span,
    /// Its kind, if that has no parts.
    pub scalar: Option<Scalar>,
    /// Its number, if it is written as one.
    pub number: Option<i64>,
}

/// `operator` on two operands.
pub fn kinds(operator: Binary, sides: [&Side<'_>; 2], whole: Span) -> Diagnostic {
    let [left, right] = sides;
    let (a, b, text) = (left.words, right.words, operator.text());
    let message = match operator {
        Binary::Equal | Binary::NotEqual => format!("`{text}` compares {a} with {b}"),
        _ => format!("`{text}` has no meaning for {a} and {b}"),
    };
    // Where both sides have labels of their own, the whole says nothing more.
    let inside = |span: Span| span != whole && whole.start <= span.start && span.end <= whole.end;
    let label = if inside(left.span) && inside(right.span) { String::new() } else { format!("{a} {text} {b}") };
    let mut diagnostic = Diagnostic::new(&CODE, message, whole, label);
    for side in sides.into_iter().filter(|side| side.span != whole) {
        diagnostic = diagnostic.secondary(side.span, side.words);
    }
    let texts = [left.scalar, right.scalar].into_iter().flatten().any(Scalar::is_text);
    match conversion(operator, left, right) {
        Some(help) => diagnostic.help(help),
        None if matches!(operator, Binary::Add | Binary::Append) && texts => {
            diagnostic.help("text is joined by interpolation: `\"${a}${b}\"`")
        }
        None if operator == Binary::Add && a.starts_with("a list") && b.starts_with("a list") => {
            diagnostic.help("lists are joined with `++`")
        }
        None => diagnostic,
    }
}

/// How one kind is had from the other, where both are numbers in some way.
fn conversion(operator: Binary, left: &Side<'_>, right: &Side<'_>) -> Option<String> {
    let sum = matches!(operator, Binary::Add | Binary::Subtract);
    let compared = matches!(operator, Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual);
    let compared = compared || matches!(operator, Binary::Equal | Binary::NotEqual);
    let number = left.number.or(right.number).map_or("4".to_owned(), |number| number.to_string());
    Some(match (left.scalar?, right.scalar?) {
        (Scalar::Size, Scalar::Int) | (Scalar::Int, Scalar::Size) if sum || compared => {
            format!("write the unit of the Int, `{}MiB`; or take the Size as an Int, `size.mib`", number)
        }
        (Scalar::Duration, Scalar::Int) | (Scalar::Int, Scalar::Duration) if sum || compared => {
            format!("write the unit of the Int, `{}s`; or take the Duration as an Int, `duration.seconds`", number)
        }
        (Scalar::Size, Scalar::Duration) | (Scalar::Duration, Scalar::Size) => {
            "a Size counts bytes and a Duration time: as Ints they are `size.mib` and `duration.seconds`".to_owned()
        }
        (Scalar::Size, Scalar::Size) | (Scalar::Duration, Scalar::Duration) if operator == Binary::Multiply => {
            "one of the two is an Int: how often".to_owned()
        }
        (Scalar::Int, Scalar::Size | Scalar::Duration) if operator == Binary::Divide => {
            "divide by an Int, or a quantity by another of its kind: `4GiB / 1GiB` is 4".to_owned()
        }
        (Scalar::Address, Scalar::Address) if operator == Binary::Add => {
            "an Address is moved by an Int, `address + 10`; the distance of two is `b - a`".to_owned()
        }
        (Scalar::Address, Scalar::Address) if operator == Binary::Subtract => {
            "one of them is IPv4 and the other IPv6: `address.version` tells".to_owned()
        }
        (Scalar::Int, Scalar::Address) if operator == Binary::Add => {
            "write the Address first: `address + 10`".to_owned()
        }
        (Scalar::Prefix, Scalar::Int) if sum => {
            "an address of the network is `network.host 10`, and its own one `network.address`".to_owned()
        }
        (Scalar::Ports, Scalar::Int) | (Scalar::Int, Scalar::Ports) => {
            "the number of a port is `port.first`".to_owned()
        }
        _ => return None,
    })
}

/// `value`, which the call `call` of a function of the language looks at, is `what` and should be `expected`. It may have
/// been written far away from the call, of which the function's name is shown.
pub fn in_call(machine: &mut Machine<'_>, call: ExprId, value: Value, what: &str, expected: &str) -> Reported {
    let (found, span) = (describe_value(machine, value), machine.span(value));
    let diagnostic = wanted(what, &found, expected, span);
    let around = machine.program.span(call);
    let diagnostic = match machine.program.get(call) {
        Expr::Call(children) if !inside(span, around) => {
            diagnostic.secondary(machine.program.span(machine.program.children(children)[0]), "in this call")
        }
        _ => diagnostic,
    };
    machine.report(diagnostic)
}

/// `value`, computed by `at`, is `what` and should be `expected`.
pub fn expected(machine: &mut Machine<'_>, at: ExprId, value: Value, what: &str, expected: &str) -> Reported {
    let found = describe_value(machine, value);
    let span = machine.program.span(at);
    let mut diagnostic = wanted(what, &found, expected, span);
    if machine.span(value) != span {
        diagnostic = diagnostic.secondary(machine.span(value), format!("this is {found}"));
    }
    diagnostic.helps.extend(absent_help(machine, value));
    machine.report(diagnostic)
}

/// What is `found`, at `span`, is `what` and should be `expected`.
pub fn wanted(what: &str, found: &str, expected: &str, span: Span) -> Diagnostic {
    let message = format!("{what} is {found}, and not {expected}");
    Diagnostic::new(&CODE, message, span, format!("expected {expected}, found {found}"))
}

/// Functions cannot be compared.
pub fn functions(machine: &mut Machine<'_>, id: ExprId) -> Reported {
    machine.report(functions_at(machine.program.span(id)))
}

/// Functions cannot be compared, as the operator at `span` does.
pub fn functions_at(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "functions cannot be compared", span, "one side is a function")
}
