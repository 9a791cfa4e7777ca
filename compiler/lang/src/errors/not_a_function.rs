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
use arvc_syntax::source::{Sources, Span};

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
    let ports = machine.program.flows.iter().any(|flow| flow.target == origin && flow.ports.is_none());
    let span = machine.program.span(at);
    let argument = match machine.program.get(origin) {
        Expr::Call(children) => {
            machine.program.children(children).get(1).map(|argument| machine.program.span(*argument))
        }
        _ => None,
    };
    let field = argument.and_then(|argument| indexed(machine.sources, span, argument));
    let mut diagnostic = match field {
        Some(field) => by_index(&found, span, &field),
        None => kind(&found, span, ports),
    };
    if machine.span(value) != span {
        diagnostic = diagnostic.secondary(machine.span(value), "made here");
    }
    machine.report(diagnostic)
}

/// `groups.web` of `groups["web"]`, as other languages choose a field: what is called, and its argument.
pub fn indexed(sources: &Sources, called: Span, argument: Span) -> Option<String> {
    let key = sources.text(argument).strip_prefix("[\"")?.strip_suffix("\"]")?;
    let plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    (plain && argument.start == called.end).then(|| format!("{}.{key}", sources.text(called)))
}

/// What is `found` is called where `field` was meant.
pub fn by_index(found: &str, span: Span, field: &str) -> Diagnostic {
    Diagnostic::new(&CODE, CALLED.replace("{}", found), span, format!("this is {found}"))
        .help(format!("a field is written behind a dot: `{field}`"))
}

const CALLED: &str = "{} is called as if it were a function";

/// What is `found` is called; `ports` says whether the call is the target of a flow, whose ports it perhaps means.
pub fn kind(found: &str, span: Span, ports: bool) -> Diagnostic {
    let diagnostic = Diagnostic::new(&CODE, CALLED.replace("{}", found), span, format!("this is {found}"));
    match ports {
        true => diagnostic.help("`:` stands before the ports of a flow: `a -> b : ports`").fix(
            "insert `:`",
            vec![Edit { span: Span::new(span.end, span.end), text: " :".to_owned() }],
            Applicability::MaybeIncorrect,
        ),
        false => diagnostic.help("if two items of a list are meant, put a comma between them"),
    }
}

/// The call `call` gives an argument to what its function gave for those before the `next`th.
pub fn too_many(machine: &mut Machine<'_>, call: ExprId, next: u32, result: Value) -> Reported {
    let Expr::Call(children) = machine.program.get(call) else { unreachable!("a call") };
    let children = machine.program.children(children);
    let (function, argument) = (children[0], children[next as usize]);
    let name = machine.sources.text(machine.program.span(function)).to_owned();
    let found = describe_value(machine, result);
    let span = machine.program.span(argument);
    machine.report(further(Some(&name), next as usize - 1, &found, span))
}

/// The argument at `span` is one more than the `taken` that the function takes; with those it gives `found`.
pub fn further(name: Option<&str>, taken: usize, found: &str, span: Span) -> Diagnostic {
    let takes = if taken == 1 { "one argument".to_owned() } else { format!("{taken} arguments") };
    let name = name.map_or_else(|| "the function".to_owned(), |name| format!("`{name}`"));
    Diagnostic::new(&CODE, format!("{name} takes {takes}"), span, "one too many; or is a comma missing before it?")
        .note(format!("with {takes} it gives {found}"))
}
