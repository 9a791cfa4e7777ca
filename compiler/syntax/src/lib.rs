//! Sources, spans, tokens, the lossless tree, the parser with recovery, and the type of every diagnostic.
//!
//! Parsing never fails: it returns a tree and diagnostics. This crate knows no types, no values and no sites, and it
//! reads no file.

pub mod ast;
pub mod diagnostic;
pub mod format;
pub mod intern;
pub mod kind;
pub mod lexer;
pub mod literal;
pub mod parser;
pub mod problems;
pub mod source;
pub mod string;
pub mod tree;

pub use parser::{Parse, parse};
pub use problems::CODES;
