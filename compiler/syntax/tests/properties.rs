//! Properties of every input: nothing is lost, nothing panics, and the tree is well-formed.

mod common;

use arvc_syntax::ast::{AstNode, File, views_of};
use arvc_syntax::parser::{Parse, parse};
use arvc_syntax::tree::{Element, Node};
use proptest::prelude::*;

/// Real sources, to be cut up.
const SOURCES: [&str; 3] = [
    include_str!("../../lang/prelude/prelude.arv"),
    "let std = import \"std\"; f = { a, b? , c ? 1, ... } @ all: a + -b; in {\n  # note\n  hosts.dns = { vmid = 1001; x = ''\n    a ${f { }} ''${b}\n  ''; };\n  \
     allow = [ a -> b : [ 53/udp, 8000-8010/tcp ] via n except c, any -> fd00::/8 ];\n  u = unset; d = default 8GiB; m.\"k ${n}\".${k} = force 12m;\n  \
     inherit (x) y z; include ./hosts/;\n  q = if a ? b.c then match k { Vm => 1, All x => 2, _ => a.b or 3 } else assert c == 1, \"no\"; { };\n}\n",
    "{ type K = Vm | All _; f : K -> List (Ref T)? = k: secret \"a#b\"; mac = bc:24:11:00:00:01; r = 1..2; }",
];

/// Pieces that mean something, so that random texts come near the grammar.
const PIECES: [&str; 58] = [
    "a",
    "b.c",
    "Tag",
    "1",
    "10.0.0.0/8",
    "5432/tcp",
    "8GiB",
    "1..2",
    "fd00::1",
    "\"",
    "\"x\"",
    "''",
    "${",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ".",
    "...",
    ",",
    ";",
    ":",
    "=",
    "==",
    "!=",
    "<",
    "+",
    "++",
    "-",
    "*",
    "/",
    "//",
    "&",
    "&&",
    "|",
    "||",
    "!",
    "->",
    "=>",
    "?",
    "@",
    "_",
    "let",
    "in",
    "if",
    "then",
    "else",
    "assert",
    "inherit",
    "import ./a.arv",
    "match",
    "or",
    "type",
    "default",
    "\n",
    " ",
];

/// Parses a text and checks that nothing of it is lost.
fn whole(text: &str) -> Parse {
    let parsed = parse(text, 7);
    let mut rest = text;
    for token in parsed.tree.tokens() {
        rest = rest.strip_prefix(token.text()).unwrap_or_else(|| panic!("{token:?} is not the text's: {text}"));
    }
    assert_eq!(rest, "", "tokens are the text: {text}");
    assert!(!parsed.diagnostics.is_empty() || !parsed.tree.root().has_error(), "an error without a diagnostic: {text}");
    parsed
}

/// Checks everything that holds for every text.
fn check(text: &str) {
    let parsed = whole(text);
    let tree = &parsed.tree;
    let mut tokens = String::new();
    collect(tree.root(), &mut tokens);
    assert_eq!(tokens, text, "the tree has every token once, in order");
    for node in tree.nodes() {
        let range = node.token_range();
        assert!(
            node.children()
                .all(|child| range.start <= child.token_range().start && child.token_range().end <= range.end)
        );
        assert!(node.span().end <= 7 + text.len() as u32);
    }
    for problem in &parsed.diagnostics {
        for span in problem
            .labels
            .iter()
            .map(|label| label.span)
            .chain(problem.fixes.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span)))
        {
            assert!(text.get(span.start as usize - 7..span.end as usize - 7).is_some(), "{problem:?}");
        }
    }
    if parsed.diagnostics.is_empty() {
        assert!(File::of(tree).expr().is_some());
    }
    for string in views_of_all::<arvc_syntax::ast::StringExpr<'_>>(tree.root()) {
        string.parts();
    }
    for literal in views_of_all::<arvc_syntax::ast::LiteralExpr<'_>>(tree.root()) {
        let reported = parsed.diagnostics.iter().any(|problem| problem.span() == literal.span());
        assert!(literal.value().is_some() || reported, "{literal:?}");
    }
}

fn views_of_all<'t, T: AstNode<'t> + 't>(root: Node<'t>) -> impl Iterator<Item = T> {
    root.descendants().flat_map(|node| views_of::<T>(node).collect::<Vec<_>>())
}

fn collect(node: Node<'_>, out: &mut String) {
    for element in node.elements() {
        match element {
            Element::Node(child) => collect(child, out),
            Element::Token(token) => out.push_str(token.text()),
        }
    }
}

#[test]
fn real_sources_are_whole() {
    for source in SOURCES {
        check(source);
        assert!(parse(source, 0).diagnostics.is_empty(), "{}", common::report(source, &parse(source, 0).diagnostics));
    }
}

/// Where the beginnings of a text end: at every character of its first 4 kB, and at every 97th behind them, since the
/// cost of them all grows with the square of the length.
fn ends(text: &str) -> impl Iterator<Item = usize> {
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.enumerate().filter(|(number, at)| *at < 4096 || number % 97 == 0).map(|(_, at)| at)
}

/// Nothing is lost of any beginning; one in eight is looked at from all sides, which costs ten times as much.
#[test]
fn every_beginning_of_every_source_of_the_repository_is_whole() {
    let sources = common::repository();
    assert!(sources.len() > 200, "{} sources", sources.len());
    for (_, source) in sources.iter().map(|(path, text)| (path, text.as_str())).chain([(&String::new(), SOURCES[1])]) {
        for (number, end) in ends(source).enumerate() {
            match number % 8 {
                0 => check(&source[..end]),
                _ => drop(whole(&source[..end])),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn any_text_is_whole(text in "\\PC{0,60}") {
        check(&text);
    }

    #[test]
    fn any_bytes_that_are_text_are_whole(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_sequence_of_tokens_is_whole(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40), blank in any::<bool>()) {
        check(&pieces.join(if blank { " " } else { "" }));
    }

    #[test]
    fn any_mutation_of_a_source_is_whole(
        source in 0..SOURCES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..6_usize, prop::sample::select(&PIECES[..])), 1..4),
    ) {
        let mut text: Vec<char> = SOURCES[source].chars().collect();
        for (at, removed, inserted) in changes {
            let at = at.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        check(&text.into_iter().collect::<String>());
    }
}

/// A missing separator costs one diagnostic whose fix restores the text. A comma counts behind what cannot be called:
/// elsewhere the next item is an argument.
#[test]
fn a_separator_that_is_removed_anywhere_is_reported_once_and_repaired() {
    for source in SOURCES {
        let tree = parse(source, 0).tree;
        let tokens: Vec<_> = tree.tokens().filter(|token| !token.kind().is_trivia()).collect();
        for window in tokens.windows(3) {
            let counts = match window[1].text() {
                ";" => true,
                "," => {
                    let complete = window[0].kind().is_literal() || matches!(window[0].text(), "]" | "}");
                    complete && !matches!(window[2].text(), "]" | "}")
                }
                _ => false,
            };
            if counts {
                removed(source, window[1].span().start as usize);
            }
        }
    }
}

fn removed(source: &str, at: usize) {
    let (before, after) = (&source[..at], &source[at + 1..]);
    let text = format!("{before}{after}");
    let found = parse(&text, 0).diagnostics;
    let place = format!("{:?}\n{}", before.lines().last(), common::report(&text, &found));
    assert_eq!(found.len(), 1, "{place}");
    assert_eq!(found[0].fixes.len(), 1, "{place}");
    let edit = &found[0].fixes[0].edits[0];
    let fixed = format!("{}{}{}", &text[..edit.span.start as usize], edit.text, &text[edit.span.end as usize..]);
    assert_eq!(fixed, source, "{place}");
}
