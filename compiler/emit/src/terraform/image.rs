//! What guests are made from: templates to clone, which are closed here, and images that the nodes download.

use arvc_site::downloads::{self, Download};
use arvc_site::model::{Image, ImageSource, Kind, Node, NodeId};
use arvc_site::spelling::proxmox;

use crate::hcl::{Body, Identifier, Reference, Value, fixed};
use crate::terraform::Folder;
use crate::terraform::firewall::options;
use crate::terraform::name::{self, kind};
use crate::terraform::scope::{Guest, Scope};

/// Adds the files.
pub fn emit(scope: &Scope, folder: &mut Folder) {
    let mut templates = Body::new();
    let mut downloads = Body::new();
    for (image, nodes) in scope.images() {
        template(scope, image, &nodes, &mut templates);
    }
    for download in downloads::downloads(scope.site) {
        if scope.nodes.iter().any(|(node, _)| *node == download.node) {
            fetched(scope, &download, &mut downloads);
        }
    }
    folder.file(
        "templates.tf",
        "A guest filters nothing until its own options are written. Proxmox copies a template's firewall to its clones, so a \
         closed template makes a new guest start closed. It has options and no rules: a clone would take those too, and the \
         guest's own rules cannot be created beside others.",
        &templates,
    );
    folder.file(
        "images.tf",
        "Once for each node that needs it, or once for all that share the datastore. The datastore must take the content type. An \
         image is never replaced in place: a new one is a new URL with its checksum.",
        &downloads,
    );
}

/// What must be there before a guest is made: its image's firewall, or the data centre's.
pub fn before(scope: &Scope, guest: &Guest) -> Option<Reference> {
    match scope.image(guest) {
        Some(image) if matches!(image.source, ImageSource::Template { .. }) => {
            Some(name::reference(kind::FIREWALL_OPTIONS, &name::part("template", &image.named.name)))
        }
        _ => switch(scope),
    }
}

/// The data centre's firewall, if this site is the one that turns it on.
fn switch(scope: &Scope) -> Option<Reference> {
    scope.datacenter.owns_firewall.value.then(|| name::reference(kind::CLUSTER_FIREWALL, &fixed("this")))
}

/// The volume that an image is, if it is a file: what the site says, or what the guest's node has downloaded.
pub fn volume(scope: &Scope, guest: &Guest) -> Option<Value> {
    match &scope.image(guest)?.source {
        ImageSource::Template { .. } => None,
        ImageSource::File(volume) => Some(volume.as_str().into()),
        ImageSource::Download { .. } => {
            let download = downloads::of(scope.site, guest.host.image?, guest.host.node?)?;
            Some(name::reference(kind::DOWNLOAD, &download_name(scope, &download)).field("id").into())
        }
    }
}

/// The `clone` block of a guest whose image is a template. Every field of it replaces the machine when it changes, so
/// a VM's datastore is left to its disk, which can be moved; a container's root disk cannot. For the same reason the
/// template's node stands there whichever node the guest is on: a move to or from that node changes nothing here.
pub fn clone(scope: &Scope, guest: &Guest, body: &mut Body) {
    let Some(image) = scope.image(guest) else { return };
    let ImageSource::Template { vmid, node } = &image.source else { return };
    body.block("clone", |clone| {
        clone.set("vm_id", vmid.value.0);
        let node = node.map(|node| &scope.site.nodes[node.index()].named.name);
        clone.set_some("node_name", node.cloned());
        if guest.host.kind == Kind::Container {
            clone.set("datastore_id", guest.host.datastore.as_str());
        }
        clone.set("full", true);
    });
}

fn template(scope: &Scope, image: &Image, nodes: &[&Node], file: &mut Body) {
    let ImageSource::Template { vmid, node } = &image.source else { return };
    let node = node.map(|node| &scope.site.nodes[node.index()]).or(nodes.first().copied());
    let Some(node) = node else { return };
    file.resource(&fixed(kind::FIREWALL_OPTIONS), &name::part("template", &image.named.name), |body| {
        options::target(image.kind, &node.named.name, vmid.value.0, body);
        options::closed(false, false, body);
        if let Some(switch) = switch(scope) {
            body.gap().set("depends_on", vec![switch]);
        }
    });
}

fn fetched(scope: &Scope, download: &Download, file: &mut Body) {
    let image = &scope.site.images[download.image.index()];
    let ImageSource::Download { url, checksum, algorithm, datastore, file_name, .. } = &image.source else { return };
    file.resource(&fixed(kind::DOWNLOAD), &download_name(scope, download), |body| {
        body.set("node_name", node(scope, download.node).named.name.as_str())
            .set("datastore_id", datastore.value.as_str())
            .set("content_type", proxmox::image_content(image.kind).name())
            .gap()
            .set("url", url.value.as_str())
            .set_some(
                "file_name",
                file_name.as_ref().map(|name| name.value.clone()).or(named_by(image.kind, &url.value)),
            )
            .set("checksum", checksum.as_str())
            .set("checksum_algorithm", algorithm.as_str())
            .gap()
            .set("overwrite", false);
    });
}

fn node<'a>(scope: &Scope<'a>, id: NodeId) -> &'a Node {
    &scope.site.nodes[id.index()]
}

/// A file that nodes share is named by its image alone: which of them fetches it may change.
fn download_name(scope: &Scope, download: &Download) -> Identifier {
    let image = &scope.site.images[download.image.index()].named.name;
    match download.shared {
        true => name::resource(image),
        false => name::part(image, name::resource(&node(scope, download.node).named.name).text()),
    }
}

/// The file's name, which for a VM is said. A container's template keeps the name that Proxmox takes from the URL.
fn named_by(kind: Kind, url: &str) -> Option<String> {
    proxmox::file_of_url(kind, url).filter(|_| kind != Kind::Container)
}
