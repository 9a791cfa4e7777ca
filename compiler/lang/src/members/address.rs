//! Members of an Address. Its neighbours are sums: `address + 1`.

use std::net::IpAddr;

use super::Member;
use crate::builtins::Call;
use crate::eval::machine::Machine;
use crate::eval::value::{Kind, Value};
use crate::schema::types::Scalar;

pub(super) const VERSION: Member = Member {
    of: Scalar::Address,
    name: "version",
    signature: "Int",
    about: "4 or 6.",
    example: ("let a = fd00::5; in a.version", "6"),
    arity: 0,
    body: |machine, call| {
        let version = if address(machine, call).is_ipv4() { 4 } else { 6 };
        Ok(Value::int(version, call.origin))
    },
};

pub(super) const REVERSE: Member = Member {
    of: Scalar::Address,
    name: "reverse",
    signature: "String",
    about: "Its name in the reverse zones of DNS, without a dot at the end (RFC 1035, 3.5; RFC 3596, 2.5).",
    example: ("let a = 10.0.0.5; in a.reverse", "\"5.0.0.10.in-addr.arpa\""),
    arity: 0,
    body: |machine, call| {
        let name = reverse(address(machine, call));
        Ok(Value::new(machine.program.store.string(name), call.origin))
    },
};

pub(super) const OCTETS: Member = Member {
    of: Scalar::Address,
    name: "octets",
    signature: "List Int",
    about: "Its bytes in their order: 4 of IPv4, 16 of IPv6.",
    example: ("let a = 10.20.30.7; in fold (n: octet: n * 1000 + octet) 0 (tail a.octets)", "20030007"),
    arity: 0,
    body: |machine, call| {
        let octets = match address(machine, call) {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        let octets: Vec<Value> = octets.into_iter().map(|octet| Value::int(octet.into(), call.origin)).collect();
        machine.reserve(octets.len() * size_of::<Value>(), call.origin)?;
        Ok(machine.heap.list(octets, call.origin))
    },
};

fn address(machine: &Machine<'_>, call: &Call) -> IpAddr {
    let Kind::Address(id) = call.arguments[0].kind else { unreachable!("a member of an Address") };
    machine.program.store.addresses[id.index()]
}

fn reverse(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(address) => {
            let nibbles = address.octets().into_iter().rev().flat_map(|octet| [octet & 15, octet >> 4]);
            nibbles.map(|nibble| format!("{nibble:x}.")).collect::<String>() + "ip6.arpa"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reverse_name_of_an_ipv6_address_has_every_digit() {
        // The example of RFC 3596, 2.5.
        let address: IpAddr = "4321:0:1:2:3:4:567:89ab".parse().expect("an address");
        let name = "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa";
        assert_eq!(reverse(address), name);
    }
}
