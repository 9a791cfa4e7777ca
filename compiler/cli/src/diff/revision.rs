//! A project as it was at a revision of git, read through the machine's `git` into memory: nothing is checked out.
//!
//! The files lie below a folder that is called as git calls them, so that a message says `HEAD~1:lab/site.arv`.

use std::path::{Path, PathBuf};

use crate::check::{self, Reported};
use crate::messages::{Format, visible};
use crate::project::{self, Project};
use crate::world::memory::Memory;
use crate::world::{Ran, Stream, World};
use crate::{Stop, exit, lock, outside, reason, source};

/// Reads and checks the site of a project as it was, and prints what is wrong with it.
///
/// `named` says that the entry was named; else it is the one that the project had.
pub(super) fn reported(
    world: &mut dyn World,
    format: Format,
    project: &Project,
    named: bool,
    word: &str,
) -> Result<Reported, Stop> {
    let root = &project.root.folder;
    let repository = Repository { world, root, word };
    let commit = repository.commit()?;
    let prefix = repository.prefix()?;
    let (mut past, folder) = repository.read(&commit, &prefix, &project.out)?;
    for name in ["NO_COLOR", "TERM"] {
        past.env.extend(world.env(name).map(|value| (name.to_owned(), value)));
    }
    past.terminal = world.is_terminal(Stream::Err);
    let own = project::around(&past, &folder).ok().and_then(|root| root.main);
    let entry = match (named, own) {
        (false, Some(main)) => main,
        _ => project.entry.clone(),
    };
    let checked = check::check_quietly(&mut past, format, Some(&folder.join(entry)));
    // What is wrong with the past is printed like everything else.
    world.print(Stream::Out, &past.stdout)?;
    world.print(Stream::Err, &past.stderr)?;
    let reported = checked?;
    if !reported.checked.is_good() {
        let text = format!(
            "{} does not compile, so there is nothing to compare\n\
             help: compare with a revision that does, or with a tree that was built from it",
            visible(word)
        );
        return Err(Stop::Says(exit::SOURCE, text));
    }
    Ok(reported)
}

/// What git is asked about.
struct Repository<'a> {
    world: &'a dyn World,
    root: &'a Path,
    word: &'a str,
}

/// A file of a revision.
struct Blob<'l> {
    is_link: bool,
    id: &'l str,
    path: &'l str,
}

impl Repository<'_> {
    /// The commit that the word means.
    fn commit(&self) -> Result<String, Stop> {
        let usage = |text: String| Stop::Says(exit::USAGE, text);
        if self.word.starts_with('-') || self.word.contains(['\0', '\n']) {
            return Err(usage(format!("{} is no revision", visible(self.word))));
        }
        let inside = self.git(&["rev-parse", "--is-inside-work-tree"], &[])?;
        if !inside.good {
            return Err(usage(format!(
                "there is no folder {word}, and no repository of git that has a revision {word}: {}\n\
                 help: compare with a folder, or with a site (*.arv)",
                said(&inside),
                word = visible(self.word)
            )));
        }
        // In two steps, since `:/words` takes everything behind it for words.
        let verified = |name: &str| -> Result<Option<String>, Stop> {
            let ran = self.git(&["rev-parse", "--verify", "--quiet", name], &[])?;
            let id = text(&ran.out).map(|id| id.trim().to_owned());
            Ok(id.filter(|id| ran.good && !id.is_empty()))
        };
        let object = verified(self.word)?;
        let commit = object.map_or(Ok(None), |object| verified(&format!("{object}^{{commit}}")))?;
        match commit {
            Some(commit) => Ok(commit),
            None => Err(usage(format!(
                "git knows no revision {word}, and there is no folder of that name\n\
                 help: `git log --oneline` lists revisions; in CI, the checkout may be shallow (`fetch-depth: 0`)",
                word = visible(self.word)
            ))),
        }
    }

    /// The way from the top of the repository to the project: empty, or with a final `/`.
    fn prefix(&self) -> Result<String, Stop> {
        let ran = self.git(&["rev-parse", "--show-prefix"], &[])?;
        match (ran.good, text(&ran.out)) {
            (true, Some(prefix)) => Ok(prefix.trim_end_matches(['\n', '\r']).to_owned()),
            _ => Err(outside(format!("git does not say where the project is: {}", said(&ran)))),
        }
    }

    /// The sources of the project, with what decides how they are read. What was built, and what is hidden, is none.
    fn read(&self, commit: &str, prefix: &str, out: &Path) -> Result<(Memory, PathBuf), Stop> {
        let mut past = Memory::new("/");
        let folder = Path::new("/").join(self.folder(commit, prefix));
        past.folders(&folder);
        let tree = format!("{commit}:{}", prefix.trim_end_matches('/'));
        let ran = self.git(&["ls-tree", "-r", "-l", "-z", "--full-tree", &tree], &[])?;
        if !ran.good {
            return Err(outside(format!(
                "{} has no folder {}: {}",
                visible(self.word),
                visible(prefix.trim_end_matches('/')),
                said(&ran)
            )));
        }
        let listing = String::from_utf8_lossy(&ran.out);
        let built = out.strip_prefix(self.root).ok();
        let blobs: Vec<Blob> = listing.split('\0').filter_map(blob).filter(|blob| wanted(blob.path, built)).collect();
        let asked: String = blobs.iter().flat_map(|blob| [blob.id, "\n"]).collect();
        let ran = self.git(&["cat-file", "--batch"], asked.as_bytes())?;
        let mut rest = ran.out.as_slice();
        for blob in &blobs {
            let (bytes, further) = object(rest).ok_or_else(|| {
                outside(format!("git does not give {}:{}: {}", visible(self.word), visible(blob.path), said(&ran)))
            })?;
            let place = folder.join(blob.path);
            match (blob.is_link, std::str::from_utf8(bytes)) {
                (true, Ok(target)) => past.link(&place, place.with_file_name("").join(target)),
                _ => past.file(&place, bytes),
            }
            rest = further;
        }
        Ok((past, folder))
    }

    /// The name of the folder that stands for the project: what git writes before a path of it.
    fn folder(&self, commit: &str, prefix: &str) -> String {
        let parts = |text: &str| !text.split('/').any(|part| matches!(part, "" | "." | ".."));
        let word = visible(self.word);
        let name = if parts(&word) { word } else { commit[..commit.len().min(12)].to_owned() };
        match prefix.trim_end_matches('/') {
            "" => format!("{name}:."),
            prefix => format!("{name}:{prefix}"),
        }
    }

    fn git(&self, args: &[&str], input: &[u8]) -> Result<Ran, Stop> {
        self.world.git(self.root, args, input).map_err(|error| {
            outside(format!(
                "cannot run git, which knows what {} was: {}\nhelp: compare with a folder, or with a site (*.arv)",
                visible(self.word),
                reason(&error)
            ))
        })
    }
}

/// A line of `git ls-tree -r -l -z`: `100644 blob ID SIZE<tab>PATH`. Other repositories (`commit`) are no files of this one.
fn blob(line: &str) -> Option<Blob<'_>> {
    let (head, path) = line.split_once('\t')?;
    let mut words = head.split_ascii_whitespace();
    let (mode, kind, id, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let fits = size.parse::<u64>().is_ok_and(|size| size <= lock::LIMIT && (size <= source::LIMIT + 1 || held(path)));
    let proper = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    (kind == "blob" && fits && proper).then_some(Blob { is_link: mode == "120000", id, path })
}

/// Whether a file may be larger than a source is.
fn held(path: &str) -> bool {
    path == lock::FILE || path.starts_with("vendor/")
}

/// Whether a project's sources may be there.
fn wanted(path: &str, built: Option<&Path>) -> bool {
    let hidden = path.split('/').any(|part| part.starts_with('.')) && !path.starts_with("vendor/");
    !hidden && !built.is_some_and(|built| Path::new(path).starts_with(built))
}

/// The next object of `git cat-file --batch`: `ID blob SIZE`, a line; its bytes; an end of line. And what is behind it.
fn object(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(&rest[..end]).ok()?;
    let size: usize = head.strip_suffix('\r').unwrap_or(head).split(' ').nth(2)?.parse().ok()?;
    let body = &rest[end + 1..];
    Some((body.get(..size)?, body.get(size + 1..)?))
}

fn text(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}

/// What git says is wrong, on one line.
fn said(ran: &Ran) -> String {
    let line = ran.err.lines().find(|line| !line.trim().is_empty()).unwrap_or("it does not say why");
    visible(line.trim_start_matches("fatal: "))
}
