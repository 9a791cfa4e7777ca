//! `nebula/`: one configuration a member, the certificate plan, and the script that signs it. No key is ever here.
//!
//! Only keys that the site's version of Nebula knows are written, since every version ignores the others in silence.

mod certificates;
mod config;
mod profile;
mod rules;

use arvc_reach::Addresses;
use arvc_reach::policy::Policies;
use arvc_site::endpoints::Tunnels;
use arvc_site::model::{Host, HostId, Network, NetworkId, Site};
use arvc_site::segments::Segments;

use crate::tree::Tree;
use crate::yaml;

/// Signs what the plan says, with the operator's own CA.
const SIGN: &str = include_str!("../assets/sign.sh");

/// Writes `nebula/`. A site without an overlay has none.
pub fn emit(site: &Site, policies: &Policies, header: &str, tree: &mut Tree) {
    let Some(overlay) = overlay(site) else { return };
    let addresses = Addresses::new(site);
    for (index, host) in site.hosts.iter().enumerate().filter(|(_, host)| is_member(host, overlay.id)) {
        let policy = &policies.list[policies.of_host[index]];
        let config = config::config(&addresses, &overlay, HostId(index as u32), host, policy);
        tree.text(format!("nebula/{}.yml", host.named.name), yaml::document(header, &config));
    }
    tree.text("nebula/certificates.json", certificates::plan(site, &overlay));
    tree.script("nebula/sign.sh", crate::headed(SIGN, header));
}

/// The overlay that is emitted for.
pub(crate) struct Overlay<'site> {
    /// Its index.
    pub id: NetworkId,
    /// The overlay.
    pub network: &'site Network,
    /// Which parts of the underlay reach one another.
    pub segments: Segments,
    /// What its packets travel on, and where its members find one another.
    pub tunnels: Tunnels,
    /// Its lighthouses and relays.
    pub fixed: Vec<(HostId, &'site Host)>,
}

/// The site's overlay; the model has one at most.
pub(crate) fn overlay(site: &Site) -> Option<Overlay<'_>> {
    site.networks.iter().zip(0..).find_map(|(network, index)| {
        let id = NetworkId(index);
        let tunnels = Tunnels::of(site, id)?;
        let hosts = (0..).map(HostId).zip(&site.hosts);
        let fixed = hosts.filter(|(_, host)| (host.lighthouse || host.relay) && is_member(host, id)).collect();
        Some(Overlay { id, network, segments: Segments::new(site), tunnels, fixed })
    })
}

/// Whether a machine is, or will be, a member: what is only planned has no certificate and no configuration.
pub(crate) fn is_member(host: &Host, overlay: NetworkId) -> bool {
    host.status.is_there() && host.is_on(overlay)
}
