//! Literals that begin with a digit, and those with colons: which shape is the longest.
//!
//! The shape decides the kind; whether the value is in bounds is decided in [`crate::literal`].

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while_m_n, take_while1};
use nom::character::complete::{char, one_of};
use nom::combinator::{not, opt, peek, recognize, verify};
use nom::{IResult, Parser};

use crate::kind::SyntaxKind::{self, *};
use crate::literal::{DURATIONS, SIZES};

type Shape<'t> = IResult<&'t [u8], &'t [u8], ()>;

fn digits(input: &[u8]) -> Shape<'_> {
    take_while1(|byte: u8| byte.is_ascii_digit()).parse(input)
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

/// The length that a parser takes of `input`, if it succeeds.
fn length<'t>(mut shape: impl Parser<&'t [u8], Output = &'t [u8], Error = ()>, input: &'t [u8]) -> Option<usize> {
    shape.parse(input).ok().map(|(_, taken)| taken.len())
}

/// `/tcp`, `/udp`, as a whole word.
fn protocol(input: &[u8]) -> Shape<'_> {
    let end = not(peek(take_while1(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')));
    recognize((char('/'), alt((tag("tcp"), tag("udp"))), end)).parse(input)
}

/// `/24` behind an address; and `/255.255.255.0`, so that the whole mask is one mistake.
fn prefix_length(input: &[u8]) -> Shape<'_> {
    let part = || (char('.'), digits);
    recognize((char('/'), digits, opt((part(), part(), part())))).parse(input)
}

/// The token at a digit: its kind and length.
pub(super) fn number(input: &[u8]) -> (SyntaxKind, usize) {
    if let Some(found) = colon_literal(input) {
        return found;
    }
    let head = length(digits, input).unwrap_or(1);
    let rest = &input[head..];
    let more = |shape: fn(&[u8]) -> Shape<'_>| length(shape, rest);
    let (kind, tail) = match rest.first() {
        Some(b'.') => match more(range_end) {
            Some(len) => (IntRange, len),
            None => return dotted(input, head),
        },
        Some(b'-') => match more(port_range) {
            Some(len) => (Ports, len),
            None => more(bare_range).map_or((Int, 0), |len| (IntRange, len)),
        },
        Some(b'/') => more(protocol).map_or((Int, 0), |len| (Ports, len)),
        Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => unit(rest),
        _ => (Int, 0),
    };
    (kind, head + tail)
}

fn range_end(input: &[u8]) -> Shape<'_> {
    recognize((tag(".."), digits)).parse(input)
}

fn port_range(input: &[u8]) -> Shape<'_> {
    recognize((char('-'), digits, protocol)).parse(input)
}

/// `-8010` behind `8000`: subtraction has blanks, so this was meant as a range.
fn bare_range(input: &[u8]) -> Shape<'_> {
    recognize((char('-'), digits)).parse(input)
}

fn suffix(input: &[u8]) -> Shape<'_> {
    take_while(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'_').parse(input)
}

fn unit(rest: &[u8]) -> (SyntaxKind, usize) {
    let len = length(suffix, rest).unwrap_or(0);
    let is_in = |units: &[(&str, u64)]| units.iter().any(|(unit, _)| unit.as_bytes() == &rest[..len]);
    match len {
        _ if is_in(&SIZES) => (Size, len),
        _ if is_in(&DURATIONS) => (Duration, len),
        _ => (Int, len),
    }
}

/// Digits with dots between them: four are an address, two are meant as a fraction.
fn dotted(input: &[u8], head: usize) -> (SyntaxKind, usize) {
    let (mut parts, mut len) = (1, head);
    while let Some(more) = length(recognize((char('.'), digits)), &input[len..]) {
        (parts, len) = (parts + 1, len + more);
    }
    match parts {
        1 => (Int, len),
        2 => (Int, len + length(suffix, &input[len..]).unwrap_or(0)),
        _ => match length(prefix_length, &input[len..]) {
            Some(more) => (Prefix, len + more),
            None => (Address, len),
        },
    }
}

/// A MAC or IPv6 address, which may begin with a letter. Nothing else has colons without blanks, so what has two in a
/// row or three in all, and is neither, is an address with a mistake.
pub(super) fn colon_literal(input: &[u8]) -> Option<(SyntaxKind, usize)> {
    length(recognize((take_while_m_n(0, 4, is_hex), char(':'), peek(one_of("0123456789abcdefABCDEF:")))), input)?;
    if let Some(len) = length(mac, input) {
        return Some((Mac, len));
    }
    let run = length(take_while1(|byte: u8| is_hex(byte) || matches!(byte, b':' | b'.')), input)?;
    let whole = |len: &usize| !input.get(*len).is_some_and(u8::is_ascii_alphanumeric);
    let len = match ipv6(&input[..run]).filter(whole) {
        Some(len) => len,
        None => length(misspelt, input)?,
    };
    let more = length(prefix_length, &input[len..]);
    Some(more.map_or((Address, len), |more| (Prefix, len + more)))
}

fn mac(input: &[u8]) -> Shape<'_> {
    let pair = || take_while_m_n(2, 2, is_hex);
    let next = || (char(':'), pair());
    let end = not(peek(take_while1(|byte: u8| byte == b':' || byte == b'-' || byte.is_ascii_alphanumeric())));
    recognize((pair(), next(), next(), next(), next(), next(), end)).parse(input)
}

/// The length of the valid IPv6 address that `run` is, but for a colon or dot behind it.
fn ipv6(run: &[u8]) -> Option<usize> {
    let valid = |len: usize| {
        let text = std::str::from_utf8(&run[..len]).ok()?;
        text.parse::<std::net::Ipv6Addr>().ok().map(|_| len)
    };
    let shorter = || run.strip_suffix(b":").or_else(|| run.strip_suffix(b".")).and_then(|run| valid(run.len()));
    valid(run.len()).or_else(shorter)
}

fn misspelt(input: &[u8]) -> Shape<'_> {
    let run = take_while1(|byte: u8| byte.is_ascii_alphanumeric() || byte == b':');
    let many =
        |run: &&[u8]| run.windows(2).any(|pair| pair == b"::") || run.iter().filter(|byte| **byte == b':').count() >= 3;
    verify(run, many).parse(input)
}
