//! Size and depth: linear time, a bounded stack, a diagnostic for what is too deep.

use std::thread;

use arvc_syntax::parser::parse;

/// Runs on a small stack, as a thread of a server has.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(2 << 20).spawn(test).expect("a thread starts");
    assert!(thread.join().is_ok());
}

fn codes(text: &str) -> Vec<&'static str> {
    parse(text, 0).diagnostics.iter().map(|problem| problem.code.id).collect()
}

/// Every form that nests, once around a hole.
const NESTING: [(&str, &str); 16] = [
    ("[", "]"),
    ("(", ")"),
    ("{ a = ", "; }"),
    ("{ a = f [ ", " ]; }"),
    ("x: ", ""),
    ("let a = ", "; in a"),
    ("let in ", ""),
    ("if a then b else ", ""),
    ("if ", " then a else b"),
    ("assert a, \"b\"; ", ""),
    ("- ", ""),
    ("f (x: ", ")"),
    ("a.${", "}"),
    ("\"${", "}\""),
    ("match a { _ => ", " }"),
    ("a or ", ""),
];

#[test]
fn what_is_nested_400_deep_is_too_deep_and_nothing_else() {
    on_a_small_stack(|| {
        for (open, close) in NESTING {
            let text = format!("{}1{}", open.repeat(400), close.repeat(400));
            assert_eq!(codes(&text), ["E0007"], "{open}");
        }
        let types = format!("{{ type A = {}B{}; }}", "(".repeat(400), ")".repeat(400));
        assert_eq!(codes(&types), ["E0007"]);
        let functions = format!("{{ type A = {}B; }}", "B -> ".repeat(400));
        assert_eq!(codes(&functions), ["E0007"]);
    });
}

#[test]
fn what_is_nested_60_deep_is_fine() {
    for (open, close) in NESTING {
        let text = format!("{}1{}", open.repeat(60), close.repeat(60));
        assert_eq!(codes(&text), [""; 0], "{open}");
    }
}

#[test]
fn a_bomb_of_open_brackets_is_one_or_two_diagnostics() {
    assert_eq!(codes(&"{".repeat(100_000)), ["E0001"]);
    on_a_small_stack(|| {
        for open in ["[", "(", "{ a = ", "\"${", "''${", "x: ", "- ", "let a = ", "f (x: ", "if ", "a.${", "match "] {
            let found = codes(&open.repeat(100_000));
            assert!(found.contains(&"E0007"), "{open}: {found:?}");
            assert!(found.len() <= 3, "{open}: {found:?}");
        }
        for close in ["]", ")", "}", "; }", ","] {
            let found = codes(&close.repeat(50_000));
            assert!(
                !found.is_empty() && found.len() <= 3,
                "{close}: {} {:?}",
                found.len(),
                &found[..found.len().min(5)]
            );
        }
    });
}

#[test]
fn the_keys_of_a_path_are_levels_too() {
    on_a_small_stack(|| {
        let path = |keys: usize| format!("{}a = 1;", "a.".repeat(keys - 1));
        assert_eq!(codes(&format!("{{ {} }}", path(200))), [""; 0]);
        assert_eq!(codes(&format!("{{ {} }}", path(100_000))), ["E0007"]);
        assert_eq!(codes(&format!("{{ a = {{ {} b = {{ {} }}; }}; }}", path(200), path(200))), [""; 0]);
        let nested = format!("{} = {{ {} }};", "b.".repeat(150) + "b", path(150));
        assert_eq!(codes(&format!("{{ {nested} c = 1; }}")), ["E0007"]);
        assert_eq!(codes(&format!("{{ {} = {{ {nested} }}; }}", "a.".repeat(150) + "a")), ["E0007"]);
    });
}

#[test]
fn a_chain_of_operators_is_bounded_too() {
    on_a_small_stack(|| {
        assert_eq!(codes(&format!("1{}", " + 1".repeat(300))), [""; 0]);
        assert_eq!(codes(&format!("1{}", " + 1".repeat(100_000))), ["E0007"]);
        assert_eq!(codes(&format!("f{}", " x".repeat(100_000))), [""; 0]);
        assert_eq!(codes(&format!("f{}", ".x".repeat(100_000))), [""; 0]);
        assert_eq!(codes(&format!("f{}", " ? x".repeat(100_000))), ["E0007"]);
    });
}

#[test]
fn a_hundred_thousand_lines_are_no_problem() {
    on_a_small_stack(|| {
        let lines: String = (0..100_000).map(|n| format!("  hosts.h{n}.vmid = {n};\n")).collect();
        let parsed = parse(&format!("{{\n{lines}}}\n"), 0);
        assert!(parsed.diagnostics.is_empty());
        assert!(parsed.tree.root().descendants().count() > 600_000);
        let arms: String = (0..10_000).map(|n| format!("T{n} => {n}, ")).collect();
        assert_eq!(codes(&format!("match a {{ {arms} }}")), [""; 0]);
        let cases: String = (0..10_000).map(|n| format!(" | T{n}")).collect();
        assert_eq!(codes(&format!("let type A = B{cases}; in 1")), [""; 0]);
    });
}

#[test]
fn a_hundred_thousand_mistakes_are_found_in_one_pass() {
    let lines: String = (0..100_000).map(|n| format!("  a{n} = \n")).collect();
    assert_eq!(codes(&format!("{{\n{lines}}}\n")).len(), 100_000);
    let words = "“ ".repeat(20_000);
    assert!(!codes(&words).is_empty());
}
