//! A library that is not known.
//!
//! ## What is wrong
//!
//! `import "…"` names a library, and there is none of that name: neither `std`, which comes with the compiler, nor one that
//! `[libs]` in `arv.toml` lists.
//!
//! ## Why
//!
//! The libraries of a project are listed in one place, and their sources lie in its folder `vendor/`, so that a build fetches
//! nothing and reads nothing that nobody chose.
//!
//! ## Example
//!
//! ```arv
//! import "sdt" # error: E0106
//! ```
//!
//! ## What to do
//!
//! Correct the name, or add the library: `arvc lib add NAME PATH` copies it from a folder or an archive. A file of the project
//! is imported by its path, without quotes: `import ./file.arv`.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit, nearest};
use arvc_syntax::source::Span;

use crate::library;

/// The code of this problem.
pub static CODE: Code = Code::new("E0106", "a library is not known", include_str!("unknown_library.rs"));

/// There is no library `name`, which the file `from` asks for; `there` if its folder is.
pub fn new(from: &str, name: &str, libraries: &[String], there: bool, span: Span) -> Diagnostic {
    let known: Vec<&str> = std::iter::once(library::STANDARD).chain(libraries.iter().map(String::as_str)).collect();
    let near = nearest(name, known.iter().copied());
    let label = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if there => "not listed in `arv.toml`".to_owned(),
        None => format!("there is {}", listed(&known)),
    };
    let message = match library::of(from).filter(|user| library::is_name(user)) {
        Some(user) => format!("the library `{user}` needs a library `{name}`, which the project does not have"),
        None => format!("there is no library `{name}`"),
    };
    let problem = Diagnostic::new(&CODE, message, span, label);
    if there {
        return problem
            .note(format!("the folder `{}` is there", library::folder(name)))
            .help(format!("list it in `arv.toml`, below `[libs]`: `{name} = {{}}`; then lock it: `arvc lib lock`"));
    }
    match near {
        Some(near) => problem.fix(
            format!("{name} -> {near}"),
            vec![Edit { span, text: format!("\"{near}\"") }],
            Applicability::MaybeIncorrect,
        ),
        None if library::is_name(name) => problem.help(format!(
            "`arvc lib add {name} PATH` copies a library into the project; a file of the project is imported by its path, without quotes: `import ./file.arv`"
        )),
        None => problem.help("a file of the project is imported by its path, without quotes: `import ./file.arv`"),
    }
}

/// `std`, `acme` and 3 more.
fn listed(known: &[&str]) -> String {
    const SHOWN: usize = 5;
    let quoted: Vec<String> = known.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match (quoted.as_slice(), known.len().saturating_sub(SHOWN)) {
        ([only], _) => format!("only {only}"),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (all, more) => format!("{} and {more} more", all.join(", ")),
    }
}
