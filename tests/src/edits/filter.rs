//! Files of iptables: sources, ports, devices, protocols, targets, states, policies, order; what a node translates.

use super::Edit;
use super::lines::{numbered, removed, replaced, swapped};
use super::values;

/// Every change of a file.
pub fn edits(text: &str) -> Vec<Edit> {
    let mut found = Vec::new();
    let lines: Vec<(usize, &str)> = numbered(text).collect();
    for (number, line) in &lines {
        let (number, line) = (*number, *line);
        if let Some(chain) = line.strip_prefix(":INPUT ").or(line.strip_prefix(":OUTPUT ")) {
            let policy = chain.split(' ').next().unwrap_or("");
            let inward = line.starts_with(":INPUT");
            let kind = if inward { "policy of a filter" } else { "policy of a filter, out" };
            found.push(replaced(kind, number, line, policy, if policy == "DROP" { "ACCEPT" } else { "DROP" }));
        }
        if line.starts_with("-A ") {
            rule(number, line, &mut found);
        }
    }
    for pair in lines.windows(2) {
        let ((number, first), (_, second)) = (pair[0], pair[1]);
        let target = |line: &str| line.trim_end().rsplit(" -j ").next().map(str::to_owned);
        if first.starts_with("-A ") && second.starts_with("-A ") && target(first) != target(second) {
            found.push(swapped("order of a filter", number, first, second));
        }
    }
    found
}

fn rule(number: usize, line: &str, found: &mut Vec<Edit>) {
    let words: Vec<&str> = line.split_whitespace().collect();
    for pair in words[1..].windows(2) {
        let (option, value) = (pair[0], pair[1]);
        let mut put = |kind, to: &str| {
            found.push(replaced(kind, number, line, &format!(" {option} {value}"), &format!(" {option} {to}")));
        };
        match option {
            "-s" | "-d" => {
                if let Some(other) = values::bit(value) {
                    put(if option == "-s" { "source of a filter" } else { "destination of a filter" }, &other);
                }
            }
            "--dport" | "--dports" => {
                for other in values::ports(value) {
                    put("port of a filter", &other);
                }
            }
            "-i" if value != "lo" => put("device of a filter", "eth7"),
            "-o" => put("device of a filter", "eth7"),
            "-p" if matches!(value, "tcp" | "udp") && line.contains(&format!("-m {value}")) => {
                let other = if value == "tcp" { "udp" } else { "tcp" };
                let tail = line.replace(&format!("-p {value}"), &format!("-p {other}"));
                let tail = tail.replace(&format!("-m {value}"), &format!("-m {other}"));
                found.push(replaced("protocol of a filter", number, line, line, &tail));
            }
            "--ctstate" if value.contains(",ESTABLISHED") => put("states of a filter", "RELATED"),
            "-j" if value == "ACCEPT" => put("target of a filter", "DROP"),
            "-j" if value == "DROP" => put("target of a filter", "ACCEPT"),
            "-j" if value == "MASQUERADE" => put("target of an edge", "RETURN"),
            "--to-destination" => {
                if let Some(other) = values::bit(value) {
                    put("target of a forward", &other);
                }
            }
            _ => {}
        }
    }
    found.push(removed("filter rule that goes", number, line));
}
