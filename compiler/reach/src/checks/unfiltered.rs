//! What to write where a claim rests on a router that is nobody's of the site, if that filters nothing.

use arvc_site::model::{Family, NetworkId, Router, Site};
use arvc_site::names::is_private;

use crate::layers::{Layer, Party, Path};
use crate::ports::PortSet;

/// The first of some paths that such a router alone makes doubtful, in words.
pub(super) fn help(site: &Site, paths: &[Path], packets: &PortSet) -> Option<String> {
    paths.iter().find_map(|path| of_path(site, path, packets))
}

fn of_path(site: &Site, path: &Path, packets: &PortSet) -> Option<String> {
    let mut doubtful = path.steps.iter().filter(|step| !packets.is_subset(&step.lower));
    let step = doubtful.next().filter(|step| step.layer == Layer::Router && step.is_unknown())?;
    let to = path.to.first()?;
    let router = |network: NetworkId| {
        let there = &site.networks[network.index()];
        let router = there.gateway(Family::of(*to)).or(there.router.as_ref())?;
        let meant = step.at == Party::Prefix(router.address.into()) && router.router == Router::Elsewhere;
        meant.then_some((&there.named.path, router.address, there.unfiltered.is_some()))
    };
    let (first, last) = (router(path.way.first()?), router(path.way.last()?)?);
    let both = first.filter(|first| *first != last && first.1 == last.1);
    // What the world leads nobody to gets no further by a router that filters nothing.
    if doubtful.next().is_some() || both.is_none() && (is_private(*to) || path.way.first() != path.way.last()) {
        return None;
    }
    let networks = both.into_iter().chain([last]).filter(|(.., said)| !said);
    let lines: Vec<String> = networks.map(|(path, ..)| format!("`{path}.unfiltered = true;`")).collect();
    (!lines.is_empty()).then(|| format!("if the router {} filters nothing, say {}", last.1, lines.join(" and ")))
}
