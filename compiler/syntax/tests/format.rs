//! The style, case by case: `format/cases.txt` holds sources before and after.

mod common;

use arvc_syntax::format::{Unformatted, format};
use arvc_syntax::parser::{MAX_DEPTH, parse};
use pretty_assertions::assert_eq;

fn formatted(text: &str) -> String {
    match format(&parse(text, 0)) {
        Ok(text) => text,
        Err(why) => panic!("{why:?}\n{}\n{text}", common::report(text, &parse(text, 0).diagnostics)),
    }
}

#[test]
fn every_case_is_formatted_as_it_is_written_down() {
    let cases = common::cases();
    assert!(cases.len() > 25, "only {} cases were found", cases.len());
    for case in cases {
        assert_eq!(formatted(&case.before), case.after, "{}", case.name);
        assert_eq!(formatted(&case.after), case.after, "{}, once more", case.name);
    }
}

#[test]
fn a_byte_order_mark_and_cr_lf_are_left_out_but_in_strings() {
    assert_eq!(formatted("\u{feff}{ # a\r\n  a = 1;\r\n}\r\n"), "{ # a\n  a = 1;\n}\n");
    assert_eq!(formatted("''\r\n  a\r\n''"), "''\r\n  a\r\n''\n");
}

#[test]
fn a_source_with_a_mistake_is_not_formatted() {
    for text in ["", "# nothing", "{ a = 1 }", "[ 1 2 ]", "{ a = 10.0.0.1/8; }", "{ a = 1; } b", "a\u{202e}"] {
        assert_eq!(format(&parse(text, 0)), Err(Unformatted::Mistakes), "{text:?}");
    }
}

/// `type` is a name here, but at the start of a line it would begin a definition.
#[test]
fn what_would_mean_something_else_is_given_up() {
    let text = "[ type Aaaa,\n b ]";
    assert!(parse(text, 0).diagnostics.is_empty());
    assert!(matches!(format(&parse(text, 0)), Err(Unformatted::Bug(_))));
}

#[test]
fn a_width_counts_characters_and_the_longest_line_is_not_broken() {
    for name in ["a", "é", "漢"] {
        let text = format!("{{ a = f \"{}\" b; }}\n", name.repeat(103));
        let line = text.trim_end();
        assert_eq!(line.chars().count(), 118);
        assert_eq!(formatted(&text), text);
        let (longest, longer) = (text.replace(" b;", " bcd;"), text.replace(" b;", " bcde;"));
        assert_eq!(formatted(&longest), longest);
        assert!(formatted(&longer).lines().count() > 1);
    }
}

#[test]
fn the_deepest_nesting_that_the_parser_takes_is_formatted() {
    let depth = MAX_DEPTH as usize - 2;
    for (open, inner, close) in [
        ("[ ", "1", " ]"),
        ("(", "1", ")"),
        ("{ a = ", "1", "; }"),
        ("f (", "1", ")"),
        ("x: ", "1", ""),
        ("- ", "1", ""),
        ("f (x: ", "1", ")"),
        ("f (x: ", "1", ") y"),
        ("f (x: { a = ", "1", "; }) y"),
    ] {
        let mut depth = depth;
        let text = loop {
            let text = format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
            if parse(&text, 0).diagnostics.is_empty() {
                break text;
            }
            depth -= 1;
        };
        assert!(depth > 60, "{open}: {depth}");
        formatted(&text);
    }
    let chain = format!("1{}", " + 1".repeat(400));
    assert_eq!(formatted(&chain).lines().count(), 401);
}
