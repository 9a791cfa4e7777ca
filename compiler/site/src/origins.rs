//! What checks need to know about a site beyond the model: places of values that the model does not keep, and whether
//! something failed, so that a check does not take what is merely unknown for absent.

use std::net::IpAddr;

use arvc_syntax::source::Span;

use crate::model::{NetworkId, RangeId, ServiceId, Spanned};

/// Beyond a [`Host`](crate::model::Host).
#[derive(Clone, Debug, Default)]
pub(crate) struct HostOrigin {
    /// Where it says what kind of machine it is.
    pub(crate) kind: Option<Span>,
    /// Whether it is a guest is not known, because `kind` failed.
    pub(crate) kind_failed: bool,
    /// The name of the field `vmid`.
    pub(crate) vmid_key: Option<Span>,
    /// Whether the VMID is absent because it failed.
    pub(crate) vmid_failed: bool,
    /// The slot that it states.
    pub(crate) slot: Option<Spanned<i64>>,
    /// Whether the VMID was allocated, and not stated.
    pub(crate) allocated: bool,
    /// Where the range is named.
    pub(crate) range: Option<Span>,
    /// Where the node is named.
    pub(crate) node: Option<Span>,
    /// Whether the node is absent because it failed.
    pub(crate) node_failed: bool,
    /// Where the image is named.
    pub(crate) image: Option<Span>,
    /// Whether the image is absent because it failed.
    pub(crate) image_failed: bool,
    /// `on` names a network that does not exist.
    pub(crate) network_unknown: bool,
    /// The lists of groups and of services failed in part.
    pub(crate) lists_failed: bool,
    /// Where it says that it is a phone.
    pub(crate) mobile: Option<Span>,
    /// Where it says that its programs hand packets on.
    pub(crate) forwards: Option<Span>,
    /// Where it says whether it is a lighthouse.
    pub(crate) lighthouse: Option<Span>,
    /// Where it says whether it is a relay.
    pub(crate) relay: Option<Span>,
    /// The datastores that it names, and where.
    pub(crate) datastores: Vec<(String, Span)>,
    /// Where it says what a guest is made of, by the field.
    pub(crate) fields: Vec<(&'static str, Span)>,
    /// Where it says what a VM is made of, by the field of `hardware`.
    pub(crate) hardware: Vec<(&'static str, Span)>,
    /// Its addresses that are stated.
    pub(crate) stated: Vec<(NetworkId, IpAddr)>,
    /// The networks on which it says what it calls its device.
    pub(crate) devices: Vec<NetworkId>,
    /// Places of the interfaces' MAC addresses.
    pub(crate) macs: Vec<(NetworkId, Span)>,
}

/// Beyond a [`Vip`](crate::model::Vip).
#[derive(Clone, Debug, Default)]
pub(crate) struct VipOrigin {
    /// Where the network is named.
    pub(crate) network: Option<Span>,
    /// Where the owners are named.
    pub(crate) owners: Option<Span>,
}

/// Beyond a [`Site`](crate::model::Site).
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    /// The name of the site.
    pub(crate) name: Span,
    /// The domain.
    pub(crate) domain: Option<Span>,
    /// One for each host.
    pub(crate) hosts: Vec<HostOrigin>,
    /// One for each address of several machines.
    pub(crate) vips: Vec<VipOrigin>,
    /// Places of the clusters' `quorum`.
    pub(crate) quorums: Vec<Option<Span>>,
    /// The resolvers before the overlay is there.
    pub(crate) uplink_resolvers: Vec<Spanned<IpAddr>>,
    /// Whom each resolver of the site asks.
    pub(crate) forwards: Vec<(ServiceId, Spanned<IpAddr>)>,
    /// Ranges in which a machine found no number.
    pub(crate) full: Vec<RangeId>,
    /// Ranges with numbers that something hands out, which is reported where both are declared. Sorted.
    pub(crate) handed_out: Vec<RangeId>,
    /// Networks of ranges that have not all of their numbers, or none for a machine: reported at the ranges. Sorted.
    pub(crate) unfit: Vec<(RangeId, NetworkId)>,
    /// Every entry of these maps was read.
    pub(crate) all: All,
}

/// Which maps were read without a failed entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct All {
    /// Hosts and members, with their groups and services.
    pub(crate) hosts: bool,
    /// Networks.
    pub(crate) networks: bool,
    /// Nodes.
    pub(crate) nodes: bool,
    /// Datacenters.
    pub(crate) datacenters: bool,
    /// Ranges.
    pub(crate) ranges: bool,
    /// Images.
    pub(crate) images: bool,
    /// Datastores.
    pub(crate) datastores: bool,
    /// Domains.
    pub(crate) domains: bool,
}
