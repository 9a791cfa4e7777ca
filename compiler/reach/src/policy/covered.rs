//! When one rule makes another needless.

use arvc_site::model::{GroupId, HostId, Site};
use ipnet::IpNet;

use super::{Peer, Rule};
use crate::address::{node_on, private_prefixes};
use crate::members::{addresses_on, overlaps};

/// Decides which peers hold which others.
pub(super) struct Cover<'a> {
    site: &'a Site,
    private: Vec<IpNet>,
}

impl<'a> Cover<'a> {
    pub fn new(site: &'a Site) -> Self {
        Self { site, private: private_prefixes(site) }
    }

    /// Drops every rule whose packets a wider rule lets through anyway. No two rules have the same networks and peer.
    pub fn reduce(&self, rules: Vec<Rule>) -> Vec<Rule> {
        // A machine holds no other peer, and machines are most of the rules.
        let wide: Vec<&Rule> = rules.iter().filter(|rule| !matches!(rule.peer, Peer::Host(_))).collect();
        let needless = |rule: &Rule| {
            wide.iter().any(|wide| {
                wide.network == rule.network
                    // What is behind a member is handed on by rules of its own.
                    && (wide.there == rule.there || !self.site.networks[rule.network.index()].is_overlay())
                    && (wide.there, &wide.peer) != (rule.there, &rule.peer)
                    && rule.ports.is_subset(&wide.ports)
                    && self.holds(wide, rule)
            })
        };
        let keep: Vec<bool> = rules.iter().map(|rule| !needless(rule)).collect();
        rules.into_iter().zip(keep).filter_map(|(rule, keep)| keep.then_some(rule)).collect()
    }

    /// Whether a rule's peer holds another one, strictly: no two peers hold one another, so that one of them stays.
    fn holds(&self, wide: &Rule, narrow: &Rule) -> bool {
        let (network, there) = (wide.network, narrow.there);
        let beside = wide.there == there;
        match (&wide.peer, &narrow.peer) {
            (Peer::Any, narrow) => *narrow != Peer::Any,
            (Peer::Group(group), Peer::AllOf(groups)) => beside && groups.contains(group),
            (Peer::Group(group), Peer::Host(host)) => beside && self.site.hosts[host.index()].groups.contains(group),
            (Peer::AllOf(few), Peer::AllOf(many)) => {
                beside && few.len() < many.len() && few.iter().all(|g| many.contains(g))
            }
            (Peer::AllOf(groups), Peer::Host(host)) => beside && self.in_all(groups, *host),
            (Peer::Network(wide), Peer::Host(_) | Peer::Group(_) | Peer::AllOf(_)) => *wide == there,
            (Peer::Network(wide), Peer::Node(node)) => {
                *wide == network && !node_on(self.site, network, *node).is_empty()
            }
            (Peer::Network(wide), Peer::Prefix(prefix)) => {
                self.site.networks[wide.index()].prefixes().any(|wide| wide.value.contains(prefix))
            }
            (Peer::Prefix(wide), Peer::Prefix(narrow)) => wide != narrow && wide.contains(narrow),
            (Peer::Prefix(wide), Peer::Host(host)) => {
                addresses_on(self.site, *host, there).all(|address| wide.contains(&address))
            }
            (Peer::Internet, Peer::Prefix(prefix)) => self.is_public(prefix),
            (Peer::Internet, Peer::Operators) => {
                self.site.operators.addresses.iter().all(|prefix| self.is_public(&prefix.value))
            }
            _ => false,
        }
    }

    fn is_public(&self, prefix: &IpNet) -> bool {
        !self.private.iter().any(|private| overlaps(private, prefix))
    }

    fn in_all(&self, groups: &[GroupId], host: HostId) -> bool {
        groups.iter().all(|group| self.site.hosts[host.index()].groups.contains(group))
    }
}
