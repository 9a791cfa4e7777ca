//! Properties of formatting: the same tokens and comments, nothing left to do the second time, and no wish refused.

mod common;

use std::sync::LazyLock;

use arvc_syntax::diagnostic::Severity;
use arvc_syntax::format::{Unformatted, WIDTH, format};
use arvc_syntax::parser::parse;
use proptest::prelude::*;

/// Every source of the repository without mistakes, and this crate's cases, which have everything in them.
fn sources() -> &'static [String] {
    static SOURCES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let repository = common::repository().into_iter().map(|(_, text)| text);
        let mut sources: Vec<String> = repository.filter(|text| parse(text, 0).diagnostics.is_empty()).collect();
        sources.extend(common::cases().into_iter().map(|case| case.before));
        sources
    });
    &SOURCES
}

/// Formats a text, if it has no mistakes, and checks what must hold of the result.
///
/// [`format`] compares tokens, comments and nodes itself and formats the result again: `Bug` is what must not happen.
fn check(text: &str) -> Option<String> {
    let parsed = parse(text, 0);
    match format(&parsed) {
        Ok(formatted) => {
            assert_eq!(bare(&formatted), bare(text), "{text}");
            assert!(formatted.ends_with('\n') && !formatted.ends_with("\n\n"), "{formatted}");
            assert_eq!(format(&parse(&formatted, 0)).as_deref(), Ok(formatted.as_str()), "{text}");
            Some(formatted)
        }
        Err(Unformatted::Mistakes) => {
            assert!(parsed.diagnostics.iter().any(|problem| problem.severity == Severity::Error), "{text}");
            None
        }
        Err(Unformatted::Bug(what)) => panic!("{what}\n--- of\n{text}"),
    }
}

/// A text without what formatting may change: blanks, and commas, which it may add and remove.
fn bare(text: &str) -> String {
    let mut characters: Vec<char> =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '\u{feff}')).collect();
    // A separator may step in front of a comment.
    characters.sort_unstable();
    characters.into_iter().collect()
}

#[test]
fn real_sources_are_formatted() {
    assert!(sources().len() > 200, "{} sources", sources().len());
    for source in sources() {
        assert!(check(source).is_some(), "{source}");
    }
}

/// Where blanks may stand: in front of each token that is not inside a string.
fn gaps(text: &str) -> Vec<usize> {
    use arvc_syntax::kind::SyntaxKind::*;
    let (tree, mut depth) = (parse(text, 0).tree, 0);
    let mut gaps = Vec::new();
    for token in tree.tokens() {
        if token.kind() == StringEnd {
            depth -= 1;
        } else if depth == 0 {
            gaps.push(token.span().start as usize);
        }
        depth += usize::from(matches!(token.kind(), StringStart | IndentStart));
    }
    gaps
}

/// Comments, blanks, empty lines, at any place.
const TRIVIA: [&str; 8] =
    [" ", "\n", "\n\n", "\n\n\n", " # beside\n", "\n# above\n", "\n## documents\n", "\n\n# one\n\n# two\n"];

/// Expressions of any shape.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a",
        "b.c",
        "Tag",
        "1",
        "10.0.0.0/8",
        "5432/tcp",
        "\"x ${ y }\"",
        "''\n    text\n  ''",
        "{}",
        "[]",
        "a_name_that_is_long_enough_to_break_lines_with",
        "import ./a.arv",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(6, 64, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            (list.clone(), any::<bool>()).prop_map(|(items, lines)| match lines {
                true => format!("[\n{}\n]", items.iter().map(|item| format!("({item}),")).collect::<String>()),
                false => format!("[ {} ]", items.join(", ")),
            }),
            (list.clone(), any::<bool>()).prop_map(|(items, lines)| {
                let items: Vec<_> = items.iter().enumerate().map(|(n, item)| format!("k{n}.x = {item};")).collect();
                if lines { format!("{{\n{}\n}}", items.join("\n")) } else { format!("{{ {} }}", items.join(" ")) }
            }),
            list.clone()
                .prop_map(|items| format!("f {}", items.iter().map(|item| format!("({item}) ")).collect::<String>())),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(f ({a}) {{ x = {b}; }})")),
            (inner.clone(), inner.clone(), prop::sample::select(vec!["//", "++", "&&", "==", "+", "*", "&"]))
                .prop_map(|(a, b, op)| format!("({a}) {op} ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) // {{ x = {b}; }}")),
            inner.clone().prop_map(|a| format!("(x: {a})")),
            inner.clone().prop_map(|a| format!("({{ a, b ? {a}, ... }} @ all: y: {{ z = {a}; }})")),
            (inner.clone(), inner.clone(), any::<bool>())
                .prop_map(|(a, b, line)| format!("(let x = {a};{}in {b})", if line { "\n" } else { " " })),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("(if {a} then {b} else {c})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(assert {a}, \"why\"; {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(match ({a}) {{ A x => {b}, _ => {a} }})")),
            (list.clone(), inner.clone())
                .prop_map(|(ports, end)| format!("(a -> ({end}) : [ {} ] via n except [ {end} ])", ports.join(", "))),
            inner.clone().prop_map(|a| format!("((-({a})).b or ({a}))")),
        ]
    })
}

const CASES: u32 = 256;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) })]

    #[test]
    fn any_expression_is_formatted(text in expression()) {
        check(&text).expect("the text has no mistakes");
    }

    #[test]
    fn any_blanks_and_comments_are_formatted(
        text in expression(),
        trivia in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&TRIVIA[..])), 1..8),
    ) {
        check(&sprinkled(&text, &trivia));
    }

    #[test]
    fn real_sources_with_any_blanks_and_comments_are_formatted(
        source in any::<prop::sample::Index>(),
        trivia in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&TRIVIA[..])), 1..8),
    ) {
        let sources = sources();
        check(&sprinkled(&sources[source.index(sources.len())], &trivia));
    }

    #[test]
    fn mutated_sources_are_formatted_or_refused(
        source in any::<prop::sample::Index>(),
        removed in prop::collection::vec((any::<prop::sample::Index>(), 0..4_usize, prop::sample::select(vec!["", " ", "\n", ",", ";", "{}", "a", "(", "1"])), 1..4),
    ) {
        let sources = sources();
        let mut text: Vec<char> = sources[source.index(sources.len())].chars().collect();
        for (at, count, inserted) in removed {
            let at = at.index(text.len() + 1);
            let end = (at + count).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        check(&text.into_iter().collect::<String>());
    }

    #[test]
    fn whatever_can_be_broken_is_no_wider_than_the_width(text in expression()) {
        let formatted = check(&text).expect("the text has no mistakes");
        for line in formatted.lines().filter(|line| line.chars().count() > WIDTH) {
            // What is left on such a line has no place to break, or is far to the right.
            let indent = line.len() - line.trim_start().len();
            prop_assert!(indent > 20 || !line.contains(" ++ ") , "{line}");
        }
    }
}

fn sprinkled(text: &str, trivia: &[(prop::sample::Index, &str)]) -> String {
    let mut text = text.to_owned();
    for (at, blank) in trivia {
        let gaps = gaps(&text);
        text.insert_str(gaps[at.index(gaps.len())], blank);
    }
    text
}
