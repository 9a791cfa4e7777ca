//! Two machines have one VMID
//!
//! ## What is wrong
//!
//! A VMID is written for two guests, or for a guest and a template.
//!
//! ## Why
//!
//! The VMID is a guest's identity in Proxmox: VMs, containers and templates of one Proxmox cluster share one space of
//! numbers. The second machine could not be created, or, worse, would be taken for the first.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000; # error: E0301
//!     groups = [ groups.projects ];
//!   };
//!   hosts.b = { vmid = 3000; groups = [ groups.projects ]; };
//! ```
//!
//! ## What to do
//!
//! Give one of them another number of its range. Change the one that does not exist yet: a changed VMID is a new machine.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{DatacenterId, Named, Site, Spanned, Vmid};
use crate::origins::Origins;
use crate::place::{explain, place};

/// Two machines have one VMID.
pub static CODE: Code = Code::new("E0301", "two machines have one VMID", include_str!("duplicate_vmid.rs"));

/// Who has a VMID: its number, where it is owned (`None`: wherever), and where it is written.
pub(crate) struct Taken<'a> {
    pub(crate) vmid: Spanned<Vmid>,
    pub(crate) datacenter: Option<DatacenterId>,
    pub(crate) named: &'a Named,
    pub(crate) key: Option<Span>,
    /// Whether it follows from an address that the machine states.
    pub(crate) follows: bool,
}

impl Taken<'_> {
    fn meets(&self, other: &Self) -> bool {
        let apart = matches!((self.datacenter, other.datacenter), (Some(a), Some(b)) if a != b);
        self.vmid.value == other.vmid.value && !apart
    }
}

/// All VMIDs, sorted by number and then by place.
pub(crate) fn taken<'a>(site: &'a Site, origins: &Origins) -> Vec<Taken<'a>> {
    let datacenter = |node: Option<crate::model::NodeId>| {
        node.and_then(|node| site.nodes.get(node.index())).map(|node| node.datacenter)
    };
    let hosts = site.hosts.iter().zip(&origins.hosts).filter_map(|(host, origin)| {
        let (vmid, named) = (host.vmid?, &host.named);
        let mut addresses = host.interfaces.iter().flat_map(|on| on.addresses().map(move |it| (on.network, it)));
        let follows =
            addresses.any(|(network, it)| it.span == vmid.span && origin.stated.contains(&(network, it.value)));
        Some(Taken { vmid, datacenter: datacenter(host.node), named, key: origin.vmid_key, follows })
    });
    let images = site.images.iter().flat_map(|image| {
        let named = &image.named;
        image.templates().into_iter().map(move |(vmid, node)| Taken {
            vmid,
            datacenter: datacenter(node),
            named,
            key: None,
            follows: false,
        })
    });
    let mut taken: Vec<_> = hosts.chain(images).collect();
    taken.sort_by_key(|taken| (taken.vmid.value, place(taken.named, taken.vmid.span)));
    taken
}

/// One problem for each number that several have.
pub(crate) fn check(taken: &[Taken<'_>], out: &mut Vec<Diagnostic>) {
    for same in taken.chunk_by(|a, b| a.vmid.value == b.vmid.value) {
        let meeting = |taken: &&Taken<'_>| same.iter().filter(|other| taken.meets(other)).count() > 1;
        let same: Vec<_> = same.iter().filter(meeting).collect();
        let [first, others @ ..] = same.as_slice() else { continue };
        let paths = same.iter().map(|taken| taken.named.path.as_str()).collect::<Vec<_>>();
        let message = match paths.as_slice() {
            [a, b] => format!("`{a}` and `{b}` have VMID {}", first.vmid.value.0),
            _ => format!("{} machines have VMID {}", paths.len(), first.vmid.value.0),
        };
        let label = |taken: &Taken<'_>| match taken.follows {
            true => format!("VMID {} of `{}` follows from this address", taken.vmid.value.0, taken.named.path),
            false => format!("VMID of `{}`", taken.named.path),
        };
        let mut diagnostic = Diagnostic::new(&CODE, message, place(first.named, first.vmid.span), label(first));
        for other in others {
            diagnostic = diagnostic.primary(place(other.named, other.vmid.span), label(other));
        }
        for taken in &same {
            diagnostic = explain(diagnostic, taken.named, taken.vmid.span);
            if let Some(key) = taken.key.filter(|_| !taken.named.calls.is_empty()) {
                diagnostic = diagnostic.secondary(key, "it becomes the VMID here");
            }
        }
        let follows = same.iter().any(|taken| taken.follows);
        let what = if follows { "VMID, or another address" } else { "VMID" };
        out.push(
            distinct(diagnostic).help(format!("give one of them another {what}: the one that does not exist yet")),
        );
    }
}

/// Two machines made by one helper lead through the same lines; each is shown once.
fn distinct(mut diagnostic: Diagnostic) -> Diagnostic {
    let mut seen = Vec::new();
    diagnostic.labels.retain(|label| {
        let new = !seen.contains(&(label.span, label.message.clone()));
        seen.push((label.span, label.message.clone()));
        new
    });
    diagnostic
}
