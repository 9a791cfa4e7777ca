//! What a person has to do once everything has stopped and started again, and who waits for it.

use std::collections::BTreeSet;

use arvc_site::model::{End, EndpointId, PortTerm, Service, Site};

use super::{list, paragraph};

/// The section, if a service waits for somebody.
pub fn section(site: &Site) -> String {
    let mut text = String::new();
    for service in &site.services {
        let Some(manual) = &service.manual else { continue };
        let there = service.hosts.iter().map(|host| &site.hosts[host.index()]).filter(|host| host.status.is_there());
        let hosts: Vec<String> = there.map(|host| host.named.name.clone()).collect();
        if hosts.is_empty() {
            continue;
        }
        let waits: Vec<String> = waiting(site, service).into_iter().collect();
        let waiting = if waits.is_empty() { String::new() } else { format!("; {} wait for it", list(waits)) };
        let said = format!("On {}, each time that it has started{waiting}:", list(hosts));
        text.push('\n');
        text.push_str(&paragraph(&said));
        // As a block of code nothing in it is Markdown, and no line of it can end the block.
        text.push('\n');
        for line in manual.lines() {
            text.push_str(format!("    {line}").trim_end());
            text.push('\n');
        }
    }
    if text.is_empty() { text } else { format!("\n## After a restart, by hand\n{text}") }
}

/// The machines and services that need what a service serves, or start after it.
fn waiting(site: &Site, service: &Service) -> BTreeSet<String> {
    // What others serve on these machines besides, an exporter of metrics, is there without anybody.
    let serves = |id: &EndpointId| site.endpoints[id.index()].hosts.iter().all(|host| service.hosts.contains(host));
    let mut found = BTreeSet::new();
    for need in &site.needs {
        let terms = need.ports.iter().flatten();
        if !terms.into_iter().any(|term| matches!(term, PortTerm::Endpoint(id) if serves(id))) {
            continue;
        }
        match &need.source {
            End::Host(host) if !service.hosts.contains(host) => {
                found.insert(site.hosts[host.index()].named.name.clone());
            }
            End::Service(other) => {
                let others = site.services[other.index()].hosts.iter().filter(|host| !service.hosts.contains(host));
                found.extend(others.map(|host| site.hosts[host.index()].named.name.clone()));
            }
            _ => {}
        }
    }
    for other in site.services.iter().filter(|other| other.after.iter().any(|after| serves(&after.value))) {
        let others = other.hosts.iter().filter(|host| !service.hosts.contains(host));
        found.extend(others.map(|host| site.hosts[host.index()].named.name.clone()));
    }
    found
}
