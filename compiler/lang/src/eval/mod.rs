//! Evaluation: an explicit stack over arenas, so that no value of the program is ever as deep as the native stack.
//!
//! Every evaluation is bounded in steps, depth and bytes. It knows no schema and writes nothing but diagnostics.

pub mod budget;
mod call;
mod delay;
mod equal;
pub mod held;
mod interpolate;
pub mod line;
pub mod machine;
mod matching;
mod merge;
mod operators;
mod records;
mod resume;
pub mod see;
mod select;
pub mod task;
pub mod trace;
mod unite;
pub mod value;

pub use equal::Equal;
pub use operators::shift;
