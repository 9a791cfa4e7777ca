//! The checked model of a site as plain data: indices into vectors, public fields, and no behaviour but to tell what a
//! thing is.
//!
//! Everything keeps the span of what it was made from. Order is the order of names, so it never depends on the sources'.

mod arch;
mod connection;
mod family;
mod flow;
mod hardware;
mod machine;
mod names;
mod network;
mod place;
mod placement;
mod range;
mod service;
mod storage;

use std::collections::BTreeMap;
use std::net::IpAddr;

pub use arvc_lang::data::{SecretRef, Transport};
use arvc_syntax::source::Span;
use ipnet::IpNet;

pub use self::arch::*;
pub use self::connection::*;
pub use self::family::*;
pub use self::flow::*;
pub use self::hardware::*;
pub use self::machine::*;
pub use self::names::*;
pub use self::network::*;
pub use self::place::*;
pub use self::placement::*;
pub use self::range::*;
pub use self::service::*;
pub use self::storage::*;
use crate::allocation::Numbering;
use crate::extra::ExtraField;
use crate::lock::{Grant, PolicyNames};
pub use crate::openness::{Answer, File, Provider, Resource, Terraform, ZoneRecord};

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index into its vector.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

index!(/** A datacenter of [`Site::datacenters`]. */ DatacenterId);
index!(/** A node of [`Site::nodes`]. */ NodeId);
index!(/** A place of [`Site::places`]. */ PlaceId);
index!(/** A network of [`Site::networks`]. */ NetworkId);
index!(/** An address of [`Site::vips`]. */ VipId);
index!(/** A range of [`Site::ranges`]. */ RangeId);
index!(/** A group of [`Site::groups`]. */ GroupId);
index!(/** An image of [`Site::images`]. */ ImageId);
index!(/** A datastore of [`Site::datastores`]. */ DatastoreId);
index!(/** A service of [`Site::services`]. */ ServiceId);
index!(/** A host of [`Site::hosts`]. */ HostId);
index!(/** A cluster of [`Site::clusters`]. */ ClusterId);
index!(/** An endpoint of [`Site::endpoints`]. */ EndpointId);

/// Identity of a guest in a Proxmox cluster: 100 to 999,999,999 (`PVE::JSONSchema`, `pve-vmid`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vmid(pub u32);

/// A value together with the expression that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its origin.
    pub span: Span,
}

/// What every named thing of a site has.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its name: the key in the source, for a member `<cluster>-<key>`.
    pub name: String,
    /// Its path in the source: `hosts.dns`, `clusters.postgres.members.01`.
    pub path: String,
    /// Where the name is defined.
    pub key: Span,
    /// The calls through which its record was made, innermost first.
    pub calls: Vec<Span>,
    /// Free text of the author.
    pub description: Option<String>,
}

impl Named {
    /// How it is called in a sentence. A service that is written in a list, and an endpoint of one, have no path that anybody could
    /// write: they are called by their own names and by whose list it is.
    pub fn told(&self) -> String {
        match self.in_list() {
            Some(owner) => format!("`{}` of `{owner}`", self.name),
            None => format!("`{}`", self.path),
        }
    }

    /// The path as it is written: a key that is no name stands in quotes.
    pub fn written(&self) -> String {
        let part = |part: &str| match part.starts_with(|first: char| first.is_ascii_digit()) {
            true => format!("\"{part}\""),
            false => part.to_owned(),
        };
        self.path.split('.').map(part).collect::<Vec<_>>().join(".")
    }

    /// The path of the machine or cluster in whose list of services it is written.
    pub fn in_list(&self) -> Option<&str> {
        let (owner, place) = self.path.split_once(".services.")?;
        place.starts_with(|first: char| first.is_ascii_digit()).then_some(owner)
    }
}

/// A whole site.
#[derive(Debug)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// Free text of the author.
    pub description: Option<String>,
    /// Its DNS domain, without a final dot.
    pub domain: String,
    /// Proxmox clusters, at least one if there is a node.
    pub datacenters: Vec<Datacenter>,
    /// Proxmox hosts.
    pub nodes: Vec<Node>,
    /// What fails as one.
    pub places: Vec<Place>,
    /// What the site need not survive the loss of.
    pub accepted_losses: Vec<Accepted>,
    /// Bridges and overlays.
    pub networks: Vec<Network>,
    /// Addresses that several machines have by turns.
    pub vips: Vec<Vip>,
    /// Prefixes of others.
    pub foreign: Vec<Foreign>,
    /// VMID ranges.
    pub ranges: Vec<Range>,
    /// What each of the ranges gives to its slots, in the same order.
    pub numbering: Vec<Numbering>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Templates and images.
    pub images: Vec<Image>,
    /// Storages, if the site declares them.
    pub datastores: Vec<Datastore>,
    /// Services, those of the site first and then those written at a host or cluster.
    pub services: Vec<Service>,
    /// All machines, members of clusters too, by name.
    pub hosts: Vec<Host>,
    /// Clusters.
    pub clusters: Vec<Cluster>,
    /// Endpoints of services and clusters.
    pub endpoints: Vec<Endpoint>,
    /// The people who run it.
    pub operators: Operators,
    /// What opens: the author's `allow`, then the essentials, then what peers say to one another.
    pub allow: Vec<Flow>,
    /// Where a further flow of `allow` can be written, if that is plain to see.
    pub allow_room: Option<Room>,
    /// A flow of `allow` is wrong, that is reported, and it is not in the list: nobody can say that something is closed.
    pub allow_broken: bool,
    /// A machine, a network or where a service listens is wrong in a way that any flow may depend on, and that is
    /// reported: nobody can say that two machines have no path.
    pub paths_broken: bool,
    /// What must stay closed.
    pub never: Vec<Flow>,
    /// What the site is tested for.
    pub expect: Expected,
    /// What must be open: `needs` of hosts and services, one flow for each. Needs of and from machines that are broken
    /// are not among them, and none is if [`allow_broken`](Self::allow_broken): nobody can say that one is not open.
    pub needs: Vec<Flow>,
    /// Resolvers before the overlay is there.
    pub uplink_resolvers: Vec<IpAddr>,
    /// Nebula.
    pub nebula: Nebula,
    /// Ansible's variables of every machine.
    pub variables: Vec<ExtraField>,
    /// Further records of the domains.
    pub records: Vec<ZoneRecord>,
    /// Domains, aliases and routes.
    pub names: Names,
    /// Further files, by path.
    pub files: Vec<File>,
    /// The serial of each zone, by its name; a zone without one is at its first.
    pub serials: BTreeMap<String, u32>,
    /// What certificates say of each machine that it has no more, by the machine's name: they are to be blocked until they end.
    pub withdrawn: BTreeMap<String, Vec<Grant>>,
    /// Machines that were renamed, by their old names, with the new ones; also those of earlier builds.
    pub renamed: BTreeMap<String, String>,
    /// What the last build called the rules that machines share.
    pub policies: PolicyNames,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $method:ident of $field:ident: $id:ident;)*) => {
        impl Site {
            $(
                $(#[$doc])*
                pub fn $method(&self) -> impl DoubleEndedIterator<Item = $id> + ExactSizeIterator + Clone + use<> {
                    (0..self.$field.len() as u32).map($id)
                }
            )*
        }
    };
}

ids! {
    /// Its nodes, in order.
    node_ids of nodes: NodeId;
    /// Its networks, in order.
    network_ids of networks: NetworkId;
    /// Its machines, in order.
    host_ids of hosts: HostId;
    /// Its clusters, in order.
    cluster_ids of clusters: ClusterId;
}

/// A group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Name and place.
    pub named: Named,
    /// Ansible's variables of its members.
    pub variables: Vec<ExtraField>,
    /// Further keys of its members' Nebula configurations.
    pub nebula: Vec<ExtraField>,
}

/// The people who run the site.
#[derive(Clone, Debug, Default)]
pub struct Operators {
    /// Where they connect from.
    pub addresses: Vec<Spanned<IpNet>>,
    /// Their public SSH keys.
    pub keys: Vec<String>,
    /// A part of it is wrong and that is reported: addresses may be missing.
    pub broken: bool,
}

/// Nebula's settings.
#[derive(Clone, Debug)]
pub struct Nebula {
    /// The version of the guests.
    pub version: Spanned<String>,
    /// Validity of a host's certificate in seconds.
    pub certificate: u64,
    /// The authority that signs, by the name of its files.
    pub authority: String,
    /// Authorities that are accepted besides, sorted.
    pub trusted: Vec<String>,
    /// Further keys of every configuration.
    pub config: Vec<ExtraField>,
}

impl Nebula {
    /// Whether its table of connections knows one echo request from another: from 1.11 on (`firewall.go`).
    pub fn tells_echoes_apart(&self) -> bool {
        let minor = self.version.value.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
        minor.is_some_and(|minor| minor >= 11)
    }
}
