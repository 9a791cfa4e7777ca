//! What a field governs, by the operator's word: whose connections may change, inside the overlay or below it, which packets, and
//! whether anything may open or close. A change beyond it is one that the field has no part in.

use std::collections::BTreeSet;

use arvc_tests::edits::{Edit, Files};
use arvc_verdict::Path;

use crate::subject::{Change, Said};
use arvc_tests::mutants::site::{self, Spot, Takes};

/// What may change.
#[derive(Debug)]
pub struct Scope {
    /// One end is of these, if it is not everybody.
    ends: Option<BTreeSet<String>>,
    /// Whether what carries the packets of others is touched too: inside the overlay, and through routers.
    hub: bool,
    router: bool,
    /// One of these takes the packet, if not all are.
    packets: Option<Vec<Takes>>,
    inside: bool,
    below: bool,
    /// Whether something may be more open than before, and closed.
    more: bool,
    less: bool,
}

impl Scope {
    /// Of a change of a tree.
    pub fn of(edit: &Edit, before: &Files, after: &Files) -> Self {
        let ends = ends(edit, before);
        let any = |says: &dyn Fn(&str) -> bool| ends.as_ref().is_some_and(|ends| ends.iter().any(|name| says(name)));
        let hub = any(&|name| is_hub(before, name));
        let router = any(&|name| forwards(before, name));
        let mut scope = Self { ends, hub, router, packets: None, inside: true, below: true, more: true, less: true };
        if edit.file.starts_with("nebula/") {
            scope.below = false;
            // Rules are about the two ends alone.
            scope.hub &= !edit.kind.contains("overlay rule") && edit.kind != "combination of groups";
            scope.hub |= edit.kind == "lighthouse" || edit.kind == "relay";
        }
        let old = Spot::of(before, edit).rule(&edit.file);
        // Where a rule goes, another one comes to stand.
        let new = if edit.after.is_empty() { Vec::new() } else { Spot::of(after, edit).rule(&edit.file) };
        if !old.is_empty() {
            scope.by_rule(edit, &old, &new);
        }
        scope.by_kind(edit, &old);
        scope
    }

    /// What a rule takes, before and after, and what that carries.
    fn by_rule(&mut self, edit: &Edit, old: &[&str], new: &[&str]) {
        let moves = edit.kind.starts_with("order") || edit.kind.starts_with("accept");
        let takes: Vec<Takes> = match moves {
            true => rules(&edit.before).iter().map(|rule| Takes::of(rule)).collect(),
            false => [old, new].into_iter().filter(|rule| !rule.is_empty()).map(Takes::of).collect(),
        };
        let whole = old.iter().any(|line| line.contains("security_group") || line.contains("conntrack"));
        let neighbours = takes.iter().any(|takes| takes.protocol.as_deref().is_some_and(|name| name.contains("icmp")));
        if edit.file.starts_with("nebula/") {
            self.packets = Some(takes);
            return;
        }
        let within = old.iter().any(|line| line.contains("-i nebula"));
        let tunnels = !within && takes.iter().any(|takes| takes.has("udp", Some(4242)));
        self.below = !within || whole;
        self.inside = whole || within || tunnels || neighbours;
        self.hub &= self.inside && !within;
        // Groups, answers, neighbours that are found, tunnels: what they carry is anything.
        self.packets = (!whole && !neighbours && !tunnels && !edit.file.starts_with("proxmox/")).then_some(takes);
    }

    /// Whether a kind opens, or closes.
    fn by_kind(&mut self, edit: &Edit, old: &[&str]) {
        let off = edit.after.contains("= false") && !edit.before.contains("= false");
        let lets = edit.after.contains("ACCEPT") && edit.before.contains("DROP");
        let accepts = |line: &&str| {
            let ends = |word: &str| line.contains(&format!("-j {word}"));
            line.contains("ACCEPT")
                || line.contains("proto:")
                || line.contains("-j ") && !ends("DROP") && !ends("RETURN")
        };
        let accepts = old.iter().any(accepts);
        match edit.kind {
            "switch of the data centre" | "switch of a guest" | "switch of a node" | "flag of a device" if off => {
                self.less = false
            }
            kind if kind.starts_with("policy of") && lets => self.less = false,
            kind if kind.starts_with("policy of") => self.more = false,
            "rule that goes" | "rule that is disabled" | "filter rule that goes" | "overlay rule that goes"
                if self.packets.is_some() =>
            {
                (self.more, self.less) = (!accepts, accepts);
            }
            "group of a rule" if edit.before.contains("internet") => {}
            "subjects of an overlay rule" | "host of an overlay rule, anybody" => self.less = false,
            "combination of groups" | "host of an overlay rule" | "group of an overlay rule" => self.more = false,
            _ => {}
        }
    }

    /// Why a change is beyond it, if it is.
    pub fn beyond(&self, change: &Change) -> Option<&'static str> {
        let question = &change.asked.0;
        let inside = matches!(question.path, Path::Overlay(_));
        let carried = inside && self.hub || question.path == Path::Routed && self.router;
        let own = |ends: &BTreeSet<String>| ends.contains(&question.from) || ends.contains(&question.to);
        if inside && !self.inside {
            return Some("it is inside the overlay");
        }
        if !inside && !self.below {
            return Some("it is below the overlay");
        }
        if !carried && self.ends.as_ref().is_some_and(|ends| !own(ends)) {
            return Some("it is between others");
        }
        let protocol = question.protocol.to_string();
        let takes = |all: &Vec<Takes>| all.iter().any(|takes| takes.has(&protocol, question.port));
        if self.packets.as_ref().is_some_and(|packets| !takes(packets)) {
            return Some("they are other packets");
        }
        if !self.more && change.after > change.before {
            return Some("it opens");
        }
        (!self.less && change.after == Said::Closed).then_some("it closes")
    }
}

/// The rules of lines of Terraform, each with its own lines.
fn rules(text: &str) -> Vec<Vec<&str>> {
    match text.contains("rule {") {
        true => text.split("rule {").skip(1).map(|rule| rule.lines().collect()).collect(),
        false => text.lines().map(|line| vec![line]).collect(),
    }
}

/// Whether members are found or carried by it.
fn is_hub(files: &Files, name: &str) -> bool {
    let text = files.get(&format!("nebula/{name}.yml"));
    text.is_some_and(|text| text.contains("am_lighthouse: true") || text.contains("am_relay: true"))
}

/// Whether it hands packets on.
fn forwards(files: &Files, name: &str) -> bool {
    let text = files.get(&format!("ansible/inventory/host_vars/{name}.yml"));
    text.is_some_and(|text| text.contains("security_forwards"))
}

/// Whose connections a file, or a block of it, is about; nobody's in particular where there is none.
fn ends(edit: &Edit, files: &Files) -> Option<BTreeSet<String>> {
    let one = |name: &str| Some(BTreeSet::from([name.to_owned()]));
    let file = edit.file.as_str();
    let named = |folder: &str| file.strip_prefix(folder).and_then(|name| name.strip_suffix(".yml"));
    if let Some(name) = named("nebula/").or(named("ansible/inventory/host_vars/")) {
        return one(name);
    }
    if let Some(name) = file.strip_prefix("ansible/files/filter/") {
        return Some(site::with_filter(files, name.split('.').next()?));
    }
    let spot = Spot::of(files, edit);
    if file == "nebula/certificates.json" {
        let lines = spot.lines();
        let mut above = (0..=spot.line).rev().map(|at| lines[at]);
        let line = above.find(|line| line.starts_with("    \"") && line.ends_with('{'))?;
        return one(line.trim().trim_end_matches(": {").trim_matches('"'));
    }
    let nodes = || {
        let wiring: serde_json::Value = serde_json::from_str(&files["wiring.json"]).expect("JSON");
        wiring["nodes"].as_object().into_iter().flat_map(|nodes| nodes.keys().cloned()).collect()
    };
    let (header, lines) = spot.resource();
    let label = header.split('"').nth(3).unwrap_or("");
    match file {
        "terraform/guests.tf" | "terraform/containers.tf" => one(label),
        "terraform/firewall_guests.tf" => site::guest_of(&lines).map(|name| BTreeSet::from([name])),
        "terraform/firewall_groups.tf" => Some(site::with_group(files, label)),
        "terraform/firewall_node.tf" => Some(nodes()),
        "terraform/firewall_cluster.tf" if edit.kind != "switch of the data centre" => Some(nodes()),
        _ => None,
    }
}
