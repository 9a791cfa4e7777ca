//! The resources of the firewall.

use std::collections::HashMap;

use super::super::rule::{Env, Fields, rules as from_fields};
use super::{Field, Scope};
use crate::place::{Notes, Place, Why};
use crate::proxmox::{Action, Center, Group, Id, IpSet, Options, Policy, Proxmox, Rule, Setting};

/// Where the list of rules of somebody is, by who it is.
pub(super) type Lists = HashMap<(Center, String), Place>;

/// Whose a resource is.
enum Owner {
    Cluster,
    Node(String),
    Guest(Id),
    Unknown(Why),
}

/// Whose a resource is, and why it may not be there. One that is repeated and says its machine literally is that machine's, or is
/// not there: two could not be.
fn owner(scope: Scope<'_>, notes: &mut Notes) -> (Owner, Option<Why>) {
    let repeated = scope.repeated(notes);
    match (one_owner(scope, notes), repeated) {
        (Owner::Guest(id), repeated) => (Owner::Guest(id), repeated),
        (_, Some(why)) => (Owner::Unknown(why), None),
        (owner, None) => (owner, None),
    }
}

fn one_owner(scope: Scope<'_>, notes: &mut Notes) -> Owner {
    for name in ["vm_id", "container_id"] {
        match scope.number(name, notes).0 {
            Field::Known(vmid) => return Owner::Guest(scope.id(vmid)),
            Field::Unknown(why) => return Owner::Unknown(why),
            Field::Absent => {}
        }
    }
    match scope.node(notes) {
        Field::Known(node) => Owner::Node(node),
        Field::Unknown(why) => Owner::Unknown(why),
        Field::Absent => Owner::Cluster,
    }
}

fn policy(scope: Scope<'_>, name: &str, default: Policy, notes: &mut Notes) -> Setting<Policy> {
    let (field, place) = scope.text(name, notes);
    let value = match field {
        Field::Absent => Ok(default),
        Field::Unknown(why) => Err(why),
        Field::Known(text) => match text.as_str() {
            "ACCEPT" => Ok(Policy::Accept),
            "DROP" => Ok(Policy::Drop),
            "REJECT" => Ok(Policy::Reject),
            other => Err(notes.unread(place.unwrap_or_else(|| scope.place()), format!("the policy {other}"))),
        },
    };
    Setting { value, place: place.or(Some(scope.place())) }
}

pub(super) fn cluster(scope: Scope<'_>, proxmox: &mut Proxmox, notes: &mut Notes) {
    proxmox.present = true;
    let cluster = &mut proxmox.centers.0[scope.center];
    // An unset switch is sent as 0.
    cluster.enabled = scope.switch("enabled", false, notes);
    cluster.enabled.place.get_or_insert(scope.place());
    cluster.policy_in = policy(scope, "input_policy", Policy::Drop, notes);
    cluster.policy_out = policy(scope, "output_policy", Policy::Accept, notes);
    if let Some(why) = scope.repeated(notes) {
        cluster.enabled.value = Err(why);
    }
}

pub(super) fn node(scope: Scope<'_>, proxmox: &mut Proxmox, notes: &mut Notes) {
    proxmox.present = true;
    let Field::Known(name) = scope.node(notes) else {
        notes.unread(scope.place(), "a firewall of a node that is not named");
        return;
    };
    let node = proxmox.nodes.entry(name).or_default();
    node.center = scope.center;
    node.enabled = scope.switch("enabled", true, notes);
    node.ndp = scope.switch("ndp", true, notes);
    node.nosmurfs = scope.switch("nosmurfs", true, notes);
    node.nftables = scope.switch("nftables", false, notes);
}

pub(super) fn group(scope: Scope<'_>, proxmox: &mut Proxmox, notes: &mut Notes) {
    proxmox.present = true;
    match scope.text("name", notes).0 {
        Field::Known(name) if scope.repeated(notes).is_none() => {
            let group = Group { rules: list(scope, Env::Group, notes) };
            proxmox.centers.0[scope.center].groups.insert(name.to_ascii_lowercase(), group);
        }
        _ => {
            notes.unread(scope.place(), "a security group whose name is not said");
        }
    }
}

pub(super) fn set(scope: Scope<'_>, proxmox: &mut Proxmox, notes: &mut Notes) {
    proxmox.present = true;
    let Field::Known(name) = scope.text("name", notes).0 else {
        notes.unread(scope.place(), "an IP set whose name is not said");
        return;
    };
    let mut set = IpSet { entries: Vec::new(), gap: scope.generated("cidr", notes), place: scope.place() };
    for block in scope.block.blocks("cidr") {
        let entry = scope.inner(block);
        let spared = entry.switch("nomatch", false, notes).value == Ok(true);
        match entry.text("name", notes) {
            (Field::Known(text), place) => match super::super::iptables::net(&text) {
                Some(net) => set.entries.push((net.trunc(), spared)),
                None => {
                    let place = place.unwrap_or_else(|| entry.place());
                    set.gap = Some(notes.unread(place, format!("the entry {text} of an IP set")));
                }
            },
            (Field::Unknown(why), _) => set.gap = Some(why),
            (Field::Absent, _) => {}
        }
    }
    let name = name.to_ascii_lowercase();
    let (owner, repeated) = owner(scope, notes);
    set.gap = set.gap.or(repeated);
    match owner {
        Owner::Cluster => {
            proxmox.centers.0[scope.center].sets.insert(name, set);
        }
        Owner::Guest(id) => {
            proxmox.guest(id).sets.insert(name, set);
        }
        Owner::Node(_) | Owner::Unknown(_) => {
            notes.unread(scope.place(), "an IP set of which it is not said whose it is");
        }
    }
}

pub(super) fn alias(scope: Scope<'_>, proxmox: &mut Proxmox, notes: &mut Notes) {
    proxmox.present = true;
    let (name, cidr) = (scope.text("name", notes).0, scope.text("cidr", notes).0);
    let (Field::Known(name), Field::Known(cidr)) = (name, cidr) else {
        notes.unread(scope.place(), "an alias that is not literal");
        return;
    };
    let Some(net) = super::super::iptables::net(&cidr) else {
        notes.unread(scope.place(), format!("the prefix {cidr} of an alias"));
        return;
    };
    let (name, entry) = (name.to_ascii_lowercase(), (net.trunc(), scope.place()));
    match owner(scope, notes).0 {
        Owner::Cluster => {
            proxmox.centers.0[scope.center].aliases.insert(name, entry);
        }
        Owner::Guest(id) => {
            proxmox.guest(id).aliases.insert(name, entry);
        }
        Owner::Node(_) | Owner::Unknown(_) => {
            notes.unread(scope.place(), "an alias of which it is not said whose it is");
        }
    }
}

pub(super) fn rules(scope: Scope<'_>, lists: &mut Lists, proxmox: &mut Proxmox, notes: &mut Notes) {
    proxmox.present = true;
    let (owner, repeated) = owner(scope, notes);
    let env = if matches!(owner, Owner::Guest(_)) { Env::Guest } else { Env::Node };
    let mut rules = list(scope, env, notes);
    if let Some(why) = repeated {
        rules.insert(0, Rule::unknown(why, scope.place()));
    }
    let whose = match &owner {
        Owner::Cluster => "the data centre".to_owned(),
        Owner::Node(node) => format!("the node {node}"),
        Owner::Guest(id) => format!("the guest {}", id.vmid),
        Owner::Unknown(_) => String::new(),
    };
    // The provider replaces a whole list by the one of a resource: of two, nobody knows which is there.
    match lists.insert((scope.center, whose.clone()), scope.place()).filter(|_| !whose.is_empty()) {
        None => {}
        Some(first) => {
            let why = format!("which of the two lists of rules of {whose} is there");
            rules.insert(0, Rule::unknown(why.into(), scope.place()));
            proxmox.twice.push((first, scope.place(), whose));
        }
    }
    match owner {
        Owner::Cluster => put(&mut proxmox.centers.0[scope.center].rules, rules),
        Owner::Node(node) => {
            let node = proxmox.nodes.entry(node).or_default();
            node.center = scope.center;
            put(&mut node.rules, rules);
        }
        Owner::Guest(id) => put(&mut proxmox.guest(id).rules, rules),
        // It may be anybody's, so it may decide anything.
        Owner::Unknown(why) => proxmox.stray = Some(why),
    }
}

/// One more list: what is not known of it is in front of all.
fn put(own: &mut Vec<Rule>, rules: Vec<Rule>) {
    let (unknown, known): (Vec<Rule>, Vec<Rule>) =
        rules.into_iter().partition(|rule| matches!(rule.action, Action::Unknown(_)));
    own.splice(0..0, unknown);
    own.extend(known);
}

pub(super) fn options(scope: Scope<'_>, proxmox: &mut Proxmox, notes: &mut Notes) {
    proxmox.present = true;
    let (owner, repeated) = owner(scope, notes);
    let id = match owner {
        Owner::Guest(id) => id,
        Owner::Unknown(why) => {
            proxmox.stray = Some(why);
            return;
        }
        Owner::Cluster | Owner::Node(_) => return,
    };
    let mut options = Options::provider(scope.place());
    options.enabled = scope.switch("enabled", false, notes);
    options.dhcp = scope.switch("dhcp", false, notes);
    options.ndp = scope.switch("ndp", false, notes);
    options.radv = scope.switch("radv", true, notes);
    options.macfilter = scope.switch("macfilter", true, notes);
    options.ipfilter = scope.switch("ipfilter", false, notes);
    options.policy_in = policy(scope, "input_policy", Policy::Drop, notes);
    options.policy_out = policy(scope, "output_policy", Policy::Accept, notes);
    if let Some(why) = repeated {
        options.enabled.value = Err(why);
    }
    proxmox.guest(id).options = options;
}

/// The rules of a resource, in order.
fn list(scope: Scope<'_>, env: Env, notes: &mut Notes) -> Vec<Rule> {
    let mut all = Vec::new();
    for block in scope.block.blocks("rule") {
        all.extend(rule(scope.inner(block), env, notes));
    }
    // A file with such a line is read without it. Here Proxmox refuses the call (`verify_rule`, which `PVE/API2/Firewall/Rules.pm` asks),
    // and the apply ends: which rules of the list are there, nobody knows.
    let refused = all.iter().find_map(|rule| Some((rule.place, rule.broken.clone()?)));
    if let Some((place, words)) = refused {
        let why = notes.unread(place, format!("a rule that Proxmox refuses, so that the apply ends: {words}"));
        all.insert(0, Rule::unknown(why, place));
    }
    if let Some(why) = scope.generated("rule", notes) {
        // Where among the others they stand is not said either: they may be first.
        all.insert(0, Rule::unknown(why, scope.place()));
    }
    all
}

fn rule(scope: Scope<'_>, env: Env, notes: &mut Notes) -> Vec<Rule> {
    let mut gap: Option<Why> = None;
    let mut field = |name: &str| match scope.text(name, notes).0 {
        Field::Known(text) => text,
        Field::Absent => String::new(),
        Field::Unknown(why) => {
            gap = Some(why);
            String::new()
        }
    };
    let mut fields = Fields {
        env,
        enabled: true,
        direction: field("type"),
        action: field("action"),
        group: field("security_group"),
        iface: field("iface"),
        source: field("source"),
        dest: field("dest"),
        proto: field("proto"),
        sport: field("sport"),
        dport: field("dport"),
        icmp: String::new(),
        macro_name: field("macro"),
    };
    let enabled = scope.switch("enabled", true, notes);
    match enabled.value {
        Ok(value) => fields.enabled = value,
        Err(why) => gap = Some(why),
    }
    if let (Some(why), true) = (&gap, fields.action.is_empty()) {
        return vec![Rule::unknown(why.clone(), scope.place())];
    }
    let mut rules = from_fields(&fields, scope.place(), notes);
    for rule in &mut rules {
        if gap.is_some() {
            rule.gap.clone_from(&gap);
        }
    }
    rules
}
