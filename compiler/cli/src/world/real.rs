//! The real world: this process's streams and the file system.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Disk, Kind, Ran, Stream, World};

/// The process that runs.
#[derive(Debug, Default)]
pub struct Real {
    locks: Vec<File>,
}

impl Disk for Real {
    fn kind(&self, path: &Path) -> io::Result<Option<Kind>> {
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            // Below a file there is nothing either.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let kind = metadata.file_type();
        Ok(Some(if kind.is_symlink() {
            Kind::Link
        } else if kind.is_dir() {
            Kind::Folder
        } else if kind.is_file() {
            Kind::File { executable: executable(&metadata) }
        } else {
            Kind::Other
        }))
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        let mut names = fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
        names.sort();
        Ok(names)
    }

    fn create_folder(&mut self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn create(&mut self, path: &Path, bytes: &[u8], executable: bool) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        mode(&mut options, executable);
        options.open(path)?.write_all(bytes)
    }

    fn replace(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        // Written beside the file and moved over it, so that whoever reads meanwhile, or a crash, sees the old or the new.
        let old = fs::metadata(path)?;
        let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        let mut new = tempfile::Builder::new().prefix(".arvc-").tempfile_in(folder)?;
        new.write_all(bytes)?;
        keep_owner(new.as_file(), &old)?;
        new.as_file().set_permissions(old.permissions())?;
        new.as_file().sync_all()?;
        new.persist(path)?;
        Ok(())
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_file(&mut self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_folder(&mut self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn sync(&mut self, paths: &[PathBuf]) -> io::Result<()> {
        if paths.len() > FEW && sync_all(&paths[0])? {
            return Ok(());
        }
        paths.iter().try_for_each(|path| File::open(path)?.sync_all())
    }

    fn lock(&mut self, folder: &Path) -> io::Result<bool> {
        // The lock is the folder's own, so that no lock file is left in an operator's tree; the kernel gives it back
        // when the process ends, however it ends.
        let file = File::open(folder)?;
        match file.try_lock() {
            Ok(()) => self.locks.push(file),
            Err(TryLockError::WouldBlock) => return Ok(false),
            // Some network file systems know no locks; there the operator keeps two runs apart.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(true)
    }
}

impl World for Real {
    fn cwd(&self) -> io::Result<PathBuf> {
        std::env::current_dir()
    }

    fn env(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }

    fn is_terminal(&self, stream: Stream) -> bool {
        match stream {
            Stream::Out => io::stdout().is_terminal(),
            Stream::Err => io::stderr().is_terminal(),
        }
    }

    fn print(&mut self, stream: Stream, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let printed = match stream {
            Stream::Out => out.write_all(text.as_bytes()).and_then(|()| out.flush()),
            Stream::Err => io::stderr().lock().write_all(text.as_bytes()),
        };
        match printed {
            // Whoever reads has seen enough (`arvc explain | head`); the status still says how it went.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            printed => printed,
        }
    }

    fn stdin(&mut self, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        io::stdin().lock().take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn git(&self, folder: &Path, args: &[&str], input: &[u8]) -> io::Result<Ran> {
        let mut command = Command::new("git");
        // A question takes no lock, asks nobody for anything, fetches nothing, and starts no pager.
        command.args(["--no-pager", "--no-optional-locks"]).args(args).current_dir(folder);
        command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_NO_LAZY_FETCH", "1").env("LC_ALL", "C");
        let piped = || Stdio::piped();
        let mut child = command.stdin(piped()).stdout(piped()).stderr(piped()).spawn()?;
        let mut stdin = child.stdin.take();
        std::thread::scope(|scope| {
            // It answers while it is still asked, so both go on at once. One that stops reading says why itself.
            scope.spawn(move || stdin.take().map(|mut stdin| stdin.write_all(input)));
            let output = child.wait_with_output()?;
            let err = String::from_utf8_lossy(&output.stderr).into_owned();
            Ok(Ran { good: output.status.success(), out: output.stdout, err })
        })
    }
}

/// More files than these are not waited for one by one: a journal's commit for each would take longer than writing them.
const FEW: usize = 8;

/// Waits for a whole file system, where the system can.
#[cfg(target_os = "linux")]
fn sync_all(path: &Path) -> io::Result<bool> {
    Ok(rustix::fs::syncfs(File::open(path)?).map(|()| true)?)
}

#[cfg(not(target_os = "linux"))]
fn sync_all(_: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(unix)]
fn executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o100 != 0
}

/// A file that root formats stays its owner's.
#[cfg(unix)]
fn keep_owner(file: &File, old: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let new = file.metadata()?;
    if (new.uid(), new.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    fchown(file, Some(old.uid()), Some(old.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn mode(options: &mut OpenOptions, executable: bool) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(if executable { 0o755 } else { 0o644 });
}

#[cfg(not(unix))]
fn executable(_: &fs::Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn mode(_: &mut OpenOptions, _: bool) {}
