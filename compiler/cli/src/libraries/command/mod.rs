//! `arvc lib`: libraries are copied into the project, locked, listed and taken out. Nothing is fetched.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::lock::{self, Lock, Marks, Unreadable};
use crate::messages::{self, Format, Texts};
use crate::project::{self, Root};
use crate::world::{Stream, World};
use crate::{Stop, check, exit, outside, reason, shown};

mod add;
mod install;
mod list;
mod relock;
mod remove;
mod settings;

/// What is done with libraries.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Lib {
    /// Copy a library into vendor/NAME, list it in arv.toml and lock it
    ///
    /// PATH is a folder, or an archive (.tar, .tar.gz, .zip) that was downloaded before: arvc fetches nothing. Sources are
    /// copied, and with them licences and readmes; a folder around everything, as archives of releases have one, is taken off.
    /// A library that is there already is replaced, and what differs is printed.
    Add {
        /// What `import "NAME"` says
        name: String,
        /// A folder or an archive with a default.arv
        path: PathBuf,
        /// Where it came from, for the list in arv.toml: an address, or words
        #[arg(long, value_name = "TEXT")]
        source: Option<String>,
        /// Replace a library whose files were changed and not locked
        #[arg(long)]
        overwrite: bool,
    },
    /// Lock what vendor/ holds, after somebody has looked at it, and print what that changes
    Lock {
        /// Libraries [default: all; what arv.lock holds of others is dropped]
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// List the libraries of the project, and whether they are what was locked
    List,
    /// Take a library out of the project
    Remove {
        /// What `import "NAME"` says
        name: String,
        /// Remove one whose files were changed and not locked too
        #[arg(long)]
        overwrite: bool,
    },
}

/// Runs one of them.
pub fn run(world: &mut dyn World, format: Format, command: &Lib) -> Result<(), Stop> {
    let cwd = world.cwd().map_err(|error| outside(format!("cannot tell the current folder: {}", reason(&error))))?;
    let root = project::root(&*world, &cwd).or_else(|problem| Err(check::no_project(world, format, &cwd, problem)?))?;
    let mut run = Run { world, format, cwd, root };
    match command {
        Lib::List => return list::list(&mut run),
        Lib::Add { .. } | Lib::Lock { .. } | Lib::Remove { .. } => {}
    }
    let root = run.root.folder.clone();
    if !run.world.lock(&root).map_err(|error| run.cannot("lock", &root, &error))? {
        return Err(outside(format!("another arvc changes {} right now", run.shown(&root))));
    }
    match command {
        Lib::Add { name, path, source, overwrite } => add::add(&mut run, name, path, source.as_deref(), *overwrite),
        Lib::Lock { names } => relock::lock(&mut run, names),
        Lib::Remove { name, overwrite } => remove::remove(&mut run, name, *overwrite),
        Lib::List => Ok(()),
    }
}

/// One run in one project.
struct Run<'w> {
    world: &'w mut dyn World,
    format: Format,
    cwd: PathBuf,
    root: Root,
}

impl Run<'_> {
    /// A path as the user can type it.
    fn shown(&self, path: &Path) -> String {
        shown(path, &self.cwd)
    }

    fn cannot(&self, action: &str, path: &Path, error: &std::io::Error) -> Stop {
        outside(format!("cannot {action} {}: {}", self.shown(path), reason(error)))
    }

    fn say(&mut self, text: &str) -> Result<(), Stop> {
        Ok(self.world.print(Stream::Out, text)?)
    }

    /// Says it to people only.
    fn tell(&mut self, text: &str) -> Result<(), Stop> {
        if self.format == Format::Human { self.say(text) } else { Ok(()) }
    }

    /// The folder of a library.
    fn folder(&self, name: &str) -> PathBuf {
        self.root.folder.join(arvc_lang::library::folder(name))
    }

    /// The project's lock; what is wrong with it is printed.
    fn lock(&mut self) -> Result<Lock, Stop> {
        Lock::read(&*self.world, &self.root.folder, Marks::Refused).or_else(|Unreadable { text, diagnostic }| {
            let mut sources = arvc_syntax::source::Sources::new();
            sources.add(lock::FILE, text).expect("the first source is small");
            let prefix = project::prefix(&self.root.folder, &self.cwd);
            let texts = Texts { sources: &sources, prefix: &prefix };
            messages::print(self.world, self.format, texts, &mut vec![*diagnostic])?;
            Err(Stop::Silent(exit::SOURCE))
        })
    }

    /// Writes the lock if its text is another one; an empty one is no file.
    fn write_lock(&mut self, new: &Lock) -> Result<(), Stop> {
        let text = (!new.is_empty()).then(|| new.text());
        self.write(lock::FILE, text.as_deref())
    }

    /// Gives a file of the root this text, or takes it away.
    fn write(&mut self, name: &str, text: Option<&str>) -> Result<(), Stop> {
        let path = self.root.folder.join(name);
        let there = self.world.kind(&path).map_err(|error| self.cannot("read", &path, &error))?.is_some();
        let done = match (text, there) {
            (Some(text), true) => {
                let old = self.world.read(&path, crate::source::LIMIT);
                match old.is_ok_and(|old| old == text.as_bytes()) {
                    true => Ok(()),
                    false => self.world.replace(&path, text.as_bytes()),
                }
            }
            (Some(text), false) => self.world.create(&path, text.as_bytes(), false),
            (None, true) => self.world.remove_file(&path),
            (None, false) => Ok(()),
        };
        done.map_err(|error| self.cannot("write", &path, &error))
    }

    /// What is listed under a name; a wrong name is a wrong use.
    fn listed(&self, name: &str) -> Result<(), Stop> {
        if self.root.libraries.iter().any(|listed| listed.name == name) {
            return Ok(());
        }
        let names = self.root.libraries.iter().map(|listed| listed.name.as_str());
        let hint = match arvc_syntax::diagnostic::nearest(name, names) {
            Some(near) => format!("did you mean {near}?"),
            None => "`arvc lib list` lists them".into(),
        };
        Err(Stop::Says(exit::USAGE, format!("the project has no library {}\nhelp: {hint}", messages::visible(name))))
    }
}

/// `5 files`.
fn files(count: usize) -> String {
    format!("{count} file{}", if count == 1 { "" } else { "s" })
}

/// The lines of a list below a line.
fn indented(lines: &[String]) -> String {
    lines.iter().map(|line| format!("  {line}\n")).collect()
}
