//! Members of a Prefix.
//!
//! The usable addresses of an IPv4 network are all but its own and the broadcast address; of a /31 both and of a /32 the
//! one (RFC 3021). Of an IPv6 network they are all but its first, which belongs to the routers (RFC 4291, 2.6.1); of a
//! /127 both (RFC 6164) and of a /128 the one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::Member;
use crate::builtins::Call;
use crate::errors;
use crate::eval::line::{Line, Point};
use crate::eval::machine::Machine;
use crate::eval::shift;
use crate::eval::value::{Kind, Reported, Value};
use crate::schema::types::Scalar;

pub(super) const ADDRESS: Member = Member {
    of: Scalar::Prefix,
    name: "address",
    signature: "Address",
    about: "The network's own address: its first.",
    example: ("let net = 10.0.0.0/24; in net.address", "10.0.0.0"),
    arity: 0,
    body: |machine, call| Ok(address(machine, call, prefix(machine, call).network())),
};

pub(super) const LENGTH: Member = Member {
    of: Scalar::Prefix,
    name: "length",
    signature: "Int",
    about: "The number of bits that all of its addresses have in common: what stands behind `/`.",
    example: ("let net = 10.0.0.0/24; in net.length", "24"),
    arity: 0,
    body: |machine, call| Ok(Value::int(prefix(machine, call).prefix_len().into(), call.origin)),
};

pub(super) const VERSION: Member = Member {
    of: Scalar::Prefix,
    name: "version",
    signature: "Int",
    about: "4 or 6.",
    example: ("let net = fd00::/64; in net.version", "6"),
    arity: 0,
    body: |machine, call| {
        let version = if matches!(prefix(machine, call), IpNet::V4(_)) { 4 } else { 6 };
        Ok(Value::int(version, call.origin))
    },
};

pub(super) const SIZE: Member = Member {
    of: Scalar::Prefix,
    name: "size",
    signature: "Int",
    about: "The number of all of its addresses, usable or not. An Int has 64 bits: of fd00::/64 it is out of range, E0505.",
    example: ("let net = 10.0.0.0/24; in net.size", "256"),
    arity: 0,
    body: |machine, call| {
        let prefix = prefix(machine, call);
        match 1i64.checked_shl(u32::from(prefix.max_prefix_len() - prefix.prefix_len())).filter(|size| *size > 0) {
            Some(size) => Ok(Value::int(size, call.origin)),
            None => Err(errors::overflow::report(machine, call.origin, "size")),
        }
    },
};

pub(super) const FIRST: Member = Member {
    of: Scalar::Prefix,
    name: "first",
    signature: "Address",
    about: "The first usable address.",
    example: ("let net = 10.0.0.0/24; in net.first", "10.0.0.1"),
    arity: 0,
    body: |machine, call| Ok(address(machine, call, usable(prefix(machine, call)).0)),
};

pub(super) const LAST: Member = Member {
    of: Scalar::Prefix,
    name: "last",
    signature: "Address",
    about: "The last usable address.",
    example: ("let net = 10.0.0.0/24; in net.last", "10.0.0.254"),
    arity: 0,
    body: |machine, call| Ok(address(machine, call, usable(prefix(machine, call)).1)),
};

pub(super) const HOST: Member = Member {
    of: Scalar::Prefix,
    name: "host",
    signature: "Int -> Address",
    about: "The n-th address, counted from the network's own, which is 0. One that lies outside is an error: E0510.",
    example: ("let net = 10.0.0.0/24; in map net.host [ 1, 20 ]", "[ 10.0.0.1, 10.0.0.20 ]"),
    arity: 1,
    body: |machine, call| {
        let prefix = prefix(machine, call);
        if let Kind::Line(_) = call.arguments[1].kind {
            let line = machine.as_line(call.arguments[1]).and_then(|line| on_a_line(prefix, line));
            let within = |end| matches!(end, Some(Point::Address(last)) if prefix.contains(&last));
            let line = line.filter(|line| within(machine.end_of(*line)));
            return machine.line(line, call.origin);
        }
        let number = call.int(machine, 1)?;
        match shift(prefix.network(), i128::from(number)).filter(|address| prefix.contains(address)) {
            Some(host) => Ok(address(machine, call, host)),
            None => {
                let what = format!("address number {number}");
                let value = call.arguments[0];
                Err(errors::no_such_address::report(machine, value, &prefix.to_string(), &what, call.origin))
            }
        }
    },
};

/// The addresses with the numbers of a line, if the network has the first one.
fn on_a_line(prefix: IpNet, numbers: Line) -> Option<Line> {
    let Point::Int(first) = numbers.first else { return None };
    let address = shift(prefix.network(), first.into()).filter(|address| prefix.contains(address))?;
    Some(Line { first: Point::Address(address), step: numbers.step })
}

/// How many addresses `hosts` lists: as many as the usual largest network of one site, a /16 of IPv4, has.
const MAX_HOSTS: u128 = 1 << 16;

pub(super) const HOSTS: Member = Member {
    of: Scalar::Prefix,
    name: "hosts",
    signature: "List Address",
    about: "The usable addresses, in order. More than 65,536 are an error: E0512.",
    example: ("let net = 10.0.0.0/29; in take 3 net.hosts", "[ 10.0.0.1, 10.0.0.2, 10.0.0.3 ]"),
    arity: 0,
    body: |machine, call| {
        let prefix = prefix(machine, call);
        let (first, last) = usable(prefix);
        let count = (number(last) - number(first)).saturating_add(1);
        if count > MAX_HOSTS {
            let (value, text) = (call.arguments[0], prefix.to_string());
            return Err(errors::too_many_hosts::report(machine, value, &text, MAX_HOSTS, call.origin));
        }
        machine.reserve(count as usize * (size_of::<Value>() + size_of::<IpAddr>()), call.origin)?;
        let hosts = (0..count as i128).filter_map(|n| shift(first, n));
        let hosts: Vec<Value> = hosts.map(|host| address(machine, call, host)).collect();
        Ok(machine.heap.list(hosts, call.origin))
    },
};

pub(super) const SUBNET: Member = Member {
    of: Scalar::Prefix,
    name: "subnet",
    signature: "Int -> Int -> Prefix",
    about: "`net.subnet length n` is the n-th of the networks of that length inside, counted from 0. One that lies outside \
            is an error: E0510.",
    example: ("let net = 10.0.0.0/16; in map (net.subnet 24) [ 0, 7 ]", "[ 10.0.0.0/24, 10.0.7.0/24 ]"),
    arity: 2,
    body: |machine, call| {
        let prefix = prefix(machine, call);
        let (length, number) = (call.int(machine, 1)?, call.int(machine, 2)?);
        let range = i64::from(prefix.prefix_len())..=i64::from(prefix.max_prefix_len());
        if !range.contains(&length) {
            let expected = format!("a length from {} to {}", range.start(), range.end());
            return Err(call.wrong(machine, 1, &expected));
        }
        match subnet(prefix, length as u8, number) {
            Some(subnet) => Ok(Value::new(machine.program.store.prefix(subnet), call.origin)),
            None => {
                let what = format!("/{length} number {number}");
                let value = call.arguments[0];
                Err(errors::no_such_address::report(machine, value, &prefix.to_string(), &what, call.origin))
            }
        }
    },
};

pub(super) const CONTAINS: Member = Member {
    of: Scalar::Prefix,
    name: "contains",
    signature: "Address -> Bool",
    about: "Whether an address lies inside. One of the other family does not.",
    example: ("let net = 10.0.0.0/24; in map net.contains [ 10.0.0.9, 10.0.1.9 ]", "[ true, false ]"),
    arity: 1,
    body: |machine, call| {
        let Kind::Address(id) = call.arguments[1].kind else { return Err(call.wrong(machine, 1, "an Address")) };
        let holds = prefix(machine, call).contains(&machine.program.store.addresses[id.index()]);
        Ok(Value::bool(holds, call.origin))
    },
};

pub(super) const COVERS: Member = Member {
    of: Scalar::Prefix,
    name: "covers",
    signature: "Prefix -> Bool",
    about: "Whether all addresses of another network lie inside; of the network itself they do.",
    example: ("let net = 10.0.0.0/8; in map net.covers [ 10.0.1.0/24, 0.0.0.0/0 ]", "[ true, false ]"),
    arity: 1,
    body: |machine, call| {
        let (prefix, other) = (prefix(machine, call), other(machine, call)?);
        Ok(Value::bool(prefix.contains(&other), call.origin))
    },
};

pub(super) const OVERLAPS: Member = Member {
    of: Scalar::Prefix,
    name: "overlaps",
    signature: "Prefix -> Bool",
    about: "Whether an address lies in both networks.",
    example: ("let net = 10.0.1.0/24; in map net.overlaps [ 10.0.0.0/8, 10.0.2.0/24 ]", "[ true, false ]"),
    arity: 1,
    body: |machine, call| {
        let (prefix, other) = (prefix(machine, call), other(machine, call)?);
        Ok(Value::bool(prefix.contains(&other) || other.contains(&prefix), call.origin))
    },
};

pub(super) const NETMASK: Member = Member {
    of: Scalar::Prefix,
    name: "netmask",
    signature: "Address",
    about: "The length as IPv4 tools have it. IPv6 has none: E0513.",
    example: ("let net = 10.0.0.0/22; in net.netmask", "255.255.252.0"),
    arity: 0,
    body: |machine, call| match prefix(machine, call) {
        IpNet::V4(net) => Ok(address(machine, call, net.netmask().into())),
        IpNet::V6(_) => Err(lacks(machine, call, "netmask", "IPv6 tools take `.length`")),
    },
};

pub(super) const BROADCAST: Member = Member {
    of: Scalar::Prefix,
    name: "broadcast",
    signature: "Address",
    about: "The address of all machines of an IPv4 network. IPv6, /31 and /32 have none: E0513.",
    example: ("let net = 10.0.0.0/24; in net.broadcast", "10.0.0.255"),
    arity: 0,
    body: |machine, call| match prefix(machine, call) {
        IpNet::V4(net) if net.prefix_len() < 31 => Ok(address(machine, call, net.broadcast().into())),
        _ => Err(lacks(machine, call, "broadcast address", "`.last` is its last usable address")),
    },
};

fn prefix(machine: &Machine<'_>, call: &Call) -> IpNet {
    let Kind::Prefix(id) = call.arguments[0].kind else { unreachable!("a member of a Prefix") };
    machine.program.store.prefixes[id.index()]
}

fn other(machine: &mut Machine<'_>, call: &Call) -> Result<IpNet, Reported> {
    match call.arguments[1].kind {
        Kind::Prefix(id) => Ok(machine.program.store.prefixes[id.index()]),
        _ => Err(call.wrong(machine, 1, "a Prefix")),
    }
}

fn address(machine: &mut Machine<'_>, call: &Call, address: IpAddr) -> Value {
    Value::new(machine.program.store.address(address), call.origin)
}

fn lacks(machine: &mut Machine<'_>, call: &Call, what: &str, help: &str) -> Reported {
    let text = prefix(machine, call).to_string();
    errors::no_broadcast::report(machine, call.arguments[0], &text, what, help, call.origin)
}

/// Network number `n` of that length, which is not less than the prefix's own, inside of it.
fn subnet(prefix: IpNet, length: u8, n: i64) -> Option<IpNet> {
    let n = u128::try_from(n).ok()?;
    let many = 1u128.checked_shl(u32::from(length - prefix.prefix_len()));
    if many.is_some_and(|many| n >= many) {
        return None;
    }
    // Shifted by all bits there is one network only, whose number is 0.
    let offset = n.checked_shl(u32::from(prefix.max_prefix_len() - length)).unwrap_or(0);
    let start = number(prefix.network()) + offset;
    let start = match prefix {
        IpNet::V4(_) => IpAddr::V4(Ipv4Addr::from(u32::try_from(start).ok()?)),
        IpNet::V6(_) => IpAddr::V6(Ipv6Addr::from(start)),
    };
    IpNet::new(start, length).ok()
}

/// The first and the last usable address.
fn usable(prefix: IpNet) -> (IpAddr, IpAddr) {
    match prefix {
        IpNet::V4(net) => {
            let (first, last) = (u32::from(net.network()), u32::from(net.broadcast()));
            let kept = u32::from(net.prefix_len() < 31);
            (Ipv4Addr::from(first + kept).into(), Ipv4Addr::from(last - kept).into())
        }
        IpNet::V6(net) => {
            let first = u128::from(net.network()) + u128::from(net.prefix_len() < 127);
            (Ipv6Addr::from(first).into(), net.broadcast().into())
        }
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_of_one_and_two_addresses_use_all_of_them() {
        for (net, first, last) in [
            ("10.0.0.0/30", "10.0.0.1", "10.0.0.2"),
            ("10.0.0.0/31", "10.0.0.0", "10.0.0.1"),
            ("10.0.0.7/32", "10.0.0.7", "10.0.0.7"),
            ("0.0.0.0/0", "0.0.0.1", "255.255.255.254"),
            ("fd00::/126", "fd00::1", "fd00::3"),
            ("fd00::/127", "fd00::", "fd00::1"),
            ("fd00::7/128", "fd00::7", "fd00::7"),
            ("::/0", "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ] {
            let ends = usable(net.parse().expect("a network"));
            assert_eq!((ends.0.to_string(), ends.1.to_string()), (first.to_owned(), last.to_owned()), "{net}");
        }
    }
}
