//! Layer 1, the Proxmox firewall: every switch of its chain, the way in of the operators, and rules.
//!
//! Order is part of it. The operators' access exists before the data centre's switch is turned on, a guest's rules
//! before the guest's; and a guest that is replaced gets all of it again, because Proxmox deletes the rules with the
//! guest and the provider does not notice.
//!
//! What a cluster has once is the owner's alone: of two sites in one cluster, Terraform would undo for the one what it did for
//! the other.

mod cluster;
mod forward;
mod group;
mod guest;
mod multicast;
mod node;
pub mod options;
mod repeated;
mod rule;

use crate::terraform::Folder;
use crate::terraform::scope::Scope;

/// Adds the files.
pub fn emit(scope: &Scope, folder: &mut Folder) {
    if scope.datacenter.owns_firewall.value {
        cluster::emit(scope, folder);
        node::emit(scope, folder);
    }
    let groups = group::Groups::of(scope);
    groups.emit(scope, folder);
    guest::emit(scope, &groups, folder);
}
