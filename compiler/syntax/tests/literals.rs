//! Literals: the longest match, and the values.

mod common;

use arvc_syntax::ast::{AstNode, Expr, File, StringExpr};
use arvc_syntax::kind::SyntaxKind::{
    self, Address, Arrow, Colon, Comment, Dot, Duration, Ident, Int, IntRange, Mac, Minus, Path, PlusPlus, Prefix,
    Size, Slash, SlashSlash,
};
use arvc_syntax::literal::{Literal, Ports, Transport};
use arvc_syntax::parser::{Parse, parse};
use arvc_syntax::string::StringPart;
use pretty_assertions::assert_eq;

/// The kinds of a text's tokens, without blanks.
fn kinds(text: &str) -> Vec<SyntaxKind> {
    parse(text, 0).tree.tokens().map(|token| token.kind()).filter(|kind| !kind.is_trivia()).collect()
}

fn value(text: &str) -> Literal {
    let parsed = common::parses(text);
    match File::of(&parsed.tree).expr() {
        Some(Expr::Literal(literal)) => literal.value().expect("a literal without diagnostics has a value"),
        other => panic!("{text} is {other:?}"),
    }
}

fn string(parsed: &Parse) -> StringExpr<'_> {
    match File::of(&parsed.tree).expr() {
        Some(Expr::String(string)) => string,
        other => panic!("{other:?}"),
    }
}

/// The value of a string without interpolations.
fn plain(text: &str) -> String {
    string(&common::parses(text)).plain().expect("nothing is interpolated")
}

#[test]
fn the_longest_match_decides_what_a_literal_is() {
    for (text, expected) in [
        ("10.0.0.0/8", vec![Prefix]),
        ("10.0.0.0 / 8", vec![Address, Slash, Int]),
        ("5432/tcp", vec![SyntaxKind::Ports]),
        ("5432/tcpx", vec![Int, Slash, Ident]),
        ("5432 /tcp", vec![Int, Slash, Ident]),
        ("1/zero", vec![Int, Slash, Ident]),
        ("8000-8010/tcp", vec![SyntaxKind::Ports]),
        ("8000 - 8010/tcp", vec![Int, Minus, SyntaxKind::Ports]),
        ("1000..1999", vec![IntRange]),
        ("8GiB", vec![Size]),
        ("12m", vec![Duration]),
        ("12ms", vec![Duration]),
        ("bc:24:11:00:00:01", vec![Mac]),
        ("BC:24:11:00:00:01", vec![Mac]),
        ("00:24:11:00:00:01", vec![Mac]),
        ("fd00::1", vec![Address]),
        ("::1", vec![Address]),
        ("::/0", vec![Prefix]),
        ("::ffff:10.0.0.1", vec![Address]),
        ("1:2:3:4:5:6:7:8", vec![Address]),
        ("2001:db8::/32", vec![Prefix]),
        ("a: b", vec![Ident, Colon, Ident]),
        ("a:b", vec![Ident, Colon, Ident]),
        ("de: ad: 1", vec![Ident, Colon, Ident, Colon, Int]),
        ("n-1", vec![Ident]),
        ("a->b", vec![Ident, Arrow, Ident]),
        ("x.y", vec![Ident, Dot, Ident]),
        ("./a-b/c.arv", vec![Path]),
        ("../x", vec![Path]),
        ("a//b", vec![Ident, SlashSlash, Ident]),
        ("a ++ b", vec![Ident, PlusPlus, Ident]),
    ] {
        assert_eq!(kinds(text), expected, "{text}");
    }
}

#[test]
fn literals_have_values() {
    assert_eq!(value("1001"), Literal::Int(1001));
    assert_eq!(value("true"), Literal::Bool(true));
    assert_eq!(value("9223372036854775807"), Literal::Int(i64::MAX));
    assert_eq!(value("10..19"), Literal::IntRange(10, 19));
    assert_eq!(value("10.10.10.11"), Literal::Address([10, 10, 10, 11].into()));
    assert_eq!(value("fd00::1"), Literal::Address("fd00::1".parse().expect("an address")));
    assert_eq!(value("10.10.0.0/16"), Literal::Prefix("10.10.0.0/16".parse().expect("a network")));
    assert_eq!(value("53/udp"), Literal::Ports(ports(Transport::Udp, 53, 53)));
    assert_eq!(value("8000-8010/tcp"), Literal::Ports(ports(Transport::Tcp, 8000, 8010)));
    assert_eq!(value("8GiB"), Literal::Size(8 << 30));
    assert_eq!(value("512KiB"), Literal::Size(512 << 10));
    assert_eq!(value("90d"), Literal::Duration(90 * 86_400_000));
    assert_eq!(value("500ms"), Literal::Duration(500));
    assert_eq!(value("bc:24:11:00:0a:01"), Literal::Mac([0xbc, 0x24, 0x11, 0, 0x0a, 1]));
}

fn ports(transport: Transport, first: u16, last: u16) -> Ports {
    Ports { transport, first, last }
}

#[test]
fn a_literal_out_of_bounds_has_no_value() {
    for text in ["70000/tcp", "10.0.0.5/24", "9223372036854775808", "8GB", "19..10"] {
        let parsed = parse(text, 0);
        match File::of(&parsed.tree).expr() {
            Some(Expr::Literal(literal)) => assert_eq!(literal.value(), None, "{text}"),
            other => panic!("{text} is {other:?}"),
        }
    }
}

#[test]
fn escapes_stand_for_their_characters() {
    assert_eq!(plain(r#""a\n\t\"\\\${x} $ $${y}""#), "a\n\t\"\\${x} $ $${y}");
    assert_eq!(plain("\"\""), "");
    assert_eq!(plain("\"müßig 東京\""), "müßig 東京");
}

#[test]
fn an_indented_string_loses_what_its_lines_have_in_common() {
    assert_eq!(plain("''\n    a\n      b\n\n    c\n  ''"), "a\n  b\n\nc\n");
    assert_eq!(plain("''a\n  b''"), "a\n  b");
    assert_eq!(plain("''\n  a''"), "a");
    assert_eq!(plain("''   ''"), "");
    assert_eq!(plain("''\n  x ''${y} ''' ''\\n z\n''"), "x ${y} '' \n z\n");
    assert_eq!(plain("''\r\n  a\r\n  b\r\n''"), "a\nb\n");
}

#[test]
fn an_interpolation_counts_as_text_of_its_line() {
    let parsed = common::parses("''\n    ${x}\n      b ${y}''");
    let parts: Vec<String> = string(&parsed)
        .parts()
        .iter()
        .map(|part| match part {
            StringPart::Text(text) => format!("{text:?}"),
            StringPart::Expr(expr) => expr.node().text().to_owned(),
        })
        .collect();
    assert_eq!(parts, ["x", "\"\\n  b \"", "y"]);
}

#[test]
fn a_byte_order_mark_and_carriage_returns_are_accepted() {
    let parsed = common::parses("\u{feff}{\r\n  a = 1; # note\r\n}\r\n");
    let comment = parsed.tree.tokens().find(|token| token.kind() == Comment).map(|token| token.text());
    assert_eq!(comment, Some("# note"));
}

#[test]
fn documentation_belongs_to_the_definition_below() {
    let parsed =
        common::parses("{\n  ## One.\n  ## Two.\n  a = 1;\n\n  ## Lost.\n\n  b = 2; ## Not mine.\n  c = 3;\n}");
    let docs: Vec<_> = match File::of(&parsed.tree).expr() {
        Some(Expr::Record(record)) => record.items().map(|item| item.docs()).collect(),
        other => panic!("{other:?}"),
    };
    assert_eq!(docs, [Some("One.\nTwo.".to_owned()), None, None]);
}
