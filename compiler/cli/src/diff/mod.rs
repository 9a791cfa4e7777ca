//! `arvc diff`: what a change does, from one side to another: a revision of git, a tree, a site.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use arvc_audit::Given;
use arvc_diff::certificates::{Certificates, certificates};
use arvc_diff::connections::{Audited, Connections, Proof, Side as _, connections};
use arvc_diff::files::{Fate, File, files};
use arvc_diff::machines::{Machines, machines};
use arvc_diff::names::{Name, names};
use arvc_reach::layers::Layers;
use arvc_reach::policy::policies;
use arvc_site::model::Site;
use ipnet::IpNet;

use crate::messages::Format;
use crate::world::{Stream, World};
use crate::{Stop, exit, outside, reason};

mod json;
mod revision;
mod side;
#[cfg(test)]
mod tests;
mod text;

use side::{Side, Sides};

/// What the command line asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// The earlier side: a folder with a tree, a site's file, or a revision of git [default: the tree that was built]
    before: Option<String>,
    /// The later side [default: the site as it is]
    after: Option<String>,
    /// The site's file [default: `entry` of the nearest arv.toml, else ./site.arv; of a revision, what it says there]
    #[arg(long, value_name = "PATH")]
    site: Option<PathBuf>,
    /// Show the lines of each file that changes, as `diff -u` does
    #[arg(long)]
    text: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// End with status 4 if anything changes
    #[arg(long)]
    exit_code: bool,
}

/// Everything that is different.
struct Difference {
    connections: Connections,
    machines: Machines,
    certificates: Certificates,
    names: Vec<Name>,
    files: BTreeMap<String, Fate>,
    /// What a build would write into the lock.
    lock: Vec<String>,
    /// What is not as it seems.
    notes: Vec<String>,
}

impl Difference {
    fn is_empty(&self) -> bool {
        self.connections.is_empty()
            && self.machines.is_empty()
            && self.certificates.is_empty()
            && self.names.is_empty()
            && self.files.is_empty()
            && self.lock.is_empty()
    }
}

/// Compares two sides and prints what is different.
pub fn run(world: &mut dyn World, format: Format, arguments: &Arguments) -> Result<(), Stop> {
    let cwd = world.cwd().map_err(|error| outside(format!("cannot tell the current folder: {}", reason(&error))))?;
    let mut sides = Sides::new(world, format, &cwd, arguments.site.as_deref());
    let (mut before, after) = match (&arguments.before, &arguments.after) {
        (None, _) => sides.built()?,
        (Some(before), None) => (sides.named(before)?, sides.present()?),
        (Some(before), Some(after)) => (sides.named(before)?, sides.named(after)?),
    };
    before.as_from(&after);
    let difference = compare(&before, &after);
    let json = arguments.json || format == Format::Json;
    let mut out =
        if json { json::print(&before, &after, &difference) } else { text::print(&before, &after, &difference) };
    if arguments.text && !json {
        text::lines(&mut out, &before, &after, &difference);
    }
    world.print(Stream::Out, &out)?;
    match arguments.exit_code && !difference.is_empty() {
        true => Err(Stop::Silent(exit::CHANGED)),
        false => Ok(()),
    }
}

fn compare(before: &Side, after: &Side) -> Difference {
    let texts = |side: &Side| side.files.iter().map(|(path, (text, _))| (path.clone(), text.clone())).collect();
    let (old, new): (arvc_diff::Texts, arvc_diff::Texts) = (texts(before), texts(after));
    let machines = machines(&old, &new);
    let mut renamed = machines.renamed.clone();
    // Machines that Terraform does not know are renamed too; chains of renames lead to the last name.
    if let Some(checked) = &after.checked {
        let names = &checked.lock.renamed;
        for first in names.keys() {
            let (mut name, mut steps) = (first, 0);
            while let (Some(next), true) = (names.get(name), steps <= names.len()) {
                (name, steps) = (next, steps + 1);
            }
            renamed.push((first.clone(), name.clone()));
        }
        renamed.extend(checked.renamed.iter().cloned());
    }
    renamed.sort();
    renamed.dedup_by(|one, other| one.0 == other.0);
    let (connections, notes) = reached(before, after, &old, &new, &renamed);
    let notes = before.notes.iter().chain(&after.notes).cloned().chain(notes).collect();
    let everything = |side: &Side| -> BTreeMap<String, File> { side.files.clone() };
    Difference {
        connections,
        certificates: certificates(&old, &new),
        names: names(&old, &new),
        files: files(&everything(before), &everything(after)),
        machines,
        lock: after.lock.clone(),
        notes,
    }
}

/// Sites are compared by what is proved; as soon as one side is a tree, both are read back from their files.
fn reached(
    before: &Side,
    after: &Side,
    old: &arvc_diff::Texts,
    new: &arvc_diff::Texts,
    renamed: &[(String, String)],
) -> (Connections, Vec<String>) {
    let (earlier, later) = (site(before), site(after));
    if let (Some(earlier), Some(later)) = (earlier, later) {
        let (was, is) = (policies(earlier), policies(later));
        let (was, is) = (Layers::new(earlier, &was), Layers::new(later, &is));
        let there = |old: &str, new: &str| {
            let has = |site: &Site, name: &str| site.hosts.iter().any(|host| host.named.name == name);
            has(earlier, old) && !has(later, old) && has(later, new) && !has(earlier, new)
        };
        let renamed: Vec<_> = renamed.iter().filter(|(old, new)| there(old, new)).cloned().collect();
        let (mut was, mut is) = (Proof::new(&was), Proof::new(&is));
        was.align(&mut is);
        return (connections(&was, &is, &renamed), Vec::new());
    }
    let read = |texts| {
        let mut tree = arvc_audit::read_with(texts, &Given::default());
        tree.tell_apart();
        tree
    };
    let (was, is) = (read(old), read(new));
    let mut notes = Vec::new();
    for (side, tree) in [(before, &was), (after, &is)] {
        if !tree.unread.is_empty() {
            let (first, rest) = (&tree.unread[0], tree.unread.len() - 1);
            let more = if rest > 0 { format!(", and {rest} more (`arvc audit` lists them)") } else { String::new() };
            notes.push(format!("{}: not understood: {}: {}{more}", side.name, first.source, first.words));
        }
    }
    let there = |old: &str, new: &str| was.knows(old) && !is.knows(old) && is.knows(new) && !was.knows(new);
    let renamed: Vec<_> = renamed.iter().filter(|(old, new)| there(old, new)).cloned().collect();
    let (mut was, mut is) = (Audited::new(&was), Audited::new(&is));
    was.align(&mut is);
    for (site, side) in [(earlier, &mut was), (later, &mut is)] {
        if let Some(site) = site {
            let policies = policies(site);
            let mut sets = Proof::new(&Layers::new(site, &policies)).sets();
            sets.extend(zones(site, side.strangers()));
            let mut words = side.words();
            words.retain(|(_, own)| !sets.iter().any(|(_, members)| members == own));
            side.name(sets.into_iter().chain(words).collect());
        } else if earlier.or(later).is_none() {
            side.name(side.words());
        }
    }
    (connections(&was, &is, &renamed), notes)
}

/// The site of a side that was compiled.
fn site(side: &Side) -> Option<&Site> {
    side.checked.as_ref()?.site.as_ref()
}

/// What a site calls addresses that no machine of it has.
fn zones<'s>(site: &Site, strangers: impl Iterator<Item = &'s String>) -> Vec<(String, Vec<String>)> {
    let nodes = site
        .nodes
        .iter()
        .flat_map(|node| node.addresses().map(|address| (node.named.path.clone(), vec![address.value.to_string()])));
    let mut sets: Vec<(String, Vec<String>)> = nodes.collect();
    let addresses: Vec<IpAddr> = strangers.filter_map(|text| text.parse().ok()).collect();
    let within = |prefixes: &[IpNet]| -> Vec<String> {
        let inside = |address: &&IpAddr| prefixes.iter().any(|prefix| prefix.contains(*address));
        addresses.iter().filter(inside).map(ToString::to_string).collect()
    };
    let operators: Vec<IpNet> = site.operators.addresses.iter().map(|prefix| prefix.value).collect();
    sets.push(("operators".to_owned(), within(&operators)));
    for network in &site.networks {
        let prefixes: Vec<IpNet> = network.prefixes().map(|prefix| prefix.value).collect();
        let mut others = within(&prefixes);
        others.retain(|address| !sets.iter().any(|(_, members)| members.contains(address)));
        sets.push((format!("others on {}", network.named.path), others));
    }
    sets
}
