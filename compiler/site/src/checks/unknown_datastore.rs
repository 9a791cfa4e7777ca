//! A datastore that is not there
//!
//! ## What is wrong
//!
//! The site declares its `datastores`, and a guest or an image names one that is not among them, that its node does not
//! have, or that does not take what is to lie there.
//!
//! ## Why
//!
//! Proxmox refuses to make the disk, half-way through an apply. A site that declares no datastore is not held to it: then a
//! name is only a name.
//!
//! ## Example
//!
//! ```arv part
//!   datastores.local-lvm = { kind = LvmThin; };
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     datastore = "tank"; # error: E0830
//!   };
//! ```
//!
//! ## What to do
//!
//! Name one that is declared, or declare it: `datastores.tank = { kind = Zfs; };`. `nodes` says which nodes have it,
//! `content` what it takes.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;
use crate::downloads::downloads;
use crate::model::{ImageSource, Named, NodeId, Site, StorageContent};
use crate::origins::Origins;
use crate::place::{place, report};
use crate::spelling::proxmox;

/// A datastore that is not there.
pub static CODE: Code = Code::new("E0830", "a datastore that is not there", include_str!("unknown_datastore.rs"));

/// Who names a datastore, what for, and where.
struct Use<'a> {
    named: &'a Named,
    datastore: &'a str,
    span: Span,
    content: StorageContent,
    node: Option<NodeId>,
}

/// Every datastore that a guest or an image names.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if site.datastores.is_empty() || !origins.all.datastores {
        return;
    }
    // Guests that name none have the one that the schema gives them: what is wrong with that is one mistake.
    let mut unstated: BTreeMap<&str, Vec<Use>> = BTreeMap::new();
    for used in uses(site, origins) {
        if used.span == used.named.key && site.datastore(used.datastore).is_none() {
            unstated.entry(used.datastore).or_default().push(used);
        } else {
            out.extend(problem(site, &used));
        }
    }
    for (datastore, guests) in unstated {
        out.extend(of_all(site, datastore, &guests));
    }
    let mut told = None;
    for download in downloads(site) {
        let image = &site.images[download.image.index()];
        let ImageSource::Download { datastore, .. } = &image.source else { continue };
        let content = proxmox::image_content(image.kind);
        let (named, node) = (&image.named, Some(download.node));
        let used = Use { named, datastore: &datastore.value, span: datastore.span, content, node };
        if let Some(problem) = problem(site, &used).filter(|_| told != Some(download.image)) {
            told = Some(download.image);
            out.push(problem);
        }
    }
}

fn uses<'a>(site: &'a Site, origins: &'a Origins) -> impl Iterator<Item = Use<'a>> {
    let hosts = site.hosts.iter().zip(&origins.hosts).filter(|(host, _)| host.status.is_there());
    hosts.flat_map(|(host, origin)| {
        let content = match host.kind {
            crate::model::Kind::Vm => Some(StorageContent::Images),
            crate::model::Kind::Container => Some(StorageContent::Rootdir),
            crate::model::Kind::Machine => None,
        };
        origin.datastores.iter().filter_map(move |(datastore, span)| {
            let content = content?;
            Some(Use { named: &host.named, datastore, span: *span, content, node: host.node })
        })
    })
}

/// Guests that name no datastore, and the one that they have then is not there.
fn of_all(site: &Site, datastore: &str, guests: &[Use<'_>]) -> Option<Diagnostic> {
    let first = guests.iter().min_by_key(|used| place(used.named, used.span))?;
    let label = match guests.len() {
        1 => "it names none, and has this one then".to_owned(),
        count => format!("it and {} more name none, and have this one then", count - 1),
    };
    let message = format!("the site has no datastore {}", shown(datastore));
    let declare = format!("declare it, as in `datastores.{datastore} = {{ kind = LvmThin; }};`");
    Some(
        report(&CODE, message, first.named, first.span, &label)
            .help(declare)
            .help(format!("or let them name one of {}: `datastore = …;`", names(site))),
    )
}

/// Those that are declared, the first of them.
fn names(site: &Site) -> String {
    let names: Vec<String> = site.datastores.iter().take(8).map(|it| format!("`{}`", it.named.name)).collect();
    names.join(", ")
}

fn problem(site: &Site, used: &Use<'_>) -> Option<Diagnostic> {
    let Some(datastore) = site.datastore(used.datastore) else {
        let message = format!("the site has no datastore {}", shown(used.datastore));
        return Some(
            report(&CODE, message, used.named, used.span, "none of its `datastores`")
                .help(format!("name one of {}, or declare it", names(site))),
        );
    };
    if datastore.broken {
        return None;
    }
    let declared = place(&datastore.named, datastore.named.key);
    if let Some(node) = used.node.filter(|node| !datastore.is_on(*node)) {
        let node = &site.nodes[node.index()].named;
        let message = format!("`{}` does not have `{}`", node.path, datastore.named.path);
        let nodes: Vec<String> =
            datastore.nodes.iter().map(|id| format!("`{}`", site.nodes[id.index()].named.path)).collect();
        let label = format!("`{}` is on that node", used.named.path);
        return Some(
            report(&CODE, message, used.named, used.span, &label)
                .secondary(declared, format!("it is on {}", nodes.join(", ")))
                .help(help(site, used, &format!("add `{}` to its `nodes`", node.path))),
        );
    }
    if !datastore.takes(used.content) {
        let message = format!("`{}` takes no content `{}`", datastore.named.path, used.content.name());
        let label = format!("for `{}`", used.named.path);
        return Some(
            report(&CODE, message, used.named, used.span, &label)
                .secondary(declared, "its `content` says what it takes")
                .help(help(site, used, &format!("add `{}` to its `content`", used.content.name()))),
        );
    }
    None
}

/// The datastores that would do, or else what would make this one do.
fn help(site: &Site, used: &Use<'_>, or: &str) -> String {
    let fits = site.datastores.iter().filter(|it| !it.broken && it.takes(used.content));
    let fits = fits.filter(|it| used.node.is_none_or(|node| it.is_on(node)));
    let names: Vec<String> = fits.take(8).map(|it| format!("`{}`", it.named.name)).collect();
    match names.as_slice() {
        [] => or.to_owned(),
        [only] => format!("name {only}, or {or}"),
        all => format!("name one of {}, or {or}", all.join(", ")),
    }
}
