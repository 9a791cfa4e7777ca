//! The lock of each example is committed and whole: whoever builds one, as the README says, finds no change afterwards.

use std::path::Path;

use arvc::world::memory::Memory;
use arvc_tests::projects::{Project, examples};

fn disk(example: &Project) -> Memory {
    let mut world = Memory::new("/project");
    for (path, text) in &example.files {
        world.file(format!("/project/{path}"), text);
    }
    world
}

#[test]
fn the_lock_of_each_example_is_what_a_build_needs() {
    let mut wrong = Vec::new();
    for example in examples() {
        let (name, entry) = (&example.name, example.entry.as_str());
        let Some(lock) = example.files.get("arv.lock") else {
            wrong.push(format!("{name} has none: `arvc lock` in its folder"));
            continue;
        };
        let mut world = disk(&example);
        for line in [["arvc", "check", entry, "--locked"], ["arvc", "build", entry, "--locked"]] {
            if arvc::run(line.map(Into::into), &mut world) != 0 {
                wrong.push(format!("{name}: {}\n{}", line.join(" "), world.stderr));
            }
        }
        let mut world = disk(&example);
        arvc::run(["arvc", "build", entry].map(Into::into), &mut world);
        if world.text(Path::new("/project/arv.lock")).is_none_or(|after| after != *lock) {
            wrong.push(format!("{name}: a build writes another arv.lock"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What Git does not show after a build: nobody commits a tree by mistake, and nobody is asked about one.
#[test]
fn the_trees_of_examples_are_ignored() {
    let ignored = std::fs::read_to_string(arvc_tests::root().join(".gitignore")).expect("there is one");
    assert!(ignored.lines().any(|line| line == "/examples/*/out/"), "{ignored}");
}
