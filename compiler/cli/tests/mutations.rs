//! Sites with something cut out, doubled or replaced: never a panic, and never silence where there is no site.

use arvc::pipeline;
use arvc::source::Problem;
use proptest::prelude::*;

const PIECES: [&str; 24] = [
    "",
    "{",
    "}",
    "[",
    "]",
    ";",
    ",",
    "\"",
    "${",
    "->",
    "//",
    "=",
    ".",
    "..",
    "0",
    "4294967296",
    "1.1.1.1",
    "10.0.0.0/8",
    "/tcp",
    "hosts.db",
    "groups",
    "import ./x.arv",
    "if true then 1 else",
    "ä\u{202e}",
];

fn examples() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["small", "containers", "arvandor"])
        .prop_map(|name| std::fs::read_to_string(arvc_tests::example(name)).unwrap())
}

/// The border of a character nearest below a share of the text.
fn at(text: &str, share: f64) -> usize {
    let mut at = (text.len() as f64 * share) as usize;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_mutated_site_is_a_site_or_has_an_error(
        text in examples(),
        cuts in prop::collection::vec((0.0..1.0, 0usize..40, prop::sample::select(PIECES.to_vec())), 1..4),
    ) {
        let mut text = text;
        for (share, length, piece) in cuts {
            let start = at(&text, share);
            let mut end = (start + length).min(text.len());
            while !text.is_char_boundary(end) {
                end += 1;
            }
            text.replace_range(start..end, piece);
        }
        let checked = pipeline::check("site.arv", text, &mut |_: &str| Err(Problem::NotFound));
        if checked.is_good() {
            let site = checked.site.expect("a source without an error gives a site");
            prop_assert!(!pipeline::emit(&site, "site.arv").files.is_empty());
        }
        for diagnostic in &checked.diagnostics {
            for label in &diagnostic.labels {
                let file = checked.sources.get(checked.sources.file_of(label.span)).span();
                prop_assert!(file.start <= label.span.start && label.span.end <= file.end, "{diagnostic:?}");
            }
        }
    }
}
