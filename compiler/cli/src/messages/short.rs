//! One line a problem: `path:line:column: error[E0301]: message`.

use arvc_syntax::diagnostic::Diagnostic;

use super::{Texts, severity, visible};

/// All problems, one a line.
pub(super) fn render(texts: Texts<'_>, diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| line(texts, diagnostic)).collect()
}

fn line(texts: Texts<'_>, diagnostic: &Diagnostic) -> String {
    let (source, range) = texts.place(diagnostic.span());
    let at = texts.position(source, range.start);
    format!(
        "{}:{}:{}: {}[{}]: {}\n",
        texts.name(source),
        at.line,
        at.column,
        severity(diagnostic),
        diagnostic.code.id,
        visible(&diagnostic.message)
    )
}
