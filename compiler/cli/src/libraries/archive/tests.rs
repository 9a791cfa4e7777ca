//! Archives as people make them, and as somebody makes them who means harm.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::super::contents::{Contents, ENTRIES};
use super::*;

const GOOD: [(&str, &str); 4] = [
    ("acme-1.0/default.arv", "{ web = import ./lib/web.arv; }\n"),
    ("acme-1.0/lib/web.arv", "{ }: { }\n"),
    ("acme-1.0/LICENSE", "MIT\n"),
    ("acme-1.0/install.sh", "rm -rf /\n"),
];

/// A tar of files, and of entries whose headers say what no honest tool writes.
fn tarred(files: &[(&str, &str)], strange: &[(EntryType, &str, &str)]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    let mut add = |kind: EntryType, path: &str, content: &str, link: bool| {
        let mut header = Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_size(if link { 0 } else { content.len() as u64 });
        // Names are written past the builder's own checks.
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        if link {
            header.as_old_mut().linkname[..content.len()].copy_from_slice(content.as_bytes());
        }
        header.set_cksum();
        builder.append(&header, if link { &[] } else { content.as_bytes() }).unwrap();
    };
    for (path, content) in files {
        add(EntryType::Regular, path, content, false);
    }
    for (kind, path, content) in strange {
        add(*kind, path, content, matches!(kind, EntryType::Symlink | EntryType::Link));
    }
    builder.into_inner().unwrap()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        writer.start_file(*path, SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn expected() -> Contents {
    GOOD[..3].iter().map(|(path, text)| (path["acme-1.0/".len()..].to_owned(), text.as_bytes().to_vec())).collect()
}

#[test]
fn every_form_gives_the_same_library() {
    let tar = tarred(&GOOD, &[(EntryType::Directory, "acme-1.0/", ""), (EntryType::XGlobalHeader, "pax", "")]);
    for bytes in [tar.clone(), gzipped(&tar), zipped(&GOOD)] {
        let found = library(&bytes).unwrap();
        assert_eq!((found.contents, found.left_out), (expected(), 1));
    }
}

#[test]
fn a_path_that_leaves_the_library_refuses_the_archive() {
    for path in ["../default.arv", "/etc/cron.d/x.arv", "a/../../b.arv", "..\\b.arv", "a/../b.sh"] {
        let files = [GOOD[0], (path, "1")];
        let refused = Err(Unfit::Path(path.to_owned()));
        assert_eq!(library(&tarred(&files, &[])), refused);
        assert_eq!(library(&zipped(&files)), refused);
    }
}

#[test]
fn a_link_or_a_device_refuses_the_archive_wherever_it_leads() {
    for (kind, target) in
        [(EntryType::Symlink, "/etc/passwd"), (EntryType::Symlink, "b.arv"), (EntryType::Link, "b.arv")]
    {
        let bytes = tarred(&GOOD, &[(kind, "acme-1.0/a.arv", target)]);
        assert_eq!(library(&bytes), Err(Unfit::Link("acme-1.0/a.arv".into())));
    }
    for kind in [EntryType::Char, EntryType::Fifo, EntryType::GNUSparse] {
        let refused = library(&tarred(&GOOD, &[(kind, "acme-1.0/a.arv", "")]));
        assert!(matches!(refused, Err(Unfit::Special(_) | Unfit::Unreadable(_))), "{refused:?}");
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("default.arv", SimpleFileOptions::default()).unwrap();
    writer.add_symlink("a.arv", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    assert_eq!(library(&writer.finish().unwrap().into_inner()), Err(Unfit::Link("a.arv".into())));
}

#[test]
fn a_bomb_is_refused_before_it_fills_the_memory() {
    let large = " ".repeat(crate::source::LIMIT as usize + 1);
    let files = [("default.arv", "1"), ("a.arv", large.as_str())];
    assert_eq!(library(&gzipped(&tarred(&files, &[]))), Err(Unfit::Large("a.arv".into())));
    assert_eq!(library(&zipped(&files)), Err(Unfit::Large("a.arv".into())));
    // Files that would not be copied are read past all the same.
    let mut long = GzEncoder::new(Vec::new(), Compression::fast());
    long.write_all(&tarred(&[("default.arv", "1")], &[])[..1024]).unwrap();
    let mut header = Header::new_ustar();
    header.set_path("big.bin").unwrap();
    header.set_size(UNPACKED);
    header.set_cksum();
    long.write_all(header.as_bytes()).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..=UNPACKED >> 20 {
        long.write_all(&zeros).unwrap();
    }
    match library(&long.finish().unwrap()) {
        Err(Unfit::Unreadable(why)) => assert!(why.contains("unpacks to more than 256 MiB"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_archive_of_very_many_entries_is_refused() {
    let names: Vec<String> = (0..=ENTRIES).map(|n| format!("{n}.txt")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(library(&gzipped(&tarred(&files, &[]))), Err(Unfit::Many));
    assert_eq!(library(&zipped(&files)), Err(Unfit::Many));
}

#[test]
fn two_entries_with_one_path_are_refused() {
    let files = [("default.arv", "1"), ("a.arv", "1"), ("a.arv", "2")];
    assert_eq!(library(&tarred(&files, &[])), Err(Unfit::Twice("a.arv".into())));
}

#[test]
fn what_is_no_archive_or_half_of_one_is_refused_and_nothing_panics() {
    for bytes in [&b""[..], b"PK\x03\x04", b"\x1f\x8b", b"\x1f\x8b\x08\0\0\0\0\0\0\0garbage", b"{ }", &[0; 1024]] {
        assert!(matches!(library(bytes), Err(Unfit::Unreadable(_))), "{bytes:?}");
    }
    let (tar, zip) = (gzipped(&tarred(&GOOD, &[])), zipped(&GOOD));
    for whole in [&tar, &zip] {
        for end in 0..whole.len() {
            assert!(library(&whole[..end]).is_err(), "{end} of {} bytes", whole.len());
        }
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x55;
            let _ = library(&changed);
        }
    }
    let refused = library(&vec![b' '; LIMIT as usize + 1]);
    assert_eq!(refused, Err(Unfit::Unreadable("it is larger than 64 MiB".into())));
}
