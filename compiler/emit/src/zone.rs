//! The one writer of DNS master files (RFC 1035, 5.1): every name absolute, the owner on every line, sets sorted.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// A record's data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Record {
    /// A name server of the zone.
    Ns(String),
    /// An address: A or AAAA.
    Address(IpAddr),
    /// A name for a reverse name.
    Ptr(String),
    /// Another name.
    Cname(String),
    /// A mail exchanger.
    Mx(i64, String),
    /// Text, of any length.
    Txt(String),
    /// Priority, weight, port and machine of a service.
    Srv(i64, i64, u16, String),
    /// Flags, tag and value: who may issue certificates.
    Caa(i64, String, String),
}

/// A zone to write. Names are without their final dot.
#[derive(Clone, Debug)]
pub struct Zone {
    /// The zone's own name.
    pub origin: String,
    /// The primary name server.
    pub primary: String,
    /// The responsible person, as a name.
    pub mailbox: String,
    /// What changes with the content.
    pub serial: u32,
    /// Records by owner.
    pub records: BTreeSet<(String, Record)>,
    /// How long an answer may be kept, of those that have a time of their own.
    pub ttls: BTreeMap<(String, Record), u32>,
}

/// Seconds that an answer may be kept, positive ones.
const TTL: u32 = 300;
/// Seconds that "there is no such name" may be kept (RFC 2308, 5): a new machine is unknown no longer than this.
const NEGATIVE: u32 = 60;

/// The zone as text.
pub fn document(header: &str, zone: &Zone) -> String {
    let mut out = String::new();
    for line in header.lines() {
        out.push_str(&format!("; {line}\n"));
    }
    let Zone { origin, primary, mailbox, serial, .. } = zone;
    out.push_str(&format!("$TTL {TTL}\n$ORIGIN {origin}.\n"));
    out.push_str(&format!("{origin}. IN SOA {primary}. {mailbox}. {serial} 3600 900 1209600 {NEGATIVE}\n"));
    let apex = |owner: &String| owner == origin;
    let (own, others): (Vec<_>, Vec<_>) = zone.records.iter().partition(|(owner, _)| apex(owner));
    for entry in own.into_iter().chain(others) {
        let (owner, record) = entry;
        let data = match record {
            Record::Ns(name) => format!("NS {name}."),
            Record::Address(IpAddr::V4(address)) => format!("A {address}"),
            Record::Address(IpAddr::V6(address)) => format!("AAAA {address}"),
            Record::Ptr(name) => format!("PTR {name}."),
            Record::Cname(name) => format!("CNAME {name}."),
            Record::Mx(preference, host) => format!("MX {preference} {host}."),
            Record::Txt(text) => format!("TXT {}", strings(text)),
            Record::Srv(priority, weight, port, target) => format!("SRV {priority} {weight} {port} {target}."),
            Record::Caa(flags, tag, value) => format!("CAA {flags} {tag} {}", string(value.as_bytes())),
        };
        let ttl = zone.ttls.get(entry).map_or(String::new(), |ttl| format!("{ttl} "));
        out.push_str(&format!("{owner}. {ttl}IN {data}\n"));
    }
    out
}

/// Text as character strings of at most 255 octets (RFC 1035, 3.3), at least one.
fn strings(text: &str) -> String {
    let mut parts: Vec<String> = text.as_bytes().chunks(255).map(string).collect();
    if parts.is_empty() {
        parts.push(string(b""));
    }
    parts.join(" ")
}

/// One character string between quotes (RFC 1035, 5.1): what is no printable ASCII is `\DDD`.
fn string(octets: &[u8]) -> String {
    let mut out = String::with_capacity(octets.len() + 2);
    out.push('"');
    for octet in octets {
        match octet {
            b'"' | b'\\' => out.extend(['\\', char::from(*octet)]),
            b' '..=b'~' => out.push(char::from(*octet)),
            _ => out.push_str(&format!("\\{octet:03}")),
        }
    }
    out.push('"');
    out
}

/// The reverse name of an address (RFC 1035, 3.5; RFC 3596, 2.5), without its final dot.
pub fn reverse(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(address) => {
            let mut out = String::new();
            for byte in address.octets().iter().rev() {
                out.push_str(&format!("{:x}.{:x}.", byte & 15, byte >> 4));
            }
            out + "ip6.arpa"
        }
    }
}

/// The reverse zone in which an address of a network with this prefix length lies. Zones are cut at octets and nibbles,
/// so a /20 has sixteen of them; an IPv4 prefix longer than 24 is served as the whole /24 around it, which on a private
/// resolver nobody else serves.
pub fn reverse_zone(address: IpAddr, length: u8) -> String {
    let name = reverse(address);
    let labels = match address {
        IpAddr::V4(_) => 4 - usize::from(length.div_ceil(8).clamp(1, 3)),
        IpAddr::V6(_) => 32 - usize::from(length.div_ceil(4).clamp(1, 31)),
    };
    name.splitn(labels + 1, '.').last().unwrap_or(&name).to_owned()
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_zone_has_absolute_names_and_its_own_records_first() {
        let records = [
            ("dns.nebula".to_owned(), Record::Address([10, 10, 10, 11].into())),
            ("app.nebula".to_owned(), Record::Address([10, 10, 10, 41].into())),
            ("nebula".to_owned(), Record::Ns("dns.nebula".to_owned())),
        ];
        let zone = Zone {
            origin: "nebula".to_owned(),
            primary: "dns.nebula".to_owned(),
            mailbox: "hostmaster.nebula".to_owned(),
            serial: 1,
            records: records.into(),
            ttls: BTreeMap::new(),
        };
        let expected = "; made\n$TTL 300\n$ORIGIN nebula.\nnebula. IN SOA dns.nebula. hostmaster.nebula. 1 3600 900 1209600 60\nnebula. IN NS dns.nebula.\napp.nebula. IN A 10.10.10.41\ndns.nebula. IN A 10.10.10.11\n";
        assert_eq!(document("made", &zone), expected);
    }

    #[test]
    fn text_is_quoted_and_cut_at_255_octets() {
        assert_eq!(strings("a \"b\" \\ ü;"), "\"a \\\"b\\\" \\\\ \\195\\188;\"");
        assert_eq!(strings(""), "\"\"");
        assert_eq!(strings(&"x".repeat(300)), format!("\"{}\" \"{}\"", "x".repeat(255), "x".repeat(45)));
    }

    #[test]
    fn a_record_with_a_time_of_its_own_says_it() {
        let mx = ("a".to_owned(), Record::Mx(10, "mx.a".to_owned()));
        let zone = Zone {
            origin: "a".to_owned(),
            primary: "p.a".to_owned(),
            mailbox: "m.a".to_owned(),
            serial: 1,
            records: [mx.clone()].into(),
            ttls: [(mx, 60)].into(),
        };
        assert!(document("", &zone).ends_with("\na. 60 IN MX 10 mx.a.\n"));
    }

    #[test]
    fn reverse_zones_are_cut_at_octets_and_nibbles() {
        let v4: IpAddr = [10, 10, 17, 11].into();
        assert_eq!(reverse(v4), "11.17.10.10.in-addr.arpa");
        assert_eq!(reverse_zone(v4, 24), "17.10.10.in-addr.arpa");
        assert_eq!(reverse_zone(v4, 20), "17.10.10.in-addr.arpa");
        assert_eq!(reverse_zone(v4, 28), "17.10.10.in-addr.arpa");
        assert_eq!(reverse_zone(v4, 16), "10.10.in-addr.arpa");
        let v6: IpAddr = "fd00:1:2:3::5".parse().unwrap();
        assert_eq!(reverse_zone(v6, 64), "3.0.0.0.2.0.0.0.1.0.0.0.0.0.d.f.ip6.arpa");
        assert_eq!(reverse_zone(v6, 62), "3.0.0.0.2.0.0.0.1.0.0.0.0.0.d.f.ip6.arpa");
    }
}
