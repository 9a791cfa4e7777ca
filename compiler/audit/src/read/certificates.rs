//! Certificates: a plan that says what will be signed, or what `nebula-cert print -json` says of those that are.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

use crate::nebula::Certificate;
use crate::place::{Notes, Place};

/// A certificate, and the machine that it is for.
pub(crate) struct Issued {
    pub host: String,
    pub certificate: Certificate,
}

/// Whether a value is a plan or a printed certificate.
pub(crate) fn is(value: &Value) -> bool {
    value.get("hosts").is_some_and(Value::is_object) && value.get("ca").is_some_and(Value::is_object)
        || printed(value).next().is_some()
}

/// One object up to 1.9, a list from 1.10 on.
fn printed(value: &Value) -> impl Iterator<Item = &Value> {
    let one = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    one.iter().filter(|one| one.get("details").is_some_and(|details| details.get("name").is_some()))
}

/// The certificates of a file; `stem` is its name without an ending.
pub(crate) fn read(value: &Value, text: &str, stem: &str, file: u32, notes: &mut Notes) -> Vec<Issued> {
    let mut issued = Vec::new();
    if let Some(hosts) = value.get("hosts").and_then(Value::as_object) {
        let ca_name = value.pointer("/ca/name").and_then(Value::as_str).map(str::to_owned);
        let mut lines = Lines::of(text);
        for (host, fields) in hosts {
            let place = Place { file, line: lines.next(host) };
            let networks = nets(fields.get("networks"), place, notes);
            issued.push(Issued {
                host: host.clone(),
                certificate: Certificate {
                    name: fields.get("name").and_then(Value::as_str).unwrap_or(host).to_owned(),
                    networks,
                    groups: strings(fields.get("groups")).collect(),
                    unsafe_networks: nets(fields.get("unsafe_networks"), place, notes),
                    ca_name: ca_name.clone(),
                    ca_sha: None,
                    fingerprint: None,
                    place,
                },
            });
        }
        return issued;
    }
    let place = Place { file, line: 1 };
    for one in printed(value) {
        let details = &one["details"];
        // An authority is not a member.
        if details.get("isCa").and_then(Value::as_bool) == Some(true) {
            continue;
        }
        let either = |new, old| details.get(new).or_else(|| details.get(old));
        let name = details["name"].as_str().unwrap_or(stem).to_owned();
        issued.push(Issued {
            host: name.clone(),
            certificate: Certificate {
                name,
                networks: nets(either("networks", "ips"), place, notes),
                groups: strings(details.get("groups")).collect(),
                unsafe_networks: nets(either("unsafeNetworks", "subnets"), place, notes),
                ca_name: None,
                ca_sha: details.get("issuer").and_then(Value::as_str).map(str::to_lowercase),
                fingerprint: one.get("fingerprint").and_then(Value::as_str).map(str::to_lowercase),
                place,
            },
        });
    }
    issued
}

fn strings(value: Option<&Value>) -> impl Iterator<Item = String> {
    let items = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_owned)
}

fn nets(value: Option<&Value>, place: Place, notes: &mut Notes) -> Vec<IpNet> {
    let mut nets = Vec::new();
    for text in strings(value) {
        match text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)) {
            Ok(net) => nets.push(net),
            Err(_) => {
                notes.unread(place, format!("a network of a certificate that is none: {text}"));
            }
        }
    }
    nets
}

/// Where the key of a host stands: serde_json knows no lines, and a plan has them in order.
struct Lines<'a> {
    lines: std::iter::Enumerate<std::str::Lines<'a>>,
    last: u32,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self { lines: text.lines().enumerate(), last: 1 }
    }

    fn next(&mut self, host: &str) -> u32 {
        let key = format!("{}: {{", Value::from(host));
        if let Some((index, _)) = self.lines.by_ref().find(|(_, line)| line.trim_start().starts_with(&key)) {
            self.last = index as u32 + 1;
        }
        self.last
    }
}
