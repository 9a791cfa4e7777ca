//! Whole runs of `arvc fmt` in a world of memory.

use std::ffi::OsString;

use pretty_assertions::assert_eq;

use crate::exit;
use crate::run;
use crate::world::memory::{Entry, Memory};

const MESSY: &str = "{a=1;}";
const NEAT: &str = "{ a = 1; }\n";

fn arvc(world: &mut Memory, line: &str) -> u8 {
    world.stdout.clear();
    world.stderr.clear();
    run(format!("arvc {line}").split_whitespace().map(OsString::from), world)
}

/// A project with a messy source in every place that could be looked into.
fn project() -> Memory {
    let mut world = Memory::new("/site");
    world.file("arv.toml", "entry = \"lab/site.arv\"\nout = \"lab/tree\"\n");
    for path in [
        "lab/site.arv",
        "lab/hosts/web.arv",
        "lab/out/a.arv",
        "lab/tree/a.arv",
        "lab/vendor/x/a.arv",
        "lab/.git/a.arv",
        "lab/.hidden.arv",
        "lab/notes.txt",
        "other.arv",
        "/elsewhere/a.arv",
    ] {
        world.file(path, MESSY);
    }
    world.link("lab/link.arv", "/elsewhere/a.arv");
    world.link("lab/folder", "/elsewhere");
    world
}

fn formatted(world: &Memory) -> Vec<String> {
    let is_neat = |entry: &Entry| matches!(entry, Entry::File { bytes, .. } if bytes == NEAT.as_bytes());
    world.disk.iter().filter(|(_, entry)| is_neat(entry)).map(|(path, _)| path.display().to_string()).collect()
}

#[test]
fn without_a_path_the_sources_of_the_entrys_folder_are_formatted_and_nothing_that_others_wrote() {
    let mut world = project();
    assert_eq!(arvc(&mut world, "fmt"), exit::GOOD, "{}", world.stderr);
    assert_eq!(formatted(&world), ["/site/lab/hosts/web.arv", "/site/lab/site.arv"]);
    assert_eq!(
        world.stdout,
        "formatted lab/hosts/web.arv\nformatted lab/site.arv\n2 files formatted, 0 already were\n"
    );
}

#[test]
fn a_file_that_is_formatted_is_not_written_again() {
    let mut world = project();
    arvc(&mut world, "fmt");
    let steps = world.steps;
    assert_eq!(arvc(&mut world, "fmt"), exit::GOOD);
    assert_eq!((world.steps, world.stdout.as_str()), (steps, "0 files formatted, 2 already were\n"));
    assert_eq!(arvc(&mut world, "fmt --message-format short"), exit::GOOD);
    assert_eq!(world.stdout, "");
}

#[test]
fn files_and_folders_are_formatted_once_however_often_they_are_named() {
    let mut world = project();
    assert_eq!(arvc(&mut world, "fmt lab/hosts lab/hosts/web.arv other.arv lab/../other.arv"), exit::GOOD);
    assert_eq!(formatted(&world), ["/site/lab/hosts/web.arv", "/site/other.arv"]);
    // A link that is named is followed, and stays a link.
    assert_eq!(arvc(&mut world, "fmt lab/link.arv"), exit::GOOD);
    assert_eq!(world.text("/elsewhere/a.arv").as_deref(), Some(NEAT));
    assert!(matches!(world.disk["/site/lab/link.arv".as_ref() as &std::path::Path], Entry::Link(_)));
}

#[test]
fn a_check_writes_nothing_and_shows_the_difference() {
    let mut world = Memory::new("/site");
    world.file("site.arv", MESSY);
    assert_eq!(arvc(&mut world, "fmt --check"), exit::SOURCE);
    assert_eq!((world.text("site.arv").as_deref(), world.steps), (Some(MESSY), 0));
    assert_eq!(
        world.stdout,
        "--- site.arv\n+++ site.arv (formatted)\n@@ -1,1 +1,1 @@\n-{a=1;}\n\\ No newline at end of file\n+{ a = 1; }\n\
         1 file would be formatted, 0 already are\n"
    );
    assert_eq!(arvc(&mut world, "fmt --check --message-format short"), exit::SOURCE);
    assert_eq!(world.stdout, "site.arv\n");
    assert_eq!(arvc(&mut world, "fmt --check --message-format json"), exit::SOURCE);
    assert_eq!(world.stdout, "{\"version\":1,\"file\":\"site.arv\",\"written\":false}\n");
    arvc(&mut world, "fmt");
    assert_eq!(arvc(&mut world, "fmt --check"), exit::GOOD);
    assert_eq!(world.stdout, "0 files would be formatted, 1 already are\n");
}

#[test]
fn a_buffer_is_printed_formatted() {
    let mut world = Memory::new("/anywhere");
    world.stdin = MESSY.into();
    assert_eq!(arvc(&mut world, "fmt --stdin"), exit::GOOD);
    assert_eq!((world.stdout.as_str(), world.stderr.as_str()), (NEAT, ""));
    assert_eq!(arvc(&mut world, "fmt --stdin --check --message-format short"), exit::SOURCE);
    assert_eq!(world.stdout, "<stdin>\n");
    world.stdin = NEAT.into();
    assert_eq!(arvc(&mut world, "fmt --stdin --check"), exit::GOOD);
    assert_eq!(world.stdout, "");
}

#[test]
fn a_buffer_with_a_mistake_prints_only_what_is_wrong() {
    let mut world = Memory::new("/anywhere");
    world.stdin = b"{\n  a = 1\n}".into();
    assert_eq!(arvc(&mut world, "fmt --stdin --message-format short"), exit::SOURCE);
    assert_eq!(world.stdout, "");
    assert!(world.stderr.starts_with("<stdin>:2:8: error[E0003]: "), "{}", world.stderr);
}

#[test]
fn a_file_with_a_mistake_stays_and_the_others_are_formatted() {
    let mut world = Memory::new("/site");
    world.file("a.arv", "{a=1}");
    world.file("b.arv", MESSY);
    world.file("c.arv", "[ 10.0.0.1/24 ]");
    world.file("d.arv", b"{}\xff");
    assert_eq!(arvc(&mut world, "fmt . --message-format short"), exit::SOURCE);
    let places: Vec<_> = world.stderr.lines().filter_map(|line| line.split(": error").next()).collect();
    assert_eq!(places, ["a.arv:1:5", "c.arv:1:3", "d.arv:1:3"]);
    assert_eq!((world.stdout.as_str(), world.text("b.arv").as_deref()), ("b.arv\n", Some(NEAT)));
    assert_eq!(world.text("a.arv").as_deref(), Some("{a=1}"));
    assert_eq!(arvc(&mut world, "fmt ."), exit::SOURCE);
    assert_eq!(world.stdout, "0 files formatted, 1 already were, 3 left as they were\n");
}

/// `type` is a name here; at the start of a line it would begin a definition.
#[test]
fn what_the_formatter_fails_at_stays_and_is_said_to_be_a_bug() {
    let bug = "[ type Aaaa,\n b ]";
    let mut world = Memory::new("/site");
    world.file("a.arv", bug);
    world.file("b.arv", MESSY);
    assert_eq!(arvc(&mut world, "fmt ."), exit::OUTSIDE);
    assert!(world.stderr.contains("cannot format a.arv") && world.stderr.contains("bug of arvc"), "{}", world.stderr);
    assert_eq!((world.text("a.arv").as_deref(), world.text("b.arv").as_deref()), (Some(bug), Some(NEAT)));
}

#[test]
fn what_cannot_be_read_or_written_is_the_outside_worlds_failure() {
    let mut world = Memory::new("/site");
    assert_eq!(arvc(&mut world, "fmt nothing.arv"), exit::OUTSIDE);
    assert!(world.stderr.starts_with("error: cannot read nothing.arv: "), "{}", world.stderr);
    assert_eq!(arvc(&mut world, "fmt"), exit::USAGE);
    world.file("site.arv", MESSY);
    world.dies_at = Some(1);
    assert_eq!(arvc(&mut world, "fmt"), exit::OUTSIDE);
    assert!(world.stderr.starts_with("error: cannot write site.arv: "), "{}", world.stderr);
    assert_eq!(world.text("site.arv").as_deref(), Some(MESSY));
}
