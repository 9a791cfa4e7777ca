//! Nebula: rules, lighthouses, relays, endpoints, its socket and device.

use super::Edit;
use super::lines::{numbered, removed, replaced};
use super::values;

/// Every change of a configuration.
pub fn edits(text: &str) -> Vec<Edit> {
    let mut found = Vec::new();
    let (mut section, mut list) = ("", "");
    let mut endpoint = "";
    for (number, line) in numbered(text) {
        if !line.starts_with([' ', '#', '-', '\n']) {
            section = line.trim().trim_end_matches(':');
            list = "";
        } else if line.starts_with("  ") && !line.starts_with("   ") && line.trim_end().ends_with(':') {
            list = line.trim().trim_end_matches(':');
            endpoint = list;
        }
        let bare = line.trim().trim_start_matches("- ");
        let (key, value) = bare.split_once(": ").unwrap_or((bare, ""));
        let plain = value.trim_matches('"');
        let mut put = |kind, from: &str, to: &str| found.push(replaced(kind, number, line, from, to));
        match (section, list, key) {
            ("firewall", _, "proto") => {
                put("protocol of an overlay rule", plain, if plain == "tcp" { "udp" } else { "tcp" })
            }
            ("firewall", _, "port") if plain == "any" => put("port of an overlay rule", "any", "1"),
            ("firewall", _, "port") => {
                for other in values::ports(plain) {
                    put("port of an overlay rule", plain, &other);
                }
            }
            ("firewall", _, "host") if plain == "any" => put("host of an overlay rule", "any", "nobody"),
            ("firewall", _, "host") => {
                put("host of an overlay rule", plain, "nobody");
                put("host of an overlay rule, anybody", plain, "any");
            }
            ("firewall", _, "group") => {
                put("group of an overlay rule", plain, "nothing");
                put(
                    "combination of groups",
                    line,
                    &line.replace(&format!("group: {value}"), &format!("groups: [{value}, \"nothing\"]")),
                );
                put("subjects of an overlay rule", line, &format!("{line}      host: \"any\"\n"));
            }
            ("firewall", _, "cidr" | "local_cidr") => {
                if let Some(other) = values::bit(plain) {
                    put(
                        if key == "cidr" { "remote network of an overlay rule" } else { "local network" },
                        plain,
                        &other,
                    );
                }
            }
            ("firewall", _, "default_local_cidr_any") => put("local networks by default", value, flip(value)),
            ("lighthouse", _, "am_lighthouse") => put("lighthouse", value, flip(value)),
            ("lighthouse", "local_allow_list", _) if value == "true" => {
                let net = key.trim_matches('"');
                if let Some(other) = values::bit(net) {
                    put("network that is told", net, &other);
                }
                put("network that is told, or not", "true", "false");
            }
            ("listen", _, "port") => {
                put("port of the socket", value, "4243");
                put("port of the socket, random", value, "0");
            }
            ("relay", _, "am_relay") => put("relay", value, flip(value)),
            ("relay", _, "use_relays") => put("use of relays", value, flip(value)),
            ("tun", _, "dev") => put("device of the overlay", plain, "nebula7"),
            ("tun", _, "disabled") => put("overlay that is off", value, flip(value)),
            _ => {}
        }
        if value.is_empty() && line.trim_start().starts_with("- \"") {
            let item = bare.trim_matches('"');
            match (section, list) {
                ("static_host_map", _) => {
                    if let Some((address, port)) = item.rsplit_once(':')
                        && let Some(other) = values::bit(address.trim_matches(['[', ']']))
                    {
                        let other = if other.contains(':') { format!("[{other}]") } else { other };
                        put("static map, address", address, &other);
                        put("static map, port", &format!(":{port}"), ":4243");
                    }
                }
                ("lighthouse", "hosts") => {
                    put("lighthouse that is asked", item, &values::bit(item).unwrap_or_default())
                }
                ("relay", "relays") => put("relay that is listed", item, &values::bit(item).unwrap_or_default()),
                ("lighthouse", "advertise_addrs") => {
                    put("address that is told", item, &item.replacen(":4242", ":4243", 1))
                }
                _ => {}
            }
        }
        if section == "static_host_map" && endpoint == list && line.starts_with("  \"") {
            let own = list.trim_matches('"');
            if let Some(other) = values::bit(own) {
                put("static map, member", own, &other);
            }
        }
    }
    found.retain(|edit| edit.before != edit.after);
    found.extend(rules(text));
    found
}

fn flip(value: &str) -> &'static str {
    if value == "true" { "false" } else { "true" }
}

/// Rules that go, one at a time.
fn rules(text: &str) -> Vec<Edit> {
    let lines: Vec<(usize, &str)> = numbered(text).collect();
    let begins = |line: &str| line.starts_with("    - proto:");
    let mut found = Vec::new();
    for (index, (number, line)) in lines.iter().enumerate() {
        if begins(line) {
            let rest = lines[index + 1..].iter().take_while(|(_, more)| more.starts_with("      "));
            let whole: String = std::iter::once(*line).chain(rest.map(|(_, more)| *more)).collect();
            found.push(removed("overlay rule that goes", *number, &whole));
        }
    }
    found
}
