//! Which build of an image a guest is made from.
//!
//! An image is one name for the same system on every architecture. A guest's node decides which of its builds it gets; who names
//! an image names no architecture, so a guest may move between nodes of one and nothing is said anew.

use crate::model::{Arch, Host, ImageId, NodeId, Site};

/// The build of an image for an architecture: the image itself, or one of its `builds`.
pub fn of(site: &Site, image: ImageId, arch: Arch) -> Option<ImageId> {
    let main = named(site, image);
    let all = std::iter::once(main).chain(site.images[main.index()].builds.iter().copied());
    all.into_iter().find(|id| site.images[id.index()].arch.value == arch)
}

/// The image as the site names it, of which this is a build.
pub fn named(site: &Site, image: ImageId) -> ImageId {
    site.images[image.index()].build_of.unwrap_or(image)
}

/// Whether a node can run a guest, as far as its image goes.
pub fn runs_on(site: &Site, host: &Host, node: NodeId) -> bool {
    host.image.is_none_or(|image| of(site, image, site.nodes[node.index()].arch.value).is_some())
}
