//! Ways into a machine by a network that is not its way out: they are shown, so that nobody looks for them, and no proof rests on
//! them, since no answer comes back.

use std::rc::Rc;

use arvc_site::model::{Family, HostId};
use ipnet::IpNet;

use super::decide::{Ends, Layers, Other, router};
use super::{Layer, Party, Path, Step, Way};
use crate::ports::PortSet;

impl Layers<'_> {
    /// The paths from addresses that no machine has to one that answers them by another network.
    pub fn unanswered(&self, zone: &Party, host: HostId) -> Vec<Path> {
        let profile = self.members.profile_of[host.index()];
        let (prefixes, known) = (self.zone(zone), self.exits_to(host, zone));
        let mut paths = Vec::new();
        for family in [Family::V4, Family::V6] {
            let part: Vec<IpNet> =
                prefixes.iter().copied().filter(|prefix| Family::of_prefix(prefix) == family).collect();
            if part.is_empty() {
                continue;
            }
            let out = self.members.way_out(profile, family);
            // Who is on a network of the machine is answered there, and anybody else by the way out.
            let back = known.iter().filter(|(of, ..)| *of == family).map(|(_, id, _)| *id);
            let back: Vec<&str> = back.map(|id| self.site.networks[id.index()].named.path.as_str()).collect();
            let note = match back.is_empty() {
                true => "no answer leaves the machine: it has no way out".to_owned(),
                false => format!("no answer comes back: they leave by {}", back.join(" and ")),
            };
            for network in self.host(host).interfaces.iter().map(|interface| interface.network) {
                let there = &self.site.networks[network.index()];
                let Some(gateway) = there.gateway(family).filter(|_| !there.is_overlay()) else { continue };
                if out.contains(&network) || known.iter().any(|(of, id, _)| (*of, *id) == (family, network)) {
                    continue;
                }
                for to in self.met(host, network).into_iter().filter(|to| Family::of(*to) == family) {
                    let ends = Ends {
                        source: None,
                        target: Some((host, network)),
                        to: Other::Address(to),
                        from: Other::Zone(&part),
                    };
                    let back = Step {
                        layer: Layer::Router,
                        at: router(gateway.router, gateway.address),
                        lower: PortSet::none(),
                        upper: PortSet::none(),
                        rules: Rc::default(),
                        note: Some(note.clone()),
                    };
                    paths.push(self.path(Way::Direct(network), None, to, &ends, vec![back]));
                }
            }
        }
        paths
    }
}
