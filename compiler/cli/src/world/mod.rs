//! The outside world, as little of it as arvc needs: streams, and a disk made of single steps.
//!
//! Everything that reads, writes or asks the environment goes through here, so that tests replace it and can stop it
//! after any step. Nothing here knows what is read or written.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

pub mod memory;
pub mod real;

/// What stands at a path, without following a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File {
        /// Whether its owner may run it.
        executable: bool,
    },
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device, a socket, a pipe.
    Other,
}

/// A disk. Each changing method is one step: it has happened, or it has not, or for [`Disk::create`] a part of it has.
pub trait Disk {
    /// What stands at `path`; `None` if nothing does.
    fn kind(&self, path: &Path) -> io::Result<Option<Kind>>;
    /// The path with every link resolved.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;
    /// The bytes of a file, and not more than one beyond `limit` of them.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>>;
    /// The names in a folder, sorted.
    fn list(&self, path: &Path) -> io::Result<Vec<OsString>>;
    /// Makes one folder.
    fn create_folder(&mut self, path: &Path) -> io::Result<()>;
    /// Makes a file that did not exist.
    fn create(&mut self, path: &Path, bytes: &[u8], executable: bool) -> io::Result<()>;
    /// Gives a file that exists other bytes; its mode and owner stay.
    fn replace(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Moves a file, over another one if need be; or a folder with all that is in it, to where nothing stands.
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove_file(&mut self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_folder(&mut self, path: &Path) -> io::Result<()>;
    /// Waits until the contents of files and the names in folders, all on one file system, would survive a loss of power.
    fn sync(&mut self, paths: &[PathBuf]) -> io::Result<()>;
    /// Keeps other runs from writing below a folder for the rest of this run; `false` if one does already.
    fn lock(&mut self, folder: &Path) -> io::Result<bool>;
}

/// An output stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Results.
    Out,
    /// Messages for people.
    Err,
}

/// The disk, the streams and the environment of one run.
pub trait World: Disk {
    /// The folder that the user is in, absolute.
    fn cwd(&self) -> io::Result<PathBuf>;
    /// An environment variable that changes how messages look (`NO_COLOR`, `TERM`); the compiler itself reads none.
    fn env(&self, name: &str) -> Option<OsString>;
    /// Whether somebody looks at the stream.
    fn is_terminal(&self, stream: Stream) -> bool;
    /// Writes text.
    fn print(&mut self, stream: Stream, text: &str) -> io::Result<()>;
    /// All of standard input, and not more than one byte beyond `limit`.
    fn stdin(&mut self, limit: u64) -> io::Result<Vec<u8>>;
    /// Runs the machine's `git` in a folder, with what it reads from its standard input. Only questions are asked of it.
    fn git(&self, folder: &Path, args: &[&str], input: &[u8]) -> io::Result<Ran> {
        let _ = (folder, args, input);
        Err(io::ErrorKind::NotFound.into())
    }
}

/// A program that ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Whether it says that all is well.
    pub good: bool,
    /// What it wrote to its standard output.
    pub out: Vec<u8>,
    /// What it wrote to its standard error.
    pub err: String,
}
