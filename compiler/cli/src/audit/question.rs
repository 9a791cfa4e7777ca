//! One question on the command line, and its answer.

use std::net::IpAddr;

use arvc_audit::Tree;
use arvc_verdict::{Answer, Path, Protocol, Question, Verdict};
use serde_json::json;

use super::{Arguments, open, table};
use crate::world::{Stream, World};
use crate::{Stop, exit};

/// Answers what is asked between two.
pub(super) fn ask(
    world: &mut dyn World,
    tree: &Tree,
    from: &str,
    to: &str,
    arguments: &Arguments,
    json: bool,
) -> Result<(), Stop> {
    let from = called(tree, from);
    let (mut to, what) = target(tree, to)?;
    let address = to.parse::<IpAddr>().ok();
    if let Some(node) = address.and_then(|address| tree.node_at(address)) {
        node.clone_into(&mut to);
    }
    for name in [from, to.as_str()] {
        if !tree.knows(name) {
            let help = match arvc_syntax::diagnostic::nearest(name, tree.machines()) {
                Some(near) => format!("did you mean {near}?"),
                None => "name a machine or a node of the files, an address, or internet".to_owned(),
            };
            return Err(Stop::Says(exit::USAGE, format!("the tree has no machine {name:?}\nhelp: {help}")));
        }
    }
    // Of a machine that only the wiring knows, with several addresses, each is somebody for himself.
    let all = |name: &str| match tree.only_wired(name) {
        [] | [_] => vec![name.to_owned()],
        several => several.iter().map(IpAddr::to_string).collect(),
    };
    let (mut out, mut found, mut meet) = (String::new(), false, false);
    for from in all(from) {
        for to in all(&to) {
            if let Some((text, open)) = pair(tree, &from, &to, (address, what), arguments, json)? {
                meet = true;
                found |= open;
                out += &text;
            }
        }
    }
    if !meet {
        let text = format!("{from} and {to} are on no network together; ask with --path routed --address ADDRESS\n");
        world.print(Stream::Err, &text)?;
        return Err(Stop::Silent(exit::SOURCE));
    }
    world.print(Stream::Out, &out)?;
    if found { Ok(()) } else { Err(Stop::Silent(exit::SOURCE)) }
}

/// What is answered between two, and whether any of it is open; none if they are on no network together. `address` is the one that
/// was asked about, if it was one.
fn pair(
    tree: &Tree,
    from: &str,
    to: &str,
    (address, what): (Option<IpAddr>, What),
    arguments: &Arguments,
    json: bool,
) -> Result<Option<(String, bool)>, Stop> {
    let mut ways = tree.paths(from, to);
    // Of a machine that is meant by an address, no other one is.
    let typed = address.filter(|_| arguments.address.is_none());
    ways.retain(|(_, own)| typed.is_none_or(|typed| typed == *own));
    if let Some(path) = &arguments.path {
        let path: Path = path.parse().map_err(|error| Stop::Says(exit::USAGE, format!("{error}")))?;
        ways.retain(|(own, _)| *own == path);
        if let (true, Some(address)) = (ways.is_empty(), arguments.address.or(address)) {
            ways.push((path, address));
        }
    }
    if let Some(address) = arguments.address {
        ways.iter_mut().for_each(|(_, own)| *own = address);
        ways.dedup();
    }
    if ways.is_empty() && (from == "internet" || to == "internet") {
        ways.extend(arguments.address.or(address).map(|address| (Path::Routed, address)));
    }
    let Some((protocol, port)) = what else {
        let mut cells = tree.cells(from, to);
        cells.retain(|cell| typed.is_none_or(|typed| typed == cell.question.address));
        let found = cells.iter().any(|cell| open(&cell.verdict));
        let text = match json {
            true => cells.iter().map(|cell| format!("{}\n", json!(cell))).collect(),
            false => table::pair(&cells),
        };
        return Ok(Some((text, found)));
    };
    let answers = ways.into_iter().map(|(path, address)| {
        let question = Question { from: from.to_owned(), to: to.to_owned(), address, path, protocol, port };
        tree.decide(&question)
    });
    let answers: Vec<Answer> = answers.collect();
    let found = answers.iter().any(|answer| open(&answer.verdict));
    let told = answers.iter().map(|answer| if json { format!("{}\n", json!(answer)) } else { text(answer) });
    Ok((!answers.is_empty()).then(|| (told.collect(), found)))
}

/// A name as files have it. A site's paths are taken too.
fn called<'n>(tree: &Tree, text: &'n str) -> &'n str {
    let path = ["hosts.", "nodes."].into_iter().find_map(|kind| text.strip_prefix(kind));
    path.filter(|name| tree.knows(name)).unwrap_or(text)
}

type What = Option<(Protocol, Option<u16>)>;

/// `NAME`, `NAME:53/udp`, `NAME:53` (TCP), `NAME:icmp`, `NAME:proto 47`; an IPv6 address has colons of its own.
fn target(tree: &Tree, text: &str) -> Result<(String, What), Stop> {
    let text = called(tree, text);
    if tree.knows(text) {
        return Ok((text.to_owned(), None));
    }
    let Some((name, what)) = text.rsplit_once(':') else { return Ok((text.to_owned(), None)) };
    let wrong = || {
        let words = format!("{what:?} is neither a port, as 53/udp, nor a protocol, as icmp or proto 47");
        Stop::Says(exit::USAGE, words)
    };
    let name = called(tree, name.trim_matches(['[', ']'])).to_owned();
    // A number alone is a port.
    let (port, protocol) = match (what.strip_prefix("proto "), what.split_once('/')) {
        (Some(number), _) => (None, number.trim()),
        (None, Some((port, protocol))) => (Some(port), protocol),
        (None, None) if what.parse::<Protocol>().is_ok() && what.parse::<u16>().is_err() => (None, what),
        (None, None) => (Some(what), "tcp"),
    };
    let protocol: Protocol = protocol.parse().map_err(|_| wrong())?;
    match port {
        None if protocol.has_ports() => Err(wrong()),
        None => Ok((name, Some((protocol, None)))),
        Some("protocol") => Err(wrong()),
        Some(port) if protocol.has_ports() => Ok((name, Some((protocol, Some(port.parse().map_err(|_| wrong())?))))),
        Some(_) => Err(wrong()),
    }
}

/// An answer for people: the verdict, then each layer.
fn text(answer: &Answer) -> String {
    let question = &answer.question;
    let port = question.port.map(|port| format!(" {port}")).unwrap_or_default();
    let mut out = format!(
        "{} -> {} ({}), {}, {}{port}: {}\n",
        question.from, question.to, question.address, question.path, question.protocol, answer.verdict
    );
    for decision in &answer.decisions {
        let verdict = match &decision.verdict {
            Verdict::Open => "open",
            Verdict::Closed => "closed",
            Verdict::Unknown { .. } => "unknown",
        };
        out += &format!("  {verdict:<8}{:<9}{}: {}\n", decision.layer, decision.part, decision.words);
        if let Verdict::Unknown { missing } = &decision.verdict {
            out += &format!("                  missing: {missing}\n");
        }
        for source in &decision.sources {
            out += &format!("                  {source}\n");
        }
    }
    if let Some(words) = &answer.opened_by_state {
        out += &format!("  but     {words}\n");
    }
    out
}
