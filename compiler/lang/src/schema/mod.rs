//! The schema of a site, read from the prelude's text, and a value held against it.
//!
//! What the fields mean is decided elsewhere: here a `Vmid` is an `Int`.

mod ask;
mod check;
mod convert;
mod defaults;
mod entities;
mod extract;
mod said;
pub mod shape;
pub mod types;

pub use ask::{Found, Wanted, ask, declared};
pub use extract::{Extracted, plain, site};
