//! A packet filter of Linux: base chains at hooks, rules, jumps. What `iptables-restore` files and nft files have in common.

mod beside;
mod walk;

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::LazyLock;

pub use beside::TableName;
pub use walk::Hidden;

use crate::bounds::Tri;
use crate::packet::{Addr, Addresses, ICMP, ICMP6, Packet, Port, Ports, UDP};
use crate::place::{Place, Why};

/// All rules of one machine for both families.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Where the kernel enters.
    pub bases: Vec<Base>,
    /// All chains.
    pub chains: Vec<Chain>,
    /// Whether a family has no rules at all: it is open.
    pub families: (bool, bool),
    /// Where the rules of everybody else are removed.
    pub flushes: Option<Place>,
    /// The tables that its files make or take away, and where each is first named.
    pub tables: BTreeMap<TableName, Place>,
    /// Whether its rules ask for ports that programs of the machine publish: such a packet may be delivered or handed on.
    publishes: bool,
    /// Of each family, why nobody knows whether these rules are there: what loads them may refuse them, and older ones stay.
    doubted: (Option<Why>, Option<Why>),
}

/// A chain that the kernel enters.
#[derive(Clone, Debug, PartialEq)]
pub struct Base {
    /// Where.
    pub hook: Hook,
    /// Whether it sees IPv4, IPv6.
    pub families: (bool, bool),
    /// Lower ones come first.
    pub priority: i32,
    /// Whether what no rule takes passes.
    pub accepts: bool,
    /// Whether it translates addresses instead of filtering.
    pub nat: bool,
    /// Its rules.
    pub chain: usize,
    /// Where it begins.
    pub place: Place,
    /// Why it may not be there.
    pub unsure: Option<Why>,
}

/// Where the kernel enters a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hook {
    /// Everything that arrives.
    Prerouting,
    /// What is for the machine.
    Input,
    /// What goes through it.
    Forward,
    /// What it sends.
    Output,
    /// Everything that leaves.
    Postrouting,
}

/// Rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chain {
    /// Its name, for people.
    pub name: String,
    /// In order.
    pub rules: Vec<Rule>,
    /// Rules that ask for one source address, by it; and all others. Filled when the chain is complete.
    index: Option<Index>,
}

type Index = (HashMap<IpAddr, Vec<u32>>, Vec<u32>);

/// The device that packets from outside of a node's bridges come in by.
pub const UPLINK: &str = "an uplink";

/// How the firewall bridges of guests are called.
const FWBR: &str = "fwbr";

/// Fewer rules are walked one by one.
const INDEXED: usize = 32;

impl Chain {
    /// One without rules.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    fn finish(&mut self) {
        if self.rules.len() < INDEXED {
            return;
        }
        let (mut single, mut others) = (HashMap::<IpAddr, Vec<u32>>::new(), Vec::new());
        for (index, rule) in self.rules.iter().enumerate() {
            let one = rule.conditions.iter().find_map(|condition| match (&condition.test, condition.not) {
                (Test::Source(addresses), false) => match addresses.spans() {
                    [(low, high)] if low == high => Some(*low),
                    _ => None,
                },
                _ => None,
            });
            match one {
                Some(address) => single.entry(address).or_default().push(index as u32),
                None => others.push(index as u32),
            }
        }
        self.index = Some((single, others));
    }

    /// The rules in order, without those that ask for another source address.
    fn seen_by(&self, packet: &Packet) -> impl Iterator<Item = &Rule> {
        let own: &[u32] = match (&self.index, packet.src) {
            (Some((single, _)), Addr::At(address)) => single.get(&address).map(Vec::as_slice).unwrap_or_default(),
            _ => &[],
        };
        let exact = matches!(packet.src, Addr::At(_));
        let others: &[u32] = self.index.as_ref().map(|(_, others)| others.as_slice()).unwrap_or_default();
        let plain = if self.index.is_some() && exact { 0 } else { self.rules.len() };
        let (mut a, mut b) = (own.iter().peekable(), others.iter().peekable());
        let merged = std::iter::from_fn(move || match (a.peek(), b.peek()) {
            (Some(one), Some(other)) if one < other => a.next(),
            (Some(_), None) => a.next(),
            _ => b.next(),
        });
        let merged = merged.take(if plain == 0 { usize::MAX } else { 0 }).map(|index| &self.rules[*index as usize]);
        self.rules[..plain].iter().chain(merged)
    }
}

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Where it stands.
    pub place: Place,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// What happens then.
    pub then: Then,
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// This base chain lets the packet pass; others still see it.
    Accept,
    /// It is dropped or refused, for good.
    Drop,
    /// Back to where the chain was entered from.
    Return,
    /// The next rule.
    Next,
    /// Another chain, and back.
    Jump(usize),
    /// Another chain, and not back.
    Goto(usize),
    /// Connection tracking looks away: its answers match no rule of known connections.
    Untrack,
    /// Another destination.
    Translate(Translation),
    /// Another table of connections.
    Zone,
    /// Another source: the address that it leaves by.
    Masquerade,
    /// Another source: this address, or why it is not known which.
    Source(Result<IpAddr, Why>),
    /// Nobody knows.
    Unknown(Why),
}

impl Then {
    /// The chain that it goes on with.
    pub fn chain(&self) -> Option<usize> {
        match self {
            Self::Jump(chain) | Self::Goto(chain) => Some(*chain),
            _ => None,
        }
    }
}

/// Another destination: its address and, if it changes, its port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The new address; without one, the machine itself.
    pub address: Option<IpAddr>,
    /// The new port.
    pub port: Option<u16>,
}

/// One test of a packet.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Whether it must not hold.
    pub not: bool,
    /// What it asks.
    pub test: Test,
}

/// What a condition asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// The source address.
    Source(Addresses),
    /// The destination address.
    Dest(Addresses),
    /// The interface that it came in by; a `+` or `*` at the end means any ending.
    In(Vec<String>),
    /// The interface that it leaves by.
    Out(Vec<String>),
    /// The protocol.
    Protocol(Vec<u8>),
    /// The source port.
    Sport(Ports),
    /// The destination port.
    Dport(Ports),
    /// The destination that who began the connection asked for, whatever nat made of it.
    AskedDest(Addresses),
    /// The port that he asked for.
    AskedPort(Ports),
    /// That the destination is an address of this machine.
    Local,
    /// That a rule of nat has given it another destination.
    Translated,
    /// What kind of device it came in by.
    Kind,
    /// Types of ICMP of this family (IPv6 if so).
    Icmp(bool, Vec<u8>),
    /// States of the connection.
    State(States),
    /// That it is only bridged.
    Bridged,
    /// That it came in by the firewall bridge of a guest.
    Port,
    /// Something that is not understood.
    Unread(Why),
}

/// States of a connection that a rule asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct States {
    /// Of a first packet.
    pub new: bool,
    /// Of an answer.
    pub established: bool,
    /// Of one that is not tracked.
    pub untracked: bool,
}

/// A packet and the interface of this machine that it comes or goes by.
#[derive(Clone, Copy, Debug)]
pub struct Passage<'a> {
    /// The packet.
    pub packet: &'a Packet,
    /// The interface, if it is known.
    pub device: Option<&'a str>,
    /// Whether it comes in by it.
    pub inbound: bool,
    /// Whether it comes from a guest's device that is filtered.
    pub guest: bool,
    /// Of what goes through the machine, the interface that it leaves by, if that is known.
    pub leaves: Option<Option<&'a str>>,
    /// Of what leaves the machine after it came through it, the interface that it came in by, if that is known.
    pub entered: Option<Option<&'a str>>,
    /// Whether it came for an address of this machine, if that is known.
    pub local: Option<bool>,
    /// Whether a program of the machine has given it another destination, which nobody here knows: the packet is as it came.
    pub published: bool,
}

impl<'a> Passage<'a> {
    /// A packet that comes in by an interface, or leaves by one, and nothing else is known of it.
    pub fn at(packet: &'a Packet, device: Option<&'a str>, inbound: bool) -> Self {
        Self { packet, device, inbound, guest: false, leaves: None, entered: None, local: None, published: false }
    }
}

impl Condition {
    /// Whether it holds.
    pub fn holds(&self, passage: Passage<'_>, untracked: bool) -> Tri {
        let packet = passage.packet;
        let tri = match &self.test {
            Test::Dest(_) | Test::Dport(_) | Test::Local if passage.published => Tri::Maybe(PUBLISHED.clone()),
            Test::AskedDest(addresses) => addresses.contain(if packet.answer { packet.src } else { packet.dst }),
            Test::AskedPort(ports) => ports.contain(if packet.answer { packet.sport } else { packet.dport }),
            Test::Translated => passage.published.into(),
            Test::Local => match passage.local {
                Some(local) => local.into(),
                None => Tri::Maybe("whether the address is its own".into()),
            },
            Test::Kind => Tri::Maybe("what kind of device it comes in by".into()),
            Test::Source(addresses) => addresses.contain(packet.src),
            Test::Dest(addresses) => addresses.contain(packet.dst),
            Test::In(names) if passage.inbound => interface(names, passage.device),
            Test::Out(names) if !passage.inbound => interface(names, passage.device),
            Test::In(names) if passage.entered.is_some() => interface(names, passage.entered.flatten()),
            Test::Out(names) if passage.leaves.is_some() => interface(names, passage.leaves.flatten()),
            // No interface is there to compare with; iptables refuses such rules.
            Test::In(_) | Test::Out(_) => Tri::No,
            // What is asked of a node's chains is what it routes.
            Test::Bridged => Tri::No,
            Test::Port if passage.device.is_none_or(|device| device == UPLINK) => Tri::No,
            // A guest whose device is filtered has a firewall bridge, and whatever it sends comes by that.
            Test::Port if passage.guest => Tri::Yes,
            Test::Port => Tri::Maybe("by which port of the bridge it comes".into()),
            Test::Protocol(numbers) => numbers.contains(&packet.proto).into(),
            Test::Sport(ports) => ports.hold_sender(packet.sport),
            Test::Dport(ports) => ports.contain(packet.dport),
            Test::Icmp(v6, kinds) => {
                (packet.proto == if *v6 { ICMP6 } else { ICMP } && kinds.contains(&packet.icmp)).into()
            }
            Test::State(states) if untracked => states.untracked.into(),
            Test::State(states) if packet.answer => states.established.into(),
            Test::State(states) => states.new.into(),
            Test::Unread(why) => Tri::Maybe(why.clone()),
        };
        tri.negated(self.not)
    }
}

static PUBLISHED: LazyLock<Why> = LazyLock::new(|| "where a program of the machine sends it on to".into());

fn interface(names: &[String], device: Option<&str>) -> Tri {
    let Some(device) = device else {
        // The loopback device is the one that everybody knows it is not.
        return match names.iter().all(|name| name == "lo") {
            true => Tri::No,
            false => Tri::Maybe("what the machine calls its device".into()),
        };
    };
    names
        .iter()
        .any(|name| match name.strip_suffix(['+', '*']) {
            Some(stem) => device.starts_with(stem),
            None => device == name,
        })
        .into()
}

impl Rule {
    /// Whether it takes a packet.
    pub fn matches(&self, passage: Passage<'_>, untracked: bool) -> Tri {
        let tri = self.conditions.iter().fold(Tri::Yes, |all, one| all.and(|| one.holds(passage, untracked)));
        match tri {
            Tri::Maybe(_) if passage.packet.sport == Port::Ephemeral && self.spares_choice() => Tri::No,
            tri => tri,
        }
    }

    /// Whether it asks for a source port that no system takes by itself, and takes nothing from whoever does not want it: it drops, or
    /// is for answers of DHCP.
    fn spares_choice(&self) -> bool {
        let ports = |of: fn(&Test) -> Option<&Ports>| {
            self.conditions.iter().filter(|one| !one.not).find_map(|one| of(&one.test))
        };
        let source = ports(|test| if let Test::Sport(ports) = test { Some(ports) } else { None });
        let dest = ports(|test| if let Test::Dport(ports) = test { Some(ports) } else { None });
        source.is_some_and(|source| source.spare_choice(dest, self.then == Then::Drop))
    }
}

impl Filter {
    /// Nobody knows whether its rules for these families are there.
    pub fn doubt(&mut self, families: (bool, bool), why: &Why) {
        let (four, six) = &mut self.doubted;
        for own in [four, six].into_iter().zip([families.0, families.1]).filter_map(|(own, meant)| meant.then_some(own))
        {
            own.get_or_insert_with(|| why.clone());
        }
    }

    /// Why nobody knows what becomes of a packet of a family, whatever the rules say.
    fn doubted(&self, v6: bool) -> Option<&Why> {
        if v6 { self.doubted.1.as_ref() } else { self.doubted.0.as_ref() }
    }

    /// Everything is read.
    pub fn finish(&mut self) {
        self.chains.iter_mut().for_each(Chain::finish);
        let mut conditions = self.chains.iter().flat_map(|chain| &chain.rules).flat_map(|rule| &rule.conditions);
        self.publishes = conditions.any(|condition| condition.test == Test::Translated && !condition.not);
    }

    /// The interfaces that its rules name, sorted.
    pub fn devices(&self) -> Vec<&str> {
        let conditions = self.chains.iter().flat_map(|chain| &chain.rules).flat_map(|rule| &rule.conditions);
        let mut names: Vec<&str> = conditions
            .filter_map(|condition| match &condition.test {
                Test::In(names) | Test::Out(names) => Some(names),
                _ => None,
            })
            .flatten()
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The addresses whose packets are given another destination.
    pub fn translated_addresses(&self) -> impl Iterator<Item = IpAddr> {
        let rules = self.chains.iter().flat_map(|chain| &chain.rules);
        let rules = rules.filter(|rule| matches!(rule.then, Then::Translate(_)));
        rules
            .flat_map(|rule| &rule.conditions)
            .flat_map(|condition| match &condition.test {
                Test::Dest(addresses) if !condition.not => addresses.spans(),
                _ => &[],
            })
            .filter(|(low, high)| low == high)
            .map(|(low, _)| *low)
    }

    /// Whether it may give datagrams for an address and port another destination, whoever sends them.
    pub fn may_translate(&self, address: IpAddr, port: u16) -> bool {
        let rules = self.chains.iter().flat_map(|chain| &chain.rules);
        let takes = |condition: &Condition| match &condition.test {
            Test::Dest(addresses) => addresses.has(address) != condition.not,
            Test::Dport(ports) => ports.contain(Port::At(port)).negated(condition.not) != Tri::No,
            Test::Protocol(numbers) => numbers.contains(&UDP) != condition.not,
            _ => true,
        };
        let mut rules = rules.filter(|rule| matches!(rule.then, Then::Translate(_) | Then::Unknown(_)));
        self.doubted(address.is_ipv6()).is_some() || rules.any(|rule| rule.conditions.iter().all(takes))
    }

    /// Whether a rule asks for packets that come in by an interface.
    pub fn enters_by(&self, device: &str) -> bool {
        let rules = self.chains.iter().flat_map(|chain| &chain.rules);
        rules
            .flat_map(|rule| &rule.conditions)
            .any(|condition| matches!(&condition.test, Test::In(names) if names.iter().any(|name| name == device)))
    }

    /// Whether what comes from an address leaves with another one, towards some destination.
    pub fn masquerades(&self, source: IpAddr) -> bool {
        self.masquerade_of(source).is_some()
    }

    /// The rule by which what comes from an address leaves with another one, towards some destination.
    pub fn masquerade_of(&self, source: IpAddr) -> Option<Place> {
        self.hiding(source).next().map(|rule| rule.place)
    }

    /// The rules by which what comes from an address leaves with another one, towards some destination.
    pub fn hiding(&self, source: IpAddr) -> impl Iterator<Item = &Rule> {
        let rules = self.chains.iter().flat_map(|chain| &chain.rules);
        let rules = rules.filter(|rule| matches!(rule.then, Then::Masquerade | Then::Source(_)));
        rules.filter(move |rule| {
            rule.conditions.iter().all(|condition| match &condition.test {
                Test::Source(addresses) => addresses.has(source) != condition.not,
                _ => true,
            })
        })
    }

    /// Whether all firewall bridges of guests are in a zone of connections of their own.
    pub fn zones_bridges(&self) -> bool {
        let all = |names: &[String]| names.iter().any(|name| FWBR.starts_with(name.trim_end_matches('+')));
        let bridges = |test: &Test| matches!(test, Test::In(names) if all(names));
        let takes = |rule: &Rule| rule.conditions.iter().all(|one| !one.not && bridges(&one.test));
        self.chains.iter().flat_map(|chain| &chain.rules).any(|rule| rule.then == Then::Zone && takes(rule))
    }

    /// The chain of a hook of a table that is there already.
    pub fn base_at(&self, hook: Hook, priority: i32, nat: bool, v6: bool) -> Option<usize> {
        let fits = |base: &&Base| {
            base.hook == hook && base.priority == priority && base.nat == nat && base.families == (!v6, v6)
        };
        self.bases.iter().find(fits).map(|base| base.chain)
    }
}
