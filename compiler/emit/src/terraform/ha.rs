//! What Proxmox's HA manager keeps: the guests, the nodes that each may run on, and who of a cluster keeps apart.
//!
//! Rules are those of Proxmox VE 9, where they took the place of groups. A guest has a rule of its own, so that one more
//! guest changes no other's.

use std::collections::{BTreeMap, BTreeSet};

use arvc_site::model::{Cluster, Ha, HostId, Kind, Status};
use arvc_site::spelling::proxmox;

use crate::hcl::{Body, Reference, Value, fixed};
use crate::terraform::Folder;
use crate::terraform::name::{self, kind};
use crate::terraform::scope::{Guest, Scope};

const HEAD: &str = "What the HA manager keeps running, and where. It starts a guest elsewhere by itself when a node is lost, so the node of \
     such a guest is not Terraform's to change back. The rules need Proxmox VE 9.";

/// Adds the file.
pub fn emit(scope: &Scope, folder: &mut Folder) {
    let kept = scope.guests.iter().filter_map(|guest| Some((guest.id, (guest, guest.host.ha.as_ref()?))));
    let kept: BTreeMap<HostId, (&Guest, &Ha)> = kept.collect();
    let clusters = scope.site.clusters.iter().filter_map(|cluster| Some((cluster, apart(scope, cluster, &kept)?)));
    let clusters: Vec<(&Cluster, Vec<HostId>)> = clusters.collect();
    let keep_apart: BTreeSet<HostId> = clusters.iter().flat_map(|(_, members)| members.iter().copied()).collect();
    let mut file = Body::new();
    for (id, (guest, ha)) in &kept {
        resource(guest, ha, &mut file);
        nodes(scope, guest, ha, keep_apart.contains(id), &mut file);
    }
    for (cluster, members) in clusters {
        let names = members.iter().map(|id| scope.site.hosts[id.index()].named.name.as_str());
        file.resource(&fixed(kind::HA_RULE), &name::part(&cluster.named.name, "apart"), |body| {
            body.set("rule", rule(scope, &cluster.named.name, "apart"))
                .set("type", "resource-affinity")
                .set("resources", names.map(resource_id).collect::<Vec<_>>())
                .set("affinity", "negative");
        });
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

/// Its own node first, then those that it may be started on. Without `strict` the others follow by themselves. Where
/// members keep apart all nodes are equal: Proxmox takes no node rule of several priorities beside such a rule
/// (`PVE::HA::Rules`).
fn nodes(scope: &Scope, guest: &Guest, ha: &Ha, keeps_apart: bool, file: &mut Body) {
    let own = &guest.node.named.name;
    let priority = |node: &String| u32::from(node == own && !keeps_apart) + 1;
    let nodes = allowed(scope, guest, ha).into_iter().map(|node| (node.clone(), priority(&node).into()));
    let nodes: Vec<(String, Value)> = nodes.collect();
    let name = name::part(&guest.host.named.name, "nodes");
    file.resource(&fixed(kind::HA_RULE), &name, |body| {
        body.set("rule", rule(scope, &guest.host.named.name, "nodes"))
            .set("type", "node-affinity")
            .set("resources", vec![resource_id(&guest.host.named.name)])
            .set("nodes", Value::Object(nodes))
            .set("strict", ha.strict);
    });
}

/// The nodes that a guest's rule names, by name.
fn allowed(scope: &Scope, guest: &Guest, ha: &Ha) -> BTreeSet<String> {
    let others = ha.nodes.iter().map(|node| scope.site.nodes[node.index()].named.name.clone());
    others.chain([guest.node.named.name.clone()]).collect()
}

/// The members of a cluster that is spread, if their rules name as many nodes: Proxmox takes no other such rule.
fn apart(scope: &Scope, cluster: &Cluster, kept: &BTreeMap<HostId, (&Guest, &Ha)>) -> Option<Vec<HostId>> {
    let members: Vec<HostId> = cluster.members.iter().copied().filter(|id| kept.contains_key(id)).collect();
    let nodes = members.iter().filter_map(|id| kept.get(id)).flat_map(|(guest, ha)| allowed(scope, guest, ha));
    let nodes: BTreeSet<String> = nodes.collect();
    (cluster.spread && members.len() > 1 && nodes.len() >= members.len()).then_some(members)
}

fn resource_id(host: &str) -> Reference {
    name::reference(kind::HA_RESOURCE, &name::resource(host)).field("resource_id")
}

fn rule(scope: &Scope, name: &str, what: &str) -> String {
    proxmox::ha_rule(&scope.datacenter.pool.value, name, what)
}

/// Whether the HA manager may start a guest on another node.
pub fn moves(guest: &Guest) -> bool {
    guest.host.ha.is_some() && guest.host.placement.len() > 1
}
