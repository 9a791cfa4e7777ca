//! The plan of certificates: names, networks, groups.

use super::Edit;
use super::lines::{numbered, replaced};
use super::values;

/// Every change of the plan.
pub fn edits(text: &str) -> Vec<Edit> {
    let mut found = Vec::new();
    let (mut hosts, mut key) = (false, "");
    for (number, line) in numbered(text) {
        hosts |= line.trim_start().starts_with("\"hosts\"");
        let mut bare = line.trim().trim_end_matches(',');
        if let Some((name, rest)) = bare.split_once(": ") {
            key = name.trim_matches('"');
            bare = rest;
        }
        if !hosts {
            continue;
        }
        for item in bare.trim_matches(['[', ']']).split(", ").filter(|item| item.starts_with('"')) {
            let item = item.trim_matches('"');
            match key {
                "name" => found.push(replaced("name of a certificate", number, line, item, "somebody")),
                "groups" => found.push(replaced("group of a certificate", number, line, item, "nothing")),
                "networks" => {
                    let Some((address, length)) = item.split_once('/') else { continue };
                    if let Some(other) = values::bit(address) {
                        found.push(replaced("address of a certificate", number, line, address, &other));
                    }
                    let alone = if address.contains(':') { "/128" } else { "/32" };
                    let from = format!("{address}/{length}");
                    found.push(replaced("network of a certificate", number, line, &from, &format!("{address}{alone}")));
                }
                "unsafe_networks" => {
                    if let Some(other) = values::bit(item) {
                        found.push(replaced("networks behind a member", number, line, item, &other));
                    }
                }
                _ => {}
            }
        }
    }
    found
}
