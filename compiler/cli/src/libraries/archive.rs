//! The files of a library in an archive: tar, tar with gzip, or zip, told by their first bytes and never by their name.
//!
//! Nothing is unpacked onto the disk. An archive is somebody else's: its paths, links, sizes and counts are held against the
//! limits as they are met, and one that goes beyond is refused whole.

use std::io::{self, Cursor, Read};

use flate2::read::MultiGzDecoder;

use super::contents::{self, Gathered, Gathering, Role, Unfit};

/// The largest archive, and the most that one without compression may turn out to be.
pub const LIMIT: u64 = 64 << 20;

/// What a compressed stream may become, the files that are left out included.
const UNPACKED: u64 = 4 * LIMIT;

/// The files of a library in an archive.
pub fn library(bytes: &[u8]) -> Result<Gathered, Unfit> {
    if bytes.len() as u64 > LIMIT {
        return Err(Unfit::Unreadable(format!("it is larger than {} MiB", LIMIT >> 20)));
    }
    if bytes.starts_with(b"\x1f\x8b") {
        return tar(MultiGzDecoder::new(bytes));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zip(bytes);
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return tar(bytes);
    }
    Err(Unfit::Unreadable("it is neither a folder nor a .tar, .tar.gz or .zip".into()))
}

/// Reads so much and then fails, where `take` would end in silence.
struct Bounded<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other(format!("it unpacks to more than {} MiB", UNPACKED >> 20))),
        }
        Ok(read)
    }
}

fn broken(error: io::Error) -> Unfit {
    Unfit::Unreadable(format!("it is no whole archive: {error}"))
}

fn tar(reader: impl Read) -> Result<Gathered, Unfit> {
    let mut archive = tar::Archive::new(Bounded { reader, left: UNPACKED });
    let mut gathering = Gathering::default();
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        gathering.entry()?;
        let kind = entry.header().entry_type();
        // A comment on the whole archive, as `git archive` writes one.
        if kind.is_pax_global_extensions() {
            continue;
        }
        let path = contents::path(&entry.path_bytes())?;
        match kind {
            tar::EntryType::Directory => {}
            tar::EntryType::Symlink | tar::EntryType::Link => return Err(Unfit::Link(path)),
            tar::EntryType::Regular | tar::EntryType::Continuous => match contents::role(&path) {
                Role::Other => gathering.leave_out(),
                Role::Part => {
                    let mut bytes = Vec::new();
                    entry.by_ref().take(gathering.room()).read_to_end(&mut bytes).map_err(broken)?;
                    gathering.file(path, bytes)?;
                }
            },
            _ => return Err(Unfit::Special(path)),
        }
    }
    // What is behind the last entry decides whether gzip's sum is right.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(broken)?;
    gathering.library()
}

fn zip(bytes: &[u8]) -> Result<Gathered, Unfit> {
    let broken_zip = |error: zip::result::ZipError| Unfit::Unreadable(format!("it is no whole archive: {error}"));
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken_zip)?;
    let mut gathering = Gathering::default();
    for index in 0..archive.len() {
        gathering.entry()?;
        let entry = archive.by_index(index).map_err(broken_zip)?;
        let path = contents::path(entry.name_raw())?;
        // The kind of file is in the upper half of what Unix calls its mode; zero where another system wrote it.
        let kind = entry.unix_mode().map_or(0, |mode| mode & 0o170_000);
        match kind {
            0o120_000 => return Err(Unfit::Link(path)),
            _ if entry.is_dir() => continue,
            0 | 0o100_000 => {}
            _ => return Err(Unfit::Special(path)),
        }
        match contents::role(&path) {
            Role::Other => gathering.leave_out(),
            Role::Part => {
                let mut bytes = Vec::new();
                entry.take(gathering.room()).read_to_end(&mut bytes).map_err(broken)?;
                gathering.file(path, bytes)?;
            }
        }
    }
    gathering.library()
}

#[cfg(test)]
mod tests;
