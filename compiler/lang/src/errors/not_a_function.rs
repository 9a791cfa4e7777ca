//! Something is called that is no function, or takes fewer arguments.
//!
//! ## What is wrong
//!
//! `f x` applies `f` to `x`, and `f` is no function; or `f x y` gives it more arguments than it takes.
//!
//! ## Why
//!
//! Two expressions side by side are a call. In a list, a comma may be missing between them.
//!
//! ## Example
//!
//! ```arv
//! let f = x: x + 1; in [ f 1 2 ] # error: E0210
//! ```
//!
//! ## What to do
//!
//! Put a comma between items of a list, parentheses around an argument that is a call: `f (g x)`.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit};
use arvc_syntax::source::Span;

use crate::errors::describe_value;
use crate::eval::machine::Machine;
use crate::eval::value::{Reported, Value};
use crate::ir::{Expr, ExprId};

/// The code of this problem.
pub static CODE: Code =
    Code::new("E0210", "something is called that is no function", include_str!("not_a_function.rs"));

/// The call `origin` calls `value`.
pub fn report(machine: &mut Machine<'_>, origin: ExprId, value: Value) -> Reported {
    let found = describe_value(machine, value);
    let at = match machine.program.get(origin) {
        Expr::Call(children) => machine.program.children(children)[0],
        _ => origin,
    };
    let message = format!("{found} is called as if it were a function");
    let mut diagnostic = Diagnostic::new(&CODE, message, machine.program.span(at), format!("this is {found}"));
    if machine.span(value) != machine.program.span(at) {
        diagnostic = diagnostic.secondary(machine.span(value), "made here");
    }
    let ports = machine.program.flows.iter().any(|flow| flow.target == origin && flow.ports.is_none());
    if ports {
        let end = machine.program.span(at).end;
        return machine.report(diagnostic.help("`:` stands before the ports of a flow: `a -> b : ports`").fix(
            "insert `:`",
            vec![Edit { span: Span::new(end, end), text: " :".to_owned() }],
            Applicability::MaybeIncorrect,
        ));
    }
    // `groups["web"]`, as other languages choose a field.
    let argument = match machine.program.get(origin) {
        Expr::Call(children) => {
            machine.program.children(children).get(1).map(|argument| machine.program.span(*argument))
        }
        _ => None,
    };
    let callee = machine.program.span(at);
    let key = argument.filter(|argument| argument.start == callee.end).and_then(|argument| {
        let key = machine.sources.text(argument).strip_prefix("[\"")?.strip_suffix("\"]")?;
        key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).then_some(key)
    });
    if let Some(key) = key {
        let help = format!("a field is written behind a dot: `{}.{key}`", machine.sources.text(callee));
        return machine.report(diagnostic.help(help));
    }
    machine.report(diagnostic.help("if two items of a list are meant, put a comma between them"))
}

/// The call `call` gives an argument to what its function gave for those before the `next`th.
pub fn too_many(machine: &mut Machine<'_>, call: ExprId, next: u32, result: Value) -> Reported {
    let Expr::Call(children) = machine.program.get(call) else { unreachable!("a call") };
    let children = machine.program.children(children);
    let (function, argument) = (children[0], children[next as usize]);
    let name = machine.sources.text(machine.program.span(function)).to_owned();
    let takes = if next == 2 { "one argument".to_owned() } else { format!("{} arguments", next - 1) };
    let found = describe_value(machine, result);
    let diagnostic = Diagnostic::new(
        &CODE,
        format!("`{name}` takes {takes}"),
        machine.program.span(argument),
        "one too many; or is a comma missing before it?",
    )
    .note(format!("with {takes} it gives {found}"));
    machine.report(diagnostic)
}
