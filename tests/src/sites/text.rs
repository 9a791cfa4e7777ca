//! A drawn site as its source.

use std::fmt::Write;

use super::Site;

/// What the second network of guests is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    None,
    /// A second bridge, which all nodes share.
    Joined,
    /// A second bridge, which each node has for itself.
    Separate,
    /// A VLAN of the first bridge.
    Vlan,
    /// A second bridge, whose router is the router of the first one too.
    Routed,
}

/// Who the router of the first network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lan {
    Node,
    Elsewhere,
}

/// A guest.
#[derive(Clone, Debug)]
pub struct Guest {
    pub container: bool,
    pub node: usize,
    pub groups: Vec<&'static str>,
    pub lan: bool,
    pub side: bool,
    pub overlay: bool,
    pub family: Option<&'static str>,
}

/// A network behind a member of the overlay.
#[derive(Clone, Debug)]
pub struct Behind {
    /// The guest that leads there.
    pub gate: usize,
    /// Whether a machine is there that nobody makes.
    pub machine: bool,
    /// Whether a guest is there that nobody configures.
    pub guest: bool,
    /// The node of that guest.
    pub node: usize,
}

/// What was drawn.
#[derive(Clone, Debug)]
pub struct Plan {
    pub nodes: usize,
    pub version: &'static str,
    pub v6: bool,
    pub overlay_v6: bool,
    pub side: Side,
    pub lan: Lan,
    pub uplink: bool,
    pub overlay: bool,
    /// The guest that hands tunnels on. None: a relay is missing.
    pub relay: Option<usize>,
    /// A member that is somewhere outside.
    pub far: bool,
    /// Whom ports are handed on to.
    pub handed: Option<usize>,
    pub metal: bool,
    pub metal_member: bool,
    /// A machine that nobody configures.
    pub thing: bool,
    pub operators_outside: bool,
    pub essentials: bool,
    /// Who has an address by turns.
    pub turns: Vec<String>,
    pub behind: Option<Behind>,
    /// Machines whose programs hand packets on.
    pub forwards: Vec<String>,
    /// Which release of Nebula each member runs, where it is not that of the site.
    pub releases: Vec<(String, &'static str)>,
    pub guests: Vec<Guest>,
}

/// The name of a guest.
pub fn name(number: usize) -> &'static str {
    ["ash", "birch", "cedar", "elm"][number]
}

/// The site of what was drawn.
pub fn site(seed: u64, plan: &Plan, flows: Vec<String>) -> Site {
    let mut out = format!("# Drawn with the seed {seed}.\n{{\n  name = \"random\";\n  domain = \"random.internal\";\n");
    let operators = if plan.operators_outside { "203.0.113.9" } else { "10.77.0.250" };
    let _ = writeln!(out, "  nebula.version = \"{}\";\n  operators.addresses = [ {operators} ];", plan.version);
    if plan.v6 {
        out += "  uplink_resolvers = [ 9.9.9.9, 2620:fe::fe ];\n";
    }
    if !plan.essentials {
        out += "  essentials = [];\n";
    }
    nodes(plan, &mut out);
    networks(plan, &mut out);
    out += "  ranges.guests = { vmids = 110..199; addresses = 10..99; };\n";
    // A template lies on every node, so that a guest of any is cloned where it is.
    let copies = (2..=plan.nodes).map(|node| format!(" {{ node = nodes.n{node}; vmid = {}; }}", 900 + node));
    let vm = format!("vm = {{ vmid = 900; node = nodes.n1; copies = [{} ]; }};", copies.collect::<String>());
    let _ = write!(out, "  images = {{\n    {vm}\n");
    out += "    box = { kind = Container; file = \"local:vztmpl/debian.tar.zst\"; };\n  };\n";
    out += "  groups = { red = {}; green = {}; blue = {}; };\n";
    hosts(plan, &mut out);
    Site { head: out, flows, features: features(plan), releases: plan.releases.clone() }
}

fn nodes(plan: &Plan, out: &mut String) {
    for number in 1..=plan.nodes {
        let mut own = vec![format!("10.77.0.{number}")];
        if plan.v6 {
            own.push(format!("fd00:77::{number}"));
        }
        if plan.side == Side::Separate || plan.side == Side::Routed && number == 1 {
            own.push("10.78.0.1".into());
        }
        let _ = write!(out, "  nodes.n{number} = {{ address = {}; addresses = [ {} ];", own[0], own[1..].join(", "));
        if plan.uplink && number == 1 {
            *out += " uplink.address = 198.51.100.10;";
            let mut handed = Vec::new();
            if plan.far {
                handed.push(format!("{{ port = 4242/udp; to = hosts.{}; }}", name(0)));
            }
            if let Some(guest) = plan.handed.filter(|guest| plan.guests[*guest].family != Some("Ipv6")) {
                handed.push(format!("{{ port = 443/tcp; to = hosts.{}; }}", name(guest)));
            }
            let _ = write!(out, " forward = [ {} ];", handed.join(", "));
        }
        *out += " };\n";
    }
}

fn networks(plan: &Plan, out: &mut String) {
    let prefixes = if plan.v6 { " prefixes = [ fd00:77::/64 ];" } else { "" };
    let gateway = match plan.lan {
        Lan::Node => "nodes.n1",
        Lan::Elsewhere => "10.77.0.254",
    };
    let _ = writeln!(
        out,
        "  networks.lan = {{ cidr = 10.77.0.0/24;{prefixes} bridge = \"vmbr1\"; gateway = {gateway}; }};"
    );
    let each = (1..=plan.nodes).map(|node| format!("nodes.n{node}")).collect::<Vec<_>>().join(", ");
    let side = match plan.side {
        Side::None => None,
        Side::Joined => Some("bridge = \"vmbr2\";".to_owned()),
        Side::Separate => {
            Some(format!("bridge = \"vmbr2\"; joined = false; gateway = [ {each} ]; default_route = false;"))
        }
        Side::Vlan => Some("bridge = \"vmbr1\"; vlan = 20;".to_owned()),
        Side::Routed => Some("bridge = \"vmbr2\"; gateway = nodes.n1;".to_owned()),
    };
    if let Some(side) = side {
        let _ = writeln!(out, "  networks.side = {{ cidr = 10.78.0.0/24; {side} }};");
    }
    if plan.overlay {
        let prefixes = if plan.overlay_v6 { " prefixes = [ fd00:79::/64 ];" } else { "" };
        let behind = plan.behind.as_ref().map_or(String::new(), |behind| {
            format!(" behind = [ {{ network = networks.things; member = hosts.{}; }} ];", name(behind.gate))
        });
        let _ = writeln!(
            out,
            "  networks.overlay = {{ cidr = 10.79.0.0/24;{prefixes} underlay = networks.lan; port = 4242/udp;{behind} }};"
        );
    }
    if plan.behind.is_some() {
        let prefixes = if plan.overlay_v6 { " prefixes = [ fd00:76::/64 ];" } else { "" };
        let _ = writeln!(out, "  networks.things = {{ cidr = 10.76.0.0/24;{prefixes} bridge = \"vmbr3\"; }};");
    }
}

fn hosts(plan: &Plan, out: &mut String) {
    for (number, guest) in plan.guests.iter().enumerate() {
        let (kind, image) = if guest.container { ("Container", "box") } else { ("Vm", "vm") };
        let groups: Vec<String> = guest.groups.iter().map(|group| format!("groups.{group}")).collect();
        let mut on = Vec::new();
        if guest.lan {
            on.push(match guest.family {
                Some(family) => format!("lan.family = {family};"),
                None => "lan = {};".into(),
            });
        }
        if guest.side {
            on.push("side = {};".into());
        }
        if guest.overlay {
            on.push("overlay = {};".into());
        }
        if plan.behind.as_ref().is_some_and(|behind| behind.gate == number) {
            on.push("things = {};".into());
        }
        let forwards = forwards(plan, name(number));
        let lighthouse = if number == 0 && guest.overlay { " lighthouse = true;" } else { "" };
        let relay = if plan.relay == Some(number) { " relay = true;" } else { "" };
        let _ = writeln!(
            out,
            "  hosts.{} = {{ kind = {kind}; image = images.{image}; vmid = {}; node = nodes.n{}; groups = [ {} ];{lighthouse}{relay}{forwards} on = {{ {} }}; }};",
            name(number),
            110 + number,
            guest.node + 1,
            groups.join(", "),
            on.join(" ")
        );
    }
    if plan.metal {
        let overlay = if plan.metal_member { " overlay.address = 10.79.0.200;" } else { "" };
        let more = if plan.v6 { " lan.addresses = [ fd00:77::c8 ];" } else { "" };
        let _ = writeln!(
            out,
            "  hosts.metal = {{ kind = Machine; groups = [ groups.green ];{} on = {{ lan.address = 10.77.0.200;{more}{overlay} }}; }};",
            forwards(plan, "metal")
        );
    }
    if plan.far {
        *out += "  hosts.far = { kind = Machine; managed = false; groups = [ groups.red ]; on.overlay.address = 10.79.0.201; };\n";
    }
    if !plan.turns.is_empty() {
        let further = if plan.v6 { " addresses = [ fd00:77::f0 ];" } else { "" };
        let owners = plan.turns.join(", ");
        let _ = writeln!(
            out,
            "  vips.turn = {{ network = networks.lan; address = 10.77.0.240;{further} owners = [ {owners} ]; }};"
        );
    }
    if plan.thing {
        *out += "  hosts.thing = { kind = Machine; managed = false; on.lan.address = 10.77.0.202; };\n";
    }
    if let Some(behind) = &plan.behind {
        behind_hosts(behind, plan.overlay_v6, out);
    }
}

fn forwards(plan: &Plan, name: &str) -> &'static str {
    if plan.forwards.iter().any(|own| own == name) { " forwards = true;" } else { "" }
}

/// Who is on the network behind a member. Neither has anything of Ansible's.
fn behind_hosts(behind: &Behind, v6: bool, out: &mut String) {
    if behind.machine {
        let more = if v6 { " things.addresses = [ fd00:76::7 ];" } else { "" };
        let _ = writeln!(
            out,
            "  hosts.lamp = {{ kind = Machine; managed = false; on = {{ things.address = 10.76.0.7;{more} }}; }};"
        );
    }
    if behind.guest {
        let _ = writeln!(
            out,
            "  hosts.camera = {{ image = images.vm; vmid = 120; node = nodes.n{}; managed = false; on.things = {{}}; }};",
            behind.node + 1
        );
    }
}

fn features(plan: &Plan) -> Vec<&'static str> {
    let guest = |which: fn(&Guest) -> bool| plan.guests.iter().any(which);
    let all = [
        ("several nodes", plan.nodes > 1),
        ("one node", plan.nodes == 1),
        ("a second bridge", matches!(plan.side, Side::Joined | Side::Separate | Side::Routed)),
        ("a VLAN", plan.side == Side::Vlan),
        ("separate segments", plan.side == Side::Separate),
        ("a node that routes", plan.side == Side::Routed),
        ("a router that nobody describes", plan.lan == Lan::Elsewhere),
        ("masquerading", plan.uplink),
        ("a port handed on", plan.handed.is_some() || plan.far),
        ("a member outside", plan.far),
        ("VMs", guest(|guest| !guest.container)),
        ("containers", guest(|guest| guest.container)),
        ("metal", plan.metal),
        ("metal on the overlay", plan.metal_member),
        ("a machine that nobody configures", plan.thing),
        ("several devices", guest(|guest| guest.lan && guest.side)),
        ("IPv6", plan.v6),
        ("IPv6 on the overlay", plan.overlay_v6),
        ("one family alone", guest(|guest| guest.family.is_some())),
        ("an address by turns", !plan.turns.is_empty()),
        ("a network behind a member", plan.behind.is_some()),
        ("a machine that forwards", !plan.forwards.is_empty()),
        ("several releases of Nebula", !plan.releases.is_empty()),
        ("no overlay", !plan.overlay),
        ("a relay", plan.overlay && plan.relay.is_some()),
        ("no relay", plan.overlay && plan.relay.is_none()),
        ("several groups", guest(|guest| guest.groups.len() > 1)),
        ("Nebula 1.6.1", plan.overlay && plan.version == "1.6.1"),
        ("Nebula 1.9.3", plan.overlay && plan.version == "1.9.3"),
        ("Nebula 1.11.1", plan.overlay && plan.version == "1.11.1"),
    ];
    all.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect()
}
