//! What grows without end is given up with one diagnostic (which budget ends first may change), and never more than
//! 256 MiB are resident. Each runs in a process of its own, whose peak is that of one evaluation: what one leaves behind
//! in an allocator is no other's.

mod common;

use common::plain;

/// The bomb that this process is for.
const BOMB: &str = "ARVC_TEST_BOMB";

fn codes(text: &str) -> Vec<&'static str> {
    let outcome = plain(&[("site.arv", text)]);
    outcome.diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect()
}

/// The largest resident size of this process so far, in MiB.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a line with the peak");
    let kib: u64 = line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number");
    kib / 1024
}

#[test]
fn what_grows_without_end_is_given_up_within_its_bounds() {
    let bombs = [
        ("steps", "let f = x: f (x + 1); in f 0"),
        ("depth", "let f = x: 1 + f x; in f 0"),
        ("text", r#"let d = n: let h = d (n - 1); in if n == 0 then "x" else "${h}${h}"; in d 40"#),
        ("text in a fold", r#"fold (a: _: "${a}${a}") "x" (range 1 60)"#),
        ("lists", "let d = n: let h = d (n - 1); in if n == 0 then [ 1 ] else h ++ h; in d 40"),
        (
            "records",
            "let type N = { a? : N; b? : N; }; d : Int -> N = n: let h = d (n - 1); in if n == 0 then {} else { a = h; b = h; }; in d 40",
        ),
        ("merges", "let type N = { a? : N; }; f : N -> _ = r: f (r // { a = r; }); in f {}"),
        ("ranges", "length (range 1 9223372036854775807)"),
        ("an endless list", "let type N = { n : List N; }; f : Int -> N = n: { n = [ f n, f (n + 1) ]; }; in f 0"),
        ("an endless record", "let type N = { n : N; }; f : Int -> N = n: { n = f (n + 1); }; in f 0"),
        ("an endless comparison", "let type N = { n : N; }; f : Int -> N = n: { n = f (n + 1); }; in f 0 == f 0"),
        (
            "names",
            r#"let f = n: { "${"x"}${n}" = n; }; g : Int -> Map Int -> _ = n: r: g (n + 1) (r // f n); in g 0 {}"#,
        ),
        ("builtins", "let g = x: head (map g [ x ]); in g 1"),
        ("a list in a list", "let xs = range 1 100000; in filter (x: elem (0 - x) xs) xs"),
        ("unlike items", "unique (map (x: [ x ]) (range 1 100000))"),
        ("sorting", "length (sort (range 1 6000000))"),
        ("sorting again", "let xs = range 1 50000; f = n: head (sort xs) + f (n + 1); in f 0"),
        ("pairs", "length (indexed (range 1 6000000))"),
        ("doubles", "length (unique (range 1 6000000))"),
        ("addresses", "let f = n: length 10.0.0.0/16.hosts + f (n + 1); in f 0"),
        ("replacing", r#"fold (a: _: replace "x" "xx" a) "x" (range 1 60)"#),
        ("joining", r#"fold (a: _: join a [ a, a, a ]) "x" (range 1 60)"#),
        (
            "names of groups",
            r#"let t = fold (a: _: "${a}${a}") "x" (range 1 20); in length (names (groupBy (i: "${t}${i}") (range 1 1000)))"#,
        ),
        ("letters", r#"length (characters (fold (a: _: "${a}${a}") "x" (range 1 25)))"#),
        (
            "one text again",
            r#"let t = fold (a: _: "${a}${a}") "x" (range 1 24); f = n: if contains "y" t then n else f (n + 1); in f 0"#,
        ),
        (
            "two texts",
            r#"let t = fold (a: _: "${a}${a}") "x" (range 1 24); u = "${t}"; f = n: if t == u then f (n + 1) else n; in f 0"#,
        ),
    ];
    if let Some(name) = std::env::var_os(BOMB) {
        let (name, text) = bombs.into_iter().find(|(bomb, _)| *bomb == name).expect("one of these");
        let found = codes(text);
        assert!(matches!(found.as_slice(), ["E0502" | "E0503" | "E0506" | "E0507"]), "{name}: {found:?}");
        #[cfg(target_os = "linux")]
        assert!(peak() < 256, "{name}: {} MiB resident", peak());
        return;
    }
    for (name, _) in bombs {
        let itself = std::env::current_exe().expect("the test's own program");
        let run = std::process::Command::new(itself)
            .args(["--exact", "what_grows_without_end_is_given_up_within_its_bounds", "--nocapture"])
            .env(BOMB, name)
            .output()
            .expect("it runs again");
        let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        assert!(run.status.success() && said.contains("1 passed"), "{name}: {said}");
    }
}
