//! What the law says of libraries, held against the compiler: the listing and its hash, and the example's own lock.

use std::fs;
use std::path::Path;

use arvc::libraries::listing;
use arvc::libraries::{State, state};
use arvc::lock::{Lock, Marks};
use arvc::world::real::Real;
use arvc_tests::root;

fn block<'c>(chapter: &'c str, kind: &str) -> &'c str {
    let (_, rest) = chapter.split_once(&format!("\n```{kind}\n")).unwrap_or_else(|| panic!("there is a block {kind}"));
    rest.split_once("```").expect("a block ends").0
}

#[test]
fn the_listing_in_the_law_has_the_hash_beside_it_and_is_the_compilers() {
    let chapter = fs::read_to_string(root().join("lang-spec/libraries.md")).expect("the chapter is there");
    let files = ["default.arv", "lib/n.arv"].map(|path| {
        let text = block(&chapter, &format!("arv file:vendor/tiny/{path}"));
        (path.to_owned(), text.as_bytes().to_vec())
    });
    let contents = files.into_iter().collect();
    assert_eq!(listing::text(&contents), block(&chapter, "listing").as_bytes());
    assert_eq!(listing::hashes(&contents).library, block(&chapter, "sha256").trim());
}

#[test]
fn the_example_of_a_library_is_what_its_lock_holds() {
    let example = fs::canonicalize(root().join("examples/library")).expect("the example is there");
    let disk = Real::default();
    let lock = Lock::read(&disk, &example, Marks::Refused).expect("its lock can be read");
    assert!(matches!(state(&disk, Path::new(&example), &lock, "acme"), State::Good(_)));
    assert_eq!(lock.text(), fs::read_to_string(example.join("arv.lock")).expect("its lock is text"));
}
