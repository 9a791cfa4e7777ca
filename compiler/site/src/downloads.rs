//! Which nodes fetch which images onto which storage, and what the files are called there.
//!
//! An image is stated once. Each node with a guest that is made from it needs the file on a storage of its own; on a storage that
//! several nodes share it is fetched once in each Proxmox cluster, by one of its nodes.

use std::collections::BTreeSet;

use crate::model::{DatacenterId, Host, ImageId, ImageSource, Kind, NodeId, Site};
use crate::spelling::proxmox;

/// One file that Terraform has a node fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Download {
    /// The image.
    pub image: ImageId,
    /// The Proxmox cluster.
    pub datacenter: DatacenterId,
    /// The node that fetches it.
    pub node: NodeId,
    /// Whether the storage is one that nodes share: then the file is there for all of them.
    pub shared: bool,
}

impl Download {
    /// The file as Proxmox names it: `local:import/debian-13.qcow2`. None if only the server of the image knows its name.
    pub fn volume(&self, site: &Site) -> Option<String> {
        let image = &site.images[self.image.index()];
        let ImageSource::Download { url, datastore, file_name, .. } = &image.source else { return None };
        let file = file_name.as_ref().map(|name| name.value.clone());
        let file = file.or_else(|| proxmox::file_of_url(image.kind, &url.value))?;
        Some(format!("{}:{}/{file}", datastore.value, proxmox::image_content(image.kind).name()))
    }
}

/// What is downloaded for the guests of a site, by image and by the names of nodes.
pub fn downloads(site: &Site) -> Vec<Download> {
    let used: BTreeSet<(ImageId, NodeId)> = site.hosts.iter().filter_map(made_from).collect();
    let mut found: Vec<Download> = used.into_iter().filter_map(|(image, node)| of(site, image, node)).collect();
    found.sort_by_key(|download| (download.image, &site.nodes[download.node.index()].named.name, download.shared));
    found.dedup();
    found
}

/// The download that a guest of a node is made from, if the image is one.
pub fn of(site: &Site, image: ImageId, node: NodeId) -> Option<Download> {
    let ImageSource::Download { datastore, node: fetching, .. } = &site.images[image.index()].source else {
        return None;
    };
    let datacenter = site.nodes.get(node.index())?.datacenter;
    let own = Download { image, datacenter, node, shared: false };
    let Some(store) = site.datastore(&datastore.value).filter(|store| store.shared && store.is_on(node)) else {
        return Some(own);
    };
    let has =
        |id: &NodeId| site.nodes.get(id.index()).is_some_and(|node| node.datacenter == datacenter) && store.is_on(*id);
    // Not one that happens to have a guest: which one fetches it would change with the guests, and the file would be removed
    // and fetched again.
    let mut all: Vec<NodeId> = site.node_ids().filter(has).collect();
    all.sort_by_key(|id| &site.nodes[id.index()].named.name);
    let node = fetching.filter(has).or(all.first().copied())?;
    Some(Download { node, shared: true, ..own })
}

/// The image of a guest that Terraform creates, and its node.
fn made_from(host: &Host) -> Option<(ImageId, NodeId)> {
    let created = host.kind != Kind::Machine && host.status.is_there() && host.vmid.is_some();
    Some((host.image.filter(|_| created)?, host.node?))
}
