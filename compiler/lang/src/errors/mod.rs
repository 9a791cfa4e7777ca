//! The diagnostics of the language, one file each: the page that `arvc explain` prints, and the words.

pub mod assertion;
pub mod bare_path;
pub mod closed_default;
pub mod composition_cycle;
pub mod computed_name;
pub mod conflict;
pub mod cycle;
pub mod depth;
pub mod disagreement;
pub mod division;
pub mod duplicate_definition;
pub mod duplicate_member;
pub mod duplicate_type;
pub mod empty_list;
pub mod endless;
pub mod function_asked;
pub mod import_cycle;
pub mod import_failed;
pub mod infinite_type;
pub mod library_by_path;
pub mod maybe_absent;
pub mod memory;
pub mod misplaced;
pub mod missing_argument;
pub mod missing_case;
pub mod missing_field;
pub mod mixed;
pub mod no_broadcast;
pub mod no_digits;
pub mod no_such_address;
pub mod no_such_field;
pub mod not_a_function;
pub mod not_a_part;
pub mod not_an_entity;
pub mod not_data;
pub mod not_text;
pub mod not_whole;
pub mod nothing_to_unset;
pub mod overflow;
pub mod reference_type;
pub mod secret_reference;
pub mod steps;
pub mod too_many_hosts;
pub mod two_owners;
pub mod type_argument;
pub mod type_cycle;
pub mod unequal_lists;
pub mod unknown_argument;
pub mod unknown_field;
pub mod unknown_fields;
pub mod unknown_library;
pub mod unknown_name;
pub mod unknown_tag;
pub mod unknown_type;
pub mod unreachable_arm;
pub mod update_kind;
pub mod wrong_kind;
pub mod wrong_operand;

use arvc_syntax::diagnostic::Code;
use arvc_syntax::source::Span;

use crate::eval::machine::Machine;
use crate::eval::value::{Kind, Value};
use crate::ir::Expr;

/// All codes of this crate.
pub static CODES: &[&Code] = &[
    &unknown_name::CODE,
    &duplicate_definition::CODE,
    &computed_name::CODE,
    &import_failed::CODE,
    &unknown_library::CODE,
    &secret_reference::CODE,
    &bare_path::CODE,
    &import_cycle::CODE,
    &library_by_path::CODE,
    &function_asked::CODE,
    &unknown_type::CODE,
    &duplicate_type::CODE,
    &type_cycle::CODE,
    &closed_default::CODE,
    &wrong_kind::CODE,
    &unknown_field::CODE,
    &unknown_argument::CODE,
    &missing_field::CODE,
    &unknown_tag::CODE,
    &not_an_entity::CODE,
    &missing_argument::CODE,
    &no_such_field::CODE,
    &wrong_operand::CODE,
    &not_a_function::CODE,
    &not_text::CODE,
    &update_kind::CODE,
    &not_data::CODE,
    &type_argument::CODE,
    &reference_type::CODE,
    &duplicate_member::CODE,
    &missing_case::CODE,
    &unreachable_arm::CODE,
    &maybe_absent::CODE,
    &infinite_type::CODE,
    &unknown_fields::CODE,
    &mixed::CODE,
    &cycle::CODE,
    &depth::CODE,
    &steps::CODE,
    &division::CODE,
    &overflow::CODE,
    &memory::CODE,
    &endless::CODE,
    &assertion::CODE,
    &empty_list::CODE,
    &no_such_address::CODE,
    &not_whole::CODE,
    &too_many_hosts::CODE,
    &no_broadcast::CODE,
    &unequal_lists::CODE,
    &no_digits::CODE,
    &conflict::CODE,
    &nothing_to_unset::CODE,
    &composition_cycle::CODE,
    &two_owners::CODE,
    &not_a_part::CODE,
    &misplaced::CODE,
    &disagreement::CODE,
];

/// What a value is, in words: `an Int`.
pub fn describe(kind: Kind) -> &'static str {
    match kind {
        Kind::Unset | Kind::Thunk(_) | Kind::Line(_) => "a value that is not known yet",
        Kind::Absent => "nothing: an optional that nobody gave",
        Kind::Bool(_) => "a Bool",
        Kind::Int(_) => "an Int",
        Kind::Str(_) => "text",
        Kind::Address(_) => "an Address",
        Kind::Prefix(_) => "a Prefix",
        Kind::Ports(_) => "Ports",
        Kind::IntRange(_) => "a range of Ints",
        Kind::Size(_) => "a Size",
        Kind::Duration(_) => "a Duration",
        Kind::Mac(_) => "a MAC address",
        Kind::Secret(_) => "a secret",
        Kind::Tag(..) => "a tag",
        Kind::List { .. } => "a list",
        Kind::Record(_) => "a record",
        Kind::Closure(..) | Kind::Builtin(_) => "a function",
        Kind::Flow(_) => "a flow",
    }
}

/// What a value is, with its text where that is short.
pub fn describe_value(machine: &Machine<'_>, value: Value) -> String {
    match value.kind {
        Kind::Tag(name, _) => format!("the tag `{}`", machine.names.get(name)),
        kind => describe(kind).to_owned(),
    }
}

/// What to do where an optional is used that nobody gave.
pub fn absent_help(machine: &Machine<'_>, value: Value) -> Option<String> {
    match (value.kind, machine.program.get(value.origin)) {
        (Kind::Absent, Expr::Select(..) | Expr::Index(..)) => {
            Some(format!("say what it is then: `{} or …`", machine.sources.text(machine.span(value))))
        }
        _ => None,
    }
}

/// Whether a place lies inside another: a label there would say nothing new.
pub fn inside(inner: Span, outer: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// `a Host`, `an Endpoint`.
pub fn with_article(name: &str) -> String {
    // A record type without a name is called so already.
    if name.starts_with("a ") {
        return name.to_owned();
    }
    let article = if name.starts_with(['A', 'E', 'I', 'O', 'a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {name}")
}

/// The fields that a record has, as far as a reader takes them in.
pub fn known_fields(fields: &[&str]) -> String {
    const SHOWN: usize = 12;
    let list = fields.iter().take(SHOWN).map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
    match fields.len() {
        0 => "it has no fields".to_owned(),
        1..=SHOWN => format!("its fields are {list}"),
        more => format!("its {more} fields are {list}, …"),
    }
}
