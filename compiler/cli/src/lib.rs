//! The command line: arguments, files, printing. It decides nothing about a site.

pub mod messages;
pub mod output;
pub mod world;
