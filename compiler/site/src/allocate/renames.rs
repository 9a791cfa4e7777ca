//! Which machine of the lock a machine of the sources is: itself, or the one that it says it was called.

use std::collections::{BTreeMap, HashMap, HashSet};

use arvc_syntax::diagnostic::Diagnostic;

use crate::checks::rename;
use crate::lock::{Held, Numbers};
use crate::model::{Host, Spanned};

/// Renames that take effect now: from the new name to the old one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Renames {
    pub(crate) old: BTreeMap<String, String>,
}

impl Renames {
    /// The name that the lock knows a machine by.
    pub(crate) fn known<'n>(&'n self, held: &Held, name: &'n str) -> &'n str {
        if held.own.hosts.contains_key(name) {
            return name;
        }
        self.old.get(name).map_or(name, String::as_str)
    }

    /// What the lock holds of a machine. One that came back has what it had.
    pub(crate) fn numbers<'h>(&self, held: &'h Held, name: &str) -> Option<&'h Numbers> {
        let known = self.known(held, name);
        held.own.hosts.get(known).or_else(|| held.own.retired.get(known))
    }
}

/// The renames that hosts state and the lock has not seen yet. `from` is what each host says it was called.
///
/// One that the lock knows of already, or whose old name it does not know, is done, and changes nothing.
pub(crate) fn renames(hosts: &[Host], held: &Held, out: &mut Vec<Diagnostic>) -> Renames {
    let stated = hosts.iter().filter_map(|host| Some((host, host.renamed_from.as_ref()?)));
    let stated: Vec<(&Host, &Spanned<String>)> = stated.collect();
    let mut renames = Renames::default();
    if stated.is_empty() {
        return renames;
    }
    let present: HashMap<&str, &Host> = hosts.iter().map(|host| (host.named.name.as_str(), host)).collect();
    let mut used: HashMap<&str, &Host> = HashMap::new();
    let mut reported = HashSet::new();
    for (host, from) in stated {
        let (new, old) = (host.named.name.as_str(), from.value.as_str());
        if new == old {
            out.push(rename::of_itself(&host.named, from));
            continue;
        }
        let done = held.own.renamed.get(old).is_some_and(|to| to == new);
        let known = held.own.hosts.contains_key(old) || held.own.retired.contains_key(old);
        if done || !known {
            continue;
        }
        if let Some(other) = used.insert(old, host) {
            out.push(rename::of_two(&host.named, from, &other.named));
        } else if let Some(other) = present.get(old) {
            // Of two that say they were one another, one is told.
            let back = other.renamed_from.as_ref().is_some_and(|it| it.value == new);
            if !(back && reported.contains(old)) {
                out.push(rename::of_present(&host.named, from, &other.named));
                reported.insert(new);
            }
        } else if held.own.hosts.contains_key(new) || held.own.retired.contains_key(new) {
            out.push(rename::of_known(&host.named, from));
        } else {
            renames.old.insert(new.to_owned(), old.to_owned());
        }
    }
    renames
}
