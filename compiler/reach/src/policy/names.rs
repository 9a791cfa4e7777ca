//! What policies are called. Their names are those of files and of security groups on machines that nobody touched, so what the lock
//! holds stays, and the sources are asked where it holds nothing.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use arvc_site::model::{HostId, Site};

use super::Policy;

/// Gives each class of machines a name that most of them had, if no other class has more of a claim to it; none if nobody had one.
///
/// Whoever is new has no vote, so that who comes renames nobody. Of equal claims to several names the first by name wins; of equal
/// ones to one name the class that it `fits`, then that of the first machine. `certain` is false where the lock may not say what
/// machines had: a machine whose own name it would be has a claim only if no other one of its class was there.
pub fn held<'n>(
    classes: &[&[HostId]],
    certain: bool,
    had: impl Fn(HostId) -> Option<&'n str>,
    fits: impl Fn(&[HostId], &str) -> bool,
) -> Vec<Option<&'n str>> {
    let mut claims = Vec::new();
    for (class, hosts) in classes.iter().enumerate() {
        let mut votes: BTreeMap<&str, (usize, HostId)> = BTreeMap::new();
        let known: Vec<(HostId, &str)> = hosts.iter().filter_map(|host| Some((*host, had(*host)?))).collect();
        if !certain && known.len() > 1 {
            continue;
        }
        for (host, name) in known {
            votes.entry(name).or_insert((0, host)).0 += 1;
        }
        let claim = |(name, (count, first))| (Reverse(count), name, Reverse(fits(hosts, name)), first, class);
        claims.extend(votes.into_iter().map(claim));
    }
    claims.sort_unstable();
    let (mut names, mut taken) = (vec![None; classes.len()], BTreeSet::new());
    for (_, name, .., class) in claims {
        if names[class].is_none() && taken.insert(name) {
            names[class] = Some(name);
        }
    }
    names
}

/// The first of `wanted`, `wanted-2`, `wanted-3`, … that is not taken, which then is.
pub fn free(wanted: String, taken: &mut BTreeSet<String>) -> String {
    let mut name = wanted.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{wanted}-{number}");
        number += 1;
    }
    name
}

/// Names policies as the module of [`Policy`] says. Of those that had no name, machines come first, since their names are unique.
pub(super) fn name(site: &Site, list: &mut [Policy]) {
    let classes: Vec<&[HostId]> = list.iter().map(|policy| policy.hosts.as_slice()).collect();
    let had = |host: HostId| site.policies.policy(&site.hosts[host.index()].named.name);
    let fits = |hosts: &[HostId], name: &str| {
        hosts.iter().any(|host| site.hosts[host.index()].named.name == name) || shared_name(site, hosts) == name
    };
    let names: Vec<Option<String>> =
        held(&classes, site.policies.certain, had, fits).into_iter().map(|name| name.map(str::to_owned)).collect();
    let mut taken: BTreeSet<String> = names.iter().flatten().cloned().collect();
    let mut order: Vec<usize> = (0..list.len()).collect();
    order.sort_by_key(|index| (list[*index].hosts.len() > 1, list[*index].hosts.first().copied()));
    for index in order {
        if let Some(name) = &names[index] {
            list[index].name.clone_from(name);
            continue;
        }
        let hosts = &list[index].hosts;
        let Some(first) = hosts.first().map(|host| &site.hosts[host.index()]) else { continue };
        let mut name = match hosts.as_slice() {
            [_] => first.named.name.clone(),
            _ => shared_name(site, hosts),
        };
        if taken.contains(&name) {
            name = format!("{name}-{}", first.named.name);
        }
        list[index].name = free(name, &mut taken);
    }
}

fn shared_name(site: &Site, hosts: &[HostId]) -> String {
    let Some(first) = hosts.first().map(|host| &site.hosts[host.index()]) else { return "hosts".to_owned() };
    if let Some(cluster) = first.cluster.map(|cluster| &site.clusters[cluster.index()]) {
        let mut members = cluster.members.clone();
        members.sort_unstable();
        if members == hosts {
            return cluster.named.name.clone();
        }
    }
    // What all have, the first one has.
    let mut groups = first.groups.clone();
    groups.sort_unstable();
    groups.dedup();
    groups.retain(|group| hosts.iter().all(|host| site.hosts[host.index()].groups.contains(group)));
    let names: Vec<&str> = groups.iter().map(|group| site.groups[group.index()].named.name.as_str()).collect();
    if names.is_empty() { "hosts".to_owned() } else { names.join("-") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// What each class is called, where the machines have had these names; `?` is a new machine.
    fn called(classes: &[&[(u32, &'static str)]], certain: bool) -> Vec<Option<&'static str>> {
        let had: BTreeMap<u32, &'static str> = classes.concat().into_iter().filter(|(_, name)| *name != "?").collect();
        let hosts: Vec<Vec<HostId>> =
            classes.iter().map(|class| class.iter().map(|(host, _)| HostId(*host)).collect()).collect();
        let hosts: Vec<&[HostId]> = hosts.iter().map(Vec::as_slice).collect();
        held(&hosts, certain, |host| had.get(&host.0).copied(), |hosts, name| name == "fit" && hosts[0].0 == 9)
    }

    #[test]
    fn those_who_were_there_decide_and_most_of_them_win() {
        assert_eq!(called(&[&[(1, "?"), (2, "web"), (3, "?"), (4, "?")]], true), [Some("web")]);
        assert_eq!(called(&[&[(1, "a"), (2, "web"), (3, "web")]], true), [Some("web")]);
        assert_eq!(called(&[&[(1, "web"), (2, "a")]], true), [Some("a")]);
        assert_eq!(called(&[&[(1, "?")], &[]], true), [None, None]);
    }

    #[test]
    fn two_classes_never_have_one_name() {
        // The larger part keeps it, and the other has the next that its machines had, or none.
        assert_eq!(called(&[&[(1, "web")], &[(2, "web"), (3, "web")]], true), [None, Some("web")]);
        assert_eq!(
            called(&[&[(1, "web"), (2, "web"), (3, "db")], &[(4, "web"), (5, "web"), (6, "web")]], true),
            [Some("db"), Some("web")]
        );
        // Of equal parts the one that the name fits, and then the first.
        assert_eq!(called(&[&[(2, "fit")], &[(9, "fit")]], true), [None, Some("fit")]);
        assert_eq!(called(&[&[(2, "web")], &[(1, "web")]], true), [None, Some("web")]);
    }

    #[test]
    fn a_lock_that_holds_no_names_knows_those_of_machines_alone() {
        assert_eq!(called(&[&[(1, "a"), (2, "b")], &[(3, "c"), (4, "?")]], false), [None, Some("c")]);
        assert_eq!(called(&[&[(1, "a"), (2, "b")]], true), [Some("a")]);
    }
}
