//! What containers are made of besides cores, memory and their first disk: volumes, features, devices.

use arvc_site::model::Host;

use crate::hcl::Body;
use crate::terraform::guest;

/// Further volumes. The provider counts them by their order, which the site has checked to be that of their places.
pub fn mount_points(host: &Host, body: &mut Body) {
    for (index, disk) in host.disks.iter().enumerate() {
        if index == 0 {
            body.comment(
                "The provider makes the container anew when a volume is added, removed or resized, and all volumes with it.",
            );
        }
        body.block("mount_point", |body| {
            body.set("volume", disk.datastore.as_str())
                .set("size", format!("{}G", guest::gibibytes(disk.size)))
                .set_some("path", disk.mount.as_ref().map(|mount| mount.value.clone()))
                .set("backup", disk.backup)
                .set_some("read_only", disk.read_only.then_some(true))
                .set_some("replicate", (!disk.replicate).then_some(false));
        });
    }
}

/// `features`. Only what is true is written: Proxmox lets nobody but root@pam touch the others.
pub fn features(host: &Host, body: &mut Body) {
    let features = &host.features;
    let why = match features.keyctl || features.fuse || features.mknod || !features.mount.is_empty() {
        false => "systemd needs it. The other features are root@pam's to set.",
        true => "Nesting is systemd's. The other features are root@pam's to set, and a token of root does not do.",
    };
    body.comment(why).block("features", |body| {
        body.set("nesting", features.nesting)
            .set_some("keyctl", features.keyctl.then_some(true))
            .set_some("fuse", features.fuse.then_some(true))
            .set_some("mknod", features.mknod.then_some(true));
        if !features.mount.is_empty() {
            body.set("mount", features.mount.clone());
        }
    });
}

/// Devices of the node: what Nebula needs first, then those that the site says.
pub fn devices(host: &Host, overlay: bool, body: &mut Body) {
    const TUN: &str = "/dev/net/tun";
    if overlay {
        body.comment("For Nebula. Only the login root@pam may hand a device to a container, a token of root may not.")
            .block("device_passthrough", |device| {
                device.set("path", TUN).set("mode", "0666");
            });
    }
    for device in host.features.devices.iter().filter(|device| !(overlay && device.path == TUN)) {
        body.block("device_passthrough", |body| {
            body.set("path", device.path.as_str())
                .set("mode", device.mode.as_str())
                .set_some("uid", (device.uid > 0).then_some(device.uid))
                .set_some("gid", (device.gid > 0).then_some(device.gid));
        });
    }
}
