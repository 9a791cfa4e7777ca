//! What VMs are made of besides cores, memory and their first disk.

use arvc_site::model::{Arch, Bus, Host, Node, Slot};

use crate::hcl::{Body, Value};
use crate::terraform::scope::Scope;
use crate::terraform::{guest, mapping};

/// The machine itself: chipset and firmware. Nothing is written of what Proxmox does anyway.
pub fn machine(host: &Host, body: &mut Body) {
    let hardware = &host.hardware;
    body.set_some("machine", hardware.q35.then_some("q35")).set_some("bios", hardware.ovmf.then_some("ovmf"));
    // A further disk must not be tried before the first.
    if !host.disks.is_empty() {
        body.set("boot_order", vec!["scsi0".to_owned()]);
    }
}

/// The guest agent.
pub fn agent(host: &Host, body: &mut Body) {
    if !host.hardware.agent {
        body.comment(
            "Where the image has no agent, each refresh would wait for it. ACPI shuts the machine down as well.",
        )
        .block("agent", |agent| {
            agent.set("enabled", false);
        });
        return;
    }
    body.comment("For shutdown and consistent backups. Addresses are known, so nobody waits for it to tell them.")
        .block("agent", |agent| {
            agent.set("enabled", true).block("wait_for_ip", |wait| {
                wait.set("disabled", true);
            });
        });
}

/// `cpu` and `memory`.
pub fn processor(host: &Host, body: &mut Body) {
    let hardware = &host.hardware;
    body.block("cpu", |cpu| {
        cpu.set("cores", host.cores)
            .set_some("sockets", (hardware.sockets > 1).then_some(hardware.sockets))
            .set("type", hardware.cpu.as_str())
            .set_some("numa", hardware.numa.then_some(true));
    })
    .block("memory", |memory| {
        memory
            .set("dedicated", guest::mebibytes(host.memory))
            .set_some("floating", hardware.balloon.map(guest::mebibytes));
    });
}

/// Further disks, in the order of their places. The provider tells them apart by these.
pub fn disks(host: &Host, body: &mut Body) {
    for disk in &host.disks {
        body.block("disk", |body| {
            body.set("datastore_id", disk.datastore.as_str())
                .set("interface", disk.slot.to_string())
                .set("size", guest::gibibytes(disk.size))
                .set("discard", if disk.discard { "on" } else { "ignore" })
                .set_some("ssd", disk.ssd.then_some(true))
                .set_some("iothread", (disk.slot.bus != Bus::Sata).then_some(true))
                .set_some("backup", (!disk.backup).then_some(false))
                .set_some("replicate", (!disk.replicate).then_some(false));
        });
    }
}

/// The small disks that firmware and TPM keep their state on, where the first disk lies.
pub fn state(host: &Host, body: &mut Body) {
    let hardware = &host.hardware;
    if hardware.ovmf {
        body.block("efi_disk", |disk| {
            disk.set("datastore_id", host.datastore.as_str())
                .set("type", "4m")
                .set("pre_enrolled_keys", hardware.secure_boot);
        });
    }
    if hardware.tpm {
        body.block("tpm_state", |state| {
            state.set("datastore_id", host.datastore.as_str()).set("version", "v2.0");
        });
    }
}

/// Where the drive of cloud-init is attached, if not where Proxmox puts it: a VM on ARM has no IDE. It is the last place that no
/// disk has, so that a disk more does not move it.
pub fn cloud_init(node: &Node, host: &Host) -> Option<String> {
    let free = |place: &u32| !host.disks.iter().any(|disk| disk.slot == Slot { bus: Bus::Scsi, number: *place });
    let place = (1..Bus::Scsi.places()).rev().find(free).filter(|_| node.arch.value == Arch::Arm64)?;
    Some(format!("{}{place}", Bus::Scsi.name()))
}

/// Devices of the node, and the display.
pub fn devices(scope: &Scope, host: &Host, body: &mut Body) {
    let named = |name: &str, usb| match mapping::reference(scope, name, usb) {
        Some(mapping) => Value::from(mapping.field("name")),
        None => name.into(),
    };
    for device in &host.hardware.pci {
        body.block("hostpci", |body| {
            body.set("device", format!("hostpci{}", device.slot))
                .set("mapping", named(&device.mapping.value, false))
                .set("pcie", device.pcie)
                .set("rombar", device.rombar)
                .set_some("xvga", device.primary.then_some(true))
                .set_some("mdev", device.mdev.clone());
        });
    }
    for device in &host.hardware.usb {
        body.comment(format!("usb{}", device.slot)).block("usb", |body| {
            body.set("mapping", named(&device.mapping.value, true)).set("usb3", device.usb3);
        });
    }
    if let Some(vga) = &host.hardware.vga {
        body.block("vga", |body| {
            body.set("type", vga.as_str());
        });
    }
}

/// When a guest of either kind starts and stops with its node.
pub fn startup(host: &Host, body: &mut Body) {
    let startup = &host.startup;
    if !startup.is_stated() {
        return;
    }
    body.block("startup", |body| {
        body.set_some("order", startup.order)
            .set_some("up_delay", startup.up_delay)
            .set_some("down_delay", startup.down_delay);
    });
}
