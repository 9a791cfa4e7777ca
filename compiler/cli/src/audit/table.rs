//! The matrix as text: what is open, drawn together.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use arvc_audit::{Finding, Matrix, Stands, Tree};
use arvc_verdict::{Cell, Path, Protocol, Verdict};

/// The classes of machines, those with several members.
pub(super) fn classes(matrix: &Matrix) -> String {
    let several = matrix.classes.iter().filter(|class| class.members.len() > 1);
    let lines: String =
        several.map(|class| format!("  {} stands for {}\n", class.members[0], class.members.join(", "))).collect();
    if lines.is_empty() { String::new() } else { format!("Machines that no file distinguishes\n{lines}\n") }
}

/// A row: from, to, path, whether it is IPv6; the address where not all of the target's are alike.
type Row<'a> = (&'a str, &'a str, &'a Path, bool, Option<IpAddr>);

/// Of each protocol its ports, and whether something holds of each.
type Held = BTreeMap<Protocol, Vec<(Option<u16>, bool)>>;

/// What is open for certain.
pub(super) fn open(matrix: &Matrix, tree: &Tree) -> String {
    // A node is told by its name, and not by its addresses besides.
    let mut known: BTreeMap<IpAddr, Stands> = BTreeMap::new();
    let mut stands = |address: IpAddr| known.entry(address).or_insert_with(|| tree.stands_for(address)).clone();
    let cells = matrix.cells.iter().filter_map(|cell| {
        let mut ends = [&cell.question.from, &cell.question.to].into_iter();
        let node = ends.any(|name| matches!(name.parse().map(&mut stands), Ok(Stands::Node(_))));
        (!node).then(|| apart(cell.clone(), &mut stands))
    });
    let cells: Vec<Cell> = cells.collect();
    let rows = rows(&cells, |verdict| *verdict == Verdict::Open);
    if rows.is_empty() {
        return "Nothing is open.\n\n".into();
    }
    let labels = labels(&rows, tree);
    let named = rows.iter().map(|((from, to, path, v6, at), what)| {
        let label = |name: &&str| labels.get(*name).cloned().unwrap_or_else(|| (*name).to_owned());
        let at = at.map(|address| format!(" at {address}")).unwrap_or_default();
        ((label(from), label(to) + &at, *path, *v6), what.clone())
    });
    let named: BTreeMap<(String, String, &Path, bool), String> = named.collect();
    let rows =
        named.iter().map(|((from, to, path, v6), what)| ((from.as_str(), to.as_str(), *path, *v6, None), what.clone()));
    format!("Open\n{}\n", drawn(rows.collect()))
}

/// The Internet is asked about at several addresses: one that a rule names is told by itself.
fn apart(mut cell: Cell, stands: &mut impl FnMut(IpAddr) -> Stands) -> Cell {
    let address = cell.question.address;
    if cell.question.to == "internet" && stands(address) != Stands::Internet {
        cell.question.to = address.to_string();
    }
    cell
}

/// What addresses of nobody stand for. Private ones that are treated alike are one.
fn labels<'a>(rows: &BTreeMap<Row<'a>, String>, tree: &Tree) -> BTreeMap<&'a str, String> {
    let names: BTreeSet<&'a str> = rows.keys().flat_map(|(from, to, ..)| [*from, *to]).collect();
    let strangers = names.into_iter().filter(|name| tree.is_nobodys(name));
    let strangers = strangers.filter_map(|name| Some((name, name.parse().ok()?)));
    let strangers: Vec<(&str, IpAddr, Stands)> =
        strangers.map(|(name, address)| (name, address, tree.stands_for(address))).collect();
    let mut labels: BTreeMap<&str, String> =
        strangers.iter().map(|(name, address, stands)| (*name, stands.words(*address))).collect();
    for v6 in [false, true] {
        let private = strangers
            .iter()
            .filter(|(_, address, stands)| address.is_ipv6() == v6 && matches!(stands, Stands::Private(..)));
        let private: Vec<&str> = private.map(|(name, ..)| *name).collect();
        let of = |name: &str| -> BTreeSet<_> {
            let there = rows.iter().filter(|((from, to, ..), _)| *from == name || *to == name);
            let other = |one: &'a str| (one != name).then_some(one);
            there.map(|((from, to, path, v6, at), what)| (other(from), other(to), *path, *v6, *at, what)).collect()
        };
        let alike = private.windows(2).all(|pair| of(pair[0]) == of(pair[1]));
        if alike && private.len() > 1 {
            labels.extend(private.into_iter().map(|name| (name, "other private addresses".to_owned())));
        }
    }
    labels
}

/// What is unknown, by what is missing.
pub(super) fn unknown(matrix: &Matrix, tree: &Tree) -> String {
    let label = |name: &str| match name.parse() {
        Ok(address) if tree.is_nobodys(name) => tree.stands_for(address).words(address),
        _ => name.to_owned(),
    };
    let mut missing: BTreeMap<&str, Vec<&Cell>> = BTreeMap::new();
    for cell in &matrix.cells {
        if let Verdict::Unknown { missing: words } = &cell.verdict {
            missing.entry(words).or_default().push(cell);
        }
    }
    if missing.is_empty() {
        return String::new();
    }
    let mut out = String::from("Unknown\n");
    for (words, cells) in missing {
        let pairs: BTreeSet<(&str, &str)> =
            cells.iter().map(|cell| (cell.question.from.as_str(), cell.question.to.as_str())).collect();
        let mut pairs: Vec<String> =
            pairs.into_iter().map(|(from, to)| format!("{} -> {}", label(from), label(to))).collect();
        pairs.sort();
        pairs.dedup();
        let more = pairs.len().saturating_sub(4);
        pairs.truncate(4);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        out += &format!("  {words}\n    {}{more}\n", pairs.join(", "));
    }
    out + "\n"
}

/// The cells of one pair, all verdicts.
pub(super) fn pair(cells: &[Cell]) -> String {
    let mut out = String::new();
    for (head, which) in [("open", 0), ("unknown", 1), ("closed", 2)] {
        let chosen = rows(cells, |verdict| match verdict {
            Verdict::Open => which == 0,
            Verdict::Unknown { .. } => which == 1,
            Verdict::Closed => which == 2,
        });
        for ((_, to, path, v6, at), what) in chosen {
            let family = if v6 { " (IPv6)" } else { "" };
            let at = at.map(|address| format!(", {to} at {address}")).unwrap_or_default();
            out += &format!("{head:<8}{path}{family}{at}: {what}\n");
        }
    }
    if out.is_empty() { "They are on no network together.\n".into() } else { out }
}

/// What holds of each row, as ports drawn together.
fn rows<'a>(cells: &'a [Cell], wanted: impl Fn(&Verdict) -> bool) -> BTreeMap<Row<'a>, String> {
    type Ends<'a> = (&'a str, &'a str, &'a Path, bool);
    let mut all: BTreeMap<Ends<'a>, BTreeMap<IpAddr, Held>> = BTreeMap::new();
    for cell in cells {
        let question = &cell.question;
        let row = (question.from.as_str(), question.to.as_str(), &question.path, question.address.is_ipv6());
        let held = all.entry(row).or_default().entry(question.address).or_default();
        held.entry(question.protocol).or_default().push((question.port, wanted(&cell.verdict)));
    }
    let what = |protocols: Held| {
        if protocols.values().flatten().all(|(_, holds)| *holds) {
            return "everything".to_owned();
        }
        let one = |(protocol, ports): (Protocol, Vec<(Option<u16>, bool)>)| ranges(protocol, &ports);
        protocols.into_iter().filter_map(one).collect::<Vec<_>>().join(", ")
    };
    let mut found = BTreeMap::new();
    for ((from, to, path, v6), addresses) in all {
        let said: Vec<(IpAddr, String)> = addresses.into_iter().map(|(address, held)| (address, what(held))).collect();
        let alike = said.windows(2).all(|pair| pair[0].1 == pair[1].1);
        for (address, what) in said.into_iter().filter(|(_, what)| !what.is_empty()) {
            found.insert((from, to, path, v6, (!alike).then_some(address)), what);
        }
    }
    found
}

/// `tcp 22, 80-90`: between two neighbours of the list nothing changes, so what holds at both holds between.
fn ranges(protocol: Protocol, ports: &[(Option<u16>, bool)]) -> Option<String> {
    if ports.iter().all(|(_, holds)| *holds) {
        return Some(if protocol.has_ports() { format!("all {protocol}") } else { protocol.to_string() });
    }
    let mut sorted: Vec<(u16, bool)> = ports.iter().map(|(port, holds)| (port.unwrap_or(0), *holds)).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let runs = sorted.chunk_by(|one, other| one.1 == other.1).filter(|run| run[0].1);
    let runs: Vec<String> = runs
        .map(|run| match run {
            [(port, _)] => port.to_string(),
            [(first, _), .., (last, _)] => format!("{first}-{last}"),
            [] => String::new(),
        })
        .collect();
    (!runs.is_empty()).then(|| format!("{protocol} {}", runs.join(", ")))
}

/// Rows with the same right side drawn together: first those to whom, then those from whom.
fn drawn(rows: BTreeMap<Row<'_>, String>) -> String {
    let mut targets: BTreeMap<(&Path, bool, String, &str), Vec<&str>> = BTreeMap::new();
    for ((from, to, path, v6, _), what) in rows {
        targets.entry((path, v6, what, from)).or_default().push(to);
    }
    let mut sources: BTreeMap<(&Path, bool, Vec<&str>, String), Vec<&str>> = BTreeMap::new();
    for ((path, v6, what, from), to) in targets {
        sources.entry((path, v6, to, what)).or_default().push(from);
    }
    let mut out = String::new();
    let mut last = None;
    for ((path, v6, to, what), from) in sources {
        if last != Some((path, v6)) {
            out += &format!("  {path}{}\n", if v6 { " (IPv6)" } else { "" });
            last = Some((path, v6));
        }
        out += &format!("    {} -> {}: {what}\n", from.join(", "), to.join(", "));
    }
    out
}

/// Findings, each with its lines and what to do.
pub(super) fn findings(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut out = String::from("Findings\n");
    for finding in findings {
        let sources: Vec<String> = finding.sources.iter().map(ToString::to_string).collect();
        out += &format!("  {}: {}: {}\n    help: {}\n", sources.join(", "), finding.kind, finding.words, finding.help);
    }
    out + "\n"
}

/// What was not understood.
pub(super) fn unread(tree: &Tree) -> String {
    if tree.unread.is_empty() {
        return String::new();
    }
    let lines: String = tree.unread.iter().map(|unread| format!("  {}: {}\n", unread.source, unread.words)).collect();
    format!("Not understood\n{lines}")
}
