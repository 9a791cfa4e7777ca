//! `ansible/`: configuration, inventory, variables, playbooks, roles, and the third layer as whole rule files.
//!
//! Roles and playbooks are the same for every site and are emitted as they stand in `roles/` and `assets/`; what differs
//! is data. Everything that decides who reaches whom is a literal file that a role copies.

mod filters;
mod inventory;
mod reach;
mod resolver;
mod roles;
mod routes;
mod services;

use std::collections::BTreeMap;

use arvc_reach::policy::Policies;
use arvc_site::model::{Host, Site};

use self::resolver::Resolvers;
use self::roles::Wanted;
use crate::dns;
use crate::nebula;
use crate::tree::Tree;

/// Writes `ansible/`.
pub fn emit(site: &Site, policies: &Policies, header: &str, tree: &mut Tree) {
    let services = services::emit(site, header, tree);
    let resolvers = Resolvers::of(site);
    let overlay = nebula::overlay(site).is_some();
    roles::emit(Wanted { overlay, resolver: resolvers.is_some(), services }, header, tree);
    let names = filters::emit(site, policies, header, tree);
    inventory::emit(site, policies, resolvers.as_ref(), &names, header, tree);
}

/// What the files of the rules of each machine are called, by the machine's name.
pub(crate) fn policy_names(site: &Site, policies: &Policies) -> BTreeMap<String, String> {
    filters::names(site, policies)
}

/// Resolvers that are there, have a configuration of Unbound, and that the emitted role does not make.
pub(crate) fn other_resolvers(site: &Site) -> impl Iterator<Item = &Host> {
    let resolvers = Resolvers::of(site);
    let serves = move |id| resolvers.as_ref().is_some_and(|resolvers| resolvers.serves(id));
    let others = dns::resolving(site).into_iter().filter(move |(id, _)| !serves(*id));
    others.map(|(id, _)| &site.hosts[id.index()]).filter(|host| !host.connection.winrm)
}
