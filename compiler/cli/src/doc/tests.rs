//! Whole runs of `arvc doc` in a world of memory.

use std::ffi::OsString;

use pretty_assertions::assert_eq;

use crate::world::memory::Memory;
use crate::{exit, run};

fn arvc(args: &[&str]) -> (u8, Memory) {
    let mut world = Memory::new("/lab");
    world.file("lib/net.arv", "## Helpers.\n{\n  ## The n-th.\n  nth = net: n: host net n;\n\n  ## See [flows](flows.md).\n  f = { a ? 1 }: { b = a; };\n}\n");
    let args = ["arvc", "doc"].iter().chain(args).map(OsString::from);
    let status = run(args, &mut world);
    (status, world)
}

fn printed(args: &[&str]) -> String {
    let (status, world) = arvc(args);
    assert_eq!((status, world.stderr.as_str()), (exit::GOOD, ""), "{args:?}");
    world.stdout
}

#[test]
fn without_a_name_everything_is_listed_with_a_sentence() {
    let list = printed(&[]);
    // How far apart they stand follows from the longest name of each part.
    let words: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    for line in ["std.members Machines for the", "Host A machine.", "map f list The results"] {
        let wanted: Vec<&str> = line.split(' ').collect();
        assert!(words.iter().any(|words| words.starts_with(&wanted)), "{line}: {list}");
    }
    assert!(printed(&["--message-format", "short"]).contains("\nstd.dns: The resolver of the site's names: a host that lists it is one of `resolvers`, and gets the emitted zones.\n"));
}

#[test]
fn one_thing_is_told_in_full() {
    let page = printed(&["std.dns"]);
    assert!(
        page.starts_with(
            "std.dns { forward : List Address ? [ 1.1.1.1 ], listen : List (Ref Network) ? [] }\n\n  The resolver of"
        ),
        "{page}"
    );
    assert!(
        page.contains("\nGives\n  query = { ports = [ 53/udp, 53/tcp ]; }\n    Questions about names.\n"),
        "{page}"
    );
    assert!(page.contains("\nExample\n      hosts.dns-2 = {\n"), "{page}");
    assert!(printed(&["Host.memory"]).starts_with("Host.memory : Size = 2GiB\n"));
    assert!(printed(&["E0301"]).starts_with("E0301: "));
    let object: serde_json::Value = serde_json::from_str(&printed(&["--message-format", "json", "std.dns"])).unwrap();
    assert_eq!((&object["name"], &object["kind"]), (&"std.dns".into(), &"function".into()));
    assert_eq!(object["parts"][0]["said"], ": List Address ? [ 1.1.1.1 ]");
}

#[test]
fn a_file_of_the_user_is_told_as_the_library_is() {
    assert_eq!(
        printed(&["lib/net.arv"]),
        "lib/net.arv\n\n  Helpers.\n\nFields\n  nth net n  The n-th.\n  f { … }    See flows.\n"
    );
    assert_eq!(printed(&["lib/net.arv", "f"]), "f { a ? 1 }\n\n  See flows.\n\nArguments\n  a ? 1\n");
    assert!(
        printed(&["lib/net.arv", "--markdown"])
            .starts_with("# `lib/net.arv`\n\nHelpers.\n\n## `net.nth`\n\n```\nnth net n\n```\n")
    );
}

#[test]
fn a_library_of_the_project_is_told_by_its_name() {
    let mut world = Memory::new("/lab");
    world.file("arv.toml", "entry = \"site.arv\"\n");
    world.file("site.arv", "{ }\n");
    world.file("/src/acme/default.arv", "## From elsewhere.\n{\n  ## Says it.\n  say = text: text;\n}\n");
    for (line, expected) in [
        ("lib add acme /src/acme", ""),
        ("doc acme.say", "say text\n\n  Says it.\n"),
        ("doc acme", "acme\n\n  From elsewhere.\n\nFields\n  say text  Says it.\n"),
        ("doc", "\nLibraries of the project\n  acme.say text  Says it.\n"),
    ] {
        world.stdout.clear();
        let status = run(format!("arvc {line}").split_whitespace().map(OsString::from), &mut world);
        assert_eq!(status, exit::GOOD, "{line}: {}", world.stderr);
        assert!(world.stdout.contains(expected), "{line}: {}", world.stdout);
    }
}

#[test]
fn a_name_that_nothing_has_is_a_wrong_use_that_names_the_nearest() {
    let (status, world) = arvc(&["memebrs"]);
    assert_eq!(
        (status, world.stderr.as_str()),
        (exit::USAGE, "error: nothing is named memebrs\nhelp: did you mean std.members?\n")
    );
    let (status, world) = arvc(&["lib/net.arv", "nht"]);
    assert_eq!(
        (status, world.stderr.as_str()),
        (exit::USAGE, "error: nothing is named nht\nhelp: did you mean nth?\n")
    );
    assert_eq!(arvc(&["lib/gone.arv"]).0, exit::OUTSIDE);
}
