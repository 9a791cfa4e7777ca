//! `/etc/network/interfaces`: the addresses of a machine's devices, and what the commands of a node translate when one comes up.

use std::net::IpAddr;

use super::iptables::{Tables, split};
use crate::filter::Filter;
use crate::place::{Notes, Place};

/// Whether a file is one, by its name and its text.
pub(crate) fn is(path: &str, text: &str) -> bool {
    let mut parts = path.rsplit('/');
    let (name, folder) = (parts.next(), parts.next());
    (name == Some("interfaces") || folder == Some("interfaces.d"))
        && text.lines().any(|line| ["iface", "auto"].contains(&line.split_whitespace().next().unwrap_or_default()))
}

/// The addresses that it gives to devices, with these. `address` belongs to the `iface` above it (interfaces(5)).
pub(crate) fn addresses(text: &str) -> Vec<(String, IpAddr)> {
    let (mut found, mut device) = (Vec::new(), None);
    for line in text.lines() {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("iface"), name) => device = name.map(str::to_owned),
            (Some("auto" | "mapping" | "source" | "source-directory"), _) => device = None,
            (Some("address"), Some(text)) => {
                let address = text.split('/').next().and_then(|text| text.parse().ok());
                found.extend(device.clone().zip(address));
            }
            _ => {}
        }
    }
    found
}

/// Programs of which a line says nothing about packets.
const HARMLESS: &[&str] =
    &["echo", "sysctl", "ip", "bridge", "ethtool", "brctl", "true", "sleep", "ifconfig", "route", "modprobe"];

/// Reads one. Whether any of its commands is about packets.
pub(crate) fn read(text: &str, file: u32, tables: &mut Tables, notes: &mut Notes, filter: &mut Filter) {
    for (line, text) in (1..).zip(text.lines()) {
        let words = split(text.trim());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ["up" | "post-up" | "pre-up", command @ ..] = words.as_slice() else { continue };
        let place = Place { file, line };
        let Some((program, rest)) = command.split_first() else { continue };
        let shell = command.iter().any(|word| word.contains(['$', '|', ';', '&', '`']));
        match program.rsplit('/').next().unwrap_or_default() {
            _ if shell && command.iter().any(|word| word.contains("tables") || word.contains("nft")) => {
                notes.unread(place, format!("a command of the shell: {}", command.join(" ")));
            }
            "iptables" | "iptables-nft" | "iptables-legacy" => tables.command(rest, false, place, notes, filter),
            "ip6tables" | "ip6tables-nft" | "ip6tables-legacy" => tables.command(rest, true, place, notes, filter),
            name if HARMLESS.contains(&name) => {}
            _ => drop(notes.unread(place, format!("what a command does to packets: {}", command.join(" ")))),
        }
    }
}
