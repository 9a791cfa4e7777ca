//! The files of a project as a run reads them: from the disk, out of the locked libraries, and one perhaps from the editor.

use std::path::Path;

use crate::libraries::Libraries;
use crate::pipeline::Read;
use crate::source;
use crate::world::World;

/// The files of a project.
pub(crate) struct Reader<'a> {
    disk: &'a dyn World,
    root: &'a Path,
    libraries: &'a Libraries,
    /// The path and the bytes of the one in the editor.
    pub(super) overlay: Option<(String, Vec<u8>)>,
    /// Whether that one was read.
    pub(super) read: bool,
}

impl<'a> Reader<'a> {
    /// The files as they are on the disk.
    pub(crate) fn of(disk: &'a dyn World, root: &'a Path, libraries: &'a Libraries) -> Self {
        Self { disk, root, libraries, overlay: None, read: false }
    }

    /// The same with one that is in the editor.
    pub(super) fn with(self, overlay: Option<(String, Vec<u8>)>) -> Self {
        Self { overlay, ..self }
    }

    /// The file in the editor, if nobody asked for it.
    pub(super) fn unread(self) -> Option<String> {
        self.overlay.filter(|_| !self.read).map(|(path, _)| path)
    }
}

impl Read for Reader<'_> {
    fn text(&mut self, path: &str) -> Result<String, source::Problem> {
        match &self.overlay {
            Some((over, bytes)) if over == path => {
                self.read = true;
                source::text(bytes.clone())
            }
            _ => match self.libraries.around(path) {
                Some((files, below)) => source::text(files.get(below).ok_or(source::Problem::NotFound)?.clone()),
                None => source::read(self.disk, self.root, path),
            },
        }
    }

    fn names(&mut self, path: &str) -> Result<Vec<String>, source::Problem> {
        let folder = format!("{path}/");
        match self.libraries.around(&folder) {
            Some((files, prefix)) => {
                let below: Vec<&str> = files.keys().filter_map(|path| path.strip_prefix(prefix)).collect();
                if below.is_empty() {
                    return Err(source::Problem::NotFound);
                }
                Ok(below.into_iter().filter(|name| !name.contains('/')).map(str::to_owned).collect())
            }
            None => {
                let names = source::names(self.disk, self.root, path);
                // What is not saved yet is in its folder all the same.
                let new = self
                    .overlay
                    .as_ref()
                    .and_then(|(over, _)| over.strip_prefix(&folder).or((path.is_empty()).then_some(over)));
                match (names, new.filter(|name| !name.contains('/') && !name.starts_with('.'))) {
                    (Ok(mut names), Some(new)) if !names.iter().any(|name| name == new) => {
                        names.push(new.to_owned());
                        names.sort();
                        Ok(names)
                    }
                    (names, _) => names,
                }
            }
        }
    }

    fn libraries(&mut self) -> Vec<String> {
        self.libraries.names()
    }
}
