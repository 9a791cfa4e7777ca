//! Why a change does nothing: rules that an operator knows, each worked out from the texts around the change. The audit has no part
//! in them.

use std::collections::BTreeSet;

use arvc_tests::edits::{Edit, Files};
use arvc_tests::mutants::site::{self, Member, Spot, Takes};

/// The rule by which a change does nothing, if there is one.
pub fn still(edit: &Edit, before: &Files, after: &Files) -> Option<&'static str> {
    match edit.file.split('/').next().unwrap_or("") {
        "nebula" => overlay(edit, before, after),
        "terraform" => proxmox(edit, before),
        "proxmox" => edge(edit),
        _ => filter(edit, before),
    }
}

fn filter(edit: &Edit, files: &Files) -> Option<&'static str> {
    if let Some(host) = edit.file.strip_prefix("ansible/inventory/host_vars/") {
        return other_filter(edit, files, host.trim_end_matches(".yml"));
    }
    let line = edit.before.lines().next().unwrap_or("");
    let name = edit.file.strip_prefix("ansible/files/filter/")?;
    let hosts = site::with_filter(files, name.split('.').next()?);
    let from_itself = |line: &str| {
        hosts.len() == 1 && own_addresses(files, hosts.first().expect("one")).iter().any(|own| is_from(line, own))
    };
    if line.contains("-i lo ") {
        return Some("what a machine says to itself meets nobody");
    }
    let about_new = ["filter rule that goes", "target of a filter", "order of a filter"].contains(&edit.kind);
    if edit.before.contains("INVALID") && about_new {
        return Some("what is invalid begins no connection");
    }
    if line.contains("--icmpv6-type 130") {
        return Some("bridges of this site do not snoop");
    }
    if line.starts_with("-A ") && from_itself(line) {
        return Some("the rule is about what the machine itself would send");
    }
    let source = edit.kind == "source of a filter" || edit.kind.starts_with("length");
    if source
        && line.contains("-i nebula")
        && gained(&source_of(line), &source_of(&edit.after), files, &hosts).is_empty()
    {
        return Some("no other member has an address that comes in or falls out");
    }
    None
}

fn source_of(line: &str) -> String {
    line.split(" -s ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or("").to_owned()
}

/// Addresses of members that only one of two prefixes holds, but for those of some machines.
fn gained(one: &str, other: &str, files: &Files, but: &BTreeSet<String>) -> Vec<String> {
    let others = site::members(files).into_iter().filter(|member| !but.contains(&member.name));
    others.flat_map(|member| member.addresses).filter(|own| overlap(own, one) != overlap(own, other)).collect()
}

fn is_from(rule: &str, address: &str) -> bool {
    rule.contains(&format!("-s {address}/32 ")) || rule.contains(&format!("-s {address}/128 "))
}

/// Another machine's filter lets in besides, or not any more, only what its own machine sends.
fn other_filter(edit: &Edit, files: &Files, host: &str) -> Option<&'static str> {
    let rules = |line: &str, family: &str| -> Vec<String> {
        let name = line.trim().trim_start_matches("security_policy: ");
        let text = files.get(&format!("ansible/files/filter/{name}.{family}")).map_or("", String::as_str);
        text.lines().filter(|line| line.starts_with(['-', ':'])).map(str::to_owned).collect()
    };
    let own = own_addresses(files, host);
    for family in ["v4", "v6"] {
        let (old, new) = (rules(&edit.before, family), rules(&edit.after, family));
        let gone = old.iter().filter(|rule| !new.contains(rule));
        let mut differ = gone.chain(new.iter().filter(|rule| !old.contains(rule)));
        if !differ.all(|rule| own.iter().any(|address| is_from(rule, address))) {
            return None;
        }
    }
    Some("the other filter differs in what the machine itself would send")
}

/// The addresses of a machine that its variables and its certificate say.
fn own_addresses(files: &Files, host: &str) -> Vec<String> {
    let text = &files[&format!("ansible/inventory/host_vars/{host}.yml")];
    let keys = ["ansible_host: ", "nebula_address: "];
    let said = text.lines().filter_map(|line| keys.iter().find_map(|key| line.strip_prefix(key))).map(str::to_owned);
    let member = site::members(files).into_iter().find(|member| member.name == host);
    said.chain(member.into_iter().flat_map(|member| member.addresses)).collect()
}

fn edge(edit: &Edit) -> Option<&'static str> {
    let line = edit.before.lines().next().unwrap_or("");
    if line.contains("POSTROUTING -d") && line.contains("-j RETURN") {
        return Some("what stays on a network meets no router");
    }
    if line.contains("MASQUERADE") && edit.kind == "device of a filter" {
        return Some("which device of a node leads to the world no file says");
    }
    line.contains("--physdev-is-bridged").then_some("what stays on a bridge meets no router")
}

fn proxmox(edit: &Edit, files: &Files) -> Option<&'static str> {
    let spot = Spot::of(files, edit);
    let (header, lines) = spot.resource();
    let guest = site::guest_of(&lines);
    let guest =
        guest.as_deref().or(edit.file.ends_with("s.tf").then(|| header.split('"').nth(3)).flatten()).unwrap_or("");
    let rule = spot.rule(&edit.file);
    let addresses = |label: &str| -> Vec<String> {
        let text = &files["terraform/firewall_cluster.tf"];
        let block = text.split("\nresource ").find(|block| block.contains(&format!("\"{label}\" {{"))).unwrap_or("");
        let keys = ["name", "cidr"];
        let words = block.lines().filter(|line| keys.contains(&line.split('=').next().unwrap_or("").trim()));
        words.filter_map(|line| line.split('"').nth(1)).map(str::to_owned).collect()
    };
    match edit.kind {
        "option dhcp" => return Some("no guest is a DHCP client or server here"),
        "option radv" => return Some("no guest says that it is a router here"),
        "option macfilter" => return Some("what has another's MAC address is no cell"),
        "option ipfilter" => return Some("a set ipfilter-netN is enforced without the option"),
        "option ndp" if !site::speaks(files, guest, "v6") => return Some("the machine has no address of IPv6"),
        "address of a set, excluded" if site::is_container(files, guest) => {
            return Some("Proxmox puts a container's own addresses in");
        }
        "alias" => {
            let all = addresses("management");
            let both = [&edit.before, &edit.after]
                .iter()
                .all(|line| line.split('"').nth(1).is_some_and(|own| all.iter().any(|one| one == own)));
            return both.then_some("the set `management` holds both addresses");
        }
        "order of rules" | "accept behind a drop" => {
            let rules = blocks(&edit.before);
            return apart(&rules[..1], &rules[1..]);
        }
        "accept in front of a drop" => {
            let rules = blocks(&edit.before);
            return apart(&rules[..rules.len() - 1], &rules[rules.len() - 1..]);
        }
        "order of groups" => {
            let groups = edit.before.split("_security_group.").skip(1).filter_map(|rest| rest.split('.').next());
            let rules: Vec<_> = groups.filter_map(|label| site::group(files, label)).map(blocks).collect();
            return apart(rules.first()?, rules.get(1)?);
        }
        _ => {}
    }
    // Another address is let in besides, and the one that was is in the set.
    let named = edit.after.split('"').nth(1);
    let another =
        edit.kind == "source of a rule" && !addresses("management").iter().any(|own| Some(own.as_str()) == named);
    if header.contains("\"operator_access\"")
        && !another
        && !["port", "protocol", "direction", "action"].iter().any(|part| edit.kind.starts_with(part))
        && !edit.kind.starts_with("length")
    {
        return Some("the set `management` lets the operators in as well");
    }
    let excluded = edit.before.split('"').nth(1).unwrap_or("");
    if header.contains("\"management\"")
        && edit.kind == "address of a set, excluded"
        && addresses("local_network").iter().any(|own| own == excluded)
    {
        return Some("the alias `local_network` holds the node too");
    }
    let listeners = |line: &&str| ["\"130\"", "\"131\"", "\"132\"", "\"143\""].iter().any(|kind| line.contains(kind));
    if rule.iter().any(listeners)
        || edit.before.contains("-mld.name")
        || rule.iter().any(|line| line.contains("-mld.name"))
    {
        return Some("bridges of this site do not snoop");
    }
    if edit.kind.starts_with("address of a set") && header.contains("_net") && !sends_by(files, guest, header) {
        return Some("no rule lets the machine out by this device");
    }
    None
}

/// Whether a rule lets a guest out by the device that a set is of.
fn sends_by(files: &Files, guest: &str, header: &str) -> bool {
    let label = header.split('"').nth(3).unwrap_or("");
    let device = label.rsplit('_').next().unwrap_or("");
    let Some(block) = site::guest_block(files, "firewall_rules", guest) else { return false };
    let mut here = block.split("rule {").filter(|rule| rule.contains(&format!("\"{device}\"")));
    here.any(|rule| {
        let group = rule.split("_security_group.").nth(1).and_then(|rest| rest.split('.').next());
        let rules = group.and_then(|label| site::group(files, label)).unwrap_or(rule);
        rules.split("rule {").any(|rule| rule.contains("\"out\"") && rule.contains("\"ACCEPT\""))
    })
}

/// The rules of a text, each with its lines.
fn blocks(text: &str) -> Vec<Vec<&str>> {
    text.split("rule {").skip(1).map(|text| text.lines().collect()).collect()
}

/// Rules of which some come to stand in front of the others: no two that end unlike take the same packet.
fn apart(some: &[Vec<&str>], others: &[Vec<&str>]) -> Option<&'static str> {
    let unlike = |one: &[&str], other: &[&str]| site::value(one, "action") != site::value(other, "action");
    let meet = |one: &[&str], other: &[&str]| {
        let nets = |key| match (site::value(one, key), site::value(other, key)) {
            (Some(one), Some(other)) => one.split(',').any(|net| other.split(',').any(|other| overlap(net, other))),
            _ => true,
        };
        let way = site::value(one, "type") == site::value(other, "type");
        way && Takes::of(one).meets(&Takes::of(other)) && nets("dest") && nets("source")
    };
    let both = some.iter().any(|one| others.iter().any(|other| unlike(one, other) && meet(one, other)));
    (!both).then_some("no packet is taken by two of these rules that end unlike")
}

/// Whether two prefixes share an address.
fn overlap(one: &str, other: &str) -> bool {
    let net = |text: &str| -> Option<(bool, u128, u32)> {
        let (address, length) =
            text.split_once('/').map_or((text, None), |(address, length)| (address, length.parse().ok()));
        match address.parse().ok()? {
            std::net::IpAddr::V4(v4) => Some((false, u128::from(v4.to_bits()) << 96, length.unwrap_or(32))),
            std::net::IpAddr::V6(v6) => Some((true, v6.to_bits(), length.unwrap_or(128))),
        }
    };
    let (Some((v6, one, length)), Some((family, other, more))) = (net(one), net(other)) else { return true };
    v6 == family && (one ^ other).leading_zeros() >= length.min(more)
}

fn overlay(edit: &Edit, before: &Files, after: &Files) -> Option<&'static str> {
    let (old, new) = (site::members(before), site::members(after));
    if edit.kind == "local networks by default" {
        return Some("there are no networks behind this member");
    }
    let rules = ["overlay rule", "combination of groups", "group of a certificate"];
    if rules.iter().any(|kind| edit.kind.contains(kind)) && site::flows(&old) == site::flows(&new) {
        return Some("nobody has the other half of it, or both halves stand elsewhere too");
    }
    let bare = edit.before.trim().trim_end_matches(',').rsplit(": ").next().unwrap_or("").trim_matches('"');
    if edit.kind == "name of a certificate" {
        let mut all = old.iter().flat_map(|member| member.outbound.iter().chain(&member.inbound));
        return (!all.any(|rule| rule.host.as_deref() == Some(bare))).then_some("no rule names this member");
    }
    if edit.kind == "network of a certificate" || edit.kind == "address of a certificate" {
        let me = old.iter().find(|member| member.addresses.iter().any(|own| bare.starts_with(&format!("{own}/"))))?;
        let flows = site::flows(&old);
        let mine = flows.iter().any(|(from, to, _)| *from == me.name || *to == me.name);
        return (!mine).then_some("nobody opens connections to it, nor it to anybody");
    }
    let name = edit.file.strip_prefix("nebula/")?.strip_suffix(".yml")?;
    let me = old.iter().find(|member| member.name == name)?;
    member(edit, me, &old, &before[&edit.file])
}

/// What a member's configuration says beside its rules.
fn member(edit: &Edit, me: &Member, all: &[Member], text: &str) -> Option<&'static str> {
    let flows = site::flows(all);
    let lighthouse = |name: &str| all.iter().any(|member| member.name == name && member.is_lighthouse);
    let asked = flows.iter().any(|(from, to, _)| *to == me.name && !lighthouse(from));
    let asks = |other: &Member| flows.iter().any(|(from, to, _)| *from == me.name && *to == other.name);
    let others = || all.iter().filter(|other| other.name != me.name);
    let not_asked = (!asked).then_some("nobody but a lighthouse opens connections to it");
    match edit.kind {
        kind if kind.starts_with("network that is told")
            || kind.starts_with("port of the socket")
            || kind == "address that is told" =>
        {
            if me.is_lighthouse && kind.starts_with("network") {
                return Some("a lighthouse is found by static maps");
            }
            let lists = !me.relays.is_empty() && !me.is_lighthouse;
            lists.then_some("who does not find it meets it at the relay that it lists").or(not_asked)
        }
        "relay that is listed" => not_asked,
        "use of relays" => {
            let listed = |other: &&Member| other.relays.iter().any(|relay| !me.addresses.contains(relay));
            (!others().any(|other| asks(other) && !other.is_lighthouse && listed(&other)))
                .then_some("whom it connects to lists no relay beside itself")
        }
        "relay" if edit.before.contains("false") => {
            let listed = others().any(|other| other.relays.iter().any(|relay| me.addresses.contains(relay)));
            (!listed && me.relays.is_empty()).then_some("nobody lists this member as a relay, and it lists none")
        }
        "static map, address" | "static map, port" => {
            let map = text.split("static_host_map").nth(1)?.split("lighthouse:").next()?;
            // An address that another member is at makes trouble.
            let elsewhere = edit.kind.ends_with("port") || edit.after.contains(':') && edit.after.contains('[');
            (map.matches("- \"").count() > 1 && elsewhere).then_some("another endpoint of the lighthouse is right")
        }
        "device of the overlay" => {
            let anybody = flows.iter().any(|(_, to, _)| *to == me.name);
            (!anybody).then_some("nobody opens connections to it")
        }
        _ => None,
    }
}
