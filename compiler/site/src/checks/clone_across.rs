//! A clone that Proxmox cannot make
//!
//! ## What is wrong
//!
//! A container is cloned from a template on another node, and the template or the clone lies on a datastore that the two nodes
//! do not share. Or a VM is, and the template's datastore is not on the clone's node.
//!
//! ## Why
//!
//! Proxmox makes a clone on another node only between storages that nodes share ("can't clone to non-shared storage"). A VM is
//! cloned beside its template and then moved, with its disks, to the storage of the same name; nothing moves a container's.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "pair"; domain = "example.internal"; operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve1.address = 10.0.0.1;
//!   nodes.pve2.address = 10.0.0.2;
//!   networks.lan = { cidr = 10.0.0.0/24; bridge = "vmbr1"; };
//!   ranges.guests = { vmids = 1000..1099; addresses = 10..109; };
//!   images.box = { kind = Container; vmid = 900; node = nodes.pve1; };
//!   hosts.a = { kind = Container; node = nodes.pve1; vmid = 1000; };
//!   hosts.b = { kind = Container; node = nodes.pve2; vmid = 1001; }; # error: E0844
//! }
//! ```
//!
//! ## What to do
//!
//! Make the same template on that node, and say so: `copies = [ { node = nodes.pve2; vmid = 901; } ];`. Or make containers from a file,
//! which each node has: `url` with `checksum`, or `file`. Or put both on a datastore that is declared as shared.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Host, ImageSource, Kind, Site};
use crate::place::{place, report};
use crate::templates;

/// A clone that Proxmox cannot make.
pub static CODE: Code = Code::new("E0844", "a clone that Proxmox cannot make", include_str!("clone_across.rs"));

/// Every guest that is cloned over nodes.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    out.extend(site.hosts.iter().filter(|host| !host.broken).filter_map(|host| of(site, host)));
}

fn of(site: &Site, host: &Host) -> Option<Diagnostic> {
    let created = host.kind != Kind::Machine && host.status.is_there();
    let (image, template) = templates::of_guest(site, host).filter(|_| created)?;
    let (from, to) = (template.node?, host.node?);
    let ImageSource::Template { datastore, .. } = &image.source else { return None };
    if from == to || image.kind != host.kind {
        return None;
    }
    let (source, target) = (&site.nodes[from.index()], &site.nodes[to.index()]);
    let label = if source.datacenter != target.datacenter {
        format!("its template is on `{}`, in another Proxmox cluster", source.named.path)
    } else if host.kind == Kind::Container {
        let is_shared = |name: &str| site.datastore(name).is_some_and(|store| store.shared && store.is_on(to));
        let local = datastore.as_ref().map(|it| it.value.as_str()).filter(|name| !is_shared(name));
        let local = local.or(Some(host.datastore.as_str()).filter(|name| !is_shared(name)))?;
        format!("its template is on `{}`, and the nodes do not share `{local}`", source.named.path)
    } else {
        // What is not said or not declared is not judged.
        let name = datastore.as_ref()?.value.as_str();
        site.datastore(name).filter(|store| !store.broken && !store.is_on(to))?;
        format!("it is moved there from `{}` with its disks, and there is no `{name}`", source.named.path)
    };
    let message = format!("`{}` cannot be cloned to `{}`", host.named.path, target.named.path);
    let copy = format!("copies = [ {{ node = {}; vmid = …; }} ];", target.named.path);
    Some(
        report(&CODE, message, &host.named, host.named.key, &label)
            .secondary(place(&image.named, template.vmid.span), "the template")
            .help(format!("make the same template there, with a VMID of its own: `{copy}`"))
            .help("or make it from a file, which each node has: `url` with `checksum`, or `file`"),
    )
}
