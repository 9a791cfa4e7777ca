//! Where a problem with a value is reported when a function made the value.
//!
//! For `mk 1001` the literal at the call is the place to change, and evaluation gives its span. For a value that the
//! function computed (`first + i - 1` in a library) the outermost call is: that is the line that this site wrote.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::Named;

/// The place to change for a value at `span` of `named`.
pub fn place(named: &Named, span: Span) -> Span {
    match named.calls.last() {
        Some(call) if !contains(*call, span) => *call,
        _ => span,
    }
}

/// A problem with a value of `named`, at the place to change, with the calls that lead to it.
pub fn report(code: &'static Code, message: String, named: &Named, span: Span, label: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(code, message, place(named, span), label);
    explain(diagnostic, named, span)
}

/// Adds where the value was computed and through which calls.
pub fn explain(mut diagnostic: Diagnostic, named: &Named, span: Span) -> Diagnostic {
    let place = place(named, span);
    if place != span {
        diagnostic = diagnostic.secondary(span, "computed here");
    }
    // Of calls in one another, the inner one says where.
    let calls = named
        .calls
        .iter()
        .enumerate()
        .filter(|(at, call)| **call != place && !named.calls[..*at].iter().any(|inner| contains(**call, *inner)));
    for (_, call) in calls {
        diagnostic = diagnostic.secondary(*call, format!("{} is made through this call", named.path));
    }
    diagnostic
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(calls: Vec<Span>) -> Named {
        let (name, path) = ("a".to_owned(), "hosts.a".to_owned());
        Named { name, path, key: Span::new(0, 1), calls, description: None }
    }

    #[test]
    fn a_literal_at_the_call_is_the_place_and_a_computed_value_moves_it_to_the_outermost_call() {
        let (inner, outer) = (Span::new(500, 520), Span::new(10, 30));
        assert_eq!(place(&named(vec![]), Span::new(3, 7)), Span::new(3, 7));
        assert_eq!(place(&named(vec![inner, outer]), Span::new(13, 17)), Span::new(13, 17));
        assert_eq!(place(&named(vec![inner, outer]), Span::new(505, 515)), outer);
    }

    #[test]
    fn of_calls_in_one_another_the_inner_one_is_shown() {
        static CODE: Code = Code::new("E", "a test", "");
        let (inner, around, outer) = (Span::new(520, 530), Span::new(500, 540), Span::new(10, 30));
        let named = named(vec![inner, around, outer]);
        let problem = report(&CODE, "wrong".to_owned(), &named, Span::new(600, 601), "here");
        let shown: Vec<Span> = problem.labels.iter().filter(|label| !label.primary).map(|label| label.span).collect();
        assert_eq!(shown, [Span::new(600, 601), inner]);
    }
}
