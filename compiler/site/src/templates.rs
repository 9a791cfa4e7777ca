//! Which template a guest is cloned from.
//!
//! A VMID is on one node of a Proxmox cluster, so the same template on several nodes has several. A clone on its template's own
//! node copies a disk and no more; one from another node has to go over the network, which Proxmox does for VMs alone.

use crate::model::{Host, Image, NodeId, Site, Spanned, Vmid};

/// A template, as one guest is cloned from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its VMID.
    pub vmid: Spanned<Vmid>,
    /// Its node; none if that is the guest's, as far as the site says.
    pub node: Option<NodeId>,
}

/// The template that a guest of a node is cloned from: that of its node, or else the first of its Proxmox cluster.
pub fn of(site: &Site, image: &Image, node: NodeId) -> Option<Template> {
    let all = image.templates();
    let cluster = |id: NodeId| site.nodes.get(id.index()).map(|node| node.datacenter);
    let own = all.iter().find(|(_, at)| *at == Some(node));
    let near = || all.iter().find(|(_, at)| at.is_none_or(|at| cluster(at) == cluster(node)));
    let (vmid, node) = *own.or_else(near).or(all.first())?;
    Some(Template { vmid, node })
}

/// The template that a guest is cloned from, and its image.
pub fn of_guest<'s>(site: &'s Site, host: &Host) -> Option<(&'s Image, Template)> {
    let image = &site.images[host.image?.index()];
    Some((image, of(site, image, host.node?)?))
}
