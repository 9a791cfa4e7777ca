//! Exact sets of what a packet is addressed to: TCP and UDP ports, ICMP, every other protocol by number.
//!
//! ICMP is one thing here, whatever its kind; kinds belong to the proof of the layers. What a packet comes from (its
//! source port) is not looked at by any rule that arvc emits.

use std::fmt;

use arvc_site::model::{PortTerm, Transport};
use arvc_syntax::literal::Ports;
use smallvec::{SmallVec, smallvec};

/// Ports as inclusive ranges. Most sets hold one or two, and millions of sets are made while a site is judged.
pub type Ranges = SmallVec<[(u16, u16); 4]>;

/// Protocols as inclusive ranges of their numbers.
pub type Protocols = SmallVec<[(u8, u8); 5]>;

/// A set of protocols and ports in canonical form: ranges sorted, disjoint and not adjacent, so equal sets are equal
/// values. ICMP stands for ICMPv6 too.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortSet {
    /// TCP ports, as inclusive ranges.
    pub tcp: Ranges,
    /// UDP ports, as inclusive ranges.
    pub udp: Ranges,
    /// ICMP and ICMPv6.
    pub icmp: bool,
    /// Other IP protocols, as inclusive ranges of numbers without 1, 6, 17 and 58.
    pub others: Protocols,
}

impl Clone for PortSet {
    // A derived one goes range by range.
    fn clone(&self) -> Self {
        Self {
            tcp: SmallVec::from_slice(&self.tcp),
            udp: SmallVec::from_slice(&self.udp),
            icmp: self.icmp,
            others: SmallVec::from_slice(&self.others),
        }
    }
}

impl From<Ports> for PortSet {
    fn from(ports: Ports) -> Self {
        Self::ports(ports.transport, ports.first, ports.last)
    }
}

impl PortSet {
    /// Nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// Every packet.
    pub fn all() -> Self {
        Self { tcp: smallvec![(0, u16::MAX)], udp: smallvec![(0, u16::MAX)], icmp: true, others: OTHERS.into() }
    }

    /// Ports of one transport protocol; none if `last` lies before `first`.
    pub fn ports(transport: Transport, first: u16, last: u16) -> Self {
        let mut set = Self::none();
        if first <= last {
            match transport {
                Transport::Tcp => set.tcp.push((first, last)),
                Transport::Udp => set.udp.push((first, last)),
            }
        }
        set
    }

    /// ICMP and ICMPv6.
    pub fn icmp() -> Self {
        Self { icmp: true, ..Self::default() }
    }

    /// One IP protocol by its number. TCP and UDP with all of their ports; 1 and 58 are both ICMP.
    pub fn protocol(number: u8) -> Self {
        match number {
            1 | 58 => Self::icmp(),
            6 => Self::ports(Transport::Tcp, 0, u16::MAX),
            17 => Self::ports(Transport::Udp, 0, u16::MAX),
            _ => Self { others: smallvec![(number, number)], ..Self::default() },
        }
    }

    /// What a term of a flow names by itself. An endpoint names nothing by itself: its ports belong to its machines.
    pub fn term(term: &PortTerm) -> Self {
        match term {
            PortTerm::Ports(ports) => Self::from(*ports),
            PortTerm::Icmp => Self::icmp(),
            PortTerm::Proto(number) => Self::protocol(*number),
            PortTerm::Endpoint(_) => Self::none(),
        }
    }

    /// Whether it holds every packet.
    pub fn is_all(&self) -> bool {
        let whole = [(0, u16::MAX)];
        self.icmp && self.tcp[..] == whole && self.udp[..] == whole && self.others[..] == OTHERS
    }

    /// Whether it holds none.
    pub fn is_none(&self) -> bool {
        !self.icmp && self.tcp.is_empty() && self.udp.is_empty() && self.others.is_empty()
    }

    /// What is in either.
    pub fn union(&self, other: &Self) -> Self {
        Self {
            tcp: union(&self.tcp, &other.tcp),
            udp: union(&self.udp, &other.udp),
            icmp: self.icmp || other.icmp,
            others: union(&self.others, &other.others),
        }
    }

    /// What is in both.
    pub fn intersection(&self, other: &Self) -> Self {
        Self {
            tcp: intersection(&self.tcp, &other.tcp),
            udp: intersection(&self.udp, &other.udp),
            icmp: self.icmp && other.icmp,
            others: intersection(&self.others, &other.others),
        }
    }

    /// What is in this and not in the other.
    pub fn difference(&self, other: &Self) -> Self {
        Self {
            tcp: difference(&self.tcp, &other.tcp),
            udp: difference(&self.udp, &other.udp),
            icmp: self.icmp && !other.icmp,
            others: difference(&self.others, &other.others),
        }
    }

    /// Whether the other holds everything that this holds.
    pub fn is_subset(&self, other: &Self) -> bool {
        (other.icmp || !self.icmp)
            && subset(&self.tcp, &other.tcp)
            && subset(&self.udp, &other.udp)
            && subset(&self.others, &other.others)
    }

    /// Whether both hold a packet.
    pub fn meets(&self, other: &Self) -> bool {
        self.icmp && other.icmp
            || meet(&self.tcp, &other.tcp)
            || meet(&self.udp, &other.udp)
            || meet(&self.others, &other.others)
    }

    /// One packet of it, the least, for a witness; never to port 0, where another one is to be had, since nobody listens there.
    pub fn first(&self) -> Option<Self> {
        let least = |ports: &[(u16, u16)]| ports.first().map(|(first, last)| (*first).max(1).min(*last));
        if let Some(port) = least(&self.tcp) {
            Some(Self::ports(Transport::Tcp, port, port))
        } else if let Some(port) = least(&self.udp) {
            Some(Self::ports(Transport::Udp, port, port))
        } else if self.icmp {
            Some(Self::icmp())
        } else {
            self.others.first().map(|(number, _)| Self::protocol(*number))
        }
    }
}

/// As a flow names them: `5432/tcp, 8000-8010/tcp, icmp`. A set that lacks little is told by what it lacks.
impl fmt::Display for PortSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return f.write_str("nothing");
        }
        if self.is_all() {
            return f.write_str("all protocols");
        }
        if self.others[..] == OTHERS {
            return write!(f, "all protocols but {}", Self::all().difference(self));
        }
        let mut separator = "";
        for (ranges, transport) in [(&self.tcp, "tcp"), (&self.udp, "udp")] {
            for (first, last) in ranges {
                match first == last {
                    true => write!(f, "{separator}{first}/{transport}")?,
                    false => write!(f, "{separator}{first}-{last}/{transport}")?,
                }
                separator = ", ";
            }
        }
        if self.icmp {
            write!(f, "{separator}icmp")?;
            separator = ", ";
        }
        for (first, last) in &self.others {
            match first == last {
                true => write!(f, "{separator}proto {first}")?,
                false => write!(f, "{separator}proto {first}-{last}")?,
            }
            separator = ", ";
        }
        Ok(())
    }
}

/// All protocol numbers but ICMP (1), TCP (6), UDP (17) and ICMPv6 (58).
const OTHERS: [(u8, u8); 5] = [(0, 0), (2, 5), (7, 16), (18, 57), (59, 255)];

/// A number of a range: small enough that one more fits into a `u32`.
trait Number: Copy + Ord + Into<u32> + TryFrom<u32> {}

impl Number for u8 {}
impl Number for u16 {}

fn union<T: Number, const N: usize>(a: &[(T, T)], b: &[(T, T)]) -> SmallVec<[(T, T); N]>
where
    [(T, T); N]: smallvec::Array<Item = (T, T)>,
{
    if a.is_empty() || b.is_empty() {
        return SmallVec::from_slice(if a.is_empty() { b } else { a });
    }
    let mut merged: SmallVec<[(T, T); N]> = SmallVec::new();
    let (mut i, mut j) = (0, 0);
    loop {
        // Of the two next ranges the one that begins first.
        let (first, last) = match (a.get(i), b.get(j)) {
            (Some(x), Some(y)) if y < x => (j += 1, *y).1,
            (Some(x), _) => (i += 1, *x).1,
            (None, Some(y)) => (j += 1, *y).1,
            (None, None) => return merged,
        };
        match merged.last_mut() {
            Some(open) if first.into() <= open.1.into() + 1 => open.1 = open.1.max(last),
            _ => merged.push((first, last)),
        }
    }
}

fn intersection<T: Number, const N: usize>(a: &[(T, T)], b: &[(T, T)]) -> SmallVec<[(T, T); N]>
where
    [(T, T); N]: smallvec::Array<Item = (T, T)>,
{
    let (mut i, mut j, mut both) = (0, 0, SmallVec::new());
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let (first, last) = (x.0.max(y.0), x.1.min(y.1));
        if first <= last {
            both.push((first, last));
        }
        match x.1 < y.1 {
            true => i += 1,
            false => j += 1,
        }
    }
    both
}

/// Whether [`intersection`] has anything in it.
fn meet<T: Number>(a: &[(T, T)], b: &[(T, T)]) -> bool {
    let (mut i, mut j) = (0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        if x.0.max(y.0) <= x.1.min(y.1) {
            return true;
        }
        match x.1 < y.1 {
            true => i += 1,
            false => j += 1,
        }
    }
    false
}

fn difference<T: Number, const N: usize>(a: &[(T, T)], b: &[(T, T)]) -> SmallVec<[(T, T); N]>
where
    [(T, T); N]: smallvec::Array<Item = (T, T)>,
{
    let mut left = SmallVec::new();
    for (first, last) in a {
        // Counted in `u32`, so that the number behind the last one exists.
        let (mut from, last): (u32, u32) = ((*first).into(), (*last).into());
        for (low, high) in b {
            let (low, high): (u32, u32) = ((*low).into(), (*high).into());
            if high < from || low > last {
                continue;
            }
            if low > from {
                push(&mut left, from, low - 1);
            }
            from = high + 1;
        }
        if from <= last {
            push(&mut left, from, last);
        }
    }
    left
}

fn push<T: Number, const N: usize>(ranges: &mut SmallVec<[(T, T); N]>, first: u32, last: u32)
where
    [(T, T); N]: smallvec::Array<Item = (T, T)>,
{
    // Both lie inside a range of `T`, so neither conversion fails.
    if let (Ok(first), Ok(last)) = (T::try_from(first), T::try_from(last)) {
        ranges.push((first, last));
    }
}

fn subset<T: Number>(a: &[(T, T)], b: &[(T, T)]) -> bool {
    // Ranges of `b` are not adjacent, so a range of `a` lies inside one of them or not at all.
    a.iter().all(|(first, last)| b.iter().any(|(low, high)| low <= first && last <= high))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The naive model: one bit for each TCP port, UDP port and protocol number.
    fn bits(set: &PortSet) -> Vec<bool> {
        let mut bits = vec![false; 2 * 65536 + 257];
        for (base, ranges) in [(0, &set.tcp), (65536, &set.udp)] {
            for (first, last) in ranges {
                bits[base + usize::from(*first)..=base + usize::from(*last)].fill(true);
            }
        }
        for (first, last) in &set.others {
            bits[2 * 65536 + usize::from(*first)..=2 * 65536 + usize::from(*last)].fill(true);
        }
        bits[2 * 65536 + 256] = set.icmp;
        bits
    }

    fn term() -> impl Strategy<Value = PortSet> {
        let port = prop_oneof![Just(0), Just(u16::MAX), 0..12u16, any::<u16>()];
        let range = (any::<bool>(), port.clone(), port).prop_map(|(tcp, a, b)| {
            let transport = if tcp { Transport::Tcp } else { Transport::Udp };
            PortSet::ports(transport, a.min(b), a.max(b))
        });
        prop_oneof![4 => range, 1 => any::<u8>().prop_map(PortSet::protocol), 1 => Just(PortSet::all())]
    }

    fn set() -> impl Strategy<Value = PortSet> {
        let terms = prop::collection::vec((any::<bool>(), term()), 0..7);
        terms.prop_map(|terms| {
            terms.iter().fold(PortSet::none(), |set, (add, term)| match add {
                true => set.union(term),
                false => set.difference(term),
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_algebra_agrees_with_bitmaps(a in set(), b in set()) {
            let (x, y) = (bits(&a), bits(&b));
            let both = |f: fn(bool, bool) -> bool| -> Vec<bool> { x.iter().zip(&y).map(|(x, y)| f(*x, *y)).collect() };
            prop_assert_eq!(bits(&a.union(&b)), both(|x, y| x || y));
            prop_assert_eq!(bits(&a.intersection(&b)), both(|x, y| x && y));
            prop_assert_eq!(bits(&a.difference(&b)), both(|x, y| x && !y));
            prop_assert_eq!(a.is_subset(&b), both(|x, y| x && !y).iter().all(|bit| !bit));
            prop_assert_eq!(a.meets(&b), both(|x, y| x && y).iter().any(|bit| *bit));
        }

        #[test]
        fn equal_sets_are_equal_values(a in set(), b in set()) {
            prop_assert_eq!(a == b, bits(&a) == bits(&b));
            let again = a.difference(&b).union(&a.intersection(&b));
            prop_assert_eq!(again, a);
        }

        #[test]
        fn a_witness_is_one_packet_of_the_set(a in set()) {
            match a.first() {
                Some(one) => {
                    prop_assert!(one.is_subset(&a));
                    prop_assert_eq!(bits(&one).iter().filter(|bit| **bit).count(), 1);
                }
                None => prop_assert!(a.is_none()),
            }
        }
    }

    #[test]
    fn sets_are_shown_as_a_flow_writes_them() {
        let tcp = |first, last| PortSet::ports(Transport::Tcp, first, last);
        let set = tcp(8000, 8010).union(&PortSet::icmp()).union(&tcp(5432, 5432)).union(&PortSet::protocol(47));
        assert_eq!(set.to_string(), "5432/tcp, 8000-8010/tcp, icmp, proto 47");
        assert_eq!(PortSet::all().to_string(), "all protocols");
        assert_eq!(PortSet::all().difference(&tcp(22, 22)).to_string(), "all protocols but 22/tcp");
        assert_eq!(PortSet::none().to_string(), "nothing");
    }

    #[test]
    fn adjacent_ranges_are_one() {
        let set = PortSet::ports(Transport::Udp, 1, 4).union(&PortSet::ports(Transport::Udp, 5, 9));
        assert_eq!(set.udp[..], [(1, 9)]);
    }
}
