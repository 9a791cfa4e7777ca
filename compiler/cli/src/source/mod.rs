//! Sources read from the disk: only files of the project, only text, only so much of it.

use std::io;
use std::path::{Component, Path, PathBuf};

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::world::{Disk, Kind};

mod not_text;
mod too_large;

/// The codes of this module.
pub static CODES: &[&Code] = &[&not_text::CODE, &too_large::CODE];

/// The largest source. A site of ten thousand hosts is a tenth of it.
pub const LIMIT: u64 = 16 << 20;

/// Why there is no text.
#[derive(Debug)]
pub enum Problem {
    /// Nothing is there.
    NotFound,
    /// It is not below the root, or a link leads out of it.
    Outside,
    /// It is not UTF-8, or holds a zero byte; what comes before that is text.
    NotText(String),
    /// It is larger than [`LIMIT`].
    TooLarge,
    /// The disk failed.
    Disk(io::Error),
}

/// Reads a source of the project, `path` being relative to its root.
pub fn read(disk: &dyn Disk, root: &Path, path: &str) -> Result<String, Problem> {
    read_up_to(disk, root, path, LIMIT)
}

/// Reads a text of the project that may be larger than a source.
pub fn read_up_to(disk: &dyn Disk, root: &Path, path: &str, limit: u64) -> Result<String, Problem> {
    let file = place(disk, root, path)?;
    match disk.kind(&file).map_err(Problem::Disk)? {
        Some(Kind::File { .. }) => {}
        Some(Kind::Folder) => return Err(Problem::Disk(io::ErrorKind::IsADirectory.into())),
        // A pipe or a device could keep the run waiting for ever.
        Some(_) => return Err(Problem::Disk(io::Error::other("not a regular file"))),
        None => return Err(Problem::NotFound),
    }
    limited(disk.read(&file, limit).map_err(Problem::Disk)?, limit)
}

/// The names of the files in a folder of the project, in the order of their bytes. Hidden files, folders, and what is no
/// text in its name are left out; a link counts as what it leads to.
pub fn names(disk: &dyn Disk, root: &Path, path: &str) -> Result<Vec<String>, Problem> {
    let folder = place(disk, root, path)?;
    match disk.kind(&folder).map_err(Problem::Disk)? {
        Some(Kind::Folder) => {}
        Some(_) => return Err(Problem::Disk(io::ErrorKind::NotADirectory.into())),
        None => return Err(Problem::NotFound),
    }
    let mut names = Vec::new();
    for name in disk.list(&folder).map_err(Problem::Disk)? {
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let kind = match disk.kind(&folder.join(name)).map_err(Problem::Disk)? {
            // One that leads nowhere is said to be missing when it is read.
            Some(Kind::Link) => match disk.canonical(&folder.join(name)) {
                Ok(real) => disk.kind(&real).map_err(Problem::Disk)?,
                Err(_) => Some(Kind::Link),
            },
            kind => kind,
        };
        if !matches!(kind, Some(Kind::Folder) | None) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The text of bytes that were read up to the limit.
pub fn text(bytes: Vec<u8>) -> Result<String, Problem> {
    limited(bytes, LIMIT)
}

fn limited(bytes: Vec<u8>, limit: u64) -> Result<String, Problem> {
    if bytes.len() as u64 > limit {
        return Err(Problem::TooLarge);
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let mut bytes = error.into_bytes();
        bytes.truncate(good);
        Problem::NotText(String::from_utf8_lossy(&bytes).into_owned())
    });
    match text {
        Ok(mut text) => match text.find('\0') {
            Some(at) => {
                text.truncate(at);
                Err(Problem::NotText(text))
            }
            None => Ok(text),
        },
        // The first bad byte of the two decides.
        Err(Problem::NotText(mut before)) => {
            before.truncate(before.find('\0').unwrap_or(before.len()));
            Err(Problem::NotText(before))
        }
        Err(problem) => Err(problem),
    }
}

/// The diagnostic of an entry that is there and no text, at the end of the text that it points into.
pub fn unreadable(problem: &Problem) -> Option<(String, Diagnostic)> {
    match problem {
        Problem::NotText(before) => Some((before.clone(), not_text::diagnostic(before.len() as u32))),
        Problem::TooLarge => Some((String::new(), too_large::diagnostic(0))),
        _ => None,
    }
}

/// The real place of a source, if it is inside.
fn place(disk: &dyn Disk, root: &Path, path: &str) -> Result<PathBuf, Problem> {
    let relative = Path::new(path);
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(Problem::Outside);
    }
    let file = disk.canonical(&root.join(relative)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Problem::NotFound,
        _ => Problem::Disk(error),
    })?;
    if file.starts_with(root) { Ok(file) } else { Err(Problem::Outside) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::memory::Memory;

    fn disk() -> Memory {
        let mut disk = Memory::new("/site");
        disk.file("hosts/web.arv", "{}");
        disk.file("/etc/secret.arv", "{}");
        disk.link("out.arv", "/etc/secret.arv");
        disk.link("etc", "/etc");
        disk.link("web.arv", "/site/hosts/web.arv");
        disk.file("/site-two/a.arv", "{}");
        disk.link("two.arv", "/site-two/a.arv");
        disk
    }

    #[test]
    fn only_files_of_the_project_are_read_whatever_a_path_or_a_link_says() {
        let read = |path: &str| read(&disk(), Path::new("/site"), path);
        assert_eq!(read("hosts/web.arv").unwrap(), "{}");
        assert_eq!(read("web.arv").unwrap(), "{}");
        for outside in [
            "../etc/secret.arv",
            "/etc/secret.arv",
            "hosts/../../etc/secret.arv",
            "out.arv",
            "etc/secret.arv",
            "two.arv",
        ] {
            assert!(matches!(read(outside), Err(Problem::Outside)), "{outside}");
        }
        assert!(matches!(read("nothing.arv"), Err(Problem::NotFound)));
        assert!(matches!(read("hosts/web.arv/below"), Err(Problem::NotFound)));
        assert!(matches!(read("hosts"), Err(Problem::Disk(_))));
    }

    #[test]
    fn a_folder_of_the_project_lists_its_files_and_no_hidden_ones() {
        let mut disk = disk();
        disk.file("hosts/dns.arv", "{}");
        disk.file("hosts/.dns.arv.swp", "");
        disk.file("hosts/old/dns.arv", "{}");
        let names = |path: &str| names(&disk, Path::new("/site"), path);
        assert_eq!(names("hosts").unwrap(), ["dns.arv", "web.arv"]);
        assert_eq!(names("").unwrap(), ["out.arv", "two.arv", "web.arv"]);
        assert!(matches!(names("etc"), Err(Problem::Outside)));
        assert!(matches!(names("../site-two"), Err(Problem::Outside)));
        assert!(matches!(names("nothing"), Err(Problem::NotFound)));
        assert!(matches!(names("web.arv"), Err(Problem::Disk(_))));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_at_the_first_bad_one() {
        for (bytes, before) in [(&b"ab\xff"[..], "ab"), (b"a\0b\xff", "a"), (b"\x7fELF\0", "\x7fELF"), (b"\xff\0", "")]
        {
            match text(bytes.to_vec()) {
                Err(Problem::NotText(text)) => assert_eq!(text, before),
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(text(vec![b' '; LIMIT as usize + 1]), Err(Problem::TooLarge)));
        assert_eq!(text(vec![b' '; LIMIT as usize]).unwrap().len() as u64, LIMIT);
    }
}
