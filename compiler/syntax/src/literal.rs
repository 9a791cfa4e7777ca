//! The values of the domain's literals, decoded from the text of one token.
//!
//! [`decode`] is used twice: by the lexer, which reports what is wrong, and by whoever wants the value.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use crate::ast::LiteralExpr;
use crate::kind::SyntaxKind;

/// A transport protocol that has ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// Ports of one transport protocol, both ends included: `5432/tcp`, `8000-8010/tcp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ports {
    /// The protocol.
    pub transport: Transport,
    /// First port.
    pub first: u16,
    /// Last port.
    pub last: u16,
}

/// The value of a literal that is one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `true`, `false`.
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// `1000..1999`, both ends included.
    IntRange(i64, i64),
    /// `10.10.10.11`, `fd00::1`.
    Address(IpAddr),
    /// `10.10.10.0/24`, without host bits.
    Prefix(IpNet),
    /// `5432/tcp`.
    Ports(Ports),
    /// A size in bytes.
    Size(u64),
    /// A duration in milliseconds.
    Duration(u64),
    /// A MAC address.
    Mac([u8; 6]),
}

/// What is wrong with a literal of the right shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It does not fit into 64 bits.
    TooLarge,
    /// `8GB`, `12min`: the letters behind a number are no unit; one that was perhaps meant.
    Unit(Option<&'static str>),
    /// `1.5`: there are no fractions.
    Fraction,
    /// `1999..1000`: the ends, exchanged.
    EmptyRange(String),
    /// `8000-8010` without a protocol.
    NoProtocol,
    /// `70000/tcp`: the port.
    Port(String),
    /// `8010-8000/tcp`: the ends, exchanged.
    EmptyPorts(String),
    /// `10.0.0.256`, `10.0.0`: why it is no address.
    Address(String),
    /// `10.0.0.0/33`: the largest length.
    PrefixLength(u8),
    /// `10.0.0.0/255.255.255.0`: a mask in the place of a length; the network that is meant, if the mask is one.
    Mask(Option<IpNet>),
    /// `10.0.0.5/24`: the network that contains it.
    HostBits(IpNet),
}

/// The value of a literal, or what is wrong with it. `None` for a token that is no literal.
pub fn decode(kind: SyntaxKind, text: &str) -> Option<Result<Literal, Flaw>> {
    Some(match kind {
        SyntaxKind::KwTrue => Ok(Literal::Bool(true)),
        SyntaxKind::KwFalse => Ok(Literal::Bool(false)),
        SyntaxKind::Int => int(text),
        SyntaxKind::IntRange => int_range(text),
        SyntaxKind::Address => address(text).map(Literal::Address),
        SyntaxKind::Prefix => prefix(text),
        SyntaxKind::Ports => ports(text),
        SyntaxKind::Size => quantity(text, &SIZES).map(Literal::Size),
        SyntaxKind::Duration => quantity(text, &DURATIONS).map(Literal::Duration),
        SyntaxKind::Mac => Ok(mac(text)),
        _ => return None,
    })
}

/// The units of sizes, in bytes. Decimal ones are left out: Proxmox counts in powers of 1024 and writes `G` for them,
/// so `8GB` would mean one thing here and another there.
pub const SIZES: [(&str, u64); 4] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40)];

/// The units of durations, in milliseconds.
pub const DURATIONS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// A decimal number without sign.
fn number<T: FromStr>(text: &str) -> Result<T, Flaw> {
    text.parse().map_err(|_| Flaw::TooLarge)
}

/// The digits that a text begins with, and what is behind them.
fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len()))
}

fn int(text: &str) -> Result<Literal, Flaw> {
    let (digits, rest) = split_digits(text);
    match rest.as_bytes().first() {
        None => number(digits).map(Literal::Int),
        Some(b'.') => Err(Flaw::Fraction),
        Some(_) => Err(Flaw::Unit(unit_for(rest))),
    }
}

/// The unit that somebody meant who wrote `suffix`.
pub(crate) fn unit_for(suffix: &str) -> Option<&'static str> {
    let lower = suffix.to_ascii_lowercase();
    Some(match lower.as_str() {
        "k" | "kb" | "ki" | "kib" => "KiB",
        "m" | "mb" | "mi" | "mib" => "MiB",
        "g" | "gb" | "gi" | "gib" => "GiB",
        "t" | "tb" | "ti" | "tib" => "TiB",
        "msec" | "millis" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        _ => return None,
    })
}

fn int_range(text: &str) -> Result<Literal, Flaw> {
    let (first, last) = match text.split_once("..") {
        Some(ends) => ends,
        None => return Err(Flaw::NoProtocol),
    };
    let (a, b): (i64, i64) = (number(first)?, number(last)?);
    if a > b { Err(Flaw::EmptyRange(format!("{last}..{first}"))) } else { Ok(Literal::IntRange(a, b)) }
}

fn quantity(text: &str, units: &[(&'static str, u64)]) -> Result<u64, Flaw> {
    let (digits, suffix) = split_digits(text);
    let Some((_, factor)) = units.iter().find(|(unit, _)| *unit == suffix) else {
        return Err(Flaw::Unit(unit_for(suffix)));
    };
    // Half of the space only, so that sums and differences of two values fit an `i64`.
    let value = number::<u64>(digits)?.checked_mul(*factor).ok_or(Flaw::TooLarge)?;
    if value > i64::MAX as u64 { Err(Flaw::TooLarge) } else { Ok(value) }
}

fn address(text: &str) -> Result<IpAddr, Flaw> {
    if text.contains(':') {
        return text.parse().map(IpAddr::V6).map_err(|_| Flaw::Address("it is no IPv6 address".into()));
    }
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() != 4 {
        return Err(Flaw::Address(format!("an IPv4 address has four parts, this one has {}", parts.len())));
    }
    let mut octets = [0; 4];
    for (octet, part) in octets.iter_mut().zip(parts) {
        if part.len() > 1 && part.starts_with('0') {
            return Err(Flaw::Address(format!("`{part}` begins with a zero, which some programs read as octal")));
        }
        *octet = part.parse().map_err(|_| Flaw::Address(format!("`{part}` is larger than 255")))?;
    }
    Ok(IpAddr::from(octets))
}

fn prefix(text: &str) -> Result<Literal, Flaw> {
    let (head, length) = text.split_once('/').unwrap_or((text, ""));
    let ip = address(head)?;
    if length.contains('.') {
        let mask = address(length).ok();
        return Err(Flaw::Mask(mask.and_then(|mask| IpNet::with_netmask(ip, mask).ok())));
    }
    let most = if ip.is_ipv4() { 32 } else { 128 };
    let length = length.parse().ok().filter(|length| *length <= most).ok_or(Flaw::PrefixLength(most))?;
    let written = IpNet::new(ip, length).map_err(|_| Flaw::PrefixLength(most))?;
    if written.network() == ip { Ok(Literal::Prefix(written)) } else { Err(Flaw::HostBits(written.trunc())) }
}

fn ports(text: &str) -> Result<Literal, Flaw> {
    let (span, protocol) = text.split_once('/').ok_or(Flaw::NoProtocol)?;
    let transport = if protocol == "udp" { Transport::Udp } else { Transport::Tcp };
    let (first, last) = span.split_once('-').unwrap_or((span, span));
    let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(|| Flaw::Port(text.into()));
    let (a, b) = (port(first)?, port(last)?);
    if a > b {
        return Err(Flaw::EmptyPorts(format!("{last}-{first}/{protocol}")));
    }
    Ok(Literal::Ports(Ports { transport, first: a, last: b }))
}

/// The lexer makes this token of exactly six pairs of digits.
fn mac(text: &str) -> Literal {
    let mut octets = [0; 6];
    for (octet, pair) in octets.iter_mut().zip(text.split(':')) {
        *octet = u8::from_str_radix(pair, 16).unwrap_or_default();
    }
    Literal::Mac(octets)
}

impl LiteralExpr<'_> {
    /// Its value; `None` if it is out of bounds, which is reported.
    pub fn value(self) -> Option<Literal> {
        let token = self.token()?;
        decode(token.kind(), token.text())?.ok()
    }
}
