//! One rule of nft: matches, and a verdict or a map of verdicts.

use super::super::iptables::{icmp, net, port, protocol};
use super::words::Word;
use super::{Faults, Table};
use crate::filter::{Condition, Rule, States, Test, Then, Translation};
use crate::packet::{Addresses, Ports};
use crate::place::{Place, Why};

/// What a connection may be to nft.
const STATES: &[&str] = &["new", "established", "related", "invalid", "untracked"];

/// What a match compares.
#[derive(Clone, Copy, PartialEq)]
enum Key {
    In,
    Out,
    Source,
    Dest,
    Sport,
    Dport,
    Protocol,
    Icmp(bool),
    State,
    AskedDest,
    AskedPort,
    Status,
    Kind,
    Type,
}

/// The rules that a statement is: one, or one for each entry of a verdict map.
pub(super) fn rules(words: &[Word], table: &Table, faults: &mut Faults<'_>) -> Vec<Rule> {
    let place = words[0].place;
    let reader = Reader { words, at: 0, table, place, faults, conditions: Vec::new() };
    reader.rules()
}

/// What begins a match or a statement that nft knows, and nobody here understands. Any other word is a mistake to nft too.
const KNOWN: &str = "meta ct ip ip6 tcp udp sctp dccp udplite th icmp icmpv6 igmp ether vlan arp esp ah comp gre gretap geneve vxlan rt rt0 \
    rt2 rt4 srh hbh dst frag mh exthdr fib socket osf numgen jhash symhash ipsec tunnel quota meter mark iif iifname iiftype iifgroup iifkind oif \
    oifname oiftype oifgroup oifkind skuid skgid cgroup cpu pkttype length nftrace rtclassid priority secmark time day hour ibrname obrname \
    ibrpvid ibriport protocol l4proto nfproto random sdif sdifname flow dup fwd tproxy synproxy xt map and or xor eq ne lt gt le ge to exists missing";

struct Reader<'a, 'n> {
    words: &'a [Word],
    at: usize,
    table: &'a Table,
    place: Place,
    faults: &'a mut Faults<'n>,
    conditions: Vec<Condition>,
}

impl Reader<'_, '_> {
    fn peek(&self, ahead: usize) -> &str {
        self.words.get(self.at + ahead).map_or("", |word| word.text.as_str())
    }

    fn text(&mut self) -> String {
        let text = self.peek(0).to_owned();
        self.at += 1;
        text
    }

    fn unread(&mut self, words: String) -> Why {
        self.faults.unread(self.place, words)
    }

    fn refused(&mut self, words: String) -> Why {
        self.faults.refused(self.place, words)
    }

    fn require(&mut self, test: Test) {
        self.conditions.push(Condition { not: false, test });
    }

    fn rules(mut self) -> Vec<Rule> {
        let mut then = Then::Next;
        while self.at < self.words.len() {
            if let Some(key) = self.key() {
                if self.peek(0) == "vmap" {
                    self.at += 1;
                    return self.verdicts(key);
                }
                self.compare(key);
                continue;
            }
            let word = self.text();
            match word.as_str() {
                "counter" => {
                    while ["packets", "bytes", "name"].contains(&self.peek(0)) {
                        self.at += 2;
                    }
                }
                "log" => {
                    while ["prefix", "level", "flags", "group", "snaplen", "queue-threshold"].contains(&self.peek(0)) {
                        self.at += 2;
                    }
                }
                "comment" => self.at += 1,
                "with" => self.at = self.words.len(),
                "jump" | "goto" | "accept" | "drop" | "reject" | "return" | "continue" => then = self.verdict(&word),
                "masquerade" => {
                    then = Then::Masquerade;
                    self.at = self.words.len();
                }
                "snat" => {
                    then = match self.translation(&word) {
                        Then::Translate(Translation { address: Some(address), .. }) => Then::Source(Ok(address)),
                        Then::Unknown(why) => Then::Source(Err(why)),
                        other => other,
                    }
                }
                "notrack" => then = Then::Untrack,
                "dnat" | "redirect" => then = self.translation(&word),
                "limit" => {
                    let why = self.unread("how much comes: a limit".into());
                    self.require(Test::Unread(why));
                    self.limit();
                }
                // What is marked, or put into a set, is what it was.
                "meta" | "ct" if self.peek(1) == "set" => self.at += 3,
                "add" | "update" | "delete" | "set" if self.peek(0).starts_with('@') => {
                    let why = self.unread(format!("what a set takes: {}", self.peek(0)));
                    self.require(Test::Unread(why));
                    self.braces();
                }
                "last" => {}
                "queue" => {
                    then = Then::Unknown(self.unread("what a program behind a queue makes of it".into()));
                    self.at = self.words.len();
                }
                other => {
                    let named = other.starts_with(|letter: char| letter.is_ascii_alphabetic());
                    let why = match named && !KNOWN.split_whitespace().any(|known| known == other) {
                        true => self.refused(format!("a part of a rule of nft that is not understood: {other}")),
                        false => self.unread(format!("a part of a rule of nft: {other}")),
                    };
                    self.require(Test::Unread(why.clone()));
                    // What belongs to it is unknown too; the verdict comes last.
                    while self.at < self.words.len() && !is_verdict(self.peek(0)) {
                        self.at += 1;
                    }
                    if self.at >= self.words.len() {
                        then = Then::Unknown(why);
                    }
                }
            }
        }
        vec![Rule { place: self.place, conditions: self.conditions, then }]
    }

    /// `rate [over] 10/second [burst 5 packets]`, or the name of one.
    fn limit(&mut self) {
        if self.peek(0) == "name" {
            self.at += 2;
            return;
        }
        let end = self.words[self.at..].iter().position(|word| word.text.contains('/'));
        self.at = end.map_or(self.words.len(), |end| self.at + end + 1);
        if self.peek(0) == "burst" {
            self.at += 3;
        }
    }

    /// Goes behind the next braces.
    fn braces(&mut self) {
        let end = self.words[self.at..].iter().position(|word| word.text == "}");
        self.at = end.map_or(self.words.len(), |end| self.at + end + 1);
    }

    /// What the next match compares, if one begins here.
    fn key(&mut self) -> Option<Key> {
        let (first, second) = (self.peek(0), self.peek(1));
        let (first, second, skip) = if first == "meta" { (second, self.peek(2), 1) } else { (first, second, 0) };
        let (key, length) = match (first, second) {
            ("iif" | "iifname", _) => (Key::In, 1),
            ("oif" | "oifname", _) => (Key::Out, 1),
            ("ip" | "ip6", "saddr") => (Key::Source, 2),
            ("ip" | "ip6", "daddr") => (Key::Dest, 2),
            ("tcp" | "udp" | "sctp" | "dccp" | "udplite" | "th", "dport") => (Key::Dport, 2),
            ("tcp" | "udp" | "sctp" | "dccp" | "udplite" | "th", "sport") => (Key::Sport, 2),
            ("l4proto" | "protocol", _) => (Key::Protocol, 1),
            ("ip", "protocol") | ("ip6", "nexthdr") => (Key::Protocol, 2),
            ("icmp", "type") => (Key::Icmp(false), 2),
            ("icmpv6", "type") => (Key::Icmp(true), 2),
            ("ct", "state") => (Key::State, 2),
            ("ct", "status") => (Key::Status, 2),
            ("ct", "original") if self.peek(2) == "proto-dst" => (Key::AskedPort, 3),
            ("ct", "original") if ["ip", "ip6"].contains(&self.peek(2)) && self.peek(3) == "daddr" => {
                (Key::AskedDest, 4)
            }
            ("iifkind", _) => (Key::Kind, 1),
            ("fib", "daddr") if self.peek(2) == "type" => (Key::Type, 3),
            ("nfproto", "ipv4" | "ipv6") => {
                let all = if second == "ipv4" { "0.0.0.0/0" } else { "::/0" };
                self.at += skip + 2;
                self.require(Test::Source(Addresses::nets(net(all))));
                return self.key();
            }
            _ => return None,
        };
        // A match of a family or a protocol demands it.
        match if key == Key::AskedDest { self.peek(2) } else { first } {
            "ip" => self.require(Test::Source(Addresses::nets(net("0.0.0.0/0")))),
            "ip6" => self.require(Test::Source(Addresses::nets(net("::/0")))),
            "tcp" | "udp" | "sctp" | "dccp" | "udplite" => {
                let number = protocol(first).into_iter().collect();
                self.require(Test::Protocol(number));
            }
            _ => {}
        }
        self.at += skip + length;
        Some(key)
    }

    fn compare(&mut self, key: Key) {
        let not = match self.peek(0) {
            "!=" | "ne" => {
                self.at += 1;
                true
            }
            "==" | "=" | "eq" => {
                self.at += 1;
                false
            }
            than @ ("<" | ">" | "<=" | ">=" | "lt" | "gt" | "le" | "ge") => {
                let than = than.to_owned();
                self.at += 1;
                let test = match (key, port(&self.text())) {
                    (Key::Dport, Some(value)) => bounded(&than, value).map(Test::Dport),
                    (Key::Sport, Some(value)) => bounded(&than, value).map(Test::Sport),
                    _ => None,
                };
                let test = test.unwrap_or_else(|| Test::Unread(self.unread(format!("the comparison {than}"))));
                self.require(test);
                return;
            }
            _ => false,
        };
        let values = self.values();
        let test =
            values.and_then(|values| test(key, &values)).unwrap_or_else(|words| Test::Unread(self.unread(words)));
        let unread = matches!(test, Test::Unread(_));
        self.conditions.push(Condition { not: not && !unread, test });
    }

    /// One value, a list of them, or a named set.
    fn values(&mut self) -> Result<Vec<String>, String> {
        let first = self.text();
        if let Some(name) = first.strip_prefix('@') {
            return match self.table.sets.get(name) {
                Some(set) => Ok(plain(set)),
                None => {
                    let words = format!("the set {name}, which is not in the table");
                    self.refused(words.clone());
                    Err(words)
                }
            };
        }
        if first == "{" {
            let mut inner = Vec::new();
            while self.at < self.words.len() && self.peek(0) != "}" {
                inner.push(self.words[self.at].clone());
                self.at += 1;
            }
            self.at += 1;
            return Ok(plain(&inner));
        }
        let mut values = vec![first];
        while self.peek(0) == "," {
            self.at += 1;
            values.push(self.text());
        }
        Ok(values)
    }

    fn verdict(&mut self, word: &str) -> Then {
        match word {
            "accept" => Then::Accept,
            "drop" | "reject" => Then::Drop,
            "return" => Then::Return,
            "continue" => Then::Next,
            "jump" | "goto" => {
                let name = self.text();
                match self.table.chains.get(&name) {
                    Some(chain) if word == "jump" => Then::Jump(*chain),
                    Some(chain) => Then::Goto(*chain),
                    None if name == "{" => {
                        self.at = self.words.len();
                        Then::Unknown(self.unread("a chain without a name".into()))
                    }
                    None => Then::Unknown(self.refused(format!("the chain {name}, which is not in the table"))),
                }
            }
            _ => Then::Unknown(self.refused(format!("a verdict of nft that is not understood: {word}"))),
        }
    }

    /// `vmap { KEY : VERDICT, … }`: the first key that holds decides, and no key leaves the rule.
    fn verdicts(&mut self, key: Key) -> Vec<Rule> {
        let mut rules = Vec::new();
        if self.peek(0).starts_with('@') {
            let why = self.unread("a named map of verdicts".into());
            return vec![Rule { place: self.place, conditions: self.conditions.clone(), then: Then::Unknown(why) }];
        }
        self.at += 1;
        while self.at < self.words.len() && self.peek(0) != "}" {
            let value = self.text();
            if value == "," {
                continue;
            }
            let value = match value.strip_suffix(':') {
                Some(value) => value.to_owned(),
                None => {
                    if self.peek(0) == ":" {
                        self.at += 1;
                    }
                    value
                }
            };
            let word = self.text();
            let then = self.verdict(&word);
            let test = test(key, &[value]).unwrap_or_else(|words| Test::Unread(self.unread(words)));
            let mut conditions = self.conditions.clone();
            conditions.push(Condition { not: false, test });
            rules.push(Rule { place: self.place, conditions, then });
        }
        rules
    }

    fn translation(&mut self, word: &str) -> Then {
        let mut value = String::new();
        while self.at < self.words.len() {
            let text = self.text();
            if !["to", "ip", "ip6"].contains(&text.as_str()) {
                value = text;
            }
        }
        if word == "redirect" {
            return Then::Translate(Translation { address: None, port: value.trim_start_matches(':').parse().ok() });
        }
        if let Ok(address) = value.trim_matches(['[', ']']).parse() {
            return Then::Translate(Translation { address: Some(address), port: None });
        }
        match value.parse::<std::net::SocketAddr>() {
            Ok(full) => Then::Translate(Translation { address: Some(full.ip()), port: Some(full.port()) }),
            Err(_) => Then::Unknown(self.unread(format!("what {word} makes of it: {value}"))),
        }
    }
}

/// The ports below or above one; none if there are none.
fn bounded(than: &str, value: u16) -> Option<Ports> {
    Some(Ports(vec![match than {
        "<" | "lt" => (0, value.checked_sub(1)?),
        "<=" | "le" => (0, value),
        ">" | "gt" => (value.checked_add(1)?, u16::MAX),
        _ => (value, u16::MAX),
    }]))
}

fn is_verdict(word: &str) -> bool {
    ["accept", "drop", "reject", "return", "jump", "goto", "continue", "queue"].contains(&word)
}

/// The values of a list, without commas, comments and timeouts.
fn plain(words: &[Word]) -> Vec<String> {
    let parts = words.split(|word| word.text == ",");
    parts.filter_map(|part| part.first()).map(|word| word.text.clone()).filter(|text| text != ";").collect()
}

fn test(key: Key, values: &[String]) -> Result<Test, String> {
    let all = |what: &str| format!("{what} {}", values.join(", "));
    Ok(match key {
        Key::In => Test::In(values.to_vec()),
        Key::Out => Test::Out(values.to_vec()),
        Key::Kind => Test::Kind,
        Key::Status if values == ["dnat"] => Test::Translated,
        Key::Type if values == ["local"] => Test::Local,
        Key::Type => return Err(all("the kind of address")),
        Key::Status => return Err(all("the status of the connection")),
        Key::Source | Key::Dest | Key::AskedDest => {
            let span = |text: &String| match text.split_once('-') {
                Some((low, high)) => Some((low.parse().ok()?, high.parse().ok()?)),
                None => net(text).map(|net| (net.network(), net.broadcast())),
            };
            let spans = values.iter().map(span).collect::<Option<Vec<_>>>().ok_or_else(|| all("the address"))?;
            let addresses = Addresses::new(spans);
            match key {
                Key::Source => Test::Source(addresses),
                Key::AskedDest => Test::AskedDest(addresses),
                _ => Test::Dest(addresses),
            }
        }
        Key::Sport | Key::Dport | Key::AskedPort => {
            let range = |text: &String| match text.split_once('-') {
                Some((low, high)) => Some((port(low)?, port(high)?)),
                None => port(text).map(|port| (port, port)),
            };
            let ports = Ports(values.iter().map(range).collect::<Option<_>>().ok_or_else(|| all("the port"))?);
            match key {
                Key::Sport => Test::Sport(ports),
                Key::AskedPort => Test::AskedPort(ports),
                _ => Test::Dport(ports),
            }
        }
        Key::Protocol => Test::Protocol(
            values.iter().map(|text| protocol(text)).collect::<Option<_>>().ok_or_else(|| all("the protocol"))?,
        ),
        Key::Icmp(v6) => {
            let kinds = values.iter().map(|text| icmp(text, v6)).collect::<Option<Vec<_>>>();
            Test::Icmp(v6, kinds.ok_or_else(|| all("the type of ICMP"))?.concat())
        }
        Key::State if values.iter().any(|value| !STATES.contains(&value.as_str())) => return Err(all("the state")),
        Key::State => {
            let has = |name: &str| values.iter().any(|value| value == name);
            Test::State(States { new: has("new"), established: has("established"), untracked: has("untracked") })
        }
    })
}
