//! The emitted tree: one folder a consumer (`terraform`, `ansible`, `nebula`, `dns`, `proxmox`), one writer a format.
//!
//! A value becomes text only through a format's writer, so it can never become syntax. Nothing here knows how a value
//! was computed, and nothing here decides who reaches whom.

pub mod hcl;
pub mod proxmox;
pub mod terraform;
pub mod tree;
