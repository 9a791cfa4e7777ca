//! The Terraform configuration for bpg/proxmox: guests, and the first layer of filters with its whole chain of
//! switches.
//!
//! One root module a Proxmox cluster, since each has its own API and credentials; with one cluster it is `terraform/`
//! itself. What decides who reaches whom is literal: no variable, `count` or `for_each` stands in its way. Openings are
//! those of [`arvc_reach::policy`] on bridges, printed; nothing is decided here. No secret is written or asked for.

mod container;
mod extra;
mod firewall;
mod guest;
mod ha;
mod hardware;
mod image;
mod mapping;
mod moved;
mod name;
mod replication;
mod retired;
mod scope;
mod setup;
mod vm;
mod volumes;

use arvc_reach::policy::Policies;
use arvc_site::model::Site;

use crate::hcl::Body;
use crate::terraform::scope::Scope;
use crate::tree::Tree;

/// Adds the files of every Proxmox cluster that has a node.
pub fn emit(site: &Site, policies: &Policies, header: &str, tree: &mut Tree) {
    let scopes = Scope::all(site, policies);
    for scope in &scopes {
        let folder = match scopes.len() {
            1 => "terraform".to_owned(),
            _ => format!("terraform/{}", scope.datacenter.named.name),
        };
        let mut folder = Folder { path: folder, header, tree };
        setup::emit(scope, &mut folder);
        image::emit(scope, &mut folder);
        mapping::emit(scope, &mut folder);
        vm::emit(scope, &mut folder);
        container::emit(scope, &mut folder);
        ha::emit(scope, &mut folder);
        replication::emit(scope, &mut folder);
        retired::emit(scope, &mut folder);
        firewall::emit(scope, &mut folder);
        moved::emit(scope, &mut folder);
        extra::emit(scope, &mut folder);
    }
}

/// One root module.
struct Folder<'a> {
    path: String,
    header: &'a str,
    tree: &'a mut Tree,
}

impl Folder<'_> {
    /// Adds a file, below a head that says where it comes from and what it is for. No file comes from nothing.
    fn file(&mut self, name: &str, head: &str, body: &Body) {
        if body.is_empty() {
            return;
        }
        let mut text = Body::new();
        text.comment(self.header).gap();
        if !head.is_empty() {
            text.comment(head);
        }
        self.tree.text(format!("{}/{name}", self.path), format!("{}\n{}", text.print(), body.print()));
    }
}
