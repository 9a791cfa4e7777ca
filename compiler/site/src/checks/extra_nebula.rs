//! A key for Nebula that arvc writes itself
//!
//! ## What is wrong
//!
//! `nebula` of a machine or group, or `nebula.config` of the site, has a key that arvc proves or writes: who may reach whom,
//! certificates, lighthouses, relays, the device and its port.
//!
//! ## Why
//!
//! One fact has one place. A second one would make the emitted files say something else than what was proved. Every other
//! key passes, merged into what arvc writes (`punchy`, `logging`, `tun.mtu`), and Nebula reads it.
//!
//! ## Example
//!
//! ```arv part
//!   groups.projects.nebula.firewall.inbound = [ # error: E0375
//!     { port = "any"; proto = "any"; host = "any"; },
//!   ];
//! ```
//!
//! ## What to do
//!
//! Write what the message names.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::extra_secret;
use crate::extra::{ExtraField, ExtraKind};
use crate::model::Site;

/// A key for Nebula that arvc writes itself.
pub static CODE: Code = Code::new("E0375", "a key for Nebula that arvc writes itself", include_str!("extra_nebula.rs"));

/// What arvc writes or proves, and what to say instead. A path speaks of all below it.
const WRITTEN: &[(&str, &str)] = &[
    ("cipher", "all members have to agree: write `nebula.config.cipher` of the site"),
    ("firewall.default_local_cidr_any", "write `allow`: the rules follow from it"),
    ("firewall.inbound", "write `allow`: the rules follow from it"),
    ("firewall.outbound", "write `allow`: the rules follow from it"),
    ("lighthouse.am_lighthouse", "write `lighthouse = true` at the host"),
    ("lighthouse.hosts", "write `lighthouse = true` at the hosts that are one"),
    ("lighthouse.local_allow_list", "it is the underlay: `networks.NAME.underlay`"),
    ("lighthouse.remote_allow_list", "it would close what is proved open: write `allow`"),
    ("lighthouse.remote_allow_ranges", "it would close what is proved open: write `allow`"),
    ("listen.host", "a member listens on all of its addresses, which its filters close"),
    ("listen.port", "write `networks.NAME.port`"),
    ("pki.ca", "the role `nebula` brings the certificate there"),
    ("pki.cert", "the role `nebula` brings the certificate there"),
    ("pki.disconnect_invalid", "a certificate that has ended opens nothing"),
    ("pki.initiating_version", "it follows from `nebula.version`"),
    ("pki.key", "the key is made on the machine, and never leaves it"),
    ("relay.am_relay", "write `relay = true` at the host"),
    ("relay.relays", "write `relay = true` at the hosts that are one"),
    ("relay.use_relays", "write `relay = true` at the hosts that are one"),
    ("static_host_map", "it follows from the addresses of the lighthouses and relays"),
    ("tun.dev", "write `on.NETWORK.device`"),
    ("tun.disabled", "a member of the overlay has an address there"),
    ("tun.unsafe_routes", "write `behind` of the overlay: the networks, and the members that lead there"),
    ("tun.use_system_route_table", "what lies behind a member is not proved by anybody"),
];

/// Parts of Nebula's own form that only these keys of pass: whatever else a new version puts there is arvc's too.
const CLOSED: &[(&str, &[&str], &str)] = &[
    ("firewall", &["conntrack", "inbound_action", "outbound_action"], "write `allow`: the rules follow from it"),
    ("pki", &["blocklist"], "the role `nebula` brings the certificate there"),
];

/// Everywhere where keys can be written.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    keys("nebula.config", &site.nebula.config, true, out);
    for group in site.groups.iter().filter(|group| !group.nebula.is_empty()) {
        keys(&format!("{}.nebula", group.named.path), &group.nebula, false, out);
    }
    for host in site.hosts.iter().filter(|host| !host.nebula.is_empty()) {
        keys(&format!("{}.nebula", host.named.path), &host.nebula, false, out);
    }
}

fn keys(owner: &str, fields: &[ExtraField], everywhere: bool, out: &mut Vec<Diagnostic>) {
    for field in fields {
        out.extend(field.value.secret().map(|span| extra_secret::diagnostic("a Nebula configuration", span)));
        let name = field.name.as_str();
        if name == "cipher" && everywhere {
            continue;
        }
        let rules = WRITTEN.iter().filter(|(path, _)| *path == name || below(path, name).is_some());
        let rules: Vec<&(&str, &str)> = rules.collect();
        let closed = CLOSED.iter().find(|(section, ..)| *section == name);
        match (&field.value.kind, rules.as_slice()) {
            (_, []) if closed.is_none() => {}
            (ExtraKind::Record(inner), rules) if rules.iter().all(|(path, _)| *path != name) => {
                for key in inner {
                    let rule = rules.iter().find(|(path, _)| below(path, name) == Some(&key.name));
                    let shut = closed.filter(|(_, passes, _)| !passes.contains(&key.name.as_str()));
                    if let Some(help) = rule.map(|(_, help)| *help).or(shut.map(|(.., help)| *help)) {
                        out.push(written(owner, &format!("{name}.{}", key.name), key, help));
                    }
                }
            }
            (_, rules) => {
                let help = closed.map(|(.., help)| *help).or(rules.first().map(|(_, help)| *help));
                out.push(written(owner, name, field, help.unwrap_or_default()));
            }
        }
    }
}

fn below<'p>(path: &'p str, section: &str) -> Option<&'p str> {
    path.strip_prefix(section)?.strip_prefix('.')
}

fn written(owner: &str, path: &str, field: &ExtraField, help: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{owner}.{path}` is arvc's to write"), field.key, "follows from the site")
        .help(help)
}
