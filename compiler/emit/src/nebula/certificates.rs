//! The certificate plan: what the operator's CA is to vouch for. Certificates have dates and signatures, so they are
//! never part of a tree that is the same for the same sources.

use arvc_site::lock::Grant;
use arvc_site::model::{Family, HostId, Interface, Site};
use serde_json::{Map, Value, json};

use super::{Overlay, is_member};
use crate::addresses::with_length;

/// Ten years: a CA whose end is not planned for ends every tunnel on one day.
const CA_HOURS: u64 = 87600;

/// The format of the certificates: 1 as long as it can say all that there is to say, since every version of Nebula reads
/// it; 2 for an IPv6 overlay, and for one of several prefixes.
pub fn version(overlay: &Overlay<'_>) -> i64 {
    let network = overlay.network;
    if network.more.is_empty() && network.prefix.value.addr().is_ipv4() { 1 } else { 2 }
}

/// What an authority's own certificate calls it: the site, and which of its authorities, where that was said.
fn ca_name(site: &Site, authority: &str) -> String {
    match authority {
        "ca" => site.name.clone(),
        _ => format!("{}-{authority}", site.name),
    }
}

/// What a certificate vouches for behind a member: of the families that it has an address of in the overlay.
fn behind(site: &Site, overlay: &Overlay<'_>, id: HostId, interface: &Interface) -> Vec<String> {
    let own = overlay.network.behind.iter().filter(|behind| behind.member.value == id);
    let prefixes = own.flat_map(|behind| site.networks[behind.network.value.index()].prefixes());
    let prefixes = prefixes.map(|prefix| prefix.value.trunc());
    let prefixes = prefixes.filter(|prefix| interface.families().contains(Family::of_prefix(prefix)));
    prefixes.map(|prefix| prefix.to_string()).collect()
}

/// `certificates.json`.
pub fn plan(site: &Site, overlay: &Overlay<'_>) -> String {
    let prefixes: Vec<String> = overlay.network.prefixes().map(|prefix| prefix.value.to_string()).collect();
    let duration = format!("{}h", site.nebula.certificate.div_ceil(3600));
    let mut hosts = Map::new();
    for (host, id) in site.hosts.iter().zip((0..).map(HostId)).filter(|(host, _)| is_member(host, overlay.id)) {
        let Some(interface) = host.interface_on(overlay.id) else { continue };
        let groups: Vec<&str> =
            host.groups.iter().map(|group| site.groups[group.index()].named.name.as_str()).collect();
        let networks = interface.addresses().filter_map(|address| with_length(overlay.network, address.value));
        let networks: Vec<String> = networks.map(|address| address.to_string()).collect();
        let mut entry = json!({
            "name": host.named.name,
            "networks": networks,
            "groups": groups,
            "duration": duration,
        });
        let behind = behind(site, overlay, id, interface);
        if !behind.is_empty() {
            entry["unsafe_networks"] = json!(behind);
        }
        hosts.insert(host.named.name.clone(), entry);
    }
    let trusted = site.nebula.trusted.iter().map(|name| (name.clone(), json!({ "name": ca_name(site, name) })));
    let mut plan = json!({
        "ca": {
            "name": ca_name(site, &site.nebula.authority),
            "authority": site.nebula.authority,
            "trusted": Value::Object(trusted.collect()),
            "version": version(overlay),
            "networks": prefixes,
            "duration": format!("{CA_HOURS}h"),
        },
        "hosts": Value::Object(hosts),
    });
    if !site.withdrawn.is_empty() {
        let said = |grant: &Grant| {
            let networks: Vec<String> = grant.networks.iter().map(ToString::to_string).collect();
            json!({ "name": grant.name, "networks": networks, "groups": grant.groups })
        };
        let entries = site.withdrawn.iter().map(|(name, grants)| (name.clone(), grants.iter().map(said).collect()));
        plan["withdrawn"] = Value::Object(entries.collect());
    }
    format!("{plan:#}\n")
}
