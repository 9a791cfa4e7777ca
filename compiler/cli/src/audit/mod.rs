//! `arvc audit`: reads a folder, asks the audit, prints what it says.

mod answers;
mod question;
mod secrets;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arvc_audit::{Finding, Given, Tree};
use arvc_verdict::Verdict;
use serde_json::json;

use crate::messages::Format;
use crate::world::{Kind, Stream, World};
use crate::{Stop, audited, cells, check, exit, outside, pipeline, reason, shown};

/// What is audited, and what is asked.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// The folder of the tree, or the file of a site (*.arv): the tree that a build of it would write
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Who opens the connection: a machine, a node, an address, internet
    #[arg(requires = "to")]
    pub from: Option<String>,
    /// Whom it is opened to, and what: as dns, dns:53/udp, dns:icmp
    #[arg(value_name = "TO[:PORT/PROTOCOL]")]
    pub to: Option<String>,
    /// Ask about one path: overlay, 'bridge vmbr1', 'bridge vmbr1.20', routed
    #[arg(long, requires = "to")]
    pub path: Option<String>,
    /// Ask about this address of TO
    #[arg(long, requires = "to")]
    pub address: Option<std::net::IpAddr>,
    /// The release of Nebula, where no variable `nebula_version` says it
    #[arg(long, value_name = "VERSION")]
    pub nebula: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// A verdict a line, as JSON, between each two of all machines and nodes: what `arvc reach --cells` says of a site
    #[arg(long, conflicts_with = "from")]
    pub cells: bool,
    /// The verdicts of the questions of a file: cells, whose own verdicts are not looked at
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "cells"])]
    pub ask: Option<PathBuf>,
    /// The questions of a file whose own verdicts the audit's are not: where the one says open and the other closed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "cells", "ask"])]
    pub against: Option<PathBuf>,
    /// Look at one layer only, proxmox, nebula or guest, as if the others let everything through; path: at none of
    /// them, but at what carries the packet
    #[arg(long, value_name = "LAYER")]
    pub layer: Option<arvc_verdict::Layer>,
}

/// No file of a tree that decides anything is larger.
const LARGEST: u64 = 1 << 26;
/// Folders in folders that nobody has.
const DEEPEST: usize = 32;

/// Reads the folder and answers.
pub fn run(world: &mut dyn World, format: Format, arguments: &Arguments) -> Result<(), Stop> {
    let cwd = world.cwd().map_err(|error| outside(format!("cannot tell the current folder: {}", reason(&error))))?;
    let (files, given) = match arguments.folder.extension().is_some_and(|extension| extension == "arv") {
        true => of_site(world, format, &arguments.folder)?,
        false => (of_folder(world, &cwd, &arguments.folder)?, Given::default()),
    };
    let nebula = arguments.nebula.clone().or(given.nebula.clone());
    let mut tree = arvc_audit::read_with(&files, &Given { nebula, ..given });
    tree.count(cells::counted(arguments.layer));
    // A wrong path must not pass for a tree in which everything is closed.
    if tree.is_empty() {
        let folder = arguments.folder.display();
        return Err(outside(format!("nothing in {folder} is about a machine or a node: is it the folder of a tree?")));
    }
    if arguments.cells {
        return Ok(world.print(Stream::Out, &cells::lines(&tree.matrix().expand(&tree)))?);
    }
    let json = arguments.json || format == Format::Json;
    if let Some(file) = &arguments.ask {
        return answers::ask(world, &tree, file, json);
    }
    if let Some(file) = &arguments.against {
        return answers::against(world, &tree, file, json);
    }
    match (&arguments.from, &arguments.to) {
        (Some(from), Some(to)) => question::ask(world, &tree, from, to, arguments, json),
        _ => whole(world, &tree, secrets::secrets(&files), json),
    }
}

/// A tree: texts by their paths.
type Files = BTreeMap<String, String>;

/// The tree that a site gives, without its being written, and what is known beside it.
fn of_site(world: &mut dyn World, format: Format, path: &Path) -> Result<(Files, Given), Stop> {
    let reported = check::check_quietly(world, format, Some(path))?;
    let (true, Some(site)) = (reported.checked.is_good(), &reported.checked.site) else {
        return Err(Stop::Silent(exit::SOURCE));
    };
    let tree = match &reported.checked.policies {
        Some(policies) => pipeline::emit_with(site, policies, &reported.project.entry),
        None => pipeline::emit(site, &reported.project.entry),
    };
    Ok((tree.files.into_iter().map(|(path, file)| (path, file.text)).collect(), audited::given(site)))
}

fn of_folder(world: &dyn World, cwd: &Path, folder: &Path) -> Result<Files, Stop> {
    let root = cwd.join(folder);
    if !matches!(world.kind(&root), Ok(Some(Kind::Folder | Kind::Link))) {
        return Err(outside(format!("{} is no folder", shown(&root, cwd))));
    }
    let mut files = BTreeMap::new();
    read(world, &root, "", 0, &mut files)
        .map_err(|(path, why)| outside(format!("cannot read {}: {why}", shown(&path, cwd))))?;
    Ok(files.into_iter().map(|(path, (text, _))| (path, text)).collect())
}

/// Everything that is text below a folder, and whether it is a script; links and what is hidden are left out.
pub(crate) fn read(
    world: &dyn World,
    folder: &Path,
    prefix: &str,
    depth: usize,
    files: &mut BTreeMap<String, (String, bool)>,
) -> Result<(), (PathBuf, String)> {
    let failed = |path: &Path, error: std::io::Error| (path.to_owned(), reason(&error));
    for name in world.list(folder).map_err(|error| failed(folder, error))? {
        let path = folder.join(&name);
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        match world.kind(&path).map_err(|error| failed(&path, error))? {
            Some(Kind::Folder) if depth < DEEPEST => read(world, &path, &format!("{prefix}{name}/"), depth + 1, files)?,
            Some(Kind::File { executable }) => {
                let bytes = world.read(&path, LARGEST).map_err(|error| failed(&path, error))?;
                if let (true, Ok(text)) = (bytes.len() as u64 <= LARGEST, String::from_utf8(bytes)) {
                    files.insert(format!("{prefix}{name}"), (text, executable));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// All of it: classes, what is open and unknown, findings, what was not understood.
fn whole(world: &mut dyn World, tree: &Tree, secrets: Vec<Finding>, json: bool) -> Result<(), Stop> {
    let (matrix, mut findings) = (tree.matrix(), tree.findings());
    findings.extend(secrets);
    findings.sort();
    let mut out = String::new();
    if json {
        let classes: Vec<_> = matrix.classes.iter().map(|class| &class.members).collect();
        out += &format!("{}\n", json!({ "version": 1, "classes": classes }));
        for cell in matrix.open() {
            out += &format!("{}\n", json!(cell));
        }
        for finding in &findings {
            out += &format!("{}\n", json!({ "finding": finding }));
        }
        for unread in &tree.unread {
            out += &format!("{}\n", json!({ "unread": { "source": unread.source, "words": unread.words } }));
        }
    } else {
        out += &table::classes(&matrix);
        out += &table::open(&matrix, tree);
        out += &table::unknown(&matrix, tree);
        out += &table::findings(&findings);
        out += &table::unread(tree);
    }
    world.print(Stream::Out, &out)?;
    if findings.is_empty() && tree.unread.is_empty() { Ok(()) } else { Err(Stop::Silent(exit::SOURCE)) }
}

/// Whether something is open for certain.
fn open(verdict: &Verdict) -> bool {
    *verdict == Verdict::Open
}

#[cfg(test)]
mod tests;
