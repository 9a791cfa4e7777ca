//! `ansible/`: configuration, inventory, variables, playbooks, roles, and the third layer as whole rule files.
//!
//! Roles and playbooks are the same for every site and are emitted as they stand in `roles/` and `assets/`; what differs
//! is data. Everything that decides who reaches whom is a literal file that a role copies.

mod filters;
mod inventory;
mod reach;
mod roles;
mod routes;
mod services;

use arvc_reach::policy::Policies;
use arvc_site::model::Site;

use crate::nebula;
use crate::tree::Tree;

/// Writes `ansible/`.
pub fn emit(site: &Site, policies: &Policies, header: &str, tree: &mut Tree) {
    let services = services::emit(site, header, tree);
    roles::emit(nebula::overlay(site).is_some(), services, header, tree);
    let names = filters::emit(site, policies, header, tree);
    inventory::emit(site, policies, &names, header, tree);
}
