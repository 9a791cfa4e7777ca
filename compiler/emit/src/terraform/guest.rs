//! What VMs and containers have in common.

use std::collections::BTreeSet;

use arvc_site::model::{Host, ImageSource, Kind, Status, Unmanaged};
use arvc_site::spelling::proxmox;

use crate::hcl::{Body, Reference, Value, fixed};
use crate::resolvers;
use crate::terraform::ha;
use crate::terraform::image;
use crate::terraform::scope::{Configured, Guest, Nic, Scope};

/// Bytes as whole mebibytes, rounded up: a machine never gets less than it asks for.
pub fn mebibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

/// Bytes as whole gibibytes, rounded up.
pub fn gibibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 30)
}

/// The tags of a guest: its groups and those that the site adds. Proxmox sorts and lower-cases tags, and a list in
/// any other form would differ from it for ever.
pub fn tags(scope: &Scope, guest: &Guest) -> Value {
    let groups = guest.host.groups.iter().map(|group| &scope.site.groups[group.index()].named.name);
    let own = guest.host.tags.iter().map(|tag| &tag.value);
    let tags: BTreeSet<String> = groups.chain(own).map(|tag| proxmox::tag(tag)).collect();
    tags.into_iter().collect::<Vec<_>>().into()
}

/// Whether a guest is meant to run.
pub fn runs(guest: &Guest) -> bool {
    guest.host.status == Status::Present
}

/// The `dns` block. Without one a guest has the node's own resolvers.
pub fn dns(scope: &Scope, guest: &Guest, body: &mut Body) {
    body.block("dns", |dns| {
        let servers: Vec<String> = resolvers::of(scope.site, guest.host).iter().map(ToString::to_string).collect();
        dns.set("domain", scope.site.domain.as_str()).set("servers", servers);
    });
}

/// One `ip_config` block a network device, in the same order: Proxmox pairs them by it. It holds one address of each family;
/// what a guest has besides, Ansible adds.
pub fn addresses(guest: &Guest, body: &mut Body) {
    for nic in guest.slots() {
        body.block("ip_config", |config| {
            for Configured { address, gateway, asks } in nic.iter().flat_map(|nic| &nic.configured) {
                let family = if address.addr().is_ipv4() { "ipv4" } else { "ipv6" };
                config.block(family, |body| {
                    // A server hands out the router as well.
                    match asks {
                        true => body.set("address", "dhcp"),
                        false => body
                            .set("address", address.to_string())
                            .set_some("gateway", gateway.map(|gateway| gateway.to_string())),
                    };
                });
            }
        });
    }
}

/// What the device is on, and whether it is filtered: it always is.
pub fn device(nic: &Nic, body: &mut Body) {
    body.set("bridge", nic.bridge)
        .set_some("vlan_id", nic.vlan.map(u32::from))
        .set_some("mac_address", nic.interface.mac.map(mac))
        .set_some("mtu", nic.network.mtu)
        .set("firewall", true);
}

/// A device that is there so that the next ones keep their places. What it is on does not matter.
pub fn unplugged(guest: &Guest, body: &mut Body) {
    body.set_some("bridge", guest.nics.first().map(|nic| nic.bridge)).set("disconnected", true).set("firewall", true);
}

/// Proxmox writes MAC addresses in upper case, and the provider compares letters.
fn mac(octets: [u8; 6]) -> String {
    octets.map(|octet| format!("{octet:02X}")).join(":")
}

/// Whether keys are handed to a new guest. A container's clone has those of its template: Proxmox takes keys where a
/// container is made from a file, and refuses the change that the provider would send after cloning.
pub fn takes_keys(scope: &Scope, guest: &Guest) -> bool {
    guest.host.kind != Kind::Container || !is_clone(scope, guest)
}

/// Whether a guest is cloned from a template.
pub fn is_clone(scope: &Scope, guest: &Guest) -> bool {
    scope.image(guest).is_some_and(|image| matches!(image.source, ImageSource::Template { .. }))
}

/// The `lifecycle` block. Each ignored field says why.
pub fn lifecycle(scope: &Scope, guest: &Guest, body: &mut Body) {
    let (host, keys, moves) = (guest.host, takes_keys(scope, guest), ha::moves(guest));
    let once = image::made_once(scope, guest);
    if !keys && !host.protect && host.unmanaged.is_empty() && !moves && once.is_none() {
        return;
    }
    body.block("lifecycle", |lifecycle| {
        if host.protect {
            lifecycle.comment("protect = true: a plan that would replace it fails.").set("prevent_destroy", true);
        }
        let mut ignored: Vec<Reference> = Vec::new();
        if keys {
            ignored.push(path("initialization").index(0).field("user_account"));
        }
        for field in &host.unmanaged {
            for argument in arguments(host, field.value).iter().map(|argument| path(argument)) {
                // Two fields may be written into one argument.
                if !ignored.contains(&argument) {
                    ignored.push(argument);
                }
            }
        }
        if moves && !ignored.contains(&path("node_name")) {
            ignored.push(path("node_name"));
        }
        let once = once.filter(|_| !ignored.contains(&path("clone")));
        let cloned = once.is_some();
        ignored.extend(once);
        if ignored.is_empty() {
            return;
        }
        if host.protect {
            lifecycle.gap();
        }
        if keys {
            lifecycle.comment(
                "Keys matter at the first boot alone. Later ones are Ansible's: here they would reboot or replace.",
            );
        }
        if moves {
            lifecycle.comment("The HA manager moves it: a plan that brought it back would work against that.");
        }
        if cloned {
            lifecycle.comment("Where its template lay matters when it is made: a change would replace it.");
        }
        if !host.unmanaged.is_empty() {
            let names: Vec<&str> = host.unmanaged.iter().map(|field| field.value.name()).collect();
            lifecycle.comment(format!(
                "unmanaged = {}: set for a new guest and left as it is from then on, so what is declared of it may not be \
                 so.",
                names.join(", ")
            ));
        }
        match keys && host.unmanaged.is_empty() && !moves && !cloned {
            true => lifecycle.set("ignore_changes", Value::Fixed("[initialization[0].user_account]")),
            false => lifecycle.set("ignore_changes", ignored),
        };
    });
}

fn path(argument: &'static str) -> Reference {
    Reference::new(&fixed(argument))
}

/// The arguments of a guest's resource that a field of the site is written into.
fn arguments(host: &Host, field: Unmanaged) -> &'static [&'static str] {
    match (field, host.kind) {
        (Unmanaged::Boot, Kind::Container) => &["start_on_boot"],
        (Unmanaged::Boot, _) => &["on_boot"],
        (Unmanaged::Cores, _) => &["cpu"],
        (Unmanaged::Description, _) => &["description"],
        (Unmanaged::Disk, _) => &["disk"],
        (Unmanaged::Disks, Kind::Container) => &["mount_point"],
        (Unmanaged::Disks, _) => &["disk"],
        (Unmanaged::Features, _) => &["features", "device_passthrough"],
        (Unmanaged::Hardware, _) => {
            &["agent", "bios", "efi_disk", "hostpci", "machine", "operating_system", "tpm_state", "usb", "vga"]
        }
        (Unmanaged::Image, Kind::Container) => &["clone", "operating_system"],
        (Unmanaged::Image, _) => &["clone"],
        (Unmanaged::Memory, _) => &["memory"],
        (Unmanaged::Node, _) => &["node_name"],
        (Unmanaged::Startup, _) => &["startup"],
        (Unmanaged::Status, _) => &["started"],
        (Unmanaged::Tags, _) => &["tags"],
    }
}
