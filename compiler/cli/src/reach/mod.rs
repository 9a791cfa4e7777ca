//! `arvc reach`: whether one party can reach another, on which path, and what each layer on it does.

use std::collections::BTreeSet;
use std::path::PathBuf;

use arvc_reach::layers::{Answers, Cell, Classes, Extent, Layers, Party};
use arvc_reach::policy::policies;
use arvc_site::model::{End, Flow, FlowOrigin, Site, Written};
use arvc_syntax::source::Span;

use crate::messages::{Format, Texts};
use crate::world::{Stream, World};
use crate::{Stop, cells, check, exit, outside, project, reason};

mod json;
mod matrix;
mod table;
mod terms;
#[cfg(test)]
mod tests;
mod text;
mod unasked;
mod usage;

/// What the command line asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Who connects: a machine's name, a path as groups.web or nodes.pve, an address, any, internet, operators, resolvers,
    /// lighthouses; several with commas between
    #[arg(required_unless_present_any = ["to", "matrix", "table", "unasked", "unused", "tightest", "cells", "ask"])]
    source: Option<String>,
    /// Whom to, with ports behind a colon: dns:53/udp, groups.infrastructure:22/tcp,icmp, services.db.sql. Without
    /// ports: what is open
    #[arg(required_unless_present_any = ["to", "matrix", "table", "unasked", "unused", "tightest", "cells", "ask"])]
    target: Option<String>,
    /// The site's file [default: `entry` of the nearest arv.toml, else ./site.arv]
    #[arg(long, value_name = "PATH")]
    site: Option<PathBuf>,
    /// Who can reach TARGET? Machines, nodes, the operators and the Internet are asked
    #[arg(long, value_name = "TARGET", conflicts_with_all = ["source", "target"])]
    to: Option<String>,
    /// What is open between all classes of machines, nodes, operators and the Internet
    #[arg(long, conflicts_with_all = ["source", "target", "to", "table"])]
    matrix: bool,
    /// With --matrix: one line a pair of machines, as comma-separated values
    #[arg(long, requires = "matrix")]
    csv: bool,
    /// Which group can reach which, on every path, and the exceptions
    #[arg(long, conflicts_with_all = ["source", "target", "to"])]
    table: bool,
    /// What is open that nobody wrote, and what each machine needs of it, proved for each phase of its life
    #[arg(long, conflicts_with_all = ["source", "target", "to", "matrix", "table"])]
    unasked: bool,
    /// What each `allow` opens and nothing needs, what others open anyway, what nothing listens to, and groups that no flow names
    #[arg(long, conflicts_with_all = ["source", "target", "to", "matrix", "table", "unasked"])]
    unused: bool,
    /// The tightest `allow` that satisfies every need, as it is written in a site
    #[arg(long, conflicts_with_all = ["source", "target", "to", "matrix", "table", "unasked", "unused"])]
    tightest: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// A verdict a line, as JSON, between each two of machines, nodes and the Internet, for each packet that a layer tells from its
    /// neighbour: what `arvc audit --cells` says of the files
    #[arg(long, conflicts_with_all = ["source", "target", "to", "table", "matrix", "unasked", "unused", "tightest"])]
    cells: bool,
    /// The verdicts of the questions of a file: cells, whose own verdicts are not looked at
    #[arg(long, value_name = "FILE", conflicts_with_all = ["source", "target", "to", "table", "matrix", "cells", "unasked", "unused", "tightest"])]
    ask: Option<PathBuf>,
    /// With --cells and --ask: look at one layer only, proxmox, nebula or guest, as if the others let everything through; path: at none of
    /// them, but at what carries the packet
    #[arg(long, value_name = "LAYER")]
    layer: Option<arvc_verdict::Layer>,
}

/// Answers; the status is good only if all that was asked for is open.
pub fn run(world: &mut dyn World, format: Format, arguments: &Arguments) -> Result<(), Stop> {
    let cwd = world.cwd().map_err(|error| outside(format!("cannot tell the current folder: {}", reason(&error))))?;
    let reported = check::judge_quietly(world, format, arguments.site.as_deref())?;
    let Some(site) = reported.checked.site.as_ref().filter(|_| reported.checked.is_judged()) else {
        return Err(Stop::Silent(exit::SOURCE));
    };
    let prefix = project::prefix(&reported.project.root.folder, &cwd);
    let texts = Texts { sources: &reported.checked.sources, prefix: &prefix };
    if arguments.unused {
        let usage = arvc_reach::usage::usage(site);
        let text = usage::unused(site, texts, &usage, arguments.json);
        world.print(Stream::Out, &text)?;
        return if usage.is_empty() { Ok(()) } else { Err(Stop::Silent(exit::SOURCE)) };
    }
    if arguments.tightest {
        let text = usage::tightest(&arvc_reach::usage::tightest(site), arguments.json);
        return Ok(world.print(Stream::Out, &text)?);
    }
    let derived;
    let policies = match &reported.checked.policies {
        Some(policies) => policies,
        None => {
            derived = policies(site);
            &derived
        }
    };
    let layers = Layers::new(site, policies);
    let classes = Classes::new(&layers);
    let words = text::Words::new(site, &layers, texts);
    if arguments.unasked {
        let text = unasked::listing(&words, &layers, arguments.json);
        return Ok(world.print(Stream::Out, &text)?);
    }
    if arguments.table {
        let text = table::table(&words, &layers, &classes, arguments.json);
        return Ok(world.print(Stream::Out, &text)?);
    }
    if arguments.cells || arguments.ask.is_some() {
        let answers = Answers::new(&layers);
        let counted = cells::counted(arguments.layer);
        let cells = match &arguments.ask {
            None => answers.cells(&answers.everybody(), counted),
            Some(file) => cells::read(world, &cwd.join(file), file)?
                .into_iter()
                .map(|question| cells::cell(answers.verdict(&question, counted), question))
                .collect(),
        };
        return Ok(world.print(Stream::Out, &cells::lines(&cells))?);
    }
    if arguments.matrix {
        let parties = everybody(site, &layers);
        let matrix = layers.matrix(&classes, &parties);
        let text = match (arguments.json, arguments.csv) {
            (true, _) => matrix::json(&words, &matrix),
            (_, true) => matrix::csv(&words, &matrix),
            _ => matrix::text(&words, &matrix),
        };
        return Ok(world.print(Stream::Out, &text)?);
    }
    let wrong = |text: String| Stop::Says(exit::USAGE, text);
    let question = match (&arguments.source, &arguments.target, &arguments.to) {
        (Some(source), Some(target), _) => {
            let source = terms::source(site, source).map_err(wrong)?;
            let target = terms::target(site, target).map_err(wrong)?;
            Question { sources: layers.parties(&source.end), from: source.end, source: source.text, target }
        }
        (_, _, Some(target)) => {
            let target = terms::target(site, target).map_err(wrong)?;
            let mut sources = everybody(site, &layers);
            sources.extend(named_addresses(site, &layers));
            Question { sources, from: all(site), source: "everybody".to_owned(), target }
        }
        _ => return Err(wrong("name who connects, and whom to\nhelp: as in `arvc reach shop dns:53/udp`".to_owned())),
    };
    let targets = layers.parties(&question.target.end);
    let packets = layers.ports(question.target.ports.as_deref());
    if let Some((node, address, forward)) = layers.handed_on_instead(&question.sources, &question.target.end, &packets)
    {
        let (node, host) = (&site.nodes[node.index()].named.path, &site.hosts[forward.to.index()].named.path);
        return Err(wrong(format!(
            "at {address} {node} hands {} on to {host}, so what comes there does not get to the node\n\
             help: ask for {host}, or for {node}",
            arvc_reach::ports::PortSet::from(forward.ports)
        )));
    }
    let mut cells = match question.is_about_addresses() {
        true => layers.ask_flow(&question.flow()),
        false => layers.ask(&classes, &question.sources, &targets),
    };
    if let [cell] = cells.as_mut_slice()
        && let ([zone], [Party::Host(host)]) = (cell.sources.as_slice(), cell.targets.as_slice())
    {
        // Who is no machine may try another way, on which nothing comes back.
        cell.paths.extend(layers.unanswered(zone, *host));
    }
    if !question.target.at.is_empty() {
        cells.iter_mut().for_each(|cell| cell.keep_at(&question.target.at));
    }
    let asked = question.target.ports.is_some().then_some(&packets);
    let text = match (arguments.json, arguments.to.is_some()) {
        (true, _) => json::cells(&words, &layers, &cells, asked),
        (_, true) => text::reverse(&words, &question, &cells, &packets),
        _ => text::answer(&words, &layers, &question, &cells, asked),
    };
    world.print(Stream::Out, &text)?;
    match overall(&cells, &packets) {
        Extent::Open => Ok(()),
        _ => Err(Stop::Silent(exit::SOURCE)),
    }
}

/// What was asked.
struct Question {
    /// Who connects, as it was typed.
    source: String,
    /// The same as an end of a flow.
    from: End,
    /// The parties.
    sources: Vec<Party>,
    /// Whom to.
    target: terms::Term,
}

impl Question {
    /// Whether an end of it is an address or a prefix: of a machine that has it, no other address is meant.
    fn is_about_addresses(&self) -> bool {
        let of = |end: &End| matches!(end, End::Prefix(_) | End::Network(_));
        let any = |end: &End| match end {
            End::Union(ends) => ends.iter().any(of),
            end => of(end),
        };
        any(&self.from) || any(&self.target.end)
    }

    /// The question as a flow.
    fn flow(&self) -> Flow {
        Flow {
            source: self.from.clone(),
            target: self.target.end.clone(),
            ports: self.target.ports.clone(),
            via: None,
            written: Written::default(),
            except: Vec::new(),
            origin: FlowOrigin::Author,
            span: Span::new(0, 0),
        }
    }
}

/// Everybody that can be told apart: machines, nodes, operators, the Internet.
fn everybody(site: &Site, layers: &Layers) -> Vec<Party> {
    layers.parties(&all(site))
}

/// The addresses that an `allow` names and no machine has: what is open to them says nothing of the Internet, and that nothing of them.
fn named_addresses(site: &Site, layers: &Layers) -> Vec<Party> {
    let parts = |end: &End| match end {
        End::Union(ends) => ends.clone(),
        end => vec![end.clone()],
    };
    let ends = site.allow.iter().filter(|flow| flow.origin == FlowOrigin::Author).flat_map(|flow| parts(&flow.source));
    let prefixes = ends.filter(|end| matches!(end, End::Prefix(_))).flat_map(|end| layers.parties(&end));
    let prefixes = prefixes.filter(|party| matches!(party, Party::Prefix(_)));
    prefixes.collect::<BTreeSet<Party>>().into_iter().collect()
}

fn all(site: &Site) -> End {
    let mut ends = vec![End::Any];
    ends.extend(site.node_ids().map(End::Node));
    if !site.operators.addresses.is_empty() {
        ends.push(End::Operators);
    }
    ends.push(End::Internet);
    End::Union(ends)
}

/// All, some or none; unknown if that depends on what is not known.
fn overall(cells: &[Cell], packets: &arvc_reach::ports::PortSet) -> Extent {
    let verdicts = || cells.iter().filter(|cell| cell.connections() > 0).map(|cell| cell.verdict(packets));
    let every = |verdict: Extent| verdicts().all(|other| other == verdict);
    match () {
        () if verdicts().next().is_none() || every(Extent::Closed) => Extent::Closed,
        () if every(Extent::Open) => Extent::Open,
        () if verdicts().any(|verdict| matches!(verdict, Extent::Open | Extent::Some)) => Extent::Some,
        () => Extent::Unknown,
    }
}
