//! The one table of nft of a machine whose programs hand packets on, or that leads to a network behind it, told as the chains that the other form has: what comes in by a
//! device of the site's networks, to be delivered. That a port which is handed on is held against the same list, its text says.

use super::filter::{Chains, Rule, ports, prefix};

/// Both families' chains.
pub fn chains(text: &str) -> [Chains; 2] {
    assert!(
        text.contains("type filter hook input priority filter - 10; policy drop;"),
        "what no rule takes is dropped"
    );
    assert!(text.contains("type filter hook forward priority filter - 10; policy drop;"), "of what is handed on too");
    let mut both = [Chains::default(), Chains::default()];
    let (mut chain, mut set) = (String::new(), String::new());
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["chain", name, "{"] => chain = if *name == "input" { "INPUT".to_owned() } else { (*name).to_owned() },
            ["set", name, "{"] => set = (*name).to_owned(),
            ["elements", "=", list @ ..] => {
                let family = usize::from(set == "private6");
                let rules = both[family].entry("internet".to_owned()).or_default();
                let returns = |value: &str| Rule { source: Some(prefix(value)), ..to("RETURN") };
                rules.extend(values(&mut list.iter().copied()).into_iter().map(returns));
                rules.push(to("ACCEPT"));
            }
            _ if chain == "forward" || line.starts_with("iifname != ") || line.starts_with("ct state ") => {
                // What is handed on out of an overlay is asked for with packets.
                let handed = line.starts_with("iifname \"") && !line.starts_with("iifname \"nebula1\" oifname \"");
                assert!(chain != "forward" || !handed, "no router is read here: {line}");
            }
            [.., "accept" | "allowed" | "}"] if words.len() > 1 => {
                for (family, chains) in both.iter_mut().enumerate() {
                    chains.entry(chain.clone()).or_default().extend(rules(line, &words, family));
                }
            }
            _ => {}
        }
    }
    both
}

fn to(target: &str) -> Rule {
    Rule { target: target.to_owned(), ..Rule::default() }
}

/// One value, or those between braces.
fn values<'a>(words: &mut impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    match words.next().expect("a value") {
        "{" => words.take_while(|word| *word != "}").map(|word| word.trim_end_matches(',')).collect(),
        one => vec![one],
    }
}

/// The rules of one family that a line is: one for each source and type.
fn rules(line: &str, words: &[&str], family: usize) -> Vec<Rule> {
    let mut all = vec![to("ACCEPT")];
    let each = |all: &mut Vec<Rule>, change: &dyn Fn(&mut Rule)| all.iter_mut().for_each(change);
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        match word {
            "iif" | "iifname" => {
                let devices = values(&mut words);
                all = devices
                    .iter()
                    .flat_map(|device| {
                        let device = device.trim_matches('"').to_owned();
                        all.iter().cloned().map(move |rule| Rule { device: Some(device.clone()), ..rule })
                    })
                    .collect();
            }
            "meta" => match words.next() {
                Some("nfproto") if words.next() != Some(["ipv4", "ipv6"][family]) => return Vec::new(),
                Some("nfproto") => {}
                Some("l4proto") => {
                    let protocol = match values(&mut words)[0] {
                        "47" => "gre".to_owned(),
                        other => other.to_owned(),
                    };
                    each(&mut all, &|rule| rule.protocol = Some(protocol.clone()));
                }
                _ => panic!("not known: {line}"),
            },
            "ip" | "ip6" if word != ["ip", "ip6"][family] => return Vec::new(),
            "ip" | "ip6" => {
                assert_eq!(words.next(), Some("saddr"), "{line}");
                let sources = values(&mut words);
                if sources == ["!="] {
                    assert_eq!(words.next(), Some(["@private4", "@private6"][family]), "{line}");
                    each(&mut all, &|rule| rule.target = "internet".to_owned());
                    continue;
                }
                let of = |source: &&str| {
                    let source = prefix(source);
                    all.iter().cloned().map(move |rule| Rule { source: Some(source), ..rule })
                };
                all = sources.iter().flat_map(of).collect();
            }
            "icmp" | "icmpv6" if word != ["icmp", "icmpv6"][family] => return Vec::new(),
            "icmp" | "icmpv6" => {
                assert_eq!(words.next(), Some("type"), "{line}");
                let kinds = values(&mut words);
                let of = |kind: &&str| {
                    let number = match *kind {
                        "echo-request" => ["8", "128"][family],
                        "nd-neighbor-solicit" => "135",
                        "nd-neighbor-advert" => "136",
                        "mld-listener-query" => "130",
                        _ => panic!("not known: {line}"),
                    };
                    let protocol = ["icmp", "ipv6-icmp"][family];
                    let all = all.iter().cloned();
                    all.map(|rule| Rule { kind: Some(number.into()), protocol: Some(protocol.into()), ..rule })
                };
                all = kinds.iter().flat_map(of).collect();
            }
            "ct" => {
                assert_eq!([words.next(), words.next()], [Some("original"), Some("proto-dst")], "{line}");
                let list = match words.next() {
                    Some("vmap") => values(&mut words),
                    one => one.into_iter().collect(),
                };
                let list = list.into_iter().filter(|word| ![":", "accept"].contains(word));
                let list: Vec<String> = list.map(|range| range.replace('-', ":")).collect();
                each(&mut all, &|rule| rule.ports = ports(&list.join(",")));
            }
            "udp" => return all.into_iter().map(|rule| Rule { reserved: true, ..rule }).collect(),
            "jump" => {
                let target = words.next().expect("a chain").to_owned();
                each(&mut all, &|rule| rule.target = target.clone());
            }
            "accept" => {}
            _ => panic!("not known: {line}"),
        }
    }
    all
}
