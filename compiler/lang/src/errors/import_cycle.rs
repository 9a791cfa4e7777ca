//! Files whose values need one another.
//!
//! ## What is wrong
//!
//! To know the value of a file, the value of another is needed, and for that the value of the first.
//!
//! ## Why
//!
//! Files may import one another in any order, as long as what they use of each other is there without themselves. Here
//! it is not: the evaluation would never end.
//!
//! ## Example
//!
//! With a file `b.arv` that holds `import ./site.arv`, `site.arv` cannot be
//!
//! ```text
//! import ./b.arv
//! ```
//!
//! ## What to do
//!
//! Move what both need into a third file.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::eval::machine::Machine;
use crate::eval::value::Reported;
use crate::ir::ExprId;

/// The code of this problem.
pub static CODE: Code = Code::new("E0110", "files need one another", include_str!("import_cycle.rs"));

/// The files with these root expressions need one another, the first of which was demanded again.
pub fn report(machine: &mut Machine<'_>, roots: &[ExprId], imports: &[ExprId]) -> Reported {
    let place = |machine: &Machine<'_>, import: ExprId| {
        let span = machine.program.span(import);
        let file = &machine.sources.get(machine.sources.file_of(span)).name;
        format!("{file}:{}", machine.sources.position(span).line)
    };
    let file = |machine: &Machine<'_>, root: ExprId| {
        machine.sources.get(machine.sources.file_of(machine.program.span(root))).name.clone()
    };
    let first = imports.first().copied().or(roots.first().copied()).unwrap_or(ExprId(0));
    let name = roots.first().map(|root| file(machine, *root)).unwrap_or_default();
    let message = match roots.len() {
        0 | 1 => format!("the value of `{name}` needs itself"),
        _ => format!("the value of `{name}` needs itself, through other files"),
    };
    let mut path: Vec<String> = imports.iter().map(|import| place(machine, *import)).collect();
    path.extend(path.first().cloned());
    let span = machine.program.span(first);
    let mut diagnostic = Diagnostic::new(&CODE, message, span, "needed again from here");
    for import in &imports[1.min(imports.len())..] {
        diagnostic = diagnostic.secondary(machine.program.span(*import), "which needs this");
    }
    machine.report(diagnostic.note(path.join(" → ")))
}
