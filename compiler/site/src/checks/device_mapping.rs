//! A device that a node does not have
//!
//! ## What is wrong
//!
//! A VM names a hardware mapping that is no name, that its datacenter does not declare among its `mappings`, that is of the
//! other kind (PCI, USB), or that has no device on the VM's node; or a slot is none that Proxmox has.
//!
//! ## Why
//!
//! A mapping is the name that a Proxmox cluster has for devices, on each node for another one. A VM whose node has none of
//! that name does not start. A datacenter that declares no mapping is not held to it: then they are made by hand.
//!
//! ## Example
//!
//! ```arv part
//!   datacenters.home.mappings.gpu.devices = [ { node = nodes.pve; id = "10de:2204"; path = "0000:01:00.0"; } ];
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     hardware.pci.hostpci0 = {
//!       mapping = "gpo"; # error: E0836
//!     };
//!   };
//! ```
//!
//! ## What to do
//!
//! Name one that is declared, or declare it for this node: `datacenters.NAME.mappings.gpu.devices = [ … ];`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;
use crate::model::{Host, Mapping, Named, Site, Spanned};
use crate::place::{place, report};

/// A device that a node does not have.
pub static CODE: Code = Code::new("E0836", "a device that a node does not have", include_str!("device_mapping.rs"));

/// The slot that a key of `pci` or `usb` names.
pub(crate) fn slot(named: &Named, prefix: &str, most: u32, key: &str, span: Span) -> Result<u32, Box<Diagnostic>> {
    match crate::model::numbered(key, prefix).filter(|number| *number < most) {
        Some(number) => Ok(number),
        None => {
            let message = format!("`{}` has no place {} for a device", named.path, shown(key));
            let label = format!("there are `{prefix}0` to `{prefix}{}`", most - 1);
            Err(Box::new(report(&CODE, message, named, span, &label)))
        }
    }
}

/// Whether a text can be the name of a mapping (`pve-configid`).
pub(crate) fn name(named: &Named, mapping: &Spanned<String>) -> Option<Diagnostic> {
    let text = &mapping.value;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let fine = text.len() >= 2 && text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(plain);
    let message = || format!("{} is no name for a hardware mapping", shown(text));
    let label = "a letter, then letters, digits, `-` and `_`";
    (!fine).then(|| report(&CODE, message(), named, mapping.span, label))
}

/// Every device of a VM that is there.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for host in site.hosts.iter().filter(|host| host.status.is_there()) {
        let pci = host.hardware.pci.iter().map(|device| (&device.mapping, false));
        let usb = host.hardware.usb.iter().map(|device| (&device.mapping, true));
        for (mapping, usb) in pci.chain(usb) {
            out.extend(problem(site, host, mapping, usb));
        }
    }
}

fn problem(site: &Site, host: &Host, mapping: &Spanned<String>, usb: bool) -> Option<Diagnostic> {
    let node = host.node?;
    let datacenter = &site.datacenters[site.nodes[node.index()].datacenter.index()];
    if datacenter.mappings.is_empty() || name(&host.named, mapping).is_some() {
        return None;
    }
    let Some(declared) = declared(&datacenter.mappings, &mapping.value) else {
        let message = format!("`{}` has no mapping {}", datacenter.named.path, shown(&mapping.value));
        let names: Vec<String> = datacenter.mappings.iter().map(|it| format!("`{}`", it.name.value)).collect();
        let help = format!("it has {}", names.join(", "));
        return Some(report(&CODE, message, &host.named, mapping.span, "none of its `mappings`").help(help));
    };
    let told = place(&datacenter.named, declared.name.span);
    if declared.usb != usb {
        let kind = if declared.usb { "USB" } else { "PCI" };
        let message = format!("{} is a mapping of {kind} devices", shown(&mapping.value));
        let label = format!("for `{}`", host.named.path);
        return Some(report(&CODE, message, &host.named, mapping.span, &label).secondary(told, "declared here"));
    }
    if !declared.devices.iter().any(|device| device.node == node) {
        let node = &site.nodes[node.index()].named.path;
        let message = format!("`{node}` has no device {}", shown(&mapping.value));
        let label = format!("`{}` runs on it", host.named.path);
        let nodes: Vec<String> =
            declared.devices.iter().map(|it| format!("`{}`", site.nodes[it.node.index()].named.path)).collect();
        let on = if nodes.is_empty() { "on no node".to_owned() } else { format!("on {}", nodes.join(", ")) };
        return Some(report(&CODE, message, &host.named, mapping.span, &label).secondary(told, on));
    }
    None
}

/// The mapping of a name.
pub(crate) fn declared<'a>(mappings: &'a [Mapping], name: &str) -> Option<&'a Mapping> {
    mappings.iter().find(|mapping| mapping.name.value == name)
}
