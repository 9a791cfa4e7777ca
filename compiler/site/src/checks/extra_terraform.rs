//! An argument for Terraform that arvc writes itself
//!
//! ## What is wrong
//!
//! `terraform` of a machine has an argument that follows from the machine's own fields, or that would change what is
//! proved: its network devices, their filters, its addresses.
//!
//! ## Why
//!
//! One fact has one place. A second one would either be ignored or make the emitted files say something else than what was
//! checked. What the schema has no field for passes, blocks that arvc writes too (`cpu.type`), and Terraform checks it.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     terraform.cpu = { cores = 8; type = "host"; }; # error: E0373
//!   };
//! ```
//!
//! ## What to do
//!
//! Write the field that the message names.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::{extra_name, extra_secret};
use crate::extra::{Extra, ExtraField, ExtraKind};
use crate::model::{Host, Kind, Site};
use crate::place::report;

/// An argument for Terraform that arvc writes itself.
pub static CODE: Code =
    Code::new("E0373", "an argument for Terraform that arvc writes itself", include_str!("extra_terraform.rs"));

/// What arvc writes for both kinds of guests, and what to say instead. A path speaks of all below it.
const BOTH: &[(&str, &str)] = &[
    ("clone", "write `image`"),
    ("connection", "say how Ansible connects: `user`"),
    ("count", "a host is one machine: `std.members` makes several"),
    ("cpu.cores", "write `cores`"),
    ("description", "write `description`"),
    ("disk.datastore_id", "write `datastore`"),
    ("disk.size", "write `disk`"),
    ("dynamic", "write a list of records: each is a block"),
    ("for_each", "a host is one machine: `std.members` makes several"),
    ("initialization.datastore_id", "write `datastore`"),
    ("initialization.dns", "write `domain` and `uplink_resolvers` of the site"),
    ("initialization.ip_config", "its addresses follow from its range, or are written in `on`"),
    ("initialization.user_account", "write `user`, and `operators.keys`"),
    ("lifecycle", "write `protect` to keep it; a difference that is ignored would be hidden for ever"),
    ("mac_addresses", "write `on.NETWORK.mac`"),
    ("memory.dedicated", "write `memory`"),
    ("node_name", "write `node`"),
    ("pool_id", "write `pool` of the datacenter"),
    ("protection", "write `protect`"),
    ("provider", "arvc names the provider in `providers.tf`"),
    ("provisioner", "what happens inside a machine is Ansible's: write a role"),
    ("started", "write `status`"),
    ("tags", "write `tags`, or `groups`"),
    ("vm_id", "write `vmid`"),
];

const VM: &[(&str, &str)] = &[
    ("disk.file_id", "write `image`"),
    ("disk.import_from", "write `image`"),
    ("disk.interface", "further disks are the items of a list: `disk = [ { interface = \"scsi1\"; … } ]`"),
    ("initialization.network_data_file_id", "its addresses follow from its range, or are written in `on`"),
    ("name", "its name is the key: `hosts.NAME`"),
    ("network_device", "write `on`: a device that arvc does not know is filtered by nobody"),
    ("on_boot", "write `boot`"),
];

const CONTAINER: &[(&str, &str)] = &[
    ("device_passthrough.mode", "further devices are the items of a list: `device_passthrough = [ { path = …; } ]`"),
    ("device_passthrough.path", "further devices are the items of a list: `device_passthrough = [ { path = …; } ]`"),
    ("initialization.hostname", "its name is the key: `hosts.NAME`"),
    ("network_interface", "write `on`: a device that arvc does not know is filtered by nobody"),
    ("operating_system.template_file_id", "write `image`"),
    ("start_on_boot", "write `boot`"),
];

/// Blocks that arvc writes, and of which there is one.
const SINGLE: [&str; 7] = ["agent", "cpu", "features", "initialization", "memory", "operating_system", "clone"];

/// Every guest.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for host in site.hosts.iter().filter(|host| host.kind != Kind::Machine) {
        for field in &host.terraform {
            argument(host, field, out);
            out.extend(field.value.secret().map(|span| extra_secret::diagnostic("Terraform's state", span)));
        }
    }
}

fn argument(host: &Host, field: &ExtraField, out: &mut Vec<Diagnostic>) {
    let name = field.name.as_str();
    if let Some(problem) = extra_name::check("an argument", name, field.key) {
        out.push(problem);
        return;
    }
    if name == "depends_on" {
        out.extend(paths(&field.value));
        return;
    }
    let own = if host.kind == Kind::Container { CONTAINER } else { VM };
    let rules: Vec<(&str, &str)> = BOTH.iter().chain(own).copied().collect();
    if let Some((_, help)) = rules.iter().find(|(path, _)| *path == name) {
        out.push(written(host, name, field, help));
        return;
    }
    if name == "kvm_arguments" {
        if let ExtraKind::Text(text) = &field.value.kind
            && ["net", "nic", "e1000", "tap"].iter().any(|word| text.contains(word))
        {
            let help = "write `on`: a device that arvc does not know is filtered by nobody";
            out.push(written(host, name, field, help));
        }
        return;
    }
    let below: Vec<(&str, &str)> =
        rules.iter().filter_map(|(path, help)| Some((path.strip_prefix(name)?.strip_prefix('.')?, *help))).collect();
    match &field.value.kind {
        ExtraKind::Record(fields) => {
            for inner in fields {
                if !is_free(name, host.kind)
                    && let Some(problem) = extra_name::check("an argument", &inner.name, inner.key)
                {
                    out.push(problem);
                } else if let Some((_, help)) = below.iter().find(|(path, _)| *path == inner.name) {
                    out.push(written(host, &format!("{name}.{}", inner.name), inner, help));
                }
            }
        }
        ExtraKind::List(items) => {
            let blocks = items.iter().any(|item| matches!(item.kind, ExtraKind::Record(_)));
            let single = SINGLE.contains(&name) || (name == "disk" && host.kind == Kind::Container);
            if single && blocks {
                let help = match name {
                    "disk" => "further volumes of a container are `mount_point`",
                    _ => "there is one such block: write a record, which is merged into it",
                };
                out.push(written(host, name, field, help));
            }
            if name == "disk" {
                items.iter().for_each(|item| first_disk(host, item, out));
            }
        }
        _ if !below.is_empty() => {
            out.push(written(host, name, field, "it is a block: write a record, which is merged into it"));
        }
        _ => {}
    }
}

/// What a machine waits for, besides what arvc lets it wait for: `TYPE.NAME` of further resources.
fn paths(value: &Extra) -> Option<Diagnostic> {
    let is_path = |item: &Extra| match &item.kind {
        ExtraKind::Text(text) => reference(text).is_some(),
        _ => false,
    };
    match &value.kind {
        ExtraKind::List(items) => items.iter().find(|item| !is_path(item)).map(|item| extra_name::path(item.span)),
        _ => Some(extra_name::path(value.span)),
    }
}

/// The type and the name of a resource that a text speaks of.
pub fn reference(text: &str) -> Option<(&str, &str)> {
    text.split_once('.').filter(|(kind, name)| extra_name::is_identifier(kind) && extra_name::is_identifier(name))
}

/// Whether the keys of a record are the author's own: a map of the provider, and no block.
pub fn is_free(name: &str, kind: Kind) -> bool {
    kind == Kind::Container && name == "environment_variables"
}

/// A further disk at the place of the first.
fn first_disk(host: &Host, item: &Extra, out: &mut Vec<Diagnostic>) {
    let ExtraKind::Record(fields) = &item.kind else { return };
    let Some(field) = fields.iter().find(|field| field.name == "interface") else { return };
    if host.kind == Kind::Vm && field.value.kind == ExtraKind::Text("scsi0".to_owned()) {
        out.push(written(host, "disk", field, "`scsi0` is the machine's first disk: give this one another interface"));
    }
}

fn written(host: &Host, path: &str, field: &ExtraField, help: &str) -> Diagnostic {
    let message = format!("`{}.terraform.{path}` is arvc's to write", host.named.path);
    report(&CODE, message, &host.named, field.key, "follows from the site").help(help)
}
