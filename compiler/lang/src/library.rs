//! The sources that come with the compiler: the prelude, which is the schema, and `std`.

/// What a site is.
pub const PRELUDE: &str = include_str!("../prelude/prelude.arv");

include!(concat!(env!("OUT_DIR"), "/std.rs"));

/// The text of a file of `std`.
pub fn source(name: &str) -> Option<&'static str> {
    STD.binary_search_by(|(known, _)| (*known).cmp(name)).ok().map(|at| STD[at].1)
}
