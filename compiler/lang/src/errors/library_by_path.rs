//! A file of a library is named by its path.
//!
//! ## What is wrong
//!
//! `import`, `include` or `extends` names a file in `vendor/`, where the libraries of the project are kept.
//!
//! ## Why
//!
//! A library is imported by its name, so that `arv.toml` lists what the project uses and `arv.lock` says that it is what was
//! reviewed. What its files are called inside is the library's own business: its next version may move them.
//!
//! ## Example
//!
//! ```arv
//! import ./vendor/acme/default.arv # error: E0114
//! ```
//!
//! ## What to do
//!
//! Import the library: `import "acme"`. What is missing in its value, its author has to add to its `default.arv`. A folder of
//! your own sources goes by another name than `vendor`.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit};
use arvc_syntax::source::Span;

use crate::library;

/// The code of this problem.
pub static CODE: Code = Code::new("E0114", "a library is named by a path", include_str!("library_by_path.rs"));

/// The problem with `path`, perhaps that of a folder, in the file `from`: it leads into a library from outside of it.
pub fn check(from: &str, path: &str, folder: bool, span: Span) -> Option<Diagnostic> {
    let inside = if folder { format!("{path}/") } else { path.to_owned() };
    let name = library::of(&inside).filter(|name| library::of(from) != Some(*name))?;
    let problem = Diagnostic::new(
        &CODE,
        format!("`{path}` belongs to the library `{name}`"),
        span,
        "a library is imported by its name",
    );
    let entry = path.strip_prefix(&library::folder(name)).is_some_and(|rest| rest == format!("/{}", library::ENTRY));
    Some(match entry && library::is_name(name) {
        true => problem.help(format!("write `import \"{name}\"`")).fix(
            format!("import the library `{name}`"),
            vec![Edit { span, text: format!("\"{name}\"") }],
            Applicability::MaybeIncorrect,
        ),
        false => problem.help(format!(
            "use what `import \"{name}\"` gives; sources of your own go into a folder that is not called `{}`",
            library::FOLDER
        )),
    })
}
