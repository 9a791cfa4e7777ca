//! Copies of guests' volumes on other nodes.

use std::collections::BTreeSet;

use arvc_site::model::Kind;

use crate::hcl::{Body, Reference, fixed};
use crate::terraform::Folder;
use crate::terraform::ha;
use crate::terraform::name::{self, kind};
use crate::terraform::scope::{Guest, Scope};

const HEAD: &str =
    "Proxmox copies the volumes of these guests to other nodes, each on its schedule. A copy is removed with its job.";

/// A job of Proxmox.
pub struct Job {
    /// What of the guest's the resource is.
    pub part: String,
    target: String,
    number: u64,
}

/// Adds the file.
pub fn emit(scope: &Scope, folder: &mut Folder) {
    let mut file = Body::new();
    for guest in &scope.guests {
        let Some(replication) = &guest.host.replication else { continue };
        let machine = if guest.host.kind == Kind::Container { kind::CONTAINER } else { kind::VM };
        let this = name::resource(&guest.host.named.name);
        for job in jobs(scope, guest) {
            file.resource(&fixed(kind::REPLICATION), &name::part(&guest.host.named.name, &job.part), |body| {
                body.set("id", format!("{}-{}", guest.vmid, job.number))
                    .set("type", "local")
                    .set("target", job.target)
                    .set("schedule", replication.schedule.value.as_str());
                if let Some(rate) = replication.rate {
                    body.set("rate", rate);
                }
                body.gap().block("lifecycle", |lifecycle| {
                    lifecycle.set("replace_triggered_by", vec![name::reference(machine, &this).field("id")]);
                    if ha::moves(guest) {
                        lifecycle
                            .gap()
                            .comment("A guest that is started on its copy's node is copied back to where it was: Proxmox turns the job round.")
                            .set("ignore_changes", vec![Reference::new(&fixed("target"))]);
                    }
                });
            });
        }
    }
    folder.file("replication.tf", HEAD, &file);
}

/// The jobs of a guest. A job's number follows from its target, so that no other target changes it: a job that is made anew
/// copies everything once more.
pub fn jobs(scope: &Scope, guest: &Guest) -> Vec<Job> {
    let mut taken = BTreeSet::new();
    let nodes = guest.host.replication.iter().flat_map(|replication| &replication.to);
    let mut jobs = Vec::new();
    for node in nodes.map(|node| &scope.site.nodes[node.index()].named.name) {
        let mut number = hash(node) % 1000;
        while !taken.insert(number) {
            number = (number + 1) % 1000;
        }
        jobs.push(Job { part: format!("to-{node}"), target: node.clone(), number });
    }
    jobs
}

/// FNV-1a. It must be the same in every release.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
