//! Whole runs in a world of memory.

use std::ffi::OsString;

use crate::exit;
use crate::reason;
use crate::run;
use crate::world::memory::Memory;

fn arvc(world: &mut Memory, line: &str) -> u8 {
    run(format!("arvc {line}").split_whitespace().map(OsString::from), world)
}

#[test]
fn help_and_version_are_results() {
    for (line, expected) in [("--help", "Exit status:"), ("build --help", "--overwrite"), ("--version", "arvc 0")] {
        let mut world = Memory::new("/site");
        assert_eq!(arvc(&mut world, line), exit::GOOD, "{line}");
        assert!(world.stdout.contains(expected), "{line}: {}", world.stdout);
        assert_eq!(world.stderr, "");
        assert!(!world.stdout.contains('\u{1b}'));
    }
}

#[test]
fn a_wrong_use_shows_the_usage_and_has_its_own_status() {
    for line in ["", "biuld", "check --format json", "build a b"] {
        let mut world = Memory::new("/site");
        assert_eq!(arvc(&mut world, line), exit::USAGE, "{line}");
        assert!(world.stderr.contains("Usage: "), "{line}: {}", world.stderr);
        assert_eq!(world.stdout, "");
    }
}

#[test]
fn a_folder_without_a_site_is_a_wrong_use_that_says_what_to_name() {
    let mut world = Memory::new("/empty");
    assert_eq!(arvc(&mut world, "check"), exit::USAGE);
    assert!(world.stderr.contains("help: name the site's file"), "{}", world.stderr);
    world.folders("/empty/lab".as_ref());
    assert_eq!(arvc(&mut world, "build lab"), exit::USAGE);
    assert!(world.stderr.contains("lab/site.arv"), "{}", world.stderr);
}

#[test]
fn a_file_that_is_not_there_is_the_outside_worlds_failure() {
    let mut world = Memory::new("/site");
    assert_eq!(arvc(&mut world, "check lab/site.arv"), exit::OUTSIDE);
    assert_eq!(world.stderr, "error: cannot read lab/site.arv: there is no such file\n");
}

#[test]
fn wrong_settings_are_a_wrong_use_shown_at_their_line() {
    let mut world = Memory::new("/site/hosts");
    world.file("/site/arv.toml", "entry = \"site.arv\"\nouput = \"tree\"\n");
    assert_eq!(arvc(&mut world, "check --message-format short"), exit::USAGE);
    assert_eq!(world.stderr, "../arv.toml:2:1: error[E0711]: `arv.toml` has no key `ouput`\n");
}

/// The lines of a page's example in TOML, and the one that its code is promised at.
fn example(page: &str) -> Option<(String, usize)> {
    let (_, rest) = page.split_once("\n```toml\n")?;
    let text = rest.split_once("```")?.0;
    let line = text.lines().position(|line| line.contains("# error: "))?;
    Some((text.to_owned(), line + 1))
}

#[test]
fn an_example_of_settings_on_a_page_gives_its_code_at_its_line() {
    let mut run = 0;
    for code in crate::project::CODES.iter().chain(crate::libraries::CODES).chain(crate::lock::CODES) {
        let (text, line) = example(&code.page()).unwrap_or_else(|| panic!("{} has an example", code.id));
        let mut world = Memory::new("/site");
        world.file("site.arv", "{ }");
        let file = if ["E0724", "E0911"].contains(&code.id) { "arv.lock" } else { "arv.toml" };
        world.file("arv.toml", "[libs]\nacme = {}\n");
        if code.id != "E0721" {
            world.file("vendor/acme/default.arv", "{ }");
        }
        if code.id == "E0723" || code.id == "E0725" {
            assert_eq!(arvc(&mut world, "lib lock"), exit::GOOD);
            world.link("vendor/acme/link.arv", "/site/site.arv");
        }
        if code.id == "E0723" {
            world.disk.remove(std::path::Path::new("/site/vendor/acme/link.arv"));
            world.file("vendor/acme/default.arv", "{ a = 1; }");
        }
        world.file(file, text);
        world.stderr.clear();
        arvc(&mut world, "check --message-format short");
        let found: Vec<&str> = world.stderr.lines().collect();
        let expected = |found: &str| found.starts_with(&format!("{file}:{line}:")) && found.contains(code.id);
        assert!(found.len() == 1 && expected(found[0]), "{}: {found:?}", code.id);
        run += 1;
    }
    assert!(run >= 10, "{run} pages");
}

#[test]
fn a_binary_entry_is_a_problem_of_the_source_and_nothing_is_written() {
    let mut world = Memory::new("/site");
    world.file("site.arv", b"\x7fELF\x02\x01\0\0");
    assert_eq!(arvc(&mut world, "build --message-format short"), exit::SOURCE);
    assert_eq!(world.stderr, "site.arv:1:7: error[E0701]: the file is not text\n");
    assert_eq!(world.steps, 0);
}

#[test]
fn an_entry_that_nobody_wrote_is_too_large() {
    let mut world = Memory::new("/site");
    world.file("site.arv", vec![b' '; (16 << 20) + 1]);
    assert_eq!(arvc(&mut world, "build --message-format short"), exit::SOURCE);
    assert_eq!(world.stderr, "site.arv:1:1: error[E0702]: the file is larger than 16 MiB\n");
    assert_eq!(world.steps, 0);
}

#[test]
fn an_entry_that_a_link_leads_out_of_the_project_is_not_read() {
    let mut world = Memory::new("/site");
    world.file("/etc/shadow", "root");
    world.link("site.arv", "/etc/shadow");
    assert_eq!(arvc(&mut world, "check"), exit::OUTSIDE);
    assert!(world.stderr.contains("a link leads out of the project"), "{}", world.stderr);
}

#[test]
fn a_code_is_explained_and_an_unknown_one_named() {
    let mut world = Memory::new("/");
    assert_eq!(arvc(&mut world, "explain e0711"), exit::GOOD);
    assert!(world.stdout.contains("## What to do"), "{}", world.stdout);
    let mut world = Memory::new("/");
    assert_eq!(arvc(&mut world, "explain"), exit::GOOD);
    assert!(world.stdout.contains("E0711  a key of `arv.toml` means nothing\n"), "{}", world.stdout);
    let mut world = Memory::new("/");
    assert_eq!(arvc(&mut world, "explain EO711"), exit::USAGE);
    assert!(world.stderr.contains("did you mean E0711?"), "{}", world.stderr);
}

#[test]
fn a_terminal_gets_coloured_help_unless_it_refuses() {
    let mut world = Memory::new("/");
    world.terminal = true;
    arvc(&mut world, "--help");
    assert!(world.stdout.contains('\u{1b}'));
    let mut world = Memory::new("/");
    world.terminal = true;
    world.env.insert("NO_COLOR".into(), "1".into());
    arvc(&mut world, "--help");
    assert!(!world.stdout.contains('\u{1b}'));
}

#[test]
fn the_disks_reason_is_words_and_no_number() {
    assert_eq!(reason(&std::io::Error::from_raw_os_error(2)), "no such file or directory");
    assert_eq!(reason(&std::io::Error::other("not a regular file")), "not a regular file");
}
