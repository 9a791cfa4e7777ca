//! The problems of texts, one file each: its code, its page, its words.
//!
//! Lexer and parser decide that a problem exists; nothing here looks at tokens.

pub(crate) mod bad_address;
pub(crate) mod bad_escape;
pub(crate) mod chained_comparison;
pub(crate) mod control_character;
pub(crate) mod empty_ports;
pub(crate) mod empty_range;
pub(crate) mod foreign_comment;
pub(crate) mod fraction;
pub(crate) mod host_bits;
pub(crate) mod lookalike;
pub(crate) mod missing_comma;
pub(crate) mod missing_part;
pub(crate) mod missing_semicolon;
pub(crate) mod missing_word;
pub(crate) mod mixed_merge;
pub(crate) mod no_protocol;
pub(crate) mod non_ascii_name;
pub(crate) mod number_too_large;
pub(crate) mod port_out_of_range;
pub(crate) mod prefix_length;
pub(crate) mod reserved_word;
pub(crate) mod second_suffix;
pub(crate) mod single_quotes;
pub(crate) mod too_deep;
pub(crate) mod trailing_text;
pub(crate) mod unclosed;
pub(crate) mod unclosed_interpolation;
pub(crate) mod unexpected;
pub(crate) mod unknown_character;
pub(crate) mod unknown_unit;
pub(crate) mod unopened;
pub(crate) mod unquoted_key;
pub(crate) mod unterminated_string;
pub(crate) mod wrong_sign;

use crate::diagnostic::{Code, Diagnostic};
use crate::literal::Flaw;
use crate::source::Span;

/// All codes of this crate, in their order.
pub static CODES: &[&Code] = &[
    &unexpected::CODE,
    &missing_part::CODE,
    &missing_semicolon::CODE,
    &missing_comma::CODE,
    &unclosed::CODE,
    &unopened::CODE,
    &too_deep::CODE,
    &missing_word::CODE,
    &wrong_sign::CODE,
    &lookalike::CODE,
    &control_character::CODE,
    &non_ascii_name::CODE,
    &unknown_character::CODE,
    &foreign_comment::CODE,
    &single_quotes::CODE,
    &unterminated_string::CODE,
    &bad_escape::CODE,
    &unclosed_interpolation::CODE,
    &number_too_large::CODE,
    &unknown_unit::CODE,
    &fraction::CODE,
    &empty_range::CODE,
    &no_protocol::CODE,
    &port_out_of_range::CODE,
    &empty_ports::CODE,
    &bad_address::CODE,
    &prefix_length::CODE,
    &host_bits::CODE,
    &trailing_text::CODE,
    &reserved_word::CODE,
    &mixed_merge::CODE,
    &chained_comparison::CODE,
    &unquoted_key::CODE,
    &second_suffix::CODE,
];

/// What is wrong with the literal `text` at `span`.
pub(crate) fn flaw(flaw: Flaw, span: Span, text: &str) -> Diagnostic {
    match flaw {
        Flaw::TooLarge => number_too_large::problem(span, text),
        Flaw::Unit(meant) => unknown_unit::problem(span, text, meant),
        Flaw::Fraction => fraction::problem(span, text),
        Flaw::EmptyRange(exchanged) => empty_range::problem(span, exchanged),
        Flaw::NoProtocol => no_protocol::problem(span, text),
        Flaw::Port(port) => port_out_of_range::problem(span, &port),
        Flaw::EmptyPorts(exchanged) => empty_ports::problem(span, exchanged),
        Flaw::Address(why) => bad_address::problem(span, text, &why),
        Flaw::PrefixLength(most) => prefix_length::problem(span, most),
        Flaw::Mask(network) => prefix_length::mask(span, text, network),
        Flaw::HostBits(network) => host_bits::problem(span, text, &network.to_string()),
    }
}
