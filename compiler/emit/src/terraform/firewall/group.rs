//! Security groups: the openings of policies on bridges, each written once.
//!
//! On each bridge, what every guest of it has in common is a group, and so is what it has in common towards the
//! Internet; what a policy has besides is a group of its own. Guests only insert groups: the provider reads a rule list
//! again for every position of it, and a list of openings a guest would grow with the square of the site.

use std::collections::{BTreeMap, BTreeSet};

use arvc_reach::Addresses;
use arvc_reach::policy::{Peer, Rule};
use arvc_site::model::NetworkId;
use arvc_site::spelling::proxmox;

use crate::hcl::{Body, Identifier, fixed};
use crate::terraform::Folder;
use crate::terraform::firewall::rule::{Direction, ProxmoxRule, comment, rules};
use crate::terraform::firewall::{forward, multicast};
use crate::terraform::name::{self, kind};
use crate::terraform::scope::Scope;

const HEAD: &str = "Security groups: what guests let in and out on their bridges. The first match wins. The tunnels of an overlay are one \
     UDP port here; what travels inside them is the business of Nebula and of the guest's own filter. A group that goes is \
     deleted only when no guest inserts it any more: Proxmox skips a group that is not there, and its openings with it.";

/// An opening and its direction.
type Opening<'a> = (Direction, &'a Rule);

/// The groups of one root module.
pub struct Groups<'a> {
    list: Vec<Group<'a>>,
    /// By policy and bridge, the groups of its guests there in the order of their insertion.
    of: BTreeMap<(usize, NetworkId), Vec<usize>>,
}

struct Group<'a> {
    /// The resource's name.
    resource: String,
    /// The name in Proxmox.
    name: String,
    comment: String,
    last: bool,
    openings: BTreeSet<Opening<'a>>,
    /// What is no opening: of a router what it hands on, and what IPv6 needs of multicast.
    handed: Vec<ProxmoxRule>,
}

impl<'a> Groups<'a> {
    /// The groups that the guests of a scope need.
    pub fn of(scope: &Scope<'a>) -> Self {
        let mut groups = Self { list: Vec::new(), of: BTreeMap::new() };
        let mut taken = BTreeSet::new();
        for bridge in scope.bridges() {
            groups.add_bridge(scope, bridge, &mut taken);
        }
        groups
    }

    /// The resources that a guest of a policy inserts at its device on a bridge.
    pub fn inserted(&self, policy: usize, bridge: NetworkId) -> Vec<Identifier> {
        let groups = self.of.get(&(policy, bridge)).map(Vec::as_slice).unwrap_or_default();
        groups.iter().map(|group| name::resource(&self.list[*group].resource)).collect()
    }

    /// Adds the file.
    pub fn emit(&self, scope: &Scope, folder: &mut Folder) {
        let mut file = Body::new();
        let addresses = Addresses::new(scope.site);
        for group in &self.list {
            if group.last {
                file.comment(
                    "Proxmox has no negation: what is not the Internet is dropped first. A drop is final, also for the groups \
                     behind this one, so this one is the last at a guest.",
                );
            }
            file.resource(&fixed(kind::SECURITY_GROUP), &name::resource(&group.resource), |body| {
                body.set("name", group.name.as_str()).set("comment", comment(&group.comment));
                group.handed.iter().for_each(|rule| rule.print(body));
                for direction in [Direction::In, Direction::Out] {
                    let openings = group.openings.iter().filter(|(other, _)| *other == direction);
                    let openings: Vec<&Rule> = openings.map(|(_, rule)| *rule).collect();
                    for rule in rules(&addresses, direction, &openings) {
                        rule.print(body);
                    }
                }
                body.block("lifecycle", |lifecycle| {
                    lifecycle.set("create_before_destroy", true);
                });
            });
        }
        folder.file("firewall_groups.tf", HEAD, &file);
    }

    fn add_bridge(&mut self, scope: &Scope<'a>, bridge: NetworkId, taken: &mut BTreeSet<String>) {
        let network = &scope.site.networks[bridge.index()].named;
        let mut policies: Vec<usize> = Vec::new();
        for guest in scope.guests.iter().filter(|guest| guest.nics.iter().any(|nic| nic.network_id == bridge)) {
            policies.push(scope.policies.of_host[guest.id.index()]);
        }
        policies.sort_unstable();
        policies.dedup();
        let openings: Vec<BTreeSet<Opening>> =
            policies.iter().map(|policy| of_policy(scope, *policy, bridge)).collect();
        let Some((first, rest)) = openings.split_first() else { return };
        let common: BTreeSet<Opening> =
            first.iter().filter(|opening| rest.iter().all(|other| other.contains(opening))).copied().collect();
        let (internet, shared): (BTreeSet<Opening>, BTreeSet<Opening>) =
            common.iter().partition(|(_, rule)| rule.peer == Peer::Internet);

        let space = &scope.datacenter.namespace.value;
        let shared = self.add(space, &network.name, format!("Every guest on {}", network.path), shared, taken);
        let own: Vec<Option<usize>> = policies
            .iter()
            .zip(&openings)
            .map(|(policy, openings)| {
                let name = &scope.policies.list[*policy].name;
                let wanted =
                    if is_on_several(scope, *policy) { format!("{name}-{}", network.name) } else { name.clone() };
                let rest = openings.difference(&common).copied().collect();
                self.add(space, &wanted, format!("Policy {name} on {}", network.path), rest, taken)
            })
            .collect();
        let purpose = format!("Every guest on {}, towards the Internet", network.path);
        let last = self.add(space, &format!("{}-internet", network.name), purpose, internet, taken);
        if let Some(last) = last {
            self.list[last].last = true;
        }
        let listens = multicast::is_spoken(&scope.site.networks[bridge.index()]);
        let purpose = format!("Who listens on {}", network.path);
        let rules = if listens { multicast::of_guest() } else { Vec::new() };
        let listens = self.add_handed(space, &format!("{}-mld", network.name), purpose, rules, taken);
        let addresses = Addresses::new(scope.site);
        for (policy, own) in policies.into_iter().zip(own) {
            let [leaves, enters] = [Direction::Out, Direction::In].map(|direction| {
                let (named, suffix) =
                    (&scope.policies.list[policy], if direction == Direction::In { "in" } else { "out" });
                let handed = forward::rules(&addresses, named, bridge, direction);
                let wanted = if is_on_several(scope, policy) {
                    format!("{}-{}", named.name, network.name)
                } else {
                    named.name.clone()
                };
                let purpose = format!("What {} hands on, {suffix} on {}", named.name, network.path);
                self.add_handed(space, &format!("{wanted}-fwd-{suffix}"), purpose, handed, taken)
            });
            let groups = [leaves, shared, listens, own, enters, last].into_iter().flatten().collect();
            self.of.insert((policy, bridge), groups);
        }
    }

    fn add(
        &mut self,
        space: &str,
        wanted: &str,
        comment: String,
        openings: BTreeSet<Opening<'a>>,
        taken: &mut BTreeSet<String>,
    ) -> Option<usize> {
        if openings.is_empty() {
            return None;
        }
        Some(self.push(space, wanted, comment, (openings, Vec::new()), taken))
    }

    fn add_handed(
        &mut self,
        space: &str,
        wanted: &str,
        comment: String,
        handed: Vec<ProxmoxRule>,
        taken: &mut BTreeSet<String>,
    ) -> Option<usize> {
        if handed.is_empty() {
            return None;
        }
        Some(self.push(space, wanted, comment, (BTreeSet::new(), handed), taken))
    }

    fn push(
        &mut self,
        space: &str,
        wanted: &str,
        comment: String,
        (openings, handed): (BTreeSet<Opening<'a>>, Vec<ProxmoxRule>),
        taken: &mut BTreeSet<String>,
    ) -> usize {
        let resource = proxmox::free_security_group(wanted, taken);
        // Groups belong to the whole data centre, and the provider takes over one that it finds under the name.
        let name = proxmox::free_security_group(&format!("{space}-{wanted}"), taken);
        self.list.push(Group { resource, name, comment, last: false, openings, handed });
        self.list.len() - 1
    }
}

/// Whether a policy says something of several bridges: else its group is called by it alone. What it says is the same of all its
/// machines, so neither one that comes nor a bridge that comes into use renames a group.
fn is_on_several(scope: &Scope, policy: usize) -> bool {
    let policy = &scope.policies.list[policy];
    let rules = policy.inbound.iter().chain(&policy.outbound).map(|rule| rule.network);
    let handed = policy.forward.iter().flat_map(|forward| [forward.into, forward.out]).flatten();
    let mut bridges = rules.chain(handed).filter(|network| scope.site.networks[network.index()].is_bridge());
    let first = bridges.next();
    bridges.any(|other| Some(other) != first)
}

fn of_policy<'a>(scope: &Scope<'a>, policy: usize, bridge: NetworkId) -> BTreeSet<Opening<'a>> {
    let policy = &scope.policies.list[policy];
    let inbound = policy.inbound.iter().map(|rule| (Direction::In, rule));
    let outbound = policy.outbound.iter().map(|rule| (Direction::Out, rule));
    inbound.chain(outbound).filter(|(_, rule)| rule.network == bridge).collect()
}
