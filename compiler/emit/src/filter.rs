//! The one writer of `iptables-restore` files, in the form in which `iptables-save` prints them, so that a role can
//! compare what is loaded with the file letter by letter.
//!
//! One file is one family's table `filter`: drop by default, a fixed head, and rules that all accept, so their order
//! decides nothing.

mod forward;
pub mod table;

use std::collections::BTreeMap;
use std::fmt::Write;

use ipnet::IpNet;

pub use self::forward::Handed;
use self::forward::{FROM, Forward, TO};
pub use self::table::Table;

/// A family of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4: `iptables-restore`.
    V4,
    /// IPv6: `ip6tables-restore`.
    V6,
}

/// What a rule's packet is addressed to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Match {
    /// Every packet.
    All,
    /// TCP ports, as inclusive ranges.
    Tcp(Vec<(u16, u16)>),
    /// UDP ports, as inclusive ranges.
    Udp(Vec<(u16, u16)>),
    /// Echo requests: what `icmp` in a flow opens. Errors of existing connections are related to them.
    Echo,
    /// One IP protocol by its number.
    Protocol(u8),
}

/// Where a packet comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Everywhere.
    Anywhere,
    /// Addresses of the file's family.
    Net(IpNet),
    /// Everywhere but the site's own and private prefixes: a chain of its own, since iptables negates one prefix only.
    Internet,
}

/// One rule of the chain INPUT that accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accept {
    /// Where the packet comes from.
    pub source: Source,
    /// The interface on which it arrives; absent means any.
    pub device: Option<String>,
    /// What it is addressed to.
    pub packet: Match,
}

/// A run of rules with what a reviewer should know about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Written above the rules, a line of comment for each line.
    pub comment: String,
    /// The rules.
    pub rules: Vec<Accept>,
}

/// `-m multiport` takes 15 numbers, and a range counts as two (iptables-extensions(8)).
const MULTIPORT: usize = 15;

/// One file of a machine.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Its family.
    pub family: Family,
    /// Devices on which neighbours are discovered over IPv6; none stands for every device.
    pub links: Vec<String>,
    /// Devices that ask for their address in this family, with whom a server or its relay is among.
    pub asks: Vec<(String, IpNet)>,
    /// What it accepts.
    pub sections: Vec<Section>,
    /// What it hands on.
    pub handed: Vec<Handed>,
    /// What [`Source::Internet`] is not, in the file's family.
    pub private: Vec<IpNet>,
}

/// A whole file.
pub fn document(header: &str, filter: &Filter) -> String {
    let mut out = String::new();
    comment(&mut out, header);
    out.push_str("*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n");
    let forward = Forward::new(filter.family, &filter.handed);
    let mut chains = forward.chains.clone();
    let from = filter.sections.iter().flat_map(|section| &section.rules).any(|rule| rule.source == Source::Internet);
    for (chain, option, used) in [(FROM, "-s", from || forward.jumps_to(FROM)), (TO, "-d", forward.jumps_to(TO))] {
        if used {
            let is_private = filter.private.iter().map(|prefix| format!("-A {chain} {option} {prefix} -j RETURN"));
            chains.insert(chain.to_owned(), is_private.chain([format!("-A {chain} -j ACCEPT")]).collect());
        }
    }
    for chain in chains.keys() {
        let _ = writeln!(out, ":{chain} - [0:0]");
    }
    out.push_str("-A INPUT -i lo -j ACCEPT\n");
    out.push_str("-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n");
    out.push_str("-A INPUT -m conntrack --ctstate INVALID -j DROP\n");
    if filter.family == Family::V6 {
        discover(&mut out, &filter.links);
    }
    ask(&mut out, filter);
    for section in &filter.sections {
        comment(&mut out, &section.comment);
        for rule in &section.rules {
            accept(&mut out, filter.family, rule);
        }
    }
    hand_on(&mut out, &forward);
    further(&mut out, &chains);
    out.push_str("COMMIT\n");
    out
}

/// What IPv6 does not work without (RFC 4890, 4.4.1). Listeners are asked whether they still listen: who does not answer is cut off
/// from its neighbours by a bridge or switch that snoops. What they answer goes out, and is for routers.
fn discover(out: &mut String, links: &[String]) {
    let devices: Vec<String> = match links.is_empty() {
        true => vec![String::new()],
        false => links.iter().map(|device| format!(" -i {device}")).collect(),
    };
    comment(out, "neighbour discovery (RFC 4861), which connection tracking does not cover");
    for device in &devices {
        for kind in [135, 136] {
            let _ = writeln!(out, "-A INPUT{device} -p ipv6-icmp -m icmp6 --icmpv6-type {kind} -j ACCEPT");
        }
    }
    comment(out, "who listens to which multicast (RFC 3810), without which a bridge that snoops cuts neighbours off");
    for device in &devices {
        let _ = writeln!(out, "-A INPUT -s fe80::/10{device} -p ipv6-icmp -m icmp6 --icmpv6-type 130 -j ACCEPT");
    }
}

/// Answers to what a client sends to all are of no connection that is tracked. Those to a server by its address are.
fn ask(out: &mut String, filter: &Filter) {
    if filter.asks.is_empty() {
        return;
    }
    comment(out, "DHCP");
    let (server, client) = if filter.family == Family::V4 { (67, 68) } else { (547, 546) };
    for (device, among) in &filter.asks {
        let _ =
            writeln!(out, "-A INPUT -s {among} -i {device} -p udp -m udp --sport {server} --dport {client} -j ACCEPT");
    }
}

fn hand_on(out: &mut String, forward: &Forward) {
    if forward.rules.is_empty() {
        return;
    }
    comment(out, "what it hands on as a router");
    out.push_str("-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n");
    out.push_str("-A FORWARD -m conntrack --ctstate INVALID -j DROP\n");
    for (why, rules) in &forward.rules {
        comment(out, why);
        rules.iter().for_each(|rule| out.extend([rule, "\n"]));
    }
}

fn further(out: &mut String, chains: &BTreeMap<String, Vec<String>>) {
    for (name, rules) in chains {
        if name == FROM || name == TO {
            comment(out, "the Internet is not the site's own and no private prefix");
        }
        rules.iter().for_each(|rule| out.extend([rule, "\n"]));
    }
}

fn comment(out: &mut String, text: &str) {
    for line in text.lines() {
        let _ = writeln!(out, "# {}", line.replace(|c: char| c.is_control(), " ").trim_end());
    }
}

fn accept(out: &mut String, family: Family, rule: &Accept) {
    let source = if let Source::Net(source) = rule.source { Some(source) } else { None };
    let verdict = if rule.source == Source::Internet { FROM } else { "ACCEPT" };
    let line = Line { chain: "INPUT", source, dest: None, into: rule.device.as_deref(), out: None, verdict };
    for packet in matches(family, &rule.packet) {
        out.push_str(&line.with(&packet));
        out.push('\n');
    }
}

/// What a packet is addressed to, as the options of as many rules as it takes.
fn matches(family: Family, packet: &Match) -> Vec<String> {
    match packet {
        Match::All => vec![String::new()],
        Match::Tcp(ports) => transport("tcp", ports),
        Match::Udp(ports) => transport("udp", ports),
        Match::Echo => vec![match family {
            Family::V4 => " -p icmp -m icmp --icmp-type 8".to_owned(),
            Family::V6 => " -p ipv6-icmp -m icmp6 --icmpv6-type 128".to_owned(),
        }],
        Match::Protocol(number) => vec![format!(" -p {}", protocol(*number))],
    }
}

/// The name that iptables prints for a protocol number: it knows these by itself (`xtables_chain_protos`).
fn protocol(number: u8) -> String {
    match number {
        33 => "dccp".to_owned(),
        50 => "esp".to_owned(),
        51 => "ah".to_owned(),
        132 => "sctp".to_owned(),
        135 => "mh".to_owned(),
        136 => "udplite".to_owned(),
        other => other.to_string(),
    }
}

fn transport(name: &str, ports: &[(u16, u16)]) -> Vec<String> {
    let every = [(0, u16::MAX)];
    if ports == every {
        return vec![format!(" -p {name}")];
    }
    let mut lines = Vec::new();
    let mut run: Vec<(u16, u16)> = Vec::new();
    let size = |run: &[(u16, u16)]| run.iter().map(|(first, last)| if first == last { 1 } else { 2 }).sum::<usize>();
    for range in ports {
        if size(&run) + size(&[*range]) > MULTIPORT {
            lines.push(run_match(name, &run));
            run.clear();
        }
        run.push(*range);
    }
    if !run.is_empty() {
        lines.push(run_match(name, &run));
    }
    lines
}

fn run_match(name: &str, run: &[(u16, u16)]) -> String {
    let range = |(first, last): &(u16, u16)| if first == last { first.to_string() } else { format!("{first}:{last}") };
    match run {
        [single] => format!(" -p {name} -m {name} --dport {}", range(single)),
        several => {
            let ports: Vec<String> = several.iter().map(range).collect();
            format!(" -p {name} -m multiport --dports {}", ports.join(","))
        }
    }
}

/// A rule without what its packet is addressed to.
#[derive(Clone, Copy)]
struct Line<'a> {
    chain: &'a str,
    source: Option<IpNet>,
    dest: Option<IpNet>,
    into: Option<&'a str>,
    out: Option<&'a str>,
    verdict: &'a str,
}

impl Line<'_> {
    fn with(self, packet: &str) -> String {
        let mut text = format!("-A {}", self.chain);
        for (option, net) in [("-s", self.source), ("-d", self.dest)] {
            if let Some(net) = net.filter(|net| net.prefix_len() > 0) {
                let _ = write!(text, " {option} {net}");
            }
        }
        for (option, device) in [("-i", self.into), ("-o", self.out)] {
            if let Some(device) = device {
                let _ = write!(text, " {option} {device}");
            }
        }
        text + packet + " -j " + self.verdict
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn rule(source: &str, packet: Match) -> Accept {
        Accept { source: Source::Net(source.parse().unwrap()), device: Some("nebula1".to_owned()), packet }
    }

    #[test]
    fn a_file_is_what_iptables_save_prints() {
        let sections = [Section {
            comment: "groups.web -> hosts.db".to_owned(),
            rules: vec![
                rule("10.10.10.41/32", Match::Tcp(vec![(5432, 5432)])),
                rule("10.10.10.0/24", Match::Udp(vec![(53, 53), (8000, 8010)])),
                rule("10.10.10.11/32", Match::All),
                rule("10.10.10.11/32", Match::Echo),
            ],
        }];
        let expected = "\
# made
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -m conntrack --ctstate INVALID -j DROP
# groups.web -> hosts.db
-A INPUT -s 10.10.10.41/32 -i nebula1 -p tcp -m tcp --dport 5432 -j ACCEPT
-A INPUT -s 10.10.10.0/24 -i nebula1 -p udp -m multiport --dports 53,8000:8010 -j ACCEPT
-A INPUT -s 10.10.10.11/32 -i nebula1 -j ACCEPT
-A INPUT -s 10.10.10.11/32 -i nebula1 -p icmp -m icmp --icmp-type 8 -j ACCEPT
COMMIT
";
        let filter = Filter {
            family: Family::V4,
            links: vec![],
            asks: vec![],
            sections: sections.into(),
            handed: vec![],
            private: vec![],
        };
        assert_eq!(document("made", &filter), expected);
    }

    #[test]
    fn the_internet_is_a_chain_that_leaves_private_prefixes_out() {
        let rule =
            Accept { source: Source::Internet, device: Some("eth0".to_owned()), packet: Match::Tcp(vec![(443, 443)]) };
        let filter = Filter {
            family: Family::V6,
            links: vec!["eth0".to_owned()],
            asks: vec![("eth0".to_owned(), "fe80::/10".parse().unwrap())],
            sections: vec![Section { comment: "internet -> hosts.web".to_owned(), rules: vec![rule] }],
            handed: vec![],
            private: vec!["fc00::/7".parse().unwrap()],
        };
        let text = document("made", &filter);
        assert!(text.contains("\n:internet - [0:0]\n-A INPUT -i lo"), "{text}");
        assert!(text.contains("-A INPUT -i eth0 -p tcp -m tcp --dport 443 -j internet\n"), "{text}");
        assert!(
            text.contains("-A INPUT -s fe80::/10 -i eth0 -p ipv6-icmp -m icmp6 --icmpv6-type 130 -j ACCEPT\n"),
            "{text}"
        );
        assert!(
            text.contains("-A INPUT -s fe80::/10 -i eth0 -p udp -m udp --sport 547 --dport 546 -j ACCEPT\n"),
            "{text}"
        );
        assert!(text.ends_with("-A internet -s fc00::/7 -j RETURN\n-A internet -j ACCEPT\nCOMMIT\n"), "{text}");
    }

    #[test]
    fn more_ports_than_one_match_takes_are_split() {
        let ports: Vec<(u16, u16)> = (0..16).map(|n| (100 + 2 * n, 100 + 2 * n)).collect();
        let mut out = String::new();
        accept(&mut out, Family::V4, &rule("10.0.0.1/32", Match::Tcp(ports)));
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].ends_with(",128 -j ACCEPT") && lines[1].contains("--dport 130"), "{out}");
    }
    #[test]
    fn a_router_hands_on_by_pairs_or_by_chains_in_the_order_of_iptables_save() {
        let net = |text: &str| Source::Net(text.parse().unwrap());
        let handed = |sources: Vec<Source>, targets: Vec<Source>| Handed {
            comment: "why".to_owned(),
            sources,
            into: Some("eth0".to_owned()),
            targets,
            out: Some("eth1".to_owned()),
            packets: vec![Match::Tcp(vec![(443, 443)])],
            hidden: false,
        };
        let (a, b) = (net("10.0.0.1/32"), net("10.0.0.2/32"));
        let filter = Filter {
            family: Family::V4,
            links: vec![],
            asks: vec![],
            sections: vec![],
            handed: vec![handed(vec![a], vec![Source::Internet]), handed(vec![Source::Internet, a], vec![a, b])],
            private: vec!["10.0.0.0/8".parse().unwrap()],
        };
        let text = document("made", &filter);
        let expected = "\
:handed-002 - [0:0]
:handed-002-far - [0:0]
:internet - [0:0]
:to-internet - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -m conntrack --ctstate INVALID -j DROP
# what it hands on as a router
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -m conntrack --ctstate INVALID -j DROP
# why
-A FORWARD -s 10.0.0.1/32 -i eth0 -o eth1 -p tcp -m tcp --dport 443 -j to-internet
-A FORWARD -i eth0 -o eth1 -p tcp -m tcp --dport 443 -j handed-002
-A handed-002 -d 10.0.0.1/32 -j handed-002-far
-A handed-002 -d 10.0.0.2/32 -j handed-002-far
-A handed-002-far -j internet
-A handed-002-far -s 10.0.0.1/32 -j ACCEPT
# the Internet is not the site's own and no private prefix
-A internet -s 10.0.0.0/8 -j RETURN
-A internet -j ACCEPT
# the Internet is not the site's own and no private prefix
-A to-internet -d 10.0.0.0/8 -j RETURN
-A to-internet -j ACCEPT
COMMIT
";
        assert!(text.ends_with(expected), "{text}");
    }
}
