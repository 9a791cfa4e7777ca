//! What runs on machines, and the ports that flows name.

use std::net::IpAddr;

use super::{EndpointId, HostId, Named, NetworkId, PortTerm, Spanned};
use crate::extra::ExtraField;

/// A service, or the member side of one.
#[derive(Clone, Debug)]
pub struct Service {
    /// Name and place. The name is the service's own `name`.
    pub named: Named,
    /// The networks that it listens on; empty means the overlays of the machine.
    pub listen: Vec<NetworkId>,
    /// Ports that its machines open to one another.
    pub peers: Vec<PortTerm>,
    /// The machines that run it.
    pub hosts: Vec<HostId>,
    /// What must answer before it can start, and where that is written.
    pub after: Vec<Spanned<EndpointId>>,
    /// What a person has to do each time that it has started.
    pub manual: Option<String>,
    /// Upstream resolvers, if it answers the site's names.
    pub resolver: Option<Vec<IpAddr>>,
    /// The Ansible role that deploys it.
    pub role: Option<Spanned<String>>,
    /// The role's variables.
    pub variables: Vec<ExtraField>,
}

/// Ports that a flow can name.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Name and path: `clusters.postgres.sql`.
    pub named: Named,
    /// Its ports.
    pub ports: Vec<PortTerm>,
    /// The machines that serve it.
    pub hosts: Vec<HostId>,
    /// The networks that it is served on; empty means the overlays of the machine.
    pub listen: Vec<NetworkId>,
}
