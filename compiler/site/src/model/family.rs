//! Families of addresses: IPv4 and IPv6, which never speak to one another.

use std::net::IpAddr;

use ipnet::IpNet;

/// A family of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// Both, in the order in which they are written.
    pub const ALL: [Self; 2] = [Self::V4, Self::V6];

    /// That of an address.
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// That of a prefix.
    pub fn of_prefix(prefix: &IpNet) -> Self {
        Self::of(prefix.addr())
    }

    /// As a sentence says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }
}

/// A set of families.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Families(u8);

impl Families {
    /// Neither.
    pub const NONE: Self = Self(0);

    /// Whether it is neither.
    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Whether a family is in it.
    pub fn contains(self, family: Family) -> bool {
        self.0 & bit(family) != 0
    }

    /// What is in both.
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in either.
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those in it, in their order.
    pub fn iter(self) -> impl Iterator<Item = Family> {
        Family::ALL.into_iter().filter(move |family| self.contains(*family))
    }
}

impl FromIterator<Family> for Families {
    fn from_iter<I: IntoIterator<Item = Family>>(families: I) -> Self {
        Self(families.into_iter().fold(0, |set, family| set | bit(family)))
    }
}

fn bit(family: Family) -> u8 {
    match family {
        Family::V4 => 1,
        Family::V6 => 2,
    }
}
