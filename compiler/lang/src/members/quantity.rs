//! Members of a Size and of a Duration: the number of each unit that a literal may have. What is not whole is an error,
//! since rounding in silence would shrink what was written; a division says that it rounds.

use arvc_syntax::literal::{DURATIONS, SIZES};

use super::Member;
use crate::builtins::Call;
use crate::errors;
use crate::eval::machine::Machine;
use crate::eval::value::{Kind, Reported, Value};
use crate::schema::types::Scalar;

pub(super) const BYTES: Member = Member {
    of: Scalar::Size,
    name: "bytes",
    signature: "Int",
    about: "The number of bytes.",
    example: ("let s = 1KiB; in s.bytes", "1024"),
    arity: 0,
    body: |machine, call| whole(machine, call, 1, "B"),
};

pub(super) const KIB: Member = Member {
    of: Scalar::Size,
    name: "kib",
    signature: "Int",
    about: "The number of KiB. A size that is not a whole number of them is an error: E0511.",
    example: ("let s = 2MiB; in s.kib", "2048"),
    arity: 0,
    body: |machine, call| whole(machine, call, 1 << 10, "KiB"),
};

pub(super) const MIB: Member = Member {
    of: Scalar::Size,
    name: "mib",
    signature: "Int",
    about: "The number of MiB, which is whole or an error: E0511.",
    example: ("let s = 2GiB; in \"memory: ${s.mib}\"", "\"memory: 2048\""),
    arity: 0,
    body: |machine, call| whole(machine, call, 1 << 20, "MiB"),
};

pub(super) const GIB: Member = Member {
    of: Scalar::Size,
    name: "gib",
    signature: "Int",
    about: "The number of GiB, which is whole or an error: E0511. `size / 1GiB` rounds down.",
    example: ("let s = 1536MiB; in [ (s + 512MiB).gib, s / 1GiB ]", "[ 2, 1 ]"),
    arity: 0,
    body: |machine, call| whole(machine, call, 1 << 30, "GiB"),
};

pub(super) const TIB: Member = Member {
    of: Scalar::Size,
    name: "tib",
    signature: "Int",
    about: "The number of TiB, which is whole or an error: E0511.",
    example: ("let s = 2048GiB; in s.tib", "2"),
    arity: 0,
    body: |machine, call| whole(machine, call, 1 << 40, "TiB"),
};

pub(super) const MILLISECONDS: Member = Member {
    of: Scalar::Duration,
    name: "milliseconds",
    signature: "Int",
    about: "The number of milliseconds.",
    example: ("let d = 2s; in d.milliseconds", "2000"),
    arity: 0,
    body: |machine, call| whole(machine, call, 1, "ms"),
};

pub(super) const SECONDS: Member = Member {
    of: Scalar::Duration,
    name: "seconds",
    signature: "Int",
    about: "The number of seconds. A duration that is not a whole number of them is an error: E0511.",
    example: ("let d = 12m; in d.seconds", "720"),
    arity: 0,
    body: |machine, call| whole(machine, call, 1_000, "s"),
};

pub(super) const MINUTES: Member = Member {
    of: Scalar::Duration,
    name: "minutes",
    signature: "Int",
    about: "The number of minutes, which is whole or an error: E0511.",
    example: ("let d = 2h; in d.minutes", "120"),
    arity: 0,
    body: |machine, call| whole(machine, call, 60_000, "m"),
};

pub(super) const HOURS: Member = Member {
    of: Scalar::Duration,
    name: "hours",
    signature: "Int",
    about: "The number of hours, which is whole or an error: E0511. `duration / 1h` rounds down.",
    example: ("let d = 90m; in [ (d + 30m).hours, d / 1h ]", "[ 2, 1 ]"),
    arity: 0,
    body: |machine, call| whole(machine, call, 3_600_000, "h"),
};

pub(super) const DAYS: Member = Member {
    of: Scalar::Duration,
    name: "days",
    signature: "Int",
    about: "The number of days of 24 hours, which is whole or an error: E0511.",
    example: ("let d = 8760h; in d.days", "365"),
    arity: 0,
    body: |machine, call| whole(machine, call, 86_400_000, "d"),
};

/// The quantity as a number of `unit`, of which each is `factor` bytes or milliseconds.
fn whole(machine: &mut Machine<'_>, call: &Call, factor: i64, unit: &str) -> Result<Value, Reported> {
    let (amount, units, smallest) = match call.arguments[0].kind {
        Kind::Size(bytes) => (i64::from(bytes), SIZES.as_slice(), (1, "B")),
        Kind::Duration(millis) => (i64::from(millis), DURATIONS.as_slice(), (1, "ms")),
        _ => unreachable!("a member of a Size or a Duration"),
    };
    if amount % factor == 0 {
        return Ok(Value::int(amount / factor, call.origin));
    }
    let largest = units.iter().rev().find(|(_, factor)| amount % *factor as i64 == 0);
    let (size, name) = largest.map_or(smallest, |(name, factor)| (*factor as i64, *name));
    let text = format!("{}{name}", amount / size);
    let smaller = member_of(name);
    Err(errors::not_whole::report(machine, call.arguments[0], &text, unit, smaller, call.origin))
}

/// The member that gives the number of a unit.
fn member_of(unit: &str) -> &'static str {
    match unit {
        "KiB" => "kib",
        "MiB" => "mib",
        "GiB" => "gib",
        "TiB" => "tib",
        "ms" => "milliseconds",
        "s" => "seconds",
        "m" => "minutes",
        "h" => "hours",
        "d" => "days",
        _ => "bytes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::members;

    #[test]
    fn every_unit_of_a_literal_has_a_member() {
        for (of, units) in [(Scalar::Size, SIZES.as_slice()), (Scalar::Duration, DURATIONS.as_slice())] {
            for (unit, _) in units {
                assert!(members::find(of, member_of(unit)).is_some(), "{unit}");
            }
        }
    }
}
