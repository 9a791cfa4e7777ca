//! Terraform: switches, flags of devices, options, rules, sets, aliases.

use super::Edit;
use super::lines::{numbered, removed, replaced, swapped};
use super::values;

/// A rule of a list: its lines, and the number of the first.
struct Block<'a> {
    line: usize,
    text: &'a str,
}

/// Every change of a file.
pub fn edits(text: &str) -> Vec<Edit> {
    let mut found = Vec::new();
    let mut resource = "";
    let mut block = "";
    for (number, line) in numbered(text) {
        if let Some(rest) = line.strip_prefix("resource \"") {
            resource = rest.split('"').next().unwrap_or("");
            block = "";
        } else if line.starts_with("  ") && line.trim_end().ends_with('{') && !line.starts_with("    ") {
            block = line.trim().trim_end_matches(" {");
        } else if line.starts_with("  }") {
            block = "";
        } else if let Some((key, value)) = line.split_once(" = ") {
            attribute(resource, block, key.trim(), value.trim(), number, line, &mut found);
        }
    }
    for list in rules(text) {
        for rule in &list {
            found.push(removed("rule that goes", rule.line, rule.text));
            let disabled = rule.text.replacen("rule {\n", "rule {\n    enabled = false\n", 1);
            let (line, before) = (rule.line, rule.text.to_owned());
            found.push(Edit { kind: "rule that is disabled", file: String::new(), line, before, after: disabled });
        }
        for pair in list.windows(2) {
            let action = |rule: &Block<'_>| rule.text.lines().find(|line| line.contains(" action ")).map(str::to_owned);
            if action(&pair[0]) != action(&pair[1]) {
                found.push(swapped("order of rules", pair[0].line, pair[0].text, pair[1].text));
            }
        }
    }
    found
}

fn attribute(resource: &str, block: &str, key: &str, value: &str, number: usize, line: &str, found: &mut Vec<Edit>) {
    let kind = resource.trim_start_matches("proxmox_virtual_environment_").trim_start_matches("proxmox_");
    let mut put = |name, from: &str, to: &str| found.push(replaced(name, number, line, from, to));
    let plain = value.trim_matches('"');
    match (kind, block, key) {
        ("cluster_firewall", "", "enabled") => put("switch of the data centre", "true", "false"),
        ("node_firewall", "", "enabled") => put("switch of a node", "true", "false"),
        ("firewall_options", "", "enabled") => put("switch of a guest", "true", "false"),
        ("vm" | "container", "network_device" | "network_interface", "firewall") => {
            put("flag of a device", "true", "false");
        }
        ("vm" | "container", "network_device" | "network_interface", "bridge") => {
            put("bridge of a device", plain, "vmbr9");
        }
        ("cluster_firewall", "", "input_policy") => put("policy of the nodes", "DROP", "ACCEPT"),
        ("cluster_firewall", "", "output_policy") => put("policy of the nodes", "ACCEPT", "DROP"),
        ("firewall_options", "", "input_policy" | "output_policy") => {
            let inward = key == "input_policy";
            put(if inward { "policy of a guest" } else { "policy of a guest, out" }, "DROP", "ACCEPT");
            put("policy of a guest, rejecting", "DROP", "REJECT");
        }
        ("firewall_options", "", "dhcp") => put("option dhcp", value, flip(value)),
        ("firewall_options", "", "ndp") => put("option ndp", value, flip(value)),
        ("firewall_options", "", "radv") => put("option radv", value, flip(value)),
        ("firewall_options", "", "macfilter") => put("option macfilter", value, flip(value)),
        ("firewall_options", "", "ipfilter") => put("option ipfilter", value, flip(value)),
        (_, "rule", "source" | "dest") if !plain.starts_with('+') => {
            let name = if key == "source" { "source of a rule" } else { "destination of a rule" };
            let first = plain.split(',').next().unwrap_or("");
            if let Some(other) = values::bit(first) {
                put(name, first, &other);
            }
        }
        (_, "rule", "dport") => {
            for other in values::ports(plain) {
                put("port of a rule", plain, &other);
            }
        }
        (_, "rule", "proto") => put("protocol of a rule", plain, if plain == "tcp" { "udp" } else { "tcp" }),
        (_, "rule", "macro") => put("macro of a rule", plain, "SSH"),
        (_, "rule", "type") => put("direction of a rule", plain, if plain == "in" { "out" } else { "in" }),
        (_, "rule", "action") => {
            put("action of a rule", plain, if plain == "ACCEPT" { "DROP" } else { "ACCEPT" });
            if plain == "DROP" {
                put("action of a rule, rejecting", plain, "REJECT");
            }
        }
        (_, "rule", "iface") => put("device of a rule", plain, if plain == "net0" { "net1" } else { "net0" }),
        (_, "rule", "security_group") => put("group of a rule", value, "\"arvc-gone\""),
        ("firewall_ipset", "cidr", "name") => {
            if let Some(other) = values::bit(plain) {
                put("address of a set", plain, &other);
                found.push(replaced(
                    "address of a set, excluded",
                    number,
                    line,
                    line,
                    &format!("{line}    nomatch = true\n"),
                ));
            }
        }
        ("firewall_alias", "", "cidr") => {
            if let Some(other) = values::bit(plain) {
                put("alias", plain, &other);
            }
        }
        _ => {}
    }
}

fn flip(value: &str) -> &'static str {
    if value == "true" { "false" } else { "true" }
}

/// The rules of each list, in order.
fn rules(text: &str) -> Vec<Vec<Block<'_>>> {
    let mut lists = vec![Vec::new()];
    let mut offset = 0;
    let mut open = None;
    for (number, line) in numbered(text) {
        if line.starts_with("resource ") {
            lists.push(Vec::new());
        }
        if line == "  rule {\n" {
            open = Some((number, offset));
        }
        offset += line.len();
        if line == "  }\n"
            && let Some((first, start)) = open.take()
        {
            lists.last_mut().expect("a list").push(Block { line: first, text: with_gap(text, start, offset) });
        }
    }
    lists
}

/// The lines of a block, with the empty one behind it.
fn with_gap(text: &str, start: usize, end: usize) -> &str {
    let end = if text[end..].starts_with('\n') { end + 1 } else { end };
    &text[start..end]
}
