//! What a library is made of: paths and bytes, as they come from a folder or an archive, checked one by one.
//!
//! Whatever comes in, what is gathered is small enough to be sources, and each path is one of a file below the library's
//! own folder on every system.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use arvc_lang::library;

use crate::messages::visible;
use crate::source;

/// The files of a library by path, with `/` between its parts.
pub type Contents = BTreeMap<String, Vec<u8>>;

/// As many files are looked at, those that are left out among them. The largest libraries of configuration languages have
/// hundreds.
pub const ENTRIES: usize = 10_000;

/// The bytes of all files together.
pub const TOTAL: u64 = 64 << 20;

/// The longest path in bytes; archives and file systems know shorter limits for a part of it.
const PATH: usize = 512;

/// Why something cannot be a library, or a part of one. The path is as it was found.
#[derive(Debug, PartialEq, Eq)]
pub enum Unfit {
    /// A link: what it leads to is not a part of the library.
    Link(String),
    /// A device, a pipe.
    Special(String),
    /// A path that is absolute, has a `..` in it, or is no name of a file on every system.
    Path(String),
    /// Two entries with one path, or with paths that are one where case does not count.
    Twice(String),
    /// A file is larger than a source may be.
    Large(String),
    /// All files together are.
    Total,
    /// There are too many.
    Many,
    /// There is no `default.arv`.
    NoEntry,
    /// It cannot be read, in words.
    Unreadable(String),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link(path) => write!(f, "`{}` is a link, and a library has none", visible(path)),
            Self::Special(path) => write!(f, "`{}` is neither a file nor a folder", visible(path)),
            Self::Path(path) => write!(f, "`{}` is no path of a file in a library", visible(path)),
            Self::Twice(path) => {
                write!(f, "`{}` is there twice, or differs from another path in case only", visible(path))
            }
            Self::Large(path) => write!(f, "`{}` is larger than {} MiB", visible(path), source::LIMIT >> 20),
            Self::Total => write!(f, "its files are larger than {} MiB together", TOTAL >> 20),
            Self::Many => write!(f, "it has more than {ENTRIES} files and folders"),
            Self::NoEntry => write!(f, "it has no `{}`, which is what `import` gives", library::ENTRY),
            Self::Unreadable(why) => f.write_str(why),
        }
    }
}

/// Files as they are found, within the limits.
#[derive(Debug, Default)]
pub struct Gathering {
    contents: Contents,
    /// Paths of files without their case.
    folded: BTreeSet<String>,
    entries: usize,
    total: u64,
    left_out: usize,
}

/// What was gathered.
#[derive(Debug, PartialEq, Eq)]
pub struct Gathered {
    /// The files of the library.
    pub contents: Contents,
    /// How many files are not a part of it.
    pub left_out: usize,
}

impl Gathering {
    /// Counts an entry, whatever it is.
    pub fn entry(&mut self) -> Result<(), Unfit> {
        self.entries += 1;
        if self.entries > ENTRIES { Err(Unfit::Many) } else { Ok(()) }
    }

    /// Counts a file that is not a part of the library.
    pub fn leave_out(&mut self) {
        self.left_out += 1;
    }

    /// How many bytes the next file may have, and one more.
    pub fn room(&self) -> u64 {
        (TOTAL - self.total).min(source::LIMIT) + 1
    }

    /// Adds a file, of which not more than [`Gathering::room`] was read.
    pub fn file(&mut self, path: String, bytes: Vec<u8>) -> Result<(), Unfit> {
        let len = bytes.len() as u64;
        if len > source::LIMIT {
            return Err(Unfit::Large(path));
        }
        self.total += len;
        if self.total > TOTAL {
            return Err(Unfit::Total);
        }
        let folded = path.to_lowercase();
        if !self.folded.insert(folded) {
            return Err(Unfit::Twice(path));
        }
        self.contents.insert(path, bytes);
        Ok(())
    }

    /// All files, as they were found.
    pub fn all(self) -> Result<Contents, Unfit> {
        for folded in &self.folded {
            let mut above = folded.as_str();
            while let Some((folder, _)) = above.rsplit_once('/') {
                above = folder;
                if self.folded.contains(folder) {
                    return Err(Unfit::Twice(folder.to_owned()));
                }
            }
        }
        Ok(self.contents)
    }

    /// The files of the library that was found: without the folder around everything that an archive of a release has, and
    /// without what the library was built into, or keeps of other libraries.
    pub fn library(mut self) -> Result<Gathered, Unfit> {
        let mut left_out = std::mem::take(&mut self.left_out);
        let mut contents = self.all()?;
        if !contents.contains_key(library::ENTRY)
            && let Some(folder) = contents.keys().next().and_then(|path| path.split_once('/')).map(|(folder, _)| folder)
            && contents.contains_key(&format!("{folder}/{}", library::ENTRY))
        {
            let prefix = format!("{folder}/");
            if contents.keys().all(|path| path.starts_with(&prefix)) {
                let inside = |(path, bytes): (String, Vec<u8>)| (path[prefix.len()..].to_owned(), bytes);
                contents = contents.into_iter().map(inside).collect();
            }
        }
        let before = contents.len();
        contents.retain(|path, _| !FOREIGN.iter().any(|folder| path.starts_with(folder)));
        left_out += before - contents.len();
        if !contents.contains_key(library::ENTRY) {
            return Err(Unfit::NoEntry);
        }
        Ok(Gathered { contents, left_out })
    }
}

/// Folders of a library's own project that are not the library.
const FOREIGN: [&str; 2] = ["out/", "vendor/"];

/// What a path is to a library.
#[derive(Debug, PartialEq, Eq)]
pub enum Role {
    /// A source, or a text that goes with it everywhere: the licence, the readme.
    Part,
    /// Something else, hidden files among them.
    Other,
}

/// The path that an archive, or a folder, names: its parts joined by `/`.
///
/// A control character, a backslash or a colon in a name means something else to some system; no library needs one.
pub fn path(bytes: &[u8]) -> Result<String, Unfit> {
    let path = std::str::from_utf8(bytes).map_err(|_| Unfit::Path(String::from_utf8_lossy(bytes).into_owned()))?;
    let trimmed = path.strip_suffix('/').unwrap_or(path);
    let mut parts: Vec<&str> = trimmed.split('/').collect();
    // `./a`, as `tar -cf x.tar .` writes it.
    parts.retain(|part| *part != ".");
    let bad = |part: &&str| {
        let strange = |c: char| c.is_control() || matches!(c, '\\' | ':' | '"' | '<' | '>' | '|' | '?' | '*');
        part.is_empty() || *part == ".." || part.contains(strange) || part.ends_with(['.', ' '])
    };
    if path.len() > PATH || parts.iter().any(bad) {
        return Err(Unfit::Path(path.to_owned()));
    }
    Ok(parts.join("/"))
}

/// Whether a part of a path begins with a dot: no library has such files, and none is read.
pub fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.'))
}

/// What is copied into a project.
pub fn role(path: &str) -> Role {
    const TEXTS: [&str; 5] = ["license", "licence", "copying", "notice", "readme"];
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    let text = || TEXTS.iter().any(|text| name.to_ascii_lowercase().starts_with(text));
    if !is_hidden(path) && (name.ends_with(".arv") || text()) { Role::Part } else { Role::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(paths: &[&str]) -> Result<Gathered, Unfit> {
        let mut gathering = Gathering::default();
        for path in paths {
            gathering.file((*path).to_owned(), b"{ }".to_vec())?;
        }
        gathering.library()
    }

    #[test]
    fn a_path_that_leaves_the_library_or_is_none_everywhere_is_refused() {
        assert_eq!(path(b"a/b.arv"), Ok("a/b.arv".into()));
        assert_eq!(path(b"./a/b.arv"), Ok("a/b.arv".into()));
        assert_eq!(path(b"a/"), Ok("a".into()));
        assert_eq!(path(b"./"), Ok(String::new()));
        for bad in ["/a", "../a", "a/../b", "a//b", "", "a\\b", "a\nb", "C:a", "a./b", "a ", "a/..", "\u{7f}"] {
            assert!(matches!(path(bad.as_bytes()), Err(Unfit::Path(_))), "{bad:?}");
        }
        assert!(path(b"\xff.arv").is_err() && path("a".repeat(PATH + 1).as_bytes()).is_err());
    }

    #[test]
    fn sources_and_the_texts_that_go_with_them_are_parts() {
        for part in ["default.arv", "a/b.arv", "LICENSE", "LICENSE-MIT", "doc/README.md", "Licence.txt", "NOTICE"] {
            assert_eq!(role(part), Role::Part, "{part}");
        }
        for other in ["a.sh", ".arv", ".git/default.arv", "a/.hidden/b.arv", "roles/x/tasks/main.yml", "default.arv~"] {
            assert_eq!(role(other), Role::Other, "{other}");
        }
    }

    #[test]
    fn the_folder_around_a_release_is_taken_off_and_foreign_folders_are_left_out() {
        let found = gathered(&["acme-1.0/default.arv", "acme-1.0/lib/a.arv", "acme-1.0/vendor/b/default.arv"]).unwrap();
        assert_eq!(found.contents.keys().collect::<Vec<_>>(), ["default.arv", "lib/a.arv"]);
        assert_eq!(found.left_out, 1);
        assert_eq!(gathered(&["a/default.arv", "b/c.arv"]), Err(Unfit::NoEntry));
        assert_eq!(gathered(&[]), Err(Unfit::NoEntry));
    }

    #[test]
    fn paths_that_are_one_where_case_does_not_count_are_refused() {
        assert_eq!(gathered(&["default.arv", "A.arv", "a.arv"]), Err(Unfit::Twice("a.arv".into())));
        assert_eq!(gathered(&["default.arv", "X.arv", "x.arv/a.arv"]), Err(Unfit::Twice("x.arv".into())));
        assert_eq!(gathered(&["default.arv", "default.arv"]), Err(Unfit::Twice("default.arv".into())));
    }

    #[test]
    fn what_is_gathered_has_a_limit() {
        let mut gathering = Gathering::default();
        let large = vec![b' '; source::LIMIT as usize];
        for n in 0..4 {
            gathering.file(format!("{n}.arv"), large.clone()).unwrap();
        }
        assert_eq!(gathering.room(), 1);
        assert_eq!(gathering.file("one.arv".into(), vec![b' ']), Err(Unfit::Total));
        let mut gathering = Gathering::default();
        assert_eq!(gathering.file("a".into(), vec![b' '; large.len() + 1]), Err(Unfit::Large("a".into())));
        assert!((0..ENTRIES).all(|_| gathering.entry().is_ok()));
        assert_eq!(gathering.entry(), Err(Unfit::Many));
    }
}
