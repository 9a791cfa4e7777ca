//! A world in memory, for tests, and for a project as it once was: it records what is printed, counts the steps of its disk
//! and can die at any of them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::{Disk, Kind, Stream, World};

/// What stands at a path of the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A file.
    File {
        /// Its content.
        bytes: Vec<u8>,
        /// Whether it may be run.
        executable: bool,
        /// The step that wrote it, as its time.
        written: usize,
    },
    /// A folder.
    Folder,
    /// A link to an absolute path.
    Link(PathBuf),
}

/// A world that exists only in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The disk, by absolute path. `/` is always there.
    pub disk: BTreeMap<PathBuf, Entry>,
    /// Where the user is.
    pub cwd: PathBuf,
    /// The environment.
    pub env: BTreeMap<String, OsString>,
    /// Whether both streams are terminals.
    pub terminal: bool,
    /// What was printed to standard output.
    pub stdout: String,
    /// What was printed to standard error.
    pub stderr: String,
    /// What comes from standard input.
    pub stdin: Vec<u8>,
    /// Changing steps so far.
    pub steps: usize,
    /// The step at which the machine stops: that one fails, a file that it was writing is half there, and so does
    /// each later one.
    pub dies_at: Option<usize>,
    /// Whether another run holds every lock.
    pub locked: bool,
}

impl Memory {
    /// A world whose user is in `cwd`, which exists.
    pub fn new(cwd: impl Into<PathBuf>) -> Self {
        let cwd = cwd.into();
        let mut memory = Self { cwd: cwd.clone(), ..Self::default() };
        memory.folders(&cwd);
        memory
    }

    /// Puts a file at an absolute path, or at one below the user's folder, with the folders above it.
    pub fn file(&mut self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.cwd.join(path);
        if let Some(folder) = path.parent() {
            self.folders(folder);
        }
        let entry = Entry::File { bytes: bytes.as_ref().to_vec(), executable: false, written: self.steps };
        self.disk.insert(path, entry);
    }

    /// Puts a link to an absolute path.
    pub fn link(&mut self, path: impl AsRef<Path>, target: impl Into<PathBuf>) {
        let path = self.cwd.join(path);
        if let Some(folder) = path.parent() {
            self.folders(folder);
        }
        self.disk.insert(path, Entry::Link(target.into()));
    }

    /// Makes a folder and those above it.
    pub fn folders(&mut self, path: &Path) {
        for folder in path.ancestors().filter(|folder| folder.parent().is_some()) {
            self.disk.entry(folder.to_path_buf()).or_insert(Entry::Folder);
        }
    }

    /// The text of a file, if there is one.
    pub fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        match self.disk.get(&self.cwd.join(path)) {
            Some(Entry::File { bytes, .. }) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    }

    /// Whether the machine still runs; counts the step.
    fn step(&mut self) -> io::Result<()> {
        self.steps += 1;
        match self.dies_at {
            Some(step) if self.steps >= step => Err(io::Error::other("the machine stopped")),
            _ => Ok(()),
        }
    }

    fn at(&self, path: &Path) -> io::Result<Option<&Entry>> {
        let resolved = match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => match self.resolve(folder, 0) {
                Ok(folder) => folder.join(name),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            },
            _ => return Ok(Some(&Entry::Folder)),
        };
        Ok(self.disk.get(&resolved))
    }

    fn resolve(&self, path: &Path, depth: usize) -> io::Result<PathBuf> {
        if depth > 40 {
            return Err(io::Error::other("too many links"));
        }
        let mut resolved = PathBuf::from("/");
        for component in path.components() {
            match component {
                Component::ParentDir => {
                    resolved.pop();
                }
                Component::Normal(name) => {
                    resolved.push(name);
                    match self.disk.get(&resolved) {
                        Some(Entry::Link(target)) => resolved = self.resolve(target, depth + 1)?,
                        Some(_) => {}
                        None => return Err(io::ErrorKind::NotFound.into()),
                    }
                }
                _ => {}
            }
        }
        Ok(resolved)
    }

    /// The path that a changing step speaks of: its folder must exist.
    fn place(&self, path: &Path) -> io::Result<PathBuf> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let folder = self.resolve(folder, 0)?;
        match self.disk.get(&folder) {
            _ if folder == Path::new("/") => {}
            Some(Entry::Folder) => {}
            _ => return Err(io::ErrorKind::NotADirectory.into()),
        }
        Ok(folder.join(name))
    }

    fn is_empty(&self, folder: &Path) -> bool {
        !self.disk.keys().any(|path| path.parent() == Some(folder))
    }
}

impl Disk for Memory {
    fn kind(&self, path: &Path) -> io::Result<Option<Kind>> {
        Ok(self.at(path)?.map(|entry| match entry {
            Entry::File { executable, .. } => Kind::File { executable: *executable },
            Entry::Folder => Kind::Folder,
            Entry::Link(_) => Kind::Link,
        }))
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.resolve(path, 0)
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        match self.disk.get(&self.resolve(path, 0)?) {
            Some(Entry::File { bytes, .. }) => {
                Ok(bytes.iter().copied().take((limit as usize).saturating_add(1)).collect())
            }
            _ => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        let path = self.resolve(path, 0)?;
        // What lies below a folder stands right behind it.
        let below = self.disk.range(path.clone()..).map(|(key, _)| key).take_while(|key| key.starts_with(&path));
        let below = below.filter(|key| key.parent() == Some(&path));
        Ok(below.filter_map(|key| key.file_name()).map(OsString::from).collect())
    }

    fn create_folder(&mut self, path: &Path) -> io::Result<()> {
        self.step()?;
        let path = self.place(path)?;
        if self.disk.contains_key(&path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.disk.insert(path, Entry::Folder);
        Ok(())
    }

    fn create(&mut self, path: &Path, bytes: &[u8], executable: bool) -> io::Result<()> {
        let lives = self.step();
        if self.dies_at.is_some_and(|step| self.steps > step) {
            return lives;
        }
        let path = self.place(path)?;
        if self.disk.contains_key(&path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let bytes = if lives.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
        self.disk.insert(path, Entry::File { bytes: bytes.to_vec(), executable, written: self.steps });
        lives
    }

    fn replace(&mut self, path: &Path, new: &[u8]) -> io::Result<()> {
        self.step()?;
        let path = self.place(path)?;
        match self.disk.get_mut(&path) {
            Some(Entry::File { bytes, written, .. }) => (*bytes, *written) = (new.to_vec(), self.steps),
            _ => return Err(io::ErrorKind::NotFound.into()),
        }
        Ok(())
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        let (from, to) = (self.place(from)?, self.place(to)?);
        if matches!(self.disk.get(&to), Some(Entry::Folder)) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if matches!(self.disk.get(&from), Some(Entry::Folder)) {
            if self.disk.contains_key(&to) || to.starts_with(&from) {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            let inside: Vec<PathBuf> = self.disk.keys().filter(|path| path.starts_with(&from)).cloned().collect();
            for path in inside {
                if let (Some(entry), Ok(below)) = (self.disk.remove(&path), path.strip_prefix(&from)) {
                    // Joining an empty path would put a slash behind the name.
                    let moved = if below.as_os_str().is_empty() { to.clone() } else { to.join(below) };
                    self.disk.insert(moved, entry);
                }
            }
            return Ok(());
        }
        let Some(entry @ Entry::File { .. }) = self.disk.get(&from).cloned() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        self.disk.remove(&from);
        self.disk.insert(to, entry);
        Ok(())
    }

    fn remove_file(&mut self, path: &Path) -> io::Result<()> {
        self.step()?;
        let path = self.place(path)?;
        match self.disk.get(&path) {
            Some(Entry::File { .. } | Entry::Link(_)) => self.disk.remove(&path),
            Some(Entry::Folder) => return Err(io::ErrorKind::IsADirectory.into()),
            None => return Err(io::ErrorKind::NotFound.into()),
        };
        Ok(())
    }

    fn remove_folder(&mut self, path: &Path) -> io::Result<()> {
        self.step()?;
        let path = self.place(path)?;
        match self.disk.get(&path) {
            Some(Entry::Folder) if self.is_empty(&path) => self.disk.remove(&path),
            Some(Entry::Folder) => return Err(io::ErrorKind::DirectoryNotEmpty.into()),
            _ => return Err(io::ErrorKind::NotFound.into()),
        };
        Ok(())
    }

    fn sync(&mut self, paths: &[PathBuf]) -> io::Result<()> {
        self.step()?;
        paths.iter().try_for_each(|path| self.resolve(path, 0).map(|_| ()))
    }

    fn lock(&mut self, _: &Path) -> io::Result<bool> {
        Ok(!self.locked)
    }
}

impl World for Memory {
    fn cwd(&self) -> io::Result<PathBuf> {
        Ok(self.cwd.clone())
    }

    fn env(&self, name: &str) -> Option<OsString> {
        self.env.get(name).cloned()
    }

    fn is_terminal(&self, _: Stream) -> bool {
        self.terminal
    }

    fn print(&mut self, stream: Stream, text: &str) -> io::Result<()> {
        match stream {
            Stream::Out => self.stdout.push_str(text),
            Stream::Err => self.stderr.push_str(text),
        }
        Ok(())
    }

    fn stdin(&mut self, limit: u64) -> io::Result<Vec<u8>> {
        Ok(self.stdin.iter().copied().take((limit as usize).saturating_add(1)).collect())
    }
}
