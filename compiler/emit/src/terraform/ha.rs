//! What Proxmox's HA manager keeps: the guests, the nodes that each may run on, and who of a cluster keeps apart.
//!
//! Rules are those of Proxmox VE 9, where they took the place of groups. A guest has a rule of its own, so that one more
//! guest changes no other's.

use std::collections::BTreeSet;

use arvc_site::model::{Cluster, Ha, HostId, Kind, Status};

use crate::hcl::{Body, Reference, Value, fixed};
use crate::terraform::Folder;
use crate::terraform::name::{self, kind};
use crate::terraform::scope::{Guest, Scope};

const HEAD: &str = "What the HA manager keeps running, and where. It starts a guest elsewhere by itself when a node is lost, so the node of \
     such a guest is not Terraform's to change back. The rules need Proxmox VE 9.";

/// Adds the file.
pub fn emit(scope: &Scope, folder: &mut Folder) {
    let mut file = Body::new();
    for guest in &scope.guests {
        if let Some(ha) = &guest.host.ha {
            resource(guest, ha, &mut file);
            nodes(scope, guest, ha, &mut file);
        }
    }
    let kept = scope.guests.iter().filter(|guest| guest.host.ha.is_some()).map(|guest| guest.id);
    let kept: BTreeSet<HostId> = kept.collect();
    for cluster in &scope.site.clusters {
        apart(scope, cluster, &kept, &mut file);
    }
    folder.file("ha.tf", HEAD, &file);
}

fn resource(guest: &Guest, ha: &Ha, file: &mut Body) {
    let name = name::resource(&guest.host.named.name);
    let (machine, prefix) = match guest.host.kind {
        Kind::Container => (kind::CONTAINER, "ct"),
        _ => (kind::VM, "vm"),
    };
    file.resource(&fixed(kind::HA_RESOURCE), &name, |body| {
        body.set("resource_id", format!("{prefix}:{}", guest.vmid))
            .set("state", if guest.host.status == Status::Present { "started" } else { "stopped" })
            .set("failback", ha.failback)
            .set("max_restart", ha.max_restart)
            .set("max_relocate", ha.max_relocate);
        body.block("lifecycle", |lifecycle| {
            let id = name::reference(machine, &name).field("id");
            lifecycle.set("replace_triggered_by", vec![id]);
        });
    });
}

/// Its own node first, then those that it may be started on. Without `strict` the others follow by themselves.
fn nodes(scope: &Scope, guest: &Guest, ha: &Ha, file: &mut Body) {
    let site = scope.site;
    let others = ha.nodes.iter().map(|node| site.nodes[node.index()].named.name.clone());
    let mut nodes: Vec<(String, Value)> =
        others.filter(|node| *node != guest.node.named.name).map(|node| (node, 1_u32.into())).collect();
    nodes.push((guest.node.named.name.clone(), 2_u32.into()));
    nodes.sort_by(|a, b| a.0.cmp(&b.0));
    let name = name::part(&guest.host.named.name, "nodes");
    file.resource(&fixed(kind::HA_RULE), &name, |body| {
        body.set("rule", rule(scope, &guest.host.named.name, "nodes"))
            .set("type", "node-affinity")
            .set("resources", vec![resource_id(&guest.host.named.name)])
            .set("nodes", Value::Object(nodes))
            .set("strict", ha.strict);
    });
}

/// Members of a cluster that is spread, if they can all be on different nodes.
fn apart(scope: &Scope, cluster: &Cluster, kept: &BTreeSet<HostId>, file: &mut Body) {
    if !cluster.spread || cluster.members.len() > scope.nodes.len() {
        return;
    }
    let members: Vec<_> = cluster.members.iter().filter(|id| kept.contains(id)).collect();
    if members.len() < 2 {
        return;
    }
    let names = members.iter().map(|id| scope.site.hosts[id.index()].named.name.as_str());
    file.resource(&fixed(kind::HA_RULE), &name::part(&cluster.named.name, "apart"), |body| {
        body.set("rule", rule(scope, &cluster.named.name, "apart"))
            .set("type", "resource-affinity")
            .set("resources", names.map(resource_id).collect::<Vec<_>>())
            .set("affinity", "negative");
    });
}

fn resource_id(host: &str) -> Reference {
    name::reference(kind::HA_RESOURCE, &name::resource(host)).field("resource_id")
}

/// The name of a rule. Names are those of the whole Proxmox cluster, of which other sites may have guests too.
fn rule(scope: &Scope, name: &str, what: &str) -> String {
    format!("arvc-{}-{name}-{what}", scope.datacenter.pool)
}

/// Whether the HA manager may start a guest on another node.
pub fn moves(guest: &Guest) -> bool {
    guest.host.ha.is_some() && guest.host.placement.len() > 1
}
