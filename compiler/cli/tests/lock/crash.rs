//! A build that dies.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arvc::world::memory::{Entry, Memory};

use crate::{SHOP, WIKI, site};

/// A build that dies at any step: the next one has the lock and the tree that were meant, with no number chosen twice.
#[test]
fn after_a_crash_between_the_lock_and_the_tree_the_next_build_goes_on() {
    let build = |world: &mut Memory| arvc::run(["arvc", "build"].map(Into::into), world);
    let contents = |world: &Memory| -> BTreeMap<PathBuf, Vec<u8>> {
        let files = world.disk.iter().filter_map(|(path, entry)| match entry {
            Entry::File { bytes, .. } => Some((path.clone(), bytes.clone())),
            _ => None,
        });
        files.collect()
    };
    // The first build of a project, and one that adds a machine and renames one.
    let store = "store = { renamed_from = \"shop\"; groups = [ groups.all ]; };";
    let mut world = Memory::new("/site");
    for guests in [vec![SHOP], vec![store, WIKI]] {
        world.file("site.arv", site(&guests));
        let mut whole = world.clone();
        whole.steps = 0;
        assert_eq!(build(&mut whole), 0, "{}", whole.stderr);
        let (steps, expected) = (whole.steps, contents(&whole));
        // Those around the lock each, of those of the tree some.
        for step in (1..8).chain((8..=steps).step_by(17)) {
            let mut broken = world.clone();
            (broken.steps, broken.dies_at) = (0, Some(step));
            assert_ne!(build(&mut broken), 0, "step {step} of {steps}");
            broken.dies_at = None;
            assert_eq!(build(&mut broken), 0, "after step {step}: {}", broken.stderr);
            assert_eq!(contents(&broken), expected, "after step {step}");
        }
        world = whole;
    }
}
