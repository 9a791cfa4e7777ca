//! What one asks of a value that is no record: `network.hosts`, `size.gib`. One table, one file for each kind.
//!
//! A member is a value, or a function, which may be handed on like any other. Lists, text and records have none: functions
//! are for them.

mod address;
mod prefix;
mod quantity;
mod spans;

use crate::builtins::Call;
use crate::eval::machine::Machine;
use crate::eval::value::{Kind, Reported, Value};
use crate::schema::types::Scalar;

/// One member.
#[derive(Debug)]
pub struct Member {
    /// The kind of value that has it.
    pub of: Scalar,
    /// Its name.
    pub name: &'static str,
    /// Its type, as [`signature::parse`](crate::builtins::signature::parse) reads it.
    pub signature: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// An expression with it, and what that gives.
    pub example: (&'static str, &'static str),
    /// The number of its arguments: 0 if it is no function.
    pub arity: usize,
    /// Computes it. The first argument is the value that has it; all are computed.
    pub(crate) body: fn(&mut Machine<'_>, &Call) -> Result<Value, Reported>,
}

/// All members, in the order of the spec.
pub static TABLE: &[Member] = &[
    prefix::ADDRESS,
    prefix::LENGTH,
    prefix::VERSION,
    prefix::SIZE,
    prefix::FIRST,
    prefix::LAST,
    prefix::HOST,
    prefix::HOSTS,
    prefix::SUBNET,
    prefix::CONTAINS,
    prefix::COVERS,
    prefix::OVERLAPS,
    prefix::NETMASK,
    prefix::BROADCAST,
    address::VERSION,
    address::REVERSE,
    address::OCTETS,
    spans::PROTOCOL,
    spans::FIRST_PORT,
    spans::LAST_PORT,
    spans::CONTAINS_PORTS,
    spans::FIRST,
    spans::LAST,
    spans::LENGTH,
    spans::CONTAINS,
    spans::VALUES,
    quantity::BYTES,
    quantity::KIB,
    quantity::MIB,
    quantity::GIB,
    quantity::TIB,
    quantity::MILLISECONDS,
    quantity::SECONDS,
    quantity::MINUTES,
    quantity::HOURS,
    quantity::DAYS,
];

/// The kind of a value, for the table; `None` for those that have no members, records among them.
pub fn kind(kind: Kind) -> Option<Scalar> {
    Some(match kind {
        Kind::Address(_) => Scalar::Address,
        Kind::Prefix(_) => Scalar::Prefix,
        Kind::Ports(_) => Scalar::Ports,
        Kind::IntRange(_) => Scalar::IntRange,
        Kind::Size(_) => Scalar::Size,
        Kind::Duration(_) => Scalar::Duration,
        _ => return None,
    })
}

/// The member of that name.
pub fn find(of: Scalar, name: &str) -> Option<&'static Member> {
    TABLE.iter().find(|member| member.of == of && member.name == name)
}

/// The names of all members of a kind, in the order of the spec.
pub fn names(of: Scalar) -> Vec<&'static str> {
    TABLE.iter().filter(|member| member.of == of).map(|member| member.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_kind_has_two_members_of_one_name() {
        for member in TABLE {
            assert_eq!(names(member.of).iter().filter(|name| **name == member.name).count(), 1, "{}", member.name);
        }
    }
}
