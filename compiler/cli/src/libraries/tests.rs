//! Whole runs with libraries in a world of memory.

use std::ffi::OsString;
use std::path::Path;

use pretty_assertions::{assert_eq, assert_str_eq};

use crate::world::memory::{Entry, Memory};
use crate::{exit, run};

const SITE: &str = "let acme = import \"acme\"; in { name = acme.name; }\n";
const ENTRY: &str = "{ name = (import ./lib/name.arv) { }; }\n";
const NAME: &str = "{ prefix ? \"lab\" }: prefix\n";

fn arvc(world: &mut Memory, line: &str) -> u8 {
    world.stdout.clear();
    world.stderr.clear();
    run(format!("arvc {line}").split_whitespace().map(OsString::from), world)
}

/// A project whose site needs a library, and the library elsewhere.
fn project() -> Memory {
    let mut world = Memory::new("/site");
    world.file("arv.toml", "entry = \"site.arv\" # the lab\n");
    world.file("site.arv", SITE);
    world.file("/src/acme/default.arv", ENTRY);
    world.file("/src/acme/lib/name.arv", NAME);
    world.file("/src/acme/LICENSE", "MIT\n");
    world.file("/src/acme/.git/HEAD", "ref: refs/heads/main\n");
    world
}

/// The same with the library in it.
fn with_library() -> Memory {
    let mut world = project();
    assert_eq!(arvc(&mut world, "lib add acme /src/acme"), exit::GOOD, "{}", world.stderr);
    world
}

/// The codes of a check, with the file and line of each.
fn problems(world: &mut Memory) -> Vec<String> {
    arvc(world, "check --message-format short");
    world.stderr.lines().map(|line| line.split("]:").next().unwrap().to_owned() + "]").collect()
}

/// Whether the site comes so far that its library is good: what is then missing is the site's own.
fn is_read(world: &mut Memory) -> bool {
    arvc(world, "check --message-format json");
    !world.stdout.contains("E072") && !world.stdout.contains("E0106") && !world.stdout.contains("E0105")
}

#[test]
fn a_library_is_copied_listed_and_locked_by_one_command() {
    let mut world = project();
    assert_eq!(problems(&mut world)[0], "site.arv:1:19: error[E0106]");
    assert_eq!(arvc(&mut world, "lib add acme /src/acme --source acme-1.0"), exit::GOOD, "{}", world.stderr);
    assert_str_eq!(
        world.text("arv.toml").unwrap(),
        "entry = \"site.arv\" # the lab\n\n[libs]\nacme = { source = \"acme-1.0\" }\n"
    );
    assert_eq!(world.text("vendor/acme/lib/name.arv").unwrap(), NAME);
    let files: Vec<_> = world
        .disk
        .iter()
        .filter(|(path, entry)| path.starts_with("/site/vendor") && matches!(entry, Entry::File { .. }))
        .collect();
    assert_eq!(files.len(), 3, "sources and the licence: {files:?}");
    assert!(world.text("arv.lock").unwrap().contains("\nversion = 1\n\n[libs.acme]\nsha256 = \""));
    assert!(is_read(&mut world), "{}", world.stdout);
    assert_eq!(arvc(&mut world, "lib list"), exit::GOOD);
    assert_str_eq!(world.stdout, "acme  locked      3 files    acme-1.0\n");
}

#[test]
fn a_library_that_changed_stops_a_build_which_names_the_files() {
    let mut world = with_library();
    world.file("vendor/acme/lib/name.arv", "{ }: \"evil\"\n");
    world.file("vendor/acme/more.arv", "1\n");
    world.disk.remove(Path::new("/site/vendor/acme/LICENSE"));
    let steps = world.steps;
    assert_eq!(arvc(&mut world, "build"), exit::SOURCE);
    for part in [
        "error[E0723]",
        "arv.toml:4:1",
        "3 files of `vendor/acme` differ",
        "changed  lib/name.arv",
        "added    more.arv",
        "removed  LICENSE",
    ] {
        assert!(world.stderr.contains(part), "{part}: {}", world.stderr);
    }
    assert_eq!(world.steps, steps, "nothing is written");
    assert_eq!(arvc(&mut world, "lib list"), exit::GOOD);
    assert!(world.stdout.starts_with("acme  changed "), "{}", world.stdout);
}

#[test]
fn line_ends_that_version_control_has_rewritten_are_called_that() {
    let mut world = with_library();
    world.file("vendor/acme/default.arv", ENTRY.replace('\n', "\r\n"));
    world.file("vendor/acme/LICENSE", "MIT\r\n");
    assert_eq!(arvc(&mut world, "check"), exit::SOURCE);
    for part in ["changed  default.arv", "only the ends of their lines differ", "`vendor/** -text`"] {
        assert!(world.stderr.contains(part), "{part}: {}", world.stderr);
    }
    world.file("vendor/acme/LICENSE", "BSD\r\n");
    arvc(&mut world, "check");
    assert!(!world.stderr.contains("ends of their lines"), "{}", world.stderr);
}

#[test]
fn locking_again_shows_what_it_accepts() {
    let mut world = with_library();
    world.file("vendor/acme/lib/name.arv", "{ }: \"other\"\n");
    assert_eq!(arvc(&mut world, "lib lock"), exit::GOOD);
    assert_str_eq!(world.stdout, "locked acme: 1 file differs\n  changed  lib/name.arv\n");
    assert!(is_read(&mut world));
    let lock = world.text("arv.lock").unwrap();
    assert_eq!(arvc(&mut world, "lib lock acme"), exit::GOOD);
    assert_str_eq!(world.stdout, "unchanged acme\n");
    assert_str_eq!(world.text("arv.lock").unwrap(), lock);
}

#[test]
fn a_library_that_is_listed_and_not_there_or_not_locked_is_said_at_its_line() {
    let mut world = project();
    world.file("arv.toml", "[libs]\nacme = {}\n\nbeta = {}\n");
    assert_eq!(problems(&mut world), ["arv.toml:2:1: error[E0721]", "arv.toml:4:1: error[E0721]"]);
    world.file("vendor/acme/readme.md", "");
    world.file("vendor/beta/default.arv", "{ }");
    assert_eq!(problems(&mut world), ["arv.toml:2:1: error[E0721]", "arv.toml:4:1: error[E0722]"]);
    world.file("vendor/acme/default.arv", ENTRY);
    world.file("vendor/acme/lib/name.arv", NAME);
    assert_eq!(arvc(&mut world, "lib lock"), exit::GOOD, "{}", world.stderr);
    assert!(is_read(&mut world));
}

#[test]
fn a_folder_that_nobody_listed_is_no_library_and_the_message_says_how_to_make_it_one() {
    let mut world = project();
    world.file("vendor/acme/default.arv", ENTRY);
    arvc(&mut world, "check");
    for part in ["error[E0106]", "the folder `vendor/acme` is there", "`acme = {}`", "`arvc lib lock`"] {
        assert!(world.stderr.contains(part), "{part}: {}", world.stderr);
    }
}

#[test]
fn a_file_that_the_lock_does_not_hold_cannot_be_imported() {
    let mut world = with_library();
    world.file("vendor/acme/.hidden.arv", "{ }: \"evil\"\n");
    assert!(is_read(&mut world), "hidden files are not a part of it");
    let entry = ENTRY.replace("lib/name", ".hidden");
    world.file("vendor/acme/default.arv", &entry);
    arvc(&mut world, "lib lock");
    arvc(&mut world, "check --message-format short");
    assert!(world.stderr.contains("vendor/acme/default.arv:1:18: error[E0105]"), "{}", world.stderr);
}

#[test]
fn a_link_in_the_folder_of_a_library_is_not_followed() {
    let mut world = with_library();
    world.file("/etc/passwd", "root");
    world.link("vendor/acme/secret.arv", "/etc/passwd");
    assert_eq!(problems(&mut world), ["arv.toml:4:1: error[E0725]"]);
    let mut world = with_library();
    let inside: Vec<_> = world.disk.keys().filter(|path| path.starts_with("/site/vendor/acme")).cloned().collect();
    for path in inside {
        world.disk.remove(&path);
    }
    world.link("vendor/acme", "/src/acme");
    assert_eq!(problems(&mut world), ["arv.toml:4:1: error[E0725]"]);
}

#[test]
fn a_lock_that_cannot_be_read_is_said_at_its_line() {
    let mut world = with_library();
    let lock = world.text("arv.lock").unwrap();
    world.file("arv.lock", lock.replace("\n[libs.acme]", "\n<<<<<<< ours\n[libs.acme]"));
    assert_eq!(problems(&mut world), ["arv.lock:4:1: error[E0724]"]);
    assert_eq!(arvc(&mut world, "lib lock --message-format short"), exit::SOURCE);
    assert!(world.stderr.starts_with("arv.lock:4:1: error[E0724]"), "{}", world.stderr);
    world.file("arv.lock", "version = 9\n");
    assert_eq!(problems(&mut world), ["arv.lock:1:1: error[E0724]"]);
}

#[test]
fn a_new_version_replaces_the_old_one_and_shows_what_differs() {
    let mut world = with_library();
    world.file("/src/acme/lib/name.arv", "{ }: \"two\"\n");
    world.disk.remove(Path::new("/src/acme/LICENSE"));
    assert_eq!(arvc(&mut world, "lib add acme /src/acme"), exit::GOOD, "{}", world.stderr);
    assert!(world.stdout.starts_with("replaced acme: 2 files in vendor/acme, "), "{}", world.stdout);
    assert!(world.stdout.ends_with("\n  changed  lib/name.arv\n  removed  LICENSE\n"), "{}", world.stdout);
    assert_eq!(world.text("vendor/acme/LICENSE"), None);
    assert!(is_read(&mut world));
}

#[test]
fn what_somebody_changed_is_not_lost_unless_they_say_so() {
    for line in ["lib add acme /src/acme", "lib remove acme"] {
        let mut world = with_library();
        world.file("vendor/acme/lib/name.arv", "{ }: \"mine\"\n");
        let before = world.clone().disk;
        assert_eq!(arvc(&mut world, line), exit::OUTSIDE);
        assert!(
            world.stderr.contains("nothing was changed") && world.stderr.contains("changed  lib/name.arv"),
            "{}",
            world.stderr
        );
        assert_eq!(world.disk, before);
        assert_eq!(arvc(&mut world, &format!("{line} --overwrite")), exit::GOOD, "{}", world.stderr);
    }
    let mut world = with_library();
    world.file("vendor/acme/.git/HEAD", "");
    assert_eq!(arvc(&mut world, "lib add acme /src/acme"), exit::OUTSIDE);
    assert!(world.stderr.contains("vendor/acme/.git"), "{}", world.stderr);
    assert!(world.text("vendor/acme/.git/HEAD").is_some());
}

#[test]
fn removing_the_only_library_leaves_the_project_as_it_was() {
    let before = project().disk;
    let mut world = with_library();
    assert_eq!(arvc(&mut world, "lib remove acme"), exit::GOOD, "{}", world.stderr);
    let paths = |disk: &std::collections::BTreeMap<std::path::PathBuf, Entry>| disk.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(&world.disk), paths(&before));
    assert_str_eq!(world.text("arv.toml").unwrap(), project().text("arv.toml").unwrap());
    assert_eq!(arvc(&mut world, "lib remove acme"), exit::USAGE);
}

#[test]
fn what_is_no_library_is_refused_and_leaves_no_trace() {
    let mut world = project();
    world.file("/src/empty/readme.md", "");
    world.file("/src/no.zip", "text");
    world.link("/src/link", "/src/acme");
    let before = world.disk.clone();
    for (line, status, part) in [
        ("lib add Acme /src/acme", exit::USAGE, "a small letter"),
        ("lib add std /src/acme", exit::USAGE, "the compiler's own"),
        ("lib add ../x /src/acme", exit::USAGE, "cannot be called"),
        ("lib add acme /src/empty", exit::OUTSIDE, "no `default.arv`"),
        ("lib add acme /src/no.zip", exit::OUTSIDE, "neither a folder nor"),
        ("lib add acme /src/nothing", exit::OUTSIDE, "cannot read"),
        ("lib add acme .", exit::USAGE, "the project's own"),
        ("lib lock beta", exit::USAGE, "no library beta"),
        ("lib remove ../x", exit::USAGE, "no library"),
    ] {
        assert_eq!(arvc(&mut world, line), status, "{line}: {}", world.stderr);
        assert!(world.stderr.contains(part), "{line}: {}", world.stderr);
        assert_eq!(world.disk, before, "{line}");
    }
}

#[test]
fn a_site_without_settings_gets_them_with_its_first_library() {
    let mut world = project();
    world.disk.remove(Path::new("/site/arv.toml"));
    assert_eq!(arvc(&mut world, "lib add acme /src/acme"), exit::GOOD, "{}", world.stderr);
    assert_str_eq!(world.text("arv.toml").unwrap(), "[libs]\nacme = {}\n");
    assert!(is_read(&mut world));
    let mut world = Memory::new("/empty");
    assert_eq!(arvc(&mut world, "lib list"), exit::USAGE);
}

#[test]
fn after_a_death_at_any_step_nothing_false_is_taken_for_locked_and_the_next_run_puts_it_right() {
    for line in ["lib add acme /src/acme", "lib remove acme"] {
        for death in 1.. {
            let mut world = with_library();
            world.file("/src/acme/default.arv", ENTRY.replace("{ };", "{ prefix = \"new\"; };"));
            world.dies_at = Some(world.steps + death);
            let status = arvc(&mut world, line);
            let dead = world.dies_at.take();
            if world.steps < dead.unwrap() {
                assert_eq!(status, exit::GOOD);
                assert!(death > 5, "there are steps to die at");
                break;
            }
            assert_eq!(status, exit::OUTSIDE, "{line}, step {death}");
            let listed = world.text("arv.toml").is_some_and(|text| text.contains("acme"));
            if listed && is_read(&mut world) {
                let lock = world.text("arv.lock").unwrap();
                arvc(&mut world, "lib lock");
                assert_eq!(world.text("arv.lock").unwrap(), lock, "{line}, step {death}");
            }
            assert_eq!(
                arvc(&mut world, &format!("{line} --overwrite")),
                exit::GOOD,
                "{line}, step {death}: {}",
                world.stderr
            );
            let left: Vec<_> = world.disk.keys().filter(|path| path.to_string_lossy().contains("/.arvc")).collect();
            assert!(left.is_empty(), "{line}, step {death}: {left:?}");
            if line.starts_with("lib add") {
                assert!(is_read(&mut world), "{line}, step {death}: {}", world.stdout);
            } else {
                assert_eq!(world.text("vendor/acme/default.arv"), None);
                assert!(!world.text("arv.toml").unwrap().contains("acme"));
                assert_eq!(world.text("arv.lock"), None);
            }
        }
    }
}

#[test]
fn settings_that_list_a_library_wrongly_are_said_at_their_place() {
    for (text, place) in [
        ("libs = 1\n", "arv.toml:1:8: error[E0720]"),
        ("[libs]\nstd = {}\n", "arv.toml:2:1: error[E0720]"),
        ("[libs]\nAcme = {}\n", "arv.toml:2:1: error[E0720]"),
        ("[libs]\nacme = \"1.2.0\"\n", "arv.toml:2:8: error[E0720]"),
        ("[libs]\nacme = { sorce = \"x\" }\n", "arv.toml:2:10: error[E0720]"),
        ("[libs]\nacme = { source = 1 }\n", "arv.toml:2:19: error[E0720]"),
    ] {
        let mut world = project();
        world.file("arv.toml", text);
        assert_eq!(problems(&mut world), [place], "{text}");
    }
}

#[test]
fn the_users_own_line_is_blamed_before_a_librarys() {
    let mut world = project();
    world.file("/src/acme/default.arv", "{ name = n: n + 1; }\n");
    world.file("site.arv", "let acme = import \"acme\"; in { name = acme.name \"x\"; }\n");
    arvc(&mut world, "lib add acme /src/acme");
    arvc(&mut world, "check --message-format short");
    assert!(world.stderr.starts_with("site.arv:1:"), "{}", world.stderr);
}
