//! One field of a golden tree changed: the cells must notice, and only in the pairs that the change is about.
//!
//! What must change is the operator's word, written beside each mutant, and nothing that the audit says of itself.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use arvc_audit::{Tree, read};
use arvc_verdict::{Question, Verdict};
use common::{files, golden};

type Files = BTreeMap<String, String>;
type Verdicts = BTreeMap<Question, Verdict>;

/// The cells of a tree; in this one no two machines are of one class.
fn cells(tree: &Tree) -> Verdicts {
    tree.matrix().cells.into_iter().map(|cell| (cell.question, cell.verdict)).collect()
}

/// A tree and its cells.
struct Read {
    tree: Tree,
    cells: Verdicts,
}

impl Read {
    fn of(files: &Files) -> Self {
        let tree = read(files);
        Self { cells: cells(&tree), tree }
    }

    /// The verdict about a question, which may be a cell of another tree.
    fn says(&self, question: &Question) -> Verdict {
        self.cells.get(question).cloned().unwrap_or_else(|| self.tree.decide(question).verdict)
    }
}

/// What changes: `from -> to protocol/port: before -> after`, the bridge marked with `on the bridge`.
fn changes(old: &Read, after: &Files) -> BTreeSet<String> {
    let new = Read::of(after);
    let short = |verdict: &Verdict| match verdict {
        Verdict::Open => "open",
        Verdict::Closed => "closed",
        Verdict::Unknown { .. } => "unknown",
    };
    let questions: BTreeSet<&Question> = old.cells.keys().chain(new.cells.keys()).collect();
    let mut found = BTreeSet::new();
    for question in questions {
        let (before, after) = (old.says(question), new.says(question));
        if short(&before) != short(&after) {
            let port = question.port.map(|port| format!("/{port}")).unwrap_or_default();
            let place = if question.path.to_string().starts_with("bridge") { " on the bridge" } else { "" };
            let (from, to, protocol) = (&question.from, &question.to, question.protocol);
            found.insert(format!("{from} -> {to} {protocol}{port}{place}: {} -> {}", short(&before), short(&after)));
        }
    }
    found
}

/// Replaces a text that is there the n-th time (from 0).
fn edit(files: &Files, path: &str, from: &str, to: &str, nth: usize) -> Files {
    let mut files = files.clone();
    let text = files.get_mut(path).unwrap_or_else(|| panic!("{path} is there"));
    let at = text.match_indices(from).nth(nth).unwrap_or_else(|| panic!("{path} has {from:?}")).0;
    text.replace_range(at..at + from.len(), to);
    files
}

/// A mutant of the smallest tree: where, what becomes what, and some of what must change.
struct Mutant {
    path: &'static str,
    from: &'static str,
    to: &'static str,
    nth: usize,
    /// Changes that must be among those found.
    must: &'static [&'static str],
}

const GROUPS: &str = "terraform/firewall_groups.tf";
const GUESTS: &str = "terraform/firewall_guests.tf";

/// In the order of the layers; the guests of a file come in the order app, db, dns.
const MUTANTS: &[Mutant] = &[
    // Switches. With Proxmox off, the guests' own filters still close; what they let out does not.
    Mutant {
        path: "terraform/firewall_cluster.tf",
        from: "enabled        = true",
        to: "enabled        = false",
        nth: 0,
        must: &["app -> 1.0.0.0 tcp/22 on the bridge: closed -> open"],
    },
    Mutant {
        path: "terraform/guests.tf",
        from: "firewall = true",
        to: "firewall = false",
        nth: 0,
        must: &["app -> 1.0.0.0 tcp/22 on the bridge: closed -> open"],
    },
    Mutant {
        path: GUESTS,
        from: "enabled       = true",
        to: "enabled       = false",
        nth: 0,
        must: &["app -> 1.0.0.0 tcp/22 on the bridge: closed -> open"],
    },
    Mutant {
        path: GUESTS,
        from: "output_policy = \"DROP\"",
        to: "output_policy = \"ACCEPT\"",
        nth: 0,
        must: &["app -> 1.0.0.0 tcp/22 on the bridge: closed -> open"],
    },
    // Rules: source, port, protocol, action, direction, order.
    Mutant {
        path: GROUPS,
        from: "source  = \"192.168.100.1\"",
        to: "source  = \"192.168.100.0\"",
        nth: 0,
        must: &["192.168.100.1 -> db tcp/22 on the bridge: open -> closed"],
    },
    Mutant {
        path: GROUPS,
        from: "source  = \"192.168.100.250\"",
        to: "source  = \"192.168.100.251\"",
        nth: 0,
        must: &["192.168.100.250 -> dns tcp/22 on the bridge: open -> closed"],
    },
    Mutant {
        path: GROUPS,
        from: "dport   = \"22\"",
        to: "dport   = \"23\"",
        nth: 0,
        must: &["192.168.100.1 -> db tcp/22 on the bridge: open -> closed"],
    },
    Mutant {
        path: GROUPS,
        from: "proto   = \"tcp\"",
        to: "proto   = \"udp\"",
        nth: 0,
        must: &["192.168.100.1 -> db tcp/22 on the bridge: open -> closed"],
    },
    Mutant {
        path: GROUPS,
        from: "action  = \"ACCEPT\"",
        to: "action  = \"DROP\"",
        nth: 0,
        must: &["192.168.100.1 -> db tcp/22 on the bridge: open -> closed"],
    },
    Mutant {
        path: GROUPS,
        from: "type    = \"in\"",
        to: "type    = \"out\"",
        nth: 0,
        must: &["192.168.100.1 -> db tcp/22 on the bridge: open -> closed"],
    },
    Mutant {
        path: GROUPS,
        from: "dport   = \"4242\"",
        to: "dport   = \"4243\"",
        nth: 0,
        must: &["app -> db udp/4242 on the bridge: open -> closed", "app -> db tcp/5432: open -> unknown"],
    },
    Mutant {
        path: GROUPS,
        from: "dest    = \"192.168.100.0/24\"",
        to: "dest    = \"192.168.100.0/28\"",
        nth: 0,
        must: &["app -> db udp/4242 on the bridge: open -> closed"],
    },
    Mutant {
        path: GROUPS,
        from: "action  = \"DROP\"",
        to: "action  = \"ACCEPT\"",
        nth: 0,
        must: &["app -> 10.0.0.0 tcp/22 on the bridge: closed -> open"],
    },
    Mutant {
        path: GROUPS,
        from: "dport   = \"80,443\"",
        to: "dport   = \"80,444\"",
        nth: 0,
        must: &["db -> 1.0.0.0 tcp/443 on the bridge: open -> closed"],
    },
    Mutant {
        path: GUESTS,
        from: "iface          = \"net0\"",
        to: "iface          = \"net1\"",
        nth: 0,
        must: &[
            "app -> 1.1.1.1 udp/53 on the bridge: open -> closed",
            "192.168.100.1 -> app tcp/22 on the bridge: open -> closed",
        ],
    },
    // The set of a guest's addresses.
    Mutant {
        path: GUESTS,
        from: "name = \"192.168.100.41\"",
        to: "name = \"192.168.100.40\"",
        nth: 0,
        must: &["app -> dns udp/4242 on the bridge: open -> closed", "app -> dns tcp/53: open -> unknown"],
    },
    // Nebula: protocol, port, subject, lists, local networks.
    Mutant {
        path: "nebula/app.yml",
        from: "port: \"443\"",
        to: "port: \"444\"",
        nth: 0,
        must: &["db -> app tcp/443: open -> closed"],
    },
    Mutant {
        path: "nebula/app.yml",
        from: "proto: \"tcp\"\n      port: \"443\"",
        to: "proto: \"udp\"\n      port: \"443\"",
        nth: 0,
        must: &["db -> app tcp/443: open -> closed"],
    },
    Mutant {
        path: "nebula/app.yml",
        from: "group: \"infrastructure\"",
        to: "group: \"projects\"",
        nth: 0,
        must: &["db -> app tcp/443: open -> closed", "dns -> app tcp/443: open -> closed"],
    },
    Mutant {
        path: "nebula/app.yml",
        from: "host: \"db\"",
        to: "host: \"dns\"",
        nth: 0,
        must: &["app -> db tcp/5432: open -> closed"],
    },
    Mutant {
        path: "nebula/app.yml",
        from: "port: \"5432\"",
        to: "port: \"5433\"",
        nth: 0,
        must: &["app -> db tcp/5432: open -> closed"],
    },
    Mutant {
        path: "nebula/db.yml",
        from: "group: \"projects\"",
        to: "groups: [\"projects\", \"infrastructure\"]",
        nth: 1,
        must: &["app -> db tcp/5432: open -> closed"],
    },
    Mutant {
        path: "nebula/dns.yml",
        from: "host: \"any\"",
        to: "host: \"db\"",
        nth: 0,
        must: &["app -> dns tcp/53: open -> closed"],
    },
    // The plan: groups, names, networks.
    Mutant {
        path: "nebula/certificates.json",
        from: "\"projects\"",
        to: "\"games\"",
        nth: 0,
        must: &["app -> db tcp/5432: open -> closed", "db -> app tcp/443: open -> closed"],
    },
    Mutant {
        path: "nebula/certificates.json",
        from: "\"name\": \"db\"",
        to: "\"name\": \"dc\"",
        nth: 0,
        must: &["app -> db tcp/5432: open -> closed"],
    },
    Mutant {
        path: "nebula/certificates.json",
        from: "10.10.10.41/24",
        to: "10.10.10.41/32",
        nth: 0,
        must: &["app -> db tcp/5432: open -> closed"],
    },
    // The underlay: lighthouse, relay, port, advertised addresses.
    Mutant {
        path: "nebula/app.yml",
        from: "192.168.100.11:4242",
        to: "192.168.100.12:4242",
        nth: 0,
        must: &["app -> dns tcp/53: open -> unknown"],
    },
    Mutant { path: "nebula/app.yml", from: "  port: 4242", to: "  port: 0", nth: 0, must: &[] },
    Mutant {
        path: "nebula/db.yml",
        from: "\"192.168.100.0/24\": true",
        to: "\"192.168.101.0/24\": true",
        nth: 0,
        must: &[],
    },
    // The guest's own filter: source, port, interface, state, policy, order, table.
    Mutant {
        path: "ansible/files/filter/db.v4",
        from: "10.10.10.41/32",
        to: "10.10.10.40/32",
        nth: 0,
        must: &["app -> db tcp/5432: open -> closed"],
    },
    Mutant {
        path: "ansible/files/filter/db.v4",
        from: "--dport 5432",
        to: "--dport 5431",
        nth: 0,
        must: &["app -> db tcp/5432: open -> closed"],
    },
    Mutant {
        path: "ansible/files/filter/db.v4",
        from: "-i nebula1 -p tcp",
        to: "-i nebula2 -p tcp",
        nth: 0,
        must: &["app -> db tcp/5432: open -> closed"],
    },
    Mutant {
        path: "ansible/files/filter/db.v4",
        from: "RELATED,ESTABLISHED",
        to: "RELATED",
        nth: 0,
        must: &["db -> app tcp/443: open -> unknown", "db -> 1.1.1.1 udp/53 on the bridge: open -> closed"],
    },
    Mutant {
        path: "ansible/files/filter/db.v4",
        from: "-A INPUT -m conntrack --ctstate INVALID -j DROP",
        to: "-A INPUT -j DROP",
        nth: 0,
        must: &["app -> db tcp/5432: open -> closed"],
    },
    Mutant {
        path: "ansible/files/filter/db.v4",
        from: ":OUTPUT ACCEPT",
        to: ":OUTPUT DROP",
        nth: 0,
        must: &["db -> app tcp/443: open -> closed", "app -> db tcp/5432: open -> closed"],
    },
    Mutant {
        path: "ansible/inventory/host_vars/db.yml",
        from: "security_policy: db",
        to: "security_policy: app",
        nth: 0,
        must: &["app -> db tcp/5432: open -> closed"],
    },
];

#[test]
fn a_field_that_is_changed_changes_what_it_is_about() {
    let before = files(&golden().join("small"));
    let old = Read::of(&before);
    let (mut still, mut wrong) = (Vec::new(), Vec::new());
    for mutant in MUTANTS {
        let after = edit(&before, mutant.path, mutant.from, mutant.to, mutant.nth);
        let found = changes(&old, &after);
        for must in mutant.must {
            if !found.contains(*must) {
                let some: Vec<_> = found.iter().take(6).collect();
                wrong.push(format!(
                    "{}: {} -> {}: {must} is not among {}, as {some:?}",
                    mutant.path,
                    mutant.from,
                    mutant.to,
                    found.len()
                ));
            }
        }
        if found.is_empty() {
            still.push(mutant.from);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // A member whose port nobody knows, or that tells none of its addresses, is still reached through the relay, which it reports to.
    assert_eq!(still, ["  port: 4242", "\"192.168.100.0/24\": true"], "what changes nothing is known and told");
}

#[test]
fn a_filter_that_goes_is_told_and_not_guessed() {
    let before = files(&golden().join("small"));
    let mut after = before.clone();
    after.remove("ansible/files/filter/db.v4");
    after.remove("ansible/files/filter/db.v6");
    let tree = read(&after);
    assert_eq!(tree.unread.len(), 1, "{:#?}", tree.unread);
    assert!(changes(&Read::of(&before), &after).contains("app -> db tcp/5432: open -> unknown"));
}

#[test]
fn a_group_that_is_renamed_in_one_file_is_told() {
    let before = files(&golden().join("small"));
    let after = edit(
        &before,
        GUESTS,
        "proxmox_virtual_environment_cluster_firewall_security_group.bridge.name",
        "\"arvc-brigde\"",
        0,
    );
    let findings = read(&after).findings();
    assert!(findings.iter().any(|finding| finding.kind == "dangling-name"), "{findings:#?}");
    assert!(changes(&Read::of(&before), &after).contains("192.168.100.1 -> app tcp/22 on the bridge: open -> closed"));
}
