//! How Ansible connects to a machine: by which address, port and protocol, over whom, and over which network once the others
//! are there.

use std::net::IpAddr;

use arvc_site::model::{Bastion, Host, NetworkId, Node, Site};

use crate::addresses;
use crate::extra;
use crate::yaml::{Entry, Yaml, entry};

/// The connection's variables of a machine.
pub fn variables(site: &Site, host: &Host) -> Vec<Entry> {
    let connection = &host.connection;
    let mut entries = Vec::new();
    // Over the bridge: the overlay is what a play is about to build or to cut.
    if let Some(address) = host.reached_on(site).and_then(|network| address(site, host, network)) {
        entries.push(entry("ansible_host", Yaml::str(address.to_string())));
    }
    entries.push(entry("ansible_user", Yaml::str(&host.user)));
    if connection.winrm {
        entries.push(entry("ansible_connection", Yaml::str("winrm")));
        entries.push(entry("ansible_winrm_scheme", Yaml::str("https")));
        entries.push(entry("ansible_winrm_transport", Yaml::str("ntlm")));
        // Plays become root, and Windows has none.
        entries.push(entry("ansible_become", Yaml::Bool(false)));
        if let Some(password) = &connection.password {
            entries.push(entry("ansible_password", extra::value(password)));
        }
    }
    if connection.winrm || connection.port.is_some() {
        entries.push(entry("ansible_port", Yaml::Int(connection.port().into())));
    }
    let over = connection.bastion.map(|bastion| jump(site, bastion.value));
    if let Some(arguments) = &over {
        entries.push(entry("ansible_ssh_common_args", Yaml::str(arguments)));
    }
    if later(site) {
        let network = connection.services.map(|network| network.value);
        let address = network.or_else(|| host.reached_on(site)).and_then(|network| address(site, host, network));
        entries.extend(address.map(|address| entry("services_host", Yaml::str(address.to_string()))));
        // What is reached over the overlay is reached without a jump.
        let over = if network.is_some() { String::new() } else { over.unwrap_or_default() };
        entries.push(entry("services_ssh_common_args", Yaml::str(over)));
    }
    entries
}

/// The connection's variables of a Proxmox host.
pub fn of_node(site: &Site, node: &Node) -> Vec<Entry> {
    let connection = &node.connection;
    let mut entries = vec![
        entry("ansible_host", Yaml::str(node.reached(site).to_string())),
        entry("ansible_user", Yaml::str(&connection.user)),
    ];
    let over = connection.bastion.map(|bastion| jump(site, bastion.value));
    entries.extend(over.map(|over| entry("ansible_ssh_common_args", Yaml::str(over))));
    entries
}

/// Whether a machine says that the services' plays reach it over another network: then each has a variable for it.
pub fn later(site: &Site) -> bool {
    site.hosts.iter().any(|host| host.is_reached() && host.connection.services.is_some())
}

fn address(site: &Site, host: &Host, network: NetworkId) -> Option<IpAddr> {
    host.interface_on(network).map(|interface| addresses::reached(&site.networks[network.index()], interface))
}

/// The argument of SSH that jumps. It is made of a checked user name, addresses and numbers.
fn jump(site: &Site, bastion: Bastion) -> String {
    let hop = match bastion {
        Bastion::Node(node) => {
            let node = &site.nodes[node.index()];
            hop(&node.connection.user, node.reached(site), 22)
        }
        Bastion::Host(host) => {
            let host = &site.hosts[host.index()];
            let address = host.reached_on(site).and_then(|network| address(site, host, network));
            let public = host.interfaces.iter().find_map(|interface| interface.public).map(|public| public.value);
            match public.or(address) {
                Some(address) => hop(&host.user, address, host.connection.port()),
                None => host.named.name.clone(),
            }
        }
    };
    format!("-o ProxyJump={hop}")
}

fn hop(user: &str, address: IpAddr, port: u16) -> String {
    let address = if address.is_ipv6() { format!("[{address}]") } else { address.to_string() };
    if port == 22 { format!("{user}@{address}") } else { format!("{user}@{address}:{port}") }
}
