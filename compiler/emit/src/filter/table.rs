//! The one table of a machine whose programs hand packets on by rules of their own, or that leads from an overlay to a network behind
//! it: a file for `nft -f`, of both families.
//!
//! In netfilter a drop in any base chain is final, and accept ends that chain alone. So a table of our own, at the hooks `input` and
//! `forward`, is an upper bound of what passes, whatever tables Docker or others have beside it, and theirs need not be touched.
//!
//! What comes in by a device of the site's networks is held against one list, the chain `allowed`, by what it was addressed to when
//! it came: a port that a program has published is given another destination before `input` and `forward` see it, and
//! connection tracking knows the first one. What comes in by a device of containers, which no network of the site is on, is
//! their programs' own business.

use std::collections::BTreeSet;
use std::fmt::Write;

use ipnet::IpNet;

use super::{Accept, Family, Filter, Handed, Match, Section, Source};

/// What one machine's table says.
#[derive(Clone, Debug)]
pub struct Table {
    /// The devices of the site's networks.
    pub devices: Vec<String>,
    /// Its addresses, sorted, by which the ports are asked for that its programs publish; none if they hand nothing on.
    pub own: Option<Vec<IpNet>>,
    /// What it accepts and hands on as a router, of IPv4.
    pub v4: Filter,
    /// The same of IPv6.
    pub v6: Filter,
}

/// The kinds of devices by which containers, pods and virtual machines come: a bridge, one end of a pair whose other end is a
/// container's, and the tunnel between the machines of a Kubernetes cluster. A physical device has no kind.
const INNER: [&str; 3] = ["bridge", "veth", "vxlan"];

/// A port as who connects asks for it, and as a packet has it.
#[derive(Clone, Copy, PartialEq)]
enum Port {
    Asked,
    Met,
}

/// A whole file, which replaces the table in one step: declared first, so that it is there to be deleted. nft 1.0.6 knows no `destroy`.
pub fn document(header: &str, table: &Table) -> String {
    let mut out = String::new();
    comment(&mut out, "", header);
    out.push_str("table inet arvc\ndelete table inet arvc\ntable inet arvc {\n");
    let (allowed, routed) = (allowed(table), routed(table));
    for (name, filter) in [("private4", &table.v4), ("private6", &table.v6)] {
        if [&allowed, &routed].iter().any(|text| text.contains(&format!("@{name}"))) {
            private(&mut out, name, filter);
        }
    }
    out.push_str("\t# by what it was addressed to when it came, wherever a program of this machine sends it on to\n\tchain allowed {\n");
    out.push_str(&allowed);
    out.push_str("\t}\n\n");
    input(&mut out, table);
    forward(&mut out, table, &routed);
    hide(&mut out, table);
    out.push_str("}\n");
    out
}

/// The table for a failure: what `filter` accepts comes in, and nothing is handed on.
pub fn closed(header: &str, v4: Filter, v6: Filter) -> String {
    let table = Table { devices: Vec::new(), own: None, v4, v6 };
    document(header, &table)
}

fn private(out: &mut String, name: &str, filter: &Filter) {
    let kind = if filter.family == Family::V4 { "ipv4_addr" } else { "ipv6_addr" };
    let nets: Vec<String> = joined(&filter.private).iter().map(net).collect();
    out.push_str("\t# the Internet is not the site's own and no private prefix\n");
    let _ = writeln!(out, "\tset {name} {{\n\t\ttype {kind}\n\t\tflags interval");
    let _ = writeln!(out, "\t\telements = {{ {} }}\n\t}}\n", nets.join(", "));
}

fn allowed(table: &Table) -> String {
    let mut out = String::new();
    for (comment_of, rules) in sections(table) {
        comment(&mut out, "\t\t", comment_of);
        for rule in rules {
            let _ = writeln!(out, "\t\t{rule}");
        }
    }
    out
}

/// The sections of both families, those of one reason and device as one.
fn sections(table: &Table) -> Vec<(&str, Vec<String>)> {
    let mut sections: Vec<(&str, Option<&str>, Vec<String>)> = Vec::new();
    for filter in [&table.v4, &table.v6] {
        for section in &filter.sections {
            let device = section.rules.first().and_then(|rule| rule.device.as_deref());
            let rules = rules(filter.family, section);
            let same = |it: &&mut (&str, Option<&str>, Vec<String>)| (it.0, it.1) == (section.comment.as_str(), device);
            match sections.iter_mut().find(same) {
                Some((.., list)) => list.extend(rules),
                None => sections.push((&section.comment, device, rules)),
            }
        }
    }
    sections.into_iter().map(|(comment, _, rules)| (comment, rules)).collect()
}

/// Rules that differ in their source alone are one.
fn rules(family: Family, section: &Section) -> Vec<String> {
    let mut grouped: Vec<(&Accept, Vec<Source>)> = Vec::new();
    for rule in &section.rules {
        match grouped.iter_mut().find(|(first, _)| first.device == rule.device && first.packet == rule.packet) {
            Some((_, sources)) => sources.push(rule.source),
            None => grouped.push((rule, vec![rule.source])),
        }
    }
    let lines = grouped.into_iter().flat_map(|(rule, sources)| {
        let device = rule.device.iter().map(|device| format!("iifname \"{device}\" ")).collect::<String>();
        let packet = packet(family, &rule.packet, Port::Asked);
        let ends = ends(family, "saddr", &sources).into_iter();
        ends.map(move |source| whole(family, &format!("{device}{source}"), &packet)).collect::<Vec<_>>()
    });
    lines.collect()
}

/// What matches, with the family where nothing else says it.
fn whole(family: Family, ends: &str, packet: &str) -> String {
    let (address, number) = if family == Family::V4 { ("ip ", "ipv4") } else { ("ip6 ", "ipv6") };
    let is_said = ends.contains(address) || packet.contains("icmp");
    let said = if is_said { String::new() } else { format!("meta nfproto {number} ") };
    format!("{ends}{said}{packet}")
}

/// The matches that addresses come to, each with a blank behind it: one for all prefixes, and one for the Internet.
fn ends(family: Family, side: &str, sources: &[Source]) -> Vec<String> {
    if sources.contains(&Source::Anywhere) {
        return vec![String::new()];
    }
    let (word, private) = if family == Family::V4 { ("ip", "private4") } else { ("ip6", "private6") };
    let nets: Vec<IpNet> =
        sources.iter().filter_map(|source| if let Source::Net(net) = source { Some(*net) } else { None }).collect();
    let mut lines = Vec::new();
    if !nets.is_empty() {
        lines.push(format!("{word} {side} {} ", set(joined(&nets).iter().map(net).collect())));
    }
    if sources.contains(&Source::Internet) {
        lines.push(format!("{word} {side} != @{private} "));
    }
    lines
}

/// What it is addressed to, and that it is let in.
fn packet(family: Family, packet: &Match, port: Port) -> String {
    let transport = |name: &str, ports: &[(u16, u16)]| {
        if ports == [(0, u16::MAX)] {
            return format!("meta l4proto {name} accept");
        }
        let range = |(first, last): &(u16, u16)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        };
        let ports: Vec<String> = ports.iter().map(range).collect();
        match (port, ports.as_slice()) {
            // Of a plain list of such ports nft 1.0.6 prints what it cannot read again.
            (Port::Asked, [_, _, ..]) => {
                let each: Vec<String> = ports.iter().map(|port| format!("{port} : accept")).collect();
                format!("meta l4proto {name} ct original proto-dst vmap {{ {} }}", each.join(", "))
            }
            (Port::Asked, _) => format!("meta l4proto {name} ct original proto-dst {} accept", set(ports)),
            (Port::Met, _) => format!("{name} dport {} accept", set(ports)),
        }
    };
    match packet {
        Match::All => "accept".to_owned(),
        Match::Tcp(ports) => transport("tcp", ports),
        Match::Udp(ports) => transport("udp", ports),
        Match::Echo if family == Family::V4 => "icmp type echo-request accept".to_owned(),
        Match::Echo => "icmpv6 type echo-request accept".to_owned(),
        Match::Protocol(number) => format!("meta l4proto {number} accept"),
    }
}

/// The chain of what is for the machine itself.
fn input(out: &mut String, table: &Table) {
    out.push_str("\tchain input {\n\t\ttype filter hook input priority filter - 10; policy drop;\n");
    out.push_str("\t\tiif \"lo\" accept\n");
    known(out);
    comment(out, "\t\t", "neighbour discovery (RFC 4861), which connection tracking does not cover");
    let links = devices("iifname", &table.v6.links);
    let _ = writeln!(out, "\t\t{links}icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert }} accept");
    comment(
        out,
        "\t\t",
        "who listens to which multicast (RFC 3810), without which a bridge that snoops cuts neighbours off",
    );
    let _ = writeln!(out, "\t\t{links}ip6 saddr fe80::/10 icmpv6 type mld-listener-query accept");
    for (filter, word, server, client) in [(&table.v4, "ip", 67, 68), (&table.v6, "ip6", 547, 546)] {
        for (device, among) in &filter.asks {
            comment(out, "\t\t", "DHCP");
            let _ = writeln!(
                out,
                "\t\tiifname \"{device}\" {word} saddr {} udp sport {server} udp dport {client} accept",
                net(among)
            );
        }
    }
    out.push_str("\t\tjump allowed\n");
    inner(out, table);
    out.push_str("\t}\n\n");
}

/// The chain of what goes on to somebody else.
fn forward(out: &mut String, table: &Table, routed: &str) {
    out.push_str("\tchain forward {\n\t\ttype filter hook forward priority filter - 10; policy drop;\n");
    if !table.devices.is_empty() {
        known(out);
        inner(out, table);
        if let Some(own) = &table.own {
            published(out, own);
        }
        out.push_str(routed);
    }
    out.push_str("\t}\n");
}

fn published(out: &mut String, own: &[IpNet]) {
    comment(out, "\t\t", "ports that programs of this machine publish: asked for by its own address, and sent on");
    for (word, is_v4) in [("ip", true), ("ip6", false)] {
        let own: Vec<IpNet> = own.iter().copied().filter(|it| matches!(it, IpNet::V4(_)) == is_v4).collect();
        if !own.is_empty() {
            let own = set(joined(&own).iter().map(net).collect());
            let _ = writeln!(out, "\t\tct status dnat ct original {word} daddr {own} jump allowed");
        }
    }
}

/// The chain that gives what it hands on in its own name the address of the device that it leaves by.
fn hide(out: &mut String, table: &Table) {
    let handed = table.v4.handed.iter().chain(&table.v6.handed).filter(|handed| handed.hidden);
    let ways: BTreeSet<(&str, &str)> =
        handed.filter_map(|handed| Some((handed.into.as_deref()?, handed.out.as_deref()?))).collect();
    if ways.is_empty() {
        return;
    }
    out.push_str("\n\t# to what is behind it, this machine is who asks: nothing there has a way back\n");
    out.push_str("\tchain hide {\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n");
    for (into, by) in ways {
        let _ = writeln!(out, "\t\tiifname \"{into}\" oifname \"{by}\" masquerade");
    }
    out.push_str("\t}\n");
}

fn known(out: &mut String) {
    out.push_str("\t\tct state vmap { established : accept, related : accept, invalid : drop }\n");
}

/// What containers send is no business of the site's: it leaves as the machine's own, or goes to others of them.
fn inner(out: &mut String, table: &Table) {
    if table.own.is_none() {
        return;
    }
    comment(out, "\t\t", "what comes from containers and virtual machines of this machine is up to their programs");
    let names = set(table.devices.iter().map(|device| format!("\"{device}\"")).collect());
    let kinds = set(INNER.iter().map(|kind| format!("\"{kind}\"")).collect());
    let _ = writeln!(out, "\t\tiifname != {names} meta iifkind {kinds} accept");
}

/// What it hands on as a router.
fn routed(table: &Table) -> String {
    let mut out = String::new();
    let mut last = None;
    for (filter, handed) in [&table.v4, &table.v6].into_iter().flat_map(|it| it.handed.iter().map(move |one| (it, one)))
    {
        if last.is_none() {
            comment(&mut out, "\t\t", "what it hands on as a router");
        }
        if last != Some(handed.comment.as_str()) {
            comment(&mut out, "\t\t", &handed.comment);
        }
        last = Some(handed.comment.as_str());
        for rule in hand_on(filter.family, handed) {
            let _ = writeln!(out, "\t\t{rule}");
        }
    }
    out
}

fn hand_on(family: Family, handed: &Handed) -> Vec<String> {
    let device =
        |word: &str, device: &Option<String>| device.iter().map(|it| format!("{word} \"{it}\" ")).collect::<String>();
    let by = device("iifname", &handed.into) + &device("oifname", &handed.out);
    let mut rules = Vec::new();
    for source in ends(family, "saddr", &handed.sources) {
        for target in ends(family, "daddr", &handed.targets) {
            let packets = handed.packets.iter().map(|it| packet(family, it, Port::Met));
            rules.extend(packets.map(|packet| whole(family, &format!("{by}{source}{target}"), &packet)));
        }
    }
    rules
}

fn devices(word: &str, devices: &[String]) -> String {
    match devices {
        [] => String::new(),
        several => format!("{word} {} ", set(several.iter().map(|device| format!("\"{device}\"")).collect())),
    }
}

/// One value, or a list of them.
fn set(values: Vec<String>) -> String {
    match values.as_slice() {
        [one] => one.clone(),
        several => format!("{{ {} }}", several.join(", ")),
    }
}

/// nft refuses a list in which one prefix holds another.
fn joined(nets: &[IpNet]) -> Vec<IpNet> {
    let all: BTreeSet<IpNet> = nets.iter().map(IpNet::trunc).collect();
    let holds = |outer: &IpNet, inner: &IpNet| outer != inner && outer.contains(inner);
    all.iter().fold(Vec::<IpNet>::new(), |mut list, net| {
        // Sorted by their first address, and the shorter before the longer: whoever holds it is the last one.
        if !list.last().is_some_and(|last| holds(last, net)) {
            list.push(*net);
        }
        list
    })
}

/// A prefix as nft prints it: one of one address without its length.
fn net(net: &IpNet) -> String {
    match net.prefix_len() == net.max_prefix_len() {
        true => net.addr().to_string(),
        false => net.to_string(),
    }
}

fn comment(out: &mut String, indent: &str, text: &str) {
    for line in text.lines() {
        let _ = writeln!(out, "{indent}# {}", line.replace(|c: char| c.is_control(), " ").trim_end());
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn accept(source: Source, packet: Match) -> Accept {
        Accept { source, device: Some("eth0".to_owned()), packet }
    }

    fn from(prefix: &str) -> Source {
        Source::Net(prefix.parse().unwrap())
    }

    fn filter(family: Family, rules: Vec<Accept>) -> Filter {
        let sections = if rules.is_empty() { vec![] } else { vec![Section { comment: "why".to_owned(), rules }] };
        let links = vec!["eth0".to_owned()];
        Filter { family, links, asks: vec![], sections, handed: vec![], private: vec![] }
    }

    fn table(v4: Filter, v6: Filter) -> Table {
        let own = ["10.0.0.5/32", "10.0.0.64/30", "fd00::5/128"].map(|net| net.parse().unwrap()).to_vec();
        Table { devices: vec!["eth0".to_owned(), "nebula1".to_owned()], own: Some(own), v4, v6 }
    }

    fn allowed(text: &str) -> Vec<&str> {
        let inner = text.split("\tchain allowed {\n").nth(1).and_then(|rest| rest.split("\t}\n").next());
        inner.expect("the chain is there").lines().map(str::trim).collect()
    }

    #[test]
    fn one_list_is_for_what_is_delivered_and_for_what_is_handed_on() {
        let v4 = vec![accept(from("10.0.0.9/32"), Match::Tcp(vec![(443, 443)]))];
        let text = document("made", &table(filter(Family::V4, v4), filter(Family::V6, vec![])));
        let expected = "\
# made
table inet arvc
delete table inet arvc
table inet arvc {
	# by what it was addressed to when it came, wherever a program of this machine sends it on to
	chain allowed {
		# why
		iifname \"eth0\" ip saddr 10.0.0.9 meta l4proto tcp ct original proto-dst 443 accept
	}

	chain input {
		type filter hook input priority filter - 10; policy drop;
		iif \"lo\" accept
		ct state vmap { established : accept, related : accept, invalid : drop }
		# neighbour discovery (RFC 4861), which connection tracking does not cover
		iifname \"eth0\" icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
		# who listens to which multicast (RFC 3810), without which a bridge that snoops cuts neighbours off
		iifname \"eth0\" ip6 saddr fe80::/10 icmpv6 type mld-listener-query accept
		jump allowed
		# what comes from containers and virtual machines of this machine is up to their programs
		iifname != { \"eth0\", \"nebula1\" } meta iifkind { \"bridge\", \"veth\", \"vxlan\" } accept
	}

	chain forward {
		type filter hook forward priority filter - 10; policy drop;
		ct state vmap { established : accept, related : accept, invalid : drop }
		# what comes from containers and virtual machines of this machine is up to their programs
		iifname != { \"eth0\", \"nebula1\" } meta iifkind { \"bridge\", \"veth\", \"vxlan\" } accept
		# ports that programs of this machine publish: asked for by its own address, and sent on
		ct status dnat ct original ip daddr { 10.0.0.5, 10.0.0.64/30 } jump allowed
		ct status dnat ct original ip6 daddr fd00::5 jump allowed
	}
}
";
        assert_eq!(text, expected);
    }

    #[test]
    fn sources_are_one_list_without_those_that_another_holds_and_each_family_has_its_rules() {
        let ports = Match::Tcp(vec![(22, 22), (8000, 8010)]);
        let v4 = ["10.2.0.0/16", "10.2.3.0/24", "10.1.0.1/32", "10.1.0.0/32"];
        let v4 = v4.map(|net| accept(from(net), ports.clone())).to_vec();
        let v6 = vec![accept(from("fd00::1/128"), ports), accept(from("fd00::1/128"), Match::Echo)];
        let text = document("made", &table(filter(Family::V4, v4), filter(Family::V6, v6)));
        let list = "meta l4proto tcp ct original proto-dst vmap { 22 : accept, 8000-8010 : accept }";
        assert_eq!(
            allowed(&text),
            [
                "# why".to_owned(),
                format!("iifname \"eth0\" ip saddr {{ 10.1.0.0, 10.1.0.1, 10.2.0.0/16 }} {list}"),
                format!("iifname \"eth0\" ip6 saddr fd00::1 {list}"),
                "iifname \"eth0\" ip6 saddr fd00::1 icmpv6 type echo-request accept".to_owned(),
            ]
        );
    }

    #[test]
    fn everywhere_is_of_one_family_and_the_internet_is_what_no_private_prefix_is() {
        let rules = [
            accept(Source::Anywhere, Match::Udp(vec![(4242, 4242)])),
            accept(Source::Anywhere, Match::All),
            accept(Source::Internet, Match::Tcp(vec![(0, u16::MAX)])),
            accept(Source::Internet, Match::Protocol(47)),
        ];
        let v6 = Filter { private: vec!["fc00::/7".parse().unwrap()], ..filter(Family::V6, rules.to_vec()) };
        let text = document("made", &table(filter(Family::V4, vec![]), v6));
        let expected = [
            "# why",
            "iifname \"eth0\" meta nfproto ipv6 meta l4proto udp ct original proto-dst 4242 accept",
            "iifname \"eth0\" meta nfproto ipv6 accept",
            "iifname \"eth0\" ip6 saddr != @private6 meta l4proto tcp accept",
            "iifname \"eth0\" ip6 saddr != @private6 meta l4proto 47 accept",
        ];
        assert_eq!(allowed(&text), expected);
        assert!(
            text.contains(
                "\tset private6 {\n\t\ttype ipv6_addr\n\t\tflags interval\n\t\telements = { fc00::/7 }\n\t}\n"
            )
        );
        assert!(!text.contains("private4"), "{text}");
    }

    #[test]
    fn what_it_hands_on_as_a_router_goes_by_the_packet_that_is_there() {
        let handed = Handed {
            comment: "hosts.a -> internet".to_owned(),
            sources: vec![from("10.0.0.1/32"), from("10.0.0.2/32")],
            into: Some("eth0".to_owned()),
            targets: vec![Source::Internet, from("192.0.2.1/32")],
            out: Some("nebula1".to_owned()),
            packets: vec![Match::Tcp(vec![(80, 80), (443, 443)])],
            hidden: false,
        };
        let private = vec!["10.0.0.0/8".parse().unwrap()];
        let v4 = Filter { handed: vec![handed], private, ..filter(Family::V4, vec![]) };
        let text = document("made", &table(v4, filter(Family::V6, vec![])));
        let begins = "\t\tiifname \"eth0\" oifname \"nebula1\" ip saddr { 10.0.0.1, 10.0.0.2 }";
        let expected = format!(
            "\t\t# what it hands on as a router\n\t\t# hosts.a -> internet\n{begins} ip daddr 192.0.2.1 tcp dport {{ 80, 443 }} \
             accept\n{begins} ip daddr != @private4 tcp dport {{ 80, 443 }} accept\n\t}}\n}}\n"
        );
        assert!(text.ends_with(&expected), "{text}");
    }

    #[test]
    fn what_is_behind_a_member_sees_the_member_and_no_program_publishes_anything() {
        let handed = Handed {
            comment: "hosts.a -> hosts.printer : 9100/tcp".to_owned(),
            sources: vec![from("10.9.0.1/32")],
            into: Some("nebula1".to_owned()),
            targets: vec![from("10.0.0.7/32")],
            out: Some("eth0".to_owned()),
            packets: vec![Match::Tcp(vec![(9100, 9100)])],
            hidden: true,
        };
        let v4 = Filter { handed: vec![handed], ..filter(Family::V4, vec![]) };
        let text = document("made", &Table { own: None, ..table(v4, filter(Family::V6, vec![])) });
        let expected = "\
	chain forward {
		type filter hook forward priority filter - 10; policy drop;
		ct state vmap { established : accept, related : accept, invalid : drop }
		# what it hands on as a router
		# hosts.a -> hosts.printer : 9100/tcp
		iifname \"nebula1\" oifname \"eth0\" ip saddr 10.9.0.1 ip daddr 10.0.0.7 tcp dport 9100 accept
	}

	# to what is behind it, this machine is who asks: nothing there has a way back
	chain hide {
		type nat hook postrouting priority srcnat; policy accept;
		iifname \"nebula1\" oifname \"eth0\" masquerade
	}
}
";
        assert!(text.ends_with(expected), "{text}");
        assert!(!text.contains("iifkind") && !text.contains("dnat"), "{text}");
    }

    #[test]
    fn a_failure_lets_nothing_through_and_asks_for_no_device() {
        let rule = Accept { source: from("10.0.0.1/32"), device: None, packet: Match::Tcp(vec![(22, 22)]) };
        let sections = vec![Section { comment: "SSH".to_owned(), rules: vec![rule] }];
        let v4 = Filter { sections, links: vec![], ..filter(Family::V4, vec![]) };
        let text = closed("made", v4, Filter { links: vec![], ..filter(Family::V6, vec![]) });
        assert!(!text.contains("iifname") && !text.contains("iifkind"), "{text}");
        assert_eq!(allowed(&text), ["# SSH", "ip saddr 10.0.0.1 meta l4proto tcp ct original proto-dst 22 accept"]);
        assert!(text.ends_with("hook forward priority filter - 10; policy drop;\n\t}\n}\n"), "{text}");
    }
}
