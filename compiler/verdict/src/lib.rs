//! What is asked about reachability, and what is answered. The words that the proof, the audit of the files and the test with
//! packets have in common, so that three programs that know nothing of one another can be held side by side.
//!
//! Plain data and its text; nothing here decides anything.

mod answer;
mod cell;
mod question;

pub use answer::{Answer, Counted, Decision, Layer, Source, Verdict};
pub use cell::Cell;
pub use question::{Malformed, Path, Protocol, Question};
