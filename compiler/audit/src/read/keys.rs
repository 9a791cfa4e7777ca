//! Keys of a configuration of Nebula that Nebula does not know, and what its rules say besides what they seem to.
//!
//! No release complains about a key that it does not know: it goes on without it.

use crate::nebula::{Remark, Version};
use crate::place::Place;
use crate::text::yaml::Node;

/// All sections of any release.
const SECTIONS: &str = "pki static_host_map static_map lighthouse listen punchy punch_back cipher preferred_ranges local_range \
    handshakes routines sshd relay tun logging stats firewall tunnels";

/// What is in sections that decide.
const INNER: &[(&str, &str)] = &[
    ("firewall", "inbound outbound inbound_action outbound_action default_local_cidr_any conntrack"),
    (
        "lighthouse",
        "am_lighthouse serve_dns dns interval hosts remote_allow_list remote_allow_ranges local_allow_list calculated_remotes \
         advertise_addrs",
    ),
    ("relay", "am_relay use_relays relays"),
    ("pki", "ca cert key blocklist blacklist disconnect_invalid initiating_version"),
];

const RULE: &str = "host group groups cidr local_cidr proto port code ca_name ca_sha";

/// What is to be said of a configuration's keys.
pub(crate) fn remarks(node: &Node, version: Version, file: u32) -> Vec<Remark> {
    let mut all = Vec::new();
    unknown(node, "the section", SECTIONS, file, &mut all);
    for (section, keys) in INNER {
        if let Some(inner) = node.get(section) {
            unknown(inner, &format!("the key of {section}"), keys, file, &mut all);
        }
    }
    for rule in ["inbound", "outbound"].iter().filter_map(|list| node.at(&["firewall", list])).flat_map(Node::items) {
        unknown(rule, "the field", RULE, file, &mut all);
        every_port(rule, version, file, &mut all);
    }
    all
}

fn unknown(node: &Node, what: &str, known: &str, file: u32, all: &mut Vec<Remark>) {
    let known = || known.split_whitespace();
    for (key, _) in node.pairs() {
        let Some(name) = key.text().filter(|name| known().all(|one| one != *name)) else { continue };
        let near = known().filter(|one| distance(one, name) <= 2).min_by_key(|one| distance(one, name));
        let meant = near.map(|near| format!("; {near} may be meant, and is not there")).unwrap_or_default();
        all.push(Remark {
            kind: "field-ignored",
            place: Place { file, line: key.line },
            words: format!("Nebula does not know {what} {name}, and goes on without it{meant}"),
            help: "correct the name, or remove it",
        });
    }
}

/// A number of ports that begins with 0 is all of them.
fn every_port(rule: &Node, version: Version, file: u32, all: &mut Vec<Remark>) {
    let Some(port) = ["port", "code"].iter().find_map(|name| rule.get(name)) else { return };
    let Some(text) = port.text() else { return };
    let low = text.split('-').next().unwrap_or_default();
    let zero = !low.is_empty() && low.bytes().all(|byte| byte == b'0');
    if zero && !(rule.get("proto").and_then(Node::text) == Some("icmp") && version.from(11)) {
        all.push(Remark {
            kind: "every-port",
            place: Place { file, line: port.line },
            words: format!(
                "{text} is every port to Nebula, and not those that it names: a range that begins at 0 is any"
            ),
            help: "begin at 1, or write any",
        });
    }
}

/// How many letters have to be changed, put in or left out, or turned round.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for (i, letter) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, with) in other.iter().enumerate() {
            let mut least = (rows[i][j] + usize::from(letter != with)).min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && one[i - 1] == *with && other[j - 1] == *letter {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}
