//! The command line: arguments, files, printing. It decides nothing about a site.
//!
//! [`run`] is the whole program on any [`World`]; the binary gives it the real one.

use std::ffi::OsString;
use std::io;
use std::path::Path;

pub mod args;
pub mod audit;
pub mod build;
pub mod check;
pub mod diff;
pub mod doc;
pub mod eval;
pub mod explain;
pub mod fmt;
pub mod libraries;
pub mod lock;
pub mod messages;
pub mod output;
pub mod pipeline;
pub mod project;
pub mod reach;
pub mod source;
pub mod world;

use args::Command;
use world::{Stream, World};

/// What the exit status says; part of the interface.
pub mod exit {
    /// Good; there may be warnings.
    pub const GOOD: u8 = 0;
    /// Problems in the source; nothing was written.
    pub const SOURCE: u8 = 1;
    /// Wrong use of the command line or of `arv.toml`.
    pub const USAGE: u8 = 2;
    /// The outside world failed.
    pub const OUTSIDE: u8 = 3;
    /// `diff --exit-code`: all went well, and something changes.
    pub const CHANGED: u8 = 4;
}

/// Why a run ends before its end.
#[derive(Debug)]
pub enum Stop {
    /// The status, and what is still to be said: the text behind `error: `.
    Says(u8, String),
    /// The status; everything is said.
    Silent(u8),
    /// Printing failed.
    Printing(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Printing(error)
    }
}

/// Runs arvc. The first argument is the program's name; the result is the exit status.
pub fn run(args: impl IntoIterator<Item = OsString>, world: &mut dyn World) -> u8 {
    let stop = match args::parse(args) {
        Ok(request) => perform(request, world),
        Err(usage) => help(&usage, world),
    };
    match stop {
        Ok(()) => exit::GOOD,
        Err(Stop::Silent(status)) => status,
        Err(Stop::Says(status, text)) => match world.print(Stream::Err, &format!("error: {}\n", text)) {
            Ok(()) => status,
            Err(_) => exit::OUTSIDE,
        },
        Err(Stop::Printing(_)) => exit::OUTSIDE,
    }
}

fn perform(request: args::Request, world: &mut dyn World) -> Result<(), Stop> {
    let format = request.format;
    match request.command {
        Command::Build { site, out, overwrite, locked } => {
            build::build(world, format, site.as_deref(), out.as_deref(), overwrite, locked)
        }
        Command::Check { site, stdin_path, locked } => {
            check::run(world, format, site.as_deref(), stdin_path.as_deref(), locked)
        }
        Command::Eval { site, path, expr, file, why, of_type, json } => {
            eval::eval(world, eval::Options { site, path, expr, file, why, of_type, json, format })
        }
        Command::Doc { file, name, markdown } => doc::doc(world, &doc::Options { file, name, markdown, format }),
        Command::Fmt { paths, check, stdin } => fmt::fmt(world, fmt::Options { paths: &paths, check, stdin, format }),
        Command::Lib { command } => libraries::command::run(world, format, &command),
        Command::Lock(arguments) => lock::command::run(world, format, &arguments),
        Command::Reach(arguments) => reach::run(world, format, &arguments),
        Command::Audit(arguments) => audit::run(world, format, &arguments),
        Command::Diff(arguments) => diff::run(world, format, &arguments),
        Command::Explain { code } => match explain::explain(code.as_deref(), format) {
            Ok(text) => Ok(world.print(Stream::Out, &text)?),
            Err(nearest) => {
                let hint = match nearest {
                    Some(near) => format!("did you mean {near}?"),
                    None => "`arvc explain` lists all codes".into(),
                };
                let code = code.unwrap_or_default();
                Err(Stop::Says(exit::USAGE, format!("there is no code {code:?}\nhelp: {hint}")))
            }
        },
    }
}

/// Help and version are results; everything else that clap says is a wrong use.
fn help(usage: &args::Usage, world: &mut dyn World) -> Result<(), Stop> {
    let stream = if usage.use_stderr() { Stream::Err } else { Stream::Out };
    let text = usage.render();
    let text = if messages::color(world, stream) { text.ansi().to_string() } else { text.to_string() };
    world.print(stream, &text)?;
    if usage.use_stderr() { Err(Stop::Silent(exit::USAGE)) } else { Ok(()) }
}

/// The outside world failed.
fn outside(text: String) -> Stop {
    Stop::Says(exit::OUTSIDE, text)
}

/// Why the disk refused, without the number that the system has for it.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" (os error ") {
        Some((why, _)) => why.to_lowercase(),
        None => text,
    }
}

/// A path as the user can type it.
fn shown(path: &Path, cwd: &Path) -> String {
    let path = match path.strip_prefix(cwd) {
        Ok(below) if below.as_os_str().is_empty() => Path::new("."),
        Ok(below) => below,
        Err(_) => path,
    };
    messages::visible(&path.display().to_string())
}

#[cfg(test)]
mod tests;
