//! A rule of Nebula's firewall, as each release reads it.
//!
//! `host`, `group` and `cidr` of one rule are alternatives, each of which widens it; `groups` are all demanded; `ca_name` and
//! `ca_sha` are alternatives of their own.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{Member, Version};
use crate::bounds::{Outcome, Tri};
use crate::packet::{ICMP, ICMP6, Packet, Port, TCP, UDP};
use crate::place::{Place, Why};

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Where it stands.
    pub place: Place,
    /// Which protocols.
    pub kind: Kind,
    /// Which ports of the destination.
    pub port: PortSpec,
    /// A certificate's name.
    pub host: Option<String>,
    /// Groups that the certificate must all have.
    pub groups: Vec<String>,
    /// Addresses of the other end.
    pub cidr: Option<Cidr>,
    /// Addresses of this end.
    pub local_cidr: Option<Cidr>,
    /// Who signed the certificate, by name.
    pub ca_name: Option<String>,
    /// Who signed it, by fingerprint.
    pub ca_sha: Option<String>,
}

/// The oldest and the newest release: what they agree on, all between do.
const OLDEST: Version = Version(1, 6, 1);
const NEWEST: Version = Version(1, 12, 0);

/// Protocols of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// All.
    Any,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP of both families.
    Icmp,
}

/// Ports of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortSpec {
    /// All, and what has none.
    Any,
    /// These.
    Range(u32, u32),
    /// Second and later fragments.
    Fragment,
}

/// Addresses of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cidr {
    /// The word `any`.
    Any,
    /// A prefix.
    Net(IpNet),
}

/// A packet as one end of a tunnel sees it.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// This end.
    pub own: &'a Member,
    /// The other end.
    pub peer: &'a Member,
    /// The address of this end.
    pub local: IpAddr,
    /// The address of the other end.
    pub remote: IpAddr,
    /// The packet.
    pub packet: &'a Packet,
}

/// What a list of rules makes of a packet.
pub fn passes(list: &Result<Vec<Rule>, Why>, place: Option<Place>, asked: Asked<'_>, inbound: bool) -> Outcome {
    let mut outcome = Outcome::default();
    let (taken, refused) = match inbound {
        true => ("an inbound rule lets it in", "no inbound rule lets it in"),
        false => ("an outbound rule lets it out", "no outbound rule lets it out"),
    };
    let rules = match list {
        Ok(rules) => rules,
        Err(why) => return Outcome::unknown(why.clone(), "its rules are not known", place),
    };
    for rule in rules {
        if outcome.may(&rule.matches(asked), true, taken, Some(rule.place)) {
            return outcome;
        }
    }
    outcome.may(&Tri::Yes, false, refused, place);
    outcome
}

impl Rule {
    /// Whether it takes a packet.
    pub fn matches(&self, asked: Asked<'_>) -> Tri {
        let version = match &asked.own.version {
            Ok(version) => *version,
            // The oldest and the newest bound what any release does.
            Err(why) => {
                let (old, new) = (self.matches_as(OLDEST, asked), self.matches_as(NEWEST, asked));
                return if old == new { old } else { Tri::Maybe(why.clone()) };
            }
        };
        self.matches_as(version, asked)
    }

    fn matches_as(&self, version: Version, asked: Asked<'_>) -> Tri {
        self.protocol(version, asked.packet).and(|| self.takes(version, asked))
    }

    /// Whether it takes the two ends, whatever the packet: as the member's release, or as the oldest and the newest.
    pub fn takes_end(&self, asked: Asked<'_>) -> [Tri; 2] {
        match &asked.own.version {
            Ok(version) => [self.takes(*version, asked), Tri::No],
            Err(_) => [OLDEST, NEWEST].map(|version| self.takes(version, asked)),
        }
    }

    fn takes(&self, version: Version, asked: Asked<'_>) -> Tri {
        self.authority(asked.peer).and(|| self.subject(version, asked)).and(|| self.local(version, asked))
    }

    fn protocol(&self, version: Version, packet: &Packet) -> Tri {
        let icmp = packet.proto == ICMP || packet.proto == ICMP6;
        let named = match self.kind {
            Kind::Any => true,
            Kind::Tcp => packet.proto == TCP,
            Kind::Udp => packet.proto == UDP,
            Kind::Icmp => icmp,
        };
        if !named {
            return Tri::No;
        }
        match self.port {
            PortSpec::Any => Tri::Yes,
            // From 1.11 on the port of an ICMP rule is not read, whichever piece of a message it is.
            _ if icmp && (version.from(11) || !packet.fragment) => (self.kind == Kind::Icmp && version.from(11)).into(),
            PortSpec::Fragment => packet.fragment.into(),
            PortSpec::Range(..) if packet.fragment => Tri::No,
            PortSpec::Range(low, high) => match packet.dport {
                Port::At(port) => (low..=high).contains(&u32::from(port)).into(),
                Port::Ephemeral => Tri::Maybe("which source port the sender's system takes".into()),
                // The first bytes of what has no ports are read as ports.
                Port::None if packet.is_v6() && version > Version(1, 11, 0) => Tri::No,
                Port::None => Tri::Maybe("whether the first bytes of the packet look like that port".into()),
            },
        }
    }

    fn authority(&self, peer: &Member) -> Tri {
        if self.ca_name.is_none() && self.ca_sha.is_none() {
            return Tri::Yes;
        }
        let certificate = match &peer.certificate {
            Ok(certificate) => certificate,
            Err(why) => return Tri::Maybe(why.clone()),
        };
        let one = |wanted: &Option<String>, own: &Option<String>| match (wanted, own) {
            (None, _) => Tri::No,
            (Some(wanted), Some(own)) => (wanted == own).into(),
            (Some(_), None) => Tri::Maybe("who signed the certificate of the other end".into()),
        };
        one(&self.ca_sha, &certificate.ca_sha).or(|| one(&self.ca_name, &certificate.ca_name))
    }

    /// Whether it is for everybody, by what this release makes of its fields.
    pub fn is_for_all(&self, version: Version) -> bool {
        let nothing = self.host.is_none() && self.groups.is_empty() && self.cidr.is_none();
        nothing
            || self.host.as_deref() == Some("any")
            || self.groups.iter().any(|group| group == "any")
            || self.cidr.is_some_and(|cidr| cidr.is_any(version))
    }

    fn subject(&self, version: Version, asked: Asked<'_>) -> Tri {
        if self.is_for_all(version) {
            return Tri::Yes;
        }
        if let Some(Cidr::Net(net)) = self.cidr
            && net.contains(&asked.remote)
        {
            return Tri::Yes;
        }
        let certificate = match &asked.peer.certificate {
            Ok(certificate) => certificate,
            Err(_) if self.groups.is_empty() && self.host.is_none() => return Tri::No,
            Err(why) => return Tri::Maybe(why.clone()),
        };
        let grouped = !self.groups.is_empty() && self.groups.iter().all(|group| certificate.groups.contains(group));
        (grouped || self.host.as_ref() == Some(&certificate.name)).into()
    }

    fn local(&self, version: Version, asked: Asked<'_>) -> Tri {
        // 1.6 does not know the field, and ignores it.
        if !version.from(7) {
            return Tri::Yes;
        }
        match self.local_cidr {
            Some(cidr) if cidr.is_any(version) => Tri::Yes,
            Some(Cidr::Any) => Tri::Yes,
            Some(Cidr::Net(net)) => net.contains(&asked.local).into(),
            None => match &asked.own.certificate {
                Err(why) => Tri::Maybe(why.clone()),
                Ok(own) => (own.unsafe_networks.is_empty()
                    || asked.own.local_any.unwrap_or(!version.from(10))
                    || own.networks.iter().any(|net| net.addr() == asked.local))
                .into(),
            },
        }
    }
}

impl Cidr {
    /// Whether this release reads it as everybody.
    pub fn is_any(self, version: Version) -> bool {
        match self {
            Self::Any => true,
            Self::Net(_) if version.from(10) => false,
            Self::Net(net) if version >= Version(1, 9, 4) => net.prefix_len() == 0,
            // Old ones ask whether it contains 0.0.0.0.
            Self::Net(net) => net.prefix_len() == 0 || net.contains(&IpAddr::from([0, 0, 0, 0])),
        }
    }
}
