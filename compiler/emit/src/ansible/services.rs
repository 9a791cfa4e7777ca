//! The play of each service that says which role deploys it, and what these roles and the variables need besides.
//!
//! A role is the operator's: it lies in `ansible/roles`, where nothing of this program has its name, or in a collection.

use std::collections::BTreeMap;

use arvc_site::model::{EndpointId, Service, Site};
use arvc_site::spelling::ansible as spelling;

use super::reach;
use crate::extra;
use crate::tree::Tree;
use crate::yaml::{Yaml, document};

/// Writes `playbooks/services.yml`, and `requirements.yml` where a variable is looked up. Tells whether there is a play.
pub fn emit(site: &Site, header: &str, tree: &mut Tree) -> bool {
    let reached = || site.hosts.iter().filter(|host| host.is_reached());
    let mut deployed: BTreeMap<&str, (&Service, &str)> = BTreeMap::new();
    for service in reached().flat_map(|host| &host.services).map(|service| &site.services[service.index()]) {
        if let Some(role) = &service.role {
            deployed.insert(&service.named.name, (service, &role.value));
        }
    }
    let plays: Vec<Yaml> = {
        let later = reach::later(site);
        let play = |(service, role): (&Service, &str)| {
            play(&service.named.name, &spelling::service(&service.named.name), role, later)
        };
        in_order(site, deployed.into_values().collect()).into_iter().map(play).collect()
    };
    let deploys = !plays.is_empty();
    if deploys {
        tree.text("ansible/playbooks/services.yml", document(header, &Yaml::List(plays)));
    }
    let groups = site.groups.iter().map(|group| &group.variables);
    let services = site.services.iter().map(|service| &service.variables);
    let hosts = reached().map(|host| &host.variables);
    let nodes = site.nodes.iter().filter(|node| node.connection.managed).map(|node| &node.variables);
    let passwords = reached().any(|host| host.connection.password.is_some());
    if passwords
        || [&site.variables]
            .into_iter()
            .chain(groups)
            .chain(services)
            .chain(hosts)
            .chain(nodes)
            .any(|fields| extra::looks_up(fields))
    {
        let collection = [("name", Yaml::str("community.hashi_vault")), ("version", Yaml::quoted(">=6.0.0"))];
        let requirements = Yaml::map([("collections", Yaml::List(vec![Yaml::map(collection)]))]);
        tree.text("ansible/requirements.yml", document(header, &requirements));
    }
    deploys
}

/// By name, and what others start `after` before them.
fn in_order<'a>(site: &Site, mut left: Vec<(&'a Service, &'a str)>) -> Vec<(&'a Service, &'a str)> {
    let serves = |service: &Service, after: &EndpointId| {
        let endpoint = &site.endpoints[after.index()];
        let own = endpoint.named.path.strip_prefix(&service.named.path).is_some_and(|rest| rest.starts_with('.'));
        // What a cluster serves, its members' services do.
        own || endpoint.named.path.starts_with("clusters.")
            && endpoint.hosts.iter().any(|host| service.hosts.contains(host))
    };
    let waits = |service: &Service, other: &Service| {
        other.named.name != service.named.name && service.after.iter().any(|after| serves(other, &after.value))
    };
    let mut order = Vec::new();
    while !left.is_empty() {
        let free = left.iter().position(|(service, _)| !left.iter().any(|(other, _)| waits(service, other)));
        // That they wait for one another is an error of the site.
        order.push(left.remove(free.unwrap_or(0)));
    }
    order
}

fn play(name: &str, group: &str, role: &str, later: bool) -> Yaml {
    let mut play = vec![
        ("name", Yaml::str(format!("Deploy {name}"))),
        ("hosts", Yaml::str(group)),
        ("become", Yaml::Bool(true)),
        ("force_handlers", Yaml::Bool(true)),
    ];
    if later {
        // Over the network that each machine says, which is there by now.
        let reach = [
            ("ansible_host", Yaml::Expression("services_host".to_owned())),
            ("ansible_ssh_common_args", Yaml::Expression("services_ssh_common_args".to_owned())),
        ];
        play.push(("vars", Yaml::map(reach)));
    }
    play.push(("roles", Yaml::List(vec![Yaml::map([("role", Yaml::str(role))])])));
    Yaml::map(play)
}
