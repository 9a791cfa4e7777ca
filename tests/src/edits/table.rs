//! Tables of nftables: sources, ports, devices, protocols, verdicts, policies, rules that go. What a table says of containers of the
//! machine stays, since nothing comes from there.

use super::Edit;
use super::lines::{numbered, removed, replaced};
use super::values;

/// Every change of a file.
pub fn edits(text: &str) -> Vec<Edit> {
    let mut found = Vec::new();
    for (number, line) in numbered(text) {
        let bare = line.trim();
        if let Some(policy) = bare.strip_prefix("type filter hook ").and_then(|rest| rest.split("policy ").nth(1)) {
            let policy = policy.trim_end_matches(';');
            let other = if policy == "drop" { "accept" } else { "drop" };
            let from = format!("policy {policy}");
            found.push(replaced("policy of a table", number, line, &from, &format!("policy {other}")));
        }
        let ends = bare.ends_with(" accept") || bare.ends_with(" masquerade");
        if ends && !bare.contains("iifkind") && !bare.starts_with("iif ") {
            rule(number, line, bare, &mut found);
        }
    }
    found
}

fn rule(number: usize, line: &str, bare: &str, found: &mut Vec<Edit>) {
    let words: Vec<&str> = bare.split_whitespace().collect();
    for pair in words.windows(2) {
        let (key, value) = (pair[0], pair[1]);
        let mut put = |kind, to: &str| {
            found.push(replaced(kind, number, line, &format!("{key} {value}"), &format!("{key} {to}")));
        };
        match key {
            "saddr" | "daddr" => {
                if let Some(other) = values::bit(value) {
                    put(if key == "saddr" { "source of a table" } else { "destination of a table" }, &other);
                }
            }
            "proto-dst" | "dport" => {
                for other in values::ports(value) {
                    put("port of a table", &other);
                }
            }
            "iifname" | "oifname" if value.starts_with('"') => put("device of a table", "\"eth7\""),
            "l4proto" if matches!(value, "tcp" | "udp") => {
                put("protocol of a table", if value == "tcp" { "udp" } else { "tcp" });
            }
            _ => {}
        }
    }
    if bare.ends_with(" accept") {
        found.push(replaced("verdict of a table", number, line, " accept", " drop"));
    }
    found.push(removed("table rule that goes", number, line));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_of_a_rule_and_each_policy_is_a_change() {
        let text = "\t\ttype filter hook input priority filter - 10; policy drop;\n\
                    \t\tiif \"lo\" accept\n\
                    \t\tiifname \"eth0\" ip saddr 10.0.0.1 meta l4proto tcp ct original proto-dst 22 accept\n\
                    \t\tiifname \"nebula1\" oifname \"eth1\" masquerade\n";
        let kinds: Vec<(usize, &str)> = edits(text).iter().map(|edit| (edit.line, edit.kind)).collect();
        let expected = [
            (1, "policy of a table"),
            (3, "device of a table"),
            (3, "source of a table"),
            (3, "protocol of a table"),
            (3, "port of a table"),
            (3, "verdict of a table"),
            (3, "table rule that goes"),
            (4, "device of a table"),
            (4, "device of a table"),
            (4, "table rule that goes"),
        ];
        assert_eq!(kinds, expected);
        assert!(edits(text)[0].after.ends_with("policy accept;\n"));
    }
}
