//! Values of the language as the files of other programs can hold them: truth, whole numbers, text.
//!
//! One rule for all formats and consumers: an address, a prefix, ports and a MAC address are their text, a size is its
//! bytes, and a duration is its text in the largest unit that divides it, as Go's `time.ParseDuration` and systemd take it
//! (`90s`, `12m`, `8760h`). What has no form anywhere (a span of Ints, a tag, a flow, a function) is no plain data.

use crate::data::Datum;
use crate::eval::value::{Kind, Store, Value};
use crate::print;

/// A value without parts in another program's terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
}

/// What a value without parts is in a file. `None` for what has parts, what is no plain data, and for a secret, which is
/// never written.
pub fn scalar(datum: &Datum) -> Option<Scalar> {
    Some(match datum {
        Datum::Bool(value) => Scalar::Bool(*value),
        Datum::Int(value) => Scalar::Int(*value),
        Datum::Str(text) => Scalar::Text(text.to_string()),
        Datum::Size(bytes) => Scalar::Int(i64::try_from(*bytes).unwrap_or(i64::MAX)),
        Datum::Address(_) | Datum::Prefix(_) | Datum::Ports(_) | Datum::Mac(_) | Datum::Duration(_) => {
            Scalar::Text(print::leaf(datum)?)
        }
        _ => return None,
    })
}

/// A computed value without parts as data.
pub(crate) fn leaf(store: &Store, value: Value) -> Option<Datum> {
    Some(match value.kind {
        Kind::Bool(value) => Datum::Bool(value),
        Kind::Int(value) => Datum::Int(value.into()),
        Kind::Str(id) => Datum::Str(store.strings[id.index()].clone()),
        Kind::Address(id) => Datum::Address(store.addresses[id.index()]),
        Kind::Prefix(id) => Datum::Prefix(store.prefixes[id.index()]),
        Kind::Ports(ports) => Datum::Ports(ports),
        Kind::IntRange(id) => {
            let (first, last) = store.ranges[id.index()];
            Datum::IntRange(first, last)
        }
        Kind::Size(value) => Datum::Size(i64::from(value).unsigned_abs()),
        Kind::Duration(value) => Datum::Duration(i64::from(value).unsigned_abs()),
        Kind::Mac(mac) => Datum::Mac(mac),
        Kind::Secret(id) => Datum::Secret(Box::new(store.secrets[id.index()].clone())),
        _ => return None,
    })
}
