//! Random edits of a site, one after the other, each built with the lock that the one before left. Nobody but those whom an
//! edit is about has other numbers, another machine in Terraform, another certificate, name or file: of the addresses that
//! are listed in sets, those of the others may come and go.
//!
//! A policy is called as it was, unless an edit parts its machines: whoever comes renames no file and no security group of another
//! machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use arvc::lock::{Lock, Marks};
use arvc::pipeline::{self, Checked};
use arvc::source::Problem;
use arvc_diff::terraform::{Attributes, resources};
use arvc_site::lock::{Environment, Numbers};
use arvc_tests::random::{Choices, config, numbers};
use proptest::prelude::proptest;
use serde_json::Value;

use crate::Tree;
use crate::random_site::Plan;

/// A site that was built, and the lock that is left.
#[derive(Clone)]
struct Built {
    plan: Plan,
    lock: Lock,
    tree: Tree,
}

impl Built {
    fn held(&self) -> Environment {
        self.lock.held("site").own
    }
}

fn check(plan: &Plan, lock: &Lock) -> Checked {
    let read = &mut |_: &str| Err(Problem::NotFound);
    pipeline::check_held("site.arv", plan.text(), read, &lock.held("site"))
}

/// Builds as `arvc build` does; the codes of its errors, if there are any.
fn build(plan: &Plan, lock: &Lock) -> Result<Built, BTreeSet<&'static str>> {
    let checked = check(plan, lock);
    if !checked.is_good() {
        return Err(checked.diagnostics.iter().map(|problem| problem.code.id).collect());
    }
    let mut lock = lock.clone();
    lock.set_environment("site", checked.lock);
    // What is held goes through its text.
    let lock = Lock::parse(&lock.text(), Marks::Refused).expect("what is written can be read");
    let tree = pipeline::emit(&checked.site.expect("a site without an error is whole"), "site.arv");
    let files = tree.files.into_iter().filter(|(path, _)| path != "manifest.json" && path != "README.md");
    let tree = files.map(|(path, file)| (path, file.text)).collect();
    Ok(Built { plan: plan.clone(), lock, tree })
}

/// Names and addresses that may come and go.
struct Subject(BTreeSet<String>);

impl Subject {
    fn of(names: &BTreeSet<String>, locks: [&Environment; 2]) -> Self {
        let mut marks = names.clone();
        for name in names {
            let numbers = locks.iter().flat_map(|lock| [lock.hosts.get(name), lock.retired.get(name)]).flatten();
            let addresses = numbers.flat_map(|numbers: &Numbers| numbers.addresses.values().flatten());
            marks.extend(addresses.map(ToString::to_string));
        }
        Self(marks)
    }

    /// The words of a line that are none of these.
    fn others<'l>(&self, line: &'l str) -> Vec<&'l str> {
        let words = line.split([',', ' ', '"', '[', ']', '/']);
        words.filter(|word| !self.0.contains(*word)).collect()
    }

    /// A list without them.
    fn list_without(&self, list: &str) -> String {
        let items = list.split(',').map(|item| item.trim_matches('"'));
        let own = |item: &&str| self.0.contains(item.split('/').next().unwrap_or(item));
        items.filter(|item| !own(item)).collect::<Vec<_>>().join(",")
    }

    /// Rules of Nebula that let nobody of them in or out: peers are named one by one there.
    fn rules_without(&self, text: &str) -> String {
        let mut lines: Vec<&str> = text.lines().collect();
        let starts: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].starts_with("    - proto: ")).collect();
        for start in starts.into_iter().rev() {
            let rest = lines[start + 1..].iter().take_while(|line| line.starts_with("      ")).count();
            let rule = start..start + 1 + rest;
            let host = lines[rule.clone()].iter().find_map(|line| line.trim().strip_prefix("host: "));
            if host.is_some_and(|host| self.0.contains(host.trim_matches('"'))) {
                lines.drain(rule);
            }
        }
        lines.join("\n")
    }

    /// Lines that say nothing of them.
    fn lines_without(&self, text: &str) -> String {
        let own = |line: &&str| self.others(line).len() < line.split([',', ' ', '"', '[', ']', '/']).count();
        text.lines().filter(|line| !own(line)).collect::<Vec<_>>().join("\n")
    }
}

/// The attributes of a resource, sets without what may come and go.
fn attributes(found: &Attributes, marks: &Subject) -> String {
    let value = |(path, value): (&String, &String)| format!("{path} = {}", marks.list_without(value));
    found.iter().map(value).collect::<Vec<_>>().join("\n")
}

/// The resources of a tree by their addresses.
type Resources = BTreeMap<String, Attributes>;

/// The resources of a tree: all lie in one folder.
fn by_address(tree: &Tree) -> Resources {
    resources(tree).found.into_iter().map(|(address, attributes)| (address.text, attributes)).collect()
}

/// What a tree says of one machine, each thing under its name.
fn of_host((tree, all): (&Tree, &Resources), host: &str, marks: &Subject) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let is_own = |name: &str| name == host || name.strip_prefix(host).is_some_and(|rest| rest.starts_with("_net"));
    for (address, own) in all {
        let name = address.split_once('.').expect("type and name").1;
        if !is_own(name) || address.contains("security_group") {
            continue;
        }
        let mut own = own.clone();
        for (_, value) in own.iter_mut().filter(|(path, _)| path.ends_with("security_group")) {
            let group = value.trim_end_matches(".name");
            let mut group = all[group].clone();
            group.retain(|path, _| path != "name" && path != "comment");
            *value = attributes(&group, marks);
        }
        found.insert(address.clone(), own.iter().map(|(path, value)| format!("{path} = {value}\n")).collect());
    }
    let plan: Value = serde_json::from_str(&tree["nebula/certificates.json"]).expect("a plan");
    found.insert("certificate".to_owned(), plan["hosts"][host].to_string());
    let mut file = |path: String| {
        if let Some(text) = tree.get(&path) {
            found.insert(path, text.clone());
        }
    };
    file(format!("dns/unbound/{host}.conf"));
    if let Some(text) = tree.get(&format!("nebula/{host}.yml")) {
        found.insert("nebula".to_owned(), marks.rules_without(text));
    }
    let variables = format!("ansible/inventory/host_vars/{host}.yml");
    if let Some(text) = tree.get(&variables) {
        let policy = text.lines().find_map(|line| line.strip_prefix("security_policy: ")).expect("a policy");
        for family in ["v4", "v6"] {
            let filter = &tree[&format!("ansible/files/filter/{policy}.{family}")];
            found.insert(format!("filter {family}"), marks.lines_without(filter));
        }
        found.insert(variables, text.replace(&format!("security_policy: {policy}\n"), ""));
    }
    for (path, text) in tree.iter().filter(|(path, _)| path.starts_with("dns/") && path.ends_with(".zone")) {
        let whole = format!("{host}.site.internal.");
        let lines = text.lines().filter(|line| line.split(' ').any(|word| word == whole));
        found.insert(path.clone(), lines.filter(|line| !line.contains(" SOA ")).collect::<Vec<_>>().join("\n"));
    }
    found.retain(|_, text| !text.is_empty());
    found
}

/// Holds one edit to what it may do. `about` are the names that it is about.
fn nobody_else_changed(before: &Built, after: &Built, about: &BTreeSet<String>) {
    let (old, new) = (before.held(), after.held());
    let marks = Subject::of(about, [&old, &new]);
    let (was, is) = (by_address(&before.tree), by_address(&after.tree));
    let adds = after.plan.has_all_of(&before.plan);
    let others = old.hosts.iter().filter(|(name, _)| !about.contains(*name));
    for (host, numbers) in others {
        // What parts machines that shared rules gives some of them rules of another name.
        let policy = new.hosts.get(host).and_then(|now| now.policy.clone());
        let numbers = if adds { numbers.clone() } else { Numbers { policy, ..numbers.clone() } };
        assert_eq!(
            new.hosts.get(host),
            Some(&numbers),
            "numbers of {host}, edit about {about:?}\n{}",
            after.plan.machines()
        );
        let (was, is) = (of_host((&before.tree, &was), host, &marks), of_host((&after.tree, &is), host, &marks));
        for key in was.keys().chain(is.keys()) {
            let (was, is) = (was.get(key).map_or("", String::as_str), is.get(key).map_or("", String::as_str));
            let compared = || pretty_assertions::StrComparison::new(was, is).to_string();
            assert!(was == is, "{key} of {host}, edit about {about:?}\n{}\n{}", compared(), after.plan.machines());
        }
    }
    for (address, now) in &is {
        let name = address.split_once('.').expect("type and name").1;
        let of_subject = about.iter().any(|host| name == host || name.starts_with(&format!("{host}_net")));
        let Some(before) = was.get(address).filter(|_| !of_subject && !address.contains("security_group")) else {
            continue;
        };
        // Rules name a policy, which is compared by what it says.
        let known = |found: &Attributes| {
            let mut found = found.clone();
            found.retain(|path, _| !path.ends_with("security_group"));
            attributes(&found, &marks)
        };
        assert_eq!(known(before), known(now), "{address}, edit about {about:?}");
    }
    for (path, text) in &after.tree {
        let Some(old) = before.tree.get(path).filter(|old| *old != text) else { continue };
        let own = about.iter().any(|host| path.contains(&format!("/{host}.")));
        let shared =
            ["ansible/inventory/host_vars/", "ansible/files/filter/", "dns/", "terraform/", "nebula/", "wiring.json"];
        let shared = shared.iter().any(|start| path.starts_with(start));
        if path == "ansible/inventory/hosts.yml" {
            let without = |text: &str| {
                let line = |line: &&str| !about.contains(line.trim().trim_end_matches(": {}"));
                text.lines().filter(line).map(str::to_owned).collect::<Vec<_>>()
            };
            assert_eq!(without(old), without(text), "{path}");
        } else {
            assert!(own || shared, "{path} changed by an edit about {about:?}\n-{old}\n+{text}");
        }
    }
}

/// What a machine's files of rules are called, and its security groups.
fn called((tree, all): (&Tree, &Resources), host: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let variables = tree.get(&format!("ansible/inventory/host_vars/{host}.yml"));
    found.extend(
        variables
            .into_iter()
            .flat_map(|text| text.lines())
            .filter(|line| line.starts_with("security_policy: "))
            .map(str::to_owned),
    );
    let rules = all.iter().filter(|(address, _)| address.ends_with(&format!("firewall_rules.{host}")));
    let rules = rules.flat_map(|(_, attributes)| attributes).filter(|(path, _)| path.ends_with("security_group"));
    for (_, group) in rules {
        found.insert(format!("{group} {}", all[group.trim_end_matches(".name")]["name"]));
    }
    found
}

/// An edit that takes nothing away and changes no machine that was there renames nothing of theirs.
fn nobody_else_is_called_otherwise(before: &Built, after: &Built) {
    if !after.plan.has_all_of(&before.plan) {
        return;
    }
    let (was, is) = (by_address(&before.tree), by_address(&after.tree));
    for host in before.held().hosts.keys() {
        let (was, is) = (called((&before.tree, &was), host), called((&after.tree, &is), host));
        let gone: Vec<_> = was.difference(&is).collect();
        assert!(gone.is_empty(), "{host} had {gone:?}, and has {is:?}\n{}", after.plan.machines());
    }
}

/// The serial of a zone grows when and only when the zone says something else.
fn serials_follow_contents(before: &Built, after: &Built) {
    let serial = |text: &str| -> (u32, String) {
        let soa = text.lines().find(|line| line.contains(" SOA ")).expect("a zone");
        let serial = soa.split(' ').find_map(|word| word.parse().ok()).expect("a serial");
        (serial, text.replace(&format!(" {serial} "), " "))
    };
    for (path, text) in after.tree.iter().filter(|(path, _)| path.ends_with(".zone")) {
        let Some(old) = before.tree.get(path) else { continue };
        let ((was, old), (is, new)) = (serial(old), serial(text));
        assert_eq!(is - was, u32::from(old != new), "{path}: {was}, {is}");
    }
}

/// What may stop an edit: a stated number that is taken, a name or a number that is held, a range that is full.
const KNOWN: &[&str] = &["E0301", "E0306", "E0320", "E0900", "E0901", "E0902", "E0903", "E0905"];

fn holds(decisions: Vec<u32>) {
    let mut choices = Choices::new(decisions);
    let mut site = build(&Plan::first(), &Lock::default()).expect("the first site is good");
    while !choices.is_over() {
        let mut plan = site.plan.clone();
        let about = plan.edit(&site.held(), &mut choices);
        match build(&plan, &site.lock) {
            Ok(after) => {
                nobody_else_changed(&site, &after, &about);
                nobody_else_is_called_otherwise(&site, &after);
                serials_follow_contents(&site, &after);
                site = after;
            }
            Err(codes) => {
                let errors: Vec<_> = codes.iter().filter(|code| code.starts_with('E')).collect();
                assert!(errors.iter().all(|code| KNOWN.contains(*code)), "{codes:?}\n{}", plan.machines());
            }
        }
    }
}

proptest! {
    #![proptest_config(config(5))]

    #[test]
    fn whom_an_edit_is_not_about_keeps_every_number_machine_certificate_name_and_file(decisions in numbers(120)) {
        holds(decisions);
    }
}

/// Merges two locks as Git does with `merge=union`.
fn union(base: &Lock, one: &Lock, other: &Lock) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str, lock: &Lock| {
        let path = folder.path().join(name);
        fs::write(&path, lock.text()).expect("a file");
        path
    };
    let (one, base, other) = (path("one", one), path("base", base), path("other", other));
    let merged = Command::new("git").args(["merge-file", "-p", "--union"]).args([one, base, other]).output();
    let merged = merged.expect("git runs");
    assert!(merged.status.success(), "{}", String::from_utf8_lossy(&merged.stderr));
    String::from_utf8(merged.stdout).expect("text")
}

/// From a site that somebody has, two branches each add a machine.
fn branches(decisions: Vec<u32>) {
    let mut choices = Choices::new(decisions);
    let mut base = build(&Plan::first(), &Lock::default()).expect("the first site is good");
    for _ in 0..choices.below(5) {
        let mut plan = base.plan.clone();
        plan.edit(&base.held(), &mut choices);
        base = build(&plan, &base.lock).unwrap_or(base);
    }
    let branch = |choices: &mut Choices| {
        let mut plan = base.plan.clone();
        let name = plan.add(choices)?;
        Some((name, build(&plan, &base.lock).ok()?))
    };
    let (Some((first, one)), Some((second, other))) = (branch(&mut choices), branch(&mut choices)) else { return };
    if first == second {
        return;
    }
    let merged = union(&base.lock, &one.lock, &other.lock);
    let lock = Lock::parse(&merged, Marks::Refused).unwrap_or_else(|why| panic!("{why:?}\n{merged}"));
    let mut plan = one.plan.clone();
    plan.hosts.extend(other.plan.hosts.iter().filter(|(name, _)| *name == second).cloned());
    // Where both began a class, it has one name of the two.
    let taken = |built: &Built, name: &str| Numbers { policy: None, ..built.held().hosts[name].clone() };
    match build(&plan, &lock) {
        Ok(site) => {
            assert_eq!(taken(&site, &first), taken(&one, &first));
            assert_eq!(taken(&site, &second), taken(&other, &second));
            for (name, numbers) in base.held().hosts {
                assert_eq!(site.held().hosts[&name], numbers, "{name}");
            }
            // What was merged is what is there: the second build has nothing to change.
            assert_eq!(build(&plan, &site.lock).expect("it builds again").lock, site.lock);
            nobody_else_changed(&base, &Built { plan, ..site }, &BTreeSet::from([first, second]));
        }
        // Both have one number: that is for the owner to settle, and it is said.
        Err(codes) => {
            let (one, other) = (taken(&one, &first), taken(&other, &second));
            let addresses = |numbers: &Numbers| numbers.addresses.values().flatten().copied().collect::<BTreeSet<_>>();
            let meet = one.vmid.is_some() && one.vmid == other.vmid || !addresses(&one).is_disjoint(&addresses(&other));
            assert!(meet, "{codes:?}\n{merged}");
            assert!(codes.iter().any(|code| ["E0301", "E0320", "E0903", "E0904"].contains(code)), "{codes:?}");
        }
    }
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn two_branches_that_each_add_a_machine_merge_into_a_site_that_builds(decisions in numbers(60)) {
        branches(decisions);
    }
}
