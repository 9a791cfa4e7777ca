//! An endpoint that the target does not serve
//!
//! ## What is wrong
//!
//! Behind the colon of a flow stands an endpoint, and none of the machines that serve it is in the flow's target.
//!
//! ## Why
//!
//! An endpoint narrows the target to the machines that serve it: `groups.infrastructure : [ clusters.postgres.sql ]` opens
//! the port on the members of postgres only. If none of them is in the target, nothing is left.
//!
//! ## Example
//!
//! ```arv part
//!   services.web = { name = "web"; http = { ports = [ 80/tcp ]; }; };
//!   hosts.web = { vmid = 3000; groups = [ groups.projects ]; services = [ services.web ]; };
//!   allow = [
//!     groups.projects -> hosts.dns : [ services.web.http ], # error: E0364
//!   ];
//! ```
//!
//! ## What to do
//!
//! Name a target that has one of those machines, or another port.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{End, EndpointId, HostId, Site};

/// An endpoint that the target does not serve.
pub static CODE: Code =
    Code::new("E0364", "an endpoint that the target does not serve", include_str!("endpoint_outside_target.rs"));

/// Whether one of the machines that serve the endpoint is in the target.
pub(crate) fn holds(site: &Site, target: &End, endpoint: EndpointId) -> bool {
    site.endpoints[endpoint.index()].hosts.iter().any(|host| contains(site, target, *host))
}

/// Whether a machine is in an end.
pub(crate) fn contains(site: &Site, end: &End, id: HostId) -> bool {
    let host = &site.hosts[id.index()];
    match end {
        End::Any => true,
        End::Internet | End::Operators | End::Node(_) => false,
        End::Resolvers => host.services.iter().any(|service| site.services[service.index()].resolver.is_some()),
        End::Lighthouses => host.lighthouse,
        End::Group(group) => host.groups.binary_search(group).is_ok(),
        End::Host(host) => *host == id,
        End::Cluster(cluster) => host.cluster == Some(*cluster),
        End::Service(service) => host.services.contains(service),
        End::Network(network) => host.is_on(*network),
        End::Prefix(prefix) => {
            let mut addresses = host.interfaces.iter().flat_map(|interface| interface.addresses());
            addresses.any(|address| prefix.contains(&address.value))
        }
        End::Union(ends) => ends.iter().any(|end| contains(site, end, id)),
        End::All(ends) => ends.iter().all(|end| contains(site, end, id)),
    }
}

/// The endpoint at `span`, the target at `target`.
pub(crate) fn diagnostic(site: &Site, endpoint: EndpointId, span: Span, target: Span) -> Diagnostic {
    let endpoint = &site.endpoints[endpoint.index()];
    let message = format!("no machine of the target serves `{}`", endpoint.named.path);
    let label = match endpoint.hosts.as_slice() {
        [] => "no machine serves it".to_owned(),
        [one] => format!("`{}` serves it", site.hosts[one.index()].named.path),
        [one, ..] => format!("`{}` and {} more serve it", site.hosts[one.index()].named.path, endpoint.hosts.len() - 1),
    };
    Diagnostic::new(&CODE, message, span, label).secondary(target, "none of them is in this target")
}
