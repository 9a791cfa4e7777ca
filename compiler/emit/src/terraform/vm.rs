//! Virtual machines.

use arvc_site::model::Kind;

use crate::hcl::{Body, fixed};
use crate::terraform::name::{self, kind};
use crate::terraform::scope::{Guest, Scope};
use crate::terraform::{Folder, extra, guest, hardware, image, setup};

/// Adds the file.
pub fn emit(scope: &Scope, folder: &mut Folder) {
    let mut file = Body::new();
    for guest in scope.guests_of(Kind::Vm) {
        file.resource(&fixed(kind::VM), &name::resource(&guest.host.named.name), |body| vm(scope, guest, body));
    }
    folder.file("guests.tf", head(scope, Kind::Vm), &file);
}

/// What the file of one kind of guests says of itself.
pub fn head(scope: &Scope, kind: Kind) -> &'static str {
    let from_file = scope.guests_of(kind).any(|guest| !guest::is_clone(scope, guest));
    match from_file {
        false => {
            "Addresses, and what lets Ansible log in. Everything else inside a guest is Ansible's, since a change of cloud-init \
             makes a machine reboot."
        }
        true => {
            "Addresses, and what lets Ansible log in. Everything else inside a guest is Ansible's, since a change of cloud-init \
             makes a machine reboot. A guest that is made from a file, and not from a closed template, filters nothing for \
             the seconds between its first start and its rules (firewall_guests.tf)."
        }
    }
}

fn vm(scope: &Scope, guest: &Guest, body: &mut Body) {
    let host = guest.host;
    body.set("name", host.named.name.as_str())
        .set_some("description", host.named.description.clone())
        .set("vm_id", guest.vmid)
        .set("node_name", guest.node.named.name.as_str())
        .set("pool_id", name::reference(kind::POOL, &fixed("guests")).field("pool_id"))
        .set("tags", guest::tags(scope, guest))
        .gap()
        .comment("Another node_name moves the machine. Without this the provider destroys it, disks and all.")
        .set("migrate", true)
        .gap()
        .set("started", guest::runs(guest))
        .set("on_boot", host.boot && guest::runs(guest))
        .set("protection", host.protect)
        .set("scsi_hardware", "virtio-scsi-single");
    hardware::machine(host, body);
    image::clone(scope, guest, body);
    hardware::agent(host, body);
    hardware::processor(host, body);
    body.block("disk", |disk| {
        disk.set("datastore_id", host.datastore.as_str())
            .set("interface", "scsi0")
            .set_some("import_from", image::volume(scope, guest))
            .set("size", guest::gibibytes(host.disk))
            .set("discard", "on")
            .set("iothread", true);
    });
    hardware::disks(host, body);
    hardware::state(host, body);
    hardware::devices(scope, host, body);
    hardware::startup(host, body);
    for (index, nic) in guest.slots().into_iter().enumerate() {
        match nic {
            Some(nic) => body.comment(format!("net{index}: {}", nic.network.named.path)),
            None => {
                body.comment(format!("net{index}: unplugged. A list has no gaps, and the others keep their places."))
            }
        }
        .block("network_device", |device| {
            match nic {
                Some(nic) => guest::device(nic, device),
                None => guest::unplugged(guest, device),
            }
            device.set("model", "virtio");
        });
    }
    body.block("initialization", |initialization| {
        initialization
            .set("datastore_id", host.datastore.as_str())
            .set_some("interface", hardware::cloud_init(guest.node, host));
        guest::dns(scope, guest, initialization);
        guest::addresses(guest, initialization);
        initialization.block("user_account", |account| {
            account.set("username", host.user.as_str()).set("keys", setup::ssh_keys(scope));
        });
    })
    .block("operating_system", |system| {
        system.set("type", host.hardware.os.as_str());
    });
    if host.hardware.serial {
        body.comment("Debian's cloud images panic without it when their disk has grown.")
            .block("serial_device", |_| {});
    }
    extra::arguments(guest, body);
    let before: Vec<_> = image::before(scope, guest).into_iter().chain(extra::depends_on(guest)).collect();
    if !before.is_empty() {
        body.gap().set("depends_on", before);
    }
    guest::lifecycle(scope, guest, body);
}
