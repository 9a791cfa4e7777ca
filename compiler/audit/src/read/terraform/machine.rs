//! Virtual machines and containers: their devices in order, and the addresses that go with them.

use ipnet::IpNet;

use super::{Field, Scope};
use crate::place::Notes;
use crate::proxmox::{Nic, Proxmox, Setting};

/// Reads one machine.
pub(super) fn read(scope: Scope<'_>, container: bool, proxmox: &mut Proxmox, notes: &mut Notes) {
    proxmox.present = true;
    if scope.switch("template", false, notes).value == Ok(true) {
        return;
    }
    let vmid = match scope.number("vm_id", notes).0 {
        // Two could not have one number: repeated, it is there once or not at all, which is told.
        Field::Known(vmid) => {
            scope.repeated(notes);
            vmid
        }
        _ => {
            notes.unread(scope.place(), "a machine without a number of its own: which it is, is not said");
            return;
        }
    };
    let guest = proxmox.guest(scope.id(vmid));
    guest.place = Some(scope.place());
    guest.container = container;
    if let Field::Known(node) = scope.node(notes) {
        guest.node = Some(node);
    }
    let initialization = scope.block.blocks("initialization").next().map(|block| scope.inner(block));
    guest.name = match (container, initialization) {
        (true, Some(initialization)) => known(initialization.text("hostname", notes).0),
        (true, None) => None,
        (false, _) => known(scope.text("name", notes).0),
    };
    let kind = if container { "network_interface" } else { "network_device" };
    guest.gap = scope.generated(kind, notes);
    for (index, block) in scope.block.blocks(kind).enumerate() {
        let device = scope.inner(block);
        let bridge = match device.text("bridge", notes) {
            (Field::Known(bridge), place) => Setting { value: Ok(bridge), place },
            (Field::Absent, _) => Setting::default("vmbr0".to_owned()),
            (Field::Unknown(why), place) => Setting { value: Err(why), place },
        };
        let vlan =
            known(device.number("vlan_id", notes).0).and_then(|tag| u16::try_from(tag).ok()).filter(|tag| *tag > 0);
        let mut nic = Nic {
            index,
            name: format!("net{index}"),
            bridge,
            vlan,
            firewall: device.switch("firewall", false, notes),
            addresses: Vec::new(),
            gateways: Vec::new(),
            dhcp: false,
            device: if container { known(device.text("name", notes).0) } else { None },
            place: device.place(),
        };
        let config = initialization.and_then(|scope| Some(scope.inner(scope.block.blocks("ip_config").nth(index)?)));
        if let Some(config) = config {
            // Proxmox's cloud-init names them so, by their MAC addresses.
            nic.device.get_or_insert_with(|| format!("eth{index}"));
            for family in ["ipv4", "ipv6"] {
                let Some(block) = config.block.blocks(family).next() else { continue };
                address(config.inner(block), &mut nic, notes);
            }
        }
        guest.nics.push(nic);
    }
}

fn address(scope: Scope<'_>, nic: &mut Nic, notes: &mut Notes) {
    match scope.text("address", notes) {
        (Field::Known(text), place) => match (text.as_str(), text.parse::<IpNet>()) {
            ("dhcp" | "auto", _) => nic.dhcp = true,
            (_, Ok(net)) => nic.addresses.push(net),
            (_, Err(_)) => {
                notes.unread(place.unwrap_or_else(|| scope.place()), format!("the address {text}"));
                nic.dhcp = true;
            }
        },
        (Field::Unknown(_), _) => nic.dhcp = true,
        (Field::Absent, _) => {}
    }
    if let Field::Known(gateway) = scope.text("gateway", notes).0
        && let Ok(gateway) = gateway.parse()
    {
        nic.gateways.push(gateway);
    }
}

fn known<T>(field: Field<T>) -> Option<T> {
    if let Field::Known(value) = field { Some(value) } else { None }
}
