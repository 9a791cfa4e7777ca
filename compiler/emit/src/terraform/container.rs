//! Containers.

use arvc_site::model::{Arch, Kind};

use crate::hcl::{Body, fixed};
use crate::terraform::name::{self, kind};
use crate::terraform::scope::{Guest, Scope};
use crate::terraform::{Folder, extra, guest, hardware, image, setup, vm, volumes};

/// Adds the file.
pub fn emit(scope: &Scope, folder: &mut Folder) {
    let mut file = Body::new();
    for guest in scope.guests_of(Kind::Container) {
        let name = name::resource(&guest.host.named.name);
        file.resource(&fixed(kind::CONTAINER), &name, |body| container(scope, guest, body));
        // `pool_id` of a container replaces it when it changes, a membership does not.
        file.resource(&fixed(kind::POOL_MEMBERSHIP), &name, |body| {
            body.set("pool_id", name::reference(kind::POOL, &fixed("guests")).field("pool_id"))
                .set("vm_id", guest.vmid)
                .block("lifecycle", |lifecycle| {
                    let id = name::reference(kind::CONTAINER, &name).field("id");
                    lifecycle.set("replace_triggered_by", vec![id]);
                });
        });
    }
    folder.file("containers.tf", vm::head(scope, Kind::Container), &file);
}

fn container(scope: &Scope, guest: &Guest, body: &mut Body) {
    let host = guest.host;
    body.set_some("description", host.named.description.clone())
        .set("vm_id", guest.vmid)
        .set("node_name", guest.node.named.name.as_str())
        .set("tags", guest::tags(scope, guest))
        .gap()
        .set("started", guest::runs(guest))
        .set("start_on_boot", host.boot && guest::runs(guest))
        .set("protection", host.protect)
        .set("unprivileged", host.features.unprivileged);
    if guest::is_clone(scope, guest) {
        body.comment(
            "A clone starts with its template's disk, which the next apply grows to the size below, and keeps its \
             template's keys.",
        );
    }
    image::clone(scope, guest, body);
    body.block("cpu", |cpu| {
        // The provider's own word for it is that of x86, whatever the node is.
        let arch = guest.node.arch.value;
        cpu.set_some("architecture", (arch != Arch::Amd64).then(|| arch.name())).set("cores", host.cores);
    })
    .block("memory", |memory| {
        memory.set("dedicated", guest::mebibytes(host.memory)).set("swap", guest::mebibytes(host.features.swap));
    })
    .block("disk", |disk| {
        disk.set("datastore_id", host.datastore.as_str()).set("size", guest::gibibytes(host.disk));
    });
    volumes::mount_points(host, body);
    volumes::features(host, body);
    volumes::devices(host, scope.is_overlay_member(host), body);
    hardware::startup(host, body);
    for nic in &guest.nics {
        let index = nic.index;
        body.comment(format!("net{index}: {}", nic.network.named.path)).block("network_interface", |device| {
            device.set("name", nic.interface.device.as_str());
            guest::device(nic, device);
        });
    }
    body.block("initialization", |initialization| {
        initialization.set("hostname", host.named.name.as_str());
        guest::dns(scope, guest, initialization);
        guest::addresses(guest, initialization);
        if guest::takes_keys(scope, guest) {
            initialization.block("user_account", |account| {
                account.set("keys", setup::ssh_keys(scope));
            });
        }
    });
    if let Some(volume) = image::volume(scope, guest) {
        body.block("operating_system", |system| {
            system.set("template_file_id", volume).set("type", "debian");
        });
    }
    extra::arguments(guest, body);
    let before: Vec<_> = image::before(scope, guest).into_iter().chain(extra::depends_on(guest)).collect();
    if !before.is_empty() {
        body.gap().set("depends_on", before);
    }
    guest::lifecycle(scope, guest, body);
}
