//! The data centre: who may manage the nodes, then the switch.

use ipnet::IpNet;

use crate::hcl::{Body, Reference, fixed};
use crate::terraform::Folder;
use crate::terraform::firewall::rule::{self, Direction, Ends, ProxmoxRule, cidr, ends};
use crate::terraform::name::{self, kind};
use crate::terraform::scope::Scope;

const HEAD: &str = "Layer 1 of 3, and its chain of switches: this data centre, the nodes (firewall_node.tf), each guest's options \
     (firewall_guests.tf), each network device (firewall = true). The operators' way in exists before any is turned on. \
     It is the switch of the whole data centre: all of its nodes then drop what nothing lets in, and guests that are not \
     of this site are filtered too if their own firewall and their device's are on (README.md).";

/// Adds the file.
pub fn emit(scope: &Scope, folder: &mut Folder) {
    let mut file = Body::new();
    management(scope, &mut file);
    local_network(scope, &mut file);
    operators(scope, &mut file);
    switch(scope, &mut file);
    folder.file("firewall_cluster.tf", HEAD, &file);
}

/// The resources that let the operators in.
pub fn access(scope: &Scope) -> Vec<Reference> {
    let mut list =
        vec![name::reference(kind::ALIAS, &fixed("local_network")), name::reference(kind::IPSET, &fixed("management"))];
    if !scope.site.operators.addresses.is_empty() {
        list.push(name::reference(kind::FIREWALL_RULES, &fixed("operator_access")));
    }
    list
}

fn management(scope: &Scope, file: &mut Body) {
    file.comment("Who may open the management ports of the nodes: 8006, 22, 3128, 5900 to 5999, 60000 to 60050.")
        .resource(&fixed(kind::IPSET), &fixed("management"), |set| {
            set.set("name", "management").set("comment", "Operators and nodes");
            let mut seen: Vec<String> = Vec::new();
            let operators = scope.site.operators.addresses.iter().map(|prefix| (prefix.value, "operators".to_owned()));
            let nodes = scope.nodes.iter().flat_map(|(_, node)| {
                let uplink = node.uplink.as_ref().map(|uplink| uplink.address.value);
                let path = &node.named.path;
                let own = node.addresses().map(|address| address.value);
                own.chain(uplink).map(|ip| (IpNet::from(ip), path.clone()))
            });
            for (prefix, purpose) in operators.chain(nodes) {
                let text = cidr(&prefix);
                if !seen.contains(&text) {
                    set.block("cidr", |entry| {
                        entry.set("name", text.as_str()).set("comment", rule::comment(&purpose));
                    });
                    seen.push(text);
                }
            }
        });
}

fn local_network(scope: &Scope, file: &mut Body) {
    let Some((_, node)) = scope.nodes.first() else { return };
    file.comment(
        "Without it Proxmox adds the network of a node's address to the set above, which may be that of the guests.",
    )
    .resource(&fixed(kind::ALIAS), &fixed("local_network"), |alias| {
        alias
            .set("name", "local_network")
            .set("cidr", cidr(&node.address.value.into()))
            .set("comment", rule::comment(&format!("{} alone, and not the network around it", node.named.path)));
    });
}

fn operators(scope: &Scope, file: &mut Body) {
    let prefixes: Vec<IpNet> = scope.site.operators.addresses.iter().map(|prefix| prefix.value).collect();
    if prefixes.is_empty() {
        return;
    }
    file.comment("The same once more as rules: a change of the set above makes it anew, and in between it is empty.")
        .resource(&fixed(kind::FIREWALL_RULES), &fixed("operator_access"), |rules| {
            for end in ends(&prefixes) {
                let Ends::Addresses(_, list) = end else { continue };
                let rule = ProxmoxRule {
                    direction: Direction::In,
                    accept: true,
                    iface: None,
                    peer: Some(list),
                    own: None,
                    proto: Some("tcp".to_owned()),
                    dport: Some("22,8006".to_owned()),
                    comment: "operators: SSH and API of the nodes".to_owned(),
                };
                rule.print(rules);
            }
        });
}

fn switch(scope: &Scope, file: &mut Body) {
    let mut before = access(scope);
    before.extend(
        scope.nodes.iter().map(|(_, node)| name::reference(kind::NODE_FIREWALL, &name::resource(&node.named.name))),
    );
    if scope.site.operators.addresses.is_empty() {
        file.comment(
            "operators.addresses is empty: once this is on, SSH and the API of the nodes answer to the nodes alone. Have \
             their console at hand.",
        );
    }
    file.resource(&fixed(kind::CLUSTER_FIREWALL), &fixed("this"), |cluster| {
        cluster
            .set("enabled", true)
            .set("ebtables", true)
            .set("input_policy", "DROP")
            .set("output_policy", "ACCEPT")
            .set("forward_policy", "ACCEPT")
            .block("log_ratelimit", |limit| {
                limit.set("enabled", true).set("burst", 5_u32).set("rate", "1/second");
            })
            .gap()
            .set("depends_on", before);
    });
}
