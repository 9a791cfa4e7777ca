//! The guests: the addresses that they may use, the groups that they take, their switch.

use arvc_reach::{Addresses, answered_for};
use arvc_site::model::Kind;
use ipnet::IpNet;

use crate::hcl::{Body, Reference, fixed};
use crate::terraform::Folder;
use crate::terraform::firewall::group::Groups;
use crate::terraform::firewall::rule::{cidr, comment};
use crate::terraform::firewall::{forward, options};
use crate::terraform::name::{self, kind};
use crate::terraform::scope::{Guest, Scope};

const HEAD: &str = "For each guest: the addresses that it may use, the groups that it takes, and its switch, which comes last. Proxmox \
     deletes all of it with the guest and the provider does not notice: replace_triggered_by makes it anew for the new \
     machine. It names .id, which changes with the machine alone; the machine itself changes with every tag.";

/// Adds the file.
pub fn emit(scope: &Scope, groups: &Groups, folder: &mut Folder) {
    let mut file = Body::new();
    for guest in &scope.guests {
        let filters = filters(scope, guest, &mut file);
        rules(scope, groups, guest, &mut file);
        switch(guest, filters, &mut file);
    }
    folder.file("firewall_guests.tf", HEAD, &file);
}

/// One set of addresses a device, by a name that Proxmox knows. Without one a VM could take another's address.
fn filters(scope: &Scope, guest: &Guest, file: &mut Body) -> Vec<Reference> {
    let mut list = Vec::new();
    for nic in &guest.nics {
        let index = nic.index;
        let resource = name::part(&guest.host.named.name, &format!("net{index}"));
        file.resource(&fixed(kind::IPSET), &resource, |body| {
            options::target(guest.host.kind, &guest.node.named.name, guest.vmid, body);
            body.set("name", format!("ipfilter-net{index}")).set(
                "comment",
                comment(&format!("Addresses of {} on {}", guest.host.named.name, nic.network.named.path)),
            );
            let mut own: Vec<IpNet> = nic.interface.addresses().map(|address| address.value.into()).collect();
            own.sort_unstable();
            for address in own {
                body.block("cidr", |entry| {
                    entry.set("name", cidr(&address));
                });
            }
            // What it may have to answer for is its own as well.
            for (prefix, purpose) in answered_for(scope.site, guest.id, nic.network_id) {
                body.block("cidr", |entry| {
                    entry.set("name", cidr(&prefix)).set("comment", comment(&purpose));
                });
            }
            // And what it sends in the name of others, as their router.
            let policy = scope.policies.of(guest.id);
            for (prefix, spared, purpose) in forward::sources(policy, &Addresses::new(scope.site), nic.network_id) {
                body.block("cidr", |entry| {
                    entry.set("name", cidr(&prefix)).set("comment", comment(&purpose));
                    if spared {
                        entry.set("nomatch", true);
                    }
                });
            }
            lifecycle(guest, body);
        });
        list.push(name::reference(kind::IPSET, &resource));
    }
    list
}

fn rules(scope: &Scope, groups: &Groups, guest: &Guest, file: &mut Body) {
    let policy = scope.policies.of_host[guest.id.index()];
    file.resource(&fixed(kind::FIREWALL_RULES), &name::resource(&guest.host.named.name), |body| {
        options::target(guest.host.kind, &guest.node.named.name, guest.vmid, body);
        for nic in &guest.nics {
            let index = nic.index;
            for group in groups.inserted(policy, nic.network_id) {
                body.block("rule", |rule| {
                    rule.set("security_group", name::reference(kind::SECURITY_GROUP, &group).field("name"))
                        .set("iface", format!("net{index}"));
                });
            }
        }
        lifecycle(guest, body);
    });
}

fn switch(guest: &Guest, mut before: Vec<Reference>, file: &mut Body) {
    let resource = name::resource(&guest.host.named.name);
    before.push(name::reference(kind::FIREWALL_RULES, &resource));
    file.resource(&fixed(kind::FIREWALL_OPTIONS), &resource, |body| {
        options::target(guest.host.kind, &guest.node.named.name, guest.vmid, body);
        let asks = guest.nics.iter().any(|nic| nic.interface.dhcp);
        options::closed(true, asks, body);
        body.gap().set("depends_on", before);
        lifecycle(guest, body);
    });
}

fn lifecycle(guest: &Guest, body: &mut Body) {
    let machine = if guest.host.kind == Kind::Container { kind::CONTAINER } else { kind::VM };
    let id = name::reference(machine, &name::resource(&guest.host.named.name)).field("id");
    body.block("lifecycle", |lifecycle| {
        lifecycle.set("replace_triggered_by", vec![id]);
    });
}
