//! The three formats, on problems made by hand.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit};
use arvc_syntax::source::{Sources, Span};
use pretty_assertions::assert_eq;

use super::*;
use crate::world::memory::Memory;

static TWICE: Code = Code::new("E0301", "two machines have one VMID", "");
static LINT: Code = Code::new("L0301", "a range is nearly full", "");

fn sources() -> Sources {
    let mut sources = Sources::new();
    sources.add("site.arv", "hosts.a = mk 1001;\nhosts.b = mk 1001;\n").unwrap();
    sources.add("<std>/mk.arv", "mk = n: { vmdi = n; };\n").unwrap();
    sources
}

fn span(sources: &Sources, file: usize, start: u32, len: u32) -> Span {
    let base = sources.iter().nth(file).unwrap().1.base;
    Span::new(base + start, base + start + len)
}

fn printed(format: Format, terminal: bool, diagnostics: Vec<Diagnostic>) -> Memory {
    let sources = sources();
    let mut world = Memory::new("/");
    world.terminal = terminal;
    let texts = Texts { sources: &sources, prefix: "lab/" };
    print(&mut world, format, texts, &mut diagnostics.clone()).unwrap();
    world
}

fn twice() -> Diagnostic {
    let sources = sources();
    Diagnostic::new(&TWICE, "two machines have VMID 1001", span(&sources, 0, 13, 4), "VMID of hosts.a")
        .primary(span(&sources, 0, 32, 4), "VMID of hosts.b")
        .secondary(span(&sources, 1, 17, 1), "both come through this helper")
        .note("free in `management`: 1002 to 1999")
        .help("give one of them another VMID")
        .fix(
            "vmdi -> vmid",
            vec![Edit { span: span(&sources, 1, 10, 4), text: "vmid".into() }],
            Applicability::MaybeIncorrect,
        )
}

#[test]
fn people_see_every_place_the_help_the_fix_and_the_counts() {
    let world = printed(Format::Human, false, vec![twice()]);
    assert_eq!(world.stdout, "");
    assert_eq!(
        world.stderr,
        "error[E0301]: two machines have VMID 1001
  ┌─ lab/site.arv:1:14
  │
1 │ hosts.a = mk 1001;
  │              ^^^^ VMID of hosts.a
2 │ hosts.b = mk 1001;
  │              ^^^^ VMID of hosts.b
  │
  ┌─ <std>/mk.arv:1:18
  │
1 │ mk = n: { vmdi = n; };
  │                  - both come through this helper
  │
  = free in `management`: 1002 to 1999
  = help: give one of them another VMID
  = fix (maybe-incorrect): vmdi -> vmid
    - mk = n: { vmdi = n; };
    + mk = n: { vmid = n; };

1 error
"
    );
}

#[test]
fn the_short_format_is_one_line_a_problem_without_counts() {
    let world = printed(Format::Short, false, vec![twice()]);
    assert_eq!(world.stderr, "lab/site.arv:1:14: error[E0301]: two machines have VMID 1001\n");
}

#[test]
fn the_json_format_has_its_stable_fields_on_standard_output() {
    let world = printed(Format::Json, true, vec![twice()]);
    assert_eq!(world.stderr, "");
    assert_eq!(world.stdout.lines().count(), 1);
    let mut value: serde_json::Value = serde_json::from_str(&world.stdout).unwrap();
    let rendered = value["rendered"].take();
    assert!(rendered.as_str().unwrap().starts_with("error[E0301]: two machines have VMID 1001\n"), "{rendered}");
    let expected = serde_json::json!({
        "version": 1,
        "code": "E0301",
        "severity": "error",
        "message": "two machines have VMID 1001",
        "spans": [
            { "file": "lab/site.arv", "byte_start": 13, "byte_end": 17, "line_start": 1, "column_start": 14,
              "line_end": 1, "column_end": 18, "primary": true, "label": "VMID of hosts.a" },
            { "file": "lab/site.arv", "byte_start": 32, "byte_end": 36, "line_start": 2, "column_start": 14,
              "line_end": 2, "column_end": 18, "primary": true, "label": "VMID of hosts.b" },
            { "file": "<std>/mk.arv", "byte_start": 17, "byte_end": 18, "line_start": 1, "column_start": 18,
              "line_end": 1, "column_end": 19, "primary": false, "label": "both come through this helper" },
        ],
        "notes": ["free in `management`: 1002 to 1999"],
        "helps": ["give one of them another VMID"],
        "fixes": [{ "title": "vmdi -> vmid", "applicability": "maybe-incorrect",
            "edits": [{ "file": "<std>/mk.arv", "byte_start": 10, "byte_end": 14, "text": "vmid" }] }],
        "rendered": null,
    });
    assert_eq!(value, expected);
}

#[test]
fn colour_is_for_terminals_whose_user_did_not_refuse_it() {
    assert!(printed(Format::Human, true, vec![twice()]).stderr.contains('\u{1b}'));
    assert!(!printed(Format::Human, false, vec![twice()]).stderr.contains('\u{1b}'));
    let mut world = Memory::new("/");
    world.terminal = true;
    world.env.insert("NO_COLOR".into(), "1".into());
    assert!(!color(&world, Stream::Err));
    world.env.insert("NO_COLOR".into(), "".into());
    assert!(color(&world, Stream::Err));
}

#[test]
fn problems_come_by_place_and_each_once() {
    let sources = sources();
    let early = Diagnostic::new(&LINT, "a range is nearly full", span(&sources, 0, 0, 5), "");
    let world = printed(Format::Short, false, vec![twice(), early.clone(), twice(), early]);
    let lines: Vec<_> = world.stderr.lines().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!(lines, ["warning[L0301]:", "error[E0301]:"]);
}

#[test]
fn people_see_at_most_a_hundred_problems_with_errors_first_and_programs_see_all() {
    let sources = sources();
    let lint = |n: u32| Diagnostic::new(&LINT, format!("lint {n}"), span(&sources, 0, 0, 1), "");
    let many: Vec<_> = (0..150).map(lint).chain([twice()]).collect();
    let world = printed(Format::Human, false, many.clone());
    assert!(world.stderr.starts_with("error[E0301]"), "{}", world.stderr);
    assert_eq!(world.stderr.matches("warning[L0301]").count(), 99);
    assert!(world.stderr.ends_with("the first 100 of 151 problems are shown\n1 error, 150 warnings\n"));
    assert_eq!(printed(Format::Json, false, many).stdout.lines().count(), 151);
}

#[test]
fn no_text_commands_the_terminal() {
    let mut sources = Sources::new();
    sources.add("a.arv", "x = \"\u{1b}[2J\u{202e}\u{85}\";\r\n").unwrap();
    let message = "bad name \"\u{1b}[31m\nerror[E9999]: forged\"";
    let mut diagnostics = vec![Diagnostic::new(&TWICE, message, Span::new(4, 15), "\u{7}")];
    for format in [Format::Human, Format::Short] {
        let mut world = Memory::new("/");
        print(&mut world, format, Texts { sources: &sources, prefix: "" }, &mut diagnostics).unwrap();
        assert!(!world.stderr.contains(|c: char| c != '\n' && hidden(c)), "{:?}", world.stderr);
        assert!(!world.stderr.contains("\nerror[E9999]"));
    }
}

#[test]
fn a_line_that_nobody_can_read_is_not_drawn() {
    let mut sources = Sources::new();
    sources.add("a.arv", format!("{}\nab", "ä".repeat(100_000))).unwrap();
    let diagnostic =
        Diagnostic::new(&TWICE, "m", Span::new(2, 4), "here").secondary(Span::new(200_001, 200_002), "there");
    let mut world = Memory::new("/");
    print(&mut world, Format::Human, Texts { sources: &sources, prefix: "" }, &mut vec![diagnostic]).unwrap();
    assert!(world.stderr.contains("= a.arv:1:2: here"), "{}", world.stderr);
    assert!(world.stderr.contains("2 │ ab") && world.stderr.len() < 1000, "{}", world.stderr);
}

#[test]
fn a_label_at_the_end_of_an_empty_or_unfinished_file_is_drawn() {
    for text in ["", "a", "a\n", "ä"] {
        let mut sources = Sources::new();
        sources.add("a.arv", text).unwrap();
        let end = text.len() as u32;
        let diagnostics = vec![Diagnostic::new(&TWICE, "m", Span::new(end, end), "here")];
        let texts = Texts { sources: &sources, prefix: "" };
        for format in [Format::Human, Format::Short, Format::Json] {
            let mut world = Memory::new("/");
            print(&mut world, format, texts, &mut diagnostics.clone()).unwrap();
            assert!((world.stderr + &world.stdout).contains("a.arv"));
        }
    }
}

#[test]
fn a_span_that_leaves_its_file_is_drawn_inside_it() {
    let mut sources = Sources::new();
    sources.add("a.arv", "ä;").unwrap();
    let diagnostics = vec![Diagnostic::new(&TWICE, "m", Span::new(1, 99), "here")];
    let mut world = Memory::new("/");
    print(&mut world, Format::Human, Texts { sources: &sources, prefix: "" }, &mut diagnostics.clone()).unwrap();
    assert!(world.stderr.contains("a.arv:1:1"), "{}", world.stderr);
}
