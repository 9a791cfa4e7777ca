//! Whose certificate has to be signed, and which ones say more than their holder may say now.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Texts;

/// Where a tree has its plan.
const PLAN: &str = "nebula/certificates.json";

/// What there is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificates {
    /// Machines whose certificate is new, or says something else.
    pub sign: Vec<String>,
    /// Certificates that were granted and that nobody may have any more: by the machine, what they say.
    pub block: Vec<Grant>,
}

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The machine that it was granted to.
    pub machine: String,
    /// The name in it.
    pub name: String,
    /// Its addresses.
    pub networks: BTreeSet<String>,
    /// Its groups.
    pub groups: BTreeSet<String>,
}

impl Certificates {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.sign.is_empty() && self.block.is_empty()
    }
}

/// Compares two plans. One that is missing or no plan grants nothing.
pub fn certificates(before: &Texts, after: &Texts) -> Certificates {
    let (old, new) = (plan(before), plan(after));
    let (had, has) = (granted(&old), granted(&new));
    let entry = |plan: &Value, machine: &str| plan["hosts"].get(machine).cloned();
    let sign = has.keys().filter(|machine| entry(&old, machine) != entry(&new, machine)).cloned();
    let known = withdrawn(&old);
    let mut block: BTreeSet<Grant> = withdrawn(&new).difference(&known).cloned().collect();
    // A plan without what was withdrawn, or one of another site, still tells what is less than before.
    let less = had.iter().filter(|(machine, grant)| !has.get(*machine).is_some_and(|now| covers(now, grant)));
    // Under whose name it is listed does not matter: a machine that was renamed has another one.
    let same = |one: &Grant, other: &Grant| {
        (&one.name, &one.networks, &one.groups) == (&other.name, &other.networks, &other.groups)
    };
    let less: Vec<Grant> = less.map(|(_, grant)| grant.clone()).collect();
    for grant in less {
        if !known.iter().chain(&block).any(|other| same(other, &grant)) {
            block.insert(grant);
        }
    }
    Certificates { sign: sign.collect(), block: block.into_iter().collect() }
}

fn plan(tree: &Texts) -> Value {
    tree.get(PLAN).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

fn granted(plan: &Value) -> BTreeMap<String, Grant> {
    let hosts = plan["hosts"].as_object().into_iter().flatten();
    hosts.map(|(machine, value)| (machine.clone(), grant(machine, value))).collect()
}

fn withdrawn(plan: &Value) -> BTreeSet<Grant> {
    let machines = plan["withdrawn"].as_object().into_iter().flatten();
    let grants = machines
        .flat_map(|(machine, list)| list.as_array().into_iter().flatten().map(move |value| grant(machine, value)));
    grants.collect()
}

fn grant(machine: &str, value: &Value) -> Grant {
    let list = |name: &str| {
        let items = value[name].as_array().into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    Grant {
        machine: machine.to_owned(),
        name: value["name"].as_str().unwrap_or(machine).to_owned(),
        networks: list("networks"),
        groups: list("groups"),
    }
}

/// Whether a certificate says all that another one says.
fn covers(now: &Grant, then: &Grant) -> bool {
    now.name == then.name && then.networks.is_subset(&now.networks) && then.groups.is_subset(&now.groups)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    fn tree(plan: Value) -> Texts {
        Texts::from([(PLAN.to_owned(), plan.to_string())])
    }

    fn host(groups: &[&str]) -> Value {
        json!({ "name": "a", "networks": ["10.0.0.1/24"], "groups": groups })
    }

    #[test]
    fn less_than_before_is_to_be_blocked_and_more_is_to_be_signed() {
        let plan = |groups: &[&str]| tree(json!({ "hosts": { "a": host(groups) } }));
        let none = Certificates::default();
        assert_eq!(certificates(&plan(&["x"]), &plan(&["x"])), none);
        let more = certificates(&plan(&["x"]), &plan(&["x", "y"]));
        assert_eq!((more.sign.len(), more.block.len()), (1, 0));
        let less = certificates(&plan(&["x", "y"]), &plan(&["x"]));
        assert_eq!((less.sign.len(), less.block.len()), (1, 1));
        assert_eq!(less.block[0].groups.len(), 2);
        let gone = certificates(&plan(&["x"]), &Texts::new());
        assert_eq!((gone.sign.len(), gone.block.len()), (0, 1));
    }

    #[test]
    fn what_was_withdrawn_before_is_not_told_again() {
        let old = tree(json!({ "hosts": {}, "withdrawn": { "a": [host(&["x"])] } }));
        let new = tree(json!({ "hosts": {}, "withdrawn": { "a": [host(&["x"]), host(&["y"])] } }));
        let found = certificates(&old, &new);
        assert_eq!(found.block.len(), 1);
        assert!(found.block[0].groups.contains("y"));
    }

    #[test]
    fn a_plan_that_is_none_says_nothing() {
        for text in ["", "[]", "{\"hosts\": 1}", "{\"hosts\": {\"a\": 1}, \"withdrawn\": {\"a\": {}}}"] {
            let tree = Texts::from([(PLAN.to_owned(), text.to_owned())]);
            assert!(certificates(&tree, &tree).is_empty(), "{text}");
        }
    }
}
