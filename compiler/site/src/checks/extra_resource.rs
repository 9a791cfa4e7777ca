//! A resource that Terraform must not have besides
//!
//! ## What is wrong
//!
//! A further resource makes a machine, opens or closes a firewall of Proxmox, has the name of one that arvc writes, or
//! belongs to no datacenter that is named.
//!
//! ## Why
//!
//! Machines and firewalls are what is proved. A machine that the site does not know is in no proof, and a rule that is
//! written beside those of the site would make it untrue. Every other resource is the operator's.
//!
//! ## Example
//!
//! ```arv part
//!   terraform.resources.proxmox_virtual_environment_firewall_rules = { # error: E0379
//!     mine = { rule = { type = "in"; action = "ACCEPT"; }; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Write a host for a machine, and `allow` for a rule; give the resource another name.

use std::collections::{BTreeMap, BTreeSet};

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::{extra_name, extra_secret};
use crate::model::{Datacenter, DatacenterId, ImageSource, Kind, Node, Provider, Site, Terraform};
use crate::origins::Origins;

/// A resource that Terraform must not have besides.
pub static CODE: Code =
    Code::new("E0379", "a resource that Terraform must not have besides", include_str!("extra_resource.rs"));

/// Endings of the types that are machines, in the providers for Proxmox: bpg and Telmate.
const MACHINES: [&str; 6] = ["_vm", "_vm2", "_container", "_vm_qemu", "_lxc", "_lxc_disk"];

/// Names and types of one root module.
pub(crate) fn check(terraform: &Terraform) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let mut kinds = BTreeSet::new();
    for resource in &terraform.resources {
        if kinds.insert(&resource.kind) {
            out.extend(extra_name::check("a resource type", &resource.kind, resource.kind_key));
            out.extend(of_the_site(&resource.kind, resource.kind_key));
        }
        out.extend(extra_name::check("a resource", &resource.name, resource.key));
        for argument in &resource.arguments {
            out.extend(extra_name::check("an argument", &argument.name, argument.key));
            out.extend(argument.value.secret().map(|span| extra_secret::diagnostic("Terraform's state", span)));
        }
    }
    for provider in &terraform.providers {
        out.extend(extra_name::check("a provider", &provider.name, provider.key));
        out.extend(own_provider(provider));
        for argument in &provider.configuration {
            out.extend(extra_name::check("an argument", &argument.name, argument.key));
            out.extend(argument.value.secret().map(|span| extra_secret::diagnostic("a file of Terraform", span)));
        }
    }
    out
}

fn of_the_site(kind: &str, key: Span) -> Option<Diagnostic> {
    let rest = kind.strip_prefix("proxmox_")?;
    let (message, help) = match () {
        () if rest.contains("firewall") => {
            (format!("`{kind}` is a part of the firewall, which is proved"), "write `allow`: the rules follow from it")
        }
        () if MACHINES.iter().any(|ending| kind.ends_with(ending)) => {
            (format!("`{kind}` is a machine that the site would not know"), "write it as a host: `hosts.NAME`")
        }
        () => return None,
    };
    Some(Diagnostic::new(&CODE, message, key, "not beside what arvc writes").help(help))
}

fn own_provider(provider: &Provider) -> Option<Diagnostic> {
    (provider.name == "proxmox").then(|| {
        Diagnostic::new(&CODE, "the provider `proxmox` is arvc's to write", provider.key, "stated in `providers.tf`")
            .help("write `datacenters.NAME.endpoint`; the credentials come from the environment")
    })
}

/// Resources with the names of those that arvc writes: the pool, memberships in it, downloads. And those of a datacenter
/// that has no node.
pub(crate) fn check_names(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    for (datacenter, id) in site.datacenters.iter().zip((0..).map(DatacenterId)) {
        let keys = datacenter.terraform.resources.iter().map(|resource| resource.key);
        let mut keys = keys.chain(datacenter.terraform.providers.iter().map(|provider| provider.key));
        let bare = origins.all.nodes && site.nodes.iter().all(|node| node.datacenter != id);
        if let Some(key) = keys.next().filter(|_| bare) {
            let message = format!("`{}` has no node, and so nothing for Terraform", datacenter.named.path);
            out.push(Diagnostic::new(&CODE, message, key, "nobody would read it"));
        }
        let mut providers = BTreeMap::new();
        for provider in &datacenter.terraform.providers {
            if let Some(before) = providers.insert(&provider.name, provider.key) {
                let message = format!("the provider `{}` is there twice", provider.name);
                let problem = Diagnostic::new(&CODE, message, provider.key.max(before), "here again");
                out.push(problem.secondary(provider.key.min(before), "here first"));
            }
        }
        let mut names = BTreeMap::new();
        for resource in &datacenter.terraform.resources {
            if let Some(before) = names.insert((&resource.kind, &resource.name), resource.key) {
                let message = format!("the resource `{}.{}` is there twice", resource.kind, resource.name);
                let problem = Diagnostic::new(&CODE, message, resource.key.max(before), "here again");
                out.push(problem.secondary(resource.key.min(before), "here first"));
            }
            let written = match resource.kind.as_str() {
                "proxmox_virtual_environment_pool" => resource.name == "guests",
                "proxmox_pool_membership" => site
                    .hosts
                    .iter()
                    .any(|host| host.kind == Kind::Container && identifier(&host.named.name) == resource.name),
                "proxmox_download_file" => site.images.iter().any(|image| {
                    let name = identifier(&image.named.name);
                    let of_node = |node: &Node| resource.name == format!("{name}_{}", identifier(&node.named.name));
                    matches!(image.source, ImageSource::Download { .. })
                        && (resource.name == name || site.nodes.iter().any(of_node))
                }),
                _ => false,
            };
            if written {
                let message = format!("arvc writes a resource `{}.{}` itself", resource.kind, resource.name);
                out.push(
                    Diagnostic::new(&CODE, message, resource.key, "has its name").help("give this one another name"),
                );
            }
        }
    }
}

/// A label as Terraform's name: one that begins with a digit gets a `_`.
fn identifier(label: &str) -> String {
    match label.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("_{label}"),
        false => label.to_owned(),
    }
}

/// `terraform` of a site that has several root modules.
pub(crate) fn which_datacenter(key: Span, datacenters: &[Datacenter]) -> Diagnostic {
    let message = "the site has several datacenters, each with a root module of its own";
    let diagnostic = Diagnostic::new(&CODE, message, key, "which one is meant?");
    match datacenters.first() {
        Some(first) => diagnostic.help(format!("write it there: `{}.terraform`", first.named.path)),
        None => diagnostic,
    }
}
