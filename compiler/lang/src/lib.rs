//! Name resolution, evaluation, the schema of a value, the prelude and `std` (both written in the language itself).
//!
//! Evaluation is pure, lazy and bounded in steps, depth and memory. This crate knows no host, no VMID and no format:
//! what a site is stands in `prelude/`.

pub mod data;
