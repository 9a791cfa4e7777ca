//! Connections between the machines of a site: what is allowed, what is needed, what must stay closed.
//!
//! Exact sets of machines, protocols and ports, on classes of machines that behave alike. It knows no emitted format.

mod address;
mod bits;
mod checks;
mod classes;
mod describe;
#[cfg(test)]
mod fixture;
mod flows;
pub mod layers;
mod members;
#[cfg(test)]
mod naive;
mod path;
pub mod policy;
pub mod ports;
pub mod routers;
pub mod through;
mod zones;

pub use address::{Addresses, answered_for, private_prefixes};
pub use checks::{CODES, check, judge};
pub use describe::describe;
