//! A number that another machine holds
//!
//! ## What is wrong
//!
//! A machine has a VMID or an address that `arv.lock` holds for another one: for a machine whose number was chosen, for one
//! that is gone and was not released, or for one of another environment in the same Proxmox cluster or on the same segment.
//!
//! ## Why
//!
//! The other machine may exist, even if the sources do not name it any more: what Terraform has not destroyed answers, and
//! certificates and entries of DNS that name it are out there.
//!
//! ## Example
//!
//! ```arv part
//!   # arv.lock: environments.site.retired.old = { vmid = 3000 }
//!   hosts.a = {
//!     vmid = 3000; # error: E0903
//!     groups = [ groups.projects ];
//!   };
//! ```
//!
//! ## What to do
//!
//! State another number, or none, so that a free one is chosen. If the other machine is gone for good: `arvc lock release NAME`.
//! If it is the same machine under a new name: `renamed_from = "NAME";`. A copy of a built site beside it is another environment with
//! all of its numbers: move it into a folder with an `arv.toml` of its own. One that extends it, and is to be there beside it, has
//! VMIDs and segments of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::allocate::Holder;
use crate::model::{Host, Named, Network, NetworkId, Spanned, Vmid};
use crate::place::report;

/// A number that another machine holds.
pub static CODE: Code = Code::new("E0903", "a number that another machine holds", include_str!("held_number.rs"));

/// A stated VMID that a machine has which is no machine of the site.
pub(crate) fn vmid(named: &Named, vmid: Spanned<Vmid>, by: &Holder) -> Diagnostic {
    let what = format!("VMID {}", vmid.value.0);
    let message = format!("{what} of `{}` is held by {}", named.path, whom(by));
    help(report(&CODE, message, named, vmid.span, "stated here"), named, by)
}

/// A VMID that the lock holds for a machine, and for one that is no machine of the site.
pub(crate) fn locked(named: &Named, vmid: Spanned<Vmid>, by: &Holder) -> Diagnostic {
    let message = format!("VMID {} of `{}` is held by {} too", vmid.value.0, named.path, whom(by));
    let diagnostic = report(&CODE, message, named, vmid.span, &format!("`arv.lock` holds VMID {}", vmid.value.0));
    help(diagnostic, named, by)
        .help(format!("if `{}` does not exist yet: `arvc lock release {0}`, and it gets another number", named.name))
}

/// A stated VMID that the lock holds for another machine of the site, which states none.
pub(crate) fn of_host(named: &Named, vmid: Spanned<Vmid>, other: &Named) -> Diagnostic {
    let message = format!("VMID {} of `{}` is held by `{}`", vmid.value.0, named.path, other.path);
    report(&CODE, message, named, vmid.span, "stated here")
        .secondary(other.key, format!("`arv.lock` holds VMID {} for this machine", vmid.value.0))
        .help("state another VMID, or none")
        .help(format!(
            "if `{}` may be replaced, or does not exist yet: `arvc lock release {}`, and it gets another number",
            other.path, other.name
        ))
}

/// A stated slot that the lock holds for another machine of the site, which states none.
pub(crate) fn slot_of_host(named: &Named, slot: Spanned<u64>, other: &Named) -> Diagnostic {
    let message = format!("slot {} of `{}` is held by `{}`", slot.value, named.path, other.path);
    report(&CODE, message, named, slot.span, "stated here")
        .secondary(other.key, format!("`arv.lock` holds slot {} for this machine", slot.value))
        .help("state another slot, or none")
        .help(format!(
            "if `{}` does not exist yet: `arvc lock release {}`, and it gets another number",
            other.path, other.name
        ))
}

/// An address that a machine has which is no machine of the site.
pub(crate) fn address(named: &Named, address: Spanned<IpAddr>, network: &Network, by: &Holder) -> Diagnostic {
    let message = format!("{} of `{}` in `{}` is held by {}", address.value, named.path, network.named.path, whom(by));
    help(report(&CODE, message, named, address.span, "it is stated, or follows from its number"), named, by)
}

/// A number of a machine that another environment holds for the machine of that name there.
pub(crate) struct Elsewhere {
    /// The machine, by its place among all.
    pub(crate) host: usize,
    pub(crate) environment: String,
    /// `VMID 1000`, `10.0.0.2`.
    pub(crate) what: String,
    pub(crate) span: Span,
    /// Of an address, its network.
    pub(crate) network: Option<NetworkId>,
    /// What is said if it is the only machine.
    pub(crate) problem: Diagnostic,
}

/// How many numbers are shown.
const SHOWN: usize = 6;

/// A copy of a site, or one that extends it and changes nothing of them, has all numbers of the other: one mistake.
pub(crate) fn together(found: Vec<Elsewhere>, hosts: &[Host], networks: &[Network], out: &mut Vec<Diagnostic>) {
    let mut environments: BTreeMap<String, Vec<Elsewhere>> = BTreeMap::new();
    for one in found {
        environments.entry(one.environment.clone()).or_default().push(one);
    }
    for (environment, all) in environments {
        let machines: BTreeSet<usize> = all.iter().map(|one| one.host).collect();
        if machines.len() < 2 {
            out.extend(all.into_iter().map(|one| one.problem));
            continue;
        }
        let (first, more) = (&all[0], machines.len() - 1);
        let named = &hosts[first.host].named;
        let message = format!(
            "`{}` and {more} further machine{} have numbers that the environment `{environment}` holds for machines of these names",
            named.path,
            if more == 1 { "" } else { "s" }
        );
        let on: BTreeSet<NetworkId> = all.iter().filter_map(|one| one.network).collect();
        let paths = on.iter().map(|id| format!("`{}`", networks[id.index()].named.path)).collect::<Vec<_>>().join(", ");
        let vmids = "other VMIDs (`vmids` of its ranges, and `vmid` or `first` where they are stated)";
        let segments = format!("other segments or addresses (`bridge`, `vlan` or `cidr` of {paths})");
        let apart = match (all.iter().any(|one| one.network.is_none()), on.is_empty()) {
            (true, false) => format!("{vmids} and {segments}"),
            (true, true) => vmids.to_owned(),
            (false, _) => segments,
        };
        let shown = all.iter().take(SHOWN).map(|one| format!("{} of `{}`", one.what, hosts[one.host].named.path));
        let rest = all.len().saturating_sub(SHOWN);
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        out.push(
            report(&CODE, message, named, first.span, &format!("{} is held there", first.what))
                .note(format!("they are {}{rest}", shown.collect::<Vec<_>>().join(", ")))
                .note(format!("`arv.lock` holds them since `{environment}` was built"))
                .help(format!("if both are to be there, give this one {apart}"))
                .help("if this is a copy to look at, move it into a folder with an `arv.toml` of its own, which may be empty")
                .help(format!(
                    "if `{environment}` is gone for good: `arvc lock release --environment {environment}`"
                )),
        );
    }
}

fn whom(by: &Holder) -> String {
    match &by.environment {
        None => format!("`{}`, which is gone", by.name),
        Some(environment) => format!("`{}` of the environment `{environment}`", by.name),
    }
}

fn help(diagnostic: Diagnostic, named: &Named, by: &Holder) -> Diagnostic {
    match &by.environment {
        None => diagnostic
            .note(format!("`arv.lock` keeps the numbers of `{}` until they are released", by.name))
            .help(format!("if that machine is gone for good: `arvc lock release {}`", by.name))
            .help(format!("if `{}` is that machine under a new name: `renamed_from = \"{}\";`", named.path, by.name)),
        Some(environment) => diagnostic
            .note(format!("`arv.lock` holds it since `{environment}` was built"))
            .help("state another number, or none, in one of the two environments")
            .help(format!(
                "if that machine is gone for good: `arvc lock release {} --environment {environment}`",
                by.name
            )),
    }
}
