//! A network that is two things at once
//!
//! ## What is wrong
//!
//! A network says two of `bridge`, `vnet` and `underlay`, or a field that only another kind has: `port` or `behind` without `underlay`,
//! `vlan`, `gateway` or `nodes` without a bridge, a `vlan` of a `vnet`, a `router` with a bridge. Or an overlay's underlay is an overlay, or has no addresses of a bridge.
//!
//! ## Why
//!
//! With `bridge` or `vnet` a network is a segment that guests have NICs on; with `underlay` it is a Nebula overlay, whose packets
//! travel on that segment. Nebula refuses to travel on itself.
//!
//! ## Example
//!
//! ```arv part
//!   networks.both = {
//!     cidr = 10.0.20.0/24;
//!     bridge = "vmbr2";
//!     underlay = networks.bridge; # error: E0330
//!     port = 4243/udp;
//!   };
//! ```
//!
//! ## What to do
//!
//! Remove the field that does not belong, or make two networks of it.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::decode::Written;
use crate::model::{Named, Network, NetworkKind};
use crate::place::report;

/// A network that is two things at once.
pub static CODE: Code = Code::new("E0330", "a network that is two things at once", include_str!("network_kind.rs"));

/// The fields of one network.
pub(crate) fn check(named: &Named, written: &Written) -> Option<Diagnostic> {
    let problem = |span, message: String, label: &str| Some(report(&CODE, message, named, span, label));
    let path = &named.path;
    if let Some(underlay) = &written.underlay {
        if let Some(bridge) = &written.bridge {
            let message = format!("`{path}` has a bridge and an underlay");
            return problem(underlay.span, message, "an overlay has no NICs")
                .map(|it| it.secondary(bridge.span, "a bridge is what NICs are on"));
        }
        if let Some(vnet) = &written.vnet {
            let message = format!("`{path}` has an SDN vnet and an underlay");
            return problem(underlay.span, message, "an overlay has no NICs")
                .map(|it| it.secondary(vnet.span, "a vnet is what NICs are on"));
        }
        if let Some(span) = written.nodes {
            return problem(span, format!("the overlay `{path}` has nodes"), "only a bridge has some");
        }
        if let Some(span) = written.router {
            return problem(
                span,
                format!("the overlay `{path}` has a router"),
                "nothing routes to it: its members are on it",
            );
        }
        if let Some(span) = written.gateway {
            return problem(span, format!("the overlay `{path}` has a gateway"), "only a bridge has one");
        }
        if let Some(vlan) = &written.vlan {
            return problem(vlan.span, format!("the overlay `{path}` has a VLAN tag"), "only a bridge has one");
        }
        return None;
    }
    // An underlay that failed is perhaps what makes the rest of it fit.
    if written.failed {
        return None;
    }
    if let Some(port) = &written.port {
        let diagnostic = problem(port.span, format!("`{path}` has a port and no underlay"), "only an overlay has one");
        return diagnostic.map(|it| it.help("an overlay names the network that it travels on: `underlay = …;`"));
    }
    if let Some(span) = written.behind {
        let message = format!("`{path}` has networks behind its members, and no underlay");
        let diagnostic = problem(span, message, "only an overlay has members that others reach");
        return diagnostic.map(|it| it.help("write it at the overlay whose members lead there"));
    }
    if let (Some(bridge), Some(vnet)) = (&written.bridge, &written.vnet) {
        let message = format!("`{path}` has a bridge and an SDN vnet");
        return problem(vnet.span, message, "a NIC is on one of them")
            .map(|it| it.secondary(bridge.span, "the bridge"));
    }
    if let (Some(vlan), Some(_)) = (&written.vlan, &written.vnet) {
        let message = format!("`{path}` has a VLAN tag and an SDN vnet");
        return problem(vlan.span, message, "the tag of a vnet is its own, and Proxmox has it");
    }
    if written.bridge.is_some() || written.vnet.is_some() {
        if let Some(span) = written.router {
            let message = format!("`{path}` has a bridge and a router");
            return problem(span, message, "a router is what a network without a bridge is behind")
                .map(|it| it.help("the router of a segment is its `gateway`"));
        }
    } else {
        if let Some(span) = written.nodes {
            return problem(span, format!("`{path}` has nodes and no bridge"), "only a bridge has some");
        }
        if let Some(vlan) = &written.vlan {
            return problem(vlan.span, format!("`{path}` has a VLAN tag and no bridge"), "only a bridge has one");
        }
        if let Some(span) = written.gateway {
            let problem = problem(span, format!("`{path}` has a gateway and no bridge"), "only a bridge has one");
            return problem.map(|it| it.help("the router that it is behind, seen from here, is its `router`"));
        }
    }
    None
}

/// Overlays that travel on overlays.
pub(crate) fn check_underlays(networks: &[Network]) -> Vec<Diagnostic> {
    let problem = |network: &Network| {
        let NetworkKind::Overlay { underlay, .. } = network.kind else { return None };
        let under = networks.get(underlay.index())?;
        let NetworkKind::Overlay { .. } = under.kind else { return None };
        let message = format!("the underlay of `{}` is the overlay `{}`", network.named.path, under.named.path);
        Some(report(
            &CODE,
            message,
            &network.named,
            network.named.key,
            "an overlay travels on a segment or on the Internet",
        ))
    };
    networks.iter().filter_map(problem).collect()
}
