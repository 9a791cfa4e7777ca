//! One rule of iptables: its matches, and its target.

use std::collections::HashMap;

use super::named;
use super::refused::DESCRIBED;
use super::values::{addresses, icmp, ports, protocol};
use crate::filter::{Condition, Filter, Rule, States, Test, Then, Translation};
use crate::packet::Addresses;
use crate::place::{Notes, Place};

/// Reads one, in words behind the name of its chain.
pub(super) fn rule(
    words: &[&str],
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
        let word = whole(words[at], words);
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
                if !DESCRIBED.contains(&module) {
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
                    // The first letters are enough; what is for several is the first of them.
                    let whole = ["INVALID", "NEW", "ESTABLISHED", "RELATED", "UNTRACKED"]
                        .into_iter()
                        .find(|whole| whole.starts_with(&state.to_ascii_uppercase()));
                    match whole {
                        Some("NEW") => states.new = true,
                        Some("ESTABLISHED") => states.established = true,
                        Some("UNTRACKED") => states.untracked = true,
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
    if target_of(words) == Some("DNAT") && matches!(rule.then, Then::Next) {
        rule.then = Then::Unknown(notes.unread(place, "where a target DNAT sends a packet"));
    }
    rule
}

fn target_of<'w>(words: &[&'w str]) -> Option<&'w str> {
    words.windows(2).find(|pair| matches!(pair[0], "-j" | "--jump")).map(|pair| pair[1])
}

/// An option of a target in full: iptables takes the beginning of one for it, as getopt does.
fn whole<'w>(word: &'w str, words: &[&str]) -> &'w str {
    let full = match target_of(words) {
        Some("DNAT") => "--to-destination",
        Some("SNAT") => "--to-source",
        Some("MASQUERADE" | "REDIRECT") => "--to-ports",
        _ => return word,
    };
    if word.starts_with("--to") && full.starts_with(word) { full } else { word }
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
