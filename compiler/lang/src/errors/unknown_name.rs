//! A name that is defined nowhere.
//!
//! ## What is wrong
//!
//! The name is used, but nothing around it defines it: no `let`, no parameter, no field of the file's outermost record,
//! no name of the language.
//!
//! ## Why
//!
//! Names are bound before anything is evaluated, so that a misspelt one is found wherever it stands. The fields of a
//! nested record are no names: a machine can then say `groups = [ groups.web ]` and mean the site's groups.
//!
//! ## Example
//!
//! ```arv
//! let
//!   memory = 2GiB;
//! in memroy # error: E0102
//! ```
//!
//! ## What to do
//!
//! Correct the name, define it with `let`, or write the path to it: `x.y`. There is no `null`: leave a field out that
//! has no value. There is no `rec` and no `with`.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0102", "a name is not defined", include_str!("unknown_name.rs"));

/// `name` is not defined; `path` leads to a field of that name in a record around it.
pub fn new(name: &str, span: Span, path: Option<String>, nearest: Option<&str>) -> Diagnostic {
    let message = format!("`{name}` is not defined");
    let label = match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "not found here".to_owned(),
    };
    let diagnostic = Diagnostic::new(&CODE, message, span, label);
    match (name, path, nearest) {
        ("null" | "nil" | "undefined", ..) => diagnostic.help("there is no null: leave the field out"),
        ("yes" | "on", _, None) => diagnostic.help("what holds is written `true`"),
        ("no" | "off", _, None) => diagnostic.help("what does not hold is written `false`"),
        ("not", ..) => diagnostic.help("that something does not hold is written `!a`"),
        ("var" | "local", _, None) => diagnostic
            .help("a name is defined with `let`, or is a field of the file's outermost record, and is used as it is"),
        ("lib" | "mkForce" | "mkDefault", _, None) => {
            diagnostic.help("a value is marked in front of it: `a = force 4;`, `a = default 4;`")
        }
        ("builtins", _, None) => {
            diagnostic.help("the functions of the language are names by themselves: `length list`")
        }
        ("toString" | "str", _, None) => diagnostic.help("a value becomes text in a string: `\"${a}\"`"),
        ("self" | "this", _, None) => diagnostic.help("a record is named by its path: `hosts.web.vmid`"),
        ("rec", ..) => {
            diagnostic.help("there is no `rec`: the file's outermost record is a scope, and `let` makes names anywhere")
        }
        ("with", ..) => diagnostic.help("there is no `with`: write the path, or `inherit (record) name;` in a `let`"),
        (_, Some(path), _) if path.is_empty() => diagnostic
            .note("the fields of the file's outermost record are names; those of a record inside of it are not")
            .help(format!("define `{name}` with `let` around the record, and use it in both places")),
        (_, Some(path), _) => diagnostic
            .note("the fields of the file's outermost record are names; those of a record inside of it are not")
            .help(format!("write `{path}`, or define `{name}` with `let` and use it in both places")),
        (_, None, Some(nearest)) => diagnostic.fix(
            format!("write `{nearest}`"),
            vec![Edit { span, text: nearest.to_owned() }],
            Applicability::MaybeIncorrect,
        ),
        _ => diagnostic,
    }
}

/// `name` is bound by the `let` of another file that makes up the same record.
pub fn private(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{name}` is not defined in this file"), span, "not found here")
        .note(format!("another file binds `{name}` with `let`, and a `let` is seen only in its own file"))
        .help("what several files use stands in a file of its own, which each of them imports")
}

/// `tcp/2049`: the `name` of a protocol at `name_span`, and the number that stands behind it; `whole` is both.
pub fn protocol(name: &str, name_span: Span, number: &str, whole: Span) -> Diagnostic {
    let ports = format!("{number}/{name}");
    Diagnostic::new(&CODE, format!("`{name}` is not defined"), name_span, "not found here").fix(
        format!("write the number first: `{ports}`"),
        vec![Edit { span: whole, text: ports }],
        Applicability::MaybeIncorrect,
    )
}

/// `2049/tpc`: the `name` that stands at `name_span` for a protocol; `whole`, with its number, is meant for these `ports`.
pub fn misspelt_protocol(name: &str, name_span: Span, ports: String, whole: Span) -> Diagnostic {
    let label = format!("did you mean `{ports}`?");
    Diagnostic::new(&CODE, format!("`{name}` is not defined"), name_span, label).fix(
        format!("write `{ports}`"),
        vec![Edit { span: whole, text: ports }],
        Applicability::MaybeIncorrect,
    )
}
