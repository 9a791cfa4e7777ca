//! Readers: one for each kind of file. Each keeps the line of everything, and tells what it did not understand.

mod centers;
mod certificates;
mod fw;
mod interfaces;
mod inventory;
mod iptables;
mod keys;
mod loaded;
mod nebula;
mod nft;
mod rule;
mod script;
mod terraform;
mod tree;
mod unit;

pub(crate) use tree::tree;
