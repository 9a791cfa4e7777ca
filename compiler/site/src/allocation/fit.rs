//! The networks that the host numbers of a range are for where it names none, and how many of the numbers each of them has.
//!
//! A range says nothing of where its machines are, and it is judged before there is one. A guest is on every bridge and every
//! overlay unless it says otherwise; but a /30 between two routers is not what a range of two hundred is for. So a network
//! counts that has half of the numbers, and where no bridge or no overlay has, the one that has most of them. A range without
//! VMIDs is for machines that say where they are: each of its numbers has to be good somewhere.

use crate::model::{NetworkId, NodeId, Range, Site};

use super::Numbering;

/// A network that a range is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    pub(crate) network: NetworkId,
    /// So many of the range's host numbers, from the first on, each of its prefixes has.
    pub(crate) room: u64,
}

/// The networks that a range is for without naming them.
pub(crate) fn fits(site: &Site, range: &Range, numbering: &Numbering) -> Vec<Fit> {
    let Some((first, last)) = numbering.hosts() else { return Vec::new() };
    let count = (last - first).saturating_add(1);
    let here = |id: NetworkId| {
        let network = &site.networks[id.index()];
        range.datacenter.is_none_or(|datacenter| {
            let mut nodes = (0..).map(NodeId).zip(&site.nodes);
            nodes.any(|(id, node)| node.datacenter == datacenter.value && network.is_at(id))
        })
    };
    let of = |kind: fn(&Site, NetworkId) -> bool| -> Vec<Fit> {
        let networks = site.network_ids().filter(|id| kind(site, *id) && here(*id));
        networks.filter_map(|network| Some(Fit { network, room: numbering.room(network)? })).collect()
    };
    let best = |fits: &[Fit]| fits.iter().copied().reduce(|best, fit| if best.room < fit.room { fit } else { best });
    if !numbering.has_vmids() {
        let fits = of(|site, id| !site.networks[id.index()].is_overlay());
        return match (fits.as_slice(), best(&fits)) {
            ([_], _) => fits,
            (_, Some(best)) if best.room < count => vec![best],
            _ => Vec::new(),
        };
    }
    let mut meant = Vec::new();
    for kind in [
        |site: &Site, id: NetworkId| site.networks[id.index()].is_bridge(),
        |site: &Site, id: NetworkId| site.networks[id.index()].is_overlay(),
    ] {
        let mut fits = of(kind);
        let most = best(&fits);
        fits.retain(|fit| fit.room >= count - count / 2);
        match fits.as_slice() {
            [] => meant.extend(most),
            fits => meant.extend(fits),
        }
    }
    meant
}
