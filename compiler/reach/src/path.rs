//! What a connection crosses: one network that both ends are on, or the router between two.

use arvc_site::model::NetworkId;

/// The networks of a connection's ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Path {
    /// The network that the source sends on: its address there is what the target sees.
    pub source: NetworkId,
    /// The network that the target is met on.
    pub target: NetworkId,
}

impl Path {
    /// The path over one network.
    pub fn direct(network: NetworkId) -> Self {
        Self { source: network, target: network }
    }

    /// Whether a router stands between the ends.
    pub fn is_routed(self) -> bool {
        self.source != self.target
    }
}
