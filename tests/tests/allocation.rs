//! Random edits of a site, built after each one: no machine's number ever changes because of another machine, nobody gets
//! the number of one that is gone, and what is held survives being written and read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use arvc::lock::{Lock, Marks};
use arvc::pipeline::{Checked, check_held};
use arvc::source::Problem;
use arvc_site::lock::Numbers;
use arvc_tests::random::{Choices, config, numbers};
use proptest::prelude::proptest;

const HEAD: &str = r#"
  name = "site"; domain = "example.internal";
  operators.addresses = [ 203.0.113.9 ]; nodes.pve = { address = 10.0.0.1; };
  networks.lan = { cidr = 10.0.0.0/24; bridge = "vmbr1"; gateway = nodes.pve; reserved = [ 15..16 ]; };
  images.debian = { vmid = 1003; };
  ranges.a = { vmids = 1000..1999; addresses = 10..29; };
  ranges.b = { vmids = 2000..2004; addresses = 40..99; };
  ranges.plain = { addresses = 200..207; };
"#;

const NAMES: [&str; 8] = ["web-1", "web-2", "web-3", "db", "dns", "cache", "mail-01", "mail-02"];

#[derive(Clone, Debug)]
struct Machine {
    range: &'static str,
    /// Of a machine in the range without VMIDs it is the slot.
    vmid: Option<u32>,
    renamed_from: Option<String>,
}

fn text(machines: &[(String, Machine)]) -> String {
    let mut text = format!("{{{HEAD}");
    for (name, machine) in machines {
        let _ = write!(text, "  hosts.{name} = {{ ");
        match (machine.range, machine.vmid) {
            ("plain", slot) => {
                text.push_str("kind = Machine; range = ranges.plain; on.lan = {}; ");
                let _ = slot.map_or(Ok(()), |slot| write!(text, "slot = {slot}; "));
            }
            (_, Some(vmid)) => drop(write!(text, "vmid = {vmid}; ")),
            (range, None) => drop(write!(text, "range = ranges.{range}; ")),
        }
        if let Some(old) = &machine.renamed_from {
            let _ = write!(text, "renamed_from = \"{old}\"; ");
        }
        text.push_str("};\n");
    }
    text + "}\n"
}

/// Builds, as far as the lock is concerned: what it holds goes through its text.
fn build(machines: &[(String, Machine)], lock: &mut Lock) -> Checked {
    let read = &mut |_: &str| Err(Problem::NotFound);
    let checked = check_held("site.arv", text(machines), read, &lock.held("site"));
    if checked.is_good() {
        lock.set_environment("site", checked.lock.clone());
        let again = Lock::parse(&lock.text(), Marks::Refused).expect("what is written can be read");
        assert_eq!(again.held("site"), lock.held("site"));
        *lock = again;
    }
    checked
}

/// One edit; with the name of a machine whose numbers were released.
fn edit(machines: &mut Vec<(String, Machine)>, lock: &mut Lock, choices: &mut Choices) -> Option<String> {
    match choices.below(6) {
        0 | 1 => {
            let name = (*choices.pick(&NAMES)).to_owned();
            let range = *choices.pick(&["a", "a", "b", "plain"]);
            let first = if range == "plain" { 198 } else { 1000 };
            let vmid = choices.once_in(4).then(|| first + choices.below(12) as u32);
            if !machines.iter().any(|(known, _)| *known == name) {
                machines.push((name, Machine { range, vmid, renamed_from: None }));
            }
        }
        2 if !machines.is_empty() => drop(machines.remove(choices.below(machines.len()))),
        3 => choices.shuffle(machines),
        4 if !machines.is_empty() => {
            let (at, new) = (choices.below(machines.len()), *choices.pick(&NAMES));
            let held = lock.held("site").own;
            let free = !machines.iter().any(|(known, _)| known == new) && !held.hosts.contains_key(new);
            if free {
                machines[at].1.renamed_from = Some(machines[at].0.clone());
                machines[at].0 = new.to_owned();
            }
        }
        5 => {
            let mut held = lock.held("site").own;
            let names: Vec<String> = held.retired.keys().cloned().collect();
            if !names.is_empty() {
                let name = names[choices.below(names.len())].clone();
                held.retired.remove(&name);
                lock.set_environment("site", held);
                return Some(name);
            }
        }
        _ => {}
    }
    None
}

/// Whether somebody of these has each of the numbers. Whoever was a guest and came back as none left its VMID behind.
fn are_held(numbers: &Numbers, by: &[Option<&Numbers>]) -> bool {
    let by: Vec<&Numbers> = by.iter().copied().flatten().collect();
    let vmid = numbers.vmid.is_none() || by.iter().any(|held| held.vmid == numbers.vmid);
    let has = |held: &Numbers, address| held.addresses.values().flatten().any(|at| at == address);
    vmid && numbers.addresses.values().flatten().all(|address| by.iter().any(|held| has(held, address)))
}

fn holds(decisions: Vec<u32>) {
    let mut choices = Choices::new(decisions);
    let (mut machines, mut lock) = (Vec::new(), Lock::default());
    while !choices.is_over() {
        let (before, kept) = (machines.clone(), lock.clone());
        edit(&mut machines, &mut lock, &mut choices);
        let held = lock.held("site").own;
        let checked = build(&machines, &mut lock);
        if !checked.is_good() {
            // A stated number met one that is held, a name was used again, or a range is full: the edit is taken back.
            let codes: BTreeSet<&str> = checked.diagnostics.iter().map(|problem| problem.code.id).collect();
            let known = [
                "E0301", "E0304", "E0306", "E0320", "E0323", "E0392", "E0900", "E0901", "E0902", "E0903", "E0905",
                "L0301",
            ];
            assert!(codes.iter().all(|code| known.contains(code)), "{codes:?}\n{}", text(&machines));
            (machines, lock) = (before, kept);
            continue;
        }
        let now = lock.held("site").own;
        let renamed: BTreeMap<&str, &str> =
            checked.renamed.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
        for (name, numbers) in &held.hosts {
            let name = renamed.get(name.as_str()).copied().unwrap_or(name);
            match now.hosts.get(name) {
                // What its rules are called is no number: a renamed machine leaves their name with those who share them.
                Some(after) => {
                    let after = Numbers { policy: numbers.policy.clone(), ..after.clone() };
                    assert_eq!(&after, numbers, "{name} changed its numbers\n{}", text(&machines));
                }
                None => assert!(are_held(numbers, &[now.retired.get(name)]), "{name} was let go\n{}", lock.text()),
            }
        }
        for (name, numbers) in &held.retired {
            let new = renamed.get(name.as_str()).copied().unwrap_or(name);
            let held = are_held(numbers, &[now.hosts.get(new), now.retired.get(name)]);
            assert!(held, "{name} was let go\n{}", lock.text());
        }
        let all = now.hosts.values().chain(now.retired.values());
        let vmids: Vec<_> = all.clone().filter_map(|numbers| numbers.vmid).collect();
        assert_eq!(vmids.iter().collect::<BTreeSet<_>>().len(), vmids.len(), "two have one VMID\n{}", lock.text());
        let addresses: Vec<_> = all.flat_map(|numbers| numbers.addresses.values().flatten()).collect();
        assert_eq!(addresses.iter().collect::<BTreeSet<_>>().len(), addresses.len(), "two have one address");
        // Another order of the same sources gives the same.
        let mut other = machines.clone();
        other.reverse();
        let mut again = Lock::default();
        again.set_environment("site", held);
        build(&other, &mut again);
        assert_eq!(again.held("site").own, now);
    }
}

proptest! {
    #![proptest_config(config(16))]

    #[test]
    fn no_edit_changes_the_number_of_a_machine_that_it_is_not_about(decisions in numbers(100)) {
        holds(decisions);
    }
}

/// The number of a machine follows from its own name as long as nobody is there already: two branches that each add a machine
/// give them different numbers, as a rule, and the same machine the same one.
#[test]
fn what_is_chosen_for_one_machine_does_not_depend_on_another() {
    let machine = |name: &str| (name.to_owned(), Machine { range: "a", vmid: None, renamed_from: None });
    let number = |names: &[&str], name: &str| {
        let mut lock = Lock::default();
        build(&names.iter().map(|name| machine(name)).collect::<Vec<_>>(), &mut lock);
        lock.held("site").own.hosts[name].vmid
    };
    assert_eq!(number(&["db"], "db"), number(&["db", "dns", "web-1"], "db"));
    assert_ne!(number(&["db"], "db"), number(&["dns"], "dns"));
    let web = ["web-1", "web-2"].map(|name| number(&["web-1", "web-2"], name).expect("a number").0);
    assert_eq!(web[0] + 1, web[1]);
}
