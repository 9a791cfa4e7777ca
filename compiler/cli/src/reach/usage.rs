//! What of a policy is used, for people and for programs.

use std::fmt::Write;

use arvc_reach::describe;
use arvc_reach::usage::{Part, Usage, Used};
use arvc_site::model::{Flow, NetworkId, Site};
use serde_json::{Value, json};

use crate::messages::{Texts, visible};

/// How many needs, parts and names are listed before the rest is counted.
const FEW: usize = 6;

/// What is not used, with the lines that say it.
pub(super) fn unused(site: &Site, texts: Texts<'_>, usage: &Usage<'_>, as_json: bool) -> String {
    if as_json {
        let flows: Vec<Value> = usage.flows.iter().map(|used| value(site, texts, used)).collect();
        let groups: Vec<&str> =
            usage.groups.iter().map(|group| site.groups[group.index()].named.path.as_str()).collect();
        return format!("{:#}\n", json!({ "version": 1, "flows": flows, "groups": groups }));
    }
    if usage.is_empty() {
        return "everything that is allowed is needed\n".to_owned();
    }
    let mut out = String::new();
    for used in &usage.flows {
        let _ = writeln!(out, "{}", told(site, texts, used.flow));
        if used.deaf {
            let _ = writeln!(out, "  nothing listens: no machine of its target has an endpoint at these ports");
        }
        if !used.covered.is_empty() {
            let _ = writeln!(out, "  needless, since these open all of it:");
            list(&mut out, used.covered.iter().map(|flow| told(site, texts, flow)));
        }
        if used.needed.is_empty() {
            let _ = writeln!(out, "  nothing needs it");
            continue;
        }
        if !used.besides.is_empty() {
            let _ = writeln!(out, "  needed for");
            list(&mut out, used.needed.iter().map(|flow| told(site, texts, flow)));
            let _ = writeln!(out, "  and opens besides");
            list(&mut out, used.besides.iter().map(|part| self::part(site, part)));
        }
    }
    for group in &usage.groups {
        let _ = writeln!(out, "{}: no flow names it", visible(&site.groups[group.index()].named.path));
    }
    out
}

/// The tightest policy, as it is written.
pub(super) fn tightest(flows: &[String], as_json: bool) -> String {
    if as_json {
        return format!("{:#}\n", json!({ "version": 1, "allow": flows }));
    }
    if flows.is_empty() {
        return "allow = [];\n".to_owned();
    }
    let lines: String = flows.iter().map(|flow| format!("  {flow},\n")).collect();
    format!("allow = [\n{lines}];\n")
}

fn list(out: &mut String, lines: impl ExactSizeIterator<Item = String>) {
    let more = lines.len().saturating_sub(FEW);
    for line in lines.take(FEW) {
        let _ = writeln!(out, "    {line}");
    }
    if more > 0 {
        let _ = writeln!(out, "    and {more} more");
    }
}

fn place(texts: Texts<'_>, flow: &Flow) -> Option<String> {
    let (source, range) = texts.place(flow.span);
    let at = texts.position(source, range.start);
    let name = texts.name(source);
    (!name.starts_with('<')).then(|| format!("{name}:{}:{}", at.line, at.column))
}

/// A flow with its place.
fn told(site: &Site, texts: Texts<'_>, flow: &Flow) -> String {
    let words = visible(&describe(site, flow));
    place(texts, flow).map_or(words.clone(), |place| format!("{place}: {words}"))
}

fn network(site: &Site, network: NetworkId) -> &str {
    &site.networks[network.index()].named.path
}

fn part(site: &Site, part: &Part) -> String {
    let names = |names: &[String]| {
        let shown: Vec<String> = names.iter().take(FEW).map(|name| visible(name)).collect();
        match names.len().saturating_sub(FEW) {
            0 => shown.join(", "),
            rest => format!("{} and {rest} more", shown.join(", ")),
        }
    };
    format!("{} -> {} : {} over {}", names(&part.from), names(&part.to), part.packets, network(site, part.over))
}

fn value(site: &Site, texts: Texts<'_>, used: &Used<'_>) -> Value {
    let flow = |flow: &Flow| json!({ "flow": describe(site, flow), "at": place(texts, flow) });
    let flows = |flows: &[&Flow]| flows.iter().map(|it| flow(it)).collect::<Vec<_>>();
    let besides = used.besides.iter().map(|part| {
        json!({
            "from": part.from,
            "to": part.to,
            "over": network(site, part.over),
            "packets": part.packets.to_string(),
        })
    });
    json!({
        "flow": describe(site, used.flow),
        "at": place(texts, used.flow),
        "covered": flows(&used.covered),
        "nothing_listens": used.deaf,
        "needed": flows(&used.needed),
        "besides": besides.collect::<Vec<_>>(),
    })
}
