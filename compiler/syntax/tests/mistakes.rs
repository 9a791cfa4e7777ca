//! One mistake is one diagnostic, at the token where a reader would look, and the rest of the file is understood.

mod common;

use arvc_syntax::diagnostic::{Applicability, Diagnostic};
use arvc_syntax::kind::SyntaxKind;
use arvc_syntax::parser::parse;
use common::report;
use pretty_assertions::assert_eq;

/// Asserts the one problem of each text, and shows all that differ.
fn one_each(cases: &[(&str, &str)]) {
    let differing: Vec<String> = cases
        .iter()
        .filter(|(text, expected)| places(text) != [*expected])
        .map(|(text, expected)| format!("{text}\n  expected {expected}\n{}", report(text, &parse(text, 0).diagnostics)))
        .collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// The problems of a text: one line each, code, place and the text that is underlined.
fn places(text: &str) -> Vec<String> {
    let parsed = parse(text, 0);
    report(text, &parsed.diagnostics)
        .lines()
        .map(|line| {
            let end = line.rfind("\" ").map_or(line.len(), |at| at + 1);
            line[..end].to_owned()
        })
        .collect()
}

#[track_caller]
fn problems(text: &str, expected: &[&str]) {
    let parsed = parse(text, 0);
    let found = places(text);
    assert_eq!(found, expected, "{text}\n{}", report(text, &parsed.diagnostics));
}

/// The text with the first fix of each problem applied, as `--fix` would.
fn fixed(text: &str, diagnostics: &[Diagnostic]) -> String {
    let mut edits: Vec<_> = diagnostics
        .iter()
        .flat_map(|problem| problem.fixes.first())
        .filter(|fix| fix.applicability == Applicability::MachineApplicable)
        .flat_map(|fix| fix.edits.clone())
        .collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = text.to_owned();
    for edit in edits.iter().rev() {
        out.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    out
}

/// Asserts that there is one problem, and that its machine-applicable fix solves it.
#[track_caller]
fn one_fix(text: &str, code: &str) {
    let parsed = parse(text, 0);
    assert_eq!(parsed.diagnostics.len(), 1, "{text}\n{}", report(text, &parsed.diagnostics));
    assert_eq!(parsed.diagnostics[0].code.id, code, "{text}\n{}", report(text, &parsed.diagnostics));
    let again = fixed(text, &parsed.diagnostics);
    let rest = parse(&again, 0).diagnostics;
    assert!(rest.is_empty(), "{text}\nfixed to\n{again}\n{}", report(&again, &rest));
}

/// The names of the definitions that are understood, in order.
fn names(text: &str) -> Vec<String> {
    let parsed = parse(text, 0);
    let tree = &parsed.tree;
    let paths = tree.nodes().filter(|node| node.kind() == SyntaxKind::KeyPath);
    paths.map(|node| node.text().to_owned()).collect()
}

#[test]
fn three_mistakes_in_one_file_are_three_diagnostics_and_the_rest_is_understood() {
    let text = "{\n  a = ;\n  b = [ 1 2 ];\n  c = 3;\n  d = (1 + 2;\n  e = 5;\n}\n";
    problems(text, &["E0002 2:7 \";\"", "E0004 3:10 \"\"", "E0005 5:7 \"(\""]);
    assert_eq!(names(text), ["a", "b", "c", "d", "e"]);
}

#[test]
fn typical_mistakes_give_one_diagnostic_at_the_right_token() {
    one_each(&[
        // Definitions.
        ("{ a = 1 }", "E0003 1:8 \"\""),
        ("{\n  a = 1\n  b = 2;\n}", "E0003 2:8 \"\""),
        ("{ a = f x b = 2; }", "E0003 1:10 \"\""),
        ("{ a = ; }", "E0002 1:7 \";\""),
        ("{\n  a =\n  b = 2;\n}", "E0002 2:6 \"\""),
        ("{ a = 1;; }", "E0001 1:9 \";\""),
        ("{ a = 1, b = 2; }", "E0009 1:8 \",\""),
        ("{ a: 1; }", "E0009 1:4 \":\""),
        ("{ vmid: \"x\"; }", "E0009 1:7 \":\""),
        ("{ a: { b = 1; }; }", "E0009 1:4 \":\""),
        ("{ a == 1; }", "E0009 1:5 \"==\""),
        ("{ vmid 1001; }", "E0008 1:7 \"\""),
        ("{ hosts.dns { vmid = 1; }; }", "E0008 1:12 \"\""),
        ("{ a = 1 2; }", "E0001 1:9 \"2\""),
        ("{ . = 1; b = 2; }", "E0001 1:3 \".\""),
        ("{ a. = 1; b = 2; }", "E0001 1:6 \"=\""),
        ("{ true = 1; }", "E0041 1:3 \"true\""),
        ("{ else = 1; }", "E0041 1:3 \"else\""),
        ("{ members.01 = { }; }", "E0044 1:11 \"01\""),
        ("{ Foo = 1; }", "E0044 1:3 \"Foo\""),
        ("a = 1;\nb = 2;\n", "E0040 1:1 \"a\""),
        ("{ a = 1; };", "E0040 1:11 \";\""),
        ("{ a = 1; } }", "E0006 1:12 \"}\""),
        ("{ a = 1; } { b = 2; }", "E0040 1:12 \"{\""),
        ("{ inherit a, b; }", "E0001 1:12 \",\""),
        ("{ inherit a, b, c; d = 1; }", "E0001 1:12 \",\""),
        ("{ a = f ( b = 100; c = []; }; d = 2; }", "E0009 1:9 \"(\""),
        ("{ hosts.01photos = 1; }", "E0044 1:9 \"01photos\""),
        ("{ a = with std; caddy { b = 1; }; c = 2; }", "E0001 1:7 \"with\""),
        ("{\n  // the image\n  a = 1;\n}", "E0014 2:3 \"//\""),
        ("// a site\n{ a = 1; }", "E0014 1:1 \"//\""),
        ("{ a = [\n  // one\n  1,\n]; }", "E0014 2:3 \"//\""),
        // Brackets.
        ("{ a = [ 1, 2; b = 3; }", "E0005 1:7 \"[\""),
        ("{\n  a = [ 1, 2\n  b = 3;\n}", "E0005 2:7 \"[\""),
        ("{ a = (1 + 2; b = 3; }", "E0005 1:7 \"(\""),
        ("{ a = (1 + 2)); b = 3; }", "E0006 1:14 \")\""),
        ("{ a = 1 ]; b = 3; }", "E0006 1:9 \"]\""),
        ("{\n  a = {\n    b = 1;\n  c = 2;\n}\n", "E0005 2:7 \"{\""),
        ("{ a = 1;", "E0005 1:1 \"{\""),
        ("[ 1, 2", "E0005 1:1 \"[\""),
        ("{ a = f(x, y); }", "E0001 1:10 \",\""),
        ("[ (x, y ]", "E0005 1:3 \"(\""),
        ("f (x", "E0005 1:3 \"(\""),
        // Lists.
        ("[ 1 2 ]", "E0004 1:4 \"\""),
        ("[ 1; 2 ]", "E0009 1:4 \";\""),
        ("[ 1,, 2 ]", "E0002 1:5 \",\""),
        ("[ \"a\" \"b\", 3 ]", "E0004 1:6 \"\""),
        ("[ a -> b a -> c ]", "E0004 1:9 \"\""),
        // Heads.
        ("let a = 1; a + 1", "E0008 1:11 \"\""),
        ("let a = 1 in a", "E0003 1:10 \"\""),
        ("let a = 1; { b = a; }", "E0008 1:11 \"\""),
        ("if a then 1", "E0008 1:12 \"\""),
        ("if a 1 else 2", "E0008 1:7 \"\""),
        ("if a = 1 then 1 else 2", "E0009 1:6 \"=\""),
        ("{ a = if b then ; c = 1; }", "E0002 1:17 \";\""),
        ("assert a; 1", "E0008 1:9 \"\""),
        ("assert a, \"no\", b; 1", "E0001 1:15 \",\""),
        ("1 + if a then b else c", "E0001 1:5 \"if\""),
        ("f x: x", "E0001 1:4 \":\""),
        ("match k { A -> 1, B => 2 }", "E0009 1:13 \"->\""),
        ("match k { A => 1 B => 2 }", "E0004 1:17 \"\""),
        ("{ a, b } a", "E0008 1:9 \"\""),
        ("{ a b, ... }: a", "E0004 1:4 \"\""),
        // Operators.
        ("1 + * 2", "E0001 1:5 \"*\""),
        ("{ a = 1 + ; }", "E0002 1:11 \";\""),
        ("1 < 2 < 3", "E0043 1:7 \"<\""),
        ("a -> b except c except d", "E0045 1:17 \"except\""),
        ("a -> b via c via d except e", "E0045 1:14 \"via\""),
        ("a // b & c", "E0042 1:8 \"&\""),
        ("{ a = b -> ; }", "E0002 1:12 \";\""),
        ("{ a = %1; }", "E0013 1:7 \"%\""),
        ("{ a = %; }", "E0013 1:7 \"%\""),
        // Words.
        ("{ a = import; }", "E0002 1:13 \";\""),
        ("{ a = import file; }", "E0001 1:14 \"file\""),
        ("{ a = secret; }", "E0002 1:13 \";\""),
        ("{ a = then; }", "E0041 1:7 \"then\""),
        ("", "E0002 1:1 \"\""),
        ("# nothing\n", "E0002 1:1 \"\""),
        // Types.
        ("let type A = ; in 1", "E0002 1:14 \";\""),
        ("let type R = { a : Int b : Int; }; in 1", "E0003 1:23 \"\""),
        ("let type R = {\n  a : Int\n  b : Int;\n}; in 1", "E0003 2:10 \"\""),
        ("let type R = { a = Int; }; in 1", "E0009 1:18 \"=\""),
        ("{ a : Int; }", "E0002 1:10 \";\""),
    ]);
}

#[test]
fn mistakes_inside_a_token_are_reported_once() {
    one_each(&[
        ("[ 10.0.0.5/24, 1 ]", "E0039 1:3 \"10.0.0.5/24\""),
        ("8010-8000/tcp", "E0036 1:1 \"8010-8000/tcp\""),
        ("70000/tcp", "E0035 1:1 \"70000/tcp\""),
        ("0/udp", "E0035 1:1 \"0/udp\""),
        ("8000-8010", "E0034 1:1 \"8000-8010\""),
        ("10.0.0.256", "E0037 1:1 \"10.0.0.256\""),
        ("10.0.0", "E0037 1:1 \"10.0.0\""),
        ("1.2.3.4.5", "E0037 1:1 \"1.2.3.4.5\""),
        ("10.0.0.01", "E0037 1:1 \"10.0.0.01\""),
        ("fd00::12345", "E0037 1:1 \"fd00::12345\""),
        ("bc:24:11:00:00", "E0037 1:1 \"bc:24:11:00:00\""),
        ("10.0.0.0/33", "E0038 1:1 \"10.0.0.0/33\""),
        ("fd00::/129", "E0038 1:1 \"fd00::/129\""),
        ("1999..1000", "E0033 1:1 \"1999..1000\""),
        ("9223372036854775808", "E0030 1:1 \"9223372036854775808\""),
        ("99999999TiB", "E0030 1:1 \"99999999TiB\""),
        ("8GB", "E0031 1:1 \"8GB\""),
        ("12min", "E0031 1:1 \"12min\""),
        ("1.5GiB", "E0032 1:1 \"1.5GiB\""),
        ("{ a = \"x; \n b = 1; }", "E0020 1:7 \"\\\"x; \""),
        ("{ a = \"x\n y\n z\"; b = 1; }", "E0020 1:7 \"\\\"x\""),
        ("{ \"a = 1;\n b = 2; }", "E0020 1:3 \"\\\"a = 1;\""),
        ("{ a = ''x; b = 1; }", "E0020 1:7 \"''\""),
        ("{ a = \"C:\\d\"; b = 1; }", "E0021 1:10 \"\\\\d\""),
        ("{ a = \"x${y\"; \n b = 1; }", "E0022 1:9 \"${\""),
        ("{ a = \"x${y \n b = 1; }", "E0022 1:9 \"${\""),
        ("{ a = \"x${}\"; b = 1; }", "E0002 1:11 \"}\""),
        ("{ a = \"x${y z)}\"; b = 1; }", "E0001 1:14 \")\""),
        ("{ a = 'x'; b = 1; }", "E0015 1:7 \"'x'\""),
        ("/* x */ { b = 1; }", "E0014 1:1 \"/* x */\""),
        ("{ hosts.büro = 1; }", "E0012 1:9 \"büro\""),
        ("{ hosts.dnѕ = 1; }", "E0012 1:9 \"dnѕ\""),
        ("{ vmid = １００１; }", "E0010 1:10 \"１００１\""),
        ("{ vmid\u{a0}= 1; }", "E0010 1:7 \"\\u{a0}\""),
        ("{ vmid = 1001 ； }", "E0010 1:15 \"；\""),
        ("{ a = b –> c; }", "E0010 1:9 \"–\""),
        ("{ a = [ b → c ]; }", "E0010 1:11 \"→\""),
        ("{ a = “x”; }", "E0010 1:7 \"“\""),
        ("# a\u{202e}b\n1", "E0011 1:4 \"\\u{202e}\""),
        ("\"a\u{200f}b\"", "E0011 1:3 \"\\u{200f}\""),
        ("{ a = \u{1}1; }", "E0011 1:7 \"\\u{1}\""),
        ("1\r\n# a\rb", "E0011 2:4 \"\\r\""),
    ]);
}

#[test]
fn the_case_of_curly_quotes_and_a_no_break_space_is_two_mistakes_with_fixes() {
    let text = "{\n  hosts.“dns” = { vmid = 1001\u{a0}; };\n}\n";
    problems(text, &["E0010 2:9 \"“\"", "E0010 2:30 \"\\u{a0}\""]);
    let again = fixed(text, &parse(text, 0).diagnostics);
    assert_eq!(again, "{\n  hosts.\"dns\" = { vmid = 1001 ; };\n}\n");
    common::parses(&again);
}

#[test]
fn the_seed_program_about_literals_has_two_errors() {
    problems("[ 10.0.0.5/24, 8010-8000/tcp ]", &["E0039 1:3 \"10.0.0.5/24\"", "E0036 1:16 \"8010-8000/tcp\""]);
}

#[test]
fn a_call_in_a_list_is_no_mistake_of_the_text() {
    problems("let f = x: x + 1; in [ f 1 2 ]", &[]);
}

#[test]
fn a_missing_separator_is_repaired_by_its_fix() {
    for (text, code) in [
        ("{ a = 1 }", "E0003"),
        ("{\n  a = f x # note\n  b = 2;\n}", "E0003"),
        ("let a = [ 1 ] in a", "E0003"),
        ("{ inherit a\n  b = 1; }", "E0003"),
        ("{ type A = B\n  c = 1; }", "E0003"),
        ("[ 1 2 ]", "E0004"),
        ("[\n  a -> b\n  c.d -> e\n]", "E0004"),
        ("{ a, b ? 1\n  c }: a", "E0004"),
        ("match a { A => 1\n B => 2 }", "E0004"),
        ("{ a = { b = 1;", "E0005"),
        ("{ a = [ 1, 2; }", "E0005"),
        ("{ a = f (1; }", "E0005"),
        ("{\n  a = {\n    b = 1;\n  c = 2;\n}\n", "E0005"),
        ("{ a: 1; }", "E0009"),
        ("a = 1;\nb = 2;\n", "E0040"),
        ("f x: x + 1", "E0001"),
        ("{ members.01 = 1; }", "E0044"),
        ("{ inherit a, b, c; }", "E0001"),
        ("{\n  // the image\n  a = 1;\n}", "E0014"),
        ("{ vmid = １００１; }", "E0010"),
        ("{ a = 'x'; }", "E0015"),
    ] {
        one_fix(text, code);
    }
}

#[test]
fn what_follows_an_unterminated_string_is_understood() {
    assert_eq!(names("{\n  a = \"x;\n  b = 1;\n  c = \"${y;\n  d = 2;\n}"), ["a", "b", "c", "d"]);
}

#[test]
fn what_stands_behind_a_brace_too_many_is_understood() {
    let text = "{\n  a = { b = 1; }};\n  c = 2;\n  d = ;\n}\n";
    problems(text, &["E0006 2:17 \"}\"", "E0002 4:7 \";\""]);
    assert_eq!(names(text), ["a", "b", "c", "d"]);
}
