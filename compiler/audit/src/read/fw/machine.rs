//! The configuration of a machine, `VMID.conf`.

use std::collections::HashMap;

use ipnet::IpNet;

use crate::place::{Notes, Place};
use crate::proxmox::{Id, Nic, Proxmox, Setting};

/// The configuration of a machine: its name, its devices, their addresses.
pub(super) fn read(
    (id, node, container): (Id, Option<String>, bool),
    text: &str,
    file: u32,
    proxmox: &mut Proxmox,
    notes: &mut Notes,
) {
    let guest = proxmox.guest(id);
    guest.place = Some(Place { file, line: 1 });
    guest.node = node;
    guest.container = container;
    let mut configured: HashMap<usize, HashMap<String, String>> = HashMap::new();
    // Sections behind the first are snapshots of it.
    let own = text.lines().map(str::trim).take_while(|line| !line.starts_with('['));
    for (line, text) in (1..).zip(own).filter(|(_, line)| !line.starts_with('#')) {
        let Some((key, value)) = text.split_once(':') else { continue };
        let (key, value) = (key.trim(), value.trim());
        let fields = || {
            value
                .split(',')
                .filter_map(|part| part.split_once('='))
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
                .collect()
        };
        match key {
            "name" | "hostname" => guest.name = Some(value.to_owned()),
            _ => {
                if let Some(index) = key.strip_prefix("ipconfig").and_then(|index| index.parse().ok()) {
                    configured.insert(index, fields());
                } else if let Some(index) = key.strip_prefix("net").and_then(|index| index.parse().ok()) {
                    let place = Place { file, line };
                    guest.nics.push(nic(index, &fields(), place, notes));
                }
            }
        }
    }
    guest.nics.sort_by_key(|nic| nic.index);
    for nic in &mut guest.nics {
        if let Some(fields) = configured.get(&nic.index) {
            nic.device.get_or_insert_with(|| format!("eth{}", nic.index));
            addresses(fields, nic);
        }
    }
}

fn nic(index: usize, fields: &HashMap<String, String>, place: Place, notes: &mut Notes) -> Nic {
    let bridge = match fields.get("bridge") {
        Some(bridge) => Ok(bridge.clone()),
        None => Err(notes.unread(place, "a device without a bridge")),
    };
    let mut nic = Nic {
        index,
        name: format!("net{index}"),
        bridge: Setting { value: bridge, place: Some(place) },
        vlan: fields.get("tag").and_then(|tag| tag.parse().ok()),
        firewall: Setting { value: Ok(fields.get("firewall").is_some_and(|value| value == "1")), place: Some(place) },
        addresses: Vec::new(),
        gateways: Vec::new(),
        dhcp: false,
        device: fields.get("name").cloned(),
        place,
    };
    addresses(fields, &mut nic);
    nic
}

fn addresses(fields: &HashMap<String, String>, nic: &mut Nic) {
    for key in ["ip", "ip6"] {
        match fields.get(key).map(String::as_str) {
            Some("dhcp" | "auto") => nic.dhcp = true,
            Some(text) => nic.addresses.extend(text.parse::<IpNet>()),
            None => {}
        }
    }
    nic.gateways.extend(["gw", "gw6"].iter().filter_map(|key| fields.get(*key)?.parse::<std::net::IpAddr>().ok()));
}
