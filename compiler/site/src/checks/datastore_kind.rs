//! A datastore that cannot be shared
//!
//! ## What is wrong
//!
//! A datastore says `shared = true`, and storages of its kind are a node's own.
//!
//! ## Why
//!
//! A thin pool, a ZFS pool or a Btrfs file system is on one node's disks. Its namesake on another node has other content:
//! a guest that started there would find no disk, or a wrong one.
//!
//! ## Example
//!
//! ```arv part
//!   datastores.tank = {
//!     kind = Zfs;
//!     shared = true; # error: E0831
//!   };
//!   datastores.local-lvm = {};
//! ```
//!
//! ## What to do
//!
//! Remove `shared`. What moves guests between nodes with such storage is replication, or a kind that is shared: `Rbd`,
//! `CephFs`, `Nfs`, `Iscsi`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Spanned, StorageKind};
use crate::place::report;

/// A datastore that cannot be shared.
pub static CODE: Code = Code::new("E0831", "a datastore that cannot be shared", include_str!("datastore_kind.rs"));

/// A declared datastore.
pub(crate) fn check(named: &Named, kind: Option<StorageKind>, shared: Option<Spanned<bool>>) -> Option<Diagnostic> {
    let shared = shared.filter(|shared| shared.value)?;
    if kind.is_none_or(StorageKind::can_be_shared) {
        return None;
    }
    let message = format!("`{}` is on a node's own disks and cannot be shared", named.path);
    let help = "remove `shared`: a guest is moved by replication, or lies on a storage that is shared by its kind";
    Some(report(&CODE, message, named, shared.span, "each node has its own").help(help))
}
