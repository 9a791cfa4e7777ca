//! `arvc reach`: whether one party can reach another, on which path, and what each layer on it does.

use std::path::PathBuf;

use arvc_reach::layers::{Cell, Classes, Layers, Verdict};
use arvc_reach::policy::policies;
use arvc_site::model::{End, Site};

use crate::messages::{Format, Texts};
use crate::world::{Stream, World};
use crate::{Stop, check, exit, outside, project, reason};

mod json;
mod table;
mod terms;
#[cfg(test)]
mod tests;
mod text;

/// What the command line asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Who connects: a machine's name, a path as groups.web or nodes.pve, an address, any, internet, operators, resolvers,
    /// lighthouses; several with commas between
    #[arg(required_unless_present_any = ["to", "matrix", "table"])]
    source: Option<String>,
    /// Whom to, with ports behind a colon: dns:53/udp, groups.infrastructure:22/tcp,icmp, services.db.sql. Without
    /// ports: what is open
    #[arg(required_unless_present_any = ["to", "matrix", "table"])]
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
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Answers; the status is good only if all that was asked for is open.
pub fn run(world: &mut dyn World, format: Format, arguments: &Arguments) -> Result<(), Stop> {
    let cwd = world.cwd().map_err(|error| outside(format!("cannot tell the current folder: {}", reason(&error))))?;
    let reported = check::check_quietly(world, format, arguments.site.as_deref())?;
    let (true, Some(site)) = (reported.checked.is_good(), &reported.checked.site) else {
        return Err(Stop::Silent(exit::SOURCE));
    };
    let prefix = project::prefix(&reported.project.root.folder, &cwd);
    let texts = Texts { sources: &reported.checked.sources, prefix: &prefix };
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
    let words = text::Words::new(site, texts);
    if arguments.table {
        let text = table::table(&words, &layers, &classes, arguments.json);
        return Ok(world.print(Stream::Out, &text)?);
    }
    if arguments.matrix {
        let parties = everybody(site, &layers);
        let cells = layers.ask(&classes, &parties, &parties);
        let text = match (arguments.json, arguments.csv) {
            (true, _) => json::cells(&words, None, &cells, None),
            (_, true) => text::csv(&words, &cells),
            _ => text::matrix(&words, &cells),
        };
        return Ok(world.print(Stream::Out, &text)?);
    }
    let wrong = |text: String| Stop::Says(exit::USAGE, text);
    let question = match (&arguments.source, &arguments.target, &arguments.to) {
        (Some(source), Some(target), _) => {
            let source = terms::source(site, source).map_err(wrong)?;
            let target = terms::target(site, target).map_err(wrong)?;
            Question { sources: layers.parties(&source.end), source: source.text, target }
        }
        (_, _, Some(target)) => {
            let target = terms::target(site, target).map_err(wrong)?;
            Question { sources: everybody(site, &layers), source: "everybody".to_owned(), target }
        }
        _ => return Err(wrong("name who connects, and whom to\nhelp: as in `arvc reach shop dns:53/udp`".to_owned())),
    };
    let targets = layers.parties(&question.target.end);
    let packets = layers.ports(question.target.ports.as_deref());
    let cells = layers.ask(&classes, &question.sources, &targets);
    let asked = question.target.ports.is_some().then_some(&packets);
    let text = match (arguments.json, arguments.to.is_some()) {
        (true, _) => json::cells(&words, Some(&layers), &cells, asked),
        (_, true) => text::reverse(&words, &question, &cells, &packets),
        _ => text::answer(&words, &layers, &question, &cells, asked),
    };
    world.print(Stream::Out, &text)?;
    match overall(&cells, &packets) {
        Verdict::Open => Ok(()),
        _ => Err(Stop::Silent(exit::SOURCE)),
    }
}

/// What was asked.
struct Question {
    /// Who connects, as it was typed.
    source: String,
    /// The parties.
    sources: Vec<arvc_reach::layers::Party>,
    /// Whom to.
    target: terms::Term,
}

/// Everybody that can be told apart: machines, nodes, operators, the Internet.
fn everybody(site: &Site, layers: &Layers) -> Vec<arvc_reach::layers::Party> {
    let mut ends = vec![End::Any];
    ends.extend((0..site.nodes.len() as u32).map(|id| End::Node(arvc_site::model::NodeId(id))));
    if !site.operators.addresses.is_empty() {
        ends.push(End::Operators);
    }
    ends.push(End::Internet);
    layers.parties(&End::Union(ends))
}

/// All, some or none; unknown if that depends on what is not known.
fn overall(cells: &[Cell], packets: &arvc_reach::ports::PortSet) -> Verdict {
    let verdicts = || cells.iter().filter(|cell| cell.connections() > 0).map(|cell| cell.verdict(packets));
    let every = |verdict: Verdict| verdicts().all(|other| other == verdict);
    match () {
        () if verdicts().next().is_none() || every(Verdict::Closed) => Verdict::Closed,
        () if every(Verdict::Open) => Verdict::Open,
        () if verdicts().any(|verdict| matches!(verdict, Verdict::Open | Verdict::Some)) => Verdict::Some,
        () => Verdict::Unknown,
    }
}
