//! Draws the features of a site.

use super::text::{self, Behind, Guest, Lan, Plan, Side};
use super::{Site, numbers};
use crate::random::Choices;

const GROUPS: [&str; 3] = ["red", "green", "blue"];

/// Releases that members of one site have.
const RELEASES: [&str; 3] = ["1.6.1", "1.9.3", "1.11.1"];

/// The site of a seed.
pub fn draw(seed: u64) -> Site {
    let mut choices = Choices::new(numbers(seed, 400));
    let mut plan = plan(&mut choices);
    let mut flows = flows(&mut choices, &plan);
    // What was thought of later draws from numbers of its own, so that a seed keeps the rest of its site.
    let mut later = Choices::new(numbers(seed ^ 0x7475_726e, 40));
    plan.turns = turns(&mut later, &plan);
    if !plan.turns.is_empty() {
        flows.extend(flows_by_turns(&mut later, &plan));
    }
    let mut further = Choices::new(numbers(seed ^ 0x6265_6869_6e64, 40));
    plan.behind = behind(&mut further, &plan);
    if let Some(behind) = &plan.behind {
        flows.extend(flows_behind(&mut further, behind));
    }
    flows.extend(flow_over_both(&plan));
    plan.forwards = forwards(&mut Choices::new(numbers(seed ^ 0x666f_7277, 40)), &plan);
    plan.releases = releases(&mut Choices::new(numbers(seed ^ 0x6d_6978_6564, 40)), &plan);
    text::site(seed, &plan, flows)
}

/// Where an overlay has both families, one of the two first members may open anything to the other.
fn flow_over_both(plan: &Plan) -> Option<String> {
    let mut members = (0..plan.guests.len()).filter(|guest| plan.guests[*guest].overlay);
    let (first, second) = (members.next()?, members.next()?);
    plan.overlay_v6.then(|| format!("hosts.{} -> hosts.{}", text::name(second), text::name(first)))
}

/// A network that a member leads to, and who is there. Nebula 1.6 can have none.
fn behind(c: &mut Choices, plan: &Plan) -> Option<Behind> {
    let wanted = c.once_in(2);
    let members: Vec<usize> = (0..plan.guests.len()).filter(|guest| plan.guests[*guest].overlay).collect();
    if !wanted || members.is_empty() || plan.version == "1.6.1" {
        return None;
    }
    let gate = *c.pick(&members);
    let machine = c.below(3) > 0;
    Some(Behind { gate, machine, guest: !machine || c.once_in(2), node: c.below(plan.nodes) })
}

fn flows_behind(c: &mut Choices, behind: &Behind) -> Vec<String> {
    let gate = format!("hosts.{}", text::name(behind.gate));
    let targets: Vec<&str> = [("hosts.lamp", behind.machine), ("hosts.camera", behind.guest)]
        .into_iter()
        .filter(|at| at.1)
        .map(|at| at.0)
        .collect();
    let sources = ["groups.red", "groups.green", "any", "hosts.ash", "hosts.birch", gate.as_str()];
    let mut flows: Vec<String> = Vec::new();
    for _ in 0..2 + c.below(2) {
        let flow = format!("{} -> {}{}", c.pick(&sources), c.pick(&targets), ports(c, false));
        if !flows.contains(&flow) {
            flows.push(flow);
        }
    }
    flows
}

/// Machines whose programs hand packets on; none of them is one that leads to a network behind it.
fn forwards(c: &mut Choices, plan: &Plan) -> Vec<String> {
    let gate = plan.behind.as_ref().map(|behind| behind.gate);
    let guests = (0..plan.guests.len()).filter(|guest| c.once_in(5) && Some(*guest) != gate);
    let mut found: Vec<String> = guests.map(|guest| text::name(guest).to_owned()).collect();
    if plan.metal && c.once_in(3) {
        found.push("metal".into());
    }
    found
}

/// Which release each member runs, where they are not all of one. All read certificates of the first format, which an overlay of IPv4
/// has; a member that leads to a network behind it has no release that reads no local addresses.
fn releases(c: &mut Choices, plan: &Plan) -> Vec<(String, &'static str)> {
    let wanted = c.below(3) > 0;
    let mut members: Vec<String> = (0..plan.guests.len())
        .filter(|guest| plan.guests[*guest].overlay)
        .map(|guest| text::name(guest).to_owned())
        .collect();
    if plan.metal_member {
        members.push("metal".into());
    }
    if !wanted || plan.overlay_v6 || members.len() < 2 {
        return Vec::new();
    }
    let gate = plan.behind.as_ref().map(|behind| text::name(behind.gate));
    let fit = |member: &str| if gate == Some(member) { &RELEASES[1..] } else { &RELEASES[..] };
    let mut found: Vec<(String, &str)> = members.into_iter().map(|name| (name.clone(), *c.pick(fit(&name)))).collect();
    let first = found[0].1;
    if found.iter().all(|(_, release)| *release == first)
        && let Some(other) = found.iter_mut().find(|(name, _)| gate != Some(name.as_str()))
    {
        other.1 = RELEASES[usize::from(first == RELEASES[0])];
    }
    found
}

/// Who has an address by turns: guests of both families on the first network, and the machine beside them.
fn turns(c: &mut Choices, plan: &Plan) -> Vec<String> {
    let wanted = c.below(5) < 2;
    let there = (0..plan.guests.len()).filter(|at| plan.guests[*at].lan && plan.guests[*at].family.is_none());
    let mut owners: Vec<String> = there.map(|at| format!("hosts.{}", text::name(at))).collect();
    if owners.len() > 2 {
        owners.remove(c.below(owners.len()));
    }
    if plan.metal && c.once_in(2) {
        owners.push("hosts.metal".into());
    }
    if wanted && owners.len() > 1 { owners } else { Vec::new() }
}

fn flows_by_turns(c: &mut Choices, plan: &Plan) -> Vec<String> {
    let owner = c.pick(&plan.turns).clone();
    let sources = ["networks.lan", "operators", "any", "groups.green"];
    vec![
        format!("{} -> vips.turn{}", c.pick(&sources), ports(c, true)),
        format!("{owner} -> internet{}", ports(c, false)),
    ]
}

fn plan(c: &mut Choices) -> Plan {
    let nodes = 1 + c.below(2);
    let version = *c.pick(&["1.6.1", "1.9.3", "1.11.1", "1.11.1"]);
    let v6 = c.below(5) < 2;
    let side = match c.below(6) {
        0 | 5 => Side::None,
        1 => Side::Joined,
        2 if nodes > 1 => Side::Separate,
        3 => Side::Vlan,
        4 | 2 => Side::Routed,
        _ => Side::None,
    };
    let lan = if c.once_in(4) { Lan::Elsewhere } else { Lan::Node };
    let uplink = lan == Lan::Node && c.below(3) < 2;
    let overlay = !c.once_in(8);
    let guests = guests(c, nodes, side, overlay, v6);
    let metal = c.once_in(3);
    let members: Vec<usize> = (0..guests.len()).filter(|guest| guests[*guest].overlay).collect();
    Plan {
        nodes,
        version,
        v6,
        overlay_v6: v6 && version == "1.11.1" && c.once_in(2),
        side,
        lan,
        uplink,
        overlay,
        relay: (!members.is_empty() && c.below(4) > 0).then(|| *c.pick(&members)),
        far: uplink && overlay && c.once_in(4),
        handed: if uplink { Some(c.below(guests.len())).filter(|_| c.below(3) > 0) } else { None },
        metal,
        metal_member: metal && overlay && c.once_in(2),
        thing: c.once_in(4),
        operators_outside: uplink && c.once_in(2),
        essentials: c.once_in(2),
        turns: Vec::new(),
        behind: None,
        forwards: Vec::new(),
        releases: Vec::new(),
        guests,
    }
}

fn guests(c: &mut Choices, nodes: usize, side: Side, overlay: bool, v6: bool) -> Vec<Guest> {
    let count = 2 + c.below(3);
    (0..count)
        .map(|number| {
            // The first is the lighthouse, so it is where everybody looks for it, in every family.
            let first = number == 0;
            let on_side = side != Side::None && (first || c.below(3) > 0);
            // A guest has one way out, so on a routed network it is on that alone.
            let alone = on_side && !first && c.once_in(if side == Side::Routed { 2 } else { 5 });
            let both = side != Side::Routed;
            Guest {
                container: c.once_in(3),
                node: c.below(nodes),
                groups: GROUPS.into_iter().filter(|_| c.once_in(2)).collect(),
                lan: !alone,
                side: on_side && (alone || both),
                overlay: overlay && !alone && (first || c.below(5) > 0),
                family: if v6 && !first && c.once_in(5) { Some(*c.pick(&["Ipv4", "Ipv6"])) } else { None },
            }
        })
        .collect()
}

/// What is allowed: drawn without a look at whether it connects anybody. A flow that does not is taken out again.
fn flows(c: &mut Choices, plan: &Plan) -> Vec<String> {
    let count = 4 + c.below(6);
    let mut flows = Vec::new();
    for _ in 0..count {
        let source = end(c, plan, true);
        let target = end(c, plan, false);
        let on_bridge = c.once_in(5);
        let ports = ports(c, on_bridge);
        let via = match (on_bridge, plan.side) {
            (false, _) => "",
            (true, Side::Joined | Side::Separate | Side::Vlan) if c.once_in(3) => " via networks.side",
            (true, _) => " via networks.lan",
        };
        let flow = format!("{source} -> {target}{ports}{via}");
        if source != target && !flows.contains(&flow) {
            flows.push(flow);
        }
    }
    flows
}

fn end(c: &mut Choices, plan: &Plan, source: bool) -> String {
    let host = |c: &mut Choices| format!("hosts.{}", text::name(c.below(plan.guests.len())));
    match c.below(12) {
        0..=2 => format!("groups.{}", c.pick(&GROUPS)),
        3..=5 => host(c),
        6 => "any".into(),
        7 => "internet".into(),
        8 if source => "operators".into(),
        8 => format!("nodes.n{}", 1 + c.below(plan.nodes)),
        9 => {
            let first = c.below(3);
            format!("all [ groups.{}, groups.{} ]", GROUPS[first], GROUPS[(first + 1) % 3])
        }
        10 if source && plan.metal => "hosts.metal".into(),
        10 if source => "networks.lan".into(),
        11 if !source && plan.thing => "hosts.thing".into(),
        _ => host(c),
    }
}

fn ports(c: &mut Choices, on_bridge: bool) -> String {
    const PORTS: [&str; 8] =
        ["8000-8010/tcp", "8011-8020/tcp", "8000-8010/udp", "443/tcp", "53/udp", "8005/tcp", "65535/udp", "1-1023/tcp"];
    match c.below(8) {
        0 => String::new(),
        1 => " : icmp".into(),
        2 if on_bridge => " : proto 47".into(),
        2 | 3 => format!(" : [ {}, icmp ]", c.pick(&PORTS)),
        4 => format!(" : [ {}, {} ]", PORTS[c.below(4)], PORTS[4 + c.below(4)]),
        _ => format!(" : {}", c.pick(&PORTS)),
    }
}
