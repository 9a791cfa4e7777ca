//! Files of `iptables-restore` and `ip6tables-restore`.

use std::collections::HashMap;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::filter::{Base, Chain, Condition, Filter, Hook, Rule, States, Test, Then, Translation};
use crate::packet::{Addresses, ICMP, ICMP6, Ports, TCP, UDP};
use crate::place::{Notes, Place};

/// Reads one file of one family into a filter that may hold the other already.
pub(crate) fn read(text: &str, v6: bool, file: u32, notes: &mut Notes, filter: &mut Filter) {
    let mut table = String::new();
    let mut chains: HashMap<String, usize> = HashMap::new();
    let text = text.replace("\\\n", "  ");
    for (index, line) in text.lines().enumerate() {
        let place = Place { file, line: index as u32 + 1 };
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line == "COMMIT" {
            continue;
        }
        if let Some(name) = line.strip_prefix('*') {
            table = name.to_owned();
            chains.clear();
        } else if let Some(head) = line.strip_prefix(':') {
            let mut words = head.split_whitespace();
            let (Some(name), policy) = (words.next(), words.next()) else { continue };
            let chain = named(name, &mut chains, filter);
            if let Some(hook) = hook(name) {
                base(&table, hook, policy != Some("DROP"), chain, v6, place, filter);
            }
        } else {
            let words = split(line);
            let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
            if words.first().is_some_and(|word| word.starts_with('[')) {
                words.remove(0);
            }
            match words.as_slice() {
                ["-A" | "--append", name, rest @ ..] => {
                    let chain = named(name, &mut chains, filter);
                    let rule = rule(rest, v6, place, &mut chains, filter, notes);
                    filter.chains[chain].rules.push(rule);
                }
                ["-I" | "--insert", name, rest @ ..] => {
                    let chain = named(name, &mut chains, filter);
                    let at = rest.first().and_then(|word| word.parse::<usize>().ok());
                    let rest = if at.is_some() { &rest[1..] } else { rest };
                    let rule = rule(rest, v6, place, &mut chains, filter, notes);
                    let rules = &mut filter.chains[chain].rules;
                    rules.insert((at.unwrap_or(1).max(1) - 1).min(rules.len()), rule);
                }
                ["-P" | "--policy", name, policy, ..] => {
                    let chain = named(name, &mut chains, filter);
                    if let Some(hook) = hook(name) {
                        base(&table, hook, *policy != "DROP", chain, v6, place, filter);
                    }
                }
                ["-N" | "--new-chain", name, ..] => {
                    named(name, &mut chains, filter);
                }
                _ => {
                    notes.unread(place, format!("a line of iptables-restore that is not understood: {line}"));
                }
            }
        }
    }
    if v6 {
        filter.families.1 = true;
    } else {
        filter.families.0 = true;
    }
}

/// Chains of each table and family that single commands speak of.
#[derive(Default)]
pub(crate) struct Commands(HashMap<(String, bool), HashMap<String, usize>>);

impl Commands {
    /// One command, `iptables -t nat -A POSTROUTING …`, in words behind its name. What it appends comes behind what is there.
    pub fn read(&mut self, words: &[&str], v6: bool, place: Place, notes: &mut Notes, filter: &mut Filter) {
        let mut words: Vec<&str> = words.iter().copied().filter(|word| !["-w", "--wait"].contains(word)).collect();
        let table = words.iter().position(|word| ["-t", "--table"].contains(word)).filter(|at| at + 1 < words.len());
        let table = table.map_or("filter", |at| words.drain(at..at + 2).nth(1).unwrap_or("filter"));
        let chains = self.0.entry((table.to_owned(), v6)).or_default();
        let (action, name) = match words.as_slice() {
            [action @ ("-A" | "--append" | "-I" | "--insert" | "-N" | "--new-chain" | "-P" | "--policy"), name, ..] => {
                (*action, *name)
            }
            _ => {
                notes.unread(place, format!("a command of iptables that is not understood: {}", words.join(" ")));
                return;
            }
        };
        if let (Some(hook), false) = (hook(name), chains.contains_key(name)) {
            match filter.base_at(hook, priority(table), table == "nat", v6) {
                Some(chain) => drop(chains.insert(name.to_owned(), chain)),
                None => {
                    let chain = named(name, chains, filter);
                    base(table, hook, true, chain, v6, place, filter);
                }
            }
        }
        let chain = named(name, chains, filter);
        let rest = &words[2..];
        match action {
            "-A" | "--append" => {
                let rule = rule(rest, v6, place, chains, filter, notes);
                filter.chains[chain].rules.push(rule);
            }
            "-I" | "--insert" => {
                let at = rest.first().and_then(|word| word.parse::<usize>().ok());
                let rule = rule(if at.is_some() { &rest[1..] } else { rest }, v6, place, chains, filter, notes);
                let rules = &mut filter.chains[chain].rules;
                rules.insert((at.unwrap_or(1).max(1) - 1).min(rules.len()), rule);
            }
            "-P" | "--policy" => {
                let accepts = rest.first() != Some(&"DROP");
                filter
                    .bases
                    .iter_mut()
                    .filter(|base| base.chain == chain)
                    .for_each(|base| base.accepts = accepts || base.nat);
            }
            _ => {}
        }
        match v6 {
            true => filter.families.1 = true,
            false => filter.families.0 = true,
        }
    }
}

fn named(name: &str, chains: &mut HashMap<String, usize>, filter: &mut Filter) -> usize {
    *chains.entry(name.to_owned()).or_insert_with(|| {
        filter.chains.push(Chain::new(name));
        filter.chains.len() - 1
    })
}

fn hook(chain: &str) -> Option<Hook> {
    Some(match chain {
        // Chains of arvc's own edge, which its service hooks in front.
        "PREROUTING" | "ARVC-PREROUTING" => Hook::Prerouting,
        "INPUT" => Hook::Input,
        "FORWARD" => Hook::Forward,
        "OUTPUT" => Hook::Output,
        "POSTROUTING" | "ARVC-POSTROUTING" => Hook::Postrouting,
        _ => return None,
    })
}

fn priority(table: &str) -> i32 {
    match table {
        "raw" => -300,
        "mangle" => -150,
        "nat" => -100,
        "security" => 50,
        _ => 0,
    }
}

fn base(table: &str, hook: Hook, accepts: bool, chain: usize, v6: bool, place: Place, filter: &mut Filter) {
    let priority = priority(table);
    let nat = table == "nat";
    filter.bases.retain(|base| base.chain != chain);
    filter.bases.push(Base { hook, families: (!v6, v6), priority, accepts: accepts || nat, nat, chain, place });
}

/// Words, those in quotes as one.
pub(super) fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut any) = (Vec::new(), String::new(), None, false);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' | '\'' if quoted.is_none_or(|quote| quote == letter) => {
                quoted = if quoted.is_none() { Some(letter) } else { None };
                any = true;
            }
            '\\' if quoted.is_some() => word.extend(letters.next()),
            ' ' | '\t' if quoted.is_none() => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            letter => word.push(letter),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

fn rule(
    words: &[&str],
    v6: bool,
    place: Place,
    chains: &mut HashMap<String, usize>,
    filter: &mut Filter,
    notes: &mut Notes,
) -> Rule {
    let mut rule = Rule { place, conditions: Vec::new(), then: Then::Next };
    let mut not = false;
    let mut at = 0;
    // Modules bring options of their own; `--dport` means more with multiport.
    let mut multiport = false;
    // Of a match or a target that is not known, its options are not told besides.
    let mut told = false;
    let take = |at: &mut usize| {
        *at += 1;
        words.get(*at).copied().unwrap_or("")
    };
    while at < words.len() {
        let word = words[at];
        let mut condition = |test| rule.conditions.push(Condition { not, test });
        match word {
            "!" => {
                not = true;
                at += 1;
                continue;
            }
            "-m" | "--match" => {
                let module = take(&mut at);
                multiport |= module == "multiport";
                let known = [
                    "tcp",
                    "udp",
                    "icmp",
                    "icmp6",
                    "conntrack",
                    "state",
                    "multiport",
                    "comment",
                    "iprange",
                    "physdev",
                    "addrtype",
                ];
                if !known.contains(&module) {
                    told = true;
                    let why = notes.unread(place, format!("the match {module} of iptables"));
                    condition(Test::Unread(why));
                }
            }
            "--to-source" => {
                let value = take(&mut at);
                rule.then = match destination(value) {
                    Some(Translation { address: Some(address), .. }) => Then::Source(Ok(address)),
                    _ => Then::Source(Err(notes.unread(place, format!("the source {value}")))),
                };
            }
            "--comment" | "--reject-with" | "--log-prefix" | "--log-level" | "--set-mark" | "--to-ports" => {
                let value = take(&mut at);
                if word == "--to-ports"
                    && let Then::Translate(translation) = &mut rule.then
                {
                    translation.port = value.parse().ok();
                }
            }
            "-s" | "--source" | "--src" => match addresses(take(&mut at)) {
                Some(addresses) => condition(Test::Source(addresses)),
                None => condition(Test::Unread(notes.unread(place, "a source that is no address"))),
            },
            "-d" | "--destination" | "--dst" => match addresses(take(&mut at)) {
                Some(addresses) => condition(Test::Dest(addresses)),
                None => condition(Test::Unread(notes.unread(place, "a destination that is no address"))),
            },
            "--src-range" | "--dst-range" => {
                let range = take(&mut at)
                    .split_once('-')
                    .and_then(|(low, high)| Some(Addresses::new(vec![(low.parse().ok()?, high.parse().ok()?)])));
                match range {
                    Some(range) if word == "--src-range" => condition(Test::Source(range)),
                    Some(range) => condition(Test::Dest(range)),
                    None => condition(Test::Unread(notes.unread(place, "a range that is none"))),
                }
            }
            "-i" | "--in-interface" => condition(Test::In(vec![take(&mut at).to_owned()])),
            "-o" | "--out-interface" => condition(Test::Out(vec![take(&mut at).to_owned()])),
            "-p" | "--protocol" | "--proto" => match take(&mut at) {
                "all" | "0" => {}
                name => match protocol(name) {
                    Some(number) => condition(Test::Protocol(vec![number])),
                    None => condition(Test::Unread(notes.unread(place, format!("the protocol {name}")))),
                },
            },
            // iptables abbreviates like getopt: with multiport `--dport` is `--dports`.
            "--dport"
            | "--destination-port"
            | "--dports"
            | "--destination-ports"
            | "--sport"
            | "--source-port"
            | "--sports"
            | "--source-ports"
            | "--ports" => {
                let value = take(&mut at);
                let many = multiport || word.ends_with('s');
                match ports(value, many) {
                    Some(ports) if word == "--ports" => {
                        let why = notes.unread(place, "--ports, which is either of the two");
                        let _ = ports;
                        condition(Test::Unread(why));
                    }
                    Some(ports) if word.starts_with("--s") => condition(Test::Sport(ports)),
                    Some(ports) => condition(Test::Dport(ports)),
                    None => condition(Test::Unread(notes.unread(place, format!("the port {value}")))),
                }
            }
            "--icmp-type" | "--icmpv6-type" => {
                let value = take(&mut at);
                let six = word == "--icmpv6-type";
                match icmp(value, six) {
                    Some(kinds) if kinds.is_empty() => {}
                    Some(kinds) => condition(Test::Icmp(six, kinds)),
                    None => condition(Test::Unread(notes.unread(place, format!("the type of ICMP {value}")))),
                }
            }
            "--dst-type" => match take(&mut at) {
                "LOCAL" => condition(Test::Local),
                other => condition(Test::Unread(notes.unread(place, format!("the kind of address {other}")))),
            },
            "--ctorigdst" => match addresses(take(&mut at)) {
                Some(addresses) => condition(Test::AskedDest(addresses)),
                None => condition(Test::Unread(notes.unread(place, "a destination that is no address"))),
            },
            "--ctorigdstport" => match ports(&take(&mut at).replace('-', ":"), false) {
                Some(ports) => condition(Test::AskedPort(ports)),
                None => condition(Test::Unread(notes.unread(place, "a destination port that is none"))),
            },
            "--ctstate" if words.get(at + 1) == Some(&"DNAT") => {
                take(&mut at);
                condition(Test::Translated);
            }
            "--ctstate" | "--state" => {
                let mut states = States::default();
                for state in take(&mut at).split(',') {
                    match state.to_ascii_uppercase().as_str() {
                        "NEW" => states.new = true,
                        "ESTABLISHED" => states.established = true,
                        "UNTRACKED" => states.untracked = true,
                        // An ICMP error, and what no connection explains: no packet that is asked about.
                        _ => {}
                    }
                }
                condition(Test::State(states));
            }
            "-j" | "--jump" | "-g" | "--goto" => {
                let target = take(&mut at);
                rule.then = self::target(target, word.starts_with("-g") || word == "--goto", chains, filter);
                if let Then::Unknown(_) = rule.then {
                    told = true;
                    let why = notes.unread(place, format!("the target {target} of iptables"));
                    rule.then = Then::Unknown(why);
                }
            }
            "--zone" => {
                take(&mut at);
                rule.then = Then::Zone;
            }
            "--physdev-is-bridged" => condition(Test::Bridged),
            // The firewall bridges of guests; any other port may be whatever it is.
            "--physdev-in" if words.get(at + 1).is_some_and(|name| name.starts_with("fw")) => {
                take(&mut at);
                condition(Test::Port);
            }
            "--notrack" => rule.then = Then::Untrack,
            "--to-destination" => {
                let value = take(&mut at);
                rule.then = match destination(value) {
                    Some(translation) => Then::Translate(translation),
                    None => Then::Unknown(notes.unread(place, format!("the destination {value}"))),
                };
            }
            "--syn" | "--tcp-flags" => {
                // A first packet has SYN alone; its answers do not. Two words follow --tcp-flags.
                let syn = if word == "--syn" { true } else { (take(&mut at), take(&mut at)).1 == "SYN" };
                match syn {
                    true => condition(Test::State(States { new: true, established: false, untracked: true })),
                    false => condition(Test::Unread(notes.unread(place, "flags of TCP"))),
                }
            }
            other => {
                if !told {
                    let why = notes.unread(place, format!("the option {other} of iptables"));
                    condition(Test::Unread(why));
                }
                while words.get(at + 1).is_some_and(|next| !next.starts_with('-') && *next != "!") {
                    at += 1;
                }
            }
        }
        not = false;
        at += 1;
    }
    let _ = v6;
    rule
}

fn target(name: &str, goto: bool, chains: &mut HashMap<String, usize>, filter: &mut Filter) -> Then {
    match name {
        "ACCEPT" => Then::Accept,
        "DROP" | "REJECT" => Then::Drop,
        "RETURN" => Then::Return,
        "LOG" | "NFLOG" | "MARK" | "CONNMARK" | "CT" | "TCPMSS" | "AUDIT" | "CHECKSUM" => Then::Next,
        "MASQUERADE" | "SNAT" => Then::Masquerade,
        "NOTRACK" => Then::Untrack,
        "REDIRECT" => Then::Translate(Translation { address: None, port: None }),
        "DNAT" => Then::Next,
        _ => {
            let known = chains.contains_key(name);
            let chain = named(name, chains, filter);
            match (known, goto) {
                // iptables-restore wants a chain declared in front of its use.
                (false, _) => Then::Unknown("a target that is not known".into()),
                (true, false) => Then::Jump(chain),
                (true, true) => Then::Goto(chain),
            }
        }
    }
}

/// `ADDRESS`, `ADDRESS:PORT`, `[ADDRESS]:PORT`; a range of either is not one destination.
fn destination(text: &str) -> Option<Translation> {
    if let Ok(address) = text.trim_matches(['[', ']']).parse() {
        return Some(Translation { address: Some(address), port: None });
    }
    let full: std::net::SocketAddr = text.parse().ok()?;
    Some(Translation { address: Some(full.ip()), port: Some(full.port()) })
}

/// A comma list of addresses and prefixes.
pub(super) fn addresses(text: &str) -> Option<Addresses> {
    let nets: Option<Vec<IpNet>> = text.split(',').map(net).collect();
    Some(Addresses::nets(nets?))
}

/// An address or a prefix, whose mask may be written out.
pub(super) fn net(text: &str) -> Option<IpNet> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.into());
    }
    if let Ok(net) = text.parse() {
        return Some(net);
    }
    let (address, mask) = text.split_once('/')?;
    IpNet::with_netmask(address.parse().ok()?, mask.parse().ok()?).ok()
}

/// A protocol by name or number.
pub(super) fn protocol(name: &str) -> Option<u8> {
    Some(match name.to_ascii_lowercase().as_str() {
        "tcp" => TCP,
        "udp" => UDP,
        "icmp" => ICMP,
        "icmpv6" | "ipv6-icmp" | "icmp6" => ICMP6,
        "igmp" => 2,
        "gre" => 47,
        "esp" => 50,
        "ah" => 51,
        "ospf" => 89,
        "vrrp" => 112,
        "sctp" => 132,
        "dccp" => 33,
        "udplite" => 136,
        "ipip" | "ipencap" => 4,
        "ipv6" => 41,
        "l2tp" => 115,
        number => number.parse().ok()?,
    })
}

/// A port by number or name.
pub(super) fn port(text: &str) -> Option<u16> {
    Some(match text {
        "ssh" => 22,
        "domain" => 53,
        "http" => 80,
        "ntp" => 123,
        "https" => 443,
        number => number.parse().ok()?,
    })
}

fn ports(text: &str, many: bool) -> Option<Ports> {
    let parts: Vec<&str> = if many { text.split(',').collect() } else { vec![text] };
    let range = |part: &str| match part.split_once(':') {
        None => port(part).map(|port| (port, port)),
        Some((low, high)) => {
            Some((if low.is_empty() { 0 } else { port(low)? }, if high.is_empty() { u16::MAX } else { port(high)? }))
        }
    };
    Some(Ports(parts.into_iter().map(range).collect::<Option<_>>()?))
}

/// Types of ICMP; none means any.
pub(super) fn icmp(text: &str, v6: bool) -> Option<Vec<u8>> {
    Some(match (text, v6) {
        ("any", _) => Vec::new(),
        ("echo-request", false) => vec![8],
        ("echo-reply", false) => vec![0],
        ("destination-unreachable", false) => vec![3],
        ("time-exceeded", false) => vec![11],
        ("parameter-problem", false) => vec![12],
        ("source-quench", false) => vec![4],
        ("destination-unreachable", true) => vec![1],
        ("packet-too-big", true) => vec![2],
        ("time-exceeded", true) => vec![3],
        ("parameter-problem", true) => vec![4],
        ("echo-request", true) => vec![128],
        ("echo-reply", true) => vec![129],
        ("mld-listener-query", true) => vec![130],
        ("mld-listener-report", true) => vec![131],
        ("mld-listener-done" | "mld-listener-reduction", true) => vec![132],
        ("mld2-listener-report", true) => vec![143],
        ("router-solicitation" | "nd-router-solicit", true) => vec![133],
        ("router-advertisement" | "nd-router-advert", true) => vec![134],
        ("neighbour-solicitation" | "neighbor-solicitation" | "nd-neighbor-solicit", true) => vec![135],
        ("neighbour-advertisement" | "neighbor-advertisement" | "nd-neighbor-advert", true) => vec![136],
        (text, _) => vec![text.split('/').next()?.parse().ok()?],
    })
}
