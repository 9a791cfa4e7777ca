//! What an edit costs, in a line for each kind of work: machines made, destroyed, replaced, moved, rebooted; certificates to sign;
//! guests that Ansible touches. Told from the trees alone, by what `arvc diff` tells it with.

use std::collections::BTreeSet;

use arvc_diff::certificates::certificates;
use arvc_diff::machines::{Effect, Machine, machines};

use crate::Tree;

/// One line for each kind of work that there is.
pub fn work(before: &Tree, after: &Tree) -> String {
    let mut out = String::new();
    let mut say = |what: &str, whom: Vec<String>| {
        if !whom.is_empty() {
            out.push_str(&format!("{what}: {}\n", whom.join(", ")));
        }
    };
    let found = machines(before, after);
    assert!(found.unread.is_empty(), "{:?}", found.unread);
    say("Terraform creates", found.created);
    say("Terraform destroys", found.destroyed);
    say("Terraform renames", found.renamed.iter().map(|(old, new)| format!("{old} -> {new}")).collect());
    for (effect, word) in [
        (Effect::Replaced, "Terraform replaces"),
        (Effect::Moved, "Terraform moves"),
        (Effect::Rebooted, "Terraform reboots"),
        (Effect::Changed, "Terraform changes in place"),
    ] {
        let paths = |machine: &Machine| {
            machine.attributes.iter().map(|attribute| attribute.path.as_str()).collect::<Vec<_>>().join(", ")
        };
        let of = found.changed.iter().filter(|machine| machine.effect == effect);
        say(word, of.map(|machine| format!("{} ({})", machine.name, paths(machine))).collect());
    }
    let (added, altered, removed) = (found.added, found.altered, found.removed);
    if added + altered + removed > 0 {
        say("Terraform's other resources", vec![format!("{added} more, {altered} changed, {removed} fewer")]);
    }
    let plan = certificates(before, after);
    say("certificates to sign", plan.sign);
    say("certificates to block", plan.block.into_iter().map(|grant| grant.name).collect());
    say("Nebula's configuration changes on", hosts_of(before, after, "nebula/", ".yml"));
    say("variables change of", hosts_of(before, after, "ansible/inventory/host_vars/", ".yml"));
    let filters = hosts_of(before, after, "ansible/files/filter/", ".v4").into_iter();
    let filters: BTreeSet<String> = filters.chain(hosts_of(before, after, "ansible/files/filter/", ".v6")).collect();
    say("variables change of the groups", hosts_of(before, after, "ansible/inventory/group_vars/", ".yml"));
    say("packet filters change", filters.into_iter().collect());
    out
}

/// The stems of the files in a folder that differ, those that come or go left out.
fn hosts_of(before: &Tree, after: &Tree, folder: &str, end: &str) -> Vec<String> {
    let both = after.iter().filter_map(|(path, text)| Some((path, text, before.get(path)?)));
    let changed = both.filter(|(_, new, old)| new != old).map(|(path, ..)| path);
    changed.filter_map(|path| path.strip_prefix(folder)?.strip_suffix(end).map(str::to_owned)).collect()
}
