//! Members of an overlay: what their configuration and their certificate say.
//!
//! Semantics: `slackhq/nebula` at v1.6.1, v1.9.3, v1.10.3, v1.11.1 (`firewall.go`), v1.12.0 from its change log.

mod rule;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

pub use rule::{Asked, Cidr, Kind, PortSpec, Rule, passes};

use crate::place::{Place, Why};

/// A release of Nebula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u16, pub u16, pub u16);

impl Version {
    /// `1.9.3`, with a `v` or without the patch too.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().trim_start_matches('v').split(['.', '+', '-']);
        let mut next = || parts.next().map(str::parse);
        Some(Self(next()?.ok()?, next()?.ok()?, next().and_then(Result::ok).unwrap_or(0)))
    }

    /// Whether it is this release of 1.x or a later one.
    pub fn from(self, minor: u16) -> bool {
        self >= Self(1, minor, 0)
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// Something in a configuration that means other than it seems.
#[derive(Clone, Debug)]
pub struct Remark {
    /// The kind of finding.
    pub kind: &'static str,
    /// Where.
    pub place: Place,
    /// What is so.
    pub words: String,
    /// What to do.
    pub help: &'static str,
}

/// A member of an overlay.
#[derive(Debug)]
pub struct Member {
    /// The machine that it is.
    pub host: String,
    /// Where its configuration begins.
    pub place: Place,
    /// Its certificate, or why nobody knows it.
    pub certificate: Result<Certificate, Why>,
    /// Its release, or why nobody knows it.
    pub version: Result<Version, Why>,
    /// What is let in, or why nobody knows.
    pub inbound: Result<Vec<Rule>, Why>,
    /// What is let out, or why nobody knows.
    pub outbound: Result<Vec<Rule>, Why>,
    /// All rules that could be read, also those beside one that is refused.
    pub written: Vec<Rule>,
    /// What is to be told of its file.
    pub remarks: Vec<Remark>,
    /// Where those lists are.
    pub lists: [Option<Place>; 2],
    /// `default_local_cidr_any`, if it is written.
    pub local_any: Option<bool>,
    /// Whether it tells others where members are.
    pub lighthouse: bool,
    /// Which lighthouses it asks and reports to.
    pub lighthouses: Vec<IpAddr>,
    /// Where it finds others from the start; the place is that of the entry.
    pub endpoints: BTreeMap<IpAddr, (Vec<Endpoint>, Place)>,
    /// Whether it computes where others may be from their addresses in the overlay.
    pub computes: bool,
    /// Which of its own addresses it tells; empty means all.
    pub advertised: Vec<(IpNet, bool)>,
    /// Further endpoints that it tells.
    pub advertise: Vec<SocketAddr>,
    /// Its port; 0 is a random one.
    pub port: Result<u16, Why>,
    /// Whether its socket is of IPv4 alone.
    pub only_v4: bool,
    /// Whether it carries others' traffic.
    pub relay: bool,
    /// Whether it has its own carried.
    pub uses_relays: bool,
    /// Who may carry traffic to it.
    pub relays: Vec<IpAddr>,
    /// The device; none if it is disabled.
    pub device: Option<String>,
    /// Whether it has one.
    pub disabled: bool,
    /// Networks that it reaches through other members.
    pub routes: Vec<Route>,
    /// Whether it takes over further ones from the table of the system.
    pub system_routes: bool,
    /// Rules with a field that its release does not know.
    pub ignored: Vec<Place>,
    /// What becomes of refused packets, if it is written.
    pub actions: Option<Place>,
    /// Whether tunnels of certificates that are no longer good are cut, if it is written.
    pub cuts_invalid: Option<bool>,
    /// Fingerprints of certificates that it refuses.
    pub blocked: BTreeSet<String>,
}

/// A network behind another member.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// The network.
    pub net: IpNet,
    /// Who leads there, by his address in the overlay; or why nobody knows.
    pub via: Result<Vec<IpAddr>, Why>,
    /// Whether the system is told to send such packets into the overlay.
    pub installed: bool,
    /// Where it stands.
    pub place: Place,
}

/// Where a member is found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endpoint {
    /// At an address.
    At(SocketAddr),
    /// At a name, which only a resolver knows.
    Name(String, u16),
}

/// What a certificate says, or is planned to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// Its name.
    pub name: String,
    /// Its addresses, with the prefix of the overlay.
    pub networks: Vec<IpNet>,
    /// Its groups.
    pub groups: BTreeSet<String>,
    /// Networks behind it.
    pub unsafe_networks: Vec<IpNet>,
    /// The name of who signed it, if it is known.
    pub ca_name: Option<String>,
    /// The fingerprint of who signed it, if it is known.
    pub ca_sha: Option<String>,
    /// Its own fingerprint, if it is known.
    pub fingerprint: Option<String>,
    /// Where it stands.
    pub place: Place,
}

impl Member {
    /// Its addresses in the overlay.
    pub fn addresses(&self) -> Vec<IpAddr> {
        self.certificate.iter().flat_map(|certificate| &certificate.networks).map(IpNet::addr).collect()
    }
}
