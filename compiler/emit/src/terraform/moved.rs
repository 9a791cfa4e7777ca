//! Machines that were renamed: Terraform is told that the resource under the new name is the one that it knows, so that
//! it destroys nothing.

use std::collections::BTreeSet;

use arvc_site::model::Kind;

use crate::hcl::{Body, Identifier};
use crate::terraform::Folder;
use crate::terraform::name::{self, kind};
use crate::terraform::replication;
use crate::terraform::scope::{Guest, Scope};

const HEAD: &str = "Machines that were renamed are the ones that they were. What was moved once stays so; where an old name is not known, a \
     block does nothing.";

/// Adds the file, if a guest was renamed.
pub fn emit(scope: &Scope, folder: &mut Folder) {
    let mut file = Body::new();
    let present: BTreeSet<&str> = scope.site.hosts.iter().map(|host| host.named.name.as_str()).collect();
    for (old, new) in &scope.site.renamed {
        // The name was given to another machine: its resource is there, and is no move's source.
        if present.contains(old.as_str()) {
            continue;
        }
        if let Some(guest) = scope.guests.iter().find(|guest| guest.host.named.name == last(scope, new)) {
            machine(scope, guest, old, new, &mut file);
        }
    }
    folder.file("moved.tf", HEAD, &file);
}

/// The name that a machine has now. A name that a machine was given ends all that led from it before, so there is no circle.
fn last<'s>(scope: &'s Scope, name: &'s str) -> &'s str {
    let mut name = name;
    for _ in 0..=scope.site.renamed.len() {
        match scope.site.renamed.get(name) {
            Some(next) => name = next,
            None => break,
        }
    }
    name
}

/// Every resource that has the machine's name.
fn machine(scope: &Scope, guest: &Guest, old: &str, new: &str, file: &mut Body) {
    let machine = if guest.host.kind == Kind::Container { kind::CONTAINER } else { kind::VM };
    let mut moved = |kind: &'static str, from: Identifier, to: Identifier| {
        file.block("moved", |body| {
            body.set("from", name::reference(kind, &from)).set("to", name::reference(kind, &to));
        });
    };
    for kind in [machine, kind::FIREWALL_RULES, kind::FIREWALL_OPTIONS] {
        moved(kind, name::resource(old), name::resource(new));
    }
    if guest.host.ha.is_some() {
        moved(kind::HA_RESOURCE, name::resource(old), name::resource(new));
        moved(kind::HA_RULE, name::part(old, "nodes"), name::part(new, "nodes"));
    }
    for job in replication::jobs(scope, guest) {
        moved(kind::REPLICATION, name::part(old, &job.part), name::part(new, &job.part));
    }
    for nic in &guest.nics {
        let part = format!("net{}", nic.index);
        moved(kind::IPSET, name::part(old, &part), name::part(new, &part));
    }
}
