//! What guests are made from: templates to clone, which are closed here, and images that the nodes download.

use arvc_site::model::{Image, ImageSource, Kind, Node};

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
        match &image.source {
            ImageSource::Template { .. } => template(scope, image, &nodes, &mut templates),
            ImageSource::Download { .. } => {
                for node in nodes {
                    download(image, node, &mut downloads);
                }
            }
            ImageSource::File(_) => {}
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
        "Once for each node that needs it. The datastore must take the content type. An image is never replaced in place: a \
         new one is a new URL with its checksum.",
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
pub fn volume(image: &Image, guest: &Guest) -> Option<Value> {
    match &image.source {
        ImageSource::Template { .. } => None,
        ImageSource::File(volume) => Some(volume.as_str().into()),
        ImageSource::Download { .. } => {
            Some(name::reference(kind::DOWNLOAD, &download_name(image, guest.node)).field("id").into())
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

fn download(image: &Image, node: &Node, file: &mut Body) {
    let ImageSource::Download { url, checksum, algorithm, datastore } = &image.source else { return };
    file.resource(&fixed(kind::DOWNLOAD), &download_name(image, node), |body| {
        body.set("node_name", node.named.name.as_str())
            .set("datastore_id", datastore.as_str())
            .set("content_type", if image.kind == Kind::Container { "vztmpl" } else { "import" })
            .gap()
            .set("url", url.as_str())
            .set_some("file_name", file_name(image.kind, url))
            .set("checksum", checksum.as_str())
            .set("checksum_algorithm", algorithm.as_str())
            .gap()
            .set("overwrite", false);
    });
}

fn download_name(image: &Image, node: &Node) -> Identifier {
    name::part(&image.named.name, name::resource(&node.named.name).text())
}

/// The name of an image for a VM: that of the URL's file. Ubuntu's `.img` is qcow2, and Proxmox goes by the ending.
/// A container's template keeps the name that Proxmox takes from the URL.
fn file_name(kind: Kind, url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let file = path.rsplit('/').next().filter(|file| !file.is_empty() && kind != Kind::Container)?;
    Some(match file.strip_suffix(".img") {
        Some(stem) => format!("{stem}.qcow2"),
        None => file.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use arvc_site::model::Kind;

    use super::file_name;

    #[test]
    fn an_image_is_named_by_its_url_and_as_the_qcow2_that_it_is() {
        let name = |url| file_name(Kind::Vm, url);
        assert_eq!(name("https://a.example/x/debian-13.qcow2"), Some("debian-13.qcow2".into()));
        assert_eq!(name("https://a.example/noble.img?x=/y#z"), Some("noble.qcow2".into()));
        assert_eq!(name("https://a.example/"), None);
        assert_eq!(file_name(Kind::Container, "https://a.example/x.tar.zst"), None);
    }
}
