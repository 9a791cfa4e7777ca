//! Two names become one in another tool
//!
//! ## What is wrong
//!
//! Two names of the site differ only in what another tool does not tell apart, or a machine has a tag that reads like a group
//! which it is not in.
//!
//! ## Why
//!
//! Each tool spells names in its own way: Ansible writes `-` in the name of a group as `_`, Proxmox turns tags and security
//! groups into lower case, DNS knows no case at all, and a Windows network knows a computer by the first 15 characters of its
//! name. Groups are tags in Proxmox. Two names that become one there would be one thing with the parts of both: the variables
//! of two groups, the machines of two tags, a computer that takes the other's place in its domain.
//!
//! ## Example
//!
//! ```arv part
//!   groups."Projects" = {}; # error: E0313
//!   hosts.a = { vmid = 3000; groups = [ groups."Projects" ]; };
//! ```
//!
//! ## What to do
//!
//! Use one of them for both, or give one of them a name of its own.

use std::collections::{BTreeMap, BTreeSet};

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name;
use crate::model::{Named, Site};
use crate::place::{place, report};
use crate::spelling::{self, Space, proxmox};

/// Two names become one in another tool.
pub static CODE: Code = Code::new("E0313", "two names become one in another tool", include_str!("names_meet.rs"));

/// Every consumer's names. A name that is no label and meets another one, as it is or corrected, gets this problem in place
/// of [`invalid_name`]'s.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let mut said = BTreeSet::new();
    let kinds = spelling::kinds(site);
    // Two labels never become one where names stay whole: only a site with a name that is none pays.
    if kinds.iter().flatten().any(|named| !invalid_name::is_label(&named.name)) {
        for space in spelling::spaces(site) {
            meet(space, &mut said, out);
        }
        for kind in kinds {
            corrected(kind, &mut said, out);
        }
    }
    meet(spelling::cut(site), &mut said, out);
    tags(site, out);
}

fn meet(space: Space, said: &mut BTreeSet<Span>, out: &mut Vec<Diagnostic>) {
    let label = |text: &str| format!("it is `{text}` in {}", space.place);
    let message = |first: &Named, other: &Named| {
        format!("`{}` and `{}` become one name in {}", first.path, other.path, space.place)
    };
    pairs(space.names, message, label, said, out);
}

/// Names that are none, as the names that they were probably meant to be and that others have.
fn corrected(kind: Vec<&Named>, said: &mut BTreeSet<Span>, out: &mut Vec<Diagnostic>) {
    let labels: BTreeSet<&str> =
        kind.iter().map(|named| named.name.as_str()).filter(|name| invalid_name::is_label(name)).collect();
    let meant = |named: &Named| match invalid_name::is_label(&named.name) {
        true => Some(named.name.clone()),
        false => invalid_name::corrected(&named.name).filter(|name| labels.contains(name.as_str())),
    };
    let names = kind.iter().filter_map(|named| Some((*named, meant(named)?))).collect();
    let message =
        |first: &Named, other: &Named| format!("`{}` and `{}` become one name in other tools", first.path, other.path);
    pairs(names, message, |text| format!("as a name that all of them take it is `{text}`"), said, out);
}

fn pairs(
    names: Vec<(&Named, String)>,
    message: impl Fn(&Named, &Named) -> String,
    label: impl Fn(&str) -> String,
    said: &mut BTreeSet<Span>,
    out: &mut Vec<Diagnostic>,
) {
    let mut spelled: BTreeMap<String, Vec<&Named>> = BTreeMap::new();
    for (named, text) in names {
        spelled.entry(text).or_default().push(named);
    }
    for (text, mut same) in spelled {
        same.sort_by_key(|named| (!invalid_name::is_label(&named.name), place(named, named.key)));
        let [first, others @ ..] = same.as_slice() else { continue };
        // Of one name for two things another check speaks.
        for other in others.iter().filter(|other| other.name != first.name) {
            let known = |problem: &Diagnostic| *problem.code == invalid_name::CODE && problem.span() == other.key;
            // A member's name may be wrong for its cluster's alone, and that is said there.
            let silent = !invalid_name::is_label(&other.name) && !out.iter().any(known);
            if silent || !said.insert(other.key) {
                continue;
            }
            out.retain(|problem| !known(problem));
            out.push(
                report(&CODE, message(first, other), other, other.key, &label(&text))
                    .secondary(place(first, first.key), format!("so is `{}`", first.path))
                    .help("use one of them for both, or give one of them another name"),
            );
        }
    }
}

/// Tags of machines that read like a group: a machine's groups are tags as well.
fn tags(site: &Site, out: &mut Vec<Diagnostic>) {
    let groups: BTreeMap<String, usize> =
        (0..).zip(&site.groups).map(|(id, group)| (proxmox::tag(&group.named.name), id)).collect();
    for host in site.hosts.iter().filter(|host| !host.broken) {
        for tag in &host.tags {
            let Some(id) = groups.get(&proxmox::tag(&tag.value)) else { continue };
            if host.groups.iter().any(|group| group.index() == *id) {
                continue;
            }
            let group = &site.groups[*id].named;
            let message = format!("the tag `{}` and `{}` become one name in Proxmox", tag.value, group.path);
            let label = format!("with it `{}` reads like a member of the group", host.named.path);
            out.push(
                report(&CODE, message, &host.named, tag.span, &label)
                    .secondary(place(group, group.key), "the members of this group have the tag")
                    .help("put the machine into the group, or choose another tag"),
            );
        }
    }
}
