//! The binary `arvc`.
fn main() {}
