//! Disks, firmware, devices, features, and the order in which guests start.

use arvc_lang::data::{DataId, Field};
use arvc_syntax::source::Span;

use super::Decoder;
use crate::checks::{
    device_mapping, device_passthrough, disk_place, foreign_hardware, hardware, hardware_conflict, hardware_of_arm,
    invalid_datastore,
};
use crate::model::{Device, Disk, Features, Hardware, Host, Kind, Named, Pci, Spanned, Startup, Usb};
use crate::origins::HostOrigin;
use crate::read::put;

/// The fields of a machine that this file reads. They are read once its kind is known.
#[derive(Clone, Copy, Default)]
pub(super) struct Written {
    pub(super) disks: Option<DataId>,
    pub(super) hardware: Option<Field>,
    pub(super) features: Option<Field>,
    pub(super) startup: Option<Field>,
}

impl Written {
    /// Takes a field of a machine. Whether it is one of these.
    pub(super) fn take(&mut self, name: &str, field: &Field) -> bool {
        match name {
            "disks" => self.disks = Some(field.value),
            "hardware" => self.hardware = Some(*field),
            "features" => self.features = Some(*field),
            "startup" => self.startup = Some(*field),
            _ => return false,
        }
        true
    }
}

impl Decoder<'_> {
    /// Everything that a guest is made of besides its cores, its memory and its first disk.
    pub(super) fn made_of(&mut self, host: &mut Host, origin: &mut HostOrigin, written: Written) {
        let mut broken = false;
        if let Some(field) = written.startup {
            host.startup = self.startup(&host.named, field.value, &mut broken);
        }
        if let Some(field) = written.hardware {
            host.hardware = self.hardware(&host.named, field.value, host.memory, &mut broken);
            let fields = self.read.record(field.value).unwrap_or_default();
            let stated = fields.iter().filter(|field| self.read.is_stated(field)).filter_map(|field| {
                let name = hardware_of_arm::FIELDS.iter().find(|name| **name == self.read.name(field.name))?;
                Some((*name, self.read.span(field.value)))
            });
            origin.hardware = stated.collect();
        }
        if let Some(field) = written.features {
            host.features = self.features(&host.named, field.value, &mut broken);
        }
        if let Some(id) = written.disks
            && !origin.kind_failed
        {
            self.disks(host, id, origin, &mut broken);
        }
        host.broken |= broken;
        if origin.kind_failed {
            return;
        }
        let stated = |name, field: Option<Field>| {
            let field = field.filter(|field| self.read.is_stated(field))?;
            Some((name, field.key))
        };
        let fields = [
            stated("hardware", written.hardware),
            stated("features", written.features),
            stated("startup", written.startup),
        ];
        let mut fields: Vec<_> = fields.into_iter().flatten().collect();
        if let (Kind::Machine, Some(id)) = (host.kind, written.disks)
            && self.read.record(id).is_some_and(|disks| !disks.is_empty())
        {
            fields.push(("disks", self.read.span(id)));
        }
        self.read.diagnostics.extend(foreign_hardware::check(&host.named, host.kind, &fields));
    }

    fn startup(&mut self, named: &Named, id: DataId, broken: &mut bool) -> Startup {
        let mut startup = Startup::default();
        for field in self.read.record(id).unwrap_or_default() {
            let span = self.read.span(field.value);
            match self.read.name(field.name) {
                "order" => {
                    let order = self.read.int(field.value);
                    let fine = order.filter(|order| (0..=9999).contains(order));
                    if let (Some(order), None) = (order, fine) {
                        let problem = hardware_conflict::outside(named, span, "as its order", order, 0, 9999);
                        self.read.diagnostics.push(problem);
                    }
                    put(&mut startup.order, fine.and_then(|order| u32::try_from(order).ok()).map(Some), broken);
                }
                "up_delay" => put(&mut startup.up_delay, self.delay(field.value).map(Some), broken),
                "down_delay" => put(&mut startup.down_delay, self.delay(field.value).map(Some), broken),
                _ => *broken = true,
            }
        }
        startup
    }

    /// A duration in whole seconds, which is what Proxmox counts in.
    fn delay(&self, id: DataId) -> Option<u32> {
        let seconds = self.read.duration(id)?.div_ceil(1000);
        Some(u32::try_from(seconds).unwrap_or(u32::MAX))
    }

    fn hardware(&mut self, named: &Named, id: DataId, memory: u64, broken: &mut bool) -> Hardware {
        let mut hardware = Hardware::default();
        let (mut secure, mut express) = (None, Vec::new());
        for field in self.read.record(id).unwrap_or_default() {
            let (value, span) = (field.value, self.read.span(field.value));
            let text = self.read.text(value);
            let known = |list: &[&str]| text.is_none_or(|text| list.contains(&text));
            let mut problem = None;
            match self.read.name(field.name) {
                "cpu" => {
                    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
                    if text.is_some_and(|text| text.is_empty() || !text.bytes().all(plain)) {
                        let label = "for example `x86-64-v2-AES`, `host`, `EPYC-Rome`";
                        problem = Some(("CPU type", label));
                    }
                    put(&mut hardware.cpu, text.map(str::to_owned), broken);
                }
                "sockets" => {
                    let sockets = self.read.int(value);
                    let fine =
                        sockets.and_then(|sockets| u32::try_from(sockets).ok()).filter(|it| (1..=16).contains(it));
                    if let (Some(sockets), None) = (sockets, fine) {
                        let problem = hardware_conflict::outside(named, span, "sockets", sockets, 1, 16);
                        self.read.diagnostics.push(problem);
                    }
                    put(&mut hardware.sockets, fine, broken);
                }
                "numa" => put(&mut hardware.numa, self.read.flag(value), broken),
                "balloon" => {
                    let size = self.read.size(value);
                    self.read.diagnostics.extend(size.and_then(|size| hardware::check_memory(named, size, span)));
                    if let Some(size) = size.filter(|size| *size > memory && memory > 0) {
                        let (least, most) = (size >> 20, memory >> 20);
                        let label = format!("it leaves {least}MiB, and the machine has {most}MiB");
                        let help = "write less than `memory`";
                        let problem = hardware_conflict::conflict(named, span, "this balloon", &label, help);
                        self.read.diagnostics.push(problem);
                    }
                    put(&mut hardware.balloon, size.map(Some), broken);
                }
                "machine" => put(&mut hardware.q35, self.read.tag(value).map(|tag| tag == "Q35"), broken),
                "firmware" => put(&mut hardware.ovmf, self.read.tag(value).map(|tag| tag == "Ovmf"), broken),
                "secure_boot" => {
                    let flag = self.read.flag(value);
                    secure = flag.filter(|flag| *flag).map(|_| span);
                    put(&mut hardware.secure_boot, flag, broken);
                }
                "tpm" => put(&mut hardware.tpm, self.read.flag(value), broken),
                "os" => {
                    const SYSTEMS: [&str; 13] = [
                        "l24", "l26", "other", "solaris", "w2k", "w2k3", "w2k8", "win7", "win8", "win10", "win11",
                        "wvista", "wxp",
                    ];
                    if !known(&SYSTEMS) {
                        problem = Some(("operating system", "for example `l26`, `win11`, `other`"));
                    }
                    put(&mut hardware.os, text.map(str::to_owned), broken);
                }
                "agent" => put(&mut hardware.agent, self.read.flag(value), broken),
                "serial" => put(&mut hardware.serial, self.read.flag(value), broken),
                "vga" => {
                    const DISPLAYS: [&str; 11] = [
                        "cirrus",
                        "none",
                        "qxl",
                        "qxl2",
                        "qxl3",
                        "qxl4",
                        "serial0",
                        "std",
                        "virtio",
                        "virtio-gl",
                        "vmware",
                    ];
                    if !known(&DISPLAYS) {
                        problem = Some(("display", "for example `std`, `virtio`, `qxl`, `serial0`, `none`"));
                    }
                    put(&mut hardware.vga, text.map(|text| Some(text.to_owned())), broken);
                }
                "pci" => express = self.pci(named, value, &mut hardware, broken),
                "usb" => self.usb(named, value, &mut hardware, broken),
                _ => *broken = true,
            }
            if let (Some((what, label)), Some(text)) = (problem, text) {
                self.read.diagnostics.push(hardware_conflict::unknown(named, span, what, text, label));
            }
        }
        if let (Some(span), false) = (secure, hardware.ovmf) {
            let (label, help) = ("SeaBIOS knows nothing of it", "write `firmware = Ovmf;`");
            self.read.diagnostics.push(hardware_conflict::conflict(named, span, "secure boot", label, help));
        }
        if let (Some(span), false) = (express.first(), hardware.q35) {
            let (label, help) = ("the i440FX has no PCI Express", "write `machine = Q35;`, or remove `pcie`");
            let what = "a device of PCI Express";
            self.read.diagnostics.push(hardware_conflict::conflict(named, *span, what, label, help));
        }
        hardware
    }

    /// The PCI devices. Gives the places where PCI Express is asked for.
    fn pci(&mut self, named: &Named, id: DataId, hardware: &mut Hardware, broken: &mut bool) -> Vec<Span> {
        let mut express = Vec::new();
        let mut primary = None;
        for entry in self.read.record(id).unwrap_or_default() {
            let slot = self.device_slot(named, "hostpci", 16, entry);
            let mut mapping = None;
            let mut device = Pci {
                slot: slot.unwrap_or(0),
                mapping: Spanned { value: String::new(), span: entry.key },
                pcie: false,
                primary: false,
                rombar: true,
                mdev: None,
            };
            for field in self.read.record(entry.value).unwrap_or_default() {
                let (value, span) = (field.value, self.read.span(field.value));
                match self.read.name(field.name) {
                    "mapping" => mapping = self.mapping_name(named, value),
                    "pcie" => {
                        put(&mut device.pcie, self.read.flag(value), broken);
                        express.extend(Some(span).filter(|_| device.pcie));
                    }
                    "primary" => {
                        put(&mut device.primary, self.read.flag(value), broken);
                        if device.primary && primary.replace(span).is_some() {
                            let (label, help) = ("another device is that already", "keep one");
                            let what = "two primary displays";
                            self.read.diagnostics.push(hardware_conflict::conflict(named, span, what, label, help));
                        }
                    }
                    "rombar" => put(&mut device.rombar, self.read.flag(value), broken),
                    "mdev" => put(&mut device.mdev, self.read.text(value).map(|text| Some(text.to_owned())), broken),
                    _ => *broken = true,
                }
            }
            match (slot, mapping) {
                (Some(_), Some(mapping)) => hardware.pci.push(Pci { mapping, ..device }),
                _ => *broken = true,
            }
        }
        hardware.pci.sort_by_key(|device| device.slot);
        express
    }

    fn usb(&mut self, named: &Named, id: DataId, hardware: &mut Hardware, broken: &mut bool) {
        for entry in self.read.record(id).unwrap_or_default() {
            let slot = self.device_slot(named, "usb", 4, entry);
            let (mut mapping, mut usb3) = (None, false);
            for field in self.read.record(entry.value).unwrap_or_default() {
                match self.read.name(field.name) {
                    "mapping" => mapping = self.mapping_name(named, field.value),
                    "usb3" => put(&mut usb3, self.read.flag(field.value), broken),
                    _ => *broken = true,
                }
            }
            match (slot, mapping) {
                (Some(slot), Some(mapping)) => hardware.usb.push(Usb { slot, mapping, usb3 }),
                _ => *broken = true,
            }
        }
        hardware.usb.sort_by_key(|device| device.slot);
    }

    fn device_slot(&mut self, named: &Named, prefix: &str, most: u32, entry: &Field) -> Option<u32> {
        match device_mapping::slot(named, prefix, most, self.read.name(entry.name), entry.key) {
            Ok(slot) => Some(slot),
            Err(problem) => {
                self.read.diagnostics.push(*problem);
                None
            }
        }
    }

    fn mapping_name(&mut self, named: &Named, id: DataId) -> Option<Spanned<String>> {
        let mapping = self.read.text(id)?.to_owned();
        let mapping = self.read.spanned(id, mapping);
        let problem = device_mapping::name(named, &mapping);
        let fine = problem.is_none();
        self.read.diagnostics.extend(problem);
        fine.then_some(mapping)
    }

    fn features(&mut self, named: &Named, id: DataId, broken: &mut bool) -> Features {
        let mut features = Features::default();
        let (mut keyctl, mut mknod) = (None, None);
        for field in self.read.record(id).unwrap_or_default() {
            let (value, span) = (field.value, self.read.span(field.value));
            match self.read.name(field.name) {
                "unprivileged" => put(&mut features.unprivileged, self.read.flag(value), broken),
                "nesting" => put(&mut features.nesting, self.read.flag(value), broken),
                "keyctl" => {
                    put(&mut features.keyctl, self.read.flag(value), broken);
                    keyctl = Some(span).filter(|_| features.keyctl);
                }
                "fuse" => put(&mut features.fuse, self.read.flag(value), broken),
                "mknod" => {
                    put(&mut features.mknod, self.read.flag(value), broken);
                    mknod = Some(span).filter(|_| features.mknod);
                }
                "mount" => {
                    for item in self.read.list(value).unwrap_or_default() {
                        let Some(text) = self.read.text(*item) else {
                            *broken = true;
                            continue;
                        };
                        if !matches!(text, "nfs" | "cifs") {
                            let (span, label) = (self.read.span(*item), "the provider knows `nfs` and `cifs`");
                            let what = "file system that a container may mount";
                            let problem = hardware_conflict::unknown(named, span, what, text, label);
                            self.read.diagnostics.push(problem);
                        }
                        features.mount.push(text.to_owned());
                    }
                    features.mount.sort();
                    features.mount.dedup();
                }
                "swap" => put(&mut features.swap, self.read.size(value), broken),
                "devices" => {
                    for item in self.read.list(value).unwrap_or_default() {
                        match self.device(named, *item) {
                            Some(device) => features.devices.push(device),
                            None => *broken = true,
                        }
                    }
                }
                _ => *broken = true,
            }
        }
        for (span, what) in [(keyctl, "`keyctl`"), (mknod, "`mknod`")] {
            if let (Some(span), false) = (span, features.unprivileged) {
                let (label, help) = ("only an unprivileged container needs it", "remove one of the two");
                self.read.diagnostics.push(hardware_conflict::conflict(named, span, what, label, help));
            }
        }
        features
    }

    fn device(&mut self, named: &Named, id: DataId) -> Option<Device> {
        let mut device = Device { path: String::new(), mode: String::new(), uid: 0, gid: 0 };
        let before = self.read.diagnostics.len();
        for field in self.read.record(id)? {
            let (value, span) = (field.value, self.read.span(field.value));
            match self.read.name(field.name) {
                "path" => {
                    device.path = self.read.text(value)?.to_owned();
                    self.read.diagnostics.extend(device_passthrough::path(named, &device.path, span));
                }
                "mode" => {
                    device.mode = self.read.text(value)?.to_owned();
                    self.read.diagnostics.extend(device_passthrough::mode(named, &device.mode, span));
                }
                "uid" => device.uid = self.owner(named, value)?,
                "gid" => device.gid = self.owner(named, value)?,
                _ => {}
            }
        }
        (self.read.diagnostics.len() == before).then_some(device)
    }

    fn owner(&mut self, named: &Named, id: DataId) -> Option<u32> {
        let number = self.read.int(id)?;
        let fine = u32::try_from(number).ok().filter(|number| *number <= 65_535);
        if fine.is_none() {
            let span = self.read.span(id);
            self.read.diagnostics.push(hardware_conflict::outside(named, span, "as an owner", number, 0, 65_535));
        }
        fine
    }

    fn disks(&mut self, host: &mut Host, id: DataId, origin: &mut HostOrigin, broken: &mut bool) {
        let Some(entries) = self.read.record(id) else {
            *broken = true;
            return;
        };
        if host.kind == Kind::Machine {
            return;
        }
        let mut disks = Vec::new();
        for entry in entries {
            let key = self.read.name(entry.name);
            let slot = match disk_place::slot(&host.named, host.kind, key, entry.key) {
                Ok(slot) => slot,
                Err(problem) => {
                    self.read.diagnostics.push(*problem);
                    *broken = true;
                    continue;
                }
            };
            match self.disk(host, slot, entry.value, origin) {
                Some(disk) => disks.push((disk, entry.key)),
                None => *broken = true,
            }
        }
        disks.sort_by_key(|(disk, _)| disk.slot);
        let (disks, keys): (Vec<_>, Vec<_>) = disks.into_iter().unzip();
        // What is numbered wrong because another one failed is no mistake of its own.
        if !*broken {
            disk_place::check(&host.named, host.kind, &disks, &keys, &mut self.read.diagnostics);
        }
        host.disks = disks;
    }

    fn disk(&mut self, host: &Host, slot: crate::model::Slot, id: DataId, origin: &mut HostOrigin) -> Option<Disk> {
        let mut disk = Disk {
            slot,
            size: 0,
            datastore: host.datastore.clone(),
            mount: None,
            ssd: false,
            discard: true,
            backup: true,
            replicate: true,
            read_only: false,
        };
        for field in self.read.record(id)? {
            let (value, span) = (field.value, self.read.span(field.value));
            match self.read.name(field.name) {
                "size" => {
                    disk.size = self.read.size(value)?;
                    self.read.diagnostics.extend(hardware::check_disk(&host.named, disk.size, span));
                }
                "datastore" => {
                    disk.datastore = self.read.text(value)?.to_owned();
                    self.read.diagnostics.extend(invalid_datastore::check(&disk.datastore, span));
                    origin.datastores.push((disk.datastore.clone(), span));
                }
                "mount" => {
                    let mount = self.read.text(value)?.to_owned();
                    disk.mount = Some(self.read.spanned(value, mount));
                }
                "ssd" => disk.ssd = self.read.flag(value)?,
                "discard" => disk.discard = self.read.flag(value)?,
                "backup" => disk.backup = self.read.flag(value)?,
                "replicate" => disk.replicate = self.read.flag(value)?,
                "read_only" => disk.read_only = self.read.flag(value)?,
                _ => {}
            }
        }
        Some(disk)
    }
}
